#include "common/base/text.h"
#include "common/io/pdf.h"
#include "services/opsmesh/report_chart.h"
#include "services/opsmesh/report_page.h"
#include "services/opsmesh/report_plan.h"

#include <string.h>

#define BLOCKS_MAX 2048 /* some hundred metrics by currency, and what was restated */
#define POINTS PDF_POINTS_MIN
#define REASON_SIZE 256

struct page {
	struct arena *arena;
	const struct report *report;
	struct pdf_block *blocks;
	size_t count;
	struct pdf_drawing *drawings; /* at most one for each block */
	size_t drawing_count;
	bool cut; /* it did not hold everything, and says so */
};

static void put(struct page *page, enum pdf_style style, const char *text)
{
	if (text[0] == '\0')
		return;
	if (page->count == BLOCKS_MAX - 1) {
		page->cut = true;
		return;
	}
	page->blocks[page->count++] = (struct pdf_block){
		.style = style, .text = text, .language = "en", .target = page->drawing_count
	};
}

/* Tenths of the chart's pixels in 1/1024 of a point: its width is the drawing's. */
static int32_t drawn(int64_t tenths)
{
	return (int32_t)(tenths * PDF_DRAWING_WIDTH / KPI_CHART_SMALL_WIDTH);
}

static struct pdf_drawing drawing_of(struct arena *arena, const struct report_metric *metric,
                                     const struct report_line *line)
{
	struct kpi_point points[REPORT_PERIODS];
	struct kpi_box boxes[REPORT_PERIODS + 1];
	const struct kpi_chart chart = report_chart(metric, line, points);
	const size_t count = kpi_chart_boxes(&chart, boxes);
	struct pdf_box *const placed = arena_alloc(arena, count * sizeof(*placed));

	for (size_t i = 0; i < count; i++)
		placed[i] =
		    (struct pdf_box){ drawn(boxes[i].x), drawn(boxes[i].y), drawn(boxes[i].width),
			              drawn(boxes[i].height), kpi_tone_colour(boxes[i].tone) };
	return (struct pdf_drawing){ placed, count };
}

/* The words of a figure with its bars. */
static void put_figure(struct page *page, const struct report_metric *metric,
                       const struct report_line *line, const char *text)
{
	const size_t before = page->count;

	put(page, PDF_FIGURE, text);
	if (page->count > before)
		page->drawings[page->drawing_count++] = drawing_of(page->arena, metric, line);
}

/* Adds a line to a text, nothing for an empty one. */
static const char *with(struct arena *arena, const char *text, const char *name, const char *line)
{
	return line[0] == '\0' ? text : arena_printf(arena, "%s\n%s%s", text, name, line);
}

static const char *words_of(const struct page *page, const struct report_metric *metric,
                            const struct report_line *line)
{
	struct report_words words;
	const char *text;

	report_words_of(page->arena, metric, line, &words);
	text = arena_printf(page->arena, "%s%s%s", words.number, words.of[0] == '\0' ? "" : " ",
	                    words.of);
	if (line->cells[0].there)
		text = arena_printf(page->arena, "%s in %s", text, line->cells[0].label);
	text = with(page->arena, text, "", words.population);
	text = with(page->arena, text, "", words.more);
	text = with(page->arena, text, "aside: ", words.asides);
	text = with(page->arena, text, "change: ", words.change);
	if (words.mood != MOOD_NONE)
		text = arena_printf(page->arena, "%s; %s", text,
		                    words.mood == MOOD_BETTER ? "better" : "worse");
	return with(page->arena, text, "", words.state);
}

static void put_line(struct page *page, const struct report_metric *metric,
                     const struct report_line *line, bool with_bars)
{
	const char *const text = words_of(page, metric, line);

	if (with_bars)
		put_figure(page, metric, line, text);
	else
		put(page, PDF_TEXT, text);
}

static void put_metric(struct page *page, const struct report_metric *metric, bool with_bars)
{
	put(page, PDF_HEADING, metric->title);
	if (metric->lines == NULL)
		put(page, PDF_TEXT, report_nothing(page->arena, page->report, metric));
	for (const struct report_line *line = metric->lines; line != NULL; line = line->next)
		put_line(page, metric, line, with_bars);
	put(page, PDF_QUOTE,
	    arena_printf(page->arena, "%s (%s, days of %s)", metric->says, metric->key,
	                 metric->zone));
}

static void put_plan(struct page *page, const struct report_plan *plan)
{
	put(page, PDF_TITLE, plan->heading);
	for (size_t i = 0; plan->metrics[i] != NULL; i++) {
		const struct report_metric *const metric =
		    report_find(page->report, plan->metrics[i]);

		if (metric != NULL)
			put_metric(page, metric, true);
	}
}

static void put_restated(struct page *page)
{
	put(page, PDF_TITLE, "Restated since the last period ended");
	if (page->report->restated == NULL)
		put(page, PDF_TEXT, "Nothing that was sealed is another since.");
	for (const struct report_restated *it = page->report->restated; it != NULL; it = it->next)
		put(page, PDF_TEXT, report_restated_line(page->arena, it));
}

static void put_appendix(struct page *page)
{
	const struct report *const report = page->report;

	put(page, PDF_TITLE, "Appendix: all other metrics");
	for (const struct report_metric *metric = report->metrics; metric != NULL;
	     metric = metric->next)
		if (metric->lines != NULL && (!report_plan_names(metric->name) ||
		                              metric != report_find(report, metric->name)))
			put_metric(page, metric, false);
	if (page->cut)
		page->blocks[page->count++] =
		    (struct pdf_block){ .style = PDF_TEXT,
			                .text = "There is more: the page was cut here." };
}

static void put_all(struct page *page)
{
	put(page, PDF_TITLE, report_title(page->arena, page->report));
	put(page, PDF_TEXT, report_standing(page->arena, page->report));
	put(page, PDF_TEXT, report_legend_of_quantiles);
	put(page, PDF_TEXT, report_legend_of_bars);
	for (const struct report_plan *plan = report_plans; plan->heading != NULL; plan++)
		put_plan(page, plan);
	put_restated(page);
	put_appendix(page);
}

void report_pdf(const struct report *report, struct buffer *out)
{
	struct page page = { .arena = report->arena, .report = report };
	char reason[REASON_SIZE];
	struct pdf_fonts *const fonts = pdf_fonts_open(pdf_font_files, reason, sizeof(reason));
	const char *const title = report_title(report->arena, report);
	struct pdf_document document = { .setting = { PDF_A4, POINTS, title },
		                         .title = title,
		                         .created = report->mesh_time.us == TIME_MIN.us
		                                        ? (struct instant){ 0 }
		                                        : report->mesh_time };
	struct pdf_file file;

	if (fonts == NULL)
		return;
	page.blocks = arena_zero(report->arena, BLOCKS_MAX * sizeof(*page.blocks));
	page.drawings = arena_zero(report->arena, BLOCKS_MAX * sizeof(*page.drawings));
	put_all(&page);
	document.blocks = page.blocks;
	document.count = page.count;
	document.drawings = page.drawings;
	document.drawing_count = page.drawing_count;
	if (pdf_write(fonts, report->arena, &document, &file) == STATUS_OK)
		buffer_add(out, file.content.data, file.content.size);
	pdf_fonts_close(fonts);
}
