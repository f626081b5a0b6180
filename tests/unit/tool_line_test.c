/*
 * tool_line_test - command lines of the operator's tool, and events as lines of `opsmesh tail`.
 */
#include "common/base/text.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "services/opsmesh/event_line.h"
#include "services/opsmesh/opsmesh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static const struct option options[] = {
	{ "--json", NULL, "" }, { "--limit", "N", "" }, { "--from", "T", "" },
	{ "--for", "D", "" },   { .name = NULL },
};
static const struct command command = {
	.name = "test", .options = options, .words_min = 1, .words_max = 2
};

static bool parse(struct tool *tool, const char *const *words, const char **wrong)
{
	char *argv[8];
	int argc = 0;

	*tool = (struct tool){ .command = &command, .arena = arena };
	for (; words[argc] != NULL; argc++)
		argv[argc] = text_mutable(words[argc]);
	return tool_parse(tool, argc, argv, wrong);
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void test_options_stand_anywhere(void **state)
{
	const char *wrong = "";
	struct instant from = TIME_MIN;
	struct duration span = { 7 };
	int64_t limit = 0;
	struct tool tool;

	(void)state;
	assert_true(parse(&tool, WORDS("a", "--limit", "3", "--json", "b"), &wrong));
	assert_int_equal(tool.word_count, 2);
	assert_string_equal(tool.words[1], "b");
	assert_non_null(tool_option(&tool, "--json"));
	assert_null(tool_option(&tool, "--from"));
	assert_true(tool_number(&tool, "--limit", &limit) && limit == 3);
	assert_true(tool_instant(&tool, "--from", &from) && from.us == TIME_MIN.us);
	assert_true(tool_span(&tool, "--for", &span) && span.us == 7);
}

static void test_behind_two_dashes_nothing_is_an_option(void **state)
{
	const char *wrong = "";
	struct tool tool;

	(void)state;
	assert_true(parse(&tool, WORDS("--", "--json"), &wrong));
	assert_string_equal(tool.words[0], "--json");
	assert_null(tool_option(&tool, "--json"));
}

static void test_wrong_command_lines_say_what_is_wrong(void **state)
{
	static const struct {
		const char *words[4];
		const char *reason;
	} rows[] = {
		{ { NULL }, "an argument is missing" },
		{ { "a", "--jso", NULL }, "--jso is not an option here" },
		{ { "a", "--limit", NULL }, "--limit wants N behind it" },
		{ { "a", "b", "c", NULL }, "c is one argument too many" },
		{ { "a", "", NULL }, "an argument is empty" },
		{ { "--", "", NULL }, "an argument is empty" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *wrong = "";
		struct tool tool;

		assert_false(parse(&tool, rows[i].words, &wrong));
		assert_string_equal(wrong, rows[i].reason);
	}
}

static void test_values_of_the_wrong_kind(void **state)
{
	const char *wrong = "";
	struct instant from = TIME_MIN;
	struct duration span = { 7 };
	int64_t limit = 5;
	struct tool tool;

	(void)state;
	assert_true(parse(&tool, WORDS("a", "--limit", "0", "--from", "today"), &wrong));
	assert_false(tool_number(&tool, "--limit", &limit));
	assert_false(tool_instant(&tool, "--from", &from));
	assert_true(parse(&tool, WORDS("a", "--for", "-3s"), &wrong));
	assert_false(tool_span(&tool, "--for", &span));
}

static const char *line_of(const struct log_header *headers, size_t count, struct bytes value,
                           bool dead)
{
	const struct log_record record = { .partition = 3,
		                           .offset = 41,
		                           .key = bytes_of("t1"),
		                           .value = value,
		                           .headers = headers,
		                           .header_count = count };
	const struct event_line line = { .topic = dead ? "ops.tickets.v1.dlq" : "ops.tickets.v1",
		                         .message = &opsmesh__v1__ticket_event__descriptor,
		                         .dead = dead,
		                         .record = &record,
		                         .view = PROTOJSON_SEALED };
	struct buffer out = { 0 };
	const char *text;

	event_line_write(&out, arena, &line);
	text = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return text;
}

static void test_an_event_is_one_line(void **state)
{
	static const struct log_header headers[] = {
		{ "ce_id", { "ticket/3/7", 10 } },
		{ "ce_source", { "ticket/3", 8 } },
		{ "ce_type", { "ops.ticket.opened.v1", 20 } },
		{ "ce_subject", { "t1", 2 } },
		{ "ce_time", { "2026-05-01T00:00:00Z", 20 } },
		{ "ce_sequence", { "00000000000000000007", 20 } },
		{ "ce_meshtime", { "2026-05-01T00:00:01Z", 20 } },
	};

	(void)state;
	assert_string_equal(
	    line_of(headers, COUNT_OF(headers), (struct bytes){ "\012\002t1", 4 }, false),
	    "{\"topic\":\"ops.tickets.v1\",\"partition\":3,\"offset\":41,\"key\":\"t1\","
	    "\"id\":\"ticket/3/7\",\"source\":\"ticket/3\",\"type\":\"ops.ticket.opened.v1\","
	    "\"subject\":\"t1\",\"time\":\"2026-05-01T00:00:00Z\",\"sequence\":7,"
	    "\"mesh_time\":\"2026-05-01T00:00:01Z\",\"data\":{\"ticketId\":\"t1\"}}\n");
}

static void test_what_is_not_said_is_null(void **state)
{
	const char *const line = line_of(NULL, 0, (struct bytes){ "\377", 1 }, false);

	(void)state;
	assert_non_null(strstr(line, "\"id\":null"));
	assert_non_null(strstr(line, "\"sequence\":null"));
	assert_non_null(strstr(line, "\"data\":null,\"problem\":\""));
}

static void test_a_dead_letter_shows_the_original_and_why(void **state)
{
	static const struct log_header headers[] = {
		{ "orig_ce_id", { "ticket/3/7", 10 } },
		{ "dlq_consumer", { "clock", 5 } },
		{ "dlq_reason", { "say \"why\"\377", 10 } },
	};
	const char *const line = line_of(headers, COUNT_OF(headers), (struct bytes){ "", 0 }, true);

	(void)state;
	assert_non_null(strstr(line, "\"id\":\"ticket/3/7\""));
	assert_non_null(strstr(line, "\"dead_letter\":{\"consumer\":\"clock\""));
	assert_non_null(strstr(line, "\"reason\":\"say \\\"why\\\"\357\277\275\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_stand_anywhere),
		cmocka_unit_test(test_behind_two_dashes_nothing_is_an_option),
		cmocka_unit_test(test_wrong_command_lines_say_what_is_wrong),
		cmocka_unit_test(test_values_of_the_wrong_kind),
		cmocka_unit_test(test_an_event_is_one_line),
		cmocka_unit_test(test_what_is_not_said_is_null),
		cmocka_unit_test(test_a_dead_letter_shows_the_original_and_why),
	};
	int failed;

	arena = arena_create(64UL * 1024);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
