/*
 * ticket - all that sla-watcher knows of one ticket, and what each fact does to its clocks.
 *
 * Pure. A handler decodes what it read into an input, applies it, says the facts, saves the ticket and
 * sets its one timer to sla_next_due. Judging happens in the timer alone (clock.h).
 */
#ifndef SERVICES_SLA_WATCHER_TICKET_H
#define SERVICES_SLA_WATCHER_TICKET_H

#include "services/sla-watcher/clock.h"

/* Those that are open, and the last ones judged, which may need correction. */
#define SLA_CLOCKS_MAX 8
#define SLA_TEXT_MAX 63 /* bytes of an id or trait; document ids are held to it, traits are cut */

struct sla_text {
	char text[SLA_TEXT_MAX + 1];
};

struct sla_ticket {
	struct instant opened;  /* TIME_MIN: nothing is known yet */
	struct instant replied; /* the latest public reply of ours; TIME_MIN: none */
	struct instant waiting; /* oldest message that came while solved; SLA_NEVER: none */
	struct instant next;    /* when to judge; SLA_NEVER: nothing to come */
	enum sla_status status;
	struct sla_text traits[SLA_TRAITS];
	struct sla_text policy; /* ids; empty: none applies */
	struct sla_text rule;
	struct sla_text calendar;
	int64_t policy_version;
	int64_t calendar_version;
	uint16_t instances[SLA_METRICS]; /* so many there have been */
	uint8_t clock_count;
	struct sla_clock clocks[SLA_CLOCKS_MAX]; /* oldest first */
};

enum sla_input_kind {
	SLA_INPUT_OPENED,  /* status and traits; the opening message counts as the customer's */
	SLA_INPUT_REPLY,   /* public, by a person of ours */
	SLA_INPUT_MESSAGE, /* public, by the customer */
	SLA_INPUT_STATUS,  /* status */
	SLA_INPUT_TRAITS,  /* those that are not NULL; also to look at the policies anew */
	SLA_INPUT_TIMER,   /* at is the timer's due */
};

struct sla_input {
	enum sla_input_kind kind;
	struct instant at; /* business time */
	enum sla_status status;
	const char *traits[SLA_TRAITS]; /* NULL: as it was */
};

#define SLA_TICKET_NEW ((struct sla_ticket){ .opened = TIME_MIN })

/*
 * False, and the ticket unchanged, where an input does not apply: not opened yet, opened already, the
 * same status again. Facts are added to said, which starts empty.
 */
bool sla_apply(const struct sla_book *book, struct sla_ticket *ticket,
               const struct sla_input *input, struct sla_said *said);
/* False: no timer. */
bool sla_next_due(const struct sla_ticket *ticket, struct instant *due);

/* The documents by which the ticket's clocks run now; NULL: none. */
const struct sla_policy *sla_ticket_policy(const struct sla_book *book,
                                           const struct sla_ticket *ticket);
const struct sla_calendar *sla_ticket_calendar(const struct sla_book *book,
                                               const struct sla_ticket *ticket);

/* The ticket as bytes: a version, then every field in the order above, numbers big-endian, texts with
 * their size in a byte before them. */
void sla_ticket_encode(const struct sla_ticket *ticket, struct buffer *out);
bool sla_ticket_decode(struct bytes bytes, struct sla_ticket *ticket);

#endif
