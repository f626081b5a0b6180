#include "tests/support/pattern_mesh.h"

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/io/file.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SHARD 2

#define EVENTS(ON)                                                                            \
	ON(OPS_BY_INTENT, Opsmesh__V1__ByIntentEvent, reported, Opsmesh__V1__TroubleReported, \
	   pattern_on_reported, pattern_need_reported)
STAGE_EVENTS_NEEDING(events, EVENTS);

static const struct state_table *const tables[] = { &pattern_intent_table,   &pattern_step_table,
	                                            &pattern_bag_table,      &pattern_known_table,
	                                            &pattern_customer_table, NULL };
static const struct stage_timer timers[] = {
	{ .name = PATTERN_TIMER_JUDGE, .handle = pattern_judge },
	{ .name = PATTERN_TIMER_LIFE, .handle = pattern_life },
	{ .name = PATTERN_TIMER_CLEAN, .handle = pattern_clean },
	{ .name = PATTERN_TIMER_DUPLICATES,
	  .handle = pattern_judge_duplicates,
	  .need = pattern_need_duplicates },
	{ .name = NULL },
};
static const int emits[] = { OPS_TRIAGE, -1 };
static const struct stage stage = { .name = "pattern",
	                            .doc = "What many reports have in common.",
	                            .events = events,
	                            .tables = tables,
	                            .timers = timers,
	                            .emits = emits };

struct pattern_mesh mesh;

static const void *book(void)
{
	static const void *compiled;
	struct arena *const arena = arena_create(65536);
	struct document file = { .name = "patterns/patterns-1.json" };
	char reason[256];

	if (compiled == NULL) {
		CHECK(file_read(arena, "deploy/policies/patterns/patterns-1.json",
		                PATTERN_POLICY_BYTES, &file.body));
		compiled = pattern_compile(&file, 1, reason, sizeof(reason));
		CHECK(compiled != NULL);
	}
	arena_destroy(arena);
	return compiled;
}

void pattern_mesh_start(const char *intent)
{
	const int32_t shard =
	    intent == NULL ? SHARD : hash_partition(intent, strlen(intent), STAGE_TEST_PARTITIONS);

	mesh = (struct pattern_mesh){ .intent = intent };
	mesh.documents[0] = (struct document){ .name = PATTERN_DOCUMENT, .compiled = book() };
	stage_test_init(&mesh.test, &opsmesh_catalogue, &stage, shard, mesh.documents, NULL);
	if (intent == NULL)
		mesh.intent = stage_test_key(&mesh.test, "bug_report");
}

void pattern_mesh_stop(void)
{
	stage_test_finish(&mesh.test);
}

struct instant time_of(const char *text)
{
	struct instant instant;

	CHECK(time_parse(text, &instant));
	return instant;
}

/* Feeding. */

void tell_under(const char *intent, const struct told *told)
{
	Opsmesh__V1__ByIntentEvent event = OPSMESH__V1__BY_INTENT_EVENT__INIT;
	Opsmesh__V1__TroubleReported reported = OPSMESH__V1__TROUBLE_REPORTED__INIT;
	char *tokens[1] = { text_mutable(told->token) };
	uint64_t sketch[4] = { 0 }; /* 16 places */
	const int number = ++mesh.message_number;

	for (uint64_t i = 0; i < 16; i++)
		sketch[i / 4] |= ((told->words * 100 + i) & 0xFFFF) << 16 * (i % 4);
	event.intent = text_mutable(intent);
	event.occurred_at = proto_timestamp(mesh.test.arena, time_of(told->at));
	event.fact_case = OPSMESH__V1__BY_INTENT_EVENT__FACT_REPORTED;
	event.reported = &reported;
	reported.ticket_id = told->ticket != NULL ? text_mutable(told->ticket)
	                                          : arena_printf(mesh.test.arena, "T-%04d", number);
	reported.message_id = arena_printf(mesh.test.arena, "M-%04d", number);
	reported.customer = text_mutable(told->customer);
	reported.channel = told->channel;
	reported.language = text_mutable(told->language != NULL ? told->language : "en");
	reported.opening = told->ticket == NULL;
	reported.tokens = tokens;
	reported.n_tokens = told->token != NULL;
	reported.sketch = sketch;
	reported.n_sketch = told->words > 0 ? COUNT_OF(sketch) : 0;
	(void)stage_test_feed(&mesh.test,
	                      &(struct stage_test_event){
				  .topic = OPS_BY_INTENT,
				  .key = intent,
				  .time = time_of(told->at),
				  .mesh = time_of(mesh.mesh != NULL ? mesh.mesh : told->at),
				  .message = &event.base });
}

void tell(const struct told *told)
{
	tell_under(mesh.intent, told);
}

void tell_code(const char *at, const char *customer, const char *language)
{
	tell(&(struct told){
	    .at = at, .customer = customer, .language = language, .token = "E1234" });
}

void three_report(void)
{
	tell_code(DAY "09:00:00Z", "acme", "en");
	tell_code(DAY "09:01:00Z", "bolt", "ja");
	tell_code(DAY "09:03:00Z", "coda", "ja");
}

void fold_until(const char *frontier)
{
	CHECK(stage_test_fold(&mesh.test, STAGE_TEST_ALL, time_of(frontier)) == STATUS_OK);
}

/* Hearing. */

static const Opsmesh__V1__TriageEvent *event_of(const ProtobufCMessage *message)
{
	assert_ptr_equal(message->descriptor, &opsmesh__v1__triage_event__descriptor);
	return (const void *)message;
}

static const char *subject_of(const Opsmesh__V1__TriageEvent *event, const char *name)
{
	const char *const subjects[] = {
		event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_FOUND
		    ? event->pattern_found->pattern_id
		    : "",
		event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_GREW
		    ? event->pattern_grew->pattern_id
		    : "",
		event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_QUIETED
		    ? event->pattern_quieted->pattern_id
		    : "",
		event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_RETURNED
		    ? event->pattern_returned->pattern_id
		    : "",
		event->ticket_id,
	};

	for (size_t i = 0; i < COUNT_OF(subjects); i++)
		if (subjects[i][0] != '\0')
			return subjects[i];
	fail_msg("%s has no subject", name);
	return NULL;
}

/* One line. */
static const char *hear(const Opsmesh__V1__TriageEvent **event)
{
	const ProtobufCMessage *message;
	const ProtobufCMessage *unused;
	const struct fact *const fact = stage_test_next(&mesh.test, &message);
	const char *name;
	struct instant occurred;
	char time[TIME_TEXT_SIZE];

	if (fact == NULL)
		return NULL;
	*event = event_of(message);
	assert_true(proto_fact(message, &name, &unused));
	const char *const subject = subject_of(*event, name);
	const char *const number = strrchr(subject, '/');

	assert_string_equal(fact->subject, subject);
	assert_true(bytes_equal(fact->key, bytes_of(mesh.intent)));
	assert_true(proto_instant((*event)->occurred_at, &occurred));
	assert_int_equal(occurred.us, fact->time.us);
	return arena_printf(mesh.test.arena, "%s %s %s\n", name,
	                    number != NULL ? number + 1 : subject, time_format(fact->time, time));
}

const char *said_since(const Opsmesh__V1__TriageEvent **last)
{
	const char *all = "";

	*last = NULL;
	for (const char *line = hear(last); line != NULL; line = hear(last))
		all = arena_printf(mesh.test.arena, "%s%s", all, line);
	return all;
}

const Opsmesh__V1__TriageEvent *expect_said(const char *lines)
{
	const Opsmesh__V1__TriageEvent *event;

	assert_string_equal(said_since(&event), lines);
	return event;
}

void assert_time(const Google__Protobuf__Timestamp *timestamp, const char *text)
{
	struct instant instant;

	assert_true(proto_instant(timestamp, &instant));
	assert_int_equal(instant.us, time_of(text).us);
}
