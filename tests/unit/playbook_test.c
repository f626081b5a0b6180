/*
 * playbook_test - what is refused in a decision tree, and how one is read.
 */
#include "common/base/text.h"
#include "services/classifier/playbook.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/bent_document.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char document[] =
    "{\"id\":\"refund\",\"version\":3,\"effective_from\":\"2026-01-01T00:00:00Z\","
    "\"title\":\"Refund\",\"intents\":[\"refund\",\"refund_status\"],"
    "\"languages\":[\"en\",\"ja\"],\"start\":\"paid\",\"steps\":["
    "{\"id\":\"paid\",\"ask\":{\"en\":\"Was it paid?\",\"ja\":\"お支払い済みですか。\"},"
    "\"answers\":[{\"when\":{\"en\":\"Yes\",\"ja\":\"はい\"},\"go\":\"terms\"},"
    "{\"when\":{\"en\":\"No\",\"ja\":\"いいえ\"},\"go\":\"explain\"}]},"
    "{\"id\":\"terms\",\"ask\":{\"en\":\"Do the terms allow it?\",\"ja\":\"対象ですか。\"},"
    "\"answers\":[{\"when\":{\"en\":\"Yes!\",\"ja\":\"はい！\"},\"go\":\"send\"},"
    "{\"when\":{\"en\":\"No!\",\"ja\":\"いいえ！\"},\"go\":\"explain\"}]},"
    "{\"id\":\"send\",\"do\":{\"en\":\"Send.\",\"ja\":\"送信。\"},\"macro\":\"refund_received\","
    "\"end\":true},"
    "{\"id\":\"explain\",\"do\":{\"en\":\"Explain.\",\"ja\":\"説明。\"},\"end\":true}]}";

static void a_playbook_is_read(void **state)
{
	struct playbook playbook;
	struct json_error error;

	(void)state;
	assert_true(playbook_parse(arena, bytes_of(document), &playbook, &error));
	assert_string_equal(playbook.head.id, "refund");
	assert_int_equal(playbook.head.version, 3);
	assert_string_equal(playbook.head.intents[1], "refund_status");
	assert_null(playbook.head.tiers[0]);
	assert_int_equal(playbook.head.floor_ppm, PLAYBOOK_FLOOR_PPM);
	assert_int_equal(playbook.head.tongues, 1 << TONGUE_EN | 1 << TONGUE_JA);
	assert_int_equal(playbook.start, 0);
	assert_int_equal(playbook.step_count, 4);
	assert_int_equal(playbook.steps[0].answers[0].go, 1);
	assert_string_equal(playbook.steps[0].words[TONGUE_JA], "お支払い済みですか。");
	assert_string_equal(playbook.steps[1].answers[1].when[TONGUE_EN], "No!");
	assert_int_equal(playbook.steps[2].answer_count, 0);
	assert_string_equal(playbook.steps[2].macro, "refund_received");
	assert_null(playbook.steps[3].macro);
}

static const struct bent_document refusals[] = {
	{ "as it is", "refund", "refund", NULL },
	{ "an unknown field", "\"start\"", "\"color\":1,\"start\"", "color: is not known" },
	{ "no title", "\"title\":\"Refund\",", "", "title: is missing" },
	{ "no intents", "[\"refund\",\"refund_status\"]", "[]", "intents: must have an intent" },
	{ "an intent twice", "\"refund_status\"]", "\"refund\"]", "intents[1]: is there already" },
	{ "a floor above one", "\"start\"", "\"floor_ppm\":1000001,\"start\"",
	  "floor_ppm: must be between 0 and 1000000" },
	{ "no languages", "\"languages\":[\"en\",\"ja\"],", "", "languages: is missing" },
	{ "an unknown language", "[\"en\",\"ja\"]", "[\"en\",\"fr\"]",
	  "languages[1]: must be one of: en ja ko zh-Hans zh-Hant" },
	{ "a language twice", "[\"en\",\"ja\"]", "[\"en\",\"en\"]",
	  "languages[1]: is there already" },
	{ "no English", "[\"en\",\"ja\"]", "[\"ja\"]", "languages: must have en" },
	{ "a language more than is written", "[\"en\",\"ja\"]", "[\"en\",\"ja\",\"ko\"]",
	  "steps[0].ask.ko: is missing" },
	{ "a language less than is written", "[\"en\",\"ja\"]", "[\"en\"]",
	  "steps[0].ask.ja: is not among the document's languages" },
	{ "a question in one language alone", ",\"ja\":\"対象ですか。\"", "",
	  "steps[1].ask.ja: is missing" },
	{ "an answer in one language alone", ",\"ja\":\"いいえ！\"", "",
	  "steps[1].answers[1].when.ja: is missing" },
	{ "a deed in one language alone", ",\"ja\":\"説明。\"", "", "steps[3].do.ja: is missing" },
	{ "an empty text", "お支払い済みですか。", "", "steps[0].ask.ja: must not be empty" },
	{ "a text of two lines", "Send.", "Send.\\nNow.",
	  "steps[2].do.en: holds a control character" },
	{ "no start", "\"start\":\"paid\",", "", "start: is missing" },
	{ "a start that is no step", "\"start\":\"paid\"", "\"start\":\"begin\"",
	  "start: no step has this id" },
	{ "an answer to nowhere", "\"go\":\"send\"", "\"go\":\"sand\"",
	  "steps[1].answers[0].go: no step has this id" },
	{ "one id twice", "{\"id\":\"explain\"", "{\"id\":\"send\"",
	  "steps[3].id: is another step's already" },
	{ "a step to itself", "\"go\":\"send\"", "\"go\":\"terms\"",
	  "steps[0].answers: lead in a circle" },
	{ "a circle of two", "\"go\":\"send\"", "\"go\":\"paid\"",
	  "steps[0].answers: lead in a circle" },
	{ "a step that no path reaches", "\"go\":\"send\"", "\"go\":\"explain\"",
	  "steps[2]: no path leads here" },
	{ "steps before the start", "\"start\":\"paid\"", "\"start\":\"terms\"",
	  "steps[0]: no path leads here" },
	{ "a question with one answer",
	  ",{\"when\":{\"en\":\"No!\",\"ja\":\"いいえ！\"},\"go\":\"explain\"}", "",
	  "steps[1].answers: must be two at least" },
	{ "a question without answers",
	  "\"ask\":{\"en\":\"Was it paid?\","
	  "\"ja\":\"お支払い済みですか。\"},\"answers\"",
	  "\"ask\":{\"en\":\"Was it paid?\",\"ja\":\"お支払い済みですか。\"},\"replies\"",
	  "steps[0].replies: is not known" },
	{ "neither question nor deed", "\"do\":{\"en\":\"Explain.\",\"ja\":\"説明。\"},", "",
	  "steps[3]: must have either ask or do" },
	{ "both", "\"do\":{\"en\":\"Explain.\",\"ja\":\"説明。\"}",
	  "\"ask\":{},\"do\":{\"en\":\"Explain.\",\"ja\":\"説明。\"}",
	  "steps[3]: must have either ask or do" },
	{ "a deed that does not say that it ends",
	  ",\"macro\":\"refund_received\","
	  "\"end\":true",
	  "", "steps[2].end: is missing" },
	{ "a deed that does not end", "\"refund_received\",\"end\":true",
	  "\"refund_received\",\"end\":false",
	  "steps[2].end: must be true: what is done ends the path" },
	{ "a macro that is no id", "refund_received", "Refund",
	  "steps[2].macro: must be small letters, digits and _, a letter first" },
	{ "a step that is none", "{\"id\":\"explain\",", "7,{\"id\":\"explain\",",
	  "steps[3]: must be an object" },
};

static void what_is_wrong_with_a_playbook_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		const char *const bent = document_bend(arena, document, &refusals[i]);
		char text[JSON_ERROR_SIZE] = "";
		struct json_error error;
		struct playbook result;
		const bool valid = playbook_parse(arena, bytes_of(bent), &result, &error);

		if (valid != (refusals[i].want == NULL) ||
		    (!valid && !text_equal(json_error_text(&error, text), refusals[i].want)))
			fail_msg("%s: %s", refusals[i].name, text);
	}
}

/* A tree as long as it may be, its steps in the worst order for whoever walks it. */
static void the_longest_chain_is_read_and_one_more_step_refused(void **state)
{
	(void)state;
	for (int steps = PLAYBOOK_STEPS_MAX; steps <= PLAYBOOK_STEPS_MAX + 1; steps++) {
		char *text = arena_printf(
		    arena,
		    "{\"id\":\"a\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","
		    "\"title\":\"t\",\"intents\":[\"i\"],\"languages\":[\"en\"],"
		    "\"start\":\"s%d\",\"steps\":["
		    "{\"id\":\"s0\",\"do\":{\"en\":\"d\"},\"end\":true}",
		    steps - 1);
		struct playbook playbook;
		struct json_error error;

		for (int i = 1; i < steps; i++)
			text =
			    arena_printf(arena,
			                 "%s,{\"id\":\"s%d\",\"ask\":{\"en\":\"q\"},\"answers\":["
			                 "{\"when\":{\"en\":\"y\"},\"go\":\"s%d\"},"
			                 "{\"when\":{\"en\":\"n\"},\"go\":\"s0\"}]}",
			                 text, i, i - 1);
		text = arena_printf(arena, "%s]}", text);
		assert_true(playbook_parse(arena, bytes_of(text), &playbook, &error) ==
		            (steps == PLAYBOOK_STEPS_MAX));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_playbook_is_read),
		cmocka_unit_test(what_is_wrong_with_a_playbook_is_named),
		cmocka_unit_test(the_longest_chain_is_read_and_one_more_step_refused),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
