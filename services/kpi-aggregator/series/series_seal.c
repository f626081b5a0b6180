/*
 * Sealing: a timer of each series and kind of window, at the end of the first window that is not sealed, and the grace.
 *
 * Of the whole every day and what is longer is sealed, also where nothing happened: that is a number too. Of shorter windows, and of
 * a dimension, those that have cells are. Of levels every value that has one is, by days and what is longer. Before a definition
 * was in force only what has something is sealed.
 */
#include "common/base/text.h"
#include "services/kpi-aggregator/series/series.h"

#include <string.h>

/* One window of one series, about to be sealed. */
struct sealing {
	struct task *task;
	const struct definition *definition;
	struct kpi_series_row series;
	struct window window;
	struct series_levels levels;
};

/* From what was before this window to what was before the next. */
static void carry(const struct sealing *it, struct kpi_cell_row *row)
{
	struct kpi_level_row level = { .series = row->key.series,
		                       .window_kind = row->key.window_kind,
		                       .value = row->key.value,
		                       .currency = row->key.currency };

	if (!it->levels.any)
		return;
	(void)task_load(it->task, &kpi_level_table, &level);
	row->before_n = level.n;
	row->before_hits = level.hits;
	row->before_sum = level.sum;
	level.n += row->n;
	level.hits += row->hits;
	level.sum += row->sum;
	task_save(it->task, &kpi_level_table, &level);
}

static enum status seal_cell(const struct sealing *it, const struct kpi_key *key)
{
	struct kpi_cell_row row;

	(void)series_load(it->task, it->definition, key, &row);
	carry(it, &row);
	row.state = "sealed";
	row.figures = NULL;
	task_remove(it->task, &kpi_open_table, key);
	task_remove(it->task, &kpi_changed_table, key);
	return series_say_cell(it->task, it->definition, &row);
}

/* Cells of the window, in their order; their number. */
static enum status seal_open(const struct sealing *it, size_t *count)
{
	struct kpi_key key = { .series = it->series.series,
		               .window_kind = it->series.window_kind,
		               .start = it->window.start };
	struct task_cursor cursor;

	task_scan(it->task, &kpi_open_table, &key, 3, &cursor);
	for (*count = 0; task_next(it->task, &cursor, &key); (*count)++)
		TRY(seal_cell(it, &key));
	return STATUS_OK;
}

/* Values of a level that nothing happened to. */
static enum status seal_levels(const struct sealing *it, size_t *count)
{
	struct kpi_level_row level = { .series = it->series.series,
		                       .window_kind = it->series.window_kind };
	struct task_cursor cursor;

	task_scan(it->task, &kpi_level_table, &level, 2, &cursor);
	while (task_next(it->task, &cursor, &level)) {
		const struct kpi_key key = { .series = level.series,
			                     .window_kind = level.window_kind,
			                     .start = it->window.start,
			                     .value = level.value,
			                     .currency = level.currency };
		struct kpi_cell_row row;

		if (series_load(it->task, it->definition, &key, &row))
			continue;
		TRY(seal_cell(it, &key));
		(*count)++;
	}
	return STATUS_OK;
}

/* Of the whole, where nothing happened: of what is no amount, since a currency would have to be guessed. */
static enum status seal_nothing(const struct sealing *it)
{
	const struct kpi_key key = { .series = it->series.series,
		                     .window_kind = it->series.window_kind,
		                     .start = it->window.start,
		                     .value = "",
		                     .currency = "" };

	return seal_cell(it, &key);
}

static bool is_whole(const char *series)
{
	return *series_dimension(series) == '\0';
}

static bool says_empty(const struct sealing *it)
{
	return is_whole(it->series.series) && series_says_empty(it->window.kind);
}

static bool find_open(const struct sealing *it, struct window *window)
{
	struct kpi_key key = { .series = it->series.series, .window_kind = it->series.window_kind };
	struct task_cursor cursor;

	task_scan(it->task, &kpi_open_table, &key, 2, &cursor);
	if (!task_next(it->task, &cursor, &key))
		return false;
	*window = window_at(it->definition->zone, it->window.kind, key.start);
	return true;
}

/*
 * Where a series is known to have windows with nothing in them: since its definition is in force. And of what came years late begins
 * a series years ago: a window that is over when the one before it is sealed is of such a time, since in time there is none.
 */
static struct instant empty_from(const struct sealing *it)
{
	const struct duration grace = it->definition->grace;
	const struct instant now = it->task->now;

	if (time_before(now, time_add(it->window.end, grace)))
		return it->definition->effective_from;
	return time_later(it->definition->effective_from, time_sub(now, grace));
}

static void skip_empty(struct sealing *it)
{
	struct window current = window_at(it->definition->zone, it->window.kind, empty_from(it));
	struct window open;

	if (find_open(it, &open) && time_before(open.start, current.start))
		current = open;
	if (time_before(it->window.start, current.start))
		it->window = current;
}

/* The next one that there is something to say of; false: there is none. */
static bool advance(struct sealing *it)
{
	it->window = window_next(it->definition->zone, &it->window);
	if (!says_empty(it) && !it->levels.any)
		return find_open(it, &it->window);
	skip_empty(it);
	return true;
}

static enum status seal(struct sealing *it)
{
	size_t count;

	TRY(seal_open(it, &count));
	if (it->levels.any && series_says_empty(it->window.kind))
		TRY(seal_levels(it, &count));
	if (count == 0 && says_empty(it) && !it->definition->amounts)
		TRY(seal_nothing(it));
	return STATUS_OK;
}

static bool read_key(struct task *task, const char *key, struct sealing *it)
{
	const char *const bar = strchr(key, '|');
	int kind;

	*it = (struct sealing){ .task = task };
	if (bar == NULL)
		return false;
	kind = series_window_kind(bar + 1);
	it->series.series = arena_text(task->arena, key, (size_t)(bar - key));
	it->series.window_kind = bar + 1;
	it->definition = series_definition(task, it->series.series);
	if (kind < 0 || it->definition == NULL || !task_load(task, &kpi_series_table, &it->series))
		return false;
	it->levels = series_levels_of(it->definition);
	it->window = window_at(it->definition->zone, (enum window_kind)kind, it->series.next);
	return true;
}

enum status series_seal(struct task *task, const char *key)
{
	struct sealing it;

	if (!read_key(task, key, &it))
		return STATUS_OK;
	TRY(seal(&it));
	if (!advance(&it)) {
		task_remove(task, &kpi_series_table, &it.series);
		return STATUS_OK;
	}
	it.series.next = it.window.start;
	task_save(task, &kpi_series_table, &it.series);
	task_timer_set(task, SERIES_TIMER_SEAL, key, time_add(it.window.end, it.definition->grace));
	return STATUS_OK;
}

void series_need_seal(struct task *task, const char *key)
{
	struct kpi_key open = { 0 };
	struct task_cursor cursor;
	struct sealing it;

	if (!read_key(task, key, &it))
		return;
	open = (struct kpi_key){ .series = it.series.series,
		                 .window_kind = it.series.window_kind,
		                 .start = it.window.start };
	task_scan(task, &kpi_open_table, &open, 3, &cursor);
	while (task_next(task, &cursor, &open)) {
		const struct kpi_cell_row row = { .key = open };

		task_need(task, &kpi_cell_table, &row);
	}
}
