/*
 * ticket_story - what happened to a ticket, put together of its records.
 *
 * Pure; it borrows from the records. The status and who had the ticket follow the order in which their one writer said so, each move at
 * its time and never before the one that went before it. What people wrote follows the time at which they did.
 */
#ifndef SERVICES_KPI_AGGREGATOR_TICKET_TICKET_STORY_H
#define SERVICES_KPI_AGGREGATOR_TICKET_TICKET_STORY_H

#include "services/kpi-aggregator/ticket/ticket_known.h"

/* The status moved; the first move is the opening. */
struct ticket_move {
	struct instant at;
	int64_t sequence;
	uint32_t from;
	uint32_t to;
	const char *message; /* that reopened it; "": none did */
};

/* From then on it was theirs; "" nobody's. */
struct ticket_holding {
	struct instant at;
	const char *agent;
	const char *team;
};

/* A customer waits for public words of a person. */
struct ticket_wait {
	const char *message; /* the oldest unanswered */
	struct instant began;
	struct instant ended; /* TIME_MIN: nobody replied */
	const char *author;   /* of the reply */
	bool first;
	bool cancelled; /* solved without a reply */
};

struct ticket_story {
	struct ticket_records records;
	struct instant opened_at;
	bool by_customer;
	struct ticket_move *moves;
	size_t move_count; /* at least the opening */
	struct ticket_holding *holdings;
	size_t holding_count;
	struct ticket_wait *waits;
	size_t wait_count;
};

/* False: the bytes are none of a ticket's. Of one that is not known to be opened yet only *opened is told. */
bool ticket_story_read(struct arena *arena, struct bytes known, struct ticket_story *story,
                       bool *opened) MUST_CHECK;

bool ticket_status_done(uint32_t status);
bool ticket_move_solves(const struct ticket_move *move);
bool ticket_move_reopens(const struct ticket_move *move);
/* Who had it then, what changed at that very instant included. */
struct ticket_holding ticket_holding_at(const struct ticket_story *story, struct instant at);

#endif
