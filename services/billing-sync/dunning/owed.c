#include "services/billing-sync/dunning/owed.h"
#include "common/base/packed.h"

#include "common/base/text.h"

#include <string.h>

#define ROW_VERSION 1

static size_t place_of(const struct owed_book *book, const char *id)
{
	size_t place = 0;

	while (place < book->count && strcmp(book->list[place].id, id) < 0)
		place++;
	return place;
}

static bool stands_at(const struct owed_book *book, size_t place, const char *id)
{
	return place < book->count && text_equal(book->list[place].id, id);
}

bool owed_put(struct owed_book *book, const char *id, const struct owed_invoice *invoice)
{
	const size_t place = place_of(book, id);
	struct owed_invoice put = *invoice;

	if (!pack_copy(put.id, sizeof(put.id), id))
		return false;
	if (!stands_at(book, place, id)) {
		if (book->count == OWED_INVOICES_MAX)
			return false;
		memmove(book->list + place + 1, book->list + place,
		        (book->count - place) * sizeof(book->list[0]));
		book->count++;
	}
	book->list[place] = put;
	return true;
}

void owed_remove(struct owed_book *book, const char *id)
{
	const size_t place = place_of(book, id);

	if (!stands_at(book, place, id))
		return;
	book->count--;
	memmove(book->list + place, book->list + place + 1,
	        (book->count - place) * sizeof(book->list[0]));
}

const struct owed_invoice *owed_find(const struct owed_book *book, const char *id)
{
	const size_t place = place_of(book, id);

	return stands_at(book, place, id) ? &book->list[place] : NULL;
}

static int64_t plus(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

struct dunning_facts owed_facts(const struct owed_book *book, const char *currency)
{
	struct dunning_facts facts = { .earliest_unpaid = TIME_MAX };

	if (!pack_copy(facts.currency, sizeof(facts.currency), currency))
		return facts;
	for (size_t i = 0; i < book->count; i++) {
		const struct owed_invoice *const invoice = &book->list[i];

		if (!text_equal(invoice->currency, currency))
			continue;
		facts.unpaid_invoices++;
		facts.amount_unpaid = plus(facts.amount_unpaid, invoice->remaining);
		facts.earliest_unpaid = time_earlier(facts.earliest_unpaid, invoice->due);
	}
	facts.has_earliest = facts.unpaid_invoices > 0;
	return facts;
}

struct bytes owed_encode(struct arena *arena, const struct owed_book *book)
{
	struct buffer out = { 0 };

	pack_u8(&out, ROW_VERSION);
	pack_u8(&out, (uint32_t)book->count);
	for (size_t i = 0; i < book->count; i++) {
		pack_text(&out, book->list[i].id);
		buffer_add(&out, book->list[i].currency, 3);
		pack_i64(&out, book->list[i].remaining);
		pack_time(&out, book->list[i].due);
		pack_bool(&out, book->list[i].has_deadline);
	}
	return pack_end(arena, &out);
}

bool owed_decode(struct bytes bytes, struct owed_book *book)
{
	struct packed from = packed_open(bytes);

	if (packed_u8(&from, ROW_VERSION) != ROW_VERSION)
		return false;
	book->count = packed_u8(&from, OWED_INVOICES_MAX);
	for (size_t i = 0; i < book->count; i++) {
		struct owed_invoice *const invoice = &book->list[i];

		packed_text(&from, invoice->id, sizeof(invoice->id));
		packed_raw(&from, invoice->currency, 3);
		invoice->currency[3] = '\0';
		invoice->remaining = packed_i64(&from, 0, INT64_MAX);
		invoice->due = packed_time(&from);
		invoice->has_deadline = packed_bool(&from);
	}
	return packed_done(&from);
}
