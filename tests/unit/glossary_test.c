/*
 * glossary_test - which texts keep the product's terms, and what is refused in a glossary.
 */
#include "common/base/text.h"
#include "services/classifier/glossary.h"
#include "tests/support/bent_document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char document[] =
    "{\"id\":\"product\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"terms\":["
    "{\"id\":\"workspace\",\"en\":\"workspace\",\"ja\":\"ワークスペース\",\"ko\":\"워크스페이스\","
    "\"avoid\":{\"en\":[\"work space\"],\"ja\":[\"作業場\"]}},"
    "{\"id\":\"invoice\",\"en\":\"invoice\",\"ja\":\"請求書\",\"avoid\":{\"en\":[\"bill\"]}},"
    "{\"id\":\"qualified\",\"en\":\"qualified invoice\",\"ja\":\"インボイス\"},"
    "{\"id\":\"box\",\"en\":\"box\",\"ja\":\"箱\"},"
    "{\"id\":\"user\",\"en\":\"user\",\"ja\":\"ユーザー\",\"avoid\":{\"ja\":[\"ユーザ\"]}}]}";

static struct arena *arena;
static struct glossary glossary;

static int open_glossary(void **state)
{
	struct json_error error;

	(void)state;
	arena = arena_create(65536);
	assert_true(glossary_parse(arena, bytes_of(document), &glossary, &error));
	return 0;
}

static int close_glossary(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static void terms_are_kept_or_not(void **state)
{
	static const struct {
		const char *name;
		enum tongue tongue;
		const char *english; /* NULL: text is the English one */
		const char *text;
		const char *term; /* NULL: kept */
		const char *said;
	} rows[] = {
		{ "nothing said, nothing broken", TONGUE_EN, NULL, "", NULL, NULL },
		{ "the form is right", TONGUE_EN, NULL, "Your workspace.", NULL, NULL },
		{ "a word to be avoided", TONGUE_EN, NULL, "Your Work Space.", "workspace",
		  "work space" },
		{ "its plural too", TONGUE_EN, NULL, "two bills", "invoice", "bill" },
		{ "part of a word is another word", TONGUE_EN, NULL, "billing, handbill, billet",
		  NULL, NULL },
		{ "a word at either end", TONGUE_EN, NULL, "bill", "invoice", "bill" },
		{ "after a word that it is part of", TONGUE_EN, NULL, "billing by bill", "invoice",
		  "bill" },
		{ "next to Japanese", TONGUE_EN, NULL, "請求billです", "invoice", "bill" },
		{ "the Japanese form stands for the English", TONGUE_JA, "A workspace.",
		  "ワークスペースです", NULL, NULL },
		{ "the Japanese form is missing", TONGUE_JA, "A workspace.", "スペースです",
		  "workspace", NULL },
		{ "a plural asks for it too", TONGUE_JA, "Workspaces", "スペース", "workspace",
		  NULL },
		{ "a plural in es", TONGUE_JA, "boxes", "函", "box", NULL },
		{ "boxer is no box", TONGUE_JA, "boxer", "函", NULL, NULL },
		{ "a word to be avoided in Japanese", TONGUE_JA, "A workspace.",
		  "ワークスペース（作業場）", "workspace", "作業場" },
		{ "Japanese may say a term that the English does not", TONGUE_JA, "Hello.",
		  "請求書", NULL, NULL },
		{ "within a longer form it is not said", TONGUE_JA, "Hello.", "ユーザーの方", NULL,
		  NULL },
		{ "beside a longer form it is", TONGUE_JA, "Hello.", "ユーザーはユーザ", "user",
		  "ユーザ" },
		{ "a longer English term is not the shorter", TONGUE_JA, "A qualified invoice.",
		  "インボイス", NULL, NULL },
		{ "unless the shorter stands too", TONGUE_JA, "Qualified invoices and invoices.",
		  "インボイス", "invoice", NULL },
		{ "a language without the term's form is free", TONGUE_KO, "An invoice.", "청구",
		  NULL, NULL },
		{ "a language with one is not", TONGUE_KO, "A workspace.", "공간", "workspace",
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct glossary_fault fault = { 0 };
		const bool kept =
		    glossary_kept(&glossary, rows[i].tongue, rows[i].text, rows[i].english, &fault);

		if (kept != (rows[i].term == NULL))
			fail_msg("%s", rows[i].name);
		if (!kept && (!text_equal(fault.term->id, rows[i].term) ||
		              !text_equal(fault.said, rows[i].said)))
			fail_msg("%s: %s", rows[i].name, fault.term->id);
	}
}

static void what_is_wrong_with_a_glossary_is_named(void **state)
{
	static const struct bent_document rows[] = {
		{ "as it is", "product", "product", NULL },
		{ "no JSON", "{\"id\":\"product\"", "{",
		  "line 1, column 2: string or '}' expected" },
		{ "an unknown field", "\"version\":1", "\"version\":1,\"color\":1",
		  "color: is not known" },
		{ "no id", "\"id\":\"product\",", "", "id: is missing" },
		{ "an id that is none", "product", "Product 1",
		  "id: must be small letters, digits and _, a letter first" },
		{ "no version", "\"version\":1,", "", "version: is missing" },
		{ "version zero", "\"version\":1", "\"version\":0",
		  "version: must be between 1 and 2147483647" },
		{ "a time without offset", "00:00:00Z", "00:00:00",
		  "effective_from: must be a time with an offset, as 2026-05-01T17:30:00+09:00" },
		{ "no Japanese", "\"ja\":\"ワークスペース\",", "", "terms[0].ja: is missing" },
		{ "no English", "\"en\":\"workspace\",", "", "terms[0].en: is missing" },
		{ "an empty form", "ワークスペース", "", "terms[0].ja: must not be empty" },
		{ "an unknown language", "\"ko\"", "\"fr\"", "terms[0].fr: is not known" },
		{ "a form with a line end", "ワークスペース", "ワーク\\n",
		  "terms[0].ja: holds a control character" },
		{ "one id twice", "\"id\":\"invoice\"", "\"id\":\"workspace\"",
		  "terms[1].id: is another term's already" },
		{ "one English word twice, whatever its case", "\"en\":\"invoice\"",
		  "\"en\":\"WorkSpace\"", "terms[1].en: is another term's already" },
		{ "a form that is to be avoided", "作業場", "請求書",
		  "terms[0].avoid: ja: a term's form is to be avoided" },
		{ "an avoided word twice", "[\"作業場\"]", "[\"作業場\",\"作業場\"]",
		  "terms[0].avoid.ja[1]: is there already" },
		{ "an avoided word that is empty", "[\"作業場\"]", "[\"\"]",
		  "terms[0].avoid.ja[0]: must not be empty" },
		{ "an avoided word with a tab", "[\"作業場\"]", "[\"作\\t\"]",
		  "terms[0].avoid.ja[0]: holds a control character" },
		{ "avoided in an unknown language", "\"avoid\":{\"en\"", "\"avoid\":{\"xx\"",
		  "terms[0].avoid.xx: is not known" },
		{ "avoid is no object", "\"avoid\":{\"ja\":[\"ユーザ\"]}", "\"avoid\":[]",
		  "terms[4].avoid: must be an object" },
		{ "a term that is none", "{\"id\":\"box\",\"en\":\"box\",\"ja\":\"箱\"}", "1",
		  "terms[3]: must be an object" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const bent = document_bend(arena, document, &rows[i]);
		char text[JSON_ERROR_SIZE] = "";
		struct json_error error;
		struct glossary result;
		const bool valid = glossary_parse(arena, bytes_of(bent), &result, &error);

		if (valid != (rows[i].want == NULL) ||
		    (!valid && !text_equal(json_error_text(&error, text), rows[i].want)))
			fail_msg("%s: %s", rows[i].name, text);
	}
}

static void a_glossary_has_a_term(void **state)
{
	static const char none[] = "{\"id\":\"a\",\"version\":1,"
				   "\"effective_from\":\"2026-01-01T00:00:00Z\",\"terms\":[]}";
	struct json_error error;
	struct glossary result;

	(void)state;
	assert_false(glossary_parse(arena, bytes_of(none), &result, &error));
	assert_string_equal(error.path, "terms");
	assert_string_equal(error.reason, "must have a term");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(terms_are_kept_or_not),
		cmocka_unit_test(what_is_wrong_with_a_glossary_is_named),
		cmocka_unit_test(a_glossary_has_a_term),
	};

	return cmocka_run_group_tests(tests, open_glossary, close_glossary);
}
