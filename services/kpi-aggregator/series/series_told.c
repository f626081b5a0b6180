/*
 * Merging: what a shard told of one of the finest windows belongs to one window of every longer kind that the definition has.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/kpi-aggregator/series/series.h"

#define METRIC_MAX 255 /* bytes of a key */
#define LONG_AGO DAYS(62)

/* One cell of a fact, with what it is about. */
struct telling {
	struct task *task;
	const struct definition *definition;
	int dimension; /* enum observation_word; -1: the whole */
	const char *series;
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
	               time_later(time_add(window->end, it->definition->grace),
	                          task_time(it->task)));
}

static bool is_over(const struct telling *it, const struct window *window)
{
	return !time_before(task_time(it->task), time_add(window->end, it->definition->grace));
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

	if (it->dimension < 0 || series_load(it->task, it->definition, &key, &cell))
		return key.value;
	(void)task_load(it->task, &kpi_window_table, &row);
	if (row.value_count >= it->definition->bound)
		return SERIES_OTHER;
	row.value_count++;
	task_save(it->task, &kpi_window_table, &row);
	return key.value;
}

/* Windows that nothing was said of stay so, where it is of no use: a level that came years late would fill each of them. */
static bool stays_unsaid(const struct telling *it, const struct window *window)
{
	return !series_says_empty(window->kind) ||
	       time_before(window->start, it->definition->effective_from) ||
	       time_before(time_add(window->end, LONG_AGO), task_time(it->task));
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
			if (stays_unsaid(it, &window))
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

/* False: the definition is not cut by that. */
static bool find_series(struct telling *it, const char *dimension)
{
	it->dimension = -1;
	for (size_t i = 0; *dimension != '\0' && i < it->definition->dimension_count; i++)
		if (text_equal(vocabulary_words[it->definition->dimensions[i]].name, dimension))
			it->dimension = it->definition->dimensions[i];
	it->series = cell_series(it->task->arena, it->definition, it->dimension);
	return *dimension == '\0' || it->dimension >= 0;
}

static enum status merge(struct telling *it, const Opsmesh__V1__PartialCell *cell)
{
	struct cell_sums more;
	struct instant start;

	if (!find_series(it, cell->dimension) || !read_cell(it->task->arena, cell, &more, &start))
		return task_fail(it->task, STATUS_REJECT, "cells: one of them is none");
	for (int kind = 0; kind < WINDOW_KINDS; kind++) {
		struct window window;

		if (!definition_has_window(it->definition, it->dimension, (enum window_kind)kind))
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

	task_timer_set(task, SERIES_TIMER_SAY, SERIES_TIMER_SAY,
	               (struct instant){ (time_later(task->now, TIME_OLDEST).us / step + 1) *
	                                 step });
}

static struct telling telling_of(struct task *task)
{
	const Opsmesh__V1__PartialEvent *const event = (const void *)task->message;

	return (struct telling){ .task = task,
		                 .definition = definition_by_key(task_document(task, DEFINITIONS),
		                                                 event->metric) };
}

enum status series_on_told(struct task *task, const Opsmesh__V1__PartialTold *told)
{
	const Opsmesh__V1__PartialEvent *const event = (const void *)task->message;
	struct telling it = telling_of(task);

	TRY(task_key(task, "metric", event->metric, METRIC_MAX));
	if (it.definition == NULL || !text_equal(it.definition->digest, told->digest))
		return task_fail(task, STATUS_REJECT,
		                 "metric: %s is counted by a definition that is not in force here",
		                 event->metric);
	for (size_t i = 0; i < told->n_cells; i++)
		TRY(merge(&it, told->cells[i]));
	say_soon(task);
	return STATUS_OK;
}

static void need_cell(struct telling *it, const Opsmesh__V1__PartialCell *cell)
{
	struct instant start;

	if (!find_series(it, cell->dimension) || !proto_instant(cell->start, &start))
		return;
	for (int kind = 0; kind < WINDOW_KINDS; kind++) {
		struct window window;
		struct kpi_cell_row row = { 0 };

		if (!definition_has_window(it->definition, it->dimension, (enum window_kind)kind))
			continue;
		window = window_at(it->definition->zone, (enum window_kind)kind, start);
		row.key = key_of(it, cell, &window);
		task_need(it->task, &kpi_cell_table, &row);
	}
}

void series_need_told(struct task *task, const Opsmesh__V1__PartialTold *told)
{
	struct telling it = telling_of(task);

	for (size_t i = 0; it.definition != NULL && i < told->n_cells; i++)
		need_cell(&it, told->cells[i]);
}
