/*
 * evidence - what an account's dossier has for and against us in one dispute, for the reason at hand. Pure.
 *
 * What is gathered: of every message that was public one item, quoted, with its time, channel and language: of the kind that
 * its triaged intent makes it, where the reason asks for that kind, else communication; what was answered to a request
 * is of the request's kind. Payments, invoices, refunds, usage, seats and access in sentences, with money as people read it and
 * times in UTC. What customers were shown is taken from the version in force at the payment. The order in which facts of one
 * time came makes no difference.
 *
 * An item has the provider's field that the reason names for its kind. Of several of one kind the most telling has the kind's
 * whole weight, the next a half, the next a third, and so on. More telling is, of messages: between payment and dispute
 * before others, then customers' before ours, then the newest; of earlier payments: of the same card, then the newest; of
 * texts shown: the one that the field is for, then the terms. What people add comes before all, as weighty as the first.
 *
 * Of a dispute over several payments (bundle.h) each that is known to be in it has its receipt, its invoice and its refunds
 * among the evidence; one that may be in it is no earlier payment that nobody disputes.
 *
 * What hurts (shown to the reviewer, never sent, and no answer to what the reason asks for):
 *  - a request to cancel before the payment, when nothing between them shows that it was met: no cancelling of a subscription
 *    (cancel_asked, ended), and none that was undone (cancel_undone) or begun anew (started, resumed); and our answers to it;
 *  - a request for a refund after the payment that nobody answered in its ticket, as long as no refund of the payment
 *    succeeded or is on its way; an answer does not help that promises money back which is not there (intents.h), and
 *    that answer hurts as well;
 *  - a complaint of the service after the payment that nobody answered in its ticket;
 *  - a refund of the payment, where the reason does not ask how a refund was answered;
 *  - another payment of the same invoice, neither refunded, when both are more than the invoice's total, or of one amount
 *    where the total is not known;
 *  - that nothing was used and no seat given out from the payment on, where the reason asks both for usage and for the service.
 *
 * That nothing was asked for (no request to cancel before the payment, no request for a refund after it) is an item only when
 * every message of the customer's in that time was judged, and nothing of the dossier is gone. It is said of our records, since
 * the oldest entry of them: what was before it nobody here knows.
 */
#ifndef SERVICES_CHARGEBACK_EVIDENCE_EVIDENCE_H
#define SERVICES_CHARGEBACK_EVIDENCE_EVIDENCE_H

#include "opsmesh/v1/material.pb-c.h"
#include "services/chargeback/evidence/bundle.h"
#include "services/chargeback/evidence/intents.h"
#include "services/chargeback/evidence/shown.h"
#include "services/chargeback/reason/reason.h"

#define EVIDENCE_EACH_MAX 256 /* items of one kind: no provider takes more pages */
#define EVIDENCE_EARLIER_MAX \
	12 /* earlier payments: half a year of monthly ones, twice what Visa asks for */

/* The dispute at hand. All is borrowed by what is gathered. */
struct evidence_case {
	const char *home;
	const char *payment_id;
	const Opsmesh__V1__Money *amount; /* as it is disputed; NULL: not known */
	struct instant began;             /* when the bank began it */
	const struct reason *reason;
	const struct intents *intents;
	const struct policy_book *shown;
	const Opsmesh__V1__CaseKept *kept; /* what people added, kept out and translated */
	bool is_cut;                       /* the dossier's oldest entries are gone */
};

struct evidence {
	Opsmesh__V1__EvidenceItem *const *items; /* the weightiest first, then by time and id */
	size_t count;
	size_t hurting;                         /* of them */
	const struct reason_asked *const *gaps; /* kinds asked for of which no item may be sent */
	size_t gap_count;
	struct reason_standing standing; /* by what may be sent */
	struct instant charged_at;       /* TIME_MIN: the payment is not known */
	struct bundle bundle; /* the payments that it is over, where it is over several */
};

/* What people keep out is not among the items, unless it hurts: that is shown to the reviewer whoever would not have it. */
struct evidence evidence_gather(struct arena *arena, const Opsmesh__V1__DossierPage *dossier,
                                const struct evidence_case *about);

/* Plain, of that subject; it borrows both. */
Opsmesh__V1__PersonalText *evidence_text(struct arena *arena, const char *subject,
                                         const char *text);

#endif
