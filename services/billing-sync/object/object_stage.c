#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/billing-sync/dispute/unplaced.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/mirror/wanted.h"
#include "services/billing-sync/object/object.h"

static const struct column columns[] = {
	COLUMN(struct object_row, object_id),   COLUMN(struct object_row, object_type),
	COLUMN(struct object_row, customer_id), COLUMN(struct object_row, customer_at),
	COLUMN(struct object_row, charge_id),   COLUMN(struct object_row, payout_id),
	COLUMN(struct object_row, status),      COLUMN(struct object_row, rank),
	COLUMN(struct object_row, progress),    COLUMN(struct object_row, verb),
	COLUMN(struct object_row, revision),    COLUMN(struct object_row, bare),
	COLUMN(struct object_row, ended),       COLUMN(struct object_row, deleted),
	COLUMN(struct object_row, gone_at),     COLUMN(struct object_row, mode),
	COLUMN(struct object_row, account),     COLUMN(struct object_row, currency),
	COLUMN(struct object_row, amount),      COLUMN(struct object_row, api_version),
	COLUMN(struct object_row, state_at),    COLUMN(struct object_row, seen_at),
	COLUMN(struct object_row, event_id),    COLUMN(struct object_row, event_type),
	COLUMN(struct object_row, provenance),  COLUMN(struct object_row, digest),
	COLUMN(struct object_row, body),        COLUMN(struct object_row, asked),
	COLUMN(struct object_row, swept),       COLUMN(struct object_row, swept_at),
	COLUMN(struct object_row, named),       COLUMN(struct object_row, refused),
	COLUMN(struct object_row, refused_at),  COLUMN(struct object_row, refused_of),
	COLUMN(struct object_row, swept_of),    COLUMN_END,
};
const struct state_table object_table = { .name = "object",
	                                  .columns = columns,
	                                  .key_columns = 2,
	                                  .row_size = sizeof(struct object_row) };

/* Asking. */

static const struct {
	enum wanted_why why;
	Opsmesh__V1__FetchCause cause;
} causes[] = {
	{ WANTED_NOT_CARRIED, OPSMESH__V1__FETCH_CAUSE__FETCH_CAUSE_NOT_CARRIED },
	{ WANTED_THIN, OPSMESH__V1__FETCH_CAUSE__FETCH_CAUSE_THIN },
	{ WANTED_CUT, OPSMESH__V1__FETCH_CAUSE__FETCH_CAUSE_CUT },
};

/* Once: the row, which the caller saves, remembers. */
static enum status ask(struct object *it, enum wanted_why why, const char *type, const char *id)
{
	Opsmesh__V1__FetchCause cause = OPSMESH__V1__FETCH_CAUSE__FETCH_CAUSE_UNSPECIFIED;

	if (!wanted_ask(it->task->arena, &it->row.asked, why, id))
		return STATUS_OK;
	for (size_t i = 0; i < COUNT_OF(causes); i++) {
		if (causes[i].why == why)
			cause = causes[i].cause;
	}
	return object_say_fetch(it, cause, type, id);
}

/* The provider said that something changed, and not what: what we have of later is not missing. */
static enum status take_thin(struct object *it)
{
	const struct object_row *const row = &it->row;

	if (row->revision > 0 && !row->bare && !time_before(row->state_at, it->seen.state_at))
		return STATUS_OK;
	TRY(ask(it, WANTED_THIN, it->seen.object_type, it->seen.object_id));
	task_save(it->task, &object_table, row);
	return STATUS_OK;
}

/* A list that was cut once is cut again with the next webhook: it is asked for anew when a whole one came. */
static enum status ask_missing(struct object *it)
{
	struct arena *const arena = it->task->arena;
	const char *const id = it->seen.object_id;

	if (!it->seen.bare)
		(void)wanted_came(arena, &it->row.asked, WANTED_THIN, id);
	if (it->seen.cut)
		TRY(ask(it, WANTED_CUT, it->seen.object_type, id));
	else if (!it->seen.bare)
		(void)wanted_came(arena, &it->row.asked, WANTED_CUT, id);
	for (size_t i = 0; i < OBJECT_TYPE_PATHS && it->seen.missing[i] != NULL; i++)
		TRY(ask(it, WANTED_NOT_CARRIED, "balance_transaction", it->seen.missing[i]));
	return STATUS_OK;
}

/* Folding. */

/* Others wait for it: it is a charge, or a payment intent. */
static bool is_awaited(const struct object *it)
{
	return it->row.charge_id != NULL && text_equal(it->row.charge_id, it->row.object_id);
}

/* Who waits hears once that it is there, and whose it is. */
static bool is_heard(const struct object *it, const struct object_row *before)
{
	return is_awaited(it) && before->revision > 0 &&
	       text_equal(it->row.customer_id, before->customer_id);
}

static enum status take(struct object *it, const struct object_row *before)
{
	TRY(object_tell_everyone(it));
	TRY(object_tell_customer(it));
	if (!is_heard(it, before))
		TRY(object_tell_charge(it));
	TRY(object_tell_card(it));
	TRY(object_tell_source(it));
	TRY(object_tell_balance(it));
	TRY(object_say_unplaced(it));
	TRY(object_accept(it));
	return ask_missing(it);
}

/*
 * What is old may still say to whom the object belongs: they have to hear of it as it stands. What stands may have
 * been so before, or again after something else, which was not heard yet.
 */
static enum status leave(struct object *it, const struct mirror_answer *answer,
                         const struct object_row *before, bool named)
{
	if (answer->customer || named)
		TRY(object_tell_customer(it));
	if (answer->charge || (is_awaited(it) ? answer->customer : named))
		TRY(object_tell_charge(it));
	if (answer->customer)
		TRY(object_tell_card(it));
	if (answer->charge)
		TRY(object_tell_source(it));
	if (answer->payout)
		TRY(object_tell_payout(it));
	if (answer->verdict == MIRROR_STALE || before->state_at.us != it->seen.state_at.us)
		TRY(object_tell_earlier(it));
	if (time_before(before->state_at, it->row.state_at))
		TRY(object_accept(it));
	if (answer->verdict != MIRROR_STALE)
		return STATUS_OK;
	return object_say_stale(it, answer->stale, before);
}

/* What was taken over and named no charge was said so. */
static Opsmesh__V1__Unplaced *said_before(struct object *it, const struct object_row *row)
{
	const struct unplaced_state state = { .object_id = row->object_id,
		                              .object_type = row->object_type,
		                              .charge_id = "",
		                              .status = row->status != NULL ? row->status : "",
		                              .payload = row->body };

	if (row->revision == 0 || row->bare || row->charge_id != NULL ||
	    !unplaced_is(row->object_type))
		return NULL;
	return unplaced_of(it->task->arena, &state,
	                   unplaced_tell(it->task->arena,
	                                 policies_currency(it->task, it->received_at), &state,
	                                 NULL));
}

static enum status fold(struct object *it)
{
	const struct object_row before = it->row;
	const struct mirror_answer answer =
	    mirror_fold(&it->row, &it->seen, it->received_at, (int64_t)it->event->provenance);
	bool named;
	bool swept;

	it->unplaced = said_before(it, &before);
	if (answer.verdict == MIRROR_CONFLICT)
		return object_refuse(it, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NOT_ALLOWED,
		                     answer.field, answer.reason);
	TRY(object_follow_names(it, &before, &named));
	TRY(answer.verdict == MIRROR_TAKEN ? take(it, &before)
	                                   : leave(it, &answer, &before, named));
	if (answer.left != NULL)
		TRY(object_tell_left(it, answer.left));
	TRY(object_sweep(it, &before, &swept));
	if (answer.save || named || swept)
		task_save(it->task, &object_table, &it->row);
	return STATUS_OK;
}

/* Reading. */

/* An event has its own time. */
static struct instant true_at(const struct object *it)
{
	struct instant at = it->received_at;

	if (*it->event->event_id == '\0' && proto_instant(it->event->as_of, &at))
		at = time_earlier(at, it->received_at);
	return at;
}

static bool observe(struct object *it, const Opsmesh__V1__ProviderReceived *received,
                    struct json_error *error)
{
	const struct observed_source source = {
		.payload = { received->payload.data, received->payload.len },
		.event_id = it->event->event_id,
		.api_version = it->event->api_version,
		.received_at = true_at(it),
	};
	const struct json_place top = json_top(NULL);

	if (!observed_read(it->task->arena, &source, &it->seen, error))
		return false;
	return text_equal(it->seen.object_id, it->event->object_id) ||
	       json_refuse(&top, "id", error, "is not the id under which it came");
}

/* What ingest wrote is no stranger's: here a defect is our own. */
static enum status open_event(struct task *task, struct object *it)
{
	const Opsmesh__V1__ProviderEvent *const event = (const void *)task->message;

	TRY(task_key(task, "object_id", event->object_id, STRIPE_ID_MAX));
	*it = (struct object){
		.task = task,
		.event = event,
		.cause_id = arena_text(task->arena, task->event->id.data, task->event->id.size),
	};
	if (!proto_instant(event->received_at, &it->received_at))
		return task_fail(task, STATUS_REJECT, "received_at: missing or out of range");
	return STATUS_OK;
}

enum status object_on_received(struct task *task, const Opsmesh__V1__ProviderReceived *received)
{
	struct json_error error;
	struct object it;

	TRY(open_event(task, &it));
	if (!observe(&it, received, &error))
		return object_refuse_unread(&it, &error);
	if (!provider_takes(policies_provider(task, it.received_at), &it.seen, it.received_at,
	                    &error))
		return object_say_refused(&it, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NOT_ALLOWED,
		                          error.path, error.reason);
	it.row = mirror_row(it.seen.object_id, it.seen.object_type);
	(void)task_load(task, &object_table, &it.row);
	if (it.seen.bare && !it.seen.deleted)
		return take_thin(&it);
	return fold(&it);
}

void object_need(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ProviderEvent *const event = (const void *)message;

	task_need(task, &object_table,
	          &(struct object_row){ .object_id = event->object_id,
	                                .object_type = event->object_type });
	object_need_sweep(task);
}
