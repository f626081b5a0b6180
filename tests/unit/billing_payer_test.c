/*
 * billing_payer_test - an invoice takes no more than it asks, from whoever stands first.
 */
#include "services/billing-sync/ledger/payer.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define PAYERS 4

#define WANTS(name, second, amount, back)                                           \
	{                                                                           \
		.charge = (name), .at = { (second) }, .wants = { (amount), "JPY" }, \
		.gone = (back),                                                     \
	}

static const struct {
	const char *name;
	bool asked;
	int64_t asks;
	int64_t beside;
	struct payer payers[PAYERS];
	const char *shares;
} cases[] = {
	{ "nobody pays", true, 1000, 0, { { .charge = NULL } }, "" },
	{ "one pays all", true, 1000, 0, { WANTS("ch_1", 5, 1000, 0) }, "ch_1 1000 " },
	{ "what is not asked it does not take",
	  true,
	  400,
	  0,
	  { WANTS("ch_1", 5, 1000, 0) },
	  "ch_1 400 " },
	{ "until it is known what it asks it takes all",
	  false,
	  0,
	  0,
	  { WANTS("ch_1", 5, 1000, 0), WANTS("ch_2", 6, 1000, 0) },
	  "ch_1 1000 ch_2 1000 " },
	{ "two pay a part each",
	  true,
	  1000,
	  0,
	  { WANTS("ch_1", 5, 600, 0), WANTS("ch_2", 6, 400, 0) },
	  "ch_1 600 ch_2 400 " },
	{ "of two that pay all the first counts",
	  true,
	  1000,
	  0,
	  { WANTS("ch_1", 6, 1000, 0), WANTS("ch_2", 5, 1000, 0) },
	  "ch_2 1000 ch_1 0 " },
	{ "of one second the first by its id",
	  true,
	  1000,
	  0,
	  { WANTS("ch_2", 5, 1000, 0), WANTS("ch_1", 5, 1000, 0) },
	  "ch_1 1000 ch_2 0 " },
	{ "the last pays what the others leave",
	  true,
	  1000,
	  0,
	  { WANTS("ch_1", 5, 600, 0), WANTS("ch_2", 6, 600, 0), WANTS("ch_3", 7, 600, 0) },
	  "ch_1 600 ch_2 400 ch_3 0 " },
	{ "what went back pays last",
	  true,
	  1000,
	  0,
	  { WANTS("ch_1", 5, 1000, 1000), WANTS("ch_2", 6, 1000, 0) },
	  "ch_1 0 ch_2 1000 " },
	{ "and still, where nothing else does",
	  true,
	  1000,
	  0,
	  { WANTS("ch_1", 5, 1000, 1000), WANTS("ch_2", 6, 700, 0) },
	  "ch_1 300 ch_2 700 " },
	{ "of what went back the first counts",
	  true,
	  1000,
	  0,
	  { WANTS("ch_1", 5, 1000, 1000), WANTS("ch_2", 6, 1000, 1000) },
	  "ch_1 1000 ch_2 0 " },
	{ "a part that went back makes room",
	  true,
	  1000,
	  0,
	  { WANTS("ch_1", 5, 1000, 300), WANTS("ch_2", 6, 1000, 0) },
	  "ch_1 700 ch_2 300 " },
	{ "more may have gone back than is for it",
	  true,
	  1000,
	  0,
	  { WANTS("ch_1", 5, 1000, 1200) },
	  "ch_1 1000 " },
	{ "what was paid beside leaves less",
	  true,
	  1000,
	  400,
	  { WANTS("ch_1", 5, 1000, 0) },
	  "ch_1 600 " },
	{ "or nothing", true, 1000, 1200, { WANTS("ch_1", 5, 1000, 0) }, "ch_1 0 " },
	{ "another currency than it asks is not for it",
	  true,
	  1000,
	  0,
	  { { .charge = "ch_1", .wants = { 900, "EUR" } }, WANTS("ch_2", 6, 1000, 0) },
	  "ch_1 0 ch_2 1000 " },
};

static size_t put_all(struct payer_list *list, const struct payer *payers)
{
	size_t count = 0;

	while (count < PAYERS && payers[count].charge != NULL)
		assert_true(payer_put(list, &payers[count++]));
	return count;
}

static const char *text_of(const struct payer_list *list)
{
	const char *text = "";

	for (size_t i = 0; i < list->count; i++)
		text = arena_printf(arena, "%s%s %lld ", text, list->items[i].charge,
		                    (long long)list->items[i].given);
	return text;
}

static struct payer_list *asking(int64_t amount)
{
	struct payer_list *const list = arena_zero(arena, sizeof(*list));

	list->asked = true;
	list->asks = (struct money){ amount, "JPY" };
	return list;
}

static void an_invoice_takes_what_it_asks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct payer_list *const list = asking(cases[i].asks);
		struct payer_list *const again = arena_zero(arena, sizeof(*again));

		list->asked = cases[i].asked;
		(void)put_all(list, cases[i].payers);
		assert_true(payer_decode(arena, payer_encode(arena, list), again));
		payer_share(again, cases[i].beside);
		if (!text_equal(text_of(again), cases[i].shares))
			fail_msg("%s: %s", cases[i].name, text_of(again));
	}
}

static void the_order_in_which_they_are_known_makes_no_difference(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t order[PAYERS] = { 0, 1, 2, 3 };
		const size_t count = put_all(asking(0), cases[i].payers);

		while (count > 0 && order_next(order, count)) {
			struct payer_list *const list = asking(cases[i].asks);

			list->asked = cases[i].asked;
			for (size_t k = 0; k < count; k++) {
				assert_true(payer_put(list, &cases[i].payers[order[k]]));
				payer_share(list, cases[i].beside);
			}
			assert_string_equal(text_of(list), cases[i].shares);
		}
	}
}

static void the_last_word_of_a_charge_counts(void **state)
{
	struct payer_list *const list = asking(1000);

	(void)state;
	assert_true(payer_put(list, &(struct payer)WANTS("ch_1", 5, 0, 0)));
	assert_null(payer_find(list, "ch_1"));
	assert_true(payer_put(list, &(struct payer)WANTS("ch_1", 5, 800, 0)));
	assert_true(payer_put(list, &(struct payer)WANTS("ch_2", 6, 800, 0)));
	payer_share(list, 0);
	assert_int_equal(payer_given(list), 1000);
	assert_int_equal(payer_wanted(list), 1600);
	assert_true(payer_put(list, &(struct payer)WANTS("ch_1", 5, 0, 0)));
	payer_share(list, 0);
	assert_string_equal(text_of(list), "ch_1 0 ch_2 800 ");
}

static void too_many_and_too_much_are_refused(void **state)
{
	struct payer_list *const list = asking(1000);
	struct payer one = WANTS("", 5, 1, 0);

	(void)state;
	for (int i = 0; i < PAYER_MAX; i++) {
		one.charge = arena_printf(arena, "ch_%d", i);
		assert_true(payer_put(list, &one));
	}
	assert_true(payer_put(list, &one));
	one.wants.minor = INT64_MAX;
	assert_false(payer_put(list, &one));
	assert_int_equal(payer_wanted(list), PAYER_MAX);
	one = (struct payer)WANTS("more", 5, 1, 0);
	assert_false(payer_put(list, &one));
	assert_int_equal(list->count, PAYER_MAX);
}

static void bytes_that_are_cut_are_refused(void **state)
{
	struct payer_list *const list = asking(1000);

	(void)state;
	assert_true(payer_put(list, &(struct payer)WANTS("ch_1", 5, 800, 3)));
	const struct bytes whole = payer_encode(arena, list);

	for (size_t size = 0; size < whole.size; size++)
		assert_false(payer_decode(arena, (struct bytes){ whole.data, size }, list));
	assert_true(payer_decode(arena, whole, list));
	assert_int_equal(list->items[0].gone, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_invoice_takes_what_it_asks),
		cmocka_unit_test(the_order_in_which_they_are_known_makes_no_difference),
		cmocka_unit_test(the_last_word_of_a_charge_counts),
		cmocka_unit_test(too_many_and_too_much_are_refused),
		cmocka_unit_test(bytes_that_are_cut_are_refused),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
