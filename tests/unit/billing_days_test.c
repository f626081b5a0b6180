/*
 * billing_days_test - what each day of the books says is the same, whatever order its events came in and
 * whichever of them were overtaken: a close seals days, and a question may be of any.
 */
#include "common/base/text.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/customer_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

/* The first day at one in the morning, and seconds of later ones. */
#define FIRST "1728003600"   /* 2024-10-04 */
#define SECOND "1728090000"  /* 2024-10-05 */
#define THIRD "1728176400"   /* 2024-10-06 */
#define SIXTH "1728435600"   /* 2024-10-09 */
#define A_MONTH "1730595600" /* 2024-11-03 */

#define MOVED(id, type, source, amount, at)                                            \
	"{\"id\":\"" id "\",\"object\":\"balance_transaction\",\"type\":\"" type       \
	"\",\"source\":\"" source "\",\"amount\":" amount ",\"fee\":0,\"net\":" amount \
	",\"currency\":\"jpy\",\"created\":" at                                        \
	",\"status\":\"available\",\"exchange_rate\":null,\"fee_details\":[]}"
#define CHARGE(id, amount, more)                                                                   \
	"{\"id\":\"" id                                                                            \
	"\",\"object\":\"charge\",\"customer\":\"cus_1\",\"status\":\"succeeded\","                \
	"\"currency\":\"jpy\",\"amount\":" amount ",\"captured\":true,\"amount_captured\":" amount \
	",\"created\":" FIRST more "}"
#define REFUND(amount)                                                                         \
	"{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"succeeded\",\"charge\":\"ch_1\"," \
	"\"currency\":\"jpy\",\"amount\":" amount ",\"created\":" SECOND                       \
	",\"balance_transaction\":" MOVED("txn_r", "refund", "re_1", "-" amount, SECOND) "}"
#define DISPUTE(status, moves)                                                                   \
	"{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"" status "\",\"charge\":\"ch_1\"," \
	"\"currency\":\"jpy\",\"amount\":700,\"created\":" SIXTH ",\"reason\":\"fraudulent\","   \
	"\"balance_transactions\":[" moves "]}"
#define TAKEN MOVED("txn_d", "adjustment", "dp_1", "-700", SIXTH)
#define GIVEN MOVED("txn_e", "adjustment", "dp_1", "700", A_MONTH)

/* 3000 for a month. */
#define INVOICE(status, moved)                                                                           \
	"{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"" status            \
	"\","                                                                                            \
	"\"currency\":\"jpy\",\"created\":" FIRST                                                        \
	",\"subtotal\":3000,\"total\":3000,\"amount_due\":3000,"                                         \
	"\"amount_paid\":1000,\"amount_remaining\":2000,\"status_transitions\":{\"finalized_at\":" FIRST \
	    moved                                                                                        \
	"},\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\","                \
	"\"object\":\"line_item\",\"amount\":3000,\"currency\":\"jpy\",\"quantity\":1,\"period\":{"      \
	"\"start\":" FIRST ",\"end\":" A_MONTH "}}]}}"

#define NOTE(n, status, amount, more)                                                          \
	"{\"id\":\"cn_" n                                                                      \
	"\",\"object\":\"credit_note\",\"invoice\":\"in_1\",\"status\":\"" status "\","        \
	"\"currency\":\"jpy\",\"amount\":" amount ",\"subtotal\":" amount ",\"total\":" amount \
	",\"created\":" more ",\"pre_payment_amount\":0,\"post_payment_amount\":" amount       \
	",\"out_of_band_amount\":" amount "}"

/* Nobody is billed, so that what goes back was the customer's own. */
static const struct customer_told won[] = {
	{ "charge", "ch_1", 1, "succeeded", CHARGE("ch_1", "1000", "") },
	{ "balance_transaction", "txn_1", 1, "available",
	  MOVED("txn_1", "charge", "ch_1", "1000", FIRST) },
	{ "refund", "re_1", 1, "succeeded", REFUND("300") },
	{ "dispute", "dp_1", 1, "needs_response", DISPUTE("needs_response", TAKEN) },
	{ "dispute", "dp_1", 2, "won", DISPUTE("won", TAKEN "," GIVEN) },
};

/* A part is paid back outside of the provider while the invoice is owed, and one after it is void. */
static const struct customer_told ended[] = {
	{ "invoice", "in_1", 1, "open", INVOICE("open", "") },
	{ "invoice", "in_1", 2, "void", INVOICE("void", ",\"voided_at\":" THIRD) },
	{ "credit_note", "cn_1", 1, "issued", NOTE("1", "issued", "300", SECOND) },
	{ "credit_note", "cn_2", 1, "issued", NOTE("2", "issued", "200", SIXTH) },
};

static const struct customer_told undone[] = {
	{ "invoice", "in_1", 1, "open", INVOICE("open", "") },
	{ "credit_note", "cn_1", 1, "issued", NOTE("1", "issued", "300", SECOND) },
	{ "credit_note", "cn_1", 2, "void",
	  NOTE("1", "void", "300", SECOND ",\"voided_at\":" THIRD) },
};

static const struct customer_story stories[] = {
	{ .states = won,
	  .count = COUNT_OF(won),
	  .trial = "cash_in_transit JPY 700\nreceivable JPY -700\n",
	  .owed = "ch_1 JPY -700\n",
	  .days = "2024-10-04 cash_in_transit JPY 1000\n"
	          "2024-10-04 receivable JPY -1000\n"
	          "2024-10-05 cash_in_transit JPY -300\n"
	          "2024-10-05 receivable JPY 300\n"
	          "2024-10-09 cash_in_transit JPY -700\n"
	          "2024-10-09 disputes JPY 700\n"
	          "2024-11-03 cash_in_transit JPY 700\n"
	          "2024-11-03 disputes JPY -700\n" },
	{ .states = ended,
	  .count = COUNT_OF(ended),
	  .trial = "cash JPY -500\nrefunds JPY 500\n",
	  .owed = "",
	  .days = "2024-10-04 deferred_revenue JPY -3000\n"
	          "2024-10-04 receivable JPY 3000\n"
	          "2024-10-05 cash JPY -300\n"
	          "2024-10-05 deferred_revenue JPY 300\n"
	          "2024-10-06 deferred_revenue JPY 2700\n"
	          "2024-10-06 receivable JPY -3000\n"
	          "2024-10-06 refunds JPY 300\n"
	          "2024-10-09 cash JPY -200\n"
	          "2024-10-09 refunds JPY 200\n" },
	{ .states = undone,
	  .count = COUNT_OF(undone),
	  .trial = "deferred_revenue JPY -3000\nreceivable JPY 3000\n",
	  .owed = "in_1 JPY 3000\n",
	  .days = "2024-10-04 deferred_revenue JPY -3000\n"
	          "2024-10-04 receivable JPY 3000\n"
	          "2024-10-05 cash JPY -300\n"
	          "2024-10-05 refunds JPY 300\n"
	          "2024-10-06 cash JPY 300\n"
	          "2024-10-06 refunds JPY -300\n" },
};

static void every_day_is_the_same_in_any_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		struct customer_story story = stories[i];

		story.tell = customer_tell;
		customer_any_order(&story, 150);
		customer_any_states(&story, 150);
	}
}

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(every_day_is_the_same_in_any_order),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
