/*
 * billing_foreign_test - a refund in another currency than its charge is never booked as if it were in the charge's.
 */
#include "common/base/text.h"
#include "tests/support/case_fixture.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define STATES 4

/* How the case stands after what was said of it; "": nothing was. Never is more given back than was charged. */
static const char *said(void)
{
	const char *const all = case_said(NULL);
	const char *last = "";

	assert_null(strstr(all, "refund_over_charge"));
	for (const char *line = all; *line != '\0'; line = strchr(line, '\n') + 1) {
		const size_t size = strcspn(line, "\n");
		const char *const one = arena_text(customer_stage.arena, line, size);

		if (strstr(one, " currency_changed ") != NULL)
			last = one;
	}
	return last;
}

/* 100.00 USD, settled as 90.00 EUR, and a refund or dispute that says 12,000 JPY. */

static void feed_transaction(const char *id, const char *type, const char *source, int amount,
                             const char *currency)
{
	Opsmesh__V1__MoneySource about = OPSMESH__V1__MONEY_SOURCE__INIT;
	Opsmesh__V1__ObjectMirrored made = customer_mirrored(
	    "balance_transaction", id, 1, "available",
	    arena_printf(customer_stage.arena,
	                 "{\"id\":\"%s\",\"object\":\"balance_transaction\",\"type\":\"%s\","
	                 "\"source\":\"%s\",\"amount\":%d,\"fee\":0,\"net\":%d,\"currency\":\"%s\","
	                 "\"created\":1777600100,\"available_on\":1777600100}",
	                 id, type, source, amount, amount, currency));

	about.object_id = text_mutable(source);
	about.object_type = text_mutable(text_starts(source, "re_") ? "refund" : "dispute");
	about.charge_id = text_mutable("ch_1");
	about.currency = text_mutable("JPY");
	about.amount = 12000;
	made.about = text_starts(source, "ch_") ? NULL : &about;
	customer_feed_mirrored(&made);
}

static void feed_refund(int64_t revision, const char *status)
{
	customer_feed("refund", "re_1", revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"%s\","
	                           "\"charge\":\"ch_1\",\"currency\":\"jpy\",\"amount\":12000,"
	                           "\"created\":1777600150}",
	                           status));
}

static void feed_dispute(void)
{
	customer_feed("dispute", "dp_1", 1, "needs_response",
	              "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"needs_response\","
	              "\"charge\":\"ch_1\",\"currency\":\"jpy\",\"amount\":12000,"
	              "\"created\":1777600150,\"balance_transactions\":[]}");
}

struct returned {
	const char *source;
	const char *currency; /* of its transaction; NULL: it has none */
	int amount;
};

static void feed(size_t which, const struct returned *of)
{
	switch (which) {
	case 0:
		customer_feed("charge", "ch_1", 1, "succeeded",
		              "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\","
		              "\"amount\":10000,\"amount_captured\":10000,\"captured\":true,"
		              "\"amount_refunded\":0,\"currency\":\"usd\",\"created\":1777600000}");
		return;
	case 1: feed_transaction("txn_1", "charge", "ch_1", 9000, "eur"); return;
	case 2:
		if (text_starts(of->source, "re_"))
			feed_refund(1, "succeeded");
		else
			feed_dispute();
		return;
	default:
		if (of->currency != NULL)
			feed_transaction("txn_2", "refund", of->source, of->amount, of->currency);
	}
}

static void feed_all(const size_t *order, const struct returned *of)
{
	for (size_t i = 0; i < STATES; i++)
		feed(order[i], of);
}

#define UNTOUCHED "cash_in_transit EUR 9000\nexchange EUR -9000\nexchange USD 10000\n"

/* Half of the charge, whatever the refund says; what it says is no part of it. */
static const struct {
	const char *name;
	struct returned of;
	const char *books;
	bool held;
} cases[] = {
	{ "in the currency of the settlement it is so much of the charge",
	  { "re_1", "eur", -4500 },
	  "cash_in_transit EUR 4500\nexchange EUR -4500\nexchange USD 5000\n"
	  "receivable USD -5000\n",
	  false },
	{ "so is a dispute",
	  { "dp_1", "eur", -4500 },
	  "cash_in_transit EUR 4500\nexchange EUR -4500\nexchange USD 5000\n"
	  "receivable USD -5000\n",
	  false },
	{ "in that of the charge too",
	  { "re_1", "usd", -5000 },
	  "cash_in_transit EUR 9000\ncash_in_transit USD -5000\nexchange EUR -9000\n"
	  "exchange USD 10000\nreceivable USD -5000\n",
	  false },
	{ "in any other it is held",
	  { "re_1", "gbp", -4000 },
	  UNTOUCHED "receivable USD -10000\n",
	  true },
	{ "so is one without", { "re_1", NULL, 0 }, UNTOUCHED "receivable USD -10000\n", true },
	{ "and a dispute", { "dp_1", "gbp", -4000 }, UNTOUCHED "receivable USD -10000\n", true },
};

static void check(size_t i, const size_t *order)
{
	feed_all(order, &cases[i].of);
	const char *const word = said();

	if (!text_equal(ledger_trial(&customer_stage), cases[i].books))
		fail_msg("%s, order %zu %zu %zu %zu: %s", cases[i].name, order[0], order[1],
		         order[2], order[3], ledger_trial(&customer_stage));
	if (cases[i].held)
		assert_string_equal(word, arena_printf(customer_stage.arena,
		                                       "opened currency_changed %s 0 12000 JPY",
		                                       cases[i].of.source));
	else
		assert_true(text_equal(word, "") || text_starts(word, "healed currency_changed "));
}

static void it_is_booked_by_its_transaction_or_held_in_any_order(void **state)
{
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t order[STATES] = { 0, 1, 2, 3 };

		do {
			(void)customer_start(state);
			check(i, order);
			(void)customer_stop(state);
		} while (order_next(order, STATES));
	}
}

static void the_case_heals_when_it_is_booked_or_fails(void **state)
{
	static const struct returned none = { "re_1", NULL, 0 };
	static const size_t order[STATES] = { 0, 1, 2, 3 };

	for (int i = 0; i < 2; i++) {
		(void)customer_start(state);
		feed_all(order, &none);
		assert_string_equal(said(), "opened currency_changed re_1 0 12000 JPY");
		stage_test_restart(&customer_stage);
		if (i == 0)
			feed_transaction("txn_2", "refund", "re_1", -4500, "eur");
		else
			feed_refund(2, "failed");
		assert_string_equal(said(), "healed currency_changed re_1");
		(void)customer_stop(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_booked_by_its_transaction_or_held_in_any_order),
		cmocka_unit_test(the_case_heals_when_it_is_booked_or_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
