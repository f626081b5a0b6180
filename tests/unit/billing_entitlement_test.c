/*
 * billing_entitlement_test - what a customer may use by subscriptions, until when and why.
 */
#include "services/billing-sync/subscription/entitlement.h"

#include "common/base/text.h"
#include "common/io/file.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"
#include "tests/support/subscription_fixture.h"

#include <inttypes.h>
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct use {
	const char *name;
	struct subscription_edit edits[SUBSCRIPTION_EDITS];
	const char *at;
	const char *reason; /* NULL: no access */
	int64_t until;      /* seconds; 0: open */
	int64_t next;       /* when it changes by itself; 0: never */
};

static const struct use uses[] = {
	{ "active until the period ends",
	  { { NULL } },
	  "2026-01-10T00:00:00Z",
	  "active",
	  1769904000,
	  0 },
	{ "active though the period has ended",
	  { { NULL } },
	  "2026-02-02T00:00:00Z",
	  "active",
	  1769904000,
	  0 },
	{ "a trial until it ends",
	  { SUBSCRIPTION_TRIAL },
	  "2026-01-10T00:00:00Z",
	  "trial",
	  1769904000,
	  0 },
	{ "past due within the grace",
	  { SUBSCRIPTION_STATUS("past_due") },
	  "2026-01-10T00:00:00Z",
	  "grace",
	  1768348800,
	  1768348800 },
	{ "past due beyond the grace",
	  { SUBSCRIPTION_STATUS("past_due") },
	  "2026-01-14T00:00:00Z",
	  NULL,
	  0,
	  0 },
	{ "cancelled until the period ends",
	  { SUBSCRIPTION_AT_PERIOD_END },
	  "2026-01-10T00:00:00Z",
	  "cancelling",
	  1769904000,
	  1769904000 },
	{ "cancelled and over",
	  { SUBSCRIPTION_AT_PERIOD_END },
	  "2026-02-01T00:00:00Z",
	  NULL,
	  0,
	  0 },
	{ "past due and cancelled before the grace is over",
	  { SUBSCRIPTION_STATUS("past_due"), { "\"cancel_at\":null", "\"cancel_at\":1768003200" } },
	  "2026-01-09T00:00:00Z",
	  "grace",
	  1768003200,
	  1768003200 },
	{ "collection is paused until a day",
	  { { "\"pause_collection\":null",
	      "\"pause_collection\":{\"behavior\":\"void\",\"resumes_at\":1772323200}" } },
	  "2026-01-10T00:00:00Z",
	  "no_charge",
	  1772323200,
	  0 },
	{ "unpaid", { SUBSCRIPTION_STATUS("unpaid") }, "2026-01-10T00:00:00Z", NULL, 0, 0 },
	{ "paused", { SUBSCRIPTION_STATUS("paused") }, "2026-01-10T00:00:00Z", NULL, 0, 0 },
	{ "ended", { SUBSCRIPTION_STATUS("canceled") }, "2026-01-10T00:00:00Z", NULL, 0, 0 },
	{ "the first payment is to come",
	  { SUBSCRIPTION_STATUS("incomplete") },
	  "2026-01-10T00:00:00Z",
	  NULL,
	  0,
	  0 },
};

static struct access_policy own_policy(void)
{
	struct access_policy policy;

	policy_fixture_read(arena, &access_policy_kind, "access/standard-1.json", &policy);
	return policy;
}

/* Heard of on 31 December 2025: the grace of 14 days ends on 14 January. */
static struct subscription_memory heard(
    const struct subscription_edit edits[static SUBSCRIPTION_EDITS])
{
	const struct subscription_about then =
	    subscription_fixture_about("2025-12-31T00:00:00Z", false);
	const struct subscription subscription = subscription_fixture_edit(arena, edits);
	struct subscription_memory memory = { .known = false };

	subscription_follow(arena, &memory, &subscription, &then);
	return memory;
}

static bool use_differs(const struct use *row, const struct entitlements *list,
                        const struct moment *next)
{
	if (next->has != (row->next != 0) || (next->has && next->at.us != row->next * 1000000))
		return true;
	if (row->reason == NULL)
		return list->count != 0;
	return list->count != 1 ||
	       !text_equal(entitlement_reason_names[list->list[0].reason], row->reason) ||
	       !text_equal(list->list[0].product, "prod_a") || list->list[0].quantity != 3 ||
	       list->list[0].until.has != (row->until != 0) ||
	       list->list[0].until.at.us != row->until * 1000000;
}

static void what_may_be_used_until_when_and_why(void **state)
{
	struct access_policy policy = own_policy();
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(uses); i++) {
		const struct subscription_memory memory = heard(uses[i].edits);
		const struct subscription_memory *const all[] = { &memory };
		const struct instant at = subscription_fixture_about(uses[i].at, false).at;
		const struct entitlements list = entitlement_list(arena, all, 1, &policy, at);
		const struct moment next = entitlement_next(all, 1, &policy, at);

		if (!use_differs(&uses[i], &list, &next))
			continue;
		print_error("%s: %zu, %s until %" PRId64 ", next %" PRId64 "\n", uses[i].name,
		            list.count,
		            list.count == 0 ? "-" : entitlement_reason_names[list.list[0].reason],
		            list.count == 0 ? 0 : list.list[0].until.at.us / 1000000,
		            next.at.us / 1000000);
		wrong++;
	}
	assert_int_equal(wrong, 0);
	policy.collection_paused_keeps = false;
	const struct subscription_memory paused = heard(uses[8].edits);
	const struct subscription_memory *const all[] = { &paused };
	assert_int_equal(entitlement_list(arena, all, 1, &policy, (struct instant){ 0 }).count, 0);
}

static void access_that_is_given_changed_and_taken_is_told(void **state)
{
	const struct access_policy policy = own_policy();
	const struct instant at = subscription_fixture_about("2026-01-10T00:00:00Z", false).at;
	const struct subscription_memory first =
	    heard((struct subscription_edit[SUBSCRIPTION_EDITS]){ { NULL, NULL } });
	const struct subscription_memory more =
	    heard(((struct subscription_edit[SUBSCRIPTION_EDITS]){
		{ "\"quantity\":3", "\"quantity\":4" }, SUBSCRIPTION_SECOND_ITEM }));
	const struct subscription_memory unpaid = heard(
	    ((struct subscription_edit[SUBSCRIPTION_EDITS]){ SUBSCRIPTION_STATUS("unpaid") }));
	const struct subscription_memory *const all[] = { &first, &more, &unpaid };
	const struct entitlements none = { 0, NULL };
	const struct entitlements one = entitlement_list(arena, &all[0], 1, &policy, at);
	const struct entitlements two = entitlement_list(arena, &all[1], 1, &policy, at);
	const struct entitlement_change *changes;

	(void)state;
	assert_int_equal(entitlement_compare(arena, &none, &one, &all[0], 1, &policy, at, &changes),
	                 1);
	assert_int_equal(changes[0].move, ENTITLEMENT_GRANTED);
	assert_int_equal(entitlement_compare(arena, &one, &one, &all[0], 1, &policy, at, &changes),
	                 0);
	/* The second item has no product: "" sorts first. */
	assert_int_equal(entitlement_compare(arena, &one, &two, &all[1], 1, &policy, at, &changes),
	                 2);
	assert_int_equal(changes[0].move, ENTITLEMENT_GRANTED);
	assert_int_equal(changes[1].move, ENTITLEMENT_CHANGED);
	assert_int_equal(changes[1].before.quantity, 3);
	assert_int_equal(changes[1].now.quantity, 4);
	assert_int_equal(entitlement_compare(arena, &one, &none, &all[2], 1, &policy, at, &changes),
	                 1);
	assert_int_equal(changes[0].move, ENTITLEMENT_WITHDRAWN);
	assert_int_equal(changes[0].now.reason, ENTITLEMENT_UNPAID);
	struct entitlements decoded;
	const struct bytes bytes = entitlement_encode(arena, &two);
	assert_true(entitlement_decode(arena, bytes, &decoded));
	assert_int_equal(
	    entitlement_compare(arena, &two, &decoded, &all[1], 1, &policy, at, &changes), 0);
	assert_false(
	    entitlement_decode(arena, (struct bytes){ bytes.data, bytes.size - 1 }, &decoded));
}

static const struct bent_document bent_policies[] = {
	{ "a grace of a year", "\"14d\"", "\"365d\"",
	  "past_due_grace: must be between 0s and 7776000s" },
	{ "a notice that is no time", "\"3d\"", "\"soon\"",
	  "trial_notice: must be a time as 90s, 15m, 2h or 14d" },
	{ "no effective date", "effective_from", "effective_since",
	  "effective_since: is not known" },
	{ "a switch that is a word", "true", "\"yes\"",
	  "collection_paused_keeps: must be true or false" },
};

static void what_is_wrong_with_an_access_policy_is_named(void **state)
{
	(void)state;
	policy_fixture_refuses(arena, &access_policy_kind,
	                       policy_fixture_text(arena, "access/standard-1.json"), bent_policies,
	                       COUNT_OF(bent_policies));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_be_used_until_when_and_why),
		cmocka_unit_test(access_that_is_given_changed_and_taken_is_told),
		cmocka_unit_test(what_is_wrong_with_an_access_policy_is_named),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
