/*
 * reason - what a dispute is about, by the network's code, and which evidence wins it.
 *
 *   {"id":"networks","version":1,"effective_from":"2020-01-01T00:00:00Z","sources":[...],
 *    "reasons":[
 *      {"network":"*","code":"fraudulent","title":"Fraudulent","fraud":true,
 *       "asked":[{"kind":"earlier_payment","field":"uncategorized_file","weight_ppm":250000,"required":true,
 *                 "from":"finance","say":"..."},...]},
 *      {"network":"visa","code":"10.4","title":"...","category":"fraudulent","compelling":true}]}
 *
 * The network "*" has the provider's categories; each is its own category. A network's code names the category
 * whose evidence it asks for, unless it has its own, and must stand behind it. Mastercard's codes mean several
 * things each, so that the key of a code is (network, code, text, category); "text" is what the network says
 * beside the code, "" where it says nothing. "fraud" is taken from the category where it is absent.
 * "compelling": Visa's compelling evidence 3.0 can apply. The evidence stands in order of weight, the heaviest
 * first, each kind once, and its weights sum to a million. "from" is who can supply what we do not have
 * ourselves. The schema is deploy/policies/schema/reasons.schema.json.
 *
 * A code that no list has is said as such, and the dispute is answered by its category: what we do not know is
 * open, and is never a reason to let go.
 */
#ifndef SERVICES_CHARGEBACK_REASON_REASON_H
#define SERVICES_CHARGEBACK_REASON_REASON_H

#include "services/chargeback/source/source.h"

#define REASONS_MAX 256
#define REASON_ASKED_MAX 16
#define REASON_TITLE_MAX 127
#define REASON_SAY_MAX 255
#define REASON_ANY_NETWORK "*"
#define REASON_CATEGORY_ELSE "general" /* must be in the document */

enum evidence_kind {
	EVIDENCE_CUSTOMER_COMMUNICATION,
	EVIDENCE_CANCELLATION_REQUEST,
	EVIDENCE_REFUND_REQUEST,
	EVIDENCE_REFUND_ANSWER,
	EVIDENCE_USAGE,
	EVIDENCE_ACCESS,
	EVIDENCE_EARLIER_PAYMENT,
	EVIDENCE_INVOICE,
	EVIDENCE_RECEIPT,
	EVIDENCE_POLICY_SHOWN,
	EVIDENCE_ACCOUNT_HISTORY,
	EVIDENCE_DUPLICATE_EXPLANATION,
	EVIDENCE_IDENTITY,
	EVIDENCE_SERVICE,
	EVIDENCE_UPLOADED,
	EVIDENCE_KINDS,
};
extern const char *const evidence_kind_names[];

/* The provider's fields for evidence (its API reference, Dispute.evidence); NULL at the end. */
extern const char *const evidence_field_names[];

/* Who can supply it. */
enum evidence_supplier {
	EVIDENCE_FROM_SUPPORT,
	EVIDENCE_FROM_FINANCE,
	EVIDENCE_FROM_PRODUCT,
	EVIDENCE_FROM_LEGAL,
	EVIDENCE_FROM_CUSTOMER_SUCCESS,
};
extern const char *const evidence_supplier_names[];

struct reason_asked {
	enum evidence_kind kind;
	const char *field; /* one of evidence_field_names */
	int64_t weight_ppm;
	bool required; /* without it the others hardly count */
	enum evidence_supplier from;
	const char *say; /* a sentence for who is asked */
};

struct reason {
	const char *network; /* in small letters, or REASON_ANY_NETWORK */
	const char *code;
	const char *text; /* "": whatever the network says beside the code */
	const char *title;
	const char *category; /* the provider's word */
	bool fraud;
	bool compelling;
	const struct reason_asked *asked;
	size_t asked_count;
};

struct reason_policy {
	struct policy_head head;
	struct sources sources; /* about a network, or REASON_ANY_NETWORK */
	const struct reason *reasons;
	size_t count;
};

extern const struct policy_kind reason_policy_kind; /* of a struct reason_policy */

enum reason_found {
	REASON_BY_TEXT,     /* network, code and text */
	REASON_BY_CODE,     /* network and code; of several the one of the provider's category */
	REASON_BY_CATEGORY, /* the provider's category alone */
	REASON_BY_ELSE,     /* nothing that we know */
};
extern const char *const reason_found_names[];

/* What a dispute says of its reason; "" where it says nothing. */
struct reason_said {
	const char *network; /* any case */
	const char *code;
	const char *text; /* any case */
	const char *category;
};

struct reason_answer {
	const struct reason *reason; /* never NULL */
	enum reason_found found;
	bool unknown_code;     /* it says a code that no list has */
	bool unknown_category; /* the same of its category */
	bool differs;          /* the code's category is not the one that the provider says */
};

struct reason_answer reason_find(const struct reason_policy *policy,
                                 const struct reason_said *said);

/* What there is of what a reason asks for. */
struct reason_standing {
	int64_t complete_ppm; /* the weights of what there is */
	size_t missing;
	size_t required_missing;
};

/* kinds is a set of 1 << enum evidence_kind. */
struct reason_standing reason_stands(const struct reason *reason, uint32_t kinds);

#endif
