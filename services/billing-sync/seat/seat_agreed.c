#include "services/billing-sync/seat/seat_agreed.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

/* What a line bills of the contract. */
struct span {
	const struct seat_book *book;
	const struct seat_line *line;
};

struct search {
	const struct seat_contract *contract;
	struct instant now;
	struct seat_agreed *found;
};

static int by_start(const void *a, const void *b)
{
	const struct seat_line *const left = ((const struct span *)a)->line;
	const struct seat_line *const right = ((const struct span *)b)->line;

	if (left->start.us != right->start.us)
		return left->start.us < right->start.us ? -1 : 1;
	if (left->end.us != right->end.us)
		return left->end.us < right->end.us ? -1 : 1;
	return strcmp(left->id, right->id);
}

static bool is_of(const struct seat_book *book, const struct seat_line *line,
                  const struct seat_contract *contract)
{
	return line->kind == SEAT_LINE_PERIOD && time_before(line->start, line->end) &&
	       seat_contract_is_about(contract, line, seat_book_price(book, line->price));
}

static size_t spans_of(const struct seat_contract *contract, const struct seat_book *const *books,
                       size_t count, struct span *spans)
{
	size_t made = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < books[i]->line_count; k++)
			if (is_of(books[i], &books[i]->lines[k], contract))
				spans[made++] = (struct span){ books[i], &books[i]->lines[k] };
	qsort(spans, made, sizeof(*spans), by_start);
	return made;
}

/* Rhythms. */

static int64_t days_in(const struct seat_line *line)
{
	return (line->end.us - line->start.us) / DAYS(1).us;
}

/* Of the calendar; 0: it is none of these. */
static int32_t months_in(const struct seat_line *line)
{
	static const struct {
		int64_t least;
		int64_t most;
		int32_t months;
	} lengths[] = {
		{ 28, 31, 1 }, { 59, 62, 2 }, { 89, 92, 3 }, { 181, 184, 6 }, { 365, 366, 12 }
	};
	const int64_t days = days_in(line);

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		if (days >= lengths[i].least && days <= lengths[i].most)
			return lengths[i].months;
	return 0;
}

static int64_t floor_day(struct instant at)
{
	return at.us / DAYS(1).us - (at.us % DAYS(1).us < 0 ? 1 : 0);
}

/* The same day and time of day, or the last day of a month that is shorter. */
static struct instant months_after(struct instant at, int64_t months)
{
	const int64_t day = floor_day(at);
	struct date date = date_of_days(day);
	const int64_t month = date.month - 1 + months;

	date.year += (int32_t)(month / 12);
	date.month = (int32_t)(month % 12) + 1;
	while (!date_valid(date))
		date.day--;
	return (struct instant){ date_days(date) * DAYS(1).us + (at.us - day * DAYS(1).us) };
}

/* Of one that is none of the calendar's. */
static struct duration length_of(const struct seat_line *line)
{
	const struct duration own = time_since(line->start, line->end);

	return own.us < DAYS(7).us ? SEAT_AGREED_MONTH : own;
}

/* The beginning of a period, so many after the end of a line. */
static struct instant period_at(const struct seat_line *line, int64_t number)
{
	const int32_t months = months_in(line);

	return months > 0 ? months_after(line->end, number * months)
	                  : time_add(line->end, (struct duration){ length_of(line).us * number });
}

/* Worth. */

static void price(const struct search *it, const struct span *before, struct seat_unbilled *made)
{
	const struct seat_contract *const contract = it->contract;
	const bool line = before != NULL;
	const bool has_unit = contract->has_unit || (line && before->line->has_unit);
	const int64_t quantity = contract->quantity > 0 ? contract->quantity
	                         : line                 ? before->line->quantity
	                                                : 0;

	if (!has_unit || quantity == 0)
		return;
	made->worth = invoice_decimal_times(
	    contract->has_unit ? invoice_decimal_of(contract->unit) : before->line->unit, quantity);
	if (made->worth != 0)
		memcpy(made->currency,
		       contract->has_unit ? contract->currency
		                          : before->book->invoices[before->line->invoice].currency,
		       sizeof(made->currency));
}

/* Periods. */

static void note(struct search *it, const struct seat_unbilled *made)
{
	struct seat_agreed *const found = it->found;

	if (found->count == SEAT_AGREED_MAX) {
		found->count--;
		memmove(found->list, found->list + 1, found->count * sizeof(found->list[0]));
	}
	found->list[found->count++] = *made;
}

/* The first that may be of interest: not more of them than are kept begin after it, up to now. */
static int64_t first_of(const struct search *it, const struct seat_line *line)
{
	const int32_t months = months_in(line);
	const int64_t length = months > 0 ? DAYS(31).us * months : length_of(line).us;
	const int64_t passed = (it->now.us - line->end.us) / length;

	return passed > SEAT_AGREED_MAX ? passed - SEAT_AGREED_MAX : 0;
}

/* Each whole period from the end of a line on, up to an instant, and to the contract's end. */
static void find_after(struct search *it, const struct span *before, struct instant until)
{
	const struct seat_line *const line = before->line;
	const bool late = !time_before(before->book->invoices[line->invoice].issued, line->end);

	for (int64_t i = first_of(it, line);; i++) {
		const struct instant end = period_at(line, i + 1);
		struct seat_unbilled made = { .start = period_at(line, i) };
		const struct instant month = time_add(made.start, SEAT_AGREED_MONTH);

		if (time_before(until, end) ||
		    time_before(it->contract->until, time_earlier(end, month)))
			return;
		made.passed = late ? time_later(month, end) : month;
		price(it, before, &made);
		if (!seat_book_unbilled(before->book, made.start))
			note(it, &made);
		if (time_before(it->now, made.start))
			return;
	}
}

static void find_first(struct search *it)
{
	struct seat_unbilled made = { .first = true, .start = it->contract->from };

	made.passed = time_add(made.start, SEAT_AGREED_MONTH);
	if (time_before(it->contract->until, made.passed))
		return;
	price(it, NULL, &made);
	note(it, &made);
}

/* Another line of the same item follows: what is between is a gap of its periods. */
static bool goes_on(const struct span *a, const struct span *b)
{
	return a->book == b->book && a->line->item == b->line->item;
}

void seat_agreed_find(struct arena *arena, const struct seat_contract *contract,
                      const struct seat_book *const *books, size_t count, struct instant now,
                      struct seat_agreed *agreed)
{
	struct search it = { .contract = contract, .now = now, .found = agreed };
	size_t room = 1;

	for (size_t i = 0; i < count; i++)
		room += books[i]->line_count;
	struct span *const spans = arena_alloc(arena, room * sizeof(*spans));
	const size_t made = spans_of(contract, books, count, spans);

	*agreed = (struct seat_agreed){ .billed = made > 0 };
	if (made == 0) {
		find_first(&it);
		return;
	}
	agreed->since = spans[0].line->start;
	const struct span *last = &spans[0];

	for (size_t i = 1; i < made; i++) {
		if (time_before(last->line->end, spans[i].line->start) && !goes_on(last, &spans[i]))
			find_after(&it, last, spans[i].line->start);
		if (!time_before(spans[i].line->end, last->line->end))
			last = &spans[i];
	}
	find_after(&it, last, TIME_MAX);
}

uint64_t seat_agreed_digest(const struct seat_book *book, const struct seat_contract *contracts,
                            size_t count)
{
	uint64_t digest = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < book->line_count; k++)
			if (is_of(book, &book->lines[k], &contracts[i]))
				digest += (i + 1) * ((uint64_t)book->lines[k].start.us * 31 +
				                     (uint64_t)book->lines[k].end.us);
	for (size_t i = 0; i < book->state_count; i++)
		digest += book->states[i].unbilled ? (uint64_t)book->states[i].at.us * 17 : 0;
	return digest;
}
