/*
 * ticket_record - what is kept of one fact about a ticket, and its bytes.
 *
 * Pure. A record belongs to a class, which says how many of them a ticket keeps and by what they are in order: facts of a topic by
 * their sequence, as their one writer said them; what people wrote by the time at which they did, because mail comes late.
 */
#ifndef SERVICES_KPI_AGGREGATOR_TICKET_TICKET_RECORD_H
#define SERVICES_KPI_AGGREGATOR_TICKET_TICKET_RECORD_H

#include "common/base/arena.h"
#include "common/base/time.h"

#define TICKET_TEXT_MAX 80 /* bytes of a text; longer ones are cut at a character */

/* Kept in rows: never renumbered. */
enum ticket_class {
	RECORD_OPENED,   /* the first */
	RECORD_BEGAN,    /* the first message of any visibility */
	RECORD_RESOLVED, /* whose it is */
	RECORD_TAGGED,   /* the last */
	RECORD_MESSAGE,  /* public words of customers, people of ours and programs */
	RECORD_TOUCHED,  /* the earliest words of a person of ours, notes included */
	RECORD_STATUS,   /* the status moved */
	RECORD_ASSIGNED,
	RECORD_CSAT,
	RECORD_JUDGED, /* the classifier's words, and corrections */
	RECORD_CLOCK,  /* the last fact of each clock */
	RECORD_CLASSES
};

/* As in the contract (Role); kept in rows. */
enum ticket_role { ROLE_NOBODY, ROLE_CUSTOMER, ROLE_AGENT, ROLE_BOT, ROLE_SYSTEM, TICKET_ROLES };

/* As in the contract (TicketStatus); kept in rows. */
enum ticket_status {
	TICKET_OTHER, /* counts as open */
	TICKET_NEW,
	TICKET_OPEN,
	TICKET_PENDING,
	TICKET_ON_HOLD,
	TICKET_SOLVED,
	TICKET_CLOSED,
	TICKET_STATUSES
};

/* What a RECORD_JUDGED is. */
enum ticket_judgement {
	JUDGED_SURELY,
	JUDGED_UNSURE,    /* a person must look: the model abstained */
	JUDGED_CORRECTED, /* a person said what it is */
	JUDGED_BESIDE,    /* a person must look although the model was sure */
	TICKET_JUDGEMENTS
};

/* As in the contract (SlaState); kept in rows. */
enum ticket_clock_state {
	CLOCK_UNKNOWN, /* counts as active */
	CLOCK_ACTIVE,
	CLOCK_PAUSED,
	CLOCK_BREACHED,
	CLOCK_FULFILLED,
	CLOCK_CANCELLED,
	TICKET_CLOCK_STATES
};

/* Which fields a class has is said in the table of ticket_record.c; texts are "" where there is none, never NULL. */
struct ticket_record {
	enum ticket_class class;
	struct instant at;
	int64_t sequence;  /* of the fact on its topic */
	uint32_t role;     /* who wrote, who opened */
	uint32_t status;   /* after the fact: of the ticket, of a clock */
	uint32_t from;     /* status before it */
	uint32_t kind;     /* of a judgement, of a clock: the metric */
	uint32_t category; /* as in the contract */
	uint32_t cause;    /* of a judgement that is unsure, as in the contract */
	bool escalated;    /* somebody had to hear of it at once */
	bool otherwise;    /* of a correction: something else had been said */
	bool retroactive;  /* of a clock */
	int64_t instance;  /* of a clock */
	int64_t confidence_ppm;
	int64_t score; /* from 1 to scale */
	int64_t scale;
	int64_t target_us; /* 0: nothing is promised */
	int64_t elapsed_us;
	struct instant due; /* TIME_MIN: there is none */
	struct instant began;
	const char *message; /* its id; of a status the one that reopened */
	const char *agent;   /* the author, the assignee */
	const char *team;
	const char *channel;
	const char *product;
	const char *account;
	const char *tier;
	const char *region;
	const char *language;
	const char *intent;
	const char *queue;
};
struct ticket_record ticket_record_of(enum ticket_class class, struct instant at, int64_t sequence);

/* How many a ticket keeps: so many that come first and so many that come last; what lies between is left out. */
struct ticket_class_rule {
	size_t first;
	size_t last;
	bool counted;  /* what is left out is told */
	bool by_time;  /* in the order of time, not of the sequence */
	bool by_clock; /* one for each metric and instance, the last that was said */
};
extern const struct ticket_class_rule ticket_classes[RECORD_CLASSES];

/* By what a record is in order within its class, before its sequence. */
int64_t ticket_record_order(const struct ticket_record *record);

/* The fields of the class; the head (ticket_known.c) is not part of it. */
void ticket_record_pack(struct buffer *out, const struct ticket_record *record);
/* Fills the fields of record->class. False: the bytes are none. */
bool ticket_record_unpack(struct arena *arena, struct bytes bytes,
                          struct ticket_record *record) MUST_CHECK;

#endif
