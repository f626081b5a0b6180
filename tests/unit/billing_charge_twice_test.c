/*
 * billing_charge_twice_test - the same charge twice, whatever order the charges come in.
 */
#include "services/billing-sync/invoice/charge_twice.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct invoice_policy policy = { .twice_same_invoice = { INT64_C(3024000000000) },
	                                      .twice_same_description = { INT64_C(86400000000) },
	                                      .twice_across_invoices = true };

struct taken {
	const char *id;
	const char *invoice;
	const char *currency;
	int64_t minor;
	int hour;
	const char *description;
	bool returned;
};

struct row {
	const char *name;
	struct taken charges[4];
	const char *want; /* "second of first;" for each */
};

static const struct row rows[] = {
	{ "one charge is no second one", { { "a", "in_1", "USD", 500, 0, "Pro", false } }, "" },
	{ "an invoice that was paid twice",
	  { { "a", "in_1", "USD", 500, 0, "", false }, { "b", "in_1", "USD", 500, 50, "", false } },
	  "b of a;" },
	{ "an invoice that was paid in two parts",
	  { { "a", "in_1", "USD", 500, 0, "", false }, { "b", "in_1", "USD", 400, 50, "", false } },
	  "" },
	{ "the same words within a day",
	  { { "a", "", "USD", 500, 0, "5 seats", false },
	    { "b", "", "USD", 500, 24, "5 seats", false } },
	  "b of a;" },
	{ "the same words a day and an hour later",
	  { { "a", "", "USD", 500, 0, "5 seats", false },
	    { "b", "", "USD", 500, 25, "5 seats", false } },
	  "" },
	{ "other words",
	  { { "a", "", "USD", 500, 0, "5 seats", false },
	    { "b", "", "USD", 500, 1, "6 seats", false } },
	  "" },
	{ "no words are not the same words",
	  { { "a", "", "USD", 500, 0, "", false }, { "b", "", "USD", 500, 1, "", false } },
	  "" },
	{ "the same words in Japanese",
	  { { "a", "", "JPY", 500, 0, "席 5", false }, { "b", "", "JPY", 500, 1, "席 5", false } },
	  "b of a;" },
	{ "another currency",
	  { { "a", "", "USD", 500, 0, "Pro", false }, { "b", "", "EUR", 500, 1, "Pro", false } },
	  "" },
	{ "three times is two too many",
	  { { "a", "", "USD", 500, 0, "Pro", false },
	    { "b", "", "USD", 500, 2, "Pro", false },
	    { "c", "", "USD", 500, 4, "Pro", false } },
	  "b of a;c of a;" },
	{ "a chain of days",
	  { { "a", "", "USD", 500, 0, "Pro", false },
	    { "b", "", "USD", 500, 20, "Pro", false },
	    { "c", "", "USD", 500, 40, "Pro", false } },
	  "b of a;c of b;" },
	{ "the second was given back",
	  { { "a", "", "USD", 500, 0, "Pro", false }, { "b", "", "USD", 500, 2, "Pro", true } },
	  "" },
	{ "the first was given back",
	  { { "a", "", "USD", 500, 0, "Pro", true }, { "b", "", "USD", 500, 2, "Pro", false } },
	  "" },
	{ "of two at one instant the id decides",
	  { { "b", "", "USD", 500, 0, "Pro", false }, { "a", "", "USD", 500, 0, "Pro", false } },
	  "b of a;" },
	{ "two invoices for the same",
	  { { "a", "in_1", "USD", 500, 0, "Pro", false },
	    { "b", "in_2", "USD", 500, 2, "Pro", false } },
	  "b of a;" },
	{ "an invoice that was paid again five weeks later",
	  { { "a", "in_1", "USD", 500, 0, "", false },
	    { "b", "in_1", "USD", 500, 35 * 24, "", false } },
	  "b of a;" },
	{ "and an hour after those",
	  { { "a", "in_1", "USD", 500, 0, "", false },
	    { "b", "in_1", "USD", 500, 35 * 24 + 1, "", false } },
	  "" },
	{ "nothing twice is nothing",
	  { { "a", "", "USD", 0, 0, "Pro", false }, { "b", "", "USD", 0, 2, "Pro", false } },
	  "" },
};

static struct charge_seen seen(const struct taken *taken)
{
	return charge_seen_make(taken->id, taken->invoice, taken->currency, taken->minor,
	                        (struct instant){ HOURS(taken->hour).us }, taken->description);
}

static const char *told(const struct charge_ring *ring, const struct invoice_policy *by)
{
	const char *text = "";
	struct charge_twice twice;

	for (size_t i = 0; i < ring->count; i++)
		if (charge_twice(arena, ring, by, i, &twice))
			text = arena_printf(arena, "%s%s of %s;", text, twice.second->id,
			                    twice.first->id);
	return text;
}

/* The charges of a row, the k-th first and then around; each twice, and kept as bytes in between. */
static struct charge_ring *ring_of(const struct row *row, size_t first)
{
	struct charge_ring *const ring = arena_zero(arena, sizeof(*ring));
	size_t count = 0;

	while (count < COUNT_OF(row->charges) && row->charges[count].id != NULL)
		count++;
	for (size_t i = 0; i < 2 * count; i++) {
		const struct taken *const taken = &row->charges[(i + first) % count];
		struct charge_seen charge = seen(taken);

		charge_ring_put(ring, &charge);
		charge.returned = taken->returned;
		charge_ring_put(ring, &charge);
		assert_true(charge_ring_decode(arena, charge_ring_encode(arena, ring), ring));
	}
	return ring;
}

static void a_second_charge_is_found_in_any_order(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (size_t first = 0; first < 4; first++) {
			const char *const got = told(ring_of(&rows[i], first), &policy);

			if (text_equal(got, rows[i].want))
				continue;
			print_error("%s, from %zu: \"%s\", not \"%s\"\n", rows[i].name, first, got,
			            rows[i].want);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}

static void invoices_apart_may_be_left_alone(void **state)
{
	struct invoice_policy apart = policy;
	const struct row two = { .charges = { { "a", "in_1", "USD", 500, 0, "Pro", false },
		                              { "b", "in_2", "USD", 500, 2, "Pro", false } } };
	const struct row one = { .charges = { { "a", "in_1", "USD", 500, 0, "Pro", false },
		                              { "b", "", "USD", 500, 2, "Pro", false } } };

	(void)state;
	apart.twice_across_invoices = false;
	assert_string_equal(told(ring_of(&two, 0), &apart), "");
	assert_string_equal(told(ring_of(&one, 0), &apart), "b of a;");
}

static void a_third_has_the_root_of_the_second(void **state)
{
	const struct charge_ring *const words = ring_of(&rows[9], 0);
	const struct charge_ring *const invoice = ring_of(&rows[1], 0);
	struct charge_twice second;
	struct charge_twice third;

	(void)state;
	assert_true(charge_twice(arena, words, &policy, 1, &second));
	assert_true(charge_twice(arena, words, &policy, 2, &third));
	assert_int_equal(second.why, CHARGE_SAME_DESCRIPTION);
	assert_string_equal(second.root, third.root);
	assert_null(strstr(second.root, "Pro"));
	assert_true(charge_twice(arena, invoice, &policy, 1, &second));
	assert_int_equal(second.why, CHARGE_SAME_INVOICE);
	assert_string_equal(second.root, "in_1");
}

static void the_ring_keeps_the_latest(void **state)
{
	struct charge_ring *const up = arena_zero(arena, sizeof(*up));
	struct charge_ring *const down = arena_zero(arena, sizeof(*down));

	(void)state;
	for (int i = 0; i < 100; i++) {
		const struct taken rising = {
			arena_printf(arena, "c%03d", i), "", "USD", 1, i, "x", false
		};
		const struct taken falling = {
			arena_printf(arena, "c%03d", 99 - i), "", "USD", 1, 99 - i, "x", false
		};
		struct charge_seen charge = seen(&rising);

		charge_ring_put(up, &charge);
		charge = seen(&falling);
		charge_ring_put(down, &charge);
	}
	assert_int_equal(up->count, CHARGES_MAX);
	assert_string_equal(up->charges[0].id, "c068");
	assert_true(bytes_equal(charge_ring_encode(arena, up), charge_ring_encode(arena, down)));
}

static void a_ring_of_another_kind_is_refused(void **state)
{
	const struct bytes bytes = charge_ring_encode(arena, ring_of(&rows[1], 0));
	struct charge_ring *const ring = arena_zero(arena, sizeof(*ring));
	unsigned char *const bent = arena_copy(arena, bytes.data, bytes.size);

	(void)state;
	for (size_t size = 0; size < bytes.size; size++)
		assert_false(charge_ring_decode(arena, (struct bytes){ bytes.data, size }, ring));
	bent[0] = 9;
	assert_false(charge_ring_decode(arena, (struct bytes){ bent, bytes.size }, ring));
	bent[0] = 1;
	bent[1] = CHARGES_MAX + 1;
	assert_false(charge_ring_decode(arena, (struct bytes){ bent, bytes.size }, ring));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_charge_is_found_in_any_order),
		cmocka_unit_test(invoices_apart_may_be_left_alone),
		cmocka_unit_test(a_third_has_the_root_of_the_second),
		cmocka_unit_test(the_ring_keeps_the_latest),
		cmocka_unit_test(a_ring_of_another_kind_is_refused),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
