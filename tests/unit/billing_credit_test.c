/*
 * billing_credit_test - credit notes and the customer's balance: what they book, in any order.
 */
#include "common/base/status.h"
#include "common/base/text.h"
#include "services/billing-sync/entry/entry.h"
#include "services/billing-sync/refund/credit_note.h"
#include "tests/support/case_fixture.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/customer_story.h"
#include "tests/support/ledger_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

/* Reading. */

#define NOTE(more) \
	"{\"id\":\"cn_1\",\"invoice\":\"in_1\",\"currency\":\"jpy\",\"created\":9," more "}"

/* What it says of total, tax and the four ways; or where it is wrong. */
static const struct {
	const char *name;
	const char *json;
	const char *read;
} notes[] = {
	{ "before payment it takes off what is owed",
	  NOTE(
	      "\"total\":1100,\"type\":\"pre_payment\",\"tax_amounts\":[{\"amount\":100,\"inclusive\":false}]"),
	  "1100 100 unpaid 1100 refunded 0 credited 0 outside 0" },
	{ "an old one has an amount alone",
	  NOTE("\"amount\":500,\"type\":\"post_payment\",\"refund\":\"re_1\""),
	  "500 0 unpaid 0 refunded 500 credited 0 outside 0" },
	{ "the tax is what is left of the total",
	  NOTE("\"total\":500,\"total_excluding_tax\":450,\"customer_balance_transaction\":\"c\""),
	  "500 50 unpaid 0 refunded 0 credited 500 outside 0" },
	{ "a mixed one goes several ways",
	  NOTE("\"total\":1000,\"type\":\"mixed\",\"pre_payment_amount\":300,"
	       "\"post_payment_amount\":700,\"out_of_band_amount\":100,"
	       "\"refunds\":[{\"refund\":\"re_1\",\"amount_refunded\":250}],"
	       "\"customer_balance_transaction\":\"c\""),
	  "1000 0 unpaid 300 refunded 250 credited 350 outside 100" },
	{ "what is within says how much",
	  NOTE("\"total\":1000,\"refund\":{\"id\":\"re_1\",\"amount\":400},"
	       "\"customer_balance_transaction\":{\"id\":\"c\",\"amount\":-600}"),
	  "1000 0 unpaid 0 refunded 400 credited 600 outside 0" },
	{ "two ways without an amount are not guessed",
	  NOTE("\"total\":1000,\"refund\":\"re_1\",\"customer_balance_transaction\":\"c\""),
	  "1000 0 unpaid 0 refunded 0 credited 0 outside 0" },
	{ "a negative amount", NOTE("\"total\":-1"), "total" },
	{ "a net above the total", NOTE("\"total\":1,\"total_excluding_tax\":2"),
	  "total_excluding_tax" },
	{ "an amount beyond its bound", NOTE("\"total\":9223372036854775807"), "total" },
	{ "no currency", "{\"id\":\"cn_1\",\"total\":1}", "currency" },
};

static void a_note_says_what_it_gives_back_and_how(void **state)
{
	struct arena *const arena = arena_create(4096);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(notes); i++) {
		AUTO_JSON document = NULL;
		struct json_error error;
		struct credit_note it;
		const char *read;

		assert_true(json_parse(bytes_of(notes[i].json), 4096, &document, &error));
		const struct json_place object = json_top(document);

		if (credit_note_read(arena, &object, &it, &error))
			read = arena_printf(
			    arena, "%lld %lld unpaid %lld refunded %lld credited %lld outside %lld",
			    (long long)it.total, (long long)it.tax, (long long)it.unpaid,
			    (long long)it.refunded, (long long)it.credited, (long long)it.outside);
		else
			read = arena_string(arena, error.path);
		if (!text_equal(read, notes[i].read))
			fail_msg("%s: %s", notes[i].name, read);
	}
	arena_destroy(arena);
}

/* In the ledger. */

#define LINE(amount)                                                                         \
	"\"lines\":{\"has_more\":false,\"data\":[{\"id\":\"il_1\",\"object\":\"line_item\"," \
	"\"amount\":" amount ",\"currency\":\"jpy\",\"quantity\":1,"                         \
	"\"period\":{\"start\":1777593600,\"end\":1780272000}}]}"
#define INVOICE(id, status, total, due, start, end)                                         \
	"{\"id\":\"" id "\",\"object\":\"invoice\",\"status\":\"" status "\",\"currency\":" \
	"\"jpy\",\"created\":1777593600,\"total\":" total ",\"amount_due\":" due            \
	",\"starting_balance\":" start ",\"ending_balance\":" end "," LINE(total) "}"
#define CHARGE                                                                                  \
	"{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\",\"captured\":true,"    \
	"\"currency\":\"jpy\",\"amount\":9000,\"amount_captured\":9000,\"created\":1777600000," \
	"\"invoice\":\"in_1\"}"
#define TXN(id, type, source, amount)                                                 \
	"{\"id\":\"" id "\",\"object\":\"balance_transaction\",\"type\":\"" type      \
	"\",\"amount\":" amount ",\"fee\":0,\"net\":" amount ",\"currency\":\"jpy\"," \
	"\"created\":1777600100,\"source\":\"" source "\",\"exchange_rate\":null,"    \
	"\"status\":\"available\",\"fee_details\":[]}"
#define MOVED(id, type, amount)                                                           \
	"{\"id\":\"" id "\",\"object\":\"customer_balance_transaction\",\"type\":\"" type \
	"\",\"amount\":" amount ",\"currency\":\"jpy\",\"created\":1777590000}"
#define CREDIT(id, status, more)                                                                  \
	"{\"id\":\"" id "\",\"object\":\"credit_note\",\"invoice\":\"in_1\",\"status\":\"" status \
	"\",\"currency\":\"jpy\",\"created\":1777600050," more "}"

#define KRONA(id, total)                                                                 \
	"{\"id\":\"" id "\",\"object\":\"credit_note\",\"invoice\":\"in_1\",\"status\":" \
	"\"issued\",\"currency\":\"isk\",\"created\":1777600050,\"total\":" total "}"

/*
 * 700 of goodwill; an invoice of 10,000 uses them up and 300 are credited before payment, the charge pays
 * 9,000; of that 2,000 are refunded by a note and 1,000 more become credit; a note of 500 is voided. A
 * negative invoice of 400 gives credit, as its transaction says again; one of 30 is too small to be charged.
 */
static const struct customer_told story[] = {
	{ "customer_balance_transaction", "cbtxn_1", 1, "",
	  MOVED("cbtxn_1", "adjustment", "-700") },
	{ "customer_balance_transaction", "cbtxn_2", 1, "",
	  MOVED("cbtxn_2", "applied_to_invoice", "700") },
	{ "invoice", "in_1", 1, "draft",
	  INVOICE("in_1", "draft", "10000", "10000", "-700", "null") },
	{ "invoice", "in_1", 2, "open", INVOICE("in_1", "open", "10000", "9300", "-700", "0") },
	{ "invoice", "in_1", 3, "paid", INVOICE("in_1", "paid", "10000", "9000", "-700", "0") },
	{ "charge", "ch_1", 1, "succeeded", CHARGE },
	{ "balance_transaction", "txn_1", 1, "available", TXN("txn_1", "charge", "ch_1", "9000") },
	{ "credit_note", "cn_1", 1, "issued",
	  CREDIT("cn_1", "issued", "\"total\":300,\"type\":\"pre_payment\"") },
	{ "credit_note", "cn_2", 1, "issued",
	  CREDIT("cn_2", "issued",
	         "\"total\":2000,\"type\":\"post_payment\",\"refund\":\"re_1\"") },
	{ "refund", "re_1", 1, "succeeded",
	  "{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"succeeded\",\"charge\":\"ch_1\","
	  "\"currency\":\"jpy\",\"amount\":2000,\"balance_transaction\":" TXN(
	      "txn_2", "refund", "re_1", "-2000") "}" },
	{ "credit_note", "cn_3", 1, "issued",
	  CREDIT(
	      "cn_3", "issued",
	      "\"total\":1000,\"type\":\"post_payment\",\"customer_balance_transaction\":\"c\"") },
	{ "customer_balance_transaction", "cbtxn_3", 1, "",
	  MOVED("cbtxn_3", "credit_note", "-1000") },
	{ "credit_note", "cn_4", 1, "issued",
	  CREDIT("cn_4", "issued", "\"total\":500,\"type\":\"pre_payment\"") },
	{ "credit_note", "cn_4", 2, "void",
	  CREDIT("cn_4", "void",
	         "\"total\":500,\"type\":\"pre_payment\",\"voided_at\":1777600060") },
	{ "invoice", "in_2", 1, "paid", INVOICE("in_2", "paid", "-400", "0", "-1000", "-1400") },
	{ "customer_balance_transaction", "cbtxn_4", 1, "",
	  MOVED("cbtxn_4", "applied_to_invoice", "-400") },
	{ "invoice", "in_3", 1, "paid", INVOICE("in_3", "paid", "30", "0", "0", "30") },
};

/*
 * Of 10,000 for May 300, 2,000 and 1,000 were given back before it was earned. Goodwill of 700 is a contra.
 */
#define TRIAL                                                                       \
	"cash_in_transit JPY 7000\ncredits JPY -1370\ndeferred_revenue JPY -6330\n" \
	"refunds JPY 700\n"

static void any_order_gives_the_same_credit(void **state)
{
	const struct customer_story told = {
		.states = story,
		.count = COUNT_OF(story),
		.tell = customer_tell,
		.trial = TRIAL,
		.owed = "",
	};

	(void)state;
	customer_any_order(&told, 300);
	customer_any_states(&told, 100);
}

/* 11,000 with a tax of 1,000 are owed for May, and 1,100 with a tax of 100 no more. Tax was never deferred. */
static void what_a_note_takes_of_what_is_not_earned_is_without_its_tax(void **state)
{
	(void)state;
	customer_feed(
	    "invoice", "in_1", 1, "open",
	    "{\"id\":\"in_1\",\"object\":\"invoice\",\"status\":\"open\",\"currency\":\"jpy\","
	    "\"created\":1777593600,\"subtotal\":10000,\"total\":11000,\"amount_due\":11000,"
	    "\"tax\":1000," LINE("10000") "}");
	customer_feed(
	    "credit_note", "cn_1", 1, "issued",
	    CREDIT("cn_1", "issued",
	           "\"total\":1100,\"type\":\"pre_payment\",\"tax_amounts\":[{\"amount\":100,"
	           "\"inclusive\":false}]"));
	assert_string_equal(ledger_trial(&customer_stage),
	                    "deferred_revenue JPY -9000\nreceivable JPY 9900\n"
	                    "tax_payable JPY -900\n");
}

static void a_note_is_undone_when_it_was_voided(void **state)
{
	struct entry_row undone = { .transaction_id = "reversal/credit_note/cn_4", .line = 1 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(story); i++)
		if (text_equal(story[i].id, "cn_4"))
			customer_tell(&story[i]);
	assert_true(stage_test_row(&customer_stage, &entry_table, &undone));
	assert_int_equal(undone.at.us, SECONDS(1777600060).us);
	assert_string_equal(ledger_trial(&customer_stage), "");
}

static void what_a_note_does_not_explain_is_in_suspense_until_it_does(void **state)
{
	(void)state;
	customer_feed(
	    "credit_note", "cn_1", 1, "issued",
	    CREDIT("cn_1", "issued",
	           "\"total\":1000,\"refund\":\"re_1\",\"customer_balance_transaction\":\"c\""));
	const Opsmesh__V1__BillingEvent *event = customer_next();

	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_CREDIT_NOTE_CHANGED);
	assert_string_equal(event->credit_note_changed->invoice_id, "in_1");
	assert_int_equal(event->credit_note_changed->total->minor, 1000);
	event = customer_next();
	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_OPENED);
	assert_string_equal(event->discrepancy_opened->cause, "not_placed");
	assert_string_equal(ledger_trial(&customer_stage),
	                    "refunds JPY 1000\nsuspense JPY -1000\n");
	customer_feed("credit_note", "cn_1", 2, "issued",
	              CREDIT("cn_1", "issued",
	                     "\"total\":1000,\"customer_balance_transaction\":\"c\""));
	event = customer_next();
	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_HEALED);
	assert_string_equal(ledger_trial(&customer_stage), "credits JPY -1000\nrefunds JPY 1000\n");
}

/* The provider writes krona with two decimals: 5 and 1,000 of them, of which nobody says where they went. */
static void what_is_not_explained_is_told_in_whole_krona(void **state)
{
	static const struct {
		const char *note;
		const char *said;
	} rows[] = {
		{ KRONA("cn_1", "500"), "opened not_placed cn_1 0 -5 ISK\n" },
		{ KRONA("cn_2", "100000"), "opened not_placed cn_2 0 -1000 ISK\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		customer_feed("credit_note", i == 0 ? "cn_1" : "cn_2", 1, "issued", rows[i].note);
		assert_string_equal(case_said("not_placed"), rows[i].said);
	}
	assert_string_equal(ledger_trial(&customer_stage),
	                    "refunds ISK 1005\nsuspense ISK -1005\n");
}

static void a_balance_that_moves_is_told(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	customer_feed("customer_balance_transaction", "cbtxn_1", 1, "",
	              MOVED("cbtxn_1", "adjustment", "-700"));
	event = customer_next();
	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_CUSTOMER_BALANCE_MOVED);
	assert_string_equal(event->customer_balance_moved->type, "adjustment");
	assert_int_equal(event->customer_balance_moved->amount->minor, -700);
	customer_feed("customer_balance_transaction", "cbtxn_2", 1, "", "{\"currency\":\"jpy\"}");
	event = customer_next();
	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_REFUSED);
	assert_string_equal(event->object_refused->field, "amount");
}

int main(void)
{
	const struct CMUnitTest cases[] = {
		cmocka_unit_test(a_note_says_what_it_gives_back_and_how),
		CASE(any_order_gives_the_same_credit),
		CASE(what_a_note_takes_of_what_is_not_earned_is_without_its_tax),
		CASE(a_note_is_undone_when_it_was_voided),
		CASE(what_a_note_does_not_explain_is_in_suspense_until_it_does),
		CASE(what_is_not_explained_is_told_in_whole_krona),
		CASE(a_balance_that_moves_is_told),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
