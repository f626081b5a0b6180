/*
 * billing_seat_codec_test - rows of subscriptions that were kept before their prices were: what they say still counts, and
 * what they do not say breaks no rule.
 */
#include "common/base/packed.h"
#include "common/base/text.h"
#include "services/billing-sync/seat/seat_book_check.h"
#include "services/billing-sync/seat/seat_plan.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct instant day(int64_t number)
{
	return (struct instant){ DAYS(20000 + number).us };
}

static void pack_unit(struct buffer *out, int64_t unit)
{
	pack_bool(out, true);
	pack_bool(out, false);
	pack_i64(out, unit);
	pack_i64(out, 0);
}

/* Five seats of price_2 since the first day. */
static void pack_history(struct buffer *out, uint32_t version)
{
	pack_u8(out, 1); /* items */
	pack_text(out, "si_1");
	pack_bool(out, false);
	pack_u8(out, 1); /* states */
	pack_time(out, day(0));
	pack_i64(out, 1);
	pack_bool(out, false);
	pack_bool(out, false);
	pack_i64(out, 5);
	pack_u8(out, 1); /* prices */
	pack_text(out, "price_2");
	pack_text(out, "prod_1");
	pack_text(out, "USD");
	pack_unit(out, 2000);
	if (version <= 3)
		return;
	pack_bool(out, false);
	pack_u8(out, 1);
	pack_u8(out, 0);
}

/* A month of them, billed as price_1. */
static void pack_billed(struct buffer *out, uint32_t version)
{
	pack_u8(out, 1); /* invoices */
	pack_text(out, "in_1");
	pack_time(out, day(0));
	pack_text(out, "USD");
	pack_bool(out, false);
	if (version > 3)
		pack_time(out, day(0));
	pack_u8(out, 1); /* lines */
	pack_u8(out, SEAT_LINE_PERIOD);
	pack_u8(out, 0);
	pack_u8(out, 0);
	pack_text(out, "il_1");
	pack_text(out, "price_1");
	pack_time(out, day(0));
	pack_time(out, day(30));
	pack_i64(out, 5);
	pack_unit(out, 1000);
	pack_bool(out, false);
	if (version > 3) {
		pack_bool(out, true);
		pack_i64(out, 5000);
	}
	pack_u8(out, 0); /* shown */
}

static struct bytes row_of(uint32_t version)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, version);
	pack_bool(&out, false); /* cut, ended, end, revision */
	pack_bool(&out, false);
	pack_time(&out, (struct instant){ 0 });
	pack_i64(&out, 1);
	pack_history(&out, version);
	pack_billed(&out, version);
	return pack_end(arena, &out);
}

static void a_row_without_prices_is_read_and_breaks_no_plan(void **state)
{
	struct seat_book *const book = arena_zero(arena, sizeof(*book));

	(void)state;
	assert_true(seat_book_decode(arena, row_of(3), book));
	assert_int_equal(book->states[0].quantities[0], 5);
	assert_int_equal(book->states[0].prices[0], 0);
	assert_int_equal(book->invoices[0].drawn.us, 0);
	assert_false(book->lines[0].minor.has);
	assert_null(seat_plan_instead(book, &book->lines[0]));
}

static void a_row_of_today_is_held_against_its_plan(void **state)
{
	struct seat_book *const book = arena_zero(arena, sizeof(*book));

	(void)state;
	assert_true(seat_book_decode(arena, row_of(4), book));
	assert_string_equal(seat_plan_instead(book, &book->lines[0])->id, "price_2");
	assert_int_equal(book->lines[0].minor.minor, 5000);
	assert_true(bytes_equal(row_of(4), seat_book_encode(arena, book)));
}

static void a_price_that_is_none_of_the_row_s_is_refused(void **state)
{
	struct seat_book *const book = arena_zero(arena, sizeof(*book));
	struct seat_book *const read = arena_zero(arena, sizeof(*read));

	(void)state;
	assert_true(seat_book_decode(arena, row_of(4), book));
	book->states[0].others[0] = 2;
	assert_false(seat_book_decode(arena, seat_book_encode(arena, book), read));
	book->states[0].others[0] = SEAT_PRICE_MANY;
	assert_true(seat_book_decode(arena, seat_book_encode(arena, book), read));
	book->states[0].prices[0] = 2;
	assert_false(seat_book_decode(arena, seat_book_encode(arena, book), read));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_without_prices_is_read_and_breaks_no_plan),
		cmocka_unit_test(a_row_of_today_is_held_against_its_plan),
		cmocka_unit_test(a_price_that_is_none_of_the_row_s_is_refused),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
