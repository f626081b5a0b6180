/* fsm_test - a move is made exactly when the table lists it. */
#include "common/base/bytes.h"
#include "common/base/fsm.h"
#include "common/base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum door { DOOR_OPEN, DOOR_CLOSED, DOOR_LOCKED, DOORS };
enum cause { CAUSE_PUSH, CAUSE_PULL, CAUSE_KEY, CAUSES };

static const char *const states[] = { "open", "closed", "locked" };
static const char *const causes[] = { "push", "pull", "key" };
static const struct fsm_move moves[] = {
	{ DOOR_OPEN, CAUSE_PUSH, DOOR_CLOSED },
	{ DOOR_CLOSED, CAUSE_PULL, DOOR_OPEN },
	{ DOOR_CLOSED, CAUSE_KEY, DOOR_LOCKED },
	{ DOOR_LOCKED, CAUSE_KEY, DOOR_CLOSED },
};
static const struct fsm door = {
	.name = "door",
	.states = states,
	.causes = causes,
	.state_count = COUNT_OF(states),
	.cause_count = COUNT_OF(causes),
	.moves = moves,
	.move_count = COUNT_OF(moves),
};

static void every_pair_moves_or_stays_as_the_table_says(void **state)
{
	static const int after[DOORS][CAUSES] = {
		[DOOR_OPEN] = { DOOR_CLOSED, -1, -1 },
		[DOOR_CLOSED] = { -1, DOOR_OPEN, DOOR_LOCKED },
		[DOOR_LOCKED] = { -1, -1, DOOR_CLOSED },
	};

	(void)state;
	for (int from = 0; from < DOORS; from++) {
		for (int cause = 0; cause < CAUSES; cause++) {
			const bool moves_on = after[from][cause] >= 0;
			int now = from;

			assert_int_equal(fsm_step(&door, &now, cause), moves_on);
			assert_int_equal(now, moves_on ? after[from][cause] : from);
		}
	}
}

static void a_number_outside_of_the_tables_moves_nothing(void **state)
{
	int now = 99;

	(void)state;
	assert_false(fsm_step(&door, &now, CAUSE_PUSH));
	assert_int_equal(now, 99);
	now = DOOR_OPEN;
	assert_false(fsm_step(&door, &now, -1));
	assert_int_equal(now, DOOR_OPEN);
}

static void the_picture_lists_every_move(void **state)
{
	struct buffer out = { 0 };

	(void)state;
	fsm_mermaid(&door, &out);
	buffer_add(&out, "", 1);
	assert_string_equal((const char *)out.data, "---\ntitle: door\n---\nstateDiagram-v2\n"
	                                            "\t[*] --> open\n"
	                                            "\topen --> closed: push\n"
	                                            "\tclosed --> open: pull\n"
	                                            "\tclosed --> locked: key\n"
	                                            "\tlocked --> closed: key\n");
	buffer_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_moves_or_stays_as_the_table_says),
		cmocka_unit_test(a_number_outside_of_the_tables_moves_nothing),
		cmocka_unit_test(the_picture_lists_every_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
