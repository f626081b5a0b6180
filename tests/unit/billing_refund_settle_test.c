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
	enum refund_dispute_state state;
	bool gave;
} words[] = {
	{ "needs_response", "chargeback", REFUND_DISPUTE_OPEN, false },
	{ "under_review", "chargeback", REFUND_DISPUTE_OPEN, false },
	{ "a word of a later year", "", REFUND_DISPUTE_OPEN, false },
	{ "warning_needs_response", "inquiry", REFUND_DISPUTE_INQUIRY, false },
	{ "warning_under_review", "inquiry", REFUND_DISPUTE_INQUIRY, false },
	{ "warning_closed", "inquiry", REFUND_DISPUTE_CLOSED, false },
	{ "won", "chargeback", REFUND_DISPUTE_CLOSED, false },
	{ "lost", "chargeback", REFUND_DISPUTE_CLOSED, true },
	{ "lost", "", REFUND_DISPUTE_CLOSED, true },
	{ "charge_refunded", "", REFUND_DISPUTE_CLOSED, false }, /* its refund says so itself */
	{ "prevented", "resolution", REFUND_DISPUTE_CLOSED, true },
	{ "prevented", "", REFUND_DISPUTE_CLOSED, true },
	{ "prevented", "block", REFUND_DISPUTE_CLOSED, false }, /* likewise */
};

static void the_providers_word_says_whether_a_dispute_is_open_and_who_has_the_money(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		print_message("%s %s\n", words[i].status, words[i].case_type);
		assert_int_equal(refund_dispute_state_of(words[i].status), words[i].state);
		assert_int_equal(refund_dispute_gave(words[i].status, words[i].case_type),
		                 words[i].gave);
	}
}

/* Of 10,000 so much is approved when a bank asks, or the money goes another way. */
static const struct {
	int64_t approved;
	enum refund_inquiry inquiry;
	bool inquired;
	struct refund_elsewhere elsewhere;
	enum refund_lapse lapse;
} lapses[] = {
	{ 10000, REFUND_INQUIRY_FULL, false, { 0 }, REFUND_LAPSE_NONE },
	{ 10000, REFUND_INQUIRY_FULL, true, { 0 }, REFUND_LAPSE_NONE },
	{ 9999, REFUND_INQUIRY_FULL, true, { 0 }, REFUND_LAPSE_INQUIRED },
	{ 9999, REFUND_INQUIRY_ANY, true, { 0 }, REFUND_LAPSE_NONE },
	{ 10000, REFUND_INQUIRY_NONE, true, { 0 }, REFUND_LAPSE_INQUIRED },
	{ 100, REFUND_INQUIRY_FULL, false, { .disputed = true }, REFUND_LAPSE_DISPUTED },
	{ 100, REFUND_INQUIRY_FULL, false, { .given = 9900 }, REFUND_LAPSE_NONE },
	{ 100, REFUND_INQUIRY_FULL, false, { .given = 9901 }, REFUND_LAPSE_GONE },
	{ 100, REFUND_INQUIRY_FULL, false, { .taken = 9901 }, REFUND_LAPSE_GONE },
};

static void what_is_approved_lapses_when_it_would_pay_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lapses); i++) {
		struct refund_row *const row = refund_charged("USD");
		const struct refund_approval *taken;
		struct refund_policy policy = refund_book;

		print_message("row %zu\n", i);
		policy.inquiry = lapses[i].inquiry;
		assert_true(refund_ask_for(row, "a-1", lapses[i].approved).approved);
		if (lapses[i].inquired)
			refund_on_dispute(row, "dp_1", REFUND_DISPUTE_INQUIRY, 0);
		taken = refund_take_back(&policy, row, &lapses[i].elsewhere, refund_start_at);
		assert_int_equal(taken != NULL ? taken->lapse : REFUND_LAPSE_NONE, lapses[i].lapse);
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
		cmocka_unit_test(
		    the_providers_word_says_whether_a_dispute_is_open_and_who_has_the_money),
		cmocka_unit_test(what_is_approved_lapses_when_it_would_pay_twice),
	};

	return cmocka_run_group_tests(tests, refund_start, refund_stop);
}
