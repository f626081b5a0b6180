#include "tests/support/subscription_fixture.h"

#include "common/base/check.h"
#include "tests/support/bent_document.h"

#include <stdio.h>

/* Seconds: 1767225600 is 1 January 2026, 1769904000 1 February, 1772323200 1 March. */
const char subscription_fixture[] =
    "{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"cus_1\",\"status\":\"active\","
    "\"currency\":\"usd\",\"start_date\":1767225600,\"trial_start\":null,\"trial_end\":null,"
    "\"cancel_at_period_end\":false,\"cancel_at\":null,\"canceled_at\":null,\"ended_at\":null,"
    "\"cancellation_details\":{\"reason\":null},\"pause_collection\":null,\"schedule\":null,"
    "\"discounts\":[],\"items\":{\"object\":\"list\",\"has_more\":false,\"data\":["
    "{\"id\":\"si_1\",\"quantity\":3,\"current_period_start\":1767225600,"
    "\"current_period_end\":1769904000,\"discounts\":[],\"price\":{\"id\":\"price_a\","
    "\"product\":\"prod_a\",\"currency\":\"usd\",\"unit_amount\":2000,"
    "\"unit_amount_decimal\":\"2000\",\"transform_quantity\":null,\"recurring\":{"
    "\"interval\":\"month\",\"interval_count\":1,\"usage_type\":\"licensed\"}}}]}}";

struct subscription subscription_fixture_read(struct arena *arena, const char *text)
{
	struct subscription subscription = { .id = "" };
	struct json_error error = { .path = "" };
	AUTO_JSON parsed = NULL;
	char reason[JSON_ERROR_SIZE];

	CHECK(json_parse(bytes_of(text), 1 << 20, &parsed, &error));
	const struct json_place top = json_top(parsed);
	const bool good = subscription_read(arena, &top, &subscription, &error);
	if (!good)
		fprintf(stderr, "%s\n", json_error_text(&error, reason));
	CHECK(good);
	return subscription;
}

struct subscription subscription_fixture_edit(
    struct arena *arena, const struct subscription_edit edits[static SUBSCRIPTION_EDITS])
{
	const char *text = subscription_fixture;

	for (size_t i = 0; i < SUBSCRIPTION_EDITS && edits[i].find != NULL; i++) {
		const struct bent_document one = { "", edits[i].find, edits[i].put, NULL };

		text = document_bend(arena, text, &one);
	}
	return subscription_fixture_read(arena, text);
}

struct subscription_about subscription_fixture_about(const char *at, bool returns)
{
	struct subscription_about it = { .trial_notice = DAYS(3), .customer_returns = returns };

	CHECK(time_parse(at, &it.at));
	return it;
}
