/*
 * crediting - what an invoice may still be credited.
 *
 * What it billed is to a credit note what a charge is to a refund, and decided by the same rules (refund.h): its
 * row is a refund_row whose refunds are the credit notes. The same money could go back twice in two ways, by a
 * credit note of the invoice and by a refund of a charge that paid it. So what goes back of its charges counts
 * here, and what credit notes give back, or may, counts with the charges; a refund that a credit note names as
 * its own counts once, whichever of the two is heard first (backing.h, over all charges and invoices). Pure.
 */
#ifndef SERVICES_BILLING_SYNC_REFUND_CREDITING_H
#define SERVICES_BILLING_SYNC_REFUND_CREDITING_H

#include "services/billing-sync/refund/refund.h"

#define CREDITING_CHARGES_MAX 32 /* of one invoice, of which something went back */
#define CREDITING_LINKS_MAX 128  /* refunds by credit notes of one invoice */

/* A credit note was made by a refund. Ids as in refund.h. */
struct crediting_link {
	uint64_t note;
	uint64_t refund;
};

/* Zero-initialised: nothing was heard. */
struct crediting {
	struct refund_row book;
	size_t link_count;
	struct crediting_link links[CREDITING_LINKS_MAX]; /* in order */
	size_t charge_count;
	const char *charges[CREDITING_CHARGES_MAX]; /* in order */
};

void crediting_on_note(struct crediting *it, const struct refund_news *news,
                       const char *const *refunds, size_t refund_count);
/* A charge that paid of it gives, or gave, something back. The text is borrowed. */
void crediting_on_charge(struct crediting *it, const char *charge);

/* What of what was paid goes back by credit notes, or may: of its charges so much less may be refunded. */
int64_t crediting_back(const struct crediting *it);
/* What of that is among the refunds of a charge already. */
int64_t crediting_linked(const struct crediting *it, const struct refund_row *charge);

/*
 * Version 1 of its bytes: the version; how many links and each: note, refund; how many charges and each as a
 * text with its size before it; the book as refund_encode. The texts of what is decoded live in the arena.
 */
struct bytes crediting_encode(struct arena *arena, const struct crediting *it);
bool crediting_decode(struct arena *arena, struct bytes bytes, struct crediting *it) MUST_CHECK;

#endif
