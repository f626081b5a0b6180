/*
 * tool_kpi_chart_test - windows of a metric as a picture: well-formed, without what others could command, true to the numbers.
 */
#include "common/base/text.h"
#include "services/opsmesh/kpi_chart.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *drawn(const struct kpi_chart *chart, bool file)
{
	struct buffer out = { 0 };
	const char *text;

	if (file)
		kpi_chart_file(arena, chart, 1, &out);
	else
		kpi_chart_element(arena, chart, &out);
	text = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return text;
}

static size_t times(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		count++;
	return count;
}

/* Every mark that opens is closed, in the order; attributes hold no mark. */
static void assert_well_formed(const char *text)
{
	const char *open[16];
	size_t sizes[16];
	size_t depth = 0;

	for (; (text = strchr(text, '<')) != NULL; text++) {
		const char *const end = strchr(text, '>');
		const size_t size = strcspn(text + 1, " />");

		assert_non_null(end);
		assert_null(memchr(text + 1, '<', (size_t)(end - text - 1)));
		if (text[1] == '/') {
			assert_true(depth > 0);
			depth--;
			assert_memory_equal(text + 2, open[depth], sizes[depth]);
		} else if (end[-1] != '/') {
			assert_true(depth < COUNT_OF(open));
			open[depth] = text + 1;
			sizes[depth++] = size;
		}
	}
	assert_int_equal(depth, 0);
}

static void test_a_picture_of_anything_is_well_formed(void **state)
{
	static const struct kpi_point points[] = {
		{ .label = "2026-05-01", .has_value = true, .value = INT64_MAX, .says = "of 1" },
		{ .label = "2026-05-02" },
		{ .label = "<script>alert(1)</script>",
		  .has_value = true,
		  .value = INT64_MIN,
		  .says = "\"'><b>",
		  .provisional = true },
		{ .label = "\x1b\x01&amp;\n", .has_value = true },
	};
	static const char *const units[] = { "count", "ppm", "us", "minor", "milli" };

	(void)state;
	for (size_t unit = 0; unit < COUNT_OF(units); unit++)
		for (size_t count = 0; count <= COUNT_OF(points); count++)
			for (int form = 0; form < 8; form++) {
				const struct kpi_chart chart = { .title = "\xe5\xb1\x82 <&> \"",
					                         .unit = units[unit],
					                         .currency = "USD",
					                         .form = form & 1 ? KPI_CHART_LINE
					                                          : KPI_CHART_BARS,
					                         .points = points,
					                         .count = count,
					                         .small = (form & 2) != 0 };
				const char *const text = drawn(&chart, (form & 4) != 0);

				assert_well_formed(text);
				assert_null(strstr(text, "<script"));
				assert_null(strchr(text, '\x1b'));
				assert_non_null(strstr(text, "\xe5\xb1\x82 &lt;&amp;&gt; &quot;"));
			}
}

static void test_a_bar_is_as_high_as_its_number(void **state)
{
	static const struct kpi_point points[] = {
		{ .label = "a", .has_value = true, .value = 100 },
		{ .label = "b", .has_value = true, .value = 50, .provisional = true },
		{ .label = "c" },
		{ .label = "d", .has_value = true, .value = 0 },
	};
	const struct kpi_chart chart = { .title = "t",
		                         .unit = "count",
		                         .currency = "",
		                         .points = points,
		                         .count = COUNT_OF(points) };
	const char *const text = drawn(&chart, true);

	(void)state;
	assert_int_equal(times(text, "<rect class=\"k-bar"), 3);
	assert_non_null(strstr(text, "y=\"380\" width=\"440\" height=\"1130\"><title>a: 100"));
	assert_non_null(strstr(text, "height=\"565\"><title>b: 50, provisional</title>"));
	assert_non_null(strstr(text, "height=\"0\"><title>d: 0</title>"));
	assert_int_equal(times(text, "k-bar k-pale"), 1);
}

static const char *mark_of(const struct kpi_box *box)
{
	return arena_printf(arena,
	                    "<rect class=\"k-bar%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">",
	                    box->tone == KPI_TONE_PALE ? " k-pale" : "", (int)box->x, (int)box->y,
	                    (int)box->width, (int)box->height);
}

/* As the element of the page has them, for what is drawn by other means. */
static void test_boxes_are_the_bars_of_the_picture(void **state)
{
	static const struct kpi_point points[] = {
		{ .label = "a", .has_value = true, .value = -100 },
		{ .label = "b", .has_value = true, .value = 50, .provisional = true },
		{ .label = "c" },
		{ .label = "d", .has_value = true, .value = 100 },
	};
	const struct kpi_chart chart = { .title = "t",
		                         .unit = "count",
		                         .currency = "",
		                         .points = points,
		                         .count = COUNT_OF(points),
		                         .small = true };
	const char *const text = drawn(&chart, false);
	struct kpi_box boxes[COUNT_OF(points) + 1];

	(void)state;
	assert_int_equal(kpi_chart_boxes(&chart, boxes), COUNT_OF(points));
	for (size_t i = 1; i < COUNT_OF(points); i++)
		assert_non_null(strstr(text, mark_of(&boxes[i])));
	assert_int_equal(boxes[0].tone, KPI_TONE_RULE);
	assert_non_null(
	    strstr(text, arena_printf(arena, "x1=\"%d\" x2=\"%d\" y1=\"%d\"", (int)boxes[0].x,
	                              (int)(boxes[0].x + boxes[0].width),
	                              (int)(boxes[0].y + boxes[0].height / 2))));
	assert_int_equal(boxes[2].tone, KPI_TONE_PALE);
	assert_int_equal(boxes[1].y, boxes[3].y + boxes[3].height);
}

static void test_colours_are_those_of_the_print(void **state)
{
	const char *const print = strstr(kpi_chart_style(), "@media print");

	(void)state;
	assert_non_null(print);
	assert_non_null(strstr(print, arena_printf(arena, "--k-mark:#%06x;",
	                                           (unsigned)kpi_tone_colour(KPI_TONE_MARK))));
	assert_non_null(strstr(print, "--k-rule:#ccc;"));
	assert_int_equal(kpi_tone_colour(KPI_TONE_RULE), 0xcccccc);
	assert_non_null(strstr(kpi_chart_style(), ".k-pale{opacity:.45}"));
	for (unsigned shift = 0; shift < 24; shift += 8)
		assert_in_range(
		    100 * (kpi_tone_colour(KPI_TONE_PALE) >> shift & 0xff),
		    55 * 255 + 45 * (kpi_tone_colour(KPI_TONE_MARK) >> shift & 0xff) - 50,
		    55 * 255 + 45 * (kpi_tone_colour(KPI_TONE_MARK) >> shift & 0xff) + 50);
}

static void test_a_line_has_a_gap_where_there_is_no_number(void **state)
{
	static const struct kpi_point points[] = {
		{ .label = "a",
		  .has_value = true,
		  .value = 500000,
		  .has_interval = true,
		  .low = 400000,
		  .high = 600000 },
		{ .label = "b" },
		{ .label = "c", .has_value = true, .value = 0 },
		{ .label = "d", .has_value = true, .value = 1000000 },
	};
	const struct kpi_chart chart = { .title = "t",
		                         .unit = "ppm",
		                         .currency = "",
		                         .form = KPI_CHART_LINE,
		                         .points = points,
		                         .count = COUNT_OF(points) };
	const char *const text = drawn(&chart, false);

	(void)state;
	assert_int_equal(times(text, "<polyline"), 2);
	assert_int_equal(times(text, "<polygon"), 1);
	assert_int_equal(times(text, "<circle"), 3);
	assert_non_null(strstr(text, ">100.00 %</text>"));
	assert_non_null(strstr(text, "<text x=\"1150\" y=\"1680\">a</text>"));
}

static void test_a_scale_ends_at_a_round_number(void **state)
{
	static const struct {
		const char *unit;
		int64_t value;
		const char *top;
	} rows[] = {
		{ "count", 1, ">1</text>" },
		{ "count", 7, ">10</text>" },
		{ "count", 12, ">20</text>" },
		{ "count", 41, ">50</text>" },
		{ "ppm", 910000, ">100.00 %</text>" },
		{ "ppm", 12000, ">2.00 %</text>" },
		{ "us", 3599000000, ">1h 00m</text>" },
		{ "us", 8000000000, ">3h 00m</text>" },
		{ "minor", 123450, ">2000.00 USD</text>" },
		{ "count", -5, ">-5</text>" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct kpi_point point = { .label = "a",
			                         .has_value = true,
			                         .value = rows[i].value };
		const struct kpi_chart chart = { .title = "t",
			                         .unit = rows[i].unit,
			                         .currency = "USD",
			                         .points = &point,
			                         .count = 1 };

		assert_non_null(strstr(drawn(&chart, false), rows[i].top));
	}
}

static void test_nothing_is_fetched_and_nothing_runs(void **state)
{
	const char *const style = kpi_chart_style();

	(void)state;
	assert_null(strstr(style, "url("));
	assert_null(strstr(style, "@import"));
	assert_null(strstr(style, "@font-face"));
	assert_non_null(strstr(style, "prefers-color-scheme:dark"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_picture_of_anything_is_well_formed),
		cmocka_unit_test(test_a_bar_is_as_high_as_its_number),
		cmocka_unit_test(test_boxes_are_the_bars_of_the_picture),
		cmocka_unit_test(test_colours_are_those_of_the_print),
		cmocka_unit_test(test_a_line_has_a_gap_where_there_is_no_number),
		cmocka_unit_test(test_a_scale_ends_at_a_round_number),
		cmocka_unit_test(test_nothing_is_fetched_and_nothing_runs),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
