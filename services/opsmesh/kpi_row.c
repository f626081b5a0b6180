#include "services/opsmesh/kpi_row.h"

#include "common/base/text.h"
#include "gen/opsmesh_sql.h"

#include <string.h>

struct duration kpi_span_usual(enum window_kind kind)
{
	switch (kind) {
	case WINDOW_MINUTE: return HOURS(1);
	case WINDOW_HOUR: return HOURS(48);
	case WINDOW_WEEK: return DAYS(26 * 7);
	case WINDOW_MONTH: return DAYS(731);
	case WINDOW_DAY:
	case WINDOW_KINDS:
	default: return DAYS(31);
	}
}

/* The part of the asked time in which a version is shown. Of one that is alone all of it. */
static bool part_of(const struct kpi_ask *ask, const struct kpi_metric *metric,
                    struct instant *from, struct instant *to)
{
	const bool alone = ask->count == 1;

	*from = alone || metric->first ? ask->from : time_later(ask->from, metric->effective_from);
	*to = alone ? ask->to : time_earlier(ask->to, metric->until);
	return kpi_metric_has(metric, ask->dimension, ask->kind) && time_before(*from, *to);
}

/* TIME_MIN and TIME_MAX are none of the server's. */
static struct db_value time_value(struct instant at)
{
	return DB_TIME(time_earlier(time_later(at, TIME_OLDEST), TIME_NEWEST));
}

/* Where the latest windows begin; TIME_MAX: there is none. */
static enum status latest_from(struct mesh_store *store, size_t place, const struct kpi_ask *ask,
                               struct instant *result)
{
	for (size_t i = ask->count; i-- > 0;) {
		const struct kpi_metric *const metric = &ask->metrics[i];
		struct instant from;
		struct instant to;
		AUTO_ROWS rows = NULL;

		if (!part_of(ask, metric, &from, &to))
			continue;
		TRY(mesh_store_query(store, place, &sql_kpi_cell_latest, &rows,
		                     DB_TEXT(kpi_series(store->arena, metric, ask->dimension)),
		                     DB_TEXT(window_kind_names[ask->kind]), time_value(to)));
		if (db_rows_count(rows) == 0 || time_before(db_time(rows, 0, 0), from))
			continue;
		*result =
		    time_add(time_sub(db_time(rows, 0, 0), kpi_span_usual(ask->kind)), SECONDS(1));
		return STATUS_OK;
	}
	*result = TIME_MAX;
	return STATUS_OK;
}

struct reading {
	struct mesh_store *store;
	const struct kpi_ask *ask;
	struct kpi_rows *rows;
	size_t room;
};

static void make_room(struct reading *reading, size_t more)
{
	struct kpi_rows *const rows = reading->rows;
	struct kpi_row *list;

	if (rows->count + more <= reading->room)
		return;
	reading->room = 2 * (rows->count + more);
	list = arena_alloc(reading->store->arena, reading->room * sizeof(*list));
	if (rows->count > 0)
		memcpy(list, rows->list, rows->count * sizeof(*list));
	rows->list = list;
}

static void read_row(struct reading *reading, const struct kpi_metric *metric,
                     const struct db_rows *rows, size_t at)
{
	struct arena *const arena = reading->store->arena;
	struct kpi_row *const row = &reading->rows->list[reading->rows->count];

	*row = (struct kpi_row){
		.metric = metric,
		.window = { reading->ask->kind, db_time(rows, at, 0), db_time(rows, at, 1) },
		.value = arena_string(arena, db_text(rows, at, 2)),
		.currency = arena_string(arena, db_text(rows, at, 3)),
		.state = arena_string(arena, db_text(rows, at, 4)),
		.revision = db_int(rows, at, 5),
		.reason = arena_string(arena, db_text(rows, at, 8)),
		.said_at = db_time(rows, at, 9),
	};
	row->label = window_label(arena, metric->zone, &row->window);
	row->has_former = *db_text(rows, at, 7) != '\0' &&
	                  kpi_figure_read(arena, db_text(rows, at, 7), &row->former);
	if (kpi_figure_read(arena, db_text(rows, at, 6), &row->figure))
		reading->rows->count++;
	else
		reading->rows->unread++;
}

static enum status read_version(struct reading *reading, size_t place,
                                const struct kpi_metric *metric, struct instant from,
                                struct instant to)
{
	const struct kpi_ask *const ask = reading->ask;
	AUTO_ROWS rows = NULL;

	TRY(mesh_store_query(reading->store, place, &sql_kpi_cell_look, &rows,
	                     DB_TEXT(kpi_series(reading->store->arena, metric, ask->dimension)),
	                     DB_TEXT(window_kind_names[ask->kind]), time_value(from),
	                     time_value(to)));
	make_room(reading, db_rows_count(rows));
	for (size_t i = 0; i < db_rows_count(rows); i++)
		read_row(reading, metric, rows, i);
	return STATUS_OK;
}

enum status kpi_rows_look(struct mesh_store *store, size_t place, const struct kpi_ask *ask,
                          struct kpi_rows *rows)
{
	struct kpi_ask whole = *ask;
	struct reading reading = { .store = store, .ask = &whole, .rows = rows };

	*rows = (struct kpi_rows){ .count = 0 };
	if (ask->from.us == TIME_MIN.us)
		TRY(latest_from(store, place, ask, &whole.from));
	for (size_t i = 0; i < ask->count; i++) {
		struct instant from;
		struct instant to;

		if (part_of(&whole, &ask->metrics[i], &from, &to))
			TRY(read_version(&reading, place, &ask->metrics[i], from, to));
	}
	return STATUS_OK;
}
