/*
 * evidence_document_test - the documents that evidence is gathered by: what they say, and what is refused of them.
 */
#include "services/chargeback/evidence/intents.h"
#include "services/chargeback/evidence/shown.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define INTENTS "evidence/intents-1.json"
#define CHECKOUT "shown/checkout-1.json"

static void every_intent_is_one_of_the_taxonomy(void **state)
{
	const char *const taxonomy = policy_fixture_text(arena, "taxonomy/support-1.json");
	struct intents intents;

	(void)state;
	policy_fixture_read(arena, &intents_kind, INTENTS, &intents);
	for (size_t i = 0; i < intents.count; i++)
		assert_non_null(strstr(taxonomy, arena_printf(arena, "\"id\": \"%s\"",
		                                              intents.rows[i].intent)));
	assert_int_equal(intent_means(&intents, "cancel"), INTENT_CANCELLATION_REQUEST);
	assert_int_equal(intent_means(&intents, "praise"), INTENT_NOTHING);
}

static void a_promise_is_found_in_any_case_and_in_japanese(void **state)
{
	static const struct {
		const char *text;
		bool promises;
	} rows[] = {
		{ "We will refund you.", true },
		{ "OK, WE'LL REFUND IT", true },
		{ "全額を返金いたします。", true },
		{ "返金いたしかねます。", false },
		{ "返金いたしません。", false },
		{ "We will not refund it.", false },
		{ "", false },
	};
	struct intents intents;

	(void)state;
	policy_fixture_read(arena, &intents_kind, INTENTS, &intents);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(intent_promises(&intents, rows[i].text), rows[i].promises);
}

static void bent_intents_are_refused_with_their_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "a field nobody knows", "\"intents\": [", "\"intention\": [", "intention: " },
		{ "a meaning that is none", "\"cancellation_request\"", "\"request\"",
		  "intents[0].meaning: " },
		{ "an intent twice", "\"refund\"", "\"cancel\"",
		  "intents[1].intent: stands in the list twice" },
		{ "an empty promise", "\"we will refund\"", "\"\"", "promises[0]: " },
		{ "a time without a unit", "\"7d\"", "\"7\"", "duplicate_within: " },
		{ "without promises", "\"promises\"", "\"promised\"", "promised: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &intents_kind, policy_fixture_text(arena, INTENTS), rows,
	                       COUNT_OF(rows));
}

static void bent_texts_are_refused_with_their_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "a kind that is none", "\"refund_policy\"", "\"refunds\"", "shown[0].kind: " },
		{ "one language twice", "\"ja\"", "\"en\"",
		  "shown[1].language: stands in the list twice" },
		{ "no English", "\"en\"", "\"fr\"", "shown[0].kind: has no text in English" },
		{ "no words", "\"text\": \"Refunds.", "\"words\": \"Refunds.", "shown[0].words: " },
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &shown_kind, policy_fixture_text(arena, CHECKOUT), rows,
	                       COUNT_OF(rows));
}

static void a_language_is_told_by_its_parts(void **state)
{
	static const struct shown_text texts[] = {
		{ SHOWN_TERMS, "en", "en" },           { SHOWN_TERMS, "fi", "fi" },
		{ SHOWN_TERMS, "zh", "zh" },           { SHOWN_TERMS, "zh-TW", "zh-TW" },
		{ SHOWN_REFUND_POLICY, "fil", "fil" },
	};
	static const struct {
		const char *language;
		const char *text; /* NULL: none */
	} rows[] = {
		{ "en", "en" },         { "en-GB", "en" }, { "EN-us", "en" }, { "fil", NULL },
		{ "enm", NULL },        { "fi-FI", "fi" }, { "zh-CN", "zh" }, { "zh-TW", "zh-TW" },
		{ "zh-tw-x", "zh-TW" }, { "e", NULL },     { "", NULL },
	};
	const struct shown_policy policy = { .texts = texts, .count = COUNT_OF(texts) };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct shown_text *const text =
		    shown_text_of(&policy, SHOWN_TERMS, rows[i].language);

		assert_int_equal(text == NULL, rows[i].text == NULL);
		if (text != NULL)
			assert_string_equal(text->text, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_language_is_told_by_its_parts),
		cmocka_unit_test(every_intent_is_one_of_the_taxonomy),
		cmocka_unit_test(a_promise_is_found_in_any_case_and_in_japanese),
		cmocka_unit_test(bent_intents_are_refused_with_their_place),
		cmocka_unit_test(bent_texts_are_refused_with_their_place),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
