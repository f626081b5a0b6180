/*
 * billing_refund_test - refunds that are asked for: limits, roles, windows, disputes, and never one too many.
 */
#include "common/base/text.h"
#include "tests/support/chance.h"
#include "tests/support/refund_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HISTORIES 3000
#define STEPS 80
#define WAITING_MAX 256

static const char *const nobody[] = { "tickets", NULL };

/* Of refunds made before all that is asked for. */
static void hear(struct refund_row *row, const char *refund, const char *action, int64_t amount,
                 enum refund_state state)
{
	refund_on_made(row, &(struct refund_news){ .refund_id = refund,
	                                           .action_id = action,
	                                           .amount = amount,
	                                           .state = state,
	                                           .at = refund_start_at });
}

static void rules_say_who_how_much_and_how_long_after(void **state)
{
	static const struct {
		const char *name;
		const char *currency;
		int64_t amount;
		const char *intent;
		const char *const *roles;
		int days;
		const char *refused; /* NULL: approved */
		const char *role;
	} rows[] = {
		{ "support up to its limit", "USD", 5000, "duplicate_charge", refund_support, 1,
		  NULL, "support" },
		{ "above it somebody else must", "USD", 5001, "duplicate_charge", refund_support, 1,
		  "wrong_role", "" },
		{ "billing has no limit of its own there, finance must", "USD", 5001,
		  "duplicate_charge", refund_billing, 1, "wrong_role", "" },
		{ "finance may", "USD", 10000, "duplicate_charge", refund_finance, 1, NULL,
		  "finance" },
		{ "who may more may less", "USD", 100, "duplicate_charge", refund_billing, 1, NULL,
		  "support" },
		{ "who has no role may nothing", "USD", 1, "duplicate_charge", nobody, 1,
		  "wrong_role", "" },
		{ "each currency has its limit", "JPY", 7000, "duplicate_charge", refund_support, 1,
		  NULL, "support" },
		{ "and one that is not listed goes to the next role", "EUR", 1, "duplicate_charge",
		  refund_support, 1, "wrong_role", "" },
		{ "who has no limit in it", "EUR", 9999, "duplicate_charge", refund_finance, 1,
		  NULL, "finance" },
		{ "nobody may above the last limit", "USD", 2001, "complaint", refund_finance, 1,
		  "over_limit", "" },
		{ "the last day of the window counts", "USD", 100, "complaint", refund_billing, 30,
		  NULL, "billing" },
		{ "the day after does not", "USD", 100, "complaint", refund_billing, 31, "too_late",
		  "" },
		{ "another intent has another window", "USD", 100, "duplicate_charge",
		  refund_support, 180, NULL, "support" },
		{ "an intent without a rule", "USD", 100, "praise", refund_finance, 1, "no_rule",
		  "" },
		{ "nothing", "USD", 0, "duplicate_charge", refund_finance, 1, "wrong_amount", "" },
		{ "less than nothing", "USD", -5, "duplicate_charge", refund_finance, 1,
		  "wrong_amount", "" },
		{ "more than was charged", "USD", 10001, "duplicate_charge", refund_finance, 1,
		  "too_much", "" },
		{ "the largest number", "USD", INT64_MAX, "duplicate_charge", refund_finance, 1,
		  "too_much", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct refund_row *const row = refund_charged(rows[i].currency);
		const struct refund_answer answer =
		    refund_ask_as(row, "a-1", rows[i].amount, rows[i].intent, rows[i].roles,
		                  rows[i].days);

		print_message("%s\n", rows[i].name);
		assert_int_equal(answer.approved, rows[i].refused == NULL);
		assert_string_equal(answer.role, rows[i].role);
		if (rows[i].refused != NULL)
			assert_string_equal(refund_refusal_names[answer.code], rows[i].refused);
		assert_int_equal(refund_left(row),
		                 REFUND_CHARGED - (answer.approved ? rows[i].amount : 0));
	}
}

static void a_charge_that_is_not_known_gives_nothing_back(void **state)
{
	struct refund_row *const row = arena_zero(refund_arena, sizeof(*row));
	struct money money = { 0, "USD" };

	(void)state;
	refund_assert_refused(refund_ask_for(row, "a-1", 1), REFUND_UNKNOWN, "on.id");
	refund_on_charge(row, money, 0, refund_start_at);
	refund_assert_refused(refund_ask_for(row, "a-1", 1), REFUND_TOO_MUCH, "amount");
}

static void another_currency_is_refused(void **state)
{
	struct refund_row *const row = refund_charged("USD");
	const struct refund_ask yen = { .action_id = "a-1",
		                        .money = { 100, "JPY" },
		                        .intent = "duplicate_charge",
		                        .roles = refund_finance,
		                        .at = refund_start_at,
		                        .keyed = true };

	(void)state;
	refund_assert_refused(refund_decide(refund_arena, &refund_book, row, &yen),
	                      REFUND_WRONG_CURRENCY, "currency");
}

static void small_ones_do_not_add_up_above_a_limit(void **state)
{
	struct refund_row *const row = refund_charged("USD");

	(void)state;
	assert_true(
	    refund_ask_as(row, "a-1", 3000, "duplicate_charge", refund_support, 1).approved);
	assert_true(
	    refund_ask_as(row, "a-2", 2000, "duplicate_charge", refund_support, 1).approved);
	refund_assert_refused(refund_ask_as(row, "a-3", 1, "duplicate_charge", refund_support, 1),
	                      REFUND_WRONG_ROLE, "by");
	assert_true(refund_ask_as(row, "a-3", 1, "duplicate_charge", refund_finance, 1).approved);
}

static void the_same_action_takes_once(void **state)
{
	struct refund_row *const row = refund_charged("USD");

	(void)state;
	assert_true(refund_ask_for(row, "a-1", 6000).approved);
	const struct refund_answer again = refund_ask_for(row, "a-1", 6000);
	assert_true(again.approved && again.again);
	assert_int_equal(again.amount, 6000);
	assert_int_equal(refund_left(row), 4000);
	refund_assert_refused(refund_ask_for(row, "a-1", 6001), REFUND_ACTION_REUSED, "action_id");
	refund_assert_refused(refund_ask_as(row, "a-1", 6000, "complaint", refund_finance, 1),
	                      REFUND_ACTION_REUSED, "action_id");
	refund_assert_refused(refund_ask_for(row, "a-2", 6000), REFUND_TOO_MUCH, "amount");
}

static void an_approval_is_taken_once_with_the_refund_that_executes_it(void **state)
{
	struct refund_row *const row = refund_charged("USD");

	(void)state;
	assert_true(refund_ask_for(row, "a-1", 6000).approved);
	hear(row, "re_1", "a-1", 6000, REFUND_PENDING);
	assert_int_equal(refund_left(row), 4000);
	hear(row, "re_1", "a-1", 6000, REFUND_SUCCEEDED);
	hear(row, "re_1", "", 6000, REFUND_PENDING);
	assert_int_equal(refund_left(row), 4000);
	hear(row, "re_2", "", 1000, REFUND_SUCCEEDED);
	assert_int_equal(refund_left(row), 3000);
	assert_true(refund_ask_for(row, "a-1", 6000).again);
}

static void what_failed_may_be_given_again_under_another_action(void **state)
{
	struct refund_row *const row = refund_charged("USD");

	(void)state;
	assert_true(refund_ask_for(row, "a-1", 10000).approved);
	hear(row, "re_1", "a-1", 10000, REFUND_FAILED);
	assert_int_equal(refund_left(row), 10000);
	hear(row, "re_1", "a-1", 10000, REFUND_SUCCEEDED);
	assert_int_equal(refund_left(row), 10000);
	assert_true(refund_ask_for(row, "a-2", 10000).approved);
	assert_false(refund_on_failure(row, "a-9", refund_start_at));
	assert_true(refund_on_failure(row, "a-2", refund_start_at));
	assert_int_equal(refund_left(row), 10000);
	hear(row, "re_2", "a-2", 10000, REFUND_PENDING);
	assert_int_equal(refund_left(row), 0);
}

static void a_disputed_charge_gives_back_what_is_left(void **state)
{
	struct refund_row *const row = refund_charged("USD");

	(void)state;
	refund_on_dispute(row, "dp_1", REFUND_DISPUTE_OPEN, 4000);
	refund_assert_refused(refund_ask_for(row, "a-1", 1), REFUND_DISPUTED, "on.id");
	refund_on_dispute(row, "dp_1", REFUND_DISPUTE_CLOSED, 4000);
	refund_assert_refused(refund_ask_for(row, "a-1", 6001), REFUND_TOO_MUCH, "amount");
	assert_true(refund_ask_for(row, "a-1", 6000).approved);
	refund_on_dispute(row, "dp_1", REFUND_DISPUTE_CLOSED, 0);
	assert_true(refund_ask_for(row, "a-2", 4000).approved);
	assert_int_equal(refund_left(row), 0);
	refund_on_dispute(row, "dp_2", REFUND_DISPUTE_CLOSED, 9000);
	assert_int_equal(refund_left(row), 0);
}

static void an_inquiry_lets_all_of_it_through_alone(void **state)
{
	struct refund_policy other = refund_book;
	struct refund_row *const row = refund_charged("USD");
	const struct refund_ask part = { .action_id = "a-1",
		                         .money = { 100, "USD" },
		                         .intent = "duplicate_charge",
		                         .roles = refund_finance,
		                         .at = refund_start_at,
		                         .keyed = true };

	(void)state;
	refund_on_dispute(row, "dp_1", REFUND_DISPUTE_INQUIRY, 0);
	refund_assert_refused(refund_ask_for(row, "a-1", 9999), REFUND_INQUIRED, "amount");
	other.inquiry = REFUND_INQUIRY_NONE;
	refund_assert_refused(refund_decide(refund_arena, &other, row, &part), REFUND_INQUIRED,
	                      "amount");
	other.inquiry = REFUND_INQUIRY_ANY;
	assert_true(refund_decide(refund_arena, &other, row, &part).approved);
	assert_true(refund_ask_for(row, "a-2", 9900).approved);
}

static void more_than_can_be_kept_closes_the_charge(void **state)
{
	struct refund_row *row = refund_charged("USD");

	(void)state;
	for (int i = 0; i < REFUND_APPROVALS_MAX; i++)
		assert_true(
		    refund_ask_for(row, arena_printf(refund_arena, "a-%d", i), i + 1).approved);
	refund_assert_refused(refund_ask_for(row, "a-x", 1), REFUND_TOO_MANY, "on.id");
	row = refund_charged("USD");
	for (int i = 0; i <= REFUND_REFUNDS_MAX; i++)
		hear(row, arena_printf(refund_arena, "re_%d", i), "", 1, REFUND_SUCCEEDED);
	refund_assert_refused(refund_ask_for(row, "a-x", 1), REFUND_TOO_MANY, "on.id");
}

/* The promise: whatever is approved, executed, failed and heard in whatever order, never one too many. */

struct news {
	bool gave_up; /* else a refund's state */
	int which;
	enum refund_state state;
};

/* A provider that refunds whatever it is told, and one who tells it each approval once. */
struct world {
	struct chance chance;
	struct refund_row *row;
	int approvals;
	int64_t amounts[REFUND_APPROVALS_MAX];
	bool gone[REFUND_APPROVALS_MAX];     /* executed, or given up */
	bool refunded[REFUND_APPROVALS_MAX]; /* at the provider */
	enum refund_state states[REFUND_APPROVALS_MAX];
	size_t waiting;
	struct news news[WAITING_MAX];
};

static void send_news(struct world *world, bool gave_up, int which, enum refund_state state)
{
	const int copies = chance_of(&world->chance, 200) ? 2 : 1;

	for (int i = 0; i < copies && world->waiting < WAITING_MAX; i++)
		world->news[world->waiting++] = (struct news){ gave_up, which, state };
}

static void world_asks(struct world *world)
{
	const int which = world->approvals;
	const int64_t amount = chance_between(&world->chance, 1, REFUND_CHARGED);
	const struct refund_answer answer =
	    refund_ask_for(world->row, arena_printf(refund_arena, "a-%d", which), amount);

	if (which > 0 && chance_of(&world->chance, 300))
		assert_true(refund_ask_for(world->row,
		                           arena_printf(refund_arena, "a-%d", which - 1),
		                           world->amounts[which - 1])
		                .again);
	if (answer.approved)
		world->amounts[world->approvals++] = amount;
}

static void world_executes(struct world *world)
{
	const int which = world->approvals > 0 ? chance_below(&world->chance, world->approvals) : 0;

	if (world->approvals == 0 || world->gone[which])
		return;
	world->gone[which] = true;
	world->refunded[which] = chance_of(&world->chance, 700);
	world->states[which] = REFUND_PENDING;
	send_news(world, !world->refunded[which], which, REFUND_PENDING);
}

static void provider_moves(struct world *world)
{
	const int which = world->approvals > 0 ? chance_below(&world->chance, world->approvals) : 0;

	if (world->approvals == 0 || !world->refunded[which] ||
	    world->states[which] == REFUND_FAILED)
		return;
	world->states[which] = chance_of(&world->chance, 400) ? REFUND_FAILED : REFUND_SUCCEEDED;
	send_news(world, false, which, world->states[which]);
}

static void world_hears(struct world *world)
{
	if (world->waiting == 0)
		return;
	const size_t at = (size_t)chance_below(&world->chance, (int)world->waiting);
	const struct news news = world->news[at];

	world->news[at] = world->news[--world->waiting];
	const char *const action = arena_printf(refund_arena, "a-%d", news.which);
	if (news.gave_up)
		assert_true(refund_on_failure(world->row, action, refund_start_at));
	else
		hear(world->row, arena_printf(refund_arena, "re_%d", news.which), action,
		     world->amounts[news.which], news.state);
}

/* What really went back, or still may. */
static int64_t world_gave(const struct world *world)
{
	int64_t sum = 0;

	for (int i = 0; i < world->approvals; i++)
		if (!world->gone[i] || (world->refunded[i] && world->states[i] != REFUND_FAILED))
			sum += world->amounts[i];
	return sum;
}

static void a_double_refund_is_impossible(void **state)
{
	static void (*const moves[])(struct world *) = { world_asks, world_executes, provider_moves,
		                                         world_hears };
	struct world world;
	int64_t most = 0;
	int approvals = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		memset(&world, 0, sizeof(world));
		chance_seed(&world.chance, seed);
		world.row = refund_charged("USD");
		for (int step = 0; step < STEPS && world.approvals < REFUND_APPROVALS_MAX - 1;
		     step++) {
			moves[chance_below(&world.chance, COUNT_OF(moves))](&world);
			const int64_t gave = world_gave(&world);
			if (gave > REFUND_CHARGED)
				fail_msg("seed %llu: %lld of %d went back",
				         (unsigned long long)seed, (long long)gave, REFUND_CHARGED);
			most = gave > most ? gave : most;
		}
		while (world.waiting > 0)
			world_hears(&world);
		assert_int_equal(refund_left(world.row), REFUND_CHARGED - world_gave(&world));
		approvals += world.approvals;
		arena_reset(refund_arena);
		refund_read_book();
	}
	assert_true(most > REFUND_CHARGED * 9 / 10);
	assert_true(approvals > HISTORIES * 2);
}

static void the_order_of_what_is_heard_leaves_no_trace(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 9);
	for (int round = 0; round < 300; round++) {
		struct refund_row *const one = refund_charged("USD");
		struct refund_row *const other = refund_charged("USD");
		int ids[20];
		enum refund_state states[20];

		for (int i = 0; i < 20; i++) {
			ids[i] = chance_below(&chance, 6);
			states[i] = (enum refund_state)chance_below(&chance, 3);
		}
		for (int i = 0; i < 20; i++) {
			hear(one, arena_printf(refund_arena, "re_%d", ids[i]), "a-1", ids[i] * 10,
			     states[i]);
			hear(other, arena_printf(refund_arena, "re_%d", ids[19 - i]), "a-1",
			     ids[19 - i] * 10, states[19 - i]);
		}
		assert_true(bytes_equal(refund_encode(refund_arena, one),
		                        refund_encode(refund_arena, other)));
	}
}

static void bytes_come_back_and_cut_ones_are_refused(void **state)
{
	struct refund_row *const row = refund_charged("USD");
	struct refund_row *const read = arena_zero(refund_arena, sizeof(*read));

	(void)state;
	assert_true(refund_ask_for(row, "a-1", 100).approved);
	assert_true(refund_ask_for(row, "a-2", 200).approved);
	assert_true(refund_on_failure(row, "a-2", refund_start_at));
	hear(row, "re_1", "a-1", 100, REFUND_SUCCEEDED);
	refund_on_dispute(row, "dp_1", REFUND_DISPUTE_CLOSED, 50);
	const struct bytes bytes = refund_encode(refund_arena, row);
	assert_true(refund_decode(bytes, read));
	assert_true(bytes_equal(bytes, refund_encode(refund_arena, read)));
	assert_int_equal(refund_left(read), REFUND_CHARGED - 150);
	for (size_t size = 0; size < bytes.size; size++)
		assert_false(refund_decode((struct bytes){ bytes.data, size }, read));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_say_who_how_much_and_how_long_after),
		cmocka_unit_test(a_charge_that_is_not_known_gives_nothing_back),
		cmocka_unit_test(another_currency_is_refused),
		cmocka_unit_test(small_ones_do_not_add_up_above_a_limit),
		cmocka_unit_test(the_same_action_takes_once),
		cmocka_unit_test(an_approval_is_taken_once_with_the_refund_that_executes_it),
		cmocka_unit_test(what_failed_may_be_given_again_under_another_action),
		cmocka_unit_test(a_disputed_charge_gives_back_what_is_left),
		cmocka_unit_test(an_inquiry_lets_all_of_it_through_alone),
		cmocka_unit_test(more_than_can_be_kept_closes_the_charge),
		cmocka_unit_test(a_double_refund_is_impossible),
		cmocka_unit_test(the_order_of_what_is_heard_leaves_no_trace),
		cmocka_unit_test(bytes_come_back_and_cut_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, refund_start, refund_stop);
}
