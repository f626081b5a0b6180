#include "services/chargeback/cases/case.h"

#include "common/base/listed.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

#define CASE_PREFIX "case/"

/* Tables. */

static const struct column columns[] = {
	COLUMN(struct case_row, home),       COLUMN(struct case_row, dispute_id),
	COLUMN(struct case_row, life),       COLUMN(struct case_row, stage),
	COLUMN(struct case_row, state),      COLUMN(struct case_row, status),
	COLUMN(struct case_row, payment_id), COLUMN(struct case_row, customer_id),
	COLUMN(struct case_row, reason),     COLUMN(struct case_row, network),
	COLUMN(struct case_row, code),       COLUMN(struct case_row, amount),
	COLUMN(struct case_row, currency),   COLUMN(struct case_row, created_at),
	COLUMN(struct case_row, opened_at),  COLUMN(struct case_row, due_by),
	COLUMN(struct case_row, deadline),   COLUMN(struct case_row, next_due),
	COLUMN(struct case_row, owner),      COLUMN(struct case_row, queue),
	COLUMN(struct case_row, response),   COLUMN(struct case_row, decision),
	COLUMN(struct case_row, kept),       COLUMN_END,
};
const struct state_table dispute_case_table = { .name = "dispute_case",
	                                        .columns = columns,
	                                        .key_columns = 2,
	                                        .row_size = sizeof(struct case_row) };

static const struct column open_columns[] = {
	COLUMN(struct open_case_row, home),
	COLUMN(struct open_case_row, dispute_id),
	COLUMN(struct open_case_row, lacks),
	COLUMN_END,
};
const struct state_table open_case_table = { .name = "open_case",
	                                     .columns = open_columns,
	                                     .key_columns = 2,
	                                     .row_size = sizeof(struct open_case_row),
	                                     .resident = true };

/* Ids. */

bool case_id_parse(struct arena *arena, const char *case_id, const char **home,
                   const char **dispute_id)
{
	const size_t prefix = strlen(CASE_PREFIX);
	const char *const slash =
	    text_starts(case_id, CASE_PREFIX) ? strrchr(case_id + prefix, '/') : NULL;

	if (slash == NULL || slash == case_id + prefix || slash[1] == '\0')
		return false;
	*home = arena_text(arena, case_id + prefix, (size_t)(slash - case_id) - prefix);
	*dispute_id = slash + 1;
	return true;
}

/* A case at hand. */

static enum status read_kept(struct casework *work)
{
	struct arena *const arena = work->task->arena;
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (!work->known) {
		work->kept = arena_alloc(arena, sizeof(*work->kept));
		opsmesh__v1__case_kept__init(work->kept);
		return STATUS_OK;
	}
	if (!proto_unpack(arena, &opsmesh__v1__case_kept__descriptor, work->row.kept, &message,
	                  reason))
		return task_fail(work->task, STATUS_FATAL, "%s: what is kept cannot be read: %s",
		                 work->case_id, reason);
	work->kept = (void *)message;
	return STATUS_OK;
}

enum status case_take(struct task *task, const char *home, const char *dispute_id,
                      struct instant at, struct casework *work)
{
	const struct bytes cause = task->event != NULL ? task->event->id : (struct bytes){ "", 0 };

	*work = (struct casework){
		.task = task,
		.policy = case_policy_at(task_document(task, CASE_POLICY), at),
		.row = { .home = home, .dispute_id = dispute_id },
		.case_id = arena_printf(task->arena, CASE_PREFIX "%s/%s", home, dispute_id),
		.cause_id = arena_text(task->arena, cause.data, cause.size),
		.at = at,
	};
	work->known = task_load(task, &dispute_case_table, &work->row);
	if (!work->known)
		work->row = (struct case_row){ .home = home,
			                       .dispute_id = dispute_id,
			                       .life = LIFE_NEW,
			                       .status = "",
			                       .payment_id = "",
			                       .customer_id = "",
			                       .reason = "",
			                       .network = "",
			                       .code = "",
			                       .created_at = TIME_MIN,
			                       .opened_at = TIME_MIN,
			                       .due_by = TIME_MIN,
			                       .deadline = TIME_MIN,
			                       .queue = work->policy->queue,
			                       .response = "none" };
	return read_kept(work);
}

enum life_state case_life(const struct casework *work)
{
	return (enum life_state)work->row.life;
}

enum life_stage case_stage(const struct casework *work)
{
	return life_stage(case_life(work));
}

Opsmesh__V1__Money *case_money(struct arena *arena, int64_t minor, const char *currency)
{
	if (currency == NULL || *currency == '\0')
		return NULL;
	Opsmesh__V1__Money *const money = arena_alloc(arena, sizeof(*money));

	opsmesh__v1__money__init(money);
	money->minor = minor;
	money->currency = text_mutable(currency);
	return money;
}

const char *case_policy_name(const struct casework *work)
{
	const struct policy_head *const head = &work->policy->head;

	return arena_printf(work->task->arena, CASE_POLICY "/%s/%lld", head->id,
	                    (long long)head->version);
}

/* Saving. */

/* Of an open case, what nobody may miss in it. */
static int64_t lacks_of(const struct casework *work)
{
	const bool answerable = life_needs_response(case_life(work)) && !work->kept->unanswerable;
	const bool owned = work->row.owner != NULL || *work->row.queue != '\0';

	return (owned ? 0 : CASE_LACKS_OWNER) |
	       (answerable && work->row.deadline.us == TIME_MIN.us ? CASE_LACKS_DEADLINE : 0) |
	       (answerable && *work->kept->gathered == '\0' ? CASE_LACKS_EVIDENCE : 0);
}

static enum status save_open(struct casework *work)
{
	struct open_case_row row = { .home = work->row.home, .dispute_id = work->row.dispute_id };
	struct dossier_row dossier = dossier_open(work->task, work->row.home);
	const bool open = life_is_open(case_life(work));
	const bool listed = listed_has(dossier.cases, work->row.dispute_id);

	if (open != listed) {
		dossier.cases =
		    open ? listed_with(work->task->arena, dossier.cases, work->row.dispute_id)
			 : listed_without(work->task->arena, dossier.cases, work->row.dispute_id);
		task_save(work->task, &dossier_table, &dossier);
	}
	if (!open) {
		if (listed)
			task_remove(work->task, &open_case_table, &row);
		return STATUS_OK;
	}
	row.lacks = lacks_of(work);
	task_save(work->task, &open_case_table, &row);
	return case_begin_sweeps(work);
}

enum status case_keep(struct casework *work)
{
	const struct instant due = case_next_due(work);

	work->row.stage = life_stage_word(case_stage(work));
	work->row.state = life_state_word(case_life(work));
	if (due.us == TIME_MAX.us) {
		task_timer_clear(work->task, CASE_TIMER_JUDGE, work->case_id);
		work->row.next_due = TIME_MIN;
	} else {
		task_timer_set(work->task, CASE_TIMER_JUDGE, work->case_id, due);
		work->row.next_due = due;
	}
	work->row.kept = proto_pack(work->task->arena, &work->kept->base);
	task_save(work->task, &dispute_case_table, &work->row);
	return save_open(work);
}

/* Saying. */

Opsmesh__V1__CaseStage case_stage_number(enum life_stage stage)
{
	static const Opsmesh__V1__CaseStage numbers[] = {
		[LIFE_UNSTAGED] = OPSMESH__V1__CASE_STAGE__CASE_STAGE_UNSPECIFIED,
		[LIFE_WARNING] = OPSMESH__V1__CASE_STAGE__CASE_STAGE_WARNING,
		[LIFE_ASKED] = OPSMESH__V1__CASE_STAGE__CASE_STAGE_INQUIRY,
		[LIFE_CHARGED] = OPSMESH__V1__CASE_STAGE__CASE_STAGE_CHARGEBACK,
	};

	return numbers[stage];
}

Opsmesh__V1__CaseState case_state_number(enum life_state state)
{
	static const Opsmesh__V1__CaseState numbers[LIFE_STATES] = {
		[LIFE_NEW] = OPSMESH__V1__CASE_STATE__CASE_STATE_UNSPECIFIED,
		[LIFE_WARNED] = OPSMESH__V1__CASE_STATE__CASE_STATE_NEEDS_RESPONSE,
		[LIFE_WARNING_OVER] = OPSMESH__V1__CASE_STATE__CASE_STATE_WITHDRAWN,
		[LIFE_INQUIRY] = OPSMESH__V1__CASE_STATE__CASE_STATE_NEEDS_RESPONSE,
		[LIFE_INQUIRY_REVIEW] = OPSMESH__V1__CASE_STATE__CASE_STATE_UNDER_REVIEW,
		[LIFE_INQUIRY_CLOSED] = OPSMESH__V1__CASE_STATE__CASE_STATE_WITHDRAWN,
		[LIFE_INQUIRY_UNANSWERED] = OPSMESH__V1__CASE_STATE__CASE_STATE_CLOSED_UNANSWERED,
		[LIFE_OPEN] = OPSMESH__V1__CASE_STATE__CASE_STATE_NEEDS_RESPONSE,
		[LIFE_REVIEW] = OPSMESH__V1__CASE_STATE__CASE_STATE_UNDER_REVIEW,
		[LIFE_WON] = OPSMESH__V1__CASE_STATE__CASE_STATE_WON,
		[LIFE_LOST] = OPSMESH__V1__CASE_STATE__CASE_STATE_LOST,
		[LIFE_LATE_WON] = OPSMESH__V1__CASE_STATE__CASE_STATE_LATE_WON,
		[LIFE_PARTIAL] = OPSMESH__V1__CASE_STATE__CASE_STATE_PARTIALLY_RECOVERED,
		[LIFE_PREVENTED] = OPSMESH__V1__CASE_STATE__CASE_STATE_PREVENTED,
		[LIFE_UNANSWERED] = OPSMESH__V1__CASE_STATE__CASE_STATE_CLOSED_UNANSWERED,
		[LIFE_PLACED] = OPSMESH__V1__CASE_STATE__CASE_STATE_PLACED,
	};

	return numbers[state];
}

static void fill(struct casework *work, Opsmesh__V1__DisputeEvent *event)
{
	event->account_id = text_mutable(work->row.home);
	event->occurred_at = proto_timestamp(work->task->arena, work->at);
	event->cause_id = text_mutable(work->cause_id);
	event->case_id = text_mutable(work->case_id);
	event->dispute_id = text_mutable(work->row.dispute_id);
}

enum status case_emit(struct casework *work, Opsmesh__V1__DisputeEvent *event)
{
	fill(work, event);
	return task_emit(work->task, &(struct emission){ .topic = OPS_DISPUTES,
	                                                 .key = work->row.home,
	                                                 .subject = work->case_id,
	                                                 .partition = &work->task->shard_number,
	                                                 .time = work->at,
	                                                 .message = &event->base });
}

enum status case_ask(struct casework *work, Opsmesh__V1__DisputeEvent *event)
{
	fill(work, event);
	return task_emit(work->task, &(struct emission){ .topic = OPS_BY_DISPUTE,
	                                                 .key = work->row.dispute_id,
	                                                 .subject = work->case_id,
	                                                 .time = work->at,
	                                                 .message = &event->base });
}
