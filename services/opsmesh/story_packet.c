/*
 * What a dispute is answered with, as sentences: evidence and what lacks of it, what is recommended and decided, packets,
 * their release.
 */
#include "services/opsmesh/story_reading.h"

#include "common/base/text.h"
#include "opsmesh/v1/dispute.pb-c.h"

#include <inttypes.h>

#define SHORT 12 /* characters of a digest that tell one packet from another */

static struct story_line line_of(const char *text)
{
	return (struct story_line){ NULL, text };
}

static const char *with(const struct story *story, const char *before, const char *word)
{
	return word[0] == '\0' ? "" : arena_printf(story->arena, "%s%s", before, word);
}

static const char *brief(const struct story *story, const char *digest)
{
	return arena_printf(story->arena, "%.*s", SHORT, digest);
}

/* Evidence. */

static const char *file_of(const struct story *story, const Opsmesh__V1__EvidenceFile *file)
{
	if (file == NULL)
		return "";
	return arena_printf(story->arena,
	                    ", a file (%s, %" PRId64 " pages, %" PRId64 " bytes, %s%s)",
	                    file->media_type, file->pages, file->bytes, brief(story, file->digest),
	                    with(story, ", uploaded by ", file->uploaded_by));
}

const char *story_evidence(const struct story *story, const Opsmesh__V1__EvidenceItem *item)
{
	const char *const text =
	    item->text == NULL
		? ""
		: arena_printf(story->arena, ": %s", story_personal(story, item->text));
	const char *const translation =
	    item->translation == NULL
		? ""
		: arena_printf(story->arena, ", translated by %s: %s", item->translator,
	                       story_personal(story, item->translation));

	return arena_printf(story->arena, "%s%s%s, weight %s%s%s, %s, from %s%s%s", item->kind,
	                    with(story, " into ", item->field), with(story, ", ", item->title),
	                    story_share(story, item->weight_ppm),
	                    item->hurts ? ", speaks against us and is never sent" : "",
	                    with(story, ", by ", item->channel), story_stamp(story, item->at),
	                    item->item_id, with(story, " about ", item->source_id),
	                    arena_printf(story->arena, "%s%s%s", file_of(story, item->file), text,
	                                 translation));
}

static struct story_line tell_collected(const struct story *story,
                                        const Opsmesh__V1__EvidenceCollected *fact)
{
	return line_of(arena_printf(
	    story->arena,
	    "finds %" PRId64 " items of evidence that may be sent and %" PRId64
	    " that speak against us: %s of what is asked for (%sreason found by %s%s)",
	    fact->items, fact->hurting, story_share(story, fact->complete_ppm),
	    fact->band[0] == '\0' ? "" : arena_printf(story->arena, "band %s, ", fact->band),
	    fact->found_by[0] == '\0' ? "nothing" : fact->found_by,
	    with(story, "; by ", fact->policy)));
}

static struct story_line tell_added(const struct story *story,
                                    const Opsmesh__V1__EvidenceItemAdded *fact)
{
	return (struct story_line){
		story_actor(story, fact->by),
		arena_printf(story->arena, "adds evidence: %s%s",
		             fact->item == NULL ? "nothing" : story_evidence(story, fact->item),
		             story_saying(story, fact->reason))
	};
}

static struct story_line tell_gap(const struct story *story,
                                  const Opsmesh__V1__EvidenceGapIdentified *fact)
{
	const char *const supplier =
	    fact->supplier[0] == '\0'
		? ""
		: arena_printf(story->arena, ", %s can supply it", fact->supplier);

	return line_of(arena_printf(story->arena, "%s %s of weight %s lacks%s%s%s%s",
	                            fact->required ? "required evidence" : "evidence", fact->kind,
	                            story_share(story, fact->weight_ppm),
	                            with(story, " for ", fact->field),
	                            story_because(story, fact->sentence), supplier,
	                            with(story, "; by ", fact->policy)));
}

static struct story_line tell_filled(const struct story *story,
                                     const Opsmesh__V1__EvidenceGapIdentified *fact)
{
	return line_of(arena_printf(story->arena, "evidence %s%s lacks no more", fact->kind,
	                            with(story, " for ", fact->field)));
}

static struct story_line tell_bundle(const struct story *story,
                                     const Opsmesh__V1__BundleJudged *fact)
{
	const char *const list = story_list(story, fact->payment_ids, fact->n_payment_ids);
	const char *const sum =
	    arena_printf(story->arena, "%s together, %s disputed",
	                 story_amount(story, fact->together), story_amount(story, fact->amount));

	if (text_equal(fact->found, "none"))
		return line_of("is over one payment after all");
	if (text_equal(fact->found, "unknown"))
		return line_of(arena_printf(
		    story->arena,
		    "is over more than the charge that it names, and it is not known which: %s may be "
		    "among them (%s); a refund of one of them may pay twice",
		    list, sum));
	return line_of(arena_printf(
	    story->arena, "is over several payments%s: %s (%s)",
	    text_equal(fact->found, "named") ? ", as a person named them" : "", list, sum));
}

/* Decisions. */

static const char *chances(const struct story *story, const Opsmesh__V1__RecommendationMade *fact)
{
	const char *const own =
	    fact->own_count == 0
		? ""
		: arena_printf(story->arena, " with %" PRId64 " outcomes of ours, %" PRId64 " won",
	                       fact->own_count, fact->own_won);

	return arena_printf(story->arena, "chance of winning %s (%s to %s%s%s)",
	                    story_share(story, fact->win_ppm),
	                    story_share(story, fact->win_low_ppm),
	                    story_share(story, fact->win_high_ppm),
	                    with(story, "; cell ", fact->cell), own);
}

static const char *costs(const struct story *story, const Opsmesh__V1__RecommendationMade *fact)
{
	const char *const fee = fact->counter_fee == NULL
	                            ? ""
	                            : arena_printf(story->arena, ", fee for answering %s",
	                                           story_amount(story, fact->counter_fee));

	return fact->effort == NULL ? fee
	                            : arena_printf(story->arena, "%s, effort %s", fee,
	                                           story_amount(story, fact->effort));
}

/* What becomes of the networks' ratios. */
static const char *ratio(const Opsmesh__V1__RecommendationMade *fact)
{
	if (fact->counts_in_ratio)
		return "; it counts in the monitoring programmes whatever is done";
	if (text_equal(fact->ratio, "at_risk"))
		return "; if it does not convince, it will count in the monitoring programmes";
	return text_equal(fact->ratio, "avoided")
	           ? "; so it never counts in the monitoring programmes"
	           : "";
}

static struct story_line tell_recommended(const struct story *story,
                                          const Opsmesh__V1__RecommendationMade *fact)
{
	return line_of(arena_printf(
	    story->arena, "recommends to %s the %s%s: contesting is worth %s, %s of %s%s%s%s%s%s",
	    fact->recommendation, story_stage(story, fact->stage),
	    story_because(story, fact->sentence), story_amount(story, fact->expected),
	    chances(story, fact), story_amount(story, fact->amount), costs(story, fact),
	    with(story, ", evidence ", fact->band), with(story, ", fees of ", fact->country),
	    ratio(fact),
	    arena_printf(story->arena, "%s%s", with(story, "; rule ", fact->rule),
	                 with(story, " by ", fact->policy))));
}

static struct story_line tell_decided(const struct story *story,
                                      const Opsmesh__V1__DecisionMade *fact)
{
	return (struct story_line){ story_actor(story, fact->by),
		                    arena_printf(story->arena, "decides to %s the %s%s%s",
		                                 fact->decision, story_stage(story, fact->stage),
		                                 fact->recommended[0] == '\0'
		                                     ? ", nothing was recommended yet"
		                                     : with(story, ", recommended was to ",
		                                            fact->recommended),
		                                 story_saying(story, fact->reason)) };
}

/* Packets. */

static const char *left_out(const struct story *story, const Opsmesh__V1__PacketBuilt *fact)
{
	const char *text = fact->n_dropped == 0 ? "" : "; left out: ";

	for (size_t i = 0; i < fact->n_dropped; i++)
		text = arena_printf(story->arena, "%s%s%s of %s (%s)", text, i == 0 ? "" : ", ",
		                    fact->dropped[i]->item_id, fact->dropped[i]->field,
		                    story_plain(story, fact->dropped[i]->limit));
	return text;
}

static struct story_line tell_built(const struct story *story, const Opsmesh__V1__PacketBuilt *fact)
{
	return line_of(arena_printf(story->arena,
	                            "puts the packet %s together: %" PRId64 " items, %" PRId64
	                            " characters%s%s",
	                            brief(story, fact->digest), fact->items, fact->characters,
	                            left_out(story, fact), with(story, "; by ", fact->policy)));
}

static struct story_line tell_rendered(const struct story *story,
                                       const Opsmesh__V1__PacketRendered *fact)
{
	return line_of(arena_printf(
	    story->arena,
	    "renders the packet %s as the PDF %s: %" PRId64 " pages, %" PRId64 " bytes%s",
	    brief(story, fact->digest), brief(story, fact->pdf_digest), fact->pages, fact->bytes,
	    fact->unshown == 0 ? ""
			       : arena_printf(story->arena,
	                                      "; %" PRId64 " characters as their numbers, no font "
	                                      "shows them",
	                                      fact->unshown)));
}

static struct story_line tell_refused(const struct story *story,
                                      const Opsmesh__V1__PacketRefused *fact)
{
	return line_of(arena_printf(story->arena, "cannot make %s%s%s%s",
	                            fact->digest[0] == '\0' ? "a packet"
	                                                    : with(story, "the PDF of packet ",
	                                                           brief(story, fact->digest)),
	                            story_because(story, fact->reason),
	                            with(story, "; limit ", story_plain(story, fact->limit)),
	                            with(story, " of ", fact->field)));
}

/* The earlier payments that prove the disputed one. */
static const char *proof(const struct story *story, const Opsmesh__V1__CompellingJudged *fact)
{
	if (fact == NULL)
		return "";
	return arena_printf(story->arena, "; with compelling evidence: payments %s, the same: %s",
	                    story_list(story, fact->payment_ids, fact->n_payment_ids),
	                    story_list(story, fact->matching, fact->n_matching));
}

static struct story_line tell_staged(const struct story *story,
                                     const Opsmesh__V1__PacketStaged *fact)
{
	return (struct story_line){
		story_actor(story, fact->by),
		arena_printf(story->arena, "puts up the packet %s%s%s%s", fact->digest,
		             with(story, ", PDF ", fact->pdf_digest),
		             proof(story, fact->compelling), story_saying(story, fact->reason))
	};
}

static struct story_line tell_approved(const struct story *story,
                                       const Opsmesh__V1__PacketStaged *fact)
{
	return (struct story_line){
		story_actor(story, fact->by),
		arena_printf(story->arena, "approves the packet %s that %s had put up%s%s",
		             fact->digest, fact->prepared_by, proof(story, fact->compelling),
		             story_saying(story, fact->reason))
	};
}

static struct story_line tell_unstaged(const struct story *story,
                                       const Opsmesh__V1__PacketStaged *fact)
{
	return (struct story_line){ story_actor(story, fact->by),
		                    arena_printf(story->arena,
		                                 "the packet %s is put up no more%s%s",
		                                 brief(story, fact->digest),
		                                 fact->by == NULL ? ": it is another by now" : "",
		                                 story_saying(story, fact->reason)) };
}

/* Release. */

static const char *compliance(const struct story *story, const Opsmesh__V1__ComplianceFee *fact)
{
	if (fact == NULL)
		return "";
	return arena_printf(story->arena, "; the network takes %s for it, which %s acknowledged%s",
	                    fact->fee == NULL ? "a fee that is not known"
	                                      : story_amount(story, fact->fee),
	                    story_actor(story, fact->acknowledged_by),
	                    with(story, ", by ", fact->policy));
}

static struct story_line tell_requested(const struct story *story,
                                        const Opsmesh__V1__SubmissionRequested *fact)
{
	return line_of(arena_printf(
	    story->arena,
	    "asks to send the packet %s, once for the %s (%s): put up by %s, approved by %s; to arrive "
	    "by %s, to be seen by %s%s%s%s",
	    brief(story, fact->digest), story_stage(story, fact->stage), fact->request_id,
	    fact->prepared_by, story_actor(story, fact->approved_by),
	    story_stamp(story, fact->due_by), story_stamp(story, fact->lease_until),
	    fact->late ? "; it is late and may not count" : "", proof(story, fact->compelling),
	    compliance(story, fact->compliance_fee)));
}

static struct story_line tell_given_up(const struct story *story,
                                       const Opsmesh__V1__AcceptRequested *fact, bool proposed)
{
	return (struct story_line){
		story_actor(story, fact->by),
		arena_printf(story->arena, "%s the %s of %s up%s%s",
		             proposed ? "proposes to give" : "confirms to give",
		             story_stage(story, fact->stage), story_amount(story, fact->amount),
		             proposed ? ", which another person must confirm"
		                      : with(story, ", as proposed by ", fact->proposed_by),
		             story_saying(story, fact->reason))
	};
}

static struct story_line tell_observed(const struct story *story,
                                       const Opsmesh__V1__SubmissionObserved *fact)
{
	return line_of(arena_printf(
	    story->arena, "the provider has an answer to the %s now (submission %" PRId64 "%s), %s",
	    story_stage(story, fact->stage), fact->submission_count,
	    with(story, ", ", fact->method),
	    fact->ours ? "as it was asked for" : "which nobody had asked for here"));
}

static struct story_line tell_withheld(const struct story *story,
                                       const Opsmesh__V1__AnswerWithheld *fact)
{
	return line_of(arena_printf(
	    story->arena,
	    "does not ask for it (%s): %s has asked before, %s, %s, and the %s is answered once",
	    fact->request_id, fact->first_case_id, story_stamp(story, fact->first_at),
	    fact->first_digest[0] == '\0'
		? "to give it up"
		: with(story, "to send the packet ", brief(story, fact->first_digest)),
	    story_stage(story, fact->stage)));
}

struct story_line story_packet(const struct story *story, const Opsmesh__V1__DisputeEvent *event)
{
	switch ((int)event->fact_case) {
	case OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_COLLECTED:
		return tell_collected(story, event->evidence_collected);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_ITEM_ADDED:
		return tell_added(story, event->evidence_item_added);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_GAP_IDENTIFIED:
		return tell_gap(story, event->evidence_gap_identified);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_GAP_CLOSED:
		return tell_filled(story, event->evidence_gap_closed);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_BUNDLE_JUDGED:
		return tell_bundle(story, event->bundle_judged);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_RECOMMENDATION_MADE:
		return tell_recommended(story, event->recommendation_made);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DECISION_MADE:
		return tell_decided(story, event->decision_made);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_BUILT:
		return tell_built(story, event->packet_built);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_RENDERED:
		return tell_rendered(story, event->packet_rendered);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_REFUSED:
		return tell_refused(story, event->packet_refused);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_STAGED:
		return tell_staged(story, event->packet_staged);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_APPROVED:
		return tell_approved(story, event->packet_approved);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_WITHDRAWN:
		return tell_unstaged(story, event->packet_withdrawn);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_SUBMISSION_REQUESTED:
		return tell_requested(story, event->submission_requested);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_ACCEPT_PROPOSED:
		return tell_given_up(story, event->accept_proposed, true);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_ACCEPT_REQUESTED:
		return tell_given_up(story, event->accept_requested, false);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_SUBMISSION_OBSERVED:
		return tell_observed(story, event->submission_observed);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_ANSWER_WITHHELD:
		return tell_withheld(story, event->answer_withheld);
	default: return story_watch(story, event);
	}
}
