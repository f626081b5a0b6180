/*
 * kpi - a metric by window: its number, what it was counted over, its definition; or which metrics there are.
 */
#include "common/base/text.h"
#include "services/opsmesh/kpi_print.h"
#include "services/opsmesh/opsmesh.h"

#include <stdio.h>

enum form { FORM_TABLE, FORM_CSV, FORM_JSON, FORM_SVG, FORMS };

struct view {
	struct tool *tool;
	struct mesh_store store;
	struct kpi_metrics metrics;
	struct kpi_ask ask;
	struct kpi_rows rows;
	enum form form;
};

static void print(struct buffer *out)
{
	fwrite(out->data, 1, out->size, stdout);
	buffer_finish(out);
}

/* What is asked. */

static bool read_form(const struct tool *tool, enum form *form)
{
	static const char *const forms[FORMS] = { "table", "csv", "json", "svg" };
	const char *const text = tool_option(tool, "--format");

	*form = FORM_TABLE;
	for (int i = 0; text != NULL && i < FORMS; i++) {
		if (!text_equal(forms[i], text))
			continue;
		*form = (enum form)i;
		return true;
	}
	return text == NULL;
}

/* The versions of the name, or the one that is asked for. */
static void choose_versions(struct view *view, int64_t version)
{
	const char *const name = view->tool->words[0];
	struct kpi_metric *const chosen =
	    arena_alloc(view->tool->arena, (view->metrics.count + 1) * sizeof(*chosen));

	for (size_t i = 0; i < view->metrics.count; i++) {
		const struct kpi_metric *const metric = &view->metrics.list[i];

		if (text_equal(metric->name, name) && (version == 0 || metric->version == version))
			chosen[view->ask.count++] = *metric;
	}
	view->ask.metrics = chosen;
}

static const struct kpi_metric *newest(const struct view *view)
{
	return &view->ask.metrics[view->ask.count - 1];
}

static bool any_version(const struct kpi_ask *ask, int kind)
{
	for (size_t i = 0; i < ask->count; i++)
		if (kpi_metric_has(&ask->metrics[i], ask->dimension, (enum window_kind)kind))
			return true;
	return false;
}

/* The day, else the shortest that there is. */
static enum window_kind usual_kind(const struct kpi_metric *metric)
{
	if (metric->windows[WINDOW_DAY])
		return WINDOW_DAY;
	for (int kind = 0; kind < WINDOW_KINDS; kind++)
		if (metric->windows[kind])
			return (enum window_kind)kind;
	return WINDOW_DAY;
}

static bool read_kind(const struct view *view, enum window_kind *kind)
{
	const char *const text = tool_option(view->tool, "--window");

	*kind = usual_kind(newest(view));
	for (int i = 0; text != NULL && i < WINDOW_KINDS; i++) {
		if (!text_equal(window_kind_names[i], text))
			continue;
		*kind = (enum window_kind)i;
		return true;
	}
	return text == NULL;
}

/* A label of a window, as shown, or a time; `end` takes a label's end. */
static bool read_time(const struct view *view, const char *option, bool end, struct instant *at)
{
	const char *const text = tool_option(view->tool, option);
	struct window window;

	if (text == NULL)
		return true;
	if (!window_parse(newest(view)->zone, text, &window))
		return time_parse(text, at);
	*at = end ? window.end : window.start;
	return true;
}

static int read_ask(struct view *view)
{
	const struct tool *const tool = view->tool;
	struct kpi_ask *const ask = &view->ask;

	if (!read_kind(view, &ask->kind))
		return tool_wrong(tool, "--window");
	if (!read_time(view, "--from", false, &ask->from))
		return tool_wrong(tool, "--from");
	if (!read_time(view, "--to", true, &ask->to))
		return tool_wrong(tool, "--to");
	ask->dimension = tool_option(tool, "--by");
	if (!any_version(ask, ask->kind))
		return tool_fail(
		    tool, ANSWER_USAGE,
		    "%s is not counted so: it has the windows %s; from the %s on by %s",
		    tool->words[0], kpi_kinds(tool->arena, newest(view)),
		    window_kind_names[newest(view)->cut_finest],
		    kpi_dimensions(tool->arena, newest(view)));
	return ANSWER_YES;
}

/* Showing. */

static int show_metrics(struct view *view)
{
	struct buffer out = { 0 };

	if (view->form == FORM_CSV || view->form == FORM_SVG)
		return tool_fail(view->tool, ANSWER_USAGE, "--format %s is of one metric",
		                 tool_option(view->tool, "--format"));
	if (view->form == FORM_JSON)
		kpi_print_metrics_json(view->tool->arena, &view->metrics, &out);
	else if (view->metrics.count == 0)
		puts("No metric is published: kpi-aggregator has said nothing here yet.");
	else
		kpi_print_metrics(view->tool->arena, &view->metrics, &out);
	print(&out);
	return ANSWER_YES;
}

static void show_rows(const struct view *view)
{
	static void (*const shows[FORMS])(const struct kpi_report *report, struct buffer *out) = {
		[FORM_TABLE] = kpi_print_table,
		[FORM_CSV] = kpi_print_csv,
		[FORM_JSON] = kpi_print_json,
		[FORM_SVG] = kpi_print_svg,
	};
	const struct kpi_report report = { view->tool->arena, &view->ask, &view->rows };
	struct buffer out = { 0 };

	shows[view->form](&report, &out);
	print(&out);
}

static int show_metric(struct view *view)
{
	struct tool *const tool = view->tool;
	int64_t version = 0;
	int answer;

	if (!tool_number(tool, "--version", &version))
		return tool_wrong(tool, "--version");
	choose_versions(view, version);
	if (view->ask.count == 0)
		return tool_fail(tool, ANSWER_NO,
		                 "there is no such metric: %s; opsmesh kpi alone lists them",
		                 tool->words[0]);
	answer = read_ask(view);
	if (answer != ANSWER_YES)
		return answer;
	if (kpi_rows_look(&view->store, 0, &view->ask, &view->rows) != STATUS_OK)
		return tool_fail(tool, ANSWER_AWAY, "%s", view->store.reason);
	show_rows(view);
	if (view->rows.unread > 0)
		return tool_fail(tool, ANSWER_NO, "%zu windows hold what cannot be read",
		                 view->rows.unread);
	return ANSWER_YES;
}

int kpi_command(struct tool *tool)
{
	struct view *const view = arena_zero(tool->arena, sizeof(*view));
	int answer;

	view->tool = tool;
	view->ask = (struct kpi_ask){ .from = TIME_MIN, .to = TIME_MAX };
	if (!read_form(tool, &view->form))
		return tool_fail(tool, ANSWER_USAGE, "--format: one of table, csv, json, svg");
	mesh_store_open_one(&view->store, tool->arena, tool->settings.database_url, KPI_SCHEMA);
	if (kpi_metrics_look(&view->store, 0, &view->metrics) != STATUS_OK)
		answer = tool_fail(tool, ANSWER_AWAY, "%s", view->store.reason);
	else if (tool->word_count == 0)
		answer = show_metrics(view);
	else
		answer = show_metric(view);
	kpi_metrics_finish(&view->metrics);
	mesh_store_close(&view->store);
	return answer;
}
