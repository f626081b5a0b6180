/*
 * json_test - what the parser lets in, and how it says what is wrong.
 *
 * All of JSONTestSuite goes through it: y_ must be accepted, n_ refused, i_ may be either. Four of
 * the y_ files are refused on purpose: repeated keys and NUL in text are hostile here.
 */
#include "common/io/json.h"

#include "common/base/text.h"
#include "common/io/file.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SUITE "../shared/data/JSONTestSuite/test_parsing"
#define SUITE_FILES_MAX 512
#define SUITE_FILE_MAX 262144 /* its largest is 250,000 bytes of nested arrays */

static const char *const refused_on_purpose[] = {
	"y_object_duplicated_key.json",
	"y_object_duplicated_key_and_value.json",
	"y_object_escaped_null_in_key.json",
	"y_string_null_escape.json",
};

static bool accepts(struct bytes text)
{
	AUTO_JSON document = NULL;
	struct json_error error;

	return json_parse(text, SUITE_FILE_MAX, &document, &error);
}

static bool must_accept(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(refused_on_purpose); i++) {
		if (text_equal(name, refused_on_purpose[i]))
			return false;
	}
	return name[0] == 'y';
}

static void the_public_suite_is_accepted_and_refused_as_it_says(void **state)
{
	struct arena *const arena = arena_create(65536);
	const char *paths[SUITE_FILES_MAX];
	struct bytes content;
	size_t count;

	(void)state;
	if (!file_list(arena, SUITE, ".json", SUITE_FILES_MAX, paths, &count)) {
		arena_destroy(arena);
		print_message("SKIP: %s is absent\n", SUITE);
		skip();
	}
	assert_true(count >= 300);
	for (size_t i = 0; i < count; i++) {
		const char *const name = strrchr(paths[i], '/') + 1;
		bool accepted;

		assert_true(file_read(arena, paths[i], SUITE_FILE_MAX, &content));
		accepted = accepts(content);
		if (name[0] != 'i' && accepted != must_accept(name))
			fail_msg("%s was %s", name, accepted ? "accepted" : "refused");
	}
	arena_destroy(arena);
}

/* The error of parsing, or of a getter chosen by the row. */
static void expect_error(const struct json_error *error, const char *want)
{
	char text[JSON_ERROR_SIZE];

	assert_string_equal(json_error_text(error, text), want);
}

static void what_cannot_be_parsed_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{ "", "is empty" },
		{ "{\"a\":1,\"a\":2}", "line 1, column 10: repeated key" },
		{ "{\"a\":\"\\u0000\"}", "line 1, column 13: NUL in a text" },
		{ "{\"\\u0000\":1}", "line 1, column 9: NUL in a text" },
		{ "{\n\"name\":Tanaka}", "line 2, column 13: invalid token" },
		{ "{} {}", "line 1, column 4: end of file expected" },
		{ "\xff", "is not valid UTF-8, or holds a NUL" },
		{ "{\"a\":123456789012345}", "is larger than 20 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		AUTO_JSON document = NULL;
		struct json_error error;

		assert_false(json_parse(bytes_of(rows[i].text), 20, &document, &error));
		expect_error(&error, rows[i].want);
	}
}

static void thirty_two_levels_are_accepted_and_one_more_is_not(void **state)
{
	char text[2 * (JSON_DEPTH_MAX + 1)];

	(void)state;
	for (size_t depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(accepts((struct bytes){ text, 2 * depth }),
		                 depth == JSON_DEPTH_MAX);
	}
	assert_true(accepts(bytes_of("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\"")));
}

static json_t *parsed(const char *text)
{
	struct json_error error;
	json_t *document = NULL;

	assert_true(json_parse(bytes_of(text), 4096, &document, &error));
	return document;
}

static void a_path_names_fields_and_items(void **state)
{
	static const char *const days[] = { "mon", "tue", NULL };
	AUTO_JSON document = parsed("{\"windows\":[{},{\"days\":[\"mon\",\"sat\"]}]}");
	const struct json_place top = json_top(document);
	struct json_place windows;
	struct json_place window;
	struct json_place list;
	struct json_error error;
	int day;

	(void)state;
	assert_true(json_array_at(&top, "windows", 9, &windows, &error));
	assert_int_equal(json_count(&windows), 2);
	window = json_item(&windows, 1);
	assert_true(json_array_at(&window, "days", 9, &list, &error));
	assert_true(json_word_in(&list, 0, days, &day, &error));
	assert_int_equal(day, 0);
	assert_false(json_word_in(&list, 1, days, &day, &error));
	expect_error(&error, "windows[1].days[1]: must be one of: mon tue");
	assert_false(json_array_at(&window, "days", 1, &list, &error));
	expect_error(&error, "windows[1].days: has more than 1 items");
}

static void a_getter_says_what_it_wanted(void **state)
{
	AUTO_JSON document = parsed("{\"text\":\"日本\",\"empty\":\"\",\"real\":1.5,\"null\":null,"
	                            "\"big\":10,\"time\":\"2026-05-01T17:30:00\",\"yes\":1}");
	const struct json_place top = json_top(document);
	struct json_error error;
	struct instant instant;
	const char *text = "kept";
	int64_t number = 7;
	bool yes;

	(void)state;
	assert_true(json_text_at(&top, "text", 6, &text, &error));
	assert_string_equal(text, "日本");
	assert_false(json_text_at(&top, "text", 5, &text, &error));
	expect_error(&error, "text: is longer than 5 bytes");
	assert_false(json_text_at(&top, "empty", 5, &text, &error));
	expect_error(&error, "empty: must not be empty");
	assert_false(json_text_at(&top, "null", 5, &text, &error));
	expect_error(&error, "null: is missing");
	assert_true(json_text_if(&top, "null", 5, &text, &error));
	assert_string_equal(text, "日本");
	assert_false(json_integer_at(&top, "real", 0, 9, &number, &error));
	expect_error(&error, "real: must be a whole number");
	assert_false(json_integer_if(&top, "big", 0, 9, &number, &error));
	expect_error(&error, "big: must be between 0 and 9");
	assert_int_equal(number, 7);
	assert_false(json_instant_at(&top, "time", &instant, &error));
	expect_error(&error, "time: must be a time with an offset, as 2026-05-01T17:30:00+09:00");
	assert_false(json_switch_at(&top, "yes", &yes, &error));
	expect_error(&error, "yes: must be true or false");
}

static void an_unknown_field_is_named_and_cut_at_a_character(void **state)
{
	static const char *const none[] = { NULL };
	struct buffer text = { 0 };
	AUTO_JSON document = NULL;
	struct json_error error;
	struct json_place top;

	(void)state;
	buffer_add(&text, "{\"", 2);
	for (size_t i = 0; i < 100; i++)
		buffer_add(&text, "鍵", strlen("鍵"));
	buffer_add(&text, "\":1}", sizeof("\":1}"));
	document = parsed((const char *)text.data);
	buffer_finish(&text);
	top = json_top(document);
	assert_false(json_only(&top, none, &error));
	assert_string_equal(error.reason, "is not known");
	assert_true(text_valid(bytes_of(error.path)));
	assert_int_equal(strlen(error.path), 126);
}

static void what_is_no_object_has_no_fields(void **state)
{
	static const char *const none[] = { NULL };
	AUTO_JSON document = parsed("[1]");
	const struct json_place top = json_top(document);
	const struct json_place item = json_item(&top, 0);
	struct json_error error;
	int64_t number;

	(void)state;
	assert_false(json_only(&top, none, &error));
	expect_error(&error, "must be an object");
	assert_false(json_integer_at(&item, "a", 0, 9, &number, &error));
	expect_error(&error, "[0]: must be an object");
}

/* Brief documents. */

static json_t *brief(const char *text)
{
	struct json_error error;
	json_t *document = NULL;

	assert_true(json_parse_brief(bytes_of(text), SUITE_FILE_MAX, &document, &error));
	return document;
}

static void brief_documents_live_side_by_side_until_the_last_is_released(void **state)
{
	AUTO_JSON first = brief("{\"a\":[\"one\",1],\"b\":{\"c\":\"ほん\"}}");

	(void)state;
	for (int i = 0; i < 3; i++) {
		AUTO_JSON other = brief("{\"a\":\"something else altogether, and longer\"}");

		assert_string_equal(json_string_value(json_object_get(other, "a")),
		                    "something else altogether, and longer");
	}
	assert_string_equal(json_string_value(json_array_get(json_object_get(first, "a"), 0)),
	                    "one");
	assert_string_equal(json_string_value(json_object_get(json_object_get(first, "b"), "c")),
	                    "ほん");
}

/* Twice the memory that is kept for them: what does not fit is allocated, and given back (as a sanitizer sees). */
static void a_brief_document_may_be_of_any_size(void **state)
{
	struct buffer text = { 0 };

	(void)state;
	buffer_add(&text, "[0", 2);
	for (int i = 0; i < 8000; i++)
		buffer_add(&text, ",\"text\"", strlen(",\"text\""));
	buffer_add(&text, "]", sizeof("]"));
	for (int i = 0; i < 2; i++) {
		AUTO_JSON large = brief((const char *)text.data);
		AUTO_JSON small = brief("[\"small\"]");

		assert_int_equal(json_array_size(large), 8001);
		assert_string_equal(json_string_value(json_array_get(large, 8000)), "text");
		assert_string_equal(json_string_value(json_array_get(small, 0)), "small");
	}
	buffer_finish(&text);
}

static void what_lasts_is_made_beside_a_brief_document(void **state)
{
	AUTO_JSON lasting = NULL;

	(void)state;
	{
		AUTO_JSON document = brief("[\"brief\"]");

		lasting = parsed("[\"lasting\"]");
		assert_int_equal(json_array_size(document), 1);
	}
	AUTO_JSON later = brief("[\"later, in the place of the first\"]");

	assert_int_equal(json_array_size(later), 1);
	assert_string_equal(json_string_value(json_array_get(lasting, 0)), "lasting");
}

static void a_brief_document_is_refused_as_any_other(void **state)
{
	AUTO_JSON document = NULL;
	struct json_error error;

	(void)state;
	assert_false(
	    json_parse_brief(bytes_of("{\"a\":1,\"a\":2}"), SUITE_FILE_MAX, &document, &error));
	assert_non_null(strstr(error.reason, "repeated key"));
	assert_false(json_parse_brief(bytes_of("[[[["), SUITE_FILE_MAX, &document, &error));
	assert_null(document);
	document = brief("null");
	assert_true(json_is_null(document));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_public_suite_is_accepted_and_refused_as_it_says),
		cmocka_unit_test(what_cannot_be_parsed_is_refused_with_a_reason),
		cmocka_unit_test(thirty_two_levels_are_accepted_and_one_more_is_not),
		cmocka_unit_test(a_path_names_fields_and_items),
		cmocka_unit_test(a_getter_says_what_it_wanted),
		cmocka_unit_test(an_unknown_field_is_named_and_cut_at_a_character),
		cmocka_unit_test(what_is_no_object_has_no_fields),
		cmocka_unit_test(brief_documents_live_side_by_side_until_the_last_is_released),
		cmocka_unit_test(a_brief_document_may_be_of_any_size),
		cmocka_unit_test(what_lasts_is_made_beside_a_brief_document),
		cmocka_unit_test(a_brief_document_is_refused_as_any_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
