/*
 * A book of usage as the bytes of a row, and back.
 */
#include "services/billing-sync/usage/usage_book.h"

#define VERSION 2 /* 1 had nothing missed */
#define TEXT_SIZE (STRIPE_ID_MAX + 1)
#define AMOUNT_MAX (INT64_MAX / USAGE_LINES_MAX) /* far beyond the lines of an invoice */

/* Out. */

static void pack_periods(struct buffer *out, const struct usage_book *book)
{
	pack_u8(out, (uint32_t)book->period_count);
	for (size_t i = 0; i < book->period_count; i++) {
		const struct usage_period *const period = &book->periods[i];

		pack_time(out, period->start);
		pack_time(out, period->end);
		pack_time(out, period->at);
		pack_i64(out, period->revision);
		pack_u8(out, period->free);
		pack_text(out, period->price);
	}
}

static void pack_lines(struct buffer *out, const struct usage_book *book)
{
	pack_u8(out, (uint32_t)book->line_count);
	for (size_t i = 0; i < book->line_count; i++) {
		const struct usage_line *const line = &book->lines[i];

		pack_text(out, line->invoice);
		pack_time(out, line->issued);
		pack_time(out, line->start);
		pack_time(out, line->end);
		pack_i64(out, line->minor);
		pack_i64(out, line->lines);
		pack_u8(out, line->cut);
	}
	pack_u8(out, (uint32_t)book->shown_count);
	for (size_t i = 0; i < book->shown_count; i++)
		pack_text(out, book->shown[i]);
}

static void pack_postings(struct buffer *out, const struct usage_book *book)
{
	pack_i64(out, (int64_t)book->posting_count);
	for (size_t i = 0; i < book->posting_count; i++) {
		pack_time(out, book->postings[i].start);
		pack_i64(out, book->postings[i].day);
		pack_i64(out, book->postings[i].used);
		pack_i64(out, book->postings[i].billed);
	}
}

static void pack_missed(struct buffer *out, const struct usage_book *book)
{
	pack_u8(out, (uint32_t)book->missed_count);
	for (size_t i = 0; i < book->missed_count; i++)
		pack_time(out, book->missed[i]);
}

struct bytes usage_book_encode(struct arena *arena, const struct usage_book *book)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, VERSION);
	pack_u8(&out, book->meter != NULL);
	pack_text(&out, book->meter != NULL ? book->subscription : "");
	pack_text(&out, book->meter != NULL ? book->meter : "");
	pack_time(&out, book->newest);
	pack_time(&out, book->since);
	pack_i64(&out, book->bookings);
	pack_u8(&out, (uint32_t)book->price_count);
	for (size_t i = 0; i < book->price_count; i++)
		usage_price_pack(&out, &book->prices[i]);
	pack_periods(&out, book);
	pack_lines(&out, book);
	pack_postings(&out, book);
	pack_missed(&out, book);
	return pack_end(arena, &out);
}

/* In. */

static const char *text_in(struct arena *arena, struct packed *from)
{
	char text[TEXT_SIZE];

	packed_text(from, text, sizeof(text));
	return arena_string(arena, text);
}

static void periods_in(struct arena *arena, struct packed *from, struct usage_book *book)
{
	book->period_count = packed_u8(from, USAGE_PERIODS_MAX);
	for (size_t i = 0; i < book->period_count; i++) {
		struct usage_period *const period = &book->periods[i];

		period->start = packed_time(from);
		period->end = packed_time(from);
		period->at = packed_time(from);
		period->revision = packed_i64(from, 0, INT64_MAX);
		period->free = packed_u8(from, 1) == 1;
		period->price = text_in(arena, from);
	}
}

static void lines_in(struct arena *arena, struct packed *from, struct usage_book *book)
{
	book->line_count = packed_u8(from, USAGE_LINES_MAX);
	for (size_t i = 0; i < book->line_count; i++) {
		struct usage_line *const line = &book->lines[i];

		line->invoice = text_in(arena, from);
		line->issued = packed_time(from);
		line->start = packed_time(from);
		line->end = packed_time(from);
		line->minor = packed_i64(from, -AMOUNT_MAX, AMOUNT_MAX);
		line->lines = packed_i64(from, 1, INVOICE_LINES_MAX);
		line->cut = packed_u8(from, 1) == 1;
	}
	book->shown_count = packed_u8(from, USAGE_LINES_MAX);
	for (size_t i = 0; i < book->shown_count; i++)
		book->shown[i] = text_in(arena, from);
}

static void postings_in(struct arena *arena, struct packed *from, struct usage_book *book)
{
	struct usage_posting *list;

	book->posting_count = (size_t)packed_i64(from, 0, USAGE_POSTINGS_MAX);
	list = arena_alloc(arena, (book->posting_count + 1) * sizeof(*list));
	for (size_t i = 0; i < book->posting_count; i++) {
		list[i].start = packed_time(from);
		list[i].day = packed_i64(from, INT64_MIN, INT64_MAX);
		list[i].used = packed_i64(from, INT64_MIN, INT64_MAX);
		list[i].billed = packed_i64(from, INT64_MIN, INT64_MAX);
	}
	book->postings = list;
}

static void missed_in(struct packed *from, struct usage_book *book)
{
	book->missed_count = packed_u8(from, USAGE_PERIODS_MAX);
	for (size_t i = 0; i < book->missed_count; i++)
		book->missed[i] = packed_time(from);
}

bool usage_book_decode(struct arena *arena, struct bytes bytes, struct usage_book *book)
{
	struct packed from = packed_open(bytes);
	const uint32_t version = packed_u8(&from, VERSION);
	const char *subscription;
	const char *meter;
	bool known;

	if (version == 0)
		return false;
	known = packed_u8(&from, 1) == 1;
	subscription = text_in(arena, &from);
	meter = text_in(arena, &from);
	book->subscription = known ? subscription : NULL;
	book->meter = known ? meter : NULL;
	book->newest = packed_time(&from);
	book->since = packed_time(&from);
	book->bookings = packed_i64(&from, 0, INT64_MAX);
	book->price_count = packed_u8(&from, USAGE_PRICES_MAX);
	for (size_t i = 0; i < book->price_count; i++)
		usage_price_unpack(arena, &from, &book->prices[i]);
	periods_in(arena, &from, book);
	lines_in(arena, &from, book);
	postings_in(arena, &from, book);
	if (version == VERSION)
		missed_in(&from, book);
	return packed_done(&from);
}
