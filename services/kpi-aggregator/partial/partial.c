#include "services/kpi-aggregator/partial/partial.h"

#include "common/base/text.h"
#include "services/kpi-aggregator/subject/observation_codec.h"
#include "services/kpi-aggregator/vocabulary/observation_json.h"

#include <string.h>

const struct state_table subject_table = {
	.name = "subject",
	.columns =
	    (const struct column[]){
		COLUMN(struct subject_row, subject),
		COLUMN(struct subject_row, known),
		COLUMN(struct subject_row, told),
		COLUMN(struct subject_row, born),
		COLUMN_END,
	    },
	.key_columns = 1,
	.row_size = sizeof(struct subject_row),
};

const struct state_table open_subject_table = {
	.name = "open_subject",
	.columns = (const struct column[]){ COLUMN(struct open_subject_row, subject), COLUMN_END },
	.key_columns = 1,
	.row_size = sizeof(struct open_subject_row),
	.resident = true,
};

#define TIME_COLUMN(NAME, name_, doc) \
	{ .name = #name_,             \
	  .kind = COLUMN_TIME,        \
	  .offset =                   \
	      offsetof(struct observation_row, times) + TIME_##NAME * sizeof(struct instant) },
const struct state_table observation_table = {
	.name = "observation",
	.columns =
	    (const struct column[]){
		COLUMN(struct observation_row, subject),
		COLUMN(struct observation_row, kind),
		COLUMN(struct observation_row, number),
		VOCABULARY_TIMES(TIME_COLUMN) COLUMN(struct observation_row, currency),
		COLUMN(struct observation_row, body),
		COLUMN_END,
	    },
	.key_columns = 3,
	.row_size = sizeof(struct observation_row),
};

/* The row that people see. */

static struct observation_row row_of(struct task *task, const char *subject,
                                     const struct observation *it)
{
	struct observation_row row = { .subject = subject,
		                       .kind = vocabulary_kinds[it->kind].name,
		                       .number = it->number,
		                       .currency = it->currency };

	memcpy(row.times, it->times, sizeof row.times);
	row.body = observation_json(task->arena, it);
	return row;
}

static void show(struct task *task, const char *subject, const struct observation *it)
{
	if (vocabulary_kinds[it->kind].kept) {
		const struct observation_row row = row_of(task, subject, it);

		task_save(task, &observation_table, &row);
	}
}

static void hide(struct task *task, const char *subject, const struct observation *it)
{
	if (vocabulary_kinds[it->kind].kept) {
		const struct observation_row row = row_of(task, subject, it);

		task_remove(task, &observation_table, &row);
	}
}

/* What is another. */

struct difference {
	struct task *task;
	const char *subject;
	struct partial_count *count;
};

/* A midnight that is no longer observed, since it is too long ago, stays counted as it was. */
static bool is_old_midnight(const struct difference *it, const struct observation *old)
{
	return old->kind == OBSERVATION_BACKLOG &&
	       time_before(old->times[TIME_AT], time_sub(time_later(it->task->now, TIME_OLDEST),
	                                                 DAYS(SUBJECT_MIDNIGHTS_MAX - 1)));
}

static void take_back(const struct difference *it, const struct observation *old)
{
	if (is_old_midnight(it, old))
		return;
	partial_count_add(it->count, old, -1);
	hide(it->task, it->subject, old);
}

static void tell_new(const struct difference *it, const struct observation *now)
{
	partial_count_add(it->count, now, 1);
	show(it->task, it->subject, now);
}

static void tell_changed(const struct difference *it, const struct observation *old,
                         const struct observation *now)
{
	if (observation_same(old, now))
		return;
	partial_count_add(it->count, old, -1);
	partial_count_add(it->count, now, 1);
	show(it->task, it->subject, now);
}

/* Both in their order. */
static void compare(const struct difference *it, const struct observation *old, size_t old_count,
                    const struct observation *now, size_t now_count)
{
	size_t i = 0;
	size_t k = 0;

	while (i < old_count || k < now_count) {
		const int order = i == old_count   ? 1
		                  : k == now_count ? -1
		                                   : observation_order(&old[i], &now[k]);

		if (order < 0)
			take_back(it, &old[i++]);
		else if (order > 0)
			tell_new(it, &now[k++]);
		else
			tell_changed(it, &old[i++], &now[k++]);
	}
}

static struct subject_horizon horizon_of(struct task *task)
{
	const struct definition_book *const book = task_document(task, DEFINITIONS);
	struct subject_horizon horizon = { .count = book->snapshot_zone_count };

	horizon.zones =
	    arena_zero(task->scratch, (horizon.count + 1) * sizeof(struct subject_midnight));
	for (size_t i = 0; i < horizon.count; i++) {
		struct snapshot_row row = { .zone = window_zone_name(book->snapshot_zones[i]) };

		horizon.zones[i].zone = book->snapshot_zones[i];
		horizon.zones[i].until =
		    task_load(task, &snapshot_table, &row) ? row.until : TIME_MIN;
	}
	return horizon;
}

static void note_open(struct task *task, const char *subject, bool open)
{
	struct open_subject_row row = { .subject = subject };

	if (open == task_load(task, &open_subject_table, &row))
		return;
	if (open)
		task_save(task, &open_subject_table, &row);
	else
		task_remove(task, &open_subject_table, &row);
}

enum status partial_refresh(struct task *task, const struct subject_kind *kind,
                            struct subject_row *row)
{
	const struct subject_horizon horizon = horizon_of(task);
	struct observations now = { .arena = task->scratch };
	struct observation *old;
	size_t old_count;
	const struct difference it = { .task = task,
		                       .subject = row->subject,
		                       .count = partial_count_begin(task, row->born) };

	if (!observations_unpack(task->scratch, row->told, &old, &old_count) ||
	    !kind->observe(row->subject, row->known, &horizon, &now))
		return task_fail(task, STATUS_REJECT,
		                 "what is known of its subject cannot be read");
	observations_sort(now.items, now.count);
	compare(&it, old, old_count, now.items, now.count);
	row->told = observations_pack(task->arena, now.items, now.count);
	task_save(task, &subject_table, row);
	if (kind->is_open != NULL)
		note_open(task, row->subject, kind->is_open(row->known));
	return partial_count_end(it.count);
}

static const char *subject_of(struct task *task, const struct subject_kind *kind, const char *id)
{
	return arena_printf(task->arena, "%s%s", kind->prefix, id);
}

enum status partial_learn(struct task *task, const struct subject_kind *kind, const char *id,
                          subject_apply *apply, const void *fact)
{
	struct subject_row row = { .subject = subject_of(task, kind, id) };
	struct bytes changed;
	bool known;

	partial_begin(task);
	known = task_load(task, &subject_table, &row);
	if (!known)
		row.born = time_later(task->now, TIME_OLDEST);
	if (!apply(task->arena, row.known, fact, &changed))
		return task_fail(task, STATUS_REJECT,
		                 "what is known of its subject cannot be read");
	if (known && bytes_equal(changed, row.known))
		return STATUS_OK;
	row.known = changed;
	return partial_refresh(task, kind, &row);
}

void partial_need(struct task *task, const struct subject_kind *kind, const char *id)
{
	const struct subject_row row = { .subject = subject_of(task, kind, id) };

	task_need(task, &subject_table, &row);
}

enum status partial_observe(struct task *task, const struct observation *it)
{
	struct partial_count *count;

	partial_begin(task);
	count = partial_count_begin(task, time_later(task->now, TIME_OLDEST));
	partial_count_add(count, it, 1);
	show(task,
	     arena_printf(task->arena, "%s/%.*s", vocabulary_kinds[it->kind].name,
	                  (int)task->event->id.size, (const char *)task->event->id.data),
	     it);
	return partial_count_end(count);
}
