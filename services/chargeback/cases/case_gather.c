/*
 * Evidence: what the account's dossier has for the reason at hand. It is looked for when a case begins and when something new
 * came, which waits a little, so that what comes together is gathered together.
 */
#include "services/chargeback/cases/case.h"

#include "common/base/listed.h"
#include "common/io/proto.h"

static enum status stir_one(struct task *task, const struct dossier_row *dossier,
                            const char *dispute, struct instant at)
{
	struct casework work;

	TRY(case_take(task, dossier->home, dispute, at, &work));
	if (work.kept->gather_at != NULL || !life_needs_response(case_life(&work)))
		return STATUS_OK;
	const struct instant when = time_add(at, work.policy->gather_wait);

	work.kept->gather_at = proto_timestamp(task->arena, when);
	task_timer_set(task, CASE_TIMER_GATHER, work.case_id, when);
	return case_keep(&work);
}

enum status case_stir(struct task *task, const struct dossier_row *dossier, struct instant at)
{
	const char *list = dossier->cases;
	const char *dispute;

	while ((dispute = listed_next(task->arena, &list)) != NULL)
		TRY(stir_one(task, dossier, dispute, at));
	return STATUS_OK;
}

enum status case_gather(struct task *task, const char *key)
{
	const char *home;
	const char *dispute;
	struct casework work;

	if (!case_id_parse(task->arena, key, &home, &dispute))
		return task_fail(task, STATUS_FATAL, "timer %s: no case", key);
	TRY(case_take(task, home, dispute, task->due, &work));
	work.kept->gather_at = NULL;
	return case_keep(&work);
}
