/*
 * alert_test - alerts of a stage of the test's own: raised, resolved, acknowledged.
 */
#include "common/flow/alert.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/action_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SHARD 1
#define ACKNOWLEDGE OPSMESH__V1__ACTION_KIND__ACTION_KIND_ACKNOWLEDGE
#define CODE(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name
#define CLOSE OPSMESH__V1__ACTION_KIND__ACTION_KIND_CLOSE

static struct stage_test test;
static const char *home;
static struct instant now;
static struct duration earlier; /* what is resolved happened so long before it came */

/* The stage: an action on an "alarm" raises, one on a "worse" updates, one on a "calm" resolves. Its table has a column of its own. */

struct own_row {
	struct alert_row alert;
	const char *metric;
};

static const struct column own_columns[] = { ALERT_COLUMNS("ticket_id"),
	                                     COLUMN(struct own_row, metric), COLUMN_END };
static const struct state_table own_table = { .name = "own_alert",
	                                      .columns = own_columns,
	                                      .key_columns = 1,
	                                      .row_size = sizeof(struct own_row) };
static const struct alert_kind own_kind = { ALERT_OF_CLOCK, &own_table };
static const struct state_table plain_table = { .name = "plain_alert",
	                                        .columns = alert_columns,
	                                        .key_columns = 1,
	                                        .row_size = sizeof(struct alert_row) };
static const struct alert_kind plain_kind = { ALERT_OF_CASE, &plain_table };

static struct alert_scope scope_of(struct task *task, const struct alert_kind *kind,
                                   const char *about)
{
	return (struct alert_scope){ .task = task,
		                     .kind = kind,
		                     .home = home,
		                     .about = about,
		                     .cause_id = "clock/1/7",
		                     .at = task->event->time };
}

static enum status raise_own(struct task *task, const char *about)
{
	const struct alert_scope scope = scope_of(task, &own_kind, about);
	struct own_row row = { .metric = "first_reply" };
	Opsmesh__V1__Evidence *evidence[] = { alert_evidence(task->arena, "ticket", home, "late") };

	return alert_raise(&scope, &(struct alert_notice){
				       .rule = "first_reply/1/breached",
				       .severity = OPSMESH__V1__SEVERITY__SEVERITY_CRITICAL,
				       .summary = "It is late.",
				       .description = "Write to the customer.",
				       .runbook = "deploy/runbooks/sla-breach.md",
				       .team = "desk",
				       .evidence = evidence,
				       .evidence_count = 1,
				       .row = &row.alert });
}

static enum status raise_plain(struct task *task, const char *about)
{
	const struct alert_scope scope = scope_of(task, &plain_kind, about);

	return alert_raise(&scope, &(struct alert_notice){
				       .rule = "deadline_missed",
				       .severity = OPSMESH__V1__SEVERITY__SEVERITY_WARNING,
				       .summary = "It has passed.",
				       .description = "Ask.",
				       .runbook = "deploy/runbooks/dispute-deadline.md",
				       .team = "billing" });
}

static enum status raise_both(struct task *task, const char *about)
{
	TRY(raise_own(task, about));
	return raise_plain(task, about);
}

/* With a word of its own in its row, and graver or less so than it was. */
static enum status update_own(struct task *task, const char *about)
{
	const struct alert_scope scope = scope_of(task, &own_kind, about);
	struct own_row row;

	(void)alert_find(&scope, &row.alert);
	row.metric = "worse";
	return alert_update(&scope, &(struct alert_notice){
					.severity = OPSMESH__V1__SEVERITY__SEVERITY_WARNING,
					.summary = "It is later.",
					.description = "Call.",
					.row = &row.alert });
}

static enum status resolve_both(struct task *task, const char *about)
{
	struct alert_scope own = scope_of(task, &own_kind, about);
	const struct alert_scope plain = scope_of(task, &plain_kind, about);

	own.at = time_sub(own.at, earlier);
	TRY(alert_resolve(&own, "It has happened, late."));
	return alert_resolve(&plain, "");
}

static enum status on_requested(struct task *task, const Opsmesh__V1__ActionRequested *requested)
{
	const Opsmesh__V1__ActionSubject *const on = requested->on;

	if (on != NULL && text_equal(on->type, "alarm"))
		return raise_both(task, on->id);
	if (on != NULL && text_equal(on->type, "worse"))
		return update_own(task, on->id);
	if (on != NULL && text_equal(on->type, "calm"))
		return resolve_both(task, on->id);
	TRY(alert_on_action(task, &own_kind, requested));
	return alert_on_action(task, &plain_kind, requested);
}

static void need(struct task *task, const ProtobufCMessage *event)
{
	alert_need(task, &own_kind,
	           ((const Opsmesh__V1__ActionEvent *)(const void *)event)->requested);
}

#define EVENTS(ON)                                                                         \
	ON(OPS_ACTIONS, Opsmesh__V1__ActionEvent, requested, Opsmesh__V1__ActionRequested, \
	   on_requested, need)

STAGE_EVENTS_NEEDING(events, EVENTS);
static const struct state_table *const tables[] = { &own_table, &plain_table, NULL };
static const int emits[] = { OPS_ALERTS, -1 };
static const struct stage alerting = { .name = "clock",
	                               .doc = "Raises what it is told to.",
	                               .events = events,
	                               .tables = tables,
	                               .emits = emits };

/* Feeding and reading. */

static int start(void **state)
{
	(void)state;
	stage_test_init(&test, &opsmesh_catalogue, &alerting, SHARD, NULL, NULL);
	home = stage_test_key(&test, "T-");
	now = time_add(TIME_OLDEST, DAYS(20000));
	earlier = (struct duration){ 0 };
	return 0;
}

static int stop(void **state)
{
	(void)state;
	stage_test_finish(&test);
	return 0;
}

static void ask(const char *type, const char *id, Opsmesh__V1__ActionKind kind)
{
	action_ask(&test, home, now,
	           &(struct asked_action){ .type = type, .id = id, .kind = kind });
	now = time_add(now, SECONDS(1));
}

static const char *id_of(const char *daemon, const char *about)
{
	return arena_printf(test.arena, "alert/%s/%s/%s", daemon, home, about);
}

static void acknowledge(const char *daemon, const char *about)
{
	ask("alert", id_of(daemon, about), ACKNOWLEDGE);
}

/* "raised sla a/1", without the home; of a refusal its code behind it. */
static const char *line_of(const struct fact *fact, const ProtobufCMessage *message)
{
	static const char *const codes[] = { [CODE(INVALID)] = " INVALID",
		                             [CODE(UNKNOWN_SUBJECT)] = " UNKNOWN_SUBJECT",
		                             [CODE(ILLEGAL_MOVE)] = " ILLEGAL_MOVE",
		                             [CODE(NO_CHANGE)] = " NO_CHANGE",
		                             [CODE(UNSUPPORTED)] = " UNSUPPORTED" };
	const Opsmesh__V1__AlertEvent *const event = (const void *)message;
	const char *const owner = text_starts(event->alert_id, "alert/sla/") ? "sla" : "chargeback";
	const ProtobufCMessage *inner;
	const char *name;

	assert_int_equal(fact->topic, OPS_ALERTS);
	assert_int_equal(fact->partition, SHARD);
	assert_true(bytes_equal(fact->key, bytes_of(home)));
	assert_string_equal(fact->subject, event->alert_id);
	assert_true(proto_fact(message, &name, &inner));
	return arena_printf(test.arena, "%s %s %s%s", name, owner,
	                    event->alert_id + strlen(id_of(owner, "")),
	                    event->fact_case == OPSMESH__V1__ALERT_EVENT__FACT_ACTION_REFUSED
	                        ? codes[event->action_refused->code]
	                        : "");
}

/* All that was said since it was asked last, a line each, is that. */
static void said(const char *want)
{
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *text = "";

	while ((fact = stage_test_next(&test, &message)) != NULL)
		text = arena_printf(test.arena, "%s%s\n", text, line_of(fact, message));
	assert_string_equal(text, want);
}

/* Raised and resolved. */

static void an_alert_is_raised_once_and_resolved_once(void **state)
{
	(void)state;
	ask("calm", "a/1", CLOSE);
	said("");
	ask("alarm", "a/1", CLOSE);
	ask("alarm", "a/1", CLOSE);
	said("raised sla a/1\nraised chargeback a/1\n");
	ask("calm", "a/1", CLOSE);
	ask("calm", "a/1", CLOSE);
	said("resolved sla a/1\nresolved chargeback a/1\n");
}

static void what_is_raised_again_is_another_round(void **state)
{
	(void)state;
	ask("alarm", "a/1", CLOSE);
	ask("calm", "a/1", CLOSE);
	ask("alarm", "a/1", CLOSE);
	ask("calm", "a/1", CLOSE);
	ask("alarm", "a/1", CLOSE);
	ask("alarm", "b/1", CLOSE);
	said("raised sla a/1\nraised chargeback a/1\nresolved sla a/1\nresolved chargeback a/1\n"
	     "raised sla a/1/2\nraised chargeback a/1/2\n"
	     "resolved sla a/1/2\nresolved chargeback a/1/2\n"
	     "raised sla a/1/3\nraised chargeback a/1/3\nraised sla b/1\nraised chargeback b/1\n");
}

static void an_alert_is_not_resolved_before_it_was_raised(void **state)
{
	const ProtobufCMessage *message;
	const struct fact *fact;
	struct instant raised_at;

	(void)state;
	raised_at = now;
	ask("alarm", "a/1", CLOSE);
	said("raised sla a/1\nraised chargeback a/1\n");
	earlier = MINUTES(5);
	ask("calm", "a/1", CLOSE);
	fact = stage_test_next(&test, &message);
	assert_non_null(fact);
	assert_int_equal(fact->time.us, raised_at.us);
}

static void the_row_keeps_what_the_table_has_of_its_own(void **state)
{
	struct own_row row = { .alert.alert_id = id_of("sla", "a/1") };

	(void)state;
	ask("alarm", "a/1", CLOSE);
	acknowledge("sla", "a/1");
	ask("calm", "a/1", CLOSE);
	assert_true(stage_test_row(&test, &own_table, &row));
	assert_string_equal(row.metric, "first_reply");
	assert_string_equal(row.alert.home, home);
	assert_string_equal(row.alert.state, "resolved");
	assert_string_equal(row.alert.severity, "critical");
	assert_string_equal(row.alert.acknowledged_by, "mika");
	assert_true(time_before(row.alert.raised_at, row.alert.acknowledged_at));
	assert_true(time_before(row.alert.acknowledged_at, row.alert.resolved_at));
}

static void what_is_raised_says_all_that_was_told(void **state)
{
	const ProtobufCMessage *message;
	const Opsmesh__V1__AlertRaised *raised;

	(void)state;
	ask("alarm", "a/1", CLOSE);
	assert_non_null(stage_test_next(&test, &message));
	assert_string_equal(((const Opsmesh__V1__AlertEvent *)(const void *)message)->cause_id,
	                    "clock/1/7");
	raised = ((const Opsmesh__V1__AlertEvent *)(const void *)message)->raised;
	assert_int_equal(raised->severity, OPSMESH__V1__SEVERITY__SEVERITY_CRITICAL);
	assert_string_equal(raised->summary, "It is late.");
	assert_string_equal(raised->description, "Write to the customer.");
	assert_string_equal(raised->runbook, "deploy/runbooks/sla-breach.md");
	assert_string_equal(raised->team, "desk");
	assert_string_equal(raised->rule, "first_reply/1/breached");
	assert_non_null(raised->cause_at);
	assert_int_equal(raised->n_evidence, 1);
	assert_string_equal(raised->evidence[0]->type, "ticket");
	assert_string_equal(raised->evidence[0]->note, "late");
}

static void an_alert_that_gets_worse_is_updated_while_it_stands(void **state)
{
	const ProtobufCMessage *message;
	const Opsmesh__V1__AlertUpdated *updated;
	struct own_row row = { .alert.alert_id = id_of("sla", "a/1") };

	(void)state;
	ask("worse", "a/1", CLOSE);
	said("");
	ask("alarm", "a/1", CLOSE);
	acknowledge("sla", "a/1");
	said(
	    "raised sla a/1\nraised chargeback a/1\nacknowledged sla a/1\naction_applied sla a/1\n");
	ask("worse", "a/1", CLOSE);
	assert_non_null(stage_test_next(&test, &message));
	updated = ((const Opsmesh__V1__AlertEvent *)(const void *)message)->updated;
	assert_string_equal(updated->summary, "It is later.");
	assert_string_equal(updated->description, "Call.");
	assert_true(stage_test_row(&test, &own_table, &row));
	assert_string_equal(row.metric, "worse");
	assert_string_equal(row.alert.severity, "warning");
	assert_string_equal(row.alert.state, "acknowledged");
	ask("calm", "a/1", CLOSE);
	said("resolved sla a/1\nresolved chargeback a/1\n");
	ask("worse", "a/1", CLOSE);
	said("");
}

/* What people ask. */

static void an_alert_is_acknowledged_once(void **state)
{
	(void)state;
	ask("alarm", "a/1", CLOSE);
	said("raised sla a/1\nraised chargeback a/1\n");
	acknowledge("sla", "a/1");
	acknowledge("sla", "a/1");
	said("acknowledged sla a/1\naction_applied sla a/1\naction_refused sla a/1 NO_CHANGE\n");
	acknowledge("chargeback", "a/1");
	said("acknowledged chargeback a/1\naction_applied chargeback a/1\n");
	ask("alarm", "a/1", CLOSE);
	said("");
}

static void an_alert_that_is_resolved_is_not_acknowledged(void **state)
{
	(void)state;
	ask("alarm", "a/1", CLOSE);
	ask("calm", "a/1", CLOSE);
	said("raised sla a/1\nraised chargeback a/1\nresolved sla a/1\nresolved chargeback a/1\n");
	acknowledge("sla", "a/1");
	acknowledge("chargeback", "a/1");
	said("action_refused sla a/1 ILLEGAL_MOVE\naction_refused chargeback a/1 ILLEGAL_MOVE\n");
}

static void an_alert_is_acknowledged_and_then_resolved(void **state)
{
	(void)state;
	ask("alarm", "a/1", CLOSE);
	acknowledge("sla", "a/1");
	ask("calm", "a/1", CLOSE);
	said("raised sla a/1\nraised chargeback a/1\nacknowledged sla a/1\naction_applied sla a/1\n"
	     "resolved sla a/1\nresolved chargeback a/1\n");
	acknowledge("sla", "a/1");
	said("action_refused sla a/1 ILLEGAL_MOVE\n");
	ask("alarm", "a/1", CLOSE);
	acknowledge("sla", "a/1/2");
	said("raised sla a/1/2\nraised chargeback a/1/2\n"
	     "acknowledged sla a/1/2\naction_applied sla a/1/2\n");
}

static void what_cannot_be_done_to_an_alert_is_refused(void **state)
{
	(void)state;
	ask("alarm", "a/1", CLOSE);
	said("raised sla a/1\nraised chargeback a/1\n");
	acknowledge("sla", "b/1");
	acknowledge("chargeback", "b");
	ask("alert", id_of("sla", "a/1"), CLOSE);
	ask("alert", id_of("sla", "a/1"), (Opsmesh__V1__ActionKind)77);
	acknowledge("sla", "a");
	acknowledge("sla", "a//1");
	acknowledge("sla", "a/1/2/3");
	acknowledge("sla", "a/1/");
	acknowledge("sla", "");
	said("action_refused sla b/1 UNKNOWN_SUBJECT\n"
	     "action_refused chargeback b UNKNOWN_SUBJECT\n"
	     "action_refused sla a/1 UNSUPPORTED\n"
	     "action_refused sla a/1 UNSUPPORTED\n"
	     "action_refused sla a INVALID\n"
	     "action_refused sla a//1 INVALID\n"
	     "action_refused sla a/1/2/3 INVALID\n"
	     "action_refused sla a/1/ INVALID\n"
	     "action_refused sla  INVALID\n");
}

static void what_is_asked_of_something_else_is_not_answered(void **state)
{
	(void)state;
	ask("alarm", "a/1", CLOSE);
	said("raised sla a/1\nraised chargeback a/1\n");
	ask("ticket", id_of("sla", "a/1"), ACKNOWLEDGE);
	ask(NULL, "", ACKNOWLEDGE);
	ask("alert", "alert/chargeback/programmes:visa/visa-vamp/excessive/crossed", ACKNOWLEDGE);
	said("");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_alert_is_raised_once_and_resolved_once),
		CASE(what_is_raised_again_is_another_round),
		CASE(an_alert_is_not_resolved_before_it_was_raised),
		CASE(the_row_keeps_what_the_table_has_of_its_own),
		CASE(what_is_raised_says_all_that_was_told),
		CASE(an_alert_that_gets_worse_is_updated_while_it_stands),
		CASE(an_alert_is_acknowledged_once),
		CASE(an_alert_that_is_resolved_is_not_acknowledged),
		CASE(an_alert_is_acknowledged_and_then_resolved),
		CASE(what_cannot_be_done_to_an_alert_is_refused),
		CASE(what_is_asked_of_something_else_is_not_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
