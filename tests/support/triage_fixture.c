#include "tests/support/triage_fixture.h"

#include "common/base/check.h"
#include "common/io/proto.h"
#include "opsmesh/v1/action.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/classifier/classifier.h"
#include "tests/support/guide_fixture.h"

#include <stdio.h>
#include <string.h>

#define SHARD 1

struct stage_test triage_stage;
const char *triage_ticket;
static struct document documents[2];
static int64_t minute;

int triage_fixture_start(void **state)
{
	(void)state;
	documents[0] = (struct document){ .name = GUIDE_NAME, .compiled = guide_fixture() };
	stage_test_init(&triage_stage, &opsmesh_catalogue, classifier_stages, SHARD, documents,
	                NULL);
	triage_ticket = stage_test_key(&triage_stage, "T");
	minute = 0;
	return 0;
}

int triage_fixture_stop(void **state)
{
	(void)state;
	stage_test_finish(&triage_stage);
	return 0;
}

/* Feeding. */

static struct instant now(void)
{
	return time_add((struct instant){ DAYS(20000).us }, MINUTES(minute));
}

static void feed(int topic, const ProtobufCMessage *message)
{
	(void)stage_test_feed(&triage_stage, &(struct stage_test_event){ .topic = topic,
	                                                                 .key = triage_ticket,
	                                                                 .time = now(),
	                                                                 .mesh = now(),
	                                                                 .message = message });
}

static void feed_ticket(Opsmesh__V1__TicketEvent *event)
{
	minute++;
	event->ticket_id = text_mutable(triage_ticket);
	event->occurred_at = proto_timestamp(triage_stage.arena, now());
	feed(OPS_TICKETS, &event->base);
}

static Opsmesh__V1__PersonalText personal(const char *text)
{
	Opsmesh__V1__PersonalText made = OPSMESH__V1__PERSONAL_TEXT__INIT;

	made.content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	made.text = text_mutable(text);
	return made;
}

void triage_feed_opened(const char *subject)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketOpened opened = OPSMESH__V1__TICKET_OPENED__INIT;
	Opsmesh__V1__PersonalText line = personal(subject);

	opened.channel = OPSMESH__V1__CHANNEL__CHANNEL_EMAIL;
	opened.contact_key = text_mutable("address:1");
	opened.subject = &line;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_OPENED;
	event.opened = &opened;
	feed_ticket(&event);
}

void triage_feed_message(Opsmesh__V1__Role role, const char *body)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__MessageAdded added = OPSMESH__V1__MESSAGE_ADDED__INIT;
	Opsmesh__V1__PersonalText text = personal(body);
	char id[16];

	snprintf(id, sizeof(id), "M%d", (int)minute);
	added.message_id = id;
	added.role = role;
	added.visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
	added.body = &text;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	event.message_added = &added;
	feed_ticket(&event);
}

void triage_feed_tier(Opsmesh__V1__Tier tier)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__CustomerResolved resolved = OPSMESH__V1__CUSTOMER_RESOLVED__INIT;

	resolved.account_id = text_mutable("acme");
	resolved.tier = tier;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_CUSTOMER_RESOLVED;
	event.customer_resolved = &resolved;
	feed_ticket(&event);
}

void triage_feed_priority(Opsmesh__V1__Priority priority)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__PriorityChanged changed = OPSMESH__V1__PRIORITY_CHANGED__INIT;

	changed.to_priority = priority;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_PRIORITY_CHANGED;
	event.priority_changed = &changed;
	feed_ticket(&event);
}

void triage_feed_correction(const char *id, const char *intent)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__ActionSubject subject = OPSMESH__V1__ACTION_SUBJECT__INIT;
	Opsmesh__V1__ActionParameter parameter = OPSMESH__V1__ACTION_PARAMETER__INIT;
	Opsmesh__V1__ActionParameter *parameters[] = { &parameter };
	Opsmesh__V1__Actor actor = OPSMESH__V1__ACTOR__INIT;

	minute++;
	actor.principal = text_mutable("mika");
	subject.type = text_mutable("ticket");
	subject.id = text_mutable(triage_ticket);
	parameter.name = text_mutable("intent");
	parameter.value_case = OPSMESH__V1__ACTION_PARAMETER__VALUE_PLAIN;
	parameter.plain = text_mutable(intent);
	requested.kind = OPSMESH__V1__ACTION_KIND__ACTION_KIND_CORRECT;
	requested.action = text_mutable("correct");
	requested.on = &subject;
	requested.by = &actor;
	requested.parameters = parameters;
	requested.n_parameters = 1;
	event.action_id = text_mutable(id);
	event.occurred_at = proto_timestamp(triage_stage.arena, now());
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED;
	event.requested = &requested;
	feed(OPS_ACTIONS, &event.base);
}

/* Hearing. */

void triage_fold(void)
{
	assert_int_equal(stage_test_fold(&triage_stage, STAGE_TEST_ALL, now()), STATUS_OK);
}

/* The next fact on ops.triage.v1; what goes to the stage pattern is passed over. NULL: there is none. */
const Opsmesh__V1__TriageEvent *triage_listen(void)
{
	const ProtobufCMessage *message;

	while (stage_test_next(&triage_stage, &message) != NULL)
		if (message->descriptor == &opsmesh__v1__triage_event__descriptor)
			return (const Opsmesh__V1__TriageEvent *)(const void *)message;
	return NULL;
}

const Opsmesh__V1__TriageEvent *triage_hear(void)
{
	const Opsmesh__V1__TriageEvent *const event = triage_listen();

	CHECK(event != NULL);
	return event;
}

const Opsmesh__V1__TicketClassified *triage_hear_classified(void)
{
	const Opsmesh__V1__TriageEvent *const event = triage_hear();

	assert_string_equal(event->ticket_id, triage_ticket);
	assert_int_equal(event->fact_case, FACT(CLASSIFIED));
	return event->classified;
}

const Opsmesh__V1__NeedsHuman *triage_hear_human(void)
{
	const Opsmesh__V1__TriageEvent *const event = triage_hear();

	assert_int_equal(event->fact_case, FACT(NEEDS_HUMAN));
	return event->needs_human;
}

struct triage_row triage_row_of(void)
{
	struct triage_row row = { .ticket_id = triage_ticket };

	assert_true(stage_test_row(&triage_stage, &triage_table, &row));
	return row;
}
