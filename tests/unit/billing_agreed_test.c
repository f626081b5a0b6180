/*
 * billing_agreed_test - which periods of a contract no line bills, by what several subscriptions have billed.
 */
#include "common/base/text.h"
#include "services/billing-sync/seat/seat_agreed.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/order.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define LINES_MAX 3
#define BOOKS 2

/* A line of five seats at 10.00, billed when its time begins, or when it is over. */
struct billed {
	const char *from; /* NULL: no more */
	const char *until;
	bool late;
	int book;
	int item;
};

static const struct {
	const char *name;
	const char *until; /* of the contract from January on; NULL: for ever */
	const char *now;
	struct billed billed[LINES_MAX];
	const char *paused; /* since then */
	const char *found;  /* "beginning passed;" each; "first passed;" */
} cases[] = {
	{ "nothing ever billed it", NULL, "2027-03-10", { { NULL } }, NULL, "first 2027-02-01;" },
	{ "it ends within its first month", "2027-01-20", "2027-03-10", { { NULL } }, NULL, "" },
	{ "billed for a month, and then no more",
	  NULL,
	  "2027-03-10",
	  { { .from = "2027-01-01", .until = "2027-02-01" } },
	  NULL,
	  "2027-02-01 2027-03-04;2027-03-01 2027-04-01;2027-04-01 2027-05-02;" },
	{ "until it ends",
	  "2027-03-01",
	  "2027-09-10",
	  { { .from = "2027-01-01", .until = "2027-02-01" } },
	  NULL,
	  "2027-02-01 2027-03-04;" },
	{ "a part of a period is not missed",
	  "2027-02-15",
	  "2027-09-10",
	  { { .from = "2027-01-01", .until = "2027-02-01" } },
	  NULL,
	  "" },
	{ "months that begin on a last day",
	  NULL,
	  "2027-03-15",
	  { { .from = "2027-01-01", .until = "2027-01-31" } },
	  NULL,
	  "2027-01-31 2027-03-03;2027-02-28 2027-03-31;2027-03-31 2027-05-01;" },
	{ "a year is billed in advance",
	  NULL,
	  "2027-06-10",
	  { { .from = "2027-01-01", .until = "2028-01-01" } },
	  NULL,
	  "2028-01-01 2028-02-01;" },
	{ "a quarter that is billed when it is over has to be over",
	  NULL,
	  "2027-03-10",
	  { { .from = "2027-01-01", .until = "2027-04-01", .late = true } },
	  NULL,
	  "2027-04-01 2027-07-01;" },
	{ "any other length is what it is",
	  NULL,
	  "2027-01-16",
	  { { .from = "2027-01-01", .until = "2027-01-11" } },
	  NULL,
	  "2027-01-11 2027-02-11;2027-01-21 2027-02-21;" },
	{ "a day is no rhythm",
	  NULL,
	  "2027-02-01",
	  { { .from = "2027-01-01", .until = "2027-01-02" } },
	  NULL,
	  "2027-01-02 2027-02-02;2027-02-02 2027-03-05;" },
	{ "another subscription goes on a month later",
	  NULL,
	  "2027-03-10",
	  { { .from = "2027-01-01", .until = "2027-02-01" },
	    { .from = "2027-03-01", .until = "2027-04-01", .book = 1 } },
	  NULL,
	  "2027-02-01 2027-03-04;2027-04-01 2027-05-02;" },
	{ "one that begins within the month bills it",
	  NULL,
	  "2027-02-20",
	  { { .from = "2027-01-01", .until = "2027-02-01" },
	    { .from = "2027-02-10", .until = "2027-03-10", .book = 1 } },
	  NULL,
	  "2027-03-10 2027-04-10;" },
	{ "another item of the subscription goes on",
	  NULL,
	  "2027-03-10",
	  { { .from = "2027-01-01", .until = "2027-02-01" },
	    { .from = "2027-03-01", .until = "2027-04-01", .item = 1 } },
	  NULL,
	  "2027-02-01 2027-03-04;2027-04-01 2027-05-02;" },
	{ "a gap between lines of one item is another case",
	  NULL,
	  "2027-03-10",
	  { { .from = "2027-01-01", .until = "2027-02-01" },
	    { .from = "2027-03-01", .until = "2027-04-01" } },
	  NULL,
	  "2027-04-01 2027-05-02;" },
	{ "a longer line covers what a shorter one ends",
	  NULL,
	  "2027-03-10",
	  { { .from = "2027-01-01", .until = "2027-04-01" },
	    { .from = "2027-01-15", .until = "2027-02-15", .book = 1 } },
	  NULL,
	  "2027-04-01 2027-05-02;" },
	{ "what is paused is not missed",
	  NULL,
	  "2027-02-10",
	  { { .from = "2027-01-01", .until = "2027-02-01" } },
	  "2027-01-20",
	  "" },
	{ "a line from before it was agreed is none of it",
	  NULL,
	  "2027-01-10",
	  { { .from = "2026-12-01", .until = "2027-01-01" } },
	  NULL,
	  "first 2027-02-01;" },
};

static struct instant date(const char *text)
{
	char whole[TIME_TEXT_SIZE];
	struct instant at;

	snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
	assert_true(time_parse(whole, &at));
	return at;
}

static struct seat_book *book_open(const char *paused)
{
	struct seat_book *const book = arena_zero(arena, sizeof(*book));

	book->lines = arena_zero(arena, LINES_MAX * sizeof(*book->lines));
	book->prices[0] = (struct seat_price){ .id = "price_1", .product = "prod_1" };
	book->price_count = 1;
	book->items[0] = "si_1";
	book->items[1] = "si_2";
	book->item_count = 2;
	if (paused == NULL)
		return book;
	book->states = arena_zero(arena, sizeof(*book->states));
	book->states[0] = (struct seat_state){ .at = date(paused), .unbilled = true };
	book->state_count = 1;
	return book;
}

static void bill(struct seat_book *book, const struct billed *billed)
{
	struct seat_line *const line = &book->lines[book->line_count++];

	*line = (struct seat_line){ .kind = SEAT_LINE_PERIOD,
		                    .invoice = book->invoice_count,
		                    .item = (size_t)billed->item,
		                    .id = "il_1",
		                    .price = "price_1",
		                    .start = date(billed->from),
		                    .end = date(billed->until),
		                    .quantity = 5,
		                    .has_unit = true,
		                    .unit = invoice_decimal_of(1000) };
	book->invoices[book->invoice_count++] = (struct seat_invoice){
		.id = "in_1", .issued = billed->late ? line->end : line->start, .currency = "USD"
	};
}

static const char *day_of(struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return arena_text(arena, time_format(at, text), strlen("2027-01-01"));
}

static const char *told(const struct seat_agreed *agreed)
{
	const char *all = "";

	for (size_t i = 0; i < agreed->count; i++)
		all = arena_printf(arena, "%s%s %s;", all,
		                   agreed->list[i].first ? "first" : day_of(agreed->list[i].start),
		                   day_of(agreed->list[i].passed));
	return all;
}

static struct seat_contract contract_until(const char *until)
{
	return (struct seat_contract){ .id = "o-1",
		                       .price = "",
		                       .product = "prod_1",
		                       .from = date("2027-01-01"),
		                       .until = until != NULL ? date(until) : TIME_MAX };
}

static void what_no_line_bills_is_found_period_by_period(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct seat_contract contract = contract_until(cases[i].until);
		struct seat_agreed *const agreed = arena_zero(arena, sizeof(*agreed));
		size_t order[LINES_MAX];
		size_t count = 0;

		for (; count < LINES_MAX && cases[i].billed[count].from != NULL; count++)
			order[count] = count;
		do {
			struct seat_book *const books[BOOKS] = { book_open(cases[i].paused),
				                                 book_open(NULL) };
			const struct seat_book *const read[BOOKS] = { books[0], books[1] };

			for (size_t k = 0; k < count; k++)
				bill(books[cases[i].billed[order[k]].book],
				     &cases[i].billed[order[k]]);
			seat_agreed_find(arena, &contract, read, BOOKS, date(cases[i].now), agreed);
			if (!text_equal(told(agreed), cases[i].found))
				fail_msg("%s: %s", cases[i].name, told(agreed));
		} while (order_next(order, count));
	}
}

/* Of many years the newest periods; what was agreed times what was agreed, or what was billed last. */
static void a_period_is_worth_what_was_agreed(void **state)
{
	static const struct {
		int64_t quantity;
		int64_t unit; /* 0: not said */
		int64_t worth;
		const char *currency;
	} worths[] = { { 7, 900, 6300, "EUR" },
		       { 0, 900, 4500, "EUR" },
		       { 7, 0, 7000, "USD" },
		       { 0, 0, 5000, "USD" } };
	static const struct billed january = { .from = "2027-01-01", .until = "2027-02-01" };
	struct seat_contract contract = contract_until(NULL);
	struct seat_agreed *const agreed = arena_zero(arena, sizeof(*agreed));
	struct seat_book *const book = book_open(NULL);
	const struct seat_book *const read = book;

	(void)state;
	bill(book, &january);
	for (size_t i = 0; i < COUNT_OF(worths); i++) {
		contract.quantity = worths[i].quantity;
		contract.unit = worths[i].unit;
		contract.has_unit = worths[i].unit > 0;
		snprintf(contract.currency, sizeof(contract.currency), "%s",
		         contract.has_unit ? "EUR" : "");
		seat_agreed_find(arena, &contract, &read, 1, date("2127-01-10"), agreed);
		assert_int_equal(agreed->count, SEAT_AGREED_MAX);
		assert_string_equal(day_of(agreed->list[SEAT_AGREED_MAX - 1].start), "2127-02-01");
		assert_int_equal(agreed->list[0].worth, worths[i].worth);
		assert_string_equal(agreed->list[0].currency, worths[i].currency);
	}
}

/* Without a line nothing but the contract says it. */
static void what_nothing_billed_is_worth_what_the_contract_says(void **state)
{
	struct seat_contract contract = contract_until(NULL);
	struct seat_agreed *const agreed = arena_zero(arena, sizeof(*agreed));

	(void)state;
	contract.has_unit = true;
	contract.unit = 900;
	memcpy(contract.currency, "EUR", sizeof(contract.currency));
	seat_agreed_find(arena, &contract, NULL, 0, date("2027-05-01"), agreed);
	assert_string_equal(agreed->list[0].currency, "");
	contract.quantity = 7;
	seat_agreed_find(arena, &contract, NULL, 0, date("2027-05-01"), agreed);
	assert_int_equal(agreed->list[0].worth, 6300);
	assert_false(agreed->billed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_line_bills_is_found_period_by_period),
		cmocka_unit_test(a_period_is_worth_what_was_agreed),
		cmocka_unit_test(what_nothing_billed_is_worth_what_the_contract_says),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
