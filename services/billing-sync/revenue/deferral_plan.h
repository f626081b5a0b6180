/*
 * deferral_plan - what an invoice's facts make of what is deferred by it, in whatever order they came.
 *
 * The facts are its lines as they were finalised, and what was taken back of it: by refunds, disputes and
 * credit notes, each at a time of its own. The plan is made of them anew whenever one is added: so it says
 * the same for the same facts, whichever came first, and whenever they came. What is then booked is the
 * difference between two plans.
 *
 * A dispute that gives back what it took has taken nothing. A refund that a credit note is made by, in whole
 * or in part, takes no more than the rest of it, as long as the note stands. Pure.
 */
#ifndef SERVICES_BILLING_SYNC_REVENUE_DEFERRAL_PLAN_H
#define SERVICES_BILLING_SYNC_REVENUE_DEFERRAL_PLAN_H

#include "services/billing-sync/revenue/deferral.h"

#define PLAN_REVERSALS_MAX 250 /* of one invoice; each of a refund, dispute or credit note */

/* So much of a refund is a credit note's: that clears nothing more, the note does. */
struct plan_refund {
	const char *refund;
	int64_t minor;
};

/* What one object takes back of an invoice, over all that it moved. */
struct plan_reversal {
	const char *object;   /* "re_1" */
	const char *currency; /* of another one than the invoice's nothing is cleared */
	bool dispute;         /* else revenue is given back by us */
	int64_t minor;        /* taken, less what was given back; of a note that is void 0 */
	struct instant at;    /* when it first took; TIME_MAX: it has not */
	size_t refund_count;  /* of a credit note alone */
	const struct plan_refund *refunds;
	int64_t cleared; /* the plan's: what of it was not earned yet */
};

struct deferral_facts {
	bool billed; /* false: the lines are not known */
	bool ended;  /* it is owed by nobody, since then */
	struct instant ended_at;
	const char *currency;     /* "": not known */
	struct instant finalised; /* of what is billed */
	struct instant booked;    /* when the ledger has it */
	size_t line_count;
	const struct deferral_billed *lines;
	size_t reversal_count;
	struct plan_reversal *reversals; /* in the order of their objects */
};

/* An object has taken so much more, or given back (below 0). False: too many, or too much. */
bool deferral_facts_reverse(struct arena *arena, struct deferral_facts *facts,
                            const struct plan_reversal *more) MUST_CHECK;
/* A credit note as it is now, in the place of what it was. False: too many. */
bool deferral_facts_note(struct arena *arena, struct deferral_facts *facts,
                         const struct plan_reversal *note) MUST_CHECK;

/*
 * The schedules that the facts make, and what each reversal clears of them; of an invoice that has ended as
 * they were until then, and what was reversed since clears nothing. False: the lines cannot be
 * scheduled, and reason says why; that does not depend on the reversals.
 */
bool deferral_plan(struct arena *arena, struct deferral_facts *facts,
                   const struct books_policy *books, struct deferral *plan,
                   const char **reason) MUST_CHECK;
/* What was billed to be earned later, over all lines, before anything was cleared. */
int64_t deferral_plan_billed(const struct deferral *plan, const struct deferral_facts *facts);

/*
 * A row's bytes (packed.h): a version, then the fields in the order of the structs. Up to version 2 nothing was kept
 * of one that had ended but that it is not billed. In version 1 a reversal had
 * between its object and its currency the one refund that it was for in whole, and no list.
 */
struct bytes deferral_facts_encode(struct arena *arena, const struct deferral_facts *facts);
bool deferral_facts_decode(struct arena *arena, struct bytes bytes,
                           struct deferral_facts *facts) MUST_CHECK;

#endif
