/*
 * billing_recorded_test - invoices of which a part is paid outside of the provider, and those that name nobody who paid.
 */
#include "services/billing-sync/rule/suspense_policy.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/customer_story.h"
#include "tests/support/ledger_fixture.h"

#include "common/base/status.h"
#include "common/base/text.h"
#include "common/io/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

/* Of a version that has invoice payments: neither the invoice nor the charge names the other. */
#define INVOICE(status, paid, more)                                                           \
	"{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"" status \
	"\",\"currency\":\"jpy\",\"created\":1777593600,\"parent\":null,\"subtotal\":12000,"  \
	"\"total\":12000,\"amount_due\":12000,\"amount_paid\":" paid                          \
	",\"amount_remaining\":0" more                                                        \
	",\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\","      \
	"\"object\":\"line_item\",\"amount\":12000,\"currency\":\"jpy\",\"quantity\":1}]}}"
#define PAYMENT(id, status, amount, by)                                           \
	"{\"id\":\"" id "\",\"object\":\"invoice_payment\",\"invoice\":\"in_1\"," \
	"\"created\":1777600000,\"currency\":\"jpy\",\"status\":\"" status        \
	"\",\"amount_requested\":" amount ",\"amount_paid\":" amount ",\"payment\":{" by "}}"
#define RECORD(status)                     \
	PAYMENT("inpay_2", status, "4000", \
	        "\"type\":\"payment_record\",\"payment_record\":\"pr_1\"")
#define BY_CHARGE "\"type\":\"charge\",\"charge\":\"ch_1\""
#define CHARGED PAYMENT("inpay_1", "paid", "8000", BY_CHARGE)
#define CHARGE                                                                      \
	"{\"id\":\"ch_1\",\"object\":\"charge\",\"customer\":\"cus_1\",\"status\":" \
	"\"succeeded\",\"captured\":true,\"currency\":\"jpy\",\"amount\":8000,"     \
	"\"amount_captured\":8000,\"created\":1777600000}"

static const struct customer_told story[] = {
	{ "invoice", "in_1", 1, "open", INVOICE("open", "0", "") },
	{ "invoice", "in_1", 2, "open",
	  INVOICE("open", "4000", ",\"payments\":{\"data\":[" RECORD("paid") "]}") },
	{ "invoice", "in_1", 3, "paid", INVOICE("paid", "12000", "") },
	{ "invoice_payment", "inpay_2", 1, "open", RECORD("open") },
	{ "invoice_payment", "inpay_2", 2, "paid", RECORD("paid") },
	{ "invoice_payment", "inpay_1", 1, "paid", CHARGED },
	{ "charge", "ch_1", 1, "succeeded", CHARGE },
};

/* Of 12000 the charge pays 8000, and 4000 are in cash: what the list of the invoice has is not more. */
static void a_part_that_is_on_record_is_booked_in_any_order(void **state)
{
	const struct customer_story told = {
		.states = story,
		.count = COUNT_OF(story),
		.tell = customer_tell,
		.trial = "cash JPY 4000\nclearing JPY 8000\nrevenue JPY -12000\n",
		.owed = "",
	};

	(void)state;
	customer_any_order(&told, 300);
	customer_any_states(&told, 100);
}

/* The payment was open for all of the invoice, and has made up a part of it in the end. */
static const struct customer_told less[] = {
	{ "invoice", "in_1", 1, "paid", INVOICE("paid", "12000", "") },
	{ "invoice_payment", "inpay_1", 1, "open", PAYMENT("inpay_1", "open", "12000", BY_CHARGE) },
	{ "invoice_payment", "inpay_1", 2, "paid", PAYMENT("inpay_1", "paid", "4000", BY_CHARGE) },
	{ "charge", "ch_1", 1, "succeeded", CHARGE },
};

static void what_made_up_an_invoice_may_make_up_less(void **state)
{
	const struct customer_story told = {
		.states = less,
		.count = COUNT_OF(less),
		.tell = customer_tell,
		.trial = "clearing JPY 8000\nreceivable JPY 4000\nrevenue JPY -12000\n",
		.owed = "ch_1 JPY -4000\nin_1 JPY 8000\n",
		.cases = "never_came in_1 12000/4000\nnot_settled ch_1 8000/0\n",
		.wait = DAYS(40),
	};

	(void)state;
	customer_every_order(&told);
	customer_any_states(&told, 50);
}

/* Two records of a part each: the one in dollars pays nothing, whichever comes first; a third was never paid. */
#define PAID_BESIDE(id, revision, currency, status, amount)                                        \
	{                                                                                          \
		"invoice_payment", id, revision, status,                                           \
		    "{\"id\":\"" id "\",\"object\":\"invoice_payment\",\"invoice\":\"in_1\","      \
		    "\"created\":1777600000,\"currency\":\"" currency "\",\"status\":\"" status    \
		    "\",\"amount_requested\":" amount ",\"amount_paid\":" amount                   \
		    ",\"payment\":{\"type\":\"payment_record\",\"payment_record\":\"pr_" id "\"}}" \
	}

static const struct customer_told strange[] = {
	{ "invoice", "in_1", 1, "open", INVOICE("open", "0", "") },
	{ "invoice", "in_1", 2, "paid", INVOICE("paid", "12000", "") },
	PAID_BESIDE("inpay_1", 1, "usd", "paid", "500"),
	PAID_BESIDE("inpay_2", 1, "jpy", "paid", "4000"),
	PAID_BESIDE("inpay_3", 1, "usd", "paid", "700"),
	PAID_BESIDE("inpay_3", 2, "usd", "canceled", "700"),
};

static void a_record_in_another_currency_pays_nothing_and_is_a_case(void **state)
{
	const struct customer_story told = {
		.states = strange,
		.count = COUNT_OF(strange),
		.tell = customer_tell,
		.trial = "cash JPY 4000\nreceivable JPY 8000\nrevenue JPY -12000\n",
		.owed = "in_1 JPY 8000\n",
		.cases = "currency_changed inpay_1 0/500\n",
	};

	(void)state;
	customer_any_order(&told, 300);
	customer_any_states(&told, 100);
}

/* What never came, as "<type asked for> <expected> <found>"; "": nothing. */
static const char *missed(void)
{
	const Opsmesh__V1__BillingEvent *event;
	const char *type = "";
	const char *text = "";

	while ((event = customer_heard()) != NULL) {
		const Opsmesh__V1__DiscrepancyOpened *const opened = event->discrepancy_opened;

		if (event->fact_case == FACT(FETCH_REQUESTED))
			type = event->fetch_requested->object_type;
		if (event->fact_case == FACT(DISCREPANCY_OPENED) &&
		    text_equal(opened->cause, "never_came"))
			text = arena_printf(customer_stage.arena, "%s %lld %lld", type,
			                    (long long)opened->expected->minor,
			                    (long long)opened->found->minor);
	}
	return text;
}

static const struct {
	const char *name;
	size_t count;
	size_t told[4]; /* places in the story */
	const char *missed;
} cases[] = {
	{ "nobody who paid is known", 1, { 2 }, "invoice_payment 12000 0" },
	{ "a part is on record, and the charge is lost",
	  2,
	  { 2, 4 },
	  "invoice_payment 12000 4000" },
	{ "the charge is there, and nothing is on record",
	  3,
	  { 2, 5, 6 },
	  "invoice_payment 12000 8000" },
	{ "a record that is not paid is none", 4, { 2, 3, 5, 6 }, "invoice_payment 12000 8000" },
	{ "all is there", 4, { 2, 4, 5, 6 }, "" },
	{ "all is there, and the invoice last", 4, { 4, 5, 6, 2 }, "" },
};

/* Uploads are daily, and webhooks of invoice payments not everybody's: longer than for a charge. */
static void invoice_payments_are_waited_for_as_the_policy_says(void **state)
{
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(customer_stop(state), 0);
		assert_int_equal(customer_start(state), 0);
		customer_feed_self();
		for (size_t k = 0; k < cases[i].count; k++)
			customer_tell(&story[cases[i].told[k]]);
		customer_wait(DAYS(6));
		if (*missed() != '\0')
			fail_msg("%s: too early", cases[i].name);
		customer_wait(DAYS(2));
		assert_string_equal(missed(), cases[i].missed);
	}
}

#define POLICY(more)                                                               \
	"{\"id\":\"s\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\"," \
	"\"place\":\"3d\",\"settle\":\"7d\",\"pay_out\":\"3d\"" more "}"

static const struct {
	const char *json;
	bool good;
	bool pays;
	int days;
} documents[] = {
	{ POLICY(""), true, true, 3 },
	{ POLICY(",\"payment\":null"), true, true, 3 },
	{ POLICY(",\"payment\":\"10d\""), true, true, 10 },
	{ POLICY(",\"payment\":\"never\""), true, false, 0 },
	{ POLICY(",\"payment\":\"always\""), false, false, 0 },
	{ POLICY(",\"payment\":7"), false, false, 0 },
};

static void the_document_says_how_long_or_never(void **state)
{
	struct arena *const arena = arena_create(1 << 16);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(documents); i++) {
		AUTO_JSON document = NULL;
		struct suspense_policy policy = { .pays = false };
		struct json_error error;

		assert_true(json_parse(bytes_of(documents[i].json), 1 << 16, &document, &error));
		const struct json_place top = json_top(document);

		assert_int_equal(suspense_policy_kind.read(arena, &top, &policy, &error),
		                 documents[i].good);
		if (!documents[i].good)
			continue;
		assert_int_equal(policy.pays, documents[i].pays);
		assert_true(!policy.pays || policy.payment.us == DAYS(documents[i].days).us);
	}
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_part_that_is_on_record_is_booked_in_any_order),
		CASE(what_made_up_an_invoice_may_make_up_less),
		CASE(a_record_in_another_currency_pays_nothing_and_is_a_case),
		CASE(invoice_payments_are_waited_for_as_the_policy_says),
		cmocka_unit_test(the_document_says_how_long_or_never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
