/*
 * Telling: what subjects are known to be now, against what was told of them last, and what waits in rows.
 *
 * A subject is looked at once however much was heard of it in between. What is told depends on what was known when the timer was
 * due, so no batch shows in it.
 */
#include "services/kpi-aggregator/partial/partial.h"

#include "common/base/text.h"
#include "services/kpi-aggregator/subject/observation_codec.h"

#define SUBJECTS 200      /* of one run of the timer: some milliseconds */
#define OBSERVATIONS 4000 /* likewise; a subject has at most SUBJECT_OBSERVATIONS_MAX */
#define CELLS 2000        /* likewise */
#define SLICE MILLISECONDS(1)
#define REST \
	"rest" /* key of the timer for the next slice: what is heard meanwhile moves the other one */

const struct state_table untold_subject_table = {
	.name = "untold_subject",
	.columns = (const struct column[]){ COLUMN(struct subject_key_row, subject), COLUMN_END },
	.key_columns = 1,
	.row_size = sizeof(struct subject_key_row),
	.resident = true,
};

/* On the clock of the mesh, whoever heard of it. What waits already has its timer. */
void partial_tell_soon(struct task *task)
{
	const int64_t step = PARTIAL_TELL_EVERY.us;

	task_timer_set(task, PARTIAL_TIMER_TELL, PARTIAL_TIMER_TELL,
	               (struct instant){ (partial_time(task).us / step + 1) * step });
}

void partial_tell_subject(struct task *task, const char *subject)
{
	struct subject_key_row row = { .subject = subject };

	if (task_load(task, &untold_subject_table, &row))
		return;
	task_save(task, &untold_subject_table, &row);
	partial_tell_soon(task);
}

/* What is another. */

/* One subject, among those of one run. */
struct difference {
	struct task *task;
	struct partial_sums *sums;
	const struct subject_horizon *horizon;
	const struct definition_book *book;
	const char *subject;
	struct partial_since since;
};

static void see(const struct cell_change *change, void *context)
{
	struct difference *const it = context;

	if (partial_since_counts(&it->since, change->definition))
		partial_sums_add(it->sums, change);
}

/* A midnight that is no longer observed, since it is too long ago, stays counted as it was. */
static bool is_old_midnight(const struct difference *it, const struct observation *old)
{
	return old->kind == OBSERVATION_BACKLOG &&
	       time_before(old->times[TIME_AT],
	                   time_sub(task_time(it->task), DAYS(SUBJECT_MIDNIGHTS_MAX - 1)));
}

static void count(struct difference *it, const struct observation *old,
                  const struct observation *now)
{
	cell_expand_change(it->task->scratch, it->book, old, now, see, it);
}

static void take_back(struct difference *it, const struct observation *old)
{
	if (is_old_midnight(it, old))
		return;
	count(it, old, NULL);
	partial_hide(it->task, it->subject, old);
}

static void tell_new(struct difference *it, const struct observation *now)
{
	count(it, NULL, now);
	partial_show(it->task, it->subject, now);
}

static void tell_changed(struct difference *it, const struct observation *old,
                         const struct observation *now)
{
	if (observation_same(old, now))
		return;
	count(it, old, now);
	partial_show(it->task, it->subject, now);
}

/* Both in their order. */
static void compare(struct difference *it, const struct observation *old, size_t old_count,
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

static const struct subject_kind *kind_of(const char *subject)
{
	for (size_t i = 0; partial_kinds[i] != NULL; i++)
		if (text_starts(subject, partial_kinds[i]->prefix))
			return partial_kinds[i];
	return NULL;
}

/* Makes the subject's observations anew, counts what is another, and saves the row. */
static enum status tell_subject(struct difference *it, const char *subject, size_t *observations)
{
	struct task *const task = it->task;
	const struct subject_kind *const kind = kind_of(subject);
	struct subject_row row = { .subject = subject };
	struct observations now = { .arena = task->scratch };
	struct observation *old;
	size_t old_count;

	if (kind == NULL || !task_load(task, &subject_table, &row))
		return task_fail(task, STATUS_FATAL, "%s: it was heard of, and is not there",
		                 subject);
	if (!observations_unpack(task->scratch, row.told, &old, &old_count) ||
	    !kind->observe(subject, row.known, it->horizon, &now))
		return task_fail(task, STATUS_REJECT, "%s: what is known of it cannot be read",
		                 subject);
	observations_sort(now.items, now.count);
	it->subject = subject;
	it->since = partial_since_begin(task, row.born);
	compare(it, old, old_count, now.items, now.count);
	*observations += old_count + now.count;
	row.told = observations_pack(task->arena, now.items, now.count);
	task_save(task, &subject_table, &row);
	return STATUS_OK;
}

static enum status take_subjects(struct task *task, struct partial_sums *sums, bool *all)
{
	const struct subject_horizon horizon = horizon_of(task);
	struct difference it = { .task = task,
		                 .sums = sums,
		                 .horizon = &horizon,
		                 .book = task_document(task, DEFINITIONS) };
	struct subject_key_row row = { 0 };
	struct task_cursor cursor;
	size_t observations = 0;

	task_scan(task, &untold_subject_table, &row, 0, &cursor);
	for (int i = 0; task_next(task, &cursor, &row); i++) {
		if (i == SUBJECTS || observations >= OBSERVATIONS) {
			*all = false;
			return STATUS_OK;
		}
		TRY(tell_subject(&it, row.subject, &observations));
		task_remove(task, &untold_subject_table, &row);
	}
	return STATUS_OK;
}

void partial_need_tell(struct task *task, const char *key)
{
	struct subject_key_row row = { 0 };
	struct task_cursor cursor;

	(void)key;
	task_scan(task, &untold_subject_table, &row, 0, &cursor);
	for (int i = 0; i < SUBJECTS && task_next(task, &cursor, &row); i++)
		task_need(task, &subject_table, &(struct subject_row){ .subject = row.subject });
}

enum status partial_tell(struct task *task, const char *key)
{
	bool all = true;
	struct partial_sums *sums;

	(void)key;
	TRY(partial_look_at_definitions(task));
	sums = partial_sums_begin(task);
	enum status status = take_subjects(task, sums, &all);

	if (status == STATUS_OK)
		status = partial_take_cells(task, sums, CELLS, &all);
	if (status == STATUS_OK && !all)
		task_timer_set(task, PARTIAL_TIMER_TELL, REST, time_add(task->due, SLICE));
	return partial_sums_end(sums, status);
}
