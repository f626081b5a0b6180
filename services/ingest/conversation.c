/*
 * conversation - from the journal to what was asked: chunks, natural ids, and the route.
 *
 * A request has an effect once: the natural id that the edge gave it, or else its own id, is kept with
 * every digest that came under it. A digest seen before has no effect; another one is an IdConflict.
 */
#include "services/ingest/conversation.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"

#include <stdlib.h>
#include <string.h>

#define CHUNKS_MAX 64 /* 25 MiB in parts of half a MiB, and room */
/* Bytes of all digests that are kept under one id; what comes after is a conflict, and forgotten. */
#define DIGESTS_MAX 4096

static const struct {
	Opsmesh__V1__Route route;
	enum status (*handle)(struct request *request);
	conversation_say *say;
} routes[] = {
	{ OPSMESH__V1__ROUTE__ROUTE_TICKET, conversation_ticket, conversation_say_ticket },
	{ OPSMESH__V1__ROUTE__ROUTE_MESSAGE, conversation_message, conversation_say_ticket },
	{ OPSMESH__V1__ROUTE__ROUTE_STATUS, conversation_status, conversation_say_ticket },
	{ OPSMESH__V1__ROUTE__ROUTE_CSAT, conversation_csat, conversation_say_ticket },
	{ OPSMESH__V1__ROUTE__ROUTE_EMAIL, conversation_email, conversation_say_ticket },
	{ OPSMESH__V1__ROUTE__ROUTE_ACCOUNT, conversation_account, conversation_say_account },
	{ OPSMESH__V1__ROUTE__ROUTE_USAGE, conversation_usage, conversation_say_usage },
	{ OPSMESH__V1__ROUTE__ROUTE_ACTION, conversation_action, conversation_say_action },
	{ OPSMESH__V1__ROUTE__ROUTE_STRIPE_WEBHOOK, conversation_stripe_webhook,
	  conversation_say_provider },
	{ OPSMESH__V1__ROUTE__ROUTE_STRIPE_OBJECTS, conversation_stripe_objects,
	  conversation_say_provider },
};

static size_t find_route(Opsmesh__V1__Route route)
{
	size_t at = 0;

	while (at < COUNT_OF(routes) && routes[at].route != route)
		at++;
	return at;
}

/* Chunks. */

static bool valid_chunk(const Opsmesh__V1__Chunk *chunk)
{
	return chunk->count > 1 && chunk->count <= CHUNKS_MAX && chunk->index >= 0 &&
	       chunk->index < chunk->count && *chunk->digest != '\0' &&
	       strchr(chunk->digest, ' ') == NULL;
}

/* Of the timer: what it needs to find all parts again. */
static const char *chunks_key(struct task *task, const char *id, const Opsmesh__V1__Chunk *chunk)
{
	return arena_printf(task->arena, "%d %s %s", chunk->count, chunk->digest, id);
}

static void remove_chunks(struct task *task, const char *id, const char *digest, int32_t count)
{
	for (int32_t i = 0; i < count; i++)
		task_remove(task, &intake_chunk_table,
		            &(struct intake_chunk_row){
				.request_id = id, .digest = digest, .place = i });
}

static void keep_chunk(struct task *task, const char *id,
                       const Opsmesh__V1__RequestReceived *received)
{
	task_save(task, &intake_chunk_table,
	          &(struct intake_chunk_row){
		      .request_id = id,
		      .digest = received->chunk->digest,
		      .place = received->chunk->index,
		      .body = { received->body.data, received->body.len } });
	task_timer_set(task, "forget_chunks", chunks_key(task, id, received->chunk),
	               time_add(task->event->time, CHUNKS_KEPT));
}

enum status conversation_forget_chunks(struct task *task, const char *key)
{
	char *rest;
	const long count = strtol(key, &rest, 10);
	const char *const digest = rest + 1;
	const size_t size = strcspn(digest, " ");

	CHECK(count > 0 && count <= CHUNKS_MAX && digest[size] == ' ');
	remove_chunks(task, digest + size + 1, arena_text(task->arena, digest, size),
	              (int32_t)count);
	return STATUS_OK;
}

/* True: all parts are there, and body is the whole. */
static bool join_chunks(struct task *task, const char *id, const Opsmesh__V1__Chunk *chunk,
                        struct bytes *body)
{
	struct buffer whole = { 0 };
	bool all = true;

	for (int32_t i = 0; i < chunk->count && all; i++) {
		struct intake_chunk_row row = { .request_id = id,
			                        .digest = chunk->digest,
			                        .place = i };

		all = task_load(task, &intake_chunk_table, &row);
		if (all)
			buffer_add(&whole, row.body.data, row.body.size);
	}
	if (all)
		*body = arena_bytes(task->arena, (struct bytes){ whole.data, whole.size });
	buffer_finish(&whole);
	if (!all)
		return false;
	remove_chunks(task, id, chunk->digest, chunk->count);
	task_timer_clear(task, "forget_chunks", chunks_key(task, id, chunk));
	return true;
}

/* Natural ids. */

enum freshness { FRESH, SEEN, CONFLICT };

/* Without a natural id of the edge's, the request's own: the same record twice has no second effect. */
static struct natural_id_row identity(const Opsmesh__V1__RequestReceived *received, const char *id)
{
	const Opsmesh__V1__NaturalId *const natural = received->natural_id;

	if (natural != NULL)
		return (struct natural_id_row){ .source = natural->source,
			                        .id_digest = natural->id_digest };
	return (struct natural_id_row){ .source = "request", .id_digest = id };
}

static const char *content_digest(struct task *task, const Opsmesh__V1__RequestReceived *received,
                                  struct bytes body)
{
	uint8_t digest[DIGEST_SIZE];

	if (received->natural_id != NULL)
		return received->natural_id->content_digest;
	digest_sha256(body, digest);
	return text_hex(task->arena, (struct bytes){ digest, sizeof(digest) });
}

static enum freshness remember(struct task *task, struct natural_id_row *row, const char *digest,
                               const char *request_id)
{
	const bool known = task_load(task, &natural_id_table, row);

	if (known && strstr(row->digests, digest) != NULL)
		return SEEN;
	if (known && strlen(row->digests) > DIGESTS_MAX)
		return CONFLICT;
	row->digests = known ? arena_printf(task->arena, "%s %s", row->digests, digest) : digest;
	if (!known)
		row->request_id = request_id;
	task_save(task, &natural_id_table, row);
	task_timer_set(task, "forget_id",
	               arena_printf(task->arena, "%s %s", row->id_digest, row->source),
	               time_add(task->event->time, NATURAL_ID_KEPT));
	return known ? CONFLICT : FRESH;
}

enum status conversation_forget_id(struct task *task, const char *key)
{
	const char *const blank = strchr(key, ' ');

	CHECK(blank != NULL);
	task_remove(task, &natural_id_table,
	            &(struct natural_id_row){
			.source = blank + 1,
			.id_digest = arena_text(task->arena, key, (size_t)(blank - key)) });
	return STATUS_OK;
}

void conversation_need_received(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__IntakeEvent *const intake = (const void *)event;

	if (intake->fact_case != OPSMESH__V1__INTAKE_EVENT__FACT_RECEIVED ||
	    intake->received == NULL)
		return;
	const struct natural_id_row row = identity(intake->received, intake->request_id);

	task_need(task, &natural_id_table, &row);
}

static enum status say_conflict(struct request *request, conversation_say *say,
                                const struct natural_id_row *row, const char *digest)
{
	Opsmesh__V1__IdConflict conflict = OPSMESH__V1__ID_CONFLICT__INIT;

	conflict.request_id = text_mutable(request->id);
	conflict.source = text_mutable(row->source);
	conflict.id_digest = text_mutable(row->id_digest);
	conflict.first_digest =
	    arena_text(request->task->arena, row->digests, strcspn(row->digests, " "));
	conflict.this_digest = text_mutable(digest);
	return say(request, NULL, &conflict);
}

/* The request. */

static const char *record_key(struct task *task, const char *otherwise)
{
	const struct bytes key = task->event->record.key;

	return key.size > 0 && text_valid(key) ? arena_text(task->arena, key.data, key.size)
	                                       : otherwise;
}

static enum status handle_request(struct request *request)
{
	const size_t at = find_route(request->received->route);
	struct natural_id_row row = identity(request->received, request->id);
	const char *const digest = content_digest(request->task, request->received, request->body);

	/* A newer edge's: it stays on the journal. */
	if (at == COUNT_OF(routes))
		return conversation_say_ticket(
		    request,
		    &(Opsmesh__V1__RequestRefused){
			.base = PROTOBUF_C_MESSAGE_INIT(&opsmesh__v1__request_refused__descriptor),
			.request_id = text_mutable(request->id),
			.code = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNSUPPORTED,
			.field = text_mutable("route"),
			.reason = text_mutable("this build does not know the route") },
		    NULL);
	switch (remember(request->task, &row, digest, request->id)) {
	case SEEN: return STATUS_OK;
	case CONFLICT: return say_conflict(request, routes[at].say, &row, digest);
	case FRESH: break;
	}
	request->say = routes[at].say;
	return routes[at].handle(request);
}

enum status conversation_on_received(struct task *task,
                                     const Opsmesh__V1__RequestReceived *received)
{
	const Opsmesh__V1__IntakeEvent *const intake = (const void *)task->message;
	struct request request = { .task = task,
		                   .config = task->config,
		                   .id = intake->request_id,
		                   .key = record_key(task, intake->request_id),
		                   .received = received,
		                   .body = { received->body.data, received->body.len },
		                   .received_at = task->event->time };

	if (received->chunk != NULL) {
		struct natural_id_row row = identity(received, intake->request_id);

		if (!valid_chunk(received->chunk))
			return task_fail(task, STATUS_REJECT, "chunk %d of %d",
			                 received->chunk->index, received->chunk->count);
		if (received->natural_id != NULL && task_load(task, &natural_id_table, &row) &&
		    strstr(row.digests, received->natural_id->content_digest) != NULL)
			return STATUS_OK;
		keep_chunk(task, intake->request_id, received);
		if (!join_chunks(task, intake->request_id, received->chunk, &request.body))
			return STATUS_OK;
	}
	return handle_request(&request);
}

/* Time moves because it was read; there is nothing else to do. */
enum status conversation_on_clock_set(struct task *task, const Opsmesh__V1__ClockSet *clock)
{
	(void)task;
	(void)clock;
	return STATUS_OK;
}
