/*
 * billing_paying_test - several charges of one invoice: what it does not take is the customer's own, in every order.
 */
#include "common/base/text.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/customer_story.h"
#include "tests/support/ledger_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

#define INVOICE(id, status, total, more)                                                         \
	"{\"id\":\"" id "\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"" status  \
	"\",\"currency\":\"jpy\",\"created\":1777593600,\"subtotal\":" total ",\"total\":" total \
	",\"amount_due\":" total more ",\"lines\":{\"object\":\"list\",\"has_more\":false,"      \
	"\"data\":[{\"id\":\"il_" id "\",\"object\":\"line_item\",\"amount\":" total             \
	",\"currency\":\"jpy\",\"quantity\":1}]}}"
#define CHARGE(id, amount, created, more)                                                          \
	"{\"id\":\"" id "\",\"object\":\"charge\",\"customer\":\"cus_1\",\"status\":\"succeeded\"" \
	",\"captured\":true,\"currency\":\"jpy\",\"amount\":" amount                               \
	",\"amount_captured\":" amount ",\"created\":" created more "}"
#define FOR_1 ",\"invoice\":\"in_1\""
#define PAYMENT(id, invoice, paid, by)                                             \
	"{\"id\":\"" id "\",\"object\":\"invoice_payment\",\"invoice\":\"" invoice \
	"\",\"status\":\"paid\",\"currency\":\"jpy\",\"amount_requested\":" paid   \
	",\"amount_paid\":" paid ",\"payment\":{" by "}}"
#define BY_INTENT(id) "\"type\":\"payment_intent\",\"payment_intent\":\"" id "\""
#define BY_CHARGE(id) "\"type\":\"charge\",\"charge\":\"" id "\""
#define TXN(id, type, source, amount)                                                 \
	"{\"id\":\"" id "\",\"object\":\"balance_transaction\",\"type\":\"" type      \
	"\",\"amount\":" amount ",\"fee\":0,\"net\":" amount ",\"currency\":\"jpy\"," \
	"\"created\":1777610000,\"source\":\"" source "\",\"exchange_rate\":null,"    \
	"\"status\":\"available\",\"fee_details\":[]}"
#define RETURN(id, object, charge, amount, txn)                                 \
	"{\"id\":\"" id "\",\"object\":\"" object                               \
	"\",\"status\":\"succeeded\",\"charge\":\"" charge                      \
	"\",\"currency\":\"jpy\",\"amount\":" amount ",\"created\":1777610000," \
	"\"reason\":\"other\",\"balance_transaction\":" txn ",\"balance_transactions\":[" txn "]}"
#define NOTE                                                                                      \
	"{\"id\":\"cn_1\",\"object\":\"credit_note\",\"invoice\":\"in_1\",\"status\":\"issued\"," \
	"\"type\":\"post_payment\",\"total\":200,\"currency\":\"jpy\",\"created\":1777620000,"    \
	"\"customer_balance_transaction\":{\"id\":\"cbt_1\",\"amount\":-200}}"

#define CHARGE_1                                                                              \
	{                                                                                     \
		"charge", "ch_1", 1, "succeeded", CHARGE("ch_1", "1000", "1777600000", FOR_1) \
	}
#define CHARGE_2                                                                              \
	{                                                                                     \
		"charge", "ch_2", 1, "succeeded", CHARGE("ch_2", "1000", "1777603600", FOR_1) \
	}
#define INVOICE_1                                                                 \
	{                                                                         \
		"invoice", "in_1", 1, "paid", INVOICE("in_1", "paid", "1000", "") \
	}
#define NOTE_1                                           \
	{                                                \
		"credit_note", "cn_1", 1, "issued", NOTE \
	}
#define TXN_OF(charge, amount)                                  \
	{                                                       \
		"balance_transaction", "txn_c", 1, "available", \
		    TXN("txn_c", "charge", charge, amount)      \
	}
#define REFUND_OF(charge, amount)                                      \
	{                                                              \
		"refund", "re_1", 1, "succeeded",                      \
		    RETURN("re_1", "refund", charge, amount,           \
		           TXN("txn_r", "refund", "re_1", "-" amount)) \
	}

/* The invoice is earned when it is made. A credit note of 200 goes to the balance. */
#define EARNED "credits JPY -200\nrefunds JPY 200\nrevenue JPY -1000\n"

static const struct customer_told twice[] = { INVOICE_1, CHARGE_1, CHARGE_2, TXN_OF("ch_2", "1000"),
	                                      NOTE_1 };
static const struct customer_told second_goes_back[] = {
	INVOICE_1, CHARGE_1, CHARGE_2, TXN_OF("ch_2", "1000"), REFUND_OF("ch_2", "1000"), NOTE_1
};
/* The charge that stands has paid the invoice. */
static const struct customer_told first_goes_back[] = {
	INVOICE_1, CHARGE_1, CHARGE_2, TXN_OF("ch_1", "1000"), REFUND_OF("ch_1", "1000"), NOTE_1
};
static const struct customer_told first_is_lost[] = {
	INVOICE_1,
	CHARGE_1,
	CHARGE_2,
	TXN_OF("ch_1", "1000"),
	{ "dispute", "dp_1", 1, "lost",
	  RETURN("dp_1", "dispute", "ch_1", "1000", TXN("txn_r", "adjustment", "dp_1", "-1000")) },
	NOTE_1
};
/* 300 goes back of the second: 200 were too much, 100 stand against revenue. */
static const struct customer_told in_parts[] = {
	INVOICE_1,
	{ "charge", "ch_1", 1, "succeeded", CHARGE("ch_1", "600", "1777600000", FOR_1) },
	{ "charge", "ch_2", 1, "succeeded", CHARGE("ch_2", "600", "1777603600", FOR_1) },
	TXN_OF("ch_2", "600"),
	REFUND_OF("ch_2", "300"),
	NOTE_1
};
static const struct customer_told parts_that_fit[] = {
	INVOICE_1,
	{ "charge", "ch_1", 1, "succeeded", CHARGE("ch_1", "500", "1777600000", FOR_1) },
	{ "charge", "ch_2", 1, "succeeded", CHARGE("ch_2", "500", "1777603600", FOR_1) },
	TXN_OF("ch_2", "500"),
	REFUND_OF("ch_2", "500"),
	NOTE_1
};
/* The charge says that it went back before the money is heard of. */
static const struct customer_told said_to_go_back[] = {
	INVOICE_1,
	CHARGE_1,
	CHARGE_2,
	NOTE_1,
	{ "charge", "ch_1", 2, "succeeded",
	  CHARGE("ch_1", "1000", "1777600000", FOR_1 ",\"amount_refunded\":1000") }
};
/* What was reserved beyond it is released, which the charge says as refunded: it pays all of the invoice. */
static const struct customer_told released[] = {
	INVOICE_1,
	CHARGE_2,
	{ "charge", "ch_1", 1, "succeeded",
	  "{\"id\":\"ch_1\",\"object\":\"charge\",\"customer\":\"cus_1\",\"status\":\"succeeded\","
	  "\"captured\":false,\"currency\":\"jpy\",\"amount\":1400,\"created\":1777600000" FOR_1
	  "}" },
	{ "charge", "ch_1", 2, "succeeded",
	  "{\"id\":\"ch_1\",\"object\":\"charge\",\"customer\":\"cus_1\",\"status\":\"succeeded\","
	  "\"captured\":true,\"currency\":\"jpy\",\"amount\":1400,\"amount_captured\":1000,"
	  "\"amount_refunded\":400,\"created\":1777600000" FOR_1 "}" },
};
/* Nobody owes it in the end: all is the customer's own, and goes back as such. */
static const struct customer_told voided[] = {
	{ "invoice", "in_1", 1, "open", INVOICE("in_1", "open", "1000", "") },
	{ "invoice", "in_1", 2, "void", INVOICE("in_1", "void", "1000", "") },
	CHARGE_1,
	TXN_OF("ch_1", "1000"),
	REFUND_OF("ch_1", "400"),
};
/* Less is due than before. */
static const struct customer_told lowered[] = {
	{ "invoice", "in_1", 1, "open", INVOICE("in_1", "open", "1000", "") },
	{ "invoice", "in_1", 2, "paid", INVOICE("in_1", "paid", "700", "") },
	CHARGE_1,
	TXN_OF("ch_1", "1000"),
};
/* Of two charges of an intent the first by its id is the one that is meant. */
static const struct customer_told one_intent[] = {
	INVOICE_1,
	{ "invoice_payment", "inpay_1", 1, "paid",
	  PAYMENT("inpay_1", "in_1", "1000", BY_INTENT("pi_1")) },
	{ "charge", "ch_1", 1, "succeeded",
	  CHARGE("ch_1", "1000", "1777603600", ",\"payment_intent\":\"pi_1\"") },
	{ "charge", "ch_2", 1, "succeeded",
	  CHARGE("ch_2", "1000", "1777600000", ",\"payment_intent\":\"pi_1\"") },
	NOTE_1,
};
/* One charge for two invoices, of which another had paid the second. */
static const struct customer_told two_invoices[] = {
	INVOICE_1,
	{ "invoice", "in_2", 1, "paid", INVOICE("in_2", "paid", "400", "") },
	{ "charge", "ch_1", 1, "succeeded", CHARGE("ch_1", "1400", "1777603600", "") },
	{ "charge", "ch_2", 1, "succeeded",
	  CHARGE("ch_2", "400", "1777600000", ",\"invoice\":\"in_2\"") },
	{ "invoice_payment", "inpay_1", 1, "paid",
	  PAYMENT("inpay_1", "in_1", "1000", BY_CHARGE("ch_1")) },
	{ "invoice_payment", "inpay_2", 1, "paid",
	  PAYMENT("inpay_2", "in_2", "400", BY_CHARGE("ch_1")) },
};
/* What is paid outside is what charges leave; what is on record there leaves charges less. */
static const struct customer_told outside[] = {
	{ "invoice", "in_1", 1, "paid",
	  INVOICE("in_1", "paid", "700", ",\"paid_out_of_band\":true") },
	{ "charge", "ch_1", 1, "succeeded", CHARGE("ch_1", "250", "1777600000", FOR_1) },
	{ "charge", "ch_2", 1, "succeeded", CHARGE("ch_2", "250", "1777603600", FOR_1) },
};
static const struct customer_told on_record[] = {
	INVOICE_1,
	CHARGE_1,
	{ "invoice_payment", "inpay_1", 1, "paid",
	  PAYMENT("inpay_1", "in_1", "400",
	          "\"type\":\"payment_record\",\"payment_record\":\"pr_1\"") },
	TXN_OF("ch_1", "1000"),
	REFUND_OF("ch_1", "400"),
};

#define STORY(states_, trial_, owed_, cases_)                                           \
	{                                                                               \
		.states = (states_), .count = COUNT_OF(states_), .tell = customer_tell, \
		.trial = (trial_), .owed = (owed_), .cases = (cases_)                   \
	}

static const struct customer_story stories[] = {
	STORY(
	    twice,
	    "cash_in_transit JPY 1000\nclearing JPY 1000\ncredits JPY -200\nreceivable JPY -1000\n"
	    "refunds JPY 200\nrevenue JPY -1000\n",
	    "ch_2 JPY -1000\n", "charged_twice ch_2 0/1000\n"),
	STORY(second_goes_back, "clearing JPY 1000\n" EARNED, "", ""),
	STORY(first_goes_back, "clearing JPY 1000\n" EARNED, "", ""),
	STORY(first_is_lost, "clearing JPY 1000\n" EARNED, "", ""),
	STORY(in_parts,
	      "cash_in_transit JPY 300\nclearing JPY 600\ncredits JPY -200\nrefunds JPY 300\n"
	      "revenue JPY -1000\n",
	      "", ""),
	STORY(parts_that_fit,
	      "clearing JPY 500\ncredits JPY -200\nrefunds JPY 700\nrevenue JPY -1000\n", "", ""),
	STORY(said_to_go_back,
	      "clearing JPY 2000\ncredits JPY -200\nreceivable JPY -1000\nrefunds JPY 200\n"
	      "revenue JPY -1000\n",
	      "ch_1 JPY -1000\n", ""),
	STORY(released, "clearing JPY 2000\nreceivable JPY -1000\nrevenue JPY -1000\n",
	      "ch_2 JPY -1000\n", "charged_twice ch_2 0/1000\n"),
	STORY(voided, "cash_in_transit JPY 600\nreceivable JPY -600\n", "ch_1 JPY -600\n",
	      "charged_twice ch_1 0/600\n"),
	STORY(lowered, "cash_in_transit JPY 1000\nreceivable JPY -300\nrevenue JPY -700\n",
	      "ch_1 JPY -300\n", "charged_twice ch_1 700/1000\n"),
	STORY(one_intent,
	      "clearing JPY 2000\ncredits JPY -200\nreceivable JPY -1000\nrefunds JPY 200\n"
	      "revenue JPY -1000\n",
	      "ch_2 JPY -1000\n", ""),
	STORY(two_invoices, "clearing JPY 1800\nreceivable JPY -400\nrevenue JPY -1400\n",
	      "ch_1 JPY -400\n", "charged_twice ch_1 0/400\n"),
	STORY(outside, "cash JPY 200\nclearing JPY 500\nrevenue JPY -700\n", "", ""),
	STORY(on_record, "cash JPY 400\ncash_in_transit JPY 600\nrevenue JPY -1000\n", "", ""),
};

static void every_order_ends_in_the_same_books_and_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		print_message("story %zu\n", i);
		customer_every_order(&stories[i]);
	}
}

/* A charge that names an invoice was said to pay it. */
static void what_an_invoice_does_not_take_is_said(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	customer_tell(&twice[0]);
	customer_tell(&twice[1]);
	while (customer_heard() != NULL)
		continue;
	customer_tell(&twice[2]);
	assert_int_equal(customer_next()->fact_case, FACT(PAYMENT_CHANGED));
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(PAYMENT_APPLIED));
	assert_string_equal(event->payment_applied->payment_id, "ch_2");
	assert_string_equal(event->payment_applied->invoice_id, "in_1");
	assert_int_equal(event->payment_applied->amount->minor, 0);
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(DISCREPANCY_OPENED));
	assert_string_equal(event->discrepancy_opened->cause, "charged_twice");
	assert_string_equal(event->discrepancy_opened->object_ids[0], "ch_2");
	assert_int_equal(event->discrepancy_opened->found->minor, 1000);
	while (customer_heard() != NULL)
		continue;
	customer_feed("charge", "ch_2", 2, "succeeded",
	              CHARGE("ch_2", "1000", "1777603600", FOR_1 ",\"amount_refunded\":1000"));
	assert_int_equal(customer_next()->fact_case, FACT(PAYMENT_CHANGED));
	assert_string_equal(customer_next()->discrepancy_healed->object_id, "ch_2");
}

/* Two parts of the same amount are no second charge once the invoice says that it asks for both. */
static void what_was_guessed_of_an_invoice_ends_when_it_is_known(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	customer_tell(&parts_that_fit[1]);
	customer_tell(&parts_that_fit[2]);
	(void)customer_next();
	(void)customer_next();
	assert_string_equal(customer_next()->discrepancy_opened->object_ids[0], "ch_2");
	customer_tell(&parts_that_fit[0]);
	do {
		event = customer_next();
	} while (event->fact_case != FACT(DISCREPANCY_HEALED));
	assert_string_equal(event->discrepancy_healed->object_id, "ch_2");
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, customer_start, customer_stop)
	const struct CMUnitTest tests[] = {
		CASE(every_order_ends_in_the_same_books_and_cases),
		CASE(what_an_invoice_does_not_take_is_said),
		CASE(what_was_guessed_of_an_invoice_ends_when_it_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
