/*
 * returned - whose what went back of a charge was: the customer's own, or that of an invoice that it paid. Pure.
 *
 * What paid no invoice goes back first; then what paid invoices, in their order; each refund and dispute in
 * the order of the time at which it first took. So the shares are the same in whatever order it is known.
 */
#ifndef SERVICES_BILLING_SYNC_LEDGER_RETURNED_H
#define SERVICES_BILLING_SYNC_LEDGER_RETURNED_H

#include "common/base/time.h"
#include "services/billing-sync/ledger/applied.h"

#define RETURNED_MAX 100 /* refunds and disputes of one charge */
/* Each share uses up a refund, an invoice's part, or what is left. */
#define RETURNED_SHARES_MAX (RETURNED_MAX + 2 * APPLIED_MAX + 1)

/* What one refund or dispute took, over all that it moved. */
struct returned {
	const char *object;
	bool dispute;
	int64_t minor;     /* of the charge: taken, less what came back */
	struct instant at; /* when it first took; TIME_MAX: it has not */
};

/* In the order of their objects. */
struct returned_list {
	struct returned items[RETURNED_MAX];
	size_t count;
};

/* It took so much more; below zero it came back. False: too many, or too much; it is as it was. */
bool returned_add(struct returned_list *list, const struct returned *more) MUST_CHECK;

struct returned_share {
	struct returned of;  /* its minor is the share's */
	const char *invoice; /* "": it was the customer's own */
};

struct returned_shares {
	struct returned_share items[RETURNED_SHARES_MAX];
	size_t count;
};

/* Of a charge of which left paid no invoice. What went back beyond it all has no share. */
void returned_share_out(const struct returned_list *list, int64_t left,
                        const struct applied_part *parts, size_t part_count,
                        struct returned_shares *shares);
/* The share of an object in an invoice; NULL: none. */
const struct returned_share *returned_find(const struct returned_shares *shares,
                                           const struct returned_share *like);

struct bytes returned_encode(struct arena *arena, const struct returned_list *list);
bool returned_decode(struct arena *arena, struct bytes bytes,
                     struct returned_list *list) MUST_CHECK;
struct bytes returned_shares_encode(struct arena *arena, const struct returned_shares *shares);
bool returned_shares_decode(struct arena *arena, struct bytes bytes,
                            struct returned_shares *shares) MUST_CHECK;

#endif
