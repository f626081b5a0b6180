/*
 * partial: what is heard of a subject is told once a tick, as far as it is another; what came before the mesh had a time as well.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/partial.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/kpi-aggregator/kpi.h"
#include "services/kpi-aggregator/partial/partial.h"
#include "tests/support/definition_fixture.h"
#include "tests/support/instant_fixture.h"
#include "tests/support/stage_test.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *const texts[] = {
	"{\"id\":\"t.units\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"title\":\"T\",\"says\":\"S.\","
	"\"owner\":\"support\",\"area\":\"billing\",\"better\":\"neither\",\"zone\":\"UTC\",\"grace\":\"15m\","
	"\"formula\":\"sum\",\"unit\":\"count\",\"windows\":[\"hour\",\"day\"],\"dimensions\":[\"product\"],\"bound\":10,"
	"\"population\":{\"of\":\"usage\",\"time\":\"at\"},\"measure\":{\"number\":\"units\"}}",
	NULL
};

static struct stage_test test;
static struct document documents[2];
static const struct definition_book *book;
static const char *customer;
static char lines[65536];

static int start(void **state)
{
	char reason[DEFINITION_REASON_SIZE];

	(void)state;
	book = definition_fixture(texts, reason);
	if (book == NULL)
		fail_msg("%s", reason);
	documents[0] = (struct document){ .name = DEFINITIONS, .compiled = book };
	documents[1] = (struct document){ .name = NULL };
	stage_test_init(&test, &opsmesh_catalogue, &kpi_stages[0], 1, documents, NULL);
	customer = stage_test_key(&test, "cus_");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	stage_test_finish(&test);
	definition_release(book);
	return 0;
}

static void feed(Opsmesh__V1__BillingEvent *event, const char *at, const char *mesh)
{
	event->customer_id = text_mutable(customer);
	event->account_id = event->customer_id;
	event->occurred_at = proto_timestamp(test.arena, instant_of(at));
	(void)stage_test_feed(&test, &(struct stage_test_event){ .topic = OPS_BILLING,
	                                                         .key = customer,
	                                                         .time = instant_of(at),
	                                                         .mesh = instant_of(mesh),
	                                                         .message = &event->base });
}

static void take(const char *id, const char *mesh, int64_t quantity)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageTaken taken = OPSMESH__V1__USAGE_TAKEN__INIT;

	taken.source = text_mutable("api");
	taken.event_id = text_mutable(id);
	taken.meter = text_mutable("calls");
	taken.quantity = quantity;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_TAKEN;
	event.usage_taken = &taken;
	feed(&event, "2026-05-01T10:10:00Z", mesh);
}

static void correct(const char *id, const char *mesh, int64_t quantity)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageCorrected corrected = OPSMESH__V1__USAGE_CORRECTED__INIT;

	corrected.source = text_mutable("api");
	corrected.refers = text_mutable(id);
	corrected.quantity = quantity;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CORRECTED;
	event.usage_corrected = &corrected;
	feed(&event, "2026-05-01T10:10:00Z", mesh);
}

static void fold_until(const char *frontier)
{
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, instant_of(frontier)), STATUS_OK);
}

static void add_line(const struct fact *fact, const Opsmesh__V1__PartialEvent *event)
{
	char at[TIME_TEXT_SIZE];

	for (size_t i = 0; i < event->told->n_cells; i++) {
		const Opsmesh__V1__PartialCell *const cell = event->told->cells[i];
		struct instant start;

		assert_true(proto_instant(cell->start, &start));
		(void)snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines),
		               "%s %s%s: %lld, %lld came, %lld taken back\n",
		               time_format(start, at), cell->dimension,
		               *cell->dimension == '\0' ? "whole" : "", (long long)cell->sum,
		               (long long)cell->came, (long long)cell->taken_back);
	}
	(void)snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines), "told %s\n",
	               time_format(fact->time, at));
}

/* What was told since it was asked last. */
static const char *told(void)
{
	const ProtobufCMessage *message;
	const struct fact *fact;

	lines[0] = '\0';
	while ((fact = stage_test_next(&test, &message)) != NULL)
		add_line(fact, (const void *)message);
	return lines;
}

static void a_subject_is_told_once_however_much_was_heard_of_it(void **state)
{
	(void)state;
	take("u1", "2026-05-01T10:11:00Z", 10);
	correct("u1", "2026-05-01T10:12:00Z", -3);
	fold_until("2026-05-01T10:14:59Z");
	assert_string_equal(told(), "");
	fold_until("2026-05-01T10:15:01Z");
	assert_string_equal(told(), "2026-05-01T10:00:00Z whole: 7, 1 came, 0 taken back\n"
	                            "2026-05-01T00:00:00Z product: 7, 1 came, 0 taken back\n"
	                            "told 2026-05-01T10:15:00Z\n");
	stage_test_restart(&test);
	correct("u1", "2026-05-01T10:16:00Z", -2);
	fold_until("2026-05-01T10:20:01Z");
	assert_string_equal(told(), "2026-05-01T10:00:00Z whole: -2, 1 came, 1 taken back\n"
	                            "2026-05-01T00:00:00Z product: -2, 1 came, 1 taken back\n"
	                            "told 2026-05-01T10:20:00Z\n");
	fold_until("2026-05-01T12:00:00Z");
	assert_string_equal(told(), "");
}

/* The shard has not heard of all its sources: events are folded, and mesh time stands. */
static void what_came_before_there_was_a_time_is_told_when_there_is_one(void **state)
{
	(void)state;
	take("u1", "2026-05-01T10:11:00Z", 1);
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, TIME_MIN), STATUS_OK);
	take("u2", "2026-05-01T10:31:00Z", 1);
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, TIME_MIN), STATUS_OK);
	assert_string_equal(told(), "");
	fold_until("2026-05-01T10:31:00Z");
	assert_string_equal(told(), "2026-05-01T10:00:00Z whole: 2, 2 came, 0 taken back\n"
	                            "2026-05-01T00:00:00Z product: 2, 2 came, 0 taken back\n"
	                            "told 2026-05-01T10:15:00Z\n");
}

static int64_t sum_of_wholes(void)
{
	const ProtobufCMessage *message;
	int64_t sum = 0;

	while (stage_test_next(&test, &message) != NULL) {
		const Opsmesh__V1__PartialEvent *const event = (const void *)message;

		for (size_t i = 0; i < event->told->n_cells; i++)
			sum += *event->told->cells[i]->dimension == '\0'
			           ? event->told->cells[i]->sum
			           : 0;
	}
	return sum;
}

static void more_subjects_than_one_slice_holds_are_all_told(void **state)
{
	(void)state;
	for (int i = 0; i < 450; i++)
		take(arena_printf(test.arena, "u%d", i), "2026-05-01T10:11:00Z", 1);
	fold_until("2026-05-01T10:15:01Z");
	assert_int_equal(sum_of_wholes(), 450);
}

/* What is heard between two slices does not put the second one off until the next tick. */
static void a_slice_does_not_wait_for_what_comes_meanwhile(void **state)
{
	(void)state;
	for (int i = 0; i < 450; i++)
		take(arena_printf(test.arena, "u%d", i), "2026-05-01T10:11:00Z", 1);
	fold_until("2026-05-01T10:15:00.000500Z");
	assert_in_range(sum_of_wholes(), 1, 449);
	take("late", "2026-05-01T10:15:00.000600Z", 1000);
	fold_until("2026-05-01T10:15:00.000700Z");
	fold_until("2026-05-01T10:16:00Z");
	assert_int_equal(sum_of_wholes(), 450 - 200 + 1000);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_subject_is_told_once_however_much_was_heard_of_it),
		CASE(what_came_before_there_was_a_time_is_told_when_there_is_one),
		CASE(more_subjects_than_one_slice_holds_are_all_told),
		CASE(a_slice_does_not_wait_for_what_comes_meanwhile),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
