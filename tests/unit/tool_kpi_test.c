/*
 * tool_kpi_test - a metric by window as the operator's tool shows it: numbers, tables, CSV, JSON.
 */
#include "common/base/text.h"
#include "common/io/json.h"
#include "services/kpi-aggregator/sketch/sketch.h"
#include "services/opsmesh/kpi_print.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/kpi_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HALF                                                            \
	"{\"n\":\"4\",\"hits\":\"2\",\"asides\":[{\"what\":\"silent\"," \
	"\"count\":\"3\"},{\"what\":\"late\"}],\"value\":\"500000\","   \
	"\"unit\":\"ppm\",\"interval\":{\"lowPpm\":\"150036\",\"highPpm\":\"849964\"}}"
#define ALL "{\"n\":\"5\",\"hits\":\"5\",\"value\":\"1000000\",\"unit\":\"ppm\"}"
#define NOTHING "{\"unit\":\"ppm\"}"

typedef void print_rows(const struct kpi_report *report, struct buffer *out);

static const char *shown(print_rows *print, const struct kpi_metric *metrics, size_t metric_count,
                         struct kpi_row *rows, size_t count, const char *dimension)
{
	struct kpi_ask ask = { .metrics = metrics,
		               .count = metric_count,
		               .dimension = dimension,
		               .kind = count > 0 ? rows[0].window.kind : WINDOW_DAY };
	struct kpi_rows all = { .list = rows, .count = count };
	const struct kpi_report report = { arena, &ask, &all };
	struct buffer out = { 0 };
	const char *text;

	for (size_t i = 0; i < count; i++)
		if (metric_count == 1)
			rows[i].metric = metrics;
	print(&report, &out);
	text = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return text;
}

/* How often a text stands in another. */
static size_t times(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		count++;
	return count;
}

static void test_numbers_are_shown_in_their_unit(void **state)
{
	static const struct {
		const char *unit;
		const char *currency;
		int64_t value;
		const char *text;
	} rows[] = {
		{ "count", "", 42, "42" },
		{ "count", "", -3, "-3" },
		{ "ppm", "", 860400, "86.04 %" },
		{ "ppm", "", 333333, "33.33 %" },
		{ "ppm", "", 666666, "66.67 %" },
		{ "ppm", "", 49, "0.00 %" },
		{ "ppm", "", -49, "0.00 %" },
		{ "ppm", "", -12350, "-1.24 %" },
		{ "ppm", "", INT64_MIN, "-922337203685477.58 %" },
		{ "us", "", 7500000000, "2h 05m" },
		{ "us", "", 0, "0s" },
		{ "minor", "USD", 123450, "1234.50 USD" },
		{ "minor", "JPY", 123450, "123450 JPY" },
		{ "minor", "KWD", -1, "-0.001 KWD" },
		{ "minor", "", 7, "7 minor units" },
		{ "minor", "<b>", 7, "7 minor units" },
		{ "milli", "", 1250, "1.250" },
		{ "milli", "", -5, "-0.005" },
		{ "milli", "", INT64_MAX, "9223372036854775.807" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(
		    kpi_number(arena, rows[i].unit, rows[i].currency, rows[i].value), rows[i].text);
}

static void test_figures_are_read_as_they_are_said(void **state)
{
	struct kpi_figure figure;
	int64_t number = 0;

	(void)state;
	assert_true(kpi_figure_read(arena, HALF, &figure));
	assert_int_equal(figure.n, 4);
	assert_int_equal(figure.hits, 2);
	assert_true(figure.has_value);
	assert_int_equal(figure.value, 500000);
	assert_true(figure.has_interval);
	assert_int_equal(figure.high_ppm, 849964);
	assert_true(kpi_figure_aside(&figure, "silent", &number));
	assert_int_equal(number, 3);
	assert_true(kpi_figure_aside(&figure, "late", &number));
	assert_int_equal(number, 0);
	assert_false(kpi_figure_aside(&figure, "other", &number));
	assert_true(kpi_figure_read(
	    arena,
	    "{\"n\":\"9\",\"quantiles\":[{\"ppm\":500000,\"value\":\"-7\"},{\"ppm\":900000}],"
	    "\"value\":\"0\",\"other\":true}",
	    &figure));
	assert_true(figure.has_value && figure.value == 0 && figure.other);
	assert_true(kpi_figure_quantile(&figure, 500000, &number));
	assert_int_equal(number, -7);
	assert_false(kpi_figure_quantile(&figure, 990000, &number));
	assert_true(kpi_figure_read(arena, NOTHING, &figure));
	assert_false(figure.has_value || figure.has_interval);
}

static void test_what_is_no_figures_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{\"n\":1.5}",
		"{\"n\":\"many\"}",
		"{\"n\":\"9223372036854775808\"}",
		"{\"asides\":[{\"count\":\"1\"}]}",
		"{\"asides\":[{\"what\":\"a\"},{\"what\":\"b\"},{\"what\":\"c\"},{\"what\":\"d\"},"
		"{\"what\":\"e\"}]}",
		"{\"quantiles\":[1]}{",
	};
	struct kpi_figure figure;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_false(kpi_figure_read(arena, texts[i], &figure));
}

static void test_a_number_stands_with_what_it_was_counted_over(void **state)
{
	const struct kpi_metric *const metric = kpi_share();
	struct kpi_row rows[] = { kpi_row_of(metric, "2026-05-01", "sealed", HALF),
		                  kpi_row_of(metric, "2026-05-02", "open", NOTHING) };
	const char *const text = shown(kpi_print_table, metric, 1, rows, 2, NULL);

	(void)state;
	assert_non_null(strstr(text, "Customer satisfaction (support.csat@1)\n"));
	assert_non_null(strstr(text, "Of all that was said, what is so.\n"));
	assert_non_null(strstr(text, "day, America/New_York"));
	assert_non_null(strstr(text, "COUNTED"));
	assert_non_null(strstr(
	    text, "2026-05-01  50.00 %  15.00 % to 85.00 %  2 of 4   3       0     sealed\n"));
	assert_non_null(strstr(text, "2026-05-02  -        -"));
	assert_non_null(strstr(text, "provisional\n"));
	kpi_metric_end(metric);
}

static void test_a_quantile_is_shown_as_round_as_its_sketch_allows(void **state)
{
	static const struct {
		const char *unit;
		int64_t value;
		const char *text;
	} rows[] = {
		{ "us", 1199570944, "20m" }, /* the middle of the bucket in which 20 minutes lie */
		{ "us", 7482638336, "2h 05m" },
		{ "us", 3600000000, "1h" },
		{ "us", 3717000000, "1h 02m" },
		{ "us", 3740000000, "1h 02m 30s" },
		{ "us", 60600000, "1m 00.6s" },
		{ "us", 86000000000, "1d" },
		{ "us", 94500000000, "1d 02h 15m" },
		{ "us", 45700000, "46s" },
		{ "us", 250000, "0.25s" },
		{ "us", 127, "0.000127s" },
		{ "us", 0, "0s" },
		{ "us", -5000000, "-5s" },
		{ "count", 1199570944, "1199570944" },
		{ "minor", 123450, "1234.50 USD" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(kpi_about(arena, rows[i].unit, "USD", rows[i].value),
		                    rows[i].text);
}

/* The number behind a text of kpi_about. */
static int64_t span_read(const char *text)
{
	int64_t us = 0;

	while (*text != '\0') {
		char *end = NULL;
		const int64_t number = strtoll(text, &end, 10);
		int64_t part = 0;

		assert_ptr_not_equal(end, text);
		text = end;
		if (*text == '.') {
			char digits[] = "000000";

			const size_t size = strspn(text + 1, "0123456789");

			assert_true(size < sizeof(digits));
			memcpy(digits, text + 1, size);
			assert_true(text_number(digits, 0, 999999, &part));
			text += size + 1;
		}
		us += number * (*text == 'd'   ? INT64_C(86400000000)
		                : *text == 'h' ? INT64_C(3600000000)
		                : *text == 'm' ? 60000000
		                               : 1000000) +
		      part;
		text += strspn(text + 1, " ") + 1;
	}
	return us;
}

static void test_what_is_shown_of_a_quantile_lies_in_its_bucket(void **state)
{
	(void)state;
	for (int32_t place = 0; place < SKETCH_PLACES; place++) {
		const int64_t value = sketch_value(place);
		const char *const text = kpi_about(arena, "us", "", value);

		assert_int_equal(sketch_place(kpi_rounded("us", value)), place);
		assert_int_equal(span_read(text), kpi_rounded("us", value));
	}
}

static void test_what_was_restated_has_what_it_was_and_why(void **state)
{
	const struct kpi_metric *const metric = kpi_share();
	struct kpi_row rows[] = { kpi_row_of(metric, "2026-W18", "restated", ALL) };
	const char *text;

	(void)state;
	rows[0].revision = 2;
	rows[0].reason = "one came later";
	rows[0].has_former = true;
	assert_true(kpi_figure_read(arena, HALF, &rows[0].former));
	text = shown(kpi_print_table, metric, 1, rows, 1, NULL);
	assert_non_null(strstr(text, "restated 2 times: was 50.00 %, 2 of 4; one came later\n"));
	text = shown(kpi_print_csv, metric, 1, rows, 1, NULL);
	assert_non_null(
	    strstr(text, ",restated,1000000,ppm,5,5,0,,,false,,,2,500000,4,one came later,"));
	kpi_metric_end(metric);
}

static void test_each_quantile_has_its_column(void **state)
{
	const struct kpi_metric *const metric = kpi_distribution();
	struct kpi_row rows[] = {
		kpi_row_of(metric, "2026-05-01", "sealed",
		           "{\"n\":\"2\",\"quantiles\":[{\"ppm\":500000,\"value\":\"60000000\"},"
		           "{\"ppm\":900000,\"value\":\"7482638336\"}],\"value\":\"60000000\"}")
	};
	const char *const text = shown(kpi_print_table, metric, 1, rows, 1, NULL);

	(void)state;
	assert_non_null(strstr(text, "WINDOW      MEDIAN  90 %    99.9 %  N"));
	assert_non_null(strstr(text, "2026-05-01  1m      2h 05m  -       2  sealed\n"));
	assert_non_null(strstr(shown(kpi_print_csv, metric, 1, rows, 1, NULL),
	                       ",false,60000000,7482638336,,0,"));
	assert_int_equal(times(text, "Quantiles are about: "), 1);
	kpi_metric_end(metric);
}

static void test_currencies_are_never_added(void **state)
{
	const struct kpi_metric *const metric = kpi_amount();
	struct kpi_row rows[] = {
		kpi_row_of(metric, "2026-05", "sealed",
		           "{\"n\":\"1\",\"sum\":\"5\",\"value\":\"5\"}"),
		kpi_row_of(metric, "2026-05", "sealed",
		           "{\"n\":\"1\",\"sum\":\"5\",\"value\":\"5\"}"),
	};
	const char *text;

	(void)state;
	rows[0].currency = "JPY";
	rows[1].currency = "USD";
	text = shown(kpi_print_table, metric, 1, rows, 2, NULL);
	assert_non_null(strstr(text, "2026-05  5 JPY"));
	assert_non_null(strstr(text, "2026-05  0.05 USD"));
	kpi_metric_end(metric);
}

static void test_values_of_others_command_nothing(void **state)
{
	static const char *const values[] = { "=cmd|' /C calc'!A0",        "a\r\nb,\"c\"",
		                              "<script>alert(1)</script>", "\x1b[2J\xe2\x80\xae",
		                              "\xe6\x97\xa5\xe6\x9c\xac",  "\xd7\xa9\xd7\x9c" };
	const struct kpi_metric *const metric = kpi_share();
	struct kpi_row rows[COUNT_OF(values)];
	const char *text;
	struct json_error error;
	AUTO_JSON json = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		rows[i] = kpi_row_of(metric, "2026-05-01", "sealed", HALF);
		rows[i].value = values[i];
	}
	text = shown(kpi_print_csv, metric, 1, rows, COUNT_OF(rows), "account");
	assert_non_null(strstr(text, ",account,'=cmd|"));
	assert_non_null(strstr(text, ",\"a\r\nb,\"\"c\"\"\","));
	assert_int_equal(times(text, "\r\n"), COUNT_OF(rows) + 2);
	text = shown(kpi_print_table, metric, 1, rows, COUNT_OF(rows), "account");
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\r'));
	text = shown(kpi_print_json, metric, 1, rows, COUNT_OF(rows), "account");
	assert_true(json_parse(bytes_of(text), 65536, &json, &error));
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(json_string_value(json_object_get(
					json_array_get(json_object_get(json, "rows"), i), "value")),
		                    values[i]);
	kpi_metric_end(metric);
}

static void test_every_line_of_csv_has_as_many_cells(void **state)
{
	const struct kpi_metric *const metric = kpi_share();
	struct kpi_row rows[] = { kpi_row_of(metric, "2026-05-01", "sealed", HALF),
		                  kpi_row_of(metric, "2026-05-01", "open", NOTHING) };
	const char *text = shown(kpi_print_csv, metric, 1, rows, 2, NULL);
	const size_t commas = times(arena_text(arena, text, strcspn(text, "\r")), ",");

	(void)state;
	for (; *text != '\0'; text = strchr(text, '\n') + 1)
		assert_int_equal(times(arena_text(arena, text, strcspn(text, "\r")), ","), commas);
	kpi_metric_end(metric);
}

static void test_what_holds_nothing_says_so(void **state)
{
	const struct kpi_metric *const metric = kpi_share();

	(void)state;
	assert_non_null(strstr(shown(kpi_print_table, metric, 1, NULL, 0, NULL),
	                       "Nothing was said of such windows.\n"));
	assert_int_equal(times(shown(kpi_print_csv, metric, 1, NULL, 0, NULL), "\r\n"), 1);
	assert_non_null(strstr(shown(kpi_print_json, metric, 1, NULL, 0, NULL), "\"rows\":[]"));
	kpi_metric_end(metric);
}

static void test_each_value_has_a_picture_with_its_gaps(void **state)
{
	const struct kpi_metric *const metric = kpi_share();
	struct kpi_row rows[] = { kpi_row_of(metric, "2026-05-01", "sealed", HALF),
		                  kpi_row_of(metric, "2026-05-02", "sealed", ALL),
		                  kpi_row_of(metric, "2026-05-02", "open", HALF) };
	const char *text;

	(void)state;
	rows[0].value = "email";
	rows[1].value = "<chat>";
	rows[2].value = "email";
	text = shown(kpi_print_svg, metric, 1, rows, 3, "channel");
	assert_int_equal(times(text, "role=\"img\""), 2);
	assert_int_equal(times(text, "<circle"), 3);
	assert_true(strstr(text, "Customer satisfaction: email") <
	            strstr(text, "Customer satisfaction: &lt;chat&gt;"));
	assert_non_null(strstr(text, "2026-05-02: 50.00 %, 2 of 4, provisional"));
	assert_int_equal(times(shown(kpi_print_svg, metric, 1, NULL, 0, NULL), "role=\"img\""), 1);
	kpi_metric_end(metric);
}

/* Clocks go back in New York on 2026-11-01: the day has 25 hours, and each its own name. */
static void test_hours_are_counted_from_the_days_begin(void **state)
{
	const struct kpi_metric *const metric = kpi_share();
	struct kpi_row rows[] = { kpi_row_of(metric, "2026-11-01T01", "sealed", HALF),
		                  kpi_row_of(metric, "2026-11-01T02", "sealed", HALF),
		                  kpi_row_of(metric, "2026-11-01T24", "sealed", HALF) };
	const char *const text = shown(kpi_print_csv, metric, 1, rows, 3, NULL);

	(void)state;
	assert_non_null(strstr(text, "2026-11-01T02,hour,2026-11-01T06:00:00Z,"));
	assert_non_null(
	    strstr(text, "2026-11-01T24,hour,2026-11-02T04:00:00Z,2026-11-02T05:00:00Z,"));
	kpi_metric_end(metric);
}

static void test_each_version_is_shown_for_its_time(void **state)
{
	struct kpi_metric list[] = { *kpi_share(), *kpi_share(), *kpi_amount() };
	struct kpi_metrics metrics = { list, COUNT_OF(list) };

	(void)state;
	assert_true(time_parse("2026-04-01T00:00:00Z", &list[0].effective_from));
	list[0].version = 2;
	list[1].effective_from = (struct instant){ 0 };
	kpi_metrics_order(&metrics);
	assert_string_equal(list[0].name, "billing.mrr");
	assert_true(list[0].first);
	assert_int_equal(list[0].until.us, TIME_MAX.us);
	assert_int_equal(list[1].version, 1);
	assert_true(list[1].first && !list[2].first);
	assert_int_equal(list[1].until.us, list[2].effective_from.us);
	assert_int_equal(list[2].until.us, TIME_MAX.us);
	kpi_metrics_finish(&metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_shown_in_their_unit),
		cmocka_unit_test(test_figures_are_read_as_they_are_said),
		cmocka_unit_test(test_what_is_no_figures_is_refused),
		cmocka_unit_test(test_a_number_stands_with_what_it_was_counted_over),
		cmocka_unit_test(test_what_was_restated_has_what_it_was_and_why),
		cmocka_unit_test(test_each_quantile_has_its_column),
		cmocka_unit_test(test_a_quantile_is_shown_as_round_as_its_sketch_allows),
		cmocka_unit_test(test_what_is_shown_of_a_quantile_lies_in_its_bucket),
		cmocka_unit_test(test_currencies_are_never_added),
		cmocka_unit_test(test_values_of_others_command_nothing),
		cmocka_unit_test(test_every_line_of_csv_has_as_many_cells),
		cmocka_unit_test(test_what_holds_nothing_says_so),
		cmocka_unit_test(test_each_value_has_a_picture_with_its_gaps),
		cmocka_unit_test(test_hours_are_counted_from_the_days_begin),
		cmocka_unit_test(test_each_version_is_shown_for_its_time),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
