/*
 * decode - any bytes as the body of a request: decoded, or refused with a reason and a valid field. The
 * first byte chooses the decoder.
 */
#include "services/ingest/decode.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>

#define ARENA_BLOCK 65536
#define DECODERS 9
#define RECEIVED_AT ((struct instant){ INT64_C(1780315200000000) })

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool decode_objects(struct arena *arena, struct bytes body, struct refusal *refusal)
{
	const struct stripe_item *items;
	size_t count;
	const char *const from = body.data;

	if (!decode_stripe_objects(arena, body, &items, &count, refusal))
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *const payload = items[i].payload.data;
		CHECK(payload >= from && items[i].payload.size <= body.size);
		CHECK(payload + items[i].payload.size <= from + body.size);
		CHECK(items[i].payload.size >= 2 && strchr(" \t\r\n{", *payload) != NULL);
	}
	return true;
}

static bool decode_events(struct arena *arena, struct bytes body, struct refusal *refusal)
{
	const struct usage_body *events;
	size_t count;
	const char *const from = body.data;

	if (!decode_usage(arena, body, &events, &count, refusal))
		return false;
	CHECK(count > 0 && count <= DECODE_USAGE_MAX);
	for (size_t i = 0; i < count; i++) {
		const char *const event = events[i].body.data;
		CHECK(event >= from && event + events[i].body.size <= from + body.size);
		CHECK(*events[i].customer != '\0' && *events[i].id != '\0');
	}
	return true;
}

static bool decode_file(struct arena *arena, struct bytes body, struct refusal *refusal)
{
	struct action_body action;

	if (!decode_action(arena, body, &action, refusal))
		return false;
	if (action.file != NULL) {
		CHECK(action.file->content.size > 0 &&
		      action.file->content.size <= DECODE_FILE_MAX);
		CHECK(text_valid(bytes_of(action.file->media_type)));
	}
	return true;
}

static bool decode(struct arena *arena, int decoder, struct bytes body, struct refusal *refusal)
{
	union {
		struct ticket_body ticket;
		struct message_body message;
		struct status_body status;
		struct csat_body csat;
		struct account_body account;
		struct stripe_item item;
	} any;

	switch (decoder) {
	case 0: return decode_ticket(arena, body, RECEIVED_AT, &any.ticket, refusal);
	case 1: return decode_message(arena, body, RECEIVED_AT, &any.message, refusal);
	case 2: return decode_status(arena, body, RECEIVED_AT, &any.status, refusal);
	case 3: return decode_csat(arena, body, RECEIVED_AT, &any.csat, refusal);
	case 4: return decode_account(arena, body, &any.account, refusal);
	case 5: return decode_file(arena, body, refusal);
	case 6: return decode_stripe_event(arena, body, &any.item, refusal);
	case 8: return decode_events(arena, body, refusal);
	default: return decode_objects(arena, body, refusal);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct refusal refusal = { 0 };

	if (size == 0)
		return 0;
	struct arena *const arena = arena_create(ARENA_BLOCK);
	if (!decode(arena, data[0] % DECODERS, (struct bytes){ data + 1, size - 1 }, &refusal)) {
		CHECK(refusal.code != OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNSPECIFIED);
		CHECK(text_valid(bytes_of(refusal.field)));
		CHECK(*refusal.reason != '\0' && text_valid(bytes_of(refusal.reason)));
	}
	arena_destroy(arena);
	return 0;
}
