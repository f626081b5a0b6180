/*
 * billing_standing_test - a customer's access and revenue followed through its life, and a shard's book.
 */
#include "services/billing-sync/subscription/standing.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/recurring_sum.h"
#include "tests/support/subscription_fixture.h"

#include <inttypes.h>
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CUSTOMERS 30
#define DAYS_OF_LIFE 120
#define HOUR_US INT64_C(3600000000)
#define DAY_US (24 * HOUR_US)
#define BEGIN INT64_C(1767225600000000) /* 1 January 2026 */

static const struct access_policy access = { .past_due_grace = { 14 * DAY_US },
	                                     .trial_notice = { 3 * DAY_US } };
static const struct mrr_policy mrr = { .past_due_at_most = { 62 * DAY_US } };
static const struct books_policy books = { .time_zone = "UTC" };
static const struct currency_policy units = { .others = { .exponent = 2 } };
static const struct standing_rules rules = { &access, &mrr, &books, &units };
/* A customer of one subscription. */
struct life {
	struct subscription_memory memory;
	struct standing standing;
	struct standing_news news;
};

/* Looks, through the row's bytes. */
static void look(struct life *life, struct instant at)
{
	const struct subscription_memory *const all[] = { &life->memory };
	const char *reason = "";
	const struct bytes row = standing_encode(arena, &life->standing);

	assert_true(standing_decode(arena, row, &life->standing));
	if (!standing_follow(arena, &life->standing, all, 1, &rules, at, &life->news, &reason))
		fail_msg("%s", reason);
}

static void hear(struct life *life, const struct subscription *now, struct instant at)
{
	const struct subscription_about about = { .at = at, .trial_notice = DAYS(3) };

	subscription_follow(arena, &life->memory, now, &about);
	look(life, at);
}

/* What was told: access, then movements, then when to look again in hours since the beginning. */
static const char *told(const struct life *life)
{
	static const char *const moves[] = { "granted", "changed", "withdrawn" };
	const char *text = "";

	for (size_t i = 0; i < life->news.access_count; i++)
		text = arena_printf(arena, "%s%s %s, ", text, moves[life->news.access[i].move],
		                    entitlement_reason_names[life->news.access[i].now.reason]);
	for (size_t i = 0; i < life->news.moved; i++)
		text = arena_printf(arena, "%s%s %" PRId64 ", ", text,
		                    recurring_kind_names[life->news.movements[i].kind],
		                    life->news.movements[i].minor);
	return life->news.next.has ? arena_printf(arena, "%snext %" PRId64, text,
	                                          (life->news.next.at.us - BEGIN) / HOUR_US)
	                           : arena_printf(arena, "%snever", text);
}

struct beat {
	int64_t hour;       /* since the beginning */
	const char *status; /* that comes; NULL: the timer */
	const char *want;
};

static const struct beat beats[] = {
	{ 1, "trialing", "granted trial, never" },
	{ 30, "active", "changed active, next 48" },
	{ 31, "active", "next 48" },
	{ 48, NULL, "new 6000, never" },
	{ 48, NULL, "never" },
	{ 50, "past_due", "changed grace, next 386" },    /* 14 days of grace */
	{ 386, NULL, "withdrawn grace_over, next 1538" }, /* 62 days until it no longer counts */
	{ 1538, NULL, "next 1560" },
	{ 1560, NULL, "churn 6000, never" },
	{ 1570, "active", "granted active, next 1584" },
	{ 1584, NULL, "reactivation 6000, never" },
	{ 1590, "canceled", "withdrawn ended, next 1608" },
	{ 1700, "active", "granted active, churn 6000, next 1704" }, /* no timer came before */
};

static void a_life_is_told_beat_by_beat(void **state)
{
	struct life life = { .memory = { .known = false } };
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(beats); i++) {
		const struct beat *const beat = &beats[i];
		const struct instant at = { BEGIN + beat->hour * HOUR_US };

		if (beat->status == NULL) {
			look(&life, at);
		} else {
			const struct subscription_edit edits[SUBSCRIPTION_EDITS] = {
				{ "\"status\":\"active\"",
				  arena_printf(arena, "\"status\":\"%s\"", beat->status) },
			};
			const struct subscription now = subscription_fixture_edit(arena, edits);

			hear(&life, &now, at);
		}
		if (text_equal(told(&life), beat->want))
			continue;
		print_error("hour %" PRId64 ": %s\n", beat->hour, told(&life));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static struct subscription some_state(struct chance *chance)
{
	static const char *const words[] = { "active",   "active", "trialing", "past_due",
		                             "canceled", "unpaid", "active",   "paused" };
	static const char *const currencies[] = { "usd", "jpy", "kwd" };
	const struct subscription_edit edits[SUBSCRIPTION_EDITS] = {
		{ "\"status\":\"active\"",
		  arena_printf(arena, "\"status\":\"%s\"", words[chance_below(chance, 8)]) },
		{ "\"quantity\":3",
		  arena_printf(arena, "\"quantity\":%d", chance_below(chance, 9)) },
		{ "\"currency\":\"usd\",\"start", "\"start" },
		{ "\"currency\":\"usd\",\"unit",
		  arena_printf(arena, "\"currency\":\"%s\",\"unit",
		               currencies[chance_below(chance, 3)]) },
	};

	return subscription_fixture_edit(arena, edits);
}

/* The shard's book: the ending follows every look, the movements come at the end of a day. */
static void book_news(struct recurring_sum *book, const struct life *life)
{
	recurring_sum_shift(book, &life->news.before, &life->standing.mrr.now);
	recurring_sum_move(book, life->news.movements, life->news.moved);
}

/* A day of one customer: its timers when they are due, and what happens to it. */
static void live(struct chance *chance, struct life *life, struct recurring_sum *book,
                 struct instant morning)
{
	const struct instant evening = { morning.us + DAY_US };

	for (int64_t hour = 1; hour < 24; hour++) {
		const struct instant at = { morning.us + hour * HOUR_US };
		const bool due = life->news.next.has && !time_before(at, life->news.next.at);

		if (chance_of(chance, 30)) {
			const struct subscription now = some_state(chance);

			hear(life, &now, at);
			book_news(book, life);
		} else if (due) {
			look(life, at);
			book_news(book, life);
		}
	}
	if (life->news.next.has && !time_before(evening, life->news.next.at)) {
		look(life, evening);
		book_news(book, life);
	}
}

/* Rows live in the arena of a day; what is kept of them goes over by its bytes. */
static struct life carry(struct arena *next, const struct life *life)
{
	struct life kept = *life;

	assert_true(subscription_memory_decode(
	    next, subscription_memory_encode(next, &life->memory), &kept.memory));
	assert_true(standing_decode(next, standing_encode(next, &life->standing), &kept.standing));
	return kept;
}

static void a_shard_s_book_holds_at_each_day_s_end(void **state)
{
	static struct life lives[CUSTOMERS];
	static struct recurring_sum book;
	struct chance chance;

	(void)state;
	chance_seed(&chance, 9);
	for (int64_t day = 0; day < DAYS_OF_LIFE; day++) {
		struct arena *const next = arena_create(1 << 16);

		for (size_t i = 0; i < CUSTOMERS; i++)
			live(&chance, &lives[i], &book, (struct instant){ BEGIN + day * DAY_US });
		for (size_t i = 0; i < book.count; i++)
			assert_int_equal(recurring_line_gap(&book.lines[i]), 0);
		recurring_sum_turn(&book);
		for (size_t i = 0; i < CUSTOMERS; i++)
			lives[i] = carry(next, &lives[i]);
		arena_destroy(arena);
		arena = next;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_life_is_told_beat_by_beat),
		cmocka_unit_test(a_shard_s_book_holds_at_each_day_s_end),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
