/*
 * The orphan sweep: by timer every open case is looked at, for one that nobody has, that has no deadline although an answer
 * is awaited, or for which nothing was ever gathered. Zero of them is a number that is said.
 *
 * A sweep goes in slices, a second of mesh time apart, so that none of them holds up what comes in between.
 */
#include "services/chargeback/cases/case.h"

#include "common/base/listed.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

#define SLICE 2000 /* cases of one: some milliseconds */
#define FOUND_MAX 20
#define NAME "sweep"

static const struct column columns[] = {
	COLUMN(struct sweep_row, name),
	COLUMN(struct sweep_row, began),
	COLUMN(struct sweep_row, home),
	COLUMN(struct sweep_row, dispute_id),
	COLUMN(struct sweep_row, open),
	COLUMN(struct sweep_row, without_owner),
	COLUMN(struct sweep_row, without_deadline),
	COLUMN(struct sweep_row, without_evidence),
	COLUMN(struct sweep_row, found),
	COLUMN(struct sweep_row, last_open),
	COLUMN(struct sweep_row, last_orphans),
	COLUMN(struct sweep_row, last_at),
	COLUMN_END,
};
const struct state_table sweep_table = { .name = "case_sweep",
	                                 .columns = columns,
	                                 .key_columns = 1,
	                                 .row_size = sizeof(struct sweep_row),
	                                 .resident = true };

enum status case_begin_sweeps(struct casework *work)
{
	struct sweep_row row = { .name = NAME };

	if (task_load(work->task, &sweep_table, &row))
		return STATUS_OK;
	row.began = TIME_MIN;
	row.last_at = TIME_MIN;
	task_save(work->task, &sweep_table, &row);
	task_timer_set(work->task, CASE_TIMER_SWEEP, NAME,
	               time_add(work->at, work->policy->sweep_every));
	return STATUS_OK;
}

/* Looking. */

static void look(struct task *task, struct sweep_row *sweep, const struct open_case_row *row)
{
	sweep->open++;
	sweep->without_owner += (row->lacks & CASE_LACKS_OWNER) != 0;
	sweep->without_deadline += (row->lacks & CASE_LACKS_DEADLINE) != 0;
	sweep->without_evidence += (row->lacks & CASE_LACKS_EVIDENCE) != 0;
	if (row->lacks != 0 && listed_count(sweep->found) < FOUND_MAX)
		sweep->found = listed_with(task->arena, sweep->found,
		                           arena_printf(task->arena, "case/%s/%s", row->home,
		                                        row->dispute_id));
}

/* True: that was the last. */
static bool look_through(struct task *task, struct sweep_row *sweep)
{
	struct open_case_row row = { .home = sweep->home, .dispute_id = sweep->dispute_id };
	struct task_cursor cursor;

	task_scan(task, &open_case_table, &row, 0, &cursor);
	if (sweep->home != NULL)
		cursor.last = state_key(task->arena, &open_case_table, &row, 2);
	for (int i = 0; i < SLICE; i++) {
		if (!task_next(task, &cursor, &row))
			return true;
		look(task, sweep, &row);
		sweep->home = row.home;
		sweep->dispute_id = row.dispute_id;
	}
	return false;
}

/* Saying. */

static void fill_found(struct arena *arena, const struct sweep_row *sweep,
                       Opsmesh__V1__CaseSwept *swept)
{
	const char *list = sweep->found;
	const char *id;

	swept->case_ids = arena_alloc(arena, FOUND_MAX * sizeof(char *));
	while ((id = listed_next(arena, &list)) != NULL)
		swept->case_ids[swept->n_case_ids++] = text_mutable(id);
}

static enum status say(struct task *task, const struct sweep_row *sweep)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__CaseSwept swept = OPSMESH__V1__CASE_SWEPT__INIT;
	const char *const key = arena_printf(task->arena, NAME "/%d", task->shard_number);

	swept.open = sweep->open;
	swept.without_owner = sweep->without_owner;
	swept.without_deadline = sweep->without_deadline;
	swept.without_evidence = sweep->without_evidence;
	swept.took_us = time_since(sweep->began, task->due).us;
	fill_found(task->arena, sweep, &swept);
	event.account_id = text_mutable(key);
	event.occurred_at = proto_timestamp(task->arena, task->due);
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_ORPHANS_SWEPT;
	event.orphans_swept = &swept;
	return task_emit(task, &(struct emission){ .topic = OPS_DISPUTES,
	                                           .key = key,
	                                           .partition = &task->shard_number,
	                                           .time = task->due,
	                                           .message = &event.base });
}

static enum status finish(struct task *task, struct sweep_row *sweep)
{
	const struct case_policy *const policy =
	    case_policy_at(task_document(task, CASE_POLICY), task->due);

	TRY(say(task, sweep));
	*sweep =
	    (struct sweep_row){ .name = NAME,
		                .began = TIME_MIN,
		                .last_open = sweep->open,
		                .last_orphans = sweep->without_owner + sweep->without_deadline +
		                                sweep->without_evidence,
		                .last_at = task->due };
	task_timer_set(task, CASE_TIMER_SWEEP, NAME, time_add(task->due, policy->sweep_every));
	return STATUS_OK;
}

enum status case_sweep(struct task *task, const char *key)
{
	struct sweep_row row = { .name = key };

	if (!task_load(task, &sweep_table, &row))
		return STATUS_OK;
	if (row.began.us == TIME_MIN.us)
		row.began = task->due;
	if (look_through(task, &row))
		TRY(finish(task, &row));
	else
		task_timer_set(task, CASE_TIMER_SWEEP, NAME, time_add(task->due, SECONDS(1)));
	task_save(task, &sweep_table, &row);
	return STATUS_OK;
}
