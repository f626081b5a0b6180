/*
 * dispute_compelling_row_test - an index of payments as a row, and what is not one.
 */
#include "services/chargeback/compelling/compelling.h"
#include "tests/support/arena_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void put(struct compelling_index *index, const char *charge, int64_t day, int32_t length)
{
	struct compelling_payment payment = { .day = day, .refunded = day % 2 == 0 };

	snprintf(payment.charge, sizeof(payment.charge), "%s", charge);
	for (size_t kind = 0; kind < COMPELLING_KINDS; kind += 2)
		payment.identifiers[kind] = (struct compelling_identifier){ kind + 7, length };
	assert_true(compelling_add(index, &payment));
}

static struct compelling_index *filled(size_t count)
{
	struct compelling_index *const index = arena_zero(arena, sizeof(*index));

	for (size_t i = 0; i < count; i++)
		put(index, arena_printf(arena, "ch_%zu", i), 20000 + (int64_t)i / 2,
		    20 + (int32_t)i);
	return index;
}

static void assert_same(const struct compelling_payment *a, const struct compelling_payment *b)
{
	assert_string_equal(a->charge, b->charge);
	assert_int_equal(a->day, b->day);
	assert_int_equal(a->disputed, b->disputed);
	assert_int_equal(a->refunded, b->refunded);
	assert_int_equal(a->fraud_reported, b->fraud_reported);
	for (size_t kind = 0; kind < COMPELLING_KINDS; kind++) {
		assert_int_equal(a->identifiers[kind].length, b->identifiers[kind].length);
		assert_int_equal(a->identifiers[kind].digest, b->identifiers[kind].digest);
	}
}

static void an_index_comes_back_as_it_was(void **state)
{
	static const size_t counts[] = { 0, 1, 5, COMPELLING_PAYMENTS_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		struct compelling_index *const index = filled(counts[i]);
		struct compelling_index *const back = arena_zero(arena, sizeof(*back));

		if (counts[i] > 0) {
			assert_true(compelling_mark(index, "ch_0", COMPELLING_DISPUTED));
			assert_true(compelling_mark(index, "ch_0", COMPELLING_FRAUD_REPORTED));
		}
		assert_true(compelling_decode(compelling_encode(arena, index), back));
		assert_int_equal(back->count, index->count);
		for (size_t k = 0; k < index->count; k++)
			assert_same(&back->payments[k], &index->payments[k]);
	}
}

static void what_is_cut_or_has_more_is_no_row(void **state)
{
	const struct bytes row = compelling_encode(arena, filled(3));
	struct compelling_index *const back = arena_zero(arena, sizeof(*back));
	char *const longer = arena_zero(arena, row.size + 1);

	(void)state;
	for (size_t size = 0; size < row.size; size++)
		assert_false(compelling_decode((struct bytes){ row.data, size }, back));
	memcpy(longer, row.data, row.size);
	assert_false(compelling_decode((struct bytes){ longer, row.size + 1 }, back));
	assert_true(compelling_decode((struct bytes){ longer, row.size }, back));
	longer[0] = 2;
	assert_false(compelling_decode((struct bytes){ longer, row.size }, back));
	longer[0] = 1;
	longer[1] = COMPELLING_PAYMENTS_MAX + 1;
	assert_false(compelling_decode((struct bytes){ longer, row.size }, back));
}

static void payments_out_of_order_are_no_row(void **state)
{
	struct compelling_index *const index = filled(3);
	struct compelling_index *const back = arena_zero(arena, sizeof(*back));

	(void)state;
	index->payments[2].day = index->payments[0].day - 1;
	assert_false(compelling_decode(compelling_encode(arena, index), back));
	index->payments[2] = index->payments[1];
	assert_false(compelling_decode(compelling_encode(arena, index), back));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_comes_back_as_it_was),
		cmocka_unit_test(what_is_cut_or_has_more_is_no_row),
		cmocka_unit_test(payments_out_of_order_are_no_row),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
