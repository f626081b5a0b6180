/*
 * macro_test - what is refused in a macro, and how its places are filled.
 */
#include "common/base/text.h"
#include "services/classifier/macro.h"
#include "tests/support/bent_document.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char document[] =
    "{\"id\":\"sent\",\"version\":2,\"effective_from\":\"2026-01-01T00:00:00Z\","
    "\"title\":\"Sent\",\"intents\":[\"invoice_copy\"],\"tiers\":[\"enterprise\"],"
    "\"floor_ppm\":600000,\"languages\":{"
    "\"en\":{\"subject\":\"Invoice {{invoice}}\","
    "\"text\":\"Dear {{name}},\\n\\nDate: {{date}}\\n\\nHere: {{link}} ({{invoice}})\\n{{note}}\"},"
    "\"ja\":{\"subject\":\"請求書{{invoice}}\","
    "\"text\":\"{{name}} 様\\n{{date}}の{{invoice}}\\n{{link}}\\n{{note}}\"}},"
    "\"places\":[{\"name\":\"name\",\"kind\":\"customer_name\",\"required\":true},"
    "{\"name\":\"invoice\",\"kind\":\"invoice\",\"required\":true},"
    "{\"name\":\"link\",\"kind\":\"url\",\"required\":true},"
    "{\"name\":\"date\",\"kind\":\"date\",\"required\":false},"
    "{\"name\":\"note\",\"kind\":\"text\",\"required\":false}]}";

static struct arena *arena;
static struct macro macro;

static int open_macro(void **state)
{
	struct json_error error;

	(void)state;
	arena = arena_create(65536);
	assert_true(macro_parse(arena, bytes_of(document), &macro, &error));
	return 0;
}

static int close_macro(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static void a_macro_is_read(void **state)
{
	(void)state;
	assert_string_equal(macro.head.id, "sent");
	assert_int_equal(macro.head.version, 2);
	assert_string_equal(macro.head.tiers[0], "enterprise");
	assert_int_equal(macro.head.floor_ppm, 600000);
	assert_int_equal(macro.head.tongues, 1 << TONGUE_EN | 1 << TONGUE_JA);
	assert_string_equal(macro.texts[TONGUE_JA].subject, "請求書{{invoice}}");
	assert_null(macro.texts[TONGUE_KO].text);
	assert_int_equal(macro.place_count, 5);
	assert_int_equal(macro.places[1].kind, MACRO_INVOICE);
	assert_false(macro.places[3].required);
	assert_string_equal(macro_prose(arena, macro.texts[TONGUE_JA].subject), "請求書 ");
}

static void what_is_wrong_with_a_macro_is_named(void **state)
{
	static const char braces[] =
	    "languages.ja.text: {{ and }} must stand around the name of a place";
	static const struct bent_document rows[] = {
		{ "as it is", "sent", "sent", NULL },
		{ "no floor is the usual one", "\"floor_ppm\":600000,", "", NULL },
		{ "a single brace is a brace", " 様", " 様 {a} }", NULL },
		{ "an unknown field", "\"title\"", "\"color\":1,\"title\"", "color: is not known" },
		{ "no intents", "\"intents\":[\"invoice_copy\"],", "",
		  "intents: must have an intent" },
		{ "a tier twice", "[\"enterprise\"]", "[\"enterprise\",\"enterprise\"]",
		  "tiers[1]: is there already" },
		{ "a title of two lines", "\"Sent\"", "\"Se\\nnt\"",
		  "title: holds a control character" },
		{ "no English", "\"en\":{", "\"ko\":{", "languages.en: is missing" },
		{ "an unknown language", "\"ja\":{", "\"fr\":{", "languages.fr: is not known" },
		{ "a place that is not declared", "{{name}} 様", "{{name}} {{who}}様",
		  "languages.ja.text: place who is not declared" },
		{ "a place that one language does not use", "{{date}}の", "",
		  "languages.ja: place date is declared, but not used" },
		{ "a place in the subject counts", "の{{invoice}}\\n", "\\n", NULL },
		{ "an optional place in a subject", "\"請求書{{invoice}}\"",
		  "\"請求書{{invoice}}{{date}}\"",
		  "languages.ja.subject: place date is optional: a subject holds required ones" },
		{ "a place that does not close", "{{name}} 様", "{{name 様", braces },
		{ "one that does not open", "{{name}} 様", "name}} 様", braces },
		{ "one without a name", "{{name}} 様", "{{}} 様", braces },
		{ "blanks around a name", "{{name}} 様", "{{ name }} 様", braces },
		{ "three braces", "{{name}} 様", "{{{name}}} 様", braces },
		{ "a name in Japanese", "{{name}} 様", "{{名前}} 様", braces },
		{ "a subject in English alone", "\"subject\":\"請求書{{invoice}}\",", "",
		  "languages.ja: has a subject where English has none, or none" },
		{ "a subject of two lines", "請求書{{invoice}}", "請求書\\n{{invoice}}",
		  "languages.ja.subject: holds a control character" },
		{ "a tab in a text", "{{name}} 様", "{{name}}\\t様",
		  "languages.ja.text: holds a control character" },
		{ "no text",
		  "\"text\":\"{{name}} 様\\n{{date}}の{{invoice}}\\n{{link}}\\n{{note}}\"",
		  "\"text\":null", "languages.ja.text: is missing" },
		{ "one place twice", "\"name\":\"date\"", "\"name\":\"link\"",
		  "places[3].name: is another place's already" },
		{ "an unknown kind", "\"url\"", "\"colour\"",
		  "places[2].kind: must be one of: ticket_id invoice amount date customer_name "
		  "agent_name url text" },
		{ "not said whether required", ",\"required\":true},{\"name\":\"invoice\"",
		  "},{\"name\":\"invoice\"", "places[0].required: is missing" },
		{ "a place that is used nowhere", "\"places\":[",
		  "\"places\":[{\"name\":\"more\",\"kind\":\"text\",\"required\":false},",
		  "languages.en: place more is declared, but not used" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const bent = document_bend(arena, document, &rows[i]);
		char text[JSON_ERROR_SIZE] = "";
		struct json_error error;
		struct macro result;
		const bool valid = macro_parse(arena, bytes_of(bent), &result, &error);

		if (valid != (rows[i].want == NULL) ||
		    (!valid && !text_equal(json_error_text(&error, text), rows[i].want)))
			fail_msg("%s: %s", rows[i].name, text);
	}
}

#define VALUES_MAX 6

static const struct {
	const char *name;
	enum tongue tongue;
	struct macro_value values[VALUES_MAX];
	const char *subject; /* NULL: refused */
	const char *text;    /* or the error */
} fillings[] = {
	{ "all given",
	  TONGUE_JA,
	  { { "name", "山田" },
	    { "invoice", "INV-1" },
	    { "link", "https://a.example/1" },
	    { "date", "5月1日" },
	    { "note", "一\n二" } },
	  "請求書INV-1",
	  "山田 様\n5月1日のINV-1\nhttps://a.example/1\n一\n二" },
	{ "lines with nothing to say are left out, and one of two blank lines",
	  TONGUE_EN,
	  { { "name", "Ann" }, { "invoice", "INV-1" }, { "link", "https://a.example/1" } },
	  "Invoice INV-1",
	  "Dear Ann,\n\nHere: https://a.example/1 (INV-1)\n" },
	{ "a value is not a text with places",
	  TONGUE_JA,
	  { { "name", "{{invoice}}" }, { "invoice", "}}{{" }, { "link", "https://a.example/%s" } },
	  "請求書}}{{",
	  "{{invoice}} 様\nhttps://a.example/%s\n" },
	{ "a language that it has not",
	  TONGUE_KO,
	  { { NULL, NULL } },
	  NULL,
	  "it is not written in ko" },
	{ "nothing given",
	  TONGUE_EN,
	  { { NULL, NULL } },
	  NULL,
	  "place name: is required and missing" },
	{ "one missing",
	  TONGUE_EN,
	  { { "name", "Ann" }, { "link", "https://a.example/1" } },
	  NULL,
	  "place invoice: is required and missing" },
	{ "one that it has not",
	  TONGUE_EN,
	  { { "nome", "Ann" } },
	  NULL,
	  "place nome: the macro has none of this name" },
	{ "one twice",
	  TONGUE_EN,
	  { { "name", "Ann" }, { "name", "Bob" } },
	  NULL,
	  "place name: is given twice" },
	{ "an empty one", TONGUE_EN, { { "name", "" } }, NULL, "place name: is empty" },
	{ "one that is none", TONGUE_EN, { { "name", NULL } }, NULL, "place name: is empty" },
	{ "one with a line end",
	  TONGUE_EN,
	  { { "name", "Ann\nBcc: x" } },
	  NULL,
	  "place name: holds a control character" },
	{ "one that is not UTF-8",
	  TONGUE_EN,
	  { { "name", "\xff" } },
	  NULL,
	  "place name: is not valid UTF-8" },
	{ "a link that is none",
	  TONGUE_EN,
	  { { "link", "javascript:alert(1)" } },
	  NULL,
	  "place link: is not an https:// address" },
};

static void places_are_filled(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(fillings); i++) {
		struct macro_text filled = { 0 };
		char error[MACRO_ERROR_SIZE] = "";
		size_t count = 0;

		while (count < VALUES_MAX && fillings[i].values[count].name != NULL)
			count++;
		if (macro_render(arena, &macro, fillings[i].tongue, fillings[i].values, count,
		                 &filled, error) != (fillings[i].subject != NULL))
			fail_msg("%s: %s", fillings[i].name, error);
		if (!text_equal(filled.subject, fillings[i].subject) ||
		    !text_equal(fillings[i].subject != NULL ? filled.text : error,
		                fillings[i].text))
			fail_msg("%s: %s%s", fillings[i].name, error, filled.text);
	}
}

static void a_value_has_a_limit(void **state)
{
	char value[MACRO_VALUE_MAX + 2];
	const struct macro_value values[] = { { "note", value } };
	char error[MACRO_ERROR_SIZE];
	struct macro_text filled;

	(void)state;
	memset(value, 'a', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	assert_false(macro_render(arena, &macro, TONGUE_EN, values, 1, &filled, error));
	assert_string_equal(error, "place note: is too long");
	value[MACRO_VALUE_MAX] = '\0';
	assert_false(macro_render(arena, &macro, TONGUE_EN, values, 1, &filled, error));
	assert_string_equal(error, "place name: is required and missing");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_macro_is_read),
		cmocka_unit_test(what_is_wrong_with_a_macro_is_named),
		cmocka_unit_test(places_are_filled),
		cmocka_unit_test(a_value_has_a_limit),
	};

	return cmocka_run_group_tests(tests, open_macro, close_macro);
}
