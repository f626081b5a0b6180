/*
 * effect_test - what a stage asks for: pending with the commit, run, and answered once.
 */
#include "common/flow/dead_letter.h"
#include "tests/support/effect_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Asking. */

static void what_is_asked_for_twice_has_one_effect_and_one_answer(void **state)
{
	(void)state;
	effect_feed(10, "one", "xx", "", 0);
	effect_fold_to(20);
	effect_assert_said("heard", "one");
	assert_true(effect_asked("x"));
	assert_int_equal(stage_test_effects(&effect_test), 1);
	assert_int_equal(stage_test_effects(&effect_test), 0);
	effect_fold_to(30);
	effect_assert_said("done", "x");
	assert_false(effect_asked("x"));
	assert_true(effect_answered("x"));
	effect_feed(40, "two", "x", "", 0);
	effect_fold_to(50);
	effect_assert_said("heard", "two");
	assert_false(effect_asked("x"));
	assert_int_equal(stage_test_effects(&effect_test), 0);
	assert_int_equal(effect_tries, 1);
}

static void what_a_refused_event_asked_for_was_never_asked_for(void **state)
{
	(void)state;
	effect_feed(10, "one", "x", "bad", 0);
	effect_fold_to(20);
	assert_false(effect_asked("x"));
	assert_int_equal(stage_test_effects(&effect_test), 0);
	assert_int_equal(effect_tries, 0);
}

static void what_is_pending_is_run_again_by_whoever_loads_the_shard(void **state)
{
	(void)state;
	effect_feed(10, "one", "x", "", 0);
	effect_fold_to(20);
	stage_test_restart(&effect_test);
	assert_int_equal(stage_test_effects(&effect_test), 1);
	effect_fold_to(30);
	effect_assert_said("heard", "one");
	effect_assert_said("done", "x");
	effect_assert_silent();
}

static void an_id_is_text_of_some_length(void **state)
{
	char longest[EFFECT_ID_MAX + 2];
	const struct {
		const char *id;
		enum status status;
	} rows[] = { { "", STATUS_REJECT },
		     { longest, STATUS_REJECT },
		     { longest + 1, STATUS_OK },
		     { "\xc3\xa9", STATUS_OK } };

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[EFFECT_ID_MAX + 1] = '\0';
	effect_test.context.recorded = false;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		effect_ask_whole(rows[i].id);
		effect_fold_to(20);
		assert_int_equal(effect_id_status, rows[i].status);
		assert_int_equal(effect_asked(rows[i].id), rows[i].status == STATUS_OK);
	}
}

static void what_is_larger_than_a_record_is_not_asked_for(void **state)
{
	(void)state;
	effect_test.context.recorded = false;
	effect_asking = RECORD_SIZE_MAX;
	effect_ask_whole("x");
	effect_fold_to(20);
	assert_int_equal(effect_id_status, STATUS_REJECT);
	assert_false(effect_asked("x"));
}

static enum status count_put(void *context, const char *digest, struct bytes bytes)
{
	(void)digest;
	(void)bytes;
	++*(int *)context;
	return STATUS_OK;
}

static void what_is_too_large_is_not_kept(void **state)
{
	int puts = 0;
	struct effect_blobs blobs = { .context = &puts, .put = count_put };
	const struct bytes large = { arena_zero(effect_test.arena, EFFECT_BLOB_MAX + 1),
		                     EFFECT_BLOB_MAX + 1 };

	(void)state;
	assert_int_equal(effect_blob_put(&blobs, "", large), STATUS_REJECT);
	assert_int_equal(puts, 0);
}

/* Answers. */

static void an_answer_that_comes_again_or_to_nobody_is_dropped(void **state)
{
	(void)state;
	effect_feed_result("y", "");
	effect_feed(10, "one", "x", "", 0);
	effect_fold_to(20);
	effect_assert_said("heard", "one");
	effect_feed_result("x", "");
	effect_feed_result("x", "");
	effect_feed_result("nobody's", "");
	effect_fold_to(30);
	effect_feed_result("x", "");
	effect_fold_to(40);
	effect_assert_said("done", "x");
	effect_assert_silent();
	assert_false(effect_answered("y"));
}

static void a_record_without_a_name_answers_nothing(void **state)
{
	Sim__V1__Toy e = SIM__V1__TOY__INIT;

	(void)state;
	effect_feed(10, "one", "x", "", 0);
	effect_fold_to(20);
	assert_true(
	    stage_test_feed(&effect_test, &(struct stage_test_event){ .topic = EFFECT_RESULTS,
	                                                              .key = "key",
	                                                              .subject = "x",
	                                                              .time = { 10 },
	                                                              .mesh = { 10 },
	                                                              .message = &e.base }));
	effect_fold_to(30);
	assert_true(effect_asked("x"));
}

/* One refused as an event is; its place is the offset, as on the journal. */
static void an_answer_that_is_refused_is_a_dead_letter_and_an_answer(void **state)
{
	(void)state;
	effect_feed(10, "one", "x", "", 0);
	effect_fold_to(20);
	effect_feed_result("nobody's", "");
	effect_feed_result("x", "bad");
	effect_fold_to(30);
	struct dead_letter_row letter = {
		.stage = "asker", .topic = "results", .source = "effect", .sequence = 1
	};

	assert_true(stage_test_row(&effect_test, &dead_letter_table, &letter));
	assert_string_equal(letter.reason, "not now");
	assert_false(effect_asked("x"));
	assert_true(effect_answered("x"));
}

static void an_answer_waits_behind_its_parked_key_and_is_an_answer(void **state)
{
	(void)state;
	effect_asker.parks = true;
	effect_tear_down(NULL);
	stage_test_init(&effect_test, &effect_catalogue, &effect_asker, EFFECT_NUMBER, NULL, NULL);
	effect_test.context.recorded = false;
	effect_feed(10, "one", "x", "", 0);
	effect_feed(11, "two", "", "bad", 0);
	effect_fold_to(20);
	assert_int_equal(stage_test_effects(&effect_test), 1);
	effect_fold_to(30);
	effect_assert_said("heard", "one");
	assert_non_null(stage_test_next(&effect_test, NULL)); /* the dead letter */
	effect_assert_silent();
	assert_true(effect_answered("x"));
}

/* Failing. */

static void what_cannot_be_done_is_answered_so(void **state)
{
	static const struct {
		enum status status;
		int effect_tries;
	} rows[] = { { STATUS_REJECT, 1 }, { STATUS_RETRY, EFFECT_ATTEMPTS_MAX } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const id = i == 0 ? "x" : "y";

		effect_tries = 0;
		effect_status = rows[i].status;
		effect_feed(10 + (int64_t)i, "one", id, "", 0);
		effect_fold_to(20);
		assert_int_equal(stage_test_effects(&effect_test), 1);
		assert_int_equal(effect_tries, rows[i].effect_tries);
		effect_fold_to(30);
		effect_assert_said("heard", "one");
		effect_assert_said("it cannot be done", id);
		effect_assert_silent();
		assert_true(effect_answered(id));
	}
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, effect_set_up, effect_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_asked_for_twice_has_one_effect_and_one_answer),
		CASE(what_a_refused_event_asked_for_was_never_asked_for),
		CASE(what_is_pending_is_run_again_by_whoever_loads_the_shard),
		CASE(an_id_is_text_of_some_length),
		CASE(what_is_larger_than_a_record_is_not_asked_for),
		CASE(what_is_too_large_is_not_kept),
		CASE(an_answer_that_comes_again_or_to_nobody_is_dropped),
		CASE(a_record_without_a_name_answers_nothing),
		CASE(an_answer_that_is_refused_is_a_dead_letter_and_an_answer),
		CASE(an_answer_waits_behind_its_parked_key_and_is_an_answer),
		CASE(what_cannot_be_done_is_answered_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
