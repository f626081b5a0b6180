#include "services/chargeback/index/index.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/tally/tally.h"

#include <string.h>

#define TICKET "ticket/"
#define CUSTOMER "customer/"

static const struct column subject_columns[] = {
	COLUMN(struct index_subject_row, subject),
	COLUMN(struct index_subject_row, home),
	COLUMN(struct index_subject_row, former),
	COLUMN(struct index_subject_row, facts),
	COLUMN_END,
};
const struct state_table index_subject_table = { .name = "subject",
	                                         .columns = subject_columns,
	                                         .key_columns = 1,
	                                         .row_size = sizeof(struct index_subject_row) };

static const struct column fact_columns[] = {
	COLUMN(struct index_fact_row, subject),
	COLUMN(struct index_fact_row, place),
	COLUMN(struct index_fact_row, fact),
	COLUMN_END,
};
const struct state_table index_fact_table = { .name = "subject_fact",
	                                      .columns = fact_columns,
	                                      .key_columns = 2,
	                                      .row_size = sizeof(struct index_fact_row) };

static const struct column dispute_columns[] = {
	COLUMN(struct index_dispute_row, dispute_id),
	COLUMN(struct index_dispute_row, home),
	COLUMN_END,
};
const struct state_table index_dispute_table = { .name = "dispute_home",
	                                         .columns = dispute_columns,
	                                         .key_columns = 1,
	                                         .row_size = sizeof(struct index_dispute_row) };

/* Sending. */

static enum status send(struct task *task, const char *home, Opsmesh__V1__MaterialEvent *event)
{
	struct instant at;

	if (!proto_instant(event->occurred_at, &at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	event->home = text_mutable(home);
	return task_emit(task, &(struct emission){ .topic = OPS_MATERIAL,
	                                           .key = home,
	                                           .time = at,
	                                           .message = &event->base });
}

/* The fact at hand as it was said. */
static void wrap(struct task *task, const Google__Protobuf__Timestamp *occurred_at,
                 Opsmesh__V1__MaterialEvent *event)
{
	const struct bytes id = task->event->id;

	opsmesh__v1__material_event__init(event);
	event->occurred_at = (Google__Protobuf__Timestamp *)(uintptr_t)occurred_at;
	event->fact_id = arena_text(task->arena, id.data, id.size);
}

/* Keeping. */

static enum status keep(struct task *task, struct index_subject_row *subject,
                        Opsmesh__V1__MaterialEvent *event)
{
	event->home = text_mutable("");
	task_save(task, &index_fact_table,
	          &(struct index_fact_row){ .subject = subject->subject,
	                                    .place = subject->facts % INDEX_KEPT_MAX,
	                                    .fact = proto_pack(task->arena, &event->base) });
	subject->facts++;
	return STATUS_OK;
}

static enum status resend_one(struct task *task, const struct index_subject_row *subject,
                              int64_t number)
{
	struct index_fact_row row = { .subject = subject->subject,
		                      .place = number % INDEX_KEPT_MAX };
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (!task_load(task, &index_fact_table, &row))
		return STATUS_OK;
	if (!proto_unpack(task->arena, &opsmesh__v1__material_event__descriptor, row.fact, &message,
	                  reason))
		return task_fail(task, STATUS_FATAL, "%s: what is kept cannot be read: %s",
		                 subject->subject, reason);
	return send(task, subject->home, (Opsmesh__V1__MaterialEvent *)(void *)message);
}

/* All that is kept, to a home that has nothing of it yet. */
static enum status resend(struct task *task, const struct index_subject_row *subject)
{
	const int64_t first = subject->facts > INDEX_KEPT_MAX ? subject->facts - INDEX_KEPT_MAX : 0;

	for (int64_t i = first; i < subject->facts; i++)
		TRY(resend_one(task, subject, i));
	return STATUS_OK;
}

static void load_subject(struct task *task, const char *kind, const char *id,
                         struct index_subject_row *row)
{
	*row = (struct index_subject_row){ .subject = arena_printf(task->arena, "%s%s", kind, id) };
	(void)task_load(task, &index_subject_table, row);
}

/* Kept, and sent to where it belongs as far as that is known. */
static enum status bring(struct task *task, struct index_subject_row *row,
                         Opsmesh__V1__MaterialEvent *event)
{
	TRY(keep(task, row, event));
	task_save(task, &index_subject_table, row);
	if (row->home != NULL)
		TRY(send(task, row->home, event));
	return row->former != NULL ? send(task, row->former, event) : STATUS_OK;
}

/* Tickets. */

static bool is_material_ticket(const Opsmesh__V1__TicketEvent *event)
{
	static const Opsmesh__V1__TicketEvent__FactCase material[] = {
		OPSMESH__V1__TICKET_EVENT__FACT_OPENED,
		OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED,
		OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED,
		OPSMESH__V1__TICKET_EVENT__FACT_REOPENED,
	};

	for (size_t i = 0; i < COUNT_OF(material); i++)
		if (event->fact_case == material[i])
			return true;
	return false;
}

static enum status say_left(struct task *task, const char *home, const char *ticket_id,
                            const Google__Protobuf__Timestamp *at)
{
	Opsmesh__V1__MaterialEvent event;
	Opsmesh__V1__TicketLeft left = OPSMESH__V1__TICKET_LEFT__INIT;

	wrap(task, at, &event);
	left.ticket_id = text_mutable(ticket_id);
	event.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_TICKET_LEFT;
	event.ticket_left = &left;
	return send(task, home, &event);
}

static enum status settle_ticket(struct task *task, const Opsmesh__V1__TicketEvent *ticket,
                                 const char *account)
{
	struct index_subject_row row;

	if (*account == '\0')
		return STATUS_OK;
	load_subject(task, TICKET, ticket->ticket_id, &row);
	if (text_equal(row.home, account))
		return STATUS_OK;
	if (row.home != NULL)
		TRY(say_left(task, row.home, ticket->ticket_id, ticket->occurred_at));
	row.home = account;
	task_save(task, &index_subject_table, &row);
	return resend(task, &row);
}

/* The account that the fact says the ticket is of; "": it says nothing of that. */
static const char *account_of(const Opsmesh__V1__TicketEvent *ticket)
{
	if (ticket->fact_case == OPSMESH__V1__TICKET_EVENT__FACT_OPENED)
		return ticket->opened->account_id;
	if (ticket->fact_case == OPSMESH__V1__TICKET_EVENT__FACT_CUSTOMER_RESOLVED)
		return ticket->customer_resolved->account_id;
	return ticket->fact_case == OPSMESH__V1__TICKET_EVENT__FACT_ACCOUNT_CHANGED
	           ? ticket->account_changed->account_id
	           : "";
}

enum status index_on_ticket(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__TicketEvent *const ticket = (const void *)message;
	struct index_subject_row row;
	Opsmesh__V1__MaterialEvent event;

	TRY(task_key(task, "ticket_id", ticket->ticket_id, INDEX_ID_MAX));
	TRY(settle_ticket(task, ticket, account_of(ticket)));
	if (!is_material_ticket(ticket))
		return STATUS_OK;
	load_subject(task, TICKET, ticket->ticket_id, &row);
	wrap(task, ticket->occurred_at, &event);
	event.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_TICKET;
	event.ticket = (Opsmesh__V1__TicketEvent *)(uintptr_t)ticket;
	return bring(task, &row, &event);
}

void index_need_ticket(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__TicketEvent *const ticket = (const void *)message;

	task_need(task, &index_subject_table,
	          &(struct index_subject_row){
		      .subject = arena_printf(task->arena, TICKET "%s", ticket->ticket_id) });
}

/* Triage. */

static bool is_material_triage(const Opsmesh__V1__TriageEvent *event)
{
	return event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED ||
	       event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_CORRECTED;
}

enum status index_on_triage(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__TriageEvent *const triage = (const void *)message;
	struct index_subject_row row;
	Opsmesh__V1__MaterialEvent event;

	if (!is_material_triage(triage))
		return STATUS_OK;
	TRY(task_key(task, "ticket_id", triage->ticket_id, INDEX_ID_MAX));
	load_subject(task, TICKET, triage->ticket_id, &row);
	wrap(task, triage->occurred_at, &event);
	event.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_TRIAGE;
	event.triage = (Opsmesh__V1__TriageEvent *)(uintptr_t)triage;
	return bring(task, &row, &event);
}

void index_need_triage(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__TriageEvent *const triage = (const void *)message;

	if (is_material_triage(triage))
		task_need(task, &index_subject_table,
		          &(struct index_subject_row){
			      .subject =
				  arena_printf(task->arena, TICKET "%s", triage->ticket_id) });
}

/* Billing. */

static bool is_material_billing(const Opsmesh__V1__BillingEvent *event)
{
	static const Opsmesh__V1__BillingEvent__FactCase material[] = {
		OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_STARTED,
		OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_CHANGED,
		OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_ENDED,
		OPSMESH__V1__BILLING_EVENT__FACT_ACCESS_CHANGED,
		OPSMESH__V1__BILLING_EVENT__FACT_INVOICE_CHANGED,
		OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED,
		OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_APPLIED,
		OPSMESH__V1__BILLING_EVENT__FACT_REFUND_CHANGED,
		OPSMESH__V1__BILLING_EVENT__FACT_USAGE_EARNED,
		OPSMESH__V1__BILLING_EVENT__FACT_SEAT_MOVED,
	};

	for (size_t i = 0; i < COUNT_OF(material); i++)
		if (event->fact_case == material[i])
			return true;
	return false;
}

/* The dispute or warning whose case the fact is about; NULL: none's. */
static const char *dispute_of(const Opsmesh__V1__BillingEvent *event)
{
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED)
		return event->dispute_changed->dispute_id;
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_WITHDRAWN ||
	    event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_REINSTATED)
		return event->dispute_funds_withdrawn->dispute_id;
	return event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED
	           ? event->fraud_warning_changed->warning_id
	           : NULL;
}

/* Under the account; without one under the customer, who may have one later: then what was brought is brought again. */
static enum status settle_customer(struct task *task, const Opsmesh__V1__BillingEvent *billing,
                                   struct index_subject_row *row)
{
	const char *const home =
	    *billing->account_id != '\0' ? billing->account_id : billing->customer_id;

	load_subject(task, CUSTOMER, billing->customer_id, row);
	if (text_equal(row->home, home))
		return STATUS_OK;
	row->former = text_equal(row->former, home) ? NULL : row->home;
	row->home = home;
	task_save(task, &index_subject_table, row);
	return resend(task, row);
}

/* A case stays where it began. */
static enum status bring_dispute(struct task *task, const char *dispute, const char *home,
                                 Opsmesh__V1__MaterialEvent *event)
{
	struct index_dispute_row found = { .dispute_id = dispute };

	if (!task_load(task, &index_dispute_table, &found)) {
		found.home = home;
		task_save(task, &index_dispute_table, &found);
	}
	return send(task, found.home, event);
}

static const char *first_of(const char *charge, const char *object)
{
	return *charge != '\0' ? charge : object;
}

/*
 * Where the case of what has no customer is: under its charge, else under itself, which is the fact's own key. Nothing is
 * remembered: once the customer is known, the case begins anew under the account. NULL: it has one, or is something else.
 */
static const char *unplaced_home(const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__ObjectUnplaced *const told = event->object_unplaced;

	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_PLACED)
		return event->object_placed->charge_id;
	if (event->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_UNPLACED)
		return NULL;
	if (told->object_case == OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE)
		return first_of(told->dispute->payment_id, told->dispute->dispute_id);
	return told->object_case == OPSMESH__V1__OBJECT_UNPLACED__OBJECT_FRAUD_WARNING
	           ? first_of(told->fraud_warning->payment_id, told->fraud_warning->warning_id)
	           : NULL;
}

/* By itself: where its case is if it named no charge at first. NULL: it names none yet, or no case can be there. */
static const char *earlier_home(const Opsmesh__V1__BillingEvent *event, const char *home)
{
	const Opsmesh__V1__ObjectUnplaced *const told = event->object_unplaced;
	const char *object;

	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_PLACED)
		object = event->object_placed->object_id;
	else
		object = told->object_case == OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE
		             ? told->dispute->dispute_id
		             : told->fraud_warning->warning_id;
	return text_equal(object, home) || *object == '\0' || strlen(object) > INDEX_ID_MAX
	           ? NULL
	           : object;
}

/* Nobody remembers whether it was said before its charge was known: that case, if there is one, ends. */
static enum status bring_unplaced(struct task *task, const char *home,
                                  Opsmesh__V1__MaterialEvent *event)
{
	const char *const earlier = earlier_home(event->billing, home);

	TRY(task_key(task, "charge_id", home, INDEX_ID_MAX));
	TRY(send(task, home, event));
	return earlier != NULL ? send(task, earlier, event) : STATUS_OK;
}

enum status index_on_billing(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__BillingEvent *const billing = (const void *)message;
	const char *const unplaced = unplaced_home(billing);
	const char *const dispute = dispute_of(billing);
	struct index_subject_row row;
	Opsmesh__V1__MaterialEvent event;

	TRY(tally_on_billing(task, billing));
	if (unplaced == NULL && dispute == NULL && !is_material_billing(billing))
		return STATUS_OK;
	wrap(task, billing->occurred_at, &event);
	event.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_BILLING;
	event.billing = (Opsmesh__V1__BillingEvent *)(uintptr_t)billing;
	if (unplaced != NULL)
		return bring_unplaced(task, unplaced, &event);
	TRY(task_key(task, "customer_id", billing->customer_id, INDEX_ID_MAX));
	TRY(settle_customer(task, billing, &row));
	return dispute != NULL ? bring_dispute(task, dispute, row.home, &event)
	                       : bring(task, &row, &event);
}

void index_need_billing(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__BillingEvent *const billing = (const void *)message;
	const char *const dispute = dispute_of(billing);

	tally_need_billing(task, billing);
	if (dispute == NULL && !is_material_billing(billing))
		return;
	task_need(task, &index_subject_table,
	          &(struct index_subject_row){
		      .subject = arena_printf(task->arena, CUSTOMER "%s", billing->customer_id) });
	if (dispute != NULL)
		task_need(task, &index_dispute_table,
		          &(struct index_dispute_row){ .dispute_id = dispute });
}
