#include "services/kpi-aggregator/money/known.h"

#include "common/base/text.h"
#include "common/io/proto.h"

const char *known_text(struct arena *arena, const char *text)
{
	const struct bytes whole = bytes_of(text);

	return arena_text(arena, text, text_fit(whole, KNOWN_TEXT_MAX));
}

const char *known_either(const char *first, const char *second)
{
	return *first != '\0' ? first : second;
}

struct known_amount known_amount(struct arena *arena, const Opsmesh__V1__Money *money)
{
	if (money == NULL)
		return (struct known_amount){ 0, "" };
	return (struct known_amount){ money->minor, known_text(arena, money->currency) };
}

void known_pack_amount(struct buffer *out, struct known_amount amount)
{
	pack_i64(out, amount.minor);
	pack_text(out, amount.currency);
}

struct known_amount known_unpack_amount(struct arena *arena, struct packed *in)
{
	const int64_t minor = packed_i64(in, INT64_MIN, INT64_MAX);

	return (struct known_amount){ minor, packed_string(arena, in) };
}

struct instant known_instant(const Google__Protobuf__Timestamp *timestamp)
{
	struct instant at;

	return proto_instant(timestamp, &at) ? at : TIME_MIN;
}
