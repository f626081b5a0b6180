#include "tests/support/customer_story.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "services/billing-sync/customer/customer.h"
#include "tests/support/chance.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/ledger_fixture.h"
#include "tests/support/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEED 7

void customer_tell(const struct customer_told *told)
{
	customer_feed(told->type, told->id, told->revision, told->status, told->json);
}

/* All states of its object that come before it have come. */
static bool ready(const struct customer_told *states, const bool *done, size_t which)
{
	for (size_t i = 0; i < which; i++)
		if (!done[i] && text_equal(states[i].id, states[which].id))
			return false;
	return true;
}

static void draw(struct chance *chance, const struct customer_story *story, size_t *order)
{
	bool done[CUSTOMER_STORY_MAX] = { false };
	size_t count = 0;

	CHECK(story->count <= CUSTOMER_STORY_MAX);
	while (count < story->count) {
		const size_t i = (size_t)chance_below(chance, (int)story->count);

		if (done[i] || !ready(story->states, done, i))
			continue;
		done[i] = true;
		order[count++] = i;
	}
}

/* Its cases. */

#define CASES_MAX 32

struct cases {
	const char *lines[CASES_MAX];
	size_t count;
};

static void see_case(const void *row, void *context)
{
	struct arena *const arena = customer_stage.arena;
	struct discrepancy *const found = arena_alloc(arena, sizeof(*found));
	const struct case_row *const it = row;
	struct cases *const cases = context;

	CHECK(discrepancy_decode(arena, it->body, found));
	for (size_t i = 0; i < found->count && text_equal(it->state, "open"); i++) {
		CHECK(cases->count < CASES_MAX);
		cases->lines[cases->count++] =
		    arena_printf(arena, "%s %s %lld/%lld\n", it->cause, found->evidence[i].object,
		                 (long long)found->evidence[i].expected,
		                 (long long)found->evidence[i].found);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *open_cases(void)
{
	struct cases cases = { .count = 0 };
	const char *text = "";
	struct case_row row;

	stage_test_each(&customer_stage, &case_table, &row, see_case, &cases);
	qsort(cases.lines, cases.count, sizeof(cases.lines[0]), by_text);
	for (size_t i = 0; i < cases.count; i++)
		text = arena_printf(customer_stage.arena, "%s%s", text, cases.lines[i]);
	return text;
}

/* Its end. */

static void check_end(const struct customer_story *story)
{
	if (story->wait.us != 0) {
		customer_feed_self();
		customer_wait(story->wait);
	}
	assert_string_equal(ledger_trial(&customer_stage), story->trial);
	assert_string_equal(ledger_owed(&customer_stage), story->owed);
	if (story->days != NULL)
		assert_string_equal(ledger_days(&customer_stage), story->days);
	if (story->cases != NULL)
		assert_string_equal(open_cases(), story->cases);
}

/* A later state of its object comes as well. */
static bool is_replaced(const struct customer_story *story, size_t which)
{
	for (size_t i = which + 1; i < story->count; i++)
		if (text_equal(story->states[i].id, story->states[which].id))
			return true;
	return false;
}

/* leave_out: in a thousand, of the states that are replaced. */
static void run(const struct customer_story *story, int rounds, int leave_out)
{
	struct chance chance;

	chance_seed(&chance, SEED);
	for (int round = 0; round < rounds; round++) {
		size_t order[CUSTOMER_STORY_MAX];

		draw(&chance, story, order);
		assert_int_equal(customer_stop(NULL), 0);
		assert_int_equal(customer_start(NULL), 0);
		for (size_t i = 0; i < story->count; i++) {
			if (leave_out > 0 && is_replaced(story, order[i]) &&
			    chance_of(&chance, leave_out))
				continue;
			story->tell(&story->states[order[i]]);
			if (chance_of(&chance, 100))
				stage_test_restart(&customer_stage);
		}
		check_end(story);
	}
}

void customer_any_order(const struct customer_story *story, int rounds)
{
	run(story, rounds, 0);
}

void customer_any_states(const struct customer_story *story, int rounds)
{
	run(story, rounds, 500);
}

static bool in_revision_order(const struct customer_story *story, const size_t *order)
{
	bool done[CUSTOMER_STORY_MAX] = { false };

	for (size_t i = 0; i < story->count; i++) {
		if (!ready(story->states, done, order[i]))
			return false;
		done[order[i]] = true;
	}
	return true;
}

void customer_every_order(const struct customer_story *story)
{
	size_t order[CUSTOMER_STORY_MAX];

	CHECK(story->count <= CUSTOMER_STORY_MAX);
	for (size_t i = 0; i < story->count; i++)
		order[i] = i;
	do {
		if (!in_revision_order(story, order))
			continue;
		assert_int_equal(customer_stop(NULL), 0);
		assert_int_equal(customer_start(NULL), 0);
		for (size_t i = 0; i < story->count; i++)
			story->tell(&story->states[order[i]]);
		check_end(story);
	} while (order_next(order, story->count));
}
