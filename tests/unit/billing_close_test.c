/*
 * billing_close_test - when a period may be closed, and what its seal is over.
 */
#include "services/billing-sync/close/period_close.h"

#include "common/base/text.h"
#include "common/io/file.h"
#include "tests/support/chance.h"
#include "tests/support/policy_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define JANUARY 20454  /* 1 January 2026 as a day */
#define FEBRUARY 20485 /* 1 February */
#define CUT INT64_C(1769904000000000)
#define SHUFFLES 200

/* Figures that add up; a case bends one of them. */
struct books {
	struct period_shard shards[2];
	struct period_amount unexplained[2];
	struct period_balance balances[5];
	struct recognition_roll rolls[2];
	struct unbilled_roll unbilled[2];
	struct recurring_line mrr[2];
	struct period_dispute disputes[2];
	struct period_rate rates[2];
	struct period_figures figures;
};

static struct arena *arena;
static struct close_policy policy;

static int open_all(void **state)
{
	(void)state;
	arena = arena_create(1 << 16);
	policy_fixture_read(arena, &close_policy_kind, "close/standard-1.json", &policy);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct books *good_books(void)
{
	struct books *const books = arena_zero(arena, sizeof(*books));

	*books = (struct books){
		.shards = { { "customer", 0, { CUT } }, { "customer", 1, { CUT + 1 } } },
		.unexplained = { { "JPY", 0 }, { "USD", 0 } },
		.balances = { { "receivable", "USD", 1000 },
		              { "revenue", "USD", -700 },
		              { "deferred", "USD", -300 },
		              { "cash", "JPY", 500 },
		              { "revenue", "JPY", -500 } },
		.rolls = { { "USD", 1000, 500, 900, 100, 500 }, { "JPY", 0, 10, 4, 0, 6 } },
		.unbilled = { { "USD", 40, 60, 70, 30 }, { "EUR", 0, 5, 0, 5 } },
		.mrr = { { "USD", 1000, { 100, 50, 30, 20, 60, 0 }, 1100 },
		         { "EUR", 90, { [RECURRING_FX] = -2 }, 88 } },
		.disputes = { { "dp_1", "USD", 500, 0 }, { "dp_2", "USD", 300, 0 } },
		.rates = { { "JPY", "rates-2026-01-31", true },
		           { "EUR", "rates-2026-01-31", true } },
	};
	books->figures = (struct period_figures){
		.period = { JANUARY, FEBRUARY },
		.open_from = JANUARY,
		.cut = { CUT },
		.shards_expected = 2,
		.shard_count = 2,
		.shards = books->shards,
		.unexplained_count = 2,
		.unexplained = books->unexplained,
		.balance_count = 5,
		.balances = books->balances,
		.roll_count = 2,
		.rolls = books->rolls,
		.unbilled_count = 2,
		.unbilled = books->unbilled,
		.mrr_count = 2,
		.mrr = books->mrr,
		.disputes_open = 2,
		.dispute_count = 2,
		.disputes = books->disputes,
		.rate_count = 2,
		.rates = books->rates,
		.reported = { "USD", 1200, { 100, 50, 30, 20, 60, -2 }, 1298 },
	};
	return books;
}

/* One number of the figures becomes another. */
struct bend {
	const char *name;
	enum close_item item;
	size_t place; /* of an int64_t in struct books */
	int64_t value;
	const char *reason;
};

#define AT(field) offsetof(struct books, field)

static const struct bend bends[] = {
	{ "the period before is open", CLOSE_ORDER, AT(figures.open_from), JANUARY - 31,
	  "the books are still open from 2025-12-01 on" },
	{ "the period is closed already", CLOSE_ORDER, AT(figures.open_from), FEBRUARY + 1,
	  "the books are closed up to 2026-02-02 already" },
	{ "a period of no days", CLOSE_ORDER, AT(figures.period.end_day), JANUARY,
	  "the period has no days" },
	{ "a shard is behind by a microsecond", CLOSE_FOLDED, AT(shards[0].folded_to.us), CUT - 1,
	  "customer/0 has not passed the cut" },
	{ "something is unexplained", CLOSE_UNEXPLAINED, AT(unexplained[1].minor), 1,
	  "0.01 USD are unexplained, at most 0.00 USD may be" },
	{ "something without a limit is unexplained", CLOSE_UNEXPLAINED, AT(unexplained[0].minor),
	  7, "7 JPY are unexplained, at most 0 JPY may be" },
	{ "a journal line is missing", CLOSE_LEDGER, AT(balances[3].minor), 501,
	  "the accounts in JPY are not zero in sum" },
	{ "deferred revenue was lost", CLOSE_ROLL, AT(rolls[0].closing), 499,
	  "deferred revenue is off by 0.01 USD" },
	{ "deferred revenue was made up", CLOSE_ROLL, AT(rolls[1].cleared), 1,
	  "deferred revenue is off by -1 JPY" },
	{ "what was used is not in the ledger", CLOSE_UNBILLED, AT(unbilled[1].closing), 4,
	  "what is used and not billed yet is off by 0.01 EUR" },
	{ "what was billed is still unbilled", CLOSE_UNBILLED, AT(unbilled[0].billed), 71,
	  "what is used and not billed yet is off by -0.01 USD" },
	{ "a churn was counted twice", CLOSE_MRR, AT(mrr[0].moved[RECURRING_CHURN]), 120,
	  "recurring revenue is off by 0.60 USD" },
	{ "a rate moved and nobody said so", CLOSE_MRR, AT(mrr[1].moved[RECURRING_FX]), 0,
	  "recurring revenue is off by -0.02 EUR" },
	{ "in one currency a rate moved and nobody said so", CLOSE_MRR,
	  AT(figures.reported.moved[RECURRING_FX]), 0,
	  "recurring revenue as reported is off by -0.02 USD" },
};

static int bend_differs(const struct bend *row)
{
	struct books *const books = good_books();
	struct close_checklist list;
	int wrong = 0;

	memcpy((char *)books + row->place, &row->value, sizeof(row->value));
	wrong += close_check(arena, &books->figures, &policy, &list);
	for (int i = 0; i < CLOSE_ITEMS; i++)
		wrong += i == (int)row->item ? !text_equal(list.reasons[i], row->reason)
		                             : list.reasons[i] != NULL;
	if (wrong > 0)
		print_error("%s: %s\n", row->name,
		            list.reasons[row->item] == NULL ? "holds" : list.reasons[row->item]);
	return wrong;
}

static void an_item_that_does_not_hold_says_why(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bends); i++)
		wrong += bend_differs(&bends[i]);
	assert_int_equal(wrong, 0);
}

static void a_month_may_be_closed_after_its_days_but_once(void **state)
{
	static const struct {
		const char *name;
		int64_t end;
		int64_t open_from;
		bool sealed;
		bool holds;
	} rows[] = {
		{ "nothing of it is closed", FEBRUARY, JANUARY, false, true },
		{ "its first day is", FEBRUARY, JANUARY + 1, false, true },
		{ "all its days are", FEBRUARY, FEBRUARY, false, true },
		{ "it is closed itself", FEBRUARY, FEBRUARY, true, false },
		{ "the next one is closed", FEBRUARY, FEBRUARY + 28, false, false },
		{ "the one before is open", FEBRUARY, JANUARY - 1, false, false },
		{ "a day whose month is closed", JANUARY + 1, FEBRUARY, false, false },
		{ "the last day of a month that is closed", JANUARY + 1, JANUARY + 1, false,
		  false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct books *const books = good_books();
		struct close_checklist list;

		books->figures.period.end_day = rows[i].end;
		books->figures.open_from = rows[i].open_from;
		books->figures.sealed = rows[i].sealed;
		assert_int_equal(close_check(arena, &books->figures, &policy, &list),
		                 rows[i].holds);
		if ((list.reasons[CLOSE_ORDER] == NULL) != rows[i].holds)
			fail_msg("%s", rows[i].name);
	}
}

static void books_that_add_up_may_be_closed(void **state)
{
	struct books *const books = good_books();
	struct close_checklist list;

	(void)state;
	assert_true(close_check(arena, &books->figures, &policy, &list));
	for (size_t i = 0; i < CLOSE_ITEMS; i++)
		assert_null(list.reasons[i]);
}

static void disputes_that_are_only_counted_are_listed_too(void **state)
{
	struct books *const books = good_books();
	struct close_checklist list;

	(void)state;
	books->disputes[1] = (struct period_dispute){ "", "USD", 900, 3 };
	assert_false(close_check(arena, &books->figures, &policy, &list));
	assert_string_equal(list.reasons[CLOSE_DISPUTES], "2 disputes are open, 4 are listed");
	books->figures.disputes_open = 4;
	assert_true(close_check(arena, &books->figures, &policy, &list));
}

static void what_is_missing_from_a_list_is_noticed(void **state)
{
	struct books *const books = good_books();
	struct close_checklist list;

	(void)state;
	books->figures.shard_count = 1;
	books->figures.dispute_count = 1;
	books->rates[0].frozen = false;
	assert_false(close_check(arena, &books->figures, &policy, &list));
	assert_string_equal(list.reasons[CLOSE_FOLDED], "1 of 2 shards say how far they are");
	assert_string_equal(list.reasons[CLOSE_DISPUTES], "2 disputes are open, 1 are listed");
	assert_string_equal(list.reasons[CLOSE_RATES], "the rate from JPY to USD is not frozen");
	books->figures.unreported = "waits for a rate"; /* what the books lack is said before it */
	books->figures.rate_count = 0;
	assert_false(close_check(arena, &books->figures, &policy, &list));
	assert_string_equal(list.reasons[CLOSE_RATES], "the rate from JPY to USD is not frozen");
}

static void recurring_revenue_that_waits_for_a_rate_holds_the_close(void **state)
{
	struct books *const books = good_books();
	struct close_checklist list;

	(void)state;
	books->figures.unreported = "waits for a rate";
	assert_false(close_check(arena, &books->figures, &policy, &list));
	assert_string_equal(list.reasons[CLOSE_RATES], "waits for a rate");
}

static void a_limit_lets_so_much_stay_unexplained(void **state)
{
	static const struct period_amount limits[] = { { "USD", 100 } };
	struct close_policy lax = policy;
	struct books *const books = good_books();
	struct close_checklist list;

	(void)state;
	lax.limits = limits;
	lax.limit_count = 1;
	books->unexplained[1].minor = 100;
	assert_true(close_check(arena, &books->figures, &lax, &list));
	books->unexplained[1].minor = 101;
	assert_false(close_check(arena, &books->figures, &lax, &list));
}

static void seal_of(const struct books *books, uint8_t seal[static DIGEST_SIZE])
{
	static const uint8_t zeros[DIGEST_SIZE];

	close_seal(arena, &books->figures, &policy, zeros, seal);
}

/* Swaps two rows of a list of the books. */
static void swap(void *list, size_t size, size_t a, size_t b)
{
	unsigned char kept[sizeof(struct recurring_line)];
	unsigned char *const rows = list;

	memcpy(kept, rows + a * size, size);
	memmove(rows + a * size, rows + b * size, size);
	memcpy(rows + b * size, kept, size);
}

static void a_seal_does_not_depend_on_the_order_of_gathering(void **state)
{
	struct books *const books = good_books();
	struct chance chance;
	uint8_t want[DIGEST_SIZE];
	uint8_t got[DIGEST_SIZE];

	(void)state;
	chance_seed(&chance, 1);
	seal_of(books, want);
	for (int i = 0; i < SHUFFLES; i++) {
		swap(books->balances, sizeof(books->balances[0]), (size_t)chance_below(&chance, 5),
		     (size_t)chance_below(&chance, 5));
		swap(books->rolls, sizeof(books->rolls[0]), 0, (size_t)chance_below(&chance, 2));
		swap(books->unbilled, sizeof(books->unbilled[0]), 0,
		     (size_t)chance_below(&chance, 2));
		swap(books->mrr, sizeof(books->mrr[0]), 0, (size_t)chance_below(&chance, 2));
		swap(books->rates, sizeof(books->rates[0]), 0, (size_t)chance_below(&chance, 2));
		swap(books->disputes, sizeof(books->disputes[0]), 0,
		     (size_t)chance_below(&chance, 2));
		books->shards[0].folded_to.us += i; /* how far beyond the cut says nothing either */
		seal_of(books, got);
		assert_memory_equal(got, want, DIGEST_SIZE);
	}
}

static void another_figure_is_another_seal(void **state)
{
	static const size_t places[] = {
		AT(unexplained[0].minor),    AT(balances[0].minor),
		AT(rolls[0].opening),        AT(rolls[0].recognised),
		AT(mrr[1].ending),           AT(mrr[0].moved[RECURRING_NEW]),
		AT(disputes[1].minor),       AT(disputes[1].more),
		AT(figures.period.end_day),  AT(figures.cut.us),
		AT(figures.reported.ending), AT(unbilled[0].opening),
		AT(unbilled[0].used),        AT(unbilled[1].billed),
		AT(unbilled[1].closing),
	};
	uint8_t seals[COUNT_OF(places) + 2][DIGEST_SIZE];
	static const uint8_t ones[DIGEST_SIZE] = { 1 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		struct books *const books = good_books();
		int64_t value;

		memcpy(&value, (char *)books + places[i], sizeof(value));
		value++;
		memcpy((char *)books + places[i], &value, sizeof(value));
		seal_of(books, seals[i]);
	}
	seal_of(good_books(), seals[COUNT_OF(places)]);
	close_seal(arena, &good_books()->figures, &policy, ones, seals[COUNT_OF(places) + 1]);
	for (size_t i = 0; i < COUNT_OF(seals); i++)
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(seals[i], seals[k], DIGEST_SIZE);
}

static const struct bent_document bent[] = {
	{ "a currency that nobody knows", "\"currency\": \"USD\"", "\"currency\": \"XYZ\"",
	  "unexplained_at_most[0].currency: must be a currency as USD" },
	{ "a limit below nothing", "\"minor\": 0", "\"minor\": -1",
	  "unexplained_at_most[0].minor: must be between 0 and 9223372036854775807" },
	{ "a currency twice", "{ \"currency\"",
	  "{ \"currency\": \"USD\", \"minor\": 1 }, { \"currency\"",
	  "unexplained_at_most[1].currency: is named twice" },
	{ "no effective date", "\"effective_from\": \"1970-01-01T00:00:00Z\",", "",
	  "effective_from: is missing" },
};

static void what_is_wrong_with_a_policy_is_named(void **state)
{
	(void)state;
	policy_fixture_refuses(arena, &close_policy_kind,
	                       policy_fixture_text(arena, "close/standard-1.json"), bent,
	                       COUNT_OF(bent));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_month_may_be_closed_after_its_days_but_once),
		cmocka_unit_test(books_that_add_up_may_be_closed),
		cmocka_unit_test(an_item_that_does_not_hold_says_why),
		cmocka_unit_test(disputes_that_are_only_counted_are_listed_too),
		cmocka_unit_test(what_is_missing_from_a_list_is_noticed),
		cmocka_unit_test(recurring_revenue_that_waits_for_a_rate_holds_the_close),
		cmocka_unit_test(a_limit_lets_so_much_stay_unexplained),
		cmocka_unit_test(a_seal_does_not_depend_on_the_order_of_gathering),
		cmocka_unit_test(another_figure_is_another_seal),
		cmocka_unit_test(what_is_wrong_with_a_policy_is_named),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
