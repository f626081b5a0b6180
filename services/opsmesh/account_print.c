#include "services/opsmesh/account_print.h"

#include "common/io/json.h"
#include "services/opsmesh/csv.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>
#include <string.h>

#define CELL_MAX_BYTES (1U << 20)

static const struct account_cell *row_at(const struct account_rows *rows, size_t row)
{
	return &rows->list[row * rows->columns];
}

static void say(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text));
	buffer_add(out, "\n", 1);
}

/* For people. */

/* "in 2d 05h", "3h 10m ago" */
static const char *left_text(struct arena *arena, int64_t us)
{
	if (us < 0)
		return arena_printf(arena, "%s ago",
		                    span_text(arena, (struct duration){ us == INT64_MIN ? INT64_MAX
		                                                                        : -us }));
	return arena_printf(arena, "in %s", span_text(arena, (struct duration){ us }));
}

static const char *cell_text(struct arena *arena, enum account_cell_kind kind,
                             const struct account_cell *cell)
{
	if (cell->absent)
		return "-";
	switch (kind) {
	case ACCOUNT_NUMBER: return arena_printf(arena, "%" PRId64, cell->number);
	case ACCOUNT_LEFT: return left_text(arena, cell->number);
	case ACCOUNT_TIME: return time_cell(arena, cell->at, "-");
	case ACCOUNT_TEXTS: return cell->count == 0 ? "-" : cell->texts[0];
	case ACCOUNT_TEXT:
	case ACCOUNT_JSON:
	default: return cell->text[0] == '\0' ? "-" : cell->text;
	}
}

/* A line of a row: the first has all cells, the others what is left of its lists. */
static const char *line_text(struct arena *arena, enum account_cell_kind kind,
                             const struct account_cell *cell, size_t line)
{
	if (line == 0)
		return cell_text(arena, kind, cell);
	return kind == ACCOUNT_TEXTS && line < cell->count ? cell->texts[line] : "";
}

static size_t lines_of(const struct account_rows *rows, const struct account_cell *row)
{
	size_t lines = 1;

	for (size_t i = 0; i < rows->columns; i++)
		if (rows->listing->columns[i].title != NULL && row[i].count > lines)
			lines = row[i].count;
	return lines;
}

static void add_row(struct arena *arena, struct table *table, const struct account_rows *rows,
                    const struct account_cell *row)
{
	const struct account_column *const columns = rows->listing->columns;

	for (size_t line = 0; line < lines_of(rows, row); line++)
		for (size_t i = 0; i < rows->columns; i++)
			if (columns[i].title != NULL)
				table_add(table, line_text(arena, columns[i].kind, &row[i], line));
}

void account_print_table(struct arena *arena, const struct account_rows *rows, struct buffer *out)
{
	const char *titles[ACCOUNT_COLUMNS_MAX + 1];
	size_t count = 0;
	struct table table;

	if (!rows->has_views || rows->as_of.us == TIME_MIN.us) {
		say(out, "kpi-aggregator has said nothing of accounts here yet.");
		return;
	}
	for (size_t i = 0; i < rows->columns; i++)
		if (rows->listing->columns[i].title != NULL)
			titles[count++] = rows->listing->columns[i].title;
	titles[count] = NULL;
	table_init(&table, arena, titles);
	for (size_t i = 0; i < rows->count; i++)
		add_row(arena, &table, rows, row_at(rows, i));
	if (rows->count == 0)
		say(out, rows->listing->none);
	else
		table_write(&table, out);
	say(out, arena_printf(arena, "As it was said at %s.", time_cell(arena, rows->as_of, "-")));
}

/* For programs. */

static const char *joined(struct arena *arena, const struct account_cell *cell)
{
	const char *text = "";

	for (size_t i = 0; i < cell->count; i++)
		text = arena_printf(arena, "%s%s%s", text, i == 0 ? "" : "; ", cell->texts[i]);
	return text;
}

static void csv_cell(struct arena *arena, struct csv *csv, enum account_cell_kind kind,
                     const struct account_cell *cell)
{
	char text[TIME_TEXT_SIZE];

	if (cell->absent) {
		csv_plain(csv, "");
		return;
	}
	switch (kind) {
	case ACCOUNT_NUMBER:
	case ACCOUNT_LEFT: csv_plain(csv, arena_printf(arena, "%" PRId64, cell->number)); break;
	case ACCOUNT_TIME: csv_plain(csv, time_format(cell->at, text)); break;
	case ACCOUNT_TEXTS: csv_text(csv, joined(arena, cell)); break;
	case ACCOUNT_TEXT:
	case ACCOUNT_JSON:
	default: csv_text(csv, cell->text); break;
	}
}

void account_print_csv(struct arena *arena, const struct account_rows *rows, struct buffer *out)
{
	const struct account_column *const columns = rows->listing->columns;
	struct csv csv = { .out = out };

	for (size_t i = 0; i < rows->columns; i++)
		if (columns[i].kind != ACCOUNT_JSON)
			csv_plain(&csv, columns[i].name);
	csv_line(&csv);
	for (size_t row = 0; row < rows->count; row++) {
		for (size_t i = 0; i < rows->columns; i++)
			if (columns[i].kind != ACCOUNT_JSON)
				csv_cell(arena, &csv, columns[i].kind, &row_at(rows, row)[i]);
		csv_line(&csv);
	}
}

static json_t *time_json(struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us ? json_null() : json_string(time_format(at, text));
}

static json_t *texts_json(const struct account_cell *cell)
{
	json_t *const list = json_array();

	for (size_t i = 0; i < cell->count; i++)
		json_array_append_new(list, json_string(cell->texts[i]));
	return list;
}

static json_t *parsed(const char *text)
{
	struct json_error error;
	json_t *json;

	return json_parse(bytes_of(text), CELL_MAX_BYTES, &json, &error) ? json : json_null();
}

static json_t *cell_json(enum account_cell_kind kind, const struct account_cell *cell)
{
	if (cell->absent)
		return json_null();
	switch (kind) {
	case ACCOUNT_NUMBER:
	case ACCOUNT_LEFT: return json_integer(cell->number);
	case ACCOUNT_TIME: return time_json(cell->at);
	case ACCOUNT_TEXTS: return texts_json(cell);
	case ACCOUNT_JSON: return parsed(cell->text);
	case ACCOUNT_TEXT:
	default: return json_string(cell->text);
	}
}

void account_print_json(struct arena *arena, const struct account_rows *rows, struct buffer *out)
{
	AUTO_JSON list = json_array();
	struct bytes text;

	for (size_t row = 0; row < rows->count; row++) {
		json_t *const json = json_object();

		for (size_t i = 0; i < rows->columns; i++)
			json_object_set_new(json, rows->listing->columns[i].name,
			                    cell_json(rows->listing->columns[i].kind,
			                              &row_at(rows, row)[i]));
		json_object_set_new(json, "mesh_time", time_json(rows->as_of));
		json_array_append_new(list, json);
	}
	text = json_compact(arena, list);
	buffer_add(out, text.data, text.size);
	buffer_add(out, "\n", 1);
}
