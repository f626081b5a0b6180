/*
 * effect - what a handler and a run ask of it.
 */
#include "common/flow/effect.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/flow/document.h"
#include "common/flow/effect_fold.h"
#include "common/flow/fold.h"
#include "common/io/digest.h"
#include "common/io/proto.h"

#include <string.h>

#define DIGEST_ARENA 256

/* Asking. */

static void check_name(const struct stage *stage, const char *name)
{
	const struct stage_effect *effect = stage->effects;

	while (effect != NULL && effect->name != NULL && strcmp(effect->name, name) != 0)
		effect++;
	CHECK(effect != NULL && effect->name != NULL);
}

static enum status check_id(struct task *task, const char *id)
{
	const struct bytes text = bytes_of(id);

	if (text.size == 0 || text.size > EFFECT_ID_MAX || !text_valid(text))
		return task_fail(task, STATUS_REJECT, "the id of an effect is %s",
		                 text.size == 0              ? "empty"
		                 : text.size > EFFECT_ID_MAX ? "too long"
		                                             : "not UTF-8");
	return STATUS_OK;
}

/* Pending or answered. What cannot be loaded now is the runtime's trouble, and undoes the event. */
static bool is_known(struct task *task, const struct effect_pending_row *row)
{
	struct effect_pending_row pending = *row;
	struct effect_answered_row answered = { row->stage, row->name, row->id, row->asked_at };

	return task_load(task, &effect_pending_table, &pending) ||
	       task_load(task, &effect_answered_table, &answered);
}

bool effect_fits(const ProtobufCMessage *request)
{
	return protobuf_c_message_get_packed_size(request) <= RECORD_SIZE_MAX;
}

enum status task_effect(struct task *task, const char *name, const char *id,
                        const ProtobufCMessage *request)
{
	const struct event *const event = task->event;
	const struct effect_pending_row row = {
		.stage = task->shard->stage->name,
		.name = name,
		.id = id,
		.asked_at = task->now,
		.key = event != NULL && event->record.key.data != NULL ? event->record.key
		                                                       : bytes_of(id),
		.message = proto_pack(task->arena, request),
	};

	check_name(task->shard->stage, name);
	TRY(check_id(task, id));
	if (row.message.size > RECORD_SIZE_MAX)
		return task_fail(task, STATUS_REJECT,
		                 "effect %s: a request of %zu bytes is over the limit of %d", name,
		                 row.message.size, RECORD_SIZE_MAX);
	if (!is_known(task, &row))
		task_save(task, &effect_pending_table, &row);
	return task->shard->work->trouble;
}

/* Running. */

const void *effect_document(const struct effect_request *request, const char *name)
{
	for (const struct document *document = request->documents;
	     document != NULL && document->name != NULL; document++)
		if (strcmp(document->name, name) == 0)
			return document->compiled;
	CHECK(!"a document that the service does not declare");
	return NULL;
}

static bool is_digest_of(const char *digest, struct bytes bytes)
{
	struct arena *const arena = arena_create(DIGEST_ARENA);
	uint8_t own[DIGEST_SIZE];

	digest_sha256(bytes, own);
	const bool same = strcmp(digest, text_hex(arena, (struct bytes){ own, sizeof(own) })) == 0;

	arena_destroy(arena);
	return same;
}

enum status effect_blob_put(struct effect_blobs *blobs, const char *digest, struct bytes bytes)
{
	if (bytes.size > EFFECT_BLOB_MAX)
		return STATUS_REJECT;
	CHECK(is_digest_of(digest, bytes));
	return blobs->put(blobs->context, digest, bytes);
}

enum status effect_blob_get(struct effect_blobs *blobs, const char *digest, struct arena *arena,
                            struct bytes *bytes)
{
	return blobs->get(blobs->context, digest, arena, bytes);
}
