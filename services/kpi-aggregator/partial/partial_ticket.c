#include "services/kpi-aggregator/partial/partial_ticket.h"

#include "common/io/proto.h"
#include "services/kpi-aggregator/partial/partial.h"
#include "services/kpi-aggregator/ticket/ticket_pattern.h"
#include "services/kpi-aggregator/ticket/ticket_read.h"

/* What is common to the three topics. */

static enum status learn(struct task *task, const char *ticket_id, const struct ticket_fact *fact)
{
	if (fact->count == 0)
		return STATUS_OK;
	return partial_learn(task, &subject_ticket, ticket_id, ticket_apply, fact);
}

static enum status read_head(struct task *task, const char *ticket_id,
                             const Google__Protobuf__Timestamp *occurred_at, struct instant *at)
{
	TRY(task_key(task, "ticket_id", ticket_id, PARTIAL_TICKET_ID_MAX));
	if (!proto_instant(occurred_at, at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	return STATUS_OK;
}

/* The three. */

static enum status learn_ticket(struct task *task)
{
	const Opsmesh__V1__TicketEvent *const event = (const void *)task->message;
	struct ticket_fact fact;
	struct instant at;

	TRY(read_head(task, event->ticket_id, event->occurred_at, &at));
	ticket_read(event, at, task->event->sequence, &fact);
	return learn(task, event->ticket_id, &fact);
}

static enum status learn_triage(struct task *task)
{
	const Opsmesh__V1__TriageEvent *const event = (const void *)task->message;
	struct ticket_fact fact;
	struct instant at;

	TRY(read_head(task, event->ticket_id, event->occurred_at, &at));
	ticket_read_triage(event, at, task->event->sequence, &fact);
	return learn(task, event->ticket_id, &fact);
}

static enum status learn_sla(struct task *task)
{
	const Opsmesh__V1__SlaEvent *const event = (const void *)task->message;
	struct ticket_fact fact;
	struct instant at;

	TRY(read_head(task, event->ticket_id, event->occurred_at, &at));
	ticket_read_sla(event, at, task->event->sequence, &fact);
	return learn(task, event->ticket_id, &fact);
}

/* A handler for each fact: what is learned of it the readers say. */
#define HANDLER(learn_it, Fact, handler)                         \
	enum status handler(struct task *task, const Fact *fact) \
	{                                                        \
		(void)fact;                                      \
		return learn_it(task);                           \
	}
#define ON_TICKET(topic, Type, member, Fact, handler, need) HANDLER(learn_ticket, Fact, handler)
#define ON_TRIAGE(topic, Type, member, Fact, handler, need) HANDLER(learn_triage, Fact, handler)
#define ON_SLA(topic, Type, member, Fact, handler, need) HANDLER(learn_sla, Fact, handler)
PARTIAL_TICKET_EVENTS(ON_TICKET)
PARTIAL_TRIAGE_EVENTS(ON_TRIAGE)
PARTIAL_SLA_EVENTS(ON_SLA)

/* Patterns: said once of each ticket, so that nothing of it is kept. */

static enum status observe_pattern(struct task *task, const char *pattern, const char *intent,
                                   Opsmesh__V1__PatternTicket *const *tickets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct observation it;

		if (!ticket_pattern_observation(task->arena, pattern, intent, tickets[i], &it))
			return task_fail(task, STATUS_REJECT,
			                 "occurred_at of a ticket: missing or out of range");
		TRY(partial_observe(task, &it));
	}
	return STATUS_OK;
}

enum status partial_on_pattern_found(struct task *task, const Opsmesh__V1__PatternFound *found)
{
	return observe_pattern(task, found->pattern_id, found->intent, found->tickets,
	                       found->n_tickets);
}

enum status partial_on_pattern_grew(struct task *task, const Opsmesh__V1__PatternGrew *grew)
{
	return observe_pattern(task, grew->pattern_id, grew->intent, grew->added, grew->n_added);
}

enum status partial_on_pattern_returned(struct task *task,
                                        const Opsmesh__V1__PatternReturned *returned)
{
	return observe_pattern(task, returned->pattern_id, returned->intent, returned->tickets,
	                       returned->n_tickets);
}

/* Rows that will be wanted. */

void partial_need_ticket(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__TicketEvent *const ticket = (const void *)event;

	partial_need(task, &subject_ticket, ticket->ticket_id);
}

void partial_need_triaged(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__TriageEvent *const triage = (const void *)event;

	partial_need(task, &subject_ticket, triage->ticket_id);
}

void partial_need_promised(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__SlaEvent *const sla = (const void *)event;

	partial_need(task, &subject_ticket, sla->ticket_id);
}
