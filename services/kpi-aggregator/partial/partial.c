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
	.columns = (const struct column[]){ COLUMN(struct subject_key_row, subject), COLUMN_END },
	.key_columns = 1,
	.row_size = sizeof(struct subject_key_row),
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

void partial_show(struct task *task, const char *subject, const struct observation *it)
{
	if (vocabulary_kinds[it->kind].kept == KEPT_ROW) {
		const struct observation_row row = row_of(task, subject, it);

		task_save(task, &observation_table, &row);
	}
}

void partial_hide(struct task *task, const char *subject, const struct observation *it)
{
	if (vocabulary_kinds[it->kind].kept == KEPT_ROW) {
		const struct observation_row row = row_of(task, subject, it);

		task_remove(task, &observation_table, &row);
	}
}

static void note_open(struct task *task, const char *subject, bool open)
{
	struct subject_key_row row = { .subject = subject };

	if (open == task_load(task, &open_subject_table, &row))
		return;
	if (open)
		task_save(task, &open_subject_table, &row);
	else
		task_remove(task, &open_subject_table, &row);
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
	if (!known) {
		row.told = observations_pack(task->arena, NULL, 0);
		row.born = task_time(task);
	}
	if (!apply(task->arena, row.known, fact, &changed))
		return task_fail(task, STATUS_REJECT,
		                 "what is known of its subject cannot be read");
	if (known && bytes_equal(changed, row.known))
		return STATUS_OK;
	row.known = changed;
	task_save(task, &subject_table, &row);
	if (kind->is_open != NULL)
		note_open(task, row.subject, kind->is_open(row.known));
	partial_tell_subject(task, row.subject);
	return STATUS_OK;
}

void partial_need(struct task *task, const struct subject_kind *kind, const char *id)
{
	const struct subject_row row = { .subject = subject_of(task, kind, id) };

	task_need(task, &subject_table, &row);
}
