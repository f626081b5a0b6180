#include "services/billing-sync/invoice/charge_twice.h"

#include "common/base/check.h"
#include "common/base/packed.h"
#include "common/base/text.h"
#include "common/io/digest.h"

#include <string.h>

#define RING_VERSION 1
#define FLAG_RETURNED 1u
#define FLAG_DESCRIBED 2u

struct charge_seen charge_seen_make(const char *id, const char *invoice, const char *currency,
                                    int64_t minor, struct instant at, const char *description)
{
	struct charge_seen charge = { .id = id, .invoice = invoice, .minor = minor, .at = at };
	uint8_t digest[DIGEST_SIZE];

	CHECK(strlen(currency) < sizeof(charge.currency));
	memcpy(charge.currency, currency, strlen(currency));
	charge.described = description[0] != '\0';
	digest_sha256(bytes_of(description), digest);
	memcpy(charge.description, digest, charge.described ? sizeof(charge.description) : 0);
	return charge;
}

static int by_time(const struct charge_seen *a, const struct charge_seen *b)
{
	if (a->at.us != b->at.us)
		return a->at.us < b->at.us ? -1 : 1;
	return strcmp(a->id, b->id);
}

static size_t place_of(const struct charge_ring *ring, const char *id)
{
	size_t i = 0;

	while (i < ring->count && !text_equal(ring->charges[i].id, id))
		i++;
	return i;
}

static void take_out(struct charge_ring *ring, size_t index)
{
	ring->count--;
	memmove(&ring->charges[index], &ring->charges[index + 1],
	        (ring->count - index) * sizeof(ring->charges[0]));
}

/* Full: the earliest makes room, be it the new one itself. */
static bool make_room(struct charge_ring *ring, const struct charge_seen *charge)
{
	if (ring->count < CHARGES_MAX)
		return true;
	if (by_time(charge, &ring->charges[0]) < 0)
		return false;
	take_out(ring, 0);
	return true;
}

void charge_ring_put(struct charge_ring *ring, const struct charge_seen *charge)
{
	const size_t known = place_of(ring, charge->id);
	size_t index;

	if (known < ring->count)
		take_out(ring, known);
	if (!make_room(ring, charge))
		return;
	for (index = ring->count; index > 0; index--) {
		if (by_time(charge, &ring->charges[index - 1]) > 0)
			break;
		ring->charges[index] = ring->charges[index - 1];
	}
	ring->charges[index] = *charge;
	ring->count++;
}

/* Asking. */

static bool same_invoice(const struct charge_seen *a, const struct charge_seen *b)
{
	return a->invoice[0] != '\0' && text_equal(a->invoice, b->invoice);
}

static bool same_description(const struct invoice_policy *policy, const struct charge_seen *a,
                             const struct charge_seen *b)
{
	const bool apart = a->invoice[0] != '\0' && b->invoice[0] != '\0';

	return a->described && b->described && (!apart || policy->twice_across_invoices) &&
	       memcmp(a->description, b->description, sizeof(a->description)) == 0;
}

static bool is_second(const struct invoice_policy *policy, const struct charge_seen *first,
                      const struct charge_seen *second, enum charge_why *why)
{
	const int64_t apart = time_since(first->at, second->at).us;

	if (first->returned || first->minor != second->minor ||
	    !text_equal(first->currency, second->currency))
		return false;
	*why = same_invoice(first, second) ? CHARGE_SAME_INVOICE : CHARGE_SAME_DESCRIPTION;
	if (*why == CHARGE_SAME_INVOICE)
		return apart <= policy->twice_same_invoice.us;
	return apart <= policy->twice_same_description.us &&
	       same_description(policy, first, second);
}

static const char *root_of(struct arena *arena, const struct charge_seen *charge,
                           enum charge_why why)
{
	const struct bytes description = { charge->description, sizeof(charge->description) };

	if (why == CHARGE_SAME_INVOICE)
		return charge->invoice;
	return arena_printf(arena, "%s:%lld:%s", charge->currency, (long long)charge->minor,
	                    text_hex(arena, description));
}

bool charge_twice(struct arena *arena, const struct charge_ring *ring,
                  const struct invoice_policy *policy, size_t index, struct charge_twice *twice)
{
	const struct charge_seen *const second = &ring->charges[index];
	enum charge_why why;

	CHECK(index < ring->count);
	if (second->returned || second->minor <= 0)
		return false;
	for (size_t i = 0; i < index; i++) {
		if (!is_second(policy, &ring->charges[i], second, &why))
			continue;
		*twice = (struct charge_twice){ &ring->charges[i], second, why,
			                        root_of(arena, second, why) };
		return true;
	}
	return false;
}

/* Rows. */

static void charge_encode(struct buffer *out, const struct charge_seen *charge)
{
	pack_text(out, charge->id);
	pack_text(out, charge->invoice);
	pack_i64(out, charge->minor);
	pack_text(out, charge->currency);
	pack_time(out, charge->at);
	pack_u8(out,
	        (charge->returned ? FLAG_RETURNED : 0) | (charge->described ? FLAG_DESCRIBED : 0));
	buffer_add(out, charge->description, sizeof(charge->description));
}

struct bytes charge_ring_encode(struct arena *arena, const struct charge_ring *ring)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, RING_VERSION);
	pack_u8(&out, (uint32_t)ring->count);
	for (size_t i = 0; i < ring->count; i++)
		charge_encode(&out, &ring->charges[i]);
	return pack_end(arena, &out);
}

static void charge_decode(struct arena *arena, struct packed *packed, struct charge_seen *charge)
{
	uint32_t flags;

	charge->id = packed_string(arena, packed);
	charge->invoice = packed_string(arena, packed);
	charge->minor = packed_i64(packed, INT64_MIN, INT64_MAX);
	packed_text(packed, charge->currency, sizeof(charge->currency));
	charge->at = packed_time(packed);
	flags = packed_u8(packed, FLAG_RETURNED | FLAG_DESCRIBED);
	charge->returned = (flags & FLAG_RETURNED) != 0;
	charge->described = (flags & FLAG_DESCRIBED) != 0;
	packed_raw(packed, charge->description, sizeof(charge->description));
}

bool charge_ring_decode(struct arena *arena, struct bytes bytes, struct charge_ring *ring)
{
	struct packed packed = packed_open(bytes);

	packed.failed = packed_u8(&packed, RING_VERSION) != RING_VERSION || packed.failed;
	ring->count = packed_u8(&packed, CHARGES_MAX);
	for (size_t i = 0; i < ring->count; i++)
		charge_decode(arena, &packed, &ring->charges[i]);
	return packed_done(&packed);
}
