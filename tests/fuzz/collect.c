/*
 * collect - any bytes as what billing collects by: a failed payment, a usage event, the documents of
 * declines, attempts, dunning, refunds and usage, and the rows that are kept. The first byte chooses.
 */
#include "services/billing-sync/dunning/attempt.h"
#include "services/billing-sync/dunning/dunning.h"
#include "services/billing-sync/refund/refund.h"
#include "services/billing-sync/usage/usage.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>

#define ARENA_BLOCK 65536
#define BODY_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool said(bool good, const struct json_error *error)
{
	CHECK(good || error->reason[0] != '\0');
	CHECK(good || (text_valid(bytes_of(error->path)) && text_valid(bytes_of(error->reason))));
	return good;
}

static void read_failure(struct arena *arena, struct bytes text)
{
	const struct decline_policy nothing_known = { .head = { .id = "none" } };
	struct payment_failure failure;
	struct json_error error;
	AUTO_JSON parsed = NULL;

	if (!said(json_parse(text, BODY_MAX, &parsed, &error), &error))
		return;
	const struct json_place top = json_top(parsed);
	if (!said(payment_failure_read(arena, &top, &failure, &error), &error))
		return;
	const struct decline_answer answer = decline_judge(&nothing_known, &failure);

	CHECK(answer.unknown_count <= DECLINE_SAID_MAX);
	CHECK(answer.retry == DECLINE_RETRY_CAREFUL);
	CHECK(failure.amount >= 0 && strlen(failure.currency) == 3);
}

static void read_usage(struct arena *arena, struct bytes text)
{
	struct usage_event event;
	struct json_error error;
	AUTO_JSON parsed = NULL;
	char key[USAGE_KEY_SIZE];

	if (!said(json_parse(text, BODY_MAX, &parsed, &error), &error))
		return;
	const struct json_place top = json_top(parsed);
	if (!said(usage_event_read(arena, &top, &event, &error), &error))
		return;
	CHECK(event.source[0] != '\0' && event.id[0] != '\0' && event.customer[0] != '\0');
	CHECK((event.quantity < 0) == (event.kind == USAGE_CORRECTION));
	usage_key(event.customer, event.source, event.id, key);
}

static void read_policy(struct arena *arena, struct bytes text, uint8_t which)
{
	static const struct policy_kind *const kinds[] = {
		&decline_policy_kind, &attempt_policy_kind, &dunning_policy_kind,
		&refund_policy_kind, &usage_policy_kind
	};
	const struct policy_kind *const kind = kinds[which % COUNT_OF(kinds)];
	struct json_error error;

	said(policy_parse(kind, arena, text, arena_zero(arena, kind->size), &error), &error);
}

/* What is taken for a row is one: it is written as it was read. */
static void read_row(struct arena *arena, struct bytes bytes, uint8_t which)
{
	struct attempt_row *const attempts = arena_zero(arena, sizeof(*attempts));
	struct dunning_row *const dunning = arena_zero(arena, sizeof(*dunning));
	struct refund_row *const refunds = arena_zero(arena, sizeof(*refunds));
	struct usage_row usage;

	if (which % 4 == 0 && attempt_decode(bytes, attempts))
		CHECK(bytes_equal(attempt_encode(arena, attempts), bytes));
	if (which % 4 == 1 && dunning_decode(bytes, dunning))
		CHECK(bytes_equal(dunning_encode(arena, dunning), bytes));
	if (which % 4 == 2 && refund_decode(bytes, refunds)) {
		CHECK(bytes_equal(refund_encode(arena, refunds), bytes));
		CHECK(refund_left(refunds) >= 0 && refund_left(refunds) <= refunds->charged);
	}
	if (which % 4 == 3 && usage_decode(bytes, &usage))
		CHECK(bytes_equal(usage_encode(arena, &usage), bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena;

	if (size == 0)
		return 0;
	const struct bytes rest = { data + 1, size - 1 };
	const uint8_t which = data[0] / 4;

	arena = arena_create(ARENA_BLOCK);
	switch (data[0] % 4) {
	case 0: read_failure(arena, rest); break;
	case 1: read_usage(arena, rest); break;
	case 2: read_policy(arena, rest, which); break;
	default: read_row(arena, rest, which); break;
	}
	arena_destroy(arena);
	return 0;
}
