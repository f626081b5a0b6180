/*
 * list discrepancies - what does not add up: whose it is, who has seen it, how long it has been so, by how much.
 *
 * Ages are counted to the mesh time of the shard that keeps the case. Below stand what is unexplained in all,
 * by currency, left out where a figure is not known, and the time that the list is true for.
 */
#include "services/opsmesh/list_case.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "opsmesh/v1/common.pb-c.h"
#include "services/opsmesh/case_list.h"
#include "services/opsmesh/story.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>
#include <stdio.h>

struct view {
	struct tool *tool;
	struct mesh_store store;
	struct case_list list;
	struct story words;
	const char *queue; /* NULL: any */
};

static bool wanted(const struct view *view, const struct open_case *it)
{
	return view->queue == NULL || text_equal(it->queue, view->queue);
}

static const char *or_dash(const char *text)
{
	return text[0] == '\0' ? "-" : text;
}

static const char *severity_word(const struct view *view, const struct open_case *it)
{
	return it->severity == OPSMESH__V1__PRIORITY__PRIORITY_UNSPECIFIED
	           ? "-"
	           : story_word(&view->words, &opsmesh__v1__priority__descriptor, it->severity);
}

static const char *age(const struct view *view, const struct open_case *it)
{
	if (it->now.us == TIME_MIN.us || it->since.us == TIME_MIN.us)
		return "?";
	return span_text(view->tool->arena, time_since(it->since, it->now));
}

/* For people. */

/* An amount that cannot be told as such leaves two zeros. */
static bool has_figures(const struct case_figure *figure)
{
	return figure->known &&
	       (figure->money || figure->expected.minor != 0 || figure->found.minor != 0);
}

static const char *last_figure(const struct view *view, const struct open_case *it, bool expected)
{
	const struct money figure = expected ? it->last.expected : it->last.found;

	if (!has_figures(&it->last))
		return "-";
	return it->last.money ? money_format(view->tool->arena, figure)
	                      : arena_printf(view->tool->arena, "%" PRId64, figure.minor);
}

static const char *off_cell(const struct view *view, const struct open_case *it)
{
	struct running *const off = arena_zero(view->tool->arena, sizeof(*off));

	return case_off(it, off) ? or_dash(running_text(view->tool->arena, off)) : "?";
}

static void add_row(const struct view *view, struct table *table, const struct open_case *it)
{
	table_add(table, severity_word(view, it));
	table_add(table, it->state);
	table_add(table, time_cell(view->tool->arena, it->since, "-"));
	table_add(table, age(view, it));
	table_add(table, it->customer);
	table_add(table, or_dash(it->account));
	table_add(table, it->cause);
	table_addf(table, "%zu", it->count);
	table_add(table, last_figure(view, it, true));
	table_add(table, last_figure(view, it, false));
	table_add(table, off_cell(view, it));
	table_add(table, or_dash(it->queue));
	table_add(table, or_dash(it->owner));
	table_add(table, or_dash(it->acknowledged_by));
	table_addf(table, "%" PRId64, it->escalations);
	table_add(table, it->id);
}

static bool unexplained(const struct view *view, struct running *all)
{
	for (size_t i = 0; i < view->list.count; i++) {
		const struct open_case *const it = &view->list.cases[i];

		if (it->open && wanted(view, it) && !case_off(it, all))
			return false;
	}
	return true;
}

static void print_rows(const struct view *view)
{
	static const char *const titles[] = { "SEVERITY", "STATE",   "SINCE",     "AGE",
		                              "CUSTOMER", "ACCOUNT", "CAUSE",     "OBJECTS",
		                              "EXPECTED", "FOUND",   "OFF BY",    "QUEUE",
		                              "OWNER",    "SEEN BY", "ESCALATED", "DISCREPANCY",
		                              NULL };
	struct running *const all = arena_zero(view->tool->arena, sizeof(*all));
	struct table table;

	table_init(&table, view->tool->arena, titles);
	for (size_t i = 0; i < view->list.count; i++)
		if (wanted(view, &view->list.cases[i]))
			add_row(view, &table, &view->list.cases[i]);
	if (table_rows(&table) == 0) {
		puts("No such discrepancy is open.");
		return;
	}
	table_print(&table);
	if (unexplained(view, all)) {
		const char *const text = running_text(view->tool->arena, all);

		printf("\nUnexplained: %s.\n", text[0] == '\0' ? "no money" : text);
	}
}

static void print_table(const struct view *view)
{
	if (!view->list.has_books) {
		puts("No discrepancies: billing-sync keeps no books here yet.");
		return;
	}
	print_rows(view);
	puts(reach_sentence(view->tool->arena, &view->list.reach));
}

/* For programs. */

static json_t *time_json(struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us ? json_null() : json_string(time_format(at, text));
}

static json_t *figure_json(const struct case_figure *figure)
{
	json_t *const row = json_object();

	json_object_set_new(row, "object_id", json_string(figure->object));
	json_object_set_new(row, "currency",
	                    figure->known && figure->money ? json_string(figure->found.currency)
	                                                   : json_null());
	json_object_set_new(row, figure->money ? "expected_minor" : "expected_count",
	                    has_figures(figure) ? json_integer(figure->expected.minor)
	                                        : json_null());
	json_object_set_new(row, figure->money ? "found_minor" : "found_count",
	                    has_figures(figure) ? json_integer(figure->found.minor) : json_null());
	return row;
}

static json_t *case_json(const struct view *view, const struct open_case *it)
{
	json_t *const row = json_object();
	json_t *const figures = json_array();

	for (size_t i = 0; i < it->count; i++)
		json_array_append_new(figures, figure_json(&it->figures[i]));
	json_object_set_new(row, "discrepancy_id", json_string(it->id));
	json_object_set_new(row, "customer_id", json_string(it->customer));
	json_object_set_new(row, "account_id", json_string(it->account));
	json_object_set_new(row, "cause", json_string(it->cause));
	json_object_set_new(row, "state", json_string(it->state));
	json_object_set_new(row, "since", time_json(it->since));
	json_object_set_new(row, "mesh_time", time_json(it->now));
	json_object_set_new(row, "severity", json_string(severity_word(view, it)));
	json_object_set_new(row, "queue", json_string(it->queue));
	json_object_set_new(row, "owner", json_string(it->owner));
	json_object_set_new(row, "acknowledged_by", json_string(it->acknowledged_by));
	json_object_set_new(row, "acknowledged_at", time_json(it->acknowledged_at));
	json_object_set_new(row, "escalated", json_integer(it->escalations));
	json_object_set_new(row, "sentence", json_string(it->sentence));
	json_object_set_new(row, "objects", figures);
	return row;
}

static void print_json(const struct view *view)
{
	AUTO_JSON rows = json_array();

	for (size_t i = 0; i < view->list.count; i++)
		if (wanted(view, &view->list.cases[i]))
			json_array_append_new(rows, case_json(view, &view->list.cases[i]));
	json_dumpf(rows, stdout, JSON_COMPACT);
	putchar('\n');
}

int list_cases(struct tool *tool)
{
	struct view *const view = arena_zero(tool->arena, sizeof(*view));
	const bool all = tool_option(tool, "--all") != NULL;
	int answer = ANSWER_YES;

	view->tool = tool;
	view->words.arena = tool->arena;
	view->queue = tool_option(tool, "--queue");
	if (mesh_store_open(&view->store, tool->arena, tool->settings.database_url) != STATUS_OK ||
	    case_list_read(&view->list, &view->store, all) != STATUS_OK)
		answer = tool_fail(tool, ANSWER_AWAY, "%s", view->store.reason);
	else if (tool_option(tool, "--json") != NULL)
		print_json(view);
	else
		print_table(view);
	case_list_finish(&view->list);
	mesh_store_close(&view->store);
	return answer;
}
