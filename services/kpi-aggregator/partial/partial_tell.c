/*
 * Telling what waits: each cell that is more, or less, since it was told last; cells of one series together.
 */
#include "services/kpi-aggregator/partial/partial.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/partial.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

#define SLICE 2000        /* cells of one run of the timer: some milliseconds */
#define CELLS_MAX 200     /* of one fact */
#define BUCKETS_MAX 40000 /* of one fact: some 200 kB */

/* The cells of one series, as they are gathered. */
struct telling {
	struct task *task;
	const struct definition *definition; /* NULL: none is begun */
	const char *series;
	Opsmesh__V1__PartialCell *cells[CELLS_MAX];
	size_t count;
	size_t buckets;
};

static const struct definition *definition_of(struct task *task, const char *series)
{
	const char *const colon = strchr(series, ':');
	const char *const key =
	    colon != NULL ? arena_text(task->scratch, series, (size_t)(colon - series)) : series;

	return definition_by_key(task_document(task, DEFINITIONS), key);
}

static enum status say(struct telling *it)
{
	struct task *const task = it->task;
	const char *const colon = it->series != NULL ? strchr(it->series, ':') : NULL;
	Opsmesh__V1__PartialEvent event = OPSMESH__V1__PARTIAL_EVENT__INIT;
	Opsmesh__V1__PartialTold told = OPSMESH__V1__PARTIAL_TOLD__INIT;

	if (it->count == 0)
		return STATUS_OK;
	told.metric = text_mutable(it->definition->id);
	told.version = it->definition->version;
	told.dimension = text_mutable(colon != NULL ? colon + 1 : "");
	told.digest = text_mutable(it->definition->digest);
	told.cells = it->cells;
	told.n_cells = it->count;
	event.series = text_mutable(it->series);
	event.occurred_at = proto_timestamp(task->arena, task->due);
	event.fact_case = OPSMESH__V1__PARTIAL_EVENT__FACT_TOLD;
	event.told = &told;
	it->count = 0;
	it->buckets = 0;
	return task_emit(task, &(struct emission){ .topic = OPS_BY_SERIES,
	                                           .key = it->series,
	                                           .time = task->due,
	                                           .message = &event.base });
}

static void fill_sketch(struct arena *arena, struct sketch sketch, Opsmesh__V1__PartialCell *cell)
{
	cell->buckets = arena_alloc(arena, sketch.count * sizeof(int32_t) + 1);
	cell->counts = arena_alloc(arena, sketch.count * sizeof(int64_t) + 1);
	for (size_t i = 0; i < sketch.count; i++) {
		cell->buckets[cell->n_buckets++] = sketch.buckets[i].place;
		cell->counts[cell->n_counts++] = sketch.buckets[i].count;
	}
}

static bool add(struct telling *it, const struct partial_cell_row *row)
{
	struct arena *const arena = it->task->arena;
	Opsmesh__V1__PartialCell *const cell = arena_alloc(arena, sizeof(*cell));
	struct cell_sums sums = { 0 };

	if (!cell_rest_unpack(arena, row->rest, &sums))
		return false;
	*cell = (Opsmesh__V1__PartialCell)OPSMESH__V1__PARTIAL_CELL__INIT;
	/* A window that begins before there are times has the first of them in it. */
	cell->start = proto_timestamp(arena, time_later(row->start, TIME_OLDEST));
	cell->value = text_mutable(row->value);
	cell->currency = text_mutable(row->currency);
	cell->n = row->n;
	cell->hits = row->hits;
	cell->sum = row->sum;
	cell->came = row->came;
	cell->taken_back = row->taken_back;
	cell->n_asides = it->definition->aside_count;
	cell->asides = arena_copy(arena, sums.asides, sizeof sums.asides);
	fill_sketch(arena, sums.sketch, cell);
	it->cells[it->count++] = cell;
	it->buckets += sums.sketch.count;
	return true;
}

/* A cell of a definition that is not in force any more is told to nobody. */
static enum status tell_one(struct telling *it, const struct partial_cell_row *row)
{
	if (!text_equal(it->series, row->series) || it->count == CELLS_MAX ||
	    it->buckets >= BUCKETS_MAX) {
		TRY(say(it));
		it->series = row->series;
		it->definition = definition_of(it->task, row->series);
	}
	if (it->definition != NULL && !add(it, row))
		return task_fail(it->task, STATUS_REJECT, "%s: a cell that waits cannot be read",
		                 row->series);
	return STATUS_OK;
}

enum status partial_tell(struct task *task, const char *key)
{
	struct telling it = { .task = task };
	struct partial_cell_row row = { 0 };
	struct task_cursor cursor;

	TRY(partial_look_at_definitions(task));
	task_scan(task, &partial_cell_table, &row, 0, &cursor);
	for (int i = 0; task_next(task, &cursor, &row); i++) {
		if (i == SLICE) {
			task_timer_set(task, PARTIAL_TIMER_TELL, key,
			               time_add(task->due, SECONDS(1)));
			break;
		}
		TRY(tell_one(&it, &row));
		task_remove(task, &partial_cell_table, &row);
	}
	return say(&it);
}
