/* dead_letter_test - refusals: undone, kept, told, parked behind, folded again or dropped, and limited. */
#include "common/flow/dead_letter.h"

#include "common/flow/task.h"
#include "opsmesh/v1/control.pb-c.h"
#include "sim/toy.pb-c.h"
#include "tests/support/stage_test.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { IN, CONTROL, OUT, PROGRESS, TOPICS };

#define NUMBER 1

static const char *const by_before[] = { "before", NULL };
static const char *const by_keeper[] = { "keeper", NULL };
static const char *const by_nobody[] = { NULL };
static const struct topic topics[TOPICS] = {
	{ .name = "in", .writers = by_before, .message = &sim__v1__toy__descriptor },
	{ .name = "control",
	  .writers = by_before,
	  .message = &opsmesh__v1__control_event__descriptor },
	{ .name = "out", .writers = by_keeper, .message = &sim__v1__toy__descriptor },
	{ .name = "progress", .writers = by_nobody, .message = &sim__v1__toy__descriptor },
};
static const struct catalogue catalogue = {
	.topics = topics, .count = TOPICS, .journal = -1, .control = CONTROL, .progress = PROGRESS
};

struct count_row {
	const char *key;
	int64_t count;
};

static const struct column count_columns[] = { COLUMN(struct count_row, key),
	                                       COLUMN(struct count_row, count), COLUMN_END };
static const struct state_table count_table = { .name = "count",
	                                        .columns = count_columns,
	                                        .key_columns = 1,
	                                        .row_size = sizeof(struct count_row) };

static bool mended; /* the bug that refuses what is bad */

/* Counts and repeats what it is told; what is bad is refused after everything was done. */
static enum status on_word(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const word = (const void *)message;
	struct count_row row = { .key = word->key };

	(void)task_load(task, &count_table, &row);
	row.count++;
	task_save(task, &count_table, &row);
	task_timer_set(task, "later", word->key, time_add(task->event->time, SECONDS(100000)));
	TRY(task_emit(task, &(struct emission){ .topic = OUT,
	                                        .key = word->key,
	                                        .partition = &task->shard_number,
	                                        .time = task->event->time,
	                                        .message = &word->base }));
	return word->bad[0] != '\0' && !mended
	           ? task_fail(task, STATUS_REJECT, "%s is bad", word->text)
	           : STATUS_OK;
}

static enum status later(struct task *task, const char *key)
{
	(void)task;
	(void)key;
	return STATUS_OK;
}

static const struct stage_event events[] = { { .topic = IN, .handle = on_word }, { .topic = -1 } };
static const struct state_table *const tables[] = { &count_table, NULL };
static const struct stage_timer timers[] = { { "later", later, NULL }, { .name = NULL } };
static const int emits[] = { OUT, -1 };
static const struct stage keeper = { .name = "keeper",
	                             .events = events,
	                             .tables = tables,
	                             .timers = timers,
	                             .emits = emits,
	                             .parks = true };

static struct stage_test test;
static int64_t clock_s;

static int start(void **state)
{
	(void)state;
	mended = false;
	clock_s = 1000;
	stage_test_init(&test, &catalogue, &keeper, NUMBER, NULL, NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	stage_test_finish(&test);
	return 0;
}

static struct instant now(void)
{
	return time_add((struct instant){ 0 }, SECONDS(clock_s));
}

static enum status fold(void)
{
	return stage_test_fold(&test, STAGE_TEST_ALL, now());
}

static void tell(const char *key, const char *text, const char *bad)
{
	Sim__V1__Toy word = SIM__V1__TOY__INIT;

	word.key = arena_string(test.arena, key);
	word.text = arena_string(test.arena, text);
	word.bad = arena_string(test.arena, bad);
	clock_s++;
	assert_true(stage_test_feed(
	    &test,
	    &(struct stage_test_event){
		.topic = IN, .key = key, .time = now(), .mesh = now(), .message = &word.base }));
}

static void order(bool retry, const char *consumer, int64_t sequence)
{
	Opsmesh__V1__ControlEvent control = OPSMESH__V1__CONTROL_EVENT__INIT;
	Opsmesh__V1__DeadLetterOrder letter = OPSMESH__V1__DEAD_LETTER_ORDER__INIT;

	letter.consumer = arena_string(test.arena, consumer);
	letter.topic = arena_string(test.arena, "in");
	letter.source = arena_string(test.arena, "before/1");
	letter.partition = NUMBER;
	letter.sequence = sequence;
	control.fact_case = retry ? OPSMESH__V1__CONTROL_EVENT__FACT_RETRY_REQUESTED
	                          : OPSMESH__V1__CONTROL_EVENT__FACT_DROP_REQUESTED;
	if (retry)
		control.retry_requested = &letter;
	else
		control.drop_requested = &letter;
	clock_s++;
	assert_true(stage_test_feed(
	    &test, &(struct stage_test_event){
		       .topic = CONTROL, .time = now(), .mesh = now(), .message = &control.base }));
	assert_int_equal(fold(), STATUS_OK);
}

/* What the stage has said since it was last asked: texts, a dead letter in brackets. */
static const char *said(void)
{
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *text = "";

	while ((fact = stage_test_next(&test, &message)) != NULL) {
		const char *const word = ((const Sim__V1__Toy *)(const void *)message)->text;

		text = fact->dead_letter ? arena_printf(test.arena, "%s[%s]", text, word)
		                         : arena_printf(test.arena, "%s%s", text, word);
	}
	return text;
}

static int64_t count_of(const char *key)
{
	struct count_row row = { .key = key };

	return stage_test_row(&test, &count_table, &row) ? row.count : 0;
}

static const char *letter_header(const struct fact *fact, const char *name)
{
	struct log_header *headers;
	size_t count;

	assert_true(headers_unpack(test.arena, fact->headers, &headers, &count));
	const struct bytes value = record_header(headers, count, name);

	return value.data == NULL ? "" : arena_text(test.arena, value.data, value.size);
}

static void a_refused_event_leaves_nothing_but_its_letter(void **state)
{
	struct instant due;

	(void)state;
	tell("k", "a", "bad");
	assert_int_equal(fold(), STATUS_OK);
	assert_string_equal(said(), "[a]");
	assert_int_equal(count_of("k"), 0);
	assert_false(stage_test_timer(&test, "later", "k", &due));
	assert_int_equal(stage_test_fact(&test, 0)->sequence, 1);
}

static void a_letter_says_whose_it_is_and_why(void **state)
{
	const struct fact *fact;

	(void)state;
	tell("k", "a", "bad");
	assert_int_equal(fold(), STATUS_OK);
	fact = stage_test_fact(&test, 0);
	assert_string_equal(letter_header(fact, "dlq_consumer"), "keeper");
	assert_string_equal(letter_header(fact, "dlq_topic"), "in");
	assert_string_equal(letter_header(fact, "dlq_partition"), "1");
	assert_string_equal(letter_header(fact, "dlq_source"), "before/1");
	assert_string_equal(letter_header(fact, "dlq_sequence"), "1");
	assert_string_equal(letter_header(fact, "dlq_attempts"), "1");
	assert_string_equal(letter_header(fact, "dlq_reason"), "a is bad");
	assert_string_equal(letter_header(fact, "orig_ce_source"), "before/1");
}

static void later_events_of_the_key_wait_and_others_do_not(void **state)
{
	(void)state;
	tell("k", "a", "bad");
	tell("k", "b", "");
	tell("other", "c", "");
	tell("k", "d", "");
	assert_int_equal(fold(), STATUS_OK);
	assert_string_equal(said(), "[a]c");
	stage_test_restart(&test);
	mended = true;
	order(true, "keeper", 1);
	assert_string_equal(said(), "abd");
	assert_int_equal(count_of("k"), 3);
	tell("k", "e", "");
	assert_int_equal(fold(), STATUS_OK);
	assert_string_equal(said(), "e");
}

static void a_letter_is_folded_again_once(void **state)
{
	(void)state;
	tell("k", "a", "bad");
	assert_int_equal(fold(), STATUS_OK);
	mended = true;
	order(true, "keeper", 1);
	order(true, "keeper", 1);
	assert_string_equal(said(), "[a]a");
	assert_int_equal(count_of("k"), 1);
}

static void a_retry_in_vain_is_told_and_counted_and_the_key_goes_on_waiting(void **state)
{
	(void)state;
	tell("k", "a", "bad");
	tell("k", "b", "");
	assert_int_equal(fold(), STATUS_OK);
	order(true, "keeper", 1);
	assert_string_equal(said(), "[a][a]");
	assert_string_equal(letter_header(stage_test_fact(&test, 1), "dlq_attempts"), "2");
	assert_int_equal(count_of("k"), 0);
}

static void what_is_dropped_lets_the_key_go_on(void **state)
{
	(void)state;
	tell("k", "a", "bad");
	tell("k", "b", "");
	assert_int_equal(fold(), STATUS_OK);
	order(false, "keeper", 1);
	assert_string_equal(said(), "[a]b");
	order(true, "keeper", 1); /* it is gone */
	assert_string_equal(said(), "");
}

static void a_refusal_among_those_that_waited_parks_the_key_again(void **state)
{
	(void)state;
	tell("k", "a", "bad");
	tell("k", "b", "bad");
	tell("k", "c", "");
	assert_int_equal(fold(), STATUS_OK);
	order(false, "keeper", 1);
	assert_string_equal(said(), "[a][b]");
	order(false, "keeper", 2);
	assert_string_equal(said(), "c");
}

static void orders_for_others_and_for_unknown_letters_are_skipped(void **state)
{
	(void)state;
	tell("k", "a", "bad");
	assert_int_equal(fold(), STATUS_OK);
	mended = true;
	order(true, "somebody", 1);
	order(true, "keeper", 7);
	assert_string_equal(said(), "[a]");
	assert_int_equal(count_of("k"), 0);
}

static void too_many_refusals_in_a_row_stop_the_shard_before_the_next(void **state)
{
	(void)state;
	for (int i = 0; i < REFUSALS_IN_A_ROW_MAX + 3; i++)
		tell(arena_printf(test.arena, "k%d", i), "x", "bad");
	assert_int_equal(fold(), STATUS_FATAL);
	assert_non_null(test.shard->stopped);
	assert_int_equal(stage_test_fact_count(&test), REFUSALS_IN_A_ROW_MAX);
	assert_int_equal(test.shard->held_count, 3);
}

static void the_limit_counts_the_last_thousand(void **state)
{
	struct shard_row row = { .epoch = 1 };
	int refused = 0;

	(void)state;
	for (int i = 0; i < 3 * REFUSALS_WINDOW && !dead_letter_too_many(&row); i++) {
		dead_letter_count(&row, i % 50 == 0);
		refused += i % 50 == 0;
	}
	assert_true(row.folded_count <= REFUSALS_WINDOW + 1);
	assert_true(refused >= REFUSALS_IN_WINDOW_MAX);
	for (int i = 0; i < REFUSALS_WINDOW; i++)
		dead_letter_count(&row, false);
	assert_false(dead_letter_too_many(&row));
	for (int i = 0; i < 5 * REFUSALS_WINDOW; i++) {
		dead_letter_count(&row, i % 200 == 0); /* half of what may be */
		assert_false(dead_letter_too_many(&row));
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_refused_event_leaves_nothing_but_its_letter),
		CASE(a_letter_says_whose_it_is_and_why),
		CASE(later_events_of_the_key_wait_and_others_do_not),
		CASE(a_letter_is_folded_again_once),
		CASE(a_retry_in_vain_is_told_and_counted_and_the_key_goes_on_waiting),
		CASE(what_is_dropped_lets_the_key_go_on),
		CASE(a_refusal_among_those_that_waited_parks_the_key_again),
		CASE(orders_for_others_and_for_unknown_letters_are_skipped),
		CASE(too_many_refusals_in_a_row_stop_the_shard_before_the_next),
		CASE(the_limit_counts_the_last_thousand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
