/*
 * effect_work_test - effects on their way: bounded, sent until they are acknowledged, run by a thread.
 */
#include "common/base/text.h"
#include "common/flow/effect_job.h"
#include "tests/support/effect_fixture.h"

#include <poll.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MANY (EFFECTS_MAX + 40)

static int64_t news[EFFECT_FAILED + 1];

static void count_news(void *context, const struct stage *stage, const char *name,
                       enum effect_news what, int64_t count)
{
	assert_ptr_equal(context, news);
	assert_string_equal(stage->name, "asker");
	assert_string_equal(name, "render");
	news[what] += count;
}

static int set_up(void **state)
{
	memset(news, 0, sizeof(news));
	(void)effect_set_up(state);
	effect_work_watch(effect_test.effects, count_news, news);
	return 0;
}

static size_t lying(void)
{
	return memory_log_at(&effect_test.log, EFFECT_RESULTS, false, EFFECT_NUMBER)->count;
}

static void send_all(void)
{
	effect_work_send(effect_test.effects);
	memory_log_network(&effect_test.log, true);
}

static void ask_one(const char *id)
{
	effect_feed(10, "one", id, "", 0);
	effect_fold_to(20);
	effect_work_look(effect_test.effects, 0, effect_test.shard);
}

/* Room. */

static void no_more_than_so_many_are_taken_up_and_the_others_follow(void **state)
{
	char id[16];

	(void)state;
	effect_test.context.recorded = false;
	for (int i = 0; i < MANY; i++) {
		snprintf(id, sizeof(id), "id%d", i);
		effect_ask_whole(id);
	}
	effect_fold_to(20);
	effect_work_look(effect_test.effects, 0, effect_test.shard);
	assert_int_equal(news[EFFECT_STARTED], EFFECTS_MAX);
	assert_int_equal(stage_test_effects(&effect_test), EFFECTS_MAX);
	effect_fold_to(30);
	assert_int_equal(stage_test_effects(&effect_test), MANY - EFFECTS_MAX);
	assert_int_equal(news[EFFECT_STARTED], MANY);
	assert_int_equal(news[EFFECT_ANSWERED], MANY);
	assert_int_equal(effect_tries, MANY);
}

/* Answers. */

static void what_the_log_would_refuse_is_no_answer(void **state)
{
	(void)state;
	effect_padding = RECORD_SIZE_MAX;
	ask_one("x");
	assert_int_equal(stage_test_effects(&effect_test), 1);
	assert_int_equal(news[EFFECT_FAILED], 1);
	assert_int_equal(news[EFFECT_ANSWERED], 0);
	effect_fold_to(30);
	effect_assert_said("heard", "one");
	const struct partition_log *const log =
	    memory_log_at(&effect_test.log, EFFECT_RESULTS, false, EFFECT_NUMBER);

	assert_true(log->entries[0].record.value.size < TASK_REASON_SIZE + 100);
}

static void what_a_try_left_is_no_answer_of_the_next(void **state)
{
	(void)state;
	effect_half = true;
	effect_status = STATUS_RETRY;
	ask_one("x");
	assert_true(effect_work_run(effect_test.effects));
	effect_test.real = time_add(effect_test.real, MINUTES(5));
	effect_status = STATUS_OK;
	assert_true(effect_work_run(effect_test.effects));
	send_all();
	assert_int_equal(news[EFFECT_FAILED], 1);
	assert_int_equal(news[EFFECT_ANSWERED], 0);
}

static struct bytes header(const char *name)
{
	const struct partition_log *const log =
	    memory_log_at(&effect_test.log, EFFECT_RESULTS, false, EFFECT_NUMBER);
	const struct log_record *const record = &log->entries[0].record;

	return record_header(record->headers, record->header_count, name);
}

static void an_answer_says_what_asked_for_it(void **state)
{
	static const struct {
		const char *name;
		const char *value;
	} rows[] = {
		{ "ce_source", "effect" },
		{ "ce_effect", "render" },
		{ "ce_subject", "x" },
		{ "ce_id", "asker/1/render/x" },
		{ "ce_time", "1970-01-01T00:00:00.000010Z" },
		{ "ce_meshtime", "1970-01-01T00:00:00.000010Z" },
	};

	(void)state;
	ask_one("x");
	assert_int_equal(stage_test_effects(&effect_test), 1);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct bytes value = header(rows[i].name);

		assert_string_equal(arena_text(effect_test.arena, value.data, value.size),
		                    rows[i].value);
	}
	assert_null(header("ce_sequence").data);
}

/* Sending. */

static bool take_ack(void)
{
	struct log_event event = { .kind = LOG_NOTHING };

	while (event.kind != LOG_ACK)
		memory_log_ops.poll(&effect_test.client, SECONDS(0), true, &event);
	return effect_work_acked(effect_test.effects, event.token, event.sequence);
}

static void an_answer_is_sent_again_until_it_is_acknowledged(void **state)
{
	(void)state;
	ask_one("x");
	assert_true(effect_work_run(effect_test.effects));
	send_all();
	assert_int_equal(lying(), 1);
	send_all();
	assert_int_equal(lying(), 1); /* it is on its way */
	effect_work_restart(effect_test.effects);
	send_all();
	assert_int_equal(lying(), 2);
	assert_false(take_ack()); /* of the first, whose producer is gone */
	assert_true(take_ack());
	effect_work_restart(effect_test.effects);
	send_all();
	assert_int_equal(lying(), 2);
	assert_int_equal(news[EFFECT_ANSWERED], 1);
	assert_int_equal(effect_tries, 1);
}

static void the_answer_of_a_shard_that_is_lost_is_not_sent(void **state)
{
	(void)state;
	ask_one("x");
	assert_true(effect_work_run(effect_test.effects));
	effect_work_forget(effect_test.effects, 1); /* another's */
	effect_work_forget(effect_test.effects, 0);
	send_all();
	assert_int_equal(lying(), 0);
	assert_false(effect_work_run(effect_test.effects));
}

static void what_ends_the_process_says_why(void **state)
{
	(void)state;
	assert_null(effect_work_fatal(effect_test.effects));
	effect_status = STATUS_FATAL;
	ask_one("x");
	assert_true(effect_work_run(effect_test.effects));
	assert_string_equal(effect_work_fatal(effect_test.effects),
	                    "effect render: it cannot be done");
	assert_false(effect_work_run(effect_test.effects));
	send_all();
	assert_int_equal(lying(), 0);
}

/* What the crash note calls it is no offset of any log. */
static void what_crashed_its_process_too_often_fails_untried(void **state)
{
	struct known_refusal refused[] = {
		{ EFFECT_RESULTS, EFFECT_NUMBER + 1, 0, "elsewhere" },
		{ EFFECT_OUT, EFFECT_NUMBER, 0, "another topic" },
		{ EFFECT_RESULTS, EFFECT_NUMBER, 0, "it crashed" },
	};

	(void)state;
	ask_one("xy");
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		refused[i].offset = effect_test.effects->jobs[0]->mark;
	assert_true(refused[0].offset > INT64_MAX / 2);
	assert_true(refused[0].offset != effect_test.effects->jobs[1]->mark);
	effect_work_refuse(effect_test.effects, refused, COUNT_OF(refused));
	assert_int_equal(stage_test_effects(&effect_test), 2);
	assert_int_equal(effect_tries, 1);
	effect_fold_to(30);
	effect_assert_said("heard", "one");
	effect_assert_said("it crashed", "x");
	effect_assert_said("done", "y");
}

static const struct document *seen;

static void see_documents(const struct effect_request *request)
{
	seen = request->documents;
}

static void documents_are_those_of_the_time_when_it_was_asked_for(void **state)
{
	static const struct document before[] = { { .name = NULL } };
	static const struct document after[] = { { .name = NULL } };

	(void)state;
	effect_meanwhile = see_documents;
	effect_test.context.documents = before;
	ask_one("x");
	effect_test.context.documents = after;
	assert_true(effect_work_run(effect_test.effects));
	assert_ptr_equal(seen, before);
}

/* What an effect runs with. */

static void what_an_effect_runs_with_is_opened_once_and_closed_at_the_end(void **state)
{
	(void)state;
	assert_int_equal(effect_opened, 0);
	ask_one("xyz");
	assert_int_equal(effect_opened, 0);
	assert_int_equal(stage_test_effects(&effect_test), 3);
	assert_int_equal(effect_tries, 3);
	assert_int_equal(effect_opened, 1);
}

static void what_cannot_be_opened_now_is_tried_again(void **state)
{
	(void)state;
	effect_shut = true;
	ask_one("x");
	assert_true(effect_work_run(effect_test.effects));
	send_all();
	assert_int_equal(lying(), 0);
	effect_shut = false;
	assert_int_equal(stage_test_effects(&effect_test), 0);
	effect_test.real = time_add(effect_test.real, MINUTES(2));
	assert_int_equal(stage_test_effects(&effect_test), 1);
	effect_fold_to(30);
	effect_assert_said("heard", "one");
	effect_assert_said("done", "x");
}

static void what_can_never_be_opened_fails_with_its_reason(void **state)
{
	(void)state;
	effect_shut = true;
	ask_one("x");
	assert_int_equal(stage_test_effects(&effect_test), 1);
	assert_int_equal(effect_tries, 0);
	effect_fold_to(30);
	effect_assert_said("heard", "one");
	effect_assert_said("it is shut", "x");
}

/* The thread. */

static sem_t begun;
static sem_t may_end;

static void hold_on(const struct effect_request *request)
{
	(void)request;
	sem_post(&begun);
	sem_wait(&may_end);
}

static void wait_for_answers(size_t count)
{
	for (int i = 0; i < 1000 && lying() < count; i++) {
		send_all();
		(void)poll(NULL, 0, 5);
	}
	assert_int_equal(lying(), count);
}

/* The thread has begun one, and holds on. */
static void begin_one(void)
{
	sem_init(&begun, 0, 0);
	sem_init(&may_end, 0, 0);
	effect_meanwhile = hold_on;
	effect_work_start(effect_test.effects);
	ask_one("x");
	sem_wait(&begun);
}

static void a_thread_runs_what_comes_and_is_waited_for_within_bounds(void **state)
{
	(void)state;
	begin_one();
	assert_false(effect_work_stop(effect_test.effects, MILLISECONDS(20)));
	send_all();
	assert_int_equal(lying(), 0);
	sem_post(&may_end);
	assert_true(effect_work_stop(effect_test.effects, SECONDS(5)));
	wait_for_answers(1);
}

/* It is let go when it has ended, and nobody hears of it. */
static void one_that_runs_while_its_shard_is_lost_is_let_go(void **state)
{
	(void)state;
	begin_one();
	effect_work_forget(effect_test.effects, 0);
	sem_post(&may_end);
	assert_true(effect_work_stop(effect_test.effects, SECONDS(5)));
	send_all();
	assert_int_equal(lying(), 0);
	assert_int_equal(news[EFFECT_ANSWERED], 0);
}

static void what_waits_has_an_age_and_its_failed_tries(void **state)
{
	(void)state;
	assert_int_equal(effect_oldest(effect_test.shard).us, TIME_MAX.us);
	effect_status = STATUS_RETRY;
	ask_one("x");
	assert_int_equal(effect_work_tries(effect_test.effects, 0), 0);
	assert_true(effect_work_run(effect_test.effects));
	assert_int_equal(effect_oldest(effect_test.shard).us, 10);
	assert_int_equal(effect_work_tries(effect_test.effects, 0), 1);
	assert_int_equal(effect_work_tries(effect_test.effects, 1), 0);
	effect_test.real = time_add(effect_test.real, MINUTES(5));
	effect_status = STATUS_OK;
	assert_true(effect_work_run(effect_test.effects));
	assert_int_equal(effect_work_tries(effect_test.effects, 0), 0);
	(void)stage_test_effects(&effect_test);
	effect_fold_to(30);
	assert_true(effect_answered("x"));
	assert_int_equal(effect_oldest(effect_test.shard).us, TIME_MAX.us);
	assert_int_equal(effect_work_tries(NULL, 0), 0);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, effect_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(no_more_than_so_many_are_taken_up_and_the_others_follow),
		CASE(what_the_log_would_refuse_is_no_answer),
		CASE(what_a_try_left_is_no_answer_of_the_next),
		CASE(an_answer_says_what_asked_for_it),
		CASE(an_answer_is_sent_again_until_it_is_acknowledged),
		CASE(the_answer_of_a_shard_that_is_lost_is_not_sent),
		CASE(what_ends_the_process_says_why),
		CASE(what_crashed_its_process_too_often_fails_untried),
		CASE(documents_are_those_of_the_time_when_it_was_asked_for),
		CASE(what_an_effect_runs_with_is_opened_once_and_closed_at_the_end),
		CASE(what_cannot_be_opened_now_is_tried_again),
		CASE(what_can_never_be_opened_fails_with_its_reason),
		CASE(a_thread_runs_what_comes_and_is_waited_for_within_bounds),
		CASE(what_waits_has_an_age_and_its_failed_tries),
		CASE(one_that_runs_while_its_shard_is_lost_is_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
