#include "services/kpi-aggregator/money/dispute.h"

#include "common/base/text.h"
#include "services/kpi-aggregator/money/known.h"

#include <string.h>

#define FORMAT 1 /* of the bytes below: the format, then the members in their order */
#define STAGE_MAX OPSMESH__V1__CASE_STAGE__CASE_STAGE_CHARGEBACK
#define STATE_MAX OPSMESH__V1__CASE_STATE__CASE_STATE_PLACED

struct dispute {
	Opsmesh__V1__CaseStage stage;
	Opsmesh__V1__CaseState state;
	const char *reason;
	const char *network;
	const char *account;
	const char *resolved; /* of a warning: what became of it */
	struct known_amount amount;
	struct instant began_at;
	struct instant decided_at;
	bool answered;
	bool missed; /* our deadline */
};

static struct bytes pack(struct arena *arena, const struct dispute *it)
{
	struct buffer out = { 0 };

	pack_u8(&out, FORMAT);
	pack_u8(&out, (uint32_t)it->stage);
	pack_u8(&out, (uint32_t)it->state);
	pack_text(&out, it->reason);
	pack_text(&out, it->network);
	pack_text(&out, it->account);
	pack_text(&out, it->resolved);
	known_pack_amount(&out, it->amount);
	pack_time(&out, it->began_at);
	pack_time(&out, it->decided_at);
	pack_bool(&out, it->answered);
	pack_bool(&out, it->missed);
	return pack_end(arena, &out);
}

static bool unpack(struct arena *arena, struct bytes known, struct dispute *it)
{
	struct packed in = packed_open(known);

	*it = (struct dispute){ .reason = "",
		                .network = "",
		                .account = "",
		                .resolved = "",
		                .amount = { 0, "" },
		                .began_at = TIME_MIN,
		                .decided_at = TIME_MIN };
	if (known.data == NULL)
		return true;
	if (packed_u8(&in, FORMAT) != FORMAT)
		return false;
	it->stage = (Opsmesh__V1__CaseStage)packed_u8(&in, STAGE_MAX);
	it->state = (Opsmesh__V1__CaseState)packed_u8(&in, STATE_MAX);
	it->reason = packed_string(arena, &in);
	it->network = packed_string(arena, &in);
	it->account = packed_string(arena, &in);
	it->resolved = packed_string(arena, &in);
	it->amount = known_unpack_amount(arena, &in);
	it->began_at = packed_time(&in);
	it->decided_at = packed_time(&in);
	it->answered = packed_bool(&in);
	it->missed = packed_bool(&in);
	return packed_done(&in);
}

/* Where a case stands. */

static bool is_open(Opsmesh__V1__CaseState state)
{
	return state == OPSMESH__V1__CASE_STATE__CASE_STATE_UNSPECIFIED ||
	       state == OPSMESH__V1__CASE_STATE__CASE_STATE_NEEDS_RESPONSE ||
	       state == OPSMESH__V1__CASE_STATE__CASE_STATE_UNDER_REVIEW;
}

static bool is_won(Opsmesh__V1__CaseState state)
{
	return state == OPSMESH__V1__CASE_STATE__CASE_STATE_WON ||
	       state == OPSMESH__V1__CASE_STATE__CASE_STATE_LATE_WON;
}

/* A chargeback that nobody answered is lost. What was settled or came to nothing was never decided. */
static bool is_decided(const struct dispute *it)
{
	if (it->stage == OPSMESH__V1__CASE_STAGE__CASE_STAGE_INQUIRY ||
	    it->stage == OPSMESH__V1__CASE_STAGE__CASE_STAGE_WARNING)
		return false;
	return is_won(it->state) || it->state == OPSMESH__V1__CASE_STATE__CASE_STATE_LOST ||
	       it->state == OPSMESH__V1__CASE_STATE__CASE_STATE_PARTIALLY_RECOVERED ||
	       it->state == OPSMESH__V1__CASE_STATE__CASE_STATE_CLOSED_UNANSWERED;
}

/* What is heard. A number that a later contract has is the one that is not known. */

static void stand(struct dispute *it, Opsmesh__V1__CaseStage stage, Opsmesh__V1__CaseState state,
                  struct instant at)
{
	it->stage = (int)stage >= 0 && stage <= STAGE_MAX ? stage : 0;
	it->state = (int)state >= 0 && state <= STATE_MAX ? state : 0;
	if (is_open(it->state))
		it->decided_at = TIME_MIN;
	else if (is_decided(it) && it->decided_at.us == TIME_MIN.us)
		it->decided_at = at;
}

static void open_case(struct arena *arena, struct dispute *it,
                      const Opsmesh__V1__DisputeEvent *event)
{
	const Opsmesh__V1__CaseOpened *const opened = event->opened;
	const struct instant heard = known_instant(event->occurred_at);
	const struct instant began = known_instant(opened->created_at);

	it->reason = known_text(arena, opened->reason);
	it->network = known_text(arena, opened->network);
	it->amount = known_amount(arena, opened->amount);
	it->began_at = began.us != TIME_MIN.us ? began : heard;
	stand(it, opened->stage, opened->state, heard);
}

/* A warning is as large as its payment. */
static void triage(struct arena *arena, struct dispute *it,
                   const Opsmesh__V1__WarningTriaged *triaged)
{
	if (it->amount.currency[0] == '\0')
		it->amount = known_amount(arena, triaged->amount);
}

const char *subject_dispute_id(const Opsmesh__V1__DisputeEvent *event)
{
	return text_starts(event->case_id, subject_dispute.prefix)
	           ? event->case_id + strlen(subject_dispute.prefix)
	           : event->case_id;
}

bool subject_dispute_apply(struct arena *arena, struct bytes known, const void *fact,
                           struct bytes *changed)
{
	const Opsmesh__V1__DisputeEvent *const event = fact;
	struct dispute it;

	if (!unpack(arena, known, &it))
		return false;
	it.account = known_either(it.account, known_text(arena, event->account_id));
	switch ((int)event->fact_case) {
	case OPSMESH__V1__DISPUTE_EVENT__FACT_OPENED: open_case(arena, &it, event); break;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_MOVED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_ESCALATED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_WON:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_LOST:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_LATE_WON:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PARTIALLY_RECOVERED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_WITHDRAWN:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PREVENTED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_CLOSED_UNANSWERED:
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PLACED:
		stand(&it, event->moved->stage, event->moved->state,
		      known_instant(event->occurred_at));
		break;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_MISSED: it.missed = true; break;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_SUBMISSION_OBSERVED: it.answered = true; break;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_WARNING_TRIAGED:
		triage(arena, &it, event->warning_triaged);
		break;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_WARNING_RESOLVED:
		it.resolved = known_text(arena, event->warning_resolved->how);
		break;
	default: break;
	}
	*changed = pack(arena, &it);
	return true;
}

/* What is observed. */

static const char *const state_words[] = {
	[OPSMESH__V1__CASE_STATE__CASE_STATE_UNSPECIFIED] = "open",
	[OPSMESH__V1__CASE_STATE__CASE_STATE_NEEDS_RESPONSE] = "needs_response",
	[OPSMESH__V1__CASE_STATE__CASE_STATE_UNDER_REVIEW] = "under_review",
	[OPSMESH__V1__CASE_STATE__CASE_STATE_WON] = "won",
	[OPSMESH__V1__CASE_STATE__CASE_STATE_LOST] = "lost",
	[OPSMESH__V1__CASE_STATE__CASE_STATE_LATE_WON] = "late_won",
	[OPSMESH__V1__CASE_STATE__CASE_STATE_PARTIALLY_RECOVERED] = "partially_recovered",
	[OPSMESH__V1__CASE_STATE__CASE_STATE_WITHDRAWN] = "withdrawn",
	[OPSMESH__V1__CASE_STATE__CASE_STATE_PREVENTED] = "prevented",
	[OPSMESH__V1__CASE_STATE__CASE_STATE_CLOSED_UNANSWERED] = "closed_unanswered",
	[OPSMESH__V1__CASE_STATE__CASE_STATE_PLACED] = "placed",
};

static struct observation observation_made(enum observation_kind kind,
                                           const struct dispute *dispute)
{
	struct observation it = observation_of(kind, "1");

	it.currency = dispute->amount.currency;
	it.numbers[NUMBER_MINOR] = dispute->amount.minor;
	it.times[TIME_AT] = dispute->began_at;
	it.words[WORD_NETWORK] = dispute->network;
	it.words[WORD_ACCOUNT] = dispute->account;
	return it;
}

static void observe_warning(const struct dispute *dispute, struct observations *all)
{
	struct observation it = observation_made(OBSERVATION_WARNING, dispute);

	it.words[WORD_STATUS] =
	    known_either(dispute->resolved, is_open(dispute->state) ? "open" : "over");
	observations_add(all, &it);
}

/* What was settled before it became a dispute never was one. */
static const char *stage_word(const struct dispute *dispute)
{
	if (dispute->state == OPSMESH__V1__CASE_STATE__CASE_STATE_PREVENTED)
		return "prevented";
	return dispute->stage == OPSMESH__V1__CASE_STAGE__CASE_STAGE_INQUIRY ? "inquiry"
	                                                                     : "chargeback";
}

static void observe_dispute(const struct dispute *dispute, struct observations *all)
{
	struct observation it = observation_made(OBSERVATION_DISPUTE, dispute);

	it.times[TIME_DECIDED_AT] = dispute->decided_at;
	it.words[WORD_REASON] = dispute->reason;
	it.words[WORD_STATUS] = state_words[dispute->state];
	it.words[WORD_STAGE] = stage_word(dispute);
	observation_mark(&it, MARK_OPEN, is_open(dispute->state));
	observation_mark(&it, MARK_DECIDED, is_decided(dispute));
	observation_mark(&it, MARK_WON, is_decided(dispute) && is_won(dispute->state));
	observation_mark(&it, MARK_ANSWERED, dispute->answered);
	observation_mark(&it, MARK_BREACHED, dispute->missed);
	observations_add(all, &it);
}

static bool observe(const char *subject, struct bytes known, const struct subject_horizon *horizon,
                    struct observations *all)
{
	struct dispute dispute;

	(void)subject;
	(void)horizon;
	if (!unpack(all->arena, known, &dispute))
		return false;
	if (dispute.began_at.us == TIME_MIN.us ||
	    dispute.state == OPSMESH__V1__CASE_STATE__CASE_STATE_PLACED)
		return true;
	if (dispute.stage == OPSMESH__V1__CASE_STAGE__CASE_STAGE_WARNING)
		observe_warning(&dispute, all);
	else
		observe_dispute(&dispute, all);
	return true;
}

const struct subject_kind subject_dispute = { .prefix = "case/", .observe = observe };
