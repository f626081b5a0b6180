/*
 * kpi_answer_test - what --explain says of a number: for people, and the same facts as one JSON object.
 */
#include "common/base/text.h"
#include "common/io/json.h"
#include "services/kpi-aggregator/explain/answer.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/definition_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SAID_2 "{\"n\":\"2\",\"hits\":\"1\",\"value\":\"500000\",\"unit\":\"ppm\""
#define HOSTILE "email\x1b[2J\"\xe6\x97\xa5"

static const char share[] =
    "{\"id\":\"a.b\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"title\":\"T\","
    "\"says\":\"S.\",\"owner\":\"o\",\"area\":\"support\",\"better\":\"lower\",\"zone\":\"UTC\","
    "\"windows\":[\"day\",\"month\"],\"grace\":\"1h\",\"formula\":\"share\",\"unit\":\"ppm\","
    "\"rounding\":\"half_even\",\"dimensions\":[\"channel\"],\"bound\":50,\"population\":{"
    "\"of\":\"ticket\",\"where\":{\"by_customer\":true,\"solved\":true},\"time\":\"solved_at\"},"
    "\"hits\":{\"where\":{\"one_touch\":true}}}";

static struct instant at(const char *text)
{
	struct instant instant;

	assert_true(time_parse(text, &instant));
	return instant;
}

static void take(struct recount *recount, const char *subject, bool by_customer, bool one_touch)
{
	struct observation it = observation_of(OBSERVATION_TICKET, "1");

	it.words[WORD_CHANNEL] = HOSTILE;
	it.times[TIME_SOLVED_AT] = at("2026-05-01T10:00:00Z");
	observation_mark(&it, MARK_BY_CUSTOMER, by_customer);
	observation_mark(&it, MARK_SOLVED, true);
	observation_mark(&it, MARK_ONE_TOUCH, one_touch);
	recount_take(recount, subject, &it);
}

/* Two tickets in it and one not: of the whole, or of the one channel. */
static struct answer *answer_of(bool cut)
{
	const char *const documents[] = { share, NULL };
	char reason[DEFINITION_REASON_SIZE] = "";
	struct recount *const recount = arena_zero(arena, sizeof(*recount));
	struct answer *const answer = arena_zero(arena, sizeof(*answer));
	struct recount_ask ask = { .dimension = cut ? WORD_CHANNEL : -1,
		                   .value = cut ? HOSTILE : "" };

	ask.book = definition_fixture(documents, reason);
	assert_string_equal(reason, "");
	ask.definition = &ask.book->definitions[0];
	assert_true(window_parse(ask.definition->zone, "2026-05-01", &ask.window));
	recount_init(recount, arena, &ask);
	take(recount, "ticket/A", true, true);
	take(recount, "ticket/B", true, false);
	take(recount, "ticket/C\x1b[2J", false, true);
	answer_init(answer, arena, recount);
	return answer;
}

static const char *said(void (*say)(const struct answer *answer, struct buffer *out),
                        const struct answer *answer)
{
	struct buffer out = { 0 };
	const char *text;

	say(answer, &out);
	text = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return text;
}

static json_t *read_json(const struct answer *answer)
{
	const char *const text = said(answer_json, answer);
	struct json_error error;
	json_t *top = NULL;

	assert_true(json_parse(bytes_of(text), 65536, &top, &error));
	assert_int_equal(text[strlen(text) - 1], '\n');
	return top;
}

static const char *word(const json_t *object, const char *field)
{
	const json_t *const value = json_object_get(object, field);

	assert_non_null(value);
	return json_is_string(value) ? json_string_value(value) : "";
}

/* As it comes out now. */
static void say_the_same(struct answer *answer)
{
	struct answer probe;

	answer_init(&probe, arena, answer->recount);
	answer_add(&probe, "", "never", "", false);
	answer_add(answer, "", "sealed", probe.figures->again, false);
}

static void test_what_was_said_is_held_against_what_comes_out(void **state)
{
	struct answer *const answer = answer_of(false);
	const char *text;

	(void)state;
	say_the_same(answer);
	assert_true(answer_is_same(answer));
	text = said(answer_text, answer);
	assert_non_null(strstr(text,
	                       "T (a.b@1), 2026-05-01\nS.\nFrom 2026-05-01T00:00:00Z to "
	                       "before 2026-05-02T00:00:00Z (UTC).\n\nSaid (sealed): " SAID_2));
	assert_non_null(strstr(text, "\nThey agree.\n"));
	assert_non_null(strstr(text, "\nIn it (2):\n  ticket/A  ticket 1  2026-05-01T10:00:00Z  "
	                             "n 1, hits 1\n"));
	assert_non_null(strstr(text, "\nNot in it, though in the window (1):\n  ticket/C?[2J"));
	answer_add(answer, "", "sealed", "{}", true);
	assert_false(answer_is_same(answer));
	assert_non_null(strstr(said(answer_text, answer), "which is said on the hour"));
	definition_release(answer->recount->ask.book);
}

static void test_the_object_has_definition_window_and_figures(void **state)
{
	struct answer *const answer = answer_of(false);
	const json_t *figure;

	(void)state;
	say_the_same(answer);
	answer_add(answer, "USD", "never", "", true);
	AUTO_JSON top = read_json(answer);

	assert_string_equal(word(json_object_get(top, "definition"), "metric"), "a.b");
	assert_string_equal(word(json_object_get(top, "definition"), "says"), "S.");
	assert_string_equal(word(json_object_get(top, "window"), "label"), "2026-05-01");
	assert_string_equal(word(json_object_get(top, "window"), "kind"), "day");
	assert_string_equal(word(json_object_get(top, "window"), "end"), "2026-05-02T00:00:00Z");
	assert_true(json_is_null(json_object_get(top, "by")));
	assert_true(json_is_null(json_object_get(top, "value")));
	figure = json_array_get(json_object_get(top, "figures"), 0);
	assert_string_equal(word(figure, "state"), "sealed");
	assert_string_equal(word(json_object_get(figure, "said"), "value"), "500000");
	assert_true(json_equal(json_object_get(figure, "said"), json_object_get(figure, "again")));
	assert_true(json_is_true(json_object_get(figure, "agrees")));
	figure = json_array_get(json_object_get(top, "figures"), 1);
	assert_true(json_is_null(json_object_get(figure, "said")));
	assert_true(json_is_false(json_object_get(figure, "agrees")));
	assert_true(json_is_true(json_object_get(figure, "waits")));
	assert_true(json_is_false(json_object_get(top, "agrees")));
	definition_release(answer->recount->ask.book);
}

static void test_the_object_has_who_is_in_and_who_is_not(void **state)
{
	struct answer *const answer = answer_of(true);
	const json_t *line;

	(void)state;
	say_the_same(answer);
	AUTO_JSON top = read_json(answer);

	assert_true(json_is_true(json_object_get(top, "agrees")));
	assert_string_equal(word(top, "by"), "channel");
	assert_string_equal(word(top, "value"), HOSTILE);
	assert_int_equal(json_array_size(json_object_get(top, "in")), 2);
	assert_int_equal(json_array_size(json_object_get(top, "not_in")), 1);
	line = json_array_get(json_object_get(top, "in"), 1);
	assert_string_equal(word(line, "subject"), "ticket/B");
	assert_string_equal(word(line, "at"), "2026-05-01T10:00:00Z");
	line = json_object_get(line, "adds");
	assert_int_equal(json_integer_value(json_object_get(line, "n")), 1);
	assert_null(json_object_get(line, "hits"));
	line = json_array_get(json_object_get(top, "not_in"), 0);
	assert_string_equal(word(line, "subject"), "ticket/C\x1b[2J");
	assert_string_equal(word(line, "why"), "by_customer is not so");
	assert_null(json_object_get(line, "adds"));
	definition_release(answer->recount->ask.book);
}

static void test_what_could_not_be_read_is_no_agreement(void **state)
{
	struct answer *const answer = answer_of(false);

	(void)state;
	say_the_same(answer);
	answer->unread = 1;
	AUTO_JSON top = read_json(answer);

	assert_true(json_is_false(json_object_get(top, "agrees")));
	assert_int_equal(json_integer_value(json_object_get(top, "unread")), 1);
	definition_release(answer->recount->ask.book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_said_is_held_against_what_comes_out),
		cmocka_unit_test(test_the_object_has_definition_window_and_figures),
		cmocka_unit_test(test_the_object_has_who_is_in_and_who_is_not),
		cmocka_unit_test(test_what_could_not_be_read_is_no_agreement),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
