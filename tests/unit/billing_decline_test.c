/*
 * billing_decline_test - failures as both shapes of the API say them, and what their codes mean.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/billing-sync/dunning/decline.h"
#include "tests/support/policy_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FILE_PATH "deploy/policies/declines/declines-1.json"

static struct arena *arena;
static const char *document;
static struct decline_policy policy;

static int start(void **state)
{
	struct json_error error;
	struct bytes content;

	(void)state;
	arena = arena_create(65536);
	assert_true(file_read(arena, FILE_PATH, POLICY_BYTES_MAX, &content));
	document = arena_text(arena, content.data, content.size);
	assert_true(policy_parse(&decline_policy_kind, arena, content, &policy, &error));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct payment_failure read_failure(const char *text)
{
	struct payment_failure failure;
	struct json_error error;
	char line[JSON_ERROR_SIZE];
	AUTO_JSON parsed = NULL;

	assert_true(json_parse(bytes_of(text), 65536, &parsed, &error));
	const struct json_place top = json_top(parsed);
	if (!payment_failure_read(arena, &top, &failure, &error))
		fail_msg("%s: %s", text, json_error_text(&error, line));
	return failure;
}

/* Reading. */

#define CARD                                                                 \
	"{\"brand\":\"visa\",\"network\":\"visa\",\"fingerprint\":\"fp_1\"," \
	"\"country\":\"JP\",\"funding\":\"debit\"}"
#define OUTCOME                                                                     \
	"{\"type\":\"issuer_declined\",\"network_status\":\"declined_by_network\"," \
	"\"reason\":\"insufficient_funds\",\"advice_code\":\"try_again_later\","    \
	"\"network_decline_code\":\"51\",\"network_advice_code\":\"24\"}"
#define CHARGE_FACTS                                                                      \
	"\"object\":\"charge\",\"id\":\"ch_1\",\"status\":\"failed\",\"amount\":1200,"    \
	"\"currency\":\"usd\",\"customer\":\"cus_1\",\"failure_code\":\"card_declined\"," \
	"\"outcome\":" OUTCOME ",\"payment_method_details\":{\"type\":\"card\",\"card\":" CARD "}"
#define LAST_ERROR                                                             \
	"{\"code\":\"card_declined\",\"decline_code\":\"insufficient_funds\"," \
	"\"advice_code\":\"try_again_later\",\"network_decline_code\":\"51\"," \
	"\"network_advice_code\":\"24\",\"charge\":\"ch_1\","                  \
	"\"payment_method\":{\"type\":\"card\",\"card\":" CARD "}}"
#define INTENT_FACTS                                                                            \
	"\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"requires_payment_method\"," \
	"\"amount\":1200,\"currency\":\"usd\",\"customer\":\"cus_1\",\"last_payment_error\":" LAST_ERROR
#define INVOICE_FACTS                                                                      \
	"\"object\":\"invoice\",\"id\":\"in_1\",\"status\":\"open\",\"currency\":\"usd\"," \
	"\"customer\":{\"id\":\"cus_1\",\"object\":\"customer\"},\"amount_due\":1500,"     \
	"\"amount_remaining\":1200,\"attempt_count\":2,\"next_payment_attempt\":1700000000"

static void the_same_failure_is_read_from_every_object(void **state)
{
	static const struct {
		const char *name;
		const char *text;
	} rows[] = {
		{ "a charge", "{" CHARGE_FACTS ",\"payment_intent\":\"pi_1\"}" },
		{ "a charge with an expanded intent and its invoice",
		  "{" CHARGE_FACTS ",\"payment_intent\":{\"id\":\"pi_1\"},\"invoice\":\"in_1\"}" },
		{ "an intent with latest_charge", "{" INTENT_FACTS ",\"latest_charge\":\"ch_1\"}" },
		{ "an intent with an expanded latest_charge",
		  "{" INTENT_FACTS ",\"latest_charge\":{" CHARGE_FACTS "}}" },
		{ "an intent of old with its charges",
		  "{" INTENT_FACTS ",\"charges\":{\"data\":[{" CHARGE_FACTS "}]}}" },
		{ "an invoice of old with an expanded intent",
		  "{" INVOICE_FACTS ",\"charge\":\"ch_1\",\"payment_intent\":{" INTENT_FACTS "}}" },
		{ "an invoice with payments",
		  "{" INVOICE_FACTS ",\"payments\":{\"data\":[{\"payment\":{\"charge\":\"ch_0\"}},"
		  "{\"is_default\":true,\"payment\":{\"type\":\"payment_intent\","
		  "\"payment_intent\":{" INTENT_FACTS "}}}]}}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct payment_failure got = read_failure(rows[i].text);

		print_message("%s\n", rows[i].name);
		assert_true(got.failed);
		assert_string_equal(got.charge_id, "ch_1");
		assert_string_equal(got.payment_intent_id, "pi_1");
		assert_string_equal(got.customer_id, "cus_1");
		assert_string_equal(got.failure_code, "card_declined");
		assert_string_equal(got.decline_code, "insufficient_funds");
		assert_string_equal(got.advice_code, "try_again_later");
		assert_string_equal(got.network_decline_code, "51");
		assert_string_equal(got.network_advice_code, "24");
		assert_string_equal(got.method, "card");
		assert_string_equal(got.brand, "visa");
		assert_string_equal(got.network, "visa");
		assert_string_equal(got.fingerprint, "fp_1");
		assert_string_equal(got.country, "JP");
		assert_string_equal(got.funding, "debit");
		assert_int_equal(got.amount, 1200);
		assert_string_equal(got.currency, "USD");
	}
}

static void an_invoice_says_how_often_and_when_next(void **state)
{
	const struct payment_failure got = read_failure("{" INVOICE_FACTS "}");

	(void)state;
	assert_string_equal(got.invoice_id, "in_1");
	assert_int_equal(got.attempt_count, 2);
	assert_true(got.has_next);
	assert_int_equal(got.next.us, INT64_C(1700000000000000));
	assert_string_equal(got.decline_code, "");
}

static void what_has_come_through_has_not_failed(void **state)
{
	static const char *const texts[] = {
		"{\"object\":\"charge\",\"id\":\"ch_1\",\"status\":\"succeeded\",\"amount\":1,"
		"\"currency\":\"jpy\",\"outcome\":{\"type\":\"authorized\"}}",
		"{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"status\":\"succeeded\",\"amount\":1,"
		"\"currency\":\"jpy\",\"last_payment_error\":{\"code\":\"card_declined\"}}",
		"{\"object\":\"invoice\",\"id\":\"in_1\",\"status\":\"paid\",\"attempt_count\":3,"
		"\"amount_due\":1,\"currency\":\"jpy\"}",
		"{\"object\":\"invoice\",\"id\":\"in_1\",\"status\":\"open\",\"attempt_count\":0,"
		"\"amount_due\":1,\"currency\":\"jpy\"}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_false(read_failure(texts[i]).failed);
}

static void a_card_of_old_names_its_network_by_its_brand(void **state)
{
	const struct payment_failure got = read_failure(
	    "{\"object\":\"charge\",\"id\":\"ch_1\",\"status\":\"failed\",\"amount\":1,"
	    "\"currency\":\"usd\",\"source\":{\"object\":\"card\",\"brand\":\"Visa\","
	    "\"fingerprint\":\"fp_9\"}}");

	(void)state;
	assert_string_equal(got.brand, "Visa");
	assert_string_equal(got.network, "visa");
	assert_string_equal(got.fingerprint, "fp_9");
}

static void only_what_reached_the_network_is_an_attempt(void **state)
{
	static const struct {
		const char *outcome;
		bool sent;
	} rows[] = {
		{ "{\"type\":\"issuer_declined\",\"network_status\":\"declined_by_network\"}",
		  true },
		{ "{\"type\":\"blocked\",\"network_status\":\"not_sent_to_network\"}", false },
		{ "{\"type\":\"blocked\"}", false },
		{ "{\"type\":\"invalid\",\"network_status\":\"not_sent_to_network\"}", false },
		{ "null", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct payment_failure got = read_failure(arena_printf(
		    arena,
		    "{\"object\":\"charge\",\"id\":\"ch_1\",\"status\":\"failed\",\"amount\":1,"
		    "\"currency\":\"usd\",\"outcome\":%s}",
		    rows[i].outcome));

		assert_int_equal(payment_failure_sent(&got), rows[i].sent);
	}
}

static void what_is_no_failure_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} rows[] = {
		{ "[]", "" },
		{ "{\"object\":\"refund\"}", "object: " },
		{ "{\"object\":\"charge\",\"id\":\"ch_1\"}", "currency: " },
		{ "{\"object\":\"charge\",\"id\":\"ch_1\",\"currency\":\"usd\"}", "amount: " },
		{ "{\"object\":\"charge\",\"id\":\"ch_1\",\"currency\":\"usd\",\"amount\":-1}",
		  "amount: " },
		{ "{\"object\":\"charge\",\"id\":\"ch_1\",\"currency\":\"usd\",\"amount\":1.5}",
		  "amount: " },
		{ "{\"object\":\"charge\",\"id\":\"ch_1\",\"currency\":\"usd\",\"amount\":1,"
		  "\"outcome\":{\"network_advice_code\":3}}",
		  "outcome.network_advice_code: " },
		{ "{\"object\":\"invoice\",\"id\":\"in_1\",\"currency\":\"usd\",\"amount_due\":1,"
		  "\"attempt_count\":-1}",
		  "attempt_count: " },
		{ "{\"object\":\"invoice\",\"id\":\"in_1\",\"currency\":\"usd\",\"amount_due\":1,"
		  "\"payments\":{\"data\":[7]}}",
		  "payments.data[0]: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct payment_failure failure;
		struct json_error error;
		char line[JSON_ERROR_SIZE];
		AUTO_JSON parsed = NULL;

		assert_true(json_parse(bytes_of(rows[i].text), 65536, &parsed, &error));
		const struct json_place top = json_top(parsed);
		assert_false(payment_failure_read(arena, &top, &failure, &error));
		json_error_text(&error, line);
		if (!text_starts(line, rows[i].error))
			fail_msg("%s: %s", rows[i].text, line);
	}
}

/* Judging. */

static struct payment_failure said(const char *decline_code, const char *network,
                                   const char *advice, const char *network_code)
{
	return (struct payment_failure){ .failure_code = "card_declined",
		                         .decline_code = decline_code,
		                         .advice_code = "",
		                         .network = network,
		                         .network_advice_code = advice,
		                         .network_decline_code = network_code };
}

static void the_strictest_code_decides_and_the_longest_wait(void **state)
{
	static const struct {
		const char *name;
		const char *decline;
		const char *network;
		const char *advice;
		const char *code;
		enum decline_retry retry;
		enum decline_actor acts;
		const char *rule;
		int wait_hours;
		int32_t category;
	} rows[] = {
		{ "funds may be there tomorrow", "insufficient_funds", "visa", "", "51",
		  DECLINE_RETRY_YES, DECLINE_ACTS_CUSTOMER, "insufficient_funds", 0, 2 },
		{ "Visa's category 1 forbids what the provider's word allows", "generic_decline",
		  "visa", "", "04", DECLINE_RETRY_NEVER, DECLINE_ACTS_CUSTOMER, "04", 0, 1 },
		{ "advice 03 forbids", "do_not_honor", "mastercard", "03", "05",
		  DECLINE_RETRY_NEVER, DECLINE_ACTS_CUSTOMER, "03", 0, 0 },
		{ "advice 21 forbids", "do_not_honor", "mastercard", "21", "", DECLINE_RETRY_NEVER,
		  DECLINE_ACTS_CUSTOMER, "21", 0, 0 },
		{ "advice 01 asks for new details", "insufficient_funds", "mastercard", "01", "",
		  DECLINE_RETRY_NEW_METHOD, DECLINE_ACTS_CUSTOMER, "01", 0, 0 },
		{ "advice 02 waits three days", "insufficient_funds", "mastercard", "02", "",
		  DECLINE_RETRY_YES, DECLINE_ACTS_CUSTOMER, "insufficient_funds", 72, 0 },
		{ "advice 24 waits an hour", "insufficient_funds", "mastercard", "24", "51",
		  DECLINE_RETRY_YES, DECLINE_ACTS_CUSTOMER, "insufficient_funds", 1, 0 },
		{ "advice 30 waits ten days", "insufficient_funds", "mastercard", "30", "51",
		  DECLINE_RETRY_YES, DECLINE_ACTS_CUSTOMER, "insufficient_funds", 240, 0 },
		{ "without a decline code the failure code speaks", "", "visa", "", "",
		  DECLINE_RETRY_CAREFUL, DECLINE_ACTS_ISSUER, "card_declined", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct payment_failure failure =
		    said(rows[i].decline, rows[i].network, rows[i].advice, rows[i].code);
		const struct decline_answer answer = decline_judge(&policy, &failure);

		print_message("%s\n", rows[i].name);
		assert_int_equal(answer.retry, rows[i].retry);
		assert_int_equal(answer.acts, rows[i].acts);
		assert_string_equal(answer.rule, rows[i].rule);
		assert_int_equal(answer.wait.us, HOURS(rows[i].wait_hours).us);
		assert_int_equal(answer.category, rows[i].category);
		assert_int_equal(answer.unknown_count, 0);
	}
}

static void the_provider_holds_nine_codes_for_a_new_method(void **state)
{
	static const char *const held[] = { "incorrect_number",
		                            "lost_card",
		                            "pickup_card",
		                            "stolen_card",
		                            "revocation_of_authorization",
		                            "revocation_of_all_authorizations",
		                            "authentication_required",
		                            "highest_risk_level",
		                            "transaction_not_allowed" };
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(held); i++) {
		const struct decline_code *const code = decline_find(&policy.provider, "", held[i]);

		assert_non_null(code);
		assert_true(code->held);
		assert_true(code->retry >= DECLINE_RETRY_NEW_METHOD);
	}
	for (size_t i = 0; i < policy.provider.count; i++)
		count += policy.provider.codes[i].held;
	assert_int_equal(count, COUNT_OF(held));
}

static void a_code_that_nobody_knows_is_tried_with_care_and_said(void **state)
{
	const struct payment_failure both = said("brand_new_code", "visa", "", "ZZ");
	const struct payment_failure later = said("insufficient_funds", "mastercard", "99", "");
	const struct payment_failure strict = said("lost_card", "mastercard", "99", "");
	struct decline_answer answer = decline_judge(&policy, &both);

	(void)state;
	assert_int_equal(answer.retry, DECLINE_RETRY_CAREFUL);
	assert_int_equal(answer.unknown_count, 2);
	assert_string_equal(answer.unknown[0], "brand_new_code");
	assert_string_equal(answer.unknown[1], "ZZ");
	answer = decline_judge(&policy, &later);
	assert_int_equal(answer.retry, DECLINE_RETRY_CAREFUL);
	assert_string_equal(answer.unknown[0], "99");
	answer = decline_judge(&policy, &strict);
	assert_int_equal(answer.retry, DECLINE_RETRY_NEVER);
	assert_string_equal(answer.rule, "lost_card");
	assert_int_equal(answer.unknown_count, 1);
	assert_true(answer.held);
}

static void a_failure_without_any_code_is_tried_with_care(void **state)
{
	struct payment_failure failure = said("", "", "", "");

	(void)state;
	failure.failure_code = "";
	assert_int_equal(decline_judge(&policy, &failure).retry, DECLINE_RETRY_CAREFUL);
	assert_string_equal(decline_judge(&policy, &failure).rule, "");
}

static void a_network_s_code_means_nothing_to_another_network(void **state)
{
	const struct payment_failure failure = said("generic_decline", "amex", "", "04");
	const struct decline_answer answer = decline_judge(&policy, &failure);

	(void)state;
	assert_int_equal(answer.retry, DECLINE_RETRY_CAREFUL);
	assert_int_equal(answer.unknown_count, 1);
}

/* The document. */

static void what_is_wrong_is_refused_with_its_place_in_the_document(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "an odd date", "2020-01-01T00:00:00Z", "2020-01-01", "effective_from: " },
		{ "an unknown retry", "\"retry\": \"never\"", "\"retry\": \"sometimes\"",
		  "provider.codes[0].retry: " },
		{ "an unknown actor", "\"acts\": \"customer\"", "\"acts\": \"court\"",
		  "provider.codes[0].acts: " },
		{ "a code twice", "\"approve_with_id\"", "\"account_closed\"",
		  "provider.codes[1].code: stands in the list twice" },
		{ "a list without a date", "\"as_of\": \"2026-08-01\"", "\"as_of\": \"soon\"",
		  "provider.as_of: " },
		{ "a wait of a year", "\"wait\": \"1h\"", "\"wait\": \"365d\"",
		  "advice.codes[6].wait: " },
		{ "a network in the provider's list", "\"code\": \"account_closed\"",
		  "\"network\": \"visa\", \"code\": \"account_closed\"",
		  "provider.codes[0].network: " },
		{ "a category out of bounds", "\"category\": 1", "\"category\": 10",
		  "network.codes[0].category: " },
		{ "a field nobody knows", "\"held\": true", "\"holds\": true",
		  "provider.codes[2].holds: " },
		{ "another source", "as acquirers publish them", "as we heard", NULL },
	};

	(void)state;
	policy_fixture_refuses(arena, &decline_policy_kind, document, rows, COUNT_OF(rows));
}

static void the_document_in_force_is_the_latest_that_is_effective(void **state)
{
	static const struct bent_document next = { "", "2020-01-01T", "2026-06-01T", NULL };
	const struct document files[] = {
		{ .name = "declines/b.json",
		  .body = bytes_of(document_bend(arena, document, &next)) },
		{ .name = "declines/a.json", .body = bytes_of(document) },
	};
	const struct document twice[] = { files[1], files[1] };
	const struct policy_book *const book =
	    policy_compile(&decline_policy_kind, files, 2, NULL, 0);
	struct instant change;
	char reason[256];

	(void)state;
	assert_non_null(book);
	assert_true(time_parse("2026-06-01T00:00:00Z", &change));
	assert_ptr_equal(policy_at(book, (struct instant){ 0 }), book->policies);
	assert_ptr_equal(policy_at(book, time_sub(change, SECONDS(1))), book->policies);
	assert_ptr_equal(policy_at(book, change), book->policies + book->size);
	arena_destroy(book->arena);
	assert_null(policy_compile(&decline_policy_kind, twice, 2, reason, sizeof(reason)));
	assert_string_equal(reason, "declines/a.json: effective_from: is another file's already");
	assert_null(policy_compile(&decline_policy_kind, NULL, 0, reason, sizeof(reason)));
	assert_string_equal(reason, "declines/: must hold 1 to 32 documents");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_failure_is_read_from_every_object),
		cmocka_unit_test(an_invoice_says_how_often_and_when_next),
		cmocka_unit_test(what_has_come_through_has_not_failed),
		cmocka_unit_test(a_card_of_old_names_its_network_by_its_brand),
		cmocka_unit_test(only_what_reached_the_network_is_an_attempt),
		cmocka_unit_test(what_is_no_failure_is_refused_with_its_place),
		cmocka_unit_test(the_strictest_code_decides_and_the_longest_wait),
		cmocka_unit_test(the_provider_holds_nine_codes_for_a_new_method),
		cmocka_unit_test(a_code_that_nobody_knows_is_tried_with_care_and_said),
		cmocka_unit_test(a_failure_without_any_code_is_tried_with_care),
		cmocka_unit_test(a_network_s_code_means_nothing_to_another_network),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place_in_the_document),
		cmocka_unit_test(the_document_in_force_is_the_latest_that_is_effective),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
