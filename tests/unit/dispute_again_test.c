/*
 * dispute_again_test - a provider that has an answer and asks for one: what it had before answers nothing that it asks now.
 */
#include "tests/support/dispute_fixture.h"
#include "tests/support/guest_fixture.h"

#include "common/base/status.h"

#define DUE "2026-05-12T23:59:59Z"
#define SET "deadline_set 2026-05-12T17:59:59Z\n"
#define BEFORE " [submission_count: was answered before, and a response is asked for]\n"
#define ASKED_UNTIL_MISSED                                    \
	"reminder_due seven_days 2026-05-05T17:59:59Z\n"      \
	"reminder_due three_days 2026-05-09T17:59:59Z\n"      \
	"reminder_due two_days 2026-05-10T17:59:59Z\n"        \
	"deadline_approaching on_call 2026-05-11T17:59:59Z\n" \
	"raised deadline_approaching 2026-05-11T17:59:59Z\n"

static void tell(const char *at, const char *status, int64_t submissions)
{
	dispute_told(at, &(struct told_dispute){
			     .status = status, .due = DUE, .submissions = submissions });
}

static void hear(const char *at, const char *lines)
{
	dispute_pass(at);
	dispute_expect(lines);
}

static void release(const char *at, const char *digest)
{
	dispute_packet(at, digest);
	dispute_approved(at, "mika", "stage", NULL);
	dispute_approved(at, "ken", "submit", digest);
}

/* Words that ask, and what stands then. */
static void a_case_that_begins_with_answers_of_before_is_answered_all_the_same(void **state)
{
	static const struct {
		const char *status;
		const char *opened;
		const char *asked;
	} rows[] = {
		{ "needs_response", "opened chargeback needs_response" BEFORE,
		  "submission_requested chargeback D1" },
		{ "warning_needs_response", "opened inquiry needs_response" BEFORE,
		  "submission_requested inquiry D1" },
		{ "arbitration",
		  "opened chargeback needs_response "
		  "[status: is no word that we know, and counts as open]" BEFORE,
		  "submission_requested chargeback D1" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		tell("2026-05-01T09:00:00Z", rows[i].status, 2);
		dispute_pass("2026-05-12T17:59:58Z");
		dispute_expect(
		    arena_printf(dispute_stage.arena, "%s" SET ASKED_UNTIL_MISSED, rows[i].opened));
		release("2026-05-12T17:59:58Z", "D1");
		dispute_pass("2026-05-12T18:00:00Z");
		assert_int_equal(dispute_count(rows[i].asked), 1);
		tell("2026-05-12T18:30:00Z", rows[i].status, 3);
		dispute_pass("2026-05-13T00:00:00Z");
		assert_int_equal(dispute_count("submission_observed 3 ours"), 1);
		assert_int_equal(dispute_count("deadline_missed"), 0);
	}
}

static void a_case_that_begins_under_review_has_its_answer(void **state)
{
	(void)state;
	tell("2026-05-01T09:00:00Z", "under_review", 1);
	tell("2026-05-02T09:00:00Z", "lost", 1);
	hear("2026-05-20T00:00:00Z",
	     "opened chargeback under_review\nsubmission_observed 1 another's\n"
	     "lost chargeback lost\n");
}

/* The guest's inquiry was answered; its customer becomes known as it escalates, and the two are told in either order. */
static void an_inquiry_that_escalates_while_it_is_placed_is_asked_of_the_account(void **state)
{
	for (int i = 0; i < 2; i++) {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		guest_told("2026-05-01T08:00:00Z", "warning_needs_response", true);
		if (i == 0)
			guest_placed("2026-05-01T09:00:00Z");
		tell("2026-05-01T09:00:00Z", "needs_response", 1);
		if (i == 1)
			guest_placed("2026-05-01T09:00:00Z");
		dispute_pass("2026-05-13T00:00:00Z");
		assert_int_equal(
		    dispute_count("opened chargeback needs_response [submission_count"), 1);
		assert_int_equal(dispute_count("reminder_due three_days"), 1);
		assert_int_equal(dispute_count("deadline_missed"), 1);
	}
}

static void what_is_known_by_its_money_alone_begins_likewise(void **state)
{
	(void)state;
	dispute_funds("2026-05-01T08:00:00Z", "txn_1", 10000);
	tell("2026-05-01T09:00:00Z", "needs_response", 1);
	dispute_pass("2026-05-13T00:00:00Z");
	assert_int_equal(dispute_count("deadline_missed no_packet"), 1);
}

/* From where it returns, and who had answered. */
static void what_returns_to_be_answered_is_asked_again(void **state)
{
	static const struct {
		const char *first;
		const char *between;
		bool ours;
	} rows[] = {
		{ "needs_response", "under_review", true },
		{ "needs_response", "under_review", false },
		{ "needs_response", "won", true },
		{ "needs_response", "won", false },
		{ "needs_response", "lost", true },
		{ "needs_response", "prevented", true },
		{ "warning_needs_response", "warning_under_review", true },
		{ "warning_needs_response", "warning_closed", false },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		tell("2026-05-01T09:00:00Z", rows[i].first, 0);
		if (rows[i].ours)
			release("2026-05-01T10:00:00Z", "D1");
		tell("2026-05-01T11:00:00Z", rows[i].between, 1);
		dispute_pass("2026-05-01T12:00:00Z");
		(void)dispute_heard();
		tell("2026-05-02T09:00:00Z", rows[i].first, 1);
		dispute_pass("2026-05-02T09:00:00Z");
		dispute_restart();
		assert_string_equal(dispute_row(NULL, NULL).response, "none");
		dispute_pass("2026-05-12T18:00:00Z");
		assert_int_equal(dispute_count("reminder_due"), 3);
		assert_int_equal(dispute_count("raised deadline_missed"), 1);
		tell("2026-05-12T19:00:00Z", rows[i].between, 2);
		dispute_pass("2026-05-20T00:00:00Z");
		assert_int_equal(dispute_count("resolved deadline_missed"), 1);
		assert_int_equal(dispute_count("submission_observed 2 another's"), 1);
	}
}

/* Whoever sends it has done so once for this stage: what is prepared is for a person to send. */
static void what_was_sent_once_is_put_up_again_and_not_sent_again(void **state)
{
	(void)state;
	tell("2026-05-01T09:00:00Z", "needs_response", 0);
	release("2026-05-01T10:00:00Z", "D1");
	tell("2026-05-01T11:00:00Z", "under_review", 1);
	tell("2026-05-02T09:00:00Z", "needs_response", 1);
	dispute_pass("2026-05-02T09:00:00Z");
	(void)dispute_heard();
	release("2026-05-02T10:00:00Z", "D2");
	hear("2026-05-02T10:00:00Z", "decision_made contest\npacket_staged D2\naction_applied\n"
	                             "action_refused on.id NOT_ALLOWED\n");
	assert_int_equal(dispute_count("submission_requested"), 1);
	dispute_closed("2026-05-02T11:00:00Z", "mika", "ignore");
	hear("2026-05-05T18:00:00Z", "packet_withdrawn D2\ndecision_made ignore\naction_applied\n");
	tell("2026-05-06T09:00:00Z", "lost", 1);
	dispute_pass("2026-05-06T09:00:00Z");
	assert_int_equal(dispute_count("closed_unanswered"), 1);
}

static void what_was_left_alone_is_asked_again(void **state)
{
	(void)state;
	tell("2026-05-01T09:00:00Z", "needs_response", 0);
	dispute_closed("2026-05-01T10:00:00Z", "mika", "ignore");
	tell("2026-05-01T11:00:00Z", "under_review", 1);
	tell("2026-05-02T09:00:00Z", "needs_response", 1);
	release("2026-05-02T10:00:00Z", "D1");
	dispute_pass("2026-05-02T10:00:00Z");
	assert_int_equal(dispute_count("submission_requested chargeback D1"), 1);
}

/* Giving it up was asked for, and stands until the dispute is over; once it is over, that was the stage's one answer. */
static void what_was_given_up_and_returns_is_asked_again_once_it_was_over(void **state)
{
	static const struct {
		const char *between;
		const char *response;
	} rows[] = { { "under_review", "accepted" }, { "lost", "none" }, { "won", "none" } };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		tell("2026-05-01T09:00:00Z", "needs_response", 0);
		dispute_closed("2026-05-01T10:00:00Z", "mika", "accept");
		dispute_approved("2026-05-01T10:30:00Z", "ken", "accept", NULL);
		tell("2026-05-01T11:00:00Z", rows[i].between, 0);
		tell("2026-05-02T09:00:00Z", "needs_response", 0);
		dispute_pass("2026-05-02T09:00:00Z");
		assert_string_equal(dispute_row(NULL, NULL).response, rows[i].response);
		(void)dispute_heard();
		release("2026-05-02T10:00:00Z", "D1");
		dispute_closed("2026-05-02T11:00:00Z", "mika", "accept");
		dispute_approved("2026-05-02T12:00:00Z", "ken", "accept", NULL);
		dispute_pass("2026-05-02T12:00:00Z");
		assert_int_equal(dispute_count("submission_requested"), 0);
		assert_int_equal(dispute_count("accept_requested"), 1);
	}
}

static void what_is_put_up_when_it_returns_stays_so(void **state)
{
	(void)state;
	tell("2026-05-01T09:00:00Z", "needs_response", 0);
	dispute_packet("2026-05-01T10:00:00Z", "D1");
	dispute_approved("2026-05-01T10:00:00Z", "mika", "stage", NULL);
	tell("2026-05-01T11:00:00Z", "under_review", 1);
	tell("2026-05-02T09:00:00Z", "needs_response", 1);
	dispute_approved("2026-05-02T10:00:00Z", "ken", "submit", "D1");
	dispute_pass("2026-05-02T10:00:00Z");
	assert_int_equal(dispute_count("submission_requested chargeback D1"), 1);
}

/* What was asked for stands, with its lease, though the dispute takes no answer any more. */
static void what_was_asked_for_is_not_left_alone(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		tell("2026-05-01T09:00:00Z", "needs_response", 0);
		if (i == 0)
			release("2026-05-01T10:00:00Z", "D1");
		dispute_closed("2026-05-01T10:00:00Z", "mika", "accept");
		dispute_approved("2026-05-01T10:00:00Z", "ken", "accept", NULL);
		dispute_told("2026-05-01T11:00:00Z",
		             &(struct told_dispute){ .unanswerable = true });
		dispute_pass("2026-05-01T11:00:00Z");
		(void)dispute_heard();
		dispute_closed("2026-05-01T12:00:00Z", "mika", "ignore");
		hear("2026-05-01T13:00:00Z", "action_refused on.id ILLEGAL_MOVE\n");
		hear("2026-05-01T15:00:00Z",
		     i == 0 ? "raised submission_not_seen 2026-05-01T14:00:00Z\n"
		            : "raised accept_not_seen 2026-05-01T14:00:00Z\n");
	}
}

/* An answer of somebody's before the lease ends, and behind it; the dispute's end alone shows that it was given up. */
static void an_answer_does_not_show_that_a_dispute_was_given_up(void **state)
{
	static const char *const answered[] = { "2026-05-01T11:00:00Z", "2026-05-01T15:00:00Z" };

	for (size_t i = 0; i < 2 * COUNT_OF(answered); i++) {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		tell("2026-05-01T09:00:00Z", "needs_response", 0);
		dispute_closed("2026-05-01T10:00:00Z", "mika", "accept");
		dispute_approved("2026-05-01T10:00:00Z", "ken", "accept", NULL);
		tell(answered[i / 2], i % 2 == 0 ? "needs_response" : "under_review", 1);
		dispute_pass("2026-05-02T09:00:00Z");
		assert_int_equal(dispute_count("raised accept_not_seen 2026-05-01T14:00:00Z"), 1);
		assert_int_equal(dispute_count("resolved accept_not_seen"), 0);
		tell("2026-05-03T09:00:00Z", "lost", 1);
		dispute_pass("2026-05-03T09:00:00Z");
		assert_int_equal(dispute_count("resolved accept_not_seen"), 1);
	}
}

static void who_leaves_a_chargeback_alone_says_why(void **state)
{
	static const char *const ignore[] = { "decision", "ignore", NULL };
	static const struct {
		struct told_dispute told;
		const char *reason;
		const char *said;
	} rows[] = {
		{ { .due = DUE }, "", "action_refused reason INVALID\n" },
		{ { .due = DUE }, "It is small.", "decision_made ignore\naction_applied\n" },
		{ { .unanswerable = true }, "", "decision_made ignore\naction_applied\n" },
		{ { .status = "warning_needs_response", .due = DUE },
		  "",
		  "decision_made ignore\naction_applied\n" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		dispute_told("2026-05-01T09:00:00Z", &rows[i].told);
		dispute_pass("2026-05-01T09:00:00Z");
		(void)dispute_heard();
		dispute_asked("2026-05-01T10:00:00Z",
		              &(struct told_action){ .kind = ACT(CLOSE),
		                                     .by = "mika",
		                                     .reason = rows[i].reason,
		                                     .parameters = ignore });
		hear("2026-05-01T10:00:00Z", rows[i].said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, dispute_start, dispute_stop)
		TEST(a_case_that_begins_with_answers_of_before_is_answered_all_the_same),
		TEST(a_case_that_begins_under_review_has_its_answer),
		TEST(an_inquiry_that_escalates_while_it_is_placed_is_asked_of_the_account),
		TEST(what_is_known_by_its_money_alone_begins_likewise),
		TEST(what_returns_to_be_answered_is_asked_again),
		TEST(what_was_sent_once_is_put_up_again_and_not_sent_again),
		TEST(what_was_left_alone_is_asked_again),
		TEST(what_was_given_up_and_returns_is_asked_again_once_it_was_over),
		TEST(what_was_asked_for_is_not_left_alone),
		TEST(an_answer_does_not_show_that_a_dispute_was_given_up),
		TEST(who_leaves_a_chargeback_alone_says_why),
		TEST(what_is_put_up_when_it_returns_stays_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
