/*
 * Snapshots: at each local midnight every open subject is told anew, in slices, so that none of them holds up what comes in
 * between. What becomes known of a subject before its turn counts for the midnight all the same, once.
 */
#include "services/kpi-aggregator/partial/partial.h"

#include "common/base/text.h"

#define SLICE 2000 /* subjects of one: some milliseconds */

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

/* Open subjects behind the cursor, in their order. */
static void scan(struct task *task, const char *behind, struct task_cursor *cursor)
{
	struct subject_key_row row = { .subject = behind };

	task_scan(task, &open_subject_table, &row, 0, cursor);
	if (behind != NULL && *behind != '\0')
		cursor->last = state_key(task->arena, &open_subject_table, &row, 1);
}

/* Each of a slice is told anew, with the midnight that is now behind it. */
static void look_through(struct task *task, struct snapshot_row *row)
{
	struct subject_key_row open = { 0 };
	struct task_cursor cursor;
	size_t count = 0;

	scan(task, row->cursor, &cursor);
	row->cursor = NULL;
	while (count < SLICE && task_next(task, &cursor, &open)) {
		partial_tell_subject(task, open.subject);
		if (++count == SLICE)
			row->cursor = open.subject;
	}
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
	look_through(task, &row);
	task_save(task, &snapshot_table, &row);
	task_timer_set(task, PARTIAL_TIMER_SNAPSHOT, key,
	               row.cursor != NULL ? time_add(task->due, MILLISECONDS(1))
	                                  : window_at(zone, WINDOW_DAY, row.until).end);
	return STATUS_OK;
}
