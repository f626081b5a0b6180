/* mesh_time_test - how far the sources of a shard have come, and the frontier that follows. */
#include "common/flow/mesh_time.h"

#include "sim/toy.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { JOURNAL, INTERNAL, PUBLIC, TOPICS };

#define PARTITIONS 3
#define NUMBER 1

static const char *const by_edge[] = { "edge", NULL };
static const char *const by_two[] = { "first", "second", NULL };
static const struct topic topics[TOPICS] = {
	{ .name = "journal", .writers = by_edge, .message = &sim__v1__toy__descriptor },
	{ .name = "internal",
	  .writers = by_two,
	  .spread = SPREAD_ANY,
	  .message = &sim__v1__toy__descriptor },
	{ .name = "public",
	  .writers = by_two,
	  .spread = SPREAD_OWN,
	  .message = &sim__v1__toy__descriptor },
};
static const struct catalogue catalogue = {
	.topics = topics, .count = TOPICS, .journal = JOURNAL, .control = -1, .progress = -1
};

static enum status nothing(struct task *task, const ProtobufCMessage *message)
{
	(void)task;
	(void)message;
	return STATUS_OK;
}

static const struct stage_event public_only[] = { { .topic = PUBLIC, .handle = nothing },
	                                          { .topic = -1 } };
static const struct stage_event internal_only[] = { { .topic = INTERNAL, .handle = nothing },
	                                            { .topic = -1 } };
static const struct stage reader = { .name = "reader", .events = public_only };
static const struct stage joiner = { .name = "joiner", .events = internal_only };

static struct mesh_time times;
static int one;
static int two;

static struct instant at_s(int64_t s)
{
	return time_add((struct instant){ 0 }, SECONDS(s));
}

static int start(void **state)
{
	(void)state;
	mesh_time_init(&times, &catalogue, &reader, NUMBER, PARTITIONS, at_s(0));
	one = mesh_time_find(&times, PUBLIC, bytes_of("first/1"));
	two = mesh_time_find(&times, PUBLIC, bytes_of("second/1"));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	mesh_time_finish(&times);
	return 0;
}

static int64_t frontier_s(int64_t now_s)
{
	const struct frontier_rule rule = { .now = at_s(now_s) };

	return mesh_time_frontier(&times, &rule, NULL).us / 1000000;
}

static void inputs_come_from_the_catalogue(void **state)
{
	struct mesh_time joined;

	(void)state;
	assert_true(one >= 0 && two >= 0 && one != two);
	assert_int_equal(mesh_time_find(&times, PUBLIC, bytes_of("first/2")), -1);
	assert_int_equal(mesh_time_find(&times, PUBLIC, bytes_of("nobody/1")), -1);
	assert_int_equal(mesh_time_find(&times, PUBLIC, (struct bytes){ 0 }), -1);
	assert_true(times.inputs[mesh_time_alien(&times, PUBLIC)].alien);
	mesh_time_init(&joined, &catalogue, &joiner, NUMBER, PARTITIONS, at_s(0));
	for (int i = 0; i < PARTITIONS; i++) {
		const char source[] = { 's', 'e', 'c', 'o', 'n', 'd', '/', (char)('0' + i), '\0' };

		assert_true(mesh_time_find(&joined, INTERNAL, bytes_of(source)) >= 0);
	}
	mesh_time_finish(&joined);
}

static void there_is_no_frontier_until_every_input_has_spoken(void **state)
{
	(void)state;
	mesh_time_read(&times, one, 1, at_s(100), at_s(0));
	assert_int_equal(frontier_s(50), 50);
	mesh_time_read(&times, two, 1, at_s(70), at_s(0));
	assert_int_equal(frontier_s(50), 70);
	assert_int_equal(frontier_s(90), 90); /* `now` never goes back */
}

static void what_strangers_write_moves_no_clock(void **state)
{
	(void)state;
	mesh_time_read(&times, one, 1, at_s(100), at_s(0));
	mesh_time_read(&times, two, 1, at_s(90), at_s(0));
	mesh_time_read(&times, mesh_time_alien(&times, PUBLIC), 1, at_s(10), at_s(0));
	assert_int_equal(frontier_s(50), 90);
}

static void progress_counts_once_everything_up_to_its_sequence_was_read(void **state)
{
	(void)state;
	mesh_time_read(&times, two, 9, at_s(500), at_s(0));
	mesh_time_read(&times, one, 1, at_s(100), at_s(0));
	mesh_time_told(&times, one, at_s(300), 3, at_s(0));
	mesh_time_told(&times, one, at_s(200), 2, at_s(0));
	assert_int_equal(frontier_s(0), 100);
	mesh_time_read(&times, one, 2, at_s(150), at_s(0));
	assert_int_equal(frontier_s(0), 200);
	mesh_time_read(&times, one, 3, at_s(250), at_s(0));
	assert_int_equal(frontier_s(0), 300);
	mesh_time_told(&times, one, at_s(400), 3, at_s(0));
	assert_int_equal(frontier_s(0), 400);
	mesh_time_told(&times, one, at_s(350), 3, at_s(0)); /* overtaken */
	assert_int_equal(frontier_s(0), 400);
}

static void what_is_told_faster_than_it_is_read_is_not_lost(void **state)
{
	(void)state;
	mesh_time_read(&times, two, 1, at_s(5000), at_s(0));
	for (int64_t i = 1; i <= 1000; i++)
		mesh_time_told(&times, one, at_s(i), i, at_s(0));
	mesh_time_read(&times, one, 1, at_s(1), at_s(0));
	assert_int_equal(frontier_s(0), 1); /* the oldest stays */
	mesh_time_read(&times, one, 1000, at_s(2), at_s(0));
	assert_int_equal(frontier_s(0), 1000); /* and so do the newest */
}

static void a_repeated_record_promises_nothing(void **state)
{
	(void)state;
	mesh_time_read(&times, two, 1, at_s(500), at_s(0));
	mesh_time_read(&times, one, 7, at_s(100), at_s(0));
	mesh_time_read(&times, one, 6, at_s(200), at_s(0));
	assert_int_equal(frontier_s(0), 100);
	assert_int_equal(times.inputs[one].read, 7);
}

static void a_silent_input_is_left_out_but_never_the_last_one(void **state)
{
	const struct frontier_rule rule = {
		.now = at_s(0), .real = at_s(100), .silence = SECONDS(30), .may_leave_out = true
	};
	struct frontier_rule waits = rule;
	bool left[8];

	(void)state;
	mesh_time_read(&times, one, 1, at_s(80), at_s(99));
	mesh_time_read(&times, two, 1, at_s(20), at_s(20));
	assert_int_equal(mesh_time_frontier(&times, &rule, left).us, at_s(80).us);
	assert_true(left[two] && !left[one]);
	waits.may_leave_out = false;
	assert_int_equal(mesh_time_frontier(&times, &waits, left).us, at_s(20).us);
	assert_false(left[two]);
	waits = rule;
	waits.real = at_s(50); /* silent for just as long as it may */
	assert_int_equal(mesh_time_frontier(&times, &waits, left).us, at_s(20).us);
	waits.real = at_s(1000); /* both are silent: the one heard last counts */
	assert_int_equal(mesh_time_frontier(&times, &waits, left).us, at_s(80).us);
	assert_true(left[two] && !left[one]);
	mesh_time_told(&times, two, at_s(30), 1, at_s(100)); /* it speaks again */
	assert_int_equal(mesh_time_frontier(&times, &rule, left).us, at_s(30).us);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(inputs_come_from_the_catalogue),
		CASE(there_is_no_frontier_until_every_input_has_spoken),
		CASE(what_strangers_write_moves_no_clock),
		CASE(progress_counts_once_everything_up_to_its_sequence_was_read),
		CASE(what_is_told_faster_than_it_is_read_is_not_lost),
		CASE(a_repeated_record_promises_nothing),
		CASE(a_silent_input_is_left_out_but_never_the_last_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
