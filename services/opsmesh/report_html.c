#include "common/base/text.h"
#include "services/opsmesh/report_chart.h"
#include "services/opsmesh/report_page.h"
#include "services/opsmesh/report_plan.h"

#include <string.h>

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n";

/* The one design: colours first, then the page, its cards, its tables, paper. */
static const char style[] =
    "<style>\n"
    ":root{--paper:#f6f7f9;--card:#fff;--ink:#1c2430;--soft:#566172;--rule:#dfe3e9;"
    "--now:#2457c5;--good:#14683c;--bad:#b3261e;--wait:#7a5200;--waitback:#fff3d6;"
    "--restback:#e6eefc}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#12161c;--card:#1a2029;--ink:#e6eaf0;"
    "--soft:#a3aebd;--rule:#2d3643;--now:#7aa5ff;--good:#6fd39a;--bad:#ff9a90;"
    "--wait:#ffd27a;--waitback:#3a2e12;--restback:#1d2c4a}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:76rem;padding:2rem 1.25rem 4rem;background:var(--paper);"
    "color:var(--ink);font:16px/1.45 system-ui,sans-serif}\n"
    "h1{font-size:1.7rem;margin:0 0 .3rem}\nh2{font-size:1.2rem;margin:2.2rem 0 .8rem}\n"
    "h3{font-size:.95rem;margin:0;font-weight:600}\np{margin:0}\n.lead{color:var(--soft);"
    "max-width:52rem}\n"
    "nav{margin-top:.8rem}nav a{color:var(--now);margin-right:1rem}\n"
    ".cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));gap:1rem}\n"
    ".card{background:var(--card);border:1px solid var(--rule);border-radius:.6rem;"
    "padding:1rem 1.1rem;display:flex;flex-direction:column;gap:.45rem}\n"
    ".figure{display:flex;flex-direction:column;gap:.3rem}\n"
    ".figure+.figure{border-top:1px solid var(--rule);padding-top:.6rem}\n"
    ".top{display:flex;justify-content:space-between;align-items:flex-end;gap:.8rem;"
    "flex-wrap:nowrap}\n"
    ".number{font-size:1.75rem;font-weight:650;line-height:1.15;"
    "font-variant-numeric:tabular-nums}\n.number small{font-size:.85rem;font-weight:400;"
    "color:var(--soft)}\n.none{color:var(--soft);font-weight:400}\n"
    ".change,.facts{font-size:.85rem}\n.facts{color:var(--soft)}\n.better{color:var(--good)}\n"
    ".worse{color:var(--bad)}\n"
    ".state{font-size:.8rem;color:var(--soft)}\n"
    ".provisional,.restated{align-self:flex-start;border-radius:.35rem;padding:.1rem .45rem;"
    "color:var(--wait);background:var(--waitback)}\n"
    ".restated{color:var(--ink);background:var(--restback)}\n"
    ".says{font-size:.8rem;color:var(--soft);border-top:1px solid var(--rule);"
    "padding-top:.5rem;margin-top:.2rem}\ncode{font-size:.92em;overflow-wrap:anywhere}\n"
    "svg{flex:0 1 10rem;min-width:7rem;height:2rem}\n"
    ".wide{overflow-x:auto}\ntable{border-collapse:collapse;width:100%;font-size:.85rem;"
    "background:var(--card)}\ncaption{text-align:left;color:var(--soft);padding-bottom:.4rem}\n"
    "th,td{text-align:left;vertical-align:top;padding:.45rem .6rem;border:1px solid "
    "var(--rule)}\ntd:nth-child(2){white-space:nowrap;font-variant-numeric:tabular-nums}\n"
    "th:first-child{width:42%}th p{font-weight:400;color:var(--soft);margin-top:.25rem}\n"
    "ul{padding-left:1.2rem}li{margin:.3rem 0;font-size:.9rem}\n"
    "@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--rule:#bbb;"
    "--now:#123c94;--good:#0b4a28;--bad:#8c1a14;--wait:#5a3c00;--waitback:#f3ead2;"
    "--restback:#e6eefc}html{font-size:10.5px}body{max-width:none;padding:0;font-size:1rem}nav{display:none}"
    ".cards{display:block;columns:2;column-gap:1rem}.card{margin-bottom:1rem}.card,tr,li{break-inside:avoid}h2{break-after:avoid}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}@page{size:A4;margin:14mm}}\n";

struct page {
	struct arena *arena;
	const struct report *report;
	struct buffer *out;
};

static void put(const struct page *page, const char *text)
{
	buffer_add(page->out, text, strlen(text));
}

/* Anyone's words. */
static void put_text(const struct page *page, const char *text)
{
	put(page, kpi_markup(page->arena, text));
}

/* An element with text; nothing for an empty text. */
static void put_element(const struct page *page, const char *begin, const char *text,
                        const char *end)
{
	if (text[0] == '\0')
		return;
	put(page, begin);
	put_text(page, text);
	put(page, end);
}

static void put_number(const struct page *page, const struct report_words *words)
{
	put(page, text_equal(words->number, "none") ? "<p class=\"number none\">"
	                                            : "<p class=\"number\">");
	put_text(page, words->number);
	put_element(page, " <small>", words->of, "</small>");
	put(page, "</p>\n");
}

static void put_change(const struct page *page, const struct report_words *words)
{
	switch (words->mood) {
	case MOOD_BETTER:
		put_element(page, "<p class=\"change better\">", words->change, " (better)</p>\n");
		return;
	case MOOD_WORSE:
		put_element(page, "<p class=\"change worse\">", words->change, " (worse)</p>\n");
		return;
	case MOOD_NONE: break;
	}
	put_element(page, "<p class=\"change\">", words->change, "</p>\n");
}

static void put_state(const struct page *page, const char *state)
{
	put_element(page,
	            text_equal(state, "provisional") ? "<p class=\"state provisional\">"
	            : text_starts(state, "restated") ? "<p class=\"state restated\">"
	                                             : "<p class=\"state\">",
	            state, "</p>\n");
}

static void put_chart(const struct page *page, const struct report_metric *metric,
                      const struct report_line *line)
{
	struct kpi_point points[REPORT_PERIODS];
	const struct kpi_chart chart = report_chart(metric, line, points);

	kpi_chart_element(page->arena, &chart, page->out);
}

static void put_figure(const struct page *page, const struct report_metric *metric,
                       const struct report_line *line)
{
	struct report_words words;

	report_words_of(page->arena, metric, line, &words);
	put(page, "<div class=\"figure\">\n<div class=\"top\">\n");
	put_number(page, &words);
	put_chart(page, metric, line);
	put(page, "\n</div>\n");
	put_change(page, &words);
	put_element(page, "<p class=\"facts\">", words.population, "</p>\n");
	put_element(page, "<p class=\"facts\">", words.more, "</p>\n");
	put_element(page, "<p class=\"facts\">aside: ", words.asides, "</p>\n");
	if (line->cells[0].there && !text_equal(line->cells[0].label, page->report->label))
		put_element(page, "<p class=\"facts\">as of ", line->cells[0].label, "</p>\n");
	put_state(page, words.state);
	put(page, "</div>\n");
}

static void put_card(const struct page *page, const struct report_metric *metric)
{
	put(page, "<article class=\"card\">\n<h3 dir=\"auto\">");
	put_text(page, metric->title);
	put(page, "</h3>\n");
	if (metric->lines == NULL)
		put_element(page, "<p class=\"number none\">",
		            report_nothing(page->arena, page->report, metric), "</p>\n");
	for (const struct report_line *line = metric->lines; line != NULL; line = line->next)
		put_figure(page, metric, line);
	put_element(page, "<p class=\"says\" dir=\"auto\">", metric->says, " <code>");
	put_text(page, metric->key);
	put(page, "</code>, days of ");
	put_text(page, metric->zone);
	put(page, "</p>\n</article>\n");
}

static void put_section(const struct page *page, const struct report_plan *plan)
{
	put(page,
	    arena_printf(page->arena, "<section id=\"%s\">\n<h2>%s</h2>\n<div class=\"cards\">\n",
	                 plan->heading, plan->heading));
	for (size_t i = 0; plan->metrics[i] != NULL; i++) {
		const struct report_metric *const metric =
		    report_find(page->report, plan->metrics[i]);

		if (metric != NULL)
			put_card(page, metric);
	}
	put(page, "</div>\n</section>\n");
}

static void put_restated(const struct page *page)
{
	put(page, "<section id=\"restated\">\n<h2>Restated since the last period ended</h2>\n");
	if (page->report->restated == NULL) {
		put(page, "<p>Nothing that was sealed is another since.</p>\n</section>\n");
		return;
	}
	put(page, "<ul>\n");
	for (const struct report_restated *it = page->report->restated; it != NULL; it = it->next)
		put_element(page, "<li>", report_restated_line(page->arena, it), "</li>\n");
	put(page, "</ul>\n</section>\n");
}

/* The appendix. */

static void put_row(const struct page *page, const struct report_metric *metric,
                    const struct report_line *line)
{
	struct report_words words;

	report_words_of(page->arena, metric, line, &words);
	put(page, "<tr><th scope=\"row\" dir=\"auto\">");
	put_text(page, metric->title);
	put_element(page, "<p>", metric->says, " <code>");
	put_text(page, metric->key);
	put(page, "</code></p></th><td>");
	put_text(page, words.number);
	put_element(page, " ", words.of, "");
	put(page, "</td><td>");
	put_text(page, words.population);
	put(page, "</td><td>");
	put_text(page, words.change);
	put(page, "</td><td>");
	put_text(page, words.state);
	put(page, "</td></tr>\n");
}

static void put_appendix(const struct page *page)
{
	put(page, "<section id=\"appendix\">\n<h2>Appendix: all other metrics</h2>\n"
	          "<div class=\"wide\"><table>\n<caption>A metric that nothing was counted for in "
	          "thirteen periods has no row.</caption>\n<thead><tr>"
	          "<th scope=\"col\">Metric and definition</th><th scope=\"col\">Number</th>"
	          "<th scope=\"col\">Population</th><th scope=\"col\">Change</th>"
	          "<th scope=\"col\">State</th></tr></thead>\n"
	          "<tbody>\n");
	for (const struct report_metric *metric = page->report->metrics; metric != NULL;
	     metric = metric->next) {
		if (report_plan_names(metric->name) &&
		    metric == report_find(page->report, metric->name))
			continue;
		for (const struct report_line *line = metric->lines; line != NULL;
		     line = line->next)
			put_row(page, metric, line);
	}
	put(page, "</tbody>\n</table></div>\n</section>\n");
}

static void put_navigation(const struct page *page)
{
	put(page, "<nav aria-label=\"Sections\">");
	for (const struct report_plan *plan = report_plans; plan->heading != NULL; plan++)
		put(page, arena_printf(page->arena, "<a href=\"#%s\">%s</a>", plan->heading,
		                       plan->heading));
	put(page, "<a href=\"#restated\">Restated</a><a href=\"#appendix\">Appendix</a></nav>\n");
}

void report_html(const struct report *report, struct buffer *out)
{
	const struct page page = { report->arena, report, out };
	const char *const title = report_title(report->arena, report);

	put(&page, head);
	put_element(&page, "<title>", title, "</title>\n");
	put(&page, style);
	put(&page, kpi_chart_style());
	put_element(&page, "\n</style>\n</head>\n<body>\n<header>\n<h1>", title, "</h1>\n");
	put_element(&page, "<p class=\"lead\">", report_standing(report->arena, report), "</p>\n");
	put_element(&page, "<p class=\"lead\">", report_legend_of_quantiles, "</p>\n");
	put_element(&page, "<p class=\"lead\">", report_legend_of_bars, "</p>\n");
	put_navigation(&page);
	put(&page, "</header>\n<main>\n");
	for (const struct report_plan *plan = report_plans; plan->heading != NULL; plan++)
		put_section(&page, plan);
	put_restated(&page);
	put_appendix(&page);
	put(&page, "</main>\n</body>\n</html>\n");
}
