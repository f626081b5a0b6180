/*
 * dispute_refusal_test - each action on a case ends in one answer, however it is made; what is refused changes nothing.
 */
#include "tests/support/dispute_fixture.h"

#include "common/base/status.h"
#include "common/base/text.h"

#include <string.h>

#define P(...) ((const char *const[]){ __VA_ARGS__, NULL })

#define HUGE_SIZE 16000 /* bytes: about what ingest lets a parameter have */

static const char *huge;

static void begin(void)
{
	dispute_told("2026-05-01T09:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-12T23:59:59Z" });
	dispute_packet("2026-05-01T10:00:00Z", "D1");
	dispute_pass("2026-05-01T10:00:00Z");
	(void)dispute_heard();
}

static void what_is_missing_empty_huge_or_unknown_is_refused_by_its_field(void **state)
{
	const struct {
		Opsmesh__V1__ActionKind kind;
		const char *const *parameters;
		const char *refused;
	} rows[] = {
		{ ACT(APPROVE), NULL, "decision INVALID" },
		{ ACT(APPROVE), P("decision", ""), "decision INVALID" },
		{ ACT(APPROVE), P("decision", "unstage"), "decision INVALID" },
		{ ACT(APPROVE), P("decision", huge), "decision INVALID" },
		{ ACT(APPROVE), P("Decision", "stage"), "decision INVALID" },
		{ ACT(APPROVE), P("decision", "stage", "digest", huge), "digest OUT_OF_TIME" },
		{ ACT(APPROVE), P("decision", "submit"), "on.id NOT_ALLOWED" },
		{ ACT(APPROVE), P("decision", "accept"), "decision ILLEGAL_MOVE" },
		{ ACT(CLOSE), NULL, "decision INVALID" },
		{ ACT(CLOSE), P("decision", "submit"), "decision INVALID" },
		{ ACT(CLOSE), P("decision", "confirm"), "decision INVALID" },
		{ ACT(CLOSE), P("decision", "unstage"), "decision NO_CHANGE" },
		{ ACT(CLOSE), P("decision", "accept"), "reason INVALID" },
		{ ACT(CLOSE), P("decision", "refund"), "decision ILLEGAL_MOVE" },
		{ ACT(ASSIGN), NULL, "assignee INVALID" },
		{ ACT(ASSIGN), P("assignee", ""), "assignee NO_CHANGE" },
		{ ACT(ASSIGN), P("assignee", huge), "assignee TOO_LARGE" },
		{ ACT(PIN), NULL, "kind INVALID" },
		{ ACT(PIN), P("kind", ""), "kind INVALID" },
		{ ACT(PIN), P("kind", huge, "text", "Here."), "kind TOO_LARGE" },
		{ ACT(PIN), P("kind", "delivery", "field", huge, "text", "Here."),
		  "kind TOO_LARGE" },
		{ ACT(PIN), P("kind", "delivery"), "text INVALID" },
		{ ACT(PIN), P("kind", "delivery", "field", "reciept", "text", "Here."),
		  "field INVALID" },
		{ ACT(PIN), P("kind", "delivery", "text", ""), "text INVALID" },
		{ ACT(CORRECT), NULL, "id INVALID" },
		{ ACT(CORRECT), P("id", huge, "decision", "exclude"), "id TOO_LARGE" },
		{ ACT(CORRECT), P("id", "message/2/1"), "decision INVALID" },
		{ ACT(CORRECT), P("id", "message/2/1", "decision", "forget"), "decision INVALID" },
		{ ACT(CORRECT), P("id", "message/2/1", "decision", "include"), "id NO_CHANGE" },
		{ ACT(CORRECT), P("id", "message/2/1", "translation", ""), "decision INVALID" },
		{ ACT(ACKNOWLEDGE), NULL, "action UNSUPPORTED" },
		{ ACT(MERGE), NULL, "action UNSUPPORTED" },
		{ ACT(UNSPECIFIED), NULL, "action UNSUPPORTED" },
	};

	(void)state;
	begin();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		dispute_asked("2026-05-01T11:00:00Z",
		              &(struct told_action){ .kind = rows[i].kind,
		                                     .by = "mika",
		                                     .parameters = rows[i].parameters });
		dispute_pass("2026-05-01T11:00:00Z");
		dispute_expect(
		    arena_printf(dispute_stage.arena, "action_refused %s\n", rows[i].refused));
	}
	assert_string_equal(dispute_row(NULL, NULL).response, "none");
	assert_null(dispute_row(NULL, NULL).owner);
}

static void an_id_that_is_none_or_anothers_is_refused(void **state)
{
	const struct {
		const char *id;
		const char *refused;
	} rows[] = {
		{ "", "INVALID" },
		{ "case", "INVALID" },
		{ "case/", "INVALID" },
		{ "case//dp_1", "INVALID" },
		{ "case/acme", "INVALID" },
		{ "case/acme/", "INVALID" },
		{ "ticket/acme/dp_1", "INVALID" },
		{ "case/another/dp_1", "UNKNOWN_SUBJECT" },
		{ arena_printf(dispute_stage.arena, "case/%s/dp_2", dispute_account),
		  "UNKNOWN_SUBJECT" },
		{ arena_printf(dispute_stage.arena, "case/%s/dp_1/dp_1", dispute_account),
		  "UNKNOWN_SUBJECT" },
		{ arena_printf(dispute_stage.arena, "case/%s/%s", dispute_account, huge),
		  "UNKNOWN_SUBJECT" },
	};

	(void)state;
	begin();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		dispute_asked("2026-05-01T11:00:00Z",
		              &(struct told_action){ .kind = ACT(APPROVE),
		                                     .id = rows[i].id,
		                                     .by = "mika",
		                                     .parameters = P("decision", "stage") });
		dispute_pass("2026-05-01T11:00:00Z");
		dispute_expect(arena_printf(dispute_stage.arena, "action_refused on.id %s\n",
		                            rows[i].refused));
	}
	assert_string_equal(dispute_row(NULL, NULL).response, "none");
}

static void a_case_of_which_the_money_alone_is_known_is_none_yet(void **state)
{
	(void)state;
	dispute_funds("2026-05-01T09:00:00Z", "txn_1", 10000);
	dispute_approved("2026-05-01T10:00:00Z", "mika", "contest", NULL);
	dispute_pass("2026-05-01T10:00:00Z");
	dispute_expect("funds_withdrawn txn_1 10000 USD\naction_refused on.id UNKNOWN_SUBJECT\n");
}

static void whoever_reveals_a_case_is_answered_elsewhere(void **state)
{
	(void)state;
	begin();
	dispute_asked("2026-05-01T11:00:00Z",
	              &(struct told_action){ .kind = ACT(EXPLAIN), .by = "mika" });
	dispute_asked("2026-05-01T11:00:00Z",
	              &(struct told_action){ .kind = ACT(CLOSE), .type = "ticket", .by = "mika" });
	dispute_pass("2026-05-01T11:00:00Z");
	dispute_expect("");
}

static void no_case_takes_more_items_than_it_can_hold(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < 65; i++)
		dispute_asked("2026-05-01T11:00:00Z",
		              &(struct told_action){
				  .kind = ACT(PIN),
				  .by = "mika",
				  .parameters = P("kind", "delivery", "text", "Here it is.") });
	for (int i = 0; i < 257; i++)
		dispute_asked("2026-05-01T12:00:00Z",
		              &(struct told_action){
				  .kind = ACT(CORRECT),
				  .by = "mika",
				  .parameters =
				      P("decision", "exclude", "id",
		                        arena_printf(dispute_stage.arena, "item-%d", i)) });
	dispute_pass("2026-05-01T12:00:00Z");
	assert_int_equal(dispute_count("evidence_item_added"), 64);
	assert_int_equal(dispute_count("action_applied"), 64 + 256);
	assert_int_equal(dispute_count("action_refused on.id TOO_LARGE"), 1);
	assert_int_equal(dispute_count("action_refused id TOO_LARGE"), 1);
}

static void an_assigned_case_is_its_owners_until_the_queue_has_it_again(void **state)
{
	(void)state;
	begin();
	dispute_asked("2026-05-01T11:00:00Z",
	              &(struct told_action){
			  .kind = ACT(ASSIGN), .by = "mika", .parameters = P("assignee", "ken") });
	dispute_asked("2026-05-01T11:01:00Z",
	              &(struct told_action){
			  .kind = ACT(ASSIGN), .by = "mika", .parameters = P("assignee", "ken") });
	dispute_asked("2026-05-01T11:02:00Z",
	              &(struct told_action){
			  .kind = ACT(ASSIGN), .by = "mika", .parameters = P("assignee", "") });
	dispute_pass("2026-05-01T11:02:00Z");
	dispute_expect("assigned ken\naction_applied\naction_refused assignee NO_CHANGE\n"
	               "assigned \naction_applied\n");
}

/* Alerts. */

static void ask_alert(const char *rule, Opsmesh__V1__ActionKind kind)
{
	dispute_asked("2026-05-12T19:00:00Z",
	              &(struct told_action){ .kind = kind,
	                                     .type = "alert",
	                                     .id = arena_printf(dispute_stage.arena,
	                                                        "alert/chargeback/%s/dp_1/%s",
	                                                        dispute_account, rule),
	                                     .by = "mika" });
}

static void an_alert_is_acknowledged_once_and_nothing_else(void **state)
{
	(void)state;
	begin();
	dispute_pass("2026-05-12T19:00:00Z");
	(void)dispute_heard();
	ask_alert("deadline_missed", ACT(CLOSE));
	ask_alert("deadline_missed", ACT(ACKNOWLEDGE));
	ask_alert("deadline_missed", ACT(ACKNOWLEDGE));
	ask_alert("deadline_approaching", ACT(ACKNOWLEDGE));
	ask_alert("nothing", ACT(ACKNOWLEDGE));
	dispute_pass("2026-05-12T19:00:00Z");
	dispute_expect("action_refused deadline_missed 2026-05-12T19:00:00Z\n"
	               "acknowledged deadline_missed 2026-05-12T19:00:00Z\n"
	               "action_applied deadline_missed 2026-05-12T19:00:00Z\n"
	               "action_refused deadline_missed 2026-05-12T19:00:00Z\n"
	               "action_refused deadline_approaching 2026-05-12T19:00:00Z\n"
	               "action_refused nothing 2026-05-12T19:00:00Z\n");
}

static int start(void **state)
{
	char *text;

	if (dispute_start(state) != 0)
		return -1;
	text = arena_zero(dispute_stage.arena, HUGE_SIZE + 1);
	memset(text, 'x', HUGE_SIZE);
	huge = text;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, dispute_stop)
		TEST(what_is_missing_empty_huge_or_unknown_is_refused_by_its_field),
		TEST(an_id_that_is_none_or_anothers_is_refused),
		TEST(a_case_of_which_the_money_alone_is_known_is_none_yet),
		TEST(whoever_reveals_a_case_is_answered_elsewhere),
		TEST(no_case_takes_more_items_than_it_can_hold),
		TEST(an_assigned_case_is_its_owners_until_the_queue_has_it_again),
		TEST(an_alert_is_acknowledged_once_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
