/*
 * ledger_seal - whether a period of the books is closed, and what its lines are for that.
 *
 * A close seals what its cut has seen. What was booked for the period's days since is a correction and belongs to
 * the period that was open then. The numbers are those of sql/entry_sum.sql.
 */
#ifndef SERVICES_OPSMESH_LEDGER_SEAL_H
#define SERVICES_OPSMESH_LEDGER_SEAL_H

#include "common/base/arena.h"
#include "common/base/time.h"

enum ledger_part {
	LEDGER_ALL,        /* no period was asked for */
	LEDGER_OPEN,       /* of a period that is not closed */
	LEDGER_SEALED,     /* seen by the cut */
	LEDGER_CORRECTION, /* of its days, and booked when they were closed */
};

struct ledger_seal {
	const char *period; /* as it was asked for; "": none was */
	bool closed;
	int64_t cut;              /* number of the cut */
	struct instant before;    /* the end of the period */
	const char *digest;       /* lower-case hex */
	struct instant closed_to; /* the end of the last one that is closed; TIME_MIN: none is */
};

/* What most of its lines are. */
enum ledger_part ledger_seal_part(const struct ledger_seal *seal);
/* For the column `state`: "open", "sealed", "correction"; "" of LEDGER_ALL. */
const char *ledger_part_name(enum ledger_part part);
/* What stands above such lines in a table; NULL: nothing. */
const char *ledger_part_heading(enum ledger_part part);
/* "2026-05 is closed ..." or "2026-05 is not closed ..." with a line's end; "" where no period was asked for. */
const char *ledger_seal_sentence(struct arena *arena, const struct ledger_seal *seal);

#endif
