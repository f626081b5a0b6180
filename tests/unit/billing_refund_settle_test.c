/*
 * billing_refund_settle_test - which refunds of the provider stand for which approvals, and what is one too many.
 */
#include "tests/support/refund_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void hear_at(struct refund_row *row, const char *refund, const char *action, int64_t amount,
                    enum refund_state state, int days)
{
	refund_on_made(row, &(struct refund_news){ .refund_id = refund,
	                                           .action_id = action,
	                                           .amount = amount,
	                                           .state = state,
	                                           .at = time_add(refund_start_at, DAYS(days)) });
}

/* Who clicks twice has asked for one refund; who executes by hand has executed it. */
static void the_same_again_is_one_until_somebody_means_another(void **state)
{
	struct refund_row *const row = refund_charged("USD");
	struct refund_ask twice = { .action_id = "a-2",
		                    .money = { 2000, "USD" },
		                    .intent = "duplicate_charge",
		                    .roles = refund_finance,
		                    .at = time_add(refund_start_at, DAYS(1)),
		                    .keyed = true };

	(void)state;
	assert_true(refund_ask_for(row, "a-1", 2000).approved);
	refund_assert_refused(refund_decide(refund_arena, &refund_book, row, &twice),
	                      REFUND_REPEATED, "on.id");
	hear_at(row, "re_1", "", 2000, REFUND_SUCCEEDED, 2);
	twice.keyed = false;
	refund_assert_refused(refund_decide(refund_arena, &refund_book, row, &twice),
	                      REFUND_REPEATED, "on.id");
	twice.keyed = true;
	assert_true(refund_decide(refund_arena, &refund_book, row, &twice).approved);
	assert_int_equal(refund_left(row), 6000);
}

static void a_refund_made_by_hand_executes_an_approval_of_its_amount(void **state)
{
	struct refund_row *const row = refund_charged("USD");

	(void)state;
	hear_at(row, "re_0", "", 3000, REFUND_SUCCEEDED, 0);
	assert_true(refund_ask_for(row, "a-1", 3000).approved);
	assert_int_equal(refund_left(row), 4000);
	assert_int_equal(refund_standing(row, "a-1"), REFUND_STANDING_OPEN);
	hear_at(row, "re_2", "", 2999, REFUND_SUCCEEDED, 2);
	assert_int_equal(refund_left(row), 1001);
	assert_int_equal(refund_standing(row, "a-1"), REFUND_STANDING_OPEN);
	hear_at(row, "re_3", "", 3000, REFUND_PENDING, 2);
	assert_int_equal(refund_standing(row, "a-1"), REFUND_STANDING_SETTLED);
	assert_int_equal(refund_left(row), 1001);
	hear_at(row, "re_3", "", 3000, REFUND_FAILED, 2);
	assert_int_equal(refund_standing(row, "a-1"), REFUND_STANDING_SETTLED);
	assert_int_equal(refund_left(row), 4001);
	assert_int_equal(refund_standing(row, "a-9"), REFUND_STANDING_NONE);
}

/* The refund itself may come late, or never. */
static void what_the_charge_says_was_given_back_counts(void **state)
{
	struct refund_row *const row = refund_charged("USD");
	const struct money money = { REFUND_CHARGED, "USD" };

	(void)state;
	refund_on_charge(row, money, 9000, refund_start_at);
	refund_assert_refused(refund_ask_for(row, "a-1", 1001), REFUND_TOO_MUCH, "amount");
	hear_at(row, "re_1", "", 9000, REFUND_SUCCEEDED, 0);
	assert_int_equal(refund_left(row), 1000);
}

static const struct {
	const char *status;
	const char *case_type;
	bool gave;
} endings[] = {
	{ "needs_response", "chargeback", false },
	{ "won", "chargeback", false },
	{ "lost", "chargeback", true },
	{ "lost", "", true },
	{ "warning_closed", "inquiry", false },
	{ "charge_refunded", "", false }, /* its refund says so itself */
	{ "prevented", "resolution", true },
	{ "prevented", "", true },
	{ "prevented", "block", false }, /* likewise */
};

static void who_lost_a_dispute_or_let_the_network_settle_it_gave_the_money(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		print_message("%s %s\n", endings[i].status, endings[i].case_type);
		assert_int_equal(refund_dispute_gave(endings[i].status, endings[i].case_type),
		                 endings[i].gave);
	}
}

/* The dispute may come after the charge that says so: until then nobody knows whether it is open. */
static void what_the_charge_says_is_disputed_waits_for_its_dispute(void **state)
{
	struct refund_row *const row = refund_charged("USD");
	struct refund_row *const read = arena_zero(refund_arena, sizeof(*read));

	(void)state;
	row->said_disputed = true;
	refund_assert_refused(refund_ask_for(row, "a-1", 100), REFUND_DISPUTED, "on.id");
	assert_true(refund_decode(refund_encode(refund_arena, row), read));
	refund_assert_refused(refund_ask_for(read, "a-1", 100), REFUND_DISPUTED, "on.id");
	refund_on_dispute(read, "dp_1", REFUND_DISPUTE_CLOSED, 0);
	assert_true(refund_ask_for(read, "a-2", 100).approved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_again_is_one_until_somebody_means_another),
		cmocka_unit_test(a_refund_made_by_hand_executes_an_approval_of_its_amount),
		cmocka_unit_test(what_the_charge_says_was_given_back_counts),
		cmocka_unit_test(what_the_charge_says_is_disputed_waits_for_its_dispute),
		cmocka_unit_test(who_lost_a_dispute_or_let_the_network_settle_it_gave_the_money),
	};

	return cmocka_run_group_tests(tests, refund_start, refund_stop);
}
