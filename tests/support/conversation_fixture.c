#include "tests/support/conversation_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/ingest/people.h"

#include <string.h>

#define TEAM                                                                          \
	"{\"id\":\"team\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\"," \
	"\"domains\":[\"ours.example\"]}"
#define SHARED                                                                        \
	"{\"id\":\"free\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\"," \
	"\"domains\":[\"free.example\"]}"

/* Compiled once for all tests of a program: documents never change. */
static const void *people(void)
{
	static const void *compiled;
	const struct document files[] = {
		{ .name = "free-mail-domains.json", .body = bytes_of(SHARED) },
		{ .name = "team.json", .body = bytes_of(TEAM) },
	};
	char reason[256];

	if (compiled == NULL)
		compiled = people_compile(files, COUNT_OF(files), reason, sizeof(reason));
	CHECK(compiled != NULL);
	return compiled;
}

void conversation_init(struct conversation_fixture *fixture)
{
	*fixture =
	    (struct conversation_fixture){ .config = { .contact_secret = "contact secret 1",
		                                       .reply_secret = "reply secret 123" } };
	fixture->documents[0] = (struct document){ .name = PEOPLE, .compiled = people() };
	CHECK(time_parse(FIXTURE_START, &fixture->at));
	stage_test_init(&fixture->test, &opsmesh_catalogue, &ingest_stages[0], FIXTURE_SHARD,
	                fixture->documents, &fixture->config);
}

void conversation_finish(struct conversation_fixture *fixture)
{
	stage_test_finish(&fixture->test);
}

/* Feeding. */

static char *digest_of(struct arena *arena, struct bytes data)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(data, digest);
	return text_hex(arena, (struct bytes){ digest, sizeof(digest) });
}

static Opsmesh__V1__NaturalId *natural_id(struct arena *arena, const struct journalled *request,
                                          struct bytes body)
{
	Opsmesh__V1__NaturalId *const id = arena_alloc(arena, sizeof(*id));

	if (request->natural == NULL)
		return NULL;
	opsmesh__v1__natural_id__init(id);
	id->source = text_mutable(request->source);
	id->id_digest = text_mutable(request->natural);
	id->content_digest = digest_of(arena, body);
	return id;
}

static Opsmesh__V1__Verification *verification(struct arena *arena)
{
	static const char *const scopes[] = { "actions:*", "tickets" };
	Opsmesh__V1__Verification *const proof = arena_alloc(arena, sizeof(*proof));

	opsmesh__v1__verification__init(proof);
	proof->method = OPSMESH__V1__VERIFICATION_METHOD__VERIFICATION_METHOD_API_KEY;
	proof->principal = text_mutable("crm");
	proof->scopes = arena_copy(arena, scopes, sizeof(scopes));
	proof->n_scopes = COUNT_OF(scopes);
	return proof;
}

static void parameter_fill(struct arena *arena, const struct journalled *request,
                           Opsmesh__V1__RequestReceived *received)
{
	Opsmesh__V1__NamedValue *const pair = arena_alloc(arena, sizeof(*pair));

	if (request->parameter == NULL)
		return;
	opsmesh__v1__named_value__init(pair);
	pair->name = text_mutable(request->parameter);
	pair->value = text_mutable(request->value);
	received->path_parameters = arena_alloc(arena, sizeof(void *));
	received->path_parameters[0] = pair;
	received->n_path_parameters = 1;
}

static Opsmesh__V1__Chunk *chunk_of(struct arena *arena, const struct journalled *request,
                                    struct bytes *body)
{
	Opsmesh__V1__Chunk *const chunk = arena_alloc(arena, sizeof(*chunk));

	if (request->chunks == 0)
		return NULL;
	const size_t size = (body->size + request->chunks - 1) / request->chunks;
	const size_t start = request->chunk * size;

	opsmesh__v1__chunk__init(chunk);
	chunk->index = (int32_t)request->chunk;
	chunk->count = (int32_t)request->chunks;
	chunk->total_size = (int64_t)body->size;
	chunk->digest = digest_of(arena, *body);
	*body = (struct bytes){ (const char *)body->data + start,
		                body->size - start < size ? body->size - start : size };
	return chunk;
}

void conversation_journal(struct conversation_fixture *fixture, const struct journalled *request)
{
	struct arena *const arena = fixture->test.arena;
	const char *const id = request->id != NULL ? request->id : "R";
	struct bytes body = bytes_of(request->body);
	Opsmesh__V1__IntakeEvent event = OPSMESH__V1__INTAKE_EVENT__INIT;
	Opsmesh__V1__RequestReceived received = OPSMESH__V1__REQUEST_RECEIVED__INIT;

	if (request->body_size > 0)
		body.size = request->body_size;
	received.route = request->route;
	received.verification = verification(arena);
	received.natural_id = natural_id(arena, request, body);
	received.chunk = chunk_of(arena, request, &body);
	received.body = (ProtobufCBinaryData){ body.size, (uint8_t *)text_mutable(body.data) };
	if (request->ticket_id != NULL)
		received.ticket_id = text_mutable(request->ticket_id);
	parameter_fill(arena, request, &received);
	event.request_id = text_mutable(id);
	event.received_at = proto_timestamp(arena, fixture->at);
	event.fact_case = OPSMESH__V1__INTAKE_EVENT__FACT_RECEIVED;
	event.received = &received;
	assert_true(
	    stage_test_feed(&fixture->test, &(struct stage_test_event){
						.topic = OPS_INTAKE,
						.key = request->key != NULL ? request->key : id,
						.time = fixture->at,
						.mesh = fixture->at,
						.message = &event.base }));
	assert_int_equal(stage_test_fold(&fixture->test, STAGE_TEST_ALL, fixture->at), STATUS_OK);
	fixture->at = time_add(fixture->at, SECONDS(1));
}

void conversation_pass(struct conversation_fixture *fixture, struct duration span)
{
	fixture->at = time_add(fixture->at, span);
	assert_int_equal(stage_test_fold(&fixture->test, STAGE_TEST_ALL, fixture->at), STATUS_OK);
}

/* Hearing. */

const char *conversation_hear(struct conversation_fixture *fixture,
                              const ProtobufCMessage **message)
{
	struct arena *const arena = fixture->test.arena;
	const ProtobufCMessage *event;
	const ProtobufCMessage *unused;
	const struct fact *const fact = stage_test_next(&fixture->test, &event);
	const char *name;

	if (fact == NULL)
		return "";
	if (message != NULL)
		*message = event;
	CHECK(proto_fact(event, &name, &unused));
	const char *const topic = opsmesh_catalogue.topics[fact->topic].name + strlen("ops.");

	return arena_printf(arena, "%.*s%s %s %.*s", (int)(strlen(topic) - strlen(".v1")), topic,
	                    fact->dead_letter ? ".dlq" : "", name, (int)fact->key.size,
	                    (const char *)fact->key.data);
}

const ProtobufCMessage *conversation_expect(struct conversation_fixture *fixture, const char *lines)
{
	const ProtobufCMessage *message = NULL;
	struct buffer heard = { 0 };

	for (const char *line = conversation_hear(fixture, &message); *line != '\0';
	     line = conversation_hear(fixture, &message)) {
		buffer_add(&heard, line, strlen(line));
		buffer_add(&heard, "\n", 1);
	}
	buffer_add(&heard, "", 1);
	assert_string_equal((const char *)heard.data, lines);
	buffer_finish(&heard);
	return message;
}
