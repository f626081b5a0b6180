/*
 * effect_order_test - the place of an answer in the order of what a shard folds.
 */
#include "tests/support/effect_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void live_nothing_waits_for_an_answer(void **state)
{
	(void)state;
	effect_test.context.recorded = false;
	effect_feed(10, "one", "x", "", 0);
	effect_feed(11, "two", "", "", 0);
	effect_fold_to(20);
	effect_assert_said("heard", "one");
	effect_assert_said("heard", "two");
	assert_int_equal(effect_test.shard->committed_now.us, 20);
	assert_int_equal(stage_test_effects(&effect_test), 1);
	effect_fold_to(30);
	effect_assert_said("done", "x");
}

static void recorded_nothing_is_folded_between_an_event_and_what_it_asked_for(void **state)
{
	(void)state;
	effect_feed(10, "one", "x", "", 0);
	effect_feed(10, "two", "", "", 0);
	effect_fold_to(20);
	effect_fold_to(30);
	effect_assert_said("heard", "one");
	effect_assert_silent();
	assert_int_equal(effect_test.shard->committed_now.us, 10);
	assert_int_equal(stage_test_effects(&effect_test), 1);
	effect_fold_to(30);
	effect_assert_said("done", "x");
	effect_assert_said("heard", "two");
	assert_int_equal(effect_test.shard->committed_now.us, 30);
}

static void recorded_answers_are_folded_in_one_order_whenever_they_come(void **state)
{
	(void)state;
	effect_feed(10, "one", "ba", "", 0);
	effect_fold_to(20);
	effect_assert_said("heard", "one");
	effect_feed_result("b", "");
	effect_fold_to(20);
	effect_assert_silent();
	assert_int_equal(stage_test_effects(&effect_test), 2);
	effect_fold_to(20);
	effect_assert_said("done", "a");
	effect_assert_said("done", "b");
	effect_assert_silent();
}

/* They are folded in another order than they lie in: what lies behind is read again, and dropped. */
static void recorded_an_answer_that_is_read_again_is_folded_once(void **state)
{
	(void)state;
	effect_feed(10, "one", "ba", "", 0);
	effect_fold_to(20);
	effect_feed_result("b", "");
	effect_feed_result("a", "");
	assert_int_equal(stage_test_fold(&effect_test, 0, (struct instant){ 20 }), STATUS_OK);
	assert_int_equal(stage_test_fold(&effect_test, 1, (struct instant){ 20 }), STATUS_OK);
	stage_test_restart(&effect_test);
	effect_fold_to(30);
	effect_assert_said("heard", "one");
	effect_assert_said("done", "a");
	effect_assert_said("done", "b");
	effect_assert_silent();
}

static void recorded_time_stands_still_where_a_timer_has_asked(void **state)
{
	(void)state;
	effect_feed(10, "one", "", "", 12);
	effect_feed(10, "two", "", "", 14);
	effect_fold_to(20);
	effect_assert_said("heard", "one");
	effect_assert_said("heard", "two");
	effect_assert_said("rang", "one");
	effect_assert_silent();
	assert_int_equal(effect_test.shard->committed_now.us, 12);
	assert_int_equal(stage_test_effects(&effect_test), 1);
	effect_fold_to(20);
	effect_assert_said("done", "t");
	effect_assert_said("rang", "two");
	effect_assert_silent(); /* it was answered: nobody is asked again, and nothing waits */
	assert_int_equal(effect_test.shard->committed_now.us, 20);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, effect_set_up, effect_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(live_nothing_waits_for_an_answer),
		CASE(recorded_nothing_is_folded_between_an_event_and_what_it_asked_for),
		CASE(recorded_answers_are_folded_in_one_order_whenever_they_come),
		CASE(recorded_an_answer_that_is_read_again_is_folded_once),
		CASE(recorded_time_stands_still_where_a_timer_has_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
