/*
 * dispute_reminder_test - a reminder comes while its owner is at work; the deadline itself and on-call know no hours.
 *
 * The queue works in Tokyo from 9 to 18 on weekdays, which is 0 to 9 in UTC; 4, 5 and 6 May are holidays there. Ken works in
 * London, in May from 8 to 17 in UTC.
 */
#include "tests/support/dispute_fixture.h"

#include "common/base/status.h"

#define OPENED "opened chargeback needs_response\n"

static void hear(const char *until, const char *lines)
{
	dispute_pass(until);
	dispute_expect(lines);
}

/* Our deadline is Wednesday, 13 May, 18:00 UTC, which is 3 in the morning of Thursday in Tokyo. */
static void begin(const char *at)
{
	dispute_told(at, &(struct told_dispute){ .due = "2026-05-14T00:00:00Z" });
	hear(at, OPENED "deadline_set 2026-05-13T18:00:00Z\n");
}

static void what_falls_outside_working_time_comes_an_hour_before_the_last_of_it_ends(void **state)
{
	(void)state;
	begin("2026-05-01T01:00:00Z");
	/* Seven days before is Thursday, 7 May at 3: before the holidays the last work was on Friday, 1 May. */
	hear("2026-05-01T08:00:00Z", "");
	hear("2026-05-01T08:00:01Z", "reminder_due seven_days 2026-05-01T08:00:00Z\n");
	/* Three days before is Monday at 3, two days before Tuesday at 3. */
	hear("2026-05-13T00:00:00Z", "reminder_due three_days 2026-05-08T08:00:00Z\n"
	                             "reminder_due two_days 2026-05-11T08:00:00Z\n"
	                             "deadline_approaching on_call 2026-05-12T18:00:00Z\n"
	                             "raised deadline_approaching 2026-05-12T18:00:00Z\n");
	hear("2026-05-13T18:00:01Z", "deadline_missed no_packet 2026-05-13T18:00:00Z\n"
	                             "resolved deadline_approaching 2026-05-13T18:00:00Z\n"
	                             "raised deadline_missed 2026-05-13T18:00:00Z\n");
}

static void what_falls_into_working_time_comes_then(void **state)
{
	(void)state;
	dispute_told("2026-05-01T01:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-14T09:00:00Z" });
	hear("2026-05-13T00:00:00Z", OPENED "deadline_set 2026-05-14T03:00:00Z\n"
	                                    "reminder_due seven_days 2026-05-07T03:00:00Z\n"
	                                    "reminder_due three_days 2026-05-11T03:00:00Z\n"
	                                    "reminder_due two_days 2026-05-12T03:00:00Z\n");
}

static void where_no_work_is_left_before_it_comes_when_work_begins_again(void **state)
{
	(void)state;
	/* The holidays have begun: work begins again on 7 May. */
	begin("2026-05-03T01:00:00Z");
	hear("2026-05-08T00:00:00Z", "reminder_due seven_days 2026-05-07T00:00:00Z\n");
}

static void what_has_passed_when_a_case_begins_at_night_waits_for_the_morning(void **state)
{
	(void)state;
	/* Seven days before is noon in Tokyo, nine hours ago; it is 21:00 there. */
	dispute_told("2026-05-07T12:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-14T09:00:00Z" });
	hear("2026-05-07T23:59:59Z", OPENED "deadline_set 2026-05-14T03:00:00Z\n");
	hear("2026-05-08T01:00:00Z", "reminder_due seven_days 2026-05-08T00:00:00Z\n");
}

static void where_the_next_step_comes_before_any_work_it_comes_at_its_own_time(void **state)
{
	(void)state;
	/* Ours is Sunday, 10 May, 6:00 UTC: two days before is Friday, after which nobody works until Monday. */
	dispute_told("2026-05-08T09:30:00Z",
	             &(struct told_dispute){ .due = "2026-05-10T12:00:00Z" });
	hear("2026-05-09T05:00:00Z", OPENED "deadline_set 2026-05-10T06:00:00Z\n"
	                                    "reminder_due two_days 2026-05-08T09:30:00Z\n");
}

static void what_comes_at_once_before_a_weekend_is_told_by_the_nearest_step(void **state)
{
	(void)state;
	/* Three and two days before are Saturday and Sunday; it is Friday, 17:30 in Tokyo. */
	dispute_told("2026-05-08T08:30:00Z",
	             &(struct told_dispute){ .due = "2026-05-12T12:00:00Z" });
	hear("2026-05-11T05:00:00Z", OPENED "deadline_set 2026-05-12T06:00:00Z\n"
	                                    "reminder_due two_days 2026-05-08T08:30:00Z\n");
}

static void an_owner_is_reminded_in_a_time_of_their_own(void **state)
{
	static const char *const ken[] = { "assignee", "ken", NULL };
	const ProtobufCMessage *message = NULL;
	const struct fact *fact;

	(void)state;
	dispute_told("2026-05-07T01:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-15T00:00:00Z" });
	hear("2026-05-07T01:00:00Z", OPENED "deadline_set 2026-05-14T18:00:00Z\n");
	dispute_asked("2026-05-07T02:00:00Z",
	              &(struct told_action){ .kind = ACT(ASSIGN), .by = "ken", .parameters = ken });
	/* Seven days before is 18 UTC, when London has just closed: an hour before that. */
	hear("2026-05-07T16:00:00Z", "assigned ken\naction_applied\n");
	dispute_pass("2026-05-07T16:00:01Z");
	fact = stage_test_next(&dispute_stage, &message);
	assert_non_null(fact);
	const Opsmesh__V1__DisputeEvent *const event = (const void *)message;

	assert_int_equal(event->fact_case, OPSMESH__V1__DISPUTE_EVENT__FACT_REMINDER_DUE);
	assert_string_equal(event->reminder_due->owner, "ken");
	assert_string_equal(event->reminder_due->calendar, "london");
	assert_int_equal(event->reminder_due->left_us, (DAYS(7).us + HOURS(2).us));
}

/* In London it would come on Thursday at 16, in Tokyo it would have come at 8: there work begins again at midnight. */
static void who_takes_a_case_over_is_not_reminded_of_the_time_before(void **state)
{
	static const char *const ken[] = { "assignee", "ken", NULL };
	static const char *const queue[] = { "assignee", "", NULL };

	(void)state;
	dispute_told("2026-05-07T01:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-15T00:00:00Z" });
	dispute_asked("2026-05-07T02:00:00Z",
	              &(struct told_action){ .kind = ACT(ASSIGN), .by = "ken", .parameters = ken });
	dispute_asked("2026-05-07T10:00:00Z", &(struct told_action){ .kind = ACT(ASSIGN),
	                                                             .by = "ken",
	                                                             .parameters = queue });
	hear("2026-05-08T01:00:00Z", OPENED "deadline_set 2026-05-14T18:00:00Z\n"
	                                    "assigned ken\naction_applied\n"
	                                    "assigned \naction_applied\n"
	                                    "reminder_due seven_days 2026-05-08T00:00:00Z\n");
}

/* The document. */

#define HEAD                                                                                                \
	"{\"id\":\"standard\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"buffer\":\"6h\"," \
	"\"on_call_before\":\"24h\",\"sweep_every\":\"6h\",\"gather_wait\":\"10m\",\"lease\":\"4h\","       \
	"\"queue\":\"disputes\",\"team\":\"billing\""
#define STEPS ",\"reminders\":[{\"step\":\"a\",\"before\":\"72h\"}]"

static void a_document_that_is_wrong_is_refused_with_its_path_and_reason(void **state)
{
	static const struct {
		const char *text;
		const char *reason;
	} rows[] = {
		{ HEAD "}", "cases/a.json: reminders: is missing" },
		{ HEAD
		  ",\"reminders\":[{\"step\":\"a\",\"before\":\"72h\"},{\"step\":\"a\",\"before\":\"71h\"}]}",
		  "cases/a.json: reminders[1].step: stands twice" },
		{ HEAD
		  ",\"reminders\":[{\"step\":\"a\",\"before\":\"72h\"},{\"step\":\"b\",\"before\":\"72h\"}]}",
		  "cases/a.json: reminders[1].before: is not shorter than the one before it" },
		{ HEAD STEPS ",\"calendar\":\"mars\"}",
		  "cases/ (standard, version 1): calendar: there is no mars" },
		{ HEAD STEPS ",\"owners\":[{\"principal\":\"a\",\"calendar\":\"mars\"}]}",
		  "cases/ (standard, version 1): calendar: there is no mars" },
		{ HEAD STEPS ",\"owners\":[{\"principal\":\"a\",\"calendar\":\"b\"},"
		             "{\"principal\":\"a\",\"calendar\":\"b\"}]}",
		  "cases/a.json: owners[1].principal: stands twice" },
		{ HEAD STEPS ",\"owners\":[{\"principal\":\"a\"}]}",
		  "cases/a.json: owners[0].calendar: is missing" },
		{ HEAD STEPS ",\"colour\":1}", "cases/a.json: colour: is not known" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct document file = { .name = "cases/a.json",
			                       .body = bytes_of(rows[i].text) };
		char reason[256] = "";

		assert_null(case_policy_compile(&file, 1, reason, sizeof(reason)));
		assert_string_equal(reason, rows[i].reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, dispute_start_working, dispute_stop)
		TEST(what_falls_outside_working_time_comes_an_hour_before_the_last_of_it_ends),
		TEST(what_falls_into_working_time_comes_then),
		TEST(where_no_work_is_left_before_it_comes_when_work_begins_again),
		TEST(what_has_passed_when_a_case_begins_at_night_waits_for_the_morning),
		TEST(where_the_next_step_comes_before_any_work_it_comes_at_its_own_time),
		TEST(what_comes_at_once_before_a_weekend_is_told_by_the_nearest_step),
		TEST(an_owner_is_reminded_in_a_time_of_their_own),
		TEST(who_takes_a_case_over_is_not_reminded_of_the_time_before),
		cmocka_unit_test(a_document_that_is_wrong_is_refused_with_its_path_and_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
