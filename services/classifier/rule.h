/*
 * rule - what follows from what is known of a message: priority, queue, who must hear of it at once.
 *
 *   {"id":"priority","version":1,"effective_from":"2026-01-01T00:00:00Z","decides":"priority",
 *    "rules":[{"id":"outage","decision":"urgent",
 *              "when":{"intent":["outage"],"tier":["enterprise"],"signal":["legal_threat"],
 *                      "sentiment_at_most":-500000,"urgency_at_least":600000,"contacts_at_least":3,
 *                      "amount_at_least":{"USD":100000}}},
 *             {"id":"rest","decision":"normal"}]}
 *
 * The first rule that matches decides; of what it asks for all must be true, and of a list one word. A
 * document decides `priority` (low, normal, high, urgent), `routing` (a queue of the taxonomy) or
 * `escalation` (a word such as "on-call"; "none": nobody). Amounts are minor units. Pure but for reading.
 * The schema is deploy/policies/schema/rules.schema.json.
 */
#ifndef SERVICES_CLASSIFIER_RULE_H
#define SERVICES_CLASSIFIER_RULE_H

#include "common/base/money.h"
#include "services/classifier/taxonomy.h"

#define RULE_WORD_MAX 63

enum rule_kind { RULE_PRIORITY, RULE_ROUTING, RULE_ESCALATION, RULE_KINDS };
extern const char *const rule_kind_names[]; /* "priority" ..., NULL at the end */

/* What rules look at, as lower-case words; "" or NULL: not known, which no rule that asks matches. */
enum rule_trait {
	RULE_TIER,
	RULE_REGION,
	RULE_CATEGORY,
	RULE_INTENT,
	RULE_LANGUAGE,
	RULE_CHANNEL,
	RULE_ASKED,   /* the priority that the sender asked for */
	RULE_DECIDED, /* the priority that was decided: for routing and escalation */
	RULE_TRAITS,
};

/* What is known of the message at hand. */
struct rule_case {
	const char *traits[RULE_TRAITS];
	uint32_t signals;      /* a bit for each enum signal_kind */
	int32_t sentiment_ppm; /* -1000000 to 1000000 */
	int32_t urgency_ppm;
	int64_t contacts; /* messages of the customer on this ticket, this one included */
	const struct money *amounts;
	size_t amount_count;
};

struct rule {
	const char *id;
	const char *decision;
	const char *const *words[RULE_TRAITS]; /* NULL at the end; NULL: whatever it is */
	uint32_t signals;                      /* any of these; 0: whatever was said */
	bool asks_sentiment;
	bool asks_urgency;
	int32_t sentiment_at_most;
	int32_t urgency_at_least;
	int64_t contacts_at_least;
	const struct money *amounts; /* one of the case reaches one of these */
	size_t amount_count;
};

struct rule_document {
	const char *id;
	int64_t version;
	struct instant effective_from;
	enum rule_kind kind;
	const struct rule *rules;
	size_t count;
};

struct rule_verdict {
	const struct rule *rule; /* NULL: none matched */
	const char **matched;    /* "tier=enterprise", one for each thing that it asked */
	size_t matched_count;
};

/* Everything that it gives lives in the arena. */
bool rule_document_parse(struct arena *arena, struct bytes text, struct rule_document *document,
                         struct json_error *error) MUST_CHECK;
/* False: the document has a queue or an intent that the taxonomy does not; reason names it. */
bool rule_document_fits(const struct rule_document *document, const struct taxonomy *taxonomy,
                        char *reason, size_t reason_size) MUST_CHECK;
void rule_decide(const struct rule_document *document, const struct rule_case *known,
                 struct arena *arena, struct rule_verdict *verdict);

#endif
