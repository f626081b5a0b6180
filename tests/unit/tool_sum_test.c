/*
 * tool_sum_test - clocks that `opsmesh explain` adds up again from what was said of them.
 */
#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/opsmesh/clock_cause.h"
#include "services/opsmesh/clock_sum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN 1777593600 /* 2026-05-01T00:00:00Z, a Friday */
#define AT(minutes) ((struct instant){ (INT64_C(60) * (minutes) + BEGIN) * 1000000 })
#define US(minutes) (INT64_C(60000000) * (minutes))

static struct arena *arena;
static struct told_list facts;

enum says { ACTIVATED, PAUSED, RESUMED, RETARGETED, BREACHED, FULFILLED };

/* One row: at which minute, what, minutes used by then, minutes allowed, by which calendar. */
struct row {
	int minute;
	enum says says;
	int used;
	int target;
	const char *calendar; /* NULL: always open */
};

static Opsmesh__V1__SlaClock *clock_make(const struct row *row)
{
	Opsmesh__V1__SlaClock *const clock = arena_alloc(arena, sizeof(*clock));
	Opsmesh__V1__DocumentVersion *const calendar = arena_alloc(arena, sizeof(*calendar));

	opsmesh__v1__sla_clock__init(clock);
	opsmesh__v1__document_version__init(calendar);
	clock->metric = OPSMESH__V1__SLA_METRIC__SLA_METRIC_FIRST_REPLY;
	clock->instance = 1;
	clock->elapsed_us = US(row->used);
	clock->target_us = US(row->target);
	clock->remaining_us = US(row->target - row->used);
	clock->state = row->says == PAUSED ? OPSMESH__V1__SLA_STATE__SLA_STATE_PAUSED
	                                   : OPSMESH__V1__SLA_STATE__SLA_STATE_ACTIVE;
	if (row->calendar != NULL) {
		calendar->id = text_mutable(row->calendar);
		calendar->digest = text_mutable(row->calendar);
		clock->calendar = calendar;
	}
	return clock;
}

/* By which fact a clock is carried makes no difference to the sum; what it is called does. */
static void say(const struct row *row)
{
	static const char *const names[] = { "activated",  "paused",   "resumed",
		                             "retargeted", "breached", "fulfilled" };
	Opsmesh__V1__SlaEvent *const event = arena_alloc(arena, sizeof(*event));
	Opsmesh__V1__SlaActivated *const fact = arena_alloc(arena, sizeof(*fact));
	struct told told = { .stream = "clock/0", .topic = OPS_SLA, .mesh = TIME_MIN };

	opsmesh__v1__sla_event__init(event);
	opsmesh__v1__sla_activated__init(fact);
	fact->clock = clock_make(row);
	event->fact_case = OPSMESH__V1__SLA_EVENT__FACT_ACTIVATED;
	event->activated = fact;
	told.sequence = (int64_t)facts.count + 1;
	told.time = AT(row->minute);
	told.message = &event->base;
	told.fact = &fact->base;
	told.name = names[row->says];
	told_add(&facts, &told);
}

/* Open in the hours that begin with an even number. */
static struct instant local(void *zone, struct date date, int32_t second, enum calendar_edge edge)
{
	(void)zone;
	(void)edge;
	return (struct instant){ (date_days(date) * 86400 + second) * 1000000 };
}

static struct calendar *even_hours(void)
{
	struct calendar_window *const windows = arena_alloc(arena, 12 * sizeof(*windows));
	struct calendar_rules *const rules = arena_zero(arena, sizeof(*rules));

	for (int i = 0; i < 12; i++)
		windows[i] = (struct calendar_window){ 7200 * i, 7200 * i + 3600 };
	for (int i = 0; i < 7; i++)
		rules->week[i] = (struct calendar_day){ windows, 12 };
	rules->instant = local;
	return calendar_create(arena, rules);
}

static bool find_calendar(void *context, const Opsmesh__V1__SlaClock *clock,
                          struct calendar **calendar, const char **reason)
{
	(void)context;
	*reason = "the document is not kept";
	*calendar = clock->calendar == NULL ? NULL : even_hours();
	return clock->calendar == NULL || text_equal(clock->calendar->id, "even");
}

static struct clock_sum *sums_of(const struct row *rows, size_t rows_count)
{
	struct clock_sum *sums;
	size_t count;

	facts = (struct told_list){ .arena = arena };
	for (size_t i = 0; i < rows_count; i++)
		say(&rows[i]);
	sums = clock_sums(arena, &facts, find_calendar, NULL, &count);
	assert_int_equal(count, 1);
	return sums;
}

#define SUM(...)                                     \
	sums_of((const struct row[]){ __VA_ARGS__ }, \
	        sizeof((const struct row[]){ __VA_ARGS__ }) / sizeof(struct row))

static void test_a_clock_counts_every_minute_without_a_calendar(void **state)
{
	const struct clock_sum *const sum =
	    SUM({ 0, ACTIVATED, 0, 60, NULL }, { 45, FULFILLED, 45, 60, NULL });

	(void)state;
	assert_true(sum->agrees);
	assert_int_equal(sum->used.us, US(45));
	assert_int_equal(sum->span_count, 1);
}

static void test_a_pause_does_not_count(void **state)
{
	const struct clock_sum *const sum =
	    SUM({ 0, ACTIVATED, 0, 60, NULL }, { 10, PAUSED, 10, 60, NULL },
	        { 100, RESUMED, 10, 60, NULL }, { 150, BREACHED, 60, 60, NULL });

	(void)state;
	assert_true(sum->agrees);
	assert_int_equal(sum->span_count, 2);
	assert_int_equal(sum->spans[0].used.us, US(10));
	assert_int_equal(sum->spans[1].used.us, US(50));
}

static void test_only_open_hours_count(void **state)
{
	const struct clock_sum *const sum =
	    SUM({ 30, ACTIVATED, 0, 60, "even" }, { 130, FULFILLED, 40, 60, "even" });

	(void)state;
	assert_true(sum->agrees);
	assert_string_equal(sum->spans[0].calendar, "even");
}

static void test_another_calendar_counts_from_where_it_came(void **state)
{
	const struct clock_sum *const sum =
	    SUM({ 0, ACTIVATED, 0, 60, NULL }, { 70, RETARGETED, 70, 120, "even" },
	        { 140, FULFILLED, 90, 120, "even" });

	(void)state;
	assert_true(sum->agrees);
	assert_int_equal(sum->span_count, 2);
}

static void test_what_was_said_wrongly_is_found(void **state)
{
	const struct clock_sum *const sum =
	    SUM({ 0, ACTIVATED, 0, 60, NULL }, { 45, FULFILLED, 44, 60, NULL });

	(void)state;
	assert_false(sum->agrees);
	assert_non_null(strstr(sum->problem, "clock/0/2"));
}

static void test_a_calendar_that_is_not_kept_leaves_the_sum_open(void **state)
{
	const struct clock_sum *const sum =
	    SUM({ 0, ACTIVATED, 0, 60, "gone" }, { 45, FULFILLED, 45, 60, "gone" });

	(void)state;
	assert_false(sum->agrees);
	assert_string_equal(sum->problem, "the document is not kept");
}

static void test_a_clock_that_never_began_is_no_sum(void **state)
{
	const struct clock_sum *const sum = SUM({ 45, FULFILLED, 45, 60, NULL });

	(void)state;
	assert_false(sum->agrees);
	assert_string_equal(sum->problem, "it was never activated");
}

static const struct told *told_at(size_t place)
{
	return &facts.list[place];
}

static Opsmesh__V1__SlaEvent *event_at(size_t place)
{
	return (void *)(uintptr_t)told_at(place)->message;
}

/* Two facts of the stream clock/0; the second names what it rests on. */
static bool rests_on(const char *cause, const char **problem)
{
	(void)SUM({ 0, ACTIVATED, 0, 60, NULL }, { 45, FULFILLED, 45, 60, NULL });
	event_at(1)->cause_id = text_mutable(cause);
	return clock_cause_holds(arena, &facts, told_at(1), problem);
}

static void test_what_a_clock_rests_on_was_said_before(void **state)
{
	const char *problem = "";

	(void)state;
	assert_true(rests_on("", &problem));
	assert_true(rests_on("clock/0/1", &problem));
	assert_false(rests_on("ticket/0/9", &problem));
	assert_string_equal(problem, "clock/0/2 rests on ticket/0/9, which nobody said");
}

static void test_nothing_rests_on_what_came_later(void **state)
{
	const char *problem = "";

	(void)state;
	(void)SUM({ 0, ACTIVATED, 0, 60, NULL }, { 45, FULFILLED, 45, 60, NULL });
	event_at(0)->cause_id = text_mutable("clock/0/2");
	assert_false(clock_cause_holds(arena, &facts, told_at(0), &problem));
	assert_string_equal(problem, "clock/0/1 rests on clock/0/2, which came later");
}

static void test_a_breach_stands_at_its_due(void **state)
{
	Google__Protobuf__Timestamp due = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	Opsmesh__V1__SlaBreached breached = OPSMESH__V1__SLA_BREACHED__INIT;
	const char *problem = "";

	(void)state;
	(void)SUM({ 0, ACTIVATED, 0, 60, NULL });
	breached.clock = event_at(0)->activated->clock;
	breached.clock->due = &due;
	event_at(0)->fact_case = OPSMESH__V1__SLA_EVENT__FACT_BREACHED;
	event_at(0)->breached = &breached;
	due.seconds = AT(0).us / 1000000;
	assert_true(clock_cause_holds(arena, &facts, told_at(0), &problem));
	due.seconds++;
	assert_false(clock_cause_holds(arena, &facts, told_at(0), &problem));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_clock_counts_every_minute_without_a_calendar),
		cmocka_unit_test(test_a_pause_does_not_count),
		cmocka_unit_test(test_only_open_hours_count),
		cmocka_unit_test(test_another_calendar_counts_from_where_it_came),
		cmocka_unit_test(test_what_was_said_wrongly_is_found),
		cmocka_unit_test(test_a_calendar_that_is_not_kept_leaves_the_sum_open),
		cmocka_unit_test(test_a_clock_that_never_began_is_no_sum),
		cmocka_unit_test(test_what_a_clock_rests_on_was_said_before),
		cmocka_unit_test(test_nothing_rests_on_what_came_later),
		cmocka_unit_test(test_a_breach_stands_at_its_due),
	};
	int failed;

	arena = arena_create(64UL * 1024);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
