#include "tests/support/effect_fixture.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *const by_before[] = { "before", NULL };
static const char *const by_effect[] = { "effect", NULL };
static const char *const by_nobody[] = { NULL };
static const char *const by_asker[] = { "asker", NULL };
static const struct topic topics[EFFECT_TOPICS] = {
	{ .name = "in", .writers = by_before, .message = &sim__v1__toy__descriptor },
	{ .name = "results", .writers = by_effect, .message = &sim__v1__toy__descriptor },
	{ .name = "out", .writers = by_asker, .message = &sim__v1__toy__descriptor },
	{ .name = "progress", .writers = by_nobody, .message = &sim__v1__toy__descriptor },
};
const struct catalogue effect_catalogue = { .topics = topics,
	                                    .count = EFFECT_TOPICS,
	                                    .journal = -1,
	                                    .control = -1,
	                                    .progress = EFFECT_PROGRESS };

/* The stage. */

static enum status say(struct task *task, const char *kind, const char *ref)
{
	Sim__V1__Toy said = SIM__V1__TOY__INIT;

	said.kind = text_mutable(kind);
	said.ref = text_mutable(ref);
	return task_emit(task, &(struct emission){ .topic = EFFECT_OUT,
	                                           .key = "",
	                                           .partition = &task->shard_number,
	                                           .time = task->now,
	                                           .message = &said.base });
}

size_t effect_asking;

static enum status ask(struct task *task, const char *id)
{
	Sim__V1__Toy request = SIM__V1__TOY__INIT;

	request.ref = text_mutable(id);
	request.text = arena_zero(task->arena, effect_asking + 1);
	memset(request.text, 'x', effect_asking);
	return task_effect(task, "render", id, &request.base);
}

static enum status on_in(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;

	if (strcmp(e->kind, "whole") == 0) {
		effect_id_status = ask(task, e->text);
		return STATUS_OK;
	}
	for (const char *id = e->text; *id != '\0'; id++)
		TRY(ask(task, arena_printf(task->arena, "%c", *id)));
	if (e->number > 0)
		task_timer_set(task, "later", e->ref, (struct instant){ e->number });
	TRY(say(task, "heard", e->ref));
	return e->bad[0] != '\0' ? task_fail(task, STATUS_REJECT, "it is bad") : STATUS_OK;
}

static enum status on_result(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;

	TRY(say(task, e->kind, e->ref));
	return e->bad[0] != '\0' && task->now.us < 100 ? task_fail(task, STATUS_REJECT, "not now")
	                                               : STATUS_OK;
}

static enum status later(struct task *task, const char *key)
{
	TRY(say(task, "rang", key));
	return ask(task, "t");
}

int effect_tries;
int effect_opened;
bool effect_shut;
size_t effect_padding;
bool effect_half;
void (*effect_meanwhile)(const struct effect_request *request);
enum status effect_id_status;
enum status effect_status;

static void *open_tool(char *reason, size_t reason_size)
{
	snprintf(reason, reason_size, "it is shut");
	effect_opened += effect_shut ? 0 : 1;
	return effect_shut ? NULL : &effect_opened;
}

static void close_tool(void *tool)
{
	assert_ptr_equal(tool, &effect_opened);
	effect_opened--;
}

static enum status run(const struct effect_request *request, struct effect_answer *answer)
{
	Sim__V1__Toy result = SIM__V1__TOY__INIT;

	assert_ptr_equal(request->tool, &effect_opened);
	effect_tries++;
	if (effect_meanwhile != NULL)
		effect_meanwhile(request);
	result.kind = text_mutable("done");
	result.ref = text_mutable(request->id);
	result.text = arena_zero(answer->arena, effect_padding + 1);
	memset(result.text, 'x', effect_padding);
	if (effect_half == (effect_status != STATUS_OK))
		answer->message = proto_pack(answer->arena, &result.base);
	if (effect_status != STATUS_OK)
		snprintf(answer->reason, sizeof(answer->reason), "it cannot be done");
	return effect_status;
}

static void failed(const struct effect_request *request, const char *reason,
                   struct effect_answer *answer)
{
	Sim__V1__Toy result = SIM__V1__TOY__INIT;

	result.kind = text_mutable(reason);
	result.ref = text_mutable(request->id);
	answer->message = proto_pack(answer->arena, &result.base);
}

static const struct stage_event events[] = { { .topic = EFFECT_IN, .handle = on_in },
	                                     { .topic = EFFECT_RESULTS, .handle = on_result },
	                                     { .topic = -1 } };
static const struct stage_timer timers[] = { { "later", later, NULL }, { .name = NULL } };
static const int emits[] = { EFFECT_OUT, -1 };
static const struct stage_effect effects[] = { { .name = "render",
	                                         .doc = "Renders.",
	                                         .run = run,
	                                         .failed = failed,
	                                         .open = open_tool,
	                                         .close = close_tool },
	                                       { .name = NULL } };
struct stage effect_asker = { .name = "asker",
	                      .events = events,
	                      .timers = timers,
	                      .emits = emits,
	                      .effects = effects,
	                      .results = EFFECT_RESULTS };

struct stage_test effect_test;

int effect_set_up(void **state)
{
	(void)state;
	effect_tries = 0;
	effect_opened = 0;
	effect_shut = false;
	effect_padding = 0;
	effect_asking = 0;
	effect_half = false;
	effect_meanwhile = NULL;
	effect_status = STATUS_OK;
	effect_asker.parks = false;
	stage_test_init(&effect_test, &effect_catalogue, &effect_asker, EFFECT_NUMBER, NULL, NULL);
	return 0;
}

int effect_tear_down(void **state)
{
	(void)state;
	stage_test_finish(&effect_test);
	assert_int_equal(effect_opened, 0);
	return 0;
}

void effect_feed(int64_t mesh, const char *ref, const char *ids, const char *bad, int64_t ring)
{
	Sim__V1__Toy e = SIM__V1__TOY__INIT;

	e.ref = text_mutable(ref);
	e.text = text_mutable(ids);
	e.bad = text_mutable(bad);
	e.number = ring;
	assert_true(
	    stage_test_feed(&effect_test, &(struct stage_test_event){ .topic = EFFECT_IN,
	                                                              .key = "key",
	                                                              .time = { mesh },
	                                                              .mesh = { mesh },
	                                                              .message = &e.base }));
}

void effect_feed_result(const char *id, const char *bad)
{
	const struct log_header header = { "ce_effect", bytes_of("render") };
	Sim__V1__Toy e = SIM__V1__TOY__INIT;

	e.kind = text_mutable("done");
	e.ref = text_mutable(id);
	e.bad = text_mutable(bad);
	assert_true(
	    stage_test_feed(&effect_test, &(struct stage_test_event){ .topic = EFFECT_RESULTS,
	                                                              .key = "key",
	                                                              .subject = id,
	                                                              .time = { 10 },
	                                                              .mesh = { 10 },
	                                                              .message = &e.base,
	                                                              .headers = &header,
	                                                              .header_count = 1 }));
}

void effect_fold_to(int64_t frontier)
{
	assert_int_equal(
	    stage_test_fold(&effect_test, STAGE_TEST_ALL, (struct instant){ frontier }), STATUS_OK);
}

void effect_assert_said(const char *kind, const char *ref)
{
	const ProtobufCMessage *message;

	assert_non_null(stage_test_next(&effect_test, &message));
	const Sim__V1__Toy *const said = (const void *)message;

	assert_string_equal(said->kind, kind);
	assert_string_equal(said->ref, ref);
}

void effect_assert_silent(void)
{
	assert_null(stage_test_next(&effect_test, NULL));
}

bool effect_asked(const char *id)
{
	struct effect_pending_row row = { .stage = "asker", .name = "render", .id = id };

	return stage_test_row(&effect_test, &effect_pending_table, &row);
}

bool effect_answered(const char *id)
{
	struct effect_answered_row row = { .stage = "asker", .name = "render", .id = id };

	return stage_test_row(&effect_test, &effect_answered_table, &row);
}

void effect_ask_whole(const char *id)
{
	Sim__V1__Toy e = SIM__V1__TOY__INIT;

	e.kind = text_mutable("whole");
	e.text = text_mutable(id);
	assert_true(
	    stage_test_feed(&effect_test, &(struct stage_test_event){ .topic = EFFECT_IN,
	                                                              .key = "key",
	                                                              .time = { 10 },
	                                                              .mesh = { 10 },
	                                                              .message = &e.base }));
}
