/*
 * A book as the bytes of a row, and back.
 */
#include "services/billing-sync/seat/seat_book.h"

#include "common/base/packed.h"

#define BOOK_VERSION 4

/* Out. */

static void pack_size(struct buffer *out, size_t size)
{
	pack_u8(out, (uint32_t)size);
}

static void pack_unit(struct buffer *out, bool has, const struct invoice_decimal *unit)
{
	pack_bool(out, has);
	if (!has)
		return;
	pack_bool(out, unit->negative);
	pack_i64(out, unit->whole);
	pack_i64(out, unit->fraction);
}

static void pack_line(struct buffer *out, const struct seat_line *line)
{
	pack_u8(out, line->kind);
	pack_size(out, line->invoice);
	pack_size(out, line->item);
	pack_text(out, line->id);
	pack_text(out, line->price);
	pack_time(out, line->start);
	pack_time(out, line->end);
	pack_i64(out, line->quantity);
	pack_unit(out, line->has_unit, &line->unit);
	pack_bool(out, line->free);
	pack_bool(out, line->minor.has);
	if (line->minor.has)
		pack_i64(out, line->minor.minor);
}

/* Which price each item had, state by state. */
static void pack_plans(struct buffer *out, const struct seat_book *book)
{
	for (size_t i = 0; i < book->state_count; i++) {
		pack_bool(out, book->states[i].uploaded);
		for (size_t k = 0; k < book->item_count; k++) {
			pack_u8(out, book->states[i].prices[k]);
			pack_u8(out, book->states[i].others[k]);
		}
	}
}

static void pack_history(struct buffer *out, const struct seat_book *book)
{
	pack_size(out, book->item_count);
	for (size_t i = 0; i < book->item_count; i++) {
		pack_text(out, book->items[i]);
		pack_bool(out, book->held[i]);
	}
	pack_size(out, book->state_count);
	for (size_t i = 0; i < book->state_count; i++) {
		pack_time(out, book->states[i].at);
		pack_i64(out, book->states[i].revision);
		pack_bool(out, book->states[i].owes);
		pack_bool(out, book->states[i].unbilled);
		for (size_t k = 0; k < book->item_count; k++)
			pack_i64(out, book->states[i].quantities[k]);
	}
	pack_size(out, book->price_count);
	for (size_t i = 0; i < book->price_count; i++) {
		pack_text(out, book->prices[i].id);
		pack_text(out, book->prices[i].product);
		pack_text(out, book->prices[i].currency);
		pack_unit(out, book->prices[i].has_unit, &book->prices[i].unit);
	}
	pack_plans(out, book);
}

static void pack_billed(struct buffer *out, const struct seat_book *book)
{
	pack_size(out, book->invoice_count);
	for (size_t i = 0; i < book->invoice_count; i++) {
		pack_text(out, book->invoices[i].id);
		pack_time(out, book->invoices[i].issued);
		pack_text(out, book->invoices[i].currency);
		pack_bool(out, book->invoices[i].cut);
		pack_time(out, book->invoices[i].drawn);
	}
	pack_size(out, book->line_count);
	for (size_t i = 0; i < book->line_count; i++)
		pack_line(out, &book->lines[i]);
	pack_size(out, book->shown_count);
	for (size_t i = 0; i < book->shown_count; i++) {
		pack_u8(out, book->shown[i].check);
		pack_text(out, book->shown[i].item);
		pack_text(out, book->shown[i].invoice);
	}
}

struct bytes seat_book_encode(struct arena *arena, const struct seat_book *book)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, BOOK_VERSION);
	pack_bool(&out, book->cut);
	pack_bool(&out, book->ended);
	pack_time(&out, book->end);
	pack_i64(&out, book->revision);
	pack_history(&out, book);
	pack_billed(&out, book);
	return pack_end(arena, &out);
}

/* In. */

/* Below count: nothing else is a place. */
static size_t place_in(struct packed *from, size_t count)
{
	if (count == 0)
		from->failed = true;
	return packed_u8(from, count == 0 ? 0 : (uint32_t)(count - 1));
}

static void unit_in(struct packed *from, bool *has, struct invoice_decimal *unit)
{
	*has = packed_bool(from);
	*unit = (struct invoice_decimal){ .whole = 0 };
	if (!*has)
		return;
	unit->negative = packed_bool(from);
	unit->whole = packed_i64(from, 0, INVOICE_AMOUNT_MAX);
	unit->fraction = packed_i64(from, 0, INT64_C(999999999999));
}

static void plans_in(struct packed *from, struct seat_book *book)
{
	for (size_t i = 0; i < book->state_count; i++) {
		book->states[i].uploaded = packed_bool(from);
		for (size_t k = 0; k < book->item_count; k++) {
			uint8_t *const other = &book->states[i].others[k];

			book->states[i].prices[k] =
			    (uint8_t)packed_u8(from, (uint32_t)book->price_count);
			*other = (uint8_t)packed_u8(from, SEAT_PRICE_MANY);
			if (*other > book->price_count && *other != SEAT_PRICE_MANY)
				from->failed = true;
		}
	}
}

static void history_in(struct arena *arena, struct packed *from, uint32_t version,
                       struct seat_book *book)
{
	book->item_count = packed_u8(from, SEAT_BOOK_ITEMS);
	for (size_t i = 0; i < book->item_count; i++) {
		book->items[i] = packed_string(arena, from);
		book->held[i] = packed_bool(from);
	}
	book->state_count = packed_u8(from, SEAT_BOOK_STATES);
	book->state_room = book->state_count + 1; /* one event brings no more */
	book->states = arena_alloc(arena, book->state_room * sizeof(*book->states));
	for (size_t i = 0; i < book->state_count; i++) {
		struct seat_state *const state = &book->states[i];

		*state = (struct seat_state){ .at = packed_time(from) };
		state->revision = packed_i64(from, 0, INT64_MAX);
		state->owes = version > 1 && packed_bool(from);
		state->unbilled = version > 1 && packed_bool(from);
		for (size_t k = 0; k < book->item_count; k++)
			state->quantities[k] =
			    packed_i64(from, SEAT_METERED, SUBSCRIPTION_QUANTITY_MAX);
	}
	book->price_count = packed_u8(from, SEAT_BOOK_PRICES);
	for (size_t i = 0; i < book->price_count; i++) {
		struct seat_price *const price = &book->prices[i];

		price->id = packed_string(arena, from);
		price->product = packed_string(arena, from);
		packed_text(from, price->currency, sizeof(price->currency));
		unit_in(from, &price->has_unit, &price->unit);
	}
	if (version > 3)
		plans_in(from, book);
}

static void line_in(struct arena *arena, struct packed *from, uint32_t version,
                    const struct seat_book *book, struct seat_line *line)
{
	line->kind = (enum seat_line_kind)packed_u8(from, SEAT_LINE_BACK);
	line->invoice = place_in(from, book->invoice_count);
	line->item = place_in(from, book->item_count);
	line->id = packed_string(arena, from);
	line->price = packed_string(arena, from);
	line->start = packed_time(from);
	line->end = packed_time(from);
	line->quantity = packed_i64(from, 0, INVOICE_QUANTITY_MAX);
	unit_in(from, &line->has_unit, &line->unit);
	line->free = version > 2 && packed_bool(from);
	line->minor = (struct invoice_amount){ .has = version > 3 && packed_bool(from) };
	if (line->minor.has)
		line->minor.minor = packed_i64(from, -INVOICE_AMOUNT_MAX, INVOICE_AMOUNT_MAX);
}

static void billed_in(struct arena *arena, struct packed *from, uint32_t version,
                      struct seat_book *book)
{
	book->invoice_count = packed_u8(from, SEAT_BOOK_INVOICES);
	for (size_t i = 0; i < book->invoice_count; i++) {
		struct seat_invoice *const invoice = &book->invoices[i];

		invoice->id = packed_string(arena, from);
		invoice->issued = packed_time(from);
		packed_text(from, invoice->currency, sizeof(invoice->currency));
		invoice->cut = packed_bool(from);
		invoice->drawn = version > 3 ? packed_time(from) : (struct instant){ 0 };
		invoice->tolerance = 0;
	}
	book->line_count = packed_u8(from, SEAT_BOOK_LINES);
	book->line_room = book->line_count;
	book->lines = arena_alloc(arena, (book->line_room + 1) * sizeof(*book->lines));
	for (size_t i = 0; i < book->line_count; i++)
		line_in(arena, from, version, book, &book->lines[i]);
	book->shown_count = packed_u8(from, SEAT_BOOK_FINDINGS);
	for (size_t i = 0; i < book->shown_count; i++) {
		book->shown[i].check = (enum seat_check)packed_u8(from, SEAT_CHECKS - 1);
		book->shown[i].item = packed_string(arena, from);
		book->shown[i].invoice = packed_string(arena, from);
	}
}

bool seat_book_decode(struct arena *arena, struct bytes bytes, struct seat_book *book)
{
	struct packed from = packed_open(bytes);
	const uint32_t version = packed_u8(&from, BOOK_VERSION);

	if (version == 0)
		return false;
	*book = (struct seat_book){ .cut = packed_bool(&from) };
	book->ended = packed_bool(&from);
	book->end = packed_time(&from);
	book->revision = packed_i64(&from, 0, INT64_MAX);
	history_in(arena, &from, version, book);
	billed_in(arena, &from, version, book);
	return packed_done(&from);
}
