/*
 * Merging: what a shard told of one of the finest windows belongs to one window of every kind that the definition has.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/kpi-aggregator/series/series.h"

#define SERIES_MAX 255 /* bytes of a key */
#define LONG_AGO DAYS(62)

/* One fact, with what it is about. */
struct telling {
	struct task *task;
	const struct definition *definition;
	const char *series;
	bool dimensioned;
};

static bool read_cell(struct arena *arena, const Opsmesh__V1__PartialCell *cell,
                      struct cell_sums *sums, struct instant *start)
{
	struct sketch_bucket *const buckets =
	    arena_alloc(arena, cell->n_buckets * sizeof(struct sketch_bucket) + 1);

	if (!proto_instant(cell->start, start) || cell->n_buckets != cell->n_counts ||
	    cell->n_asides > DEFINITION_ASIDES_MAX)
		return false;
	*sums = (struct cell_sums){ .n = cell->n,
		                    .hits = cell->hits,
		                    .sum = cell->sum,
		                    .came = cell->came,
		                    .taken_back = cell->taken_back };
	for (size_t i = 0; i < cell->n_asides; i++)
		sums->asides[i] = cell->asides[i];
	for (size_t i = 0; i < cell->n_buckets; i++) {
		buckets[i] = (struct sketch_bucket){ cell->buckets[i], cell->counts[i] };
		if (buckets[i].place < 0 || buckets[i].place >= SKETCH_PLACES ||
		    buckets[i].count == 0 || (i > 0 && buckets[i].place <= buckets[i - 1].place))
			return false;
	}
	sums->sketch = (struct sketch){ buckets, cell->n_buckets };
	return true;
}

static void seal_from(const struct telling *it, struct kpi_series_row *row,
                      const struct window *window)
{
	row->next = window->start;
	task_save(it->task, &kpi_series_table, row);
	task_timer_set(it->task, SERIES_TIMER_SEAL,
	               arena_printf(it->task->arena, "%s|%s", row->series, row->window_kind),
	               time_add(window->end, it->definition->grace));
}

static bool is_over(const struct telling *it, const struct window *window)
{
	return !time_before(it->task->now, time_add(window->end, it->definition->grace));
}

/* The first window that is seen is the first to be sealed; one before it that is not over comes before it. */
static void note_series(const struct telling *it, const struct window *window)
{
	struct kpi_series_row row = { .series = it->series,
		                      .window_kind = window_kind_names[window->kind] };

	if (!task_load(it->task, &kpi_series_table, &row) ||
	    (time_before(window->start, row.next) && !is_over(it, window)))
		seal_from(it, &row, window);
}

static bool is_sealed(const struct telling *it, const struct window *window)
{
	struct kpi_series_row row = { .series = it->series,
		                      .window_kind = window_kind_names[window->kind] };

	return task_load(it->task, &kpi_series_table, &row) &&
	       time_before(window->start, row.next) && is_over(it, window);
}

/* Its own value, or what stands for those beyond the bound. */
static const char *bounded(const struct telling *it, struct kpi_key key)
{
	struct kpi_window_row row = { .series = key.series,
		                      .window_kind = key.window_kind,
		                      .start = key.start };
	struct kpi_cell_row cell;

	if (!it->dimensioned || series_load(it->task, it->definition, &key, &cell))
		return key.value;
	(void)task_load(it->task, &kpi_window_table, &row);
	if (row.value_count >= it->definition->bound)
		return SERIES_OTHER;
	row.value_count++;
	task_save(it->task, &kpi_window_table, &row);
	return key.value;
}

/* Windows of those times that nothing was said of stay so: a level that came years late would fill each of them. */
static bool is_long_ago(const struct telling *it, const struct window *window)
{
	return time_before(time_add(window->end, LONG_AGO), it->task->now);
}

/* What is sealed goes on: the levels of all windows behind it are others as well. */
static void carry(const struct telling *it, const struct kpi_key *key, const struct window *from,
                  const struct cell_sums *more)
{
	struct kpi_level_row level = { .series = key->series,
		                       .window_kind = key->window_kind,
		                       .value = key->value,
		                       .currency = key->currency };
	struct kpi_series_row series = { .series = key->series, .window_kind = key->window_kind };
	struct window window = window_next(it->definition->zone, from);

	(void)task_load(it->task, &kpi_level_table, &level);
	level.n += more->n;
	level.hits += more->hits;
	level.sum += more->sum;
	task_save(it->task, &kpi_level_table, &level);
	if (!task_load(it->task, &kpi_series_table, &series))
		return;
	for (; time_before(window.start, series.next);
	     window = window_next(it->definition->zone, &window)) {
		struct kpi_key behind = *key;
		struct kpi_cell_row row;

		behind.start = window.start;
		if (!series_load(it->task, it->definition, &behind, &row)) {
			if (is_long_ago(it, &window))
				continue;
			row.state = "sealed";
		}
		row.before_n += more->n;
		row.before_hits += more->hits;
		row.before_sum += more->sum;
		row.came += more->came;
		row.taken_back += more->taken_back;
		task_save(it->task, &kpi_cell_table, &row);
		series_mark_changed(it->task, &behind);
	}
}

/* A cell of a window that is over is sealed from the start: what it says is a restatement. */
static void begin_cell(const struct telling *it, const struct window *window,
                       struct kpi_cell_row *row)
{
	if (is_sealed(it, window))
		row->state = "sealed";
	else
		task_save(it->task, &kpi_open_table, &row->key);
}

static bool add(const struct telling *it, const struct window *window, struct kpi_key key,
                const struct cell_sums *more)
{
	const struct series_levels levels = series_levels_of(it->definition);
	struct kpi_cell_row row;
	struct cell_sums sums;

	note_series(it, window);
	key.value = bounded(it, key);
	if (!series_load(it->task, it->definition, &key, &row))
		begin_cell(it, window, &row);
	sums = series_sums(it->task, &row);
	if (!cell_add(it->task->arena, &sums, more))
		return false;
	row.n = sums.n;
	row.hits = sums.hits;
	row.sum = sums.sum;
	row.came = sums.came;
	row.taken_back = sums.taken_back;
	row.rest = cell_rest_pack(it->task->arena, &sums);
	task_save(it->task, &kpi_cell_table, &row);
	series_mark_changed(it->task, &key);
	if (levels.any && !text_equal(row.state, "open"))
		carry(it, &key, window, more);
	return true;
}

static struct kpi_key key_of(const struct telling *it, const Opsmesh__V1__PartialCell *cell,
                             const struct window *window)
{
	return (struct kpi_key){ .series = it->series,
		                 .window_kind = window_kind_names[window->kind],
		                 .start = window->start,
		                 .value = cell->value,
		                 .currency = cell->currency };
}

static enum status merge(const struct telling *it, const Opsmesh__V1__PartialCell *cell)
{
	struct cell_sums more;
	struct instant start;

	if (!read_cell(it->task->arena, cell, &more, &start))
		return task_fail(it->task, STATUS_REJECT, "cells: one of them is none");
	for (int kind = 0; kind < WINDOW_KINDS; kind++) {
		struct window window;

		if (!it->definition->windows[kind])
			continue;
		window = window_at(it->definition->zone, (enum window_kind)kind, start);
		if (!add(it, &window, key_of(it, cell, &window), &more))
			return task_fail(it->task, STATUS_REJECT,
			                 "cells: a sum does not fit 64 bits");
	}
	return STATUS_OK;
}

static void say_soon(struct task *task)
{
	const int64_t step = SERIES_SAY_EVERY.us;
	const struct instant now = time_later(task->now, TIME_OLDEST);

	task_timer_set(task, SERIES_TIMER_SAY, SERIES_TIMER_SAY,
	               (struct instant){ (now.us / step + 1) * step });
}

enum status series_on_told(struct task *task, const Opsmesh__V1__PartialTold *told)
{
	const Opsmesh__V1__PartialEvent *const event = (const void *)task->message;
	const struct telling it = { .task = task,
		                    .definition = series_definition(task, event->series),
		                    .series = event->series,
		                    .dimensioned = *told->dimension != '\0' };

	TRY(task_key(task, "series", event->series, SERIES_MAX));
	if (it.definition == NULL || !text_equal(it.definition->digest, told->digest))
		return task_fail(task, STATUS_REJECT,
		                 "series: %s is counted by a definition that is not in force here",
		                 event->series);
	for (size_t i = 0; i < told->n_cells; i++)
		TRY(merge(&it, told->cells[i]));
	say_soon(task);
	return STATUS_OK;
}

void series_need_told(struct task *task, const Opsmesh__V1__PartialTold *told)
{
	const Opsmesh__V1__PartialEvent *const event = (const void *)task->message;
	const struct telling it = { .task = task,
		                    .definition = series_definition(task, event->series),
		                    .series = event->series };
	struct instant start;

	for (size_t i = 0; it.definition != NULL && i < told->n_cells; i++)
		for (int kind = 0; kind < WINDOW_KINDS; kind++) {
			struct window window;
			struct kpi_cell_row row = { 0 };

			if (!it.definition->windows[kind] ||
			    !proto_instant(told->cells[i]->start, &start))
				continue;
			window = window_at(it.definition->zone, (enum window_kind)kind, start);
			row.key = key_of(&it, told->cells[i], &window);
			task_need(task, &kpi_cell_table, &row);
		}
}
