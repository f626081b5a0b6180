#include "services/billing-sync/refund.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "services/billing-sync/packed.h"

#include <string.h>

const char *const refund_refusal_names[] = { "charge_unknown", "action_reused",
	                                     "wrong_currency", "wrong_amount",
	                                     "too_many",       "disputed",
	                                     "inquired",       "too_much",
	                                     "repeated",       "no_rule",
	                                     "too_late",       "over_limit",
	                                     "wrong_role",     NULL };

/* Ids. */

static uint64_t short_digest(struct bytes bytes)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(bytes, digest);
	return bytes_u64(digest);
}

static uint64_t id_of(const char *text)
{
	return text[0] == '\0' ? 0 : short_digest(bytes_of(text));
}

static uint64_t content_of(struct arena *arena, const struct refund_ask *ask)
{
	return short_digest(bytes_of(arena_printf(arena, "%lld %s %s", (long long)ask->money.minor,
	                                          ask->money.currency, ask->intent)));
}

/* What is known. */

static int64_t at_least_none(int64_t amount)
{
	return amount > 0 ? amount : 0;
}

void refund_on_charge(struct refund_row *row, struct money captured, int64_t given,
                      struct instant at)
{
	row->known = true;
	row->charged = at_least_none(captured.minor);
	row->said = at_least_none(given);
	memcpy(row->currency, captured.currency, sizeof(row->currency));
	row->charged_at = at;
}

/* Its place among them, by id, so that the order in which they are heard leaves no trace. */
static struct refund_made *made_at(struct refund_row *row, uint64_t refund)
{
	size_t place = 0;

	while (place < row->made_count && row->made[place].refund < refund)
		place++;
	if (place < row->made_count && row->made[place].refund == refund)
		return &row->made[place];
	if (row->made_count == REFUND_REFUNDS_MAX) {
		row->crowded = true;
		return NULL;
	}
	memmove(row->made + place + 1, row->made + place,
	        (row->made_count - place) * sizeof(row->made[0]));
	row->made_count++;
	row->made[place] = (struct refund_made){ .refund = refund };
	return &row->made[place];
}

void refund_on_made(struct refund_row *row, const struct refund_news *news)
{
	struct refund_made *const made = made_at(row, id_of(news->refund_id));

	if (made == NULL)
		return;
	made->amount = news->amount > made->amount ? news->amount : made->amount;
	made->state = news->state > made->state ? news->state : made->state;
	made->at = time_before(made->at, news->at) ? news->at : made->at;
	if (news->action_id[0] != '\0')
		made->action = id_of(news->action_id);
}

void refund_on_dispute(struct refund_row *row, const char *dispute_id,
                       enum refund_dispute_state state, int64_t taken)
{
	const uint64_t dispute = id_of(dispute_id);
	size_t place = 0;

	while (place < row->dispute_count && row->disputes[place].dispute != dispute)
		place++;
	if (place == REFUND_DISPUTES_MAX) {
		row->crowded = true;
		return;
	}
	row->dispute_count += place == row->dispute_count;
	row->disputes[place] = (struct refund_dispute){ dispute, state, at_least_none(taken) };
}

/* REFUND_NONE: there is none. */
static size_t approval_find(const struct refund_row *row, const char *action)
{
	for (size_t i = 0; i < row->approval_count; i++)
		if (text_equal(row->approvals[i].action, action))
			return i;
	return REFUND_NONE;
}

bool refund_on_failure(struct refund_row *row, const char *action_id)
{
	const size_t place = approval_find(row, action_id);

	if (place == REFUND_NONE)
		return false;
	row->approvals[place].failed = true;
	return true;
}

/* Sums. */

/* Both at least 0; never beyond the largest. */
static int64_t plus(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static size_t named_by(const struct refund_row *row, const struct refund_approval *approval)
{
	const uint64_t action = id_of(approval->action);
	size_t i = 0;

	while (i < row->made_count && row->made[i].action != action)
		i++;
	return i < row->made_count ? i : REFUND_NONE;
}

static bool is_taken(const struct refund_settled *settled, size_t count, size_t made)
{
	for (size_t i = 0; i < count; i++)
		if (settled->by[i] == made)
			return true;
	return false;
}

/* Made by hand after it, of its very amount, for no other one: the first of them. */
static size_t fits(const struct refund_row *row, const struct refund_settled *settled, size_t which)
{
	const struct refund_approval *const approval = &row->approvals[which];
	size_t best = REFUND_NONE;

	for (size_t i = 0; i < row->made_count; i++) {
		const struct refund_made *const made = &row->made[i];

		if (made->action == 0 && made->amount == approval->amount &&
		    time_before(approval->at, made->at) &&
		    !is_taken(settled, row->approval_count, i) &&
		    (best == REFUND_NONE || time_before(made->at, row->made[best].at)))
			best = i;
	}
	return best;
}

struct refund_settled refund_settle(const struct refund_row *row)
{
	struct refund_settled settled;

	for (size_t i = 0; i < REFUND_APPROVALS_MAX; i++)
		settled.by[i] =
		    i < row->approval_count ? named_by(row, &row->approvals[i]) : REFUND_NONE;
	for (size_t i = 0; i < row->approval_count; i++)
		if (settled.by[i] == REFUND_NONE && !row->approvals[i].failed)
			settled.by[i] = fits(row, &settled, i);
	return settled;
}

enum refund_standing refund_standing(const struct refund_row *row, const char *action_id)
{
	const size_t place = approval_find(row, action_id);

	if (place == REFUND_NONE)
		return REFUND_STANDING_NONE;
	if (refund_settle(row).by[place] != REFUND_NONE)
		return REFUND_STANDING_SETTLED;
	return row->approvals[place].failed ? REFUND_STANDING_FAILED : REFUND_STANDING_OPEN;
}

/* Given back or on its way; the charge may know of refunds that nobody has told us yet. */
static int64_t made(const struct refund_row *row)
{
	int64_t sum = 0;

	for (size_t i = 0; i < row->made_count; i++)
		if (row->made[i].state != REFUND_FAILED)
			sum = plus(sum, row->made[i].amount);
	return sum > row->said ? sum : row->said;
}

int64_t refund_heard(const struct refund_row *row)
{
	int64_t sum = 0;

	for (size_t i = 0; i < row->made_count; i++)
		sum = plus(sum, row->made[i].amount);
	return row->crowded ? INT64_MAX : sum;
}

/* And what is approved. */
static int64_t given(const struct refund_row *row)
{
	const struct refund_settled settled = refund_settle(row);
	int64_t sum = made(row);

	for (size_t i = 0; i < row->approval_count; i++)
		if (!row->approvals[i].failed && settled.by[i] == REFUND_NONE)
			sum = plus(sum, row->approvals[i].amount);
	return sum;
}

static int64_t taken(const struct refund_row *row)
{
	int64_t sum = 0;

	for (size_t i = 0; i < row->dispute_count; i++)
		sum = plus(sum, row->disputes[i].taken);
	return sum;
}

int64_t refund_left(const struct refund_row *row)
{
	const int64_t gone = plus(given(row), taken(row));

	return gone < row->charged ? row->charged - gone : 0;
}

/* Deciding. */

static struct refund_answer refuse(enum refund_refusal code, const char *field, const char *reason)
{
	return (struct refund_answer){
		.rule = "", .role = "", .code = code, .field = field, .reason = reason
	};
}

static bool has_dispute(const struct refund_row *row, enum refund_dispute_state state)
{
	for (size_t i = 0; i < row->dispute_count; i++)
		if (row->disputes[i].state == state)
			return true;
	return false;
}

/* The same was approved before: it is not executed yet, or nobody says that it is meant once more. */
static bool is_repeated(const struct refund_row *row, const struct refund_ask *ask,
                        uint64_t content)
{
	const struct refund_settled settled = refund_settle(row);

	for (size_t i = 0; i < row->approval_count; i++)
		if (row->approvals[i].content == content && !row->approvals[i].failed &&
		    (settled.by[i] == REFUND_NONE || !ask->keyed))
			return true;
	return false;
}

/* What the charge itself says against it. */
static bool charge_refuses(struct arena *arena, const struct refund_row *row,
                           const struct refund_ask *ask, struct refund_answer *answer)
{
	const long long left = refund_left(row);

	if (!row->known)
		*answer = refuse(REFUND_CHARGE_UNKNOWN, "on.id", "no such charge is known");
	else if (!text_equal(ask->money.currency, row->currency))
		*answer = refuse(REFUND_WRONG_CURRENCY, "currency",
		                 arena_printf(arena, "the charge is in %s", row->currency));
	else if (ask->money.minor <= 0)
		*answer = refuse(REFUND_WRONG_AMOUNT, "amount", "must be above 0");
	else if (row->crowded || row->approval_count == REFUND_APPROVALS_MAX)
		*answer = refuse(REFUND_TOO_MANY, "on.id",
		                 "the charge has more refunds or disputes than can be kept");
	else if (has_dispute(row, REFUND_DISPUTE_OPEN))
		*answer = refuse(REFUND_DISPUTED, "on.id", "a dispute of the charge is open");
	else if (ask->money.minor > left)
		*answer = refuse(REFUND_TOO_MUCH, "amount",
		                 arena_printf(arena, "%lld of %lld %s is left", left,
		                              (long long)row->charged, row->currency));
	else if (is_repeated(row, ask, content_of(arena, ask)))
		*answer = refuse(REFUND_REPEATED, "on.id",
		                 ask->keyed ? "the same is approved and not made yet"
		                            : "the same was approved before; an Idempotency-Key "
		                              "says that another is meant");
	else
		return false;
	return true;
}

bool refund_disputed(const struct refund_row *row)
{
	return has_dispute(row, REFUND_DISPUTE_OPEN) || has_dispute(row, REFUND_DISPUTE_INQUIRY);
}

bool refund_pending(const struct refund_row *row)
{
	const struct refund_settled settled = refund_settle(row);

	for (size_t i = 0; i < row->made_count; i++)
		if (row->made[i].state == REFUND_PENDING)
			return true;
	for (size_t i = 0; i < row->approval_count; i++)
		if (!row->approvals[i].failed && settled.by[i] == REFUND_NONE)
			return true;
	return false;
}

static bool inquiry_refuses(const struct refund_policy *policy, const struct refund_row *row,
                            const struct refund_ask *ask, struct refund_answer *answer)
{
	if (!has_dispute(row, REFUND_DISPUTE_INQUIRY) || policy->inquiry == REFUND_INQUIRY_ANY ||
	    (policy->inquiry == REFUND_INQUIRY_FULL && ask->money.minor == refund_left(row)))
		return false;
	*answer = refuse(REFUND_INQUIRED, "amount",
	                 policy->inquiry == REFUND_INQUIRY_FULL
	                     ? "while the bank inquires only all that is left may go back"
	                     : "while the bank inquires nothing may go back");
	return true;
}

static bool window_refuses(struct arena *arena, const struct refund_rule *rule,
                           const struct refund_row *row, const struct refund_ask *ask,
                           struct refund_answer *answer)
{
	if (!time_before(time_add(row->charged_at, DAYS(rule->window_days)), ask->at))
		return false;
	*answer = refuse(REFUND_TOO_LATE, "on.id",
	                 arena_printf(arena, "%s allows %d days after the charge", rule->name,
	                              (int)rule->window_days));
	return true;
}

static const char *minor_units(struct arena *arena, struct money money)
{
	return arena_printf(arena, "%lld %s minor units", (long long)money.minor, money.currency);
}

static struct refund_answer judge(struct arena *arena, const struct refund_policy *policy,
                                  const struct refund_row *row, const struct refund_ask *ask)
{
	const struct refund_rule *const rule = refund_rule_of(policy, ask->intent);
	struct money total = ask->money;
	struct refund_answer answer;
	const char *role;

	if (charge_refuses(arena, row, ask, &answer) || inquiry_refuses(policy, row, ask, &answer))
		return answer;
	if (rule == NULL)
		return refuse(REFUND_NO_RULE, "intent", "no rule gives refunds for it");
	if (window_refuses(arena, rule, row, ask, &answer))
		return answer;
	total.minor = plus(total.minor, given(row));
	role = refund_role_for(policy, rule, total);
	if (role == NULL)
		return refuse(REFUND_OVER_LIMIT, "amount",
		              arena_printf(arena, "%s lets nobody give back %s in all", rule->name,
		                           minor_units(arena, total)));
	if (!refund_role_may(policy, ask->roles, role))
		return refuse(REFUND_WRONG_ROLE, "by",
		              arena_printf(arena, "%s in all needs the role %s",
		                           minor_units(arena, total), role));
	return (struct refund_answer){
		.approved = true,
		.amount = ask->money.minor,
		.rule = rule->name,
		.role = role,
		.field = "",
		.reason = arena_printf(arena, "%s in all, %lld left before it",
		                       minor_units(arena, total), (long long)refund_left(row))
	};
}

static struct refund_answer answer_again(const struct refund_approval *approval, uint64_t content)
{
	if (approval->content != content)
		return refuse(REFUND_ACTION_REUSED, "action_id",
		              "the action has been approved with another content");
	return (struct refund_answer){ .approved = true,
		                       .again = true,
		                       .amount = approval->amount,
		                       .rule = "",
		                       .role = "",
		                       .field = "",
		                       .reason = "it had been approved already" };
}

struct refund_answer refund_decide(struct arena *arena, const struct refund_policy *policy,
                                   struct refund_row *row, const struct refund_ask *ask)
{
	const uint64_t content = content_of(arena, ask);
	const size_t before = approval_find(row, ask->action_id);
	struct refund_approval approval = { .content = content,
		                            .amount = ask->money.minor,
		                            .at = ask->at };

	CHECK(ask->action_id[0] != '\0' &&
	      pack_copy(approval.action, sizeof(approval.action), ask->action_id));
	if (before != REFUND_NONE)
		return answer_again(&row->approvals[before], content);
	const struct refund_answer answer = judge(arena, policy, row, ask);
	if (answer.approved)
		row->approvals[row->approval_count++] = approval;
	return answer;
}
