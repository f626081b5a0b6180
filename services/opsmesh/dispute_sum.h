/*
 * dispute_sum - the money and the deadline of a case, reckoned again from its facts. Pure.
 *
 * Facts are given in the order in which they were said. Money is summed by currency from the facts that balance
 * transactions made; the row keeps the sum of the first one's currency alone, and is held against that. What a move
 * of the case said of its money is held against the sums by then. A fact of money rests on one of billing's, which
 * has to say the same amount and fee.
 */
#ifndef SERVICES_OPSMESH_DISPUTE_SUM_H
#define SERVICES_OPSMESH_DISPUTE_SUM_H

#include "opsmesh/v1/dispute.pb-c.h"
#include "services/opsmesh/dispute_row.h"
#include "services/opsmesh/running.h"
#include "services/opsmesh/told.h"

#define DISPUTE_PROBLEMS_MAX 20 /* that are told; whoever has more reads the facts */

struct dispute_sum {
	struct running withdrawn;
	struct running reinstated;
	struct running fees; /* kept by the provider; below zero: given back */
	struct instant
	    due_by; /* of the deadline that stands; TIME_MIN: none does, as the two below */
	struct instant deadline; /* due_by less the buffer */
	struct duration buffer;
	const char *policy; /* "cases/standard/1" */
	const char *problems[DISPUTE_PROBLEMS_MAX];
	size_t problem_count;
};

/* A fact of ops.disputes.v1 about that case; NULL: it is another's, or none. */
const Opsmesh__V1__DisputeEvent *dispute_event(const struct told *told, const char *case_id);

/* billing: facts by which those of money can be found by id; NULL: billing was not asked. */
void dispute_sum_make(struct arena *arena, const struct told_list *facts,
                      const struct told_list *billing, const struct dispute_row *row,
                      struct dispute_sum *sum);

#endif
