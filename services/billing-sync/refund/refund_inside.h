/*
 * refund_inside - what refund.c, refund_decide.c, refund_lapse.c and crediting.c share: sums over a row, and its approvals.
 */
#ifndef SERVICES_BILLING_SYNC_REFUND_REFUND_INSIDE_H
#define SERVICES_BILLING_SYNC_REFUND_REFUND_INSIDE_H

#include "services/billing-sync/refund/refund.h"

/* Both at least 0; never beyond the largest. */
int64_t refund_plus(int64_t a, int64_t b);
/* Given back or on its way, and what is approved; what waits for another's approval is neither. */
int64_t refund_given(const struct refund_row *row);
/* Approved alone, and by refunds that are known alone; one in another currency is more than there is. */
int64_t refund_approved(const struct refund_row *row);
int64_t refund_known(const struct refund_row *row);
/* By disputes that were lost. */
int64_t refund_taken(const struct refund_row *row);
bool refund_has_dispute(const struct refund_row *row, enum refund_dispute_state state);
/* REFUND_NONE: there is none. */
size_t refund_find(const struct refund_row *row, const char *action);

#endif
