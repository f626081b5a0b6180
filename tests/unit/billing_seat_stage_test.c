/*
 * billing_seat_stage_test - subscriptions against their invoices in the stage `customer`: a seat count that
 * disagrees is a case, and heals.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/customer_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

/* Of events of the provider's; each an instant on the day that tests begin with. */
static const char *subscription(int quantity)
{
	return arena_printf(
	    customer_stage.arena,
	    "{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"%s\",\"status\":\"active\","
	    "\"currency\":\"usd\",\"items\":{\"object\":\"list\",\"data\":[{\"id\":\"si_1\","
	    "\"quantity\":%d,\"price\":{\"id\":\"price_1\",\"product\":\"prod_1\",\"currency\":\"usd\","
	    "\"unit_amount\":1000,\"recurring\":{\"interval\":\"month\",\"interval_count\":1}}}]}}",
	    customer_key, quantity);
}

/* A month that begins when tests do. */
static long long start_day = 20000; /* of what is billed */

static const char *invoice(const char *status, int quantity, int unit)
{
	const long long start = start_day * 86400;

	return arena_printf(
	    customer_stage.arena,
	    "{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"%s\",\"status\":\"%s\","
	    "\"currency\":\"usd\",\"created\":%lld,\"subscription\":\"sub_1\",\"subtotal\":%d,\"total\":%d,\"amount_due\":%d,"
	    "\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\","
	    "\"object\":\"line_item\",\"amount\":%d,\"currency\":\"usd\",\"quantity\":%d,"
	    "\"proration\":false,\"subscription\":\"sub_1\",\"subscription_item\":\"si_1\","
	    "\"period\":{\"start\":%lld,\"end\":%lld},\"price\":{\"id\":\"price_1\","
	    "\"billing_scheme\":\"per_unit\",\"unit_amount\":%d,\"currency\":\"usd\"}}]}}",
	    customer_key, status, start, quantity * unit, quantity * unit, quantity * unit,
	    quantity * unit, quantity, start, start + 30LL * 86400, unit);
}

static void feed_subscription(int64_t revision, int quantity)
{
	customer_feed("subscription", "sub_1", revision, "active", subscription(quantity));
}

static void feed_earlier(int quantity)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored made =
	    customer_mirrored("subscription", "sub_1", 0, "active", subscription(quantity));

	event.customer_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena,
	                                    (struct instant){ DAYS(20000).us + SECONDS(1).us });
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_EARLIER;
	event.earlier = &made;
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
}

/* The next fact of this kind; NULL: there is none. */
static const Opsmesh__V1__BillingEvent *heard_of(Opsmesh__V1__BillingEvent__FactCase wanted)
{
	const Opsmesh__V1__BillingEvent *event;

	do {
		event = customer_heard();
	} while (event != NULL && event->fact_case != wanted);
	return event;
}

static const Opsmesh__V1__BillingEvent *next_of(Opsmesh__V1__BillingEvent__FactCase wanted)
{
	const Opsmesh__V1__BillingEvent *const event = heard_of(wanted);

	CHECK(event != NULL);
	return event;
}

/* What is unexplained in dollars, as a close is told. */
static int64_t stands_unexplained(void)
{
	static int64_t number = 0;
	const Opsmesh__V1__ShardFigured *const figured = customer_cut("2024-10-05", ++number);

	return figured->n_unexplained > 0 ? figured->unexplained[0]->minor : 0;
}

static void a_seat_count_that_disagrees_with_its_invoice_is_a_case(void **state)
{
	(void)state;
	feed_subscription(1, 4);
	customer_feed("invoice", "in_1", 1, "open", invoice("open", 5, 1000));
	const Opsmesh__V1__BillingEvent *event = next_of(FACT(DISCREPANCY_OPENED));

	assert_string_equal(event->discrepancy_opened->cause, "seats_billed");
	assert_int_equal(event->discrepancy_opened->found->minor, 5000);
	assert_int_equal(event->discrepancy_opened->expected_count, 4);
	assert_int_equal(event->discrepancy_opened->found_count, 5);
	assert_string_equal(event->discrepancy_opened->object_ids[0], "in_1");
	assert_int_equal(event->discrepancy_opened->expected->minor, 4000);
	assert_string_equal(event->discrepancy_opened->expected->currency, "USD");
	assert_int_equal(stands_unexplained(), 1000);
	assert_non_null(strstr(event->discrepancy_opened->sentence,
	                       "5 seats are billed where 4 were in force"));
	customer_feed("invoice", "in_1", 2, "paid", invoice("paid", 5, 1000));
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
	customer_feed("invoice", "in_1", 3, "void", invoice("void", 5, 1000));
	event = next_of(FACT(DISCREPANCY_HEALED));
	assert_string_equal(event->discrepancy_healed->cause, "seats_billed");
	assert_int_equal(stands_unexplained(), 0);
}

static void the_invoice_first_and_the_subscription_after_is_the_same_case(void **state)
{
	(void)state;
	customer_feed("invoice", "in_1", 1, "open", invoice("open", 5, 1000));
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
	feed_subscription(1, 4);
	assert_string_equal(next_of(FACT(DISCREPANCY_OPENED))->discrepancy_opened->cause,
	                    "seats_billed");
}

static void what_it_was_before_is_what_was_billed_then(void **state)
{
	(void)state;
	customer_feed("invoice", "in_1", 1, "open", invoice("open", 5, 1000));
	for (int i = 0; i < 10; i++)
		customer_feed("product", "prod_1", i + 1, "", "{}");
	feed_subscription(2, 5);
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
	feed_earlier(4);
	assert_string_equal(next_of(FACT(DISCREPANCY_OPENED))->discrepancy_opened->cause,
	                    "seats_billed");
}

static void a_price_that_is_not_the_plans_is_a_case_with_its_amounts(void **state)
{
	(void)state;
	feed_subscription(1, 5);
	customer_feed("invoice", "in_1", 1, "open", invoice("open", 5, 1200));
	const Opsmesh__V1__BillingEvent *const event = next_of(FACT(DISCREPANCY_OPENED));

	assert_string_equal(event->discrepancy_opened->cause, "price_billed");
	assert_int_equal(event->discrepancy_opened->expected->minor, 5000);
	assert_int_equal(event->discrepancy_opened->found->minor, 6000);
	assert_string_equal(event->discrepancy_opened->found->currency, "USD");
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
}

/* Five seats at a price, and an invoice of a month of them. */

static void feed_plan(int64_t revision, const char *price, int unit)
{
	customer_feed(
	    "subscription", "sub_1", revision, "active",
	    arena_printf(
		customer_stage.arena,
		"{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"%s\","
		"\"status\":\"active\",\"currency\":\"usd\",\"items\":{\"object\":\"list\","
		"\"data\":[{\"id\":\"si_1\",\"quantity\":5,\"price\":{\"id\":\"%s\","
		"\"product\":\"prod_1\",\"currency\":\"usd\",\"unit_amount\":%d,"
		"\"recurring\":{\"interval\":\"month\",\"interval_count\":1}}}]}}",
		customer_key, price, unit));
}

static void feed_bill(const char *status, const char *id, long long from_day, long long until_day,
                      const char *price, int unit)
{
	static int64_t revision = 0;
	const long long start = from_day * 86400;

	customer_feed(
	    "invoice", id, ++revision, status,
	    arena_printf(
		customer_stage.arena,
		"{\"id\":\"%s\",\"object\":\"invoice\",\"customer\":\"%s\","
		"\"status\":\"%s\",\"currency\":\"usd\",\"created\":%lld,"
		"\"subscription\":\"sub_1\",\"subtotal\":%d,\"total\":%d,\"amount_due\":%d,"
		"\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_%s\","
		"\"object\":\"line_item\",\"amount\":%d,\"currency\":\"usd\",\"quantity\":5,"
		"\"proration\":false,\"subscription\":\"sub_1\",\"subscription_item\":\"si_1\","
		"\"period\":{\"start\":%lld,\"end\":%lld},\"price\":{\"id\":\"%s\","
		"\"billing_scheme\":\"per_unit\",\"unit_amount\":%d,\"currency\":\"usd\"}}]}}",
		id, customer_key, status, start + 120, 5 * unit, 5 * unit, 5 * unit, id, 5 * unit,
		start, until_day * 86400, price, unit));
}

static void feed_time(const char *id, long long from_day, long long until_day, const char *price,
                      int unit)
{
	feed_bill("open", id, from_day, until_day, price, unit);
}

static void feed_month(const char *id, long long from_day, const char *price, int unit)
{
	feed_time(id, from_day, from_day + 30, price, unit);
}

static void assert_price_billed(const char *invoice)
{
	const Opsmesh__V1__BillingEvent *const event = next_of(FACT(DISCREPANCY_OPENED));

	assert_string_equal(event->discrepancy_opened->cause, "price_billed");
	assert_string_equal(event->discrepancy_opened->object_ids[0], invoice);
	assert_int_equal(llabs(event->discrepancy_opened->expected->minor -
	                       event->discrepancy_opened->found->minor),
	                 5000);
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
}

static void the_old_price_after_a_change_of_plan_is_a_case(void **state)
{
	(void)state;
	feed_plan(1, "price_1", 1000);
	feed_month("in_1", 20001, "price_1", 1000);
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
	feed_month("in_2", 20031, "price_1", 1000);
	customer_feed_self();
	customer_wait(DAYS(30));
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
	feed_plan(2, "price_2", 2000);
	assert_price_billed("in_2");
	feed_month("in_2", 20031, "price_2", 2000);
	assert_non_null(heard_of(FACT(DISCREPANCY_HEALED)));
}

/* What a schedule says of a time to come is not in force before. */
static void a_price_that_a_schedule_announces_is_no_excuse(void **state)
{
	(void)state;
	feed_plan(1, "price_1", 1000);
	customer_feed(
	    "subscription_schedule", "sub_sched_1", 1, "active",
	    arena_printf(customer_stage.arena,
	                 "{\"id\":\"sub_sched_1\",\"object\":\"subscription_schedule\","
	                 "\"customer\":\"%s\",\"status\":\"active\",\"subscription\":\"sub_1\","
	                 "\"phases\":[{\"start_date\":%lld,\"end_date\":%lld,\"items\":["
	                 "{\"price\":\"price_2\",\"quantity\":5}]}]}",
	                 customer_key, 20031LL * 86400, 20061LL * 86400));
	feed_month("in_1", 20001, "price_2", 2000);
	assert_price_billed("in_1");
}

static void a_month_that_no_invoice_bills_is_worth_what_it_would_have_cost(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed_plan(1, "price_1", 1000);
	feed_month("in_1", 20001, "price_1", 1000);
	feed_month("in_3", 20061, "price_1", 1000);
	event = next_of(FACT(DISCREPANCY_OPENED));
	assert_string_equal(event->discrepancy_opened->cause, "period_gap");
	assert_int_equal(event->discrepancy_opened->expected->minor, 5000);
	assert_int_equal(event->discrepancy_opened->found->minor, 0);
	assert_int_equal(event->discrepancy_opened->found_count -
	                     event->discrepancy_opened->expected_count,
	                 30 * 86400);
	feed_month("in_2", 20031, "price_1", 1000);
	assert_string_equal(next_of(FACT(DISCREPANCY_HEALED))->discrepancy_healed->cause,
	                    "period_gap");
}

/* What was agreed on a unit, by an account; 0: nothing. */
static void feed_order(const char *account, int64_t unit, struct instant from)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ContractsDeclared contracts = OPSMESH__V1__CONTRACTS_DECLARED__INIT;
	Opsmesh__V1__Order order = OPSMESH__V1__ORDER__INIT;
	Opsmesh__V1__Order *orders[] = { &order };

	order.order_id = text_mutable("o-1");
	order.version = 1;
	order.product_id = text_mutable("prod_1");
	order.unit_amount = unit;
	order.currency = text_mutable("USD");
	order.from = proto_timestamp(customer_stage.arena, from);
	contracts.account_id = text_mutable(account);
	contracts.orders = orders;
	contracts.n_orders = unit > 0 ? 1 : 0;
	event.customer_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_CONTRACTS;
	event.contracts = &contracts;
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
}

static void feed_contract(const char *account, int64_t unit)
{
	feed_order(account, unit, (struct instant){ 0 });
}

static void assert_contract_differs(void)
{
	const Opsmesh__V1__BillingEvent *const event = next_of(FACT(DISCREPANCY_OPENED));

	assert_string_equal(event->discrepancy_opened->cause, "contract_price");
	assert_string_equal(event->discrepancy_opened->sentence,
	                    "A unit is billed at 10.00 USD; the contract says 9.00 USD.");
	assert_int_equal(event->discrepancy_opened->expected->minor, 4500);
	assert_int_equal(event->discrepancy_opened->found->minor, 5000);
}

static void what_was_agreed_is_held_against_invoices_before_and_after(void **state)
{
	(void)state;
	feed_subscription(1, 5);
	customer_feed("invoice", "in_1", 1, "open", invoice("open", 5, 1000));
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
	feed_contract("acme", 900);
	assert_contract_differs();
	feed_contract("other", 0);
	assert_null(heard_of(FACT(DISCREPANCY_HEALED)));
	feed_contract("acme", 0);
	assert_non_null(heard_of(FACT(DISCREPANCY_HEALED)));
}

/* The customer itself never comes either, which is another case. */
static bool never_billed(void)
{
	const Opsmesh__V1__BillingEvent *event;

	do {
		event = heard_of(FACT(DISCREPANCY_OPENED));
	} while (event != NULL && strcmp(event->discrepancy_opened->cause, "never_billed") != 0);
	return event != NULL && strcmp(event->discrepancy_opened->object_ids[0], "o-1") == 0;
}

/* From December 2026 on what is agreed and never billed is missed: a month, and a week. */
static void a_contract_that_nothing_bills_is_a_case_until_it_is(void **state)
{
	(void)state;
	for (int billed = 0; billed < 2; billed++) {
		assert_int_equal(customer_stop(NULL), 0);
		assert_int_equal(customer_start(NULL), 0);
		customer_wait(DAYS(800));
		feed_subscription(1, 5);
		feed_order("acme", 1000, (struct instant){ DAYS(20801).us });
		customer_wait(DAYS(38));
		assert_false(never_billed());
		customer_wait(DAYS(2));
		assert_true(never_billed());
		stage_test_restart(&customer_stage);
		start_day = 20801;
		if (billed)
			customer_feed("invoice", "in_1", 1, "open", invoice("open", 5, 1000));
		else
			feed_order("acme", 0, (struct instant){ 0 });
		start_day = 20000;
		assert_string_equal(
		    next_of(FACT(DISCREPANCY_HEALED))->discrepancy_healed->object_id, "o-1");
	}
}

/* A period of it is missed: its day is told, and so is what it should have brought. */
static void assert_missed(Opsmesh__V1__BillingEvent__FactCase fact, const char *object)
{
	const Opsmesh__V1__BillingEvent *event;

	do {
		event = next_of(fact);
	} while (strcmp(fact == FACT(DISCREPANCY_OPENED) ? event->discrepancy_opened->cause
	                                                 : event->discrepancy_grown->cause,
	                "never_billed") != 0);
	if (fact == FACT(DISCREPANCY_OPENED)) {
		assert_string_equal(event->discrepancy_opened->object_ids[0], object);
		assert_int_equal(event->discrepancy_opened->expected->minor, 5000);
	} else {
		assert_string_equal(event->discrepancy_grown->object_id, object);
	}
}

/* Agreed and billed for a month from 14 December 2026 on, and then no more. */
static void bill_once(void)
{
	customer_feed_self();
	customer_wait(DAYS(800));
	feed_plan(1, "price_1", 1000);
	feed_order("acme", 1000, (struct instant){ DAYS(20801).us });
	feed_month("in_1", 20801, "price_1", 1000);
	customer_wait(DAYS(68));
	assert_false(never_billed());
}

static void a_contract_that_is_billed_no_more_is_one_case_for_all_its_months(void **state)
{
	(void)state;
	bill_once();
	customer_wait(DAYS(2));
	assert_missed(FACT(DISCREPANCY_OPENED), "o-1/2027-01-13");
	customer_wait(DAYS(31));
	assert_missed(FACT(DISCREPANCY_GROWN), "o-1/2027-02-13");
	stage_test_restart(&customer_stage);
	feed_time("in_2", 20831, 20862, "price_1", 1000);
	customer_wait(MINUTES(5));
	assert_missed(FACT(DISCREPANCY_SHRUNK), "o-1/2027-01-13");
	feed_time("in_3", 20862, 20890, "price_1", 1000);
	customer_wait(MINUTES(5));
	assert_string_equal(next_of(FACT(DISCREPANCY_HEALED))->discrepancy_healed->cause,
	                    "never_billed");
}

/* Of a subscription that was cancelled, or of an invoice that became void. */
static void what_a_void_invoice_billed_is_missed_again(void **state)
{
	(void)state;
	bill_once();
	feed_month("in_2", 20831, "price_1", 1000);
	customer_wait(DAYS(2));
	assert_false(never_billed());
	feed_bill("void", "in_2", 20831, 20861, "price_1", 1000);
	customer_wait(MINUTES(5));
	assert_missed(FACT(DISCREPANCY_OPENED), "o-1/2027-01-13");
	feed_order("acme", 0, (struct instant){ 0 });
	assert_string_equal(next_of(FACT(DISCREPANCY_HEALED))->discrepancy_healed->cause,
	                    "never_billed");
}

/* What had passed before the document of December 2026 is over; the month that passes then is the first. */
static void what_was_over_before_the_document_is_not_missed(void **state)
{
	(void)state;
	customer_feed_self();
	feed_plan(1, "price_1", 1000);
	feed_order("acme", 1000, (struct instant){ DAYS(20000).us });
	feed_month("in_1", 20001, "price_1", 1000);
	customer_wait(DAYS(797));
	assert_false(never_billed());
	customer_wait(DAYS(5));
	assert_missed(FACT(DISCREPANCY_OPENED), "o-1/2026-11-04");
}

static void a_contract_that_is_billed_in_time_is_none(void **state)
{
	(void)state;
	customer_wait(DAYS(800));
	feed_subscription(1, 5);
	feed_order("acme", 1000, (struct instant){ DAYS(20801).us });
	start_day = 20801;
	customer_feed("invoice", "in_1", 1, "open", invoice("open", 5, 1000));
	start_day = 20000;
	customer_wait(DAYS(60));
	assert_false(never_billed());
}

static void what_was_agreed_first_is_held_against_what_is_billed_then(void **state)
{
	(void)state;
	feed_contract("acme", 900);
	customer_feed("invoice", "in_1", 1, "open", invoice("open", 5, 1000));
	feed_subscription(1, 5);
	assert_contract_differs();
	feed_contract("acme", 1000);
	assert_non_null(heard_of(FACT(DISCREPANCY_HEALED)));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)
	static const struct CMUnitTest tests[] = {
		CASE(a_seat_count_that_disagrees_with_its_invoice_is_a_case),
		CASE(the_invoice_first_and_the_subscription_after_is_the_same_case),
		CASE(what_it_was_before_is_what_was_billed_then),
		CASE(a_price_that_is_not_the_plans_is_a_case_with_its_amounts),
		CASE(the_old_price_after_a_change_of_plan_is_a_case),
		CASE(a_price_that_a_schedule_announces_is_no_excuse),
		CASE(a_month_that_no_invoice_bills_is_worth_what_it_would_have_cost),
		CASE(what_was_agreed_is_held_against_invoices_before_and_after),
		CASE(a_contract_that_nothing_bills_is_a_case_until_it_is),
		CASE(a_contract_that_is_billed_no_more_is_one_case_for_all_its_months),
		CASE(what_a_void_invoice_billed_is_missed_again),
		CASE(what_was_over_before_the_document_is_not_missed),
		CASE(a_contract_that_is_billed_in_time_is_none),
		CASE(what_was_agreed_first_is_held_against_what_is_billed_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
