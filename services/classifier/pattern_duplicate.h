/*
 * pattern_duplicate - tickets that one customer opened about the same.
 *
 * Of each (intent, customer) the tickets opened within the duplicate window are kept, by their opening
 * messages; others of the same ticket say nothing new. A later ticket is held, once, against all earlier
 * ones within the window: the earliest that shares an id with it, or whose words are like its own. Of one
 * step the earliest PATTERN_TICKETS_STEP are kept, so that what is kept does not depend on the order in
 * which they came; who opens more is no matter of duplicates any more.
 */
#ifndef SERVICES_CLASSIFIER_PATTERN_DUPLICATE_H
#define SERVICES_CLASSIFIER_PATTERN_DUPLICATE_H

#include "services/classifier/pattern_policy.h"
#include "services/classifier/pattern_report.h"

#define PATTERN_TICKETS_MAX 32
#define PATTERN_TICKETS_STEP 4

struct pattern_ticket {
	struct pattern_report report; /* of the opening message; customer and language are "" */
	uint32_t channel;             /* the contract's number */
	bool judged;
};

struct pattern_tickets {
	struct pattern_ticket tickets[PATTERN_TICKETS_MAX]; /* earliest first */
	size_t count;
};

struct pattern_duplicate {
	const struct pattern_ticket *later;
	const struct pattern_ticket *earlier;
	int32_t likeness_ppm;
	const char *shared[PATTERN_TOKENS_MAX]; /* ascending */
	size_t shared_count;
};

/* False: it is known already, or there is no room. */
bool pattern_tickets_add(const struct pattern_policy *policy, struct pattern_tickets *tickets,
                         const struct pattern_ticket *ticket);
/*
 * Judges those before end that were not judged yet, in the order of time, and lets those go that are too
 * old to meet another one. duplicates has room for PATTERN_TICKETS_MAX; it points into tickets, which
 * pattern_tickets_expire moves.
 */
size_t pattern_tickets_judge(const struct pattern_policy *policy, struct pattern_tickets *tickets,
                             struct instant end, struct pattern_duplicate *duplicates);
/* After all before end were judged. */
void pattern_tickets_expire(const struct pattern_policy *policy, struct pattern_tickets *tickets,
                            struct instant end);
/* When to judge next, or to let the last one go; of no tickets never asked. */
struct instant pattern_tickets_due(const struct pattern_policy *policy,
                                   const struct pattern_tickets *tickets);

/* A version, the number of tickets, of each its report, channel and whether it was judged. */
void pattern_tickets_encode(const struct pattern_tickets *tickets, struct buffer *out);
bool pattern_tickets_decode(struct arena *arena, struct bytes bytes,
                            struct pattern_tickets *tickets);

#endif
