/*
 * task_test - rows that a handler knows to be new, a stage's own tables and keys, what outsiders got wrong, and parts
 * of an event that are undone.
 */
#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/flow/dead_letter.h"
#include "common/flow/task.h"
#include "sim/toy.pb-c.h"
#include "tests/support/stage_test.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { IN, OUT, TOPICS };

#define NUMBER 1

static const char *const by_before[] = { "before", NULL };
static const char *const by_adder[] = { "adder", NULL };
static const struct topic topics[TOPICS] = {
	{ .name = "in", .writers = by_before, .message = &sim__v1__toy__descriptor },
	{ .name = "out", .writers = by_adder, .message = &sim__v1__toy__descriptor },
};
static const struct catalogue catalogue = {
	.topics = topics, .count = TOPICS, .journal = -1, .control = -1, .progress = -1
};

struct line_row {
	const char *key;
	int64_t number;
};

static const struct column line_columns[] = { COLUMN(struct line_row, key),
	                                      COLUMN(struct line_row, number), COLUMN_END };
static const struct state_table line_table = { .name = "line",
	                                       .columns = line_columns,
	                                       .key_columns = 1,
	                                       .row_size = sizeof(struct line_row) };
static const struct state_table resident_table = { .name = "resident",
	                                           .columns = line_columns,
	                                           .key_columns = 1,
	                                           .row_size = sizeof(struct line_row),
	                                           .resident = true };
static const struct state_table strange_table = { .name = "strange",
	                                          .columns = line_columns,
	                                          .key_columns = 1,
	                                          .row_size = sizeof(struct line_row) };

/* What the handler saw: its own row after it was added, and whose tables are its stage's. */
static int64_t seen;
static bool own[3];

/* A row, a fact and a timer of its own, and the first one's timer moved. */
static enum status take_part(struct task *task, const char *name, int64_t days)
{
	const struct instant due = time_add(task->now, DAYS(days));
	Sim__V1__Toy part = SIM__V1__TOY__INIT;

	part.kind = text_mutable(name);
	task_save(task, &line_table, &(struct line_row){ .key = name, .number = days });
	task_timer_set(task, "ring", name, due);
	task_timer_set(task, "ring", "first", due);
	return task_emit(task, &(struct emission){ .topic = OUT,
	                                           .key = name,
	                                           .partition = &task->shard_number,
	                                           .time = task->now,
	                                           .message = &part.base });
}

/* Three parts, of which the second is refused. */
static enum status take_parts(struct task *task)
{
	TRY(take_part(task, "first", 1));
	const struct task_mark mark = task_mark(task);

	TRY(take_part(task, "second", 2));
	assert_true(task_is_refused(task, task_refuse(task, "theirs")));
	task_undo(task, &mark);
	assert_false(task_is_refused(task, STATUS_REJECT));
	assert_false(
	    task_load(task, &line_table, &(struct line_row){ .key = "second", .number = 0 }));
	return take_part(task, "third", 3);
}

/* Whose tables are the stage's own is asked first; by its kind a word is then added, removed or looked for. */
static enum status on_word(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const word = (const void *)message;
	const struct state_table *const table =
	    text_ends(word->kind, "resident") ? &resident_table : &line_table;
	struct line_row row = { .key = word->key, .number = word->number };

	own[0] = task_has(task, &line_table);
	own[1] = task_has(task, &resident_table);
	own[2] = task_has(task, &strange_table);
	if (text_equal(word->kind, "ask"))
		return STATUS_OK;
	if (text_equal(word->kind, "parts"))
		return take_parts(task);
	if (text_equal(word->kind, "say"))
		TRY(take_part(task, word->key, 1));
	if (text_starts(word->kind, "add"))
		task_add(task, table, &row);
	if (text_starts(word->kind, "remove"))
		task_remove(task, table, &row);
	row.number = 0;
	(void)task_load(task, table, &row);
	seen = row.number;
	if (text_starts(word->bad, "theirs"))
		return task_refuse(task, "%s", word->bad);
	return word->bad[0] != '\0' ? task_fail(task, STATUS_REJECT, "bad") : STATUS_OK;
}

/* What was said of the last that an outsider got wrong; "": nothing. */
static char said[64];

static enum status say_refused(struct task *task, const char *reason)
{
	const Sim__V1__Toy *const word = (const void *)task->message;
	struct line_row row = { .key = word->key };

	assert_true(snprintf(said, sizeof(said), "%s", reason) < (int)sizeof(said));
	assert_false(task_load(task, &line_table, &row));
	row.number = -1;
	task_save(task, &line_table, &row);
	return text_ends(reason, "but not that") ? task_fail(task, STATUS_REJECT, "nor this")
	                                         : STATUS_OK;
}

static enum status on_ring(struct task *task, const char *key)
{
	(void)task;
	(void)key;
	return STATUS_OK;
}

static const struct stage_event events[] = { { .topic = IN, .handle = on_word }, { .topic = -1 } };
static const struct state_table *const tables[] = { &line_table, &resident_table, NULL };
static const struct stage_timer timers[] = { { .name = "ring", .handle = on_ring },
	                                     { .name = NULL } };
static const int emits[] = { OUT, -1 };
static const struct stage adder = {
	.name = "adder",
	.events = events,
	.tables = tables,
	.timers = timers,
	.emits = emits,
	.refused = say_refused,
};
static const struct stage bare = {
	.name = "adder", .events = events, .timers = timers, .emits = emits
};

static struct stage_test test;
static int64_t clock_s;

/* The store, and how often it was asked for rows of the tables that are not resident. */
static const struct store_ops *store_ops;
static struct store_ops counting;
static size_t asked;

static enum status count_load(void *store, struct shard *shard, const struct state_table *table,
                              const struct bytes *keys, size_t count)
{
	asked += count;
	return store_ops->load(store, shard, table, keys, count);
}

static int start(void **state)
{
	(void)state;
	clock_s = 1000;
	asked = 0;
	seen = 0;
	said[0] = '\0';
	stage_test_init(&test, &catalogue, &adder, NUMBER, NULL, NULL);
	store_ops = test.outside.store_ops;
	counting = *store_ops;
	counting.load = count_load;
	test.outside.store_ops = &counting;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	stage_test_finish(&test);
	return 0;
}

static void feed(const char *kind, const char *key, int64_t number, const char *bad)
{
	Sim__V1__Toy word = SIM__V1__TOY__INIT;
	const struct instant now = time_add((struct instant){ 0 }, SECONDS(++clock_s));

	word.kind = text_mutable(kind);
	word.key = text_mutable(key);
	word.number = number;
	word.bad = text_mutable(bad);
	assert_true(stage_test_feed(
	    &test, &(struct stage_test_event){
		       .topic = IN, .key = key, .time = now, .mesh = now, .message = &word.base }));
}

static void fold(void)
{
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL,
	                                 time_add((struct instant){ 0 }, SECONDS(clock_s))),
	                 STATUS_OK);
}

static void tell(const char *kind, const char *key, int64_t number, const char *bad)
{
	feed(kind, key, number, bad);
	fold();
}

static int64_t kept(const struct state_table *table, const char *key)
{
	struct line_row row = { .key = key };

	return stage_test_row(&test, table, &row) ? row.number : 0;
}

static void a_row_that_is_added_is_seen_at_once_and_kept(void **state)
{
	(void)state;
	tell("add", "a", 7, "");
	assert_int_equal(seen, 7);
	assert_int_equal(kept(&line_table, "a"), 7);
	stage_test_restart(&test);
	tell("look", "a", 0, "");
	assert_int_equal(seen, 7);
}

static void a_row_that_is_added_is_looked_for_by_nobody(void **state)
{
	(void)state;
	tell("add", "a", 7, "");
	assert_int_equal(asked, 0);
	tell("look", "b", 0, "");
	assert_int_equal(asked, 1);
}

static void a_refused_event_adds_nothing_and_may_come_again(void **state)
{
	(void)state;
	tell("add", "a", 7, "bad");
	tell("add resident", "r", 7, "bad");
	assert_int_equal(kept(&line_table, "a"), 0);
	assert_int_equal(kept(&resident_table, "r"), 0);
	tell("look", "a", 0, "");
	assert_int_equal(seen, 0);
	tell("add", "a", 8, "");
	tell("add resident", "r", 9, "");
	assert_int_equal(kept(&line_table, "a"), 8);
	assert_int_equal(kept(&resident_table, "r"), 9);
}

static bool is_letter(int64_t sequence)
{
	struct dead_letter_row row = {
		.stage = "adder", .topic = "in", .source = "before/1", .sequence = sequence
	};

	return stage_test_row(&test, &dead_letter_table, &row);
}

/* As often as it likes: a shard stops after ten that are its own. */
static void what_an_outsider_got_wrong_is_said_and_is_no_dead_letter(void **state)
{
	(void)state;
	for (int64_t i = 1; i <= 40; i++) {
		char key[16];

		assert_true(snprintf(key, sizeof(key), "k%" PRId64, i) > 0);
		tell("add", key, 7, "theirs");
		assert_string_equal(said, "theirs");
		assert_int_equal(kept(&line_table, key), -1);
		assert_false(is_letter(i));
		said[0] = '\0';
	}
	tell("add", "own", 7, "bad");
	assert_true(is_letter(41));
	assert_string_equal(said, "");
}

static void what_cannot_be_said_of_it_is_a_dead_letter(void **state)
{
	(void)state;
	tell("add", "a", 7, "theirs, but not that");
	assert_int_equal(kept(&line_table, "a"), 0);
	assert_true(is_letter(1));
}

static void assert_due(const char *key, int64_t days)
{
	struct instant due;

	assert_true(stage_test_timer(&test, "ring", key, &due));
	assert_int_equal(due.us,
	                 time_add((struct instant){ 0 }, DAYS(days)).us + SECONDS(clock_s).us);
}

static void of_what_is_refused_within_an_event_nothing_stands_but_of_all_else_it_does(void **state)
{
	static const char *const told[] = { "first", "third" };
	const ProtobufCMessage *message;
	struct instant due;

	(void)state;
	tell("parts", "a", 0, "");
	for (size_t i = 0; i < COUNT_OF(told); i++) {
		const struct fact *const fact = stage_test_next(&test, &message);

		assert_non_null(fact);
		assert_string_equal(((const Sim__V1__Toy *)(const void *)message)->kind, told[i]);
		assert_int_equal(fact->sequence, (int64_t)i + 1);
	}
	assert_null(stage_test_next(&test, NULL));
	assert_int_equal(kept(&line_table, "first"), 1);
	assert_int_equal(kept(&line_table, "second"), 0);
	assert_int_equal(kept(&line_table, "third"), 3);
	assert_due("first", 3);
	assert_due("third", 3);
	assert_false(stage_test_timer(&test, "ring", "second", &due));
	assert_false(is_letter(1));
	assert_string_equal(said, "");
}

/* What a shard says of how far it has come: a reader waits for each of these. */
static void what_is_refused_was_never_the_last_that_was_said(void **state)
{
	static const char *const refusals[] = { "bad", "theirs" };

	(void)state;
	tell("say", "a", 0, "");
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		tell("say", "b", 0, refusals[i]);
		assert_int_equal(test.shard->high_count, 1);
		assert_int_equal(test.shard->committed_high[NUMBER], 1);
	}
	tell("say", "c", 0, "");
	assert_int_equal(test.shard->committed_high[NUMBER], test.shard->row.sequence);
}

static void what_was_removed_may_be_added_again(void **state)
{
	(void)state;
	tell("add", "a", 7, "");
	feed("remove", "a", 0, "");
	feed("add", "a", 8, "");
	fold();
	assert_int_equal(kept(&line_table, "a"), 8);
	tell("remove", "a", 0, "");
	tell("add", "a", 9, "");
	assert_int_equal(kept(&line_table, "a"), 9);
}

/* In a process of its own, which it ends. */
static void a_second_one_ends_the_process(bool forgotten)
{
	int status = 0;

	tell("add", "a", 7, "");
	if (forgotten)
		stage_test_restart(&test);
	const pid_t child = fork();

	if (child == 0) {
		assert_non_null(freopen("/dev/null", "w", stderr));
		tell("add", "a", 8, "");
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void a_row_in_memory_is_not_added_a_second_time(void **state)
{
	(void)state;
	a_second_one_ends_the_process(false);
}

static void a_row_in_the_store_is_not_added_a_second_time(void **state)
{
	(void)state;
	a_second_one_ends_the_process(true);
}

static void a_stage_has_its_own_tables_and_no_others(void **state)
{
	(void)state;
	tell("ask", "a", 0, "");
	assert_true(own[0]);
	assert_true(own[1]);
	assert_false(own[2]);
}

static void a_stage_without_tables_has_none(void **state)
{
	(void)state;
	stop(NULL);
	stage_test_init(&test, &catalogue, &bare, NUMBER, NULL, NULL);
	own[0] = own[1] = own[2] = true;
	tell("ask", "a", 0, "");
	assert_false(own[0] || own[1] || own[2]);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

static void a_key_of_an_event_is_within_its_bound_and_of_its_shard(void **state)
{
	static const struct {
		const char *key;
		bool of_another;    /* shard */
		const char *reason; /* "": it may be one */
	} rows[] = {
		{ "t-1", false, "" },
		{ "12345678", false, "" },
		{ "", false, "ticket_id: empty" },
		{ "123456789", false, "ticket_id: too long" },
		{ "t-1", true, "ticket_id: belongs to another partition" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const int32_t number = hash_partition(rows[i].key, strlen(rows[i].key), 4);
		struct task task = { .partitions = 4,
			             .shard_number =
			                 rows[i].of_another ? (number + 1) % 4 : number };

		assert_int_equal(task_key(&task, "ticket_id", rows[i].key, 8),
		                 *rows[i].reason == '\0' ? STATUS_OK : STATUS_REJECT);
		assert_string_equal(task.reason, rows[i].reason);
	}
}

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_row_that_is_added_is_seen_at_once_and_kept),
		CASE(a_row_that_is_added_is_looked_for_by_nobody),
		CASE(a_refused_event_adds_nothing_and_may_come_again),
		CASE(what_an_outsider_got_wrong_is_said_and_is_no_dead_letter),
		CASE(what_cannot_be_said_of_it_is_a_dead_letter),
		CASE(of_what_is_refused_within_an_event_nothing_stands_but_of_all_else_it_does),
		CASE(what_is_refused_was_never_the_last_that_was_said),
		CASE(what_was_removed_may_be_added_again),
		CASE(a_row_in_memory_is_not_added_a_second_time),
		CASE(a_row_in_the_store_is_not_added_a_second_time),
		CASE(a_stage_has_its_own_tables_and_no_others),
		CASE(a_stage_without_tables_has_none),
		CASE(a_key_of_an_event_is_within_its_bound_and_of_its_shard),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
