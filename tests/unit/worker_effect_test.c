/*
 * worker_effect_test - a worker whose stage asks for effects: from the wish to the answer, with little room.
 */
#include "common/flow/worker.h"
#include "tests/support/effect_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define EVENTS 20
#define ROOM 5 /* events read and not folded */
#define STEPS 100

static struct worker worker;

static int set_up(void **state)
{
	static const int32_t partition = EFFECT_NUMBER;

	(void)effect_set_up(state);
	memory_client_give(&effect_test.client, &partition, 1);
	worker_init(&worker, &effect_test.context, effect_test.alone, EFFECT_IN, "one");
	worker.context.batch_events = 2;
	worker.held_max = ROOM;
	effect_work_open(worker.effects, &effect_test.blobs.door);
	return 0;
}

static int tear_down(void **state)
{
	worker_finish(&worker);
	return effect_tear_down(state);
}

/* The worker's step, and what happens elsewhere in that time. */
static void step(void)
{
	worker_take(&worker);
	worker_poll(&worker, SECONDS(0), 100);
	(void)worker_fold(&worker);
	worker_commit(&worker, SECONDS(0));
	worker_effects(&worker);
	(void)effect_work_run(worker.effects);
	memory_log_network(&effect_test.log, true);
}

static void feed_all(void)
{
	char ref[16];

	effect_feed(10, "asks", "x", "", 0);
	for (int i = 1; i < EVENTS; i++) {
		snprintf(ref, sizeof(ref), "%d", i);
		effect_feed(10 + i, ref, "", "", 0);
	}
}

/* What is read before the answer fills the room, and the answer lies behind it. */
static void recorded_a_shard_that_waits_for_an_answer_reads_on_until_it_comes(void **state)
{
	char ref[16];

	(void)state;
	feed_all();
	for (int i = 0; i < STEPS; i++)
		step();
	effect_assert_said("heard", "asks");
	effect_assert_said("done", "x");
	for (int i = 1; i < EVENTS - 1; i++) { /* the last one's time has not passed */
		snprintf(ref, sizeof(ref), "%d", i);
		effect_assert_said("heard", ref);
	}
	effect_assert_silent();
	assert_int_equal(effect_tries, 1);
	assert_null(worker.fatal);
}

static void live_no_effect_is_run_before_the_commit(void **state)
{
	(void)state;
	worker.context.recorded = false;
	feed_all();
	worker_take(&worker);
	worker_poll(&worker, SECONDS(0), 100);
	worker_take(&worker);
	worker_poll(&worker, SECONDS(0), 100);
	assert_true(worker_fold(&worker));
	worker_effects(&worker);
	assert_false(effect_work_run(worker.effects));
	worker_commit(&worker, SECONDS(0));
	worker_effects(&worker);
	assert_true(effect_work_run(worker.effects));
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(recorded_a_shard_that_waits_for_an_answer_reads_on_until_it_comes),
		CASE(live_no_effect_is_run_before_the_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
