/*
 * Saying: every five minutes of mesh time each cell of a minute or an hour that is another since it was said last, on the hour those of
 * longer windows that are open, and once a day those of weeks and months by a dimension: there are more of them than of all others.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "common/io/protojson.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/kpi-aggregator/series/series.h"

#include <inttypes.h>

#define HOUR_US INT64_C(3600000000)
#define DAY_US (24 * HOUR_US)
#define SLICE 2000 /* cells of one run of the timer: some milliseconds */

static const char *json_of(struct task *task, const Opsmesh__V1__KpiFigures *figures)
{
	struct buffer out = { 0 };
	const char *text;

	protojson_write(&out, task->arena, &figures->base, PROTOJSON_REVEALED);
	text = arena_text(task->arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return text;
}

static int64_t at_level(enum part_level level, int64_t own, int64_t before)
{
	return level == LEVEL_NONE ? own : level == LEVEL_OPENING ? before : before + own;
}

/* With what earlier windows bring, where the definition counts a level. */
static struct cell_sums level_sums(struct task *task, const struct definition *definition,
                                   const struct kpi_cell_row *row)
{
	const struct series_levels levels = series_levels_of(definition);
	struct cell_sums sums = series_sums(task, row);

	sums.n = at_level(levels.n, sums.n, row->before_n);
	sums.hits = at_level(levels.hits, sums.hits, row->before_hits);
	sums.sum = at_level(levels.sum, sums.sum, row->before_sum);
	return sums;
}

static Opsmesh__V1__KpiWindow *window_of(struct task *task, const struct definition *definition,
                                         const struct kpi_cell_row *row)
{
	Opsmesh__V1__KpiWindow *const window = arena_alloc(task->arena, sizeof(*window));
	const struct window span = { .kind =
		                         (enum window_kind)series_window_kind(row->key.window_kind),
		                     .start = row->key.start,
		                     .end = row->ends };

	*window = (Opsmesh__V1__KpiWindow)OPSMESH__V1__KPI_WINDOW__INIT;
	window->kind = text_mutable(row->key.window_kind);
	/* One that begins before there are times begins with them. */
	window->start = proto_timestamp(task->arena, time_later(row->key.start, TIME_OLDEST));
	window->end = proto_timestamp(task->arena, row->ends);
	window->zone = text_mutable(window_zone_name(definition->zone));
	window->label = text_mutable(window_label(task->arena, definition->zone, &span));
	return window;
}

static const char *reason_of(struct task *task, const struct kpi_cell_row *row)
{
	return arena_printf(task->arena,
	                    "after it was sealed %" PRId64 " observations came and %" PRId64
	                    " turned out otherwise",
	                    row->came, row->taken_back);
}

/* The fact's own part; figures that were said before come as they stand in the row. */
struct saying {
	Opsmesh__V1__KpiUpdated updated;
	Opsmesh__V1__KpiSealed sealed;
	Opsmesh__V1__KpiRestated restated;
};

static void fill_restated(struct task *task, const struct kpi_cell_row *row,
                          Opsmesh__V1__KpiFigures *figures, struct saying *saying,
                          Opsmesh__V1__KpiEvent *event)
{
	saying->restated = (Opsmesh__V1__KpiRestated)OPSMESH__V1__KPI_RESTATED__INIT;
	saying->restated.figures = figures;
	saying->restated.before = text_mutable(row->figures != NULL ? row->figures : "");
	saying->restated.reason = text_mutable(reason_of(task, row));
	saying->restated.revision = (int32_t)row->revision + 1;
	saying->restated.came = row->came;
	saying->restated.taken_back = row->taken_back;
	event->fact_case = OPSMESH__V1__KPI_EVENT__FACT_RESTATED;
	event->restated = &saying->restated;
}

static void fill_fact(struct task *task, const struct kpi_cell_row *row,
                      Opsmesh__V1__KpiFigures *figures, struct saying *saying,
                      Opsmesh__V1__KpiEvent *event)
{
	if (text_equal(row->state, "open")) {
		saying->updated = (Opsmesh__V1__KpiUpdated)OPSMESH__V1__KPI_UPDATED__INIT;
		saying->updated.figures = figures;
		event->fact_case = OPSMESH__V1__KPI_EVENT__FACT_WINDOW_UPDATED;
		event->window_updated = &saying->updated;
	} else if (row->said_at.us == TIME_MIN.us || row->figures == NULL) {
		saying->sealed = (Opsmesh__V1__KpiSealed)OPSMESH__V1__KPI_SEALED__INIT;
		saying->sealed.figures = figures;
		event->fact_case = OPSMESH__V1__KPI_EVENT__FACT_WINDOW_SEALED;
		event->window_sealed = &saying->sealed;
	} else {
		fill_restated(task, row, figures, saying, event);
	}
}

static enum status emit(struct task *task, const struct definition *definition,
                        const struct kpi_cell_row *row, Opsmesh__V1__KpiFigures *figures)
{
	Opsmesh__V1__KpiEvent event = OPSMESH__V1__KPI_EVENT__INIT;
	struct saying saying;
	struct instant at = task->due;

	fill_fact(task, row, figures, &saying, &event);
	if (event.fact_case == OPSMESH__V1__KPI_EVENT__FACT_WINDOW_SEALED)
		at = row->ends;
	event.series = text_mutable(row->key.series);
	event.occurred_at = proto_timestamp(task->arena, at);
	event.metric = text_mutable(definition->id);
	event.version = definition->version;
	event.dimension = text_mutable(series_dimension(row->key.series));
	event.value = text_mutable(row->key.value);
	event.currency = text_mutable(row->key.currency);
	event.window = window_of(task, definition, row);
	return task_emit(task, &(struct emission){ .topic = OPS_KPI,
	                                           .key = row->key.series,
	                                           .time = at,
	                                           .message = &event.base });
}

/* Of an open window of a level: what all sealed windows hold, and those between them and this one. */
static void fill_before(struct task *task, const struct definition *definition,
                        struct kpi_cell_row *row)
{
	struct kpi_level_row level = { .series = row->key.series,
		                       .window_kind = row->key.window_kind,
		                       .value = row->key.value,
		                       .currency = row->key.currency };
	struct kpi_key key = { .series = row->key.series, .window_kind = row->key.window_kind };
	struct task_cursor cursor;
	struct kpi_cell_row earlier;

	(void)task_load(task, &kpi_level_table, &level);
	task_scan(task, &kpi_open_table, &key, 2, &cursor);
	while (task_next(task, &cursor, &key) && time_before(key.start, row->key.start)) {
		if (!text_equal(key.value, row->key.value) ||
		    !text_equal(key.currency, row->key.currency) ||
		    !series_load(task, definition, &key, &earlier))
			continue;
		level.n += earlier.n;
		level.hits += earlier.hits;
		level.sum += earlier.sum;
	}
	row->before_n = level.n;
	row->before_hits = level.hits;
	row->before_sum = level.sum;
}

enum status series_say_cell(struct task *task, const struct definition *definition,
                            struct kpi_cell_row *row)
{
	Opsmesh__V1__KpiFigures *figures;
	struct cell_sums sums;
	const char *json;

	if (text_equal(row->state, "open") && series_levels_of(definition).any)
		fill_before(task, definition, row);
	sums = level_sums(task, definition, row);
	figures = series_figures(task->arena, definition, &sums,
	                         text_equal(row->key.value, SERIES_OTHER));
	json = json_of(task, figures);
	if (!text_equal(json, row->figures)) {
		TRY(emit(task, definition, row, figures));
		if (!text_equal(row->state, "open") && row->figures != NULL &&
		    row->said_at.us != TIME_MIN.us) {
			row->state = "restated";
			row->revision++;
			row->former = row->figures;
			row->reason = reason_of(task, row);
		}
		row->figures = json;
		row->said_at = task->due;
	}
	row->came = 0;
	row->taken_back = 0;
	task_save(task, &kpi_cell_table, row);
	return STATUS_OK;
}

/* Longer windows wait for the hour while they are open; a slice that goes on behind it is the hour's still. */
static bool is_due(const struct task *task, const struct definition *definition,
                   const struct kpi_key *cell)
{
	const int kind = series_window_kind(cell->window_kind);
	const bool whole = *series_dimension(cell->series) == '\0';
	const int64_t every = whole || kind <= WINDOW_DAY ? HOUR_US : DAY_US;

	if (kind <= WINDOW_HOUR || task->due.us % every < SERIES_SAY_EVERY.us)
		return true;
	return !time_before(
	    task->due,
	    time_add(window_at(definition->zone, (enum window_kind)kind, cell->start).end,
	             definition->grace));
}

static void say_on_the_hour(struct task *task, const char *key)
{
	task_timer_set(task, SERIES_TIMER_SAY, key,
	               (struct instant){ (task->due.us / HOUR_US + 1) * HOUR_US });
}

enum status series_say(struct task *task, const char *key)
{
	bool waits = false;
	struct kpi_key cell = { 0 };
	struct task_cursor cursor;

	TRY(series_publish_definitions(task));
	task_scan(task, &kpi_changed_table, &cell, 0, &cursor);
	for (int i = 0; task_next(task, &cursor, &cell);) {
		const struct definition *const definition = series_definition(task, cell.series);
		struct kpi_cell_row row;

		if (definition != NULL && !is_due(task, definition, &cell)) {
			waits = true;
			continue;
		}
		if (i++ == SLICE) {
			task_timer_set(task, SERIES_TIMER_SAY, key,
			               time_add(task->due, SECONDS(1)));
			return STATUS_OK;
		}
		task_remove(task, &kpi_changed_table, &cell);
		if (definition != NULL && series_load(task, definition, &cell, &row))
			TRY(series_say_cell(task, definition, &row));
	}
	if (waits)
		say_on_the_hour(task, key);
	return STATUS_OK;
}

void series_need_say(struct task *task, const char *key)
{
	struct kpi_key cell = { 0 };
	struct task_cursor cursor;

	(void)key;
	task_scan(task, &kpi_changed_table, &cell, 0, &cursor);
	for (int i = 0; i < SLICE && task_next(task, &cursor, &cell);) {
		const struct definition *const definition = series_definition(task, cell.series);
		const struct kpi_cell_row row = { .key = cell };

		if (definition == NULL || !is_due(task, definition, &cell))
			continue;
		task_need(task, &kpi_cell_table, &row);
		i++;
	}
}
