/*
 * kpi_register_test - what was published of metrics says the same for ever, and versions of one stand side by side.
 */
#include "common/base/text.h"
#include "tests/support/definition_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DOCUMENT_IN(zone, id, version, effective, title)                                     \
	"{\"id\":\"" id "\",\"version\":" version ",\"effective_from\":\"" effective         \
	"\",\"title\":\"" title "\",\"says\":\"S.\",\"owner\":\"o\",\"area\":\"support\","   \
	"\"better\":\"lower\",\"zone\":\"" zone "\",\"windows\":[\"day\"],\"grace\":\"1h\"," \
	"\"formula\":\"count\",\"unit\":\"count\",\"population\":{\"of\":\"csat\",\"time\":\"at\"}}"
#define DOCUMENT(id, version, effective, title) DOCUMENT_IN("UTC", id, version, effective, title)
#define ROW(id, version, digest) \
	"{\"id\":\"" id "\",\"version\":" version ",\"digest\":\"" digest "\"}"
/* SHA-256 of the first document below, its fields in order: computed by sha256sum. */
#define DIGEST "553b024cfbc034daa6af16e37045e6232e799c99f70f54d91d3b271439fb2df2"
#define ZONE(name, rules) \
	"{\"zone\":\"" name "\",\"from\":2026,\"to\":2026,\"rules\":\"" rules "\"}"
/* Of the lines "1767225600 0\n", of "1767225600 0\n1774746000 3600\n1792890000 0\n": by sha256sum. */
#define UTC_RULES "1bafb391f5441b14bd5d0c6551a7041ff14d7fe5c500149982deffbc08b899e6"
#define LONDON_RULES "7b1ab0b97b996f0955289c6114283e518261ec7352a2dcf5dd703fcd0ec8cc52"
#define ZONES ",\"zones\":[" ZONE("UTC", UTC_RULES) "]"
#define OTHER "0000000000000000000000000000000000000000000000000000000000000000"

static const char first[] = DOCUMENT("a.b", "1", "2026-01-01T00:00:00Z", "T");

static void refused(const char *document, const char *published, const char *want)
{
	const char *const documents[] = { document, NULL };
	char reason[DEFINITION_REASON_SIZE] = "";

	assert_null(definition_fixture_by(documents, published, reason));
	assert_string_equal(reason, want);
}

static void what_was_published_compiles(void **state)
{
	/* Order of fields and space are no meaning. */
	static const char moved[] =
	    "{ \"version\": 1, \"id\": \"a.b\", \"population\": {\"time\":\"at\", \"of\":\"csat\"},"
	    "\"effective_from\":\"2026-01-01T00:00:00Z\",\"title\":\"T\",\"says\":\"S.\",\"owner\":\"o\","
	    "\"area\":\"support\",\"better\":\"lower\",\"zone\":\"UTC\",\"windows\":[\"day\"],\"grace\":\"1h\","
	    "\"formula\":\"count\",\"unit\":\"count\" }";
	static const char *const texts[] = { first, moved };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const char *const documents[] = { texts[i], NULL };
		char reason[DEFINITION_REASON_SIZE] = "";
		const struct definition_book *const book = definition_fixture_by(
		    documents, "{\"published\":[" ROW("a.b", "1", DIGEST) "]" ZONES "}", reason);

		assert_string_equal(reason, "");
		assert_non_null(book);
		assert_string_equal(book->definitions[0].digest, DIGEST);
		assert_string_equal(book->definitions[0].key, "a.b@1");
		definition_release(book);
	}
}

static void what_changed_its_meaning_needs_a_new_version(void **state)
{
	(void)state;
	refused(first, "{\"published\":[" ROW("a.b", "1", OTHER) "]" ZONES "}",
	        "metrics/a.b-1.json: version: says otherwise than what was published as version 1: "
	        "give it a new version");
	refused(DOCUMENT("a.b", "1", "2026-01-01T00:00:00Z", "Another title"),
	        "{\"published\":[" ROW("a.b", "1", DIGEST) "]" ZONES "}",
	        "metrics/a.b-1.json: version: says otherwise than what was published as version 1: "
	        "give it a new version");
}

static void what_was_not_published_is_refused(void **state)
{
	(void)state;
	refused(
	    first, "{\"published\":[]" ZONES "}",
	    "metrics/a.b-1.json: version: was not published: deploy/policies/publish.py puts it "
	    "into the register");
	refused(
	    DOCUMENT("a.b", "2", "2026-01-01T00:00:00Z", "T"),
	    "{\"published\":[" ROW("a.b", "1", DIGEST) "]" ZONES "}",
	    "metrics/a.b-2.json: version: was not published: deploy/policies/publish.py puts it "
	    "into the register");
	refused(first, NULL, "metrics/published.json: is missing");
}

static void what_was_published_stays(void **state)
{
	(void)state;
	refused(first,
	        "{\"published\":[" ROW("a.b", "1", DIGEST) "," ROW("a.c", "3", OTHER) "]" ZONES "}",
	        "metrics/published.json: a.c@3 was published, and its document is gone");
}

static void a_register_that_is_wrong_is_refused(void **state)
{
	static const struct {
		const char *published;
		const char *why;
	} rows[] = {
		{ "{\"published\":{}" ZONES "}", "published: must be an array" },
		{ "{\"published\":[],\"by\":\"me\"" ZONES "}", "by: is not known" },
		{ "{\"published\":[" ROW("a.b", "1", "12") "]" ZONES "}",
		  "published[0].digest: must be 64 digits of hex" },
		{ "{\"published\":[" ROW("a.b", "0", DIGEST) "]" ZONES "}",
		  "published[0].version: must be between 1 and 2147483647" },
		{ "{\"published\":[" ROW("a.b", "1", DIGEST) "," ROW("a.b", "1", OTHER) "]" ZONES
		                                                                        "}",
		  "published[1].version: was published twice" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const documents[] = { first, NULL };
		char reason[DEFINITION_REASON_SIZE] = "";

		assert_null(definition_fixture_by(documents, rows[i].published, reason));
		assert_true(text_starts(reason, "metrics/published.json: "));
		assert_true(text_ends(reason, rows[i].why));
	}
}

static void days_begin_by_the_rules_that_were_published(void **state)
{
	static const char london[] =
	    DOCUMENT_IN("Europe/London", "a.b", "1", "2026-01-01T00:00:00Z", "T");
	static const struct {
		const char *zones;
		const char *want;
	} rows[] = {
		{ ZONE("Europe/London", LONDON_RULES), "" },
		{ ZONE("Europe/London", OTHER) "," ZONE("Europe/London", LONDON_RULES), "" },
		{ ZONE("Europe/London", LONDON_RULES) "," ZONE("Europe/London", UTC_RULES),
		  "metrics/published.json: zones: the rules of Europe/London on this machine are not "
		  "those that were published" },
		{ ZONE("UTC", UTC_RULES),
		  "metrics/published.json: zones: the rules of Europe/London were not published" },
		{ "{\"zone\":\"UTC\",\"from\":2026,\"to\":2025,\"rules\":\"" UTC_RULES "\"}",
		  "metrics/published.json: zones[0].to: must be between 2026 and 2035" },
	};
	struct arena *const arena = arena_create(4096);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const documents[] = { london, NULL };
		char reason[DEFINITION_REASON_SIZE] = "";
		const struct definition_book *const book = definition_fixture_by(
		    documents,
		    arena_printf(
			arena,
			"{\"published\":[" ROW(
			    "a.b", "1",
			    "1464136241f4696c263bebac6859c31d44f5516e1c36b2613c87a878a4b84add") "],\"zones\":[%s]}",
			rows[i].zones),
		    reason);

		assert_string_equal(reason, rows[i].want);
		if (book != NULL)
			definition_release(book);
	}
	arena_destroy(arena);
}

static void versions_stand_side_by_side(void **state)
{
	static const char *const documents[] = {
		DOCUMENT("a.b", "10", "2026-03-01T00:00:00Z", "T"),
		DOCUMENT("a.c", "1", "2026-01-01T00:00:00Z", "T"),
		DOCUMENT("a.b", "9", "2026-02-01T00:00:00Z", "T"),
		first,
		NULL,
	};
	static const char *const keys[] = { "a.b@1", "a.b@9", "a.b@10", "a.c@1" };
	char reason[DEFINITION_REASON_SIZE] = "";
	const struct definition_book *const book = definition_fixture(documents, reason);

	(void)state;
	assert_string_equal(reason, "");
	assert_int_equal(book->count, 4);
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		assert_string_equal(book->definitions[i].key, keys[i]);
		assert_ptr_equal(definition_by_key(book, keys[i]), &book->definitions[i]);
		assert_ptr_equal(book->of_kind[OBSERVATION_CSAT][i], &book->definitions[i]);
	}
	assert_null(book->of_kind[OBSERVATION_CSAT][4]);
	assert_null(book->of_kind[OBSERVATION_TICKET][0]);
	assert_ptr_equal(definition_find(book, "a.b", 9), &book->definitions[1]);
	assert_null(definition_find(book, "a.b", 2));
	assert_null(definition_find(book, "a", 1));
	assert_null(definition_by_key(book, "a.b"));
	assert_null(definition_by_key(book, "a.b@"));
	assert_null(definition_by_key(book, "a.b@1:channel"));
	definition_release(book);
}

static void a_later_version_is_effective_later(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *const second = i == 0
		                               ? DOCUMENT("a.b", "2", "2026-01-01T00:00:00Z", "T")
		                               : DOCUMENT("a.b", "2", "2025-12-31T23:59:59Z", "T");
		const char *const documents[] = { first, second, NULL };
		char reason[DEFINITION_REASON_SIZE] = "";

		assert_null(definition_fixture(documents, reason));
		assert_string_equal(reason,
		                    "metrics/a.b-2.json: effective_from: is not after that of "
		                    "an earlier version");
	}
}

static void a_file_has_the_name_of_what_it_says(void **state)
{
	const struct document files[] = { { .name = "metrics/a.b-2.json",
		                            .body = bytes_of(first) } };
	char reason[DEFINITION_REASON_SIZE] = "";

	(void)state;
	assert_null(definition_compile(files, 1, reason, sizeof(reason)));
	assert_string_equal(reason, "metrics/a.b-2.json: id: its id and version belong into "
	                            "metrics/a.b-1.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_published_compiles),
		cmocka_unit_test(what_changed_its_meaning_needs_a_new_version),
		cmocka_unit_test(what_was_not_published_is_refused),
		cmocka_unit_test(what_was_published_stays),
		cmocka_unit_test(a_register_that_is_wrong_is_refused),
		cmocka_unit_test(days_begin_by_the_rules_that_were_published),
		cmocka_unit_test(versions_stand_side_by_side),
		cmocka_unit_test(a_later_version_is_effective_later),
		cmocka_unit_test(a_file_has_the_name_of_what_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
