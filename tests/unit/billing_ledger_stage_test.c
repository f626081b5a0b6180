/*
 * billing_ledger_stage_test - what the stage `customer` books: once, in any order, zero in every currency.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/customer_money/customer_ledger.h"
#include "services/billing-sync/entry/entry.h"
#include "tests/support/case_fixture.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/customer_story.h"
#include "tests/support/ledger_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Of which object a transaction is that comes alone. */
static const struct {
	const char *id;
	const char *type;
	const char *source;
	int64_t amount;
} sources[] = {
	{ "txn_2", "refund", "re_1", 2000 },   { "txn_5", "refund", "re_1", 2000 },
	{ "txn_3", "dispute", "dp_1", 10000 }, { "txn_4", "dispute", "dp_1", 10000 },
	{ "txn_6", "dispute", "dp_1", 11000 },
};

static void tell(const struct customer_told *told)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__MoneySource about = OPSMESH__V1__MONEY_SOURCE__INIT;
	Opsmesh__V1__ObjectMirrored made =
	    customer_mirrored(told->type, told->id, told->revision, told->status, told->json);

	for (size_t i = 0; i < COUNT_OF(sources); i++) {
		if (!text_equal(sources[i].id, told->id))
			continue;
		about.object_type = text_mutable(sources[i].type);
		about.object_id = text_mutable(sources[i].source);
		about.charge_id = text_mutable("ch_1");
		about.currency = text_mutable("JPY");
		about.amount = sources[i].amount;
		made.about = &about;
	}
	event.customer_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_MIRRORED;
	event.mirrored = &made;
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
}

/* An invoice of 12,000 yen for May, of which tax is 1,091; paid by a charge; a part of it refunded; disputed. */
#define INVOICE(status)                                                                                     \
	"{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"" status               \
	"\","                                                                                               \
	"\"currency\":\"jpy\",\"created\":1777593600,\"subtotal\":10909,\"total\":12000,"                   \
	"\"amount_due\":12000,\"amount_paid\":0,\"amount_remaining\":12000,\"lines\":{\"object\":\"list\"," \
	"\"has_more\":false,\"data\":[{\"id\":\"il_1\",\"object\":\"line_item\",\"amount\":10909,"          \
	"\"currency\":\"jpy\",\"quantity\":1,\"period\":{\"start\":1777593600,\"end\":1780272000},"         \
	"\"tax_amounts\":[{\"amount\":1091,\"inclusive\":false,\"tax_rate\":\"txr_1\"}]}]}}"
#define CHARGE(refunded)                                                                          \
	"{\"id\":\"ch_1\",\"object\":\"charge\",\"customer\":\"cus_1\",\"status\":\"succeeded\"," \
	"\"captured\":true,\"currency\":\"jpy\",\"amount\":12000,\"amount_captured\":12000,"      \
	"\"amount_refunded\":" refunded ",\"created\":1777600000,\"invoice\":\"in_1\"}"
#define TXN(id, type, source, amount, fee, net)                                  \
	"{\"id\":\"" id "\",\"object\":\"balance_transaction\",\"type\":\"" type \
	"\",\"amount\":" amount ",\"fee\":" fee ",\"net\":" net                  \
	",\"currency\":\"jpy\",\"created\":1777600100,\"source\":\"" source      \
	"\",\"exchange_rate\":null,\"status\":\"available\",\"fee_details\":[]}"
#define REFUND                                                                                      \
	"{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"succeeded\",\"charge\":\"ch_1\","      \
	"\"currency\":\"jpy\",\"amount\":2000,\"created\":1777600200,\"balance_transaction\":" TXN( \
	    "txn_2", "refund", "re_1", "-2000", "0", "-2000") "}"
#define DISPUTE(status, second)                                                                           \
	"{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"" status "\",\"charge\":\"ch_1\","          \
	"\"currency\":\"jpy\",\"amount\":10000,\"reason\":\"fraudulent\",\"balance_transactions\":[" TXN( \
	    "txn_3", "adjustment", "dp_1", "-10000", "1500", "-11500") second "]}"

static const struct customer_told story[] = {
	{ "invoice", "in_1", 1, "open", INVOICE("open") },
	{ "invoice", "in_1", 2, "paid", INVOICE("paid") },
	{ "charge", "ch_1", 1, "succeeded", CHARGE("0") },
	{ "charge", "ch_1", 2, "succeeded", CHARGE("2000") },
	{ "balance_transaction", "txn_1", 1, "available",
	  TXN("txn_1", "charge", "ch_1", "12000", "432", "11568") },
	{ "refund", "re_1", 1, "succeeded", REFUND },
	{ "dispute", "dp_1", 1, "lost", DISPUTE("lost", "") },
	{ "dispute", "dp_1", 2, "won",
	  DISPUTE("won", "," TXN("txn_4", "adjustment", "dp_1", "10000", "-1500", "11500")) },
};
/*
 * The invoice: receivable +12000, tax -1091, deferred -10909 (May is not over when it is finalised). The
 * charge takes the receivable back and goes through clearing into cash in transit: 12000 - 432. The refund
 * takes 2000, none of which was earned yet: so the deferred revenue is less by them, and they are not
 * contra. The dispute takes 10000 and its fee 1500, and both come back when it is won.
 */
#define EXPECTED                                                               \
	"cash_in_transit JPY 9568\ndeferred_revenue JPY -8909\nfees JPY 432\n" \
	"tax_payable JPY -1091\n"

static void a_story_is_booked_to_the_yen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(story) / sizeof(story[0]); i++)
		tell(&story[i]);
	assert_string_equal(ledger_trial(&customer_stage), EXPECTED);
	for (size_t i = 0; i < sizeof(story) / sizeof(story[0]); i++)
		tell(&story[i]);
	assert_string_equal(ledger_trial(&customer_stage), EXPECTED);
}

static void any_order_books_the_same(void **state)
{
	const struct customer_story told = {
		.states = story,
		.count = COUNT_OF(story),
		.tell = tell,
		.trial = EXPECTED,
		.owed = "",
	};

	(void)state;
	customer_any_order(&told, 200);
	customer_any_states(&told, 100);
}

/*
 * The same, but for its transactions: they come by themselves, one of them within its dispute as well. The
 * refund fails, and the dispute is won in part: 4,000 of 10,000 come back, and the fee.
 */
#define REFUND_OF_ID                                                                           \
	"{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"succeeded\",\"charge\":\"ch_1\"," \
	"\"currency\":\"jpy\",\"amount\":2000,\"created\":1777600200,"                         \
	"\"balance_transaction\":\"txn_2\"}"
static const struct customer_told alone[] = {
	{ "invoice", "in_1", 1, "open", INVOICE("open") },
	{ "charge", "ch_1", 1, "succeeded", CHARGE("0") },
	{ "balance_transaction", "txn_1", 1, "available",
	  TXN("txn_1", "charge", "ch_1", "12000", "432", "11568") },
	{ "refund", "re_1", 1, "failed", REFUND_OF_ID },
	{ "balance_transaction", "txn_2", 1, "available",
	  TXN("txn_2", "refund", "re_1", "-2000", "0", "-2000") },
	{ "balance_transaction", "txn_5", 1, "available",
	  TXN("txn_5", "refund_failure", "re_1", "2000", "0", "2000") },
	{ "dispute", "dp_1", 1, "lost", DISPUTE("lost", "") },
	{ "balance_transaction", "txn_3", 1, "pending",
	  TXN("txn_3", "adjustment", "dp_1", "-10000", "1500", "-11500") },
	{ "balance_transaction", "txn_3", 2, "available",
	  TXN("txn_3", "adjustment", "dp_1", "-10000", "1500", "-11500") },
	{ "balance_transaction", "txn_4", 1, "available",
	  TXN("txn_4", "adjustment", "dp_1", "4000", "-1500", "5500") },
};
#define EXPECTED_ALONE                                                         \
	"cash_in_transit JPY 5568\ndeferred_revenue JPY -4909\nfees JPY 432\n" \
	"tax_payable JPY -1091\n"

static void what_comes_alone_is_booked_in_any_order(void **state)
{
	const struct customer_story told = {
		.states = alone,
		.count = COUNT_OF(alone),
		.tell = tell,
		.trial = EXPECTED_ALONE,
		.owed = "",
	};

	(void)state;
	customer_any_order(&told, 200);
	customer_any_states(&told, 100);
}

/* The charge was uploaded with its balance transaction within; it comes by itself as well, or not. */
#define CHARGE_WITH(refunded, settled)                                                            \
	"{\"id\":\"ch_1\",\"object\":\"charge\",\"customer\":\"cus_1\",\"status\":\"succeeded\"," \
	"\"captured\":true,\"currency\":\"jpy\",\"amount\":12000,\"amount_captured\":12000,"      \
	"\"amount_refunded\":" refunded                                                           \
	",\"created\":1777600000,\"invoice\":\"in_1\",\"balance_transaction\":" settled "}"
#define SETTLED(source) TXN("txn_1", "charge", source, "12000", "432", "11568")
static const struct customer_told whole[] = {
	{ "invoice", "in_1", 1, "open", INVOICE("open") },
	{ "invoice", "in_1", 2, "paid", INVOICE("paid") },
	{ "charge", "ch_1", 1, "succeeded", CHARGE("0") },
	{ "charge", "ch_1", 2, "succeeded", CHARGE_WITH("2000", SETTLED("ch_1")) },
	{ "refund", "re_1", 1, "succeeded", REFUND },
	{ "dispute", "dp_1", 1, "lost", DISPUTE("lost", "") },
	{ "dispute", "dp_1", 2, "won",
	  DISPUTE("won", "," TXN("txn_4", "adjustment", "dp_1", "10000", "-1500", "11500")) },
	{ "balance_transaction", "txn_1", 1, "available", SETTLED("ch_1") },
};

static void what_settles_a_charge_within_it_is_booked_in_any_order(void **state)
{
	struct customer_story told = {
		.states = whole,
		.count = COUNT_OF(whole),
		.tell = tell,
		.trial = EXPECTED,
		.owed = "",
		.cases = "invoice_total in_1 10909/12000\n",
		.wait = DAYS(8),
	};

	(void)state;
	customer_any_order(&told, 100);
	customer_any_states(&told, 100);
	told.count--;
	customer_any_order(&told, 100);
	customer_any_states(&told, 100);
}

/* What the stage has said of a cause since it was asked last: "opened", "healed", "". */
static const char *said_of(const char *cause)
{
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *said = "";

	while ((fact = stage_test_next(&customer_stage, &message)) != NULL) {
		const Opsmesh__V1__BillingEvent *const event = (const void *)message;

		if (fact->topic != OPS_BILLING)
			continue;
		if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_OPENED &&
		    text_equal(event->discrepancy_opened->cause, cause))
			said = "opened";
		if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_HEALED &&
		    text_equal(event->discrepancy_healed->cause, cause))
			said = "healed";
	}
	return said;
}

/* Within its refund it says 2,000, by itself 1,900. */
static void two_amounts_of_one_transaction_are_a_case_and_booked_once(void **state)
{
	const struct customer_told other = { "balance_transaction", "txn_2", 1, "available",
		                             TXN("txn_2", "refund", "re_1", "-1900", "0",
		                                 "-1900") };

	(void)state;
	for (size_t i = 0; i < 6; i++)
		tell(&story[i]);
	assert_string_equal(said_of("balance_transaction_differs"), "");
	const char *const before = ledger_trial(&customer_stage);

	tell(&other);
	assert_string_equal(said_of("balance_transaction_differs"), "opened");
	assert_string_equal(ledger_trial(&customer_stage), before);
}

#define KRONA(amount)                                                                                 \
	"{\"id\":\"txn_1\",\"object\":\"balance_transaction\",\"type\":\"charge\",\"amount\":" amount \
	",\"fee\":0,\"net\":" amount ",\"currency\":\"isk\",\"created\":1777600100,"                  \
	"\"source\":\"ch_1\",\"exchange_rate\":null}"

/* 20,000 krona of a charge; its transaction is told again with 19,000. The provider writes two decimals. */
static void what_contradicts_itself_is_told_in_whole_krona(void **state)
{
	(void)state;
	customer_feed("charge", "ch_1", 1, "succeeded",
	              "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\","
	              "\"captured\":true,\"currency\":\"isk\",\"amount\":2000000,"
	              "\"amount_captured\":2000000,\"created\":1777600000}");
	customer_feed("balance_transaction", "txn_1", 1, "available", KRONA("2000000"));
	(void)case_said(NULL);
	customer_feed("balance_transaction", "txn_1", 2, "available", KRONA("1900000"));
	assert_string_equal(case_said("balance_transaction_differs"),
	                    "opened balance_transaction_differs txn_1 20000 19000 ISK\n");
}

/* As floating point 0.86 has seventeen digits, which no rate may have, and 0.0067 does not end. */
static void an_exchange_rate_keeps_its_digits(void **state)
{
	static const struct {
		const char *rate;
		const char *cents; /* of 12,000 yen */
	} rows[] = {
		{ "0.86", "1032000" },       { "0.9", "1080000" },    { "0.0067", "8040" },
		{ "0.1", "120000" },         { "1.1634", "1396080" }, { "0.006421", "7705" },
		{ "0.00642112345", "7705" }, { "6.42e-03", "7704" },  { "3", "3600000" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *const arena = customer_stage.arena;
		const char *const cents = rows[i].cents;

		customer_feed("charge", "ch_1", 1, "succeeded", CHARGE("0"));
		customer_feed(
		    "balance_transaction", "txn_1", 1, "available",
		    arena_printf(
			arena,
			"{\"id\":\"txn_1\",\"object\":\"balance_transaction\",\"type\":"
			"\"charge\",\"amount\":%s,\"fee\":0,\"net\":%s,\"currency\":\"usd\","
			"\"created\":1777600100,\"source\":\"ch_1\",\"exchange_rate\":%s}",
			cents, cents, rows[i].rate));
		assert_string_equal(
		    ledger_trial(&customer_stage),
		    arena_printf(arena,
		                 "cash_in_transit USD %s\nexchange JPY 12000\nexchange USD -%s\n"
		                 "receivable JPY -12000\n",
		                 cents, cents));
		assert_string_equal(said_of("rate_differs"), "");
		assert_int_equal(customer_stop(state), 0);
		assert_int_equal(customer_start(state), 0);
	}
}

/* 12,000 yen are 80.52 dollars at 0.00671, and in the provider's balance 81.00. */
static void amounts_that_are_not_as_the_rate_says_are_a_case(void **state)
{
	static const struct {
		const char *rate;
		const char *said;
	} rows[] = {
		{ "0.00671", "opened rate_differs txn_1 8052 8100 USD\n" },
		{ "0.00675", "" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		customer_feed("charge", "ch_1", 1, "succeeded", CHARGE("0"));
		customer_feed(
		    "balance_transaction", "txn_1", 1, "available",
		    arena_printf(
			customer_stage.arena,
			"{\"id\":\"txn_1\",\"object\":\"balance_transaction\",\"type\":"
			"\"charge\",\"amount\":8100,\"fee\":0,\"net\":8100,\"currency\":\"usd\","
			"\"created\":1777600100,\"source\":\"ch_1\",\"exchange_rate\":%s}",
			rows[i].rate));
		assert_string_equal(case_said("rate_differs"), rows[i].said);
		assert_int_equal(customer_stop(state), 0);
		assert_int_equal(customer_start(state), 0);
	}
}

/* Of 12,000 a refund gives 2,000 back and a bank takes 11,000; then the refund fails. */
static void what_goes_back_beyond_the_charge_is_a_case_until_it_does_not(void **state)
{
	const struct customer_told dispute = { "balance_transaction", "txn_6", 1, "available",
		                               TXN("txn_6", "adjustment", "dp_1", "-11000", "0",
		                                   "-11000") };

	(void)state;
	for (size_t i = 0; i < 5; i++)
		tell(&alone[i]);
	assert_string_equal(said_of("refund_over_charge"), "");
	tell(&dispute);
	assert_string_equal(said_of("refund_over_charge"), "opened");
	tell(&alone[5]);
	assert_string_equal(said_of("refund_over_charge"), "healed");
}

/* The charge waits in clearing; somebody is told after the time that the document sets. */
static void a_charge_that_never_settles_is_a_case_until_it_does(void **state)
{
	const struct instant now = { DAYS(20000).us };

	(void)state;
	tell(&alone[1]);
	assert_int_equal(stage_test_fold(&customer_stage, 0, time_add(now, DAYS(6))), STATUS_OK);
	assert_string_equal(said_of("not_settled"), "");
	assert_int_equal(stage_test_fold(&customer_stage, 0, time_add(now, DAYS(8))), STATUS_OK);
	assert_string_equal(said_of("not_settled"), "opened");
	tell(&alone[2]);
	assert_string_equal(said_of("not_settled"), "healed");
}

/* Of a fee within it nothing is settled, and one that cannot be read books nothing. */
static void what_is_within_a_charge_is_looked_at_as_what_comes_alone(void **state)
{
	const struct customer_told fee = { "charge", "ch_1", 1, "succeeded",
		                           CHARGE_WITH("0", TXN("txn_9", "stripe_fee", "ch_1",
		                                                "-50", "0", "-50")) };
	const struct customer_told broken = { "charge", "ch_1", 2, "succeeded",
		                              CHARGE_WITH("0", TXN("txn_1", "charge", "ch_1",
		                                                   "12000", "432", "12000")) };
	const struct customer_told good = { "charge", "ch_1", 3, "succeeded",
		                            CHARGE_WITH("0", SETTLED("ch_1")) };

	(void)state;
	tell(&fee);
	assert_string_equal(ledger_trial(&customer_stage),
	                    "clearing JPY 12000\nreceivable JPY -12000\n");
	tell(&broken);
	assert_string_equal(said_of("state_refused"), "opened");
	assert_string_equal(ledger_trial(&customer_stage),
	                    "clearing JPY 12000\nreceivable JPY -12000\n");
	tell(&good);
	assert_string_equal(ledger_trial(&customer_stage),
	                    "cash_in_transit JPY 11568\nfees JPY 432\nreceivable JPY -12000\n");
}

/* A fee that names a charge as its source is none of the charge's own. */
static void what_is_not_the_charges_settlement_does_not_settle_it(void **state)
{
	const struct customer_told fee = { "balance_transaction", "txn_9", 1, "available",
		                           TXN("txn_9", "stripe_fee", "ch_1", "-50", "0", "-50") };
	struct entry_row row = { .transaction_id = "settlement/txn_9", .line = 1 };

	(void)state;
	tell(&alone[1]);
	tell(&fee);
	assert_false(stage_test_row(&customer_stage, &entry_table, &row));
}

static void a_voided_invoice_is_undone_by_its_reversal(void **state)
{
	const struct customer_told gone = { "invoice", "in_1", 2, "void", INVOICE("void") };
	struct entry_row row = { .transaction_id = "reversal/invoice/in_1", .line = 1 };

	(void)state;
	tell(&story[0]);
	tell(&gone);
	assert_string_equal(ledger_trial(&customer_stage), "");
	assert_true(stage_test_row(&customer_stage, &entry_table, &row));
	assert_string_equal(row.reverses, "invoice/in_1");
}

/* The customer is owed what was charged for nothing, until it goes back. */
static void a_charge_for_nothing_goes_back_to_the_customer(void **state)
{
	const struct customer_told charge = {
		"charge", "ch_1", 1, "succeeded",
		"{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\",\"captured\":true,"
		"\"currency\":\"jpy\",\"amount\":12000,\"amount_captured\":12000,\"amount_refunded\":0}"
	};

	(void)state;
	tell(&charge);
	tell(&story[4]);
	tell(&story[5]);
	assert_string_equal(ledger_trial(&customer_stage),
	                    "cash_in_transit JPY 9568\nfees JPY 432\nreceivable JPY -10000\n");
}

static void what_is_only_reserved_is_not_booked(void **state)
{
	const struct customer_told reserved = {
		"charge", "ch_1", 1, "succeeded",
		"{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\",\"captured\":false,"
		"\"currency\":\"jpy\",\"amount\":12000,\"amount_captured\":0,\"amount_refunded\":0}"
	};

	(void)state;
	tell(&reserved);
	assert_string_equal(ledger_trial(&customer_stage), "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_story_is_booked_to_the_yen),
		CASE(any_order_books_the_same),
		CASE(what_comes_alone_is_booked_in_any_order),
		CASE(what_settles_a_charge_within_it_is_booked_in_any_order),
		CASE(what_is_within_a_charge_is_looked_at_as_what_comes_alone),
		CASE(two_amounts_of_one_transaction_are_a_case_and_booked_once),
		CASE(what_contradicts_itself_is_told_in_whole_krona),
		CASE(an_exchange_rate_keeps_its_digits),
		CASE(amounts_that_are_not_as_the_rate_says_are_a_case),
		CASE(what_goes_back_beyond_the_charge_is_a_case_until_it_does_not),
		CASE(what_is_not_the_charges_settlement_does_not_settle_it),
		CASE(a_charge_that_never_settles_is_a_case_until_it_does),
		CASE(a_voided_invoice_is_undone_by_its_reversal),
		CASE(a_charge_for_nothing_goes_back_to_the_customer),
		CASE(what_is_only_reserved_is_not_booked),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
