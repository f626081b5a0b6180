/*
 * tool_story_test - facts as sentences, personal text kept back, times in a zone, tables.
 */
#include "common/base/text.h"
#include "common/flow/record.h"
#include "common/io/zone.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/opsmesh/story.h"
#include "services/opsmesh/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOON ((struct instant){ INT64_C(1777593600000000) }) /* 2026-05-01T00:00:00Z */

static struct arena *arena;
static struct zone *tokyo;

static struct story story_make(bool revealed)
{
	return (struct story){
		.arena = arena, .zone = tokyo, .zone_name = "Asia/Tokyo", .revealed = revealed
	};
}

static Opsmesh__V1__PersonalText *personal(const char *text)
{
	Opsmesh__V1__PersonalText *const result = arena_alloc(arena, sizeof(*result));

	opsmesh__v1__personal_text__init(result);
	result->content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	result->text = text_mutable(text);
	return result;
}

static struct told told_of(const Opsmesh__V1__TicketEvent *event, const char *name,
                           const ProtobufCMessage *fact)
{
	return (struct told){ .stream = "ticket/3",
		              .sequence = 1,
		              .topic = OPS_TICKETS,
		              .key = "t1",
		              .type = "ops.ticket.test.v1",
		              .time = NOON,
		              .mesh = TIME_MIN,
		              .message = &event->base,
		              .name = name,
		              .fact = fact };
}

static struct story_line tell_message(bool revealed)
{
	const struct story story = story_make(revealed);
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__MessageAdded fact = OPSMESH__V1__MESSAGE_ADDED__INIT;
	struct told told;

	fact.role = OPSMESH__V1__ROLE__ROLE_CUSTOMER;
	fact.visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
	fact.body = personal("請求書が二重です");
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	event.message_added = &fact;
	told = told_of(&event, "message_added", &fact.base);
	return story_tell(&story, &told);
}

static void test_what_people_wrote_is_kept_back(void **state)
{
	const struct story_line line = tell_message(false);

	(void)state;
	assert_string_equal(line.who, "customer");
	assert_non_null(strstr(line.text, "[sealed]"));
	assert_null(strstr(line.text, "請求書"));
}

static void test_what_people_wrote_is_shown_when_revealed(void **state)
{
	(void)state;
	assert_non_null(strstr(tell_message(true).text, "\"請求書が二重です\""));
}

static struct story_line tell_status(struct instant mesh)
{
	const struct story story = story_make(false);
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__StatusChanged fact = OPSMESH__V1__STATUS_CHANGED__INIT;
	struct told told;

	fact.from_status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_OPEN;
	fact.to_status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_ON_HOLD;
	fact.to_verbatim = text_mutable("waiting");
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED;
	event.status_changed = &fact;
	told = told_of(&event, "status_changed", &fact.base);
	told.mesh = mesh;
	return story_tell(&story, &told);
}

static void test_a_providers_word_stands_beside_ours(void **state)
{
	const struct story_line line = tell_status(NOON);

	(void)state;
	assert_string_equal(line.text, "moves the status from open to on hold (\"waiting\")");
	assert_string_equal(line.who, "ingest");
}

static void test_what_was_learned_late_says_when(void **state)
{
	(void)state;
	assert_non_null(
	    strstr(tell_status(time_add(NOON, HOURS(2))).text, "(said at 2026-05-01 11:00)"));
}

static void test_a_refused_event_says_by_whom_and_why(void **state)
{
	const struct story story = story_make(false);
	const struct log_header headers[] = {
		{ "dlq_consumer", bytes_of("clock") },
		{ "dlq_topic", bytes_of("ops.tickets.v1") },
		{ "dlq_source", bytes_of("ticket/3") },
		{ "dlq_sequence", bytes_of("7") },
		{ "dlq_reason", bytes_of("no such status") },
	};
	struct told told = {
		.stream = "clock/3", .dead = true, .topic = OPS_TICKETS, .time = NOON
	};
	struct story_line line;

	(void)state;
	told.mesh = TIME_MIN;
	told.headers = headers_pack(arena, headers, COUNT_OF(headers));
	line = story_tell(&story, &told);
	assert_string_equal(line.who, "clock");
	assert_non_null(strstr(line.text, "ticket/3/7"));
	assert_non_null(strstr(line.text, "no such status"));
}

static void test_words_of_enums(void **state)
{
	const struct story story = story_make(false);
	const ProtobufCEnumDescriptor *const statuses = &opsmesh__v1__ticket_status__descriptor;

	(void)state;
	assert_string_equal(story_word(&story, statuses, 4), "on hold");
	assert_string_equal(story_word(&story, statuses, 0), "unknown");
	assert_string_equal(story_word(&story, statuses, 99), "99");
}

static void test_times_in_a_zone(void **state)
{
	struct story story = story_make(false);

	(void)state;
	assert_string_equal(story_time(&story, NOON), "2026-05-01 09:00");
	assert_string_equal(story_time(&story, TIME_MIN), "no time");
	story.zone = NULL;
	assert_string_equal(story_time(&story, NOON), "2026-05-01 00:00");
}

static void test_spans(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {
		{ 0, "0s" },        { 45, "45s" },        { 60, "1m 00s" },
		{ 7500, "2h 05m" }, { 273600, "3d 04h" }, { -90, "-1m 30s" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(span_text(arena, SECONDS(rows[i].seconds)), rows[i].text);
}

static void test_wide_characters_take_two_places(void **state)
{
	static const char *const titles[] = { "A", "B", NULL };
	struct buffer out = { 0 };
	struct table table;

	(void)state;
	table_init(&table, arena, titles);
	table_add(&table, "元日");
	table_add(&table, "x");
	table_add(&table, "four");
	table_add(&table, "y");
	table_write(&table, &out);
	assert_true(bytes_equal((struct bytes){ out.data, out.size },
	                        bytes_of("A     B\n元日  x\nfour  y\n")));
	buffer_finish(&out);
}

static void test_what_people_wrote_neither_passes_for_a_row_nor_commands_the_terminal(void **state)
{
	static const char *const titles[] = { "WHO", "WHAT", NULL };
	struct buffer out = { 0 };
	struct table table;

	(void)state;
	table_init(&table, arena, titles);
	table_add(&table, "customer");
	table_add(&table, "hello\nagent     closes\x1b[2J\xc2\x9b\x7f\xc3\xa9");
	table_write(&table, &out);
	assert_true(bytes_equal((struct bytes){ out.data, out.size },
	                        bytes_of("WHO       WHAT\n"
	                                 "customer  hello\n"
	                                 "          agent     closes?[2J??\xc3\xa9\n")));
	buffer_finish(&out);
}

static const char *tell_billing(const Opsmesh__V1__BillingEvent *event)
{
	const struct story story = story_make(false);
	const struct told told = {
		.topic = OPS_BILLING, .key = "books", .message = &event->base, .name = "fact"
	};

	return story_billing(&story, &told).text;
}

static void test_recurring_revenue_in_one_currency(void **state)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__RecurringReported reported = OPSMESH__V1__RECURRING_REPORTED__INIT;
	Opsmesh__V1__RecurringUnreported unreported = OPSMESH__V1__RECURRING_UNREPORTED__INIT;
	Opsmesh__V1__RecurringSum sum = OPSMESH__V1__RECURRING_SUM__INIT;

	(void)state;
	sum.currency = text_mutable("USD");
	sum.ending = 7350;
	reported.day = text_mutable("2026-05-05");
	reported.recurring = &sum;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_REPORTED;
	event.recurring_reported = &reported;
	assert_string_equal(tell_billing(&event),
	                    "recurring revenue of 2026-05-05 is 73.50 USD a month");
	sum.fx = -1167;
	sum.off_by = 1;
	assert_string_equal(tell_billing(&event),
	                    "recurring revenue of 2026-05-05 is 73.50 USD a month, exchange rates "
	                    "made -11.67 USD; it does not add up");
	unreported.day = text_mutable("2026-05-06");
	unreported.since = text_mutable("2026-05-05");
	unreported.reporting_currency = text_mutable("USD");
	unreported.reason = text_mutable("JPY on 2026-05-05: there is no rate");
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_UNREPORTED;
	event.recurring_unreported = &unreported;
	assert_string_equal(tell_billing(&event),
	                    "recurring revenue of 2026-05-06 cannot be told in USD since "
	                    "2026-05-05: JPY on 2026-05-05: there is no rate");
}

static void test_a_card_that_is_spent(void **state)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__AttemptBudgetSpent spent = OPSMESH__V1__ATTEMPT_BUDGET_SPENT__INIT;

	(void)state;
	spent.payment_id = text_mutable("ch_1");
	spent.network = text_mutable("visa");
	spent.card = text_mutable("fp_1");
	spent.why = text_mutable("budget");
	spent.attempts = 20;
	spent.most = 20;
	spent.policy = text_mutable("attempts/2");
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_ATTEMPT_BUDGET_SPENT;
	event.attempt_budget_spent = &spent;
	assert_string_equal(tell_billing(&event),
	                    "the visa card of payment ch_1 may not be tried again: budget, 20 of "
	                    "20 attempts (attempts/2)");
	spent.payment_id = text_mutable("");
	assert_string_equal(tell_billing(&event),
	                    "the visa card fp_1, which others pay with too, may not be tried "
	                    "again: budget, 20 of 20 attempts (attempts/2)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_people_wrote_is_kept_back),
		cmocka_unit_test(test_what_people_wrote_is_shown_when_revealed),
		cmocka_unit_test(test_a_providers_word_stands_beside_ours),
		cmocka_unit_test(test_what_was_learned_late_says_when),
		cmocka_unit_test(test_a_refused_event_says_by_whom_and_why),
		cmocka_unit_test(test_words_of_enums),
		cmocka_unit_test(test_recurring_revenue_in_one_currency),
		cmocka_unit_test(test_a_card_that_is_spent),
		cmocka_unit_test(test_times_in_a_zone),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_wide_characters_take_two_places),
		cmocka_unit_test(
		    test_what_people_wrote_neither_passes_for_a_row_nor_commands_the_terminal),
	};
	int failed;

	arena = arena_create(64UL * 1024);
	tokyo = zone_open("Asia/Tokyo");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	zone_close(tokyo);
	arena_destroy(arena);
	return failed;
}
