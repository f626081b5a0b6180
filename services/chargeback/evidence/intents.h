/*
 * intents - what a message of a customer's is for a dispute, by its triaged intent. A dated document.
 *
 *   {"id":"intents","version":1,"effective_from":"2020-01-01T00:00:00Z","source":"who says so",
 *    "intents":[{"intent":"cancel","meaning":"cancellation_request"},
 *               {"intent":"refund","meaning":"refund_request"},
 *               {"intent":"outage","meaning":"complaint"}],
 *    "promises":["we will refund"],      an answer with one of these promises money back; letters of A to Z in any case
 *    "duplicate_within":"7d"}            two payments of one amount so near each other look like one charged twice
 *
 * An intent that is not listed means nothing in particular. The schema is deploy/policies/schema/evidence.schema.json.
 */
#ifndef SERVICES_CHARGEBACK_EVIDENCE_INTENTS_H
#define SERVICES_CHARGEBACK_EVIDENCE_INTENTS_H

#include "common/flow/policy_head.h"

#define INTENTS_MAX 64
#define INTENT_PROMISES_MAX 64
#define INTENTS_POLICY "evidence" /* its name among the daemon's documents */

enum intent_meaning {
	INTENT_CANCELLATION_REQUEST,
	INTENT_REFUND_REQUEST,
	INTENT_COMPLAINT, /* of the service */
	INTENT_NOTHING,   /* in particular */
};

struct intent_row {
	const char *intent; /* of the taxonomy */
	enum intent_meaning meaning;
};

struct intents {
	struct policy_head head;
	const struct intent_row *rows;
	size_t count;
	const char *const *promises; /* ended by NULL */
	struct duration duplicate_within;
};

extern const struct policy_kind intents_kind; /* of a struct intents */

enum intent_meaning intent_means(const struct intents *intents, const char *intent);
/* Does an answer promise money back? */
bool intent_promises(const struct intents *intents, const char *text);

#endif
