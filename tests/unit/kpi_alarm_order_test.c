/*
 * kpi_alarm_order_test - alerts of KPIs come out the same in whatever order windows come; and one whose document is in force no more is over.
 */
#include "tests/support/alarm_fixture.h"
#include "tests/support/chance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct alarm_fixture it;

static int stop(void **state)
{
	(void)state;
	alarm_fixture_stop(&it);
	return 0;
}

static void sealed(const char *label, int64_t n, int64_t hits)
{
	alarm_tell(&it, &(struct alarm_window){
			    .label = label, .n = n, .hits = hits, .told = TOLD_SEALED });
}

static void says(const char *want)
{
	assert_string_equal(alarm_lines(&it), want);
}

/* A document that is in force no more. */

#define MOVED                                                                                  \
	"{\"id\":\"low\",\"version\":2,\"effective_from\":\"2026-05-04T12:00:00Z\","           \
	"\"metric\":\"support.csat@2\",\"window\":\"hour\",\"sealed\":true,"                   \
	"\"judge\":{\"by\":\"threshold\",\"of\":\"value\",\"below\":800000,\"minimum_n\":20}," \
	"\"resolve\":{\"windows\":1}," ALARM_TAIL

static void an_alert_that_no_document_watches_any_more_is_over(void **state)
{
	static const char *const texts[] = { ALARM_LOW, MOVED, NULL };

	(void)state;
	alarm_fixture_start(&it, texts);
	sealed("2026-05-04T10", 100, 70);
	says("raised low/-/2026-05-04T10 at 2026-05-04T11:35:00Z\n");
	sealed("2026-05-04T12", 100, 70);
	says("resolved low/-/2026-05-04T10 at 2026-05-04T13:00:00Z\n");
	alarm_tell(&it, &(struct alarm_window){ .label = "2026-05-04T13",
	                                        .n = 100,
	                                        .hits = 70,
	                                        .told = TOLD_SEALED,
	                                        .series = "support.csat@2" });
	says("raised low/-/2026-05-04T13 at 2026-05-04T14:35:00Z\n");
}

/*
 * The hours of a day, each told while it is open, when it is sealed and restated, in any order, cut anywhere, with a crash between: the
 * same alerts, if they come within five minutes.
 */

#define HOURS_TOLD 8
#define WAYS 3
#define TOLD_MAX (HOURS_TOLD * WAYS)
#define ORDERS 200

static void shuffle(struct chance *chance, int order[static TOLD_MAX])
{
	for (int i = 0; i < TOLD_MAX; i++)
		order[i] = i;
	for (int i = TOLD_MAX; chance != NULL && i > 1; i--) {
		const int other = chance_below(chance, i);
		const int kept = order[i - 1];

		order[i - 1] = order[other];
		order[other] = kept;
	}
}

static const char *in_order(struct chance *chance)
{
	static const int64_t hits[WAYS][HOURS_TOLD] = {
		[TOLD_OPEN] = { 10, 90, 90, 10, 10, 10, 90, 10 },
		[TOLD_SEALED] = { 90, 90, 40, 20, 81, 60, 99, 99 },
		[TOLD_RESTATED] = { 90, 70, 40, 95, 81, 60, 99, 99 },
	};
	static const char *const texts[] = { ALARM_LOW, NULL };
	static char result[2048];
	int order[TOLD_MAX];

	shuffle(chance, order);
	alarm_fixture_start(&it, texts);
	for (int i = 0; i < TOLD_MAX; i++) {
		const int hour = order[i] / WAYS;
		const enum alarm_told told = (enum alarm_told)(order[i] % WAYS);

		alarm_feed(&it,
		           &(struct alarm_window){
			       .label = arena_printf(it.test.arena, "2026-05-04T%02d", hour),
			       .n = 100,
			       .hits = hits[told][hour],
			       .told = told },
		           "2026-05-04T12:01:00Z");
		if (chance != NULL && chance_below(chance, 3) == 0)
			alarm_pass(&it, "2026-05-04T12:01:00Z");
		if (chance != NULL && chance_below(chance, 5) == 0)
			stage_test_restart(&it.test);
	}
	alarm_pass(&it, "2026-05-04T12:06:00Z");
	snprintf(result, sizeof(result), "%s", alarm_lines(&it));
	alarm_fixture_stop(&it);
	return result;
}

static void the_order_in_which_windows_come_does_not_show(void **state)
{
	struct chance chance;
	char want[2048];

	(void)state;
	chance_seed(&chance, 7);
	snprintf(want, sizeof(want), "%s", in_order(NULL));
	assert_string_equal(want, "raised low/-/2026-05-04T01 at 2026-05-04T03:00:00Z\n"
	                          "updated low/-/2026-05-04T01 at 2026-05-04T04:00:00Z\n"
	                          "resolved low/-/2026-05-04T01 at 2026-05-04T05:00:00Z\n"
	                          "raised low/-/2026-05-04T05 at 2026-05-04T07:00:00Z\n"
	                          "resolved low/-/2026-05-04T05 at 2026-05-04T08:00:00Z\n");
	for (int i = 0; i < ORDERS; i++)
		assert_string_equal(in_order(&chance), want);
}

#define CASE(name) cmocka_unit_test_teardown(name, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_alert_that_no_document_watches_any_more_is_over),
		CASE(the_order_in_which_windows_come_does_not_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
