/*
 * billing_tiers_stage_test - seats of a price in tiers in the stage `customer`: what of them does not agree is worth what
 * the tiers say, once a price with its tiers was uploaded.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name
#define TIERED "\"billing_scheme\":\"tiered\",\"tiers_mode\":\"graduated\""

static const char price[] =
    "{\"id\":\"price_1\",\"object\":\"price\",\"product\":\"prod_1\",\"currency\":\"usd\"," TIERED
    ",\"tiers\":[{\"up_to\":10,\"unit_amount\":500},{\"up_to\":null,\"unit_amount\":300}],"
    "\"recurring\":{\"interval\":\"month\",\"interval_count\":1}}";

static void feed_subscription(void)
{
	customer_feed(
	    "subscription", "sub_1", 1, "active",
	    arena_printf(
		customer_stage.arena,
		"{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"%s\","
		"\"status\":\"active\",\"currency\":\"usd\",\"items\":{\"object\":\"list\",\"data\":[{"
		"\"id\":\"si_1\",\"quantity\":12,\"price\":{\"id\":\"price_1\",\"product\":\"prod_1\","
		"\"currency\":\"usd\"," TIERED
		",\"recurring\":{\"interval\":\"month\",\"interval_count\":1}}}]}}",
		customer_key));
}

/* A month of a tier from the day on which tests begin. */
static const char *line(int tier, int quantity, int amount)
{
	return arena_printf(
	    customer_stage.arena,
	    "{\"id\":\"il_%d\",\"object\":\"line_item\",\"amount\":%d,\"currency\":\"usd\","
	    "\"quantity\":%d,\"proration\":false,\"subscription\":\"sub_1\","
	    "\"subscription_item\":\"si_1\",\"period\":{\"start\":%lld,\"end\":%lld},"
	    "\"price\":{\"id\":\"price_1\"," TIERED ",\"currency\":\"usd\"}}",
	    tier, amount, quantity, 20000LL * 86400, 20030LL * 86400);
}

/* Ten seats for 5.00 each, and four for 3.00: two too many. */
static void feed_invoice(int64_t revision, const char *status)
{
	customer_feed(
	    "invoice", "in_1", revision, status,
	    arena_printf(customer_stage.arena,
	                 "{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"%s\","
	                 "\"status\":\"%s\",\"currency\":\"usd\",\"created\":%lld,"
	                 "\"subscription\":\"sub_1\",\"subtotal\":6200,\"total\":6200,"
	                 "\"amount_due\":6200,\"lines\":{\"object\":\"list\",\"has_more\":false,"
	                 "\"data\":[%s,%s]}}",
	                 customer_key, status, 20000LL * 86400, line(1, 10, 5000),
	                 line(2, 4, 1200)));
}

static const Opsmesh__V1__BillingEvent *next_of(Opsmesh__V1__BillingEvent__FactCase wanted)
{
	const Opsmesh__V1__BillingEvent *event;

	do {
		event = customer_heard();
		CHECK(event != NULL);
	} while (event->fact_case != wanted);
	return event;
}

static void seats_are_worth_what_the_tiers_say(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	customer_feed("price", "price_1", 1, "", price);
	feed_subscription();
	feed_invoice(1, "open");
	event = next_of(FACT(DISCREPANCY_OPENED));
	assert_string_equal(event->discrepancy_opened->cause, "seats_billed");
	assert_int_equal(event->discrepancy_opened->expected->minor, 5600);
	assert_int_equal(event->discrepancy_opened->found->minor, 6200);
	assert_int_equal(event->discrepancy_opened->found_count, 14);
	assert_null(customer_heard());
}

/* Until then they are told in seats; the next state of the invoice is held against the tiers. */
static void tiers_that_come_later_are_found_by_the_next_state(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_subscription();
	feed_invoice(1, "open");
	event = next_of(FACT(DISCREPANCY_OPENED));
	assert_null(event->discrepancy_opened->expected);
	assert_int_equal(event->discrepancy_opened->found_count, 14);
	customer_feed("price", "price_1", 1, "", price);
	feed_invoice(2, "paid");
	event = next_of(FACT(DISCREPANCY_GROWN));
	assert_int_equal(event->discrepancy_grown->found->minor, 6200);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(seats_are_worth_what_the_tiers_say, customer_start,
		                                customer_stop),
		cmocka_unit_test_setup_teardown(tiers_that_come_later_are_found_by_the_next_state,
		                                customer_start, customer_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
