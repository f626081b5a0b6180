/*
 * What is said once and never becomes another: no subject is kept of it, so its sums wait in rows until they are told.
 */
#include "services/kpi-aggregator/partial/partial.h"

#include "common/base/text.h"

#include <string.h>

const struct state_table partial_cell_table = {
	.name = "partial_cell",
	.columns =
	    (const struct column[]){
		COLUMN(struct partial_cell_row, series),
		COLUMN(struct partial_cell_row, start),
		COLUMN(struct partial_cell_row, value),
		COLUMN(struct partial_cell_row, currency),
		COLUMN(struct partial_cell_row, n),
		COLUMN(struct partial_cell_row, hits),
		COLUMN(struct partial_cell_row, sum),
		COLUMN(struct partial_cell_row, came),
		COLUMN(struct partial_cell_row, taken_back),
		COLUMN(struct partial_cell_row, rest),
		COLUMN_END,
	    },
	.key_columns = 4,
	.row_size = sizeof(struct partial_cell_row),
	.resident = true,
};

/* One observation, on its way into rows. */
struct keeping {
	struct task *task;
	struct partial_since since;
	bool fits;
	bool fresh; /* a cell begins to wait */
};

static bool sums_of(struct arena *arena, const struct partial_cell_row *row, struct cell_sums *sums)
{
	*sums = (struct cell_sums){ .n = row->n,
		                    .hits = row->hits,
		                    .sum = row->sum,
		                    .came = row->came,
		                    .taken_back = row->taken_back };
	return cell_rest_unpack(arena, row->rest, sums);
}

static bool put(struct keeping *it, const struct cell_change *change)
{
	struct task *const task = it->task;
	struct partial_cell_row row = { .series = cell_series(task->scratch, change->definition,
		                                              change->dimension),
		                        .start = change->window.start,
		                        .value = change->value,
		                        .currency = change->currency };
	struct cell_sums sums = change->sums;

	if (!task_load(task, &partial_cell_table, &row))
		it->fresh = true;
	else if (!sums_of(task->scratch, &row, &sums) ||
	         !cell_add(task->scratch, &sums, &change->sums))
		return false;
	row.n = sums.n;
	row.hits = sums.hits;
	row.sum = sums.sum;
	row.came = sums.came;
	row.taken_back = sums.taken_back;
	row.rest = cell_rest_pack(task->arena, &sums);
	task_save(task, &partial_cell_table, &row);
	return true;
}

static void keep(const struct cell_change *change, void *context)
{
	struct keeping *const it = context;

	if (partial_since_counts(&it->since, change->definition))
		it->fits = put(it, change) && it->fits;
}

enum status partial_observe(struct task *task, const struct observation *observation)
{
	struct keeping it = { .task = task,
		              .fits = true,
		              .since = partial_since_begin(task, task_time(task)) };

	cell_expand(task->scratch, task_document(task, DEFINITIONS), observation, 1, keep, &it);
	if (!it.fits)
		return task_fail(task, STATUS_REJECT,
		                 "a sum of what it is about does not fit 64 bits");
	if (vocabulary_kinds[observation->kind].kept == KEPT_ROW)
		partial_show(
		    task,
		    arena_printf(task->arena, "%s/%.*s", vocabulary_kinds[observation->kind].name,
		                 (int)task->event->id.size, (const char *)task->event->id.data),
		    observation);
	if (it.fresh)
		partial_tell_soon(task);
	return STATUS_OK;
}

/* At telling. */

/* -1: the whole; of a dimension that the vocabulary has no more, what waits is told to nobody. */
static bool read_series(struct task *task, const char *series, struct cell_change *change)
{
	const char *const colon = strchr(series, ':');
	const char *const key =
	    colon != NULL ? arena_text(task->scratch, series, (size_t)(colon - series)) : series;

	change->definition = definition_by_key(task_document(task, DEFINITIONS), key);
	change->dimension = -1;
	if (colon == NULL)
		return change->definition != NULL;
	change->dimension = vocabulary_find(vocabulary_words, OBSERVATION_WORDS, colon + 1);
	return change->definition != NULL && change->dimension >= 0;
}

enum status partial_take_cells(struct task *task, struct partial_sums *sums, int most, bool *all)
{
	struct partial_cell_row row = { 0 };
	struct task_cursor cursor;

	task_scan(task, &partial_cell_table, &row, 0, &cursor);
	for (int i = 0; task_next(task, &cursor, &row); i++) {
		struct cell_change change = { .value = row.value, .currency = row.currency };

		if (i == most) {
			*all = false;
			return STATUS_OK;
		}
		if (!sums_of(task->scratch, &row, &change.sums))
			return task_fail(task, STATUS_REJECT,
			                 "%s: a cell that waits cannot be read", row.series);
		change.window.start = row.start;
		if (read_series(task, row.series, &change))
			partial_sums_add(sums, &change);
		task_remove(task, &partial_cell_table, &row);
	}
	return STATUS_OK;
}
