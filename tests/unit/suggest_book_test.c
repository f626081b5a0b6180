/*
 * suggest_book_test - which documents make a book together, and whether those of the tree do.
 */
#include "common/base/text.h"
#include "common/io/calendar_document.h"
#include "common/io/file.h"
#include "services/classifier/macro_check.h"
#include "services/classifier/taxonomy.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/suggest_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define POLICIES "deploy/policies/"
#define TEXTS_MAX 4
#define FOLDER_MAX 64 /* documents of the tree, of one kind */

static void documents_that_do_not_agree_are_refused(void **state)
{
	static const struct {
		const char *name;
		struct suggest_file files[TEXTS_MAX];
		const char *want; /* NULL: they agree */
	} rows[] = {
		{ "no documents", { { NULL, NULL } }, NULL },
		{ "another folder's is passed over", { { "sla/x.json", "{" } }, NULL },
		{ "a reason names file and path",
		  { { "macros/x.json", DOCUMENT_ENGLISH_MACRO("X", "1", "2026-01-01") } },
		  "macros/x.json: id: must be small letters, digits and _, a letter first" },
		{ "a glossary's too",
		  { { "glossary/x.json", "{}" } },
		  "glossary/x.json: id: is missing" },
		{ "a playbook's too",
		  { { "playbooks/x.json", "[]" } },
		  "playbooks/x.json: must be an object" },
		{ "two versions that begin at once",
		  { { "macros/x.json", DOCUMENT_ENGLISH_MACRO("x", "1", "2026-01-01") },
		    { "macros/y.json", DOCUMENT_ENGLISH_MACRO("x", "2", "2026-01-01") } },
		  "effective_from: another version begins at once with it" },
		{ "a version that begins before the one below it",
		  { { "macros/x.json", DOCUMENT_ENGLISH_MACRO("x", "2", "2026-01-01") },
		    { "macros/y.json", DOCUMENT_ENGLISH_MACRO("x", "1", "2026-02-01") } },
		  "macros/y.json: version: must be above that of the one before" },
		{ "one id of a macro and a playbook",
		  { { "macros/x.json", DOCUMENT_MACRO("x", "[\"a\"]", "") },
		    { "playbooks/x.json", DOCUMENT_PLAYBOOK("x", "[\"a\"]", "x") } },
		  NULL },
		{ "a language that a sibling has",
		  { { "macros/x.json", DOCUMENT_MACRO("x", "[\"a\"]", "") },
		    { "macros/y.json", DOCUMENT_ENGLISH_MACRO("y", "1", "2026-01-01") } },
		  "macros/y.json: languages.ja: is missing, and macros/x.json has it" },
		{ "a sibling's version that came to an end before",
		  { { "macros/y.json", DOCUMENT_ENGLISH_MACRO("y", "1", "2026-01-01") },
		    { "macros/x.json",
		      DOCUMENT_HEAD(
			  "x", "1", "2025-01-01", "[\"a\"]",
			  "\"languages\":{\"en\":{\"text\":\"a\"},\"ja\":{\"text\":\"b\"}}}") },
		    { "macros/x-2.json", DOCUMENT_ENGLISH_MACRO("x", "2", "2026-01-01") } },
		  NULL },
		{ "a playbook in fewer languages than its siblings",
		  { { "macros/m.json", DOCUMENT_MACRO("m", "[\"a\"]", "") },
		    { "playbooks/x.json", DOCUMENT_PLAYBOOK("x", "[\"a\"]", "m") },
		    { "playbooks/y.json",
		      DOCUMENT_PLAYBOOK_IN("y", "[\"a\"]", "[\"en\"]", "{\"en\":\"Do\"}", "m") } },
		  "playbooks/y.json: languages.ja: is missing, and playbooks/x.json has it" },
		{ "a macro that is not there",
		  { { "playbooks/x.json", DOCUMENT_PLAYBOOK("x", "[\"a\"]", "m") } },
		  "playbooks/x.json: steps[0].macro: no macro has this id then" },
		{ "a macro that begins after the playbook",
		  { { "macros/m.json", DOCUMENT_ENGLISH_MACRO("m", "1", "2026-01-02") },
		    { "playbooks/x.json", DOCUMENT_PLAYBOOK("x", "[\"a\"]", "m") } },
		  "playbooks/x.json: steps[0].macro: no macro has this id then" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct suggest_book book;
		char error[SUGGEST_ERROR_SIZE] = "";
		const bool agree =
		    suggest_fixture_compile(arena, rows[i].files, TEXTS_MAX, &book, error);

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
		{ .name = "macros/c.json",
		  .body = bytes_of(DOCUMENT_MACRO("c", "[\"refund\"]", "")) },
		{ .name = "macros/d.json",
		  .body = bytes_of(DOCUMENT_MACRO("d", "[\"refund\",\"x\"]", "")) },
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
		struct suggest_file files[TEXTS_MAX];
		const char *want;
	} rows[] = {
		{ "no glossary", { { "macros/m.json", DOCUMENT_MACRO("m", "[\"a\"]", "") } }, "" },
		{ "kept",
		  { { "macros/m.json", DOCUMENT_MACRO("m", "[\"a\"]", "") },
		    { "glossary/g.json",
		      DOCUMENT_GLOSSARY("2026-01-01", "1", "hello", "今日は") } },
		  "" },
		{ "not kept",
		  { { "macros/m.json", DOCUMENT_MACRO("m", "[\"a\"]", "") },
		    { "glossary/g.json",
		      DOCUMENT_GLOSSARY("2026-01-01", "1", "hello", "こんにちは") } },
		  "macros/m.json: languages.ja.text: lacks こんにちは, which is term greeting in ja: "
		  "the English has it\n" },
		{ "a glossary that comes later counts",
		  { { "macros/m.json", DOCUMENT_MACRO("m", "[\"a\"]", "") },
		    { "glossary/g.json",
		      DOCUMENT_GLOSSARY("2027-01-01", "1", "hello", "こんにちは") } },
		  "macros/m.json: languages.ja.text: lacks こんにちは, which is term greeting in ja: "
		  "the English has it\n" },
		{ "one that came to an end before does not",
		  { { "macros/m.json", DOCUMENT_MACRO("m", "[\"a\"]", "") },
		    { "glossary/g-1.json",
		      DOCUMENT_GLOSSARY("2025-01-01", "1", "hello", "こんにちは") },
		    { "glossary/g-2.json",
		      DOCUMENT_GLOSSARY("2026-01-01", "2", "hello", "今日は") } },
		  "" },
		{ "the name of a place is no word",
		  { { "macros/m.json", DOCUMENT_PLACED_MACRO("m", "[\"a\"]") },
		    { "glossary/g.json", DOCUMENT_GLOSSARY("2026-01-01", "1", "d", "日") } },
		  "" },
		{ "a playbook's words",
		  { { "macros/m.json", DOCUMENT_MACRO("m", "[\"a\"]", "") },
		    { "playbooks/p.json",
		      DOCUMENT_PLAYBOOK_IN("p", "[\"a\"]", "[\"en\",\"ja\"]",
		                           "{\"en\":\"Do\",\"ja\":\"やあ\"}", "m") },
		    { "glossary/g.json", DOCUMENT_GLOSSARY("2026-01-01", "1", "x", "今日は") } },
		  "playbooks/p.json: steps[0].do.ja: says やあ; term greeting is 今日は in ja\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct suggest_book book;
		struct buffer report = { 0 };
		char error[SUGGEST_ERROR_SIZE] = "";
		bool kept;

		if (!suggest_fixture_compile(arena, rows[i].files, TEXTS_MAX, &book, error))
			fail_msg("%s: %s", rows[i].name, error);
		kept = macro_check(&book, &report);
		buffer_add(&report, "", 1);
		if (kept != (rows[i].want[0] == '\0') ||
		    !text_equal((const char *)report.data, rows[i].want))
			fail_msg("%s: %s", rows[i].name, (const char *)report.data);
		buffer_finish(&report);
	}
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

static void taxonomy_open(struct taxonomy *taxonomy)
{
	struct json_error error;
	struct bytes body;

	assert_true(
	    file_read(arena, POLICIES "taxonomy/support-1.json", DOCUMENT_BYTES_MAX, &body));
	assert_true(taxonomy_parse(arena, body, taxonomy, &error));
}

static struct suggest_book tree_compile(void)
{
	static const char *const folders[] = { "macros", "playbooks", "glossary" };
	const size_t max = COUNT_OF(folders) * FOLDER_MAX;
	struct document *const tree = arena_zero(arena, max * sizeof(*tree));
	struct suggest_book book;
	struct taxonomy taxonomy;
	char error[SUGGEST_ERROR_SIZE];
	size_t count = 0;

	taxonomy_open(&taxonomy);
	for (size_t i = 0; i < COUNT_OF(folders); i++)
		add_folder(folders[i], tree, &count);
	if (!suggest_book_compile(arena, tree, count, &taxonomy, &book, error))
		fail_msg("%s", error);
	return book;
}

static void the_documents_of_the_tree_agree(void **state)
{
	const struct suggest_book book = tree_compile();
	struct buffer report = { 0 };

	(void)state;
	assert_true(book.count >= 9);
	if (!macro_check(&book, &report))
		fail_msg("%.*s", (int)report.size, (const char *)report.data);
	buffer_finish(&report);
}

/* With what is required and nothing else. */
static void macro_fill(const struct macro *macro, enum tongue tongue)
{
	struct macro_value values[MACRO_PLACES_MAX];
	struct macro_text filled;
	char error[MACRO_ERROR_SIZE];
	size_t count = 0;

	for (size_t i = 0; i < macro->place_count; i++) {
		if (macro->places[i].required)
			values[count++] =
			    (struct macro_value){ macro->places[i].name, "https://x.example" };
	}
	if (!macro_render(arena, macro, tongue, values, count, &filled, error))
		fail_msg("%s: %s", macro->head.id, error);
	assert_null(strstr(filled.text, "{{"));
	assert_null(strstr(filled.text, "\n\n\n"));
}

static void the_macros_of_the_tree_can_be_filled(void **state)
{
	const struct suggest_book book = tree_compile();
	size_t filled = 0;

	(void)state;
	for (size_t i = 0; i < book.count; i++) {
		if (book.entries[i].macro == NULL)
			continue;
		macro_fill(book.entries[i].macro, TONGUE_EN);
		macro_fill(book.entries[i].macro, TONGUE_JA);
		filled++;
	}
	assert_true(filled >= 5);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_that_do_not_agree_are_refused),
		cmocka_unit_test(an_intent_must_be_in_the_taxonomy),
		cmocka_unit_test(words_are_held_against_the_glossary_in_force),
		cmocka_unit_test(the_documents_of_the_tree_agree),
		cmocka_unit_test(the_macros_of_the_tree_can_be_filled),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
