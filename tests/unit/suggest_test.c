/*
 * suggest_test - which documents help with a message and why, and whether those of the tree agree.
 */
#include "services/classifier/suggest.h"

#include "common/base/text.h"
#include "common/io/calendar_document.h"
#include "common/io/file.h"
#include "services/classifier/language.h"
#include "services/classifier/macro_check.h"
#include "services/classifier/taxonomy.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define POLICIES "deploy/policies/"
#define HEAD(id, version, from, intents, more)                                                  \
	"{\"id\":\"" id "\",\"version\":" version ",\"effective_from\":\"" from "T00:00:00Z\"," \
	"\"title\":\"t\",\"intents\":" intents "," more
#define MACRO(id, intents, more)                   \
	HEAD(id, "1", "2026-01-01", intents, more) \
	"\"languages\":{\"en\":{\"text\":\"Hello\"},\"ja\":{\"text\":\"今日は\"}}}"
#define ENGLISH_MACRO(id, version, from) \
	HEAD(id, version, from, "[\"refund\"]", "\"languages\":{\"en\":{\"text\":\"Hello\"}}}")
#define PLACED_MACRO(id, intents)                                                            \
	HEAD(id, "1", "2026-01-01", intents, "")                                             \
	"\"languages\":{\"en\":{\"text\":\"{{i}}{{d}}\"},\"ja\":{\"text\":\"{{i}}{{d}}\"}}," \
	"\"places\":[{\"name\":\"i\",\"kind\":\"invoice\",\"required\":true},"               \
	"{\"name\":\"d\",\"kind\":\"date\",\"required\":false}]}"
#define PLAYBOOK_IN(id, intents, languages, words, macro)                                    \
	HEAD(id, "1", "2026-01-01", intents, "")                                             \
	"\"languages\":" languages ",\"start\":\"a\",\"steps\":[{\"id\":\"a\",\"do\":" words \
	",\"macro\":\"" macro "\",\"end\":true}]}"
#define PLAYBOOK(id, intents, macro) \
	PLAYBOOK_IN(id, intents, "[\"en\",\"ja\"]", "{\"en\":\"Do\",\"ja\":\"する\"}", macro)
#define GLOSSARY(from, version, en, ja)                                               \
	"{\"id\":\"g\",\"version\":" version ",\"effective_from\":\"" from            \
	"T00:00:00Z\",\"terms\":[{\"id\":\"greeting\",\"en\":\"" en "\",\"ja\":\"" ja \
	"\",\"avoid\":{\"ja\":[\"やあ\"]}}]}"
#define TEXTS_MAX 4
#define FOLDER_MAX 64 /* documents of the tree, of one kind */

static struct arena *arena;

static int open_arena(void **state)
{
	(void)state;
	arena = arena_create(65536);
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

struct file {
	const char *name;
	const char *text;
};

static bool compile(const struct file *files, size_t max, struct suggest_book *book, char *error)
{
	struct document documents[8] = { { .name = NULL } };
	size_t count = 0;

	for (; count < max && files[count].name != NULL; count++) {
		documents[count].name = files[count].name;
		documents[count].body = bytes_of(files[count].text);
	}
	return suggest_book_compile(arena, documents, count, NULL, book, error);
}

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
static const struct file shelf[] = {
	{ "macros/d.json", MACRO("d", "[\"outage\"]", "") },
	{ "macros/c.json", MACRO("c", "[\"refund\"]", "") },
	{ "macros/e.json", MACRO("e", "[\"outage\"]", "\"tiers\":[\"enterprise\"],") },
	{ "macros/b.json", MACRO("b", "[\"refund\",\"tax\"]", "\"floor_ppm\":700000,") },
	{ "macros/p.json", PLACED_MACRO("p", "[\"invoice_copy\"]") },
	{ "playbooks/q.json", PLAYBOOK("q", "[\"invoice_copy\"]", "p") },
	{ "playbooks/a.json", PLAYBOOK("a", "[\"refund\"]", "c") },
	{ "glossary/g.json", GLOSSARY("2026-01-01", "1", "workspace", "ワークスペース") },
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
	if (!compile(shelf, COUNT_OF(shelf), &book, error))
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
	static const struct file files[] = {
		{ "macros/a.json", PLACED_MACRO("a", "[\"refund\"]") },
		{ "macros/b.json", MACRO("b", "[\"refund\"]", "") },
		{ "macros/c.json", MACRO("c", "[\"refund\"]", "") },
		{ "macros/d.json", MACRO("d", "[\"refund\"]", "") },
		{ "macros/e.json", MACRO("e", "[\"refund\"]", "\"tiers\":[\"free\"],") },
	};
	const struct suggest_ask ask = { .intent = "refund",
		                         .confidence_ppm = SUGGEST_PPM,
		                         .language = "en",
		                         .tier = "free",
		                         .at = day("2026-06-01") };
	struct suggest_book book;
	char error[SUGGEST_ERROR_SIZE];

	(void)state;
	assert_true(compile(files, COUNT_OF(files), &book, error));
	assert_string_equal(told(&book, &ask), "e en: intent, language, tier; "
	                                       "b en: intent, language; c en: intent, language");
}

static void a_version_is_suggested_from_its_date_on(void **state)
{
	static const struct file files[] = {
		{ "macros/a-2.json", ENGLISH_MACRO("a", "2", "2026-03-01") },
		{ "macros/a-1.json", ENGLISH_MACRO("a", "1", "2026-01-01") },
		{ "macros/b.json", ENGLISH_MACRO("b", "7", "2026-02-01") },
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
	assert_true(compile(files, COUNT_OF(files), &book, error));
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

static void documents_that_do_not_agree_are_refused(void **state)
{
	static const struct {
		const char *name;
		struct file files[TEXTS_MAX];
		const char *want; /* NULL: they agree */
	} rows[] = {
		{ "no documents", { { NULL, NULL } }, NULL },
		{ "another folder's is passed over", { { "sla/x.json", "{" } }, NULL },
		{ "a reason names file and path",
		  { { "macros/x.json", ENGLISH_MACRO("X", "1", "2026-01-01") } },
		  "macros/x.json: id: must be small letters, digits and _, a letter first" },
		{ "a glossary's too",
		  { { "glossary/x.json", "{}" } },
		  "glossary/x.json: id: is missing" },
		{ "a playbook's too",
		  { { "playbooks/x.json", "[]" } },
		  "playbooks/x.json: must be an object" },
		{ "two versions that begin at once",
		  { { "macros/x.json", ENGLISH_MACRO("x", "1", "2026-01-01") },
		    { "macros/y.json", ENGLISH_MACRO("x", "2", "2026-01-01") } },
		  "effective_from: another version begins at once with it" },
		{ "a version that begins before the one below it",
		  { { "macros/x.json", ENGLISH_MACRO("x", "2", "2026-01-01") },
		    { "macros/y.json", ENGLISH_MACRO("x", "1", "2026-02-01") } },
		  "macros/y.json: version: must be above that of the one before" },
		{ "one id of a macro and a playbook",
		  { { "macros/x.json", MACRO("x", "[\"a\"]", "") },
		    { "playbooks/x.json", PLAYBOOK("x", "[\"a\"]", "x") } },
		  NULL },
		{ "a language that a sibling has",
		  { { "macros/x.json", MACRO("x", "[\"a\"]", "") },
		    { "macros/y.json", ENGLISH_MACRO("y", "1", "2026-01-01") } },
		  "macros/y.json: languages.ja: is missing, and macros/x.json has it" },
		{ "a sibling's version that came to an end before",
		  { { "macros/y.json", ENGLISH_MACRO("y", "1", "2026-01-01") },
		    { "macros/x.json",
		      HEAD("x", "1", "2025-01-01", "[\"a\"]",
		           "\"languages\":{\"en\":{\"text\":\"a\"},\"ja\":{\"text\":\"b\"}}}") },
		    { "macros/x-2.json", ENGLISH_MACRO("x", "2", "2026-01-01") } },
		  NULL },
		{ "a playbook in fewer languages than its siblings",
		  { { "macros/m.json", MACRO("m", "[\"a\"]", "") },
		    { "playbooks/x.json", PLAYBOOK("x", "[\"a\"]", "m") },
		    { "playbooks/y.json",
		      PLAYBOOK_IN("y", "[\"a\"]", "[\"en\"]", "{\"en\":\"Do\"}", "m") } },
		  "playbooks/y.json: languages.ja: is missing, and playbooks/x.json has it" },
		{ "a macro that is not there",
		  { { "playbooks/x.json", PLAYBOOK("x", "[\"a\"]", "m") } },
		  "playbooks/x.json: steps[0].macro: no macro has this id then" },
		{ "a macro that begins after the playbook",
		  { { "macros/m.json", ENGLISH_MACRO("m", "1", "2026-01-02") },
		    { "playbooks/x.json", PLAYBOOK("x", "[\"a\"]", "m") } },
		  "playbooks/x.json: steps[0].macro: no macro has this id then" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct suggest_book book;
		char error[SUGGEST_ERROR_SIZE] = "";
		const bool agree = compile(rows[i].files, TEXTS_MAX, &book, error);

		if (agree != (rows[i].want == NULL) ||
		    (!agree && strstr(error, rows[i].want) == NULL))
			fail_msg("%s: %s", rows[i].name, error);
	}
}

static void an_intent_must_be_in_the_taxonomy(void **state)
{
	static const struct taxonomy_intent intents[] = { { .id = "refund" } };
	static const struct taxonomy taxonomy = { .intents = intents, .count = 1 };
	const struct document documents[] = {
		{ .name = "macros/c.json", .body = bytes_of(MACRO("c", "[\"refund\"]", "")) },
		{ .name = "macros/d.json", .body = bytes_of(MACRO("d", "[\"refund\",\"x\"]", "")) },
	};
	struct suggest_book book;
	char error[SUGGEST_ERROR_SIZE];

	(void)state;
	assert_true(suggest_book_compile(arena, documents, 1, &taxonomy, &book, error));
	assert_false(suggest_book_compile(arena, documents, 2, &taxonomy, &book, error));
	assert_string_equal(error, "macros/d.json: intents[1]: the taxonomy has no such intent");
}

static void words_are_held_against_the_glossary_in_force(void **state)
{
	static const struct {
		const char *name;
		struct file files[TEXTS_MAX];
		const char *want;
	} rows[] = {
		{ "no glossary", { { "macros/m.json", MACRO("m", "[\"a\"]", "") } }, "" },
		{ "kept",
		  { { "macros/m.json", MACRO("m", "[\"a\"]", "") },
		    { "glossary/g.json", GLOSSARY("2026-01-01", "1", "hello", "今日は") } },
		  "" },
		{ "not kept",
		  { { "macros/m.json", MACRO("m", "[\"a\"]", "") },
		    { "glossary/g.json", GLOSSARY("2026-01-01", "1", "hello", "こんにちは") } },
		  "macros/m.json: languages.ja.text: lacks こんにちは, which is term greeting in ja: "
		  "the English has it\n" },
		{ "a glossary that comes later counts",
		  { { "macros/m.json", MACRO("m", "[\"a\"]", "") },
		    { "glossary/g.json", GLOSSARY("2027-01-01", "1", "hello", "こんにちは") } },
		  "macros/m.json: languages.ja.text: lacks こんにちは, which is term greeting in ja: "
		  "the English has it\n" },
		{ "one that came to an end before does not",
		  { { "macros/m.json", MACRO("m", "[\"a\"]", "") },
		    { "glossary/g-1.json", GLOSSARY("2025-01-01", "1", "hello", "こんにちは") },
		    { "glossary/g-2.json", GLOSSARY("2026-01-01", "2", "hello", "今日は") } },
		  "" },
		{ "the name of a place is no word",
		  { { "macros/m.json", PLACED_MACRO("m", "[\"a\"]") },
		    { "glossary/g.json", GLOSSARY("2026-01-01", "1", "d", "日") } },
		  "" },
		{ "a playbook's words",
		  { { "macros/m.json", MACRO("m", "[\"a\"]", "") },
		    { "playbooks/p.json", PLAYBOOK_IN("p", "[\"a\"]", "[\"en\",\"ja\"]",
		                                      "{\"en\":\"Do\",\"ja\":\"やあ\"}", "m") },
		    { "glossary/g.json", GLOSSARY("2026-01-01", "1", "x", "今日は") } },
		  "playbooks/p.json: steps[0].do.ja: says やあ; term greeting is 今日は in ja\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct suggest_book book;
		struct buffer report = { 0 };
		char error[SUGGEST_ERROR_SIZE] = "";
		bool kept;

		if (!compile(rows[i].files, TEXTS_MAX, &book, error))
			fail_msg("%s: %s", rows[i].name, error);
		kept = macro_check(&book, &report);
		buffer_add(&report, "", 1);
		if (kept != (rows[i].want[0] == '\0') ||
		    !text_equal((const char *)report.data, rows[i].want))
			fail_msg("%s: %s", rows[i].name, (const char *)report.data);
		buffer_finish(&report);
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

/* The files of a folder, added to documents under the names by which they are compiled. */
static void add_folder(const char *folder, struct document *into, size_t *count)
{
	const char *const whole = arena_printf(arena, POLICIES "%s", folder);
	const char *paths[FOLDER_MAX];
	size_t found;

	assert_true(file_list(arena, whole, ".json", FOLDER_MAX, paths, &found));
	for (size_t i = 0; i < found; i++, ++*count) {
		into[*count].name = paths[i] + strlen(POLICIES);
		assert_true(file_read(arena, paths[i], DOCUMENT_BYTES_MAX, &into[*count].body));
	}
}

static void the_documents_of_the_tree_agree(void **state)
{
	static const char *const folders[] = { "macros", "playbooks", "glossary" };
	struct document *const tree =
	    arena_zero(arena, COUNT_OF(folders) * FOLDER_MAX * sizeof(*tree));
	struct suggest_book book;
	struct buffer report = { 0 };
	char error[SUGGEST_ERROR_SIZE];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(folders); i++)
		add_folder(folders[i], tree, &count);
	if (!suggest_book_compile(arena, tree, count, NULL, &book, error))
		fail_msg("%s", error);
	assert_true(book.count >= 9);
	if (!macro_check(&book, &report))
		fail_msg("%.*s", (int)report.size, (const char *)report.data);
	buffer_finish(&report);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_helps_is_suggested_with_its_reasons),
		cmocka_unit_test(a_message_fills_what_it_says_exactly),
		cmocka_unit_test(of_more_than_three_the_best_are_kept),
		cmocka_unit_test(a_version_is_suggested_from_its_date_on),
		cmocka_unit_test(documents_that_do_not_agree_are_refused),
		cmocka_unit_test(an_intent_must_be_in_the_taxonomy),
		cmocka_unit_test(words_are_held_against_the_glossary_in_force),
		cmocka_unit_test(documents_name_languages_as_messages_do),
		cmocka_unit_test(the_documents_of_the_tree_agree),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
