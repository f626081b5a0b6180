/*
 * edge_record - a request as records of the journal: IntakeEvent, in parts and chunks.
 */
#include "services/ingest/edge_intake.h"

#include "common/base/hash.h"
#include "common/base/id.h"
#include "common/base/text.h"
#include "common/io/proto.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define KEPT_MAX 8
#define ID_RANDOM 10 /* bytes in a new id */

/* What decoders or people may want to know later; never a secret. */
static const char *const kept_headers[] = { "content-type", "user-agent", "x-request-id" };

const char *edge_digest(struct arena *arena, struct bytes data)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(data, digest);
	return text_hex(arena, (struct bytes){ digest, sizeof(digest) });
}

static const char *id_of_parts(struct arena *arena, const struct bytes *parts, size_t count)
{
	uint8_t digest[DIGEST_SIZE];
	char text[ID_TEXT_SIZE];

	digest_sha256_parts(parts, count, digest);
	return arena_string(arena, id_v8(digest, text));
}

static const char *id_new(struct edge *edge, struct arena *arena, struct instant at)
{
	char text[ID_TEXT_SIZE];

	while (edge->random_left < ID_RANDOM)
		if (getrandom(edge->random, EDGE_RANDOM, 0) == (ssize_t)EDGE_RANDOM)
			edge->random_left = EDGE_RANDOM;
	edge->random_left -= ID_RANDOM;
	return arena_string(arena, id_v7(at, edge->random + edge->random_left, text));
}

const char *edge_id(struct edge_intake *intake)
{
	const struct http_request *const request = intake->request;
	const struct bytes mark = { "", 1 }; /* a NUL between parts: none of the texts holds one */

	if (intake->id != NULL)
		return intake->id;
	if (intake->natural != NULL) {
		const struct bytes parts[] = { bytes_of(intake->source), mark,
			                       bytes_of(intake->natural) };

		intake->id = id_of_parts(intake->arena, parts, COUNT_OF(parts));
	} else if (intake->edge->settings.recorded) {
		char at[TIME_TEXT_SIZE];
		const struct bytes parts[] = { bytes_of(time_format(intake->received_at, at)),
			                       mark,
			                       bytes_of(intake->principal),
			                       mark,
			                       bytes_of(request->target),
			                       mark,
			                       request->body };

		intake->id = id_of_parts(intake->arena, parts, COUNT_OF(parts));
	} else {
		intake->id = id_new(intake->edge, intake->arena, intake->received_at);
	}
	return intake->id;
}

/* Keyed, because an id may be an address of somebody. */
static Opsmesh__V1__NaturalId *natural_id(const struct edge_intake *intake, struct arena *arena,
                                          const struct edge_part *part)
{
	Opsmesh__V1__NaturalId *const natural = arena_alloc(arena, sizeof(*natural));
	const struct bytes parts[] = { bytes_of(intake->source),
		                       { "", 1 },
		                       bytes_of(intake->natural),
		                       bytes_of(part->natural == NULL ? "" : part->natural) };
	uint8_t digest[DIGEST_SIZE];

	digest_hmac_sha256(intake->edge->settings.contact_secret, parts, COUNT_OF(parts), digest);
	opsmesh__v1__natural_id__init(natural);
	natural->source = arena_string(arena, intake->source);
	natural->id_digest = text_hex(arena, (struct bytes){ digest, sizeof(digest) });
	natural->content_digest = arena_string(arena, part->digest);
	return natural;
}

static Opsmesh__V1__Verification *verification(const struct edge_intake *intake,
                                               struct arena *arena)
{
	Opsmesh__V1__Verification *const result = arena_alloc(arena, sizeof(*result));

	opsmesh__v1__verification__init(result);
	result->method = intake->method;
	result->principal = arena_string(arena, intake->principal);
	result->secret_id = arena_string(arena, intake->secret_id);
	if (intake->credential != NULL) {
		result->n_scopes = intake->credential->scope_count;
		result->scopes = arena_copy(arena, intake->credential->scopes,
		                            sizeof(char *) * intake->credential->scope_count);
	}
	if (intake->dated)
		result->signed_at = proto_timestamp(arena, intake->signed_at);
	return result;
}

static Opsmesh__V1__NamedValue *named(struct arena *arena, struct bytes name, const char *value)
{
	Opsmesh__V1__NamedValue *const pair = arena_alloc(arena, sizeof(*pair));

	opsmesh__v1__named_value__init(pair);
	pair->name = arena_text(arena, name.data, name.size);
	pair->value = text_repair(arena, bytes_of(value), NULL);
	return pair;
}

/* Those of the path by their names in the pattern, then those of the query. */
static void parameters_fill(const struct edge_intake *intake, struct arena *arena,
                            Opsmesh__V1__RequestReceived *received)
{
	const struct http_request *const request = intake->request;
	const char *at = intake->route->pattern;
	size_t count = 0;

	received->path_parameters =
	    arena_alloc(arena, sizeof(void *) * (HTTP_PARAMETERS_MAX + request->query_count));
	while ((at = strchr(at, '{')) != NULL) {
		const struct bytes name = { at + 1, strcspn(at + 1, "}") };

		received->path_parameters[count] = named(arena, name, request->parameters[count]);
		count++;
		at++;
	}
	for (size_t i = 0; i < request->query_count; i++)
		received->path_parameters[count++] =
		    named(arena, bytes_of(request->query[i].name), request->query[i].value);
	received->n_path_parameters = count;
}

static void headers_fill(const struct edge_intake *intake, struct arena *arena,
                         Opsmesh__V1__RequestReceived *received)
{
	received->headers = arena_alloc(arena, sizeof(void *) * KEPT_MAX);
	for (size_t i = 0; i < COUNT_OF(kept_headers); i++) {
		const char *const value = http_request_header(intake->request, kept_headers[i]);

		if (value != NULL)
			received->headers[received->n_headers++] =
			    named(arena, bytes_of(kept_headers[i]), value);
	}
}

static struct bytes chunk_body(const struct edge_part *part, size_t chunk)
{
	const size_t start = chunk * EDGE_CHUNK;
	const size_t left = part->body.size - start;

	return (struct bytes){ (const char *)part->body.data + start,
		               left < EDGE_CHUNK ? left : EDGE_CHUNK };
}

static Opsmesh__V1__Chunk *chunk_fill(struct arena *arena, const struct edge_part *part,
                                      size_t chunk)
{
	Opsmesh__V1__Chunk *const result = arena_alloc(arena, sizeof(*result));

	opsmesh__v1__chunk__init(result);
	result->index = (int32_t)chunk;
	result->count = (int32_t)edge_chunk_count(part);
	result->total_size = (int64_t)part->body.size;
	result->digest = arena_string(arena, part->digest);
	return result;
}

size_t edge_chunk_count(const struct edge_part *part)
{
	return part->body.size <= EDGE_CHUNK ? 1 : (part->body.size + EDGE_CHUNK - 1) / EDGE_CHUNK;
}

static Opsmesh__V1__RequestReceived *received_make(const struct edge_intake *intake,
                                                   struct arena *arena,
                                                   const struct edge_part *part, size_t chunk)
{
	const struct http_request *const request = intake->request;
	Opsmesh__V1__RequestReceived *const received = arena_alloc(arena, sizeof(*received));
	const struct bytes body = chunk_body(part, chunk);
	const char *const key = http_request_header(request, "idempotency-key");

	opsmesh__v1__request_received__init(received);
	received->route = intake->route->route;
	received->method = arena_string(arena, request->method);
	received->path = arena_string(arena, request->target);
	parameters_fill(intake, arena, received);
	headers_fill(intake, arena, received);
	received->verification = verification(intake, arena);
	received->body =
	    (ProtobufCBinaryData){ body.size, arena_copy(arena, body.data, body.size) };
	if (edge_chunk_count(part) > 1)
		received->chunk = chunk_fill(arena, part, chunk);
	received->idempotency_key =
	    arena_string(arena, key == NULL || intake->credential == NULL ? "" : key);
	if (intake->natural != NULL)
		received->natural_id = natural_id(intake, arena, part);
	if (part->partition >= 0) {
		received->target_case = OPSMESH__V1__REQUEST_RECEIVED__TARGET_TARGET_PARTITION;
		received->target_partition = part->partition;
	}
	received->recorded = intake->edge->settings.recorded;
	received->ticket_id = arena_string(arena, intake->ticket_id);
	return received;
}

static Opsmesh__V1__ClockSet *clock_make(const struct edge_intake *intake, struct arena *arena)
{
	Opsmesh__V1__ClockSet *const clock = arena_alloc(arena, sizeof(*clock));

	opsmesh__v1__clock_set__init(clock);
	clock->now = proto_timestamp(arena, intake->received_at);
	return clock;
}

/* CloudEvents 1.0, Kafka binary mode. A chunk is a record of its own, so it has an id of its own. */
static void record_headers(const struct edge_intake *intake, struct arena *arena,
                           const ProtobufCMessage *event, const char *id,
                           struct edge_record *record)
{
	char at[TIME_TEXT_SIZE];
	const char *const trace = http_request_header(intake->request, "traceparent");
	struct bus_header *const headers = arena_alloc(arena, sizeof(*headers) * EDGE_HEADERS_MAX);
	size_t count = 0;

	headers[count++] = (struct bus_header){ "ce_specversion", bytes_of("1.0") };
	headers[count++] = (struct bus_header){ "ce_id", bytes_of(id) };
	headers[count++] = (struct bus_header){ "ce_source", bytes_of("edge") };
	headers[count++] = (struct bus_header){ "ce_type", bytes_of(proto_type(arena, event)) };
	headers[count++] = (struct bus_header){ "ce_subject", bytes_of(intake->id) };
	headers[count++] = (struct bus_header){
		"ce_time", bytes_of(arena_string(arena, time_format(intake->received_at, at)))
	};
	headers[count++] = (struct bus_header){ "content-type", bytes_of("application/protobuf") };
	if (trace != NULL && strlen(trace) <= 64)
		headers[count++] = (struct bus_header){ "traceparent", bytes_of(trace) };
	record->headers = headers;
	record->header_count = count;
}

struct edge_record edge_record_make(const struct edge_intake *intake, struct arena *arena,
                                    const struct edge_part *part, size_t chunk)
{
	const struct edge_journal *const journal = &intake->edge->journal;
	Opsmesh__V1__IntakeEvent event = OPSMESH__V1__INTAKE_EVENT__INIT;
	struct edge_record record = { .partition = part->partition, .key = part->key };
	const char *id = intake->id;

	event.request_id = arena_string(arena, intake->id);
	event.received_at = proto_timestamp(arena, intake->received_at);
	if (intake->route->recorded_only) {
		event.fact_case = OPSMESH__V1__INTAKE_EVENT__FACT_CLOCK_SET;
		event.clock_set = clock_make(intake, arena);
	} else {
		event.fact_case = OPSMESH__V1__INTAKE_EVENT__FACT_RECEIVED;
		event.received = received_make(intake, arena, part, chunk);
	}
	if (edge_chunk_count(part) > 1)
		id = arena_printf(arena, "%s.%zu", id, chunk);
	if (record.partition < 0)
		record.partition = hash_partition(part->key.data, part->key.size,
		                                  journal->partitions(journal->context));
	record.value = proto_pack(arena, &event.base);
	record_headers(intake, arena, &event.base, id, &record);
	return record;
}
