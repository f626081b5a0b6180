/*
 * decode_order_test - the orders of an account: read, sorted, and what is wrong with its place.
 */
#include "common/base/text.h"
#include "services/ingest/decode.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ACCOUNT(orders) "{\"id\":\"acme\",\"stripe_customers\":[\"cus_1\"],\"orders\":" orders "}"
#define HEAD "\"id\":\"o-1\",\"version\":1,\"customer\":\"cus_1\",\"from\":\"2026-01-01T00:00:00Z\""

static void orders_are_read_in_their_order(void **state)
{
	static const char body[] =
	    ACCOUNT("[{\"id\":\"o-1\",\"version\":2,\"customer\":\"cus_1\",\"product\":\"prod_1\","
	            "\"quantity\":10,\"unit_amount\":1200,\"currency\":\"usd\","
	            "\"from\":\"2026-02-01T00:00:00Z\",\"until\":\"2027-02-01T00:00:00Z\"},"
	            "{" HEAD ",\"price\":\"price_1\",\"quantity\":5}]");
	struct account_body account;
	struct refusal refusal;

	(void)state;
	assert_true(decode_account(arena, bytes_of(body), &account, &refusal));
	assert_int_equal(account.order_count, 2);
	assert_int_equal(account.orders[0].version, 1);
	assert_string_equal(account.orders[0].price, "price_1");
	assert_false(account.orders[0].has_unit);
	assert_int_equal(account.orders[0].until.us, TIME_MAX.us);
	assert_int_equal(account.orders[1].unit_amount, 1200);
	assert_string_equal(account.orders[1].currency, "USD");
	assert_string_equal(account.orders[1].product, "prod_1");
}

static void what_is_no_order_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *field;
	} rows[] = {
		{ ACCOUNT("{}"), "orders" },
		{ ACCOUNT("[7]"), "orders[0]" },
		{ ACCOUNT("[{" HEAD "}]"), "orders[0].price" },
		{ ACCOUNT("[{" HEAD ",\"price\":\"p\"}]"), "orders[0]" },
		{ ACCOUNT("[{" HEAD ",\"price\":\"p\",\"product\":\"q\",\"quantity\":1}]"),
		  "orders[0].price" },
		{ ACCOUNT("[{" HEAD ",\"price\":\"p\",\"quantity\":-1}]"), "orders[0].quantity" },
		{ ACCOUNT("[{" HEAD ",\"price\":\"p\",\"unit_amount\":5}]"), "orders[0].currency" },
		{ ACCOUNT("[{" HEAD ",\"price\":\"p\",\"unit_amount\":1.5,\"currency\":\"usd\"}]"),
		  "orders[0].unit_amount" },
		{ ACCOUNT("[{" HEAD ",\"price\":\"p\",\"unit_amount\":5,\"currency\":\"zzz\"}]"),
		  "orders[0].currency" },
		{ ACCOUNT("[{" HEAD ",\"price\":\"p\",\"currency\":\"usd\"}]"),
		  "orders[0].unit_amount" },
		{ ACCOUNT("[{" HEAD
		          ",\"price\":\"p\",\"quantity\":1,\"until\":\"2026-01-01T00:00:00Z\"}]"),
		  "orders[0].until" },
		{ ACCOUNT("[{" HEAD ",\"price\":\"p\",\"quantity\":1,\"colour\":1}]"),
		  "orders[0].colour" },
		{ ACCOUNT("[{\"id\":\"o\",\"version\":0,\"customer\":\"cus_1\"}]"),
		  "orders[0].version" },
		{ ACCOUNT("[{\"id\":\"o\",\"version\":1,\"customer\":\"cus_2\",\"price\":\"p\","
		          "\"quantity\":1,\"from\":\"2026-01-01T00:00:00Z\"}]"),
		  "orders[0].customer" },
		{ ACCOUNT("[{" HEAD ",\"price\":\"p\",\"quantity\":1},{" HEAD
		          ",\"price\":\"q\",\"quantity\":1}]"),
		  "orders" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct refusal refusal = { .field = "", .reason = "" };
		struct account_body account;

		if (decode_account(arena, bytes_of(rows[i].text), &account, &refusal) ||
		    !text_equal(refusal.field, rows[i].field))
			fail_msg("%s: %s %s", rows[i].text, refusal.field, refusal.reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_are_read_in_their_order),
		cmocka_unit_test(what_is_no_order_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
