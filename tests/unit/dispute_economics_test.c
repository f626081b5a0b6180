/*
 * dispute_economics_test - what contesting is worth, and what is recommended and why.
 */
#include "services/chargeback/economics/economics.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <string.h>

#include <cmocka.h>

#define DOCUMENT "economics/standard-1.json"

/* 1 cent of a dollar is 1.5 yen, and 17 centavos. */
static const struct economics_exchange exchanges[] = {
	{ "USD", { 3, 2 } },
	{ "JPY", { 1, 1 } },
};
static const struct economics_exchange pesos[] = { { "USD", { 17, 1 } } };

static struct economics_policy read_document(void)
{
	struct economics_policy policy;

	policy_fixture_read(arena, &economics_policy_kind, DOCUMENT, &policy);
	return policy;
}

static struct economics_inputs asked(const char *category, const char *country, int64_t minor,
                                     const char *currency)
{
	struct economics_inputs inputs = {
		.category = category,
		.country = country,
		.amount = { .minor = minor },
		.complete_ppm = 1000000,
		.answerable = true,
	};

	assert_true(money_currency(currency, inputs.amount.currency));
	if (currency[0] == 'J') {
		inputs.exchanges = exchanges;
		inputs.exchange_count = COUNT_OF(exchanges);
	} else if (currency[0] == 'M') {
		inputs.exchanges = pesos;
		inputs.exchange_count = COUNT_OF(pesos);
	}
	return inputs;
}

static const struct {
	const char *name;
	const char *category;
	const char *country;
	int64_t minor;
	const char *currency;
	bool inquiry;
	int64_t counter;
	int64_t effort;
	int64_t stake;
	int64_t cost;
	int64_t contest;
	int64_t otherwise;
	int64_t break_even_ppm;
	enum economics_advice advice;
	enum economics_ratio ratio;
	const char *rule;
} worths[] = {
	{ "fraud, 25 %: it costs more than it brings", "fraudulent", "US", 10000, "USD", false,
	  1500, 3000, 11500, 4500, -13125, -11500, 391305, ECONOMICS_ACCEPT,
	  ECONOMICS_RATIO_COUNTED, "does_not_gain" },
	{ "a cancelled subscription, 40 %: it gains", "subscription_canceled", "US", 10000, "USD",
	  false, 1500, 2500, 11500, 4000, -10900, -11500, 347827, ECONOMICS_CONTEST,
	  ECONOMICS_RATIO_COUNTED, "gains" },
	{ "Japan has no counter fee, so that the same gains earlier", "subscription_canceled", "JP",
	  10000, "JPY", false, 0, 3750, 10000, 3750, -11250, -11500, 375000, ECONOMICS_CONTEST,
	  ECONOMICS_RATIO_COUNTED, "gains" },
	{ "Mexico has none either, and gives the received one back", "subscription_canceled", "MX",
	  100000, "MXN", false, 0, 42500, 130000, 42500, -120500, -130000, 326924,
	  ECONOMICS_CONTEST, ECONOMICS_RATIO_COUNTED, "gains" },
	{ "a country that is not listed has those of every other", "subscription_canceled", "NZ",
	  10000, "USD", false, 1500, 2500, 11500, 4000, -10900, -11500, 347827, ECONOMICS_CONTEST,
	  ECONOMICS_RATIO_COUNTED, "gains" },
	{ "compliance takes the network's fee besides", "noncompliant", "US", 100000, "USD", false,
	  1500, 6000, 151500, 57500, -136275, -101500, 379538, ECONOMICS_ACCEPT,
	  ECONOMICS_RATIO_COUNTED, "does_not_gain" },
	{ "a category that is not listed is general", "brand_new", "US", 100000, "USD", false, 1500,
	  3000, 101500, 4500, -80625, -101500, 44335, ECONOMICS_CONTEST, ECONOMICS_RATIO_COUNTED,
	  "gains" },
	{ "below the minimum even what gains is accepted", "duplicate", "US", 2999, "USD", false,
	  1500, 1500, 4499, 3000, -4800, -4499, 666815, ECONOMICS_ACCEPT, ECONOMICS_RATIO_COUNTED,
	  "below_minimum" },
	{ "at the minimum it is reckoned", "duplicate", "US", 3000, "USD", false, 1500, 1500, 4500,
	  3000, -4800, -4500, 666667, ECONOMICS_ACCEPT, ECONOMICS_RATIO_COUNTED, "does_not_gain" },
	{ "what gains nothing is accepted", "subscription_canceled", "US", 8500, "USD", false, 1500,
	  2500, 10000, 4000, -10000, -10000, 400000, ECONOMICS_ACCEPT, ECONOMICS_RATIO_COUNTED,
	  "does_not_gain" },
	{ "where only certainty would do", "duplicate", "US", 1500, "USD", false, 1500, 1500, 3000,
	  3000, -4200, -3000, 1000000, ECONOMICS_ACCEPT, ECONOMICS_RATIO_COUNTED, "below_minimum" },
	{ "an inquiry whose answer gains nothing is refunded", "subscription_canceled", "US", 8500,
	  "USD", true, 0, 2500, 10000, 4000, -8500, -8500, 400000, ECONOMICS_REFUND,
	  ECONOMICS_RATIO_AVOIDED, "inquiry" },
	{ "answering an inquiry takes no fee of the network's", "noncompliant", "US", 10000, "USD",
	  true, 0, 6000, 11500, 7500, -15775, -10000, 652174, ECONOMICS_REFUND,
	  ECONOMICS_RATIO_AVOIDED, "inquiry" },
	{ "an inquiry that convinces costs nothing", "subscription_canceled", "US", 10000, "USD",
	  true, 0, 2500, 11500, 4000, -9400, -10000, 347827, ECONOMICS_CONTEST,
	  ECONOMICS_RATIO_AT_RISK, "inquiry" },
	{ "an inquiry that hardly will is refunded", "fraudulent", "US", 10000, "USD", true, 0,
	  3000, 11500, 4500, -11625, -10000, 391305, ECONOMICS_REFUND, ECONOMICS_RATIO_AVOIDED,
	  "inquiry" },
	{ "an inquiry below the minimum is refunded, not accepted", "fraudulent", "US", 500, "USD",
	  true, 0, 3000, 2000, 4500, -4500, -500, 1000001, ECONOMICS_REFUND,
	  ECONOMICS_RATIO_AVOIDED, "inquiry" },
};

static void contesting_is_worth_what_its_country_s_fees_leave(void **state)
{
	const struct economics_policy policy = read_document();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(worths); i++) {
		struct economics_inputs inputs = asked(worths[i].category, worths[i].country,
		                                       worths[i].minor, worths[i].currency);
		struct economics_recommendation got;
		const char *reason = "";

		print_message("%s\n", worths[i].name);
		inputs.inquiry = worths[i].inquiry;
		assert_true(economics_recommend(&policy, &inputs, &got, &reason));
		assert_int_equal(got.counter, worths[i].counter);
		assert_int_equal(got.effort, worths[i].effort);
		assert_int_equal(got.stake, worths[i].stake);
		assert_int_equal(got.cost, worths[i].cost);
		assert_int_equal(got.contest, worths[i].contest);
		assert_int_equal(got.otherwise, worths[i].otherwise);
		assert_int_equal(got.gain, worths[i].contest - worths[i].otherwise);
		assert_int_equal(got.break_even_ppm, worths[i].break_even_ppm);
		assert_int_equal(got.advice, worths[i].advice);
		assert_int_equal(got.ratio, worths[i].ratio);
		assert_string_equal(got.rule, worths[i].rule);
		assert_true(!worths[i].inquiry || got.network_fee == 0);
		assert_int_equal(got.policy_version, 1);
		assert_int_equal(got.inputs.amount.minor, worths[i].minor);
	}
}

/* Vector 22: due_by = 0. */
static void what_cannot_be_answered_is_no_task_for_anybody(void **state)
{
	const struct economics_policy policy = read_document();
	struct economics_inputs inputs = asked("duplicate", "US", 1000000, "USD");
	struct economics_recommendation got;
	const char *reason = "";

	(void)state;
	inputs.answerable = false;
	assert_true(economics_recommend(&policy, &inputs, &got, &reason));
	assert_int_equal(got.advice, ECONOMICS_IGNORE);
	assert_string_equal(got.rule, "unanswerable");
	assert_true(got.gain > 0);
	assert_int_equal(got.ratio, ECONOMICS_RATIO_COUNTED);
}

static void the_evidence_decides_the_band(void **state)
{
	static const struct {
		const char *name;
		int64_t complete_ppm;
		size_t required_missing;
		const char *level;
		int64_t rate_ppm;
	} rows[] = {
		{ "all of it", 1000000, 0, "full", 400000 },
		{ "just enough to be full", 900000, 0, "full", 400000 },
		{ "a little less", 899999, 0, "most", 250000 },
		{ "most of it without what is required", 899999, 1, "little", 150000 },
		{ "little", 300000, 0, "little", 150000 },
		{ "next to nothing", 299999, 0, "none", 50000 },
		{ "nothing without what is required", 0, 2, "none", 50000 },
	};
	const struct economics_policy policy = read_document();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct economics_inputs inputs = asked("subscription_canceled", "US", 10000, "USD");
		struct economics_recommendation got;
		const char *reason = "";

		print_message("%s\n", rows[i].name);
		inputs.complete_ppm = rows[i].complete_ppm;
		inputs.required_missing = rows[i].required_missing;
		assert_true(economics_recommend(&policy, &inputs, &got, &reason));
		assert_string_equal(policy.levels[got.level].name, rows[i].level);
		assert_int_equal(policy.bands[got.band].rate_ppm, rows[i].rate_ppm);
		assert_int_equal(got.rate.ppm, rows[i].rate_ppm);
	}
}

static void what_cannot_be_reckoned_is_said(void **state)
{
	const struct economics_policy policy = read_document();
	struct economics_inputs foreign = asked("fraudulent", "JP", 10000, "JPY");
	struct economics_inputs none = asked("fraudulent", "US", 0, "USD");
	struct economics_inputs large = asked("fraudulent", "US", ECONOMICS_AMOUNT_MAX + 1, "USD");
	struct economics_recommendation got = { .stake = 7 };
	const char *reason = "";

	(void)state;
	foreign.exchange_count = 0;
	assert_false(economics_recommend(&policy, &foreign, &got, &reason));
	assert_string_equal(reason,
	                    "a fee or the effort is in a currency without a rate, or too large");
	assert_false(economics_recommend(&policy, &none, &got, &reason));
	assert_string_equal(reason, "the disputed amount is none, or too large");
	assert_false(economics_recommend(&policy, &large, &got, &reason));
	assert_int_equal(got.stake, 7);
}

static void a_currency_without_a_minimum_has_none(void **state)
{
	static const struct economics_exchange francs[] = { { "USD", { 1, 1 } } };
	const struct economics_policy policy = read_document();
	struct economics_inputs inputs = asked("duplicate", "US", 1, "CHF");
	struct economics_recommendation got;
	const char *reason = "";

	(void)state;
	inputs.exchanges = francs;
	inputs.exchange_count = 1;
	assert_true(economics_recommend(&policy, &inputs, &got, &reason));
	assert_int_equal(got.minimum, 0);
	assert_string_equal(got.rule, "does_not_gain");
}

static void money_is_converted_or_it_is_said(void **state)
{
	static const struct {
		struct money money;
		const char *currency;
		bool converted;
		int64_t minor;
	} rows[] = {
		{ { 1500, "USD" }, "USD", true, 1500 },
		{ { 1501, "USD" }, "JPY", true, 2252 },
		{ { 0, "EUR" }, "JPY", true, 0 },
		{ { 1, "EUR" }, "JPY", false, -7 },
		{ { ECONOMICS_AMOUNT_MAX / 3 * 2, "USD" }, "JPY", true, ECONOMICS_AMOUNT_MAX - 1 },
		{ { ECONOMICS_AMOUNT_MAX / 3 * 2 + 2, "USD" }, "JPY", false, -7 },
		{ { INT64_MAX, "USD" }, "JPY", false, -7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t minor = -7;

		assert_int_equal(economics_convert(exchanges, COUNT_OF(exchanges), &rows[i].money,
		                                   rows[i].currency, &minor),
		                 rows[i].converted);
		assert_true(minor == rows[i].minor);
	}
}

static void the_largest_amount_is_reckoned(void **state)
{
	const struct economics_policy policy = read_document();
	struct economics_inputs inputs = asked("duplicate", "US", ECONOMICS_AMOUNT_MAX, "USD");
	struct economics_recommendation got;
	const char *reason = "";

	(void)state;
	assert_true(economics_recommend(&policy, &inputs, &got, &reason));
	assert_true(got.gain == INT64_C(600000000000900) - 3000);
	assert_int_equal(got.break_even_ppm, 1);
}

static void only_mexico_and_japan_have_no_counter_fee(void **state)
{
	const struct economics_policy policy = read_document();

	(void)state;
	for (size_t i = 0; i < policy.fee_count; i++) {
		const struct economics_fee *const fee = &policy.fees[i];
		const bool none = fee == economics_fee_of(&policy, "JP") ||
		                  fee == economics_fee_of(&policy, "MX");

		assert_int_equal(fee->counter.minor == 0, none);
		assert_int_equal(fee->counter_returned, !none);
		assert_int_equal(fee->received_returned, fee == economics_fee_of(&policy, "MX"));
	}
}

static void fees_are_weighed_in_the_currency_of_a_dispute_or_refused(void **state)
{
	static const struct {
		struct money amount;
		const char *currency;
		int64_t minor; /* below zero: it cannot be weighed */
	} rows[] = {
		{ { 1500, "JPY" }, "USD", 968 }, /* 967.74 */
		{ { 1500, "JPY" }, "JPY", 1500 }, { { 3000, "USD" }, "JPY", 4650 },
		{ { 3000, "USD" }, "KWD", -1 },   { { 3000, "KWD" }, "USD", -1 },
		{ { 3000, "KWD" }, "KWD", 3000 },
	};
	const struct economics_policy policy = read_document();
	const struct economics_exchange *into;
	struct money weighed;
	size_t count;

	(void)state;
	assert_string_equal(policy.country, "JP");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const bool can =
		    economics_weigh(&policy, rows[i].amount, rows[i].currency, &weighed);

		assert_int_equal(can ? weighed.minor : -1, rows[i].minor);
		assert_true(!can || strcmp(weighed.currency, rows[i].currency) == 0);
	}
	into = economics_exchanges(arena, &policy, "KWD", &count);
	assert_non_null(into);
	assert_int_equal(count, 0);
	into = economics_exchanges(arena, &policy, "JPY", &count);
	assert_int_equal(count, 8);
	assert_int_equal(into[0].rate.numerator, 31);
	assert_int_equal(into[0].rate.denominator, 20);
}

static void what_is_wrong_is_refused_with_its_place_in_the_document(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "without sources", "\"sources\"", "\"origins\"", "origins: " },
		{ "a belief of nothing", "\"prior_weight\": 20", "\"prior_weight\": 0",
		  "belief.prior_weight: " },
		{ "a belief in something else", "\"z_milli\": 1960",
		  "\"z_milli\": 1960, \"luck\": 1", "belief.luck: " },
		{ "levels that stand", "\"from_ppm\": 600000", "\"from_ppm\": 900000",
		  "levels[1].from_ppm: must be below the one before it" },
		{ "a level that is none", "\"required_missing\": \"little\"",
		  "\"required_missing\": \"some\"", "belief.required_missing: " },
		{ "a chance above one", "\"rate_ppm\": 600000", "\"rate_ppm\": 1000001",
		  "bands[0].rate_ppm: " },
		{ "chances that rise", "\"rate_ppm\": 400000", "\"rate_ppm\": 600000",
		  "bands[1].rate_ppm: must be below the one before it" },
		{ "levels that rise", "\"from_ppm\": 600000", "\"from_ppm\": 950000",
		  "levels[1].from_ppm: must be below the one before it" },
		{ "levels that leave a hole", "\"from_ppm\": 0", "\"from_ppm\": 1",
		  "levels: must end with one from 0" },
		{ "a band too few", "[\"fair\", \"low\", \"very_low\", \"very_low\"]",
		  "[\"fair\", \"low\", \"very_low\"]",
		  "categories[0].bands: must have one for each level" },
		{ "a band that is none", "[\"fair\",", "[\"sure\",", "categories[0].bands[0]: " },
		{ "more chance for less evidence", "[\"fair\", \"low\",", "[\"low\", \"fair\",",
		  "categories[0].bands: has a better one for less evidence" },
		{ "effort that is not whole", "\"minor\": 3000", "\"minor\": 30.5",
		  "categories[0].effort.minor: " },
		{ "without effort", "\"effort\": ", "\"network_fee\": ", "categories[0].effort: " },
		{ "a category twice", "\"unrecognized\"", "\"fraudulent\"",
		  "categories[1].category: stands in the list twice" },
		{ "without general", "\"category\": \"general\"", "\"category\": \"other\"",
		  "categories: must have the category general" },
		{ "a currency that is none", "\"JPY\"", "\"XXQ\"", "fees[2].received.currency: " },
		{ "a country twice", "\"country\": \"US\"", "\"country\": \"*\"",
		  "fees[1].country: stands in the list twice" },
		{ "without every other country", "\"country\": \"*\"", "\"country\": \"CA\"",
		  "fees: must have those of every other country" },
		{ "nothing comes back as well", "\"country\": \"JP\", ",
		  "\"country\": \"JP\", \"counter_returned\": true, ",
		  "fees[2].counter_returned: is of a counter fee that is not" },
		{ "a minimum of nothing", "\"minor\": 60000", "\"minor\": 0",
		  "minimums[7].minor: " },
		{ "a minimum twice", "\"CAD\"", "\"USD\"",
		  "minimums[4].currency: stands in the list twice" },
		{ "a country in small letters", "\"country\": \"JP\",\n", "\"country\": \"jp\",\n",
		  "account.country: is no country in two capitals" },
		{ "worth nothing", "\"minor\": 15500", "\"minor\": 0", "account.worth[1].minor: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &economics_policy_kind, policy_fixture_text(arena, DOCUMENT),
	                       rows, COUNT_OF(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contesting_is_worth_what_its_country_s_fees_leave),
		cmocka_unit_test(what_cannot_be_answered_is_no_task_for_anybody),
		cmocka_unit_test(the_evidence_decides_the_band),
		cmocka_unit_test(what_cannot_be_reckoned_is_said),
		cmocka_unit_test(a_currency_without_a_minimum_has_none),
		cmocka_unit_test(money_is_converted_or_it_is_said),
		cmocka_unit_test(the_largest_amount_is_reckoned),
		cmocka_unit_test(only_mexico_and_japan_have_no_counter_fee),
		cmocka_unit_test(fees_are_weighed_in_the_currency_of_a_dispute_or_refused),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place_in_the_document),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
