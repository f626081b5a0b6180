/*
 * fetch_test - the rows that timers want are asked of the store in one trip each, also those of timers that a batch sets itself.
 */
#include "common/flow/shard.h"
#include "sim/toy.pb-c.h"
#include "tests/support/stage_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define WINDOWS 5
#define ROWS 20 /* of a window */

enum { IN, PROGRESS, TOPICS };

static const char *const by_edge[] = { "upstream", NULL };
static const char *const by_nobody[] = { NULL };
static const struct topic topics[TOPICS] = {
	{ .name = "in", .writers = by_edge, .message = &sim__v1__toy__descriptor },
	{ .name = "progress", .writers = by_nobody, .message = &sim__v1__toy__descriptor },
};
static const struct catalogue catalogue = {
	.topics = topics, .count = TOPICS, .journal = -1, .control = -1, .progress = PROGRESS
};

struct cell {
	int64_t window;
	int64_t number;
	int64_t seen;
};
static const struct column columns[] = { COLUMN(struct cell, window), COLUMN(struct cell, number),
	                                 COLUMN(struct cell, seen), COLUMN_END };
static const struct state_table cell_table = {
	.name = "cell", .columns = columns, .key_columns = 2, .row_size = sizeof(struct cell)
};

static struct stage_test test;
static struct store_ops counting;
static size_t trips;
static size_t seen;

static enum status load(void *store, struct shard *shard, const struct state_table *table,
                        const struct bytes *keys, size_t count)
{
	trips++;
	return memory_store_ops.load(store, shard, table, keys, count);
}

static int64_t window_of(const char *key)
{
	return key[0] - '0';
}

static void set_next(struct task *task, int64_t window)
{
	task_timer_set(task, "walk", arena_printf(task->arena, "%d", (int)window),
	               time_add(task->due, SECONDS(1)));
}

/* Each timer sets the next one, which is due in the same batch. */
static enum status on_walk(struct task *task, const char *key)
{
	struct cell cell = { .window = window_of(key) };

	for (cell.number = 0; cell.number < ROWS; cell.number++) {
		assert_true(task_load(task, &cell_table, &cell));
		cell.seen++;
		task_save(task, &cell_table, &cell);
		seen++;
	}
	if (cell.window + 1 < WINDOWS)
		set_next(task, cell.window + 1);
	return STATUS_OK;
}

static void need_walk(struct task *task, const char *key)
{
	struct cell cell = { .window = window_of(key) };

	for (; cell.number < ROWS; cell.number++)
		task_need(task, &cell_table, &cell);
}

/* Lays the rows. */
static enum status on_start(struct task *task, const char *key)
{
	(void)key;
	for (int64_t window = 0; window < WINDOWS; window++)
		for (int64_t number = 0; number < ROWS; number++)
			task_save(task, &cell_table, &(struct cell){ window, number, 0 });
	set_next(task, 0);
	return STATUS_OK;
}

static enum status on_word(struct task *task, const ProtobufCMessage *message)
{
	(void)task;
	(void)message;
	return STATUS_OK;
}

static const struct stage_event events[] = { { .topic = IN, .handle = on_word }, { .topic = -1 } };
static const struct stage_timer timers[] = {
	{ .name = "walk", .handle = on_walk, .need = need_walk },
	{ .name = "start", .handle = on_start },
	{ .name = NULL }
};
static const struct state_table *const tables[] = { &cell_table, NULL };
static const int emits[] = { -1 };
static const struct stage walker = {
	.name = "walker", .events = events, .tables = tables, .timers = timers, .emits = emits
};

static void a_timer_that_the_batch_has_set_asks_for_its_rows_in_one_trip(void **state)
{
	const struct instant zero = time_add((struct instant){ 0 }, DAYS(20000));

	(void)state;
	stage_test_init(&test, &catalogue, &walker, 1, NULL, NULL);
	shard_restore_timer(test.shard, "start", "", zero);
	assert_int_equal(stage_test_fold(&test, 0, time_add(zero, MILLISECONDS(1))), STATUS_OK);
	stage_test_restart(&test);
	counting = memory_store_ops;
	counting.load = load;
	test.outside.store_ops = &counting;
	assert_int_equal(stage_test_fold(&test, 0, time_add(zero, MINUTES(1))), STATUS_OK);
	assert_int_equal(seen, WINDOWS * ROWS);
	assert_int_equal(trips, WINDOWS);
	stage_test_finish(&test);
}

int main(void)
{
	const struct CMUnitTest cases[] = {
		cmocka_unit_test(a_timer_that_the_batch_has_set_asks_for_its_rows_in_one_trip),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
