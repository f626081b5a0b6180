/* publisher_test - committed facts leave in sequence, and the mark follows their acknowledgements. */
#include "common/flow/publisher.h"

#include "sim/toy.pb-c.h"
#include "tests/support/memory_log.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define PARTITIONS 3
#define MARK 10 /* what an earlier owner saw acknowledged */
#define SENT_MAX 64

static const char *const writers[] = { "toy", NULL };
static const struct topic topics[] = {
	{ .name = "out", .writers = writers, .message = &sim__v1__toy__descriptor },
};
static const struct catalogue catalogue = {
	.topics = topics, .count = 1, .journal = -1, .control = -1, .progress = -1
};

/* A log that notes what it is given. */
static struct {
	int32_t partition;
	int64_t sequence;
	uint64_t token;
	bool dead_letter;
	char id[32];
	char place[32];
} sent[SENT_MAX];
static size_t sent_count;
static size_t room;

static bool note_message(void *log, const struct log_message *message)
{
	const struct bytes id = record_header(message->headers, message->header_count, "ce_id");
	const struct bytes place =
	    record_header(message->headers, message->header_count, "ce_sequence");

	(void)log;
	if (sent_count >= room)
		return false;
	sent[sent_count].partition = message->partition;
	sent[sent_count].sequence = message->sequence;
	sent[sent_count].token = message->token;
	sent[sent_count].dead_letter = message->dead_letter;
	(void)snprintf(sent[sent_count].id, sizeof(sent->id), "%.*s", (int)id.size,
	               (const char *)id.data);
	(void)snprintf(sent[sent_count].place, sizeof(sent->place), "%.*s", (int)place.size,
	               (const char *)place.data);
	sent_count++;
	return true;
}

static const struct log_ops noting_log = { .send = note_message };
static const struct outside outside = { .log_ops = &noting_log };
static struct publisher *publisher;
static uint64_t tokens;

static int start(void **state)
{
	(void)state;
	sent_count = 0;
	room = SENT_MAX;
	publisher = publisher_create(&outside, &catalogue, "toy/1", PARTITIONS, MARK, &tokens);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	publisher_destroy(publisher);
	return 0;
}

static void add(int64_t sequence, int32_t partition)
{
	char message[] = "a message";

	publisher_add(publisher, &(struct fact){ .sequence = sequence,
	                                         .partition = partition,
	                                         .type = "ops.toy.said.v1",
	                                         .subject = "s",
	                                         .key = bytes_of("k"),
	                                         .message = bytes_of(message) });
	memset(message, 'x', sizeof(message) - 1); /* it was copied */
}

static void facts_leave_in_sequence_with_their_identity(void **state)
{
	(void)state;
	add(MARK + 1, 2);
	add(MARK + 2, 0);
	publisher_send(publisher, SENT_MAX);
	assert_int_equal(sent_count, 2);
	assert_int_equal(sent[0].partition, 2);
	assert_string_equal(sent[0].id, "toy/1/11");
	assert_string_equal(sent[0].place, "00000000000000000011");
	assert_string_equal(sent[1].id, "toy/1/12");
	publisher_send(publisher, SENT_MAX);
	assert_int_equal(sent_count, 2); /* once */
}

static void the_mark_is_below_the_first_that_is_not_acknowledged(void **state)
{
	(void)state;
	for (int64_t i = 1; i <= 3; i++)
		add(MARK + i, 0);
	publisher_send(publisher, SENT_MAX);
	assert_int_equal(publisher_mark(publisher), MARK);
	publisher_acked(publisher, MARK + 2);
	assert_int_equal(publisher_mark(publisher), MARK);
	publisher_acked(publisher, MARK + 1);
	assert_int_equal(publisher_mark(publisher), MARK + 2);
	publisher_acked(publisher, MARK + 1); /* once more: an idempotent producer may */
	publisher_acked(publisher, MARK + 3);
	assert_int_equal(publisher_mark(publisher), MARK + 3);
	assert_int_equal(publisher_last(publisher), MARK + 3);
	assert_int_equal(publisher_memory(publisher), 0);
}

static void a_fact_for_all_waits_for_every_partition(void **state)
{
	(void)state;
	add(MARK + 1, -1);
	publisher_send(publisher, SENT_MAX);
	assert_int_equal(sent_count, PARTITIONS);
	for (int32_t n = 0; n < PARTITIONS; n++) {
		assert_int_equal(sent[n].partition, n);
		assert_int_equal(publisher_mark(publisher), MARK);
		publisher_acked(publisher, MARK + 1);
	}
	assert_int_equal(publisher_mark(publisher), MARK + 1);
}

static void a_full_log_is_tried_again_where_it_was_full(void **state)
{
	(void)state;
	room = 2;
	add(MARK + 1, -1);
	add(MARK + 2, 1);
	publisher_send(publisher, SENT_MAX);
	assert_int_equal(sent_count, 2);
	publisher_acked(publisher, MARK + 1);
	publisher_acked(publisher, MARK + 1);
	assert_int_equal(publisher_mark(publisher), MARK); /* the third was not even sent */
	room = SENT_MAX;
	publisher_send(publisher, SENT_MAX);
	assert_int_equal(sent_count, 4);
	assert_int_equal(sent[2].partition, 2);
	assert_int_equal(sent[3].sequence, MARK + 2);
}

static void after_a_failure_all_above_the_mark_leaves_again_under_another_token(void **state)
{
	const uint64_t before = publisher_token(publisher);

	(void)state;
	add(MARK + 1, 0);
	add(MARK + 2, -1);
	publisher_send(publisher, SENT_MAX);
	publisher_acked(publisher, MARK + 1);
	publisher_acked(publisher, MARK + 2);
	sent_count = 0;
	publisher_restart(publisher);
	assert_int_not_equal(publisher_token(publisher), before);
	publisher_send(publisher, SENT_MAX);
	assert_int_equal(sent_count, PARTITIONS);
	assert_int_equal(sent[0].sequence, MARK + 2);
	assert_int_equal(sent[0].token, publisher_token(publisher));
	for (int i = 0; i < PARTITIONS; i++)
		publisher_acked(publisher, MARK + 2);
	assert_int_equal(publisher_mark(publisher), MARK + 2);
}

static void a_step_hands_over_no_more_than_asked(void **state)
{
	(void)state;
	for (int64_t i = 1; i <= 10; i++)
		add(MARK + i, 0);
	publisher_send(publisher, 4);
	assert_int_equal(sent_count, 4);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(facts_leave_in_sequence_with_their_identity),
		CASE(the_mark_is_below_the_first_that_is_not_acknowledged),
		CASE(a_fact_for_all_waits_for_every_partition),
		CASE(a_full_log_is_tried_again_where_it_was_full),
		CASE(after_a_failure_all_above_the_mark_leaves_again_under_another_token),
		CASE(a_step_hands_over_no_more_than_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
