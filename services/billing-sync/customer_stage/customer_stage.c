/*
 * From a state that the mirror has taken over to what became another for its customer.
 */
#include "services/billing-sync/customer/customer_refused.h"
#include "services/billing-sync/customer_dunning/customer_dunning.h"
#include "services/billing-sync/customer_money/customer_receivable.h"
#include "services/billing-sync/customer_money/customer_refund.h"

#include "common/base/hash.h"
#include "common/base/text.h"
#include "services/billing-sync/customer/customer_awaited.h"
#include "services/billing-sync/customer/customer_mode.h"
#include "services/billing-sync/customer_money/customer_balance.h"
#include "services/billing-sync/customer_revenue/customer_cut.h"
#include "services/billing-sync/customer_revenue/customer_deferral.h"
#include "services/billing-sync/customer_seat/customer_metered.h"
#include "services/billing-sync/customer_seat/customer_seat.h"
#include "services/billing-sync/dispute/unplaced.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/restated.h"
#include "services/billing-sync/rule/stripe.h"

#include <string.h>

/* What has something to say. Of everything else the mirror is all there is. */
static const struct {
	const char *type;
	thing_reader *read;
} readers[] = {
	{ "subscription", customer_read_subscription },
	{ "invoice", customer_read_invoice },
	{ "charge", customer_read_charge },
	{ "payment_intent", customer_read_intent },
	{ "invoice_payment", receivable_read_payment },
	{ "credit_note", credit_read_note },
	{ "customer", customer_read_customer },
	{ "customer_balance_transaction", credit_read_balance },
	{ "refund", customer_read_refund },
	{ "dispute", customer_read_dispute },
	{ "radar.early_fraud_warning", customer_read_warning },
	{ "balance_transaction", customer_read_transaction },
};

static thing_reader *reader_of(const char *type)
{
	for (size_t i = 0; i < COUNT_OF(readers); i++)
		if (text_equal(readers[i].type, type))
			return readers[i].read;
	return NULL;
}

static enum status open_event(struct task *task, struct customer *it)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)task->message;

	return customer_open(task, event->customer_id, event->occurred_at, it);
}

/* What an open dispute holds back is held back although nothing of it is in the books. */
static enum status hold_refused(struct thing *thing, const Opsmesh__V1__DisputeChanged *changed)
{
	customer_dispute_open(thing->customer, changed);
	return customer_hear_dispute(thing, changed);
}

/*
 * What nothing stands of may have a deadline all the same: a dispute or fraud warning that is refused is told by what can be
 * read of it, at least by its ids and its status, and whoever answers it sees what lacks.
 */
static enum status tell_refused(struct thing *thing, const char *status_before)
{
	struct task *const task = thing->customer->task;
	const Opsmesh__V1__ObjectMirrored *const mirrored = thing->mirrored;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	struct unplaced_state state = { mirrored->object_id,
		                        mirrored->object_type,
		                        "",
		                        mirrored->status,
		                        { mirrored->payload.data, mirrored->payload.len } };
	struct json_error error;

	if (!unplaced_is(mirrored->object_type))
		return STATUS_OK;
	if (!stripe_id_if(task->arena, &thing->object, "charge", &state.charge_id, &error))
		state.charge_id = "";
	const Opsmesh__V1__ObjectUnplaced *const told =
	    unplaced_tell(task->arena, policies_currency(task, thing->customer->at), &state, NULL);

	if (told->object_case == OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE) {
		event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED;
		event.dispute_changed = told->dispute;
		event.dispute_changed->from_status = text_mutable(status_before);
		TRY(hold_refused(thing, told->dispute));
	} else {
		event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED;
		event.fraud_warning_changed = told->fraud_warning;
	}
	return customer_say(thing->customer, &event);
}

static enum status read_thing(struct thing *thing, thing_reader *read)
{
	const char *const status_before = thing->held.status != NULL ? thing->held.status : "";
	const struct bytes payload = { thing->mirrored->payload.data,
		                       thing->mirrored->payload.len };
	AUTO_JSON document = NULL;
	struct json_error error;

	if (!json_parse_brief(payload, CUSTOMER_PAYLOAD_MAX, &document, &error))
		return refused_whole(thing, &error);
	thing->object = json_top(document);
	TRY(customer_mode_seen(thing));
	TRY(customer_take(thing, read));
	if (thing->turned_away)
		TRY(tell_refused(thing, status_before));
	return awaited_names(thing);
}

/* Handlers. */

static bool goes_everywhere(const struct task *task)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)task->message;

	return hash_partition(event->customer_id, strlen(event->customer_id), task->partitions) !=
	       task->shard_number;
}

enum status customer_on_mirrored(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored)
{
	thing_reader *const read = reader_of(mirrored->object_type);
	struct customer it;

	if (text_equal(mirrored->object_type, "price"))
		return customer_metered_price(task, mirrored);
	if (read == NULL || goes_everywhere(task))
		return STATUS_OK;
	TRY(open_event(task, &it));
	struct thing thing = { .customer = &it,
		               .mirrored = mirrored,
		               .held = { .customer_id = it.row.customer_id,
		                         .object_id = mirrored->object_id } };

	thing.known = task_load(task, &held_table, &thing.held);
	TRY(awaited_customer(&thing));
	TRY(awaited_names_before(&thing));
	if (thing.known && thing.held.revision >= mirrored->revision)
		return STATUS_OK;
	if (!thing.known)
		TRY(awaited_came(&thing));
	return read_thing(&thing, read);
}

enum status customer_on_billing_ticket(struct task *task, const Opsmesh__V1__BillingTicket *ticket)
{
	struct customer it;

	TRY(open_event(task, &it));
	return customer_dun_ticket(&it, ticket);
}

/* Needs. */

/* What it will be booked as, where that is plain from its id. */
static void need_entry(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored)
{
	static const struct {
		const char *type;
		const char *reason;
		void (*need)(struct task *task, const char *id);
	} rows[] = { { "charge", "charge", entry_need },
		     { "invoice", "invoice", restated_need },
		     { "invoice", "bad_debt", entry_need },
		     { "invoice", "balance", entry_need },
		     { "credit_note", "credit_note", entry_need },
		     { "balance_transaction", "settlement", entry_need } };

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (text_equal(mirrored->object_type, rows[i].type))
			rows[i].need(task, arena_printf(task->arena, "%s/%s",
			                                mirrored->about != NULL
			                                    ? mirrored->about->object_type
			                                    : rows[i].reason,
			                                mirrored->object_id));
}

void customer_need(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;
	const bool mirrored = event->fact_case == OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_MIRRORED;

	task_need(task, &customer_table,
	          &(struct customer_row){ .customer_id = event->customer_id });
	if (!mirrored)
		return;
	task_need(task, &held_table,
	          &(struct held_row){ .customer_id = event->customer_id,
	                              .object_id = event->mirrored->object_id });
	need_entry(task, event->mirrored);
	customer_need_named(task, event->customer_id, event->mirrored);
	customer_need_book(task, event);
	if (text_equal(event->mirrored->object_type, "invoice")) {
		customer_need_deferral(task, event->customer_id, event->mirrored->object_id);
		customer_need_owed(task, event->customer_id, event->mirrored->object_id);
	}
	if (text_equal(event->mirrored->object_type, "charge"))
		customer_need_refundable(task, event->customer_id, event->mirrored->object_id);
}
