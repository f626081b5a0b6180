/*
 * bundle - which payments a dispute is over whose amount is more than that of the charge that the provider names. Pure.
 *
 * The provider's dispute names one charge, and nothing in it names the others. What may be: payments of the same card or
 * subscription, of one currency, of which something is left. Where exactly one run of consecutive ones with the named charge
 * among them comes to the disputed amount, it is that; else it is not known which, and all that may be are told. People who
 * know better name them.
 */
#ifndef SERVICES_CHARGEBACK_EVIDENCE_BUNDLE_H
#define SERVICES_CHARGEBACK_EVIDENCE_BUNDLE_H

#include "services/chargeback/evidence/chronicle.h"

#define BUNDLE_MAX 36 /* charges: three years of months */

enum bundle_found {
	BUNDLE_NONE,    /* of one charge, as far as anybody can tell */
	BUNDLE_EXACT,   /* one run comes to the amount */
	BUNDLE_UNKNOWN, /* of several, and not known which */
	BUNDLE_NAMED,   /* people named them */
};
extern const char *const bundle_found_names[]; /* "none", "exact", "unknown", "named", NULL */

struct bundle {
	enum bundle_found found;
	/* Oldest first, the named charge among them; of BUNDLE_UNKNOWN those that may be in it. */
	const struct chronicle_payment *const *payments;
	size_t count;
	int64_t together; /* what is left of them, in minor units of the disputed amount */
};

/*
 * payment: the one that the provider names. disputed NULL: not known. charges: as people named them, ids that are not in the
 * chronicle are left out; none: nobody did.
 */
struct bundle bundle_find(struct arena *arena, const struct chronicle *chronicle,
                          const struct chronicle_payment *payment,
                          const Opsmesh__V1__Money *disputed, char *const *charges, size_t count);
/* Is the payment in it, or may it be? */
bool bundle_may_hold(const struct bundle *bundle, const struct chronicle_payment *payment);
/* Is it known to be in it? */
bool bundle_holds(const struct bundle *bundle, const char *payment_id);

#endif
