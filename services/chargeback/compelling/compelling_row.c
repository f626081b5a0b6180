#include "common/base/packed.h"
#include "services/chargeback/compelling/compelling.h"

#include <string.h>

#define ROW_VERSION 1

enum {
	FLAG_DISPUTED = 1,
	FLAG_REFUNDED = 2,
	FLAG_FRAUD_REPORTED = 4,
	FLAGS = 7,
};

static void payment_encode(struct buffer *out, const struct compelling_payment *payment)
{
	pack_text(out, payment->charge);
	pack_i64(out, payment->day);
	pack_u8(out, (payment->disputed ? FLAG_DISPUTED : 0) |
	                 (payment->refunded ? FLAG_REFUNDED : 0) |
	                 (payment->fraud_reported ? FLAG_FRAUD_REPORTED : 0));
	for (size_t kind = 0; kind < COMPELLING_KINDS; kind++) {
		const struct compelling_identifier *const it = &payment->identifiers[kind];

		pack_i64(out, it->length);
		if (it->length > 0)
			buffer_add_u64(out, it->digest);
	}
}

struct bytes compelling_encode(struct arena *arena, const struct compelling_index *index)
{
	struct buffer out = { 0 };

	pack_u8(&out, ROW_VERSION);
	pack_u8(&out, (uint32_t)index->count);
	for (size_t i = 0; i < index->count; i++)
		payment_encode(&out, &index->payments[i]);
	return pack_end(arena, &out);
}

static void payment_decode(struct packed *from, struct compelling_payment *payment)
{
	packed_text(from, payment->charge, sizeof(payment->charge));
	payment->day = packed_i64(from, INT32_MIN, INT32_MAX);
	const uint32_t flags = packed_u8(from, FLAGS);
	payment->disputed = (flags & FLAG_DISPUTED) != 0;
	payment->refunded = (flags & FLAG_REFUNDED) != 0;
	payment->fraud_reported = (flags & FLAG_FRAUD_REPORTED) != 0;
	for (size_t kind = 0; kind < COMPELLING_KINDS; kind++) {
		struct compelling_identifier *const it = &payment->identifiers[kind];

		it->length = (int32_t)packed_i64(from, 0, INT32_MAX);
		it->digest = it->length > 0 ? packed_u64(from) : 0;
	}
}

static bool is_in_order(const struct compelling_index *index)
{
	for (size_t i = 1; i < index->count; i++) {
		const struct compelling_payment *const it = &index->payments[i];
		const struct compelling_payment *const before = it - 1;

		if (before->day > it->day ||
		    (before->day == it->day && strcmp(before->charge, it->charge) >= 0))
			return false;
	}
	return true;
}

bool compelling_decode(struct bytes bytes, struct compelling_index *index)
{
	struct packed from = packed_open(bytes);

	memset(index, 0, sizeof(*index));
	if (packed_u8(&from, ROW_VERSION) != ROW_VERSION)
		return false;
	index->count = packed_u8(&from, COMPELLING_PAYMENTS_MAX);
	for (size_t i = 0; i < index->count; i++)
		payment_decode(&from, &index->payments[i]);
	return packed_done(&from) && is_in_order(index);
}
