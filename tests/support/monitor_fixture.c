#include "tests/support/monitor_fixture.h"

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/alert.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/chargeback.h"
#include "services/chargeback/monitor/monitor.h"
#include "services/chargeback/pattern/dispute_pattern.h"
#include "services/chargeback/tally/tally.h"
#include "tests/support/action_fixture.h"
#include "tests/support/instant_fixture.h"
#include "tests/support/policy_fixture.h"
#include "tests/support/stage_test.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define STAGE 2 /* of chargeback_stages */
#define PROGRAMMES 4

static struct stage_test test;
static struct document documents[4];
static struct programme_book *programmes;
static const struct policy_book *patterns;
static struct arena *arena;
static const char *watched;
static struct instant mesh;
static const Opsmesh__V1__DisputeEvent *last;

/* Documents. */

static const void *compile_programmes(void)
{
	static const char *const names[PROGRAMMES] = { "programmes/mastercard-ecm-1.json",
		                                       "programmes/mastercard-efm-1.json",
		                                       "programmes/visa-vamp-1.json",
		                                       "programmes/visa-vamp-2.json" };
	struct document files[PROGRAMMES] = { 0 };
	char reason[256];

	for (size_t i = 0; i < PROGRAMMES; i++)
		files[i] =
		    (struct document){ .name = names[i],
			               .body = bytes_of(policy_fixture_text(arena, names[i])) };
	programmes = (struct programme_book *)(uintptr_t)programme_compile(files, PROGRAMMES,
	                                                                   reason, sizeof(reason));
	assert_non_null(programmes);
	return programmes;
}

static const void *compile_patterns(void)
{
	const struct bent_document bent = {
		.find = "\"releases\": []",
		.put = "\"releases\": [{\"name\":\"2026.05\",\"at\":\"2026-05-01T00:00:00Z\"}]"
	};
	const char *const text =
	    document_bend(arena, policy_fixture_text(arena, "dispute-patterns/standard-1.json"),
	                  &bent);
	const struct document file = { .name = "dispute-patterns/standard-1.json",
		                       .body = bytes_of(text) };
	char reason[256];

	patterns = monitor_patterns_compile(&file, 1, reason, sizeof(reason));
	assert_non_null(patterns);
	return patterns;
}

static const void *watch_book(const char *country)
{
	static struct watch_policy policy;
	static struct policy_book book;

	policy_fixture_read(arena, &watch_policy_kind, "dispute-watch/standard-1.json", &policy);
	if (country != NULL)
		policy.country = country;
	book = (struct policy_book){ .policies = (const unsigned char *)&policy,
		                     .size = sizeof(policy),
		                     .count = 1 };
	return &book;
}

void monitor_start(const char *key, const char *country)
{
	arena = arena_create(65536);
	watched = key;
	documents[0] =
	    (struct document){ .name = MONITOR_PROGRAMMES, .compiled = compile_programmes() };
	documents[1] =
	    (struct document){ .name = MONITOR_PATTERNS, .compiled = compile_patterns() };
	documents[2] = (struct document){ .name = WATCH_POLICY, .compiled = watch_book(country) };
	documents[3] = (struct document){ .name = NULL };
	stage_test_init(&test, &opsmesh_catalogue, &chargeback_stages[STAGE],
	                hash_partition(key, strlen(key), STAGE_TEST_PARTITIONS), documents, NULL);
}

void monitor_stop(void)
{
	stage_test_finish(&test);
	programme_book_destroy(programmes);
	arena_destroy(patterns->arena);
	arena_destroy(arena);
}

/* Feeding. */

void monitor_at(const char *text)
{
	mesh = instant_of(text);
}

static void feed(int topic, const char *key, const ProtobufCMessage *message)
{
	(void)stage_test_feed(
	    &test,
	    &(struct stage_test_event){
		.topic = topic, .key = key, .time = mesh, .mesh = mesh, .message = message });
	mesh = time_add(mesh, SECONDS(1));
}

void monitor_feed(const struct monitor_count *count)
{
	Opsmesh__V1__TallyEvent event = OPSMESH__V1__TALLY_EVENT__INIT;
	Opsmesh__V1__TallyCounted counted = OPSMESH__V1__TALLY_COUNTED__INIT;
	Opsmesh__V1__Money amount = OPSMESH__V1__MONEY__INIT;
	const bool of_network = count->dimension == NULL;

	counted.day = text_mutable(count->day);
	counted.dimension = text_mutable(of_network ? "network" : count->dimension);
	counted.value =
	    text_mutable(of_network ? watched + strlen(TALLY_PROGRAMMES) : count->value);
	counted.payments = count->payments;
	counted.events = count->events;
	counted.authenticated = count->authenticated;
	counted.warning = count->warning;
	counted.fraud = count->fraud;
	counted.inquiry = count->inquiry;
	counted.prevented = count->prevented;
	counted.compelling = count->compelling;
	amount.minor = count->minor;
	amount.currency = text_mutable(count->currency);
	counted.amount = count->currency != NULL ? &amount : NULL;
	event.watched = text_mutable(watched);
	event.occurred_at = proto_timestamp(test.arena, mesh);
	event.fact_case = OPSMESH__V1__TALLY_EVENT__FACT_COUNTED;
	event.counted = &counted;
	feed(OPS_BY_PROGRAMME, watched, &event.base);
}

void monitor_cut(void)
{
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, mesh), STATUS_OK);
	stage_test_restart(&test);
}

void monitor_until(const char *text)
{
	if (test.shard->held_count > 0)
		assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, mesh), STATUS_OK);
	mesh = instant_of(text);
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, mesh), STATUS_OK);
}

void monitor_acknowledge(const char *alert_id)
{
	action_ask(&test, watched, mesh,
	           &(struct asked_action){ .type = "alert",
	                                   .id = alert_id,
	                                   .kind =
	                                       OPSMESH__V1__ACTION_KIND__ACTION_KIND_ACKNOWLEDGE });
	mesh = time_add(mesh, SECONDS(1));
}

/* Reading. */

static const char *line_of(const Opsmesh__V1__DisputeEvent *event, const char *name)
{
	const Opsmesh__V1__ProgrammeStood *const stood = event->ratio_projected;
	const Opsmesh__V1__DisputePatternFound *const found = event->pattern_found;

	if (text_starts(name, "pattern_"))
		return arena_printf(test.arena, "%s %s %s %lld of %lld, others %lld of %lld", name,
		                    found->dimension, found->value, (long long)found->disputed,
		                    (long long)found->payments, (long long)found->other_disputed,
		                    (long long)found->other_payments);
	return arena_printf(test.arena, "%s %s %s %s %lld of %lld", name, stood->programme,
	                    stood->threshold, stood->standing, (long long)stood->events,
	                    (long long)stood->payments);
}

static const char *fact_line(const struct fact *fact, const ProtobufCMessage *message)
{
	const ProtobufCMessage *inner;
	const char *name;

	assert_false(fact->dead_letter);
	assert_true(bytes_equal(fact->key, bytes_of(watched)));
	assert_true(proto_fact(message, &name, &inner));
	if (fact->topic == OPS_ALERTS)
		return arena_printf(
		    test.arena, "%s %s", name,
		    ((const Opsmesh__V1__AlertEvent *)(const void *)message)->alert_id);
	assert_int_equal(fact->topic, OPS_DISPUTES);
	last = (const void *)message;
	return line_of(last, name);
}

const char *monitor_said_any(void)
{
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *text = "";

	last = NULL;
	while ((fact = stage_test_next(&test, &message)) != NULL)
		text = arena_printf(test.arena, "%s%s\n", text, fact_line(fact, message));
	return text;
}

const Opsmesh__V1__DisputeEvent *monitor_said(const char *want)
{
	assert_string_equal(monitor_said_any(), want);
	return last;
}
