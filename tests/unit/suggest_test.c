/*
 * suggest_test - which documents help with a message, and why.
 */
#include "services/classifier/suggest.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/suggest_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct instant day(const char *text)
{
	struct instant at;

	assert_true(time_parse(arena_printf(arena, "%sT00:00:00Z", text), &at));
	return at;
}

/* "macro b ja: intent language fills i" and so on, a line each. */
static const char *told(const struct suggest_book *book, const struct suggest_ask *ask)
{
	struct suggestion out[SUGGESTIONS_MAX];
	const char *reasons[SUGGEST_REASONS_MAX];
	const char *text = "";
	const size_t count = suggest(book, ask, out);

	for (size_t i = 0; i < count; i++) {
		const size_t said = suggestion_reasons(arena, &out[i], reasons);

		text = arena_printf(arena, "%s%s%s %s:", text, i > 0 ? "; " : "", out[i].id,
		                    tongue_tags[out[i].tongue]);
		for (size_t j = 0; j < said; j++)
			text = arena_printf(arena, "%s%s%s", text, j > 0 ? ", " : " ", reasons[j]);
	}
	return text;
}

/* In an order that is not the one in which they are suggested. */
static const struct suggest_file shelf[] = {
	{ "macros/d.json", DOCUMENT_MACRO("d", "[\"outage\"]", "") },
	{ "macros/c.json", DOCUMENT_MACRO("c", "[\"refund\"]", "") },
	{ "macros/e.json", DOCUMENT_MACRO("e", "[\"outage\"]", "\"tiers\":[\"enterprise\"],") },
	{ "macros/b.json", DOCUMENT_MACRO("b", "[\"refund\",\"tax\"]", "\"floor_ppm\":700000,") },
	{ "macros/p.json", DOCUMENT_PLACED_MACRO("p", "[\"invoice_copy\"]") },
	{ "playbooks/q.json", DOCUMENT_PLAYBOOK("q", "[\"invoice_copy\"]", "p") },
	{ "playbooks/a.json", DOCUMENT_PLAYBOOK("a", "[\"refund\"]", "c") },
	{ "glossary/g.json", DOCUMENT_GLOSSARY("2026-01-01", "1", "workspace", "ワークスペース") },
};

static const struct {
	const char *name;
	struct suggest_ask ask;
	const char *want;
} asks[] = {
	{ "nothing is known", { .intent = NULL, .language = "en" }, "" },
	{ "an intent that nothing is for",
	  { .intent = "praise", .confidence_ppm = 990000, .language = "en" },
	  "" },
	{ "macros before playbooks, by id",
	  { .intent = "refund", .confidence_ppm = 900000, .language = "ja" },
	  "b ja: intent, language; c ja: intent, language; a ja: intent, language" },
	{ "at its floor a document is suggested",
	  { .intent = "tax", .confidence_ppm = 700000, .language = "en" },
	  "b en: intent, language" },
	{ "below it nothing is",
	  { .intent = "tax", .confidence_ppm = 699999, .language = "en" },
	  "" },
	{ "each has a floor of its own",
	  { .intent = "refund", .confidence_ppm = 500000, .language = "en" },
	  "c en: intent, language; a en: intent, language" },
	{ "English where the language is missing",
	  { .intent = "refund", .confidence_ppm = 400000, .language = "zh-Hant" },
	  "a en: intent, english" },
	{ "and where it is not known",
	  { .intent = "refund", .confidence_ppm = 400000, .language = "und" },
	  "a en: intent, english" },
	{ "or not given",
	  { .intent = "refund", .confidence_ppm = 400000 },
	  "a en: intent, english" },
	{ "abstained: a playbook and no macro",
	  { .intent = "refund",
	    .confidence_ppm = 400000,
	    .second = "outage",
	    .second_ppm = 390000,
	    .abstained = true,
	    .language = "ja" },
	  "a ja: best_guess, language" },
	{ "abstained and below the floor: nothing",
	  { .intent = "refund", .confidence_ppm = 299999, .abstained = true, .language = "ja" },
	  "" },
	{ "the second intent comes after the first",
	  { .intent = "invoice_copy",
	    .confidence_ppm = 520000,
	    .second = "refund",
	    .second_ppm = 300000,
	    .language = "en",
	    .known = 1 << MACRO_INVOICE },
	  "p en: intent, language, fills i; q en: intent, language; "
	  "a en: second_intent, language" },
	{ "a place that cannot be filled puts a macro behind",
	  { .intent = "invoice_copy",
	    .confidence_ppm = 900000,
	    .language = "en",
	    .known = 1 << MACRO_DATE },
	  "q en: intent, language; p en: intent, language, lacks i, fills d" },
	{ "another tier's is not suggested",
	  { .intent = "outage", .confidence_ppm = 900000, .language = "en", .tier = "free" },
	  "d en: intent, language" },
	{ "nor to nobody knows whom",
	  { .intent = "outage", .confidence_ppm = 900000, .language = "en", .tier = "" },
	  "d en: intent, language" },
	{ "the tier's own comes first",
	  { .intent = "outage", .confidence_ppm = 900000, .language = "en", .tier = "enterprise" },
	  "e en: intent, language, tier; d en: intent, language" },
};

static void what_helps_is_suggested_with_its_reasons(void **state)
{
	struct suggest_book book;
	char error[SUGGEST_ERROR_SIZE];

	(void)state;
	if (!suggest_fixture_compile(arena, shelf, COUNT_OF(shelf), &book, error))
		fail_msg("%s", error);
	for (size_t i = 0; i < COUNT_OF(asks); i++) {
		struct suggest_ask ask = asks[i].ask;
		const char *got;

		ask.at = day("2026-06-01");
		got = told(&book, &ask);
		if (!text_equal(got, asks[i].want))
			fail_msg("%s: %s", asks[i].name, got);
		ask.at = day("2025-12-31");
		if (!text_equal(told(&book, &ask), ""))
			fail_msg("%s: before anything is in force", asks[i].name);
	}
}

static void a_message_fills_what_it_says_exactly(void **state)
{
	static const struct {
		struct entity entity;
		uint32_t want;
	} rows[] = {
		{ { .kind = ENTITY_INVOICE }, 1 << MACRO_INVOICE },
		{ { .kind = ENTITY_AMOUNT, .has_minor = true, .currency = "JPY" },
		  1 << MACRO_AMOUNT },
		{ { .kind = ENTITY_AMOUNT, .has_minor = true, .currency_open = true }, 0 },
		{ { .kind = ENTITY_AMOUNT, .currency = "JPY" }, 0 },
		{ { .kind = ENTITY_DATE }, 1 << MACRO_DATE },
		{ { .kind = ENTITY_DATE, .ambiguous = true }, 0 },
		{ { .kind = ENTITY_DATE, .relative = true }, 0 },
		{ { .kind = ENTITY_URL }, 0 },
		{ { .kind = ENTITY_TICKET }, 0 },
	};
	const struct entity two[] = { rows[0].entity, rows[1].entity };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(suggest_known(&rows[i].entity, 1), rows[i].want);
	assert_int_equal(suggest_known(two, 2), 1 << MACRO_INVOICE | 1 << MACRO_AMOUNT);
	assert_int_equal(suggest_known(NULL, 0), 0);
}

static void of_more_than_three_the_best_are_kept(void **state)
{
	static const struct suggest_file files[] = {
		{ "macros/a.json", DOCUMENT_PLACED_MACRO("a", "[\"refund\"]") },
		{ "macros/b.json", DOCUMENT_MACRO("b", "[\"refund\"]", "") },
		{ "macros/c.json", DOCUMENT_MACRO("c", "[\"refund\"]", "") },
		{ "macros/d.json", DOCUMENT_MACRO("d", "[\"refund\"]", "") },
		{ "macros/e.json", DOCUMENT_MACRO("e", "[\"refund\"]", "\"tiers\":[\"free\"],") },
	};
	const struct suggest_ask ask = { .intent = "refund",
		                         .confidence_ppm = SUGGEST_PPM,
		                         .language = "en",
		                         .tier = "free",
		                         .at = day("2026-06-01") };
	struct suggest_book book;
	char error[SUGGEST_ERROR_SIZE];

	(void)state;
	assert_true(suggest_fixture_compile(arena, files, COUNT_OF(files), &book, error));
	assert_string_equal(told(&book, &ask), "e en: intent, language, tier; "
	                                       "b en: intent, language; c en: intent, language");
}

static void a_version_is_suggested_from_its_date_on(void **state)
{
	static const struct suggest_file files[] = {
		{ "macros/a-2.json", DOCUMENT_ENGLISH_MACRO("a", "2", "2026-03-01") },
		{ "macros/a-1.json", DOCUMENT_ENGLISH_MACRO("a", "1", "2026-01-01") },
		{ "macros/b.json", DOCUMENT_ENGLISH_MACRO("b", "7", "2026-02-01") },
	};
	static const struct {
		const char *at;
		size_t count;
		int64_t version;
	} rows[] = { { "2025-12-31", 0, 0 },
		     { "2026-01-01", 1, 1 },
		     { "2026-02-28", 2, 1 },
		     { "2026-03-01", 2, 2 } };
	struct suggestion out[SUGGESTIONS_MAX];
	struct suggest_book book;
	char error[SUGGEST_ERROR_SIZE];

	(void)state;
	assert_true(suggest_fixture_compile(arena, files, COUNT_OF(files), &book, error));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct suggest_ask ask = { .intent = "refund",
			                         .confidence_ppm = SUGGEST_PPM,
			                         .language = "en",
			                         .at = day(rows[i].at) };

		assert_int_equal(suggest(&book, &ask, out), rows[i].count);
		if (rows[i].count > 0)
			assert_int_equal(out[0].version, rows[i].version);
	}
}

/* So that a ticket's language finds the document's. */
static void documents_name_languages_as_messages_do(void **state)
{
	static const enum language languages[TONGUES] = { LANGUAGE_EN, LANGUAGE_JA, LANGUAGE_KO,
		                                          LANGUAGE_ZH_HANS, LANGUAGE_ZH_HANT };

	(void)state;
	for (int i = 0; i < TONGUES; i++)
		assert_string_equal(tongue_tags[i], language_tag(languages[i]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_helps_is_suggested_with_its_reasons),
		cmocka_unit_test(a_message_fills_what_it_says_exactly),
		cmocka_unit_test(of_more_than_three_the_best_are_kept),
		cmocka_unit_test(a_version_is_suggested_from_its_date_on),
		cmocka_unit_test(documents_name_languages_as_messages_do),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
