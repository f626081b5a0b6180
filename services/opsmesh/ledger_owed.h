/*
 * ledger_owed - the lines of a statement: what a transaction changes of what is owed, as one line.
 *
 * Lines of one transaction, currency and account come one after another and are shown as one; those that
 * undo each other, as a payment that is applied to an invoice, are not shown. One line is held.
 */
#ifndef SERVICES_OPSMESH_LEDGER_OWED_H
#define SERVICES_OPSMESH_LEDGER_OWED_H

#include "services/opsmesh/ledger_print.h"

struct ledger_owed {
	struct ledger_print *print;
	struct arena *arena; /* of the line that is held */
	struct ledger_line held;
	bool holds;
};

void ledger_owed_begin(struct ledger_owed *owed, struct ledger_print *print);
/* Borrows nothing. */
void ledger_owed_line(struct ledger_owed *owed, const struct ledger_line *line);
/* Shows what is still held. */
void ledger_owed_end(struct ledger_owed *owed);

#endif
