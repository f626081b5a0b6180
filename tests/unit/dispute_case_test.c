/*
 * dispute_case_test - the life of a case in the real stages: its stages, its ends, its money, and what is wrong with what came.
 */
#include "tests/support/dispute_fixture.h"

#include "common/base/status.h"
#include "tests/support/order.h"

#include <string.h>

#define OPENED_WITH "opened chargeback needs_response"
#define OPENED OPENED_WITH "\n"

static void tell(const char *at, const char *status)
{
	dispute_told(at, &(struct told_dispute){ .status = status });
}

static void a_lost_dispute_that_is_won_is_won_late(void **state)
{
	(void)state;
	tell("2026-05-01T09:00:00Z", "needs_response");
	dispute_funds("2026-05-01T10:00:00Z", "txn_1", 10000);
	dispute_told("2026-05-02T09:00:00Z",
	             &(struct told_dispute){ .status = "under_review", .submissions = 1 });
	dispute_told("2026-06-01T09:00:00Z",
	             &(struct told_dispute){ .status = "lost", .submissions = 1 });
	dispute_told("2026-07-01T09:00:00Z",
	             &(struct told_dispute){ .status = "won", .submissions = 1 });
	dispute_funds("2026-07-02T09:00:00Z", "txn_2", -10000);
	dispute_pass("2026-07-03T00:00:00Z");
	assert_int_equal(dispute_count("lost chargeback lost"), 1);
	assert_int_equal(dispute_count("late_won chargeback late_won"), 1);
	assert_int_equal(dispute_count("funds_reinstated txn_2 10000 USD"), 1);
	assert_int_equal(dispute_count("partially_recovered"), 0);
	assert_string_equal(dispute_row(NULL, NULL).state, "late_won");
}

/* Not the index's, which brought it: whoever audits the money looks for it in billing. */
static void money_names_the_fact_of_billing_that_it_came_from(void **state)
{
	const char *named = NULL;

	(void)state;
	tell("2026-05-01T09:00:00Z", "needs_response");
	dispute_funds("2026-05-01T10:00:00Z", "txn_1", 10000);
	dispute_pass("2026-05-01T10:00:00Z");
	for (size_t i = 0; i < stage_test_fact_count(&dispute_stage); i++) {
		const Opsmesh__V1__DisputeEvent *const event =
		    (const void *)stage_test_message(&dispute_stage,
		                                     stage_test_fact(&dispute_stage, i));

		if (event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_FUNDS_WITHDRAWN)
			named = event->funds_withdrawn->billing_id;
	}
	assert_non_null(named);
	assert_int_not_equal(strncmp(named, "index/", strlen("index/")), 0);
	assert_true(*named != '\0');
}

static void what_a_code_means_is_told_and_one_that_no_document_has_as_well(void **state)
{
	(void)state;
	dispute_told("2026-05-01T09:00:00Z", &(struct told_dispute){ .reason = "fraudulent",
	                                                             .network = "visa",
	                                                             .code = "10.4" });
	dispute_pass("2026-05-01T09:00:00Z");
	assert_int_equal(dispute_count(OPENED_WITH ": "), 1);
	dispute_told("2026-05-01T10:00:00Z",
	             &(struct told_dispute){
			 .id = "dp_2", .reason = "fraudulent", .network = "visa", .code = "99.9" });
	dispute_pass("2026-05-01T10:00:00Z");
	assert_int_equal(dispute_count(OPENED_WITH " [network_reason_code: no document knows it]"),
	                 1);
}

static void a_case_begins_with_all_that_was_told_of_it(void **state)
{
	(void)state;
	dispute_told("2026-05-01T09:00:00Z",
	             &(struct told_dispute){ .created = "2026-04-30T00:00:00Z",
	                                     .reason = "fraudulent",
	                                     .network = "visa",
	                                     .code = "10.4",
	                                     .amount = 4200 });
	dispute_pass("2026-05-01T09:00:00Z");
	const Opsmesh__V1__DisputeEvent *const event =
	    (const void *)stage_test_message(&dispute_stage, stage_test_fact(&dispute_stage, 0));
	const Opsmesh__V1__CaseOpened *const opened = event->opened;

	assert_int_equal(event->fact_case, OPSMESH__V1__DISPUTE_EVENT__FACT_OPENED);
	assert_string_equal(event->account_id, dispute_account);
	assert_string_equal(event->dispute_id, DISPUTE);
	assert_string_equal(opened->status_verbatim, "needs_response");
	assert_string_equal(opened->reason, "fraudulent");
	assert_string_equal(opened->network, "visa");
	assert_string_equal(opened->network_reason_code, "10.4");
	assert_int_equal(opened->amount->minor, 4200);
	assert_string_equal(opened->amount->currency, "USD");
	assert_string_equal(opened->payment_id, "ch_1");
	assert_string_equal(opened->customer_id, dispute_customer);
	assert_string_equal(opened->queue, "disputes");
	assert_string_equal(opened->policy, "cases/standard/1 reasons/networks/1");
	assert_int_equal(opened->created_at->seconds,
	                 dispute_time("2026-04-30T00:00:00Z").us / SECONDS(1).us);
}

static void a_word_that_nobody_knows_counts_as_open(void **state)
{
	(void)state;
	dispute_told("2026-05-01T09:00:00Z",
	             &(struct told_dispute){ .status = "arbitration",
	                                     .due = "2026-05-12T23:59:59Z" });
	dispute_pass("2026-05-01T09:00:00Z");
	dispute_expect("opened chargeback needs_response "
	               "[status: is no word that we know, and counts as open]\n"
	               "deadline_set 2026-05-12T17:59:59Z\n");
	assert_string_equal(dispute_row(NULL, NULL).status, "arbitration");
	tell("2026-05-03T09:00:00Z", "lost");
	tell("2026-05-04T09:00:00Z", "second_arbitration");
	dispute_pass("2026-05-04T09:00:00Z");
	dispute_expect("closed_unanswered chargeback closed_unanswered\n"
	               "deadline_withdrawn\nmoved chargeback needs_response\n"
	               "deadline_set 2026-05-12T17:59:59Z\n");
}

static void put_up_for_an_inquiry(void)
{
	dispute_told("2026-05-01T09:00:00Z",
	             &(struct told_dispute){ .status = "warning_needs_response",
	                                     .due = "2026-05-12T23:59:59Z" });
	dispute_packet("2026-05-01T10:00:00Z", "D1");
	dispute_approved("2026-05-01T11:00:00Z", "mika", "stage", NULL);
}

static void an_inquiry_that_escalates_is_one_case_with_a_second_answer(void **state)
{
	(void)state;
	put_up_for_an_inquiry();
	dispute_approved("2026-05-01T12:00:00Z", "ken", "submit", "D1");
	dispute_told("2026-05-01T13:00:00Z",
	             &(struct told_dispute){ .status = "warning_under_review",
	                                     .due = "2026-05-12T23:59:59Z",
	                                     .submissions = 1 });
	dispute_told("2026-06-01T13:00:00Z", &(struct told_dispute){ .status = "needs_response",
	                                                             .due = "2026-06-12T23:59:59Z",
	                                                             .submissions = 1 });
	dispute_packet("2026-06-01T14:00:00Z", "D2");
	dispute_approved("2026-06-01T15:00:00Z", "mika", "submit", "D1");
	dispute_approved("2026-06-01T16:00:00Z", "mika", "stage", NULL);
	dispute_approved("2026-06-01T17:00:00Z", "ken", "submit", "D2");
	dispute_told("2026-06-01T18:00:00Z",
	             &(struct told_dispute){ .status = "under_review", .submissions = 2 });
	dispute_pass("2026-06-01T19:00:00Z");
	assert_int_equal(dispute_count("opened"), 1);
	assert_int_equal(dispute_count("escalated chargeback needs_response"), 1);
	assert_int_equal(dispute_count("submission_requested inquiry D1"), 1);
	assert_int_equal(dispute_count("submission_requested chargeback D2"), 1);
	assert_int_equal(dispute_count("submission_observed 1 ours"), 1);
	assert_int_equal(dispute_count("submission_observed 2 ours"), 1);
	assert_int_equal(dispute_count("deadline_set"), 2);
	assert_int_equal(dispute_count("action_refused on.id"), 1);
}

static void what_was_put_up_for_an_inquiry_is_not_sent_for_the_chargeback(void **state)
{
	(void)state;
	put_up_for_an_inquiry();
	dispute_pass("2026-05-01T11:00:00Z");
	(void)dispute_heard();
	dispute_told("2026-05-02T09:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-22T23:59:59Z" });
	dispute_approved("2026-05-02T10:00:00Z", "ken", "submit", "D1");
	dispute_pass("2026-05-02T10:00:00Z");
	dispute_expect("packet_withdrawn D1\ndeadline_withdrawn\n"
	               "escalated chargeback needs_response\ndeadline_set 2026-05-22T17:59:59Z\n"
	               "action_refused on.id NOT_ALLOWED\n");
}

static void an_inquiry_that_is_settled_before_it_is_a_dispute_never_was_one(void **state)
{
	(void)state;
	tell("2026-05-01T09:00:00Z", "warning_needs_response");
	tell("2026-05-02T09:00:00Z", "prevented");
	dispute_pass("2026-05-02T09:00:00Z");
	dispute_expect("opened inquiry needs_response\nprevented chargeback prevented\n");
}

static void what_was_prevented_after_its_inquiry_was_answered_can_be_answered_as_a_chargeback(
    void **state)
{
	(void)state;
	dispute_told("2026-05-01T09:00:00Z",
	             &(struct told_dispute){ .status = "warning_needs_response",
	                                     .due = "2026-05-12T23:59:59Z" });
	dispute_packet("2026-05-01T10:00:00Z", "D1");
	dispute_approved("2026-05-01T11:00:00Z", "mika", "stage", NULL);
	dispute_approved("2026-05-01T12:00:00Z", "ken", "submit", "D1");
	tell("2026-05-02T09:00:00Z", "prevented");
	dispute_told("2026-05-03T09:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-22T23:59:59Z" });
	dispute_packet("2026-05-03T10:00:00Z", "D2");
	dispute_approved("2026-05-03T11:00:00Z", "mika", "stage", NULL);
	dispute_approved("2026-05-03T12:00:00Z", "ken", "submit", "D2");
	dispute_pass("2026-05-03T13:00:00Z");
	assert_int_equal(dispute_count("submission_requested inquiry D1"), 1);
	assert_int_equal(dispute_count("submission_requested chargeback D2"), 1);
	assert_int_equal(dispute_count("escalated"), 0);
	assert_int_equal(dispute_count("action_refused"), 0);
}

static void an_inquiry_that_nobody_answered_is_closed_unanswered(void **state)
{
	(void)state;
	tell("2026-05-01T09:00:00Z", "warning_needs_response");
	tell("2026-05-02T09:00:00Z", "warning_closed");
	dispute_pass("2026-05-02T09:00:00Z");
	dispute_expect(
	    "opened inquiry needs_response\nclosed_unanswered inquiry closed_unanswered\n");
}

/* Vector 22. */
static void what_takes_no_answer_has_no_deadline_and_is_closed_unanswered(void **state)
{
	(void)state;
	dispute_told("2026-05-01T09:00:00Z", &(struct told_dispute){ .unanswerable = true });
	dispute_approved("2026-05-01T10:00:00Z", "mika", "contest", NULL);
	dispute_told("2026-05-05T09:00:00Z",
	             &(struct told_dispute){ .status = "lost", .unanswerable = true });
	dispute_pass("2026-05-31T09:00:00Z");
	assert_int_equal(dispute_count("action_refused on.id ILLEGAL_MOVE"), 1);
	assert_int_equal(dispute_count("closed_unanswered chargeback closed_unanswered"), 1);
	assert_int_equal(dispute_count("deadline"), 0);
	assert_int_equal(dispute_count("reminder"), 0);
	assert_int_equal(dispute_count("raised"), 0);
}

static void a_warning_is_a_case_that_may_come_to_nothing_and_come_back(void **state)
{
	(void)state;
	dispute_warned("2026-05-01T09:00:00Z", "issfr_1", true);
	dispute_warned("2026-05-02T09:00:00Z", "issfr_1", false);
	dispute_warned("2026-05-03T09:00:00Z", "issfr_1", true);
	dispute_pass("2026-05-03T09:00:00Z");
	dispute_expect("opened warning needs_response\nwithdrawn warning withdrawn\n"
	               "moved warning needs_response\n");
}

static void several_disputes_of_one_payment_are_cases_of_their_own(void **state)
{
	(void)state;
	dispute_told("2026-05-01T09:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-12T23:59:59Z" });
	dispute_told("2026-05-01T10:00:00Z",
	             &(struct told_dispute){ .id = "dp_2", .due = "2026-05-15T23:59:59Z" });
	dispute_told("2026-05-02T10:00:00Z", &(struct told_dispute){ .status = "won" });
	dispute_pass("2026-05-02T10:00:00Z");
	dispute_expect(OPENED "deadline_set 2026-05-12T17:59:59Z\n" OPENED
	                      "deadline_set 2026-05-15T17:59:59Z\n"
	                      "won chargeback won\ndeadline_withdrawn\n");
	assert_string_equal(dispute_row(NULL, "dp_2").state, "needs_response");
}

static void what_is_wrong_with_what_came_is_said_and_nothing_is_lost(void **state)
{
	static const struct {
		struct told_dispute told;
		const char *problem;
		const char *more;
	} rows[] = {
		{ { .id = "dp_a", .payment = "" }, " [charge: the dispute names none]", "" },
		{ { .id = "dp_b", .amount = -1 }, " [amount: is missing or cannot be read]", "" },
		{ { .id = "dp_c", .zero = true }, " [amount: is not above zero]", "" },
		{ { .id = "dp_d",
		    .created = "2026-05-01T00:00:00Z",
		    .due = "2026-04-30T06:00:00Z" },
		  " [evidence_details.due_by: is before the dispute began]",
		  "deadline_set 2026-04-30T00:00:00Z\n" },
		{ { .id = "dp_e", .amount = -1, .payment = "" },
		  " [charge: the dispute names none] [amount: is missing or cannot be read]",
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		dispute_told("2026-05-01T09:00:00Z", &rows[i].told);
		dispute_pass("2026-05-01T09:00:00Z");
		dispute_expect(arena_printf(dispute_stage.arena, OPENED_WITH "%s\n%s",
		                            rows[i].problem, rows[i].more));
		assert_string_equal(dispute_row(NULL, rows[i].told.id).state, "needs_response");
	}
}

/* Money and status. */

static void withdraw(void)
{
	dispute_funds("2026-05-03T00:00:00Z", "txn_1", 10000);
}

static void reinstate_part(void)
{
	dispute_funds("2026-05-03T00:00:00Z", "txn_2", -3000);
}

static void open_it(void)
{
	tell("2026-05-03T00:00:00Z", "needs_response");
}

static void lose(void)
{
	dispute_told("2026-05-03T00:00:00Z",
	             &(struct told_dispute){ .status = "lost", .submissions = 1 });
}

static void a_part_that_comes_back_is_said_once_in_any_order_of_money_and_status(void **state)
{
	static void (*const steps[])(void) = { withdraw, reinstate_part, open_it, lose };
	size_t order[] = { 0, 1, 2, 3 };

	do {
		size_t place[4];

		for (size_t i = 0; i < COUNT_OF(steps); i++)
			place[order[i]] = i;
		if (place[2] > place[3]) /* the mirror never goes back */
			continue;
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		for (size_t i = 0; i < COUNT_OF(steps); i++) {
			steps[order[i]]();
			if (order[i] < 2) /* what is told twice counts once */
				steps[order[i]]();
		}
		dispute_pass("2026-05-03T00:00:00Z");
		assert_string_equal(dispute_row(NULL, NULL).state, "partially_recovered");
		assert_int_equal(
		    dispute_count("partially_recovered chargeback partially_recovered"), 1);
		assert_int_equal(dispute_count("lost chargeback lost"), 1);
		assert_int_equal(dispute_count("funds_withdrawn"), 1);
		assert_int_equal(dispute_count("funds_reinstated"), 1);
	} while (order_next(order, COUNT_OF(order)));
}

static void which_money_is_a_part(void **state)
{
	static const struct {
		int64_t moves[4];
		const char *currency; /* of the second */
		const char *state;
	} rows[] = {
		{ { 10000 }, "USD", "lost" },
		{ { 10000, -3000 }, "USD", "partially_recovered" },
		{ { 10000, -10000 }, "USD", "lost" },        /* a late win is on its way */
		{ { 10000, -10000, 10000 }, "USD", "lost" }, /* won, and lost after all */
		{ { 10000, -10000, 10000, -1 }, "USD", "partially_recovered" },
		{ { 10000, -3000 }, "EUR", "partially_recovered" }, /* not to be compared */
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		open_it();
		for (size_t j = 0; j < 4 && rows[i].moves[j] != 0; j++)
			dispute_funds_in("2026-05-03T00:00:00Z",
			                 arena_printf(dispute_stage.arena, "txn_%zu", j),
			                 rows[i].moves[j], j == 1 ? rows[i].currency : "USD");
		lose();
		dispute_pass("2026-05-03T00:00:00Z");
		assert_string_equal(dispute_row(NULL, NULL).state, rows[i].state);
	}
}

/* The charge was 100 EUR, the bank disputes 10000 JPY, and USD leave the balance. */
static void amounts_of_three_currencies_are_told_each_in_its_own(void **state)
{
	(void)state;
	open_it();
	dispute_funds_in("2026-05-03T00:00:00Z", "txn_1", 6500, "JPY");
	dispute_funds_in("2026-05-03T00:00:00Z", "txn_2", -1500, "JPY");
	lose();
	dispute_pass("2026-05-03T00:00:00Z");
	assert_int_equal(dispute_count("funds_withdrawn txn_1 6500 JPY"), 1);
	assert_string_equal(dispute_row(NULL, NULL).currency, "USD");
	assert_string_equal(dispute_row(NULL, NULL).state, "partially_recovered");
}

static void an_account_whose_id_has_a_slash_stops_nothing(void **state)
{
	(void)state;
	dispute_account = stage_test_key(&dispute_stage, "eu/acme");
	dispute_told("2026-05-01T09:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-12T23:59:59Z" });
	dispute_pass("2026-05-13T00:00:00Z");
	assert_int_equal(dispute_count("deadline_missed no_packet 2026-05-12T17:59:59Z"), 1);
}

/* What cannot be a case is a dead letter, which is seen: never a case without timers. */
static void a_dispute_whose_id_has_a_slash_is_a_dead_letter(void **state)
{
	size_t dead = 0;

	(void)state;
	dispute_told("2026-05-01T09:00:00Z",
	             &(struct told_dispute){ .id = "dp/1", .due = "2026-05-12T23:59:59Z" });
	dispute_told("2026-05-01T09:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-12T23:59:59Z" });
	dispute_pass("2026-05-01T10:00:00Z");
	for (size_t i = 0; i < stage_test_fact_count(&dispute_stage); i++)
		dead += stage_test_fact(&dispute_stage, i)->dead_letter;
	assert_int_equal(dead, 1);
	assert_string_equal(dispute_row(NULL, NULL).state, "needs_response");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, dispute_start, dispute_stop)
		TEST(a_lost_dispute_that_is_won_is_won_late),
		TEST(money_names_the_fact_of_billing_that_it_came_from),
		TEST(what_a_code_means_is_told_and_one_that_no_document_has_as_well),
		TEST(a_case_begins_with_all_that_was_told_of_it),
		TEST(a_word_that_nobody_knows_counts_as_open),
		TEST(an_inquiry_that_escalates_is_one_case_with_a_second_answer),
		TEST(what_was_put_up_for_an_inquiry_is_not_sent_for_the_chargeback),
		TEST(an_inquiry_that_is_settled_before_it_is_a_dispute_never_was_one),
		TEST(
		    what_was_prevented_after_its_inquiry_was_answered_can_be_answered_as_a_chargeback),
		TEST(an_inquiry_that_nobody_answered_is_closed_unanswered),
		TEST(what_takes_no_answer_has_no_deadline_and_is_closed_unanswered),
		TEST(a_warning_is_a_case_that_may_come_to_nothing_and_come_back),
		TEST(several_disputes_of_one_payment_are_cases_of_their_own),
		TEST(what_is_wrong_with_what_came_is_said_and_nothing_is_lost),
		TEST(a_part_that_comes_back_is_said_once_in_any_order_of_money_and_status),
		TEST(which_money_is_a_part),
		TEST(amounts_of_three_currencies_are_told_each_in_its_own),
		TEST(an_account_whose_id_has_a_slash_stops_nothing),
		TEST(a_dispute_whose_id_has_a_slash_is_a_dead_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
