/*
 * billing_metered_stage_test - what usage is worth in the ledger, day by day, until an invoice bills it.
 */
#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/text.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "services/billing-sync/customer_seat/customer_metered.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/metered_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define MAY METERED_MAY
#define JUNE METERED_JUNE
#define DAY METERED_DAY
#define HOUR METERED_HOUR
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name
#define KIND(name) OPSMESH__V1__USAGE_KIND__USAGE_KIND_##name

static const Opsmesh__V1__BillingEvent *heard_of(int fact)
{
	const ProtobufCMessage *message = NULL;

	while (stage_test_next(&metered_stage, &message) != NULL) {
		const Opsmesh__V1__BillingEvent *const event = (const void *)message;

		if ((int)event->fact_case == fact)
			return event;
	}
	return NULL;
}

/* The same, where there must be one. */
static const Opsmesh__V1__BillingEvent *next(int fact)
{
	const Opsmesh__V1__BillingEvent *const event = heard_of(fact);

	CHECK(event != NULL);
	return event;
}

static void each_day_earns_what_the_period_is_worth_more_by_it(void **state)
{
	(void)state;
	metered_subscribe(MAY + HOUR);
	metered_used("u-1", 10, MAY + 2 * DAY + HOUR, MAY + 2 * DAY + 2 * HOUR);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "");
	metered_pass(MAY + 3 * DAY);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "3:+25 ");
	metered_used("u-2", 7, MAY + 9 * DAY, MAY + 9 * DAY + HOUR);
	metered_pass(MAY + 10 * DAY);
	/* 17 are 42.5 cents, which is 43. */
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "3:+25 10:+18 ");
	assert_string_equal(metered_days_of(ACCOUNT_REVENUE), "3:-25 10:-18 ");
	const Opsmesh__V1__BillingEvent *const event = next(FACT(USAGE_EARNED));

	assert_string_equal(event->customer_id, metered_key);
	assert_string_equal(event->usage_earned->subscription_id, "sub_1");
	assert_string_equal(event->usage_earned->item_id, "si_1");
	assert_string_equal(event->usage_earned->meter, "calls");
	assert_string_equal(event->usage_earned->day, "2026-05-03");
	assert_int_equal(event->usage_earned->amount->minor, 25);
	assert_string_equal(event->usage_earned->amount->currency, "USD");
}

static void what_is_late_within_a_period_is_earned_on_its_own_day(void **state)
{
	(void)state;
	metered_subscribe(MAY + HOUR);
	metered_used("u-2", 7, MAY + 9 * DAY, MAY + 9 * DAY + HOUR);
	metered_pass(MAY + 20 * DAY);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "10:+18 ");
	metered_used("u-1", 10, MAY + 2 * DAY, MAY + 20 * DAY + HOUR);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "3:+25 10:+18 ");
}

static void what_was_too_much_is_taken_back_on_the_day_of_its_correction(void **state)
{
	(void)state;
	metered_subscribe(MAY + HOUR);
	metered_used("u-1", 10, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_pass(MAY + 3 * DAY);
	metered_report(KIND(CORRECTION), "u-2", "u-1", -3, MAY + 5 * DAY, MAY + 5 * DAY + HOUR);
	metered_pass(MAY + 6 * DAY);
	/* 7 are 17.5 cents. */
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "3:+25 6:-7 ");
}

static void what_is_cancelled_was_never_worth_anything(void **state)
{
	(void)state;
	metered_subscribe(MAY + HOUR);
	metered_used("u-1", 10, MAY + 3 * DAY - HOUR, MAY + 3 * DAY - HOUR);
	metered_pass(MAY + 3 * DAY);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "3:+25 ");
	metered_report(KIND(CANCEL), "u-2", "u-1", 0, MAY + 3 * DAY + HOUR, MAY + 3 * DAY + HOUR);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "");
	assert_string_equal(metered_days_of(ACCOUNT_REVENUE), "");
}

static void an_invoice_takes_its_period_out_of_what_is_unbilled(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	metered_subscribe(MAY + HOUR);
	metered_used("u-1", 14, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_pass(JUNE + HOUR);
	metered_bill("open", 1, JUNE + 2 * HOUR,
	             METERED_INVOICE("open", "35", METERED_LINE("il_1", "35")));
	metered_pass(JUNE + DAY);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "3:+35 32:-35 ");
	assert_string_equal(ledger_trial(&metered_stage), "receivable USD 35\nrevenue USD -35\n");
	assert_string_equal(metered_days_of(ACCOUNT_REVENUE), "3:-35 ");
	event = next(FACT(USAGE_BILLED));
	assert_string_equal(event->usage_billed->day, "2026-06-01");
	assert_int_equal(event->usage_billed->amount->minor, 35);
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
}

static void what_is_billed_and_was_never_reported_is_earned_when_it_is_billed(void **state)
{
	(void)state;
	metered_subscribe(MAY + HOUR);
	metered_bill("open", 1, JUNE + 2 * HOUR,
	             METERED_INVOICE("open", "35", METERED_LINE("il_1", "35")));
	metered_pass(JUNE + DAY);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "");
	assert_string_equal(metered_days_of(ACCOUNT_REVENUE), "32:-35 ");
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
}

static void an_invoice_that_bills_something_else_is_a_case_until_it_does_not(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	metered_subscribe(MAY + HOUR);
	metered_used("u-1", 14, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_bill("open", 1, JUNE + 2 * HOUR,
	             METERED_INVOICE("open", "45",
	                             METERED_LINE("il_1", "20") "," METERED_LINE("il_2", "25")));
	event = next(FACT(DISCREPANCY_OPENED));
	assert_string_equal(event->discrepancy_opened->cause, "usage_billed");
	assert_int_equal(event->discrepancy_opened->expected->minor, 35);
	assert_int_equal(event->discrepancy_opened->found->minor, 45);
	assert_non_null(strstr(event->discrepancy_opened->sentence, " 0.35 USD, and 0.45 USD "));
	assert_string_equal(event->discrepancy_opened->object_ids[0], "in_1");
	metered_pass(JUNE + DAY);
	/* What was billed is what was earned. */
	assert_string_equal(metered_days_of(ACCOUNT_REVENUE), "3:-35 32:-10 ");
	metered_used("u-2", 4, MAY + 30 * DAY, JUNE + DAY + HOUR);
	(void)next(FACT(DISCREPANCY_HEALED));
	assert_string_equal(metered_days_of(ACCOUNT_REVENUE), "3:-35 31:-10 ");
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "3:+35 31:+10 32:-45 ");
}

static void a_unit_of_money_a_line_is_no_difference(void **state)
{
	(void)state;
	metered_subscribe(MAY + HOUR);
	metered_used("u-1", 14, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_bill("open", 1, JUNE + 2 * HOUR,
	             METERED_INVOICE("open", "37",
	                             METERED_LINE("il_1", "20") "," METERED_LINE("il_2", "17")));
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
}

static void what_is_voided_has_billed_nothing(void **state)
{
	(void)state;
	metered_subscribe(MAY + HOUR);
	metered_used("u-1", 14, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_bill("open", 1, JUNE + 2 * HOUR,
	             METERED_INVOICE("open", "35", METERED_LINE("il_1", "35")));
	metered_pass(JUNE + DAY);
	metered_bill("void", 2, JUNE + DAY + HOUR,
	             METERED_INVOICE("void", "35", METERED_LINE("il_1", "35")));
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "3:+35 ");
	assert_string_equal(ledger_trial(&metered_stage),
	                    "revenue USD -35\nunbilled_receivable USD 35\n");
}

static void a_trial_that_was_cancelled_at_its_end_is_free(void **state)
{
	static const char over[] =
	    METERED_SUBSCRIPTION("canceled", "1777593600", "1780272000", METERED_BY_UNIT);
	char body[sizeof(over) + 64];

	(void)state;
	(void)snprintf(body, sizeof(body), "{\"trial_end\":%d,%s", METERED_JUNE, over + 1);
	metered_used("u-1", 10, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_feed("subscription", "sub_1", 1, "canceled", JUNE, JUNE + HOUR, false, body);
	metered_pass(JUNE + DAY);
	assert_string_equal(ledger_trial(&metered_stage), "");
}

static void a_trial_is_free(void **state)
{
	(void)state;
	metered_feed("subscription", "sub_1", 1, "trialing", MAY, MAY + HOUR, false,
	             METERED_SUBSCRIPTION("trialing", "1777593600", "1780272000", METERED_BY_UNIT));
	metered_used("u-1", 14, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_pass(JUNE + DAY);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "");
}

static void a_customer_without_a_metered_price_stays_counted(void **state)
{
	struct tally_row row = { .customer_id = metered_key, .meter = "calls" };

	(void)state;
	metered_used("u-1", 14, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_pass(MAY + 9 * DAY);
	assert_true(stage_test_row(&metered_stage, &tally_table, &row));
	assert_string_equal(ledger_trial(&metered_stage), "");
}

static void what_came_too_late_for_the_meter_is_earned_by_the_line_that_bills_it(void **state)
{
	(void)state;
	metered_subscribe(MAY + HOUR);
	metered_used("u-1", 14, MAY + 2 * DAY, JUNE + 20 * DAY);
	metered_pass(JUNE + 22 * DAY);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "");
}

#define TIERED METERED_PRICE("\"billing_scheme\":\"tiered\",\"tiers_mode\":\"graduated\"")
#define TIERED_WHOLE \
	METERED_PRICE("\"billing_scheme\":\"tiered\",\"tiers_mode\":\"graduated\"," TIERS)
#define TIERS "\"tiers\":[{\"up_to\":10,\"unit_amount\":5},{\"up_to\":null,\"unit_amount\":3}]"

#define PRICE                                                                               \
	"{\"id\":\"price_1\",\"object\":\"price\",\"currency\":\"usd\",\"billing_scheme\":" \
	"\"tiered\",\"tiers_mode\":\"graduated\"," TIERS                                    \
	",\"recurring\":{\"interval\":\"month\",\"usage_type\":\"metered\"}}"

static void tiers_that_are_uploaded_later_are_found_at_the_next_day_s_end(void **state)
{
	(void)state;
	metered_feed("subscription", "sub_1", 1, "active", MAY, MAY + HOUR, false,
	             METERED_SUBSCRIPTION("active", "1777593600", "1780272000", TIERED));
	metered_used("u-1", 12, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_pass(MAY + 9 * DAY);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "");
	metered_feed("price", "price_1", 1, "", MAY, MAY + 9 * DAY + HOUR, false, PRICE);
	metered_pass(MAY + 10 * DAY);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "3:+56 ");
}

/* Asked for once, three days after the day that they would have valued. */
static void tiers_that_never_come_are_missed_until_they_do(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	for (int64_t told = 0; told < 2; told++) {
		metered_feed_self(MAY);
		metered_feed("subscription", "sub_1", 1, "active", MAY, MAY + HOUR, false,
		             METERED_SUBSCRIPTION("active", "1777593600", "1780272000", TIERED));
		metered_used("u-1", 12, MAY + 8 * DAY, MAY + 8 * DAY + HOUR);
		metered_pass(MAY + 12 * DAY - HOUR);
		assert_null(heard_of(FACT(FETCH_REQUESTED)));
		metered_pass(MAY + 12 * DAY + HOUR);
		event = next(FACT(FETCH_REQUESTED));
		assert_string_equal(event->fetch_requested->object_id, "price_1");
		assert_string_equal(event->fetch_requested->object_type, "price");
		assert_string_equal(next(FACT(DISCREPANCY_OPENED))->discrepancy_opened->cause,
		                    "never_came");
		metered_pass(MAY + 16 * DAY);
		assert_null(heard_of(FACT(FETCH_REQUESTED)));
		if (told == 0)
			metered_feed("price", "price_1", 1, "", MAY, MAY + 16 * DAY + HOUR, false,
			             PRICE);
		else
			metered_feed("subscription", "sub_1", 2, "active", MAY,
			             MAY + 16 * DAY + HOUR, false,
			             METERED_SUBSCRIPTION("active", "1777593600", "1780272000",
			                                  TIERED_WHOLE));
		metered_pass(MAY + 17 * DAY);
		assert_string_equal(next(FACT(DISCREPANCY_HEALED))->discrepancy_healed->cause,
		                    "never_came");
		assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "9:+56 ");
		assert_int_equal(metered_stop(state), 0);
		assert_int_equal(metered_start(state), 0);
	}
}

static bool is_own(const char *id)
{
	return hash_partition(id, strlen(id), STAGE_TEST_PARTITIONS) == metered_stage.number;
}

/* It goes to every shard; the one of its own key says so. More of them than a shard survives of its own defects. */
static void prices_that_cannot_be_read_are_said_once_and_stop_nobody(void **state)
{
	const char *const own = stage_test_key(&metered_stage, "price_");
	const char *other = own;
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	for (int64_t i = 1; i <= 20; i++) {
		metered_feed("price", own, i, "", MAY, MAY + HOUR + i, false,
		             "{\"id\":\"price\",\"object\":\"price\",\"currency\":\"usd\","
		             "\"billing_scheme\":\"tiered\",\"tiers_mode\":\"stairs\","
		             "\"recurring\":{\"interval\":\"month\",\"usage_type\":\"metered\"}}");
		metered_pass(MAY + HOUR + i);
		event = next(FACT(OBJECT_REFUSED));
		assert_string_equal(event->object_refused->object_id, own);
		assert_string_equal(event->object_refused->field, "tiers_mode");
		assert_string_equal(event->customer_id, "");
	}
	while (is_own(other))
		other = arena_printf(metered_stage.arena, "%s0", other);
	for (int64_t i = 1; i <= 20; i++) {
		metered_feed("price", other, i, "", MAY, MAY + 2 * HOUR + i, false,
		             "{\"usage_type\":\"metered\"");
		metered_pass(MAY + 2 * HOUR + i);
	}
	assert_null(heard_of(FACT(OBJECT_REFUSED)));
	metered_subscribe(MAY + 3 * HOUR);
	metered_used("u-1", 14, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_pass(MAY + 3 * DAY);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "3:+35 ");
}

static void usage_moves_the_tiers_of_the_days_after_it(void **state)
{
	(void)state;
	metered_feed("subscription", "sub_1", 1, "active", MAY, MAY + HOUR, false,
	             METERED_SUBSCRIPTION(
			 "active", "1777593600", "1780272000",
			 METERED_PRICE(
			     "\"billing_scheme\":\"tiered\",\"tiers_mode\":\"graduated\"," TIERS)));
	metered_used("u-2", 8, MAY + 9 * DAY, MAY + 9 * DAY + HOUR);
	metered_pass(MAY + 10 * DAY);
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "10:+40 ");
	metered_used("u-1", 6, MAY + 2 * DAY, MAY + 10 * DAY + HOUR);
	/* 14 are 62: six for 30, and of the eight after them four for 20 and four for 12. */
	assert_string_equal(metered_days_of(ACCOUNT_UNBILLED), "3:+30 10:+32 ");
}

static void the_day_s_end_tells_how_what_is_unbilled_rolled_forward(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	metered_subscribe(MAY + HOUR);
	metered_used("u-1", 14, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_pass(MAY + 3 * DAY + HOUR);
	do
		event = next(FACT(BOOKS_DAY_ENDED));
	while (!text_equal(event->books_day_ended->day, "2026-05-03"));
	const Opsmesh__V1__UnbilledRoll *const roll = event->books_day_ended->unbilled;

	assert_non_null(roll);
	assert_int_equal(roll->opening, 0);
	assert_int_equal(roll->used, 35);
	assert_int_equal(roll->billed, 0);
	assert_int_equal(roll->closing, 35);
	assert_int_equal(roll->off_by, 0);
}

/* From December 2026 on periods that are never billed are missed, a week after their end. */
#define DECEMBER 1796083200
#define JANUARY 1798761600

static void use_december(const char *status)
{
	metered_feed_self(DECEMBER + HOUR);
	metered_feed("subscription", "sub_1", 1, status, DECEMBER, DECEMBER + HOUR, false,
	             arena_printf(metered_stage.arena,
	                          METERED_SUBSCRIPTION("%s", "1796083200", "1798761600",
	                                               METERED_BY_UNIT),
	                          status));
	metered_used("u-1", 14, DECEMBER + 2 * DAY, DECEMBER + 2 * DAY + HOUR);
}

static void bill_december(const char *status, int64_t revision, int64_t heard)
{
	metered_feed(
	    "invoice", "in_1", revision, status, JANUARY + HOUR, heard, false,
	    arena_printf(
		metered_stage.arena,
		"{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"%s\","
		"\"currency\":\"usd\",\"created\":%d,\"subtotal\":35,\"total\":35,"
		"\"amount_due\":35,\"amount_paid\":0,\"amount_remaining\":35,"
		"\"subscription\":\"sub_1\",\"lines\":{\"object\":\"list\",\"has_more\":false,"
		"\"data\":[{\"id\":\"il_1\",\"object\":\"line_item\",\"amount\":35,"
		"\"currency\":\"usd\",\"subscription_item\":\"si_1\","
		"\"subscription\":\"sub_1\",\"proration\":false,\"quantity\":14,"
		"\"period\":{\"start\":%d,\"end\":%d}}]}}",
		status, JANUARY + HOUR, DECEMBER, JANUARY));
}

static void a_period_that_no_invoice_bills_in_time_is_a_case_until_one_does(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	use_december("active");
	bill_december("draft", 1, JANUARY + HOUR);
	metered_pass(JANUARY + 7 * DAY - HOUR);
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
	stage_test_restart(&metered_stage);
	metered_pass(JANUARY + 7 * DAY);
	event = next(FACT(DISCREPANCY_OPENED));
	assert_string_equal(event->discrepancy_opened->cause, "never_billed");
	assert_string_equal(event->discrepancy_opened->object_ids[0], "2026-12-01T00:00:00Z");
	assert_int_equal(event->discrepancy_opened->expected->minor, 35);
	assert_int_equal(event->discrepancy_opened->found->minor, 0);
	assert_int_equal(event->discrepancy_opened->severity, OPSMESH__V1__PRIORITY__PRIORITY_HIGH);
	metered_used("u-2", 1, DECEMBER + 20 * DAY, JANUARY + 8 * DAY);
	event = next(FACT(DISCREPANCY_GROWN));
	assert_int_equal(event->discrepancy_grown->expected->minor, 38);
	stage_test_restart(&metered_stage);
	bill_december("open", 2, JANUARY + 9 * DAY);
	event = next(FACT(DISCREPANCY_HEALED));
	assert_string_equal(event->discrepancy_healed->cause, "never_billed");
	metered_pass(JANUARY + 60 * DAY);
	assert_null(heard_of(FACT(DISCREPANCY_HEALED)));
}

static void what_is_billed_in_time_is_not_missed(void **state)
{
	(void)state;
	use_december("active");
	bill_december("open", 1, JANUARY + HOUR);
	metered_pass(JANUARY + 60 * DAY);
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
}

/* A trial owes nothing, and in May no rule missed anything. */
static void what_nobody_has_to_bill_is_not_missed(void **state)
{
	(void)state;
	use_december("trialing");
	metered_pass(JANUARY + 60 * DAY);
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
	(void)metered_stop(NULL);
	(void)metered_start(NULL);
	metered_subscribe(MAY + HOUR);
	metered_used("u-1", 14, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_pass(JANUARY);
	assert_null(heard_of(FACT(DISCREPANCY_OPENED)));
}

static void a_close_is_told_what_is_used_and_not_billed_yet(void **state)
{
	(void)state;
	metered_subscribe(MAY + HOUR);
	metered_used("u-1", 14, MAY + 2 * DAY, MAY + 2 * DAY + HOUR);
	metered_pass(MAY + 3 * DAY + HOUR);
	const Opsmesh__V1__ShardFigured *const told =
	    metered_cut("2026-05-03", MAY + 3 * DAY + HOUR);

	assert_int_equal(told->n_unbilled, 1);
	assert_string_equal(told->unbilled[0]->currency, "USD");
	assert_int_equal(told->unbilled[0]->used, 35);
	assert_int_equal(told->unbilled[0]->closing, 35);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, metered_start, metered_stop)
	static const struct CMUnitTest tests[] = {
		CASE(each_day_earns_what_the_period_is_worth_more_by_it),
		CASE(what_is_late_within_a_period_is_earned_on_its_own_day),
		CASE(what_was_too_much_is_taken_back_on_the_day_of_its_correction),
		CASE(what_is_cancelled_was_never_worth_anything),
		CASE(an_invoice_takes_its_period_out_of_what_is_unbilled),
		CASE(what_is_billed_and_was_never_reported_is_earned_when_it_is_billed),
		CASE(an_invoice_that_bills_something_else_is_a_case_until_it_does_not),
		CASE(a_unit_of_money_a_line_is_no_difference),
		CASE(what_is_voided_has_billed_nothing),
		CASE(a_trial_is_free),
		CASE(a_trial_that_was_cancelled_at_its_end_is_free),
		CASE(a_customer_without_a_metered_price_stays_counted),
		CASE(what_came_too_late_for_the_meter_is_earned_by_the_line_that_bills_it),
		CASE(tiers_that_are_uploaded_later_are_found_at_the_next_day_s_end),
		CASE(tiers_that_never_come_are_missed_until_they_do),
		CASE(prices_that_cannot_be_read_are_said_once_and_stop_nobody),
		CASE(usage_moves_the_tiers_of_the_days_after_it),
		CASE(the_day_s_end_tells_how_what_is_unbilled_rolled_forward),
		CASE(a_period_that_no_invoice_bills_in_time_is_a_case_until_one_does),
		CASE(what_is_billed_in_time_is_not_missed),
		CASE(what_nobody_has_to_bill_is_not_missed),
		CASE(a_close_is_told_what_is_used_and_not_billed_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
