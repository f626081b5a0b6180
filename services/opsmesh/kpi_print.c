#include "services/opsmesh/kpi_print.h"

#include "common/base/text.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>
#include <string.h>

#define LINE_WIDTH 100
#define TITLES_MAX (6 + KPI_QUANTILES_MAX + KPI_ASIDES_MAX)

static void add_text(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text));
}

/* Words in lines of a width; one that is longer has a line of its own. */
static void add_wrapped(struct buffer *out, struct arena *arena, const char *text)
{
	size_t width = 0;

	while (*text != '\0') {
		const size_t size = strcspn(text, " ");
		const char *const word = arena_text(arena, text, size);
		const size_t more = text_width(word);

		if (width > 0 && width + 1 + more > LINE_WIDTH) {
			add_text(out, "\n");
			width = 0;
		}
		if (width > 0)
			add_text(out, " ");
		width += more + (width > 0);
		add_text(out, word);
		text += size + (text[size] == ' ');
	}
	add_text(out, "\n");
}

/* Which metrics there are. */

static bool is_latest(const struct kpi_metrics *metrics, size_t i)
{
	return i + 1 == metrics->count ||
	       !text_equal(metrics->list[i].name, metrics->list[i + 1].name);
}

void kpi_print_metrics(struct arena *arena, const struct kpi_metrics *metrics, struct buffer *out)
{
	static const char *const titles[] = { "METRIC",  "VERSION", "TITLE", "UNIT",
		                              "WINDOWS", "BY",      NULL };
	struct table table;

	table_init(&table, arena, titles);
	for (size_t i = 0; i < metrics->count; i++) {
		const struct kpi_metric *const metric = &metrics->list[i];

		if (!is_latest(metrics, i))
			continue;
		table_add(&table, metric->name);
		table_addf(&table, "%" PRId64, metric->version);
		table_add(&table, metric->title);
		table_add(&table, metric->unit);
		table_add(&table, kpi_kinds(arena, metric));
		table_add(&table, kpi_dimensions(arena, metric));
	}
	table_write(&table, out);
}

/* One metric. */

const char *kpi_state(struct arena *arena, const struct kpi_row *row)
{
	const struct kpi_metric *const metric = row->metric;

	if (text_equal(row->state, "open"))
		return "provisional";
	if (!text_equal(row->state, "restated") || !row->has_former)
		return row->state;
	return arena_printf(arena, "restated%s: was %s, %s; %s",
	                    row->revision > 1
	                        ? arena_printf(arena, " %" PRId64 " times", row->revision)
	                        : "",
	                    kpi_value(arena, metric->unit, row->currency, &row->former),
	                    kpi_population(arena, metric->formula, &row->former), row->reason);
}

static void add_head(const struct kpi_report *report, const struct kpi_metric *metric,
                     struct buffer *out)
{
	struct arena *const arena = report->arena;

	add_text(out, metric->title);
	add_text(out, arena_printf(arena, " (%s", metric->key));
	if (report->ask->dimension != NULL)
		add_text(out, arena_printf(arena, ", by %s", report->ask->dimension));
	add_text(out, ")\n");
	add_wrapped(out, arena, metric->says);
	add_text(out, arena_printf(arena, "In force since %s. Windows: %s, %s.\n",
	                           time_cell(arena, metric->effective_from, "ever"),
	                           window_kind_names[report->ask->kind],
	                           window_zone_name(metric->zone)));
	if (metric->quantile_count > 0)
		add_text(out,
		         "Quantiles are about: at most 1.6 % off, spans rounded within that.\n");
}

/* "MEDIAN", "90 %", "99.9 %" */
static const char *quantile_title(struct arena *arena, int64_t ppm)
{
	if (ppm == 500000)
		return "MEDIAN";
	if (ppm % 10000 == 0)
		return arena_printf(arena, "%" PRId64 " %%", ppm / 10000);
	return arena_printf(arena, "%" PRId64 ".%" PRId64 " %%", ppm / 10000, ppm % 10000 / 1000);
}

static bool is_ratio(const struct kpi_metric *metric)
{
	return text_equal(metric->formula, "share") || text_equal(metric->formula, "quotient");
}

/* The value of a distribution is the first of its quantiles. */
static void list_titles(const struct kpi_report *report, const struct kpi_metric *metric,
                        const char *titles[static TITLES_MAX + 1])
{
	size_t count = 0;

	titles[count++] = "WINDOW";
	if (report->ask->dimension != NULL)
		titles[count++] = "OF";
	if (metric->quantile_count == 0)
		titles[count++] = "VALUE";
	for (size_t i = 0; i < metric->quantile_count; i++)
		titles[count++] = quantile_title(report->arena, metric->quantiles_ppm[i]);
	if (text_equal(metric->formula, "share"))
		titles[count++] = "95 % SURE";
	titles[count++] = is_ratio(metric) ? "COUNTED" : "N";
	for (size_t i = 0; i < metric->aside_count; i++)
		titles[count++] = metric->asides[i];
	titles[count++] = "";
	titles[count] = NULL;
}

static const char *interval(struct arena *arena, const struct kpi_figure *figure)
{
	if (!figure->has_interval)
		return "-";
	return arena_printf(arena, "%s to %s", kpi_number(arena, "ppm", "", figure->low_ppm),
	                    kpi_number(arena, "ppm", "", figure->high_ppm));
}

static void add_quantiles(struct arena *arena, struct table *table, const struct kpi_row *row)
{
	const struct kpi_metric *const metric = row->metric;

	for (size_t i = 0; i < metric->quantile_count; i++) {
		int64_t value;

		table_add(table, kpi_figure_quantile(&row->figure, metric->quantiles_ppm[i], &value)
		                     ? kpi_about(arena, metric->unit, row->currency, value)
		                     : "-");
	}
}

static void add_row(const struct kpi_report *report, struct table *table, const struct kpi_row *row)
{
	struct arena *const arena = report->arena;
	const struct kpi_metric *const metric = row->metric;
	const struct kpi_figure *const figure = &row->figure;

	table_add(table, row->label);
	if (report->ask->dimension != NULL)
		table_add(table, *row->value == '\0' ? "(not known)" : row->value);
	if (metric->quantile_count == 0)
		table_add(table, kpi_value(arena, metric->unit, row->currency, figure));
	add_quantiles(arena, table, row);
	if (text_equal(metric->formula, "share"))
		table_add(table, interval(arena, figure));
	if (is_ratio(metric))
		table_add(table, kpi_population(arena, metric->formula, figure));
	else
		table_addf(table, "%" PRId64, figure->n);
	for (size_t i = 0; i < metric->aside_count; i++) {
		int64_t count = 0;

		(void)kpi_figure_aside(figure, metric->asides[i], &count);
		table_addf(table, "%" PRId64, count);
	}
	table_add(table, kpi_state(arena, row));
}

/* Of one version. */
static void add_section(const struct kpi_report *report, const struct kpi_metric *metric,
                        struct buffer *out)
{
	const char *titles[TITLES_MAX + 1];
	struct table table;

	list_titles(report, metric, titles);
	table_init(&table, report->arena, titles);
	for (size_t i = 0; i < report->rows->count; i++)
		if (report->rows->list[i].metric == metric)
			add_row(report, &table, &report->rows->list[i]);
	if (table_rows(&table) == 0)
		return;
	if (out->size > 0)
		add_text(out, "\n");
	add_head(report, metric, out);
	add_text(out, "\n");
	table_write(&table, out);
}

void kpi_print_table(const struct kpi_report *report, struct buffer *out)
{
	for (size_t i = 0; i < report->ask->count; i++)
		add_section(report, &report->ask->metrics[i], out);
	if (out->size > 0)
		return;
	add_head(report, &report->ask->metrics[report->ask->count - 1], out);
	add_text(out, "\nNothing was said of such windows.\n");
}
