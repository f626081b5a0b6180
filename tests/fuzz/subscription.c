/*
 * subscription - any bytes as a subscription, as a document of access, revenue or the close, or as a row:
 * refused with a reason, or usable. The first byte chooses.
 */
#include "services/billing-sync/close/period_close.h"
#include "services/billing-sync/revenue/deferral.h"
#include "services/billing-sync/subscription/standing.h"

#include "common/base/check.h"

#define ARENA_BLOCK 65536
#define KINDS 10

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct access_policy access = { .past_due_grace = DAYS(14), .trial_notice = DAYS(3) };
static const struct mrr_policy mrr = { .past_due_at_most = DAYS(62) };
static const struct currency_policy currencies = { .others = { .exponent = 2 } };

/* What is kept of it leads to the same, a second look tells nothing, and all answers are given. */
static void follow(struct arena *arena, const struct subscription *now)
{
	const struct subscription_about about = { .at = { INT64_C(1768003200000000) },
		                                  .trial_notice = DAYS(3) };
	struct subscription_memory memory = { .known = false };
	const struct subscription_memory *const all[] = { &memory };
	struct recurring recurring;
	const char *reason = NULL;

	subscription_follow(arena, &memory, now, &about);
	CHECK(
	    subscription_memory_decode(arena, subscription_memory_encode(arena, &memory), &memory));
	CHECK(subscription_follow(arena, &memory, now, &about).count == 0);
	if (!recurring_of(arena, all, 1, &mrr, &currencies, about.at, &recurring, &reason))
		CHECK(reason != NULL);
	recurring_next(all, 1, &mrr, about.at);
	const struct entitlements list = entitlement_list(arena, all, 1, &access, about.at);
	struct entitlements kept;
	CHECK(entitlement_decode(arena, entitlement_encode(arena, &list), &kept));
	CHECK(kept.count == list.count);
}

static bool subscription_use(struct arena *arena, struct bytes text, struct json_error *error)
{
	struct subscription read;
	AUTO_JSON parsed = NULL;

	if (!json_parse(text, 1 << 20, &parsed, error))
		return false;
	const struct json_place top = json_top(parsed);
	if (!subscription_read(arena, &top, &read, error))
		return false;
	follow(arena, &read);
	return true;
}

static bool document_use(struct arena *arena, uint8_t kind, struct bytes text,
                         struct json_error *error)
{
	struct access_policy one;
	struct mrr_policy two;
	struct close_policy three;

	if (kind == 1)
		return policy_parse(&access_policy_kind, arena, text, &one, error);
	if (kind == 2)
		return policy_parse(&mrr_policy_kind, arena, text, &two, error);
	return policy_parse(&close_policy_kind, arena, text, &three, error);
}

/* A row that is taken is written as it was read. */
static void row_use(struct arena *arena, uint8_t kind, struct bytes bytes)
{
	struct subscription_memory memory;
	struct entitlements list;
	struct recurring_customer customer;
	struct recognition schedule;
	struct standing standing;
	struct deferral deferral;

	if (kind == 4 && subscription_memory_decode(arena, bytes, &memory))
		CHECK(bytes_equal(subscription_memory_encode(arena, &memory), bytes));
	if (kind == 5 && entitlement_decode(arena, bytes, &list))
		CHECK(bytes_equal(entitlement_encode(arena, &list), bytes));
	if (kind == 6 && recurring_customer_decode(bytes, &customer))
		CHECK(bytes_equal(recurring_customer_encode(arena, &customer), bytes));
	if (kind == 7 && recognition_decode(arena, bytes, &schedule))
		CHECK(bytes_equal(recognition_encode(arena, &schedule), bytes));
	if (kind == 8 && standing_decode(arena, bytes, &standing))
		CHECK(bytes_equal(standing_encode(arena, &standing), bytes));
	if (kind == 9 && deferral_decode(arena, bytes, &deferral))
		CHECK(bytes_equal(deferral_encode(arena, &deferral), bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *const arena = arena_create(ARENA_BLOCK);
	struct json_error error = { .reason = "" };

	if (size > 0) {
		const uint8_t kind = data[0] % KINDS;
		const struct bytes rest = { data + 1, size - 1 };

		if (kind > 3)
			row_use(arena, kind, rest);
		else if (kind == 0 && !subscription_use(arena, rest, &error))
			CHECK(error.reason[0] != '\0');
		else if (kind != 0 && !document_use(arena, kind, rest, &error))
			CHECK(error.reason[0] != '\0');
	}
	arena_destroy(arena);
	return 0;
}
