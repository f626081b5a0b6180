/*
 * tool_report_html_test - a leader's page as HTML and as a PDF: what stands in it, and that it runs nobody's words.
 */
#include "common/base/text.h"
#include "services/opsmesh/report_page.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/pdf_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_12 "{\"n\":\"12\",\"value\":\"12\",\"unit\":\"count\"}"
#define COUNT_9 "{\"n\":\"9\",\"value\":\"9\",\"unit\":\"count\"}"
#define EMPTY "{\"unit\":\"us\"}"
#define SPAN                                                                                     \
	"{\"n\":\"3\",\"sum\":\"9\",\"value\":\"7500000000\",\"unit\":\"us\",\"quantiles\":["    \
	"{\"ppm\":500000,\"value\":\"7500000000\"},{\"ppm\":900000,\"value\":\"15000000000\"}]," \
	"\"asides\":[{\"what\":\"solved_without_reply\",\"count\":\"2\"},{\"what\":\"open\"}]}"

static const struct report_metric tickets = {
	.key = "support.tickets_opened@1",
	.name = "support.tickets_opened",
	.version = 1,
	.title = "Tickets opened",
	.says = "All tickets.",
	.formula = "count",
	.unit = "count",
	.better = "lower",
	.area = "support",
	.zone = "UTC",
	.kind = "week",
};

static struct report_metric metric_like(const char *formula, const char *unit, const char *better)
{
	struct report_metric metric = tickets;

	metric.formula = formula;
	metric.unit = unit;
	metric.better = better;
	return metric;
}

static struct report *report_made(void)
{
	struct report *const report = arena_zero(arena, sizeof(*report));

	report_init(report, arena);
	report->kind = "week";
	report->label = "2026-W18";
	report->first = "2026-04-27";
	report->last = "2026-05-03";
	return report;
}

static void add(struct report *report, const struct report_metric *metric, const char *currency,
                int64_t ago, const char *state, const char *figures)
{
	report_add(report, &(struct report_row){ .metric = *metric,
	                                         .currency = currency,
	                                         .ago = ago,
	                                         .label = ago == 0 ? "2026-W18" : "2026-W17",
	                                         .state = state,
	                                         .figures = figures });
}

static const char *html_of(const struct report *report)
{
	struct buffer out = { 0 };
	const char *text;

	report_html(report, &out);
	text = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return text;
}

static void assert_says(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in: %s", part, text);
}

static void assert_silent(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" is in: %s", part, text);
}

static void html_has_no_script_and_asks_for_nothing(void **state)
{
	static const char *const asking[] = { "<script", "http://", "https://", "src=",
		                              "@import", "url(",    NULL };
	struct report_metric metric = tickets;
	struct report *const report = report_made();
	const char *page;

	(void)state;
	metric.title = "<script>alert(1)</script>";
	metric.says = "\"><img onerror='x'>";
	add(report, &metric, "", 0, "sealed", COUNT_12);
	report_add_restated(report, &(struct report_row){ .metric = metric,
	                                                  .currency = "",
	                                                  .label = "2026-W17",
	                                                  .state = "restated",
	                                                  .figures = COUNT_9,
	                                                  .reason = "<b>why</b>",
	                                                  .revision = 1 });
	page = html_of(report);
	for (size_t i = 0; asking[i] != NULL; i++)
		assert_silent(page, asking[i]);
	assert_silent(page, "<img");
	assert_silent(page, "<b>");
	assert_says(page, "&lt;script&gt;alert(1)&lt;/script&gt;");
	assert_says(page, "&lt;b&gt;why&lt;/b&gt;");
	assert_says(page, "default-src 'none'");
}

static void html_has_number_definition_population_change_state_and_chart(void **state)
{
	const struct report_metric metric = metric_like("distribution", "us", "lower");
	struct report *const report = report_made();
	const char *page;

	(void)state;
	add(report, &metric, "", 1, "sealed", EMPTY);
	add(report, &metric, "", 0, "open", SPAN);
	page = html_of(report);
	assert_says(page, "<p class=\"number\">2h 05m <small>median</small></p>");
	assert_says(page, "<p class=\"facts\">n = 3</p>");
	assert_says(page, "<p class=\"facts\">90th percentile 4h 10m</p>");
	assert_says(page, "<p class=\"facts\">aside: 2 solved without reply, 0 open</p>");
	assert_says(page, "<p class=\"change\">no figure of the period before</p>");
	assert_says(page, "<p class=\"state provisional\">provisional</p>");
	assert_says(page, "All tickets. <code>support.tickets_opened@1</code>, days of UTC");
	assert_says(page, "<svg");
}

static void a_pdf_is_made_of_whatever_stands_in_a_definition(void **state)
{
	struct report_metric metric = tickets;
	struct report *const report = report_made();
	struct buffer first = { 0 };
	struct buffer second = { 0 };

	(void)state;
	metric.title = "\xE8\xBF\x94\xE4\xBF\xA1 \x01\xE2\x80\xAE<b>";
	add(report, &metric, "", 0, "open", COUNT_12);
	report_pdf(report, &first);
	report_pdf(report, &second);
	assert_true(first.size > 5);
	assert_memory_equal(first.data, "%PDF-", 5);
	assert_int_equal(first.size, second.size);
	assert_memory_equal(first.data, second.data, first.size);
	buffer_finish(&first);
	buffer_finish(&second);
}

static size_t pdf_points(const struct report *report, uint32_t rgb)
{
	struct buffer out = { 0 };
	size_t count;

	report_pdf(report, &out);
	count = pdf_fixture_count(arena, (struct bytes){ out.data, out.size }, rgb);
	buffer_finish(&out);
	return count;
}

static void a_pdf_has_the_bars_of_the_html(void **state)
{
	struct report *const report = report_made();
	size_t sealed;

	(void)state;
	if (!pdf_fixture_ready())
		skip();
	assert_int_equal(pdf_points(report, 0x1f6aa5), 0);
	add(report, &tickets, "", 1, "sealed", COUNT_9);
	sealed = pdf_points(report, 0x1f6aa5);
	assert_in_range(sealed, 20, 160);
	assert_int_equal(pdf_points(report, 0x9abcd6), 0);
	add(report, &tickets, "", 0, "open", COUNT_12);
	assert_in_range(pdf_points(report, 0x9abcd6), 20, 160);
}

static void a_pdf_that_is_cut_is_made_still(void **state)
{
	struct report *const report = report_made();
	struct buffer out = { 0 };

	(void)state;
	for (size_t i = 0; i < 3000; i++)
		report_add_restated(report, &(struct report_row){ .metric = tickets,
		                                                  .currency = "",
		                                                  .label = "2026-W17",
		                                                  .state = "restated",
		                                                  .figures = COUNT_9,
		                                                  .revision = 1 });
	report_pdf(report, &out);
	assert_true(out.size > 5);
	buffer_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_has_no_script_and_asks_for_nothing),
		cmocka_unit_test(html_has_number_definition_population_change_state_and_chart),
		cmocka_unit_test(a_pdf_is_made_of_whatever_stands_in_a_definition),
		cmocka_unit_test(a_pdf_has_the_bars_of_the_html),
		cmocka_unit_test(a_pdf_that_is_cut_is_made_still),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
