/*
 * ticket_observe - from a ticket's story to observations (ticket.h says which).
 */
#ifndef SERVICES_KPI_AGGREGATOR_TICKET_TICKET_OBSERVE_H
#define SERVICES_KPI_AGGREGATOR_TICKET_TICKET_OBSERVE_H

#include "services/kpi-aggregator/ticket/ticket.h"
#include "services/kpi-aggregator/ticket/ticket_story.h"

struct ticket_view {
	struct arena *arena;
	const struct ticket_story *story;
	/* What every observation of it can be cut by; agent and team are each observation's own. */
	const char *words[OBSERVATION_WORDS];
	bool escalated;
	struct observations *all;
};

/* With the ticket's words, and whose it was. */
struct observation ticket_observation(const struct ticket_view *view, enum observation_kind kind,
                                      const char *number, const struct ticket_holding *holding);

void ticket_observe_support(
    const struct ticket_view *view); /* ticket, replies, solutions, scores */
void ticket_observe_promises(const struct ticket_view *view); /* the clocks */
/* Had any of them begun before that instant, and not ended; and was one of these due before it? */
void ticket_promises_at(const struct ticket_story *story, struct instant at, bool *promised,
                        bool *breached);
void ticket_observe_triage(const struct ticket_view *view); /* what the classifier said */
void ticket_observe_backlog(const struct ticket_view *view, const struct subject_horizon *horizon);

/* What triage says of the ticket, and whether anybody had to hear of it. */
void ticket_triage_read(struct ticket_view *view);

extern const char *const ticket_status_words[TICKET_STATUSES];

#endif
