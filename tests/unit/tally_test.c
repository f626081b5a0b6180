/*
 * tally_test - what the classifier says is counted by intent.
 */
#include "common/base/metrics.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/triage.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/classifier/classifier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static void tally(int topic, const Opsmesh__V1__TriageEvent *event)
{
	classifier_tally(
	    &(struct fact){ .topic = topic, .message = proto_pack(arena, &event->base) });
}

static int value_of(size_t metric, const char *label, const char *intent)
{
	return (int)metric_value(metric_series(
	    classifier_metrics[metric], (const char *const[METRIC_LABELS_MAX]){ label, intent }));
}

static void what_is_said_is_counted_by_intent(void **state)
{
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__TicketClassified classified = OPSMESH__V1__TICKET_CLASSIFIED__INIT;
	Opsmesh__V1__NeedsHuman human = OPSMESH__V1__NEEDS_HUMAN__INIT;
	Opsmesh__V1__Shortfall why[] = { OPSMESH__V1__SHORTFALL__SHORTFALL_ASKS_PERSON,
		                         OPSMESH__V1__SHORTFALL__SHORTFALL_ASKED_AGAIN };

	(void)state;
	classified.intent = text_mutable("refund");
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED;
	event.classified = &classified;
	tally(OPS_TRIAGE, &event);
	tally(OPS_TRIAGE, &event);
	tally(OPS_SLA, &event);
	human.cause = OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_AI_FELL_SHORT;
	human.why = why;
	human.n_why = COUNT_OF(why);
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN;
	event.needs_human = &human;
	tally(OPS_TRIAGE, &event);
	assert_int_equal(value_of(0, "classified", "refund"), 2);
	assert_int_equal(value_of(0, "needs_human", "unknown"), 1);
	assert_int_equal(value_of(1, "ai_fell_short", "unknown"), 1);
	assert_int_equal(value_of(2, "asks_person", "unknown"), 1);
	assert_int_equal(value_of(2, "asked_again", "unknown"), 1);
	assert_int_equal(value_of(2, "contradiction", "unknown"), 0);
}

static void what_cannot_be_read_is_not_counted(void **state)
{
	(void)state;
	classifier_tally(&(struct fact){ .topic = OPS_TRIAGE, .message = { "\xff", 1 } });
	assert_int_equal(value_of(0, "classified", "refund"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_counted_by_intent),
		cmocka_unit_test(what_cannot_be_read_is_not_counted),
	};
	int failed;

	arena = arena_create(4096);
	for (struct metric *const *metric = classifier_metrics; *metric != NULL; metric++)
		metric_register(*metric);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
