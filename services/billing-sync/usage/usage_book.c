#include "services/billing-sync/usage/usage_book.h"

#include "common/base/text.h"

#include <string.h>

/* Prices: what one costs does not become another, but its tiers may be told later. */

struct usage_price *usage_book_price(struct usage_book *book, const char *id)
{
	for (size_t i = 0; i < book->price_count; i++)
		if (text_equal(book->prices[i].id, id))
			return &book->prices[i];
	return NULL;
}

static bool is_named(const struct usage_book *book, const char *price)
{
	for (size_t i = 0; i < book->period_count; i++)
		if (text_equal(book->periods[i].price, price))
			return true;
	return false;
}

/* Those that no period names any more make room. */
static void prices_forget(struct usage_book *book)
{
	size_t kept = 0;

	for (size_t i = 0; i < book->price_count; i++)
		if (is_named(book, book->prices[i].id))
			book->prices[kept++] = book->prices[i];
	book->price_count = kept;
}

static void price_put(struct usage_book *book, const struct usage_price *price)
{
	struct usage_price *const known = usage_book_price(book, price->id);

	if (known != NULL) {
		if (usage_price_known(price))
			*known = *price;
		return;
	}
	if (book->price_count == USAGE_PRICES_MAX)
		prices_forget(book);
	if (book->price_count < USAGE_PRICES_MAX)
		book->prices[book->price_count++] = *price;
}

/* Periods. */

static bool is_newer(const struct usage_period *a, const struct usage_period *b)
{
	return a->at.us != b->at.us ? time_before(b->at, a->at) : a->revision > b->revision;
}

static void postings_forget(struct arena *arena, struct usage_book *book)
{
	struct usage_posting *const kept =
	    arena_alloc(arena, (book->posting_count + 1) * sizeof(*kept));
	size_t count = 0;

	for (size_t i = 0; i < book->posting_count; i++)
		if (!time_before(book->postings[i].start, book->since))
			kept[count++] = book->postings[i];
	book->postings = kept;
	book->posting_count = count;
}

void usage_book_forget(struct arena *arena, struct usage_book *book, struct instant since)
{
	size_t kept = 0;

	if (!time_before(book->since, since))
		return;
	book->since = since;
	for (size_t i = 0; i < book->period_count; i++)
		if (!time_before(book->periods[i].start, since))
			book->periods[kept++] = book->periods[i];
	book->period_count = kept;
	kept = 0;
	for (size_t i = 0; i < book->line_count; i++)
		if (!time_before(book->lines[i].start, since))
			book->lines[kept++] = book->lines[i];
	book->line_count = kept;
	postings_forget(arena, book);
}

static void period_put(struct arena *arena, struct usage_book *book,
                       const struct usage_period *period)
{
	size_t place = 0;

	if (time_before(period->start, book->since))
		return;
	if (book->period_count == USAGE_PERIODS_MAX)
		usage_book_forget(arena, book, book->periods[1].start);
	while (place < book->period_count && time_before(book->periods[place].start, period->start))
		place++;
	if (place < book->period_count && book->periods[place].start.us == period->start.us) {
		if (is_newer(period, &book->periods[place]))
			book->periods[place] = *period;
		return;
	}
	memmove(book->periods + place + 1, book->periods + place,
	        (book->period_count - place) * sizeof(*period));
	book->periods[place] = *period;
	book->period_count++;
}

void usage_book_state(struct arena *arena, struct usage_book *book, const struct usage_state *state)
{
	const struct usage_period *const period = &state->period;

	if (book->meter == NULL || !time_before(period->at, book->newest)) {
		if (book->meter != NULL && !text_equal(book->meter, state->meter))
			usage_book_forget(arena, book, period->start);
		book->subscription = state->subscription;
		book->meter = state->meter;
		book->newest = period->at;
	} else if (!text_equal(book->meter, state->meter)) {
		return;
	}
	period_put(arena, book, period);
	price_put(book, state->price);
}

/* Invoices. */

bool usage_book_bills(const struct invoice *invoice, const struct invoice_line *line)
{
	return *line->item != '\0' && line->has_period && line->proration != INVOICE_YES &&
	       invoice->has_issued && time_before(line->start, line->end) &&
	       !time_before(invoice->issued, line->end);
}

static int line_order(const struct usage_line *a, const struct usage_line *b)
{
	if (a->start.us != b->start.us)
		return time_before(a->start, b->start) ? -1 : 1;
	if (a->issued.us != b->issued.us)
		return time_before(a->issued, b->issued) ? -1 : 1;
	return strcmp(a->invoice, b->invoice);
}

static void line_put(struct arena *arena, struct usage_book *book, const struct usage_line *line)
{
	size_t place = 0;

	if (book->line_count == USAGE_LINES_MAX)
		usage_book_forget(arena, book, (struct instant){ book->lines[0].start.us + 1 });
	if (time_before(line->start, book->since))
		return;
	while (place < book->line_count && line_order(&book->lines[place], line) < 0)
		place++;
	if (place < book->line_count && line_order(&book->lines[place], line) == 0) {
		book->lines[place].minor += line->minor;
		book->lines[place].lines++;
		book->lines[place].end = time_later(book->lines[place].end, line->end);
		return;
	}
	memmove(book->lines + place + 1, book->lines + place,
	        (book->line_count - place) * sizeof(*line));
	book->lines[place] = *line;
	book->line_count++;
}

static void invoice_forget(struct usage_book *book, const char *invoice)
{
	size_t kept = 0;

	for (size_t i = 0; i < book->line_count; i++)
		if (!text_equal(book->lines[i].invoice, invoice))
			book->lines[kept++] = book->lines[i];
	book->line_count = kept;
}

void usage_book_invoice(struct arena *arena, struct usage_book *book, const char *item,
                        const struct invoice *invoice, bool counts)
{
	invoice_forget(book, invoice->id);
	for (size_t i = 0; counts && i < invoice->line_count; i++) {
		const struct invoice_line *const from = &invoice->lines[i];
		const struct usage_line line = { .invoice = invoice->id,
			                         .issued = invoice->issued,
			                         .start = from->start,
			                         .end = from->end,
			                         .minor = from->minor,
			                         .lines = 1,
			                         .cut = invoice->cut };

		if (text_equal(from->item, item) && usage_book_bills(invoice, from))
			line_put(arena, book, &line);
	}
}
