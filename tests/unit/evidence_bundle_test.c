/*
 * evidence_bundle_test - a dispute over more than its charge: which payments it is over, and what is evidence then.
 */
#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/evidence_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define PAID(id_, at_, minor_, card_) PART_BACK(id_, at_, minor_, card_, 0)
#define PART_BACK(id_, at_, minor_, card_, refunded_)                                           \
	{                                                                                       \
		"p-" id_, "payment", id_, at_, "succeeded", .minor = (minor_), .card = (card_), \
							    .refunded = (refunded_)             \
	}
#define FEB "2026-02-10T09:00:00Z"
#define MAR "2026-03-10T09:00:00Z"
#define APR "2026-04-10T09:00:00Z"
#define JUN "2026-06-10T09:00:00Z"

/* ch_1 of 120.00 on 10 May is card_a's, by invoice in_1 of sub_1. */
struct row {
	const char *name;
	int64_t disputed;
	const char *bundle; /* "exact 12000 ch_1 ..." */
	struct evidence_fact facts[EVIDENCE_FIXTURE_FACTS];
};

static const struct row rows[] = {
	{ "no more than the charge is one payment", 12000, "none 0", { { .kind = NULL } } },
	{ "an amount that is not known is one payment", 0, "none 0", { { .kind = NULL } } },
	{ "two months of a card",
	  24000,
	  "exact 24000 ch_apr ch_1",
	  { PAID("ch_apr", APR, 12000, "card_a"), PAID("ch_mar", MAR, 12000, "card_a") } },
	{ "of other amounts",
	  21000,
	  "exact 21000 ch_mar ch_apr ch_1",
	  { PAID("ch_apr", APR, 5000, "card_a"), PAID("ch_mar", MAR, 4000, "card_a"),
	    PAID("ch_feb", FEB, 3000, "card_a") } },
	{ "what is left of a payment counts",
	  20000,
	  "exact 20000 ch_apr ch_1",
	  { PART_BACK("ch_apr", APR, 12000, "card_a", 4000) } },
	{ "what went back whole is passed over",
	  24000,
	  "exact 24000 ch_mar ch_1",
	  { PART_BACK("ch_apr", APR, 9000, "card_a", 9000),
	    PAID("ch_mar", MAR, 12000, "card_a") } },
	{ "before or after it is not known",
	  24000,
	  "unknown 36000 ch_apr ch_1 ch_jun",
	  { PAID("ch_apr", APR, 12000, "card_a"), PAID("ch_jun", JUN, 12000, "card_a") } },
	{ "a gap makes no run",
	  24000,
	  "unknown 29000 ch_mar ch_apr ch_1",
	  { PAID("ch_apr", APR, 5000, "card_a"), PAID("ch_mar", MAR, 12000, "card_a") } },
	{ "another card's are none of it",
	  24000,
	  "unknown 12000 ch_1",
	  { PAID("ch_apr", APR, 12000, "card_b"), PAID("ch_mar", MAR, 12000, NULL) } },
	{ "a payment that failed is none",
	  24000,
	  "exact 24000 ch_mar ch_1",
	  { { "p-x", "payment", "ch_apr", APR, "failed", .minor = 12000, .card = "card_a" },
	    PAID("ch_mar", MAR, 12000, "card_a") } },
	{ "without a card the subscription tells",
	  24000,
	  "exact 24000 ch_apr ch_1",
	  { { "i-2", "invoice", "in_2", APR, "paid", "sub_1", .minor = 12000 },
	    { "p-2", "payment", "ch_apr", APR, "succeeded", "in_2", .minor = 12000 } } },
	{ "of one card and another subscription it is none",
	  24000,
	  "unknown 12000 ch_1",
	  { { "i-2", "invoice", "in_2", APR, "paid", "sub_2", .minor = 12000 },
	    { "p-2", "payment", "ch_apr", APR, "succeeded", "in_2", .minor = 12000,
	      .card = "card_a" } } },
};

static struct evidence gather(const struct row *row, const Opsmesh__V1__CaseKept *kept)
{
	const struct evidence_setting setting = { .category = "fraudulent",
		                                  .disputed = row->disputed,
		                                  .kept = kept };

	return evidence_fixture_gather(arena,
	                               evidence_fixture_page(arena, evidence_story, row->facts),
	                               &setting);
}

static const char *told(const struct bundle *bundle)
{
	const char *text = arena_printf(arena, "%s %lld", bundle_found_names[bundle->found],
	                                (long long)bundle->together);

	for (size_t i = 0; i < bundle->count; i++)
		text = arena_printf(arena, "%s %s", text, bundle->payments[i]->last->about);
	return text;
}

static void one_run_that_comes_to_the_amount_is_the_bundle(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct evidence evidence = gather(&rows[i], NULL);

		print_message("%s\n", rows[i].name);
		assert_string_equal(told(&evidence.bundle), rows[i].bundle);
	}
}

static void what_people_name_holds(void **state)
{
	char *charges[] = { text_mutable("ch_1"), text_mutable("ch_jun"), text_mutable("ch_1"),
		            text_mutable("ch_nobody") };
	Opsmesh__V1__CaseKept kept = OPSMESH__V1__CASE_KEPT__INIT;
	const struct row row = { .disputed = 24000,
		                 .facts = { PAID("ch_apr", APR, 12000, "card_a"),
		                            PAID("ch_jun", JUN, 12000, "card_a") } };

	(void)state;
	kept.charges = charges;
	kept.n_charges = COUNT_OF(charges);
	const struct evidence evidence = gather(&row, &kept);

	assert_string_equal(told(&evidence.bundle), "named 24000 ch_1 ch_jun");
}

static bool has(const struct evidence *evidence, const char *item)
{
	return strstr(evidence_fixture_told(arena, evidence), item) != NULL;
}

static void each_payment_of_the_bundle_has_its_receipt_and_none_is_said_to_be_undisputed(
    void **state)
{
	struct row row = { .disputed = 24000,
		           .facts = { PAID("ch_apr", APR, 12000, "card_a"),
		                      PAID("ch_mar", MAR, 12000, "card_a"),
		                      { "r-1", "refund", "re_1", JUN, "succeeded", "ch_apr",
		                        .minor = 100 } } };
	const struct evidence evidence = gather(&row, NULL);

	(void)state;
	assert_true(has(&evidence, " receipt@receipt#p-ch_apr "));
	assert_false(has(&evidence, " earlier_payment@service_documentation#p-ch_apr "));
	assert_true(has(&evidence, "#p-ch_mar "));
	assert_true(has(&evidence, "#r-1"));
	row.disputed = 12000;
	const struct evidence one = gather(&row, NULL);

	assert_false(has(&one, " receipt@receipt#p-ch_apr "));
	assert_true(has(&one, "#p-ch_apr "));
	assert_false(has(&one, "#r-1"));
	row.disputed = 25000;
	const struct evidence unknown = gather(&row, NULL);

	assert_int_equal(unknown.bundle.found, BUNDLE_UNKNOWN);
	assert_false(has(&unknown, "#p-ch_apr "));
	assert_false(has(&unknown, "#p-ch_mar "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_run_that_comes_to_the_amount_is_the_bundle),
		cmocka_unit_test(what_people_name_holds),
		cmocka_unit_test(
		    each_payment_of_the_bundle_has_its_receipt_and_none_is_said_to_be_undisputed),
	};

	return cmocka_run_group_tests(tests, evidence_fixture_open, evidence_fixture_close);
}
