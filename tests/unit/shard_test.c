/*
 * shard_test - the mesh time of what an edge wrote into the journal.
 */
#include "common/base/text.h"
#include "common/flow/shard.h"
#include "sim/toy.pb-c.h"
#include "tests/support/stage_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { JOURNAL, OUT, TOPICS };

static const char *const by_edge[] = { "edge", NULL };
static const char *const by_reader[] = { "reader", NULL };
static const struct topic topics[TOPICS] = {
	{ .name = "journal", .writers = by_edge, .message = &sim__v1__toy__descriptor },
	{ .name = "out", .writers = by_reader, .message = &sim__v1__toy__descriptor },
};
static const struct catalogue catalogue = {
	.topics = topics, .count = TOPICS, .journal = JOURNAL, .control = -1, .progress = -1
};

static enum status on_word(struct task *task, const ProtobufCMessage *message)
{
	(void)task;
	(void)message;
	return STATUS_OK;
}

static const struct stage_event events[] = { { .topic = JOURNAL, .handle = on_word },
	                                     { .topic = -1 } };
static const struct stage_timer timers[] = { { .name = NULL } };
static const int emits[] = { OUT, -1 };
static const struct stage reader = {
	.name = "reader", .events = events, .timers = timers, .emits = emits
};

static struct stage_test test;

/* Live, requests overtake each other: what was received later may stand before it for so long. */
static void a_request_is_held_back_by_the_grace_and_no_later_than_it_was_appended(void **state)
{
	static const struct {
		int64_t received_s; /* beside the broker's clock */
		bool recorded;
		int64_t mesh_s;
	} rows[] = {
		{ 0, false, -5 },   { -30, false, -35 },
		{ 30, false, -5 }, /* the edge's clock is ahead */
		{ -30, true, -30 }, { 30, true, 30 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		Sim__V1__Toy word = SIM__V1__TOY__INIT;

		stage_test_init(&test, &catalogue, &reader, 1, NULL, NULL);
		test.context.recorded = rows[i].recorded;
		test.context.grace = SECONDS(5);
		const struct instant received = time_add(test.real, SECONDS(rows[i].received_s));

		assert_true(
		    stage_test_feed(&test, &(struct stage_test_event){ .topic = JOURNAL,
		                                                       .key = "a",
		                                                       .time = received,
		                                                       .mesh = received,
		                                                       .message = &word.base }));
		assert_int_equal(test.shard->held[0]->event.mesh.us,
		                 time_add(test.real, SECONDS(rows[i].mesh_s)).us);
		stage_test_finish(&test);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_request_is_held_back_by_the_grace_and_no_later_than_it_was_appended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
