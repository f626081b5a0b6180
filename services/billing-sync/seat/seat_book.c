#include "services/billing-sync/seat/seat_book.h"

#include "common/base/text.h"
#include "services/billing-sync/seat/seat_plan.h"

#include <string.h>

#define STATES_MORE 4

/* Items. */

size_t seat_book_item(const struct seat_book *book, const char *item)
{
	for (size_t i = 0; i < book->item_count; i++)
		if (text_equal(book->items[i], item))
			return i;
	return SIZE_MAX;
}

static size_t item_of(struct seat_book *book, const char *item)
{
	const size_t place = seat_book_item(book, item);

	if (place != SIZE_MAX || *item == '\0' || book->item_count == SEAT_BOOK_ITEMS)
		return place;
	book->items[book->item_count] = item;
	return book->item_count++;
}

/* Prices: what one costs does not become another. */

static struct invoice_decimal unit_of(const struct subscription_unit *unit)
{
	int64_t scale = 1;
	int64_t rest = 1;

	for (int32_t i = 0; i < INVOICE_UNIT_DIGITS; i++) {
		scale *= i < unit->decimals ? 10 : 1;
		rest *= i < unit->decimals ? 1 : 10;
	}
	return (struct invoice_decimal){ .whole = unit->digits / scale,
		                         .fraction = unit->digits % scale * rest };
}

/* Its place, from 1 on; 0: there is no room for it. */
static uint8_t price_put(struct seat_book *book, const struct subscription *state,
                         const struct subscription_price *price)
{
	struct seat_price made = { .id = price->id,
		                   .product = price->product,
		                   .has_unit = price->unit.has && price->divide_by <= 1 };

	for (size_t i = 0; i < book->price_count; i++)
		if (text_equal(book->prices[i].id, price->id))
			return (uint8_t)(i + 1);
	if (book->price_count == SEAT_BOOK_PRICES || *price->id == '\0')
		return 0;
	memcpy(made.currency, state->currency, sizeof(made.currency));
	if (made.has_unit)
		made.unit = unit_of(&price->unit);
	book->prices[book->price_count++] = made;
	return (uint8_t)book->price_count;
}

/* States. */

static struct seat_state state_of(struct seat_book *book, struct seat_seen seen,
                                  const struct subscription *state)
{
	struct seat_state made = { .at = seen.at,
		                   .revision = seen.revision,
		                   .uploaded = seen.uploaded,
		                   .owes = subscription_owes(state),
		                   .unbilled = state->status == SUBSCRIPTION_TRIALING ||
		                               subscription_is_paused(state) };

	for (size_t i = 0; i < state->item_count; i++) {
		const struct subscription_item *const item = &state->items[i];
		const size_t place = item_of(book, item->id);
		const uint8_t price = price_put(book, state, &item->price);

		if (place == SIZE_MAX)
			continue;
		made.prices[place] = price;
		made.quantities[place] = item->price.metered ? SEAT_METERED : item->quantity;
	}
	return made;
}

/* Two of one second. */
static void merge(const struct seat_book *book, struct seat_state *known,
                  const struct seat_state *state)
{
	const struct seat_state before = *known;

	if (state->revision > known->revision)
		*known = *state;
	known->uploaded = before.uploaded && state->uploaded;
	seat_plan_merge(book, &before, state, known);
	if (state->revision != 0 || known->revision != 0)
		return;
	known->owes = known->owes || state->owes;
	known->unbilled = known->unbilled || state->unbilled;
	for (size_t i = 0; i < SEAT_BOOK_ITEMS; i++)
		if (state->quantities[i] > known->quantities[i])
			known->quantities[i] = state->quantities[i];
}

/* Room for so many more. */
static void *grown(struct arena *arena, const void *list, size_t count, size_t size, size_t more)
{
	char *const made = arena_alloc(arena, (count + more) * size);

	if (count > 0)
		memcpy(made, list, count * size);
	return made;
}

static void insert(struct arena *arena, struct seat_book *book, size_t place,
                   const struct seat_state *state)
{
	if (book->state_count == SEAT_BOOK_STATES) {
		book->cut = true;
		if (place == 0)
			return;
		place--;
		book->state_count--;
		memmove(book->states, book->states + 1, book->state_count * sizeof(*state));
	}
	if (book->state_count == book->state_room) {
		book->state_room += STATES_MORE;
		book->states = grown(arena, book->states, book->state_count, sizeof(*book->states),
		                     STATES_MORE);
	}
	memmove(book->states + place + 1, book->states + place,
	        (book->state_count - place) * sizeof(*state));
	book->states[place] = *state;
	book->state_count++;
}

static void put(struct arena *arena, struct seat_book *book, const struct seat_state *state)
{
	size_t place = book->state_count;

	while (place > 0 && time_before(state->at, book->states[place - 1].at))
		place--;
	if (place > 0 && book->states[place - 1].at.us == state->at.us)
		merge(book, &book->states[place - 1], state);
	else
		insert(arena, book, place, state);
}

void seat_book_state(struct arena *arena, struct seat_book *book, struct seat_seen seen,
                     const struct subscription *state)
{
	const struct seat_state made = state_of(book, seen, state);

	put(arena, book, &made);
	if (seen.revision > book->revision) {
		book->revision = seen.revision;
		book->ended = state->ended_at.has;
		book->end = state->ended_at.at;
	}
}

bool seat_book_timeline(const struct seat_book *book, size_t item, struct instant known_by,
                        struct seat_timeline *timeline)
{
	bool ever = false;

	*timeline = (struct seat_timeline){ .cut = book->cut };
	for (size_t i = 0; i < book->state_count; i++) {
		const struct seat_state *const state = &book->states[i];

		if (time_before(known_by, state->at))
			break;
		if (state->quantities[item] == SEAT_METERED)
			return false;
		ever = ever || state->quantities[item] > 0;
		(void)seat_record(timeline, state->at, state->at, state->quantities[item]);
	}
	return ever;
}

/* A period is drawn up at its start; a state so soon after it may have been there before it. */
bool seat_book_unbilled(const struct seat_book *book, struct instant start)
{
	const struct instant until = time_add(start, SEAT_BOOK_SLACK);
	bool unbilled = false;

	for (size_t i = 0; i < book->state_count; i++) {
		const struct seat_state *const state = &book->states[i];

		if (time_before(until, state->at))
			break;
		unbilled = state->unbilled || (unbilled && time_before(start, state->at));
	}
	return unbilled;
}

bool seat_book_owing(const struct seat_book *book, struct instant *since)
{
	bool owes = false;

	for (size_t i = 0; i < book->state_count; i++) {
		const struct seat_state *const state = &book->states[i];

		if (state->owes && !owes)
			*since = state->at;
		owes = state->owes;
	}
	return owes;
}

/* Invoices. */

static void lines_forget(struct seat_book *book, size_t invoice)
{
	size_t kept = 0;

	for (size_t i = 0; i < book->line_count; i++) {
		if (book->lines[i].invoice == invoice)
			continue;
		book->lines[kept] = book->lines[i];
		book->lines[kept].invoice -= book->lines[i].invoice > invoice ? 1 : 0;
		kept++;
	}
	book->line_count = kept;
	book->invoice_count--;
	memmove(book->invoices + invoice, book->invoices + invoice + 1,
	        (book->invoice_count - invoice) * sizeof(book->invoices[0]));
}

static void invoice_forget(struct seat_book *book, const char *id)
{
	for (size_t i = 0; i < book->invoice_count; i++) {
		if (!text_equal(book->invoices[i].id, id))
			continue;
		lines_forget(book, i);
		return;
	}
}

/* Invoices stand by when they were issued, whatever came first. */
static size_t place_of(const struct seat_book *book, const struct invoice *invoice)
{
	size_t place = book->invoice_count;

	while (place > 0 && (time_before(invoice->issued, book->invoices[place - 1].issued) ||
	                     (invoice->issued.us == book->invoices[place - 1].issued.us &&
	                      strcmp(invoice->id, book->invoices[place - 1].id) < 0)))
		place--;
	return place;
}

/* The line is of the subscription, and says how many over what time. */
static bool line_of(struct seat_book *book, const char *subscription, const struct invoice *invoice,
                    const struct invoice_line *from, struct seat_line *line)
{
	const char *const named =
	    *from->subscription != '\0' ? from->subscription : invoice->subscription;

	if (!text_equal(named, subscription) ||
	    !invoice_line_is_of_item(from, invoice->subscription))
		return false;
	*line = (struct seat_line){ .id = from->id,
		                    .item = item_of(book, from->item),
		                    .price = from->price,
		                    .start = from->start,
		                    .end = from->end,
		                    .quantity = from->quantity.minor,
		                    .has_unit = from->by_unit && from->has_unit,
		                    .unit = from->unit,
		                    .minor = { true, from->minor } };
	line->free = from->minor == 0 && line->has_unit &&
	             invoice_decimal_times(from->unit, from->quantity.minor) != 0;
	if (from->proration == INVOICE_YES)
		line->kind = from->credits || from->minor < 0 ? SEAT_LINE_BACK : SEAT_LINE_MORE;
	return line->item != SIZE_MAX;
}

/* Room for as many lines and an invoice, by letting older ones go. False: it is itself too old or too large. */
static bool make_room(struct seat_book *book, const struct invoice *invoice)
{
	while (book->invoice_count == SEAT_BOOK_INVOICES ||
	       book->line_count + invoice->line_count > SEAT_BOOK_LINES) {
		if (place_of(book, invoice) == 0)
			return false;
		lines_forget(book, 0);
	}
	return true;
}

static void invoice_put(struct seat_book *book, size_t place, const struct invoice *invoice)
{
	struct seat_invoice *const made = &book->invoices[place];

	memmove(made + 1, made, (book->invoice_count - place) * sizeof(*made));
	*made = (struct seat_invoice){ .id = invoice->id,
		                       .issued = invoice->issued,
		                       .drawn = invoice->drawn,
		                       .cut = invoice->cut };
	memcpy(made->currency, invoice->currency, sizeof(made->currency));
	book->invoice_count++;
	for (size_t i = 0; i < book->line_count; i++)
		book->lines[i].invoice += book->lines[i].invoice >= place ? 1 : 0;
}

void seat_book_invoice(struct arena *arena, struct seat_book *book, const char *subscription,
                       const struct invoice *invoice, bool counts)
{
	struct seat_line line;
	size_t lines = 0;

	invoice_forget(book, invoice->id);
	if (!counts || !invoice->has_issued || !make_room(book, invoice))
		return;
	const size_t place = place_of(book, invoice);

	if (book->line_count + invoice->line_count > book->line_room) {
		book->lines = grown(arena, book->lines, book->line_count, sizeof(*book->lines),
		                    invoice->line_count);
		book->line_room = book->line_count + invoice->line_count;
	}
	invoice_put(book, place, invoice);
	for (size_t i = 0; i < invoice->line_count; i++) {
		if (!line_of(book, subscription, invoice, &invoice->lines[i], &line))
			continue;
		line.invoice = place;
		book->lines[book->line_count++] = line;
		lines++;
	}
	if (lines == 0 && !invoice->cut)
		lines_forget(book, place);
}
