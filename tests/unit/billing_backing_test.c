/*
 * billing_backing_test - what charges have to keep, and what of invoices is gone, where several hang together.
 */
#include "services/billing-sync/ledger/backing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MANY 2

static const struct {
	const char *name;
	int64_t money[MANY];
	struct backing_invoice invoices[MANY];
	int64_t wants[MANY][MANY]; /* charge, invoice */
	int64_t kept[MANY];
	int64_t gone[MANY];
} cases[] = {
	{ "nothing went back", { 1000 }, { { 0, 0, 1000 } }, { { 1000 } }, { 0 }, { 0 } },
	{ "a credit note is kept for",
	  { 1000 },
	  { { 300, 0, 1000 } },
	  { { 1000 } },
	  { 300 },
	  { 0 } },
	{ "a refund is gone of the invoice",
	  { 700 },
	  { { 0, 0, 1000 } },
	  { { 1000 } },
	  { 0 },
	  { 300 } },
	{ "but not of what is the customer's own",
	  { 1100 },
	  { { 0, 0, 1000 } },
	  { { 1000 } },
	  { 0 },
	  { 0 } },
	{ "a credit note's own refund counts once",
	  { 700 },
	  { { 300, 300, 1000 } },
	  { { 1000 } },
	  { 0 },
	  { 0 } },
	{ "a second charge stands behind a credit note",
	  { 1000, 1000 },
	  { { 800, 0, 1000 } },
	  { { 1000 }, { 1000 } },
	  { 0, 0 },
	  { 0 } },
	{ "until it goes back",
	  { 1000, 0 },
	  { { 800, 0, 1000 } },
	  { { 1000 }, { 1000 } },
	  { 800, 0 },
	  { 0 } },
	{ "what both have is not gone",
	  { 600, 500 },
	  { { 0, 0, 1000 } },
	  { { 1000 }, { 1000 } },
	  { 0, 0 },
	  { 0 } },
	{ "what neither has is",
	  { 300, 500 },
	  { { 0, 0, 1000 } },
	  { { 1000 }, { 1000 } },
	  { 0, 0 },
	  { 200 } },
	{ "parts of two charges",
	  { 600, 0 },
	  { { 500, 0, 1000 } },
	  { { 600 }, { 400 } },
	  { 500, 0 },
	  { 400 } },
	{ "credit notes of two invoices",
	  { 1400 },
	  { { 300, 0, 1000 }, { 400, 0, 400 } },
	  { { 1000, 400 } },
	  { 700 },
	  { 0, 0 } },
	{ "what the one was credited the other has not",
	  { 900 },
	  { { 800, 0, 1000 }, { 0, 0, 400 } },
	  { { 1000, 400 } },
	  { 800 },
	  { 100, 300 } },
	{ "no more than its charge pays there",
	  { 1400 },
	  { { 0, 0, 1000 }, { 900, 0, 900 } },
	  { { 1000, 400 } },
	  { 400 },
	  { 0, 500 } },
	{ "never beyond 64 bits",
	  { INT64_MAX, INT64_MAX },
	  { { INT64_MAX, 0, INT64_MAX }, { INT64_MAX, 0, INT64_MAX } },
	  { { INT64_MAX, INT64_MAX }, { 0, 0 } },
	  { INT64_MAX, 0 },
	  { INT64_MAX, INT64_MAX } },
};

static void fill(struct backing *it, size_t which)
{
	*it = (struct backing){ .charge_count = MANY, .invoice_count = MANY };
	for (size_t i = 0; i < MANY; i++) {
		it->charges[i].money = cases[which].money[i];
		it->invoices[i] = cases[which].invoices[i];
		for (size_t k = 0; k < MANY; k++)
			it->parts[i][k].wants = cases[which].wants[i][k];
	}
}

static void what_is_given_of_the_one_is_not_there_for_the_other(void **state)
{
	static struct backing backing;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fill(&backing, i);
		for (size_t k = 0; k < MANY; k++)
			if (backing_kept(&backing, k) != cases[i].kept[k] ||
			    backing_gone(&backing, k) != cases[i].gone[k])
				fail_msg("%s: of %zu %lld kept, %lld gone", cases[i].name, k,
				         (long long)backing_kept(&backing, k),
				         (long long)backing_gone(&backing, k));
	}
}

static void only_who_pays_and_is_disputed_holds_an_invoice(void **state)
{
	static struct backing backing;

	(void)state;
	fill(&backing, 5);
	backing.charges[1] = (struct backing_charge){ .money = 0, .taken = 400, .disputed = true };
	assert_false(backing_disputed(&backing, 0));
	backing.parts[1][0].pays = true;
	assert_true(backing_disputed(&backing, 0));
	assert_int_equal(backing_taken(&backing, 0, 300), 300);
	assert_int_equal(backing_taken(&backing, 0, 500), 400);
	assert_int_equal(backing_taken(&backing, 1, 500), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_given_of_the_one_is_not_there_for_the_other),
		cmocka_unit_test(only_who_pays_and_is_disputed_holds_an_invoice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
