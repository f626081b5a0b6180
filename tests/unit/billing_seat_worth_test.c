/*
 * billing_seat_worth_test - what seats and times that do not agree come to by the price of their line.
 */
#include "common/base/text.h"
#include "services/billing-sync/seat/seat_book_check.h"
#include "tests/support/arena_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MONTH_S (INT64_C(30) * 86400)

/* One invoice of 5 seats, at 10.00 each but where it is said, for a month from 1970 on. */
static struct seat_line line_of(bool has_unit, int64_t unit)
{
	return (struct seat_line){ .kind = SEAT_LINE_PERIOD,
		                   .id = "il_1",
		                   .price = "price_1",
		                   .end = { SECONDS(MONTH_S).us },
		                   .quantity = 5,
		                   .has_unit = has_unit,
		                   .unit = invoice_decimal_of(unit) };
}

static struct seat_book *book_of(struct seat_line *lines, size_t count)
{
	struct seat_book *const book = arena_zero(arena, sizeof(*book));

	book->invoices[0] = (struct seat_invoice){ .id = "in_1", .currency = "USD" };
	book->invoice_count = 1;
	book->lines = lines;
	book->line_count = count;
	return book;
}

static const struct {
	const char *name;
	bool time; /* else seats */
	bool priced;
	int64_t unit;
	int64_t expected;
	int64_t found;
	const char *worth; /* "": none */
} cases[] = {
	{ "two seats too many", false, true, 3000, 10, 12, "30000 36000 USD" },
	{ "two seats too few", false, true, 3000, 12, 10, "36000 30000 USD" },
	{ "a thousand where there is one", false, true, 3000, 1, 1000, "3000 3000000 USD" },
	{ "a price in tiers", false, false, 0, 10, 12, "" },
	{ "seats that cost nothing", false, true, 0, 10, 12, "" },
	{ "a month that is billed twice", true, true, 1000, MONTH_S, 0, "0 5000 USD" },
	{ "a third of it", true, true, 1000, MONTH_S / 3, 0, "3333 5000 USD" },
	{ "more than all of it", true, true, 1000, 2 * MONTH_S, 0, "0 5000 USD" },
	{ "a time in tiers", true, false, 0, MONTH_S, 0, "" },
	{ "a time that is billed by none", true, true, 1000, 0, MONTH_S, "" },
	{ "beyond 64 bits it stays at the edge", false, true, INVOICE_AMOUNT_MAX, 1, INT64_MAX,
	  "1000000000000000 9223372036854775807 USD" },
};

static const char *told(const struct seat_worth *worth)
{
	return *worth->currency == '\0'
	           ? ""
	           : arena_printf(arena, "%lld %lld %s", (long long)worth->expected,
	                          (long long)worth->found, worth->currency);
}

static void what_does_not_agree_has_a_worth(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct seat_line line = line_of(cases[i].priced, cases[i].unit);
		const struct seat_book *const book = book_of(&line, 1);
		const struct seat_worth worth =
		    cases[i].time
			? seat_worth_time(book, &line, cases[i].expected, cases[i].found)
			: seat_worth_units(book, &line, cases[i].expected, cases[i].found);

		if (!text_equal(told(&worth), cases[i].worth))
			fail_msg("%s: %s", cases[i].name, told(&worth));
	}
}

/* Of an unbilled time: the item's states in it, by days; price 0 is not said, price 3 is in tiers. */
struct had {
	int64_t from;
	int64_t quantity;
	uint8_t
	    price; /* a unit of the first costs 10.00, of the second 20.00, of the fourth 0.01 */
	bool unbilled;
};

static const struct {
	const char *name;
	int64_t from;
	int64_t until; /* then a line of 30 days follows */
	struct had had[3];
	const char *worth;
} gaps[] = {
	{ "a month of five seats", 30, 60, { { 0, 5, 1, false } }, "5000 0 USD" },
	{ "a month that is a day longer", 30, 61, { { 0, 5, 1, false } }, "5000 0 USD" },
	{ "a year of months, one with the other", 30, 395, { { 0, 5, 1, false } }, "60000 0 USD" },
	{ "ten days of a month", 30, 40, { { 0, 5, 1, false } }, "1667 0 USD" },
	{ "a month and a half", 30, 75, { { 0, 5, 1, false } }, "7500 0 USD" },
	{ "more seats from its middle on",
	  30,
	  60,
	  { { 0, 5, 1, false }, { 45, 8, 1, false } },
	  "6500 0 USD" },
	{ "another price from its middle on",
	  30,
	  60,
	  { { 0, 5, 1, false }, { 45, 5, 2, false } },
	  "7500 0 USD" },
	{ "two halves are one", 30, 60, { { 0, 1, 4, false }, { 45, 1, 4, false } }, "1 0 USD" },
	{ "a half is rounded up", 30, 45, { { 0, 1, 4, false } }, "1 0 USD" },
	{ "no seats", 30, 60, { { 0, 0, 1, false } }, "" },
	{ "two months, the first of them paused",
	  30,
	  90,
	  { { 0, 5, 1, false }, { 30, 5, 1, true }, { 50, 5, 1, false } },
	  "5000 0 USD" },
	{ "a pause within the month",
	  30,
	  60,
	  { { 0, 5, 1, false }, { 40, 5, 1, true } },
	  "5000 0 USD" },
	{ "before the first state", 30, 60, { { 40, 5, 1, false } }, "" },
	{ "in tiers", 30, 60, { { 0, 5, 3, false } }, "" },
	{ "a price that is not said is that of the line",
	  30,
	  60,
	  { { 0, 5, 0, false } },
	  "35 0 USD" },
	{ "by use", 30, 60, { { 0, -1, 1, false } }, "" },
};

static struct seat_book *book_had(const struct had *had, struct seat_line *line)
{
	static const int64_t units[] = { 1000, 2000, 0, 1 };
	struct seat_book *const book = book_of(line, 1);

	book->states = arena_zero(arena, 3 * sizeof(*book->states));
	for (; book->state_count < 3 && (book->state_count == 0 || had->from > 0); had++) {
		struct seat_state *const state = &book->states[book->state_count++];

		state->at = (struct instant){ DAYS(had->from).us };
		state->unbilled = had->unbilled;
		state->quantities[0] = had->quantity;
		state->prices[0] = had->price;
	}
	for (; book->price_count < COUNT_OF(units); book->price_count++)
		book->prices[book->price_count] =
		    (struct seat_price){ .currency = "USD",
			                 .has_unit = units[book->price_count] > 0,
			                 .unit = invoice_decimal_of(units[book->price_count]) };
	return book;
}

static void a_time_that_no_line_bills_is_worth_what_was_in_force(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(gaps); i++) {
		struct seat_line line = line_of(true, 7);

		line.start = (struct instant){ DAYS(gaps[i].until).us };
		line.end = (struct instant){ DAYS(gaps[i].until + 30).us };
		const struct seat_worth worth =
		    seat_worth_gap(book_had(gaps[i].had, &line), &line, gaps[i].from * 86400,
		                   gaps[i].until * 86400);

		if (!text_equal(told(&worth), gaps[i].worth))
			fail_msg("%s: %s", gaps[i].name, told(&worth));
	}
}

/* Ten for 5.00 each, and what is more for 3.00. */
static const struct usage_tier tiers[] = { { 10, { true, 500, 0 }, { false, 0, 0 } },
	                                   { INT64_MAX, { true, 300, 0 }, { false, 0, 0 } } };
static const struct usage_price tariff = { .id = "price_1",
	                                   .currency = "USD",
	                                   .scheme = USAGE_GRADUATED,
	                                   .divide_by = 1,
	                                   .tier_count = 2,
	                                   .tiers = tiers };

static void tiers_that_are_known_say_what_seats_are_worth(void **state)
{
	static const struct had had[3] = { { 0, 12, 1, false } };
	struct seat_line line = line_of(false, 0);
	struct seat_book *const book = book_had(had, &line);
	struct seat_worth worth;

	(void)state;
	book->prices[0] = (struct seat_price){ .id = "price_1", .currency = "USD" };
	worth = seat_worth_units(book, &line, 10, 12);
	assert_string_equal(told(&worth), "");
	book->prices[0].tariff = &tariff;
	worth = seat_worth_units(book, &line, 10, 12);
	assert_string_equal(told(&worth), "5000 5600 USD");
	worth = seat_worth_item(book, 0, 10, 11);
	assert_string_equal(told(&worth), "5000 5300 USD");
	line.start = (struct instant){ DAYS(45).us };
	line.end = (struct instant){ DAYS(75).us };
	worth = seat_worth_gap(book, &line, 30 * 86400, 45 * 86400);
	assert_string_equal(told(&worth), "2800 0 USD");
	memcpy(book->invoices[0].currency, "EUR", sizeof(book->invoices[0].currency));
	worth = seat_worth_units(book, &line, 10, 12);
	assert_string_equal(told(&worth), "");
}

/* Of a price in tiers what is billed twice is what the line says. */
static void what_is_billed_twice_in_tiers_is_worth_what_its_line_says(void **state)
{
	struct seat_line line = line_of(false, 0);
	struct seat_worth worth;

	(void)state;
	line.minor = (struct invoice_amount){ true, 4200 };
	worth = seat_worth_time(book_of(&line, 1), &line, MONTH_S / 2, 0);
	assert_string_equal(told(&worth), "2100 4200 USD");
}

static void an_item_is_worth_what_its_newest_priced_period_says(void **state)
{
	struct seat_line lines[] = { line_of(true, 1000), line_of(true, 1200), line_of(false, 0),
		                     line_of(true, 7), line_of(true, 9) };
	const struct seat_book *const book = book_of(lines, COUNT_OF(lines));
	struct seat_worth worth;

	(void)state;
	lines[1].start.us = 1;
	lines[2].start.us = 2;
	lines[3].start.us = 3;
	lines[3].kind = SEAT_LINE_MORE;
	lines[4].start.us = 4;
	lines[4].item = 1;
	worth = seat_worth_item(book, 0, 4, 5);
	assert_string_equal(told(&worth), "4800 6000 USD");
	worth = seat_worth_item(book, 2, 4, 5);
	assert_string_equal(told(&worth), "");
}

/* A contract's quantity and a period that is billed a second time have theirs; a price is money as it is. */
static void each_finding_brings_its_worth(void **state)
{
	struct seat_line lines[] = { line_of(true, 1000), line_of(true, 1000) };
	struct seat_book *const book = book_of(lines, COUNT_OF(lines));
	const struct seat_contract contract = { .id = "o-1",
		                                .price = "price_1",
		                                .product = "",
		                                .quantity = 4,
		                                .has_unit = true,
		                                .unit = 900,
		                                .currency = "USD",
		                                .until = TIME_MAX };
	struct seat_findings *const findings = arena_alloc(arena, sizeof(*findings));
	size_t seen = 0;

	(void)state;
	book->items[0] = "si_1";
	book->item_count = 1;
	seat_book_check(arena, book, &contract, 1, NULL, findings);
	for (size_t i = 0; i < findings->count; i++) {
		const struct seat_finding *const it = &findings->list[i];

		seen |= (size_t)1 << it->check;
		assert_string_equal(told(&it->worth), it->check == SEAT_CHECK_OVERLAP ? "0 5000 USD"
		                                      : it->check == SEAT_CHECK_CONTRACT_QUANTITY
		                                          ? "4000 5000 USD"
		                                          : "");
	}
	assert_int_equal(seen, 1 << SEAT_CHECK_OVERLAP | 1 << SEAT_CHECK_CONTRACT_QUANTITY |
	                           1 << SEAT_CHECK_CONTRACT_PRICE);
}

/* Tiers of seats have lines of their own in one invoice; the same of two invoices is billed twice. */
static void a_line_for_each_tier_bills_no_time_twice(void **state)
{
	struct seat_line lines[] = { line_of(true, 500), line_of(true, 300), line_of(false, 0) };
	struct seat_book *const book = book_of(lines, COUNT_OF(lines));
	struct seat_findings *const findings = arena_alloc(arena, sizeof(*findings));

	(void)state;
	book->items[0] = "si_1";
	book->item_count = 1;
	seat_book_check(arena, book, NULL, 0, NULL, findings);
	assert_int_equal(findings->count, 0);
	book->invoices[1] = (struct seat_invoice){ .id = "in_2", .currency = "USD" };
	book->invoice_count = 2;
	lines[2].invoice = 1;
	seat_book_check(arena, book, NULL, 0, NULL, findings);
	assert_int_equal(findings->count, 1);
	assert_int_equal(findings->list[0].check, SEAT_CHECK_OVERLAP);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_agree_has_a_worth),
		cmocka_unit_test(a_time_that_no_line_bills_is_worth_what_was_in_force),
		cmocka_unit_test(tiers_that_are_known_say_what_seats_are_worth),
		cmocka_unit_test(what_is_billed_twice_in_tiers_is_worth_what_its_line_says),
		cmocka_unit_test(an_item_is_worth_what_its_newest_priced_period_says),
		cmocka_unit_test(a_line_for_each_tier_bills_no_time_twice),
		cmocka_unit_test(each_finding_brings_its_worth),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
