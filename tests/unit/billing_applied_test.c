/*
 * billing_applied_test - which charge pays which invoice, however and whenever it is said.
 */
#include "services/billing-sync/ledger/applied.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/customer_story.h"
#include "tests/support/ledger_fixture.h"

#include "common/base/check.h"
#include "common/base/status.h"
#include "common/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

/* The pure part. */

#define WORD(from, name, invoice_, amount_)                                        \
	{                                                                          \
		.source = (from), .id = (name), .invoice = (invoice_), .amount = { \
			.minor = (amount_),                                        \
			.currency = "JPY"                                          \
		}                                                                  \
	}
#define PAID(id, invoice, amount) WORD(APPLIED_PAYMENT, id, invoice, amount)
#define LISTED(id, invoice, amount) WORD(APPLIED_LISTED, id, invoice, amount)
#define NAMED(invoice) WORD(APPLIED_NAMED, invoice, invoice, 0)

static const struct {
	const char *name;
	struct applied_word words[4];
	const char *parts; /* of 1000 yen */
} pure[] = {
	{ "nobody says anything", { { .id = NULL } }, "" },
	{ "who names no amount means all", { NAMED("in_1") }, "in_1 1000 " },
	{ "an invoice payment says how much", { PAID("p1", "in_1", 400) }, "in_1 400 " },
	{ "and counts more than who says none",
	  { NAMED("in_1"), PAID("p1", "in_1", 400) },
	  "in_1 400 " },
	{ "what an invoice lists is the same payment",
	  { LISTED("p1", "in_1", 300), PAID("p1", "in_1", 400) },
	  "in_1 400 " },
	{ "two payments of one invoice add up",
	  { PAID("p1", "in_1", 400), LISTED("p2", "in_1", 100) },
	  "in_1 500 " },
	{ "the rest is for who names no amount",
	  { NAMED("in_1"), PAID("p1", "in_2", 400) },
	  "in_1 600 in_2 400 " },
	{ "never more than was charged",
	  { PAID("p1", "in_1", 700), PAID("p2", "in_2", 700) },
	  "in_1 700 in_2 300 " },
	{ "nor beyond 64 bits",
	  { PAID("p1", "in_1", INT64_MAX), PAID("p2", "in_1", INT64_MAX) },
	  "in_1 1000 " },
	{ "one that was cancelled is for nothing",
	  { PAID("p1", "in_1", 0), NAMED("in_1") },
	  "in_1 0 " },
	{ "what is said in another currency is not for it",
	  { { .source = APPLIED_PAYMENT,
	      .id = "p1",
	      .invoice = "in_1",
	      .amount = { .minor = 9, .currency = "EUR" } } },
	  "in_1 0 " },
};

static void parts_are_what_is_said_together(void **state)
{
	struct arena *const arena = arena_create(4096);
	struct applied *const applied = arena_alloc(arena, sizeof(*applied));
	struct applied *const again = arena_alloc(arena, sizeof(*again));
	struct applied_part parts[2 * APPLIED_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(pure) / sizeof(pure[0]); i++) {
		const char *text = "";

		applied->count = 0;
		for (size_t k = 0; k < 4 && pure[i].words[k].id != NULL; k++)
			assert_true(applied_put(applied, &pure[i].words[k]));
		assert_true(applied_decode(arena, applied_encode(arena, applied), again));
		const size_t count =
		    applied_parts(again, (struct money){ .minor = 1000, .currency = "JPY" }, parts);

		for (size_t k = 0; k < count; k++)
			text = arena_printf(arena, "%s%s %lld ", text, parts[k].invoice,
			                    (long long)parts[k].minor);
		if (!text_equal(text, pure[i].parts))
			fail_msg("%s: %s", pure[i].name, text);
	}
	arena_destroy(arena);
}

static void what_is_said_is_bounded(void **state)
{
	struct arena *const arena = arena_create(4096);
	struct applied *const applied = arena_zero(arena, sizeof(*applied));
	struct applied_word word = PAID("", "in_1", 1);

	(void)state;
	for (int i = 0; i < APPLIED_MAX; i++) {
		word.id = arena_printf(arena, "p%d", i);
		assert_true(applied_put(applied, &word));
	}
	assert_true(applied_put(applied, &word));
	word.id = "more";
	assert_false(applied_put(applied, &word));
	assert_int_equal(applied->count, APPLIED_MAX);
	arena_destroy(arena);
}

/* In the ledger. */

#define INVOICE(id, status, total, more)                                                         \
	"{\"id\":\"" id "\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"" status  \
	"\",\"currency\":\"jpy\",\"created\":1777593600,\"subtotal\":" total ",\"total\":" total \
	",\"amount_due\":" total more ",\"lines\":{\"object\":\"list\",\"has_more\":false,"      \
	"\"data\":[{\"id\":\"il_" id "\",\"object\":\"line_item\",\"amount\":" total             \
	",\"currency\":\"jpy\",\"quantity\":1}]}}"
#define CHARGE(id, status, amount, intent)                                                     \
	"{\"id\":\"" id "\",\"object\":\"charge\",\"customer\":\"cus_1\",\"status\":\"" status \
	"\",\"captured\":true,\"currency\":\"jpy\",\"amount\":" amount                         \
	",\"amount_captured\":" amount ",\"created\":1777600000,\"payment_intent\":" intent "}"
#define PAYMENT(id, invoice, status, requested, paid, by)                                   \
	"{\"id\":\"" id "\",\"object\":\"invoice_payment\",\"invoice\":\"" invoice          \
	"\",\"status\":\"" status "\",\"currency\":\"jpy\",\"amount_requested\":" requested \
	",\"amount_paid\":" paid ",\"payment\":{" by "}}"
#define INTENT(id) "\"type\":\"payment_intent\",\"payment_intent\":\"" id "\""
#define TXN(id, type, source, amount)                                                 \
	"{\"id\":\"" id "\",\"object\":\"balance_transaction\",\"type\":\"" type      \
	"\",\"amount\":" amount ",\"fee\":0,\"net\":" amount ",\"currency\":\"jpy\"," \
	"\"created\":1777600100,\"source\":\"" source "\",\"exchange_rate\":null,"    \
	"\"status\":\"available\",\"fee_details\":[]}"
#define RETURN(id, object, charge, amount, txn)                                 \
	"{\"id\":\"" id "\",\"object\":\"" object                               \
	"\",\"status\":\"succeeded\",\"charge\":\"" charge                      \
	"\",\"currency\":\"jpy\",\"amount\":" amount ",\"created\":1777600200," \
	"\"reason\":\"other\",\"balance_transaction\":" txn ",\"balance_transactions\":[" txn "]}"

/*
 * One intent whose first charge fails and whose second pays two invoices; one charge that pays a part of an
 * invoice and of which more goes back than was left over, by a refund and a dispute; an invoice that names
 * its intent; one that was paid outside but for a part; one that is on record as paid outside; a refund of
 * which most was left over, and the rest clears what an invoice has not earned yet.
 */
static const struct customer_told story[] = {
	{ "invoice", "in_1", 1, "open", INVOICE("in_1", "open", "12000", "") },
	{ "invoice", "in_1", 2, "paid", INVOICE("in_1", "paid", "12000", "") },
	{ "invoice_payment", "inpay_1", 1, "open",
	  PAYMENT("inpay_1", "in_1", "open", "12000", "null", INTENT("pi_1")) },
	{ "invoice_payment", "inpay_1", 2, "paid",
	  PAYMENT("inpay_1", "in_1", "paid", "12000", "10000", INTENT("pi_1")) },
	{ "charge", "ch_0", 1, "failed", CHARGE("ch_0", "failed", "12000", "\"pi_1\"") },
	{ "charge", "ch_1", 1, "succeeded", CHARGE("ch_1", "succeeded", "12000", "\"pi_1\"") },
	{ "invoice", "in_2", 1, "open",
	  INVOICE("in_2", "open", "5000",
	          ",\"payments\":{\"data\":[" PAYMENT("inpay_2", "in_2", "paid", "2000", "2000",
	                                              INTENT("pi_1")) "]}") },
	{ "invoice_payment", "inpay_3", 1, "paid",
	  PAYMENT("inpay_3", "in_2", "paid", "600", "600",
	          "\"type\":\"charge\",\"charge\":\"ch_2\"") },
	{ "charge", "ch_2", 1, "succeeded", CHARGE("ch_2", "succeeded", "1000", "null") },
	{ "balance_transaction", "txn_2", 1, "available", TXN("txn_2", "charge", "ch_2", "1000") },
	{ "refund", "re_1", 1, "succeeded",
	  RETURN("re_1", "refund", "ch_2", "300", TXN("txn_3", "refund", "re_1", "-300")) },
	{ "dispute", "dp_1", 1, "lost",
	  RETURN("dp_1", "dispute", "ch_2", "500", TXN("txn_4", "adjustment", "dp_1", "-500")) },
	{ "invoice", "in_3", 1, "paid",
	  INVOICE("in_3", "paid", "800", ",\"payment_intent\":\"pi_3\"") },
	{ "charge", "ch_3", 1, "succeeded", CHARGE("ch_3", "succeeded", "800", "\"pi_3\"") },
	{ "invoice", "in_4", 1, "paid",
	  INVOICE("in_4", "paid", "700", ",\"charge\":\"ch_4\",\"paid_out_of_band\":true") },
	{ "charge", "ch_4", 1, "succeeded", CHARGE("ch_4", "succeeded", "250", "null") },
	{ "invoice", "in_5", 1, "paid",
	  INVOICE("in_5", "paid", "90",
	          ",\"payments\":{\"data\":[" PAYMENT(
		      "inpay_5", "in_5", "paid", "90", "90",
		      "\"type\":\"payment_record\",\"payment_record\":\"pr_1\"") "]}") },
	{ "invoice", "in_6", 1, "open",
	  "{\"id\":\"in_6\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"open\","
	  "\"currency\":\"jpy\",\"created\":1777593600,\"subtotal\":5000,\"total\":5000,"
	  "\"amount_due\":5000,\"lines\":{\"has_more\":false,\"data\":[{\"id\":\"il_6\","
	  "\"object\":\"line_item\",\"amount\":5000,\"currency\":\"jpy\",\"quantity\":1,"
	  "\"period\":{\"start\":1777593600,\"end\":1780272000}}]}}" },
	{ "charge", "ch_6", 1, "succeeded", CHARGE("ch_6", "succeeded", "5000", "null") },
	{ "balance_transaction", "txn_6", 1, "available", TXN("txn_6", "charge", "ch_6", "5000") },
	{ "invoice_payment", "inpay_6", 1, "paid",
	  PAYMENT("inpay_6", "in_6", "paid", "3000", "3000",
	          "\"type\":\"charge\",\"charge\":\"ch_6\"") },
	{ "refund", "re_6", 1, "succeeded",
	  RETURN("re_6", "refund", "ch_6", "2500", TXN("txn_7", "refund", "re_6", "-2500")) },
};

/* Of ch_2 600 is for in_2; of 800 that went back 400 was the customer's: of the dispute, which comes first. */
#define TRIAL                                                                                                        \
	"cash JPY 540\ncash_in_transit JPY 2700\nclearing JPY 13050\ndeferred_revenue JPY -4500\ndisputes JPY 100\n" \
	"receivable JPY 6400\nrefunds JPY 300\nrevenue JPY -18590\n"
#define OWED "in_1 JPY 2000\nin_2 JPY 2400\nin_6 JPY 2000\n"

static void any_order_applies_the_same(void **state)
{
	const struct customer_story told = {
		.states = story,
		.count = COUNT_OF(story),
		.tell = customer_tell,
		.trial = TRIAL,
		.owed = OWED,
	};

	(void)state;
	customer_any_order(&told, 300);
	customer_any_states(&told, 100);
}

static const struct customer_told late[] = {
	{ "charge", "ch_2", 1, "succeeded", CHARGE("ch_2", "succeeded", "1000", "null") },
	{ "balance_transaction", "txn_2", 1, "available", TXN("txn_2", "charge", "ch_2", "1000") },
	{ "refund", "re_1", 1, "succeeded",
	  RETURN("re_1", "refund", "ch_2", "300", TXN("txn_3", "refund", "re_1", "-300")) },
	{ "invoice_payment", "inpay_3", 1, "paid",
	  PAYMENT("inpay_3", "in_2", "paid", "1000", "1000",
	          "\"type\":\"charge\",\"charge\":\"ch_2\"") },
};

static void what_is_known_late_is_applied_late_and_said(void **state)
{
	const Opsmesh__V1__BillingEvent *event;
	const Opsmesh__V1__BillingEvent *last = NULL;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		customer_tell(&late[i]);
	assert_string_equal(ledger_owed(&customer_stage), "ch_2 JPY -700\n");
	customer_tell(&late[3]);
	assert_string_equal(ledger_owed(&customer_stage), "in_2 JPY -1000\n");
	assert_string_equal(ledger_trial(&customer_stage),
	                    "cash_in_transit JPY 700\nreceivable JPY -1000\nrefunds JPY 300\n");
	while ((event = customer_heard()) != NULL)
		last = event;
	assert_non_null(last);
	assert_int_equal(last->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_APPLIED);
	assert_string_equal(last->payment_applied->payment_id, "ch_2");
	assert_string_equal(last->payment_applied->invoice_id, "in_2");
	assert_int_equal(last->payment_applied->amount->minor, 1000);
}

/* What was refused next, beside the case of it; something must be. */
static const Opsmesh__V1__BillingEvent *next_refused(void)
{
	const Opsmesh__V1__BillingEvent *event;

	do {
		event = customer_heard();
		CHECK(event != NULL);
	} while (event->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_REFUSED);
	return event;
}

static void what_cannot_be_read_is_refused(void **state)
{
	static const struct {
		const char *json;
		const char *field;
	} cases[] = {
		{ PAYMENT("p", "", "paid", "1", "1", INTENT("pi_1")), "invoice" },
		{ PAYMENT("p", "in_1", "paid", "1", "-1", INTENT("pi_1")), "amount_paid" },
		{ "{\"id\":\"p\",\"invoice\":\"in_1\",\"currency\":\"zzz\"}", "currency" },
		{ "{\"id\":\"p\",\"invoice\":\"in_1\",\"currency\":\"jpy\",\"payment\":[]}",
		  "payment" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		customer_feed("invoice_payment", "p", (int64_t)i + 1, "paid", cases[i].json);
		const Opsmesh__V1__BillingEvent *const event = next_refused();

		assert_string_equal(event->object_refused->field, cases[i].field);
	}
	assert_string_equal(ledger_trial(&customer_stage), "");
}

/* What goes beyond a bound of ours has no effect and is said, as often as it comes. */
static void too_many_words_about_a_payment_are_said_and_stop_nobody(void **state)
{
	(void)state;
	for (int i = 1; i <= APPLIED_MAX + 20; i++) {
		const char *const id = arena_printf(customer_stage.arena, "p%d", i);

		customer_feed("invoice_payment", id, 1, "paid",
		              arena_printf(customer_stage.arena,
		                           "{\"id\":\"%s\",\"object\":\"invoice_payment\","
		                           "\"invoice\":\"in_%d\",\"currency\":\"jpy\","
		                           "\"status\":\"paid\",\"amount_paid\":1,\"payment\":{"
		                           "\"type\":\"charge\",\"charge\":\"ch_1\"}}",
		                           id, i));
		if (i <= APPLIED_MAX) {
			assert_null(customer_heard());
			continue;
		}
		const Opsmesh__V1__BillingEvent *const event = next_refused();

		assert_string_equal(event->object_refused->object_id, id);
		assert_string_equal(event->object_refused->reason,
		                    "payment ch_1: more than 100 things say what it pays");
		assert_string_equal(event->customer_id, customer_key);
	}
}

int main(void)
{
	const struct CMUnitTest cases[] = {
		cmocka_unit_test(parts_are_what_is_said_together),
		cmocka_unit_test(what_is_said_is_bounded),
		CASE(any_order_applies_the_same),
		CASE(what_is_known_late_is_applied_late_and_said),
		CASE(what_cannot_be_read_is_refused),
		CASE(too_many_words_about_a_payment_are_said_and_stop_nobody),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
