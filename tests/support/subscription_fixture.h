/*
 * subscription_fixture - a subscription of the provider's, and others made of it by replacing words.
 */
#ifndef TESTS_SUPPORT_SUBSCRIPTION_FIXTURE_H
#define TESTS_SUPPORT_SUBSCRIPTION_FIXTURE_H

#include "services/billing-sync/subscription/subscription_change.h"

#define SUBSCRIPTION_EDITS 4

/* Active since 1 January 2026 until 1 February: item si_1, 3 seats of price_a for 20.00 USD a month. */
extern const char subscription_fixture[];

struct subscription_edit {
	const char *find; /* NULL ends the list */
	const char *put;
};

#define SUBSCRIPTION_STATUS(word)                                  \
	{                                                          \
		"\"status\":\"active\"", "\"status\":\"" word "\"" \
	}
#define SUBSCRIPTION_TRIAL                                       \
	SUBSCRIPTION_STATUS("trialing"),                         \
	{                                                        \
		"\"trial_end\":null", "\"trial_end\":1769904000" \
	}
#define SUBSCRIPTION_AT_PERIOD_END                                                \
	{                                                                         \
		"\"cancel_at_period_end\":false", "\"cancel_at_period_end\":true" \
	}
#define SUBSCRIPTION_SECOND_ITEM                                                           \
	{                                                                                  \
		"\"data\":[",                                                              \
		    "\"data\":[{\"id\":\"si_2\",\"quantity\":1,\"price\":{\"id\":"         \
		    "\"price_b\",\"currency\":\"usd\",\"unit_amount\":5000,\"recurring\":" \
		    "{\"interval\":\"month\"}}},"                                          \
	}

/* What a test gives up on is a failure of it. What they give lives in the arena. */
struct subscription subscription_fixture_read(struct arena *arena, const char *text);
struct subscription subscription_fixture_edit(
    struct arena *arena, const struct subscription_edit edits[static SUBSCRIPTION_EDITS]);
/* Of an event at an RFC 3339 time, with three days' notice of a trial's end. */
struct subscription_about subscription_fixture_about(const char *at, bool returns);

#endif
