/*
 * refund_fixture - a charge of 10,000, a policy for its refunds, and people who ask for them.
 *
 * Of a duplicate charge support may give 50 dollars or 7,000 yen within 180 days, finance all; of a
 * complaint billing may give 20 dollars within 30 days; of an outage billing may give all, two of them above
 * 30 dollars. Mika asks.
 */
#ifndef TESTS_SUPPORT_REFUND_FIXTURE_H
#define TESTS_SUPPORT_REFUND_FIXTURE_H

#include "services/billing-sync/refund/refund.h"

#define REFUND_CHARGED 10000

/* The roles of those who ask. */
extern const char *const refund_support[];
extern const char *const refund_billing[];
extern const char *const refund_finance[];

extern struct arena *refund_arena;
extern struct refund_policy refund_book;
extern struct instant refund_start_at; /* of the charge */

int refund_start(void **state);
int refund_stop(void **state);
/* Read anew: the arena was reset. */
void refund_read_book(void);

struct refund_row *refund_charged(const char *currency);
/* So many days after the charge, in its currency and with a key of its own. */
struct refund_answer refund_ask_as(struct refund_row *row, const char *action, int64_t amount,
                                   const char *intent, const char *const *roles, int days);
/* By finance, because it was charged twice, a day after. */
struct refund_answer refund_ask_for(struct refund_row *row, const char *action, int64_t amount);
void refund_assert_refused(struct refund_answer answer, enum refund_refusal code,
                           const char *field);

#endif
