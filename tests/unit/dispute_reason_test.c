/*
 * dispute_reason_test - what a dispute is about, by network, code, text and category; which evidence it asks for.
 */
#include "services/chargeback/reason/reason.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DOCUMENT "reasons/networks-1.json"

static struct reason_policy read_document(void)
{
	struct reason_policy policy;

	policy_fixture_read(arena, &reason_policy_kind, DOCUMENT, &policy);
	return policy;
}

static const struct {
	const char *name;
	struct reason_said said;
	const char *title;
	const char *category;
	enum reason_found found;
	bool unknown_code;
	bool unknown_category;
	bool differs;
} findings[] = {
	{ "Visa's code of fraud",
	  { "visa", "10.4", "", "fraudulent" },
	  "Other fraud: card absent",
	  "fraudulent",
	  REASON_BY_CODE,
	  false,
	  false,
	  false },
	{ "the network and code in another case",
	  { "Amex", "c28", "", "subscription_canceled" },
	  "Cancelled recurring billing",
	  "subscription_canceled",
	  REASON_BY_CODE,
	  false,
	  false,
	  false },
	{ "of several meanings the one of the provider's category",
	  { "mastercard", "4853", "", "subscription_canceled" },
	  "Cardholder dispute",
	  "subscription_canceled",
	  REASON_BY_CODE,
	  false,
	  false,
	  false },
	{ "the text decides against the provider's category, and that is said",
	  { "mastercard", "4853", "GOODS OR SERVICES NOT PROVIDED", "product_unacceptable" },
	  "Cardholder dispute: not provided",
	  "product_not_received",
	  REASON_BY_TEXT,
	  false,
	  false,
	  true },
	{ "a text that nobody knows leaves the code",
	  { "mastercard", "4853", "Something new", "credit_not_processed" },
	  "Cardholder dispute",
	  "credit_not_processed",
	  REASON_BY_CODE,
	  false,
	  false,
	  false },
	{ "the provider's category differs from the code's only one",
	  { "visa", "13.2", "", "fraudulent" },
	  "Cancelled recurring transaction",
	  "subscription_canceled",
	  REASON_BY_CODE,
	  false,
	  false,
	  true },
	{ "a code that nobody knows is said, and the category answers",
	  { "visa", "99.9", "", "duplicate" },
	  "The cardholder says that he was charged twice",
	  "duplicate",
	  REASON_BY_CATEGORY,
	  true,
	  false,
	  false },
	{ "a code of another network is no code of this one",
	  { "visa", "4853", "", "general" },
	  "Another reason, or one that nobody knows",
	  "general",
	  REASON_BY_CATEGORY,
	  true,
	  false,
	  false },
	{ "no code at all",
	  { "visa", "", "", "noncompliant" },
	  "The bank says that a rule of the network was broken",
	  "noncompliant",
	  REASON_BY_CATEGORY,
	  false,
	  false,
	  false },
	{ "a category that nobody knows is said, and is general",
	  { "jcb", "", "", "brand_new" },
	  "Another reason, or one that nobody knows",
	  "general",
	  REASON_BY_ELSE,
	  false,
	  true,
	  false },
	{ "nothing at all",
	  { "", "", "", "" },
	  "Another reason, or one that nobody knows",
	  "general",
	  REASON_BY_ELSE,
	  false,
	  false,
	  false },
	{ "nobody reaches a category as if it were a code",
	  { "*", "fraudulent", "", "" },
	  "Another reason, or one that nobody knows",
	  "general",
	  REASON_BY_ELSE,
	  true,
	  false,
	  false },
};

static void a_code_is_found_by_what_the_network_says(void **state)
{
	const struct reason_policy policy = read_document();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(findings); i++) {
		const struct reason_answer got = reason_find(&policy, &findings[i].said);

		print_message("%s\n", findings[i].name);
		assert_string_equal(got.reason->title, findings[i].title);
		assert_string_equal(got.reason->category, findings[i].category);
		assert_int_equal(got.found, findings[i].found);
		assert_int_equal(got.unknown_code, findings[i].unknown_code);
		assert_int_equal(got.unknown_category, findings[i].unknown_category);
		assert_int_equal(got.differs, findings[i].differs);
	}
}

/* The provider's API reference, Dispute.reason. */
static void every_category_of_the_provider_says_what_wins_it(void **state)
{
	static const char *const categories[] = {
		"bank_cannot_process",
		"check_returned",
		"credit_not_processed",
		"customer_initiated",
		"debit_not_authorized",
		"duplicate",
		"fraudulent",
		"general",
		"incorrect_account_details",
		"insufficient_funds",
		"noncompliant",
		"product_not_received",
		"product_unacceptable",
		"subscription_canceled",
		"unrecognized",
	};
	const struct reason_policy policy = read_document();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(categories); i++) {
		const struct reason_said said = { "", "", "", categories[i] };
		const struct reason_answer got = reason_find(&policy, &said);

		assert_int_equal(got.found, REASON_BY_CATEGORY);
		assert_string_equal(got.reason->category, categories[i]);
		assert_true(got.reason->asked_count > 0);
	}
}

static void compelling_evidence_is_for_one_code_alone(void **state)
{
	const struct reason_policy policy = read_document();
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < policy.count; i++) {
		if (!policy.reasons[i].compelling)
			continue;
		assert_string_equal(policy.reasons[i].network, "visa");
		assert_string_equal(policy.reasons[i].code, "10.4");
		count++;
	}
	assert_int_equal(count, 1);
}

static void every_network_says_where_its_codes_come_from(void **state)
{
	const struct reason_policy policy = read_document();

	(void)state;
	for (size_t i = 0; i < policy.count; i++)
		assert_non_null(source_about(&policy.sources, policy.reasons[i].network));
	assert_true(source_about(&policy.sources, "visa")->verified);
	assert_false(source_about(&policy.sources, "mastercard")->verified);
	assert_null(source_about(&policy.sources, "nobody"));
}

static void what_there_is_weighs_and_what_is_missing_is_counted(void **state)
{
	static const struct {
		const char *name;
		uint32_t kinds;
		int64_t complete_ppm;
		size_t missing;
		size_t required_missing;
	} rows[] = {
		{ "nothing", 0, 0, 7, 2 },
		{ "everything that there is", UINT32_MAX, 1000000, 0, 0 },
		{ "one that is required", 1U << EVIDENCE_CANCELLATION_REQUEST, 250000, 6, 1 },
		{ "both that are required",
		  1U << EVIDENCE_CANCELLATION_REQUEST | 1U << EVIDENCE_POLICY_SHOWN, 500000, 5, 0 },
		{ "a kind that this reason does not ask for", 1U << EVIDENCE_IDENTITY, 0, 7, 2 },
	};
	const struct reason_policy policy = read_document();
	const struct reason_said said = { "visa", "13.2", "", "" };
	const struct reason *const reason = reason_find(&policy, &said).reason;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct reason_standing got = reason_stands(reason, rows[i].kinds);

		print_message("%s\n", rows[i].name);
		assert_int_equal(got.complete_ppm, rows[i].complete_ppm);
		assert_int_equal(got.missing, rows[i].missing);
		assert_int_equal(got.required_missing, rows[i].required_missing);
	}
}

static void what_is_wrong_is_refused_with_its_place_in_the_document(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "a field nobody knows", "\"title\"", "\"name\"", "reasons[0].name: " },
		{ "without sources", "\"sources\"", "\"source_list\"", "source_list: " },
		{ "a source without a day", "\"as_of\": \"2026-08-07\"", "\"as_of\": \"2026\"",
		  "sources[0].as_of: " },
		{ "a source twice", "\"about\": \"visa\"", "\"about\": \"*\"",
		  "sources[1].about: stands in the list twice" },
		{ "an unknown kind", "\"kind\": \"earlier_payment\"", "\"kind\": \"luck\"",
		  "reasons[0].asked[0].kind: " },
		{ "a field that the provider does not have", "\"field\": \"access_activity_log\"",
		  "\"field\": \"log\"", "reasons[0].asked[1].field: " },
		{ "who nobody is", "\"from\": \"finance\"", "\"from\": \"the king\"",
		  "reasons[0].asked[0].from: " },
		{ "a kind twice", "\"kind\": \"access\"", "\"kind\": \"earlier_payment\"",
		  "reasons[0].asked[1].kind: stands in the list twice" },
		{ "a weight of nothing", "\"weight_ppm\": 250000", "\"weight_ppm\": 0",
		  "reasons[0].asked[0].weight_ppm: " },
		{ "weights that rise", "\"weight_ppm\": 150000", "\"weight_ppm\": 250000",
		  "reasons[0].asked[3].weight_ppm: must not be above the one before it" },
		{ "weights that are not a whole", "\"weight_ppm\": 250000",
		  "\"weight_ppm\": 250001",
		  "reasons[0].asked: must have weights that sum to a million" },
		{ "a category with one of its own", "\"code\": \"fraudulent\", ",
		  "\"code\": \"fraudulent\", \"category\": \"general\", ",
		  "reasons[0].category: is its own" },
		{ "a category with a text", "\"code\": \"fraudulent\", ",
		  "\"code\": \"fraudulent\", \"text\": \"t\", ",
		  "reasons[0].text: is of the networks' codes" },
		{ "a code of a category that is none", "\"category\": \"fraudulent\" }",
		  "\"category\": \"magic\" }",
		  "reasons[15].category: is none that stands before it" },
		{ "a category twice", "\"code\": \"unrecognized\"", "\"code\": \"fraudulent\"",
		  "reasons[1].code: stands in the list twice" },
		{ "a code twice", "\"code\": \"10.2\"", "\"code\": \"10.1\"",
		  "reasons[16].code: stands in the list twice" },
		{ "a switch that is a word", "\"compelling\": true", "\"compelling\": \"yes\"",
		  "reasons[18].compelling: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &reason_policy_kind, policy_fixture_text(arena, DOCUMENT),
	                       rows, COUNT_OF(rows));
}

static void another_text_is_another_reason(void **state)
{
	const struct bent_document bent = {
		.find = "{ \"network\": \"visa\", \"code\": \"10.1\"",
		.put =
		    "{ \"network\": \"visa\", \"code\": \"9\", \"text\": \"t\", \"title\": \"9t\", "
		    "\"category\": \"duplicate\" }, "
		    "{ \"network\": \"visa\", \"code\": \"10.1\"",
	};
	const struct reason_said other = { "visa", "9", "u", "" };
	const struct reason_said same = { "visa", "9", "T", "" };
	struct reason_policy policy;
	struct json_error error;

	(void)state;
	assert_true(policy_parse(&reason_policy_kind, arena,
	                         bytes_of(document_bend(arena, policy_fixture_text(arena, DOCUMENT),
	                                                &bent)),
	                         &policy, &error));
	assert_string_equal(reason_find(&policy, &same).reason->title, "9t");
	assert_true(reason_find(&policy, &other).unknown_code);
}

static void a_document_without_the_category_of_all_others_is_refused(void **state)
{
	static const char whole[] =
	    "{\"id\":\"n\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","
	    "\"sources\":[{\"about\":\"*\",\"says\":\"s\",\"as_of\":\"2026-01-01\"}],"
	    "\"reasons\":[{\"network\":\"*\",\"code\":\"general\",\"title\":\"t\",\"asked\":[{"
	    "\"kind\":\"usage\",\"field\":\"service_documentation\",\"weight_ppm\":1000000,"
	    "\"from\":\"product\",\"say\":\"s\"}]}]}";
	static const struct bent_document rows[] = {
		{ "another word", "general", "specific",
		  "reasons: must have the category general" },
		{ "a category that is compelling", "\"asked\"", "\"compelling\":true,\"asked\"",
		  "reasons[0].compelling: is of the networks' codes" },
	};

	(void)state;
	policy_fixture_refuses(arena, &reason_policy_kind, whole, rows, COUNT_OF(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_is_found_by_what_the_network_says),
		cmocka_unit_test(another_text_is_another_reason),
		cmocka_unit_test(every_category_of_the_provider_says_what_wins_it),
		cmocka_unit_test(compelling_evidence_is_for_one_code_alone),
		cmocka_unit_test(every_network_says_where_its_codes_come_from),
		cmocka_unit_test(what_there_is_weighs_and_what_is_missing_is_counted),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place_in_the_document),
		cmocka_unit_test(a_document_without_the_category_of_all_others_is_refused),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
