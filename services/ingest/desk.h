/*
 * desk - one ticket on the desk of the stage `ticket`: its row, and every change that it can take.
 *
 * A change says its fact and alters the row, or does nothing where it would change nothing; desk->changed
 * tells. Facts leave in the order of the calls. The row is saved by whoever opened the desk.
 */
#ifndef SERVICES_INGEST_DESK_H
#define SERVICES_INGEST_DESK_H

#include "common/base/fsm.h"
#include "services/ingest/ingest.h"

#define TICKET_ID_MAX 200    /* bytes of an id that comes in a fact; ours have 36 */
#define TICKET_TAGS_MAX 200  /* of one ticket */
#define TICKET_CHAIN_MAX 100 /* tickets that were opened one for another */

struct desk {
	struct task *task;
	Opsmesh__V1__Actor *actor; /* who caused what is said now; NULL: nobody did */
	const char *request_id;    /* "": none did */
	struct instant at;         /* when it happened in the business */
	struct ticket_row row;
	bool changed; /* something was said of the ticket */
};

/* What moves a ticket's status; the table is in ticket_status.c. */
enum ticket_cause {
	TICKET_CUSTOMER_WROTE,
	TICKET_AGENT_REPLIED,
	TICKET_SET_OTHER, /* to a status of the sender's that we have no name for */
	TICKET_SET_OPEN,
	TICKET_SET_PENDING,
	TICKET_SET_ON_HOLD,
	TICKET_SET_SOLVED,
	TICKET_SET_CLOSED,
	TICKET_CAUSES,
};
extern const struct fsm ticket_status_fsm; /* its states are those of opsmesh.v1.TicketStatus */

/* Refuses an id that is not fit to be one, or that is another shard's. */
enum status desk_open(struct desk *desk, struct task *task, const char *ticket_id) MUST_CHECK;
/* The same from a request: with its actor and time. */
enum status desk_open_request(struct desk *desk, struct task *task) MUST_CHECK;
/* Another ticket of the same shard, for the same request. */
enum status desk_turn(struct desk *desk, const char *ticket_id) MUST_CHECK;
void desk_save(const struct desk *desk);

/* Says one fact at desk->at; event has its fact set, the rest is filled here. */
enum status desk_say(struct desk *desk, Opsmesh__V1__TicketEvent *event) MUST_CHECK;
/* The request has no effect: field at fault ("": the whole) and one sentence for people. */
enum status desk_refuse(struct desk *desk, Opsmesh__V1__RefusalCode code, const char *field,
                        const char *reason) MUST_CHECK;

/* Changes. */

/* How a status moves: the words of the sender and of the rule may be "". */
struct status_move {
	enum ticket_cause cause;
	const char *verbatim;
	const char *reason;
	const char *message_id; /* that did it; "": none */
};
/* allowed false: the status that the ticket has does not allow this. */
enum status desk_move(struct desk *desk, const struct status_move *move, bool *allowed) MUST_CHECK;
/* NULL stays as it is, "" is nobody. */
enum status desk_assign(struct desk *desk, const char *assignee, const char *team) MUST_CHECK;
enum status desk_prioritise(struct desk *desk, Opsmesh__V1__Priority priority, const char *verbatim,
                            const char *reason) MUST_CHECK;
/* fits false: too many tags. */
enum status desk_tag(struct desk *desk, char *const *added, size_t added_count,
                     char *const *removed, size_t removed_count, bool *fits) MUST_CHECK;
/* Whose ticket it is, unless a stronger rule has said so. Closed tickets stay as they were. */
enum status desk_resolve(struct desk *desk,
                         const Opsmesh__V1__CustomerResolved *resolved) MUST_CHECK;
/* The same where a request named the account. */
enum status desk_resolve_named(struct desk *desk, const char *account_id) MUST_CHECK;
/* The ticket that goes on for a closed one has its account. */
enum status desk_resolve_as(struct desk *desk, const struct ticket_row *before) MUST_CHECK;
bool desk_closed(const struct desk *desk);

#endif
