/*
 * list disputes - the open cases, next deadline first: what must be answered, by when, by whom, and what lacks.
 *
 * What is left is counted to the mesh time of the shard that keeps the case. Cases without a deadline come last, with
 * the reason.
 */
#include "services/opsmesh/list_dispute.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "services/opsmesh/dispute_row.h"
#include "services/opsmesh/table.h"

#include <stdio.h>

struct view {
	struct tool *tool;
	struct mesh_store store;
	struct dispute_rows rows;
	bool soon; /* only what is due within so long, or overdue */
	struct duration within;
	const char *queue; /* NULL: any */
};

static bool wanted(const struct view *view, const struct dispute_row *row)
{
	if (view->queue != NULL && !text_equal(row->queue, view->queue))
		return false;
	return !view->soon || (row->deadline.us != TIME_MIN.us && row->now.us != TIME_MIN.us &&
	                       !time_before(time_add(row->now, view->within), row->deadline));
}

static const char *or_dash(const char *text)
{
	return text[0] == '\0' ? "-" : text;
}

/* "in 2h 05m", "3m 10s ago"; where none is set, why. */
static const char *left(struct arena *arena, const struct dispute_row *row)
{
	if (row->deadline.us == TIME_MIN.us)
		return dispute_why_none(row);
	if (row->now.us == TIME_MIN.us)
		return "?";
	if (time_before(row->deadline, row->now))
		return arena_printf(arena, "%s ago",
		                    span_text(arena, time_since(row->deadline, row->now)));
	return arena_printf(arena, "in %s", span_text(arena, time_since(row->now, row->deadline)));
}

/* For people. */

static void add_row(struct arena *arena, struct table *table, const struct dispute_row *row)
{
	table_add(table, time_cell(arena, row->deadline, "-"));
	table_add(table, left(arena, row));
	table_add(table, row->case_id);
	table_add(table, or_dash(row->stage));
	table_add(table, row->state);
	table_add(table, or_dash(row->status));
	table_add(table, dispute_amount(arena, row));
	table_add(table, or_dash(dispute_reason(arena, row)));
	table_add(table, or_dash(dispute_owner(arena, row)));
	table_add(table, or_dash(row->response));
	table_add(table, or_dash(dispute_lacks(arena, row)));
}

static void print_table(const struct view *view)
{
	static const char *const titles[] = { "DEADLINE", "",       "CASE",   "STAGE",
		                              "STATE",    "STATUS", "AMOUNT", "REASON",
		                              "OWNER",    "ANSWER", "LACKS",  NULL };
	struct arena *const arena = view->tool->arena;
	struct table table;

	if (!view->rows.has_cases) {
		puts("No disputes: chargeback keeps no cases here yet.");
		return;
	}
	table_init(&table, arena, titles);
	for (size_t i = 0; i < view->rows.count; i++)
		if (wanted(view, &view->rows.list[i]))
			add_row(arena, &table, &view->rows.list[i]);
	if (table_rows(&table) == 0)
		puts("No such dispute is open.");
	else
		table_print(&table);
	puts(reach_sentence(arena, &view->rows.reach));
}

/* For programs. */

static json_t *time_json(struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us ? json_null() : json_string(time_format(at, text));
}

static json_t *lacks_json(const struct dispute_row *row)
{
	json_t *const list = json_array();

	if ((row->lacks & DISPUTE_LACKS_OWNER) != 0)
		json_array_append_new(list, json_string("owner"));
	if ((row->lacks & DISPUTE_LACKS_DEADLINE) != 0)
		json_array_append_new(list, json_string("deadline"));
	if ((row->lacks & DISPUTE_LACKS_EVIDENCE) != 0)
		json_array_append_new(list, json_string("evidence"));
	return list;
}

static void add_subject(json_t *json, const struct dispute_row *row)
{
	json_object_set_new(json, "case_id", json_string(row->case_id));
	json_object_set_new(json, "dispute_id", json_string(row->dispute_id));
	json_object_set_new(json, "account_id", json_string(row->home));
	json_object_set_new(json, "customer_id", json_string(row->customer_id));
	json_object_set_new(json, "payment_id", json_string(row->payment_id));
	json_object_set_new(json, "stage", json_string(row->stage));
	json_object_set_new(json, "state", json_string(row->state));
	json_object_set_new(json, "status", json_string(row->status));
	json_object_set_new(json, "amount_minor",
	                    row->has_amount ? json_integer(row->amount.minor) : json_null());
	json_object_set_new(json, "currency",
	                    row->has_amount ? json_string(row->amount.currency) : json_null());
	json_object_set_new(json, "reason", json_string(row->reason));
	json_object_set_new(json, "network", json_string(row->network));
	json_object_set_new(json, "network_reason_code", json_string(row->code));
}

static json_t *row_json(const struct dispute_row *row)
{
	const bool counted = row->deadline.us != TIME_MIN.us && row->now.us != TIME_MIN.us;
	json_t *const json = json_object();

	add_subject(json, row);
	json_object_set_new(json, "opened_at", time_json(row->opened_at));
	json_object_set_new(json, "due_by", time_json(row->due_by));
	json_object_set_new(json, "deadline", time_json(row->deadline));
	json_object_set_new(json, "left_us",
	                    counted ? json_integer(time_since(row->now, row->deadline).us)
	                            : json_null());
	json_object_set_new(json, "no_deadline_because",
	                    row->deadline.us == TIME_MIN.us ? json_string(dispute_why_none(row))
	                                                    : json_null());
	json_object_set_new(json, "mesh_time", time_json(row->now));
	json_object_set_new(json, "owner", json_string(row->owner));
	json_object_set_new(json, "queue", json_string(row->queue));
	json_object_set_new(json, "response", json_string(row->response));
	json_object_set_new(json, "decision", json_string(row->decision));
	json_object_set_new(json, "lacks", lacks_json(row));
	return json;
}

static void print_json(const struct view *view)
{
	AUTO_JSON rows = json_array();

	for (size_t i = 0; i < view->rows.count; i++)
		if (wanted(view, &view->rows.list[i]))
			json_array_append_new(rows, row_json(&view->rows.list[i]));
	json_dumpf(rows, stdout, JSON_COMPACT);
	putchar('\n');
}

int list_disputes(struct tool *tool, struct duration within)
{
	static const struct dispute_ask open = { .home = "", .dispute_id = "", .open = true };
	struct view *const view = arena_zero(tool->arena, sizeof(*view));
	int answer = ANSWER_YES;

	view->tool = tool;
	view->soon = tool_option(tool, "--due-within") != NULL;
	view->within = within;
	view->queue = tool_option(tool, "--queue");
	if (mesh_store_open(&view->store, tool->arena, tool->settings.database_url) != STATUS_OK ||
	    dispute_rows_read(&view->store, &open, &view->rows) != STATUS_OK)
		answer = tool_fail(tool, ANSWER_AWAY, "%s", view->store.reason);
	else if (tool_option(tool, "--json") != NULL)
		print_json(view);
	else
		print_table(view);
	mesh_store_close(&view->store);
	return answer;
}
