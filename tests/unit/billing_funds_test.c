/*
 * billing_funds_test - a dispute's money is told once for each of its transactions, in whatever order and way they come.
 */
#include "common/base/text.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/order.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name
#define PARTS 6
#define LINES_MAX 8

#define TXN(id, type, source, money, created)                                                \
	"{\"id\":\"" id "\",\"object\":\"balance_transaction\",\"type\":\"" type "\"," money \
	",\"created\":" created ",\"source\":\"" source "\",\"status\":\"available\"}"
#define MONEY(amount, fee, net, currency) \
	"\"amount\":" amount ",\"fee\":" fee ",\"net\":" net ",\"currency\":\"" currency "\""
#define TAKEN(currency)                                                                 \
	TXN("txn_2", "adjustment", "dp_1", MONEY("-10000", "1500", "-11500", currency), \
	    "1777600200")
#define GIVEN(currency) \
	TXN("txn_3", "adjustment", "dp_1", MONEY("10000", "-1500", "11500", currency), "1777900300")
#define CHARGE                                                                               \
	"{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\",\"captured\":true," \
	"\"currency\":\"eur\",\"amount\":12000,\"amount_captured\":12000,\"created\":1777600000}"
#define DISPUTE(status, moves)                                          \
	"{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"" status  \
	"\",\"charge\":\"ch_1\",\"currency\":\"eur\",\"amount\":10000," \
	"\"balance_transactions\":[" moves "]}"

static void feed_alone(const char *id, const char *json)
{
	Opsmesh__V1__MoneySource about = OPSMESH__V1__MONEY_SOURCE__INIT;
	Opsmesh__V1__ObjectMirrored made =
	    customer_mirrored("balance_transaction", id, 1, "available", json);

	about.object_id = text_mutable("dp_1");
	about.object_type = text_mutable("dispute");
	about.charge_id = text_mutable("ch_1");
	about.currency = text_mutable("EUR");
	about.amount = 10000;
	made.about = &about;
	customer_feed_mirrored(&made);
}

static void feed_settled(const char *money)
{
	customer_feed("balance_transaction", "txn_1", 1, "available",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"txn_1\",\"object\":\"balance_transaction\","
	                           "\"type\":\"charge\",%s,\"created\":1777600100,"
	                           "\"source\":\"ch_1\",\"status\":\"available\"}",
	                           money));
}

static void feed_charge(void)
{
	customer_feed("charge", "ch_1", 1, "succeeded", CHARGE);
}

static void feed_part(size_t part)
{
	switch (part) {
	case 0: feed_charge(); break;
	case 1: feed_settled(MONEY("12000", "400", "11600", "eur")); break;
	case 2: customer_feed("dispute", "dp_1", 1, "lost", DISPUTE("lost", TAKEN("eur"))); break;
	case 3:
		customer_feed("dispute", "dp_1", 2, "won",
		              DISPUTE("won", TAKEN("eur") "," GIVEN("eur")));
		break;
	case 4: feed_alone("txn_2", TAKEN("eur")); break;
	default: feed_alone("txn_3", GIVEN("eur"));
	}
}

/* "withdrawn txn_2 10000 1500 -11500 EUR at 1777600200", and a line feed. */
static const char *line_of(const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__DisputeFundsMoved *const funds = event->dispute_funds_withdrawn;
	const bool out = event->fact_case == FACT(DISPUTE_FUNDS_WITHDRAWN);

	if (!out && event->fact_case != FACT(DISPUTE_FUNDS_REINSTATED))
		return NULL;
	assert_string_equal(event->customer_id, customer_key);
	assert_string_equal(funds->dispute_id, "dp_1");
	assert_string_equal(funds->payment_id, "ch_1");
	assert_string_equal(funds->fee->currency, funds->amount->currency);
	assert_string_equal(funds->net->currency, funds->amount->currency);
	return arena_printf(customer_stage.arena, "%s %s %lld %lld %lld %s at %lld\n",
	                    out ? "withdrawn" : "reinstated", funds->transaction_id,
	                    (long long)funds->amount->minor, (long long)funds->fee->minor,
	                    (long long)funds->net->minor, funds->amount->currency,
	                    (long long)event->occurred_at->seconds);
}

static int compare(const void *a, const void *b)
{
	return -strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All that was ever said of funds, what was withdrawn first. */
static const char *all_said(void)
{
	const Opsmesh__V1__BillingEvent *event;
	const char *lines[LINES_MAX];
	const char *text = "";
	size_t count = 0;

	customer_stage.told = 0;
	while ((event = customer_heard()) != NULL) {
		const char *const line = line_of(event);

		if (line == NULL)
			continue;
		assert_true(count < LINES_MAX);
		lines[count++] = line;
	}
	qsort(lines, count, sizeof(*lines), compare);
	for (size_t i = 0; i < count; i++)
		text = arena_printf(customer_stage.arena, "%s%s", text, lines[i]);
	return text;
}

#define OUT(currency) "withdrawn txn_2 10000 1500 -11500 " currency " at 1777600200\n"
#define IN(currency) "reinstated txn_3 10000 -1500 11500 " currency " at 1777900300\n"

static void every_order_tells_each_transaction_once(void **state)
{
	size_t order[PARTS] = { 0, 1, 2, 3, 4, 5 };

	do {
		assert_int_equal(customer_start(state), 0);
		for (size_t i = 0; i < PARTS; i++)
			feed_part(order[i]);
		stage_test_restart(&customer_stage);
		for (size_t i = 0; i < PARTS; i++)
			feed_part(order[PARTS - 1 - i]);
		assert_string_equal(all_said(), OUT("EUR") IN("EUR"));
		assert_int_equal(customer_stop(state), 0);
	} while (order_next(order, PARTS));
}

static void what_waits_for_its_charge_is_told_when_that_is_settled(void **state)
{
	(void)state;
	feed_part(2);
	feed_part(5);
	feed_charge();
	assert_string_equal(all_said(), "");
	stage_test_restart(&customer_stage);
	feed_part(1);
	assert_string_equal(all_said(), OUT("EUR") IN("EUR"));
}

/* The charge was settled in dollars, and so is what is taken. */
static void the_amounts_are_in_the_currency_of_the_transaction(void **state)
{
	(void)state;
	feed_charge();
	feed_settled(MONEY("13000", "400", "12600", "usd") ",\"exchange_rate\":1.0833333");
	feed_alone("txn_2", TAKEN("usd"));
	assert_string_equal(all_said(), OUT("USD"));
}

static void a_transaction_of_a_fee_alone_goes_by_its_net(void **state)
{
	(void)state;
	feed_charge();
	feed_part(1);
	feed_alone("txn_2", TXN("txn_2", "adjustment", "dp_1", MONEY("0", "1500", "-1500", "eur"),
	                        "1777600200"));
	feed_alone("txn_3", TXN("txn_3", "adjustment", "dp_1", MONEY("0", "-1500", "1500", "eur"),
	                        "1777900300"));
	assert_string_equal(all_said(), "withdrawn txn_2 0 1500 -1500 EUR at 1777600200\n"
	                                "reinstated txn_3 0 -1500 1500 EUR at 1777900300\n");
}

static void a_refund_is_no_dispute(void **state)
{
	(void)state;
	feed_charge();
	feed_part(1);
	customer_feed("refund", "re_1", 1, "succeeded",
	              "{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"succeeded\","
	              "\"charge\":\"ch_1\",\"currency\":\"eur\",\"amount\":2000,"
	              "\"balance_transaction\":" TXN("txn_4", "refund", "re_1",
	                                             MONEY("-2000", "0", "-2000", "eur"),
	                                             "1777600200") "}");
	assert_string_equal(all_said(), "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		cmocka_unit_test(every_order_tells_each_transaction_once),
		CASE(what_waits_for_its_charge_is_told_when_that_is_settled),
		CASE(the_amounts_are_in_the_currency_of_the_transaction),
		CASE(a_transaction_of_a_fee_alone_goes_by_its_net),
		CASE(a_refund_is_no_dispute),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
