/*
 * billing_note_refund_test - a credit note and the refunds that it is made by: what they clear of what is not
 * earned yet, in any order, and whichever of their states came.
 */
#include "common/base/packed.h"
#include "common/base/text.h"
#include "services/billing-sync/revenue/deferral_plan.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/customer_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* An invoice of 36,500 for the year from that day on, paid by a charge. */
#define PAID                                                                                       \
	{ "invoice", "in_1", 1, "paid",                                                            \
	  "{\"id\":\"in_1\",\"object\":\"invoice\",\"status\":\"paid\",\"currency\":\"jpy\","      \
	  "\"created\":1728003600,\"total\":36500,\"amount_due\":36500,\"amount_paid\":36500,"     \
	  "\"lines\":{\"has_more\":false,\"data\":[{\"id\":\"il_1\",\"object\":\"line_item\","     \
	  "\"amount\":36500,\"currency\":\"jpy\",\"quantity\":1,\"period\":{"                      \
	  "\"start\":1728003600,\"end\":1759539600}}]}}" },                                        \
	    { "charge", "ch_1", 1, "succeeded",                                                    \
	      "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\",\"captured\":true," \
	      "\"currency\":\"jpy\",\"amount\":36500,\"amount_captured\":36500,"                   \
	      "\"created\":1728003700,\"invoice\":\"in_1\"}" },                                    \
	{                                                                                          \
		"balance_transaction", "txn_1", 1, "available",                                    \
		    TXN("txn_1", "charge", "ch_1", "36500")                                        \
	}
#define TXN(id, type, source, amount)                                                 \
	"{\"id\":\"" id "\",\"object\":\"balance_transaction\",\"type\":\"" type      \
	"\",\"amount\":" amount ",\"fee\":0,\"net\":" amount ",\"currency\":\"jpy\"," \
	"\"created\":1728007200,\"source\":\"" source "\",\"exchange_rate\":null,"    \
	"\"status\":\"available\",\"fee_details\":[]}"
#define REFUND(id, txn, amount)                                                        \
	{                                                                              \
		"refund", id, 1, "succeeded",                                          \
		    "{\"id\":\"" id                                                    \
		    "\",\"object\":\"refund\",\"status\":\"succeeded\",\"charge\":"    \
		    "\"ch_1\",\"currency\":\"jpy\",\"amount\":" amount                 \
		    ",\"balance_transaction\":" TXN(txn, "refund", id, "-" amount) "}" \
	}
#define NOTE(revision, status, total, more)                                                                     \
	{                                                                                                       \
		"credit_note", "cn_1", revision, status,                                                        \
		    "{\"id\":\"cn_1\",\"object\":\"credit_note\",\"invoice\":\"in_1\",\"status\":\"" status     \
		    "\",\"currency\":\"jpy\",\"created\":1728007100,\"type\":\"post_payment\",\"total\":" total \
			more "}"                                                                                \
	}
#define BY(...) ",\"refunds\":[" __VA_ARGS__ "]"
#define OF(refund, amount) "{\"refund\":\"" refund "\",\"amount_refunded\":" amount "}"

static const struct customer_told one[] = { PAID, REFUND("re_1", "txn_2", "6000"),
	                                    NOTE(1, "issued", "6000", BY(OF("re_1", "6000"))) };
static const struct customer_told several[] = {
	PAID, REFUND("re_1", "txn_2", "2500"), REFUND("re_2", "txn_3", "3500"),
	NOTE(1, "issued", "6000", BY(OF("re_1", "2500") "," OF("re_2", "3500")))
};
static const struct customer_told larger[] = { PAID, REFUND("re_1", "txn_2", "6000"),
	                                       NOTE(1, "issued", "1000", BY(OF("re_1", "1000"))) };
static const struct customer_told voided[] = {
	PAID, REFUND("re_1", "txn_2", "6000"), NOTE(1, "issued", "6000", BY(OF("re_1", "6000"))),
	NOTE(2, "void", "6000", ",\"voided_at\":1728007300" BY(OF("re_1", "6000")))
};
static const struct customer_told late[] = {
	PAID, REFUND("re_1", "txn_2", "2500"), REFUND("re_2", "txn_3", "3500"),
	NOTE(1, "issued", "6000", ",\"refund\":\"re_1\""),
	NOTE(2, "issued", "6000", BY(OF("re_1", "2500") "," OF("re_2", "3500")))
};
static const struct customer_told split[] = {
	PAID, REFUND("re_1", "txn_2", "4000"),
	NOTE(1, "issued", "6000",
	     ",\"refund\":{\"id\":\"re_1\",\"amount\":4000},\"out_of_band_amount\":2000")
};

/* It fails, and its money is back with us; or it never went. */
#define FAILED(id, txn, back, amount)                                                             \
	{                                                                                         \
		"refund", id, 2, "failed",                                                        \
		    "{\"id\":\"" id                                                               \
		    "\",\"object\":\"refund\",\"status\":\"failed\",\"charge\":\"ch_1\","         \
		    "\"created\":1728007150,\"currency\":\"jpy\",\"amount\":" amount              \
		    ",\"balance_transaction\":" TXN(                                              \
			txn, "refund", id,                                                        \
			"-" amount) ",\"failure_balance_transaction\":" TXN(back,                 \
		                                                            "refund_failure", id, \
		                                                            amount) "}"           \
	}
#define CANCELED(id, amount)                                                                \
	{                                                                                   \
		"refund", id, 2, "canceled",                                                \
		    "{\"id\":\"" id                                                         \
		    "\",\"object\":\"refund\",\"status\":\"canceled\",\"charge\":\"ch_1\"," \
		    "\"created\":1728007150,\"currency\":\"jpy\",\"amount\":" amount "}"    \
	}

static const struct customer_told fails[] = { PAID, REFUND("re_1", "txn_2", "6000"),
	                                      FAILED("re_1", "txn_2", "txn_3", "6000"),
	                                      NOTE(1, "issued", "6000", BY(OF("re_1", "6000"))) };
static const struct customer_told one_fails[] = {
	PAID, REFUND("re_1", "txn_2", "2500"), CANCELED("re_2", "3500"),
	NOTE(1, "issued", "6000", BY(OF("re_1", "2500") "," OF("re_2", "3500")))
};
static const struct customer_told fails_and_void[] = {
	PAID, REFUND("re_1", "txn_2", "6000"), FAILED("re_1", "txn_2", "txn_3", "6000"),
	NOTE(1, "issued", "6000", BY(OF("re_1", "6000"))),
	NOTE(2, "void", "6000", ",\"voided_at\":1728007300" BY(OF("re_1", "6000")))
};
static const struct customer_told made_again[] = {
	PAID, CANCELED("re_1", "6000"), REFUND("re_2", "txn_2", "6000"),
	NOTE(1, "issued", "6000", BY(OF("re_1", "6000"))),
	NOTE(2, "issued", "6000", BY(OF("re_2", "6000")))
};

static const struct {
	const char *name;
	const struct customer_told *states;
	size_t count;
	const char *trial;
	const char *owed;
	const char *cases;
} stories[] = {
	{ "a note by one refund clears it once", one, COUNT_OF(one),
	  "cash_in_transit JPY 30500\ndeferred_revenue JPY -30500\n", "", "" },
	{ "a note by several refunds clears none of them again", several, COUNT_OF(several),
	  "cash_in_transit JPY 30500\ndeferred_revenue JPY -30500\n", "", "" },
	{ "of a refund that is larger than the note the rest clears by itself", larger,
	  COUNT_OF(larger), "cash_in_transit JPY 30500\ndeferred_revenue JPY -30500\n", "", "" },
	{ "what a note had of a refund that refund clears when the note is void", voided,
	  COUNT_OF(voided), "cash_in_transit JPY 30500\ndeferred_revenue JPY -30500\n", "", "" },
	{ "a note that names another refund later clears no more", late, COUNT_OF(late),
	  "cash_in_transit JPY 30500\ndeferred_revenue JPY -30500\n", "", "" },
	{ "what a note gives back beside clears with it", split, COUNT_OF(split),
	  "cash JPY -2000\ncash_in_transit JPY 32500\ndeferred_revenue JPY -30500\n", "", "" },
	{ "what a note gives back by a refund that fails is owed to the customer, and a case",
	  fails, COUNT_OF(fails),
	  "cash_in_transit JPY 36500\ndeferred_revenue JPY -30500\nreceivable JPY -6000\n",
	  "cn_1 JPY -6000\n", "not_placed re_1 6000/0\n" },
	{ "of two refunds the one that fails is owed", one_fails, COUNT_OF(one_fails),
	  "cash_in_transit JPY 34000\ndeferred_revenue JPY -30500\nreceivable JPY -3500\n",
	  "cn_1 JPY -3500\n", "not_placed re_2 3500/0\n" },
	{ "a note that is void owes nothing by its refund that failed", fails_and_void,
	  COUNT_OF(fails_and_void), "cash_in_transit JPY 36500\ndeferred_revenue JPY -36500\n", "",
	  "" },
	{ "a refund in the place of one that failed heals it", made_again, COUNT_OF(made_again),
	  "cash_in_transit JPY 30500\ndeferred_revenue JPY -30500\n", "", "" },
};

static void what_goes_back_is_cleared_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		const struct customer_story told = { .states = stories[i].states,
			                             .count = stories[i].count,
			                             .tell = customer_tell,
			                             .trial = stories[i].trial,
			                             .owed = stories[i].owed,
			                             .cases = stories[i].cases };

		print_message("%s\n", stories[i].name);
		customer_any_order(&told, 60);
		customer_any_states(&told, 60);
	}
}

/* As rows were written before a note had a list of its refunds: re_1 of 6,000, cn_1 of 1,000 in its place. */
static struct bytes facts_of_before(void)
{
	static const struct {
		const char *object;
		const char *instead;
		int64_t minor;
	} rows[] = { { "cn_1", "re_1", 1000 }, { "re_1", "", 6000 } };
	struct buffer out = { 0 };

	pack_u8(&out, 1);
	pack_bool(&out, false);
	pack_text(&out, "jpy");
	pack_time(&out, TIME_MIN);
	pack_time(&out, TIME_MIN);
	pack_u8(&out, 0);
	pack_u8(&out, COUNT_OF(rows));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		pack_text(&out, rows[i].object);
		pack_text(&out, rows[i].instead);
		pack_text(&out, "jpy");
		pack_bool(&out, false);
		pack_i64(&out, rows[i].minor);
		pack_time(&out, TIME_MIN);
		pack_i64(&out, 0);
	}
	return pack_end(customer_stage.arena, &out);
}

static void a_row_of_before_is_read(void **state)
{
	struct deferral_facts facts;

	(void)state;
	assert_true(deferral_facts_decode(customer_stage.arena, facts_of_before(), &facts));
	assert_int_equal(facts.reversal_count, 2);
	assert_int_equal(facts.reversals[0].minor, 1000);
	assert_int_equal(facts.reversals[0].refund_count, 1);
	assert_string_equal(facts.reversals[0].refunds[0].refund, "re_1");
	assert_string_equal(facts.reversals[1].object, "re_1");
	assert_int_equal(facts.reversals[1].minor, 6000);
	assert_int_equal(facts.reversals[1].refund_count, 0);
}

int main(void)
{
	const struct CMUnitTest cases[] = {
		cmocka_unit_test_setup_teardown(what_goes_back_is_cleared_once, customer_start,
		                                customer_stop),
		cmocka_unit_test_setup_teardown(a_row_of_before_is_read, customer_start,
		                                customer_stop),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
