/*
 * ledger_ask - what `opsmesh ledger` is asked for: which view of the books, whose, of which time, in which
 * form.
 */
#ifndef SERVICES_OPSMESH_LEDGER_ASK_H
#define SERVICES_OPSMESH_LEDGER_ASK_H

#include "services/opsmesh/opsmesh.h"

enum ledger_view {
	LEDGER_BALANCE,   /* the trial balance */
	LEDGER_STATEMENT, /* what changed what a customer owes */
	LEDGER_JOURNAL,   /* every line */
	LEDGER_PROOF,     /* the provider's balance: start + net - payouts = end */
	LEDGER_RECURRING, /* monthly recurring revenue, and how it moved */
};

enum ledger_format { LEDGER_TABLE, LEDGER_CSV, LEDGER_NETSUITE };

struct ledger_ask {
	enum ledger_view view;
	enum ledger_format format;
	const char *customer;  /* "": all */
	struct instant from;   /* of bookings; TIME_MIN: the beginning */
	struct instant before; /* TIME_MAX: all that is booked */
	struct instant at;     /* when it has to be true; TIME_MIN: nothing was said */
	const char *period;    /* "2026-05", "2026-05-01"; "": none */
};

/* From the words and options of a command line; false and a sentence. */
bool ledger_ask_read(const struct tool *tool, struct ledger_ask *ask,
                     const char **wrong) MUST_CHECK;
/* "2026-05", "2026-05-01": that month or day in UTC. */
bool period_parse(const char *text, struct instant *from, struct instant *before) MUST_CHECK;

#endif
