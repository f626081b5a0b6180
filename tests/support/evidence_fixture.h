/*
 * evidence_fixture - a dossier from rows of text, gathered for a dispute under the project's own documents, and told as words.
 */
#ifndef TESTS_SUPPORT_EVIDENCE_FIXTURE_H
#define TESTS_SUPPORT_EVIDENCE_FIXTURE_H

#include "services/chargeback/evidence/evidence.h"

#define EVIDENCE_FIXTURE_FACTS 8 /* of one row of a test's table */

/* As a DossierEntry; what is not set is empty. The fact's id is a message's too. */
struct evidence_fact {
	const char *id;
	const char *kind; /* NULL ends a list */
	const char *about;
	const char *at; /* "2026-05-10T09:00:00Z" */
	const char *word;
	const char *detail; /* of a "triaged" the message's id */
	const char *role;
	const char *text;
	const char *language;
	int64_t minor; /* of USD */
	int64_t refunded;
	const char *card; /* a fingerprint */
	const char *made; /* of a payment; NULL: not told */
	bool disputed;
	bool sealed;
	int64_t cut;
};

/* Rows that many tests have: what a customer wrote and what we did, in English; 20 USD of ch_1 given back; calls of a day. */
#define FACT_SAID(id_, at_, role_, text_)                                                    \
	{                                                                                    \
		.id = (id_), .kind = "message", .about = "T1", .at = (at_), .role = (role_), \
		.text = (text_), .language = "en"                                            \
	}
#define FACT_CUSTOMER(id_, at_, text_) FACT_SAID(id_, at_, "customer", text_)
#define FACT_OURS(id_, at_, text_) FACT_SAID(id_, at_, "agent", text_)
#define FACT_REFUND(id_, at_, word_)                                                          \
	{                                                                                     \
		.id = (id_), .kind = "refund", .about = "re_1", .at = (at_), .word = (word_), \
		.detail = "ch_1", .minor = 2000                                               \
	}
#define FACT_USED(id_, calls_)                                                                \
	{                                                                                     \
		.id = (id_), .kind = "usage", .about = "sub_1", .at = "2026-05-21T00:00:00Z", \
		.word = "2026-05-20", .detail = "calls", .minor = (calls_)                    \
	}
#define FACT_END             \
	{                    \
		.kind = NULL \
	}

struct evidence_setting {
	const char *payment; /* NULL: "ch_1" */
	const char *began;   /* NULL: 2026-06-01 */
	const char *category;
	int64_t disputed;                  /* of USD; 0: not known */
	const Opsmesh__V1__CaseKept *kept; /* NULL: nobody did anything */
	const struct policy_book *shown;   /* NULL: the project's own document */
	bool is_cut;                       /* the dossier's oldest entries are gone */
};

/* As cmocka calls them before and after all: an arena (arena_fixture.h), and the documents. */
int evidence_fixture_open(void **state);
int evidence_fixture_close(void **state);

/* The story of every test: ch_1 of 120.00 USD pays in_1 on 2026-05-10; ended by a kind of NULL. */
extern const struct evidence_fact evidence_story[];

Opsmesh__V1__DossierPage *evidence_fixture_page(struct arena *into,
                                                const struct evidence_fact *story,
                                                const struct evidence_fact *more);
struct evidence evidence_fixture_gather(struct arena *into, const Opsmesh__V1__DossierPage *page,
                                        const struct evidence_setting *setting);
/* " kind@field#id ...": what hurts has a "!" behind it; then each gap as " ?kind". A blank ends it. */
const char *evidence_fixture_told(struct arena *into, const struct evidence *evidence);
/* The item of this id; fails the test where there is none. */
const Opsmesh__V1__EvidenceItem *evidence_fixture_item(const struct evidence *evidence,
                                                       const char *id);

#endif
