/*
 * billing_subscription_test - subscriptions as the provider says them, in both shapes of its API.
 */
#include "services/billing-sync/subscription/subscription.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/bent_document.h"
#include "tests/support/subscription_fixture.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Older APIs: the period on the subscription, `start`, plans, one discount. */
static const char older[] =
    "{\"id\":\"sub_2\",\"customer\":{\"id\":\"cus_2\"},\"status\":\"trialing\","
    "\"start\":1767225600,\"trial_end\":1769904000,\"current_period_start\":1767225600,"
    "\"current_period_end\":1769904000,\"cancel_at_period_end\":true,\"canceled_at\":1767312000,"
    "\"discount\":{\"id\":\"di_1\",\"end\":1772323200,\"coupon\":{\"id\":\"HALF\","
    "\"percent_off\":33.33,\"duration\":\"repeating\"}},\"items\":{\"data\":[{\"id\":\"si_9\","
    "\"quantity\":7,\"plan\":{\"id\":\"plan_y\",\"product\":\"prod_y\",\"currency\":\"jpy\","
    "\"amount\":120000,\"interval\":\"year\",\"interval_count\":1}},{\"id\":\"si_8\","
    "\"plan\":{\"id\":\"plan_m\",\"product\":\"prod_m\",\"currency\":\"jpy\",\"amount\":null,"
    "\"amount_decimal\":\"0.00125\",\"interval\":\"month\",\"usage_type\":\"metered\"}}]}}";

static bool reads(const char *text, struct subscription *subscription, struct json_error *error)
{
	AUTO_JSON parsed = NULL;

	assert_true(json_parse(bytes_of(text), 1 << 20, &parsed, error));
	const struct json_place top = json_top(parsed);
	return subscription_read(arena, &top, subscription, error);
}

static void a_discount_that_a_list_names_and_a_field_tells_is_known(void **state)
{
	static const char head[] = "{\"id\":\"sub_3\",\"customer\":\"cus_3\",\"status\":\"active\","
				   "\"currency\":\"usd\",\"items\":{\"data\":[]},";
	static const char whole[] =
	    "\"discount\":{\"id\":\"di_1\",\"coupon\":{\"id\":\"co_1\",\"percent_off\":20,"
	    "\"duration\":\"forever\"}}}";
	struct subscription both;
	struct json_error error;

	(void)state;
	assert_true(
	    reads(arena_printf(arena, "%s\"discounts\":[\"di_1\",\"di_2\"],%s", head, whole), &both,
	          &error));
	assert_int_equal(both.discount_count, 2);
	assert_int_equal(both.discounts[0].kind, SUBSCRIPTION_DISCOUNT_PERCENT);
	assert_int_equal(both.discounts[0].ppm, 200000);
	assert_string_equal(both.discounts[0].id, "di_1");
	assert_int_equal(both.discounts[1].kind, SUBSCRIPTION_DISCOUNT_UNKNOWN);
	assert_string_equal(both.discounts[1].id, "di_2");
}

static void both_shapes_of_the_api_are_read(void **state)
{
	const struct subscription now = subscription_fixture_read(arena, subscription_fixture);
	const struct subscription old = subscription_fixture_read(arena, older);

	(void)state;
	assert_string_equal(now.currency, "USD");
	assert_int_equal(now.item_count, 1);
	assert_int_equal(now.items[0].quantity, 3);
	assert_int_equal(now.items[0].price.unit.digits, 2000);
	assert_int_equal(now.items[0].price.unit.decimals, 0);
	assert_int_equal(now.items[0].period_end.at.us, INT64_C(1769904000000000));
	assert_int_equal(now.discount_count, 0);
	assert_string_equal(old.customer, "cus_2");
	assert_string_equal(old.currency, "JPY");
	assert_int_equal(old.item_count, 2);
	assert_string_equal(old.items[0].id, "si_8");
	assert_true(old.items[0].price.metered);
	assert_int_equal(old.items[0].quantity, 0);
	assert_int_equal(old.items[0].price.unit.digits, 125);
	assert_int_equal(old.items[0].price.unit.decimals, 5);
	assert_int_equal(old.items[1].price.interval, SUBSCRIPTION_YEAR);
	assert_int_equal(old.items[1].period_end.at.us, INT64_C(1769904000000000));
	assert_int_equal(old.discount_count, 1);
	assert_int_equal(old.discounts[0].ppm, 333300);
	assert_int_equal(old.discounts[0].duration, SUBSCRIPTION_REPEATING);
	assert_true(old.discounts[0].end.has);
	assert_int_equal(old.canceled_at.at.us, INT64_C(1767312000000000));
	assert_int_equal(old.start.at.us, INT64_C(1767225600000000));
	assert_false(old.ended_at.has);
}

#define ITEM_DISCOUNTS "\"current_period_end\":1769904000,\"discounts\":[]"
#define WITH_DISCOUNT(inside) "\"current_period_end\":1769904000,\"discounts\":[" inside "]"

static const struct bent_document bent[] = {
	{ "an unknown status", "active", "sleeping",
	  "status: must be one of: incomplete incomplete_expired trialing active past_due unpaid "
	  "canceled paused" },
	{ "no customer", "\"cus_1\"", "null", "customer: is missing" },
	{ "no id", "\"id\":\"sub_1\"", "\"id\":null", "id: is missing" },
	{ "a negative quantity", "\"quantity\":3", "\"quantity\":-3",
	  "items.data[0].quantity: must be between 0 and 999999999999" },
	{ "a currency that differs within", "\"currency\":\"usd\",\"unit",
	  "\"currency\":\"eur\",\"unit",
	  "items.data[0].price.currency: is not the subscription's" },
	{ "an unknown currency", "\"currency\":\"usd\",\"start", "\"currency\":\"xyz\",\"start",
	  "currency: is not a known currency" },
	{ "a price without its interval", "\"recurring\":{", "\"rare\":{",
	  "items.data[0].price.recurring: is missing" },
	{ "an interval of no length", "\"interval_count\":1", "\"interval_count\":0",
	  "items.data[0].price.recurring.interval_count: must be between 1 and 1096" },
	{ "an amount that is no number", "\"2000\"", "\"20e3\"",
	  "items.data[0].price.unit_amount_decimal: must be a number of at most 18 digits and 12 "
	  "decimals" },
	{ "a negative amount", "\"unit_amount\":2000", "\"unit_amount\":-1",
	  "items.data[0].price.unit_amount: must be between 0 and 999999999999" },
	{ "a vast amount", "\"2000\"", "\"1000000000000\"",
	  "items.data[0].price.unit_amount_decimal: must be at most 999999999999" },
	{ "a percentage above 100", ITEM_DISCOUNTS,
	  WITH_DISCOUNT("{\"coupon\":{\"id\":\"c\",\"duration\":\"once\",\"percent_off\":100.5}}"),
	  "items.data[0].discounts[0].coupon.percent_off: must be above 0 and at most 100" },
	{ "a percentage of nothing", ITEM_DISCOUNTS,
	  WITH_DISCOUNT("{\"coupon\":{\"id\":\"c\",\"duration\":\"once\",\"percent_off\":0.0}}"),
	  "items.data[0].discounts[0].coupon.percent_off: must be above 0 and at most 100" },
	{ "a percentage too fine", ITEM_DISCOUNTS,
	  WITH_DISCOUNT(
	      "{\"coupon\":{\"id\":\"c\",\"duration\":\"once\",\"percent_off\":1.00001}}"),
	  "items.data[0].discounts[0].coupon.percent_off: must be a number above 0 of at most 4 "
	  "decimals" },
	{ "a discount that is a number", ITEM_DISCOUNTS, WITH_DISCOUNT("5"),
	  "items.data[0].discounts[0]: must be an object or an id" },
	{ "a time before 1970", "\"start_date\":1767225600", "\"start_date\":-1",
	  "start_date: must be between 0 and 253402300799" },
	{ "a product that is expanded", "\"prod_a\"", "{\"id\":\"prod_a\",\"name\":\"x\"}", NULL },
	{ "a discount that is only named", ITEM_DISCOUNTS, WITH_DISCOUNT("\"di_1\""), NULL },
	{ "a percentage that is whole", ITEM_DISCOUNTS,
	  WITH_DISCOUNT("{\"source\":{\"coupon\":{\"id\":\"c\",\"duration\":\"forever\","
	                "\"percent_off\":25}}}"),
	  NULL },
	{ "a price in tiers", "\"unit_amount\":2000,\"unit_amount_decimal\":\"2000\"",
	  "\"unit_amount\":null,\"unit_amount_decimal\":null", NULL },
	{ "a period that ends before it begins", "\"current_period_end\":1769904000",
	  "\"current_period_end\":1", NULL },
};

static void what_is_wrong_is_refused_with_field_and_reason(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bent); i++) {
		struct json_error error = { .path = "" };
		char reason[JSON_ERROR_SIZE] = "";
		struct subscription subscription;
		const bool good = reads(document_bend(arena, subscription_fixture, &bent[i]),
		                        &subscription, &error);

		json_error_text(&error, reason);
		if (good ? bent[i].want == NULL : text_equal(reason, bent[i].want))
			continue;
		print_error("%s: %s\n", bent[i].name, good ? "is taken" : reason);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void a_period_that_ends_before_it_begins_is_left_out(void **state)
{
	struct json_error error;
	struct subscription subscription;
	const struct bent_document backwards = { "", "\"current_period_end\":1769904000",
		                                 "\"current_period_end\":1", NULL };

	(void)state;
	assert_true(
	    reads(document_bend(arena, subscription_fixture, &backwards), &subscription, &error));
	assert_true(subscription.odd_period);
	assert_false(subscription_period_end(&subscription).has);
}

static void a_subscription_survives_its_bytes(void **state)
{
	const char *const texts[] = { subscription_fixture, older };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const struct subscription subscription = subscription_fixture_read(arena, texts[i]);
		const struct bytes bytes = subscription_encode(arena, &subscription);
		struct subscription decoded;

		assert_true(subscription_decode(arena, bytes, &decoded));
		assert_true(bytes_equal(subscription_encode(arena, &decoded), bytes));
		for (size_t size = 0; size < bytes.size; size++)
			assert_false(subscription_decode(arena, (struct bytes){ bytes.data, size },
			                                 &decoded));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_shapes_of_the_api_are_read),
		cmocka_unit_test(a_discount_that_a_list_names_and_a_field_tells_is_known),
		cmocka_unit_test(what_is_wrong_is_refused_with_field_and_reason),
		cmocka_unit_test(a_period_that_ends_before_it_begins_is_left_out),
		cmocka_unit_test(a_subscription_survives_its_bytes),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
