/*
 * kpi_alarm_stage_test - alerts of KPIs by thresholds: raised once, updated, resolved once, acknowledged, whatever comes when.
 */
#include "common/base/text.h"
#include "tests/support/alarm_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The same, twice in a row both ways. */
#define TWICE                                                                                   \
	ALARM_HEAD("twice", ALARM_OLD)                                                          \
	"\"window\":\"hour\",\"sealed\":true,\"judge\":{\"by\":\"threshold\",\"of\":\"value\"," \
	"\"below\":800000,\"minimum_n\":20,\"windows\":2},\"resolve\":{\"windows\":2}," ALARM_TAIL
/* More than 50 in an hour, while it goes on. */
#define BURST                                                                                   \
	ALARM_HEAD("burst", ALARM_OLD)                                                          \
	"\"window\":\"hour\",\"sealed\":false,\"judge\":{\"by\":\"threshold\",\"of\":\"hits\"," \
	"\"above\":50},\"resolve\":{\"windows\":1},\"at_risk\":\"hits\"," ALARM_TAIL
/* More than 50 minor units. */
#define COSTLY                                                                                 \
	ALARM_HEAD("costly", ALARM_OLD)                                                        \
	"\"window\":\"hour\",\"sealed\":false,\"judge\":{\"by\":\"threshold\",\"of\":\"sum\"," \
	"\"above\":50},\"resolve\":{\"windows\":1},\"at_risk\":\"sum\"," ALARM_TAIL
/* Nothing at all in an hour. */
#define SILENT                                                                              \
	ALARM_HEAD("silent", ALARM_OLD)                                                     \
	"\"window\":\"hour\",\"sealed\":true,\"judge\":{\"by\":\"threshold\",\"of\":\"n\"," \
	"\"below\":1,\"windows\":2,\"silent\":true,\"wait\":\"30m\"},\"resolve\":{\"windows\":1}," ALARM_TAIL

static struct alarm_fixture it;

static void start(const char *text)
{
	const char *const texts[] = { text, NULL };

	alarm_fixture_start(&it, texts);
}

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

static void told(const char *label, int64_t n, int64_t hits, enum alarm_told how)
{
	alarm_tell(&it,
	           &(struct alarm_window){ .label = label, .n = n, .hits = hits, .told = how });
}

static void says(const char *want)
{
	assert_string_equal(alarm_lines(&it), want);
}

static void what_is_bad_raises_once_and_what_is_well_resolves_once(void **state)
{
	(void)state;
	start(ALARM_LOW);
	sealed("2026-05-04T09", 100, 90);
	says("");
	sealed("2026-05-04T10", 100, 79);
	says("raised low/-/2026-05-04T10 at 2026-05-04T11:35:00Z\n");
	sealed("2026-05-04T11", 100, 78);
	sealed("2026-05-04T12", 100, 77);
	says("");
	sealed("2026-05-04T13", 100, 90);
	says("resolved low/-/2026-05-04T10 at 2026-05-04T14:35:00Z\n");
	sealed("2026-05-04T14", 100, 91);
	says("");
}

static void between_the_bound_and_the_margin_nothing_changes(void **state)
{
	(void)state;
	start(ALARM_LOW);
	sealed("2026-05-04T09", 100, 82);
	says("");
	sealed("2026-05-04T10", 100, 79);
	says("raised low/-/2026-05-04T10 at 2026-05-04T11:35:00Z\n");
	sealed("2026-05-04T11", 100, 82);
	says("");
	sealed("2026-05-04T12", 100, 79);
	says("");
	sealed("2026-05-04T13", 100, 85);
	says("resolved low/-/2026-05-04T10 at 2026-05-04T14:35:00Z\n");
}

static void few_say_nothing(void **state)
{
	(void)state;
	start(ALARM_LOW);
	sealed("2026-05-04T10", 19, 0);
	says("");
	sealed("2026-05-04T11", 20, 0);
	says("raised low/-/2026-05-04T11 at 2026-05-04T12:35:00Z\n");
	sealed("2026-05-04T12", 19, 19);
	says("");
}

static void as_many_windows_in_a_row_as_the_document_says(void **state)
{
	(void)state;
	start(TWICE);
	sealed("2026-05-04T10", 100, 10);
	says("");
	sealed("2026-05-04T11", 100, 90);
	sealed("2026-05-04T12", 100, 10);
	says("");
	sealed("2026-05-04T13", 100, 10);
	says("raised twice/-/2026-05-04T13 at 2026-05-04T14:35:00Z\n");
	sealed("2026-05-04T14", 100, 90);
	says("");
	sealed("2026-05-04T15", 100, 10);
	sealed("2026-05-04T16", 100, 90);
	says("");
	sealed("2026-05-04T17", 100, 90);
	says("resolved twice/-/2026-05-04T13 at 2026-05-04T18:35:00Z\n");
}

static void what_gets_worse_by_half_is_updated(void **state)
{
	const Opsmesh__V1__AlertEvent *event;

	(void)state;
	start(ALARM_LOW);
	sealed("2026-05-04T10", 100, 70);
	says("raised low/-/2026-05-04T10 at 2026-05-04T11:35:00Z\n");
	sealed("2026-05-04T11", 100, 66);
	says("");
	sealed("2026-05-04T12", 100, 65);
	event = alarm_next(&it);
	assert_non_null(event);
	assert_int_equal(event->fact_case, OPSMESH__V1__ALERT_EVENT__FACT_UPDATED);
	assert_string_equal(event->updated->summary, "CSAT of all is 65.00 %.");
	assert_string_equal(event->updated->description, "65 of 100 in 2026-05-04T12.");
	says("");
	sealed("2026-05-04T13", 100, 64);
	says("");
}

static void an_open_window_is_judged_where_the_document_says_so(void **state)
{
	(void)state;
	start(BURST);
	alarm_feed(&it,
	           &(struct alarm_window){
		       .label = "2026-05-04T10", .n = 50, .hits = 50, .told = TOLD_OPEN },
	           "2026-05-04T10:21:00Z");
	alarm_pass(&it, "2026-05-04T10:30:00Z");
	says("");
	alarm_feed(&it,
	           &(struct alarm_window){
		       .label = "2026-05-04T10", .n = 51, .hits = 51, .told = TOLD_OPEN },
	           "2026-05-04T10:31:00Z");
	alarm_pass(&it, "2026-05-04T10:36:00Z");
	says("raised burst/-/2026-05-04T10 at 2026-05-04T10:35:00Z\n");
	told("2026-05-04T10", 52, 52, TOLD_SEALED);
	told("2026-05-04T11", 3, 3, TOLD_SEALED);
	says("resolved burst/-/2026-05-04T10 at 2026-05-04T12:35:00Z\n");
}

static void a_document_of_sealed_windows_does_not_look_at_open_ones(void **state)
{
	(void)state;
	start(ALARM_LOW);
	told("2026-05-04T10", 100, 10, TOLD_OPEN);
	says("");
	told("2026-05-04T10", 100, 10, TOLD_SEALED);
	says("raised low/-/2026-05-04T10 at 2026-05-04T12:00:00Z\n");
	told("2026-05-04T11", 100, 99, TOLD_OPEN);
	says("");
}

static void a_window_in_which_nothing_comes_resolves_when_it_is_over(void **state)
{
	(void)state;
	start(BURST);
	told("2026-05-04T10", 60, 60, TOLD_SEALED);
	says("raised burst/-/2026-05-04T10 at 2026-05-04T11:35:00Z\n");
	alarm_pass(&it, "2026-05-04T13:00:00Z");
	says("");
	alarm_pass(&it, "2026-05-04T13:06:00Z");
	says("resolved burst/-/2026-05-04T10 at 2026-05-04T13:00:00Z\n");
	alarm_pass(&it, "2026-05-05T13:06:00Z");
	says("");
}

static void silence_is_heard_where_the_document_says_so(void **state)
{
	(void)state;
	start(SILENT);
	sealed("2026-05-04T10", 5, 5);
	alarm_pass(&it, "2026-05-04T13:29:00Z");
	says("");
	alarm_pass(&it, "2026-05-04T13:36:00Z");
	says("raised silent/-/2026-05-04T12 at 2026-05-04T13:30:00Z\n");
	alarm_pass(&it, "2026-05-06T00:00:00Z");
	says("");
	sealed("2026-05-06T01", 7, 7);
	says("resolved silent/-/2026-05-04T12 at 2026-05-06T02:30:00Z\n");
}

static void what_comes_after_the_silence_was_judged_counts(void **state)
{
	(void)state;
	start(SILENT);
	sealed("2026-05-04T10", 5, 5);
	alarm_pass(&it, "2026-05-04T13:36:00Z");
	says("raised silent/-/2026-05-04T12 at 2026-05-04T13:30:00Z\n");
	alarm_feed(&it,
	           &(struct alarm_window){
		       .label = "2026-05-04T12", .n = 4, .hits = 4, .told = TOLD_RESTATED },
	           "2026-05-04T13:40:00Z");
	alarm_pass(&it, "2026-05-04T13:46:00Z");
	says("resolved silent/-/2026-05-04T12 at 2026-05-04T13:30:00Z\n");
}

static void a_restated_window_raises_as_of_its_time_and_the_latest_resolves(void **state)
{
	(void)state;
	start(ALARM_LOW);
	sealed("2026-05-04T10", 100, 90);
	sealed("2026-05-04T11", 100, 90);
	says("");
	alarm_feed(&it,
	           &(struct alarm_window){
		       .label = "2026-05-04T10", .n = 100, .hits = 70, .told = TOLD_RESTATED },
	           "2026-05-04T15:00:00Z");
	alarm_pass(&it, "2026-05-04T15:10:00Z");
	says("raised low/-/2026-05-04T10 at 2026-05-04T12:00:00Z\n"
	     "resolved low/-/2026-05-04T10 at 2026-05-04T13:00:00Z\n");
	alarm_feed(&it,
	           &(struct alarm_window){ .label = "2026-05-04T10",
	                                   .n = 100,
	                                   .hits = 69,
	                                   .told = TOLD_RESTATED,
	                                   .revision = 2 },
	           "2026-05-04T16:00:00Z");
	alarm_pass(&it, "2026-05-04T16:10:00Z");
	says("");
}

static void what_led_to_it_turns_out_otherwise(void **state)
{
	const Opsmesh__V1__AlertEvent *event;

	(void)state;
	start(ALARM_LOW);
	sealed("2026-05-04T10", 100, 70);
	says("raised low/-/2026-05-04T10 at 2026-05-04T11:35:00Z\n");
	alarm_feed(&it,
	           &(struct alarm_window){
		       .label = "2026-05-04T10", .n = 100, .hits = 83, .told = TOLD_RESTATED },
	           "2026-05-04T15:00:00Z");
	alarm_pass(&it, "2026-05-04T15:10:00Z");
	event = alarm_next(&it);
	assert_non_null(event);
	assert_string_equal(event->resolved->reason,
	                    "2026-05-04T10 turned out otherwise than was said.");
	says("");
}

static void an_earlier_revision_does_not_undo_a_later_one(void **state)
{
	(void)state;
	start(ALARM_LOW);
	alarm_tell(&it, &(struct alarm_window){ .label = "2026-05-04T10",
	                                        .n = 100,
	                                        .hits = 90,
	                                        .told = TOLD_RESTATED,
	                                        .revision = 2 });
	told("2026-05-04T10", 100, 10, TOLD_RESTATED);
	told("2026-05-04T10", 100, 10, TOLD_SEALED);
	told("2026-05-04T10", 100, 10, TOLD_OPEN);
	says("");
}

static void each_value_and_currency_has_its_own(void **state)
{
	(void)state;
	start(BURST);
	alarm_tell(&it, &(struct alarm_window){ .label = "2026-05-04T10",
	                                        .n = 60,
	                                        .hits = 60,
	                                        .told = TOLD_SEALED,
	                                        .value = "a/b%c",
	                                        .currency = "JPY" });
	alarm_tell(
	    &it,
	    &(struct alarm_window){
		.label = "2026-05-04T10", .n = 60, .hits = 60, .told = TOLD_SEALED, .value = "-" });
	says("raised burst/a%2Fb%25c:JPY/2026-05-04T10 at 2026-05-04T11:35:00Z\n"
	     "raised burst/%2D/2026-05-04T10 at 2026-05-04T12:00:00Z\n");
}

static void a_long_value_leaves_an_id_that_an_action_can_name(void **state)
{
	static const char *const values[] = {
		"a value of 41 bytes, one more than there's",
		"a value of 41 bytes, one more than there is",
	};
	const Opsmesh__V1__AlertEvent *first;
	const Opsmesh__V1__AlertEvent *second;

	(void)state;
	start(BURST);
	for (size_t i = 0; i < COUNT_OF(values); i++)
		alarm_tell(&it, &(struct alarm_window){ .label = "2026-05-04T10",
		                                        .n = 60,
		                                        .hits = 60,
		                                        .told = TOLD_SEALED,
		                                        .value = values[i] });
	first = alarm_next(&it);
	second = alarm_next(&it);
	assert_non_null(first);
	assert_non_null(second);
	assert_string_equal(first->alert_id, "alert/kpi/" ALARM_SERIES
	                                     "/burst/a value of 41 bytes, on~ab81944bfd078541"
	                                     "/2026-05-04T10");
	assert_int_equal(strlen(first->alert_id), strlen(second->alert_id));
	assert_string_not_equal(first->alert_id, second->alert_id);
}

static void what_is_at_risk_is_said_and_what_it_rests_on(void **state)
{
	const Opsmesh__V1__AlertEvent *event;
	const Opsmesh__V1__AlertRaised *raised;

	(void)state;
	start(BURST);
	alarm_tell(&it, &(struct alarm_window){ .label = "2026-05-04T10",
	                                        .n = 70000,
	                                        .hits = 60050,
	                                        .told = TOLD_SEALED,
	                                        .currency = "USD" });
	event = alarm_next(&it);
	assert_non_null(event);
	raised = event->raised;
	assert_string_equal(event->alert_id,
	                    "alert/kpi/" ALARM_SERIES "/burst/-:USD/2026-05-04T10");
	assert_string_equal(raised->summary, "CSAT of all is 600.50 USD.");
	assert_string_equal(raised->description,
	                    "600.50 USD of 700.00 USD in 2026-05-04T10. At risk: 600.50 USD.");
	assert_string_equal(raised->runbook, "deploy/runbooks/csat.md");
	assert_string_equal(raised->team, "support");
	assert_string_equal(raised->rule, "burst");
	assert_int_equal(raised->n_evidence, 3);
	assert_string_equal(raised->evidence[0]->type, "kpi");
	assert_string_equal(raised->evidence[0]->id, ALARM_SERIES "/2026-05-04T10");
	assert_string_equal(raised->evidence[1]->note, "at risk: 600.50 USD");
	assert_string_equal(raised->evidence[2]->id, "alerts/burst/1");
}

static void an_amount_is_of_so_many_and_other_units_are_as_people_say_them(void **state)
{
	static const struct {
		const char *unit;
		const char *currency;
		int64_t sum;
		const char *want;
	} rows[] = {
		{ "minor", "JPY", 1200, "CSAT of all is 1200 JPY." },
		{ "us", "", 5400000000, "CSAT of all is 1 h 30 min." },
		{ "us", "", 90000000, "CSAT of all is 1 min." },
		{ "milli", "", 1250, "CSAT of all is 1.250." },
		{ "count", "", 70, "CSAT of all is 70." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const Opsmesh__V1__AlertEvent *event;

		start(COSTLY);
		alarm_tell(&it, &(struct alarm_window){ .label = "2026-05-04T10",
		                                        .n = 3,
		                                        .hits = 1,
		                                        .told = TOLD_SEALED,
		                                        .currency = rows[i].currency,
		                                        .unit = rows[i].unit,
		                                        .sum = rows[i].sum });
		event = alarm_next(&it);
		assert_non_null(event);
		assert_string_equal(event->raised->summary, rows[i].want);
		assert_true(text_starts(event->raised->description, "1 of 3 in 2026-05-04T10."));
		assert_int_equal(strstr(event->raised->description, "At risk: 1200 JPY") != NULL,
		                 i == 0);
		alarm_fixture_stop(&it);
	}
}

static void who_acknowledged_has_it_until_it_is_over(void **state)
{
	(void)state;
	start(ALARM_LOW);
	sealed("2026-05-04T10", 100, 70);
	says("raised low/-/2026-05-04T10 at 2026-05-04T11:35:00Z\n");
	alarm_acknowledge(&it, "low/-/2026-05-04T10", "2026-05-04T12:10:00Z");
	says("acknowledged low/-/2026-05-04T10 at 2026-05-04T12:10:00Z\n"
	     "action_applied low/-/2026-05-04T10 at 2026-05-04T12:10:00Z\n");
	sealed("2026-05-04T12", 100, 20);
	says("updated low/-/2026-05-04T10 at 2026-05-04T13:35:00Z\n");
	alarm_acknowledge(&it, "low/-/2026-05-04T10", "2026-05-04T14:10:00Z");
	says("action_refused low/-/2026-05-04T10 at 2026-05-04T14:10:00Z\n");
	sealed("2026-05-04T14", 100, 90);
	says("resolved low/-/2026-05-04T10 at 2026-05-04T15:35:00Z\n");
}

static void a_window_that_nobody_watches_is_not_kept(void **state)
{
	struct figure_row row = { .series = ALARM_SERIES, .value = "", .currency = "" };

	(void)state;
	start(ALARM_LOW);
	sealed("2026-05-04", 100, 10);
	alarm_tell(&it, &(struct alarm_window){ .label = "2026-05-04T10",
	                                        .n = 100,
	                                        .hits = 10,
	                                        .told = TOLD_SEALED,
	                                        .series = ALARM_SERIES ":queue" });
	says("");
	row.kind = "day";
	assert_true(time_parse("2026-05-04T00:00:00Z", &row.start));
	assert_false(stage_test_row(&it.test, &alarm_figure_table, &row));
}

static void a_value_of_which_nothing_comes_any_more_is_forgotten(void **state)
{
	struct figure_row row = {
		.series = ALARM_SERIES, .value = "", .currency = "", .kind = "hour"
	};
	struct known_row known = {
		.series = ALARM_SERIES, .value = "", .currency = "", .kind = "hour"
	};

	(void)state;
	start(ALARM_LOW);
	sealed("2026-05-01T10", 100, 90);
	sealed("2026-05-04T10", 100, 10);
	says("raised low/-/2026-05-04T10 at 2026-05-04T11:35:00Z\n");
	alarm_pass(&it, "2026-08-01T00:00:00Z");
	says("resolved low/-/2026-05-04T10 at 2026-07-06T09:00:00Z\n");
	assert_true(time_parse("2026-05-04T10:00:00Z", &row.start));
	assert_false(stage_test_row(&it.test, &alarm_figure_table, &row));
	assert_true(time_parse("2026-05-01T10:00:00Z", &row.start));
	assert_false(stage_test_row(&it.test, &alarm_figure_table, &row));
	assert_false(stage_test_row(&it.test, &alarm_known_table, &known));
}

#define CASE(name) cmocka_unit_test_teardown(name, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_bad_raises_once_and_what_is_well_resolves_once),
		CASE(between_the_bound_and_the_margin_nothing_changes),
		CASE(few_say_nothing),
		CASE(as_many_windows_in_a_row_as_the_document_says),
		CASE(what_gets_worse_by_half_is_updated),
		CASE(an_open_window_is_judged_where_the_document_says_so),
		CASE(a_document_of_sealed_windows_does_not_look_at_open_ones),
		CASE(a_window_in_which_nothing_comes_resolves_when_it_is_over),
		CASE(silence_is_heard_where_the_document_says_so),
		CASE(what_comes_after_the_silence_was_judged_counts),
		CASE(a_restated_window_raises_as_of_its_time_and_the_latest_resolves),
		CASE(what_led_to_it_turns_out_otherwise),
		CASE(an_earlier_revision_does_not_undo_a_later_one),
		CASE(each_value_and_currency_has_its_own),
		CASE(a_long_value_leaves_an_id_that_an_action_can_name),
		CASE(what_is_at_risk_is_said_and_what_it_rests_on),
		CASE(an_amount_is_of_so_many_and_other_units_are_as_people_say_them),
		CASE(who_acknowledged_has_it_until_it_is_over),
		CASE(a_window_that_nobody_watches_is_not_kept),
		CASE(a_value_of_which_nothing_comes_any_more_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
