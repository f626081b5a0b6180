#include "services/chargeback/answer/answer.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/dispute.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

static const struct column columns[] = {
	COLUMN(struct answer_row, dispute_id),
	COLUMN(struct answer_row, stage),
	COLUMN(struct answer_row, case_id),
	COLUMN(struct answer_row, request_id),
	COLUMN(struct answer_row, digest),
	COLUMN(struct answer_row, asked_at),
	COLUMN_END,
};
const struct state_table answer_table = { .name = "answer",
	                                  .columns = columns,
	                                  .key_columns = 2,
	                                  .row_size = sizeof(struct answer_row) };

/* False: it asks for nothing. */
static bool read_asked(const Opsmesh__V1__DisputeEvent *event, struct answer_row *row)
{
	*row = (struct answer_row){ .dispute_id = event->dispute_id, .case_id = event->case_id };
	if (event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_SUBMISSION_REQUESTED) {
		row->stage = (int64_t)event->submission_requested->stage;
		row->request_id = event->submission_requested->request_id;
		row->digest = event->submission_requested->digest;
		return true;
	}
	if (event->fact_case != OPSMESH__V1__DISPUTE_EVENT__FACT_ACCEPT_REQUESTED)
		return false;
	row->stage = (int64_t)event->accept_requested->stage;
	row->request_id = event->accept_requested->request_id;
	return true;
}

/* On the partition of its home, as all that is said of the case. */
static enum status say(struct task *task, const Opsmesh__V1__DisputeEvent *event, struct instant at)
{
	return task_emit(task, &(struct emission){ .topic = OPS_DISPUTES,
	                                           .key = event->account_id,
	                                           .subject = event->case_id,
	                                           .time = at,
	                                           .message = &event->base });
}

static char *or_empty(const char *text)
{
	return text_mutable(text != NULL ? text : "");
}

static enum status withhold(struct task *task, const Opsmesh__V1__DisputeEvent *asked,
                            const struct answer_row *row, const struct answer_row *first)
{
	Opsmesh__V1__DisputeEvent event = *asked;
	Opsmesh__V1__AnswerWithheld withheld = OPSMESH__V1__ANSWER_WITHHELD__INIT;

	withheld.stage = (Opsmesh__V1__CaseStage)row->stage;
	withheld.request_id = text_mutable(row->request_id);
	withheld.digest = or_empty(row->digest);
	withheld.first_case_id = text_mutable(first->case_id);
	withheld.first_request_id = text_mutable(first->request_id);
	withheld.first_digest = or_empty(first->digest);
	withheld.first_at = proto_timestamp(task->arena, first->asked_at);
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_ANSWER_WITHHELD;
	event.answer_withheld = &withheld;
	return say(task, &event, row->asked_at);
}

enum status answer_on_asked(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__DisputeEvent *const event = (const void *)message;
	struct answer_row row;

	if (!read_asked(event, &row))
		return task_fail(task, STATUS_REJECT,
		                 "fact: neither submission_requested nor "
		                 "accept_requested");
	TRY(task_key(task, "dispute_id", row.dispute_id, ANSWER_ID_MAX));
	if (!proto_instant(event->occurred_at, &row.asked_at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	struct answer_row first = { .dispute_id = row.dispute_id, .stage = row.stage };

	if (task_load(task, &answer_table, &first))
		return withhold(task, event, &row, &first);
	task_save(task, &answer_table, &row);
	return say(task, event, row.asked_at);
}

void answer_need(struct task *task, const ProtobufCMessage *message)
{
	struct answer_row row;

	if (read_asked((const Opsmesh__V1__DisputeEvent *)(const void *)message, &row))
		task_need(task, &answer_table, &row);
}
