/*
 * tool_report_test - a leader's page: figures by period and currency, what is said of them, and that a page runs nobody's words.
 */
#include "common/base/text.h"
#include "services/opsmesh/report_page.h"
#include "services/opsmesh/report_plan.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SHARE_36                                                               \
	"{\"n\":\"42\",\"hits\":\"36\",\"value\":\"857143\",\"unit\":\"ppm\"," \
	"\"interval\":{\"lowPpm\":\"721700\",\"highPpm\":\"932800\"}}"
#define SHARE_40                                                               \
	"{\"n\":\"42\",\"hits\":\"40\",\"value\":\"952381\",\"unit\":\"ppm\"," \
	"\"interval\":{\"lowPpm\":\"841700\",\"highPpm\":\"986800\"}}"
#define SHARE_SURE                                                           \
	"{\"n\":\"42\",\"hits\":\"2\",\"value\":\"47619\",\"unit\":\"ppm\"," \
	"\"interval\":{\"lowPpm\":\"13200\",\"highPpm\":\"158300\"}}"
#define COUNT_12 "{\"n\":\"12\",\"value\":\"12\",\"unit\":\"count\"}"
#define COUNT_9 "{\"n\":\"9\",\"value\":\"9\",\"unit\":\"count\"}"
#define COUNT_9_LATE \
	"{\"n\":\"9\",\"value\":\"9\",\"unit\":\"count\",\"asides\":[{\"what\":\"too_late\",\"count\":\"2\"}]}"
#define EMPTY "{\"unit\":\"us\"}"
#define SPAN                                                                                     \
	"{\"n\":\"3\",\"sum\":\"9\",\"value\":\"7500000000\",\"unit\":\"us\",\"quantiles\":["    \
	"{\"ppm\":500000,\"value\":\"7500000000\"},{\"ppm\":900000,\"value\":\"15000000000\"}]," \
	"\"asides\":[{\"what\":\"solved_without_reply\",\"count\":\"2\"},{\"what\":\"open\"}]}"
/* The middles of the buckets in which these spans lie. */
#define MEDIAN_20M \
	"{\"n\":\"3\",\"value\":\"1199570944\",\"quantiles\":[{\"ppm\":500000,\"value\":\"1199570944\"}]}"
#define MEDIAN_15M \
	"{\"n\":\"3\",\"value\":\"901775360\",\"quantiles\":[{\"ppm\":500000,\"value\":\"901775360\"}]}"
#define MONEY "{\"n\":\"2\",\"sum\":\"123450\",\"value\":\"123450\",\"unit\":\"minor\"}"
#define MONEY_LESS "{\"n\":\"1\",\"sum\":\"100\",\"value\":\"100\",\"unit\":\"minor\"}"
#define WEIGHED "{\"n\":\"4000\",\"hits\":\"1000\",\"value\":\"250000\",\"unit\":\"ppm\"}"
#define QUOTIENT "{\"n\":\"19\",\"hits\":\"2\",\"value\":\"10526\",\"unit\":\"milli\"}"

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

static const char *page_of(const struct report *report)
{
	struct buffer out = { 0 };
	const char *text;

	report_markdown(report, &out);
	text = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return text;
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

/* Words. */

static void a_figure_is_said_with_its_population_and_its_change(void **state)
{
	static const struct {
		const char *formula;
		const char *unit;
		const char *better;
		const char *currency;
		const char *state;
		const char *now;
		const char *before; /* NULL: there is none */
		const char *number;
		const char *population;
		const char *change;
		enum report_mood mood;
	} cases[] = {
		{ "count", "count", "lower", "", "sealed", COUNT_12, COUNT_9, "12", "n = 12",
		  "+3 since 2026-W17 (9)", MOOD_WORSE },
		{ "distribution", "us", "lower", "", "sealed", MEDIAN_20M, MEDIAN_15M, "20m",
		  "n = 3", "+5m 00s since 2026-W17 (15m)", MOOD_WORSE },
		{ "count", "count", "higher", "", "sealed", COUNT_12, COUNT_9, "12", "n = 12",
		  "+3 since 2026-W17 (9)", MOOD_BETTER },
		{ "count", "count", "lower", "", "sealed", COUNT_9, COUNT_12, "9", "n = 9",
		  "-3 since 2026-W17 (12)", MOOD_BETTER },
		{ "count", "count", "neither", "", "sealed", COUNT_12, COUNT_9, "12", "n = 12",
		  "+3 since 2026-W17 (9)", MOOD_NONE },
		{ "count", "count", "lower", "", "sealed", COUNT_9, COUNT_9, "9", "n = 9",
		  "as in 2026-W17", MOOD_NONE },
		{ "count", "count", "lower", "", "sealed", COUNT_9, NULL, "9", "n = 9",
		  "no figure of the period before", MOOD_NONE },
		{ "count", "count", "lower", "", "open", COUNT_9, COUNT_12, "9", "n = 9",
		  "-3 since 2026-W17 (12); the period is not over", MOOD_NONE },
		{ "share", "ppm", "higher", "", "sealed", SHARE_36, SHARE_40, "85.71 %",
		  "36 of 42; 95 % interval 72.17 % to 93.28 %",
		  "-9.52 points since 2026-W17 (95.24 %); the intervals overlap", MOOD_NONE },
		{ "share", "ppm", "higher", "", "sealed", SHARE_SURE, SHARE_40, "4.76 %",
		  "2 of 42; 95 % interval 1.32 % to 15.83 %",
		  "-90.48 points since 2026-W17 (95.24 %)", MOOD_WORSE },
		{ "share", "ppm", "higher", "EUR", "sealed", WEIGHED, NULL, "25.00 %",
		  "10.00 EUR of 40.00 EUR", "no figure of the period before", MOOD_NONE },
		{ "quotient", "milli", "higher", "", "sealed", QUOTIENT, NULL, "10.526", "2 for 19",
		  "no figure of the period before", MOOD_NONE },
		{ "sum", "minor", "lower", "JPY", "sealed", MONEY, MONEY_LESS, "123450 JPY",
		  "n = 2", "+123350 JPY since 2026-W17 (100 JPY)", MOOD_WORSE },
		{ "distribution", "us", "lower", "", "sealed", EMPTY, SPAN, "none", "n = 0", "",
		  MOOD_NONE },
		{ "distribution", "us", "lower", "", "sealed", SPAN, EMPTY, "2h 05m", "n = 3",
		  "no figure of the period before", MOOD_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct report_metric metric =
		    metric_like(cases[i].formula, cases[i].unit, cases[i].better);
		struct report *const report = report_made();
		struct report_words words;

		add(report, &metric, cases[i].currency, 0, cases[i].state, cases[i].now);
		if (cases[i].before != NULL)
			add(report, &metric, cases[i].currency, 1, "sealed", cases[i].before);
		report_words_of(arena, report->metrics, report->metrics->lines, &words);
		assert_string_equal(words.number, cases[i].number);
		assert_string_equal(words.population, cases[i].population);
		assert_string_equal(words.change, cases[i].change);
		assert_int_equal(words.mood, cases[i].mood);
		assert_int_equal(report->unread, 0);
	}
}

static void a_distribution_names_its_quantiles_and_what_is_aside(void **state)
{
	const struct report_metric metric = metric_like("distribution", "us", "lower");
	struct report *const report = report_made();
	struct report_words words;

	(void)state;
	add(report, &metric, "", 0, "open", SPAN);
	report_words_of(arena, report->metrics, report->metrics->lines, &words);
	assert_string_equal(words.of, "median");
	assert_string_equal(words.more, "90th percentile 4h 10m");
	assert_string_equal(words.asides, "2 solved without reply, 0 open");
	assert_string_equal(words.state, "provisional");
}

static void a_period_in_which_nothing_was_has_no_number(void **state)
{
	struct report *const report = report_made();
	struct report_words words;

	(void)state;
	add(report, &tickets, "", 1, "sealed", COUNT_12);
	report_words_of(arena, report->metrics, report->metrics->lines, &words);
	assert_string_equal(words.number, "none");
	assert_string_equal(words.change, "nothing in it so far; 12 in 2026-W17");
	assert_string_equal(words.state, "");
}

static void what_was_restated_says_what_it_was_and_why(void **state)
{
	static const struct {
		const char *former;
		const char *reason;
		int64_t revision;
		const char *words;
	} cases[] = {
		{ COUNT_9, "a reply came late", 1,
		  "restated once, was 9, n = 9: a reply came late" },
		{ COUNT_9, NULL, 3, "restated 3 times, was 9, n = 9" },
		{ NULL, "why", 2, "restated 2 times: why" },
		{ "no figures", "why", 2, "restated 2 times: why" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct report_row row = { .metric = tickets,
			                        .currency = "",
			                        .label = "2026-W17",
			                        .state = "restated",
			                        .figures = COUNT_12,
			                        .former = cases[i].former,
			                        .reason = cases[i].reason,
			                        .revision = cases[i].revision };
		struct report *const report = report_made();
		struct report_words words;

		report_add(report, &row);
		report_add_restated(report, &row);
		report_words_of(arena, report->metrics, report->metrics->lines, &words);
		assert_string_equal(words.state, cases[i].words);
		assert_says(report_restated_line(arena, report->restated), cases[i].words);
		assert_says(report_restated_line(arena, report->restated),
		            "Tickets opened, 2026-W17: 12, n = 12; restated");
	}
}

static void a_restatement_that_moved_a_count_aside_alone_says_so(void **state)
{
	struct report *const report = report_made();

	(void)state;
	report_add_restated(report, &(struct report_row){ .metric = tickets,
	                                                  .currency = "",
	                                                  .label = "2026-W17",
	                                                  .state = "restated",
	                                                  .figures = COUNT_9,
	                                                  .former = COUNT_9_LATE,
	                                                  .revision = 1 });
	assert_says(report_restated_line(arena, report->restated),
	            "was 9, n = 9 (aside 2 too late)");
}

/* The page. */

static void amounts_of_two_currencies_stand_apart(void **state)
{
	const struct report_metric metric = metric_like("sum", "minor", "lower");
	struct report *const report = report_made();
	const char *page;

	(void)state;
	add(report, &metric, "EUR", 0, "sealed", MONEY);
	add(report, &metric, "USD", 1, "sealed", MONEY_LESS);
	add(report, &metric, "USD", 0, "sealed", MONEY_LESS);
	page = page_of(report);
	assert_says(page, "**1234.50 EUR** in 2026-W18");
	assert_says(page, "**1.00 USD** in 2026-W18");
	assert_says(page, "as in 2026-W17");
	assert_silent(page, "1235.50");
}

static void the_latest_version_is_on_the_page_and_the_earlier_one_in_the_appendix(void **state)
{
	struct report_metric second = tickets;
	struct report *const report = report_made();
	const char *page;

	(void)state;
	second.key = "support.tickets_opened@2";
	second.version = 2;
	add(report, &tickets, "", 0, "sealed", COUNT_9);
	add(report, &second, "", 0, "sealed", COUNT_12);
	page = page_of(report);
	assert_says(page, "**12** in 2026-W18");
	assert_silent(page, "**9**");
	assert_says(page, "| Tickets opened (support.tickets\\_opened@1) | 9 |");
}

static void a_page_runs_nobodys_words(void **state)
{
	struct report_metric metric = tickets;
	struct report *const report = report_made();
	const char *page;

	(void)state;
	metric.title = "<script>alert(1)</script> | [x](y)\n# Mine";
	metric.says = "\xE8\xBF\x94\xE4\xBF\xA1 *bold* <img src=x>";
	add(report, &metric, "", 0, "sealed", COUNT_12);
	page = page_of(report);
	assert_silent(page, " <script>");
	assert_silent(page, "\n# Mine");
	assert_says(page, "\\<script\\>alert(1)\\</script\\> \\| \\[x\\](y) \\# Mine");
	assert_says(page, "\xE8\xBF\x94\xE4\xBF\xA1 \\*bold\\* \\<img src=x\\>");
}

static void figures_that_are_none_are_left_out_and_said(void **state)
{
	struct report *const report = report_made();

	(void)state;
	add(report, &tickets, "", 0, "sealed", "[1]");
	add(report, &tickets, "", 1, "sealed", NULL);
	add(report, &tickets, "", REPORT_PERIODS, "sealed", COUNT_12);
	add(report, &tickets, NULL, 0, "sealed", COUNT_12);
	assert_int_equal(report->unread, 2);
	assert_false(report->metrics->lines->cells[0].there);
	assert_says(page_of(report), "2 figures could not be read and are left out");
}

static void provisional_figures_are_counted_at_the_head(void **state)
{
	struct report_metric other = tickets;
	struct report *const report = report_made();

	(void)state;
	other.key = "value.other@1";
	other.name = "value.other";
	add(report, &tickets, "", 0, "open", COUNT_12);
	add(report, &other, "", 0, "sealed", COUNT_12);
	assert_says(page_of(report), "1 of 2 figures are provisional");
	assert_says(page_of(report),
	            "# Report of the week 2026-W18\n\nFrom 2026-04-27 to 2026-05-03.");
}

static void a_report_without_figures_is_a_page_still(void **state)
{
	const char *const page = page_of(report_made());

	(void)state;
	assert_says(page, "not defined here: support.tickets\\_opened");
	assert_says(page, "Nothing that was sealed is another since.");
}

static void a_change_is_told_by_words_and_not_by_colour_alone(void **state)
{
	struct report *const report = report_made();

	(void)state;
	add(report, &tickets, "", 1, "sealed", COUNT_9);
	add(report, &tickets, "", 0, "sealed", COUNT_12);
	assert_says(html_of(report), "<p class=\"change worse\">+3 since 2026-W17 (9) (worse)</p>");
	assert_says(page_of(report), "change: +3 since 2026-W17 (9); worse");
}

static void a_metric_that_is_not_counted_by_such_periods_says_so(void **state)
{
	struct report_metric metric = tickets;
	struct report *const report = report_made();

	(void)state;
	metric.kind = "";
	add(report, &metric, NULL, 0, NULL, NULL);
	assert_says(page_of(report), "**not counted by the week**");
	assert_says(html_of(report), "not counted by the week</p>");
}

static void what_has_no_amount_is_in_no_currency(void **state)
{
	const struct report_metric metric = metric_like("level", "minor", "lower");
	struct report *const report = report_made();

	(void)state;
	add(report, &metric, "", 0, "sealed", "{\"n\":\"4\",\"value\":\"0\",\"unit\":\"minor\"}");
	assert_says(page_of(report), "**0, of no amount**");
}

/* The plan. */

static void every_metric_of_the_plan_is_defined(void **state)
{
	(void)state;
	for (const struct report_plan *plan = report_plans; plan->heading != NULL; plan++)
		for (size_t i = 0; plan->metrics[i] != NULL; i++) {
			FILE *const file =
			    fopen(arena_printf(arena, "deploy/policies/metrics/%s-1.json",
			                       plan->metrics[i]),
			          "rb");

			if (file == NULL)
				fail_msg("%s is not defined", plan->metrics[i]);
			fclose(file);
			assert_true(report_plan_names(plan->metrics[i]));
		}
	assert_false(report_plan_names("support.first_reply_mean"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_figure_is_said_with_its_population_and_its_change),
		cmocka_unit_test(a_distribution_names_its_quantiles_and_what_is_aside),
		cmocka_unit_test(a_period_in_which_nothing_was_has_no_number),
		cmocka_unit_test(what_was_restated_says_what_it_was_and_why),
		cmocka_unit_test(a_restatement_that_moved_a_count_aside_alone_says_so),
		cmocka_unit_test(amounts_of_two_currencies_stand_apart),
		cmocka_unit_test(
		    the_latest_version_is_on_the_page_and_the_earlier_one_in_the_appendix),
		cmocka_unit_test(a_page_runs_nobodys_words),
		cmocka_unit_test(figures_that_are_none_are_left_out_and_said),
		cmocka_unit_test(provisional_figures_are_counted_at_the_head),
		cmocka_unit_test(a_report_without_figures_is_a_page_still),
		cmocka_unit_test(a_change_is_told_by_words_and_not_by_colour_alone),
		cmocka_unit_test(a_metric_that_is_not_counted_by_such_periods_says_so),
		cmocka_unit_test(what_has_no_amount_is_in_no_currency),
		cmocka_unit_test(every_metric_of_the_plan_is_defined),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
