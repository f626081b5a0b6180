/*
 * ticket - the subject of support: a ticket, of which its own facts, the classifier's and the clocks' are known.
 *
 * Pure. What it observes:
 *
 * - TICKET "1": asked_at is since when the customer waited for the first reply that came, else since when they wait or waited last;
 *   replied_at that reply's. cancelled: that wait ended with a solution in place of a reply; of a ticket that was reopened and waits
 *   again it is not so. What a person of ours writes before a customer wrote answers nothing. Agent and team are those who had it
 *   when it was solved last, or have it now. by_customer: its first message is a customer's; of one without messages nobody of
 *   ours opened it.
 * - REPLY "<message id>": a wait for a public reply of a person, from the oldest unanswered message. Words of programs and notes end
 *   none. Solving ends a wait in vain (cancelled); what reopens the ticket begins another. first: no person had replied
 *   before. A wait that goes on has no `at`. Agent is the reply's author, team the ticket's then.
 * - SOLVE, REOPEN "<sequence>": of the status fact. Closing what was not solved solves it.
 * - CSAT "<sequence>": agent and team as the fact says, which are those of that time.
 * - BACKLOG "<zone>/<date>": at the midnight by which that day begins; what happened at the midnight itself is not in it yet.
 *   waiting: the last public words of a customer or a person are the customer's. untouched: no person of ours wrote, notes included,
 *   and it was nobody's. promised: a clock with a target had begun and not ended, paused ones included; breached: one of these was
 *   due before.
 * - PROMISE "first_reply/1": a clock that has a target. A breach stands whatever ended the clock later, at its due; agents: decided,
 *   and not retroactive. span_us is of fulfilled ones. Open ones have no `at`.
 * - JUDGEMENT "<message id>": what the model said first and last of it; reason is why a person must look. corrected: a person said
 *   otherwise.
 * - ASSISTANCE "1": a program wrote to the customer; solved, answered by a person, reopened are what they are of the ticket.
 *
 * Tier, region and account are those that first became known, each by itself; language, category, intent and queue as they were said
 * last; product the first tag "product:..." that it has now.
 */
#ifndef SERVICES_KPI_AGGREGATOR_TICKET_TICKET_H
#define SERVICES_KPI_AGGREGATOR_TICKET_TICKET_H

#include "services/kpi-aggregator/subject/subject.h"
#include "services/kpi-aggregator/ticket/ticket_known.h"

#define TICKET_PREFIX "ticket/"
#define TICKET_SOON \
	DAYS(7) /* a ticket that is reopened within them was not solved (domain: one-touch) */

extern const struct subject_kind subject_ticket;

/* What one fact adds. */
struct ticket_fact {
	struct ticket_record records[TICKET_FACT_RECORDS];
	size_t count;
};
void ticket_fact_add(struct ticket_fact *fact, struct ticket_record record);

/* A subject_apply (partial/partial.h): fact is a struct ticket_fact. */
bool ticket_apply(struct arena *arena, struct bytes known, const void *fact, struct bytes *changed);

#endif
