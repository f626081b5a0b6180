/*
 * billing_usage_plan_test - when how much was used, and what its periods, prices and invoices make of it.
 */
#include "common/base/text.h"
#include "services/billing-sync/usage/usage_plan.h"
#include "tests/support/policy_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;
static struct usage_tally *tally;
static struct usage_book *book;
static struct currency_policy currencies;

static int start(void **state)
{
	(void)state;
	arena = arena_create(65536);
	tally = arena_zero(arena, sizeof(*tally));
	tally->since = TIME_MIN;
	book = arena_zero(arena, sizeof(*book));
	book->since = book->newest = TIME_MIN;
	policy_fixture_read(arena, &currency_kind, "currencies/stripe.json", &currencies);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct instant hour(int64_t number)
{
	return (struct instant){ HOURS(number).us };
}

static struct instant day(int64_t number)
{
	return hour(number * 24);
}

static int64_t tallied(struct instant from, struct instant until)
{
	int64_t sum = 0;

	for (size_t i = 0; i < tally->slice_count; i++)
		if (!time_before(tally->slices[i].at, from) &&
		    time_before(tally->slices[i].at, until))
			sum += tally->slices[i].quantity;
	return sum;
}

/* The tally. */

static void a_period_that_is_told_late_has_what_was_used_within_it(void **state)
{
	(void)state;
	assert_true(usage_tally_add(tally, NULL, time_add(day(30), SECONDS(1)), 5));
	assert_true(usage_tally_add(tally, NULL, time_sub(day(30), SECONDS(1)), 7));
	assert_true(usage_tally_add(tally, NULL, day(30), 1));
	assert_int_equal(tallied(day(0), day(30)), 7);
	assert_int_equal(tallied(day(30), day(60)), 6);
}

/* One each two minutes, over three days: more than there is room for. */
#define MANY 2160

static void where_there_is_no_room_a_known_period_is_exact(void **state)
{
	const struct instant bound = time_add(day(31), MINUTES(17));

	(void)state;
	usage_tally_span(tally, day(1), bound);
	usage_tally_span(tally, bound, day(62));
	for (int64_t i = 0; i < MANY; i++)
		assert_true(usage_tally_add(tally, NULL, time_add(day(30), MINUTES(2 * i)), 1));
	assert_true(tally->slice_count <= USAGE_SLICES_MAX);
	assert_int_equal(tallied(day(0), day(31)), 720);
	assert_int_equal(tallied(day(0), bound), 729);
	assert_int_equal(tallied(day(0), day(33)), MANY);
	assert_int_equal(tally->since.us, TIME_MIN.us);
}

static void the_oldest_days_are_let_go_and_not_guessed(void **state)
{
	(void)state;
	for (int64_t i = 0; i < 300; i++)
		assert_true(usage_tally_add(tally, NULL, day(i), 1));
	assert_true(tally->slice_count <= USAGE_SLICES_MAX);
	assert_true(time_before(day(0), tally->since));
	assert_false(usage_tally_add(tally, NULL, day(0), 1));
	assert_int_equal(tallied(tally->since, day(300)), (int64_t)tally->slice_count);
}

static void a_tally_is_written_and_read_again(void **state)
{
	struct usage_tally *const again = arena_zero(arena, sizeof(*again));

	(void)state;
	usage_tally_span(tally, day(1), day(31));
	assert_true(usage_tally_add(tally, NULL, day(3), -5));
	assert_int_equal(usage_tally_item(tally, "si_1"), 0);
	tally->items[0].billed_to = day(9);
	const struct bytes bytes = usage_tally_encode(arena, tally);

	assert_true(usage_tally_decode(arena, bytes, again));
	assert_true(bytes_equal(bytes, usage_tally_encode(arena, again)));
	assert_false(
	    usage_tally_decode(arena, (struct bytes){ bytes.data, bytes.size - 1 }, again));
}

/* The plan. */

static const struct usage_price half_cents = { .id = "price_1",
	                                       .meter = "mtr_1",
	                                       .currency = "USD",
	                                       .metered = true,
	                                       .unit = { true, 5, 1 },
	                                       .divide_by = 1 };

static void period(int64_t from, int64_t until, const struct usage_price *price)
{
	const struct usage_state state = {
		.subscription = "sub_1",
		.meter = "calls",
		.price = price,
		.period = { .start = day(from),
		            .end = day(until),
		            .at = day(from),
		            .revision = 1,
		            .price = price->id },
	};

	usage_book_state(arena, book, &state);
}

static void bill(const char *id, int64_t issued, int64_t from, int64_t until, int64_t minor)
{
	struct invoice_line line = { .item = "si_1",
		                     .minor = minor,
		                     .has_period = true,
		                     .start = day(from),
		                     .end = day(until) };
	const struct invoice invoice = {
		.id = id, .has_issued = true, .issued = day(issued), .lines = &line, .line_count = 1
	};

	usage_book_invoice(arena, book, "si_1", &invoice, true);
}

/* "1: 3+2-1;": of the period that starts on day 1, on day 3, so much used and billed. */
static const char *plan_of(void)
{
	const struct usage_rules rules = { .currencies = &currencies, .tolerance_per_line = 1 };
	struct usage_plan *const plan = arena_alloc(arena, sizeof(*plan));
	const char *text = "";

	usage_plan_make(arena, book, tally, &rules, plan);
	for (size_t i = 0; i < plan->count; i++)
		text = arena_printf(arena, "%s%lld: %lld+%lld-%lld;", text,
		                    (long long)(plan->postings[i].start.us / DAYS(1).us),
		                    (long long)plan->postings[i].day,
		                    (long long)plan->postings[i].used,
		                    (long long)plan->postings[i].billed);
	for (size_t i = 0; i < plan->finding_count; i++)
		text = arena_printf(arena, "%s %s %lld %lld", text, plan->findings[i].invoice,
		                    (long long)plan->findings[i].expected,
		                    (long long)plan->findings[i].found);
	return text;
}

static void use(int64_t at, int64_t quantity)
{
	assert_true(usage_tally_add(tally, NULL, day(at), quantity));
}

static void the_days_of_a_period_sum_to_the_whole_rounded_once(void **state)
{
	(void)state;
	period(1, 31, &half_cents);
	for (int64_t i = 0; i < 3; i++)
		use(i + 2, 1);
	/* Half a cent a day: 0.5, 1, 1.5 are 1, 1, 2. */
	assert_string_equal(plan_of(), "1: 2+1-0;1: 4+1-0;");
}

static void a_period_ends_where_the_next_begins(void **state)
{
	(void)state;
	period(1, 31, &half_cents);
	period(11, 41, &half_cents);
	use(10, 10);
	use(11, 20);
	use(31, 30);
	use(41, 40);
	assert_string_equal(plan_of(), "1: 10+5-0;11: 11+10-0;11: 31+15-0;");
}

static void an_invoice_says_where_its_period_ends(void **state)
{
	(void)state;
	period(1, 31, &half_cents);
	bill("in_1", 16, 1, 15, 5);
	use(10, 10);
	use(20, 20);
	assert_string_equal(plan_of(), "1: 10+5-0;1: 16+0-5;");
}

static void a_period_is_billed_by_the_first_of_its_invoices(void **state)
{
	(void)state;
	period(1, 31, &half_cents);
	use(10, 20);
	bill("in_2", 35, 1, 31, 4);
	bill("in_1", 32, 1, 31, 6);
	assert_string_equal(plan_of(), "1: 10+10-0;1: 32+0-10;");
	bill("in_2", 35, 1, 31, 9);
	assert_string_equal(plan_of(), "1: 10+10-0;1: 32+0-10; in_1 10 15");
}

static void without_a_state_of_its_own_a_period_has_the_newest_price(void **state)
{
	(void)state;
	period(31, 61, &half_cents);
	bill("in_1", 31, 1, 31, 10);
	use(10, 20);
	assert_string_equal(plan_of(), "1: 10+10-0;1: 31+0-10;");
}

static void nobody_is_held_against_a_meter_that_is_not_reported(void **state)
{
	(void)state;
	period(1, 31, &half_cents);
	bill("in_1", 31, 1, 31, 10);
	assert_string_equal(plan_of(), "");
	use(40, 1);
	assert_string_equal(plan_of(), "");
	use(20, 0);
	assert_string_equal(plan_of(), " in_1 0 10");
}

static void what_was_let_go_stays_as_it_is(void **state)
{
	(void)state;
	period(1, 31, &half_cents);
	period(31, 61, &half_cents);
	use(10, 20);
	use(40, 20);
	usage_book_forget(arena, book, day(31));
	assert_string_equal(plan_of(), "31: 40+10-0;");
	period(1, 31, &half_cents);
	bill("in_1", 31, 1, 31, 99);
	assert_string_equal(plan_of(), "31: 40+10-0;");
}

static void a_currency_without_decimals_is_not_a_hundred_times_as_much(void **state)
{
	struct usage_price yen = half_cents;

	(void)state;
	memcpy(yen.currency, "JPY", 4);
	period(1, 31, &yen);
	use(10, 20);
	assert_string_equal(plan_of(), "1: 10+10-0;");
}

static void krona_that_the_provider_counts_in_hundredths_are_whole(void **state)
{
	struct usage_price krona = half_cents;

	(void)state;
	memcpy(krona.currency, "ISK", 4);
	period(1, 31, &krona);
	use(10, 300);
	use(11, 300);
	/* 150 and 300 hundredths. */
	assert_string_equal(plan_of(), "1: 10+1-0;1: 11+2-0;");
}

static void in_a_currency_that_is_refused_nothing_is_worth_anything(void **state)
{
	struct usage_price shillings = half_cents;

	(void)state;
	memcpy(shillings.currency, "UGX", 4);
	period(1, 31, &shillings);
	use(10, 20);
	bill("in_1", 31, 1, 31, 99);
	assert_string_equal(plan_of(), "");
}

static void a_book_is_written_and_read_again(void **state)
{
	struct usage_book *const again = arena_zero(arena, sizeof(*again));
	const struct usage_posting posting = { day(1), 3, 10, -4 };

	(void)state;
	period(1, 31, &half_cents);
	bill("in_1", 31, 1, 31, 10);
	book->postings = &posting;
	book->posting_count = 1;
	book->shown[book->shown_count++] = "in_1";
	book->missed[book->missed_count++] = day(1);
	const struct bytes bytes = usage_book_encode(arena, book);

	assert_true(usage_book_decode(arena, bytes, again));
	assert_true(bytes_equal(bytes, usage_book_encode(arena, again)));
	for (size_t i = 0; i < bytes.size; i++)
		assert_false(usage_book_decode(arena, (struct bytes){ bytes.data, i }, again));
}

static void a_book_of_before_anything_was_missed_is_read(void **state)
{
	struct usage_book *const again = arena_zero(arena, sizeof(*again));
	struct bytes bytes;

	(void)state;
	period(1, 31, &half_cents);
	bytes = usage_book_encode(arena, book);
	unsigned char *const old = arena_copy(arena, bytes.data, bytes.size);

	old[0] = 1;
	assert_true(usage_book_decode(arena, (struct bytes){ old, bytes.size - 1 }, again));
	assert_true(bytes_equal(bytes, usage_book_encode(arena, again)));
	old[0] = 0;
	assert_false(usage_book_decode(arena, (struct bytes){ old, bytes.size - 1 }, again));
}

static void what_no_invoice_bills_is_told_with_its_end(void **state)
{
	const struct usage_rules rules = { .currencies = &currencies, .tolerance_per_line = 1 };
	struct usage_plan *const plan = arena_alloc(arena, sizeof(*plan));

	(void)state;
	period(1, 31, &half_cents);
	use(2, 2);
	usage_plan_make(arena, book, tally, &rules, plan);
	assert_int_equal(plan->unbilled_count, 0); /* as much as a line may be off by */
	use(3, 12);
	usage_plan_make(arena, book, tally, &rules, plan);
	assert_int_equal(plan->unbilled_count, 1);
	assert_int_equal(plan->unbilled[0].end.us, day(31).us);
	assert_int_equal(plan->unbilled[0].expected, 7);
	bill("in_1", 31, 1, 31, 7);
	usage_plan_make(arena, book, tally, &rules, plan);
	assert_int_equal(plan->unbilled_count, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	static const struct CMUnitTest tests[] = {
		CASE(a_period_that_is_told_late_has_what_was_used_within_it),
		CASE(where_there_is_no_room_a_known_period_is_exact),
		CASE(the_oldest_days_are_let_go_and_not_guessed),
		CASE(a_tally_is_written_and_read_again),
		CASE(the_days_of_a_period_sum_to_the_whole_rounded_once),
		CASE(a_period_ends_where_the_next_begins),
		CASE(an_invoice_says_where_its_period_ends),
		CASE(a_period_is_billed_by_the_first_of_its_invoices),
		CASE(without_a_state_of_its_own_a_period_has_the_newest_price),
		CASE(nobody_is_held_against_a_meter_that_is_not_reported),
		CASE(what_was_let_go_stays_as_it_is),
		CASE(a_currency_without_decimals_is_not_a_hundred_times_as_much),
		CASE(krona_that_the_provider_counts_in_hundredths_are_whole),
		CASE(in_a_currency_that_is_refused_nothing_is_worth_anything),
		CASE(a_book_is_written_and_read_again),
		CASE(a_book_of_before_anything_was_missed_is_read),
		CASE(what_no_invoice_bills_is_told_with_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
