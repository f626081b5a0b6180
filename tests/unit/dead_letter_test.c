/*
 * dead_letter_test - what others write on our topics ends as a letter that can be kept and published.
 */
#include "common/flow/dead_letter.h"

#include "common/base/text.h"
#include "common/io/bus.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/ingest/ingest.h"
#include "tests/support/stage_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SHARD 1
#define OWN_HEADERS 11 /* that the publisher adds to every fact */
#define LARGE 1000000  /* bytes: a broker takes it; a letter with its reasons would not fit */

static struct stage_test test;
static const char *key;
static struct instant at;

static int start(void **state)
{
	const struct stage *stage = ingest_stages;

	(void)state;
	while (!text_equal(stage->name, "ticket"))
		stage++;
	stage_test_init(&test, &opsmesh_catalogue, stage, SHARD, NULL, NULL);
	key = stage_test_key(&test, "T");
	return time_parse("2026-05-01T00:00:00Z", &at) ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	stage_test_finish(&test);
	return 0;
}

static void feed(struct bytes value, const struct log_header *headers, size_t count)
{
	at = time_add(at, SECONDS(1));
	assert_true(stage_test_feed(&test, &(struct stage_test_event){ .topic = OPS_BY_TICKET,
	                                                               .key = key,
	                                                               .time = at,
	                                                               .mesh = at,
	                                                               .value = value,
	                                                               .headers = headers,
	                                                               .header_count = count }));
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, at), STATUS_OK);
}

/* The letter that was said, and its headers. */
static const struct fact *letter(struct log_header **headers, size_t *count)
{
	const struct fact *const fact = stage_test_fact(&test, stage_test_fact_count(&test) - 1);

	assert_true(fact->dead_letter);
	assert_true(headers_unpack(test.arena, fact->headers, headers, count));
	return fact;
}

static const char *header_text(const struct log_header *headers, size_t count, const char *name)
{
	const struct bytes value = record_header(headers, count, name);

	return value.data == NULL ? NULL : arena_text(test.arena, value.data, value.size);
}

static void a_record_with_more_headers_than_ours_have_is_refused(void **state)
{
	struct log_header many[60];
	struct log_header *headers;
	size_t count;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(many); i++)
		many[i] = (struct log_header){ "x-theirs", bytes_of("1") };
	feed(bytes_of(""), many, COUNT_OF(many));
	(void)letter(&headers, &count);
	assert_string_equal(header_text(headers, count, "dlq_reason"), "headers: too many");
	assert_non_null(header_text(headers, count, "orig_x-theirs"));
	assert_true(count + OWN_HEADERS <= BUS_HEADERS_MAX);
}

static void a_record_too_large_for_a_letter_is_whole_in_the_table_alone(void **state)
{
	char *const value = arena_alloc(test.arena, LARGE);
	struct log_header *headers;
	size_t count;

	(void)state;
	memset(value, 0xff, LARGE);
	feed((struct bytes){ value, LARGE }, NULL, 0);
	const struct fact *const fact = letter(&headers, &count);
	struct dead_letter_row row = { .stage = "ticket",
		                       .topic = "ops.ingest.by-ticket.v1",
		                       .source = "conversation/1",
		                       .sequence = 1 };

	assert_int_equal(fact->message.size, 0);
	assert_int_equal(fact->key.size, 0);
	assert_string_equal(header_text(headers, count, "dlq_left_out"), "key, value and headers");
	assert_non_null(header_text(headers, count, "dlq_reason"));
	assert_true(stage_test_row(&test, &dead_letter_table, &row));
	assert_int_equal(row.value.size, LARGE);
	assert_string_equal(row.park_key, key);
}

static bool waits(int64_t position)
{
	return stage_test_row(&test, &parked_table,
	                      &(struct parked_row){
				  .stage = "ticket", .park_key = key, .position = position });
}

static void what_comes_behind_a_refusal_waits_in_order(void **state)
{
	(void)state;
	for (int64_t i = 0; i < 20; i++) {
		feed(bytes_of("\xff"), NULL, 0);
		assert_true(waits(i));
		assert_false(waits(i + 1));
		if (i % 7 == 0)
			stage_test_restart(&test);
	}
	assert_int_equal(stage_test_fact_count(&test), 1);
}

static void a_key_that_no_index_takes_parks_nothing(void **state)
{
	char *const long_key = arena_alloc(test.arena, 3001);
	struct log_header *headers;
	size_t count;

	(void)state;
	memset(long_key, 'k', 3000);
	long_key[3000] = '\0';
	key = long_key;
	for (int i = 0; i < 2; i++) {
		feed(bytes_of("\xff"), NULL, 0);
		(void)letter(&headers, &count);
	}
	assert_int_equal(stage_test_fact_count(&test), 2);
}

static void a_trace_longer_than_traces_are_does_not_travel_on(void **state)
{
	const struct log_header usual = { "traceparent",
		                          bytes_of("00-0af7651916cd43dd8448eb211c80319c-"
		                                   "b7ad6b7169203331-01") };
	const struct log_header endless = {
		"traceparent", { memset(arena_alloc(test.arena, LARGE), '0', LARGE), LARGE }
	};
	struct log_record record = { .headers = &usual, .header_count = 1 };
	struct event event;

	(void)state;
	event_read(&record, true, &event);
	assert_int_equal(event.traceparent.size, 55);
	record.headers = &endless;
	event_read(&record, true, &event);
	assert_null(event.traceparent.data);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	static const struct CMUnitTest tests[] = {
		CASE(a_record_with_more_headers_than_ours_have_is_refused),
		CASE(a_record_too_large_for_a_letter_is_whole_in_the_table_alone),
		CASE(what_comes_behind_a_refusal_waits_in_order),
		CASE(a_key_that_no_index_takes_parks_nothing),
		CASE(a_trace_longer_than_traces_are_does_not_travel_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
