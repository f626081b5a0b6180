#include "services/billing-sync/usage/usage_plan.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "services/billing-sync/rule/recognition.h"

#include <stdlib.h>
#include <string.h>

#define SPANS_MAX (USAGE_PERIODS_MAX + USAGE_LINES_MAX)

/* A period as all facts together have it. */
struct span {
	struct instant start;
	struct instant end;
	const struct usage_period *state; /* NULL: no state tells of it */
	const struct usage_line *lines;
	size_t line_count;
};

/* One plan in the making. */
struct making {
	struct usage_book *book;
	const struct usage_tally *tally;
	const struct usage_rules *rules;
	struct usage_plan *plan;
	struct usage_posting *postings;
	int64_t times; /* from the provider's units to those of struct money */
	int64_t per;
};

/* Periods. */

static struct span span_of_lines(const struct usage_book *book, size_t line)
{
	const struct usage_line *const first = &book->lines[line];
	struct span span = { .start = first->start, .end = first->end, .lines = first };

	while (line < book->line_count && book->lines[line].start.us == first->start.us) {
		span.end = time_later(span.end, book->lines[line].end);
		span.line_count++;
		line++;
	}
	return span;
}

/* By their start, each once. */
static size_t spans_of(const struct usage_book *book, struct span *spans)
{
	size_t count = 0;
	size_t line = 0;

	for (size_t i = 0; i < book->period_count || line < book->line_count; count++) {
		const struct usage_period *const period =
		    i < book->period_count ? &book->periods[i] : NULL;
		const struct instant billed =
		    line < book->line_count ? book->lines[line].start : TIME_MAX;

		if (period != NULL && time_before(period->start, billed)) {
			spans[count] = (struct span){ .start = period->start, .end = period->end };
		} else {
			spans[count] = span_of_lines(book, line);
			line += spans[count].line_count;
		}
		if (period != NULL && period->start.us == spans[count].start.us) {
			spans[count].state = period;
			i++;
		}
	}
	for (size_t i = 1; i < count; i++)
		spans[i - 1].end = time_earlier(spans[i - 1].end, spans[i].start);
	return count;
}

/* Where no state tells of the period, the newest one does. */
static const struct usage_price *price_of(const struct making *it, const struct span *span)
{
	const struct usage_period *newest = span->state;

	for (size_t i = 0; span->state == NULL && i < it->book->period_count; i++) {
		const struct usage_period *const period = &it->book->periods[i];

		if (newest == NULL || !time_before(period->at, newest->at))
			newest = period;
	}
	return newest != NULL ? usage_book_price(it->book, newest->price) : NULL;
}

/* Days. */

static void post(struct making *it, struct usage_posting posting)
{
	struct usage_plan *const plan = it->plan;
	size_t place = plan->count;

	while (place > 0 && it->postings[place - 1].start.us == posting.start.us &&
	       it->postings[place - 1].day > posting.day)
		place--;
	if (place > 0 && it->postings[place - 1].start.us == posting.start.us &&
	    it->postings[place - 1].day == posting.day) {
		it->postings[place - 1].used += posting.used;
		it->postings[place - 1].billed += posting.billed;
		return;
	}
	memmove(it->postings + place + 1, it->postings + place,
	        (plan->count - place) * sizeof(posting));
	it->postings[place] = posting;
	plan->count++;
}

static void post_day(struct making *it, const struct span *span, int64_t day, int64_t minor)
{
	post(it, (struct usage_posting){ .start = span->start, .day = day, .used = minor });
	if (span->line_count == 0)
		return;
	const int64_t issued = recognition_day(it->rules->zone, span->lines[0].issued);

	post(it, (struct usage_posting){
		     .start = span->start, .day = issued > day ? issued : day, .billed = minor });
}

/* Rounded down, where the standard has fewer digits than the provider. */
static int64_t in_money(const struct making *it, int64_t amount)
{
	__extension__ const __int128 scaled = (__int128)amount * it->times;

	return (int64_t)(scaled / it->per);
}

static bool add_quantity(int64_t more, int64_t *quantity)
{
	return !__builtin_add_overflow(*quantity, more, quantity);
}

/* What the whole period is worth. False: that is beyond any bound; then no day of it is worth anything. */
static bool value_of(const struct making *it, const struct span *span,
                     const struct usage_price *price, int64_t *amount, bool *used)
{
	int64_t quantity = 0;

	*used = false;
	*amount = 0;
	for (size_t i = 0; i < it->tally->slice_count; i++) {
		const struct usage_slice *const slice = &it->tally->slices[i];

		if (time_before(slice->at, span->start) || !time_before(slice->at, span->end))
			continue;
		*used = true;
		if (!add_quantity(slice->quantity, &quantity) || price == NULL ||
		    !usage_price_value(price, quantity, amount))
			return false;
	}
	return price != NULL && usage_price_known(price);
}

static void post_days(struct making *it, const struct span *span, const struct usage_price *price)
{
	int64_t quantity = 0;
	int64_t before = 0;

	for (size_t i = 0; i < it->tally->slice_count; i++) {
		const struct usage_slice *const slice = &it->tally->slices[i];
		int64_t amount;

		if (time_before(slice->at, span->start) || !time_before(slice->at, span->end))
			continue;
		CHECK(add_quantity(slice->quantity, &quantity));
		CHECK(usage_price_value(price, quantity, &amount));
		post_day(it, span, recognition_day(it->rules->zone, slice->at),
		         in_money(it, amount) - in_money(it, before));
		before = amount;
	}
}

/* Invoices. */

static bool is_reported(const struct usage_tally *tally, const struct span *span)
{
	return time_before(TIME_MIN, tally->since) ||
	       (tally->slice_count > 0 && time_before(tally->slices[0].at, span->end));
}

/* Nobody is said to bill too much of a meter that is never reported to us. */
static void judge(struct making *it, const struct span *span, const struct usage_price *price,
                  int64_t expected)
{
	struct usage_finding finding = { .expected = expected };
	int64_t lines = 0;

	if (span->line_count == 0 || !is_reported(it->tally, span))
		return;
	for (size_t i = 0; i < span->line_count; i++) {
		finding.found += span->lines[i].minor;
		lines += span->lines[i].lines;
		if (span->lines[i].cut)
			return;
	}
	if (llabs(finding.found - expected) <= it->rules->tolerance_per_line * lines)
		return;
	finding.invoice = span->lines[0].invoice;
	memcpy(finding.currency, price->currency, sizeof(finding.currency));
	it->plan->findings[it->plan->finding_count++] = finding;
}

static void miss(struct making *it, const struct span *span, const struct usage_price *price,
                 int64_t expected)
{
	struct usage_plan *const plan = it->plan;
	struct usage_unbilled unbilled = { .start = span->start,
		                           .end = span->end,
		                           .expected = expected };

	if (span->line_count > 0 || expected <= it->rules->tolerance_per_line)
		return;
	memcpy(unbilled.currency, price->currency, sizeof(unbilled.currency));
	CHECK(plan->unbilled_count < USAGE_PERIODS_MAX);
	plan->unbilled[plan->unbilled_count++] = unbilled;
}

static bool is_refused(const struct making *it, const char *currency)
{
	char reason[CURRENCY_REASON_SIZE];
	struct money none;

	return !currency_read(it->rules->currencies, currency, 0, &none, reason);
}

static void plan_span(struct making *it, const struct span *span)
{
	const struct usage_price *const price = price_of(it, span);
	int64_t amount;
	bool used;

	if (!value_of(it, span, price, &amount, &used) || is_refused(it, price->currency)) {
		it->plan->unpriced = it->plan->unpriced || used;
		return;
	}
	it->plan->currency = price->currency;
	currency_scale(it->rules->currencies, price->currency, &it->times, &it->per);
	if (span->state != NULL && span->state->free)
		amount = 0;
	else
		post_days(it, span, price);
	judge(it, span, price, amount);
	miss(it, span, price, amount);
}

/* Days that are worth nothing are none. */
static void drop_empty(struct making *it)
{
	size_t kept = 0;

	for (size_t i = 0; i < it->plan->count; i++)
		if (it->postings[i].used != 0 || it->postings[i].billed != 0)
			it->postings[kept++] = it->postings[i];
	it->plan->count = kept;
}

void usage_plan_make(struct arena *arena, struct usage_book *book, const struct usage_tally *tally,
                     const struct usage_rules *rules, struct usage_plan *plan)
{
	struct span spans[SPANS_MAX];
	const size_t count = spans_of(book, spans);
	struct making it = { .book = book, .tally = tally, .rules = rules, .plan = plan };

	*plan = (struct usage_plan){ .currency = NULL };
	it.postings = arena_alloc(arena, (2 * tally->slice_count + 1) * sizeof(*it.postings));
	for (size_t i = 0; i < count; i++)
		plan_span(&it, &spans[i]);
	drop_empty(&it);
	plan->postings = it.postings;
}
