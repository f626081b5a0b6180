#include "services/opsmesh/report_book.h"

#include "common/base/text.h"

void report_init(struct report *report, struct arena *arena)
{
	*report = (struct report){ .arena = arena, .mesh_time = TIME_MIN };
	report->metric_end = &report->metrics;
	report->restated_end = &report->restated;
}

static const char *kept(struct arena *arena, const char *text)
{
	return text == NULL ? "" : arena_string(arena, text);
}

static struct report_metric *metric_of(struct report *report, const struct report_metric *row)
{
	struct arena *const arena = report->arena;
	struct report_metric *metric;

	for (metric = report->metrics; metric != NULL; metric = metric->next)
		if (text_equal(metric->key, row->key))
			return metric;
	metric = arena_zero(arena, sizeof(*metric));
	*metric = (struct report_metric){
		.key = kept(arena, row->key),
		.name = kept(arena, row->name),
		.version = row->version,
		.title = kept(arena, row->title),
		.says = kept(arena, row->says),
		.formula = kept(arena, row->formula),
		.unit = kept(arena, row->unit),
		.better = kept(arena, row->better),
		.area = kept(arena, row->area),
		.zone = kept(arena, row->zone),
		.kind = kept(arena, row->kind),
	};
	*report->metric_end = metric;
	report->metric_end = &metric->next;
	return metric;
}

static struct report_line *line_of(struct report *report, struct report_metric *metric,
                                   const char *currency)
{
	struct report_line **end = &metric->lines;

	while (*end != NULL && !text_equal((*end)->currency, currency))
		end = &(*end)->next;
	if (*end == NULL) {
		*end = arena_zero(report->arena, sizeof(**end));
		(*end)->currency = kept(report->arena, currency);
	}
	return *end;
}

static void read_cell(struct report *report, const struct report_row *row, struct report_cell *cell)
{
	struct arena *const arena = report->arena;
	struct report_cell read = { .there = true, .revision = row->revision };

	if (row->figures == NULL || !kpi_figure_read(arena, row->figures, &read.figure)) {
		report->unread++;
		return;
	}
	read.label = kept(arena, row->label);
	read.state = kept(arena, row->state);
	read.reason = kept(arena, row->reason);
	read.has_former = row->former != NULL && kpi_figure_read(arena, row->former, &read.former);
	*cell = read;
}

void report_add(struct report *report, const struct report_row *row)
{
	struct report_metric *const metric = metric_of(report, &row->metric);
	struct report_line *line;

	if (row->currency == NULL || row->ago < 0 || row->ago >= REPORT_PERIODS)
		return;
	line = line_of(report, metric, row->currency);
	read_cell(report, row, &line->cells[row->ago]);
}

void report_add_restated(struct report *report, const struct report_row *row)
{
	struct report_restated *const restated = arena_zero(report->arena, sizeof(*restated));

	read_cell(report, row, &restated->cell);
	if (!restated->cell.there)
		return;
	restated->metric = (struct report_metric){
		.key = kept(report->arena, row->metric.key),
		.title = kept(report->arena, row->metric.title),
		.formula = kept(report->arena, row->metric.formula),
		.unit = kept(report->arena, row->metric.unit),
	};
	restated->currency = kept(report->arena, row->currency);
	restated->said_at = row->said_at;
	*report->restated_end = restated;
	report->restated_end = &restated->next;
}

const struct report_metric *report_find(const struct report *report, const char *name)
{
	const struct report_metric *found = NULL;

	for (const struct report_metric *metric = report->metrics; metric != NULL;
	     metric = metric->next)
		if (text_equal(metric->name, name))
			found = metric;
	return found;
}
