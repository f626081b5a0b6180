/*
 * ops_inside - what ops.c, ops_stripe.c, ops_refund.c and ops_check.c share.
 */
#ifndef TESTS_SIM_OPS_INSIDE_H
#define TESTS_SIM_OPS_INSIDE_H

#include "tests/sim/world.h"

struct request *ops_put(struct world *world, int64_t at_s, const char *kind, const char *key,
                        const char *ref);
/* Events of a payment provider from a time on, and the body of one of them. */
void ops_put_stripe(struct world *world, struct chance *chance, int64_t at);
const char *ops_stripe_body(struct arena *arena, const struct request *request);
/* The same of what a product reports. */
void ops_put_usage(struct world *world, struct chance *chance, int64_t at);
const char *ops_usage_body(struct arena *arena, const struct request *request);

/* What people ask for of its charge, its invoice and what nobody can place, and the body of one of them. */
void ops_put_refunds(struct world *world, struct chance *chance, int64_t at);
bool ops_is_refund(const char *kind);
const char *ops_refund_body(struct arena *arena, const struct request *request);
/* Each has one answer, and never is more approved or made than was charged or billed. */
bool ops_check_refunds(struct world *world, struct arena *arena, char *why);

/* What must hold of the effects. Says why in a world_broken. */
bool ops_check(struct world *world, struct arena *arena, char *why);

#endif
