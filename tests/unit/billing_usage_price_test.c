/*
 * billing_usage_price_test - what a metered price makes of a quantity: by unit, in packages, in tiers.
 */
#include "common/base/text.h"
#include "services/billing-sync/usage/usage_price.h"
#include "tests/support/arena_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HEAD "\"id\":\"price_1\",\"currency\":\"usd\","
#define RECURRING                                                                     \
	"\"recurring\":{\"interval\":\"month\",\"usage_type\":\"metered\",\"meter\":" \
	"\"mtr_1\"}"
#define TIERED(mode, tiers)                                                              \
	"{" HEAD RECURRING ",\"billing_scheme\":\"tiered\",\"tiers_mode\":\"" mode "\"," \
	"\"tiers\":[" tiers "]}"
#define TIERS                                                                   \
	"{\"up_to\":100,\"unit_amount\":10},"                                   \
	"{\"up_to\":1000,\"unit_amount_decimal\":\"7.5\",\"flat_amount\":500}," \
	"{\"up_to\":null,\"unit_amount_decimal\":\"0.125\",\"flat_amount_decimal\":\"2\"}"
#define BY_UNIT(fields) "{" HEAD RECURRING "," fields "}"
#define PLAN(fields) \
	"{" HEAD "\"interval\":\"month\",\"usage_type\":\"metered\",\"meter\":\"mtr_1\"," fields "}"

static bool read(const char *json, struct usage_price *price, struct json_error *error)
{
	AUTO_JSON document = NULL;

	assert_true(json_parse(bytes_of(json), 65536, &document, error));
	const struct json_place top = json_top(document);

	return usage_price_read(arena, &top, price, error);
}

static const struct {
	const char *name;
	const char *json;
	int64_t quantity;
	int64_t amount;
} values[] = {
	{ "each unit costs as much", BY_UNIT("\"unit_amount\":25"), 3, 75 },
	{ "half a unit of money is rounded up, once", BY_UNIT("\"unit_amount_decimal\":\"2.5\""), 3,
	  8 },
	{ "a thousand small parts are rounded as one",
	  BY_UNIT("\"unit_amount_decimal\":\"0.0004\""), 1000, 0 },
	{ "and where they come to half, up", BY_UNIT("\"unit_amount_decimal\":\"0.0005\""), 1000,
	  1 },
	{ "nothing used costs nothing", BY_UNIT("\"unit_amount\":25"), 0, 0 },
	{ "more taken back than used costs nothing", BY_UNIT("\"unit_amount\":25"), -3, 0 },
	{ "a begun package counts where it is rounded up",
	  BY_UNIT("\"unit_amount\":25,\"transform_quantity\":{\"divide_by\":10,\"round\":\"up\"}"),
	  11, 50 },
	{ "and not where it is rounded down",
	  BY_UNIT(
	      "\"unit_amount\":25,\"transform_quantity\":{\"divide_by\":10,\"round\":\"down\"}"),
	  19, 25 },
	{ "the older plan says the same by other names",
	  PLAN("\"amount\":25,\"transform_usage\":{\"divide_by\":10,\"round\":\"up\"}"), 11, 50 },
	{ "the first graduated tier", TIERED("graduated", TIERS), 100, 1000 },
	{ "a unit in the second one costs what that says, and its flat amount",
	  TIERED("graduated", TIERS), 101, 1508 },
	{ "all tiers are summed before they are rounded", TIERED("graduated", TIERS), 1004, 8253 },
	{ "of volume tiers the one reached holds for all", TIERED("volume", TIERS), 101, 1258 },
	{ "its own last unit is within a tier", TIERED("volume", TIERS), 100, 1000 },
	{ "beyond all bounds the last one holds", TIERED("volume", TIERS), 2000, 252 },
	{ "nothing used reaches no tier", TIERED("graduated", TIERS), 0, 0 },
};

static void a_quantity_is_worth_what_the_price_says(void **state)
{
	struct usage_price price;
	struct json_error error;
	int64_t amount;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		assert_true(read(values[i].json, &price, &error));
		if (!usage_price_value(&price, values[i].quantity, &amount) ||
		    amount != values[i].amount)
			fail_msg("%s: %lld", values[i].name, (long long)amount);
		assert_true(price.metered);
		assert_string_equal(price.meter, "mtr_1");
	}
}

static void a_price_is_written_and_read_again(void **state)
{
	struct usage_price price;
	struct usage_price again;
	struct json_error error;
	int64_t amount;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		assert_true(read(values[i].json, &price, &error));
		const struct bytes bytes = usage_price_encode(arena, &price);

		assert_true(usage_price_decode(arena, bytes, &again));
		assert_true(usage_price_value(&again, values[i].quantity, &amount));
		assert_int_equal(amount, values[i].amount);
		assert_true(bytes_equal(bytes, usage_price_encode(arena, &again)));
		assert_false(usage_price_decode(arena, (struct bytes){ bytes.data, bytes.size - 1 },
		                                &again));
	}
}

static void what_is_not_told_is_not_guessed(void **state)
{
	static const char *const unknown[] = {
		TIERED("graduated", ""),
		"{" HEAD RECURRING ",\"billing_scheme\":\"tiered\",\"tiers_mode\":\"volume\"}",
		BY_UNIT("\"unit_amount\":null"),
	};
	struct usage_price price;
	struct json_error error;
	int64_t amount;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(unknown); i++) {
		assert_true(read(unknown[i], &price, &error));
		assert_false(usage_price_known(&price));
		assert_false(usage_price_value(&price, 5, &amount));
	}
	assert_true(read(BY_UNIT("\"unit_amount\":999999999999"), &price, &error));
	assert_true(usage_price_value(&price, 1000, &amount));
	assert_false(usage_price_value(&price, 1001000, &amount));
	assert_false(usage_price_value(&price, INT64_MAX, &amount));
}

static void a_price_that_is_wrong_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *json;
		const char *path;
	} rows[] = {
		{ TIERED("graduated", "{\"unit_amount\":1},{\"unit_amount\":2}"),
		  "tiers[0].up_to" },
		{ TIERED("graduated", "{\"up_to\":5,\"unit_amount\":1},{\"up_to\":5},{}"),
		  "tiers[1].up_to" },
		{ TIERED("graduated", "{\"up_to\":5,\"unit_amount\":1}"), "tiers[0].up_to" },
		{ TIERED("graduated", "{\"unit_amount\":-1}"), "tiers[0].unit_amount" },
		{ TIERED("graduated", "{\"flat_amount_decimal\":\"1e3\"}"),
		  "tiers[0].flat_amount_decimal" },
		{ TIERED("steep", "{}"), "tiers_mode" },
		{ BY_UNIT("\"unit_amount\":1,\"billing_scheme\":\"free\""), "billing_scheme" },
		{ BY_UNIT("\"transform_quantity\":{\"divide_by\":0,\"round\":\"up\"}"),
		  "transform_quantity.divide_by" },
		{ "{\"id\":\"price_1\"," RECURRING "}", "currency" },
	};
	struct usage_price price;
	struct json_error error;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (read(rows[i].json, &price, &error))
			fail_msg("%s is taken", rows[i].path);
		assert_string_equal(error.path, rows[i].path);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quantity_is_worth_what_the_price_says),
		cmocka_unit_test(a_price_is_written_and_read_again),
		cmocka_unit_test(what_is_not_told_is_not_guessed),
		cmocka_unit_test(a_price_that_is_wrong_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
