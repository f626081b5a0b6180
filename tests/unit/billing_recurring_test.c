/*
 * billing_recurring_test - monthly recurring revenue of contracts, worked by hand.
 */
#include "services/billing-sync/subscription/recurring_book.h"

#include "common/base/text.h"
#include "common/io/file.h"
#include "tests/support/policy_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ITEMS 4
#define JANUARY_10 INT64_C(1768003200000000)
#define DAY_US INT64_C(86400000000)

static struct arena *arena;
static struct mrr_policy policy;
static struct currency_policy currencies;

static int open_all(void **state)
{
	(void)state;
	arena = arena_create(1 << 16);
	policy_fixture_read(arena, &mrr_policy_kind, "mrr/standard-1.json", &policy);
	policy_fixture_read(arena, &currency_kind, "currencies/stripe.json", &currencies);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

/* A licensed price of whole minor units, sold singly. */
#define ITEM(id_, interval_, every_, unit_, quantity_)           \
	{                                                        \
		.id = (id_), .quantity = (quantity_), .price = { \
			.id = "price",                           \
			.product = "prod_" id_,                  \
			.interval = (interval_),                 \
			.interval_count = (every_),              \
			.unit = { true, (unit_), 0 },            \
			.divide_by = 1,                          \
		}                                                \
	}
#define MONTHLY(unit, quantity) ITEM("a", SUBSCRIPTION_MONTH, 1, unit, quantity)
#define PERCENT(ppm_, duration_, end_)                                                        \
	{                                                                                     \
		.id = "di", .coupon = "c", .item = "", .kind = SUBSCRIPTION_DISCOUNT_PERCENT, \
		.ppm = (ppm_), .duration = (duration_),                                       \
		.end = {(end_) != 0,                                                          \
			{ end_ } }                                                            \
	}
#define AMOUNT(minor_, item_)                                                                     \
	{                                                                                         \
		.id = "di", .coupon = "c", .item = (item_), .kind = SUBSCRIPTION_DISCOUNT_AMOUNT, \
		.minor = (minor_), .duration = SUBSCRIPTION_FOREVER                               \
	}

struct contract {
	const char *name;
	int64_t want;
	enum subscription_status status;
	const char *currency;
	struct subscription_item items[ITEMS]; /* ended by one without an id */
	struct subscription_discount discounts[ITEMS];
	bool collection_paused;
	int64_t past_due_days; /* so long before it is asked about */
};

/* Designated, so that what a row does not name is nothing. */
#define IN(status_, currency_) .status = (status_), .currency = (currency_)
#define ACTIVE IN(SUBSCRIPTION_ACTIVE, "USD")

static const struct contract contracts[] = {
	{ "three seats a month", 6000, ACTIVE, { MONTHLY(2000, 3) } },
	{ "a year is twelve months", 1000, ACTIVE, { ITEM("a", SUBSCRIPTION_YEAR, 1, 12000, 1) } },
	{ "a year that does not divide: 100.00 / 12 = 8.333",
	  833,
	  ACTIVE,
	  { ITEM("a", SUBSCRIPTION_YEAR, 1, 10000, 1) } },
	{ "a quarter is three months: 100.00 / 3 = 33.333",
	  3333,
	  ACTIVE,
	  { ITEM("a", SUBSCRIPTION_MONTH, 3, 10000, 1) } },
	{ "a week is 12 parts of 52: 10.00 x 52 / 12 = 43.333",
	  4333,
	  ACTIVE,
	  { ITEM("a", SUBSCRIPTION_WEEK, 1, 1000, 1) } },
	{ "two weeks", 2167, ACTIVE, { ITEM("a", SUBSCRIPTION_WEEK, 2, 1000, 1) } },
	{ "a day is 12 parts of 365: 1.00 x 365 / 12 = 30.4167",
	  3042,
	  ACTIVE,
	  { ITEM("a", SUBSCRIPTION_DAY, 1, 100, 1) } },
	{ "half a unit goes up: 6 / 12", 1, ACTIVE, { ITEM("a", SUBSCRIPTION_YEAR, 1, 6, 1) } },
	{ "less than half goes down: 5 / 12",
	  0,
	  ACTIVE,
	  { ITEM("a", SUBSCRIPTION_YEAR, 1, 5, 1) } },
	{ "rounded once: two items of 5 / 12 are 10 / 12",
	  1,
	  ACTIVE,
	  { ITEM("a", SUBSCRIPTION_YEAR, 1, 5, 1), ITEM("b", SUBSCRIPTION_YEAR, 1, 5, 1) } },
	{ "yen have no decimals",
	  10000,
	  IN(SUBSCRIPTION_ACTIVE, "JPY"),
	  { ITEM("a", SUBSCRIPTION_YEAR, 1, 120000, 1) } },
	{ "dinars have three: 61.476 / 12 = 5.123",
	  5123,
	  IN(SUBSCRIPTION_ACTIVE, "KWD"),
	  { ITEM("a", SUBSCRIPTION_YEAR, 1, 61476, 1) } },
	{ "krona have none either, though the provider writes two: 100 / 12 = 8.33",
	  8,
	  IN(SUBSCRIPTION_ACTIVE, "ISK"),
	  { ITEM("a", SUBSCRIPTION_YEAR, 1, 10000, 1) } },
	{ "krona of two items are rounded once: 0.42 and 0.42",
	  1,
	  IN(SUBSCRIPTION_ACTIVE, "ISK"),
	  { ITEM("a", SUBSCRIPTION_YEAR, 1, 500, 1), ITEM("b", SUBSCRIPTION_YEAR, 1, 500, 1) } },
	{ "ariary have two, though the provider writes none",
	  1500,
	  IN(SUBSCRIPTION_ACTIVE, "MGA"),
	  { MONTHLY(5, 3) } },
	{ "shillings that are refused are what is agreed all the same",
	  5,
	  IN(SUBSCRIPTION_ACTIVE, "UGX"),
	  { MONTHLY(500, 1) } },
	{ "a quarter off for ever",
	  4500,
	  ACTIVE,
	  { MONTHLY(2000, 3) },
	  { PERCENT(250000, SUBSCRIPTION_FOREVER, 0) } },
	{ "a discount that comes once is none",
	  6000,
	  ACTIVE,
	  { MONTHLY(2000, 3) },
	  { PERCENT(250000, SUBSCRIPTION_ONCE, 0) } },
	{ "a discount that runs on",
	  3000,
	  ACTIVE,
	  { MONTHLY(2000, 3) },
	  { PERCENT(500000, SUBSCRIPTION_REPEATING, JANUARY_10 + 1) } },
	{ "a discount that has run out",
	  6000,
	  ACTIVE,
	  { MONTHLY(2000, 3) },
	  { PERCENT(500000, SUBSCRIPTION_REPEATING, JANUARY_10) } },
	{ "two discounts, one on the other: 6000 x 0.5 x 0.5",
	  1500,
	  ACTIVE,
	  { MONTHLY(2000, 3) },
	  { PERCENT(500000, SUBSCRIPTION_FOREVER, 0), PERCENT(500000, SUBSCRIPTION_FOREVER, 0) } },
	{ "an amount off each month", 5500, ACTIVE, { MONTHLY(2000, 3) }, { AMOUNT(500, "") } },
	{ "an amount off each year: (12000 - 600) / 12",
	  950,
	  ACTIVE,
	  { ITEM("a", SUBSCRIPTION_YEAR, 1, 12000, 1) },
	  { AMOUNT(600, "") } },
	{ "an amount off is never more than there is",
	  0,
	  ACTIVE,
	  { MONTHLY(2000, 3) },
	  { AMOUNT(7000, "") } },
	{ "an amount off one item leaves the other",
	  1000,
	  ACTIVE,
	  { MONTHLY(2000, 1), ITEM("b", SUBSCRIPTION_MONTH, 1, 1000, 1) },
	  { AMOUNT(5000, "a") } },
	{ "an amount off goes from item to item",
	  500,
	  ACTIVE,
	  { MONTHLY(2000, 1), ITEM("b", SUBSCRIPTION_MONTH, 1, 1000, 1) },
	  { AMOUNT(2500, "") } },
	{ "a trial brings nothing", 0, IN(SUBSCRIPTION_TRIALING, "USD"), { MONTHLY(2000, 3) } },
	{ "unpaid brings nothing", 0, IN(SUBSCRIPTION_UNPAID, "USD"), { MONTHLY(2000, 3) } },
	{ "paused brings nothing", 0, IN(SUBSCRIPTION_PAUSED, "USD"), { MONTHLY(2000, 3) } },
	{ "ended brings nothing", 0, IN(SUBSCRIPTION_CANCELED, "USD"), { MONTHLY(2000, 3) } },
	{ "incomplete brings nothing",
	  0,
	  IN(SUBSCRIPTION_INCOMPLETE, "USD"),
	  { MONTHLY(2000, 3) } },
	{ "collection that is paused brings nothing",
	  0,
	  ACTIVE,
	  { MONTHLY(2000, 3) },
	  { { 0 } },
	  true,
	  0 },
	{ "past due counts while it is retried",
	  6000,
	  IN(SUBSCRIPTION_PAST_DUE, "USD"),
	  { MONTHLY(2000, 3) },
	  { { 0 } },
	  false,
	  61 },
	{ "past due for too long does not",
	  0,
	  IN(SUBSCRIPTION_PAST_DUE, "USD"),
	  { MONTHLY(2000, 3) },
	  { { 0 } },
	  false,
	  62 },
};

static struct subscription_memory contract_memory(const struct contract *row)
{
	struct subscription_memory memory = { .known = true };

	memory.seen.id = "sub";
	memory.seen.status = row->status;
	memcpy(memory.seen.currency, row->currency, 4);
	memory.seen.collection_paused = row->collection_paused;
	memory.seen.items = row->items;
	while (memory.seen.item_count < ITEMS && row->items[memory.seen.item_count].id != NULL)
		memory.seen.item_count++;
	memory.seen.discounts = row->discounts;
	while (memory.seen.discount_count < ITEMS &&
	       row->discounts[memory.seen.discount_count].id != NULL)
		memory.seen.discount_count++;
	memory.past_due_since.has = row->status == SUBSCRIPTION_PAST_DUE;
	memory.past_due_since.at.us = JANUARY_10 - row->past_due_days * DAY_US;
	return memory;
}

static struct recurring sum_of(const struct subscription_memory *const *all, size_t count)
{
	struct recurring recurring = { .unpriced = 0 };
	const char *reason = "";

	if (!recurring_of(arena, all, count, &policy, &currencies, (struct instant){ JANUARY_10 },
	                  &recurring, &reason))
		fail_msg("%s", reason);
	return recurring;
}

static void a_contract_brings_so_much_a_month(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(contracts); i++) {
		const struct subscription_memory memory = contract_memory(&contracts[i]);
		const struct subscription_memory *const all[] = { &memory };
		const struct recurring got = sum_of(all, 1);
		const int64_t minor = got.amounts.count == 0 ? 0 : got.amounts.list[0].minor;

		if (minor == contracts[i].want && got.unpriced == 0)
			continue;
		print_error("%s: %" PRId64 ", not %" PRId64 "\n", contracts[i].name, minor,
		            contracts[i].want);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void decimals_packages_meters_and_tiers_are_what_they_are(void **state)
{
	struct contract row = { "", 0, ACTIVE, { MONTHLY(125, 1001) } };
	struct subscription_memory memory;
	const struct subscription_memory *const all[] = { &memory };

	(void)state;
	/* 0.00125 of a cent by 1001000 are 1251.25. */
	row.items[0].price.unit.decimals = 5;
	row.items[0].quantity = 1001000;
	memory = contract_memory(&row);
	assert_int_equal(sum_of(all, 1).amounts.list[0].minor, 1251);
	/* 7 seats in packages of 5: one, or two where a begun one counts. */
	row.items[0] = (struct subscription_item)MONTHLY(1000, 7);
	row.items[0].price.divide_by = 5;
	assert_int_equal(sum_of(all, 1).amounts.list[0].minor, 1000);
	row.items[0].price.divide_up = true;
	assert_int_equal(sum_of(all, 1).amounts.list[0].minor, 2000);
	row.items[0].price.metered = true;
	assert_int_equal(sum_of(all, 1).amounts.count, 0);
	row.items[0].price.metered = false;
	row.items[0].price.unit = (struct subscription_unit){ .has = false };
	assert_int_equal(sum_of(all, 1).unpriced, 1);
	row.items[0] = (struct subscription_item)MONTHLY(1000, 1);
	row.discounts[0] = (struct subscription_discount)AMOUNT(1, "");
	row.discounts[0].kind = SUBSCRIPTION_DISCOUNT_UNKNOWN;
	memory = contract_memory(&row);
	assert_int_equal(sum_of(all, 1).unknown_discounts, 1);
	assert_int_equal(sum_of(all, 1).amounts.list[0].minor, 1000);
}

static void a_discount_for_a_product_leaves_the_others(void **state)
{
	static const char *const products[] = { "prod_b" };
	struct contract row = { "",
		                0,
		                ACTIVE,
		                { MONTHLY(2000, 1), ITEM("b", SUBSCRIPTION_MONTH, 1, 1000, 1) },
		                { PERCENT(500000, SUBSCRIPTION_FOREVER, 0) } };
	row.discounts[0].product_count = 1;
	row.discounts[0].products = products;
	const struct subscription_memory memory = contract_memory(&row);
	const struct subscription_memory *const all[] = { &memory };

	(void)state;
	assert_int_equal(sum_of(all, 1).amounts.list[0].minor, 2500);
}

static void a_customer_is_rounded_once_and_by_currency(void **state)
{
	const struct contract rows[] = {
		{ "", 0, ACTIVE, { ITEM("a", SUBSCRIPTION_YEAR, 1, 5, 1) } },
		{ "",
		  0,
		  IN(SUBSCRIPTION_ACTIVE, "JPY"),
		  { ITEM("a", SUBSCRIPTION_YEAR, 1, 12, 1) } },
		{ "", 0, ACTIVE, { ITEM("a", SUBSCRIPTION_YEAR, 1, 5, 1) } },
		{ "",
		  0,
		  IN(SUBSCRIPTION_ACTIVE, "EUR"),
		  { ITEM("a", SUBSCRIPTION_YEAR, 1, 1, 1) } },
	};
	struct subscription_memory memories[COUNT_OF(rows)];
	const struct subscription_memory *all[COUNT_OF(rows)];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		memories[i] = contract_memory(&rows[i]);
		all[i] = &memories[i];
	}
	const struct recurring got = sum_of(all, COUNT_OF(rows));
	assert_int_equal(got.amounts.count, 2); /* 1/12 of a cent is nothing */
	assert_string_equal(got.amounts.list[0].currency, "JPY");
	assert_int_equal(got.amounts.list[0].minor, 1);
	assert_string_equal(got.amounts.list[1].currency, "USD");
	assert_int_equal(got.amounts.list[1].minor, 1);
}

static void what_cannot_be_told_is_refused(void **state)
{
	const struct contract row = {
		"", 0, ACTIVE, { MONTHLY(SUBSCRIPTION_AMOUNT_MAX, SUBSCRIPTION_QUANTITY_MAX) }
	};
	const struct subscription_memory memory = contract_memory(&row);
	const struct subscription_memory *const all[] = { &memory };
	struct recurring recurring;
	const char *reason;

	(void)state;
	assert_false(recurring_of(arena, all, 1, &policy, &currencies, (struct instant){ 0 },
	                          &recurring, &reason));
	assert_string_equal(reason, "subscriptions: come to more than 64 bits hold");
}

static void what_changes_by_itself_has_its_instant(void **state)
{
	const struct contract rows[] = {
		{ "",
		  0,
		  ACTIVE,
		  { MONTHLY(2000, 3) },
		  { PERCENT(500000, SUBSCRIPTION_REPEATING, JANUARY_10 + 5) } },
		{ "",
		  0,
		  IN(SUBSCRIPTION_PAST_DUE, "USD"),
		  { MONTHLY(2000, 3) },
		  { { 0 } },
		  false,
		  60 },
	};
	const struct subscription_memory first = contract_memory(&rows[0]);
	const struct subscription_memory second = contract_memory(&rows[1]);
	const struct subscription_memory *const all[] = { &second, &first };
	struct moment next;

	(void)state;
	next = recurring_next(all, 2, &policy, (struct instant){ JANUARY_10 });
	assert_int_equal(next.at.us, JANUARY_10 + 5);
	next = recurring_next(all, 2, &policy, next.at);
	assert_int_equal(next.at.us, JANUARY_10 + 2 * DAY_US);
	assert_false(recurring_next(all, 2, &policy, next.at).has);
}

/* The one movement of a day. */
static const char *moved(struct recurring_customer *customer, int64_t day)
{
	struct recurring_movement movements[RECURRING_MOVEMENTS_MAX];

	assert_int_equal(recurring_day_end(customer, day, movements), 1);
	return arena_printf(arena, "%s %s %" PRId64, recurring_kind_names[movements[0].kind],
	                    movements[0].currency, movements[0].minor);
}

/* Vector 28: item A goes and item B comes in one transaction, and the price is higher. */
static void a_plan_that_is_swapped_is_an_expansion(void **state)
{
	const struct contract before = { "", 0, ACTIVE, { MONTHLY(2000, 3) } };
	const struct contract after = {
		"", 0, ACTIVE, { ITEM("b", SUBSCRIPTION_MONTH, 1, 3000, 3) }
	};
	const struct subscription_memory old = contract_memory(&before);
	const struct subscription_memory new = contract_memory(&after);
	const struct subscription_memory *const all[] = { &old, &new };
	struct recurring_customer customer = { .day = 20000 };

	(void)state;
	customer.now = sum_of(&all[0], 1).amounts;
	assert_string_equal(moved(&customer, 20001), "new USD 6000");
	customer.now =
	    (struct recurring_amounts){ .count = 0 }; /* between two events of the same day */
	customer.now = sum_of(&all[1], 1).amounts;
	assert_string_equal(moved(&customer, 20002), "expansion USD 3000");
	customer.now = (struct recurring_amounts){ .count = 0 };
	assert_string_equal(moved(&customer, 20003), "churn USD 9000");
	customer.now = sum_of(&all[1], 1).amounts;
	assert_string_equal(moved(&customer, 20004), "reactivation USD 9000");
}

static const struct bent_document bent[] = {
	{ "a rounding that nobody knows", "half_up", "half_down",
	  "rounding: must be one of: half_up half_even" },
	{ "a reporting currency that nobody knows", "\"USD\"", "\"USX\"",
	  "reporting_currency: must be a currency as USD" },
	{ "a debt of two years", "62d", "731d",
	  "past_due_at_most: must be between 0s and 31622400s" },
	{ "no effective date", "\"effective_from\": \"1970-01-01T00:00:00Z\",", "",
	  "effective_from: is missing" },
	{ "a word that nobody knows", "collection_paused_counts", "collection_counts",
	  "collection_counts: is not known" },
};

static void what_is_wrong_with_a_policy_is_named(void **state)
{
	(void)state;
	policy_fixture_refuses(arena, &mrr_policy_kind,
	                       policy_fixture_text(arena, "mrr/standard-1.json"), bent,
	                       COUNT_OF(bent));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_contract_brings_so_much_a_month),
		cmocka_unit_test(decimals_packages_meters_and_tiers_are_what_they_are),
		cmocka_unit_test(a_discount_for_a_product_leaves_the_others),
		cmocka_unit_test(a_customer_is_rounded_once_and_by_currency),
		cmocka_unit_test(what_cannot_be_told_is_refused),
		cmocka_unit_test(what_changes_by_itself_has_its_instant),
		cmocka_unit_test(a_plan_that_is_swapped_is_an_expansion),
		cmocka_unit_test(what_is_wrong_with_a_policy_is_named),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
