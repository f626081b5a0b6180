/*
 * Release: a packet is put up by one person and approved by another, then asked to be sent, once for each stage. And its
 * opposite, giving a dispute up, which takes two people as well, because nothing undoes it.
 *
 * What is approved is a digest. Another packet needs another approval. Sending is the dispatcher's; what is asked of it
 * carries its own idempotency key, and is never asked a second time for the same stage, whatever becomes of it. The provider's
 * own automatic answer is told to stand back (intended_submission_method prefer_manual, Stripe's Smart Disputes); where it was
 * quicker, nothing is sent.
 */
#include "services/chargeback/cases/case_before.h"

#include "common/base/money.h"
#include "common/base/text.h"
#include "common/flow/action.h"
#include "common/io/proto.h"
#include "services/chargeback/cases/case_render.h"

#include <string.h>

#define REFUSED(request, code, field, reason) \
	case_refuse((request), OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##code, (field), (reason))

/* A provider that asks again is answered by a person. */
#define WAS_ASKED \
	"The one answer of this stage was asked for before: answer at the provider by hand."

static const char *parameter(const struct case_request *request, const char *name)
{
	const char *const value = action_plain(action_parameter(request->requested, name));

	return value != NULL ? value : "";
}

static const char *principal_of(const struct case_request *request)
{
	return request->requested->by != NULL ? request->requested->by->principal : "";
}

/* Deciding. */

static enum status decide(struct case_request *request, const char *decision)
{
	struct casework *const work = request->work;
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__DecisionMade made = OPSMESH__V1__DECISION_MADE__INIT;

	if (text_equal(work->row.decision, decision))
		return STATUS_OK;
	work->row.decision = decision;
	made.stage = case_stage_number(case_stage(work));
	made.decision = text_mutable(decision);
	made.recommended = work->kept->recommended;
	made.by = request->requested->by;
	made.reason = request->requested->reason;
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_DECISION_MADE;
	event.decision_made = &made;
	return case_emit(work, &event);
}

/* Why nothing can be answered now; NULL: it can. */
static const char *why_closed(const struct casework *work)
{
	const Opsmesh__V1__CaseKept *const kept = work->kept;

	if (!life_needs_response(case_life(work)))
		return "No answer is awaited in this state.";
	if (text_equal(work->row.response, "requested"))
		return "The one answer of this stage was asked to be sent.";
	if (text_equal(work->row.response, "accepted"))
		return "The dispute was given up.";
	if (kept->unanswerable)
		return "The provider takes no answer to this dispute.";
	if (kept->charge_unknown)
		return "The charge has not come: nobody can tell what an answer would be about.";
	return case_is_answered(work)
	           ? "The provider has an answer already: somebody, or its own automatic one, was quicker."
	           : NULL;
}

/* What was to be given up is answered after all: a proposal that stood is none any more. */
static void take_up(struct casework *work)
{
	if (text_equal(work->row.response, "given_up"))
		case_resume(work);
	if (!text_equal(work->row.response, "staged"))
		work->row.response = "none";
	work->kept->accept_proposed_by = text_mutable("");
	work->kept->accept_proposed_for = text_mutable("");
}

/* Putting up. */

static enum status say_staged(struct case_request *request,
                              Opsmesh__V1__DisputeEvent__FactCase fact, const char *digest,
                              const char *prepared_by)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__PacketStaged staged = OPSMESH__V1__PACKET_STAGED__INIT;

	staged.stage = case_stage_number(case_stage(request->work));
	staged.digest = text_mutable(digest);
	staged.pdf_digest = request->work->kept->pdf;
	staged.by = request->requested->by;
	staged.reason = request->requested->reason;
	staged.prepared_by = text_mutable(prepared_by);
	if (fact != OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_WITHDRAWN)
		staged.compelling = request->work->kept->staged_compelling;
	event.fact_case = fact;
	event.packet_staged = &staged;
	return case_emit(request->work, &event);
}

/* What failed is tried once more: what it failed for may be mended by now. */
static enum status refuse_unrendered(struct case_request *request)
{
	struct casework *const work = request->work;
	const char *const failed = work->kept->print_failed;

	if (*failed == '\0')
		return REFUSED(request, ILLEGAL_MOVE, "on.id", "The packet is not rendered yet.");
	TRY(case_print_again(work));
	return REFUSED(request, ILLEGAL_MOVE, "on.id",
	               arena_printf(work->task->arena,
	                            "The packet could not be rendered (%s). It is rendered again.",
	                            failed));
}

static enum status stage(struct case_request *request)
{
	struct casework *const work = request->work;
	const char *const digest = parameter(request, "digest");
	const char *const closed = why_closed(work);

	if (closed != NULL)
		return REFUSED(request, ILLEGAL_MOVE, "on.id", closed);
	TRY(case_gather_now(work));
	if (*work->kept->packet == '\0')
		return REFUSED(request, ILLEGAL_MOVE, "on.id", "There is no packet yet.");
	if (*work->kept->pdf == '\0')
		return refuse_unrendered(request);
	if (*digest != '\0' && !text_equal(digest, work->kept->packet))
		return REFUSED(request, OUT_OF_TIME, "digest",
		               "The packet is another one by now: look at it again.");
	if (text_equal(work->row.response, "staged") &&
	    text_equal(work->kept->staged, work->kept->packet) &&
	    case_same_proof(work->kept->staged_compelling, case_proof(work)))
		return REFUSED(request, NO_CHANGE, "decision", "The packet is put up already.");
	if (*principal_of(request) == '\0')
		return REFUSED(request, NOT_ALLOWED, "by", "Nobody is known to have asked for it.");
	TRY(case_unstage(work, request->requested->by));
	take_up(work);
	work->row.response = "staged";
	work->kept->staged = work->kept->packet;
	work->kept->staged_compelling = case_proof(work);
	case_packet_put_up(work, work->kept->packet);
	work->kept->prepared_by = text_mutable(principal_of(request));
	work->kept->prepared_for = request->requested->by->on_behalf_of;
	TRY(decide(request, "contest"));
	TRY(say_staged(request, OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_STAGED, work->kept->packet,
	               ""));
	return case_applied(request);
}

static enum status unstage(struct case_request *request)
{
	struct casework *const work = request->work;

	if (!text_equal(work->row.response, "staged"))
		return REFUSED(request, NO_CHANGE, "decision", "No packet is put up.");
	work->row.response = "none";
	TRY(say_staged(request, OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_WITHDRAWN,
	               work->kept->staged, work->kept->prepared_by));
	work->kept->staged = text_mutable("");
	work->kept->prepared_by = text_mutable("");
	work->kept->prepared_for = text_mutable("");
	work->kept->staged_compelling = NULL;
	case_gather_soon(work);
	return case_applied(request);
}

/* Sending. */

static void add_requested(struct casework *work)
{
	Opsmesh__V1__CaseKept *const kept = work->kept;
	char **const stages =
	    arena_alloc(work->task->arena, (kept->n_requested + 1) * sizeof(*stages));

	if (kept->n_requested > 0)
		memcpy(stages, kept->requested, kept->n_requested * sizeof(*stages));
	stages[kept->n_requested++] = text_mutable(life_stage_word(case_stage(work)));
	kept->requested = stages;
}

static bool was_requested(const struct casework *work)
{
	for (size_t i = 0; i < work->kept->n_requested; i++)
		if (text_equal(work->kept->requested[i], life_stage_word(case_stage(work))))
			return true;
	return false;
}

/* Whoever carries it out has so long; then people are told. */
static void begin_lease(struct casework *work)
{
	work->kept->lease_until =
	    proto_timestamp(work->task->arena, time_add(work->at, work->policy->lease));
}

/* Where the policy names a role, a key that may approve at all does not suffice. NULL: it does. */
static const char *role_lacking(const struct case_request *request)
{
	struct arena *const arena = request->work->task->arena;
	const char *const role = request->work->policy->release_role;

	return role == NULL || action_may(request->requested,
	                                  arena_printf(arena, "actions:approve:%s", role))
	           ? NULL
	           : arena_printf(arena, "This key lacks the scope actions:approve:%s.", role);
}

/* An answer that costs a fee is sent by somebody who knows it. NULL: it costs none, or they do. */
static const char *fee_unknown(const struct case_request *request)
{
	struct arena *const arena = request->work->task->arena;
	const struct packet_compliance *const compliance = case_compliance(request->work);

	if (compliance == NULL || text_equal(parameter(request, "fee_acknowledged"), "true"))
		return NULL;
	return arena_printf(
	    arena, "The network takes a fee%s%s for this answer. Say \"fee_acknowledged\": true.",
	    *compliance->fee.currency != '\0' ? " of " : "",
	    *compliance->fee.currency != '\0' ? money_format(arena, compliance->fee) : "");
}

/* Why what is put up may not be sent by this person, this way; NULL: it may. */
static const char *why_not(struct case_request *request, const char **field)
{
	struct casework *const work = request->work;
	const char *const digest = parameter(request, "digest");

	*field = "on.id";
	if (!text_equal(work->row.response, "staged"))
		return "No packet is put up: one person stages it, another approves it.";
	if (was_requested(work))
		return WAS_ASKED;
	*field = "digest";
	if (*digest == '\0')
		return "Say which packet is approved, by its digest.";
	if (!text_equal(digest, work->kept->staged) || !text_equal(digest, work->kept->packet))
		return "That is not the packet that is put up: look at it again.";
	*field = "by";
	if (case_same_person(request->requested->by, work->kept->prepared_by,
	                     work->kept->prepared_for))
		return "Who has put a packet up cannot approve it: another person must.";
	if (role_lacking(request) != NULL)
		return role_lacking(request);
	*field = "fee_acknowledged";
	if (fee_unknown(request) != NULL)
		return fee_unknown(request);
	*field = "late";
	return case_is_past(work, work->row.due_by) &&
	               !text_equal(parameter(request, "late"), "true")
	           ? "The provider's due_by has passed: it may not count. Say \"late\": true to send it all the same."
	           : NULL;
}

/*
 * What came a moment ago may have turned an item of what is put up against us: then it is put up no more. Or an earlier payment
 * that is to be sent with it proves nothing any more. NULL: neither.
 */
static enum status look_again(struct casework *work, const char **turned)
{
	const bool staged = text_equal(work->row.response, "staged");

	*turned = NULL;
	TRY(case_gather_now(work));
	if (staged && !text_equal(work->row.response, "staged"))
		*turned =
		    "Something came, and an item of this packet speaks against us now: it is put up no more.";
	else if (staged && work->kept->staged_compelling != NULL &&
	         !case_same_proof(work->kept->staged_compelling, case_proof(work)))
		*turned =
		    "The earlier payments that prove it are others by now, or none: put the packet up again.";
	return STATUS_OK;
}

static enum status submit(struct case_request *request)
{
	struct casework *const work = request->work;
	const char *const closed = why_closed(work);
	const char *reason;
	const char *field;
	const char *turned;

	if (closed != NULL)
		return REFUSED(request, ILLEGAL_MOVE, "on.id", closed);
	TRY(look_again(work, &turned));
	if (turned != NULL)
		return REFUSED(request, OUT_OF_TIME, "digest", turned);
	reason = why_not(request, &field);
	if (reason != NULL)
		return REFUSED(request, NOT_ALLOWED, field, reason);
	TRY(say_staged(request, OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_APPROVED,
	               work->kept->staged, work->kept->prepared_by));
	work->row.response = "requested";
	begin_lease(work);
	work->kept->answered_at = proto_timestamp(work->task->arena, work->at);
	add_requested(work);
	TRY(case_submission_ask(request));
	TRY(case_answered(work, "An answer was approved and asked to be sent."));
	return case_applied(request);
}

static enum status contest(struct case_request *request)
{
	const char *const closed = why_closed(request->work);

	if (closed != NULL)
		return REFUSED(request, ILLEGAL_MOVE, "on.id", closed);
	if (text_equal(request->work->row.decision, "contest"))
		return REFUSED(request, NO_CHANGE, "decision", "That was decided before.");
	take_up(request->work);
	TRY(decide(request, "contest"));
	return case_applied(request);
}

enum status case_release(struct case_request *request, const char *decision)
{
	if (text_equal(decision, "contest"))
		return contest(request);
	if (text_equal(decision, "stage"))
		return stage(request);
	return text_equal(decision, "unstage") ? unstage(request) : submit(request);
}

/* Giving up. */

static enum status say_accept(struct case_request *request,
                              Opsmesh__V1__DisputeEvent__FactCase fact)
{
	struct casework *const work = request->work;
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__AcceptRequested accept = OPSMESH__V1__ACCEPT_REQUESTED__INIT;

	accept.stage = case_stage_number(case_stage(work));
	accept.request_id = arena_printf(work->task->arena, "accept/%s/%s/%s", work->row.home,
	                                 work->row.dispute_id, life_stage_word(case_stage(work)));
	accept.proposed_by = work->kept->accept_proposed_by;
	accept.by = request->requested->by;
	accept.reason = request->requested->reason;
	accept.lease_until = work->kept->lease_until;
	accept.amount = case_money(work->task->arena, work->row.amount, work->row.currency);
	event.fact_case = fact;
	event.accept_requested = &accept;
	return fact == OPSMESH__V1__DISPUTE_EVENT__FACT_ACCEPT_REQUESTED ? case_ask(work, &event)
	                                                                 : case_emit(work, &event);
}

/* What came while it was put up is in what may be put up after all. */
static enum status take_down(struct case_request *request)
{
	if (text_equal(request->work->row.response, "staged"))
		case_gather_soon(request->work);
	return case_unstage(request->work, request->requested->by);
}

static enum status propose(struct case_request *request)
{
	struct casework *const work = request->work;

	/* At the provider an inquiry cannot be closed: it takes a refund, or an answer. */
	if (case_stage(work) != LIFE_CHARGED)
		return REFUSED(
		    request, ILLEGAL_MOVE, "decision",
		    "A chargeback alone can be accepted: refund the payment, answer, or ignore it.");
	if (*principal_of(request) == '\0')
		return REFUSED(request, NOT_ALLOWED, "by", "Nobody is known to have asked for it.");
	if (!action_has_words(request->requested->reason))
		return REFUSED(request, INVALID, "reason", "Giving up cannot be undone: say why.");
	if (text_equal(work->row.response, "accept_proposed"))
		return REFUSED(request, NO_CHANGE, "decision", "That was proposed before.");
	TRY(take_down(request));
	if (text_equal(work->row.response, "given_up"))
		case_resume(work);
	work->row.response = "accept_proposed";
	work->kept->accept_proposed_by = text_mutable(principal_of(request));
	work->kept->accept_proposed_for = request->requested->by->on_behalf_of;
	TRY(decide(request, "accept"));
	TRY(say_accept(request, OPSMESH__V1__DISPUTE_EVENT__FACT_ACCEPT_PROPOSED));
	return case_applied(request);
}

static enum status confirm(struct case_request *request)
{
	struct casework *const work = request->work;

	if (!text_equal(work->row.response, "accept_proposed"))
		return REFUSED(
		    request, ILLEGAL_MOVE, "decision",
		    "Nobody has proposed to give it up: one person proposes it by close.");
	if (case_same_person(request->requested->by, work->kept->accept_proposed_by,
	                     work->kept->accept_proposed_for))
		return REFUSED(
		    request, NOT_ALLOWED, "by",
		    "Who has proposed to give it up cannot confirm it: another person must.");
	if (role_lacking(request) != NULL)
		return REFUSED(request, NOT_ALLOWED, "by", role_lacking(request));
	if (was_requested(work))
		return REFUSED(request, NOT_ALLOWED, "on.id", WAS_ASKED);
	work->row.response = "accepted";
	begin_lease(work);
	add_requested(work);
	TRY(say_accept(request, OPSMESH__V1__DISPUTE_EVENT__FACT_ACCEPT_REQUESTED));
	TRY(case_answered(work, "The dispute was given up."));
	return case_applied(request);
}

static bool is_answerable_chargeback(const struct casework *work)
{
	return case_life(work) == LIFE_OPEN && !work->kept->unanswerable;
}

/* Refunded at the provider, or left alone because nothing can be said: both end the waiting here. */
static enum status let_be(struct case_request *request, const char *decision)
{
	struct casework *const work = request->work;

	if (text_equal(decision, "refund") && case_stage(work) == LIFE_CHARGED)
		return REFUSED(request, ILLEGAL_MOVE, "decision",
		               "The funds of a chargeback are taken: a refund would pay twice.");
	if (text_equal(work->row.response, "given_up"))
		return REFUSED(request, NO_CHANGE, "decision", "That was decided before.");
	if (is_answerable_chargeback(work) && !action_has_words(request->requested->reason))
		return REFUSED(request, INVALID, "reason",
		               "Who does not answer is not reminded any more: say why.");
	TRY(take_down(request));
	work->row.response = "given_up";
	TRY(decide(request, decision));
	TRY(case_answered(work, "It was decided not to answer."));
	return case_applied(request);
}

/* A warning, and a dispute that takes no answer, can be left alone; what was asked for before that stands. */
static bool can_be_left(const struct casework *work)
{
	return case_life(work) == LIFE_WARNED ||
	       (life_needs_response(case_life(work)) && work->kept->unanswerable &&
	        !text_equal(work->row.response, "requested") &&
	        !text_equal(work->row.response, "accepted"));
}

enum status case_give_up(struct case_request *request, const char *decision)
{
	const bool left = text_among((const char *const[]){ "ignore", "refund", NULL }, decision) &&
	                  can_be_left(request->work);
	const char *const closed = left ? NULL : why_closed(request->work);

	if (closed != NULL)
		return REFUSED(request, ILLEGAL_MOVE, "on.id", closed);
	if (text_equal(decision, "confirm"))
		return confirm(request);
	return text_equal(decision, "accept") ? propose(request) : let_be(request, decision);
}
