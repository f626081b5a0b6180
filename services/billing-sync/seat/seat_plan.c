#include "services/billing-sync/seat/seat_plan.h"

#include "common/base/text.h"

#include <string.h>

/* States of one second. */

/* Another one besides the one that holds. */
static void add_other(struct seat_state *merged, size_t item, uint8_t price)
{
	uint8_t *const other = &merged->others[item];

	if (price != 0 && price != merged->prices[item] && price != *other)
		*other = *other == 0 ? price : SEAT_PRICE_MANY;
}

/* Neither is known to be the later: any order has to end with the same. */
static uint8_t of_equals(const struct seat_book *book, uint8_t a, uint8_t b)
{
	if (a == 0 || b == 0)
		return a == 0 ? b : a;
	return strcmp(book->prices[a - 1].id, book->prices[b - 1].id) < 0 ? b : a;
}

void seat_plan_merge(const struct seat_book *book, const struct seat_state *known,
                     const struct seat_state *state, struct seat_state *merged)
{
	for (size_t i = 0; i < book->item_count; i++) {
		if (known->revision == 0 && state->revision == 0)
			merged->prices[i] = of_equals(book, known->prices[i], state->prices[i]);
		merged->others[i] = 0;
		add_other(merged, i, known->prices[i]);
		add_other(merged, i, known->others[i]);
		add_other(merged, i, state->prices[i]);
		add_other(merged, i, state->others[i]);
	}
}

/* What a line may bill. */

struct choice {
	const struct seat_book *book;
	const struct seat_line *line;
	uint8_t named; /* by the line; 0: a price that the subscription never had */
	bool fits;     /* it is one that the line may be of, or that is not known */
};

static int64_t second_of(struct instant at)
{
	return at.us / SECONDS(1).us;
}

/* The last one by then; NULL: none is known. */
static const struct seat_state *state_by(const struct seat_book *book, struct instant at)
{
	const struct seat_state *found = NULL;

	for (size_t i = 0; i < book->state_count; i++)
		if (second_of(book->states[i].at) <= second_of(at))
			found = &book->states[i];
	return found;
}

static void allow(struct choice *it, uint8_t price)
{
	it->fits = it->fits || price == SEAT_PRICE_MANY || (price != 0 && price == it->named);
}

/* It had another price when that was uploaded: what was between is not known. */
static bool is_upset(const struct seat_book *book, const struct seat_state *state, size_t item)
{
	const struct seat_state *const next = state + 1;

	return next < book->states + book->state_count && next->uploaded &&
	       next->prices[item] != state->prices[item];
}

/* Of what is used, and of a price that is not known, anything may be said. */
static void allow_state(struct choice *it, const struct seat_state *state, bool others)
{
	const size_t item = it->line->item;
	const int64_t quantity = state->quantities[item];

	it->fits = it->fits || quantity == SEAT_METERED ||
	           (quantity > 0 && state->prices[item] == 0) || is_upset(it->book, state, item);
	allow(it, state->prices[item]);
	if (others)
		allow(it, state->others[item]);
}

/* After the one and up to the other, to the second. */
static void allow_between(struct choice *it, struct instant after, struct instant until)
{
	for (size_t i = 0; i < it->book->state_count; i++) {
		const struct seat_state *const state = &it->book->states[i];

		if (second_of(state->at) > second_of(after) &&
		    second_of(state->at) <= second_of(until))
			allow_state(it, state, true);
	}
}

/* Each gives the state that says what is due; NULL: none is known. */

static const struct seat_state *choose_period(struct choice *it)
{
	const struct instant start = it->line->start;
	const struct instant soon = time_add(start, SEAT_BOOK_SLACK);
	const struct instant drawn = it->book->invoices[it->line->invoice].drawn;
	const struct seat_state *const before = state_by(it->book, start);
	const struct seat_state *const known =
	    state_by(it->book, time_earlier(soon, time_sub(drawn, SECONDS(1))));

	allow_between(it, start, soon);
	if (before == NULL)
		return state_by(it->book, soon);
	if (known != NULL && known > before)
		return known;
	allow_state(it, before, before->revision == 0 || second_of(before->at) == second_of(start));
	return before;
}

static const struct seat_state *choose_more(struct choice *it)
{
	const struct instant start = it->line->start;
	const struct instant issued = it->book->invoices[it->line->invoice].issued;
	const struct instant until = time_later(it->line->end, issued);
	const struct seat_state *const before =
	    state_by(it->book, time_sub(start, SEAT_BOOK_SLACK));
	const struct seat_state *const known = state_by(it->book, time_add(start, SEAT_BOOK_SLACK));

	if (known == before && before != NULL)
		allow_state(it, before, true);
	allow_between(it, time_sub(start, SEAT_BOOK_SLACK), time_add(until, SEAT_BOOK_SLACK));
	return known;
}

/* What the proration gives back of: the last of the item's that began by then and was not over. */
static const struct seat_line *period_of(const struct seat_book *book, const struct seat_line *back)
{
	const struct seat_line *found = NULL;

	for (size_t i = 0; i < book->line_count; i++) {
		const struct seat_line *const line = &book->lines[i];

		if (line->kind == SEAT_LINE_PERIOD && line->item == back->item &&
		    !time_before(back->start, line->start) && time_before(back->start, line->end) &&
		    (found == NULL || time_before(found->start, line->start)))
			found = line;
	}
	return found;
}

static const struct seat_state *choose_back(struct choice *it)
{
	const struct instant start = it->line->start;
	const struct instant soon = time_add(start, SEAT_BOOK_SLACK);
	const struct seat_line *const period = period_of(it->book, it->line);
	const struct seat_state *known;

	if (period == NULL)
		return NULL;
	known = state_by(it->book, time_sub(period->start, SEAT_BOOK_SLACK));
	if (known == NULL && state_by(it->book, time_add(period->start, SEAT_BOOK_SLACK)) == NULL)
		return NULL;
	if (known != NULL)
		allow_state(it, known, true);
	it->fits = it->fits || text_equal(period->price, it->line->price);
	allow_between(it, time_sub(period->start, SEAT_BOOK_SLACK), time_sub(start, SECONDS(1)));
	known = state_by(it->book, soon);
	for (size_t i = 0; &it->book->states[i] < known; i++)
		if (second_of(it->book->states[i].at) >= second_of(start))
			allow_state(it, &it->book->states[i], true);
	return state_by(it->book, time_sub(start, SECONDS(1)));
}

/* Its whole time is given back: it stands for nothing. */
static bool is_given_back(const struct seat_book *book, const struct seat_line *period)
{
	if (period->kind != SEAT_LINE_PERIOD)
		return false;
	for (size_t i = 0; i < book->line_count; i++) {
		const struct seat_line *const line = &book->lines[i];

		if (line->kind == SEAT_LINE_BACK && line->item == period->item &&
		    line->start.us == period->start.us && line->end.us == period->end.us &&
		    text_equal(line->price, period->price))
			return true;
	}
	return false;
}

/* A proration that comes to nothing may be of either side. */
static bool is_judged(const struct seat_line *line)
{
	if (*line->price == '\0' || line->free)
		return false;
	return line->kind == SEAT_LINE_PERIOD || (line->minor.has && line->minor.minor != 0);
}

static uint8_t place_of(const struct seat_book *book, const char *price)
{
	for (size_t i = 0; i < book->price_count; i++)
		if (text_equal(book->prices[i].id, price))
			return (uint8_t)(i + 1);
	return 0;
}

const struct seat_price *seat_plan_instead(const struct seat_book *book,
                                           const struct seat_line *line)
{
	static const struct seat_state *(*const choose[])(struct choice * it) = {
		[SEAT_LINE_PERIOD] = choose_period,
		[SEAT_LINE_MORE] = choose_more,
		[SEAT_LINE_BACK] = choose_back,
	};
	struct choice it = { .book = book, .line = line, .named = place_of(book, line->price) };
	const struct seat_state *due;

	if (!is_judged(line))
		return NULL;
	due = choose[line->kind](&it);
	if (it.fits || due == NULL || due->prices[line->item] == 0 || is_given_back(book, line))
		return NULL;
	return &book->prices[due->prices[line->item] - 1];
}
