#include "tests/support/customer_story.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "tests/support/chance.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/ledger_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

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

void customer_any_order(const struct customer_story *story, int rounds)
{
	struct chance chance;

	chance_seed(&chance, SEED);
	for (int round = 0; round < rounds; round++) {
		size_t order[CUSTOMER_STORY_MAX];

		draw(&chance, story, order);
		assert_int_equal(customer_stop(NULL), 0);
		assert_int_equal(customer_start(NULL), 0);
		for (size_t i = 0; i < story->count; i++) {
			story->tell(&story->states[order[i]]);
			if (chance_of(&chance, 100))
				stage_test_restart(&customer_stage);
		}
		assert_string_equal(ledger_trial(&customer_stage), story->trial);
		assert_string_equal(ledger_owed(&customer_stage), story->owed);
	}
}
