/*
 * payer - what each charge pays of one invoice, and what of it the invoice does not take. Pure.
 *
 * Several charges may be said to pay an invoice (applied.h); all of them together pay no more of it than it
 * asks. What the customer has not got back pays first, then what went back by refunds and disputes: an invoice
 * that was paid twice is paid by the charge that stands. Among these the order is that of the charges' times,
 * then of their ids, so that it does not matter in which order they are known. What is said to be for the
 * invoice beyond that is the customer's own. Until the invoice itself is known it takes all.
 */
#ifndef SERVICES_BILLING_SYNC_LEDGER_PAYER_H
#define SERVICES_BILLING_SYNC_LEDGER_PAYER_H

#include "common/base/arena.h"
#include "common/base/money.h"
#include "common/base/time.h"

#define PAYER_MAX 100 /* charges of one invoice; it has one, or a few where it is paid in parts */

struct payer {
	const char *charge;
	struct instant at;  /* of the charge */
	struct money wants; /* what of it is said to be for the invoice */
	int64_t gone;       /* of that, went back */
	int64_t given;      /* of that, the invoice takes */
	int64_t over;       /* of that, was last said to be charged too much */
};

/* In order. Zero-initialised: nobody pays, and the invoice is not known. */
struct payer_list {
	bool asked;        /* it is known what the invoice asks */
	struct money asks; /* of charges, and of who pays beside them */
	size_t count;
	struct payer items[PAYER_MAX];
};

/* NULL: it is not among them. */
const struct payer *payer_find(const struct payer_list *list, const char *charge);
/*
 * It wants so much, of which so much is gone, whatever it was before; nothing where it was none is left out.
 * False: too many, or together beyond 64 bits; the list is as it was. Shares are another by payer_share only.
 */
bool payer_put(struct payer_list *list, const struct payer *payer) MUST_CHECK;
/* What is asked, less what was paid of it beside these. */
void payer_share(struct payer_list *list, int64_t beside);

/* Of all of them. */
int64_t payer_given(const struct payer_list *list);
int64_t payer_wanted(const struct payer_list *list);

/* Version 1 of its bytes: asked, asks, how many, and each field by field. */
struct bytes payer_encode(struct arena *arena, const struct payer_list *list);
bool payer_decode(struct arena *arena, struct bytes bytes, struct payer_list *list) MUST_CHECK;

#endif
