/*
 * dispute_unplaced_test - a dispute whose charge or customer nobody knows is a case all the same, until its customer is known.
 */
#include "tests/support/guest_fixture.h"

#define DUE GUEST_DUE
#define NOT_COME \
	"opened chargeback needs_response [charge: has not come] [customer: nobody knows whose charge it is]\n"
#define GUESTS "opened chargeback needs_response [customer: nobody knows whose charge it is]\n"
#define SET "deadline_set 2026-05-12T17:59:59Z\n"

static void a_case_whose_charge_has_not_come_is_not_answered(void **state)
{
	(void)state;
	guest_told("2026-05-01T09:00:00Z", "needs_response", false);
	guest_packet("2026-05-01T10:00:00Z", dispute_charge, "D1");
	guest_asked("2026-05-01T11:00:00Z", dispute_charge, "mika", "stage", NULL);
	guest_asked("2026-05-01T12:00:00Z", dispute_charge, "ken", "submit", "D1");
	dispute_pass("2026-05-01T12:00:00Z");
	dispute_expect(NOT_COME SET
	               "action_refused on.id ILLEGAL_MOVE\naction_refused on.id ILLEGAL_MOVE\n");
	guest_told("2026-05-02T09:00:00Z", "needs_response", true);
	guest_asked("2026-05-02T11:00:00Z", dispute_charge, "mika", "stage", NULL);
	guest_asked("2026-05-02T12:00:00Z", dispute_charge, "ken", "submit", "D1");
	dispute_pass("2026-05-02T12:00:00Z");
	dispute_expect("decision_made contest\npacket_staged D1\naction_applied\n"
	               "packet_approved D1\nsubmission_requested chargeback D1\naction_applied\n");
}

static void what_was_put_up_and_becomes_unknown_again_is_not_sent(void **state)
{
	(void)state;
	guest_told("2026-05-01T09:00:00Z", "needs_response", true);
	guest_packet("2026-05-01T10:00:00Z", dispute_charge, "D1");
	guest_asked("2026-05-01T11:00:00Z", dispute_charge, "mika", "stage", NULL);
	guest_told("2026-05-01T11:30:00Z", "needs_response", false);
	guest_asked("2026-05-01T12:00:00Z", dispute_charge, "ken", "submit", "D1");
	dispute_pass("2026-05-01T12:00:00Z");
	assert_int_equal(dispute_count("submission_requested"), 0);
}

static void once_placed_the_case_goes_on_under_the_account_alone(void **state)
{
	(void)state;
	guest_told("2026-05-01T09:00:00Z", "needs_response", true);
	guest_packet("2026-05-01T10:00:00Z", dispute_charge, "D1");
	guest_asked("2026-05-01T11:00:00Z", dispute_charge, "mika", "stage", NULL);
	dispute_pass("2026-05-01T11:00:00Z");
	(void)dispute_heard();
	guest_placed("2026-05-02T09:00:00Z");
	dispute_told("2026-05-02T09:00:00Z", &(struct told_dispute){ .due = DUE });
	guest_asked("2026-05-02T12:00:00Z", dispute_charge, "ken", "submit", "D1");
	guest_asked("2026-05-02T12:00:00Z", dispute_charge, "ken", "stage", NULL);
	dispute_pass("2026-05-02T12:00:00Z");
	dispute_expect("packet_withdrawn D1\nplaced chargeback placed\ndeadline_withdrawn\n"
	               "opened chargeback needs_response\n" SET
	               "action_refused on.id ILLEGAL_MOVE\naction_refused on.id ILLEGAL_MOVE\n");
	assert_string_equal(dispute_row(dispute_charge, DISPUTE).state, "placed");
	assert_string_equal(dispute_row(dispute_account, DISPUTE).state, "needs_response");
}

/* Both are keyed differently: which comes first is chance. */
static void the_account_may_hear_of_it_before_it_is_placed(void **state)
{
	(void)state;
	guest_told("2026-05-01T09:00:00Z", "needs_response", true);
	dispute_told("2026-05-02T09:00:00Z", &(struct told_dispute){ .due = DUE });
	guest_placed("2026-05-02T09:00:00Z");
	guest_placed("2026-05-02T09:00:00Z");
	dispute_pass("2026-05-02T09:00:00Z");
	dispute_expect(GUESTS SET "opened chargeback needs_response\n" SET
	                          "placed chargeback placed\ndeadline_withdrawn\n");
}

static void an_inquiry_that_is_placed_escalates_nothing(void **state)
{
	(void)state;
	guest_told("2026-05-01T09:00:00Z", "warning_needs_response", true);
	guest_placed("2026-05-02T09:00:00Z");
	dispute_pass("2026-05-02T09:00:00Z");
	assert_int_equal(dispute_count("escalated"), 0);
	assert_int_equal(dispute_count("placed inquiry placed"), 1);
}

static void what_was_placed_and_never_told_of_is_no_case(void **state)
{
	(void)state;
	guest_placed("2026-05-02T09:00:00Z");
	dispute_pass("2026-05-02T09:00:00Z");
	dispute_expect("");
}

/* Who looks at it must know that it was asked to be sent, and not seen. */
static void an_answer_that_was_asked_for_before_it_was_placed_keeps_its_lease(void **state)
{
	(void)state;
	guest_told("2026-05-01T09:00:00Z", "needs_response", true);
	guest_packet("2026-05-01T10:00:00Z", dispute_charge, "D1");
	guest_asked("2026-05-01T11:00:00Z", dispute_charge, "mika", "stage", NULL);
	guest_asked("2026-05-01T12:00:00Z", dispute_charge, "ken", "submit", "D1");
	guest_placed("2026-05-01T13:00:00Z");
	dispute_pass("2026-05-01T17:00:00Z");
	assert_int_equal(dispute_count("submission_requested"), 1);
	assert_int_equal(dispute_count("raised submission_not_seen 2026-05-01T16:00:00Z"), 1);
}

/* A dispute is under itself, then under its charge, then under its account: what it leaves ends. */
static void once_it_names_its_charge_the_case_goes_on_there_alone(void **state)
{
	const char *const dispute = stage_test_key(&dispute_index, "dp_bare_");

	(void)state;
	guest_told_of("2026-05-01T09:00:00Z", dispute, "");
	guest_told_of("2026-05-01T10:00:00Z", dispute, "");
	dispute_pass("2026-05-01T10:00:00Z");
	assert_string_equal(dispute_row(dispute, dispute).state, "needs_response");
	(void)dispute_heard();
	guest_told_of("2026-05-02T09:00:00Z", dispute, dispute_charge);
	guest_told_of("2026-05-02T09:30:00Z", dispute, dispute_charge);
	dispute_pass("2026-05-02T10:00:00Z");
	dispute_expect(GUESTS SET "placed chargeback placed\ndeadline_withdrawn\n");
	assert_string_equal(dispute_row(dispute, dispute).state, "placed");
	assert_string_equal(dispute_row(dispute_charge, dispute).state, "needs_response");
	guest_placed_of("2026-05-03T09:00:00Z", dispute);
	dispute_pass("2026-05-03T09:00:00Z");
	dispute_expect("placed chargeback placed\ndeadline_withdrawn\n");
	assert_string_equal(dispute_row(dispute_charge, dispute).state, "placed");
}

static void what_names_a_charge_whose_customer_is_known_leaves_at_once(void **state)
{
	const char *const dispute = stage_test_key(&dispute_index, "dp_bare_");

	(void)state;
	guest_told_of("2026-05-01T09:00:00Z", dispute, "");
	guest_placed_of("2026-05-02T09:00:00Z", dispute);
	dispute_pass("2026-05-20T09:00:00Z");
	assert_string_equal(dispute_row(dispute, dispute).state, "placed");
	assert_int_equal(dispute_count("deadline_missed"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, dispute_start, dispute_stop)
		TEST(a_case_whose_charge_has_not_come_is_not_answered),
		TEST(what_was_put_up_and_becomes_unknown_again_is_not_sent),
		TEST(once_placed_the_case_goes_on_under_the_account_alone),
		TEST(the_account_may_hear_of_it_before_it_is_placed),
		TEST(an_inquiry_that_is_placed_escalates_nothing),
		TEST(what_was_placed_and_never_told_of_is_no_case),
		TEST(once_it_names_its_charge_the_case_goes_on_there_alone),
		TEST(what_names_a_charge_whose_customer_is_known_leaves_at_once),
		TEST(an_answer_that_was_asked_for_before_it_was_placed_keeps_its_lease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
