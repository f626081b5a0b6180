/* record_test - what lies on a topic: its headers read, refused by name, packed and unpacked. */
#include "common/flow/record.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HEADERS 6

static const struct log_header whole[HEADERS] = {
	{ "ce_id", { "ticket/3/17", 11 } },
	{ "ce_source", { "ticket/3", 8 } },
	{ "ce_sequence", { "00000000000000000017", 20 } },
	{ "ce_meshtime", { "2026-05-01T00:00:02Z", 20 } },
	{ "ce_time", { "2026-05-01T00:00:01Z", 20 } },
	{ "ce_type", { "ops.ticket.opened.v1", 20 } },
};

/* A record with one header replaced; value NULL: it is left out. */
static struct event read_with(const char *name, const char *value, bool journal)
{
	static struct log_header headers[HEADERS];
	struct log_record record = { .offset = 41, .headers = headers };
	struct event event;

	for (size_t i = 0; i < HEADERS; i++) {
		const bool other = name != NULL && strcmp(whole[i].name, name) == 0;

		if (other && value == NULL)
			continue;
		headers[record.header_count++] =
		    other ? (struct log_header){ name, bytes_of(value) } : whole[i];
	}
	event_read(&record, journal, &event);
	return event;
}

static void a_record_is_read_with_its_headers(void **state)
{
	const struct event event = read_with(NULL, NULL, false);

	(void)state;
	assert_null(event.problem);
	assert_int_equal(event.sequence, 17);
	assert_int_equal(event.mesh.us - event.time.us, 1000000);
	assert_true(bytes_equal(event.source, bytes_of("ticket/3")));
	assert_true(bytes_equal(event.id, bytes_of("ticket/3/17")));
	assert_null(event.traceparent.data);
}

static void a_header_that_is_missing_or_wrong_is_named(void **state)
{
	static const struct {
		const char *name, *value, *named;
	} cases[] = {
		{ "ce_time", NULL, "ce_time" },
		{ "ce_time", "yesterday", "ce_time" },
		{ "ce_time", "2026-05-01T00:00:01Z2026-05-01T00:00:01Z2026-05-01", "ce_time" },
		{ "ce_meshtime", NULL, "ce_meshtime" },
		{ "ce_meshtime", "2026-13-01T00:00:01Z", "ce_meshtime" },
		{ "ce_sequence", NULL, "ce_sequence" },
		{ "ce_sequence", "", "ce_sequence" },
		{ "ce_sequence", "0", "ce_sequence" },
		{ "ce_sequence", "-1", "ce_sequence" },
		{ "ce_sequence", "1e3", "ce_sequence" },
		{ "ce_sequence", "9223372036854775808", "ce_sequence" },
		{ "ce_sequence", "000000000000000000017", "ce_sequence" },
		{ "ce_source", NULL, "ce_source" },
		{ "ce_source", "", "ce_source" },
		{ "ce_source", "a source that is longer than any of the mesh has ever been/1",
		  "ce_source" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct event event = read_with(cases[i].name, cases[i].value, false);

		assert_non_null(event.problem);
		assert_non_null(strstr(event.problem, cases[i].named));
	}
}

static void on_the_journal_the_offset_stands_for_source_and_sequence(void **state)
{
	const struct event event = read_with("ce_sequence", NULL, true);

	(void)state;
	assert_null(event.problem);
	assert_int_equal(event.sequence, 42);
	assert_int_equal(event.mesh.us, event.time.us);
	assert_true(bytes_equal(event.source, bytes_of("edge")));
	assert_non_null(read_with("ce_time", NULL, true).problem);
}

static void headers_come_back_as_they_were_packed(void **state)
{
	static const struct log_header odd[] = { { "", { "", 0 } }, { "領収書", { "a\0b", 3 } } };
	struct arena *const arena = arena_create(4096);
	struct log_header *back;
	size_t count;

	(void)state;
	assert_true(headers_unpack(arena, headers_pack(arena, odd, 2), &back, &count));
	assert_int_equal(count, 2);
	assert_string_equal(back[1].name, odd[1].name);
	assert_true(bytes_equal(back[1].value, odd[1].value));
	assert_true(headers_unpack(arena, headers_pack(arena, NULL, 0), &back, &count));
	assert_int_equal(count, 0);
	arena_destroy(arena);
}

static void packed_headers_that_are_cut_short_or_too_many_are_refused(void **state)
{
	struct log_header many[RECORD_HEADERS_MAX + 1];
	struct buffer buffer = { 0 };
	struct event event;
	struct arena *const arena = arena_create(4096);
	const struct bytes packed = headers_pack(arena, whole, HEADERS);
	struct log_header *back;
	size_t count;

	(void)state;
	for (size_t size = 1; size < packed.size; size++) {
		const bool good =
		    headers_unpack(arena, (struct bytes){ packed.data, size }, &back, &count);

		assert_true(!good || count < HEADERS);
	}
	for (size_t i = 0; i < COUNT_OF(many); i++)
		many[i] = whole[0];
	for (size_t i = 0; i < 2; i++) {
		const struct bytes part = headers_pack(arena, many, COUNT_OF(many));

		buffer_add(&buffer, part.data, part.size);
	}
	assert_false(
	    headers_unpack(arena, (struct bytes){ buffer.data, buffer.size }, &back, &count));
	event_read(&(struct log_record){ .headers = many, .header_count = COUNT_OF(many) }, false,
	           &event);
	assert_non_null(event.problem);
	buffer_finish(&buffer);
	arena_destroy(arena);
}

static void a_record_is_known_again_by_key_and_value(void **state)
{
	const struct log_record record = { .key = { "a", 1 }, .value = { "b", 1 } };
	struct log_record other = record;

	(void)state;
	assert_int_equal(record_hash(&record), record_hash(&other));
	other.key = bytes_of("b");
	assert_int_not_equal(record_hash(&record), record_hash(&other));
	other = record;
	other.value = bytes_of("a");
	assert_int_not_equal(record_hash(&record), record_hash(&other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_read_with_its_headers),
		cmocka_unit_test(a_header_that_is_missing_or_wrong_is_named),
		cmocka_unit_test(on_the_journal_the_offset_stands_for_source_and_sequence),
		cmocka_unit_test(headers_come_back_as_they_were_packed),
		cmocka_unit_test(packed_headers_that_are_cut_short_or_too_many_are_refused),
		cmocka_unit_test(a_record_is_known_again_by_key_and_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
