/*
 * billing_seat_book_test - a subscription's states and invoices in every order: seats, periods and prices that
 * do not agree are found, and only those.
 */
#include "common/base/text.h"
#include "services/billing-sync/seat/seat_book_check.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/order.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define STEPS_MAX 6

/* Days of one year; hours within. */
static struct instant day(int64_t number)
{
	return (struct instant){ DAYS(20000 + number).us };
}

/* What a subscription of one item and price is, or what an invoice bills of it. */
struct bills {
	enum invoice_flag proration;
	bool back;
	int64_t from;
	int64_t until;
	int64_t quantity;
	int64_t unit; /* 0: 1000 */
	bool free;
};

struct step {
	const char *invoice; /* NULL: a state */
	int64_t at;          /* when it was so, or was issued */
	int64_t minutes;     /* later */
	int64_t quantity;    /* of a state */
	bool ended;
	enum subscription_status status; /* none: active */
	bool collection_paused;
	bool voided;
	bool cut;
	struct bills lines[4];
};

struct story {
	const char *name;
	const char *found; /* "cause invoice expected found;" each */
	struct step steps[STEPS_MAX];
};

#define NO INVOICE_NO
#define YES INVOICE_YES
#define MONTH                          \
	{                              \
		NO, false, 0, 30, 5, 0 \
	}

static const struct story stories[] = {
	{ "what is billed was there", "", { { .quantity = 5 }, { "in_1", .lines = { MONTH } } } },
	{ "the state is dated after the invoice that it led to",
	  "",
	  { { .minutes = 1, .quantity = 5 }, { "in_1", .lines = { MONTH } } } },
	{ "more are billed than there are",
	  "seats_billed in_1 4 5;",
	  { { .minutes = 1, .quantity = 4 }, { "in_1", .lines = { MONTH } } } },
	{ "fewer are billed than there are",
	  "seats_billed in_1 9 5;",
	  { { .quantity = 9 }, { "in_1", .lines = { MONTH } } } },
	{ "what is added within the month may still be billed",
	  "",
	  { { .quantity = 5 }, { "in_1", .lines = { MONTH } }, { .at = 10, .quantity = 8 } } },
	{ "it is billed with the next month",
	  "",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { .at = 10, .quantity = 8 },
	    { "in_2", .at = 30,
	      .lines = { { YES, true, 10, 30, 5, 0 },
	                 { YES, false, 10, 30, 8, 0 },
	                 { NO, false, 30, 60, 8, 0 } } } } },
	{ "it is billed at once, and the state comes a minute after",
	  "",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { .at = 10, .minutes = 1, .quantity = 8 },
	    { "in_2", .at = 10,
	      .lines = { { YES, true, 10, 30, 5, 0 }, { YES, false, 10, 30, 8, 0 } } } } },
	{ "it is never billed",
	  "seats_billed in_1 8 5;",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { .at = 10, .quantity = 8 },
	    { "in_2", .at = 30, .lines = { { NO, false, 30, 60, 8, 0 } } } } },
	{ "the next month is billed as the last was",
	  "seats_billed in_1 8 5;seats_billed in_2 8 5;",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { .at = 10, .quantity = 8 },
	    { "in_2", .at = 30, .lines = { { NO, false, 30, 60, 5, 0 } } } } },
	{ "what was voided bills nothing",
	  "",
	  { { .quantity = 4 }, { "in_1", .voided = true, .lines = { MONTH } } } },
	{ "what is cut is not judged",
	  "",
	  { { .quantity = 4 }, { "in_1", .cut = true, .lines = { MONTH } } } },
	{ "after its end a subscription needs no seats",
	  "",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { .at = 12, .quantity = 0, .ended = true },
	    { "in_2", .at = 31, .lines = { { YES, true, 20, 30, 5, 0 } } } } },
	{ "a month is billed by none",
	  "period_gap in_3 1730592000 1733184000;",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { "in_3", .at = 60, .lines = { { NO, false, 60, 90, 5, 0 } } } } },
	{ "a month in which nothing was collected is billed by none",
	  "",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { .at = 30, .minutes = 1, .quantity = 5, .collection_paused = true },
	    { .at = 60, .minutes = 1, .quantity = 5 },
	    { "in_3", .at = 60, .lines = { { NO, false, 60, 90, 5, 0 } } } } },
	{ "a month that begins in a trial is free",
	  "",
	  { { .quantity = 5, .status = SUBSCRIPTION_TRIALING },
	    { "in_1", .lines = { { NO, false, 0, 30, 5, 0, true } } },
	    { .at = 30, .quantity = 5 } } },
	{ "a month that does not is not",
	  "line_free in_1 5000 0;",
	  { { .quantity = 5 }, { "in_1", .lines = { { NO, false, 0, 30, 5, 0, true } } } } },
	{ "two months of a trial are free",
	  "",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { .at = 30, .quantity = 5, .status = SUBSCRIPTION_TRIALING },
	    { .at = 90, .quantity = 5 },
	    { "in_4", .at = 90, .lines = { { NO, false, 90, 120, 5, 0 } } } } },
	{ "a pause that began within the month frees no month",
	  "period_gap in_3 1730592000 1733184000;",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { .at = 40, .quantity = 5, .collection_paused = true },
	    { .at = 60, .quantity = 5 },
	    { "in_3", .at = 60, .lines = { { NO, false, 60, 90, 5, 0 } } } } },
	{ "of two months that are billed by none one was paused",
	  "period_gap in_4 1730592000 1735776000;",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { .at = 30, .quantity = 5, .collection_paused = true },
	    { .at = 50, .quantity = 5 },
	    { "in_4", .at = 90, .lines = { { NO, false, 90, 120, 5, 0 } } } } },
	{ "a month that is heard of late was billed",
	  "",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { "in_3", .at = 60, .lines = { { NO, false, 60, 90, 5, 0 } } },
	    { "in_2", .at = 30, .lines = { { NO, false, 30, 60, 5, 0 } } } } },
	{ "a month is billed twice",
	  "seats_billed in_1 5 10;seats_billed in_2 5 10;period_overlap in_2 1730592000 1728000000;",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { "in_2", .at = 1, .lines = { MONTH } } } },
	{ "ten days within a quarter are billed twice, and no day after it by none",
	  "seats_billed in_1 5 10;seats_billed in_2 5 10;period_overlap in_2 1735776000 1728864000;",
	  { { .quantity = 5 },
	    { "in_1", .lines = { { NO, false, 0, 90, 5, 0 } } },
	    { "in_2", .at = 10, .lines = { { NO, false, 10, 20, 5, 0 } } },
	    { "in_3", .at = 90, .lines = { { NO, false, 90, 120, 5, 0 } } } } },
	{ "another rhythm begins in the middle of what was paid, which is given back",
	  "",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { "in_2", .at = 10,
	      .lines = { { YES, true, 10, 30, 5, 0 }, { NO, false, 10, 375, 5, 0 } } } } },
	{ "changed twice within a month",
	  "",
	  { { .quantity = 5 },
	    { "in_1", .lines = { MONTH } },
	    { .at = 10, .quantity = 8 },
	    { .at = 20, .quantity = 6 },
	    { "in_2", .at = 20,
	      .lines = { { YES, true, 10, 30, 5, 0 },
	                 { YES, false, 10, 30, 8, 0 },
	                 { YES, true, 20, 30, 8, 0 },
	                 { YES, false, 20, 30, 6, 0 } } },
	    { "in_3", .at = 30, .lines = { { NO, false, 30, 60, 6, 0 } } } } },
	{ "a unit costs more than the plan says",
	  "price_billed in_1 5000 6000;",
	  { { .quantity = 5 }, { "in_1", .lines = { { NO, false, 0, 30, 5, 1200 } } } } },
};

/* Making it. */

static void fold_state(struct seat_book *book, const struct step *step, int64_t revision)
{
	const struct subscription_item item = { .id = "si_1",
		                                .price = { .id = "price_1",
		                                           .product = "prod_1",
		                                           .unit = { true, 1000, 0 },
		                                           .divide_by = 1 },
		                                .quantity = step->quantity };
	struct subscription state = {
		.id = "sub_1",
		.status = step->status,
		.currency = "USD",
		.collection_paused = step->collection_paused,
		.items = &item,
		.item_count = 1,
	};

	if (step->ended)
		state.ended_at = (struct moment){ true, day(step->at) };
	seat_book_state(arena, book,
	                (struct seat_seen){ time_add(day(step->at), MINUTES(step->minutes)),
	                                    revision, false },
	                &state);
}

static void fold_invoice(struct seat_book *book, const struct step *step)
{
	struct invoice_line lines[COUNT_OF(step->lines)] = { 0 };
	struct invoice invoice = { .id = step->invoice,
		                   .subscription = "sub_1",
		                   .currency = "USD",
		                   .has_issued = true,
		                   .issued = time_add(day(step->at), HOURS(1)),
		                   .lines = lines,
		                   .cut = step->cut };

	for (size_t i = 0; i < COUNT_OF(step->lines) && step->lines[i].until > 0; i++) {
		const struct bills *const bills = &step->lines[i];

		lines[invoice.line_count++] = (struct invoice_line){
			.id = arena_printf(arena, "il_%zu", i),
			.price = "price_1",
			.subscription = "",
			.item = "si_1",
			.minor = bills->free   ? 0
			         : bills->back ? -1
			                       : 1,
			.quantity = { true, bills->quantity },
			.by_unit = true,
			.has_unit = true,
			.unit = invoice_decimal_of(bills->unit == 0 ? 1000 : bills->unit),
			.proration = bills->proration,
			.has_period = true,
			.start = day(bills->from),
			.end = day(bills->until),
		};
	}
	seat_book_invoice(arena, book, "sub_1", &invoice, !step->voided);
}

static size_t count_of(const struct story *story)
{
	size_t count = 0;

	while (count < STEPS_MAX && (story->steps[count].invoice != NULL ||
	                             story->steps[count].quantity > 0 || story->steps[count].ended))
		count++;
	return count;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *told(const struct seat_findings *findings)
{
	const char *lines[SEAT_BOOK_FINDINGS];
	const char *all = "";

	for (size_t i = 0; i < findings->count; i++) {
		const struct seat_finding *const found = &findings->list[i];

		lines[i] = arena_printf(arena, "%s %s %lld %lld;", seat_check_word(found->check),
		                        found->invoice, (long long)found->expected,
		                        (long long)found->found);
		assert_true(strlen(found->sentence) > 10);
	}
	qsort(lines, findings->count, sizeof(*lines), by_text);
	for (size_t i = 0; i < findings->count; i++)
		all = arena_printf(arena, "%s%s", all, lines[i]);
	return all;
}

static const char *sorted(const char *found)
{
	const char *lines[SEAT_BOOK_FINDINGS];
	const char *all = "";
	size_t count = 0;

	for (const char *at = found; *at != '\0'; at += strcspn(at, ";") + 1)
		lines[count++] = arena_text(arena, at, strcspn(at, ";") + 1);
	qsort(lines, count, sizeof(*lines), by_text);
	for (size_t i = 0; i < count; i++)
		all = arena_printf(arena, "%s%s", all, lines[i]);
	return all;
}

/* In an order, through bytes after each step; some steps come twice. */
static const char *played(const struct story *story, const size_t *order, size_t count, bool twice)
{
	struct seat_book *book = arena_zero(arena, sizeof(*book));
	struct seat_findings *const findings = arena_zero(arena, sizeof(*findings));
	int64_t newest = -1;

	for (size_t i = 0; i < count * (twice ? 2 : 1); i++) {
		const struct step *const step = &story->steps[order[i % count]];
		struct seat_book *const read = arena_zero(arena, sizeof(*read));
		const int64_t at = step->at * 1440 + step->minutes;

		if (step->invoice != NULL)
			fold_invoice(book, step);
		else
			fold_state(book, step, at > newest ? (int64_t)i + 1 : 0);
		if (step->invoice == NULL && at > newest)
			newest = at;
		const struct bytes bytes = seat_book_encode(arena, book);

		assert_true(seat_book_decode(arena, bytes, read));
		assert_true(bytes_equal(bytes, seat_book_encode(arena, read)));
		book = read;
	}
	seat_book_check(arena, book, NULL, 0, NULL, findings);
	return told(findings);
}

static void every_order_of_a_story_finds_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		const struct story *const story = &stories[i];
		const size_t count = count_of(story);
		const char *const expected = sorted(story->found);
		size_t order[STEPS_MAX];

		print_message("%s\n", story->name);
		for (size_t k = 0; k < count; k++)
			order[k] = k;
		do {
			assert_string_equal(played(story, order, count, false), expected);
			assert_string_equal(played(story, order, count, true), expected);
		} while (order_next(order, count));
	}
}

static void bytes_that_are_cut_are_refused(void **state)
{
	struct seat_book *const book = arena_zero(arena, sizeof(*book));
	struct seat_book *const read = arena_zero(arena, sizeof(*read));

	(void)state;
	for (size_t k = 0; k < count_of(&stories[4]); k++) {
		if (stories[4].steps[k].invoice != NULL)
			fold_invoice(book, &stories[4].steps[k]);
		else
			fold_state(book, &stories[4].steps[k], (int64_t)k + 1);
	}
	const struct bytes bytes = seat_book_encode(arena, book);

	for (size_t size = 0; size < bytes.size; size++)
		assert_false(seat_book_decode(arena, (struct bytes){ bytes.data, size }, read));
}

/* The oldest are let go, whatever came first; what is left is judged. */
static void a_long_life_keeps_its_newest_years(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 7);
	for (int round = 0; round < 20; round++) {
		struct seat_book *const book = arena_zero(arena, sizeof(*book));
		struct seat_findings *const findings = arena_zero(arena, sizeof(*findings));
		int64_t months[100];

		for (int64_t i = 0; i < 100; i++) {
			const size_t place = (size_t)chance_between(&chance, 0, (int)i);

			months[i] = months[place];
			months[place] = i;
		}
		for (size_t i = 0; i < 100; i++) {
			const struct step lived = { .at = months[i] * 30, .quantity = 5 };
			struct step billed = { .invoice = arena_printf(arena, "in_%lld",
				                                       (long long)months[i]),
				               .at = months[i] * 30 };

			billed.lines[0] = (struct bills){ NO,
				                          false,
				                          months[i] * 30,
				                          months[i] * 30 + 30,
				                          months[i] == 99 ? 6 : 5,
				                          0,
				                          false };
			fold_state(book, &lived, 0);
			fold_invoice(book, &billed);
		}
		assert_int_equal(book->state_count, SEAT_BOOK_STATES);
		assert_int_equal(book->invoice_count, SEAT_BOOK_INVOICES);
		seat_book_check(arena, book, NULL, 0, NULL, findings);
		assert_string_equal(told(findings), "seats_billed in_99 5 6;");
	}
}

struct agreed {
	int64_t version; /* 0: nothing was */
	const char *price;
	const char *product;
	int64_t quantity;
	int64_t unit; /* 0: no price */
	const char *currency;
	bool over;
};

static const struct {
	const char *name;
	struct agreed agreed[2];
	const char *found;
} agreements[] = {
	{ "what was agreed is billed", { { 1, "price_1", "", 5, 1200, "USD", false } }, "" },
	{ "a unit costs more than was agreed",
	  { { 1, "", "prod_1", 0, 900, "USD", false } },
	  "contract_price in_1 4500 6000;" },
	{ "another currency was agreed",
	  { { 1, "price_1", "", 0, 1200, "EUR", false } },
	  "contract_price in_1 0 6000;" },
	{ "more units were agreed",
	  { { 1, "price_1", "", 10, 0, "", false } },
	  "contract_quantity in_1 10 5;" },
	{ "the later version holds",
	  { { 2, "price_1", "", 0, 1200, "USD", false }, { 1, "price_1", "", 0, 1, "USD", false } },
	  "" },
	{ "what was agreed is over: the plan holds",
	  { { 1, "price_1", "", 0, 1200, "USD", true } },
	  "price_billed in_1 5000 6000;" },
};

static size_t contracts_of(const struct agreed *agreed, struct seat_contract *contracts)
{
	size_t count = 0;

	for (; count < 2 && agreed[count].version > 0; count++) {
		contracts[count] = (struct seat_contract){ .id = "o",
			                                   .version = agreed[count].version,
			                                   .price = agreed[count].price,
			                                   .product = agreed[count].product,
			                                   .quantity = agreed[count].quantity,
			                                   .has_unit = agreed[count].unit > 0,
			                                   .unit = agreed[count].unit,
			                                   .until = TIME_MAX };
		snprintf(contracts[count].currency, sizeof(contracts[count].currency), "%s",
		         agreed[count].currency);
		if (agreed[count].over)
			contracts[count].until = (struct instant){ 1 };
	}
	return count;
}

static void a_contract_goes_before_the_plan(void **state)
{
	const struct story *const story = &stories[COUNT_OF(stories) - 1];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(agreements); i++) {
		struct seat_book *const book = arena_zero(arena, sizeof(*book));
		struct seat_findings *const findings = arena_zero(arena, sizeof(*findings));
		struct seat_contract contracts[2];

		print_message("%s\n", agreements[i].name);
		fold_state(book, &story->steps[0], 1);
		fold_invoice(book, &story->steps[1]);
		seat_book_check(arena, book, contracts,
		                contracts_of(agreements[i].agreed, contracts), NULL, findings);
		assert_string_equal(told(findings), agreements[i].found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_of_a_story_finds_the_same),
		cmocka_unit_test(bytes_that_are_cut_are_refused),
		cmocka_unit_test(a_long_life_keeps_its_newest_years),
		cmocka_unit_test(a_contract_goes_before_the_plan),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
