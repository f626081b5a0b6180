#include "services/billing-sync/usage/usage.h"

#include "common/base/packed.h"
#include "common/base/text.h"
#include "common/io/digest.h"

#include <string.h>

#define ROW_VERSION 1

const char *const usage_route_names[] = { "meter", "adjustment", "cancel",  "seats",
	                                  "waits", "duplicate",  "refused", NULL };

static uint64_t short_digest(const struct bytes *parts, size_t count)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256_parts(parts, count, digest);
	return bytes_u64(digest);
}

static uint64_t meter_of(const struct usage_event *event)
{
	const struct bytes part = bytes_of(event->meter);

	return short_digest(&part, 1);
}

static struct bytes whole(const char *text)
{
	return (struct bytes){ text, strlen(text) + 1 };
}

static uint64_t content_of(struct arena *arena, const struct usage_event *event)
{
	const struct bytes parts[] = {
		whole(usage_kind_names[event->kind]),
		whole(event->meter),
		whole(event->refers),
		whole(event->item),
		whole(event->subject),
		whole(arena_printf(arena, "%lld %lld", (long long)event->quantity,
		                   (long long)event->at.us)),
	};

	return short_digest(parts, COUNT_OF(parts));
}

struct instant usage_row_ends(const struct usage_policy *policy, const struct usage_row *row)
{
	return time_add(row->received,
	                row->route == USAGE_WAITS ? policy->await : policy->remember);
}

/* Deciding. */

static struct usage_answer refuse(const char *code, const char *field, const char *reason)
{
	return (struct usage_answer){ USAGE_REFUSED, code, field, reason };
}

static struct usage_answer go(enum usage_route route, const char *reason)
{
	return (struct usage_answer){ route, "", "", reason };
}

static struct usage_answer by_age(struct arena *arena, const struct usage_policy *policy,
                                  const struct usage_event *event, struct instant received)
{
	const struct duration age = time_since(event->at, received);

	if (age.us <= policy->past.us)
		return go(USAGE_TO_METER, "in time for the meter");
	return go(USAGE_TO_ADJUSTMENT, arena_printf(arena, "%lldh old, the meter takes %lldh",
	                                            (long long)(age.us / HOURS(1).us),
	                                            (long long)(policy->past.us / HOURS(1).us)));
}

static bool is_amount(const struct usage_row *row)
{
	return row->kind == USAGE_METER;
}

/* What a correction and a cancellation are about must be known, and whole. */
static bool original_refuses(const struct usage_policy *policy, const struct usage_row *original,
                             struct usage_answer *answer)
{
	if (original == NULL && policy->await.us > 0)
		*answer = go(USAGE_WAITS, "the event that it refers to has not come");
	else if (original == NULL)
		*answer = refuse("unknown", "refers", "no such event is remembered");
	else if (!is_amount(original))
		*answer =
		    refuse("not_metered", "refers", "only an event of a meter can be taken back");
	else if (original->cancelled)
		*answer = refuse("cancelled", "refers", "the event has been cancelled");
	else
		return false;
	return true;
}

static struct usage_answer correct(struct arena *arena, const struct usage_policy *policy,
                                   const struct usage_event *event, struct instant received,
                                   struct usage_row *original)
{
	struct usage_answer answer;

	if (original_refuses(policy, original, &answer))
		return answer;
	if (original->meter != meter_of(event))
		return refuse("other_meter", "meter", "is not that of the event it corrects");
	if (-event->quantity > original->quantity - original->corrected)
		return refuse("too_much", "quantity",
		              arena_printf(arena, "%lld of %lld are left",
		                           (long long)(original->quantity - original->corrected),
		                           (long long)original->quantity));
	original->corrected -= event->quantity;
	if (original->route == USAGE_TO_ADJUSTMENT)
		return go(USAGE_TO_ADJUSTMENT, "what it corrects never reached the meter");
	return by_age(arena, policy, event, received);
}

static struct usage_answer cancel(const struct usage_policy *policy, struct instant received,
                                  struct usage_row *original)
{
	struct usage_answer answer;

	if (original_refuses(policy, original, &answer))
		return answer;
	if (original->corrected > 0)
		return refuse("corrected", "refers", "the event has been corrected");
	if (time_since(original->received, received).us > policy->cancel_within.us)
		return refuse("too_late", "refers",
		              "can no longer be cancelled: send a correction");
	original->cancelled = true;
	return go(USAGE_TO_CANCEL, original->route == USAGE_TO_METER
	                               ? "the meter still takes it"
	                               : "it never reached the meter");
}

static struct usage_answer route(struct arena *arena, const struct usage_policy *policy,
                                 const struct usage_event *event, struct instant received,
                                 struct usage_row *original)
{
	if (time_since(received, event->at).us > policy->ahead.us)
		return refuse("future", "at", "is in the future");
	switch (event->kind) {
	case USAGE_METER: return by_age(arena, policy, event, received);
	case USAGE_CORRECTION: return correct(arena, policy, event, received, original);
	case USAGE_CANCEL: return cancel(policy, received, original);
	case USAGE_SEAT_ASSIGNED:
	case USAGE_SEAT_RELEASED: break;
	}
	return go(USAGE_TO_SEATS, "a seat's");
}

static bool is_remembered(const struct usage_policy *policy, const struct usage_row *row,
                          struct instant received)
{
	return row != NULL && time_before(received, usage_row_ends(policy, row));
}

struct usage_answer usage_decide(struct arena *arena, const struct usage_policy *policy,
                                 const struct usage_event *event, struct instant received,
                                 const struct usage_row *seen, struct usage_row *original,
                                 struct usage_row *row)
{
	const uint64_t content = content_of(arena, event);

	if (is_remembered(policy, seen, received))
		return seen->content == content
		           ? go(USAGE_DUPLICATE, "has been taken before")
		           : refuse("conflict", "id", "another event had it before");
	const struct usage_answer answer =
	    route(arena, policy, event, received,
	          is_remembered(policy, original, received) ? original : NULL);
	if (answer.route != USAGE_REFUSED)
		*row = (struct usage_row){ .kind = event->kind,
			                   .route = answer.route,
			                   .content = content,
			                   .meter = meter_of(event),
			                   .quantity = event->quantity,
			                   .at = event->at,
			                   .received = received };
	return answer;
}

/* Bytes. */

struct bytes usage_encode(struct arena *arena, const struct usage_row *row)
{
	struct buffer out = { 0 };

	pack_u8(&out, ROW_VERSION);
	pack_u8(&out, row->kind);
	pack_u8(&out, row->route);
	pack_u8(&out, row->cancelled ? 1 : 0);
	buffer_add_u64(&out, row->content);
	buffer_add_u64(&out, row->meter);
	pack_i64(&out, row->quantity);
	pack_i64(&out, row->corrected);
	pack_time(&out, row->at);
	pack_time(&out, row->received);
	return pack_end(arena, &out);
}

bool usage_decode(struct bytes bytes, struct usage_row *row)
{
	struct packed from = packed_open(bytes);
	struct usage_row read = { .cancelled = false };

	if (packed_u8(&from, ROW_VERSION) != ROW_VERSION)
		return false;
	read.kind = (enum usage_kind)packed_u8(&from, USAGE_SEAT_RELEASED);
	read.route = (enum usage_route)packed_u8(&from, USAGE_WAITS);
	read.cancelled = packed_u8(&from, 1) == 1;
	read.content = packed_u64(&from);
	read.meter = packed_u64(&from);
	read.quantity = packed_i64(&from, -USAGE_QUANTITY_MAX, USAGE_QUANTITY_MAX);
	read.corrected = packed_i64(&from, 0, USAGE_QUANTITY_MAX);
	read.at = packed_time(&from);
	read.received = packed_time(&from);
	if (!packed_done(&from))
		return false;
	*row = read;
	return true;
}
