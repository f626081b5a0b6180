/*
 * dispute_release_test - an answer is asked to be sent once for each stage, by two people, by its digest; giving up takes two as well.
 */
#include "tests/support/dispute_fixture.h"

#include "common/base/status.h"

#define DUE "2026-05-12T23:59:59Z"
#define APPROVED "packet_approved D1\nsubmission_requested chargeback D1\naction_applied\n"

static void begin(void)
{
	dispute_told("2026-05-01T09:00:00Z", &(struct told_dispute){ .due = DUE });
	dispute_packet("2026-05-01T10:00:00Z", "D1");
	dispute_pass("2026-05-01T10:00:00Z");
	(void)dispute_heard();
}

static void put_up(void)
{
	begin();
	dispute_approved("2026-05-01T11:00:00Z", "mika", "stage", NULL);
	dispute_pass("2026-05-01T11:00:00Z");
	dispute_expect("decision_made contest\npacket_staged D1\naction_applied\n");
}

static void hear(const char *at, const char *lines)
{
	dispute_pass(at);
	dispute_expect(lines);
}

static void a_packet_that_is_no_file_yet_cannot_be_put_up(void **state)
{
	(void)state;
	begin();
	dispute_packet("2026-05-01T10:30:00Z", "unrendered");
	dispute_approved("2026-05-01T11:00:00Z", "mika", "stage", NULL);
	dispute_pass("2026-05-01T11:00:00Z");
	assert_int_equal(dispute_count("packet_staged"), 0);
	assert_int_equal(dispute_count("action_refused"), 1);
}

static void what_two_people_approved_is_asked_to_be_sent_once(void **state)
{
	const ProtobufCMessage *message = NULL;
	const struct fact *fact;

	(void)state;
	put_up();
	dispute_approved("2026-05-01T12:00:00Z", "ken", "submit", "D1");
	dispute_pass("2026-05-01T12:00:00Z");
	while ((fact = stage_test_next(&dispute_stage, &message)) != NULL) {
		const Opsmesh__V1__DisputeEvent *const event = (const void *)message;

		if (event->fact_case != OPSMESH__V1__DISPUTE_EVENT__FACT_SUBMISSION_REQUESTED)
			continue;
		const Opsmesh__V1__SubmissionRequested *const asked = event->submission_requested;

		assert_string_equal(asked->digest, "D1");
		assert_string_equal(asked->prepared_by, "mika");
		assert_string_equal(asked->approved_by->principal, "ken");
		assert_string_equal(asked->idempotency_key, "submission/" DISPUTE "/chargeback");
		assert_string_equal(asked->submission_method, "prefer_manual");
		assert_string_equal(event->dispute_id, DISPUTE);
		assert_true(asked->submit);
		assert_false(asked->late);
		assert_int_equal(asked->lease_until->seconds - event->occurred_at->seconds,
		                 4 * 3600);
	}
	dispute_approved("2026-05-01T13:00:00Z", "ken", "submit", "D1");
	dispute_approved("2026-05-01T13:01:00Z", "aya", "stage", NULL);
	dispute_closed("2026-05-01T13:02:00Z", "aya", "accept");
	dispute_closed("2026-05-01T13:03:00Z", "aya", "ignore");
	hear("2026-05-01T13:03:00Z",
	     "action_refused on.id ILLEGAL_MOVE\naction_refused on.id ILLEGAL_MOVE\n"
	     "action_refused on.id ILLEGAL_MOVE\naction_refused on.id ILLEGAL_MOVE\n");
	dispute_restart();
	/* The provider thinks again: its one answer was given. */
	dispute_told("2026-05-02T09:00:00Z",
	             &(struct told_dispute){ .status = "under_review", .due = DUE });
	dispute_told("2026-05-03T09:00:00Z", &(struct told_dispute){ .due = DUE });
	dispute_approved("2026-05-03T10:00:00Z", "mika", "stage", NULL);
	dispute_approved("2026-05-03T11:00:00Z", "ken", "submit", "D1");
	dispute_pass("2026-05-03T11:00:00Z");
	assert_int_equal(dispute_count("submission_requested"), 1);
}

static void nothing_is_sent_that_nobody_put_up(void **state)
{
	(void)state;
	begin();
	dispute_approved("2026-05-01T12:00:00Z", "ken", "submit", "D1");
	dispute_approved("2026-05-01T12:01:00Z", "ken", "contest", NULL);
	dispute_approved("2026-05-01T12:02:00Z", "mika", "submit", "D1");
	hear("2026-05-11T00:00:00Z",
	     "action_refused on.id NOT_ALLOWED\ndecision_made contest\naction_applied\n"
	     "action_refused on.id NOT_ALLOWED\n"
	     "reminder_due seven_days 2026-05-05T17:59:59Z\n"
	     "reminder_due three_days 2026-05-09T17:59:59Z\n"
	     "reminder_due two_days 2026-05-10T17:59:59Z\n");
	assert_int_equal(dispute_count("submission_requested"), 0);
}

/* Who puts up, for whom; who approves, for whom. */
static void two_people_are_two_principals_neither_for_the_other(void **state)
{
	static const struct {
		const char *by;
		const char *behalf;
		const char *approver;
		const char *approver_behalf;
		bool allowed;
	} rows[] = {
		{ "mika", "", "ken", "", true },
		{ "mika", "", "mika", "", false },
		{ "mika", "", "ken", "mika", false }, /* the preparer, through another's key */
		{ "mika", "", "mika", "ken", false }, /* for another, with the preparer's key */
		{ "bot", "mika", "mika", "", false }, /* what the bot put up for her */
		{ "bot", "mika", "ken", "mika", false },
		{ "bot", "mika", "bot", "ken", false },
		{ "bot", "mika", "ken", "bot", false },
		{ "bot", "mika", "ken", "", true },
		{ "bot", "mika", "other_bot", "ken", true },
		{ "mika", "", NULL, "", false },
		{ "mika", "", "", "", false },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const stage[] = { "decision", "stage", NULL };
		const char *const submit[] = { "decision", "submit", "digest", "D1", NULL };

		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		begin();
		dispute_asked("2026-05-01T11:00:00Z",
		              &(struct told_action){ .kind = ACT(APPROVE),
		                                     .by = rows[i].by,
		                                     .behalf = rows[i].behalf,
		                                     .parameters = stage });
		dispute_pass("2026-05-01T11:00:00Z");
		(void)dispute_heard();
		dispute_asked("2026-05-01T12:00:00Z",
		              &(struct told_action){ .kind = ACT(APPROVE),
		                                     .by = rows[i].approver,
		                                     .behalf = rows[i].approver_behalf,
		                                     .parameters = submit });
		hear("2026-05-01T12:00:00Z",
		     rows[i].allowed ? APPROVED : "action_refused by NOT_ALLOWED\n");
	}
}

static void the_same_two_people_give_up(void **state)
{
	static const struct {
		const char *by;
		const char *behalf;
		bool allowed;
	} rows[] = {
		{ "ken", "", true },      { "mika", "", false }, { "ken", "mika", false },
		{ "mika", "ken", false }, { NULL, "", false },
	};
	static const char *const accept[] = { "decision", "accept", NULL };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		put_up();
		dispute_closed("2026-05-01T12:00:00Z", "mika", "accept");
		hear(
		    "2026-05-01T12:00:00Z",
		    "packet_withdrawn D1\ndecision_made accept\naccept_proposed\naction_applied\n");
		dispute_asked("2026-05-01T13:00:00Z",
		              &(struct told_action){ .kind = ACT(APPROVE),
		                                     .by = rows[i].by,
		                                     .behalf = rows[i].behalf,
		                                     .parameters = accept });
		hear("2026-05-01T13:00:00Z", rows[i].allowed ? "accept_requested\naction_applied\n"
		                                             : "action_refused by NOT_ALLOWED\n");
	}
}

static void giving_up_cannot_be_undone(void **state)
{
	(void)state;
	begin();
	dispute_closed("2026-05-01T12:00:00Z", "mika", "accept");
	dispute_approved("2026-05-01T13:00:00Z", "ken", "accept", NULL);
	dispute_pass("2026-05-01T13:00:00Z");
	(void)dispute_heard();
	dispute_approved("2026-05-01T14:00:00Z", "ken", "contest", NULL);
	dispute_approved("2026-05-01T14:01:00Z", "ken", "stage", NULL);
	dispute_approved("2026-05-01T14:02:00Z", "mika", "submit", "D1");
	dispute_closed("2026-05-01T14:03:00Z", "mika", "accept");
	dispute_approved("2026-05-01T14:04:00Z", "ken", "accept", NULL);
	hear("2026-05-31T00:00:00Z",
	     "action_refused on.id ILLEGAL_MOVE\naction_refused on.id ILLEGAL_MOVE\n"
	     "action_refused on.id ILLEGAL_MOVE\naction_refused on.id ILLEGAL_MOVE\n"
	     "action_refused on.id ILLEGAL_MOVE\n"
	     "raised accept_not_seen 2026-05-01T17:00:00Z\n");
}

static void a_dispute_that_is_given_up_and_not_seen_as_lost_is_an_alert(void **state)
{
	(void)state;
	begin();
	dispute_closed("2026-05-01T12:00:00Z", "mika", "accept");
	dispute_approved("2026-05-01T13:00:00Z", "ken", "accept", NULL);
	hear("2026-05-01T17:00:00Z", "decision_made accept\naccept_proposed\naction_applied\n"
	                             "accept_requested\naction_applied\n");
	dispute_restart();
	hear("2026-05-01T17:00:01Z", "raised accept_not_seen 2026-05-01T17:00:00Z\n");
	dispute_told("2026-05-02T09:00:00Z", &(struct told_dispute){ .due = DUE });
	hear("2026-05-02T10:00:00Z", "");
	dispute_told("2026-05-03T09:00:00Z", &(struct told_dispute){ .status = "lost" });
	hear("2026-05-20T00:00:00Z",
	     "closed_unanswered chargeback closed_unanswered\n"
	     "resolved accept_not_seen 2026-05-03T09:00:00Z\ndeadline_withdrawn\n");
}

static void what_was_given_up_in_time_is_no_alert(void **state)
{
	(void)state;
	begin();
	dispute_closed("2026-05-01T12:00:00Z", "mika", "accept");
	dispute_approved("2026-05-01T13:00:00Z", "ken", "accept", NULL);
	dispute_told("2026-05-01T14:00:00Z", &(struct told_dispute){ .status = "lost" });
	dispute_pass("2026-05-20T00:00:00Z");
	assert_int_equal(dispute_count("raised"), 0);
}

static void a_proposal_to_give_up_ends_when_the_case_is_contested(void **state)
{
	(void)state;
	begin();
	dispute_closed("2026-05-01T12:00:00Z", "mika", "accept");
	dispute_approved("2026-05-01T13:00:00Z", "aya", "contest", NULL);
	dispute_approved("2026-05-01T14:00:00Z", "ken", "accept", NULL);
	hear("2026-05-01T14:00:00Z",
	     "decision_made accept\naccept_proposed\naction_applied\n"
	     "decision_made contest\naction_applied\naction_refused decision ILLEGAL_MOVE\n");
}

static void neither_an_inquiry_nor_a_warning_can_be_accepted(void **state)
{
	static const char *const accept[] = { "decision", "accept", NULL };

	(void)state;
	dispute_told("2026-05-01T09:00:00Z",
	             &(struct told_dispute){ .status = "warning_needs_response", .due = DUE });
	dispute_warned("2026-05-01T09:00:00Z", "issfr_1", true);
	dispute_pass("2026-05-01T09:00:00Z");
	(void)dispute_heard();
	dispute_closed("2026-05-01T12:00:00Z", "mika", "accept");
	dispute_asked("2026-05-01T12:01:00Z",
	              &(struct told_action){ .kind = ACT(CLOSE),
	                                     .id = arena_printf(dispute_stage.arena,
	                                                        "case/%s/issfr_1", dispute_account),
	                                     .by = "mika",
	                                     .reason = "Why not?",
	                                     .parameters = accept });
	hear("2026-05-01T13:00:00Z",
	     "action_refused decision ILLEGAL_MOVE\naction_refused on.id ILLEGAL_MOVE\n");
}

/* Digests. */

static void what_is_approved_is_a_digest(void **state)
{
	static const struct {
		const char *digest; /* NULL: none is said */
		const char *refused;
	} rows[] = {
		{ NULL, "action_refused digest NOT_ALLOWED\n" },
		{ "", "action_refused digest NOT_ALLOWED\n" },
		{ "D2", "action_refused digest NOT_ALLOWED\n" },
		{ "D", "action_refused digest NOT_ALLOWED\n" },
		{ "d1", "action_refused digest NOT_ALLOWED\n" },
	};

	(void)state;
	put_up();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		dispute_approved("2026-05-01T12:00:00Z", "ken", "submit", rows[i].digest);
		hear("2026-05-01T12:00:00Z", rows[i].refused);
	}
	dispute_approved("2026-05-01T12:00:00Z", "ken", "submit", "D1");
	hear("2026-05-01T12:00:00Z", APPROVED);
}

static void a_packet_that_changed_needs_another_approval(void **state)
{
	(void)state;
	put_up();
	dispute_packet("2026-05-01T11:30:00Z", "D2");
	dispute_approved("2026-05-01T12:00:00Z", "ken", "submit", "D1");
	dispute_approved("2026-05-01T12:01:00Z", "ken", "submit", "D2");
	dispute_approved("2026-05-01T12:02:00Z", "ken", "stage", "D1");
	dispute_approved("2026-05-01T12:03:00Z", "ken", "stage", "D2");
	dispute_approved("2026-05-01T12:04:00Z", "ken", "submit", "D2");
	dispute_approved("2026-05-01T12:05:00Z", "mika", "submit", "D2");
	hear("2026-05-01T12:05:00Z",
	     "action_refused digest NOT_ALLOWED\naction_refused digest NOT_ALLOWED\n"
	     "action_refused digest OUT_OF_TIME\n"
	     "packet_withdrawn D1\npacket_staged D2\naction_applied\n"
	     "action_refused by NOT_ALLOWED\n"
	     "packet_approved D2\nsubmission_requested chargeback D2\naction_applied\n");
}

static void what_people_change_is_not_put_up_any_more(void **state)
{
	static const char *const pin[] = { "kind", "delivery", "text", "Here it is.", NULL };
	static const char *const exclude[] = { "id", "message/2/1", "decision", "exclude", NULL };
	static const struct {
		Opsmesh__V1__ActionKind kind;
		const char *const *parameters;
		const char *said;
	} rows[] = {
		{ ACT(PIN), pin, "evidence_item_added\npacket_withdrawn D1\naction_applied\n" },
		{ ACT(CORRECT), exclude, "packet_withdrawn D1\naction_applied\n" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(dispute_start(state), 0);
		put_up();
		dispute_asked("2026-05-01T12:00:00Z",
		              &(struct told_action){ .kind = rows[i].kind,
		                                     .by = "aya",
		                                     .parameters = rows[i].parameters });
		hear("2026-05-01T12:00:00Z", rows[i].said);
		dispute_approved("2026-05-01T13:00:00Z", "ken", "submit", "D1");
		hear("2026-05-01T13:00:00Z", "action_refused on.id NOT_ALLOWED\n");
	}
}

/* Time. */

static void behind_the_providers_time_late_must_be_meant(void **state)
{
	static const char *const late[] = { "decision", "submit", "digest", "D1",
		                            "late",     "true",   NULL };
	static const char *const not_late[] = { "decision", "submit", "digest", "D1",
		                                "late",     "yes",    NULL };

	(void)state;
	put_up();
	dispute_pass("2026-05-12T23:59:58Z");
	(void)dispute_heard();
	dispute_approved("2026-05-12T23:59:59Z", "ken", "submit", "D1");
	dispute_asked("2026-05-13T00:00:00Z", &(struct told_action){ .kind = ACT(APPROVE),
	                                                             .by = "ken",
	                                                             .parameters = not_late });
	hear("2026-05-13T00:00:00Z",
	     "action_refused late NOT_ALLOWED\naction_refused late NOT_ALLOWED\n");
	dispute_asked("2026-05-13T00:00:01Z", &(struct told_action){ .kind = ACT(APPROVE),
	                                                             .by = "ken",
	                                                             .parameters = late });
	hear("2026-05-13T00:00:01Z",
	     "packet_approved D1\nsubmission_requested chargeback D1 late\n"
	     "resolved deadline_missed 2026-05-13T00:00:01Z\naction_applied\n");
}

static void between_our_deadline_and_the_providers_it_is_sent_and_said_to_be_late(void **state)
{
	(void)state;
	put_up();
	dispute_pass("2026-05-12T20:00:00Z");
	(void)dispute_heard();
	dispute_approved("2026-05-12T23:59:58Z", "ken", "submit", "D1");
	hear("2026-05-12T23:59:58Z",
	     "packet_approved D1\nsubmission_requested chargeback D1 late\n"
	     "resolved deadline_missed 2026-05-12T23:59:58Z\naction_applied\n");
}

static void a_lease_that_ends_is_an_alert_and_nothing_is_asked_again(void **state)
{
	(void)state;
	put_up();
	dispute_approved("2026-05-01T12:00:00Z", "ken", "submit", "D1");
	hear("2026-05-01T16:00:00Z", APPROVED);
	hear("2026-05-01T16:00:01Z", "raised submission_not_seen 2026-05-01T16:00:00Z\n");
	dispute_told("2026-05-01T17:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-13T23:59:59Z" });
	dispute_approved("2026-05-01T18:00:00Z", "ken", "submit", "D1");
	hear("2026-05-20T16:00:01Z",
	     "deadline_moved 2026-05-13T17:59:59Z\naction_refused on.id ILLEGAL_MOVE\n");
	dispute_told("2026-05-21T17:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-13T23:59:59Z", .submissions = 1 });
	hear("2026-05-22T00:00:00Z", "submission_observed 1 ours\n"
	                             "resolved submission_not_seen 2026-05-21T17:00:00Z\n");
}

static void a_dispute_that_ends_ends_the_waiting_for_its_answer(void **state)
{
	(void)state;
	put_up();
	dispute_approved("2026-05-01T12:00:00Z", "ken", "submit", "D1");
	dispute_told("2026-05-01T13:00:00Z",
	             &(struct told_dispute){ .status = "won", .due = DUE, .submissions = 0 });
	hear("2026-05-20T16:00:01Z", APPROVED "won chargeback won\ndeadline_withdrawn\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, dispute_start, dispute_stop)
		TEST(a_packet_that_is_no_file_yet_cannot_be_put_up),
		TEST(what_two_people_approved_is_asked_to_be_sent_once),
		TEST(nothing_is_sent_that_nobody_put_up),
		TEST(two_people_are_two_principals_neither_for_the_other),
		TEST(the_same_two_people_give_up),
		TEST(giving_up_cannot_be_undone),
		TEST(a_dispute_that_is_given_up_and_not_seen_as_lost_is_an_alert),
		TEST(what_was_given_up_in_time_is_no_alert),
		TEST(a_proposal_to_give_up_ends_when_the_case_is_contested),
		TEST(neither_an_inquiry_nor_a_warning_can_be_accepted),
		TEST(what_is_approved_is_a_digest),
		TEST(a_packet_that_changed_needs_another_approval),
		TEST(what_people_change_is_not_put_up_any_more),
		TEST(behind_the_providers_time_late_must_be_meant),
		TEST(between_our_deadline_and_the_providers_it_is_sent_and_said_to_be_late),
		TEST(a_lease_that_ends_is_an_alert_and_nothing_is_asked_again),
		TEST(a_dispute_that_ends_ends_the_waiting_for_its_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
