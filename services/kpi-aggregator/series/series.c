#include "services/kpi-aggregator/series/series.h"

#include "common/base/text.h"

#include <string.h>

/* Columns of a key that begins a row. */
#define KEY_COLUMN(name_, kind_)                                                           \
	{                                                                                  \
		.name = #name_, .kind = (kind_), .offset = offsetof(struct kpi_key, name_) \
	}
#define KEY_COLUMNS                                                            \
	KEY_COLUMN(series, COLUMN_TEXT), KEY_COLUMN(window_kind, COLUMN_TEXT), \
	    KEY_COLUMN(start, COLUMN_TIME), KEY_COLUMN(value, COLUMN_TEXT),    \
	    KEY_COLUMN(currency, COLUMN_TEXT)
#define KEY_COLUMN_COUNT 5

const struct state_table kpi_cell_table = {
	.name = "kpi_cell",
	.columns =
	    (const struct column[]){
		KEY_COLUMNS,
		COLUMN(struct kpi_cell_row, ends),
		COLUMN(struct kpi_cell_row, state),
		COLUMN(struct kpi_cell_row, revision),
		COLUMN(struct kpi_cell_row, n),
		COLUMN(struct kpi_cell_row, hits),
		COLUMN(struct kpi_cell_row, sum),
		COLUMN(struct kpi_cell_row, came),
		COLUMN(struct kpi_cell_row, taken_back),
		COLUMN(struct kpi_cell_row, before_n),
		COLUMN(struct kpi_cell_row, before_hits),
		COLUMN(struct kpi_cell_row, before_sum),
		COLUMN(struct kpi_cell_row, rest),
		COLUMN(struct kpi_cell_row, figures),
		COLUMN(struct kpi_cell_row, former),
		COLUMN(struct kpi_cell_row, reason),
		COLUMN(struct kpi_cell_row, said_at),
		COLUMN_END,
	    },
	.key_columns = KEY_COLUMN_COUNT,
	.row_size = sizeof(struct kpi_cell_row),
};

static const struct column key_columns[] = { KEY_COLUMNS, COLUMN_END };
const struct state_table kpi_open_table = { .name = "kpi_open",
	                                    .columns = key_columns,
	                                    .key_columns = KEY_COLUMN_COUNT,
	                                    .row_size = sizeof(struct kpi_key),
	                                    .resident = true };
const struct state_table kpi_changed_table = { .name = "kpi_changed",
	                                       .columns = key_columns,
	                                       .key_columns = KEY_COLUMN_COUNT,
	                                       .row_size = sizeof(struct kpi_key),
	                                       .resident = true };

const struct state_table kpi_series_table = {
	.name = "kpi_series",
	.columns =
	    (const struct column[]){
		COLUMN(struct kpi_series_row, series),
		COLUMN(struct kpi_series_row, window_kind),
		COLUMN(struct kpi_series_row, next),
		COLUMN_END,
	    },
	.key_columns = 2,
	.row_size = sizeof(struct kpi_series_row),
	.resident = true,
};

const struct state_table kpi_window_table = {
	.name = "kpi_window",
	.columns =
	    (const struct column[]){
		COLUMN(struct kpi_window_row, series),
		COLUMN(struct kpi_window_row, window_kind),
		COLUMN(struct kpi_window_row, start),
		COLUMN(struct kpi_window_row, value_count),
		COLUMN_END,
	    },
	.key_columns = 3,
	.row_size = sizeof(struct kpi_window_row),
};

const struct state_table kpi_level_table = {
	.name = "kpi_level",
	.columns =
	    (const struct column[]){
		COLUMN(struct kpi_level_row, series),
		COLUMN(struct kpi_level_row, window_kind),
		COLUMN(struct kpi_level_row, value),
		COLUMN(struct kpi_level_row, currency),
		COLUMN(struct kpi_level_row, n),
		COLUMN(struct kpi_level_row, hits),
		COLUMN(struct kpi_level_row, sum),
		COLUMN_END,
	    },
	.key_columns = 4,
	.row_size = sizeof(struct kpi_level_row),
	.resident = true,
};

const struct definition *series_definition(struct task *task, const char *series)
{
	const char *const colon = strchr(series, ':');
	const char *const key =
	    colon != NULL ? arena_text(task->arena, series, (size_t)(colon - series)) : series;

	return definition_by_key(task_document(task, DEFINITIONS), key);
}

const char *series_dimension(const char *series)
{
	const char *const colon = strchr(series, ':');

	return colon != NULL ? colon + 1 : "";
}

int series_window_kind(const char *name)
{
	for (int i = 0; i < WINDOW_KINDS; i++)
		if (text_equal(window_kind_names[i], name))
			return i;
	return -1;
}

bool series_says_empty(enum window_kind kind)
{
	return kind >= WINDOW_DAY;
}

struct cell_sums series_sums(struct task *task, const struct kpi_cell_row *row)
{
	struct cell_sums sums = { .n = row->n,
		                  .hits = row->hits,
		                  .sum = row->sum,
		                  .came = row->came,
		                  .taken_back = row->taken_back };

	if (!cell_rest_unpack(task->arena, row->rest, &sums))
		sums.sketch = (struct sketch){ 0 };
	return sums;
}

bool series_load(struct task *task, const struct definition *definition, const struct kpi_key *key,
                 struct kpi_cell_row *row)
{
	const int kind = series_window_kind(key->window_kind);

	*row = (struct kpi_cell_row){ .key = *key, .said_at = TIME_MIN };
	if (task_load(task, &kpi_cell_table, row))
		return true;
	*row = (struct kpi_cell_row){
		.key = *key,
		.ends = window_at(definition->zone, (enum window_kind)kind, key->start).end,
		.state = "open",
		.said_at = TIME_MIN
	};
	return false;
}

void series_mark_changed(struct task *task, const struct kpi_key *key)
{
	struct kpi_key row = *key;

	if (!task_load(task, &kpi_changed_table, &row))
		task_save(task, &kpi_changed_table, key);
}

static void take_level(const struct definition_part *part, enum part_level level,
                       struct series_levels *levels)
{
	levels->any = true;
	if (part->target == PART_N)
		levels->n = level;
	else if (part->target == PART_HITS)
		levels->hits = level;
	else if (part->target == PART_SUM || part->target == PART_MEASURE)
		levels->sum = level;
}

struct series_levels series_levels_of(const struct definition *definition)
{
	struct series_levels levels = { LEVEL_NONE, LEVEL_NONE, LEVEL_NONE, false };

	for (size_t i = 0; i < definition->part_count; i++) {
		const struct definition_part *const part = &definition->parts[i];

		if (definition->formula == FORMULA_LEVEL)
			take_level(part, LEVEL_CLOSING, &levels);
		else if (part->level != LEVEL_NONE)
			take_level(part, part->level, &levels);
	}
	return levels;
}
