/*
 * dispute_life_test - the life of a dispute as a table: every pair of state and cause, and every word of the provider.
 */
#include "services/chargeback/life/life.h"

#include "common/base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Where each cause leads. A pair that is not named moves nothing: no case goes back to LIFE_NEW, which stands for that. */
#define ASKED                                                               \
	[LIFE_ASK] = LIFE_INQUIRY, [LIFE_ASK_REVIEW] = LIFE_INQUIRY_REVIEW, \
	[LIFE_ASK_CLOSE] = LIFE_INQUIRY_CLOSED, [LIFE_ASK_UNANSWERED] = LIFE_INQUIRY_UNANSWERED
#define CHARGED                                                                     \
	[LIFE_NEED] = LIFE_OPEN, [LIFE_JUDGE] = LIFE_REVIEW, [LIFE_WIN] = LIFE_WON, \
	[LIFE_LOSE] = LIFE_LOST, [LIFE_LOSE_UNANSWERED] = LIFE_UNANSWERED,          \
	[LIFE_PREVENT] = LIFE_PREVENTED
#define AGAIN [LIFE_NEED] = LIFE_OPEN, [LIFE_JUDGE] = LIFE_REVIEW
#define PLACED [LIFE_PLACE] = LIFE_PLACED

static const enum life_state expected[LIFE_STATES][LIFE_CAUSES] = {
	[LIFE_NEW] = { [LIFE_WARN] = LIFE_WARNED,
	               [LIFE_WARN_OVER] = LIFE_WARNING_OVER,
	               ASKED,
	               CHARGED },
	[LIFE_WARNED] = { [LIFE_WARN_OVER] = LIFE_WARNING_OVER, PLACED },
	[LIFE_WARNING_OVER] = { [LIFE_WARN] = LIFE_WARNED, PLACED },
	[LIFE_INQUIRY] = { ASKED, CHARGED, PLACED },
	[LIFE_INQUIRY_REVIEW] = { ASKED, CHARGED, PLACED },
	[LIFE_INQUIRY_CLOSED] = { ASKED, CHARGED, PLACED },
	[LIFE_INQUIRY_UNANSWERED] = { ASKED, CHARGED, PLACED },
	[LIFE_OPEN] = { CHARGED, PLACED },
	[LIFE_REVIEW] = { CHARGED, PLACED },
	[LIFE_WON] = { AGAIN, [LIFE_WIN] = LIFE_WON, [LIFE_LOSE] = LIFE_LOST,
	               [LIFE_LOSE_UNANSWERED] = LIFE_LOST, PLACED },
	[LIFE_LOST] = { AGAIN, [LIFE_WIN] = LIFE_LATE_WON, [LIFE_LOSE] = LIFE_LOST,
	                [LIFE_LOSE_UNANSWERED] = LIFE_LOST, [LIFE_RECOVER] = LIFE_PARTIAL, PLACED },
	[LIFE_LATE_WON] = { AGAIN, [LIFE_WIN] = LIFE_LATE_WON, [LIFE_LOSE] = LIFE_LOST,
	                    [LIFE_LOSE_UNANSWERED] = LIFE_LOST, PLACED },
	[LIFE_PARTIAL] = { AGAIN, [LIFE_WIN] = LIFE_LATE_WON, [LIFE_LOSE] = LIFE_PARTIAL,
	                   [LIFE_LOSE_UNANSWERED] = LIFE_PARTIAL, [LIFE_RECOVER] = LIFE_PARTIAL,
	                   PLACED },
	[LIFE_PREVENTED] = { CHARGED, PLACED },
	[LIFE_UNANSWERED] = { AGAIN, [LIFE_WIN] = LIFE_LATE_WON, [LIFE_LOSE] = LIFE_LOST,
	                      [LIFE_LOSE_UNANSWERED] = LIFE_UNANSWERED,
	                      [LIFE_RECOVER] = LIFE_PARTIAL, PLACED },
};

static void every_pair_of_state_and_cause_leads_where_the_table_says(void **state)
{
	(void)state;
	for (int from = 0; from < LIFE_STATES; from++) {
		for (int cause = 0; cause < LIFE_CAUSES; cause++) {
			const int to = (int)expected[from][cause];
			int at = from;
			const bool moved = fsm_step(&life_fsm, &at, cause);

			if (moved != (to != LIFE_NEW) || at != (moved ? to : from))
				fail_msg("%s by %s leads to %s", life_fsm.states[from],
				         life_fsm.causes[cause], life_fsm.states[at]);
		}
	}
}

static void no_end_but_that_of_another_account_is_final(void **state)
{
	(void)state;
	for (int from = LIFE_WARNED; from < LIFE_PLACED; from++) {
		int ways = 0;

		for (int cause = 0; cause < LIFE_PLACE; cause++)
			ways +=
			    expected[from][cause] != LIFE_NEW && (int)expected[from][cause] != from;
		if (ways == 0)
			fail_msg("%s is final", life_fsm.states[from]);
	}
}

static void each_word_of_the_provider_has_its_stage_and_cause(void **state)
{
	static const struct {
		const char *word;
		enum life_stage stage;
		enum life_cause answered;
		enum life_cause unanswered;
	} rows[] = {
		{ "warning_needs_response", LIFE_ASKED, LIFE_ASK, LIFE_ASK },
		{ "warning_under_review", LIFE_ASKED, LIFE_ASK_REVIEW, LIFE_ASK_REVIEW },
		{ "warning_closed", LIFE_ASKED, LIFE_ASK_CLOSE, LIFE_ASK_UNANSWERED },
		{ "needs_response", LIFE_CHARGED, LIFE_NEED, LIFE_NEED },
		{ "under_review", LIFE_CHARGED, LIFE_JUDGE, LIFE_JUDGE },
		{ "won", LIFE_CHARGED, LIFE_WIN, LIFE_WIN },
		{ "lost", LIFE_CHARGED, LIFE_LOSE, LIFE_LOSE_UNANSWERED },
		{ "prevented", LIFE_CHARGED, LIFE_PREVENT, LIFE_PREVENT },
		{ "charge_refunded", LIFE_CHARGED, LIFE_PREVENT, LIFE_PREVENT },
		/* What nobody knows counts as open. */
		{ "arbitration", LIFE_UNSTAGED, LIFE_NEED, LIFE_NEED },
		{ "", LIFE_UNSTAGED, LIFE_NEED, LIFE_NEED },
		{ "Lost", LIFE_UNSTAGED, LIFE_NEED, LIFE_NEED },
		{ "warning_escalating", LIFE_UNSTAGED, LIFE_ASK, LIFE_ASK },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(life_status_stage(rows[i].word), rows[i].stage);
		assert_int_equal(life_cause(rows[i].word, true), rows[i].answered);
		assert_int_equal(life_cause(rows[i].word, false), rows[i].unanswered);
	}
}

static void what_is_open_and_what_takes_an_answer_is_known_of_each_state(void **state)
{
	static const struct {
		enum life_stage stage;
		bool open;
		bool answerable;
	} rows[LIFE_STATES] = {
		[LIFE_NEW] = { LIFE_UNSTAGED, false, false },
		[LIFE_WARNED] = { LIFE_WARNING, true, false },
		[LIFE_WARNING_OVER] = { LIFE_WARNING, false, false },
		[LIFE_INQUIRY] = { LIFE_ASKED, true, true },
		[LIFE_INQUIRY_REVIEW] = { LIFE_ASKED, true, false },
		[LIFE_INQUIRY_CLOSED] = { LIFE_ASKED, false, false },
		[LIFE_INQUIRY_UNANSWERED] = { LIFE_ASKED, false, false },
		[LIFE_OPEN] = { LIFE_CHARGED, true, true },
		[LIFE_REVIEW] = { LIFE_CHARGED, true, false },
		[LIFE_WON] = { LIFE_CHARGED, false, false },
		[LIFE_LOST] = { LIFE_CHARGED, false, false },
		[LIFE_LATE_WON] = { LIFE_CHARGED, false, false },
		[LIFE_PARTIAL] = { LIFE_CHARGED, false, false },
		[LIFE_PREVENTED] = { LIFE_CHARGED, false, false },
		[LIFE_UNANSWERED] = { LIFE_CHARGED, false, false },
		[LIFE_PLACED] = { LIFE_CHARGED, false, false },
	};

	(void)state;
	for (int i = 0; i < LIFE_STATES; i++) {
		assert_int_equal(life_stage((enum life_state)i), rows[i].stage);
		assert_int_equal(life_is_open((enum life_state)i), rows[i].open);
		assert_int_equal(life_needs_response((enum life_state)i), rows[i].answerable);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_of_state_and_cause_leads_where_the_table_says),
		cmocka_unit_test(no_end_but_that_of_another_account_is_final),
		cmocka_unit_test(each_word_of_the_provider_has_its_stage_and_cause),
		cmocka_unit_test(what_is_open_and_what_takes_an_answer_is_known_of_each_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
