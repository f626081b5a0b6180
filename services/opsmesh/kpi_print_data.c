/*
 * Windows of a metric for programs: CSV and JSON. What people wrote (values of dimensions) stays what it is in JSON, and is no
 * formula in CSV.
 */
#include "common/base/text.h"
#include "common/io/json.h"
#include "services/opsmesh/csv.h"
#include "services/opsmesh/kpi_print.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>

/* Columns of all versions that are shown, each once. */
#define COLUMNS_MAX 16

struct columns {
	int64_t quantiles_ppm[COLUMNS_MAX];
	size_t quantile_count;
	const char *asides[COLUMNS_MAX];
	size_t aside_count;
};

static void add_quantile(struct columns *columns, int64_t ppm)
{
	for (size_t i = 0; i < columns->quantile_count; i++)
		if (columns->quantiles_ppm[i] == ppm)
			return;
	if (columns->quantile_count < COLUMNS_MAX)
		columns->quantiles_ppm[columns->quantile_count++] = ppm;
}

static void add_aside(struct columns *columns, const char *what)
{
	for (size_t i = 0; i < columns->aside_count; i++)
		if (text_equal(columns->asides[i], what))
			return;
	if (columns->aside_count < COLUMNS_MAX)
		columns->asides[columns->aside_count++] = what;
}

static struct columns columns_of(const struct kpi_ask *ask)
{
	struct columns columns = { .quantile_count = 0 };

	for (size_t i = 0; i < ask->count; i++) {
		const struct kpi_metric *const metric = &ask->metrics[i];

		for (size_t j = 0; j < metric->quantile_count; j++)
			add_quantile(&columns, metric->quantiles_ppm[j]);
		for (size_t j = 0; j < metric->aside_count; j++)
			add_aside(&columns, metric->asides[j]);
	}
	return columns;
}

/* For spreadsheets. */

static void add_titles(struct arena *arena, struct csv *csv, const struct columns *columns)
{
	static const char *const first[] = { "metric", "version", "window",   "kind",  "start",
		                             "end",    "zone",    "by",       "value", "currency",
		                             "state",  "number",  "unit",     "n",     "hits",
		                             "sum",    "low_ppm", "high_ppm", "other", NULL };
	static const char *const last[] = { "revision", "former_number", "former_n",
		                            "reason",   "said_at",       NULL };

	for (const char *const *title = first; *title != NULL; title++)
		csv_plain(csv, *title);
	for (size_t i = 0; i < columns->quantile_count; i++)
		csv_plain(csv, arena_printf(arena, "quantile_%" PRId64, columns->quantiles_ppm[i]));
	for (size_t i = 0; i < columns->aside_count; i++)
		csv_text(csv, arena_printf(arena, "aside_%s", columns->asides[i]));
	for (const char *const *title = last; *title != NULL; title++)
		csv_plain(csv, *title);
	csv_line(csv);
}

static void add_number(struct arena *arena, struct csv *csv, bool known, int64_t number)
{
	csv_plain(csv, known ? arena_printf(arena, "%" PRId64, number) : "");
}

static void add_subject(const struct kpi_report *report, struct csv *csv, const struct kpi_row *row)
{
	struct arena *const arena = report->arena;

	csv_text(csv, row->metric->name);
	add_number(arena, csv, true, row->metric->version);
	csv_plain(csv, row->label);
	csv_plain(csv, window_kind_names[row->window.kind]);
	csv_plain(csv, time_cell(arena, row->window.start, ""));
	csv_plain(csv, time_cell(arena, row->window.end, ""));
	csv_text(csv, window_zone_name(row->metric->zone));
	csv_text(csv, report->ask->dimension != NULL ? report->ask->dimension : "");
	csv_text(csv, row->value);
	csv_text(csv, row->currency);
	csv_text(csv, row->state);
}

static void add_figure(struct arena *arena, struct csv *csv, const struct kpi_row *row)
{
	const struct kpi_figure *const figure = &row->figure;

	add_number(arena, csv, figure->has_value, figure->value);
	csv_text(csv, row->metric->unit);
	add_number(arena, csv, true, figure->n);
	add_number(arena, csv, true, figure->hits);
	add_number(arena, csv, true, figure->sum);
	add_number(arena, csv, figure->has_interval, figure->low_ppm);
	add_number(arena, csv, figure->has_interval, figure->high_ppm);
	csv_plain(csv, figure->other ? "true" : "false");
}

static void add_csv_row(const struct kpi_report *report, const struct columns *columns,
                        struct csv *csv, const struct kpi_row *row)
{
	struct arena *const arena = report->arena;
	int64_t number = 0;

	add_subject(report, csv, row);
	add_figure(arena, csv, row);
	for (size_t i = 0; i < columns->quantile_count; i++) {
		const bool has =
		    kpi_figure_quantile(&row->figure, columns->quantiles_ppm[i], &number);

		add_number(arena, csv, has, number);
	}
	for (size_t i = 0; i < columns->aside_count; i++) {
		const bool has = kpi_figure_aside(&row->figure, columns->asides[i], &number);

		add_number(arena, csv, has, number);
	}
	add_number(arena, csv, true, row->revision);
	add_number(arena, csv, row->has_former && row->former.has_value, row->former.value);
	add_number(arena, csv, row->has_former, row->former.n);
	csv_text(csv, row->reason);
	csv_plain(csv, time_cell(arena, row->said_at, ""));
	csv_line(csv);
}

void kpi_print_csv(const struct kpi_report *report, struct buffer *out)
{
	const struct columns columns = columns_of(report->ask);
	struct csv csv = { .out = out };

	add_titles(report->arena, &csv, &columns);
	for (size_t i = 0; i < report->rows->count; i++)
		add_csv_row(report, &columns, &csv, &report->rows->list[i]);
}

/* For programs. */

static void dump(struct arena *arena, const json_t *json, struct buffer *out)
{
	const struct bytes text = json_compact(arena, json);

	buffer_add(out, text.data, text.size);
	buffer_add(out, "\n", 1);
}

static json_t *time_json(struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us || at.us == TIME_MAX.us ? json_null()
	                                                    : json_string(time_format(at, text));
}

static json_t *words_json(const char *const *words, size_t count)
{
	json_t *const list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_string(words[i]));
	return list;
}

static json_t *metric_json(const struct kpi_metric *metric)
{
	json_t *const json = json_object();
	json_t *const windows = json_array();

	for (int kind = 0; kind < WINDOW_KINDS; kind++)
		if (metric->windows[kind])
			json_array_append_new(windows, json_string(window_kind_names[kind]));
	json_object_set_new(json, "metric", json_string(metric->name));
	json_object_set_new(json, "version", json_integer(metric->version));
	json_object_set_new(json, "effective_from", time_json(metric->effective_from));
	json_object_set_new(json, "until", time_json(metric->until));
	json_object_set_new(json, "digest", json_string(metric->digest));
	json_object_set_new(json, "title", json_string(metric->title));
	json_object_set_new(json, "says", json_string(metric->says));
	json_object_set_new(json, "area", json_string(metric->area));
	json_object_set_new(json, "formula", json_string(metric->formula));
	json_object_set_new(json, "unit", json_string(metric->unit));
	json_object_set_new(json, "better", json_string(metric->better));
	json_object_set_new(json, "zone", json_string(window_zone_name(metric->zone)));
	json_object_set_new(json, "windows", windows);
	json_object_set_new(json, "dimensions_from",
	                    json_string(window_kind_names[metric->cut_finest]));
	json_object_set_new(json, "dimensions",
	                    words_json(metric->dimensions, metric->dimension_count));
	return json;
}

void kpi_print_metrics_json(struct arena *arena, const struct kpi_metrics *metrics,
                            struct buffer *out)
{
	AUTO_JSON list = json_array();

	for (size_t i = 0; i < metrics->count; i++)
		json_array_append_new(list, metric_json(&metrics->list[i]));
	dump(arena, list, out);
}

static json_t *interval_json(const struct kpi_figure *figure)
{
	json_t *json;

	if (!figure->has_interval)
		return json_null();
	json = json_object();
	json_object_set_new(json, "low_ppm", json_integer(figure->low_ppm));
	json_object_set_new(json, "high_ppm", json_integer(figure->high_ppm));
	return json;
}

static json_t *quantiles_json(const struct kpi_figure *figure)
{
	json_t *const list = json_array();

	for (size_t i = 0; i < figure->quantile_count; i++) {
		json_t *const json = json_object();

		json_object_set_new(json, "ppm", json_integer(figure->quantiles[i].ppm));
		json_object_set_new(json, "value", json_integer(figure->quantiles[i].value));
		json_array_append_new(list, json);
	}
	return list;
}

static json_t *asides_json(const struct kpi_figure *figure)
{
	json_t *const json = json_object();

	for (size_t i = 0; i < figure->aside_count; i++)
		json_object_set_new(json, figure->asides[i].what,
		                    json_integer(figure->asides[i].count));
	return json;
}

static json_t *figure_json(const struct kpi_figure *figure)
{
	json_t *const json = json_object();

	json_object_set_new(json, "number",
	                    figure->has_value ? json_integer(figure->value) : json_null());
	json_object_set_new(json, "n", json_integer(figure->n));
	json_object_set_new(json, "hits", json_integer(figure->hits));
	json_object_set_new(json, "sum", json_integer(figure->sum));
	json_object_set_new(json, "interval", interval_json(figure));
	json_object_set_new(json, "quantiles", quantiles_json(figure));
	json_object_set_new(json, "asides", asides_json(figure));
	json_object_set_new(json, "other", json_boolean(figure->other));
	return json;
}

static json_t *row_json(const struct kpi_row *row)
{
	json_t *const json = json_object();

	json_object_set_new(json, "version", json_integer(row->metric->version));
	json_object_set_new(json, "window", json_string(row->label));
	json_object_set_new(json, "start", time_json(row->window.start));
	json_object_set_new(json, "end", time_json(row->window.end));
	json_object_set_new(json, "value", json_string(row->value));
	json_object_set_new(json, "currency", json_string(row->currency));
	json_object_set_new(json, "state", json_string(row->state));
	json_object_set_new(json, "figures", figure_json(&row->figure));
	json_object_set_new(json, "revision", json_integer(row->revision));
	json_object_set_new(json, "former",
	                    row->has_former ? figure_json(&row->former) : json_null());
	json_object_set_new(json, "reason", json_string(row->reason));
	json_object_set_new(json, "said_at", time_json(row->said_at));
	return json;
}

void kpi_print_json(const struct kpi_report *report, struct buffer *out)
{
	const struct kpi_ask *const ask = report->ask;
	AUTO_JSON top = json_object();
	json_t *const versions = json_array();
	json_t *const rows = json_array();

	for (size_t i = 0; i < ask->count; i++)
		json_array_append_new(versions, metric_json(&ask->metrics[i]));
	for (size_t i = 0; i < report->rows->count; i++)
		json_array_append_new(rows, row_json(&report->rows->list[i]));
	json_object_set_new(top, "kind", json_string(window_kind_names[ask->kind]));
	json_object_set_new(top, "by",
	                    ask->dimension != NULL ? json_string(ask->dimension) : json_null());
	json_object_set_new(top, "versions", versions);
	json_object_set_new(top, "rows", rows);
	dump(report->arena, top, out);
}
