/*
 * billing_seat_model_test - years of random subscriptions, billed as the provider bills, heard of in random order:
 * nothing is found where the invoices are right, and the one that is wrong where one is.
 */
#include "common/base/text.h"
#include "services/billing-sync/seat/seat_book_check.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HISTORIES 300
#define MONTHS 12
#define CHANGES_MAX 24
#define BILLS_MAX (MONTHS + CHANGES_MAX)
#define LINES_MAX (CHANGES_MAX * 2 + 1)
#define MONTH DAYS(30)

struct change {
	struct instant at;
	int64_t quantity;
	int price; /* 1 to 3: so many times 10.00 a unit */
};

struct bill {
	struct invoice invoice;
	struct invoice_line lines[LINES_MAX];
};

struct history {
	struct change changes[CHANGES_MAX + 1];
	size_t change_count;
	struct bill bills[BILLS_MAX];
	size_t bill_count;
	size_t billed; /* changes that have been prorated */
};

static struct instant month(int64_t number)
{
	return time_add((struct instant){ DAYS(20000).us }, (struct duration){ number * MONTH.us });
}

/* When it happens, in whole seconds, not within the minutes around a month's end. */
static struct instant moment_in(struct chance *chance, int64_t of)
{
	return time_add(month(of), SECONDS(chance_between(chance, 4000, 30 * 86400 - 4000)));
}

static struct bill *bill_open(struct history *it, struct instant at, struct chance *chance)
{
	struct bill *const bill = &it->bills[it->bill_count];

	memset(bill, 0, sizeof(*bill));
	bill->invoice = (struct invoice){
		.id = arena_printf(arena, "in_%02zu", it->bill_count),
		.subscription = "sub_1",
		.currency = "USD",
		.has_issued = true,
		.issued = time_add(at, chance_of(chance, 500) ? HOURS(1) : SECONDS(0)),
		.lines = bill->lines,
	};
	it->bill_count++;
	return bill;
}

static const char *price_of(int price)
{
	return arena_printf(arena, "price_%d", price);
}

static void line_add(struct bill *bill, struct instant from, struct instant until,
                     const struct change *of, enum invoice_flag proration, bool back)
{
	const size_t place = bill->invoice.line_count++;

	bill->lines[place] = (struct invoice_line){
		.id = arena_printf(arena, "il_%zu", place),
		.price = price_of(of->price),
		.subscription = "",
		.item = "si_1",
		.minor = back ? -1 : 1,
		.quantity = { true, of->quantity },
		.by_unit = true,
		.has_unit = true,
		.unit = invoice_decimal_of(1000 * of->price),
		.proration = proration,
		.has_period = true,
		.start = from,
		.end = until,
	};
}

/* What was changed and not billed, up to the end of its month. */
static void prorate(struct history *it, struct bill *bill, struct instant end)
{
	for (; it->billed < it->change_count; it->billed++) {
		const struct change *const change = &it->changes[it->billed];

		line_add(bill, change->at, end, change - 1, INVOICE_YES, true);
		line_add(bill, change->at, end, change, INVOICE_YES, false);
	}
}

static void live(struct history *it, struct chance *chance)
{
	*it = (struct history){ .change_count = 1, .billed = 1 };
	it->changes[0] = (struct change){ time_add(month(0), SECONDS(chance_between(chance, 0, 9))),
		                          chance_between(chance, 1, 20), 1 };
	for (int64_t i = 0; i < MONTHS; i++) {
		struct bill *const bill = bill_open(it, month(i), chance);

		if (i > 0)
			prorate(it, bill, month(i));
		line_add(bill, month(i), month(i + 1), &it->changes[it->change_count - 1],
		         INVOICE_NO, false);
		struct instant at = moment_in(chance, i);

		for (int k = chance_between(chance, 0, 2); k > 0; k--) {
			it->changes[it->change_count++] =
			    (struct change){ at, chance_between(chance, 1, 20),
				             chance_between(chance, 1, 3) };
			if (chance_of(chance, 400))
				prorate(it, bill_open(it, at, chance), month(i + 1));
			at = time_add(at, SECONDS(chance_between(chance, 600, 90000)));
			if (!time_before(at, time_sub(month(i + 1), HOURS(2))))
				break;
		}
	}
}

/* States and invoices in a random order; what the check says. */
static const char *heard(const struct history *it, struct chance *chance)
{
	struct seat_book *const book = arena_zero(arena, sizeof(*book));
	struct seat_findings *const findings = arena_zero(arena, sizeof(*findings));
	size_t order[CHANGES_MAX + 1 + BILLS_MAX];
	const size_t count = it->change_count + it->bill_count;
	const char *all = "";

	for (size_t i = 0; i < count; i++) {
		const size_t place = (size_t)chance_between(chance, 0, (int)i);

		order[i] = order[place];
		order[place] = i;
	}
	for (size_t i = 0; i < count; i++) {
		if (order[i] >= it->change_count) {
			seat_book_invoice(arena, book, "sub_1",
			                  &it->bills[order[i] - it->change_count].invoice, true);
			continue;
		}
		const struct change *const change = &it->changes[order[i]];
		const struct subscription_item item = {
			.id = "si_1",
			.price = { .id = price_of(change->price),
			           .product = "prod_1",
			           .unit = { true, 1000 * change->price, 0 },
			           .divide_by = 1 },
			.quantity = change->quantity
		};
		const struct subscription state = {
			.id = "sub_1", .currency = "USD", .items = &item, .item_count = 1
		};

		seat_book_state(arena, book, (struct seat_seen){ .at = change->at }, &state);
	}
	seat_book_check(arena, book, NULL, 0, NULL, findings);
	for (size_t i = 0; i < findings->count; i++)
		all = arena_printf(arena, "%s%s %s;", all, seat_check_word(findings->list[i].check),
		                   findings->list[i].invoice);
	return all;
}

static void what_is_billed_right_is_never_a_case(void **state)
{
	struct chance chance;

	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct history *const history = arena_zero(arena, sizeof(*history));

		chance_seed(&chance, seed);
		live(history, &chance);
		const char *const found = heard(history, &chance);

		if (*found != '\0')
			fail_msg("seed %llu: %s", (unsigned long long)seed, found);
		arena_reset(arena);
	}
}

/* Of one of the invoices: the line that bills a whole month. */
static struct invoice_line *month_of(struct history *history, struct chance *chance, size_t *bill)
{
	struct invoice_line *line = NULL;

	while (line == NULL || line->proration != INVOICE_NO) {
		*bill = (size_t)chance_between(chance, 0, (int)history->bill_count - 1);
		line = &history->bills[*bill].lines[history->bills[*bill].invoice.line_count - 1];
	}
	return line;
}

/* A whole month is billed at a price of another time, or at one that it never had. */
static void a_price_that_it_had_not_is_found_on_its_invoice(void **state)
{
	struct chance chance;

	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct history *const history = arena_zero(arena, sizeof(*history));
		size_t bill = 0;

		chance_seed(&chance, seed);
		live(history, &chance);
		struct invoice_line *const line = month_of(history, &chance, &bill);
		const int64_t price = line->unit.whole / 1000 % 4 + 1;

		line->price = price_of((int)price);
		line->unit = invoice_decimal_of(1000 * price);
		const char *const wanted =
		    arena_printf(arena, "price_billed %s;", history->bills[bill].invoice.id);
		const char *const found = heard(history, &chance);

		if (!text_equal(found, wanted))
			fail_msg("seed %llu: %s, not %s", (unsigned long long)seed, found, wanted);
		arena_reset(arena);
	}
}

/* A whole month that bills two seats more than there are, one of the invoices or the last one. */
static void what_is_billed_wrong_is_found_on_its_invoice(void **state)
{
	struct chance chance;

	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct history *const history = arena_zero(arena, sizeof(*history));
		size_t bill = 0;

		chance_seed(&chance, seed);
		live(history, &chance);
		month_of(history, &chance, &bill)->quantity.minor += 2;
		const char *const wanted =
		    arena_printf(arena, "seats_billed %s;", history->bills[bill].invoice.id);
		const char *const found = heard(history, &chance);

		if (!text_equal(found, wanted))
			fail_msg("seed %llu: %s, not %s", (unsigned long long)seed, found, wanted);
		arena_reset(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_billed_right_is_never_a_case),
		cmocka_unit_test(a_price_that_it_had_not_is_found_on_its_invoice),
		cmocka_unit_test(what_is_billed_wrong_is_found_on_its_invoice),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
