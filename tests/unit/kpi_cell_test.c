/*
 * kpi_cell_test - an observation adds to the cells of every definition that counts it, and taking it back undoes that.
 *
 * Which observations a part takes, and how much it adds, is definition's: here a mark that is asked for, and the plain amounts.
 */
#include "services/kpi-aggregator/cell/cell.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/instant_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SEEN_MAX 64

bool definition_part_takes(const struct definition_part *part, const struct observation *it)
{
	return part->condition_count == 0 ||
	       observation_is(it, (enum observation_mark)part->conditions[0].field) ==
	           part->conditions[0].is;
}

bool definition_part_amount(const struct definition_book *book, const struct definition *definition,
                            const struct definition_part *part, const struct observation *it,
                            int64_t *amount)
{
	(void)book;
	(void)definition;
	if (part->amount == AMOUNT_SPAN && it->times[part->from].us == TIME_MIN.us)
		return false;
	*amount = part->amount == AMOUNT_ONE    ? 1
	          : part->amount == AMOUNT_SPAN ? it->times[part->to].us - it->times[part->from].us
	                                        : it->numbers[part->number];
	return true;
}

static struct seen {
	struct cell_change changes[SEEN_MAX];
	size_t count;
} seen;

static void see(const struct cell_change *change, void *context)
{
	struct seen *const all = context;

	assert_true(all->count < SEEN_MAX);
	all->changes[all->count++] = *change;
}

static struct definition_book book;
static const struct condition solved = { .kind = CONDITION_MARK, .field = MARK_SOLVED, .is = true };
static const struct condition open = { .kind = CONDITION_MARK, .field = MARK_SOLVED, .is = false };

/* Of tickets opened how many are solved, the others aside; counted by the hour. */
static struct definition share = {
	.key = "support.solved@1",
	.formula = FORMULA_SHARE,
	.unit = "ppm",
	.parts = { { .kind = OBSERVATION_TICKET, .time = TIME_OPENED_AT, .target = PART_N },
	           { .kind = OBSERVATION_TICKET,
	             .time = TIME_OPENED_AT,
	             .target = PART_HITS,
	             .conditions = &solved,
	             .condition_count = 1 },
	           { .kind = OBSERVATION_TICKET,
	             .time = TIME_OPENED_AT,
	             .target = PART_ASIDE,
	             .aside = 2,
	             .conditions = &open,
	             .condition_count = 1 } },
	.part_count = 3,
	.dimensions = { WORD_CHANNEL, WORD_TEAM, WORD_NETWORK },
	.dimension_count = 3, /* a ticket has no network */
	.finest = WINDOW_HOUR,
	.cut_finest = WINDOW_DAY,
};
/* How long it takes from being opened, by the day of being solved. */
static struct definition spans = {
	.key = "support.resolution@2",
	.formula = FORMULA_DISTRIBUTION,
	.unit = "us",
	.parts = { { .kind = OBSERVATION_TICKET, .time = TIME_SOLVED_AT, .target = PART_N },
	           { .kind = OBSERVATION_TICKET,
	             .time = TIME_SOLVED_AT,
	             .target = PART_MEASURE,
	             .amount = AMOUNT_SPAN,
	             .from = TIME_OPENED_AT,
	             .to = TIME_SOLVED_AT } },
	.part_count = 2,
	.finest = WINDOW_DAY,
};
/* Solved by the hour of that, opened by the hour of that. */
static struct definition quotient = {
	.key = "support.clearing@1",
	.formula = FORMULA_QUOTIENT,
	.unit = "milli",
	.parts = { { .kind = OBSERVATION_TICKET, .time = TIME_SOLVED_AT, .target = PART_HITS },
	           { .kind = OBSERVATION_TICKET, .time = TIME_OPENED_AT, .target = PART_N } },
	.part_count = 2,
	.finest = WINDOW_HOUR,
};
/* What it counts are amounts, whatever its unit is: a share by value is one of each currency. */
static struct definition amounts = {
	.key = "billing.refunded@1",
	.formula = FORMULA_SUM,
	.unit = "ppm",
	.amounts = true,
	.parts = { { .kind = OBSERVATION_REFUND,
	             .time = TIME_AT,
	             .target = PART_SUM,
	             .amount = AMOUNT_NUMBER,
	             .number = NUMBER_MINOR } },
	.part_count = 1,
	.dimensions = { WORD_ACCOUNT },
	.dimension_count = 1,
	.finest = WINDOW_HOUR,
	.cut_finest = WINDOW_HOUR,
};
static const struct definition *const of_tickets[] = { &share, &spans, &quotient, NULL };
static const struct definition *const of_refunds[] = { &amounts, NULL };

static int open_book(void **state)
{
	share.zone = window_zone_open("Europe/London");
	spans.zone = quotient.zone = amounts.zone = share.zone;
	book = (struct definition_book){ .count = 0 };
	book.of_kind[OBSERVATION_TICKET] = of_tickets;
	book.of_kind[OBSERVATION_REFUND] = of_refunds;
	seen.count = 0;
	return arena_open(state);
}

static int close_book(void **state)
{
	window_zone_close(share.zone);
	return arena_close(state);
}

static struct observation ticket_of(const char *opened, const char *closed)
{
	struct observation it = observation_of(OBSERVATION_TICKET, "1");

	it.currency = "EUR";
	it.words[WORD_CHANNEL] = "email";
	it.words[WORD_NETWORK] = "visa";
	it.times[TIME_OPENED_AT] = instant_of(opened);
	if (closed == NULL)
		return it;
	it.times[TIME_SOLVED_AT] = instant_of(closed);
	observation_mark(&it, MARK_SOLVED, true);
	return it;
}

static void expand(const struct observation *it, int sign)
{
	cell_expand(arena, &book, it, sign, see, &seen);
}

static void assert_sums(const struct cell_change *change, int64_t n, int64_t hits, int64_t sum)
{
	assert_int_equal(change->sums.n, n);
	assert_int_equal(change->sums.hits, hits);
	assert_int_equal(change->sums.sum, sum);
}

static void assert_where(const struct cell_change *change, const struct definition *definition,
                         int dimension, const char *value, const char *start)
{
	assert_ptr_equal(change->definition, definition);
	assert_int_equal(change->dimension, dimension);
	assert_string_equal(change->value, value);
	assert_int_equal(change->window.kind,
	                 dimension < 0 ? definition->finest : definition->cut_finest);
	assert_int_equal(change->window.start.us, instant_of(start).us);
}

static void an_observation_shows_in_the_whole_and_in_each_dimension_of_its_kind(void **state)
{
	const struct observation it = ticket_of("2026-05-01T09:30:00Z", NULL);

	(void)state;
	expand(&it, 1);
	assert_int_equal(seen.count, 4);
	assert_where(&seen.changes[0], &share, -1, "", "2026-05-01T09:00:00Z");
	assert_where(&seen.changes[1], &share, WORD_CHANNEL, "email", "2026-04-30T23:00:00Z");
	assert_where(&seen.changes[2], &share, WORD_TEAM, "", "2026-04-30T23:00:00Z");
	for (size_t i = 0; i < 3; i++) {
		assert_sums(&seen.changes[i], 1, 0, 0);
		assert_int_equal(seen.changes[i].sums.asides[2], 1);
		assert_int_equal(seen.changes[i].sums.came, 1);
		assert_int_equal(seen.changes[i].sums.taken_back, 0);
		assert_string_equal(seen.changes[i].currency, "");
	}
	assert_where(&seen.changes[3], &quotient, -1, "", "2026-05-01T09:00:00Z");
	assert_sums(&seen.changes[3], 1, 0, 0);
}

static void parts_whose_times_differ_change_each_their_own_window(void **state)
{
	const struct observation it = ticket_of("2026-05-01T09:30:00Z", "2026-05-02T11:00:00Z");

	(void)state;
	expand(&it, 1);
	assert_int_equal(seen.count, 6);
	assert_sums(&seen.changes[0], 1, 1, 0);
	assert_where(&seen.changes[3], &spans, -1, "", "2026-05-01T23:00:00Z");
	assert_sums(&seen.changes[3], 1, 0, HOURS(25).us + MINUTES(30).us);
	assert_int_equal(sketch_total(seen.changes[3].sums.sketch), 1);
	assert_where(&seen.changes[4], &quotient, -1, "", "2026-05-02T11:00:00Z");
	assert_sums(&seen.changes[4], 0, 1, 0);
	assert_where(&seen.changes[5], &quotient, -1, "", "2026-05-01T09:00:00Z");
	assert_sums(&seen.changes[5], 1, 0, 0);
	for (size_t i = 0; i < seen.count; i++)
		assert_int_equal(seen.changes[i].sums.came, 1);
}

/* Two hours are one day, and two days are two. */
static void dimensions_are_cut_in_longer_windows(void **state)
{
	const struct observation same = ticket_of("2026-05-01T09:30:00Z", "2026-05-01T11:00:00Z");
	const struct observation later = ticket_of("2026-05-01T09:30:00Z", "2026-05-02T11:00:00Z");

	(void)state;
	quotient.dimensions[0] = WORD_CHANNEL;
	quotient.dimension_count = 1;
	quotient.cut_finest = WINDOW_DAY;
	book.of_kind[OBSERVATION_TICKET] = &of_tickets[2];
	expand(&same, 1);
	assert_int_equal(seen.count, 3);
	assert_where(&seen.changes[2], &quotient, WORD_CHANNEL, "email", "2026-04-30T23:00:00Z");
	assert_sums(&seen.changes[2], 1, 1, 0);
	seen.count = 0;
	cell_expand_change(arena, &book, &same, &later, see, &seen);
	assert_int_equal(seen.count, 4);
	assert_sums(&seen.changes[2], 0, -1, 0);
	assert_where(&seen.changes[3], &quotient, WORD_CHANNEL, "email", "2026-05-01T23:00:00Z");
	assert_sums(&seen.changes[3], 0, 1, 0);
	quotient.dimension_count = 0;
}

static void parts_in_one_window_change_it_once(void **state)
{
	const struct observation it = ticket_of("2026-05-01T09:30:00Z", "2026-05-01T09:59:59Z");

	(void)state;
	expand(&it, 1);
	assert_int_equal(seen.count, 5);
	assert_ptr_equal(seen.changes[4].definition, &quotient);
	assert_sums(&seen.changes[4], 1, 1, 0);
	assert_int_equal(seen.changes[4].sums.came, 1);
}

static void an_amount_has_its_currency(void **state)
{
	struct observation it = observation_of(OBSERVATION_REFUND, "1");

	(void)state;
	it.currency = "JPY";
	it.words[WORD_ACCOUNT] = "A1";
	it.numbers[NUMBER_MINOR] = INT64_MIN;
	it.times[TIME_AT] = instant_of("2026-05-01T09:30:00Z");
	expand(&it, 1);
	expand(&it, -1);
	assert_int_equal(seen.count, 4);
	assert_string_equal(seen.changes[1].currency, "JPY");
	assert_string_equal(seen.changes[1].value, "A1");
	assert_sums(&seen.changes[0], 0, 0, INT64_MIN);
	assert_sums(&seen.changes[2], 0, 0, INT64_MAX);
	assert_int_equal(seen.changes[2].sums.came, 0);
	assert_int_equal(seen.changes[2].sums.taken_back, 1);
}

static void nobody_counts_what_no_definition_asks_for(void **state)
{
	const struct observation seat = observation_of(OBSERVATION_SEAT, "1");
	const struct observation refund = observation_of(OBSERVATION_REFUND, "1");

	(void)state;
	expand(&seat, 1);
	expand(&refund, 1); /* it has no time */
	assert_int_equal(seen.count, 0);
}

static void a_long_value_is_cut_at_a_character(void **state)
{
	struct observation it = ticket_of("2026-05-01T09:30:00Z", NULL);
	char exact[CELL_VALUE_MAX + 1];
	char longer[CELL_VALUE_MAX + 3];

	(void)state;
	memset(exact, 'x', CELL_VALUE_MAX);
	exact[CELL_VALUE_MAX] = '\0';
	memcpy(longer, exact, sizeof(exact));
	memcpy(longer + 124, "\xe3\x83\x84\xe3\x83", sizeof("\xe3\x83\x84\xe3\x83"));
	it.words[WORD_CHANNEL] = exact;
	it.words[WORD_TEAM] = longer;
	expand(&it, 1);
	assert_string_equal(seen.changes[1].value, exact);
	assert_int_equal(strlen(seen.changes[2].value), 127);
	assert_memory_equal(seen.changes[2].value, exact, 124);
	assert_string_equal(seen.changes[2].value + 124, "...");
}

/* What all changes of one definition's whole come to, whatever the window. */
static struct cell_sums total(const struct definition *definition)
{
	struct cell_sums sums = { .n = 0 };

	for (size_t i = 0; i < seen.count; i++)
		if (seen.changes[i].definition == definition && seen.changes[i].dimension == -1)
			assert_true(cell_add(arena, &sums, &seen.changes[i].sums));
	return sums;
}

static void what_is_taken_back_leaves_nothing(void **state)
{
	const struct observation it = ticket_of("2026-05-01T09:30:00Z", "2026-05-02T11:00:00Z");
	struct cell_sums sums;

	(void)state;
	expand(&it, 1);
	sums = total(&spans);
	assert_false(cell_is_zero(&sums));
	expand(&it, -1);
	for (size_t i = 0; of_tickets[i] != NULL; i++) {
		sums = total(of_tickets[i]);
		assert_true(cell_is_zero(&sums));
		assert_true(sums.came == sums.taken_back && sums.came > 0);
	}
}

static void change(const struct observation *old, const struct observation *now)
{
	seen.count = 0;
	cell_expand_change(arena, &book, old, now, see, &seen);
}

static void an_observation_that_says_the_same_changes_no_cell(void **state)
{
	const struct observation old = ticket_of("2026-05-01T09:30:00Z", "2026-05-02T11:00:00Z");
	struct observation now = old;

	(void)state;
	now.words[WORD_ACCOUNT] = "A1"; /* by which nothing is cut */
	now.times[TIME_SOLVED_AT].us++; /* in the same windows */
	change(&old, &now);
	assert_int_equal(seen.count, 1);
	assert_ptr_equal(seen.changes[0].definition, &spans);
	assert_sums(&seen.changes[0], 0, 0, 1);
	assert_int_equal(seen.changes[0].sums.sketch.count, 0);
	assert_int_equal(seen.changes[0].sums.came, 1);
	assert_int_equal(seen.changes[0].sums.taken_back, 1);
}

static void what_has_another_value_goes_from_one_cell_to_the_other(void **state)
{
	const struct observation old = ticket_of("2026-05-01T09:30:00Z", NULL);
	struct observation now = old;

	(void)state;
	now.words[WORD_TEAM] = "billing";
	change(&old, &now);
	assert_int_equal(seen.count, 2);
	assert_where(&seen.changes[0], &share, WORD_TEAM, "", "2026-04-30T23:00:00Z");
	assert_sums(&seen.changes[0], -1, 0, 0);
	assert_where(&seen.changes[1], &share, WORD_TEAM, "billing", "2026-04-30T23:00:00Z");
	assert_sums(&seen.changes[1], 1, 0, 0);
}

static void an_amount_in_another_currency_goes_from_one_cell_to_the_other(void **state)
{
	struct observation old = observation_of(OBSERVATION_REFUND, "1");
	struct observation now;

	(void)state;
	old.currency = "JPY";
	old.numbers[NUMBER_MINOR] = 5;
	old.times[TIME_AT] = instant_of("2026-05-01T09:30:00Z");
	now = old;
	now.currency = "EUR";
	change(&old, &now);
	assert_int_equal(seen.count, 4);
	assert_string_equal(seen.changes[0].currency, "JPY");
	assert_sums(&seen.changes[0], 0, 0, -5);
	assert_string_equal(seen.changes[1].currency, "EUR");
	assert_sums(&seen.changes[1], 0, 0, 5);
}

/* Where a cell stands; those of the changes of tests are few. */
static void add_up(struct seen *all, const struct cell_change *change)
{
	size_t i = 0;

	while (i < all->count && (all->changes[i].definition != change->definition ||
	                          all->changes[i].dimension != change->dimension ||
	                          all->changes[i].window.start.us != change->window.start.us ||
	                          strcmp(all->changes[i].value, change->value) != 0 ||
	                          strcmp(all->changes[i].currency, change->currency) != 0))
		i++;
	if (i == all->count) {
		assert_true(all->count < SEEN_MAX);
		all->changes[i] = *change;
		all->changes[i].sums = (struct cell_sums){ .n = 0 };
		all->count++;
	}
	assert_true(cell_add(arena, &all->changes[i].sums, &change->sums));
}

static struct observation random_ticket(struct chance *chance)
{
	static const char *const times[] = { "2026-05-01T09:30:00Z", "2026-05-01T09:45:00Z",
		                             "2026-05-01T22:59:59Z", "2026-05-01T23:00:00Z" };
	static const char *const teams[] = { "", "billing", "technical" };
	const bool is_solved = chance_of(chance, 600);
	struct observation it = ticket_of(times[chance_below(chance, 4)],
	                                  is_solved ? times[chance_below(chance, 4)] : NULL);

	it.words[WORD_TEAM] = teams[chance_below(chance, 3)];
	return it;
}

static void a_change_is_what_taking_back_and_telling_come_to(void **state)
{
	static struct seen apart;
	struct chance chance;

	(void)state;
	chance_seed(&chance, 23);
	for (int round = 0; round < 500; round++) {
		const struct observation old = random_ticket(&chance);
		const struct observation now = random_ticket(&chance);

		apart.count = 0;
		seen.count = 0;
		expand(&old, 1);
		expand(&now, -1);
		for (size_t i = 0; i < seen.count; i++)
			add_up(&apart, &seen.changes[i]);
		change(&old, &now);
		for (size_t i = 0; i < seen.count; i++)
			add_up(&apart, &seen.changes[i]);
		for (size_t i = 0; i < apart.count; i++)
			assert_true(cell_is_zero(&apart.changes[i].sums));
	}
}

static void a_series_is_named_by_definition_and_dimension(void **state)
{
	(void)state;
	assert_string_equal(cell_series(arena, &share, -1), "support.solved@1");
	assert_string_equal(cell_series(arena, &share, WORD_CHANNEL), "support.solved@1:channel");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_book, close_book)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(an_observation_shows_in_the_whole_and_in_each_dimension_of_its_kind),
		CASE(parts_whose_times_differ_change_each_their_own_window),
		CASE(dimensions_are_cut_in_longer_windows),
		CASE(parts_in_one_window_change_it_once),
		CASE(an_amount_has_its_currency),
		CASE(nobody_counts_what_no_definition_asks_for),
		CASE(a_long_value_is_cut_at_a_character),
		CASE(what_is_taken_back_leaves_nothing),
		CASE(an_observation_that_says_the_same_changes_no_cell),
		CASE(what_has_another_value_goes_from_one_cell_to_the_other),
		CASE(an_amount_in_another_currency_goes_from_one_cell_to_the_other),
		CASE(a_change_is_what_taking_back_and_telling_come_to),
		CASE(a_series_is_named_by_definition_and_dimension),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
