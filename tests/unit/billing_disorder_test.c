/*
 * billing_disorder_test - facts of money that become others: the books end the same in every order, whichever
 * of the older states came.
 */
#include "tests/support/customer_fixture.h"
#include "tests/support/customer_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ROUNDS 100

#define CHARGE(status, currency, more)                                                       \
	"{\"id\":\"ch_1\",\"object\":\"charge\",\"customer\":\"cus_1\",\"status\":\"" status \
	"\",\"currency\":\"" currency                                                        \
	"\",\"amount\":1000,\"created\":1777600000,\"captured\":" more "}"
#define TAKEN(amount) "true,\"amount_captured\":" amount
#define TXN(id, type, source, currency, amount, rate)                                    \
	"{\"id\":\"" id "\",\"object\":\"balance_transaction\",\"type\":\"" type         \
	"\",\"amount\":" amount ",\"fee\":0,\"net\":" amount ",\"currency\":\"" currency \
	"\",\"created\":1777600100,\"source\":\"" source "\",\"exchange_rate\":" rate "}"
#define SETTLED(id, currency, amount, rate)                           \
	{                                                             \
		"balance_transaction", id, 1, "available",            \
		    TXN(id, "charge", "ch_1", currency, amount, rate) \
	}
#define DISPUTE(status, amount, transactions)                                                       \
	"{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"" status                              \
	"\",\"charge\":\"ch_1\",\"currency\":\"eur\",\"amount\":" amount                            \
	",\"created\":1777600200,\"reason\":\"fraudulent\",\"balance_transactions\":[" transactions \
	"]}"

static void holds(const struct customer_story *story)
{
	customer_every_order(story);
	customer_any_states(story, ROUNDS);
}

/*
 * 10.00 EUR, settled as 11.00 USD; disputed as a whole at 1.12, then only 6.00: 4.00 come back at 1.13. Of the
 * charge 6.00 are gone, which had brought 6.60; what left is 11.20 - 4.52 = 6.68: 0.08 were lost by exchange.
 */
#define WITHDRAWN TXN("txn_2", "adjustment", "dp_1", "usd", "-1120", "1.12")
#define REINSTATED TXN("txn_3", "adjustment", "dp_1", "usd", "452", "1.13")
static const struct customer_told dispute[] = {
	{ "charge", "ch_1", 1, "succeeded", CHARGE("succeeded", "eur", TAKEN("1000")) },
	SETTLED("txn_1", "usd", "1100", "1.1"),
	{ "dispute", "dp_1", 1, "needs_response", DISPUTE("needs_response", "1000", WITHDRAWN) },
	{ "dispute", "dp_1", 2, "lost", DISPUTE("lost", "600", WITHDRAWN "," REINSTATED) },
};

static void of_a_dispute_whose_amount_changes_each_transaction_says_its_part(void **state)
{
	(void)state;
	holds(&(struct customer_story){
	    .states = dispute,
	    .count = COUNT_OF(dispute),
	    .tell = customer_tell,
	    .trial =
		"cash_in_transit USD 432\nexchange EUR 400\nexchange USD -440\nfx_gain_loss USD 8\n"
		"receivable EUR -400\n",
	    .owed = "ch_1 EUR -400\n",
	    .cases = "",
	});
}

/* 10.00 EUR are captured in two parts, 4.00 and then 6.00, or settled in two: as they are in the end. */
#define CAPTURED(status, currency, amount)                       \
	{                                                        \
		"charge", "ch_1", status, "succeeded",           \
		    CHARGE("succeeded", currency, TAKEN(amount)) \
	}

static const struct customer_told at_once[] = {
	CAPTURED(1, "eur", "400"),
	CAPTURED(2, "eur", "1000"),
	SETTLED("txn_1", "eur", "1000", "null"),
};
static const struct customer_told in_parts[] = {
	CAPTURED(1, "eur", "400"),
	SETTLED("txn_1", "eur", "400", "null"),
	CAPTURED(2, "eur", "1000"),
	SETTLED("txn_2", "eur", "600", "null"),
};
static const struct customer_told too_little[] = {
	CAPTURED(1, "eur", "1000"),
	SETTLED("txn_1", "eur", "400", "null"),
	SETTLED("txn_2", "eur", "590", "null"),
};
static const struct customer_told over_again[] = {
	CAPTURED(1, "eur", "1000"),
	CAPTURED(2, "eur", "400"),
	CAPTURED(3, "eur", "1000"),
	SETTLED("txn_1", "eur", "1000", "null"),
};

static const struct {
	const struct customer_told *states;
	size_t count;
	const char *trial;
	const char *cases;
} captures[] = {
	{ at_once, COUNT_OF(at_once), "cash_in_transit EUR 1000\nreceivable EUR -1000\n", "" },
	{ in_parts, COUNT_OF(in_parts), "cash_in_transit EUR 1000\nreceivable EUR -1000\n", "" },
	{ too_little, COUNT_OF(too_little),
	  "cash_in_transit EUR 990\nreceivable EUR -1000\nsuspense EUR 10\n",
	  "not_placed ch_1 0/10\n" },
	{ over_again, COUNT_OF(over_again), "cash_in_transit EUR 1000\nreceivable EUR -1000\n",
	  "" },
};

static void what_is_charged_is_what_was_captured_in_the_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(captures); i++)
		holds(&(struct customer_story){
		    .states = captures[i].states,
		    .count = captures[i].count,
		    .tell = customer_tell,
		    .trial = captures[i].trial,
		    .owed = "ch_1 EUR -1000\n",
		    .cases = captures[i].cases,
		});
}

/*
 * The same in dollars: 4.40 at 1.1 and 6.72 at 1.12. 5.00 EUR are given back at 1.2, which takes 6.00; they had
 * brought 5.00 / 10.00 * 11.12 = 5.56: 0.44 were lost by exchange, whatever of it was settled when they were booked.
 */
#define REFUND                                                                                     \
	"{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"succeeded\",\"charge\":\"ch_1\","     \
	"\"currency\":\"eur\",\"amount\":500,\"created\":1777600200,\"balance_transaction\":" TXN( \
	    "txn_3", "refund", "re_1", "usd", "-600", "1.2") "}"
static const struct customer_told exchanged[] = {
	CAPTURED(1, "eur", "400"),
	SETTLED("txn_1", "usd", "440", "1.1"),
	CAPTURED(2, "eur", "1000"),
	SETTLED("txn_2", "usd", "672", "1.12"),
	{ "refund", "re_1", 1, "succeeded", REFUND },
};

static void two_parts_at_two_rates_are_one_charge_at_one(void **state)
{
	(void)state;
	holds(&(struct customer_story){
	    .states = exchanged,
	    .count = COUNT_OF(exchanged),
	    .tell = customer_tell,
	    .trial = "cash_in_transit USD 512\nexchange EUR 500\nexchange USD -556\n"
		     "fx_gain_loss USD 44\nreceivable EUR -500\n",
	    .owed = "ch_1 EUR -500\n",
	});
}

/* An invoice is paid by a charge that fails after all; and by another, which is no second one then. */
#define FAILED "true,\"amount_captured\":0,\"failure_code\":\"account_closed\""
#define FOR_INVOICE ",\"invoice\":\"in_1\""
#define INVOICE                                                                                           \
	{                                                                                                 \
		"invoice", "in_1", 1, "open",                                                             \
		    "{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"open\"," \
		    "\"currency\":\"eur\",\"created\":1777593600,\"subtotal\":1000,\"total\":1000,"       \
		    "\"amount_due\":1000,\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{"   \
		    "\"id\":\"il_1\",\"object\":\"line_item\",\"amount\":1000,\"currency\":\"eur\","      \
		    "\"quantity\":1}]}}"                                                                  \
	}
#define CHARGE_FAILS                                                                       \
	{ "charge", "ch_1", 1, "succeeded",                                                \
	  CHARGE("succeeded", "eur", TAKEN("1000") FOR_INVOICE) },                         \
	{                                                                                  \
		"charge", "ch_1", 2, "failed", CHARGE("failed", "eur", FAILED FOR_INVOICE) \
	}

static const struct customer_told failed[] = { INVOICE, CHARGE_FAILS };
static const struct customer_told another[] = {
	INVOICE,
	CHARGE_FAILS,
	{ "charge", "ch_2", 1, "succeeded",
	  "{\"id\":\"ch_2\",\"object\":\"charge\",\"customer\":\"cus_1\",\"status\":\"succeeded\","
	  "\"currency\":\"eur\",\"amount\":1000,\"created\":1777600500,\"captured\":" TAKEN("1000")
	      FOR_INVOICE "}" },
};
static const struct customer_told succeeded[] = {
	CAPTURED(1, "eur", "1000"),
	{ "charge", "ch_1", 2, "failed", CHARGE("failed", "eur", FAILED) },
	CAPTURED(3, "eur", "1000"),
	SETTLED("txn_1", "eur", "1000", "null"),
};

static void a_charge_that_fails_after_all_pays_nothing(void **state)
{
	(void)state;
	holds(&(struct customer_story){
	    .states = failed,
	    .count = COUNT_OF(failed),
	    .tell = customer_tell,
	    .trial = "receivable EUR 1000\nrevenue EUR -1000\n",
	    .owed = "in_1 EUR 1000\n",
	    .cases = "",
	});
}

static void who_pays_instead_does_not_pay_twice(void **state)
{
	(void)state;
	holds(&(struct customer_story){
	    .states = another,
	    .count = COUNT_OF(another),
	    .tell = customer_tell,
	    .trial = "clearing EUR 1000\nrevenue EUR -1000\n",
	    .owed = "",
	    .cases = "",
	});
}

static void one_that_succeeds_again_is_paid(void **state)
{
	(void)state;
	holds(&(struct customer_story){
	    .states = succeeded,
	    .count = COUNT_OF(succeeded),
	    .tell = customer_tell,
	    .trial = "cash_in_transit EUR 1000\nreceivable EUR -1000\n",
	    .owed = "ch_1 EUR -1000\n",
	    .cases = "",
	});
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(of_a_dispute_whose_amount_changes_each_transaction_says_its_part),
		CASE(what_is_charged_is_what_was_captured_in_the_end),
		CASE(two_parts_at_two_rates_are_one_charge_at_one),
		CASE(a_charge_that_fails_after_all_pays_nothing),
		CASE(who_pays_instead_does_not_pay_twice),
		CASE(one_that_succeeds_again_is_paid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
