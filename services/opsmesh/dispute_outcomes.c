/*
 * dispute outcomes - what became of the disputes that we answered, against what the economics document says, and its next version.
 */
#include "services/opsmesh/dispute.h"

#include "common/base/text.h"
#include "gen/opsmesh_sql.h"
#include "services/opsmesh/chance_version.h"
#include "services/opsmesh/dispute_row.h"
#include "services/opsmesh/outcome_print.h"
#include "services/opsmesh/told.h"

#include <inttypes.h>
#include <stdio.h>

#define SCRATCH_BLOCK (16UL * 1024)

enum form { FORM_TABLE, FORM_CSV, FORM_JSON };

struct ask {
	enum form form;
	const char *file; /* NULL: no document is written */
	struct chance_change change;
};

/* What is asked. */

static bool read_form(const struct tool *tool, enum form *form)
{
	static const char *const forms[] = { "table", "csv", "json" };
	const char *const text = tool_option(tool, "--format");

	*form = FORM_TABLE;
	if (text == NULL)
		return true;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		if (!text_equal(forms[i], text))
			continue;
		*form = (enum form)i;
		return true;
	}
	return false;
}

static int read_ask(const struct tool *tool, struct ask *ask)
{
	*ask = (struct ask){ .file = tool_option(tool, "--document"),
		             .change = { .effective_from = TIME_MIN } };
	if (!read_form(tool, &ask->form))
		return tool_fail(tool, ANSWER_USAGE, "--format: one of table, csv, json");
	if (!tool_instant(tool, "--effective", &ask->change.effective_from))
		return tool_wrong(tool, "--effective");
	if (!tool_number(tool, "--version", &ask->change.version))
		return tool_wrong(tool, "--version");
	if (ask->file == NULL &&
	    (tool_option(tool, "--effective") != NULL || tool_option(tool, "--version") != NULL))
		return tool_fail(tool, ANSWER_USAGE, "--effective and --version are of --document");
	if (ask->file != NULL && tool_option(tool, "--effective") == NULL)
		return tool_fail(tool, ANSWER_USAGE,
		                 "--document: from when is it in force? --effective TIME");
	return ANSWER_YES;
}

/* Reading. */

struct reading {
	struct outcome_sum *sum;
	struct arena *scratch; /* of one fact */
};

static void take_outcome(void *argument, const struct db_rows *row)
{
	struct reading *const reading = argument;
	struct told told = { 0 };

	told_unpack(reading->scratch, "ops.disputes.v1", db_bytes(row, 0, 0), &told);
	if (told.message != NULL) {
		const void *const message = told.message;

		outcome_sum_tell(reading->sum, message);
	}
	arena_reset(reading->scratch);
}

/* What was said by the least of the shards' times, which all have passed. */
static enum status read_sum(struct mesh_store *store, struct outcome_sum *sum, struct reach *reach)
{
	struct reading reading = { .sum = sum };
	enum status status;
	size_t place;
	bool has;

	*reach = reach_make(NULL, 0, TIME_MIN);
	if (!mesh_store_find(store, "chargeback", &place))
		return STATUS_OK;
	TRY(mesh_store_has(store, place, "dispute_case", &has));
	if (!has)
		return STATUS_OK;
	TRY(dispute_reach_read(store, place, reach));
	if (reach->at.us == TIME_MIN.us)
		return STATUS_OK;
	reading.scratch = arena_create(SCRATCH_BLOCK);
	status = mesh_store_tell(store, place, &sql_outcome_look, take_outcome, &reading,
	                         DB_TIME(reach->at));
	arena_destroy(reading.scratch);
	return status;
}

/* Writing. */

static struct instant latest_of(const struct reach *reach)
{
	struct instant latest = TIME_MIN;

	for (size_t i = 0; i < reach->count; i++)
		latest = time_later(latest, reach->shards[i].now);
	return latest;
}

/* What facts name and the document has not. */
static void tell_left_out(const struct tool *tool, const struct outcome_report *report)
{
	for (const struct outcome_cell *cell = report->sum->cells; cell != NULL; cell = cell->next)
		if (chance_document_cell(report->document, cell->name) == NULL)
			(void)tool_fail(tool, ANSWER_YES,
			                "%s: the document has no such cell, its %" PRId64
			                " outcomes are left out",
			                cell->name, cell->answered);
}

static int write_document(const struct tool *tool, const struct ask *ask,
                          const struct outcome_report *report)
{
	struct chance_change change = ask->change;
	const char *wrong;
	struct bytes text;
	FILE *file;
	bool written;

	if (report->reach.behind > 0)
		return tool_fail(tool, ANSWER_NO,
		                 "no next version: these have no mesh time yet: %s",
		                 reach_behind(tool->arena, &report->reach));
	change.until = report->reach.at;
	change.latest = latest_of(&report->reach);
	if (change.version == 0)
		change.version = report->document->version + 1;
	if (!chance_version_make(tool->arena, report->document, report->sum, &change, &text,
	                         &wrong))
		return tool_fail(tool, ANSWER_NO, "no next version: %s", wrong);
	file = fopen(ask->file, "wb");
	written = file != NULL && fwrite(text.data, 1, text.size, file) == text.size;
	if (file == NULL || fclose(file) != 0 || !written)
		return tool_fail(tool, ANSWER_AWAY, "%s: cannot be written", ask->file);
	tell_left_out(tool, report);
	return ANSWER_YES;
}

static int report_outcomes(const struct tool *tool, const struct ask *ask,
                           const struct outcome_report *report)
{
	if (ask->form == FORM_CSV)
		outcome_print_csv(report);
	else if (ask->form == FORM_JSON)
		outcome_print_json(report);
	else
		outcome_print(report);
	return ask->file != NULL ? write_document(tool, ask, report) : ANSWER_YES;
}

int dispute_outcomes(struct tool *tool, struct mesh_store *store)
{
	struct chance_document *const document = arena_zero(tool->arena, sizeof(*document));
	struct outcome_sum sum;
	struct outcome_report report = { .arena = tool->arena, .sum = &sum, .document = document };
	const char *wrong;
	struct ask ask;
	int answer = read_ask(tool, &ask);

	if (answer != ANSWER_YES)
		return answer;
	if (!chance_document_read(tool->arena, tool->settings.policies, document, &wrong))
		return tool_fail(tool, ANSWER_AWAY, "%s", wrong);
	outcome_sum_init(&sum, tool->arena);
	if (read_sum(store, &sum, &report.reach) != STATUS_OK) {
		answer = tool_fail(tool, ANSWER_AWAY, "%s", store->reason);
	} else {
		outcome_sum_end(&sum);
		answer = report_outcomes(tool, &ask, &report);
	}
	outcome_sum_finish(&sum);
	return answer;
}
