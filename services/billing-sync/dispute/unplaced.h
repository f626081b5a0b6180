/*
 * unplaced - a dispute or fraud warning of which nobody knows the customer, as ObjectUnplaced tells it.
 */
#ifndef SERVICES_BILLING_SYNC_DISPUTE_UNPLACED_H
#define SERVICES_BILLING_SYNC_DISPUTE_UNPLACED_H

#include "common/base/bytes.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "services/billing-sync/rule/currency.h"

struct unplaced_state {
	const char *object_id;
	const char *object_type; /* the provider's word */
	const char *charge_id;   /* "": it names none */
	const char *status;      /* "": it has none */
	struct bytes payload;    /* the object as JSON */
};

/* The provider's word for a type that is told so: what else waits for a charge has no deadline. */
bool unplaced_is(const char *object_type);
/*
 * Of such a type. Before is how it was said last; NULL: it was not. Everything lives in the arena. What cannot be read
 * is told by its ids, its status and whatever can be, a warning as actionable: somebody has to look at it all the same.
 */
Opsmesh__V1__ObjectUnplaced *unplaced_tell(struct arena *arena,
                                           const struct currency_policy *currencies,
                                           const struct unplaced_state *state,
                                           const Opsmesh__V1__Unplaced *before);
/* How it is said so. */
Opsmesh__V1__Unplaced *unplaced_of(struct arena *arena, const struct unplaced_state *state,
                                   const Opsmesh__V1__ObjectUnplaced *told);

#endif
