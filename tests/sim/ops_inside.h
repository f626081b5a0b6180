/*
 * ops_inside - what ops.c, ops_stripe.c, ops_refund.c, ops_card.c, ops_dispute.c and ops_check.c share.
 */
#ifndef TESTS_SIM_OPS_INSIDE_H
#define TESTS_SIM_OPS_INSIDE_H

#include "opsmesh/v1/billing.pb-c.h"
#include "tests/sim/world.h"

/* NULL: it is no fact of ops.billing.v1. */
const Opsmesh__V1__BillingEvent *ops_billing(struct arena *arena, const struct fact *fact);
struct request *ops_put(struct world *world, int64_t at_s, const char *kind, const char *key,
                        const char *ref);
/* Events of a payment provider from a time on, and the body of one of them. */
void ops_put_stripe(struct world *world, struct chance *chance, int64_t at);
const char *ops_stripe_body(struct arena *arena, const struct request *request);
/* Charges of cus_1 and cus_2 that fail with one card; by the first its network forbids all others. */
#define OPS_FORBIDDING "ch_2"
#define OPS_DECLINED "ch_3"
/* The same of what a product reports. */
void ops_put_usage(struct world *world, struct chance *chance, int64_t at);
#define OPS_LATE_USAGE 6 /* the first of two reports that come when all is told */
const char *ops_usage_body(struct arena *arena, const struct request *request);

/* What people ask for of its charge, its invoice and what nobody can place, and the body of one of them. */
void ops_put_refunds(struct world *world, struct chance *chance, int64_t at);
bool ops_is_refund(const char *kind);
const char *ops_refund_body(struct arena *arena, const struct request *request);
/* Each has one answer, and never is more approved or made than was charged or billed. */
bool ops_check_refunds(struct world *world, struct arena *arena, char *why);

/* Chargeback with packets that are there as soon as somebody pins to a case, and its document; filled by the second. */
extern struct stage ops_dispute_stages[];
extern struct document ops_dispute_documents[];
void ops_dispute_init(void);
/* What three people ask for of cases, and the body of one of them: of one dispute, and of one that names no charge at first. */
#define OPS_DISPUTED "dp_2"
#define OPS_GUESTS "dp_3"
#define OPS_GUESTS_CHARGE "ch_4" /* its customer is known late */
void ops_put_disputes(struct world *world, struct chance *chance, int64_t at);
const char *ops_dispute_body(struct arena *arena, const struct request *request);
/* Each has one answer; what is asked to be sent was put up and approved by two of them, once for a dispute whatever its cases. */
bool ops_check_disputes(struct world *world, struct arena *arena, char *why);

/* Each customer whose card was forbidden hears it once, whosever attempt that was. */
bool ops_check_cards(struct world *world, struct arena *arena, char *why);

/* What must hold of the effects. Says why in a world_broken. */
bool ops_check(struct world *world, struct arena *arena, char *why);

#endif
