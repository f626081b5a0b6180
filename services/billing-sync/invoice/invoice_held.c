#include "services/billing-sync/invoice/invoice_held.h"

#include "common/base/packed.h"

#define ASKED 1u
#define OWED 2u

struct bytes invoice_held_encode(struct arena *arena, const struct invoice_held *held)
{
	struct buffer out = { .data = NULL };

	buffer_add_u32(&out, held->shown);
	pack_u8(&out, (held->asked ? ASKED : 0) | (held->owed ? OWED : 0));
	pack_text(&out, held->asks.currency);
	pack_i64(&out, held->asks.minor);
	pack_i64(&out, held->total);
	pack_time(&out, held->issued);
	return pack_end(arena, &out);
}

bool invoice_held_decode(struct bytes bytes, struct invoice_held *held)
{
	struct invoice_held read = { .shown = 0 };
	struct packed packed = packed_open(bytes);
	unsigned char bits[sizeof(uint32_t)];

	packed_raw(&packed, bits, sizeof(bits));
	read.shown = bytes_u32(bits);
	if (packed.left > 0) {
		const uint32_t flags = packed_u8(&packed, ASKED | OWED);

		read.asked = (flags & ASKED) != 0;
		read.owed = (flags & OWED) != 0;
		packed_text(&packed, read.asks.currency, sizeof(read.asks.currency));
		read.asks.minor = packed_i64(&packed, 0, INT64_MAX);
		read.total = packed_i64(&packed, INT64_MIN, INT64_MAX);
		read.issued = packed_time(&packed);
	}
	if (!packed_done(&packed))
		return false;
	*held = read;
	return true;
}
