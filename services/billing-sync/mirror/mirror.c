#include "services/billing-sync/mirror/mirror.h"

#include "common/base/text.h"

#include <string.h>

struct object_row mirror_row(const char *object_id, const char *object_type)
{
	return (struct object_row){ .object_id = object_id,
		                    .object_type = object_type,
		                    .customer_at = TIME_MIN,
		                    .gone_at = TIME_MIN,
		                    .state_at = TIME_MIN,
		                    .swept_at = TIME_MIN,
		                    .refused_at = TIME_MIN,
		                    .seen_at = TIME_MIN };
}

/* The order. */

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

/* Above 0: what was observed comes after what stands. */
static int compare(const struct observed *seen, const struct object_row *row)
{
	const int steps[] = {
		compare_numbers(!seen->bare, !row->bare),
		compare_numbers(seen->ended, row->ended),
		compare_numbers(seen->state_at.us, row->state_at.us),
		compare_numbers(seen->rank, row->rank),
		compare_numbers(seen->progress, row->progress),
		compare_numbers(seen->verb, row->verb),
		compare_texts(seen->api_version, row->api_version),
		compare_texts(seen->event_id, row->event_id),
		compare_texts(seen->digest, row->digest),
		compare_texts(seen->event_type, row->event_type),
	};

	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		if (steps[i] != 0)
			return steps[i];
	}
	return 0;
}

/* What never changes. */

static bool contradicts(const char *standing, const char *said)
{
	return standing != NULL && said != NULL && !text_equal(standing, said);
}

static bool conflict(const struct object_row *row, const struct observed *seen,
                     struct mirror_answer *answer)
{
	if (contradicts(row->mode, seen->mode)) {
		answer->field = "livemode";
		answer->reason = "mixes test and live mode: it was known in the other one";
	} else if (contradicts(row->account, seen->account)) {
		answer->field = "account";
		answer->reason = "is another account than the one that it was known under";
	} else if (contradicts(row->currency, seen->currency)) {
		answer->field = "currency";
		answer->reason = "changes within the object";
	} else if (contradicts(row->amount, seen->amount)) {
		answer->field = "amount";
		answer->reason = "is another amount or fee than the one that it was known with";
	} else if (*seen->customer_id != '\0' && !seen->type->moves &&
	           contradicts(row->customer_id, seen->customer_id)) {
		answer->field = "customer";
		answer->reason = "is another customer than the one that it belongs to";
	} else if (*seen->charge_id != '\0' && contradicts(row->charge_id, seen->charge_id)) {
		answer->field = "charge";
		answer->reason = "is another charge than the one that it was about";
	} else if (*seen->payout_id != '\0' && contradicts(row->payout_id, seen->payout_id)) {
		answer->field = "payout";
		answer->reason = "is another payout than the one that it was paid by";
	}
	if (answer->field == NULL)
		return false;
	answer->verdict = MIRROR_CONFLICT;
	return true;
}

/* True: the field was not known. */
static bool learn(const char **known, const char *said)
{
	if (*known != NULL || said == NULL)
		return false;
	*known = said;
	return true;
}

/* Belonging. */

/* The latest that names a customer decides, not the latest: a detached card names none. */
static bool belong(struct object_row *row, const struct observed *seen)
{
	const bool same = text_equal(row->customer_id, seen->customer_id);
	const bool first = row->customer_id == NULL;

	if (*seen->customer_id == '\0' || (!first && time_before(seen->state_at, row->customer_at)))
		return false;
	if (!first && !same && seen->state_at.us == row->customer_at.us &&
	    strcmp(seen->customer_id, row->customer_id) < 0)
		return false;
	row->customer_id = seen->customer_id;
	row->customer_at = seen->state_at;
	return !same;
}

/* Whoever had it, or heard an older state of it; NULL: nobody else. */
static const char *left_behind(const char *before, const struct object_row *row,
                               const struct observed *seen)
{
	if (before != NULL && !text_equal(before, row->customer_id))
		return before;
	return *seen->customer_id != '\0' && !text_equal(seen->customer_id, row->customer_id)
	           ? seen->customer_id
	           : NULL;
}

/* No object moves from one charge or payout to another: that was refused as a contradiction. */
static bool meet(const char **known, const char *said)
{
	return *said != '\0' && learn(known, said);
}

/* The state. */

static void take_state(struct object_row *row, const struct observed *seen, struct instant seen_at,
                       int64_t provenance)
{
	row->status = seen->status;
	row->rank = seen->rank;
	row->progress = seen->progress;
	row->verb = seen->verb;
	row->bare = seen->bare;
	row->ended = seen->ended;
	row->api_version = seen->api_version;
	row->state_at = seen->state_at;
	row->seen_at = seen_at;
	row->event_id = seen->event_id;
	row->event_type = seen->event_type;
	row->provenance = provenance;
	row->digest = seen->digest;
	row->body = seen->body;
}

static bool is_gone(const struct object_row *row, const struct object_type *type)
{
	return row->gone_at.us != TIME_MIN.us &&
	       (!type->reused || row->bare || !time_before(row->gone_at, row->state_at));
}

static enum mirror_stale why_stale(const struct object_row *row, const struct observed *seen)
{
	if (row->ended && !seen->ended)
		return MIRROR_ENDED;
	return time_before(seen->state_at, row->state_at) ? MIRROR_OLDER : MIRROR_EARLIER_STAGE;
}

static enum mirror_verdict verdict_of(const struct object_row *row, const struct observed *seen,
                                      bool same, int order)
{
	if (same || order >= 0 || (seen->bare && row->deleted))
		return MIRROR_SAME;
	return MIRROR_STALE;
}

static bool bury(struct object_row *row, const struct observed *seen)
{
	if (!seen->deleted || !time_before(row->gone_at, seen->state_at))
		return false;
	row->gone_at = seen->state_at;
	return true;
}

struct mirror_answer mirror_fold(struct object_row *row, const struct observed *seen,
                                 struct instant seen_at, int64_t provenance)
{
	struct mirror_answer answer = { .verdict = MIRROR_TAKEN };
	const bool first = row->revision == 0;

	if (conflict(row, seen, &answer))
		return answer;
	const struct instant customer_at = row->customer_at;
	const char *const customer = row->customer_id;
	const int order = first ? 1 : compare(seen, row);
	const bool same = text_equal(row->digest, seen->digest);
	const bool was_gone = row->deleted;
	answer.save = learn(&row->mode, seen->mode);
	answer.save |= learn(&row->account, seen->account);
	answer.save |= learn(&row->currency, seen->currency);
	answer.save |= learn(&row->amount, seen->amount);
	answer.customer = belong(row, seen);
	answer.left = left_behind(customer, row, seen);
	answer.charge = meet(&row->charge_id, seen->charge_id);
	answer.payout = meet(&row->payout_id, seen->payout_id);
	answer.save |= bury(row, seen);
	answer.stale = why_stale(row, seen);
	if (order > 0)
		take_state(row, seen, seen_at, provenance);
	row->deleted = is_gone(row, seen->type);
	if (first || (order > 0 && !same) || row->deleted != was_gone)
		row->revision++;
	else
		answer.verdict = verdict_of(row, seen, same, order);
	answer.save |= answer.verdict == MIRROR_TAKEN || order > 0 || answer.customer ||
	               answer.charge || answer.payout || customer_at.us != row->customer_at.us;
	return answer;
}
