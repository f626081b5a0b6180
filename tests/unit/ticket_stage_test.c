/*
 * The stage `ticket`: what it says of what it is asked.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/ingest/desk.h"
#include "tests/support/stage_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SHARD 1
#define STATUS(name) OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_##name
#define ROLE(name) OPSMESH__V1__ROLE__ROLE_##name
#define RULE(name) OPSMESH__V1__RESOLUTION_RULE__RESOLUTION_RULE_##name
#define ACTION(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name

struct fixture {
	struct stage_test test;
	const char *ticket; /* of the shard */
	const char *other;
	int hour;
};

static const struct stage *ticket_stage(void)
{
	const struct stage *stage = ingest_stages;

	while (!text_equal(stage->name, "ticket"))
		stage++;
	return stage;
}

static int start(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ .hour = 0 };
	stage_test_init(&fixture.test, &opsmesh_catalogue, ticket_stage(), SHARD, NULL, NULL);
	fixture.ticket = stage_test_key(&fixture.test, "T");
	fixture.other = stage_test_key(&fixture.test, "N");
	*state = &fixture;
	return 0;
}

static int stop(void **state)
{
	struct fixture *const fixture = *state;

	stage_test_finish(&fixture->test);
	return 0;
}

/* Hours of one day, one a request. */
static struct instant at_hour(int hour)
{
	struct instant start;

	assert_true(time_parse("2026-05-01T00:00:00Z", &start));
	return time_add(start, SECONDS(hour * 3600));
}

static void fold(struct fixture *fixture)
{
	assert_int_equal(stage_test_fold(&fixture->test, STAGE_TEST_ALL, at_hour(fixture->hour)),
	                 STATUS_OK);
}

static void feed(struct fixture *fixture, int topic, const char *key,
                 const ProtobufCMessage *message)
{
	const struct instant at = at_hour(fixture->hour);

	assert_true(stage_test_feed(
	    &fixture->test,
	    &(struct stage_test_event){
		.topic = topic, .key = key, .time = at, .mesh = at, .message = message }));
	fold(fixture);
}

static void ask_of(struct fixture *fixture, const char *ticket, int hour,
                   Opsmesh__V1__ByTicketEvent *event)
{
	event->ticket_id = text_mutable(ticket);
	event->occurred_at = proto_timestamp(fixture->test.arena, at_hour(hour));
	event->request_id = text_mutable("R");
	feed(fixture, OPS_BY_TICKET, ticket, &event->base);
}

static void ask(struct fixture *fixture, Opsmesh__V1__ByTicketEvent *event)
{
	fixture->hour++;
	ask_of(fixture, fixture->ticket, fixture->hour, event);
}

/* Requests. */

static Opsmesh__V1__MessageAdded message_by(Opsmesh__V1__Role role)
{
	Opsmesh__V1__MessageAdded message = OPSMESH__V1__MESSAGE_ADDED__INIT;

	message.message_id = text_mutable("M");
	message.role = role;
	message.visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
	return message;
}

static void open_as(struct fixture *fixture, const char *account)
{
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__TicketRequested requested = OPSMESH__V1__TICKET_REQUESTED__INIT;
	Opsmesh__V1__TicketOpened opened = OPSMESH__V1__TICKET_OPENED__INIT;
	Opsmesh__V1__MessageAdded message = message_by(ROLE(CUSTOMER));

	opened.status = STATUS(NEW);
	opened.account_id = text_mutable(account);
	requested.opened = &opened;
	requested.message = &message;
	requested.assignee = text_mutable("");
	requested.team = text_mutable("billing");
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_TICKET_REQUESTED;
	event.ticket_requested = &requested;
	ask(fixture, &event);
}

/* hour: when it was written; 0: now. */
static void write_at(struct fixture *fixture, Opsmesh__V1__Role role, int hour)
{
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__MessageReceived received = OPSMESH__V1__MESSAGE_RECEIVED__INIT;
	Opsmesh__V1__MessageAdded message = message_by(role);

	received.message = &message;
	received.next_ticket_id = text_mutable(fixture->other);
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_MESSAGE_RECEIVED;
	event.message_received = &received;
	fixture->hour++;
	ask_of(fixture, fixture->ticket, hour > 0 ? hour : fixture->hour, &event);
}

static void set_status(struct fixture *fixture, Opsmesh__V1__TicketStatus to, const char *verbatim)
{
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__StatusRequested requested = OPSMESH__V1__STATUS_REQUESTED__INIT;

	requested.to_status = to;
	requested.to_verbatim = text_mutable(verbatim);
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_STATUS_REQUESTED;
	event.status_requested = &requested;
	ask(fixture, &event);
}

static void resolve(struct fixture *fixture, const char *account, Opsmesh__V1__ResolutionRule rule,
                    int64_t version)
{
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__CustomerResolved resolved = OPSMESH__V1__CUSTOMER_RESOLVED__INIT;

	resolved.account_id = text_mutable(account);
	resolved.rule = rule;
	resolved.tier = OPSMESH__V1__TIER__TIER_PRO;
	resolved.account_version = version;
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_CUSTOMER_RESOLVED;
	event.customer_resolved = &resolved;
	ask(fixture, &event);
}

static void change_account(struct fixture *fixture, const char *account, Opsmesh__V1__Tier tier,
                           int64_t version)
{
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__AccountChanged changed = OPSMESH__V1__ACCOUNT_CHANGED__INIT;

	changed.account_id = text_mutable(account);
	changed.tier = tier;
	changed.account_version = version;
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_ACCOUNT_CHANGED;
	event.account_changed = &changed;
	fixture->hour++;
	event.ticket_id = text_mutable("");
	event.occurred_at = proto_timestamp(fixture->test.arena, at_hour(fixture->hour));
	feed(fixture, OPS_BY_TICKET, account, &event.base);
}

/* An action with at most one parameter; name NULL: none. */
static void act(struct fixture *fixture, Opsmesh__V1__ActionKind kind, const char *ticket,
                const char *name, const char *value)
{
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__ActionSubject subject = OPSMESH__V1__ACTION_SUBJECT__INIT;
	Opsmesh__V1__ActionParameter parameter = OPSMESH__V1__ACTION_PARAMETER__INIT;
	Opsmesh__V1__ActionParameter *parameters[] = { &parameter };

	subject.type = text_mutable("ticket");
	subject.id = text_mutable(ticket);
	parameter.name = text_mutable(name);
	parameter.value_case = OPSMESH__V1__ACTION_PARAMETER__VALUE_PLAIN;
	parameter.plain = text_mutable(value);
	requested.kind = kind;
	requested.action = text_mutable("act");
	requested.on = &subject;
	requested.parameters = parameters;
	requested.n_parameters = name != NULL;
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_ACTION_REQUESTED;
	event.action_requested = &requested;
	fixture->hour++;
	ask_of(fixture, ticket, fixture->hour, &event);
}

/* What was said. */

/* What is worth knowing of a fact, behind its name. */
static const char *detail(struct arena *arena, const Opsmesh__V1__TicketEvent *event)
{
	switch ((int)event->fact_case) {
	case OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED:
		return arena_printf(arena, " %d>%d%s", event->status_changed->from_status,
		                    event->status_changed->to_status,
		                    event->status_changed->to_verbatim);
	case OPSMESH__V1__TICKET_EVENT__FACT_REOPENED:
		return arena_printf(arena, " %d>%d", event->reopened->from_status,
		                    event->reopened->to_status);
	case OPSMESH__V1__TICKET_EVENT__FACT_CUSTOMER_RESOLVED:
		return arena_printf(arena, " %s by %d as %d", event->customer_resolved->account_id,
		                    event->customer_resolved->rule, event->customer_resolved->tier);
	case OPSMESH__V1__TICKET_EVENT__FACT_ACCOUNT_CHANGED:
		return arena_printf(arena, " %d", event->account_changed->tier);
	case OPSMESH__V1__TICKET_EVENT__FACT_REQUEST_REFUSED:
		return arena_printf(arena, " %d %s", event->request_refused->code,
		                    event->request_refused->field);
	case OPSMESH__V1__TICKET_EVENT__FACT_ACTION_REFUSED:
		return arena_printf(arena, " %d %s", event->action_refused->code,
		                    event->action_refused->field);
	case OPSMESH__V1__TICKET_EVENT__FACT_ASSIGNED:
		return arena_printf(arena, " %s/%s", event->assigned->assignee,
		                    event->assigned->team);
	case OPSMESH__V1__TICKET_EVENT__FACT_PRIORITY_CHANGED:
		return arena_printf(arena, " %d", event->priority_changed->to_priority);
	default: return "";
	}
}

/* The hour at which the last fact that was heard says that it happened. */
static int heard_hour;

/* Everything said since the last time, "; " between; facts of other tickets begin with "other ". */
static const char *hear(struct fixture *fixture)
{
	struct arena *const arena = fixture->test.arena;
	const ProtobufCMessage *message, *fact;
	const char *text = "";
	const char *name;
	struct instant at;

	while (stage_test_next(&fixture->test, &message) != NULL) {
		const Opsmesh__V1__TicketEvent *const event = (const void *)message;

		assert_true(proto_fact(message, &name, &fact));
		assert_true(proto_instant(event->occurred_at, &at));
		heard_hour = (int)((at.us - at_hour(0).us) / 3600000000LL);
		text = arena_printf(arena, "%s%s%s%s%s", text, *text == '\0' ? "" : "; ",
		                    text_equal(event->ticket_id, fixture->ticket) ? "" : "other ",
		                    name, detail(arena, event));
	}
	return text;
}

#define OPENED "opened; message_added; assigned /billing"

static void ready(struct fixture *fixture)
{
	open_as(fixture, "");
	assert_string_equal(hear(fixture), OPENED);
}

/* Cases. */

static void a_ticket_is_opened_with_its_first_message(void **state)
{
	struct fixture *const fixture = *state;
	struct ticket_row row = { .ticket_id = fixture->ticket };

	ready(fixture);
	assert_true(stage_test_row(&fixture->test, &ticket_table, &row));
	assert_int_equal(row.status, STATUS(NEW));
	assert_int_equal(row.messages, 1);
	assert_string_equal(row.team, "billing");
}

static void the_first_public_reply_opens_it(void **state)
{
	struct fixture *const fixture = *state;

	ready(fixture);
	write_at(fixture, ROLE(BOT), 0);
	assert_string_equal(hear(fixture), "message_added");
	write_at(fixture, ROLE(AGENT), 0);
	assert_string_equal(hear(fixture), "message_added; status_changed 1>2");
}

static void a_customer_takes_it_out_of_pending_and_out_of_solved(void **state)
{
	struct fixture *const fixture = *state;

	ready(fixture);
	set_status(fixture, STATUS(PENDING), "");
	write_at(fixture, ROLE(AGENT), 0);
	assert_string_equal(hear(fixture), "status_changed 1>3; message_added");
	write_at(fixture, ROLE(CUSTOMER), 0);
	assert_string_equal(hear(fixture), "message_added; status_changed 3>2");
	set_status(fixture, STATUS(SOLVED), "");
	write_at(fixture, ROLE(CUSTOMER), 0);
	assert_string_equal(hear(fixture), "status_changed 2>5; message_added; reopened 5>2");
}

static void a_late_message_does_not_reopen_before_it_was_solved(void **state)
{
	struct fixture *const fixture = *state;

	ready(fixture);
	set_status(fixture, STATUS(SOLVED), "");
	const int solved = fixture->hour;

	write_at(fixture, ROLE(CUSTOMER), 1);
	assert_string_equal(hear(fixture), "status_changed 1>5; message_added; reopened 5>2");
	assert_int_equal(heard_hour, solved);
}

static void a_message_for_a_closed_ticket_opens_another_and_the_next_goes_there(void **state)
{
	struct fixture *const fixture = *state;

	ready(fixture);
	resolve(fixture, "acme", RULE(ADDRESS), 1);
	set_status(fixture, STATUS(CLOSED), "");
	(void)hear(fixture);
	write_at(fixture, ROLE(AGENT), 0);
	assert_string_equal(hear(fixture), "request_refused 6 ");
	write_at(fixture, ROLE(CUSTOMER), 0);
	assert_string_equal(
	    hear(fixture),
	    "other opened; other message_added; other customer_resolved acme by 3 as 2");
	write_at(fixture, ROLE(CUSTOMER), 0);
	assert_string_equal(hear(fixture), "other message_added");
}

static void a_closed_ticket_stays_as_it_is(void **state)
{
	struct fixture *const fixture = *state;

	ready(fixture);
	resolve(fixture, "acme", RULE(ADDRESS), 1);
	set_status(fixture, STATUS(CLOSED), "");
	(void)hear(fixture);
	set_status(fixture, STATUS(OPEN), "");
	resolve(fixture, "other", RULE(NAMED), 1);
	change_account(fixture, "acme", OPSMESH__V1__TIER__TIER_ENTERPRISE, 2);
	assert_string_equal(hear(fixture), "request_refused 6 ");
}

static void an_unknown_ticket_is_refused_by_every_request(void **state)
{
	struct fixture *const fixture = *state;

	write_at(fixture, ROLE(CUSTOMER), 0);
	set_status(fixture, STATUS(OPEN), "");
	act(fixture, ACTION(CLOSE), fixture->ticket, NULL, NULL);
	assert_string_equal(hear(fixture),
	                    "request_refused 3 ; request_refused 3 ; action_refused 4 on.id");
}

static void a_status_without_a_name_of_ours_counts_as_open(void **state)
{
	struct fixture *const fixture = *state;

	ready(fixture);
	set_status(fixture, STATUS(UNSPECIFIED), "waiting for moon");
	assert_string_equal(hear(fixture), "status_changed 1>0waiting for moon");
	set_status(fixture, STATUS(UNSPECIFIED), "waiting for moon");
	assert_string_equal(hear(fixture), "request_refused 7 ");
	set_status(fixture, STATUS(NEW), "");
	assert_string_equal(hear(fixture), "request_refused 6 status");
}

static void the_strongest_rule_decides_whose_ticket_it_is(void **state)
{
	struct fixture *const fixture = *state;

	ready(fixture);
	resolve(fixture, "by-domain", RULE(DOMAIN), 1);
	resolve(fixture, "by-address", RULE(ADDRESS), 1);
	resolve(fixture, "by-domain", RULE(DOMAIN), 2);
	resolve(fixture, "by-address", RULE(ADDRESS), 1);
	assert_string_equal(hear(fixture), "customer_resolved by-domain by 5 as 2; "
	                                   "customer_resolved by-address by 3 as 2");
	change_account(fixture, "by-domain", OPSMESH__V1__TIER__TIER_ENTERPRISE, 3);
	change_account(fixture, "by-address", OPSMESH__V1__TIER__TIER_BUSINESS, 2);
	change_account(fixture, "by-address", OPSMESH__V1__TIER__TIER_FREE, 1);
	assert_string_equal(hear(fixture), "account_changed 3");
}

static void what_the_directory_says_first_is_kept_for_the_ticket(void **state)
{
	struct fixture *const fixture = *state;

	resolve(fixture, "by-address", RULE(ADDRESS), 1);
	resolve(fixture, "by-domain", RULE(DOMAIN), 1);
	change_account(fixture, "by-address", OPSMESH__V1__TIER__TIER_ENTERPRISE, 2);
	assert_string_equal(hear(fixture), "");
	open_as(fixture, "");
	assert_string_equal(hear(fixture), OPENED "; customer_resolved by-address by 3 as 4");
}

static void an_account_that_is_named_is_stronger_than_any_key(void **state)
{
	struct fixture *const fixture = *state;

	resolve(fixture, "by-address", RULE(ADDRESS), 1);
	open_as(fixture, "named");
	assert_string_equal(hear(fixture), OPENED "; customer_resolved named by 1 as 0");
	change_account(fixture, "named", OPSMESH__V1__TIER__TIER_ENTERPRISE, 1);
	assert_string_equal(hear(fixture), "account_changed 4");
}

static void every_action_has_one_answer(void **state)
{
	struct fixture *const fixture = *state;
	const char *const ticket = fixture->ticket;

	ready(fixture);
	act(fixture, ACTION(ASSIGN), ticket, "assignee", "mika");
	assert_string_equal(hear(fixture), "assigned mika/billing; action_applied");
	act(fixture, ACTION(ASSIGN), ticket, "assignee", "mika");
	act(fixture, ACTION(ASSIGN), ticket, "queue", "x");
	act(fixture, ACTION(ACKNOWLEDGE), ticket, NULL, NULL);
	assert_string_equal(hear(fixture),
	                    "action_refused 7 ; action_refused 1 queue; action_refused 8 action");
	act(fixture, ACTION(CORRECT), ticket, "priority", "urgent");
	act(fixture, ACTION(CORRECT), ticket, "priority", "soon");
	act(fixture, ACTION(CORRECT), ticket, "account_id", "ac/me");
	act(fixture, ACTION(CORRECT), ticket, "account_id", "acme");
	assert_string_equal(
	    hear(fixture),
	    "priority_changed 4; action_applied; action_refused 1 priority; "
	    "action_refused 1 account_id; customer_resolved acme by 1 as 0; action_applied");
	act(fixture, ACTION(CLOSE), ticket, NULL, NULL);
	act(fixture, ACTION(CLOSE), ticket, NULL, NULL);
	act(fixture, ACTION(ASSIGN), ticket, "team", "x");
	act(fixture, ACTION(EXPLAIN), ticket, NULL, NULL);
	assert_string_equal(hear(fixture), "status_changed 1>6; action_applied; action_refused 7 ; "
	                                   "action_refused 6 on.id; action_applied");
}

static void a_restart_between_two_requests_changes_nothing(void **state)
{
	struct fixture *const fixture = *state;

	ready(fixture);
	resolve(fixture, "acme", RULE(DOMAIN), 1);
	stage_test_restart(&fixture->test);
	(void)hear(fixture);
	change_account(fixture, "acme", OPSMESH__V1__TIER__TIER_ENTERPRISE, 2);
	assert_string_equal(hear(fixture), "account_changed 4");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		CASE(a_ticket_is_opened_with_its_first_message),
		CASE(the_first_public_reply_opens_it),
		CASE(a_customer_takes_it_out_of_pending_and_out_of_solved),
		CASE(a_late_message_does_not_reopen_before_it_was_solved),
		CASE(a_message_for_a_closed_ticket_opens_another_and_the_next_goes_there),
		CASE(a_closed_ticket_stays_as_it_is),
		CASE(an_unknown_ticket_is_refused_by_every_request),
		CASE(a_status_without_a_name_of_ours_counts_as_open),
		CASE(the_strongest_rule_decides_whose_ticket_it_is),
		CASE(what_the_directory_says_first_is_kept_for_the_ticket),
		CASE(an_account_that_is_named_is_stronger_than_any_key),
		CASE(every_action_has_one_answer),
		CASE(a_restart_between_two_requests_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
