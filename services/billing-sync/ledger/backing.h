/*
 * backing - which money stands behind what a customer may still get back, over charges and invoices. Pure.
 *
 * A charge pays invoices, and an invoice is paid by charges: what is given back of the one is not there for
 * the other. Nobody says of which invoice a refund is, nor of which charge a credit note. So a charge has to
 * keep what credit notes of its invoices give, as far as no other charge of theirs has it; and an invoice may
 * give what charges paid of it, as far as they still have it and need it for none of their other invoices. A refund
 * that is a credit note's own counts with its charge alone. Whoever pays or is disputed next changes none of it.
 */
#ifndef SERVICES_BILLING_SYNC_LEDGER_BACKING_H
#define SERVICES_BILLING_SYNC_LEDGER_BACKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BACKING_MAX \
	32 /* charges, and invoices, of one web; with more of them nothing is approved */

struct backing_charge {
	int64_t money; /* charged, less what went back or may; of a disputed one nothing */
	int64_t taken; /* by disputes that were lost */
	bool disputed;
};

struct backing_invoice {
	int64_t notes;  /* given back of what was paid, or approved to be, by credit notes */
	int64_t linked; /* of that, by refunds of these charges */
	int64_t paid;   /* by all its charges */
};

/* One of a charge and an invoice. */
struct backing_part {
	int64_t wants; /* what of the charge is said to be for it */
	bool pays;     /* and it takes some of that */
};

struct backing {
	size_t charge_count;
	size_t invoice_count;
	struct backing_charge charges[BACKING_MAX];
	struct backing_invoice invoices[BACKING_MAX];
	struct backing_part parts[BACKING_MAX][BACKING_MAX]; /* charge, invoice */
};

/* What a charge has to keep for the credit notes of its invoices. */
int64_t backing_kept(const struct backing *it, size_t charge);
/* What of an invoice is gone by refunds and disputes, beside those of its own credit notes. */
int64_t backing_gone(const struct backing *it, size_t invoice);
/* What of so much that is gone, disputes took. */
int64_t backing_taken(const struct backing *it, size_t invoice, int64_t gone);
/* Is a charge disputed that pays it? */
bool backing_disputed(const struct backing *it, size_t invoice);

#endif
