/*
 * Windows of a metric as a file of pictures: one for each value of the dimension and each currency, those with the most behind them first.
 */
#include "common/base/text.h"
#include "services/opsmesh/kpi_chart.h"
#include "services/opsmesh/kpi_print.h"

#include <stdlib.h>

/* A file with more is none that anybody looks through. */
#define CHARTS_MAX 12

/* Of one value in one currency. */
struct line {
	const char *value;
	const char *currency;
	const struct kpi_metric *metric; /* of the newest row */
	int64_t n;
	struct kpi_point *points; /* one for each window that any line has */
};

struct picture {
	const struct kpi_report *report;
	struct line *lines;
	size_t line_count;
	size_t window_count;
};

static bool same_window(const struct kpi_row *a, const struct kpi_row *b)
{
	return a->metric == b->metric && a->window.start.us == b->window.start.us;
}

/* Rows come window by window. */
static size_t count_windows(const struct kpi_rows *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++)
		count += i == 0 || !same_window(&rows->list[i - 1], &rows->list[i]);
	return count;
}

static void label_points(const struct picture *picture, struct kpi_point *points)
{
	const struct kpi_rows *const rows = picture->report->rows;
	size_t window = 0;

	for (size_t i = 0; i < rows->count; i++) {
		window += i > 0 && !same_window(&rows->list[i - 1], &rows->list[i]);
		points[window] = (struct kpi_point){ .label = rows->list[i].label };
	}
}

static struct line *line_of(struct picture *picture, const struct kpi_row *row)
{
	struct line *line;

	for (size_t i = 0; i < picture->line_count; i++)
		if (text_equal(picture->lines[i].value, row->value) &&
		    text_equal(picture->lines[i].currency, row->currency))
			return &picture->lines[i];
	line = &picture->lines[picture->line_count++];
	*line = (struct line){ .value = row->value, .currency = row->currency };
	line->points = arena_alloc(picture->report->arena,
	                           (picture->window_count + 1) * sizeof(*line->points));
	label_points(picture, line->points);
	return line;
}

static void add_row(struct picture *picture, const struct kpi_row *row, size_t window)
{
	struct line *const line = line_of(picture, row);
	struct kpi_point *const point = &line->points[window];

	point->has_value = row->figure.has_value;
	point->value = row->figure.value;
	point->has_interval = row->figure.has_interval;
	point->low = row->figure.low_ppm;
	point->high = row->figure.high_ppm;
	point->provisional = text_equal(row->state, "open");
	point->says = kpi_population(picture->report->arena, row->metric->formula, &row->figure);
	line->metric = row->metric;
	if (__builtin_add_overflow(line->n, row->figure.n, &line->n))
		line->n = INT64_MAX;
}

static int compare(const void *a, const void *b)
{
	const struct line *const one = a;
	const struct line *const other = b;

	return (one->n < other->n) - (one->n > other->n);
}

static void fill(struct picture *picture)
{
	const struct kpi_rows *const rows = picture->report->rows;
	size_t window = 0;

	picture->window_count = count_windows(rows);
	picture->lines =
	    arena_alloc(picture->report->arena, (rows->count + 1) * sizeof(*picture->lines));
	for (size_t i = 0; i < rows->count; i++) {
		window += i > 0 && !same_window(&rows->list[i - 1], &rows->list[i]);
		add_row(picture, &rows->list[i], window);
	}
	if (picture->line_count > 0)
		qsort(picture->lines, picture->line_count, sizeof(*picture->lines), compare);
}

static const char *title_of(const struct picture *picture, const struct line *line)
{
	struct arena *const arena = picture->report->arena;
	const bool median =
	    line->metric->quantile_count > 0 && line->metric->quantiles_ppm[0] == 500000;
	const char *const what = median ? ", median" : "";

	if (picture->report->ask->dimension == NULL)
		return arena_printf(arena, "%s%s", line->metric->title, what);
	return arena_printf(arena, "%s%s: %s", line->metric->title, what,
	                    *line->value == '\0' ? "(not known)" : line->value);
}

static struct kpi_chart chart_of(const struct picture *picture, const struct line *line)
{
	return (struct kpi_chart){ .title = title_of(picture, line),
		                   .unit = line->metric->unit,
		                   .currency = line->currency,
		                   .form = kpi_chart_form_of(line->metric->formula),
		                   .points = line->points,
		                   .about = line->metric->quantile_count > 0,
		                   .count = picture->window_count };
}

void kpi_print_svg(const struct kpi_report *report, struct buffer *out)
{
	struct picture picture = { .report = report };
	struct kpi_chart charts[CHARTS_MAX];
	size_t count = 0;

	fill(&picture);
	for (; count < picture.line_count && count < CHARTS_MAX; count++)
		charts[count] = chart_of(&picture, &picture.lines[count]);
	if (count == 0)
		charts[count++] =
		    (struct kpi_chart){ .title = report->ask->metrics[report->ask->count - 1].title,
			                .unit = "count",
			                .currency = "" };
	kpi_chart_file(report->arena, charts, count, out);
}
