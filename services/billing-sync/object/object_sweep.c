/*
 * The stage `object` against list pages: each difference is said once, and when it is explained.
 */
#include "services/billing-sync/mirror/sweep.h"
#include "services/billing-sync/object/object.h"

#include "common/base/text.h"

static const struct column columns[] = {
	COLUMN(struct webhooks_row, name),
	COLUMN(struct webhooks_row, since),
	COLUMN_END,
};
const struct state_table webhooks_table = { .name = "webhooks",
	                                    .columns = columns,
	                                    .key_columns = 1,
	                                    .row_size = sizeof(struct webhooks_row) };

/* When the first webhook of this shard was made; TIME_MAX: none came. */
static struct webhooks_row began(struct object *it)
{
	struct webhooks_row row = { .name = "stripe", .since = TIME_MAX };

	(void)task_load(it->task, &webhooks_table, &row);
	return row;
}

static void hear_webhook(struct object *it)
{
	struct webhooks_row row = began(it);

	if (!time_before(it->seen.state_at, row.since))
		return;
	row.since = it->seen.state_at;
	task_save(it->task, &webhooks_table, &row);
}

void object_need_sweep(struct task *task)
{
	task_need(task, &webhooks_table, &(struct webhooks_row){ .name = "stripe" });
}

/* What was another is explained by an event of after the state that had stood, or is the same again. */
static bool explains(const struct object *it, const struct object_row *before)
{
	if (before->swept == NULL)
		return false;
	if (*it->seen.event_id != '\0')
		return time_before(before->swept_at, it->seen.state_at) &&
		       !text_equal(before->swept, sweep_word(SWEEP_OWN_BUG));
	return it->event->provenance == OPSMESH__V1__PROVENANCE__PROVENANCE_BACKFILL &&
	       *before->event_id != '\0' && text_equal(before->digest, it->seen.digest);
}

static enum status heal(struct object *it, const struct object_row *before, bool *moved)
{
	const struct sweep nothing = { .cause = SWEEP_EQUAL };

	it->row.swept = NULL;
	it->row.swept_at = TIME_MIN;
	it->row.swept_of = NULL;
	*moved = true;
	TRY(object_say_swept(it, before, &nothing, before->swept));
	return object_tell_swept(it, before->swept_of, before->swept, true);
}

static enum status differ(struct object *it, const struct object_row *before,
                          const struct sweep *sweep, bool *moved)
{
	const char *const word = sweep_word(sweep->cause);

	if (text_equal(before->swept, word))
		return STATUS_OK;
	it->row.swept = word;
	it->row.swept_at = before->state_at;
	it->row.swept_of = it->row.customer_id;
	*moved = true;
	if (before->swept != NULL)
		TRY(object_tell_swept(it, before->swept_of, before->swept, true));
	TRY(object_say_swept(it, before, sweep, word));
	return object_tell_swept(it, it->row.swept_of, word, false);
}

enum status object_sweep(struct object *it, const struct object_row *before, bool *moved)
{
	*moved = false;
	if (it->event->provenance == OPSMESH__V1__PROVENANCE__PROVENANCE_WEBHOOK)
		hear_webhook(it);
	if (explains(it, before))
		return heal(it, before, moved);
	if (it->event->provenance != OPSMESH__V1__PROVENANCE__PROVENANCE_BACKFILL)
		return STATUS_OK;
	const struct sweep sweep = sweep_compare(it->task->arena, before, &it->seen,
	                                         it->event->as_of != NULL, began(it).since);

	return sweep.cause == SWEEP_EQUAL ? STATUS_OK : differ(it, before, &sweep, moved);
}
