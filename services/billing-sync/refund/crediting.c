#include "services/billing-sync/refund/crediting.h"

#include "common/base/packed.h"
#include "common/base/text.h"
#include "services/billing-sync/refund/refund_inside.h"

#include <string.h>

#define ROW_VERSION 1

/* What is heard. */

static bool is_before(const struct crediting_link *a, const struct crediting_link *b)
{
	return a->note != b->note ? a->note < b->note : a->refund < b->refund;
}

static void link_refund(struct crediting *it, const struct crediting_link *link)
{
	size_t place = 0;

	while (place < it->link_count && is_before(&it->links[place], link))
		place++;
	if (place < it->link_count && !is_before(link, &it->links[place]))
		return;
	if (it->link_count == CREDITING_LINKS_MAX) {
		it->book.crowded = true;
		return;
	}
	memmove(it->links + place + 1, it->links + place,
	        (it->link_count - place) * sizeof(it->links[0]));
	it->link_count++;
	it->links[place] = *link;
}

/* What it named before, and may name no more. */
static void forget_links(struct crediting *it, uint64_t note)
{
	size_t kept = 0;

	for (size_t i = 0; i < it->link_count; i++)
		if (it->links[i].note != note)
			it->links[kept++] = it->links[i];
	memset(it->links + kept, 0, (it->link_count - kept) * sizeof(it->links[0]));
	it->link_count = kept;
}

void crediting_on_note(struct crediting *it, const struct refund_news *news,
                       const char *const *refunds, size_t refund_count)
{
	refund_on_made(&it->book, news);
	forget_links(it, refund_id(news->refund_id));
	for (size_t i = 0; i < refund_count; i++)
		link_refund(it, &(struct crediting_link){ refund_id(news->refund_id),
		                                          refund_id(refunds[i]) });
}

void crediting_on_charge(struct crediting *it, const char *charge)
{
	size_t place = 0;

	while (place < it->charge_count && strcmp(it->charges[place], charge) < 0)
		place++;
	if (place < it->charge_count && text_equal(it->charges[place], charge))
		return;
	if (it->charge_count == CREDITING_CHARGES_MAX) {
		it->book.crowded = true;
		return;
	}
	memmove(it->charges + place + 1, it->charges + place,
	        (it->charge_count - place) * sizeof(it->charges[0]));
	it->charge_count++;
	it->charges[place] = charge;
}

/* What that comes to. */

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool is_linked(const struct crediting *it, uint64_t note, uint64_t refund)
{
	for (size_t i = 0; i < it->link_count; i++)
		if (it->links[i].note == note && it->links[i].refund == refund)
			return true;
	return false;
}

/* What of a charge's refunds a credit note names as its own; of them those that none named before. */
static int64_t refunds_of(const struct crediting *it, uint64_t note,
                          const struct refund_row *charge, bool *named, int64_t *fresh)
{
	int64_t sum = 0;

	for (size_t i = 0; i < charge->made_count; i++) {
		const struct refund_made *const made = &charge->made[i];

		if (made->state == REFUND_FAILED || !is_linked(it, note, made->refund))
			continue;
		sum = refund_plus(sum, made->amount);
		*fresh = refund_plus(*fresh, named[i] ? 0 : made->amount);
		named[i] = true;
	}
	return sum;
}

/* A refund that several credit notes name counts once, and no more of it than they gave. */
int64_t crediting_linked(const struct crediting *it, const struct refund_row *charge)
{
	bool named[REFUND_REFUNDS_MAX] = { false };
	int64_t refunds = 0;
	int64_t notes = 0;

	for (size_t i = 0; i < it->book.made_count; i++) {
		const struct refund_made *const note = &it->book.made[i];

		if (note->state != REFUND_FAILED)
			notes = refund_plus(notes,
			                    least(note->paid, refunds_of(it, note->refund, charge,
			                                                 named, &refunds)));
	}
	return least(notes, refunds);
}

int64_t crediting_back(const struct crediting *it)
{
	const struct refund_settled settled = refund_settle(&it->book);
	int64_t sum = 0;

	for (size_t i = 0; i < it->book.made_count; i++)
		if (it->book.made[i].state != REFUND_FAILED)
			sum = refund_plus(sum, it->book.made[i].paid);
	for (size_t i = 0; i < it->book.approval_count; i++) {
		const struct refund_approval *const approval = &it->book.approvals[i];

		if (!approval->failed && !approval->waits && settled.by[i] == REFUND_NONE)
			sum = refund_plus(sum, approval->amount);
	}
	return sum;
}

/* Bytes. */

struct bytes crediting_encode(struct arena *arena, const struct crediting *it)
{
	const struct bytes book = refund_encode(arena, &it->book);
	struct buffer out = { 0 };

	pack_u8(&out, ROW_VERSION);
	pack_u8(&out, (uint32_t)it->link_count);
	for (size_t i = 0; i < it->link_count; i++) {
		buffer_add_u64(&out, it->links[i].note);
		buffer_add_u64(&out, it->links[i].refund);
	}
	pack_u8(&out, (uint32_t)it->charge_count);
	for (size_t i = 0; i < it->charge_count; i++)
		pack_text(&out, it->charges[i]);
	buffer_add(&out, book.data, book.size);
	return pack_end(arena, &out);
}

bool crediting_decode(struct arena *arena, struct bytes bytes, struct crediting *it)
{
	struct packed from = packed_open(bytes);

	memset(it, 0, sizeof(*it));
	if (packed_u8(&from, ROW_VERSION) != ROW_VERSION)
		return false;
	it->link_count = packed_u8(&from, CREDITING_LINKS_MAX);
	for (size_t i = 0; i < it->link_count; i++) {
		it->links[i].note = packed_u64(&from);
		it->links[i].refund = packed_u64(&from);
	}
	it->charge_count = packed_u8(&from, CREDITING_CHARGES_MAX);
	for (size_t i = 0; i < it->charge_count; i++)
		it->charges[i] = packed_string(arena, &from);
	return !from.failed && refund_decode((struct bytes){ from.data, from.left }, &it->book);
}
