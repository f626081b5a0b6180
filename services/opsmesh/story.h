/*
 * story - facts as sentences, for people who take a case over.
 */
#ifndef SERVICES_OPSMESH_STORY_H
#define SERVICES_OPSMESH_STORY_H

#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/common.pb-c.h"
#include "opsmesh/v1/dispute.pb-c.h"
#include "opsmesh/v1/triage.pb-c.h"
#include "services/opsmesh/clock_sum.h"

struct zone;

struct story {
	struct arena *arena;
	struct zone *zone;     /* in which times are shown; NULL: UTC */
	const char *zone_name; /* "Asia/Tokyo" */
	bool revealed;         /* personal text is shown */
	const char *ticket;    /* whose story it is; NULL: not a ticket's */
	/* In order, among which a fact finds what it is about: a message, an answer before; NULL: none. */
	const struct told_list *facts;
};

struct story_line {
	const char *who;
	const char *text;
};

/* One fact as a line. What no sentence is written for is shown as JSON. */
struct story_line story_tell(const struct story *story, const struct told *told);

/* Words, for the files of sentences. */

/* In the story's zone: "2026-05-01 17:30", with seconds where they are not zero; "Fri 2026-05-01"; "17:30" */
const char *story_day(const struct story *story, struct instant at);
const char *story_clock_time(const struct story *story, struct instant at);
const char *story_time(const struct story *story, struct instant at);
const char *story_stamp(const struct story *story, const Google__Protobuf__Timestamp *at);
/* In quotes, "[sealed]", or "" where there is none. */
const char *story_personal(const struct story *story, const Opsmesh__V1__PersonalText *text);
/* "first reply" of FIRST_REPLY and of first_reply. */
const char *story_plain(const struct story *story, const char *name);
/* "on hold" of TICKET_STATUS_ON_HOLD; the number where this build has no name. */
const char *story_word(const struct story *story, const ProtobufCEnumDescriptor *type, int value);
/* The same, with the sender's own word where it has one: "open (in progress)". */
const char *story_verbatim(const struct story *story, const char *word, const char *verbatim);
const char *story_actor(const struct story *story, const Opsmesh__V1__Actor *actor);
/* " (why)" or "". */
const char *story_because(const struct story *story, const char *reason);
/* ", saying "why"" of what a person gave as the reason, or "". */
const char *story_saying(const struct story *story, const Opsmesh__V1__PersonalText *reason);
/* A contact key without most of its hash: "address:e3a18175df7a". */
const char *story_contact(const struct story *story, const char *key);
const char *story_amount(const struct story *story, const Opsmesh__V1__Money *money);
const char *story_list(const struct story *story, char **items, size_t count);

/* "first reply #1" */
const char *story_clock(const struct story *story, const Opsmesh__V1__SlaClock *of);
/* What triage says of a ticket now, and which version decided; the last word counts. */
struct triage_now {
	bool said;      /* anything */
	bool corrected; /* by a person */
	Opsmesh__V1__Priority priority;
	Opsmesh__V1__Category category;
	const char *intent;
	const char *queue;
	int32_t confidence_ppm;
	const char *model; /* digest; "" none judged */
	const char *taxonomy;
	const Opsmesh__V1__NeedsHuman *person; /* that must look, and why; NULL: none must */
};

struct triage_now story_triage_now(const struct told_list *facts);
/* "It is taken for refund (billing), 96.8 % sure, queue billing; by model ..."; "" nothing was said. */
const char *story_triage_standing(const struct story *story, const struct triage_now *now);
/* Why a person must look: "there is nothing of the customer's to read" */
const char *story_needs_human(const struct story *story, const Opsmesh__V1__NeedsHuman *fact);
/* "It is open, priority high, ..."; "  first reply #1 is due ..." */
const char *story_standing(const struct story *story, const struct told_list *facts);
const char *story_clock_standing(const struct story *story, const Opsmesh__V1__SlaClock *of);

/* Sentences, a file each; text NULL: none for this fact. */

struct story_line story_ticket(const struct story *story, const struct told *told);
struct story_line story_triage(const struct story *story, const struct told *told);
/* Of what a ticket has in common with others; NULL: the event is none of those. */
const char *story_pattern(const struct story *story, const Opsmesh__V1__TriageEvent *event);
struct story_line story_sla(const struct story *story, const struct told *told);
struct story_line story_alert(const struct story *story, const struct told *told);
struct story_line story_account(const struct story *story, const struct told *told);
struct story_line story_billing(const struct story *story, const struct told *told);
/* Of collecting and giving back: dunning, refunds by action, explanations. */
struct story_line story_collection(const struct story *story,
                                   const Opsmesh__V1__BillingEvent *event);
struct story_line story_dispute(const struct story *story, const struct told *told);
/* Of what a dispute is answered with: evidence, recommendations, packets, their release. */
struct story_line story_packet(const struct story *story, const Opsmesh__V1__DisputeEvent *event);
struct story_line story_before(const struct story *story, const Opsmesh__V1__DisputeEvent *event);
struct story_line story_watch(const struct story *story, const Opsmesh__V1__DisputeEvent *event);
/* "chargeback"; "case" where it is not told. */
const char *story_stage(const struct story *story, Opsmesh__V1__CaseStage stage);
/* An item with the fact that it came from: "refund_answer into refund_policy, ..., from ticket/3/41" */
const char *story_evidence(const struct story *story, const Opsmesh__V1__EvidenceItem *item);
/* Of what billing says of disputes and fraud warnings beside their status. */
struct story_line story_claim(const struct story *story, const Opsmesh__V1__BillingEvent *event);
/* ", fee 15.00 USD"; below zero it was given back; "" none. */
const char *story_fee(const struct story *story, const Opsmesh__V1__Money *fee);
/* Of what is owed and given back: credit notes, balances, which invoice is paid, what a sweep found. */
struct story_line story_receivable(const struct story *story,
                                   const Opsmesh__V1__BillingEvent *event);
struct story_line story_usage(const struct story *story, const struct told *told);
struct story_line story_action(const struct story *story, const struct told *told);
/* What stages ask of each other: on whom it is, not what is in it. */
struct story_line story_errand(const struct story *story, const struct told *told);
/* RequestRefused, IdConflict, ActionApplied and ActionRefused, wherever they stand. */
struct story_line story_answer(const struct story *story, const struct told *told);

#endif
