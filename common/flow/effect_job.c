#include "common/flow/effect_job.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/cache.h"
#include "common/flow/crash_note.h"
#include "common/io/digest.h"
#include "common/io/proto.h"

#include <stdio.h>
#include <string.h>

static const struct stage_effect *find_effect(const struct stage *stage, const char *name)
{
	const struct stage_effect *effect = stage->effects;

	while (effect->name != NULL && strcmp(effect->name, name) != 0)
		effect++;
	CHECK(effect->name != NULL); /* never renamed: an earlier build may have asked */
	return effect;
}

/* A number that no log has as an offset, the same in every process. */
static int64_t mark_of(struct bytes row_key)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(row_key, digest);
	return (int64_t)(bytes_u64(digest) >> 2 | UINT64_C(1) << 62);
}

struct effect_job *effect_job_create(const struct shard_context *context, const struct shard *shard,
                                     const struct cache_row *row)
{
	struct effect_job *const job = memory_zero(sizeof(*job));
	struct effect_pending_row pending;

	job->asked = arena_create(EFFECT_ARENA_BLOCK);
	job->answer.arena = arena_create(EFFECT_ARENA_BLOCK);
	job->row_key = arena_bytes(job->asked, cache_row_key(row));
	state_unpack(&effect_pending_table, job->row_key, arena_bytes(job->asked, row->packed),
	             &pending);
	job->stage = shard->stage;
	job->effect = find_effect(shard->stage, pending.name);
	job->shard_number = shard->number;
	job->mark = mark_of(job->row_key);
	job->key = pending.key;
	job->request = (struct effect_request){ .name = pending.name,
		                                .id = pending.id,
		                                .message = pending.message,
		                                .asked_at = pending.asked_at,
		                                .config = context->config,
		                                .documents = context->documents };
	job->bytes = row->packed.size;
	return job;
}

void effect_job_destroy(struct effect_job *job)
{
	arena_destroy(job->asked);
	arena_destroy(job->answer.arena);
	memory_free(job);
}

/* Running. */

/* What the log would refuse, or nobody could read, is no answer. */
static bool is_good(struct effect_job *job, const struct catalogue *catalogue)
{
	const struct topic *const topic = &catalogue->topics[job->stage->results];
	const struct bytes message = job->answer.message;
	char problem[PROTO_REASON_SIZE];

	if (message.data == NULL) {
		snprintf(job->answer.reason, sizeof(job->answer.reason), "there was no answer");
		return false;
	}
	if (message.size > RECORD_SIZE_MAX) {
		snprintf(job->answer.reason, sizeof(job->answer.reason),
		         "an answer of %zu bytes is over the limit of %d", message.size,
		         RECORD_SIZE_MAX);
		return false;
	}
	if (proto_valid(topic->message, message, problem))
		return true;
	snprintf(job->answer.reason, sizeof(job->answer.reason), "the answer: %s", problem);
	return false;
}

void effect_job_fail(struct effect_job *job, const struct catalogue *catalogue, const char *reason)
{
	char words[TASK_REASON_SIZE];

	snprintf(words, sizeof(words), "%s", reason);
	arena_reset(job->answer.arena);
	job->answer.message = (struct bytes){ 0 };
	job->failed = true;
	job->effect->failed(&job->request, words, &job->answer);
	CHECK(is_good(job, catalogue));
}

const char *effect_job_refused(const struct effect_job *job, const struct known_refusal *refused,
                               size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (refused[i].topic == job->stage->results &&
		    refused[i].partition == job->shard_number && refused[i].offset == job->mark)
			return refused[i].reason;
	return NULL;
}

/* Opened by the first that needs it. RETRY: it cannot be now. */
static enum status take_tool(struct effect_job *job, struct effect_tools *tools)
{
	size_t at = 0;

	if (job->effect->open == NULL)
		return STATUS_OK;
	while (at < tools->count && tools->all[at].effect != job->effect)
		at++;
	if (at == tools->count) {
		CHECK(at < EFFECT_TOOLS_MAX);
		tools->all[at].effect = job->effect;
		tools->all[at].tool =
		    job->effect->open(job->answer.reason, sizeof(job->answer.reason));
		tools->count += tools->all[at].tool != NULL;
	}
	job->request.tool = tools->all[at].tool;
	return job->request.tool != NULL ? STATUS_OK : STATUS_RETRY;
}

void effect_tools_close(struct effect_tools *tools)
{
	while (tools->count > 0) {
		tools->count--;
		tools->all[tools->count].effect->close(tools->all[tools->count].tool);
	}
}

static enum status run_noted(struct effect_job *job, const struct catalogue *catalogue,
                             struct effect_tools *tools)
{
	crash_note_event(catalogue->topics[job->stage->results].name, job->shard_number, job->mark);
	enum status status = take_tool(job, tools);

	if (status == STATUS_OK)
		status = job->effect->run(&job->request, &job->answer);
	crash_note_event(NULL, 0, 0);
	return status;
}

enum status effect_job_run(struct effect_job *job, const struct catalogue *catalogue,
                           struct effect_tools *tools, bool last)
{
	arena_reset(job->answer.arena);
	job->answer.message = (struct bytes){ 0 };
	job->answer.reason[0] = '\0';
	const enum status status = run_noted(job, catalogue, tools);

	if (status == STATUS_FATAL || (status == STATUS_RETRY && !last))
		return status;
	if (status != STATUS_OK || !is_good(job, catalogue))
		effect_job_fail(job, catalogue, job->answer.reason);
	return STATUS_OK;
}

/* The record. */

static const char *type_of(const struct effect_job *job, const struct catalogue *catalogue,
                           struct arena *arena)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	CHECK(proto_unpack(arena, catalogue->topics[job->stage->results].message,
	                   job->answer.message, &message, problem));
	return proto_type(arena, message);
}

size_t effect_job_headers(const struct effect_job *job, const struct shard_context *context,
                          struct arena *arena, struct log_header headers[static EFFECT_HEADERS])
{
	const struct effect_request *const request = &job->request;
	const struct instant asked =
	    time_later(request->asked_at, TIME_OLDEST); /* it may have none */
	const struct bytes time = bytes_of(time_format(asked, arena_alloc(arena, TIME_TEXT_SIZE)));
	const struct topic *const topic = &context->catalogue->topics[job->stage->results];
	const char *const id = arena_printf(arena, "%s/%d/%s/%s", job->stage->name,
	                                    job->shard_number, request->name, request->id);
	const struct log_header all[EFFECT_HEADERS] = {
		{ "ce_specversion", bytes_of("1.0") },
		{ "ce_id", bytes_of(id) },
		{ "ce_source", bytes_of(EFFECT_SOURCE) },
		{ "ce_type", bytes_of(type_of(job, context->catalogue, arena)) },
		{ "ce_subject", bytes_of(request->id) },
		{ "ce_time", time },
		{ "ce_meshtime", time },
		{ "ce_dataschema", bytes_of(topic->message->name) },
		{ "content-type", bytes_of("application/protobuf") },
		{ EFFECT_HEADER, bytes_of(request->name) },
	};

	memcpy(headers, all, sizeof(all));
	return EFFECT_HEADERS;
}
