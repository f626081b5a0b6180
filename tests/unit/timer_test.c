/* timer_test - the queue of timers: its order, its bound, and what is loaded as time comes. */
#include "common/flow/timer.h"

#include "common/flow/task.h"
#include "sim/toy.pb-c.h"
#include "tests/support/stage_test.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NAMES 2
#define KEYS 50
#define STEPS 20000
#define WAITING 200 /* timers of the stage below */
#define KEPT 10

static struct instant at_s(int64_t s)
{
	return time_add((struct instant){ 0 }, SECONDS(s));
}

/* The queue. */

static void timers_come_by_due_then_key_then_name(void **state)
{
	static const struct {
		uint32_t index;
		const char *key;
		int64_t due;
	} set[] = { { 1, "b", 5 }, { 0, "c", 5 }, { 0, "b", 5 }, { 1, "z", 1 }, { 0, "a", 9 } };
	static const char *const wanted[] = { "z1", "b0", "b1", "c0", "a0" };
	struct timer_queue queue;

	(void)state;
	timer_queue_init(&queue, NAMES);
	for (size_t i = 0; i < COUNT_OF(set); i++)
		assert_true(
		    timer_queue_set(&queue, set[i].index, set[i].key, at_s(set[i].due)).us ==
		    TIME_MAX.us);
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		const struct timer *const first = timer_queue_first(&queue);
		char name[8];

		(void)snprintf(name, sizeof(name), "%s%u", first->key, first->index);
		assert_string_equal(name, wanted[i]);
		(void)timer_queue_clear(&queue, first->index, first->key);
	}
	assert_null(timer_queue_first(&queue));
	timer_queue_finish(&queue);
}

static void a_timer_set_again_moves_and_tells_its_old_due(void **state)
{
	struct timer_queue queue;

	(void)state;
	timer_queue_init(&queue, NAMES);
	(void)timer_queue_set(&queue, 0, "a", at_s(5));
	assert_int_equal(timer_queue_set(&queue, 0, "a", at_s(3)).us, at_s(5).us);
	assert_int_equal(timer_queue_due(&queue, 0, "a").us, at_s(3).us);
	assert_int_equal(timer_queue_due(&queue, 1, "a").us, TIME_MAX.us);
	assert_int_equal(queue.count, 1);
	assert_int_equal(timer_queue_clear(&queue, 0, "a").us, at_s(3).us);
	assert_int_equal(timer_queue_clear(&queue, 0, "a").us, TIME_MAX.us);
	timer_queue_finish(&queue);
}

static void check_first(const struct timer_queue *queue, int64_t dues[NAMES][KEYS])
{
	const struct timer *const first = timer_queue_first(queue);
	int64_t least = INT64_MAX;

	for (int n = 0; n < NAMES; n++)
		for (int k = 0; k < KEYS; k++)
			if (dues[n][k] > 0 && dues[n][k] < least)
				least = dues[n][k];
	assert_int_equal(first == NULL ? INT64_MAX : first->due.us, least);
}

static void the_queue_agrees_with_an_array_after_any_history(void **state)
{
	int64_t dues[NAMES][KEYS] = { 0 };
	struct timer_queue queue;
	struct chance chance;

	(void)state;
	chance_seed(&chance, 7);
	timer_queue_init(&queue, NAMES);
	for (int step = 0; step < STEPS; step++) {
		const int n = chance_below(&chance, NAMES);
		const int k = chance_below(&chance, KEYS);
		const int64_t due = chance_of(&chance, 600) ? chance_between(&chance, 1, 99) : 0;
		char key[16];

		(void)snprintf(key, sizeof(key), "%d", k);
		if (due > 0)
			(void)timer_queue_set(&queue, (uint32_t)n, key, (struct instant){ due });
		else
			(void)timer_queue_clear(&queue, (uint32_t)n, key);
		dues[n][k] = due;
		check_first(&queue, dues);
	}
	timer_queue_finish(&queue);
}

static void what_is_due_before_an_instant_is_found_whole(void **state)
{
	struct timer *found[100];
	struct timer_queue queue;
	char key[16];

	(void)state;
	timer_queue_init(&queue, 1);
	for (int i = 0; i < 100; i++) {
		(void)snprintf(key, sizeof(key), "%d", i);
		(void)timer_queue_set(&queue, 0, key, at_s(i * 37 % 100));
	}
	assert_int_equal(timer_queue_before(&queue, at_s(30), found, 100), 30);
	for (int i = 0; i < 30; i++)
		assert_true(time_before(found[i]->due, at_s(30)));
	assert_int_equal(timer_queue_before(&queue, at_s(30), found, 4), 4);
	timer_queue_finish(&queue);
}

static void a_queue_that_shrinks_keeps_the_earliest_and_parts_no_instant(void **state)
{
	struct timer_queue queue;
	char key[16];

	(void)state;
	timer_queue_init(&queue, 1);
	queue.until = TIME_MAX;
	for (int i = 0; i < 90; i++) { /* three of each second */
		(void)snprintf(key, sizeof(key), "%d", i);
		(void)timer_queue_set(&queue, 0, key, at_s((89 - i) / 3));
	}
	timer_queue_shrink(&queue, 50);
	assert_int_equal(queue.count, 90); /* not twice as many: it is not worth it */
	timer_queue_shrink(&queue, 10);
	assert_int_equal(queue.count, 12);
	assert_int_equal(queue.until.us, at_s(3).us + 1);
	assert_int_equal(timer_queue_due(&queue, 0, "89").us, at_s(0).us);
	assert_int_equal(timer_queue_due(&queue, 0, "77").us, TIME_MAX.us);
	for (int64_t i = 0; queue.count > 0; i++) {
		assert_int_equal(timer_queue_first(&queue)->due.us, at_s(i / 3).us);
		(void)timer_queue_clear(&queue, 0, timer_queue_first(&queue)->key);
	}
	timer_queue_finish(&queue);
}

/* A stage whose timers wait for long. */

enum { TOPIC_IN, TOPIC_OUT, TOPIC_PROGRESS, TOPICS };

static const char *const writers_in[] = { "before", NULL };
static const char *const writers_out[] = { "waiter", NULL };
static const char *const by_nobody[] = { NULL };
static const struct topic topics[TOPICS] = {
	{ .name = "in", .writers = writers_in, .message = &sim__v1__toy__descriptor },
	{ .name = "out", .writers = writers_out, .message = &sim__v1__toy__descriptor },
	{ .name = "progress", .writers = by_nobody, .message = &sim__v1__toy__descriptor },
};
static const struct catalogue catalogue = {
	.topics = topics, .count = TOPICS, .journal = -1, .control = -1, .progress = TOPIC_PROGRESS
};

/* "set": so many timers, a minute apart, in no order. "clear": the timer `key` is taken back. */
static enum status on_order(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const order = (const void *)message;

	for (int64_t i = 0; strcmp(order->kind, "set") == 0 && i < order->number; i++)
		task_timer_set(task, "ring",
		               arena_printf(task->arena, "%lld",
		                            (long long)(i * 37 % order->number)),
		               time_add(task->event->time, MINUTES(i * 37 % order->number)));
	if (strcmp(order->kind, "clear") == 0)
		task_timer_clear(task, "ring", order->key);
	if (strcmp(order->kind, "run") == 0)
		return task_timer_run(task, "ring", order->key, task->event->time);
	if (strcmp(order->kind, "move") == 0)
		task_timer_set(task, "ring", order->key,
		               time_add(task->event->time, MINUTES(1 + order->number)));
	return STATUS_OK;
}

static enum status ring(struct task *task, const char *key)
{
	Sim__V1__Toy rung = SIM__V1__TOY__INIT;

	rung.text = arena_string(task->arena, key);
	rung.time_us = task->due.us;
	return task_emit(task, &(struct emission){ .topic = TOPIC_OUT,
	                                           .key = "",
	                                           .partition = &task->shard_number,
	                                           .time = task->due,
	                                           .message = &rung.base });
}

static const struct stage_event events[] = { { .topic = TOPIC_IN, .handle = on_order },
	                                     { .topic = -1 } };
static const struct stage_timer timers[] = { { "ring", ring, NULL }, { .name = NULL } };
static const int emits[] = { TOPIC_OUT, -1 };
static const struct stage waiter = {
	.name = "waiter", .events = events, .timers = timers, .emits = emits
};

static void order(struct stage_test *test, const char *kind, const char *key, int64_t at,
                  int64_t number)
{
	Sim__V1__Toy message = SIM__V1__TOY__INIT;

	message.kind = arena_string(test->arena, kind);
	message.key = arena_string(test->arena, key);
	message.number = number;
	assert_true(stage_test_feed(test, &(struct stage_test_event){ .topic = TOPIC_IN,
	                                                              .time = at_s(at),
	                                                              .mesh = at_s(at),
	                                                              .message = &message.base }));
}

static void start(struct stage_test *test)
{
	stage_test_init(test, &catalogue, &waiter, 1, NULL, NULL);
	test->context.timers_kept = KEPT;
	stage_test_restart(test);
	order(test, "set", "", 1000, WAITING);
	assert_int_equal(stage_test_fold(test, STAGE_TEST_ALL, at_s(1000)), STATUS_OK);
}

static void check_rings(struct stage_test *test, int64_t first, int64_t count)
{
	for (int64_t i = first; i < first + count; i++) {
		const ProtobufCMessage *message;

		assert_non_null(stage_test_next(test, &message));
		assert_int_equal(((const Sim__V1__Toy *)(const void *)message)->time_us,
		                 at_s(1000 + 60 * i).us);
	}
	assert_null(stage_test_next(test, NULL));
}

static void timers_that_wait_for_long_are_not_in_memory_and_fire_in_order(void **state)
{
	static struct stage_test test;

	(void)state;
	start(&test);
	for (int64_t hour = 1; hour <= 3; hour++) {
		assert_true(test.shard->timers.count <= 2 * KEPT);
		assert_int_equal(stage_test_fold(&test, 0, at_s(1000 + 3600 * hour)), STATUS_OK);
		check_rings(&test, 60 * (hour - 1), 60);
		if (hour == 2)
			stage_test_restart(&test);
	}
	assert_int_equal(stage_test_fold(&test, 0, at_s(1000 + 3600 * 99)), STATUS_OK);
	check_rings(&test, 180, WAITING - 180);
	stage_test_finish(&test);
}

static void a_timer_that_is_not_in_memory_can_be_taken_back_and_moved(void **state)
{
	static struct stage_test test;
	struct instant due;

	(void)state;
	start(&test);
	order(&test, "clear", "150", 1010, 0);
	order(&test, "move", "151", 1010, 0);
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, at_s(1020)), STATUS_OK);
	assert_false(stage_test_timer(&test, "ring", "150", &due));
	assert_true(stage_test_timer(&test, "ring", "151", &due));
	assert_int_equal(due.us, at_s(1070).us);
	assert_int_equal(stage_test_fold(&test, 0, at_s(1000 + 3600 * 99)), STATUS_OK);
	assert_int_equal(stage_test_fact_count(&test), WAITING - 1);
	assert_int_equal(stage_test_fact(&test, 2)->time.us, at_s(1070).us);
	stage_test_finish(&test);
}

static void what_one_batch_does_to_a_timer_counts_more_than_what_it_loads(void **state)
{
	static struct stage_test test;

	(void)state;
	start(&test);
	order(&test, "clear", "100", 1010, 0);
	order(&test, "move", "101", 1011, 0);
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, at_s(1000 + 3600 * 99)), STATUS_OK);
	assert_int_equal(stage_test_fact_count(&test), WAITING - 1);
	assert_int_equal(stage_test_fact(&test, 2)->time.us, at_s(1071).us);
	for (size_t i = 0; i < stage_test_fact_count(&test); i++)
		assert_int_not_equal(stage_test_fact(&test, i)->time.us, at_s(1000 + 6000).us);
	stage_test_finish(&test);
}

static void a_timer_set_for_later_than_those_in_memory_waits_for_its_turn(void **state)
{
	static struct stage_test test;

	(void)state;
	start(&test);
	order(&test, "move", "new", 1010, 100);
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, at_s(1020)), STATUS_OK);
	assert_int_equal(stage_test_fold(&test, 0, at_s(1000 + 3600 * 99)), STATUS_OK);
	assert_int_equal(stage_test_fact_count(&test), WAITING + 1);
	for (size_t i = 1; i < stage_test_fact_count(&test); i++)
		assert_true(time_before(stage_test_fact(&test, i - 1)->time,
		                        stage_test_fact(&test, i)->time));
	stage_test_finish(&test);
}

static void a_timer_that_is_run_by_an_event_fires_then_and_no_more(void **state)
{
	static struct stage_test test;

	(void)state;
	start(&test);
	order(&test, "run", "100", 1010, 0);
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, at_s(1020)), STATUS_OK);
	assert_int_equal(stage_test_fact(&test, 1)->time.us, at_s(1010).us);
	assert_int_equal(stage_test_fold(&test, 0, at_s(1000 + 3600 * 99)), STATUS_OK);
	assert_int_equal(stage_test_fact_count(&test), WAITING);
	for (size_t i = 0; i < stage_test_fact_count(&test); i++)
		assert_int_not_equal(stage_test_fact(&test, i)->time.us, at_s(1000 + 6000).us);
	stage_test_finish(&test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_come_by_due_then_key_then_name),
		cmocka_unit_test(a_timer_set_again_moves_and_tells_its_old_due),
		cmocka_unit_test(the_queue_agrees_with_an_array_after_any_history),
		cmocka_unit_test(what_is_due_before_an_instant_is_found_whole),
		cmocka_unit_test(a_queue_that_shrinks_keeps_the_earliest_and_parts_no_instant),
		cmocka_unit_test(timers_that_wait_for_long_are_not_in_memory_and_fire_in_order),
		cmocka_unit_test(a_timer_that_is_not_in_memory_can_be_taken_back_and_moved),
		cmocka_unit_test(a_timer_that_is_run_by_an_event_fires_then_and_no_more),
		cmocka_unit_test(a_timer_set_for_later_than_those_in_memory_waits_for_its_turn),
		cmocka_unit_test(what_one_batch_does_to_a_timer_counts_more_than_what_it_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
