#include "services/opsmesh/outcome_print.h"

#include "common/base/check.h"
#include "common/io/json.h"
#include "services/opsmesh/csv.h"
#include "services/opsmesh/story_reading.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>
#include <stdio.h>

/* A cell of the document beside ours. */
struct line {
	const char *name; /* "fraudulent/full" */
	int64_t answered;
	int64_t won;
	bool has_ours; /* else none was answered */
	struct rate ours;
	bool is_said; /* else the document has no such cell */
	struct rate said;
	struct rate next;
	bool outside;
};

static struct line line_of(const struct outcome_report *report, const char *name)
{
	const struct chance_document *const document = report->document;
	const struct chance_cell *const cell = chance_document_cell(document, name);
	const struct outcome_cell own = outcome_sum_of(report->sum, name);
	const struct rate_prior nothing = { 0, 0 };
	struct line line = { .name = name, .answered = own.answered, .won = own.won };

	line.has_ours = own.answered > 0 &&
	                rate_after(nothing, own.won, own.answered, RATE_Z_MILLI_95, &line.ours);
	line.is_said = cell != NULL;
	if (cell == NULL)
		return line;
	line.said = chance_document_rate(document, cell, cell->won, cell->answered);
	line.next = chance_document_rate(document, cell, own.won, own.answered);
	line.outside = line.has_ours && (line.said.ppm < line.ours.interval.low_ppm ||
	                                 line.said.ppm > line.ours.interval.high_ppm);
	return line;
}

typedef void tell_line(void *argument, const struct line *line);

/* Cells that have outcomes: the document's in its order, then those that it does not have. */
static void each_line(const struct outcome_report *report, tell_line *tell, void *argument)
{
	for (size_t i = 0; i < report->document->count; i++) {
		const struct line line = line_of(report, report->document->cells[i].name);

		if (line.answered > 0 || report->document->cells[i].answered > 0)
			tell(argument, &line);
	}
	for (const struct outcome_cell *cell = report->sum->cells; cell != NULL;
	     cell = cell->next) {
		const struct line line = line_of(report, cell->name);

		if (!line.is_said)
			tell(argument, &line);
	}
}

static const char *document_name(const struct outcome_report *report)
{
	return arena_printf(report->arena, "economics/%s/%" PRId64, report->document->id,
	                    report->document->version);
}

/* For people. */

struct people {
	const struct outcome_report *report;
	struct story story; /* for its words */
	struct table table;
};

static const char *share(const struct people *people, const struct rate *rate)
{
	return arena_printf(people->report->arena, "%s (%s to %s)",
	                    story_share(&people->story, rate->ppm),
	                    story_share(&people->story, rate->interval.low_ppm),
	                    story_share(&people->story, rate->interval.high_ppm));
}

static void add_line(void *argument, const struct line *line)
{
	struct people *const people = argument;
	struct table *const table = &people->table;

	table_add(table, line->name);
	table_addf(table, "%" PRId64, line->answered);
	table_addf(table, "%" PRId64, line->won);
	table_add(table, line->has_ours ? share(people, &line->ours) : "-");
	table_add(table, line->is_said ? share(people, &line->said) : "?");
	table_add(table, line->is_said ? share(people, &line->next) : "?");
	table_add(table, line->outside ? "outside" : "");
}

static void print_cells(struct people *people)
{
	static const char *const titles[] = { "CELL",     "ANSWERED", "WON", "OURS",
		                              "DOCUMENT", "NEXT",     "",    NULL };

	table_init(&people->table, people->report->arena, titles);
	each_line(people->report, add_line, people);
	table_print(&people->table);
}

static void print_bands(struct people *people)
{
	static const char *const titles[] = { "PREDICTED FROM", "ANSWERED", "WON", "PREDICTED",
		                              "CAME TRUE",      "",         NULL };
	struct table *const table = &people->table;

	table_init(table, people->report->arena, titles);
	for (size_t i = 0; i < CALIBRATION_BANDS; i++) {
		struct calibration_row row;

		if (!calibration_read(&people->report->sum->calibration, i, RATE_Z_MILLI_95, &row))
			continue;
		table_add(table, story_share(&people->story, row.from_ppm));
		table_addf(table, "%" PRId64, row.count);
		table_addf(table, "%" PRId64, row.won);
		table_add(table, story_share(&people->story, row.predicted_ppm));
		table_add(table, share(people, &row.observed));
		table_add(table, row.surprising ? "surprising" : "");
	}
	table_print(table);
}

void outcome_print(const struct outcome_report *report)
{
	struct people people = { .report = report, .story = { .arena = report->arena } };

	if (report->sum->answered == 0) {
		puts("No dispute that was answered is decided yet.");
	} else {
		print_cells(&people);
		putchar('\n');
		print_bands(&people);
	}
	printf("Not answered, and so not counted: %" PRId64
	       ". Told before facts named a cell: %" PRId64 ".\n",
	       report->sum->unanswered, report->sum->nameless);
	printf("The document is %s.\n%s\n", document_name(report),
	       reach_sentence(report->arena, &report->reach));
}

/* For spreadsheets. */

struct sheet {
	const struct outcome_report *report;
	struct buffer out;
	struct csv csv;
};

static void add_number(struct sheet *sheet, bool known, int64_t number)
{
	csv_plain(&sheet->csv, known ? arena_printf(sheet->report->arena, "%" PRId64, number) : "");
}

static void add_rate(struct sheet *sheet, bool known, const struct rate *rate)
{
	add_number(sheet, known, rate->ppm);
	add_number(sheet, known, rate->interval.low_ppm);
	add_number(sheet, known, rate->interval.high_ppm);
}

static void end_row(struct sheet *sheet, bool outside)
{
	csv_plain(&sheet->csv, outside ? "true" : "false");
	csv_text(&sheet->csv, document_name(sheet->report));
	csv_plain(&sheet->csv, reach_time(sheet->report->arena, &sheet->report->reach));
	csv_plain(&sheet->csv, reach_behind(sheet->report->arena, &sheet->report->reach));
	csv_line(&sheet->csv);
}

static void add_cell_row(void *argument, const struct line *line)
{
	struct sheet *const sheet = argument;

	csv_plain(&sheet->csv, "cell");
	csv_text(&sheet->csv, line->name);
	add_number(sheet, true, line->answered);
	add_number(sheet, true, line->won);
	add_rate(sheet, line->has_ours, &line->ours);
	add_rate(sheet, line->is_said, &line->said);
	add_rate(sheet, line->is_said, &line->next);
	end_row(sheet, line->outside);
}

/* A band: from which chance on, and the mean of what was predicted; the document says nothing of it. */
static void add_band_row(struct sheet *sheet, const struct calibration_row *row)
{
	const struct rate none = { .ppm = 0 };

	csv_plain(&sheet->csv, "predicted");
	add_number(sheet, true, row->from_ppm);
	add_number(sheet, true, row->count);
	add_number(sheet, true, row->won);
	add_rate(sheet, true, &row->observed);
	add_number(sheet, true, row->predicted_ppm);
	add_number(sheet, false, 0);
	add_number(sheet, false, 0);
	add_rate(sheet, false, &none);
	end_row(sheet, row->surprising);
}

void outcome_print_csv(const struct outcome_report *report)
{
	static const char *const titles[] = { "row",           "of",
		                              "answered",      "won",
		                              "ours_ppm",      "ours_low_ppm",
		                              "ours_high_ppm", "said_ppm",
		                              "said_low_ppm",  "said_high_ppm",
		                              "next_ppm",      "next_low_ppm",
		                              "next_high_ppm", "outside",
		                              "document",      "true_for",
		                              "shards_behind", NULL };
	struct sheet sheet = { .report = report };

	sheet.csv.out = &sheet.out;
	csv_titles(&sheet.csv, titles);
	each_line(report, add_cell_row, &sheet);
	for (size_t i = 0; i < CALIBRATION_BANDS; i++) {
		struct calibration_row row;

		if (calibration_read(&report->sum->calibration, i, RATE_Z_MILLI_95, &row))
			add_band_row(&sheet, &row);
	}
	fwrite(sheet.out.data, 1, sheet.out.size, stdout);
	buffer_finish(&sheet.out);
}

/* For programs. */

static json_t *rate_json(bool known, const struct rate *rate)
{
	json_t *json;

	if (!known)
		return json_null();
	json = json_object();
	json_object_set_new(json, "ppm", json_integer(rate->ppm));
	json_object_set_new(json, "low_ppm", json_integer(rate->interval.low_ppm));
	json_object_set_new(json, "high_ppm", json_integer(rate->interval.high_ppm));
	return json;
}

static void add_cell_json(void *argument, const struct line *line)
{
	json_t *const list = argument;
	json_t *const json = json_object();

	json_object_set_new(json, "cell", json_string(line->name));
	json_object_set_new(json, "answered", json_integer(line->answered));
	json_object_set_new(json, "won", json_integer(line->won));
	json_object_set_new(json, "ours", rate_json(line->has_ours, &line->ours));
	json_object_set_new(json, "document", rate_json(line->is_said, &line->said));
	json_object_set_new(json, "next", rate_json(line->is_said, &line->next));
	json_object_set_new(json, "outside", json_boolean(line->outside));
	json_array_append_new(list, json);
}

static json_t *bands_json(const struct calibration *calibration)
{
	json_t *const list = json_array();

	for (size_t i = 0; i < CALIBRATION_BANDS; i++) {
		json_t *json;
		struct calibration_row row;

		if (!calibration_read(calibration, i, RATE_Z_MILLI_95, &row))
			continue;
		json = json_object();
		json_object_set_new(json, "from_ppm", json_integer(row.from_ppm));
		json_object_set_new(json, "answered", json_integer(row.count));
		json_object_set_new(json, "won", json_integer(row.won));
		json_object_set_new(json, "predicted_ppm", json_integer(row.predicted_ppm));
		json_object_set_new(json, "came_true", rate_json(true, &row.observed));
		json_object_set_new(json, "surprising", json_boolean(row.surprising));
		json_array_append_new(list, json);
	}
	return list;
}

void outcome_print_json(const struct outcome_report *report)
{
	AUTO_JSON top = json_object();
	json_t *const cells = json_array();

	each_line(report, add_cell_json, cells);
	json_object_set_new(top, "true_for",
	                    json_string(reach_time(report->arena, &report->reach)));
	json_object_set_new(top, "shards_behind",
	                    json_string(reach_behind(report->arena, &report->reach)));
	json_object_set_new(top, "document", json_string(document_name(report)));
	json_object_set_new(top, "answered", json_integer(report->sum->answered));
	json_object_set_new(top, "unanswered", json_integer(report->sum->unanswered));
	json_object_set_new(top, "nameless", json_integer(report->sum->nameless));
	json_object_set_new(top, "cells", cells);
	json_object_set_new(top, "calibration", bands_json(&report->sum->calibration));
	json_dumpf(top, stdout, JSON_COMPACT);
	putchar('\n');
}
