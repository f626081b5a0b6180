/*
 * shown - what customers are shown when they buy, and since when. A dated document; each version says all of it.
 *
 *   {"id":"checkout","version":1,"effective_from":"2025-01-01T00:00:00Z","source":"who published it, where",
 *    "shown":[{"kind":"refund_policy","language":"en","text":"..."},
 *             {"kind":"refund_policy","language":"ja","text":"..."}]}
 *
 * A kind has one text a language, English among them: banks read it. Only the version counts that was in force at the
 * payment; before the first nothing was shown that we could prove. The schema is
 * deploy/policies/schema/shown.schema.json.
 */
#ifndef SERVICES_CHARGEBACK_EVIDENCE_SHOWN_H
#define SERVICES_CHARGEBACK_EVIDENCE_SHOWN_H

#include "common/flow/policy_head.h"

#define SHOWN_MAX 24        /* texts of one version */
#define SHOWN_TEXT_MAX 8000 /* bytes: two of them fit into a field of the provider's */
#define SHOWN_POLICY "shown"
#define SHOWN_FOR_BANKS "en"

enum shown_kind { SHOWN_REFUND_POLICY, SHOWN_CANCELLATION_POLICY, SHOWN_TERMS, SHOWN_KINDS };
extern const char
    *const shown_kind_names[]; /* "refund_policy", "cancellation_policy", "terms", NULL */

struct shown_text {
	enum shown_kind kind;
	const char *language; /* BCP 47 */
	const char *text;
};

struct shown_policy {
	struct policy_head head;
	const struct shown_text *texts;
	size_t count;
};

extern const struct policy_kind shown_kind; /* of a struct shown_policy */

/* What was shown at that time; NULL: nothing that we know. */
const struct shown_policy *shown_at(const struct policy_book *book, struct instant at);
/* In this language alone: "ja" is for "ja-JP" too, unless that has its own; NULL: there is none. */
const struct shown_text *shown_text_of(const struct shown_policy *policy, enum shown_kind kind,
                                       const char *language);

#endif
