/*
 * billing_recognition_sum_test - whatever is recognised, cleared and reversed, the parts are the whole.
 */
#include "services/billing-sync/rule/recognition.h"

#include "common/base/status.h"
#include "common/io/zone.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define RANDOM_ORDERS 10000

static int64_t some_amount(struct chance *chance)
{
	static const int64_t bounds[] = { 10, 1000, 100000, 10000000, INT64_MAX };
	const int64_t bound = bounds[chance_below(chance, COUNT_OF(bounds))];
	const int64_t size = (int64_t)(chance_next(chance) >> 1) % bound;

	return chance_of(chance, 300) ? -size : size;
}

static struct recognition_order some_order(struct chance *chance)
{
	const int64_t first = chance_between(chance, 14000, 25000);
	const int64_t from = (first * 86400 + chance_below(chance, 86400)) * 1000000;
	const int64_t days = chance_of(chance, 100) ? 0 : chance_between(chance, 1, 800);
	const int64_t to = from + (days * 86400 + chance_below(chance, 3)) * 1000000;

	return (struct recognition_order){ some_amount(chance),
		                           { from },
		                           { to },
		                           chance_below(chance, RECOGNITION_MODES),
		                           first + chance_between(chance, -5, 40) };
}

/* Day by day: what the days sum to, and no day against the sign of the line. */
static int64_t sum_of_days(const struct recognition *schedule)
{
	const struct recognition_part *const last = &schedule->parts[schedule->count - 1];
	int64_t sum = 0;

	for (int64_t on = schedule->parts[0].first_day - 10; on < last->first_day + last->days + 60;
	     on++) {
		const int64_t minor = recognition_on(schedule, on);

		assert_true(schedule->minor < 0 ? minor <= 0 : minor >= 0);
		sum += minor;
	}
	return sum;
}

static void assert_survives_its_bytes(const struct recognition *schedule)
{
	const struct bytes bytes = recognition_encode(arena, schedule);
	struct recognition read;

	assert_true(recognition_decode(arena, bytes, &read));
	assert_true(bytes_equal(bytes, recognition_encode(arena, &read)));
	assert_false(
	    recognition_decode(arena, (struct bytes){ bytes.data, bytes.size - 1 }, &read));
}

/* Reverses it up to twice, and follows the deferred revenue through. */
static void roll_forward(struct chance *chance, const struct recognition *made)
{
	struct recognition schedule = *made;
	struct recognition_roll roll = { "USD", 0, made->minor, 0, 0, 0 };
	int64_t contra = 0;
	int64_t on = made->parts[0].first_day;

	for (int i = 0; i < 2; i++) {
		struct recognition_reversal reversal;
		const char *reason;
		const int64_t minor = some_amount(chance) % (made->minor == 0 ? 1 : made->minor);

		on += chance_below(chance, 100);
		const int64_t before = recognition_before(&schedule, on);
		if (!recognition_reverse(arena, &schedule, on, minor, &reversal, &reason))
			continue;
		assert_int_equal(reversal.cleared + reversal.contra, minor);
		assert_int_equal(recognition_before(&reversal.after, on), before);
		roll.cleared += reversal.cleared;
		contra += reversal.contra;
		schedule = reversal.after;
	}
	on += chance_below(chance, 100);
	roll.recognised = recognition_before(&schedule, on);
	roll.closing = recognition_deferred(&schedule, on);
	assert_int_equal(recognition_gap(&roll), 0);
	assert_int_equal(schedule.contra, contra);
	assert_int_equal(sum_of_days(&schedule), made->minor - roll.cleared);
	assert_survives_its_bytes(&schedule);
}

static void every_mode_sums_to_the_whole_over_random_orders(void **state)
{
	struct zone *zones[] = { NULL, zone_open("Asia/Tokyo"), zone_open("America/New_York"),
		                 zone_open("Europe/London") };
	struct chance chance;

	(void)state;
	chance_seed(&chance, 28);
	for (int i = 0; i < RANDOM_ORDERS; i++) {
		struct recognition_order order = some_order(&chance);
		struct recognition schedule;
		const char *reason;

		arena_reset(arena);
		assert_true(recognition_make(arena, &order,
		                             zones[chance_below(&chance, COUNT_OF(zones))],
		                             &schedule, &reason));
		assert_int_equal(schedule.minor, order.minor);
		assert_int_equal(sum_of_days(&schedule), order.minor);
		roll_forward(&chance, &schedule);
	}
	for (size_t i = 0; i < COUNT_OF(zones); i++)
		zone_close(zones[i]);
}

static void parts_by_largest_remainder_differ_by_less_than_one(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 16);
	for (int round = 0; round < RANDOM_ORDERS; round++) {
		uint64_t weights[12];
		int64_t parts[12];
		const size_t count = (size_t)chance_between(&chance, 1, 12);
		const int64_t total = chance_between(&chance, -1000000, 1000000);
		int64_t whole = 0;
		int64_t sum = 0;

		for (size_t i = 0; i < count; i++) {
			weights[i] = (uint64_t)chance_between(&chance, 1, 31);
			whole += (int64_t)weights[i];
		}
		recognition_apportion(total, weights, count, parts);
		for (size_t i = 0; i < count; i++) {
			const int64_t off = parts[i] * whole - total * (int64_t)weights[i];

			assert_true(off < whole && off > -whole);
			sum += parts[i];
		}
		assert_int_equal(sum, total);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mode_sums_to_the_whole_over_random_orders),
		cmocka_unit_test(parts_by_largest_remainder_differ_by_less_than_one),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
