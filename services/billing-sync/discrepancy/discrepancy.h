/*
 * discrepancy - something that does not add up, as a case: one for one cause, however many objects it hits.
 *
 * Its id is a digest of (customer, cause, root object), so that whatever shows the same cause again grows the
 * same case. Evidence is a figure for each object that shows it. A case is opened, grows, heals when later
 * events take the last evidence away, is explained by a person with a reason, and is escalated by its age.
 * What shows up again after it was healed, or changes after it was explained, opens it anew. Somebody may
 * own it, and keeps it when it opens again; who acknowledges it has seen it as it is open now, and is left
 * alone with it for a while: then its age tells again. Pure: the
 * caller brings the time and says the fact that each move stands for.
 */
#ifndef SERVICES_BILLING_SYNC_DISCREPANCY_DISCREPANCY_H
#define SERVICES_BILLING_SYNC_DISCREPANCY_DISCREPANCY_H

#include "services/billing-sync/discrepancy/discrepancy_policy.h"

#define DISCREPANCY_EVIDENCE_MAX 64 /* objects of one case; what is beyond goes to its next part */
#define DISCREPANCY_TEXT_MAX 255    /* bytes of an id, a root, a reason */
#define DISCREPANCY_ID_SIZE 320     /* "discrepancy/<customer>/<32 hex digits>" */
#define DISCREPANCY_CURRENCIES_MAX 200

enum discrepancy_state {
	DISCREPANCY_NEW, /* nothing was observed yet */
	DISCREPANCY_OPEN,
	DISCREPANCY_HEALED,
	DISCREPANCY_EXPLAINED,
	DISCREPANCY_STATES
};

/* What one object should say, and says. */
struct discrepancy_evidence {
	const char *object;
	char currency[4]; /* "": no money, but seats or seconds */
	int64_t expected;
	int64_t found;
};

struct discrepancy {
	const char *customer;
	const char *cause;
	const char *root;
	uint32_t part; /* 0; 1 and on: further evidence of a case that is full */
	enum discrepancy_state state;
	struct instant opened_at; /* the last time */
	struct instant changed_at;
	uint32_t openings;
	uint32_t level;              /* ages that it was escalated for since it was opened */
	const char *actor;           /* who explained it; "" */
	const char *reason;          /* why; "" */
	const char *owner;           /* whom it was given to; "" nobody */
	const char *acknowledged_by; /* since it was opened; "" nobody */
	struct instant acknowledged_at;
	struct discrepancy_evidence
	    evidence[DISCREPANCY_EVIDENCE_MAX]; /* in the order in which it came */
	size_t count;
};

/* What a step did: the fact to be said. */
enum discrepancy_move {
	DISCREPANCY_MOVE_NONE,
	DISCREPANCY_MOVE_OPENED, /* or opened again: openings tells */
	DISCREPANCY_MOVE_GROWN,
	DISCREPANCY_MOVE_SHRUNK, /* still open */
	DISCREPANCY_MOVE_HEALED,
	DISCREPANCY_MOVE_EXPLAINED,
	DISCREPANCY_MOVE_ACKNOWLEDGED,
	DISCREPANCY_MOVE_ASSIGNED,
	DISCREPANCY_MOVE_ESCALATED,
	DISCREPANCY_MOVE_FULL, /* nothing was kept: go on with the next part */
};

/* A case that nothing was observed of. The texts are borrowed, and at most DISCREPANCY_TEXT_MAX bytes each. */
void discrepancy_init(struct discrepancy *discrepancy, const char *customer, const char *cause,
                      const char *root, uint32_t part);
const char *discrepancy_id(const struct discrepancy *discrepancy,
                           char id[static DISCREPANCY_ID_SIZE]);

/* Equal figures are no evidence: they clear the object's. Its text is borrowed, within the same bound. */
enum discrepancy_move discrepancy_observe(struct discrepancy *discrepancy,
                                          const struct discrepancy_evidence *evidence,
                                          struct instant at);
/* The object shows it no longer. */
enum discrepancy_move discrepancy_clear(struct discrepancy *discrepancy, const char *object,
                                        struct instant at);
/* A person says why it is right. NONE: refused, and *refusal says why. */
enum discrepancy_move discrepancy_explain(struct discrepancy *discrepancy,
                                          const struct discrepancy_rule *rule, const char *actor,
                                          const char *reason, struct instant at,
                                          const char **refusal);
/* Likewise: a person has seen it. */
enum discrepancy_move discrepancy_acknowledge(struct discrepancy *discrepancy, const char *actor,
                                              struct instant at, const char **refusal);
/* Likewise: it is somebody's to settle; "" nobody's any more. */
enum discrepancy_move discrepancy_assign(struct discrepancy *discrepancy, const char *owner,
                                         const char **refusal);
/* Until when its age tells nothing, for who acknowledged it; TIME_MIN: nobody did. */
struct instant discrepancy_quiet(const struct discrepancy *discrepancy,
                                 const struct discrepancy_rule *rule);
/* As old as the next age of its rule? Several ages that have passed are one move. */
enum discrepancy_move discrepancy_escalate(struct discrepancy *discrepancy,
                                           const struct discrepancy_rule *rule, struct instant now);
/* When to look for that. False: never. */
bool discrepancy_due(const struct discrepancy *discrepancy, const struct discrepancy_rule *rule,
                     struct instant *due) MUST_CHECK;

/* Unexplained amounts by currency: of open cases, what each evidence is off by, whatever its sign. */
struct discrepancy_total {
	char currency[4];
	int64_t minor;
};
struct discrepancy_totals {
	struct discrepancy_total items[DISCREPANCY_CURRENCIES_MAX]; /* by currency */
	size_t count;
};
/* Adds a case (sign 1) or takes it away as it was before a change (-1). */
void discrepancy_totals_add(struct discrepancy_totals *totals,
                            const struct discrepancy *discrepancy, int sign);

/*
 * Version 2 of a row's body; version 1, which knew no owner and no acknowledgement, is read as well. The
 * texts of a decoded case live in the arena.
 */
struct bytes discrepancy_encode(struct arena *arena, const struct discrepancy *discrepancy);
bool discrepancy_decode(struct arena *arena, struct bytes bytes,
                        struct discrepancy *discrepancy) MUST_CHECK;

#endif
