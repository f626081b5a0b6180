/*
 * billing_awaited_test - what is named or shown and does not come: asked for once, a case, and healed when it comes.
 */
#include "common/base/text.h"
#include "services/billing-sync/customer/customer_awaited.h"
#include "tests/support/case_fixture.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SEEN_MAX 8

static const char *said(void)
{
	return case_said("never_came");
}

/* Objects: a paid invoice, its charge, a refund of a part, a dispute, a subscription. */

static void feed_invoice(void)
{
	customer_feed(
	    "invoice", "in_1", 1, "paid",
	    "{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"paid\","
	    "\"currency\":\"jpy\",\"created\":1777593600,\"subtotal\":12000,\"total\":12000,"
	    "\"amount_due\":12000,\"amount_paid\":12000,\"amount_remaining\":0,"
	    "\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\","
	    "\"object\":\"line_item\",\"amount\":12000,\"currency\":\"jpy\",\"quantity\":1}]}}");
}

static void feed_outside(void)
{
	customer_feed(
	    "invoice", "in_1", 2, "paid",
	    "{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"paid\","
	    "\"paid_out_of_band\":true,\"currency\":\"jpy\",\"created\":1777593600,"
	    "\"subtotal\":12000,\"total\":12000,\"amount_due\":12000,\"amount_paid\":12000,"
	    "\"amount_remaining\":0,\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{"
	    "\"id\":\"il_1\",\"object\":\"line_item\",\"amount\":12000,\"currency\":\"jpy\","
	    "\"quantity\":1}]}}");
}

static void charge(int64_t revision, int refunded, const char *disputed)
{
	customer_feed(
	    "charge", "ch_1", revision, "succeeded",
	    arena_printf(customer_stage.arena,
	                 "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\","
	                 "\"amount\":12000,\"amount_captured\":12000,\"amount_refunded\":%d,"
	                 "\"currency\":\"jpy\",\"created\":1728000000,\"disputed\":%s,"
	                 "\"invoice\":\"in_1\"}",
	                 refunded, disputed));
}

static void feed_charge(void)
{
	charge(1, 0, "false");
}

static void feed_returned(void)
{
	charge(2, 2000, "false");
}

static void feed_disputed(void)
{
	charge(3, 0, "true");
}

static void feed_refund(void)
{
	customer_feed("refund", "re_1", 1, "succeeded",
	              "{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"succeeded\","
	              "\"amount\":2000,\"currency\":\"jpy\",\"charge\":\"ch_1\","
	              "\"created\":1728000000}");
}

/* The refund as its balance transaction's id names it, and with that within it. */
static void refund_named(int64_t revision, const char *transaction)
{
	customer_feed("refund", "re_1", revision, "succeeded",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"re_1\",\"object\":\"refund\",\"status\":"
	                           "\"succeeded\",\"amount\":2000,\"currency\":\"jpy\","
	                           "\"charge\":\"ch_1\",\"created\":1728000000,"
	                           "\"balance_transaction\":%s}",
	                           transaction));
}

static void feed_unsettled(void)
{
	refund_named(1, "\"txn_1\"");
}

static void feed_unsettled_later(void)
{
	refund_named(3, "\"txn_1\"");
}

static void settled(int64_t revision)
{
	refund_named(revision,
	             "{\"id\":\"txn_1\",\"object\":\"balance_transaction\",\"type\":\"refund\","
	             "\"source\":\"re_1\",\"amount\":-2000,\"fee\":0,\"net\":-2000,"
	             "\"currency\":\"jpy\",\"created\":1728000000,"
	             "\"available_on\":1728000000}");
}

static void feed_settled(void)
{
	settled(1);
}

static void feed_settled_later(void)
{
	settled(2);
}

static void feed_transaction(void)
{
	Opsmesh__V1__ObjectMirrored made = customer_mirrored(
	    "balance_transaction", "txn_1", 1, "available",
	    "{\"id\":\"txn_1\",\"object\":\"balance_transaction\",\"type\":\"refund\","
	    "\"source\":\"re_1\",\"amount\":-2000,\"fee\":0,\"net\":-2000,\"currency\":\"jpy\","
	    "\"created\":1728000000,\"available_on\":1728000000}");
	Opsmesh__V1__MoneySource about = OPSMESH__V1__MONEY_SOURCE__INIT;

	about.object_id = text_mutable("re_1");
	about.object_type = text_mutable("refund");
	about.charge_id = text_mutable("ch_1");
	about.currency = text_mutable("JPY");
	about.amount = 2000;
	made.about = &about;
	customer_feed_mirrored(&made);
}

static void dispute_of(int64_t revision, const char *list)
{
	customer_feed("dispute", "dp_1", revision, "needs_response",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":"
	                           "\"needs_response\",\"amount\":12000,\"currency\":\"jpy\","
	                           "\"charge\":\"ch_1\",\"balance_transaction\":\"txn_1\","
	                           "\"balance_transactions\":[%s]}",
	                           list));
}

static void feed_disputed_unsettled(void)
{
	dispute_of(1, "");
}

static void feed_disputed_settled(void)
{
	dispute_of(1,
	           "{\"id\":\"txn_1\",\"object\":\"balance_transaction\",\"type\":\"adjustment\","
	           "\"source\":\"dp_1\",\"amount\":-12000,\"fee\":0,\"net\":-12000,"
	           "\"currency\":\"jpy\",\"created\":1728000000,"
	           "\"available_on\":1728000000}");
}

/* An invoice that is open, of which credit notes took so much off, and one of them. */

static void invoice_credited(int64_t revision, int credits)
{
	customer_feed(
	    "invoice", "in_1", revision, "open",
	    arena_printf(
		customer_stage.arena,
		"{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"open\","
		"\"currency\":\"jpy\",\"created\":1777593600,\"subtotal\":12000,\"total\":12000,"
		"\"amount_due\":12000,\"amount_paid\":0,\"amount_remaining\":%d,"
		"\"pre_payment_credit_notes_amount\":%d,\"post_payment_credit_notes_amount\":0,"
		"\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\","
		"\"object\":\"line_item\",\"amount\":12000,\"currency\":\"jpy\",\"quantity\":1}]}}",
		12000 - credits, credits));
}

static void feed_credited(void)
{
	invoice_credited(1, 3000);
}

static void feed_uncredited(void)
{
	invoice_credited(2, 0);
}

static void note(int64_t revision, const char *status)
{
	customer_feed("credit_note", "cn_1", revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"cn_1\",\"object\":\"credit_note\",\"invoice\":"
	                           "\"in_1\",\"status\":\"%s\",\"currency\":\"jpy\",\"amount\":"
	                           "3000,\"total\":3000,\"subtotal\":3000,\"created\":1777593600,"
	                           "\"pre_payment_amount\":3000,\"post_payment_amount\":0}",
	                           status));
}

static void feed_note(void)
{
	note(1, "issued");
}

static void feed_voided(void)
{
	note(2, "void");
}

static void feed_dispute(void)
{
	customer_feed("dispute", "dp_1", 1, "needs_response",
	              "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"needs_response\","
	              "\"amount\":12000,\"currency\":\"jpy\",\"charge\":\"ch_1\"}");
}

static void feed_intent(void)
{
	customer_feed("payment_intent", "pi_1", 1, "succeeded",
	              "{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"status\":\"succeeded\","
	              "\"amount\":12000,\"currency\":\"jpy\",\"latest_charge\":\"ch_1\"}");
}

static void feed_charge_of_intent(void)
{
	customer_feed("charge", "ch_1", 1, "failed",
	              "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"failed\","
	              "\"amount\":12000,\"currency\":\"jpy\",\"payment_intent\":\"pi_1\"}");
}

/* A part of what it reserved was captured: the provider counts the rest as refunded. */
static void feed_released(void)
{
	customer_feed("charge", "ch_1", 1, "succeeded",
	              "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\","
	              "\"amount\":12000,\"amount_captured\":8000,\"amount_refunded\":4000,"
	              "\"currency\":\"jpy\",\"created\":1728000000}");
}

typedef void feeding(void);

/* What came, in what order, and what is said of what did not. */
static const struct {
	const char *name;
	feeding *first[SEEN_MAX];
	const char *said;
	feeding *then;
	const char *healed;
} cases[] = {
	{ "an invoice that its charge names is asked for",
	  { feed_charge },
	  "fetch invoice in_1 by ch_1\nopened never_came in_1 1 0\n",
	  feed_invoice,
	  "healed never_came in_1\n" },
	{ "a charge that the amount paid of an invoice shows is asked for",
	  { feed_invoice },
	  "fetch invoice in_1 by in_1\nopened never_came in_1 12000 0 JPY\n",
	  feed_charge,
	  "healed never_came in_1\n" },
	{ "a charge that its intent names is asked for",
	  { feed_intent },
	  "fetch charge ch_1 by pi_1\nopened never_came ch_1 1 0\n",
	  NULL,
	  "" },
	{ "an intent that its charge names is asked for",
	  { feed_charge_of_intent },
	  "fetch payment_intent pi_1 by ch_1\nopened never_came pi_1 1 0\n",
	  feed_intent,
	  "healed never_came pi_1\n" },
	{ "but not one that came first", { feed_intent, feed_charge_of_intent }, "", NULL, "" },
	{ "a refund that its charge shows is asked for",
	  { feed_invoice, feed_returned },
	  "fetch charge ch_1 by ch_1\nopened never_came ch_1 2000 0 JPY\n",
	  feed_refund,
	  "healed never_came ch_1\n" },
	{ "but not what it released of a reservation", { feed_released }, "", NULL, "" },
	{ "a dispute that its charge shows is asked for",
	  { feed_invoice, feed_disputed },
	  "fetch charge ch_1 by ch_1\nopened never_came ch_1 1 0\n",
	  feed_dispute,
	  "healed never_came ch_1\n" },
	{ "a credit note that its invoice shows is asked for",
	  { feed_credited },
	  "fetch invoice in_1 by in_1\nopened never_came in_1 3000 0 JPY\n",
	  feed_note,
	  "healed never_came in_1\n" },
	{ "or is not, where a state takes it back",
	  { feed_credited },
	  "fetch invoice in_1 by in_1\nopened never_came in_1 3000 0 JPY\n",
	  feed_uncredited,
	  "healed never_came in_1\n" },
	{ "a credit note that was voided is none",
	  { feed_note, feed_voided, feed_credited },
	  "fetch invoice in_1 by in_1\nopened never_came in_1 3000 0 JPY\n",
	  NULL,
	  "" },
	{ "nothing is asked for where its credit note is there",
	  { feed_credited, feed_note },
	  "",
	  NULL,
	  "" },
	{ "nor where that comes first", { feed_note, feed_credited }, "", NULL, "" },
	{ "nor where both are taken back",
	  { feed_note, feed_credited, feed_voided, feed_uncredited },
	  "",
	  NULL,
	  "" },
	{ "nothing is asked for where all is there", { feed_charge, feed_invoice }, "", NULL, "" },
	{ "nor in another order", { feed_invoice, feed_charge }, "", NULL, "" },
	{ "nor where the refund comes first",
	  { feed_refund, feed_returned, feed_invoice },
	  "",
	  NULL,
	  "" },
	{ "nor where the dispute comes last",
	  { feed_disputed, feed_invoice, feed_dispute },
	  "",
	  NULL,
	  "" },
	{ "nor of money outside of the provider", { feed_outside }, "", NULL, "" },
	{ "nor where a state takes it back", { feed_invoice, feed_outside }, "", NULL, "" },
};

static void what_never_comes_is_asked_for_once_and_heals(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)customer_start(state);
		customer_feed_self();
		for (size_t k = 0; k < SEEN_MAX && cases[i].first[k] != NULL; k++)
			cases[i].first[k]();
		customer_wait(DAYS(2));
		if (*said() != '\0')
			fail_msg("%s: too early", cases[i].name);
		customer_wait(DAYS(2));
		assert_string_equal(said(), cases[i].said);
		stage_test_restart(&customer_stage);
		customer_wait(DAYS(9));
		assert_string_equal(said(), "");
		if (cases[i].then != NULL)
			cases[i].then();
		assert_string_equal(said(), cases[i].healed);
		(void)customer_stop(state);
	}
}

/* What no webhook carries, and was asked for when it was named: later, and not again. */
static const struct {
	const char *name;
	feeding *first[SEEN_MAX];
	const char *said;
	int64_t unexplained; /* so much, and the charge that is not settled */
} silent[] = {
	{ "a refund's balance transaction",
	  { feed_unsettled },
	  "opened never_came txn_1 2000 0 JPY\n",
	  2000 },
	{ "a dispute's",
	  { feed_disputed_unsettled },
	  "opened never_came txn_1 12000 0 JPY\n",
	  12000 },
	{ "none that is within its refund", { feed_settled }, "", 0 },
	{ "nor within its dispute", { feed_disputed_settled }, "", 0 },
	{ "nor one that a later state has within it",
	  { feed_unsettled, feed_settled_later },
	  "",
	  0 },
	{ "nor one that an earlier state had", { feed_settled, feed_unsettled_later }, "", 0 },
	{ "nor one that came", { feed_unsettled, feed_transaction }, "", 0 },
	{ "nor one that came first", { feed_transaction, feed_unsettled }, "", 0 },
};

static int64_t unexplained(void)
{
	static int64_t number;
	const Opsmesh__V1__ShardFigured *const told = customer_cut("2024-10-01", ++number);

	assert_int_equal(told->n_unexplained, 1);
	assert_string_equal(told->unexplained[0]->currency, "JPY");
	return told->unexplained[0]->minor;
}

static void a_lost_balance_transaction_is_a_case(void **state)
{
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		(void)customer_start(state);
		customer_feed_self();
		feed_charge();
		feed_invoice();
		for (size_t k = 0; k < SEEN_MAX && silent[i].first[k] != NULL; k++)
			silent[i].first[k]();
		customer_wait(DAYS(6));
		if (*said() != '\0')
			fail_msg("%s: too early", silent[i].name);
		customer_wait(DAYS(2));
		assert_string_equal(said(), silent[i].said);
		assert_int_equal(unexplained(), 12000 + silent[i].unexplained);
		if (*silent[i].said != '\0') {
			feed_transaction();
			assert_string_equal(said(), "healed never_came txn_1\n");
			assert_int_equal(unexplained(), 12000);
		}
		(void)customer_stop(state);
	}
}

/* Two that name the same are one matter. */
static void what_two_name_is_asked_for_once(void **state)
{
	struct awaited_row row = { .awaited_id = "ch_1" };

	(void)state;
	customer_feed_self();
	feed_intent();
	customer_feed("payment_intent", "pi_0", 1, "succeeded",
	              "{\"id\":\"pi_0\",\"object\":\"payment_intent\",\"status\":\"succeeded\","
	              "\"amount\":12000,\"currency\":\"jpy\",\"latest_charge\":\"ch_1\"}");
	row.customer_id = customer_key;
	assert_true(stage_test_row(&customer_stage, &awaited_table, &row));
	assert_string_equal(row.named_by, "pi_0");
	customer_wait(DAYS(4));
	assert_string_equal(said(), "fetch charge ch_1 by pi_0\nopened never_came ch_1 1 0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_never_comes_is_asked_for_once_and_heals),
		cmocka_unit_test(a_lost_balance_transaction_is_a_case),
		cmocka_unit_test_setup_teardown(what_two_name_is_asked_for_once, customer_start,
		                                customer_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
