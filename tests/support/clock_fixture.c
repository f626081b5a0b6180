#include "tests/support/clock_fixture.h"

#include "common/base/check.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <stdio.h>
#include <string.h>

#define PRINCIPAL "mika"

static const char holidays[] =
    "{\"id\":\"jp\",\"version\":\"2026\",\"days\":["
    "{\"date\":\"2026-05-03\",\"name\":\"憲法記念日\"},{\"date\":\"2026-05-04\",\"name\":\"みどりの日\"},"
    "{\"date\":\"2026-05-05\",\"name\":\"こどもの日\"},{\"date\":\"2026-05-06\",\"name\":\"休日\"},"
    "{\"date\":\"2026-09-21\",\"name\":\"敬老の日\"},{\"date\":\"2026-09-22\",\"name\":\"国民の休日\"},"
    "{\"date\":\"2026-09-23\",\"name\":\"秋分の日\"}]}";
static const char tokyo[] =
    "{\"id\":\"tokyo\",\"version\":3,\"effective_from\":\"2026-01-01T00:00:00+09:00\","
    "\"time_zone\":\"Asia/Tokyo\",\"holidays\":[\"jp\"],"
    "\"windows\":[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"],"
    "\"from\":\"09:00\",\"to\":\"18:00\"}]}";
static const char always[] =
    "{\"id\":\"always\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\",\"time_zone\":\"UTC\","
    "\"windows\":[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"],"
    "\"from\":\"00:00\",\"to\":\"24:00\"}]}";
static const char policy[] =
    "{\"id\":\"support\",\"version\":4,\"effective_from\":\"1970-01-01T00:00:00Z\","
    "\"warn_percent\":[50],\"pause_in\":[\"pending\"],\"rules\":["
    "{\"id\":\"urgent\",\"match\":{\"priority\":[\"urgent\"]},\"calendar\":\"always\","
    "\"targets\":{\"first_reply\":\"30m\",\"next_reply\":\"30m\",\"resolution\":\"4h\"}},"
    "{\"id\":\"enterprise\",\"match\":{\"tier\":[\"enterprise\"]},\"calendar\":\"tokyo\","
    "\"targets\":{\"first_reply\":\"1h\",\"next_reply\":\"2h\",\"resolution\":\"16h\"}},"
    "{\"id\":\"gold\",\"match\":{\"tier\":[\"gold\"]},\"calendar\":\"always\","
    "\"targets\":{\"first_reply\":\"1h\"}},"
    "{\"id\":\"account\",\"match\":{\"category\":[\"account\"]},\"calendar\":\"always\","
    "\"targets\":{\"first_reply\":\"2h\",\"resolution\":\"40h\"}},"
    "{\"id\":\"everyone\",\"calendar\":\"always\","
    "\"targets\":{\"first_reply\":\"8h\",\"next_reply\":\"8h\",\"resolution\":\"40h\"}}]}";

/* Compiled once for all tests of a program: documents never change. */
static const void *book(void)
{
	static const void *compiled;
	const struct document files[] = {
		{ .name = "calendars/always.json", .body = bytes_of(always) },
		{ .name = "calendars/tokyo.json", .body = bytes_of(tokyo) },
		{ .name = "holidays/jp.json", .body = bytes_of(holidays) },
		{ .name = "sla/support.json", .body = bytes_of(policy) },
	};
	char reason[SLA_BOOK_ERROR_SIZE];

	if (compiled == NULL)
		compiled = watch_compile(files, COUNT_OF(files), reason, sizeof(reason));
	CHECK(compiled != NULL);
	return compiled;
}

void clock_fixture_init(struct clock_fixture *fixture)
{
	*fixture = (struct clock_fixture){ .mesh = TIME_MIN };
	fixture->documents[0] = (struct document){ .name = WATCH_BOOK, .compiled = book() };
	stage_test_init(&fixture->test, &opsmesh_catalogue, sla_watcher_stages, FIXTURE_SHARD,
	                fixture->documents, NULL);
	fixture->ticket = stage_test_key(&fixture->test, "T");
}

void clock_fixture_finish(struct clock_fixture *fixture)
{
	stage_test_finish(&fixture->test);
}

struct instant when(const char *text)
{
	struct instant instant;

	CHECK(time_parse(text, &instant));
	return instant;
}

/* Feeding. */

static void feed(struct clock_fixture *fixture, int topic, struct instant at,
                 const ProtobufCMessage *message)
{
	(void)stage_test_feed(&fixture->test,
	                      &(struct stage_test_event){
				  .topic = topic,
				  .key = fixture->ticket,
				  .time = at,
				  .mesh = fixture->mesh.us != TIME_MIN.us ? fixture->mesh : at,
				  .message = message });
}

void feed_ticket(struct clock_fixture *fixture, const char *at, Opsmesh__V1__TicketEvent *event)
{
	event->ticket_id = text_mutable(fixture->ticket);
	event->occurred_at = proto_timestamp(fixture->test.arena, when(at));
	feed(fixture, OPS_TICKETS, when(at), &event->base);
}

void feed_triage(struct clock_fixture *fixture, const char *at, Opsmesh__V1__TriageEvent *event)
{
	event->ticket_id = text_mutable(fixture->ticket);
	event->occurred_at = proto_timestamp(fixture->test.arena, when(at));
	feed(fixture, OPS_TRIAGE, when(at), &event->base);
}

void feed_opened(struct clock_fixture *fixture, const char *at, Opsmesh__V1__Priority priority)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketOpened opened = OPSMESH__V1__TICKET_OPENED__INIT;

	opened.channel = OPSMESH__V1__CHANNEL__CHANNEL_EMAIL;
	opened.priority = priority;
	opened.status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_NEW;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_OPENED;
	event.opened = &opened;
	feed_ticket(fixture, at, &event);
}

void feed_message(struct clock_fixture *fixture, const char *at, Opsmesh__V1__Role role,
                  Opsmesh__V1__Visibility visibility)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__MessageAdded added = OPSMESH__V1__MESSAGE_ADDED__INIT;

	added.message_id = arena_printf(fixture->test.arena, "M-%s", at);
	added.role = role;
	added.visibility = visibility;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	event.message_added = &added;
	feed_ticket(fixture, at, &event);
}

void feed_status(struct clock_fixture *fixture, const char *at, Opsmesh__V1__TicketStatus status)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__StatusChanged changed = OPSMESH__V1__STATUS_CHANGED__INIT;

	changed.to_status = status;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED;
	event.status_changed = &changed;
	feed_ticket(fixture, at, &event);
}

void feed_reopened(struct clock_fixture *fixture, const char *at)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketReopened reopened = OPSMESH__V1__TICKET_REOPENED__INIT;

	reopened.from_status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_SOLVED;
	reopened.to_status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_OPEN;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_REOPENED;
	event.reopened = &reopened;
	feed_ticket(fixture, at, &event);
}

void feed_priority(struct clock_fixture *fixture, const char *at, Opsmesh__V1__Priority priority)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__PriorityChanged changed = OPSMESH__V1__PRIORITY_CHANGED__INIT;

	changed.to_priority = priority;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_PRIORITY_CHANGED;
	event.priority_changed = &changed;
	feed_ticket(fixture, at, &event);
}

void feed_tier(struct clock_fixture *fixture, const char *at, Opsmesh__V1__Tier tier,
               const char *verbatim)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__CustomerResolved resolved = OPSMESH__V1__CUSTOMER_RESOLVED__INIT;

	resolved.tier = tier;
	if (verbatim != NULL)
		resolved.tier_verbatim = text_mutable(verbatim);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_CUSTOMER_RESOLVED;
	event.customer_resolved = &resolved;
	feed_ticket(fixture, at, &event);
}

void feed_action(struct clock_fixture *fixture, const char *at, Opsmesh__V1__ActionKind kind,
                 const char *type, const char *id)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__ActionSubject subject = OPSMESH__V1__ACTION_SUBJECT__INIT;
	Opsmesh__V1__Actor by = OPSMESH__V1__ACTOR__INIT;

	subject.type = text_mutable(type);
	subject.id = text_mutable(id);
	by.role = OPSMESH__V1__ROLE__ROLE_AGENT;
	by.principal = text_mutable(PRINCIPAL);
	requested.kind = kind;
	requested.action = text_mutable("acknowledge");
	requested.on = &subject;
	requested.by = &by;
	event.action_id = arena_printf(fixture->test.arena, "A-%s", at);
	event.routing_key = text_mutable(fixture->ticket);
	event.occurred_at = proto_timestamp(fixture->test.arena, when(at));
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED;
	event.requested = &requested;
	feed(fixture, OPS_ACTIONS, when(at), &event.base);
}

const char *alert_id(struct clock_fixture *fixture, const char *rest)
{
	return arena_printf(fixture->test.arena, "alert/sla/%s/%s", fixture->ticket, rest);
}

/* Hearing. */

void pass_until(struct clock_fixture *fixture, const char *frontier)
{
	CHECK(stage_test_fold(&fixture->test, STAGE_TEST_ALL, when(frontier)) == STATUS_OK);
}

/* Every fact of the topic has its clock as its first field. */
const Opsmesh__V1__SlaClock *clock_of(const ProtobufCMessage *event)
{
	const char *name;
	const ProtobufCMessage *fact;

	CHECK(proto_fact(event, &name, &fact));
	return ((const Opsmesh__V1__SlaActivated *)(const void *)fact)->clock;
}

const char *hear(struct clock_fixture *fixture, const ProtobufCMessage **message)
{
	static const char *const metrics[] = { "", "first_reply", "next_reply", "resolution" };
	struct arena *const arena = fixture->test.arena;
	const ProtobufCMessage *event;
	const ProtobufCMessage *unused;
	const struct fact *const fact = stage_test_next(&fixture->test, &event);
	const char *name;
	char time[TIME_TEXT_SIZE];

	if (fact == NULL)
		return "";
	if (message != NULL)
		*message = event;
	CHECK(proto_fact(event, &name, &unused));
	time_format(fact->time, time);
	if (fact->topic == OPS_ALERTS)
		return arena_printf(arena, "%s alert %s", name, time);
	return arena_printf(arena, "%s %s/%d %s", name, metrics[clock_of(event)->metric],
	                    (int)clock_of(event)->instance, time);
}

/* Judging. */

const ProtobufCMessage *expect(struct clock_fixture *fixture, const char *lines)
{
	const ProtobufCMessage *message = NULL;
	struct buffer heard = { 0 };

	for (const char *line = hear(fixture, &message); *line != '\0';
	     line = hear(fixture, &message)) {
		buffer_add(&heard, line, strlen(line));
		buffer_add(&heard, "\n", 1);
	}
	buffer_add(&heard, "", 1);
	assert_string_equal((const char *)heard.data, lines);
	buffer_finish(&heard);
	return message;
}

void assert_instant(const Google__Protobuf__Timestamp *timestamp, const char *text)
{
	struct instant instant;

	assert_true(proto_instant(timestamp, &instant));
	assert_int_equal(instant.us, when(text).us);
}

const Opsmesh__V1__SlaEvent *sla(const ProtobufCMessage *message)
{
	assert_ptr_equal(message->descriptor, &opsmesh__v1__sla_event__descriptor);
	return (const void *)message;
}

const Opsmesh__V1__AlertEvent *alert(const ProtobufCMessage *message)
{
	assert_ptr_equal(message->descriptor, &opsmesh__v1__alert_event__descriptor);
	return (const void *)message;
}

void open_urgent(struct clock_fixture *fixture)
{
	feed_opened(fixture, DAY "00:00:00Z", URGENT);
	feed_message(fixture, DAY "00:00:00Z", CUSTOMER, PUBLIC);
	pass_until(fixture, DAY "00:00:00Z");
	(void)expect(fixture, ACTIVATED);
}

void breach(struct clock_fixture *fixture)
{
	open_urgent(fixture);
	pass_until(fixture, DAY "00:40:00Z");
	(void)expect(fixture, "warned first_reply/1 " DAY "00:15:00Z\n"
	                      "breached first_reply/1 " DAY "00:30:00Z\n"
	                      "raised alert " DAY "00:30:00Z\n");
}
