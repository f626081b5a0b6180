/*
 * signal_test - how a document's phrases are found, counted and refused.
 */
#include "common/base/text.h"
#include "tests/support/signal_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define AT TIME_NEWEST
#define HEAD(language)                                                                                     \
	"{\"id\":\"t\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"language\":\"" language \
	"\","

static struct arena *arena;
static const struct signal_book *book;

static int open_book(void **state)
{
	(void)state;
	arena = arena_create(65536);
	book = signal_fixture_book(arena);
	return book == NULL ? -1 : 0;
}

static int close_book(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

/* The rules of documents. */

static const struct signal_book *small_book(const char *body)
{
	const struct document document = { .name = "t.json", .body = bytes_of(body) };
	const struct signal_book *small;
	char error[SIGNAL_ERROR_SIZE];

	if (!signal_book_compile(arena, &document, 1, AT, &small, error))
		fail_msg("%s", error);
	return small;
}

static const char small_text[] = HEAD(
    "en") "\"signals\":["
	  "{\"id\":\"good\",\"kind\":\"positive\",\"weight_ppm\":1000000,\"negated\":\"negative\","
	  "\"phrases\":[\"good\",\"very good\"]},"
	  "{\"id\":\"bad\",\"kind\":\"negative\",\"weight_ppm\":1000000,\"phrases\":[\"bad\"]},"
	  "{\"id\":\"down\",\"kind\":\"urgent\",\"weight_ppm\":500000,\"negated\":\"stands\","
	  "\"phrases\":[\"down\"],\"pairs\":[{\"first\":[\"site\"],\"then\":[\"dead\"],\"reach\":2}]},"
	  "{\"id\":\"leave\",\"kind\":\"cancel_threat\",\"weight_ppm\":1000000,\"phrases\":[\"{i|we} leave\"]}],"
	  "\"exceptions\":{\"phrases\":[\"good morning\",\"not only\"]},"
	  "\"negators\":[{\"side\":\"before\",\"reach\":1,\"phrases\":[\"not\"]},"
	  "{\"side\":\"after\",\"reach\":0,\"phrases\":[\"my foot\"]}],"
	  "\"breaks\":[\"but\"]}";

static void the_rules_of_a_document_hold(void **state)
{
	static const struct {
		const char *name;
		const char *text;
		const char *want; /* kind and span of each hit */
	} rows[] = {
		{ "a phrase is a hit", "good", "positive=good;" },
		{ "a word's part is none", "goodness", "" },
		{ "the longest of one kind stays", "very good", "positive=very good;" },
		{ "each place counts", "good, good", "positive=good;positive=good;" },
		{ "a negated hit is of the other kind", "not good", "negative=good;" },
		{ "a word may stand between", "not that good", "negative=good;" },
		{ "two may not", "not all that good", "positive=good;" },
		{ "a negated hit without another kind is none", "not bad", "" },
		{ "a negator negates one hit", "not good bad", "negative=good;negative=bad;" },
		{ "punctuation stops it", "not. good", "positive=good;" },
		{ "a break stops it", "not but good", "positive=good;" },
		{ "a blank line stops it", "not\n\ngood", "positive=good;" },
		{ "a line's end does not", "not\ngood", "negative=good;" },
		{ "a negator may stand behind", "good my foot", "negative=good;" },
		{ "where nothing is between", "good says my foot", "positive=good;" },
		{ "what stands is not negated", "not down", "urgent=down;" },
		{ "a pair spans both parts", "our site is quite dead",
		  "urgent=site is quite dead;" },
		{ "if they are near", "the site that i knew is dead", "" },
		{ "and in one clause", "site, dead", "" },
		{ "and in order", "dead site", "" },
		{ "alternatives are phrases", "we leave", "cancel_threat=we leave;" },
		{ "an exception is no hit", "good morning", "" },
		{ "what it touches neither", "very good morning", "" },
		{ "a negator in one negates nothing", "not only bad", "negative=bad;" },
		{ "an apostrophe is not looked at", "goo'd", "positive=goo'd;" },
		{ "blanks are one", "very \t good", "positive=very \t good;" },
		{ "width and case are folded", "ＧＯＯＤ", "positive=ＧＯＯＤ;" },
	};
	const struct signal_book *const small = small_book(small_text);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *got = arena_string(arena, "");
		struct signals found;

		signal_fixture_find(small, arena, rows[i].text, LANGUAGE_EN, &found);
		for (size_t j = 0; j < found.hit_count; j++)
			got = arena_printf(arena, "%s%s=%.*s;", got,
			                   signal_kind_names[found.hits[j].kind],
			                   (int)found.hits[j].span.size,
			                   rows[i].text + found.hits[j].span.at);
		if (!text_equal(got, rows[i].want))
			fail_msg("%s: got \"%s\"", rows[i].name, got);
	}
}

static void a_score_is_the_sum_of_its_hits(void **state)
{
	static const struct signal_hit hits[] = {
		{ .kind = SIGNAL_NEGATIVE, .weight_ppm = 1500000 },
		{ .kind = SIGNAL_POSITIVE, .weight_ppm = 500000 },
		{ .kind = SIGNAL_LEGAL_THREAT, .weight_ppm = 2000000 },
		{ .kind = SIGNAL_ASKS_PERSON, .weight_ppm = 1000000 },
	};
	struct signals found;
	int32_t sentiment;
	int32_t urgency;

	(void)state;
	signals_score(hits, COUNT_OF(hits), &sentiment, &urgency);
	assert_int_equal(sentiment, -666666); /* -2 / (1 + 2) */
	assert_int_equal(urgency, 555555);    /* 1.25 / 2.25 */
	signals_score(hits, 0, &sentiment, &urgency);
	assert_int_equal(sentiment, 0);
	assert_int_equal(urgency, 0);
	signal_fixture_find(book, arena, "最悪です。至急、弁護士に相談します", LANGUAGE_JA, &found);
	assert_true(found.hit_count >= 3);
	signals_score(found.hits, found.hit_count, &sentiment, &urgency);
	assert_int_equal(sentiment, found.sentiment_ppm);
	assert_int_equal(urgency, found.urgency_ppm);
}

static void languages_keep_to_themselves(void **state)
{
	static const char japanese[] = HEAD("ja") "\"signals\":[{\"id\":\"a\",\"kind\":\"urgent\","
						  "\"weight_ppm\":1,\"phrases\":[\"手紙\"]}]}";
	const struct signal_book *const small = small_book(japanese);
	static const struct {
		enum language language;
		size_t hits;
	} rows[] = {
		{ LANGUAGE_JA, 1 },      { LANGUAGE_ZH_HANS, 0 }, { LANGUAGE_ZH_HANT, 0 },
		{ LANGUAGE_UNKNOWN, 1 }, { LANGUAGE_OTHER, 1 },   { LANGUAGE_EN, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct signals found;

		signal_fixture_find(small, arena, "手紙", rows[i].language, &found);
		assert_int_equal(found.hit_count, rows[i].hits);
	}
}

static void what_is_wrong_with_a_document_is_named(void **state)
{
#define ONE(phrases) \
	"\"signals\":[{\"id\":\"a\",\"kind\":\"urgent\",\"weight_ppm\":1,\"phrases\":" phrases "}]}"
	static const struct {
		const char *body;
		const char *want;
	} rows[] = {
		{ "[]", "t.json: must be an object" },
		{ HEAD("de") ONE("[\"x\"]"), "t.json: language: must be one of: en ja ko zh" },
		{ HEAD("en") "\"signals\":[]}", "t.json: signals: must not be empty" },
		{ HEAD("en") ONE("[]"), "t.json: signals[0].phrases: must have a phrase" },
		{ HEAD("en") ONE("[\"a\",\" ' \"]"),
		  "t.json: signals[0].phrases[1]: stands for a phrase without a character that counts" },
		{ HEAD("en") ONE("[\"{a|b\"]"),
		  "t.json: signals[0].phrases[0]: has a brace that is not closed, or one within another" },
		{ HEAD("en") ONE("[\"{a|{b}}\"]"),
		  "t.json: signals[0].phrases[0]: has a brace that is not closed, or one within another" },
		{ HEAD("en") ONE("[\"a|b\"]"),
		  "t.json: signals[0].phrases[0]: has a bar or a brace outside of braces" },
		{ HEAD("en") ONE("[\"{a|b|c|d}{a|b|c|d}{a|b|c|d}{a|b|c|d}{a|b|c|d}{a|b|c|d}\"]"),
		  "t.json: signals[0].phrases[0]: stands for more than 1024 phrases" },
		{ HEAD("en") "\"signals\":[{\"id\":\"a\",\"kind\":\"mad\",\"weight_ppm\":1}]}",
		  "t.json: signals[0].kind: must be one of: negative positive" },
		{ HEAD("en") "\"signals\":[{\"id\":\"a\",\"kind\":\"urgent\",\"weight_ppm\":0}]}",
		  "t.json: signals[0].weight_ppm: must be between 1 and 4000000" },
		{ HEAD("en") "\"signals\":[{\"id\":\"a\",\"kind\":\"urgent\",\"weight_ppm\":1}]}",
		  "t.json: signals[0].phrases: is missing, and there are no pairs" },
		{ HEAD("en") "\"signals\":[{\"id\":\"a\",\"kind\":\"urgent\",\"weight_ppm\":1,"
		             "\"negated\":\"maybe\",\"phrases\":[\"x\"]}]}",
		  "t.json: signals[0].negated: must be void, stands or a kind of signal" },
		{ HEAD("en") "\"negators\":[{\"side\":\"left\"}]," ONE("[\"x\"]"),
		  "t.json: negators[0].side: must be one of: before after" },
		{ HEAD("en") "\"mood\":1," ONE("[\"x\"]"), "t.json: mood: is not known" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct document document = { .name = "t.json",
			                           .body = bytes_of(rows[i].body) };
		const struct signal_book *small;
		char error[SIGNAL_ERROR_SIZE];

		assert_false(signal_book_compile(arena, &document, 1, AT, &small, error));
		if (!text_starts(error, rows[i].want))
			fail_msg("row %zu: %s", i, error);
	}
#undef ONE
}

static void the_version_in_force_counts(void **state)
{
#define VERSION(version, from, phrase)                                                      \
	"{\"id\":\"t\",\"version\":" version ",\"effective_from\":\"" from                  \
	"\",\"language\":\"en\",\"signals\":[{\"id\":\"v" version "\",\"kind\":\"urgent\"," \
	"\"weight_ppm\":1,\"phrases\":[\"" phrase "\"]}]}"
	static const char *const bodies[] = {
		VERSION("1", "2026-01-01T00:00:00Z", "old"),
		VERSION("2", "2026-06-01T00:00:00Z", "new"),
	};
	const struct document documents[] = {
		{ .name = "1.json", .body = bytes_of(bodies[0]) },
		{ .name = "2.json", .body = bytes_of(bodies[1]) },
		{ .name = "3.json", .body = bytes_of(bodies[1]) },
	};
	const struct instant may = { INT64_C(1777593600000000) };
	const struct signal_book *small;
	char error[SIGNAL_ERROR_SIZE];
	struct signals found;

	(void)state;
	assert_true(signal_book_compile(arena, documents, 2, may, &small, error));
	signal_fixture_find(small, arena, "old new", LANGUAGE_EN, &found);
	assert_int_equal(found.hit_count, 1);
	assert_string_equal(found.hits[0].phrase_id, "v1");
	assert_true(signal_book_compile(arena, documents, 2, AT, &small, error));
	signal_fixture_find(small, arena, "old new", LANGUAGE_EN, &found);
	assert_string_equal(found.hits[0].phrase_id, "v2");
	assert_false(signal_book_compile(arena, documents, 3, AT, &small, error));
	assert_string_equal(error, "3.json: another file has this version or effective_from of it");
	assert_false(signal_book_compile(arena, documents, 2, TIME_OLDEST, &small, error));
	assert_string_equal(error, "signals: no document is in force");
#undef VERSION
}

/* Much of one thing: never more than a page's work, and every kind has its place. */
static void a_flood_is_bounded(void **state)
{
	static const char *const pieces[] = {
		"not ",
		"terrible ",
		"いいえ、違います。",
		"good not bad but ",
		"a",
		"!",
		"最悪",
		"site ",
		"😀",
		"\n",
		"' ",
		"cancel my ",
	};
	const size_t size = (size_t)1024 * 1024;
	char *const text = malloc(size + 64);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		struct arena *const scratch = arena_create(65536);
		const clock_t from = clock();
		struct prepared prepared;
		struct signals found;
		size_t at = 0;

		for (; at < size; at += strlen(pieces[i]))
			memcpy(text + at, pieces[i], strlen(pieces[i]));
		prepared_make(scratch, text, at, &prepared);
		signals_find(book, &prepared, LANGUAGE_JA, &found);
		assert_true((clock() - from) / (CLOCKS_PER_SEC / 1000) < 1000);
		assert_true(found.hit_count <= SIGNAL_HITS_MAX);
		arena_destroy(scratch);
	}
	free(text);
}

static void a_flood_hides_nothing(void **state)
{
	char text[4096] = "";
	struct signals found;

	(void)state;
	for (int i = 0; i < 200; i++)
		memcpy(text + (size_t)i * 10, "terrible, ", 11);
	memcpy(text + 2000, "i will sue you", 15);
	signal_fixture_find(book, arena, text, LANGUAGE_EN, &found);
	assert_true((found.said & LEGAL) != 0);
	assert_true(found.sentiment_ppm > -1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rules_of_a_document_hold),
		cmocka_unit_test(a_score_is_the_sum_of_its_hits),
		cmocka_unit_test(languages_keep_to_themselves),
		cmocka_unit_test(what_is_wrong_with_a_document_is_named),
		cmocka_unit_test(the_version_in_force_counts),
		cmocka_unit_test(a_flood_is_bounded),
		cmocka_unit_test(a_flood_hides_nothing),
	};

	return cmocka_run_group_tests(tests, open_book, close_book);
}
