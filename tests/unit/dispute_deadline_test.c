/*
 * dispute_deadline_test - by when a case must be answered, and what is said before, at and behind that.
 *
 * Due on 12 May at 23:59:59; our deadline is 6 h before. Reminders come 7, 3 and 2 days before that, on-call is told a day before.
 */
#include "tests/support/dispute_fixture.h"

#include "common/base/status.h"

#define DUE "2026-05-12T23:59:59Z"
#define DEADLINE "2026-05-12T17:59:59Z"
#define OPENED "opened chargeback needs_response\n"
#define SET OPENED "deadline_set " DEADLINE "\n"
#define NEAR                                                  \
	"deadline_approaching on_call 2026-05-11T17:59:59Z\n" \
	"raised deadline_approaching 2026-05-11T17:59:59Z\n"
#define MISSED(how)                                    \
	"deadline_missed " how " " DEADLINE "\n"       \
	"resolved deadline_approaching " DEADLINE "\n" \
	"raised deadline_missed " DEADLINE "\n"
#define REMINDED                                         \
	"reminder_due seven_days 2026-05-05T17:59:59Z\n" \
	"reminder_due three_days 2026-05-09T17:59:59Z\n" \
	"reminder_due two_days 2026-05-10T17:59:59Z\n"

static void begin(void)
{
	dispute_told("2026-05-01T09:00:00Z", &(struct told_dispute){ .due = DUE });
	dispute_pass("2026-05-01T09:00:00Z");
	dispute_expect(SET);
}

static void put_up(const char *at)
{
	dispute_packet(at, "D1");
	dispute_approved(at, "mika", "stage", NULL);
}

static void each_step_is_said_once_and_the_miss_with_how_far_it_had_come(void **state)
{
	(void)state;
	begin();
	dispute_pass("2026-05-11T17:59:59Z");
	dispute_expect(REMINDED);
	dispute_pass("2026-05-12T17:59:59Z");
	dispute_expect(NEAR);
	dispute_pass("2026-05-12T18:00:00Z");
	dispute_expect(MISSED("no_packet"));
	dispute_restart();
	dispute_pass("2026-06-12T18:00:00Z");
	dispute_expect("");
}

static const Opsmesh__V1__DisputeEvent *last_of(Opsmesh__V1__DisputeEvent__FactCase kind)
{
	const Opsmesh__V1__DisputeEvent *last = NULL;

	for (size_t i = 0; i < stage_test_fact_count(&dispute_stage); i++) {
		const struct fact *const fact = stage_test_fact(&dispute_stage, i);
		const Opsmesh__V1__DisputeEvent *const event =
		    (const void *)stage_test_message(&dispute_stage, fact);

		if (event->base.descriptor == &opsmesh__v1__dispute_event__descriptor &&
		    event->fact_case == kind)
			last = event;
	}
	assert_non_null(last);
	return last;
}

static void assert_time(const Google__Protobuf__Timestamp *stamp, const char *text)
{
	assert_non_null(stamp);
	assert_int_equal(stamp->seconds, dispute_time(text).us / SECONDS(1).us);
}

static void what_is_said_of_a_deadline_is_all_that_one_acts_by(void **state)
{
	(void)state;
	begin();
	dispute_pass("2026-05-12T18:00:00Z");
	const Opsmesh__V1__DeadlineSet *const set =
	    last_of(OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_SET)->deadline_set;

	assert_time(set->due_by, DUE);
	assert_time(set->deadline, DEADLINE);
	assert_null(set->was);
	assert_int_equal(set->buffer_us, HOURS(6).us);
	assert_string_equal(set->policy, "cases/standard/1");
	assert_int_equal(set->stage, OPSMESH__V1__CASE_STAGE__CASE_STAGE_CHARGEBACK);
	const Opsmesh__V1__DeadlineApproaching *const near =
	    last_of(OPSMESH__V1__DISPUTE_EVENT__FACT_REMINDER_DUE)->reminder_due;

	assert_time(near->due_by, DUE);
	assert_time(near->deadline, DEADLINE);
	assert_int_equal(near->left_us, HOURS(48).us);
	assert_string_equal(near->owner, "disputes");
	assert_string_equal(near->policy, "cases/standard/1");
	const Opsmesh__V1__DeadlineMissed *const missed =
	    last_of(OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_MISSED)->deadline_missed;

	assert_time(missed->due_by, DUE);
	assert_time(missed->deadline, DEADLINE);
	assert_string_equal(missed->owner, "");
	assert_string_equal(missed->policy, "cases/standard/1");
}

static void how_far_it_had_come_is_said_of_each_step(void **state)
{
	static const struct {
		const char *packet;
		const char *by;
		bool closes;
		const char *decision;
		const char *how;
	} rows[] = {
		{ NULL, NULL, false, NULL, "no_packet" },
		{ "D1", NULL, false, NULL, "no_decision" },
		{ "D1", "mika", false, "contest", "not_staged" },
		{ "D1", "mika", false, "stage", "not_approved" },
		{ NULL, "mika", true, "accept", "accept_not_confirmed" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		begin();
		if (rows[i].packet != NULL)
			dispute_packet("2026-05-02T09:00:00Z", rows[i].packet);
		if (rows[i].by != NULL && rows[i].closes)
			dispute_closed("2026-05-02T10:00:00Z", rows[i].by, rows[i].decision);
		else if (rows[i].by != NULL)
			dispute_approved("2026-05-02T10:00:00Z", rows[i].by, rows[i].decision,
			                 NULL);
		dispute_pass("2026-05-13T00:00:00Z");
		assert_int_equal(dispute_count(arena_printf(dispute_stage.arena,
		                                            "deadline_missed %s " DEADLINE,
		                                            rows[i].how)),
		                 1);
	}
}

static void an_answer_in_time_ends_what_was_raised_and_nothing_is_missed(void **state)
{
	(void)state;
	begin();
	put_up("2026-05-12T10:00:00Z");
	dispute_approved("2026-05-12T17:59:58Z", "ken", "submit", "D1");
	dispute_told("2026-05-12T19:00:00Z", &(struct told_dispute){ .status = "under_review",
	                                                             .due = DUE,
	                                                             .submissions = 1 });
	dispute_pass("2026-06-12T18:00:00Z");
	dispute_expect(REMINDED NEAR
	               "decision_made contest\npacket_staged D1\naction_applied\n"
	               "packet_approved D1\nsubmission_requested chargeback D1\n"
	               "resolved deadline_approaching 2026-05-12T17:59:58Z\naction_applied\n"
	               "submission_observed 1 ours\nmoved chargeback under_review\n"
	               "deadline_withdrawn\n");
}

/* In live mode an action is folded when it comes, with the frontier still behind the deadline. */
static void an_answer_behind_the_deadline_is_late_whatever_came_first(void **state)
{
	(void)state;
	begin();
	put_up("2026-05-12T10:00:00Z");
	dispute_pass("2026-05-12T10:00:00Z");
	(void)dispute_heard();
	dispute_approved("2026-05-12T18:00:00Z", "ken", "submit", "D1");
	assert_int_equal(stage_test_fold(&dispute_stage, STAGE_TEST_ALL,
	                                 dispute_time("2026-05-12T12:00:00Z")),
	                 STATUS_OK);
	dispute_expect("packet_approved D1\nsubmission_requested chargeback D1 late\n"
	               "resolved deadline_approaching 2026-05-12T18:00:00Z\naction_applied\n");
	dispute_told("2026-05-12T18:30:00Z",
	             &(struct told_dispute){ .due = DUE, .submissions = 1 });
	dispute_pass("2026-05-12T20:00:00Z");
	dispute_expect("deadline_missed not_approved " DEADLINE "\nsubmission_observed 1 ours\n");
}

static void an_answer_in_time_that_comes_late_missed_nothing(void **state)
{
	(void)state;
	begin();
	put_up("2026-05-12T10:00:00Z");
	dispute_approved("2026-05-12T17:00:00Z", "ken", "submit", "D1");
	assert_int_equal(stage_test_fold(&dispute_stage, STAGE_TEST_ALL,
	                                 dispute_time("2026-05-12T17:30:00Z")),
	                 STATUS_OK);
	dispute_pass("2026-05-12T20:00:00Z");
	assert_int_equal(dispute_count("deadline_missed"), 0);
	assert_int_equal(dispute_count("submission_requested chargeback D1"), 1);
}

static void somebody_elses_answer_ends_the_waiting_as_well(void **state)
{
	(void)state;
	begin();
	dispute_told("2026-05-02T09:00:00Z",
	             &(struct told_dispute){ .due = DUE, .submissions = 1 });
	put_up("2026-05-03T09:00:00Z");
	dispute_pass("2026-06-12T20:00:00Z");
	dispute_expect("submission_observed 1 another's\naction_refused on.id ILLEGAL_MOVE\n");
}

static void a_case_that_begins_near_its_deadline_says_the_nearest_step_alone(void **state)
{
	static const struct {
		const char *at;
		const char *said;
	} rows[] = {
		{ "2026-05-05T18:00:00Z", "reminder_due seven_days 2026-05-05T18:00:00Z\n" },
		{ "2026-05-09T12:00:00Z", "reminder_due seven_days 2026-05-09T12:00:00Z\n" },
		{ "2026-05-10T00:00:00Z", "reminder_due three_days 2026-05-10T00:00:00Z\n" },
		{ "2026-05-11T12:00:00Z", "reminder_due two_days 2026-05-11T12:00:00Z\n" },
		{ "2026-05-12T12:00:00Z", "deadline_approaching on_call 2026-05-12T12:00:00Z\n"
		                          "raised deadline_approaching 2026-05-12T12:00:00Z\n" },
		{ "2026-05-12T19:00:00Z", "deadline_missed no_packet 2026-05-12T19:00:00Z\n"
		                          "raised deadline_missed 2026-05-12T19:00:00Z\n" },
		{ "2026-05-20T19:00:00Z", "deadline_missed no_packet 2026-05-20T19:00:00Z\n"
		                          "raised deadline_missed 2026-05-20T19:00:00Z\n" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		dispute_told(rows[i].at, &(struct told_dispute){ .due = DUE });
		dispute_pass_at(time_add(dispute_time(rows[i].at), SECONDS(1)));
		dispute_expect(arena_printf(dispute_stage.arena, SET "%s", rows[i].said));
	}
}

static void a_deadline_that_moves_back_and_forth_is_one_at_a_time(void **state)
{
	(void)state;
	begin();
	dispute_pass("2026-05-11T18:00:00Z");
	dispute_expect(REMINDED NEAR);
	dispute_told("2026-05-11T19:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-22T23:59:59Z" });
	dispute_pass("2026-05-11T20:00:00Z");
	dispute_expect("deadline_moved 2026-05-22T17:59:59Z\n"
	               "resolved deadline_approaching 2026-05-11T19:00:00Z\n");
	dispute_told("2026-05-11T21:00:00Z", &(struct told_dispute){ .due = DUE });
	dispute_pass("2026-05-11T22:00:00Z");
	dispute_expect("deadline_moved " DEADLINE "\n"
	               "deadline_approaching on_call 2026-05-11T21:00:00Z\n"
	               "raised deadline_approaching/2 2026-05-11T21:00:00Z\n");
	dispute_told("2026-05-11T23:00:00Z", &(struct told_dispute){ .due = DUE });
	dispute_pass("2026-05-13T22:00:00Z");
	dispute_expect("deadline_missed no_packet " DEADLINE "\n"
	               "resolved deadline_approaching/2 " DEADLINE "\n"
	               "raised deadline_missed " DEADLINE "\n");
}

static void a_deadline_that_moves_behind_us_is_missed_at_once(void **state)
{
	(void)state;
	begin();
	dispute_told("2026-05-03T09:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-02T09:00:00Z" });
	dispute_pass("2026-05-04T09:00:00Z");
	dispute_expect("deadline_moved 2026-05-02T03:00:00Z\n"
	               "deadline_missed no_packet 2026-05-03T09:00:00Z\n"
	               "raised deadline_missed 2026-05-03T09:00:00Z\n");
	dispute_told("2026-05-05T09:00:00Z", &(struct told_dispute){ .due = DUE });
	dispute_pass("2026-05-05T10:00:00Z");
	dispute_expect("deadline_moved " DEADLINE
	               "\nresolved deadline_missed 2026-05-05T09:00:00Z\n");
}

static void what_the_provider_moves_after_our_answer_was_answered_in_time(void **state)
{
	(void)state;
	begin();
	put_up("2026-05-02T09:00:00Z");
	dispute_approved("2026-05-03T09:00:00Z", "ken", "submit", "D1");
	dispute_told("2026-05-03T10:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-02T00:00:00Z" });
	dispute_pass("2026-06-03T09:00:00Z");
	assert_int_equal(dispute_count("deadline_missed"), 0);
}

static void a_state_that_tells_no_due_date_leaves_the_one_that_stands(void **state)
{
	(void)state;
	begin();
	dispute_told("2026-05-02T09:00:00Z", &(struct told_dispute){ .amount = -1 });
	dispute_pass("2026-05-02T09:00:00Z");
	dispute_expect("");
	dispute_told("2026-05-03T09:00:00Z", &(struct told_dispute){ .unanswerable = true });
	dispute_pass("2026-05-31T09:00:00Z");
	dispute_expect("deadline_withdrawn\n");
}

static void an_end_withdraws_the_deadline_and_its_alert(void **state)
{
	(void)state;
	begin();
	dispute_pass("2026-05-12T00:00:00Z");
	(void)dispute_heard();
	dispute_told("2026-05-12T01:00:00Z", &(struct told_dispute){ .status = "won", .due = DUE });
	dispute_pass("2026-06-12T00:00:00Z");
	dispute_expect("won chargeback won\nresolved deadline_approaching 2026-05-12T01:00:00Z\n"
	               "deadline_withdrawn\n");
}

static void what_is_let_be_is_not_reminded_of_until_it_is_taken_up_again(void **state)
{
	(void)state;
	begin();
	dispute_closed("2026-05-02T09:00:00Z", "mika", "ignore");
	dispute_pass("2026-05-10T00:00:00Z");
	dispute_expect("decision_made ignore\naction_applied\n");
	dispute_approved("2026-05-10T12:00:00Z", "mika", "contest", NULL);
	dispute_pass("2026-05-10T18:00:00Z");
	dispute_expect("decision_made contest\naction_applied\n"
	               "reminder_due three_days 2026-05-10T12:00:00Z\n"
	               "reminder_due two_days 2026-05-10T17:59:59Z\n");
}

/* Somebody has said why: that is no silence. Whoever takes it up again behind the deadline hears that it was missed. */
static void what_is_let_be_is_not_missed(void **state)
{
	(void)state;
	begin();
	dispute_pass("2026-05-11T18:00:00Z");
	dispute_expect(REMINDED NEAR);
	dispute_closed("2026-05-12T09:00:00Z", "mika", "ignore");
	dispute_pass("2026-05-12T19:00:00Z");
	dispute_expect("decision_made ignore\n"
	               "resolved deadline_approaching 2026-05-12T09:00:00Z\naction_applied\n");
	dispute_approved("2026-05-12T20:00:00Z", "mika", "contest", NULL);
	dispute_pass("2026-05-12T21:00:00Z");
	dispute_expect("decision_made contest\naction_applied\n"
	               "deadline_missed no_packet 2026-05-12T20:00:00Z\n"
	               "raised deadline_missed 2026-05-12T20:00:00Z\n");
}

static void what_is_let_be_for_good_is_never_spoken_of(void **state)
{
	(void)state;
	begin();
	dispute_closed("2026-05-02T09:00:00Z", "mika", "ignore");
	dispute_told("2026-05-03T09:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-20T23:59:59Z" });
	dispute_pass("2026-06-12T18:00:00Z");
	dispute_expect("decision_made ignore\naction_applied\n"
	               "deadline_moved 2026-05-20T17:59:59Z\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, dispute_start, dispute_stop)
		TEST(each_step_is_said_once_and_the_miss_with_how_far_it_had_come),
		TEST(what_is_said_of_a_deadline_is_all_that_one_acts_by),
		TEST(how_far_it_had_come_is_said_of_each_step),
		TEST(an_answer_in_time_ends_what_was_raised_and_nothing_is_missed),
		TEST(an_answer_behind_the_deadline_is_late_whatever_came_first),
		TEST(an_answer_in_time_that_comes_late_missed_nothing),
		TEST(somebody_elses_answer_ends_the_waiting_as_well),
		TEST(a_case_that_begins_near_its_deadline_says_the_nearest_step_alone),
		TEST(a_deadline_that_moves_back_and_forth_is_one_at_a_time),
		TEST(a_deadline_that_moves_behind_us_is_missed_at_once),
		TEST(what_the_provider_moves_after_our_answer_was_answered_in_time),
		TEST(a_state_that_tells_no_due_date_leaves_the_one_that_stands),
		TEST(an_end_withdraws_the_deadline_and_its_alert),
		TEST(what_is_let_be_is_not_reminded_of_until_it_is_taken_up_again),
		TEST(what_is_let_be_is_not_missed),
		TEST(what_is_let_be_for_good_is_never_spoken_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
