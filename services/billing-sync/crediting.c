#include "services/billing-sync/crediting.h"

#include "common/base/text.h"
#include "services/billing-sync/packed.h"
#include "services/billing-sync/refund_inside.h"

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

void crediting_on_note(struct crediting *it, const struct refund_news *news,
                       const char *const *refunds, size_t refund_count)
{
	refund_on_made(&it->book, news);
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

static bool is_standing(const struct crediting *it, uint64_t note)
{
	for (size_t i = 0; i < it->book.made_count; i++)
		if (it->book.made[i].refund == note)
			return it->book.made[i].state != REFUND_FAILED;
	return false;
}

/* It is a credit note's, and counted there. */
static bool is_linked(const struct crediting *it, uint64_t refund)
{
	for (size_t i = 0; i < it->link_count; i++)
		if (it->links[i].refund == refund && is_standing(it, it->links[i].note))
			return true;
	return false;
}

int64_t crediting_linked(const struct crediting *it, const struct refund_row *charge)
{
	int64_t sum = 0;

	for (size_t i = 0; i < charge->made_count; i++)
		if (charge->made[i].state != REFUND_FAILED && is_linked(it, charge->made[i].refund))
			sum = refund_plus(sum, charge->made[i].amount);
	return sum;
}

void crediting_add_charge(const struct crediting *it, const struct refund_row *charge,
                          struct refund_elsewhere *sum)
{
	const int64_t given = refund_given(charge);
	const int64_t linked = crediting_linked(it, charge);

	sum->given = refund_plus(sum->given, given > linked ? given - linked : 0);
	sum->taken = refund_plus(sum->taken, refund_taken(charge));
	sum->disputed = sum->disputed || refund_disputed(charge);
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
