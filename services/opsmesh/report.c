/*
 * report - a leader's page of the figures of a day, a week or a month, from what kpi-aggregator said last.
 */
#include "services/opsmesh/opsmesh.h"

#include "common/base/text.h"
#include "gen/opsmesh_sql.h"
#include "services/opsmesh/mesh_store.h"
#include "services/opsmesh/report_page.h"

#include <stdio.h>

#define SCHEMA "kpi"
#define PLACE 0

typedef void page_writer(const struct report *report, struct buffer *out);

static const struct {
	const char *name;
	page_writer *write;
} formats[] = {
	{ "markdown", report_markdown },
	{ "html", report_html },
	{ "pdf", report_pdf },
};

static page_writer *writer_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (name == NULL || text_equal(formats[i].name, name))
			return formats[i].write;
	return NULL;
}

/* Reading. */

static void take_row(void *argument, const struct db_rows *row)
{
	struct report *const report = argument;

	report_add(report, &(struct report_row){
			       .metric = { .key = db_text(row, 0, 0),
	                                   .name = db_text(row, 0, 1),
	                                   .version = db_int(row, 0, 2),
	                                   .title = db_text(row, 0, 3),
	                                   .says = db_text(row, 0, 4),
	                                   .formula = db_text(row, 0, 5),
	                                   .unit = db_text(row, 0, 6),
	                                   .better = db_text(row, 0, 7),
	                                   .area = db_text(row, 0, 8),
	                                   .zone = db_text(row, 0, 9),
	                                   .kind = db_text(row, 0, 10) },
			       .currency = db_text(row, 0, 11),
			       .ago = db_is_null(row, 0, 12) ? 0 : db_int(row, 0, 12),
			       .state = db_text(row, 0, 13),
			       .revision = db_is_null(row, 0, 14) ? 0 : db_int(row, 0, 14),
			       .figures = db_text(row, 0, 15),
			       .former = db_text(row, 0, 16),
			       .reason = db_text(row, 0, 17),
			       .label = db_text(row, 0, 18),
			   });
}

static void take_restated(void *argument, const struct db_rows *row)
{
	struct report *const report = argument;

	report_add_restated(report, &(struct report_row){
					.metric = { .title = db_text(row, 0, 0),
	                                            .unit = db_text(row, 0, 1),
	                                            .key = db_text(row, 0, 2),
	                                            .formula = db_text(row, 0, 10) },
					.currency = db_text(row, 0, 3),
					.label = db_text(row, 0, 4),
					.state = "restated",
					.former = db_text(row, 0, 5),
					.figures = db_text(row, 0, 6),
					.reason = db_text(row, 0, 7),
					.revision = db_int(row, 0, 8),
					.said_at = db_time(row, 0, 9),
				    });
}

static enum status read_period(struct mesh_store *store, const char *day, struct report *report)
{
	AUTO_ROWS rows = NULL;

	TRY(mesh_store_query(store, PLACE, &sql_report_period, &rows, DB_TEXT(report->kind),
	                     DB_TEXT(day)));
	if (db_rows_count(rows) == 0)
		return STATUS_OK;
	report->first = arena_string(report->arena, db_text(rows, 0, 0));
	report->last = arena_string(report->arena, db_text(rows, 0, 1));
	report->label = arena_string(report->arena, db_text(rows, 0, 2));
	report->mesh_time = db_time(rows, 0, 3);
	return STATUS_OK;
}

static enum status read_report(struct mesh_store *store, const char *day, struct report *report)
{
	bool there = false;

	TRY(mesh_store_has(store, PLACE, "kpi_cell", &there));
	if (!there)
		return STATUS_OK;
	TRY(read_period(store, day, report));
	if (report->label == NULL)
		return STATUS_OK;
	TRY(mesh_store_tell(store, PLACE, &sql_report_look, take_row, report, DB_TEXT(report->kind),
	                    DB_TEXT(report->first)));
	return mesh_store_tell(store, PLACE, &sql_report_restated, take_restated, report,
	                       DB_TEXT(report->kind), DB_TEXT(report->first));
}

/* Writing. */

static int write_page(const struct tool *tool, const struct buffer *page)
{
	const char *const name = tool_option(tool, "--out");
	FILE *const file = name == NULL ? stdout : fopen(name, "wb");
	bool written;

	if (file == NULL)
		return tool_fail(tool, ANSWER_AWAY, "%s: cannot be written", name);
	written = fwrite(page->data, 1, page->size, file) == page->size;
	if ((name == NULL ? fflush(file) : fclose(file)) != 0 || !written)
		return tool_fail(tool, ANSWER_AWAY, "%s: cannot be written",
		                 name == NULL ? "standard output" : name);
	return ANSWER_YES;
}

static int show(const struct tool *tool, page_writer *write, const struct report *report)
{
	struct buffer page = { 0 };
	int answer;

	if (report->label == NULL)
		return tool_fail(tool, ANSWER_NO, "there are no figures of a %s yet", report->kind);
	write(report, &page);
	answer = page.size > 0 ? write_page(tool, &page)
	                       : tool_fail(tool, ANSWER_AWAY,
	                                   "no PDF can be made: are its fonts here? "
	                                   "fonts-noto-cjk and fonts-dejavu-core have them");
	buffer_finish(&page);
	return answer;
}

int report_command(struct tool *tool)
{
	static const char *const kinds[] = { "day", "week", "month", NULL };
	const char *const day = tool_option(tool, "--at");
	page_writer *const write = writer_of(tool_option(tool, "--format"));
	struct mesh_store store;
	struct report report;
	struct date date;
	enum status status;

	if (!text_among(kinds, tool->words[0]))
		return tool_fail(tool, ANSWER_USAGE, "%s: one of day, week, month", tool->words[0]);
	if (write == NULL)
		return tool_wrong(tool, "--format");
	if (day != NULL && !date_parse(day, &date))
		return tool_wrong(tool, "--at");
	report_init(&report, tool->arena);
	report.kind = tool->words[0];
	mesh_store_open_one(&store, tool->arena, tool->settings.database_url, SCHEMA);
	status = read_report(&store, day == NULL ? "" : day, &report);
	mesh_store_close(&store);
	if (status != STATUS_OK)
		return tool_fail(tool, ANSWER_AWAY, "%s", store.reason);
	return show(tool, write, &report);
}
