/*
 * Snapshots: at each local midnight every open subject is looked at, in slices, so that none of them holds up what comes in
 * between. What becomes known of a subject before its turn counts for the midnight all the same, once.
 */
#include "services/kpi-aggregator/partial/partial.h"

#include "common/base/text.h"

#define SLICE 200 /* subjects of one: some milliseconds */

const struct state_table snapshot_table = {
	.name = "snapshot",
	.columns =
	    (const struct column[]){
		COLUMN(struct snapshot_row, zone),
		COLUMN(struct snapshot_row, until),
		COLUMN(struct snapshot_row, cursor),
		COLUMN_END,
	    },
	.key_columns = 1,
	.row_size = sizeof(struct snapshot_row),
	.resident = true,
};

static struct window_zone *zone_named(const struct definition_book *book, const char *name)
{
	for (size_t i = 0; i < book->snapshot_zone_count; i++)
		if (text_equal(window_zone_name(book->snapshot_zones[i]), name))
			return book->snapshot_zones[i];
	return NULL;
}

static const struct subject_kind *kind_of(const char *subject)
{
	for (size_t i = 0; partial_kinds[i] != NULL; i++)
		if (text_starts(subject, partial_kinds[i]->prefix))
			return partial_kinds[i];
	return NULL;
}

/* Open subjects behind the cursor, in their order. */
static void scan(struct task *task, const char *behind, struct task_cursor *cursor)
{
	struct open_subject_row row = { .subject = behind };

	task_scan(task, &open_subject_table, &row, 0, cursor);
	if (behind != NULL && *behind != '\0')
		cursor->last = state_key(task->arena, &open_subject_table, &row, 1);
}

void partial_need_snapshot(struct task *task, const char *key)
{
	struct snapshot_row row = { .zone = key };
	struct open_subject_row open = { 0 };
	struct task_cursor cursor;

	if (!task_load(task, &snapshot_table, &row))
		return;
	scan(task, row.cursor, &cursor);
	for (int i = 0; i < SLICE && task_next(task, &cursor, &open); i++)
		task_need(task, &subject_table, &(struct subject_row){ .subject = open.subject });
}

static enum status look(struct task *task, const char *subject)
{
	const struct subject_kind *const kind = kind_of(subject);
	struct subject_row row = { .subject = subject };

	if (kind == NULL || !task_load(task, &subject_table, &row))
		return STATUS_OK;
	return partial_refresh(task, kind, &row);
}

/* Those of one slice first: what is looked at may leave the table. */
static enum status look_through(struct task *task, struct snapshot_row *row)
{
	const char *subjects[SLICE];
	struct open_subject_row open = { 0 };
	struct task_cursor cursor;
	size_t count = 0;

	scan(task, row->cursor, &cursor);
	while (count < SLICE && task_next(task, &cursor, &open))
		subjects[count++] = open.subject;
	for (size_t i = 0; i < count; i++)
		TRY(look(task, subjects[i]));
	row->cursor = count == SLICE ? subjects[count - 1] : NULL;
	return STATUS_OK;
}

enum status partial_snapshot(struct task *task, const char *key)
{
	struct window_zone *const zone = zone_named(task_document(task, DEFINITIONS), key);
	struct snapshot_row row = { .zone = key };

	if (zone == NULL || !task_load(task, &snapshot_table, &row))
		return STATUS_OK;
	if (row.cursor == NULL) {
		row.until = window_at(zone, WINDOW_DAY, task->due).start;
		row.cursor = "";
	}
	task_save(task, &snapshot_table, &row);
	TRY(look_through(task, &row));
	task_save(task, &snapshot_table, &row);
	task_timer_set(task, PARTIAL_TIMER_SNAPSHOT, key,
	               row.cursor != NULL ? time_add(task->due, SECONDS(1))
	                                  : window_at(zone, WINDOW_DAY, row.until).end);
	return STATUS_OK;
}
