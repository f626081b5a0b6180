/*
 * billing_seat_plan_test - lines against the price that their item had: what is billed at another one is found, in
 * whatever order states and invoices come, and nothing else is.
 */
#include "common/base/text.h"
#include "services/billing-sync/seat/seat_book_check.h"
#include "services/billing-sync/seat/seat_plan.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/order.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define STEPS_MAX 5
#define ITEMS_MAX 2

static struct instant day(int64_t number)
{
	return (struct instant){ DAYS(20000 + number).us };
}

enum kind { NONE, PERIOD, MORE, BACK };

/* Of an item and a price by their numbers: a unit of price 1 costs 10.00, of price 2 20.00; price 9 is in tiers. */
struct bills {
	enum kind kind;
	int64_t from; /* days */
	int64_t until;
	int price;
	int64_t minor; /* of prorations */
	int item;      /* 0: the first */
	bool free;
};

/* A state, 5 seats an item; or an invoice, a minute after its day begins. */
struct step {
	const char *invoice; /* NULL: a state */
	int64_t at;          /* day */
	int64_t seconds;     /* later */
	int prices[ITEMS_MAX];
	bool metered;
	bool uploaded;
	enum subscription_status status; /* none: active */
	struct bills lines[5];
};

static const struct {
	const char *name;
	const char *found; /* "invoice expected found currency;" each */
	struct step steps[STEPS_MAX];
} stories[] = {
	{ "a month is billed at the price that the item has",
	  "",
	  { { .prices = { 1 } }, { "in_1", .lines = { { PERIOD, 0, 30, 1 } } } } },
	{ "the old price after a change of plan",
	  "in_2 10000 5000 USD;",
	  { { .prices = { 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { .at = 30, .prices = { 2 } },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 1 } } } } },
	{ "the new one",
	  "",
	  { { .prices = { 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { .at = 30, .prices = { 2 } },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 2 } } } } },
	{ "the change is dated after the month began, and before its invoice was drawn up",
	  "in_2 10000 5000 USD;",
	  { { .prices = { 1 } },
	    { .at = 30, .seconds = 30, .prices = { 2 } },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 1 } } } } },
	{ "and may be billed",
	  "",
	  { { .prices = { 1 } },
	    { .at = 30, .seconds = 30, .prices = { 2 } },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 2 } } } } },
	{ "a change after the invoice was drawn up leaves it as it is",
	  "",
	  { { .prices = { 1 } },
	    { .at = 30, .seconds = 90, .prices = { 2 } },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 1 } } } } },
	{ "a price that is only announced",
	  "in_1 5000 10000 USD;",
	  { { .prices = { 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 2 } } },
	    { .at = 30, .prices = { 2 } } } },
	{ "a price that it never had",
	  "in_1 5000 15000 USD;",
	  { { .prices = { 1 } }, { "in_1", .lines = { { PERIOD, 0, 30, 3 } } } } },
	{ "another price that costs the same",
	  "",
	  { { .prices = { 1 } }, { "in_1", .lines = { { PERIOD, 0, 30, 4 } } } } },
	{ "a change within the month gives back the old and asks for the new",
	  "",
	  { { .prices = { 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { .at = 10, .prices = { 2 } },
	    { "in_2", .at = 10,
	      .lines = { { BACK, 10, 30, 1, -3333 }, { MORE, 10, 30, 2, 6667 } } } } },
	{ "the new price is given back",
	  "in_2 -3333 -6666 USD;",
	  { { .prices = { 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { .at = 10, .prices = { 2 } },
	    { "in_2", .at = 10,
	      .lines = { { BACK, 10, 30, 2, -6666 }, { MORE, 10, 30, 2, 6667 } } } } },
	{ "the rest is asked for at the old price",
	  "in_2 6666 3333 USD;",
	  { { .prices = { 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { .at = 10, .prices = { 2 } },
	    { "in_2", .at = 10,
	      .lines = { { BACK, 10, 30, 1, -3333 }, { MORE, 10, 30, 1, 3333 } } } } },
	{ "both the wrong way round are added up",
	  "in_2 3334 -3333 USD;",
	  { { .prices = { 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { .at = 10, .prices = { 2 } },
	    { "in_2", .at = 10,
	      .lines = { { BACK, 10, 30, 2, -6667 }, { MORE, 10, 30, 1, 3334 } } } } },
	{ "another rhythm begins in the second of the change",
	  "",
	  { { .prices = { 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { .at = 10, .prices = { 2 } },
	    { "in_2", .at = 10,
	      .lines = { { BACK, 10, 30, 1, -3333 }, { PERIOD, 10, 375, 2 } } } } },
	{ "and is billed at the old price",
	  "in_2 10000 5000 USD;",
	  { { .prices = { 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { .at = 10, .prices = { 2 } },
	    { "in_2", .at = 10,
	      .lines = { { BACK, 10, 30, 1, -3333 }, { PERIOD, 10, 375, 1 } } } } },
	{ "a month that was just billed is given back whole",
	  "",
	  { { .prices = { 1 } },
	    { .at = 30, .prices = { 2 } },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 1 } } },
	    { "in_3", .at = 60,
	      .lines = { { BACK, 30, 60, 1, -5000 },
	                 { MORE, 30, 60, 2, 10000 },
	                 { PERIOD, 60, 90, 2 } } } } },
	{ "two states of one second: either price may be billed",
	  "",
	  { { .prices = { 1 } },
	    { .prices = { 2 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 2 } } } } },
	{ "but not a month later",
	  "in_2 10000 5000 USD;",
	  { { .prices = { 1 } },
	    { .prices = { 2 } },
	    { .at = 10, .prices = { 2 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 1 } } } } },
	{ "two changes within a month, billed with the next",
	  "",
	  { { .prices = { 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { .at = 10, .prices = { 2 } },
	    { .at = 20, .prices = { 3 } },
	    { "in_2", .at = 30,
	      .lines = { { BACK, 10, 30, 1, -3333 },
	                 { MORE, 10, 30, 2, 6667 },
	                 { BACK, 20, 30, 2, -3333 },
	                 { MORE, 20, 30, 3, 5000 },
	                 { PERIOD, 30, 60, 3 } } } } },
	{ "a proration that is dated back, and waits until it is paid",
	  "",
	  { { .prices = { 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { .at = 12, .prices = { 2 } },
	    { "in_2", .at = 10,
	      .lines = { { BACK, 8, 30, 1, -3667 }, { MORE, 8, 30, 2, 7333 } } } } },
	{ "what was billed at the wrong price is given back as it was",
	  "in_2 10000 5000 USD;",
	  { { .prices = { 1 } },
	    { .at = 30, .prices = { 2 } },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 1 } } },
	    { "in_3", .at = 40, .lines = { { BACK, 40, 60, 1, -3333 } } } } },
	{ "a plan that was free is given back for nothing",
	  "",
	  { { .prices = { 8 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 8 } } },
	    { .at = 10, .prices = { 2 } },
	    { "in_2", .at = 10,
	      .lines = { { MORE, 10, 30, 8, 0 }, { MORE, 10, 30, 2, 6667 } } } } },
	{ "a trial of another plan is free",
	  "",
	  { { .prices = { 1 }, .status = SUBSCRIPTION_TRIALING },
	    { "in_1", .lines = { { PERIOD, 0, 30, 2, .free = true } } },
	    { .at = 30, .prices = { 2 } },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 2 } } } } },
	{ "an item goes and one of another plan comes",
	  "",
	  { { .prices = { 1, 0 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { .at = 10, .prices = { 0, 2 } },
	    { "in_2", .at = 10,
	      .lines = { { BACK, 10, 30, 1, -3333 }, { MORE, 10, 30, 2, 6667, 1 } } },
	    { "in_3", .at = 30, .lines = { { PERIOD, 30, 60, 2, 0, 1 } } } } },
	{ "of two items of one price one is billed at another",
	  "in_1 5000 10000 USD;",
	  { { .prices = { 1, 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 }, { PERIOD, 0, 30, 2, 0, 1 } } } } },
	{ "what is used is not held against it",
	  "",
	  { { .prices = { 1 }, .metered = true },
	    { "in_1", .at = 30, .lines = { { PERIOD, 0, 30, 2 } } } } },
	{ "what was before the first state is not known",
	  "",
	  { { .at = 40, .prices = { 2 } },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 1 } } },
	    { "in_3", .at = 50, .lines = { { BACK, 50, 60, 1, -1667 } } } } },
	{ "since when an uploaded state was so is not known",
	  "in_1 5000 15000 USD;",
	  { { .prices = { 1 } },
	    { .at = 5, .prices = { 1 }, .uploaded = true },
	    { "in_1", .lines = { { PERIOD, 0, 30, 3 } } },
	    { .at = 70, .prices = { 2 }, .uploaded = true },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 3 } } } } },
	{ "a plan in tiers is told in seats",
	  "in_2 0 5 ;",
	  { { .prices = { 1 } },
	    { .at = 30, .prices = { 9 } },
	    { "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 1 } } } } },
	{ "after its end what is left is given back",
	  "",
	  { { .prices = { 1 } },
	    { "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	    { .at = 12, .prices = { 1 }, .status = SUBSCRIPTION_CANCELED },
	    { "in_2", .at = 12, .lines = { { BACK, 12, 30, 1, -3000 } } } } },
};

/* Making it. */

static int64_t unit_of(int price)
{
	static const int64_t units[] = {
		[1] = 1000, [2] = 2000, [3] = 3000, [4] = 1000, [5] = 1001, [8] = 0, [9] = 0
	};

	return units[price];
}

static const char *price_of(int price)
{
	return arena_printf(arena, "price_%d", price);
}

static void fold_state(struct seat_book *book, const struct step *step, int64_t revision)
{
	struct subscription_item items[ITEMS_MAX];
	struct subscription state = {
		.id = "sub_1", .status = step->status, .currency = "USD", .items = items
	};

	if (step->status == SUBSCRIPTION_INCOMPLETE)
		state.status = SUBSCRIPTION_ACTIVE;
	if (step->status == SUBSCRIPTION_CANCELED)
		state.ended_at = (struct moment){ true, day(step->at) };
	for (int i = 0; i < ITEMS_MAX; i++) {
		if (step->prices[i] == 0)
			continue;
		items[state.item_count++] = (struct subscription_item){
			.id = arena_printf(arena, "si_%d", i),
			.price = { .id = price_of(step->prices[i]),
			           .product = "prod_1",
			           .metered = step->metered,
			           .unit = { step->prices[i] != 9, unit_of(step->prices[i]), 0 },
			           .divide_by = 1 },
			.quantity = step->metered ? 0 : 5
		};
	}
	seat_book_state(arena, book,
	                (struct seat_seen){ time_add(day(step->at), SECONDS(step->seconds)),
	                                    revision, step->uploaded },
	                &state);
}

static struct invoice_line line_of(const struct bills *bills, size_t number)
{
	return (struct invoice_line){
		.id = arena_printf(arena, "il_%zu", number),
		.price = price_of(bills->price),
		.subscription = "",
		.item = arena_printf(arena, "si_%d", bills->item),
		.minor = bills->kind != PERIOD ? bills->minor
		         : bills->free         ? 0
		                               : 5 * unit_of(bills->price),
		.quantity = { true, 5 },
		.by_unit = true,
		.has_unit = true,
		.unit = invoice_decimal_of(unit_of(bills->price)),
		.proration = bills->kind == PERIOD ? INVOICE_NO : INVOICE_YES,
		.has_period = true,
		.start = day(bills->from),
		.end = day(bills->until),
	};
}

static void fold_invoice(struct seat_book *book, const struct step *step)
{
	struct invoice_line lines[COUNT_OF(step->lines)];
	struct invoice invoice = { .id = step->invoice,
		                   .subscription = "sub_1",
		                   .currency = "USD",
		                   .has_issued = true,
		                   .drawn = time_add(day(step->at), MINUTES(1)),
		                   .issued = time_add(day(step->at), HOURS(1)),
		                   .lines = lines };

	for (size_t i = 0; i < COUNT_OF(step->lines) && step->lines[i].kind != NONE; i++)
		lines[invoice.line_count++] = line_of(&step->lines[i], i);
	seat_book_invoice(arena, book, "sub_1", &invoice, true);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *told(const struct seat_book *book)
{
	struct seat_findings *const findings = arena_zero(arena, sizeof(*findings));
	const char *lines[SEAT_BOOK_FINDINGS];
	const char *all = "";
	size_t count = 0;

	seat_book_check(arena, book, NULL, 0, NULL, findings);
	for (size_t i = 0; i < findings->count; i++) {
		const struct seat_finding *const found = &findings->list[i];

		if (found->check == SEAT_CHECK_PRICE)
			lines[count++] = arena_printf(arena, "%s %lld %lld %s;", found->invoice,
			                              (long long)found->expected,
			                              (long long)found->found, found->currency);
	}
	qsort(lines, count, sizeof(*lines), by_text);
	for (size_t i = 0; i < count; i++)
		all = arena_printf(arena, "%s%s", all, lines[i]);
	return all;
}

/* Through bytes after each step. What came after a later one is older than what stands. */
static const char *played(const struct step *steps, const size_t *order, size_t count)
{
	struct seat_book *book = arena_zero(arena, sizeof(*book));
	size_t newest = 0; /* state, from 1 on */

	for (size_t i = 0; i < count; i++) {
		const size_t place = order[i % count];
		struct seat_book *const read = arena_zero(arena, sizeof(*read));

		if (steps[place].invoice != NULL)
			fold_invoice(book, &steps[place]);
		else
			fold_state(book, &steps[place], place + 1 > newest ? (int64_t)i + 1 : 0);
		if (steps[place].invoice == NULL && place + 1 > newest)
			newest = place + 1;
		assert_true(seat_book_decode(arena, seat_book_encode(arena, book), read));
		book = read;
	}
	return told(book);
}

static void every_order_finds_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		const struct step *const steps = stories[i].steps;
		size_t order[STEPS_MAX];
		size_t count = 0;

		while (count < STEPS_MAX && (steps[count].invoice != NULL ||
		                             steps[count].prices[0] + steps[count].prices[1] > 0))
			count++;
		for (size_t k = 0; k < count; k++)
			order[k] = k;
		do {
			const char *const found = played(steps, order, count);

			if (!text_equal(found, stories[i].found))
				fail_msg("%s: %s", stories[i].name, found);
		} while (order_next(order, count));
		arena_reset(arena);
	}
}

/* Nobody knows which of them came last: each may be billed until the next one, and no other. */
static void older_states_of_one_second_are_all_of_that_time(void **state)
{
	static const struct step states[] = { { .prices = { 1 } },
		                              { .prices = { 2 } },
		                              { .prices = { 3 } } };
	static const size_t counts[] = { 2, 3 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		for (int price = 1; price <= 4; price++) {
			size_t order[] = { 0, 1, 2 };
			const struct step billed = { "in_1", .at = 20,
				                     .lines = { { PERIOD, 20, 50, price } } };
			const bool fits = counts[i] == 3 || price <= 2;

			do {
				struct seat_book *const book = arena_zero(arena, sizeof(*book));

				for (size_t k = 0; k < counts[i]; k++)
					fold_state(book, &states[order[k]], 0);
				fold_invoice(book, &billed);
				const struct seat_price *const instead =
				    seat_plan_instead(book, &book->lines[0]);

				assert_int_equal(instead == NULL, fits);
				if (!fits)
					assert_string_equal(instead->id, "price_2");
			} while (order_next(order, counts[i]));
		}
}

/* One minor unit a line, by the invoice's own document. */
static void what_is_within_the_tolerance_is_right(void **state)
{
	static const struct step steps[] = {
		{ .prices = { 1 } },
		{ "in_1", .lines = { { PERIOD, 0, 30, 5 } } },
		{ "in_2", .at = 30, .lines = { { PERIOD, 30, 60, 5 }, { PERIOD, 30, 60, 2 } } },
	};
	struct seat_book *const book = arena_zero(arena, sizeof(*book));

	(void)state;
	fold_state(book, &steps[0], 1);
	fold_invoice(book, &steps[1]);
	fold_invoice(book, &steps[2]);
	for (size_t i = 0; i < book->line_count; i++)
		book->lines[i].quantity = 1;
	assert_string_equal(told(book), "in_1 1000 1001 USD;in_2 2000 3001 USD;");
	book->invoices[0].tolerance = 1;
	assert_string_equal(told(book), "in_2 2000 3001 USD;");
	book->invoices[1].tolerance = 1;
	assert_string_equal(told(book), "in_2 1000 2000 USD;");
}

/* Who agreed on the price of a line is not asked for the plan's; who agreed on a number alone is. */
static void a_contract_goes_before_the_plan(void **state)
{
	static const struct step steps[] = {
		{ .prices = { 2 } },
		{ "in_1", .lines = { { PERIOD, 0, 30, 1 } } },
	};
	struct seat_contract contract = { .id = "o-1",
		                          .price = "price_1",
		                          .product = "",
		                          .quantity = 5,
		                          .has_unit = true,
		                          .unit = 1000,
		                          .currency = "USD",
		                          .until = TIME_MAX };
	struct seat_book *const book = arena_zero(arena, sizeof(*book));
	struct seat_findings *const findings = arena_zero(arena, sizeof(*findings));

	(void)state;
	fold_state(book, &steps[0], 1);
	fold_invoice(book, &steps[1]);
	seat_book_check(arena, book, &contract, 1, NULL, findings);
	assert_int_equal(findings->count, 0);
	contract.has_unit = false;
	seat_book_check(arena, book, &contract, 1, NULL, findings);
	assert_int_equal(findings->count, 1);
	assert_int_equal(findings->list[0].expected, 10000);
	contract.has_unit = true;
	contract.unit = 1500;
	contract.price = "price_2";
	seat_book_check(arena, book, &contract, 1, NULL, findings);
	assert_int_equal(findings->count, 1);
	assert_int_equal(findings->list[0].expected, 7500);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_finds_the_same),
		cmocka_unit_test(older_states_of_one_second_are_all_of_that_time),
		cmocka_unit_test(what_is_within_the_tolerance_is_right),
		cmocka_unit_test(a_contract_goes_before_the_plan),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
