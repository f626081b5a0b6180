/*
 * billing_cut_test - what a shard of the stage `customer` answers when the books are cut.
 */
#include "common/base/text.h"
#include "services/billing-sync/entry/entry.h"
#include "services/billing-sync/refund/refund.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MAY_DAY INT64_C(20574) /* 2026-05-01 */

#define INVOICE(id, second)                                                                      \
	"{\"id\":\"" id "\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"open\","  \
	"\"currency\":\"jpy\",\"created\":" second ",\"subtotal\":3100,\"total\":3100,"          \
	"\"amount_due\":3100,\"amount_paid\":0,\"amount_remaining\":3100,\"lines\":{\"object\":" \
	"\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\",\"object\":\"line_item\","       \
	"\"amount\":3100,\"currency\":\"jpy\",\"quantity\":1,\"period\":{\"start\":1777593600,"  \
	"\"end\":1780272000}}]}}"

static int64_t cut_of(const char *transaction)
{
	struct entry_row row = { .transaction_id = transaction, .line = 1 };

	assert_true(stage_test_row(&customer_stage, &entry_table, &row));
	return row.cut;
}

/* 100 yen a day of May; the second invoice is of the first of May too, and comes after the cut. */
static void a_shard_answers_with_what_it_had_booked_at_the_cut(void **state)
{
	const Opsmesh__V1__ShardFigured *told;

	(void)state;
	customer_wait((struct duration){ DAYS(MAY_DAY).us - customer_now().us + HOURS(1).us });
	customer_feed("invoice", "in_1", 1, "open", INVOICE("in_1", "1777597200"));
	customer_wait(DAYS(1));
	customer_feed("invoice", "in_0", 1, "open", INVOICE("in_0", "1777680100")); /* the second */
	told = customer_cut("2026-05-01", 1);
	customer_feed("invoice", "in_2", 1, "open", INVOICE("in_2", "1777597300"));
	assert_int_equal(told->cut->number, 1);
	assert_int_equal(told->n_balances, 3);
	assert_string_equal(told->balances[0]->account, "receivable");
	assert_int_equal(told->balances[0]->balance->minor, 3100);
	assert_string_equal(told->balances[1]->account, "deferred_revenue");
	assert_int_equal(told->balances[1]->balance->minor, -3000);
	assert_string_equal(told->balances[2]->account, "revenue");
	assert_int_equal(told->balances[2]->balance->minor, -100);
	assert_int_equal(told->n_deferred, 1);
	assert_int_equal(told->deferred[0]->billed, 3100);
	assert_int_equal(told->deferred[0]->recognised, 100);
	assert_int_equal(told->deferred[0]->closing, 3000);
	assert_int_equal(told->deferred[0]->off_by, 0);
	assert_null(told->reported);
	assert_int_equal(cut_of("invoice/in_1"), 0);
	assert_int_equal(cut_of("invoice/in_2"), 1);
}

static void hear(int number, const char *status, const char *json)
{
	customer_feed("dispute", arena_printf(customer_stage.arena, "dp_%03d", number), 1, status,
	              json);
}

#define DAY_OF_DISPUTES "2024-10-04"

static void an_open_dispute_is_named_with_what_may_be_lost(void **state)
{
	const Opsmesh__V1__ShardFigured *told;

	(void)state;
	hear(1, "needs_response", "{\"currency\":\"eur\",\"amount\":700}");
	hear(2, "won", "{\"currency\":\"eur\",\"amount\":900}");
	told = customer_cut(DAY_OF_DISPUTES, 1);
	assert_int_equal(told->disputes_open, 1);
	assert_int_equal(told->n_disputes, 1);
	assert_string_equal(told->disputes[0]->dispute_id, "dp_001");
	assert_string_equal(told->disputes[0]->amount->currency, "EUR");
	assert_int_equal(told->disputes[0]->amount->minor, 700);
	assert_int_equal(told->disputes[0]->more, 0);
}

/* What is over by the word of the provider's is so for refunds and for the close alike; a word that nobody knows is open. */
static void a_dispute_is_open_until_its_provider_says_that_it_is_over(void **state)
{
	static const struct {
		const char *status;
		int open;
	} rows[] = {
		{ "warning_needs_response", 1 },
		{ "warning_under_review", 1 },
		{ "warning_closed", 0 },
		{ "needs_response", 1 },
		{ "under_review", 1 },
		{ "prevented", 0 },
		{ "charge_refunded", 0 },
		{ "lost", 0 },
		{ "won", 0 },
		{ "of_tomorrow", 1 },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(customer_stop(state), 0);
		assert_int_equal(customer_start(state), 0);
		hear(1, rows[i].status, "{\"currency\":\"eur\",\"amount\":700}");
		assert_int_equal(customer_cut(DAY_OF_DISPUTES, 1)->disputes_open, rows[i].open);
		assert_int_equal(refund_dispute_state_of(rows[i].status) != REFUND_DISPUTE_CLOSED,
		                 rows[i].open);
	}
}

/* 500 are named; of the rest two are of yen and one of dollars. */
static void those_beyond_what_is_named_are_counted_and_summed(void **state)
{
	const Opsmesh__V1__ShardFigured *told;

	(void)state;
	for (int i = 0; i < 503; i++)
		hear(i, "needs_response",
		     i == 502 ? "{\"currency\":\"usd\",\"amount\":9}"
		              : "{\"currency\":\"jpy\",\"amount\":20}");
	told = customer_cut(DAY_OF_DISPUTES, 1);
	assert_int_equal(told->disputes_open, 503);
	assert_int_equal(told->n_disputes, 502);
	assert_string_equal(told->disputes[499]->dispute_id, "dp_499");
	assert_int_equal(told->disputes[499]->more, 0);
	assert_string_equal(told->disputes[500]->dispute_id, "");
	assert_string_equal(told->disputes[500]->amount->currency, "JPY");
	assert_int_equal(told->disputes[500]->amount->minor, 40);
	assert_int_equal(told->disputes[500]->more, 2);
	assert_string_equal(told->disputes[501]->amount->currency, "USD");
	assert_int_equal(told->disputes[501]->amount->minor, 9);
	assert_int_equal(told->disputes[501]->more, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_shard_answers_with_what_it_had_booked_at_the_cut),
		CASE(an_open_dispute_is_named_with_what_may_be_lost),
		CASE(a_dispute_is_open_until_its_provider_says_that_it_is_over),
		CASE(those_beyond_what_is_named_are_counted_and_summed),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
