/*
 * patience_test - many timers that are due at once: how long a batch goes on with them, and that where it ends changes nothing.
 */
#include "common/base/text.h"
#include "common/flow/shard.h"
#include "sim/toy.pb-c.h"
#include "tests/support/stage_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define EACH MILLISECONDS(8) /* real time that a timer takes */
#define PATIENCE MILLISECONDS(20)

enum { IN, OUT, PROGRESS, TOPICS };

static const char *const by_edge[] = { "upstream", NULL };
static const char *const by_reader[] = { "reader", NULL };
static const char *const by_nobody[] = { NULL };
static const struct topic topics[TOPICS] = {
	{ .name = "in", .writers = by_edge, .message = &sim__v1__toy__descriptor },
	{ .name = "out", .writers = by_reader, .message = &sim__v1__toy__descriptor },
	{ .name = "progress", .writers = by_nobody, .message = &sim__v1__toy__descriptor },
};
static const struct catalogue catalogue = {
	.topics = topics, .count = TOPICS, .journal = -1, .control = -1, .progress = PROGRESS
};

static struct stage_test test;
static const char *heard; /* "1@1 2@2 word@9": what was handled, and the second that it was */
static struct instant zero;

static void hear(const struct task *task, const char *what)
{
	heard = arena_printf(test.arena, "%s%s@%lld ", heard, what,
	                     (long long)(time_since(zero, task->now).us / 1000000));
}

static enum status on_word(struct task *task, const ProtobufCMessage *message)
{
	(void)message;
	hear(task, "word");
	return STATUS_OK;
}

static enum status on_timer(struct task *task, const char *key)
{
	hear(task, key);
	test.real = time_add(test.real, EACH);
	return STATUS_OK;
}

/* Sets all timers: a second apart, but the fourth and the fifth, which are due with the third. */
static enum status on_start(struct task *task, const char *key)
{
	static const int64_t seconds[] = { 1, 2, 3, 3, 3, 6, 7, 8 };

	(void)key;
	zero = task->due;
	for (size_t i = 0; i < COUNT_OF(seconds); i++)
		task_timer_set(task, "timer", arena_printf(task->arena, "%zu", i + 1),
		               time_add(zero, SECONDS(seconds[i])));
	return STATUS_OK;
}

static const struct stage_event events[] = { { .topic = IN, .handle = on_word }, { .topic = -1 } };
static const struct stage_timer timers[] = { { .name = "timer", .handle = on_timer },
	                                     { .name = "start", .handle = on_start },
	                                     { .name = NULL } };
static const int emits[] = { OUT, -1 };
static const struct stage reader = {
	.name = "reader", .events = events, .timers = timers, .emits = emits
};

static struct instant second(int64_t number)
{
	return time_add(zero, SECONDS(number));
}

static void begin(struct duration patience)
{
	stage_test_init(&test, &catalogue, &reader, 1, NULL, NULL);
	heard = "";
	zero = time_add((struct instant){ 0 }, DAYS(20000));
	shard_restore_timer(test.shard, "start", "", zero);
	assert_int_equal(stage_test_fold(&test, 0, time_add(zero, (struct duration){ 1 })),
	                 STATUS_OK);
	test.patience = patience;
}

static void word_at(int64_t number)
{
	Sim__V1__Toy word = SIM__V1__TOY__INIT;

	assert_true(stage_test_feed(&test, &(struct stage_test_event){ .topic = IN,
	                                                               .key = "a",
	                                                               .time = second(number),
	                                                               .mesh = second(number),
	                                                               .message = &word.base }));
}

static void fold(int64_t frontier)
{
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, second(frontier)), STATUS_OK);
}

static void a_batch_ends_before_the_next_instant_when_its_timers_took_too_long(void **state)
{
	(void)state;
	begin(PATIENCE);
	fold(10);
	/* Three have taken 24 ms; two more are due at the same instant. */
	assert_string_equal(heard, "1@1 2@2 3@3 4@3 5@3 ");
	assert_int_equal(test.shard->row.now.us, second(3).us + 1);
	fold(10);
	assert_string_equal(heard, "1@1 2@2 3@3 4@3 5@3 6@6 7@7 8@8 ");
	assert_int_equal(test.shard->row.now.us, second(10).us);
	stage_test_finish(&test);
}

static void an_event_behind_the_end_of_a_batch_is_folded_with_the_next_at_its_own_time(void **state)
{
	(void)state;
	begin(PATIENCE);
	word_at(7);
	fold(10);
	assert_string_equal(heard, "1@1 2@2 3@3 4@3 5@3 ");
	assert_int_equal(test.shard->held_count, 1);
	fold(10);
	assert_string_equal(heard, "1@1 2@2 3@3 4@3 5@3 6@6 word@7 7@7 8@8 ");
	assert_int_equal(test.shard->held_count, 0);
	stage_test_finish(&test);
}

/* The journal has a batch's frontier: without any patience the same frontiers give the same batches. */
static void what_the_journal_says_of_a_batch_that_ended_early_fires_the_same_timers(void **state)
{
	struct instant said;

	(void)state;
	begin(PATIENCE);
	fold(10);
	const struct image *const image = memory_store_image(&test.store, "reader", 1);

	said = image->journal[image->journal_count - 1].frontier;
	assert_string_equal(heard, "1@1 2@2 3@3 4@3 5@3 ");
	assert_int_equal(said.us, test.shard->row.now.us);
	stage_test_finish(&test);

	begin(SECONDS(0));
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, said), STATUS_OK);
	assert_string_equal(heard, "1@1 2@2 3@3 4@3 5@3 ");
	assert_int_equal(test.shard->row.now.us, said.us);
	stage_test_finish(&test);
}

static void one_timer_is_fired_however_long_it_takes(void **state)
{
	(void)state;
	begin((struct duration){ 1 });
	for (int64_t folds = 1; folds <= 3; folds++)
		fold(10);
	assert_string_equal(heard, "1@1 2@2 3@3 4@3 5@3 ");
	stage_test_finish(&test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_batch_ends_before_the_next_instant_when_its_timers_took_too_long),
		cmocka_unit_test(
		    an_event_behind_the_end_of_a_batch_is_folded_with_the_next_at_its_own_time),
		cmocka_unit_test(
		    what_the_journal_says_of_a_batch_that_ended_early_fires_the_same_timers),
		cmocka_unit_test(one_timer_is_fired_however_long_it_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
