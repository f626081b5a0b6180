/*
 * billing_subscription_change_test - what changes between two states of a subscription, told once.
 */
#include "services/billing-sync/subscription/subscription_change.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/subscription_fixture.h"

#include <inttypes.h>
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HISTORIES 300
#define HISTORY_STEPS 30

static const char *told(const struct subscription_changes *changes)
{
	const char *text = "";

	for (size_t i = 0; i < changes->count; i++) {
		const struct subscription_change *const it = &changes->list[i];

		text = arena_printf(arena, "%s%s%s", text, i == 0 ? "" : ", ",
		                    subscription_change_names[it->kind]);
		if (it->item[0] != '\0')
			text = arena_printf(arena, "%s %s %s>%s %" PRId64 ">%" PRId64, text,
			                    it->item, it->from_price, it->to_price,
			                    it->from_quantity, it->to_quantity);
		if (it->kind == SUBSCRIPTION_CANCEL_ASKED || it->kind == SUBSCRIPTION_TRIAL_ENDING)
			text = arena_printf(arena, "%s @%" PRId64, text,
			                    it->effective.at.us / 1000000);
		if (it->reason[0] != '\0')
			text = arena_printf(arena, "%s (%s)", text, it->reason);
	}
	return text;
}

struct pair {
	const char *name;
	bool unheard; /* there is no state before */
	bool returns;
	struct subscription_edit before[SUBSCRIPTION_EDITS];
	struct subscription_edit now[SUBSCRIPTION_EDITS];
	const char *want;
};

static const struct pair pairs[] = {
	{ "the same again is nothing", false, false, { { NULL } }, { { NULL } }, "" },
	{ "heard of for the first time", true, false, { { NULL } }, { { NULL } }, "started" },
	{ "a customer who comes back",
	  true,
	  true,
	  { { NULL } },
	  { { NULL } },
	  "started, reactivated" },
	{ "the first payment is to come",
	  true,
	  false,
	  { { NULL } },
	  { SUBSCRIPTION_STATUS("incomplete") },
	  "" },
	{ "the first payment came",
	  false,
	  false,
	  { SUBSCRIPTION_STATUS("incomplete") },
	  { { NULL } },
	  "started" },
	{ "the first payment never came",
	  false,
	  false,
	  { SUBSCRIPTION_STATUS("incomplete") },
	  { SUBSCRIPTION_STATUS("incomplete_expired") },
	  "expired" },
	{ "a trial begins",
	  true,
	  false,
	  { { NULL } },
	  { SUBSCRIPTION_TRIAL },
	  "started, trial_started" },
	{ "a trial becomes a subscription",
	  false,
	  false,
	  { SUBSCRIPTION_TRIAL },
	  { { "\"trial_end\":null", "\"trial_end\":1769904000" } },
	  "trial_ended" },
	{ "a trial without a card pauses",
	  false,
	  false,
	  { SUBSCRIPTION_TRIAL },
	  { SUBSCRIPTION_STATUS("paused"), { "\"trial_end\":null", "\"trial_end\":1769904000" } },
	  "trial_ended, paused" },
	{ "another price of the same item",
	  false,
	  false,
	  { { NULL } },
	  { { "price_a", "price_b" } },
	  "plan_changed si_1 price_a>price_b 3>3" },
	{ "another quantity",
	  false,
	  false,
	  { { NULL } },
	  { { "\"quantity\":3", "\"quantity\":5" } },
	  "seats_changed si_1 price_a>price_a 3>5" },
	{ "price and quantity at once",
	  false,
	  false,
	  { { NULL } },
	  { { "price_a", "price_b" }, { "\"quantity\":3", "\"quantity\":1" } },
	  "plan_changed si_1 price_a>price_b 3>1, seats_changed si_1 price_a>price_b 3>1" },
	{ "an item comes",
	  false,
	  false,
	  { { NULL } },
	  { SUBSCRIPTION_SECOND_ITEM },
	  "plan_changed si_2 >price_b 0>1" },
	{ "an item goes",
	  false,
	  false,
	  { SUBSCRIPTION_SECOND_ITEM },
	  { { NULL } },
	  "plan_changed si_2 price_b> 1>0" },
	{ "an item for another",
	  false,
	  false,
	  { { NULL } },
	  { { "si_1", "si_7" }, { "price_a", "price_c" } },
	  "plan_changed si_7 price_a>price_c 3>3" },
	{ "an item is missing from a list that was cut",
	  false,
	  false,
	  { SUBSCRIPTION_SECOND_ITEM },
	  { { "\"has_more\":false", "\"has_more\":true" } },
	  "" },
	{ "collection pauses",
	  false,
	  false,
	  { { NULL } },
	  { { "\"pause_collection\":null", "\"pause_collection\":{\"behavior\":\"void\"}" } },
	  "paused" },
	{ "collection goes on",
	  false,
	  false,
	  { { "\"pause_collection\":null", "\"pause_collection\":{\"behavior\":\"void\"}" } },
	  { { NULL } },
	  "resumed" },
	{ "it owes", false, false, { { NULL } }, { SUBSCRIPTION_STATUS("past_due") }, "past_due" },
	{ "retries have ended",
	  false,
	  false,
	  { SUBSCRIPTION_STATUS("past_due") },
	  { SUBSCRIPTION_STATUS("unpaid") },
	  "unpaid" },
	{ "it has paid",
	  false,
	  false,
	  { SUBSCRIPTION_STATUS("unpaid") },
	  { { NULL } },
	  "recovered" },
	{ "cancelling is asked for",
	  false,
	  false,
	  { { NULL } },
	  { SUBSCRIPTION_AT_PERIOD_END, { "\"canceled_at\":null", "\"canceled_at\":1767312000" } },
	  "cancel_asked @1769904000" },
	{ "cancelling is put off",
	  false,
	  false,
	  { SUBSCRIPTION_AT_PERIOD_END },
	  { { "\"cancel_at\":null", "\"cancel_at\":1772323200" } },
	  "cancel_asked @1772323200" },
	{ "cancelling is undone",
	  false,
	  false,
	  { SUBSCRIPTION_AT_PERIOD_END },
	  { { NULL } },
	  "cancel_undone" },
	{ "it ends as it was asked",
	  false,
	  false,
	  { SUBSCRIPTION_AT_PERIOD_END },
	  { SUBSCRIPTION_STATUS("canceled"), SUBSCRIPTION_AT_PERIOD_END },
	  "ended (cancellation_requested)" },
	{ "it ends because nobody paid",
	  false,
	  false,
	  { SUBSCRIPTION_STATUS("past_due") },
	  { SUBSCRIPTION_STATUS("canceled") },
	  "ended (payment_failed)" },
	{ "the provider says why it ends",
	  false,
	  false,
	  { SUBSCRIPTION_STATUS("past_due") },
	  { SUBSCRIPTION_STATUS("canceled"),
	    { "\"reason\":null", "\"reason\":\"payment_disputed\"" } },
	  "ended (payment_disputed)" },
	{ "it ends and nobody says why",
	  false,
	  false,
	  { { NULL } },
	  { SUBSCRIPTION_STATUS("canceled") },
	  "ended (not_given)" },
	{ "first heard of when it has ended",
	  true,
	  false,
	  { { NULL } },
	  { SUBSCRIPTION_STATUS("canceled") },
	  "started, ended (not_given)" },
	{ "it lives again",
	  false,
	  false,
	  { SUBSCRIPTION_STATUS("canceled") },
	  { { NULL } },
	  "reactivated" },
	{ "a trial is cancelled",
	  false,
	  false,
	  { SUBSCRIPTION_TRIAL },
	  { SUBSCRIPTION_STATUS("canceled") },
	  "trial_ended, ended (not_given)" },
};

/* What is kept goes through its bytes, as it does between two events. */
static void keep(struct subscription_memory *memory)
{
	const struct bytes bytes = subscription_memory_encode(arena, memory);

	assert_true(subscription_memory_decode(arena, bytes, memory));
}

static void a_change_is_told_once_and_in_order(void **state)
{
	const struct subscription_about then =
	    subscription_fixture_about("2026-01-02T00:00:00Z", false);
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const struct pair *const row = &pairs[i];
		const struct subscription_about now =
		    subscription_fixture_about("2026-01-03T00:00:00Z", row->returns);
		const struct subscription before = subscription_fixture_edit(arena, (row->before));
		const struct subscription after = subscription_fixture_edit(arena, (row->now));
		struct subscription_memory memory = { .known = false };

		if (!row->unheard)
			subscription_follow(arena, &memory, &before, &then);
		keep(&memory);
		const struct subscription_changes changes =
		    subscription_follow(arena, &memory, &after, &now);
		keep(&memory);
		const struct subscription_changes none =
		    subscription_follow(arena, &memory, &after, &now);
		assert_int_equal(none.count, 0);
		if (text_equal(told(&changes), row->want))
			continue;
		print_error("%s: %s\n", row->name, told(&changes));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void the_end_of_a_trial_is_told_once_by_its_timer(void **state)
{
	const struct subscription trial = subscription_fixture_edit(
	    arena, ((struct subscription_edit[SUBSCRIPTION_EDITS]){ SUBSCRIPTION_TRIAL }));
	const struct subscription longer =
	    subscription_fixture_edit(arena,
	                              ((struct subscription_edit[SUBSCRIPTION_EDITS]){
					  SUBSCRIPTION_STATUS("trialing"),
					  { "\"trial_end\":null", "\"trial_end\":1772323200" } }));
	struct subscription_about at = subscription_fixture_about("2026-01-03T00:00:00Z", false);
	struct subscription_memory memory = { .known = false };
	struct subscription_change change;
	struct instant due = { 0 };

	(void)state;
	assert_false(subscription_timer(&memory, DAYS(3), &due));
	subscription_follow(arena, &memory, &trial, &at);
	assert_true(subscription_timer(&memory, DAYS(3), &due));
	assert_int_equal(due.us, INT64_C(1769644800000000)); /* 29 January */
	assert_false(subscription_on_timer(&memory, &at, &change));
	at.at = due;
	assert_true(subscription_on_timer(&memory, &at, &change));
	assert_int_equal(change.kind, SUBSCRIPTION_TRIAL_ENDING);
	assert_int_equal(change.effective.at.us, INT64_C(1769904000000000));
	keep(&memory);
	assert_false(subscription_on_timer(&memory, &at, &change));
	assert_int_equal(subscription_follow(arena, &memory, &trial, &at).count, 0);
	/* A trial that is made longer ends once more. */
	assert_int_equal(subscription_follow(arena, &memory, &longer, &at).count, 0);
	assert_true(subscription_timer(&memory, DAYS(3), &due));
	/* Heard of too late for a timer. */
	memory = (struct subscription_memory){ .known = false };
	at = subscription_fixture_about("2026-01-30T00:00:00Z", false);
	const struct subscription_changes late = subscription_follow(arena, &memory, &trial, &at);
	assert_string_equal(told(&late), "started, trial_started, trial_ending @1769904000");
}

static void a_debt_is_as_old_as_its_first_day(void **state)
{
	const struct subscription owing =
	    subscription_fixture_edit(arena, (struct subscription_edit[SUBSCRIPTION_EDITS]){
						 SUBSCRIPTION_STATUS("past_due") });
	const struct subscription unpaid = subscription_fixture_edit(
	    arena, (struct subscription_edit[SUBSCRIPTION_EDITS]){ SUBSCRIPTION_STATUS("unpaid") });
	const struct subscription paid = subscription_fixture_read(arena, subscription_fixture);
	const struct subscription_about first =
	    subscription_fixture_about("2026-01-02T00:00:00Z", false);
	const struct subscription_about later =
	    subscription_fixture_about("2026-01-09T00:00:00Z", false);
	struct subscription_memory memory = { .known = false };

	(void)state;
	subscription_follow(arena, &memory, &owing, &first);
	subscription_follow(arena, &memory, &owing, &later);
	subscription_follow(arena, &memory, &unpaid, &later);
	keep(&memory);
	assert_true(memory.past_due_since.has);
	assert_int_equal(memory.past_due_since.at.us, first.at.us);
	subscription_follow(arena, &memory, &paid, &later);
	assert_false(memory.past_due_since.has);
	subscription_follow(arena, &memory, &owing, &later);
	assert_int_equal(memory.past_due_since.at.us, later.at.us);
}

/* Random lives: starts and ends alternate, and so do pauses, debts and cancellations. */

struct tally {
	int alive;
	int paused;
	int owing;
	int trial;
	int cancelling;
};

static void count_change(struct tally *tally, const struct subscription_change *change)
{
	static const struct {
		enum subscription_change_kind kind;
		size_t place;
		int step;
	} steps[] = {
		{ SUBSCRIPTION_TRIAL_STARTED, offsetof(struct tally, trial), 1 },
		{ SUBSCRIPTION_TRIAL_ENDED, offsetof(struct tally, trial), -1 },
		{ SUBSCRIPTION_WENT_PAUSED, offsetof(struct tally, paused), 1 },
		{ SUBSCRIPTION_RESUMED, offsetof(struct tally, paused), -1 },
		{ SUBSCRIPTION_RECOVERED, offsetof(struct tally, owing), -1 },
		{ SUBSCRIPTION_CANCEL_UNDONE, offsetof(struct tally, cancelling), -1 },
	};

	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (steps[i].kind == change->kind)
			*(int *)(void *)((char *)tally + steps[i].place) += steps[i].step;
	if (change->kind == SUBSCRIPTION_WENT_PAST_DUE || change->kind == SUBSCRIPTION_WENT_UNPAID)
		tally->owing = 1;
	if (change->kind == SUBSCRIPTION_CANCEL_ASKED)
		tally->cancelling = 1;
	if (change->kind == SUBSCRIPTION_STARTED)
		tally->alive++;
	if (change->kind == SUBSCRIPTION_REACTIVATED && tally->alive == 0)
		tally->alive++;
	if (change->kind == SUBSCRIPTION_ENDED)
		*tally = (struct tally){ .alive = tally->alive - 1 };
}

static struct subscription some_state(struct chance *chance)
{
	static const char *const words[] = { "active", "trialing", "past_due",
		                             "unpaid", "paused",   "canceled" };
	const struct subscription_edit edits[SUBSCRIPTION_EDITS] = {
		{ "\"status\":\"active\"",
		  arena_printf(arena, "\"status\":\"%s\"", words[chance_below(chance, 6)]) },
		{ "\"quantity\":3",
		  arena_printf(arena, "\"quantity\":%d", chance_below(chance, 4)) },
		{ "\"cancel_at_period_end\":false", chance_of(chance, 300)
		                                        ? "\"cancel_at_period_end\":true"
		                                        : "\"cancel_at_period_end\":false" },
		{ "\"pause_collection\":null", chance_of(chance, 200)
		                                   ? "\"pause_collection\":{\"behavior\":\"void\"}"
		                                   : "\"pause_collection\":null" },
	};

	return subscription_fixture_edit(arena, edits);
}

static void what_begins_ends_over_random_lives(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 5);
	for (int i = 0; i < HISTORIES; i++) {
		struct subscription_memory memory = { .known = false };
		struct tally tally = { .alive = 0 };

		arena_reset(arena);
		for (int k = 0; k < HISTORY_STEPS; k++) {
			const struct subscription now = some_state(&chance);
			const struct subscription_about at =
			    subscription_fixture_about("2026-01-02T00:00:00Z", false);
			const struct subscription_changes changes =
			    subscription_follow(arena, &memory, &now, &at);
			struct moment end;

			for (size_t c = 0; c < changes.count; c++)
				count_change(&tally, &changes.list[c]);
			const bool alive = subscription_is_alive(&now);
			assert_int_equal(tally.alive, alive);
			assert_int_equal(tally.paused, alive && subscription_is_paused(&now));
			assert_int_equal(tally.trial, now.status == SUBSCRIPTION_TRIALING);
			assert_int_equal(tally.cancelling, alive && subscription_ends(&now, &end));
			assert_int_equal(tally.owing, now.status == SUBSCRIPTION_PAST_DUE ||
			                                  now.status == SUBSCRIPTION_UNPAID);
			assert_true(memory.past_due_since.has == (tally.owing == 1));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_is_told_once_and_in_order),
		cmocka_unit_test(the_end_of_a_trial_is_told_once_by_its_timer),
		cmocka_unit_test(a_debt_is_as_old_as_its_first_day),
		cmocka_unit_test(what_begins_ends_over_random_lives),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
