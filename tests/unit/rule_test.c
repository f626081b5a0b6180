/*
 * rule_test - which rule decides, what its trace says, and which documents are refused.
 */
#include "services/classifier/rule.h"

#include "common/base/text.h"
#include "common/io/file.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DOCUMENT(decides, rules)                                                                         \
	"{\"id\":\"r\",\"version\":3,\"effective_from\":\"2026-01-01T00:00:00Z\",\"decides\":\"" decides \
	"\",\"rules\":[" rules "]}"

static const char priorities[] = DOCUMENT(
    "priority",
    "{\"id\":\"down\",\"when\":{\"intent\":[\"outage\",\"data_lost\"],\"tier\":[\"enterprise\"]},"
    "\"decision\":\"urgent\"},"
    "{\"id\":\"law\",\"when\":{\"signal\":[\"legal_threat\",\"dispute_threat\"]},\"decision\":\"high\"},"
    "{\"id\":\"angry\",\"when\":{\"contacts_at_least\":3,\"sentiment_at_most\":-200000},"
    "\"decision\":\"high\"},"
    "{\"id\":\"haste\",\"when\":{\"urgency_at_least\":700000},\"decision\":\"high\"},"
    "{\"id\":\"money\",\"when\":{\"amount_at_least\":{\"USD\":100000,\"JPY\":150000}},"
    "\"decision\":\"high\"},"
    "{\"id\":\"asked\",\"when\":{\"asked\":[\"low\"]},\"decision\":\"low\"},"
    "{\"id\":\"rest\",\"decision\":\"normal\"}");

static void the_first_rule_that_matches_decides_and_says_why(void **state)
{
	static const struct money dollars = { .minor = 100000, .currency = "USD" };
	static const struct money cents = { .minor = 99999, .currency = "USD" };
	static const struct money yen = { .minor = 150000, .currency = "JPY" };
	static const struct money euros = { .minor = 9999999, .currency = "EUR" };
	static const struct {
		struct rule_case known;
		const char *rule;
		const char *decision;
		const char *matched; /* joined by blanks */
	} cases[] = {
		{ { .traits = { [RULE_INTENT] = "outage", [RULE_TIER] = "enterprise" } },
		  "down",
		  "urgent",
		  "tier=enterprise intent=outage" },
		{ { .traits = { [RULE_INTENT] = "data_lost", [RULE_TIER] = "enterprise" },
		    .signals = 1U << 6 },
		  "down",
		  "urgent",
		  "tier=enterprise intent=data_lost" },
		{ { .traits = { [RULE_INTENT] = "outage", [RULE_TIER] = "pro" } },
		  "rest",
		  "normal",
		  "" },
		{ { .traits = { [RULE_INTENT] = "outage" } }, "rest", "normal", "" },
		{ { .signals = 1U << 6 }, "law", "high", "signal=legal_threat" },
		{ { .signals = 1U << 4 | 1U }, "law", "high", "signal=dispute_threat" },
		{ { .signals = 1U }, "rest", "normal", "" },
		{ { .contacts = 3, .sentiment_ppm = -200000 },
		  "angry",
		  "high",
		  "sentiment=-200000 contacts=3" },
		{ { .contacts = 3, .sentiment_ppm = -199999 }, "rest", "normal", "" },
		{ { .contacts = 2, .sentiment_ppm = -900000 }, "rest", "normal", "" },
		{ { .urgency_ppm = 700000 }, "haste", "high", "urgency=700000" },
		{ { .urgency_ppm = 699999 }, "rest", "normal", "" },
		{ { .amounts = &dollars, .amount_count = 1 }, "money", "high", "amount in USD" },
		{ { .amounts = &cents, .amount_count = 1 }, "rest", "normal", "" },
		{ { .amounts = &yen, .amount_count = 1 }, "money", "high", "amount in JPY" },
		{ { .amounts = &euros, .amount_count = 1 }, "rest", "normal", "" },
		{ { .traits = { [RULE_ASKED] = "low" } }, "asked", "low", "asked=low" },
	};
	struct rule_document document;
	struct json_error error;

	(void)state;
	assert_true(rule_document_parse(arena, bytes_of(priorities), &document, &error));
	assert_int_equal(document.kind, RULE_PRIORITY);
	assert_int_equal(document.version, 3);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rule_verdict verdict;
		char matched[256] = "";

		rule_decide(&document, &cases[i].known, arena, &verdict);
		assert_non_null(verdict.rule);
		assert_string_equal(verdict.rule->id, cases[i].rule);
		assert_string_equal(verdict.rule->decision, cases[i].decision);
		for (size_t k = 0; k < verdict.matched_count; k++)
			snprintf(matched + strlen(matched), sizeof(matched) - strlen(matched),
			         "%s%s", k > 0 ? " " : "", verdict.matched[k]);
		assert_string_equal(matched, cases[i].matched);
	}
}

static void without_a_rule_for_the_rest_nothing_decides(void **state)
{
	static const char text[] =
	    DOCUMENT("routing",
	             "{\"id\":\"a\",\"when\":{\"tier\":[\"pro\"]},\"decision\":\"legal\"}");
	struct rule_document document;
	struct rule_verdict verdict;
	struct json_error error;

	(void)state;
	assert_true(rule_document_parse(arena, bytes_of(text), &document, &error));
	rule_decide(&document, &(struct rule_case){ .contacts = 1 }, arena, &verdict);
	assert_null(verdict.rule);
}

static void what_is_wrong_is_named_with_its_path(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} cases[] = {
		{ DOCUMENT("fate", "{\"id\":\"a\",\"decision\":\"low\"}"), "decides" },
		{ DOCUMENT("priority", ""), "rules: must not be empty" },
		{ DOCUMENT("priority", "{\"id\":\"a\",\"decision\":\"huge\"}"),
		  "rules[0].decision" },
		{ DOCUMENT(
		      "priority",
		      "{\"id\":\"a\",\"decision\":\"low\"},{\"id\":\"a\",\"decision\":\"low\"}"),
		  "rules[1].id: another rule has this id" },
		{ DOCUMENT("priority",
		           "{\"id\":\"a\",\"decision\":\"low\",\"when\":{\"mood\":[\"x\"]}}"),
		  "rules[0].when" },
		{ DOCUMENT("priority",
		           "{\"id\":\"a\",\"decision\":\"low\",\"when\":{\"tier\":[]}}"),
		  "rules[0].when.tier" },
		{ DOCUMENT("priority",
		           "{\"id\":\"a\",\"decision\":\"low\",\"when\":{\"signal\":[\"joy\"]}}"),
		  "rules[0].when.signal[0]" },
		{ DOCUMENT(
		      "priority",
		      "{\"id\":\"a\",\"decision\":\"low\",\"when\":{\"amount_at_least\":{\"XXQ\":1}}}"),
		  "rules[0].when.amount_at_least" },
		{ DOCUMENT(
		      "priority",
		      "{\"id\":\"a\",\"decision\":\"low\",\"when\":{\"amount_at_least\":{\"USD\":-1}}}"),
		  "rules[0].when.amount_at_least.USD" },
		{ DOCUMENT(
		      "priority",
		      "{\"id\":\"a\",\"decision\":\"low\",\"when\":{\"urgency_at_least\":1000001}}"),
		  "rules[0].when.urgency_at_least" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rule_document document;
		struct json_error error;
		char text[JSON_ERROR_SIZE];

		assert_false(
		    rule_document_parse(arena, bytes_of(cases[i].text), &document, &error));
		if (strstr(json_error_text(&error, text), cases[i].error) == NULL)
			fail_msg("%s instead of %s", text, cases[i].error);
	}
}

/* The project's own. */

static void the_project_s_rules_fit_its_taxonomy(void **state)
{
	const char *paths[16];
	struct taxonomy taxonomy;
	struct json_error error;
	struct bytes body;
	size_t count;

	(void)state;
	assert_true(file_read(arena, "deploy/policies/taxonomy/support-1.json", 1 << 20, &body));
	assert_true(taxonomy_parse(arena, body, &taxonomy, &error));
	assert_true(
	    file_list(arena, "deploy/policies/rules", ".json", COUNT_OF(paths), paths, &count));
	assert_int_equal(count, RULE_KINDS);
	for (size_t i = 0; i < count; i++) {
		struct rule_document document;
		char reason[256];

		assert_true(file_read(arena, paths[i], 1 << 20, &body));
		assert_true(rule_document_parse(arena, body, &document, &error));
		assert_true(rule_document_fits(&document, &taxonomy, reason, sizeof(reason)));
	}
}

static void rules_that_name_what_the_taxonomy_does_not_are_refused(void **state)
{
	static const struct {
		const char *text;
		const char *reason;
	} cases[] = {
		{ DOCUMENT("routing", "{\"id\":\"a\",\"decision\":\"nowhere\"}"),
		  "rule a: support/1 has no queue nowhere" },
		{ DOCUMENT("priority",
		           "{\"id\":\"b\",\"decision\":\"low\",\"when\":{\"intent\":[\"dance\"]}}"),
		  "rule b: support/1 has no intent dance" },
	};
	struct taxonomy taxonomy;
	struct json_error error;
	struct bytes body;

	(void)state;
	assert_true(file_read(arena, "deploy/policies/taxonomy/support-1.json", 1 << 20, &body));
	assert_true(taxonomy_parse(arena, body, &taxonomy, &error));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rule_document document;
		char reason[256];

		assert_true(rule_document_parse(arena, bytes_of(cases[i].text), &document, &error));
		assert_false(rule_document_fits(&document, &taxonomy, reason, sizeof(reason)));
		assert_string_equal(reason, cases[i].reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_rule_that_matches_decides_and_says_why),
		cmocka_unit_test(without_a_rule_for_the_rest_nothing_decides),
		cmocka_unit_test(what_is_wrong_is_named_with_its_path),
		cmocka_unit_test(the_project_s_rules_fit_its_taxonomy),
		cmocka_unit_test(rules_that_name_what_the_taxonomy_does_not_are_refused),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
