/*
 * Is what is asked for approved, does it wait for a second person, or is it refused, and why?
 */
#include "services/billing-sync/refund/refund_inside.h"

#include "common/base/check.h"
#include "common/base/money.h"
#include "common/base/packed.h"
#include "common/base/text.h"

#include <string.h>

const char *const refund_refusal_names[] = { "unknown",       "action_reused", "wrong_currency",
	                                     "wrong_amount",  "too_many",      "disputed",
	                                     "inquired",      "too_much",      "repeated",
	                                     "no_rule",       "too_late",      "over_limit",
	                                     "wrong_role",    "not_asked",     "not_waiting",
	                                     "other_content", "nameless",      "same_person",
	                                     "lapsed",        "withdrawn",     NULL };

static uint64_t content_of(struct arena *arena, const struct refund_ask *ask)
{
	return refund_id(arena_printf(arena, "%lld %s %s", (long long)ask->money.minor,
	                              ask->money.currency, ask->intent));
}

static struct refund_answer refuse(enum refund_refusal code, const char *field, const char *reason)
{
	return (struct refund_answer){
		.rule = "", .role = "", .code = code, .field = field, .reason = reason
	};
}

int64_t refund_left_beside(const struct refund_row *row, const struct refund_elsewhere *elsewhere)
{
	const int64_t left = refund_left(row);
	const int64_t gone = refund_plus(elsewhere->given, elsewhere->taken);

	return gone < left ? left - gone : 0;
}

/* The same was asked for before: it is not made yet, or nobody says that it is meant once more. */
static const struct refund_approval *repeated(const struct refund_row *row,
                                              const struct refund_ask *ask, uint64_t content)
{
	const struct refund_settled settled = refund_settle(row);

	for (size_t i = 0; i < row->approval_count; i++)
		if (row->approvals[i].content == content && !row->approvals[i].failed &&
		    (settled.by[i] == REFUND_NONE || !ask->keyed))
			return &row->approvals[i];
	return NULL;
}

static bool repetition_refuses(struct arena *arena, const struct refund_row *row,
                               const struct refund_ask *ask, struct refund_answer *answer)
{
	const struct refund_approval *const before = repeated(row, ask, content_of(arena, ask));

	if (before == NULL)
		return false;
	if (before->waits)
		*answer = refuse(REFUND_REPEATED, "on.id",
		                 arena_printf(arena,
		                              "the same waits, under %s, for another to approve it",
		                              before->action));
	else
		*answer = refuse(REFUND_REPEATED, "on.id",
		                 ask->keyed ? "the same is approved and not made yet"
		                            : "the same was approved before; an Idempotency-Key "
		                              "says that another is meant");
	return true;
}

static const char *in_its_money(struct arena *arena, const struct refund_row *row, int64_t minor)
{
	struct money money = { .minor = minor };

	memcpy(money.currency, row->currency, sizeof(money.currency));
	return money_format(arena, money);
}

/* What is known of the money itself says against it. */
static bool money_refuses(struct arena *arena, const struct refund_row *row,
                          const struct refund_ask *ask, struct refund_answer *answer)
{
	const int64_t left = refund_left_beside(row, &ask->elsewhere);

	if (!row->known)
		*answer = refuse(REFUND_UNKNOWN, "on.id", "nothing is known to have been charged");
	else if (!text_equal(ask->money.currency, row->currency))
		*answer = refuse(REFUND_WRONG_CURRENCY, "currency",
		                 arena_printf(arena, "what was charged is in %s", row->currency));
	else if (ask->money.minor <= 0)
		*answer = refuse(REFUND_WRONG_AMOUNT, "amount", "must be above 0");
	else if (row->crowded || ask->elsewhere.crowded ||
	         row->approval_count == REFUND_APPROVALS_MAX)
		*answer = refuse(REFUND_TOO_MANY, "on.id",
		                 "there is more to be remembered of it than can be kept");
	else if (refund_has_dispute(row, REFUND_DISPUTE_OPEN) || ask->elsewhere.disputed)
		*answer = refuse(REFUND_DISPUTED, "on.id", "a dispute of the charge is open");
	else if (row->said_disputed && row->dispute_count == 0)
		*answer =
		    refuse(REFUND_DISPUTED, "on.id",
		           "the charge says that it is disputed, and the dispute has not come");
	else if (ask->elsewhere.bundled)
		*answer = refuse(REFUND_DISPUTED, "on.id",
		                 "a dispute is open over more than the charge that it names, and "
		                 "may be over this one as well");
	else if (ask->money.minor > left)
		*answer =
		    refuse(REFUND_TOO_MUCH, "amount",
		           arena_printf(arena, "%s of %s is left", in_its_money(arena, row, left),
		                        in_its_money(arena, row, row->charged)));
	else
		return repetition_refuses(arena, row, ask, answer);
	return true;
}

/* Taken back, and perhaps on its way all the same; *until: when all of it is free. */
static int64_t on_its_way(const struct refund_policy *policy, const struct refund_row *row,
                          struct instant at, struct instant *until)
{
	const struct refund_settled settled = refund_settle(row);
	int64_t sum = 0;

	*until = at;
	for (size_t i = 0; i < row->approval_count; i++) {
		const struct refund_approval *const approval = &row->approvals[i];
		const struct instant free = time_add(approval->withdrawn_at, policy->withdrawn);

		if (!approval->withdrawn || settled.by[i] != REFUND_NONE || !time_before(at, free))
			continue;
		sum = refund_plus(sum, approval->amount);
		*until = time_later(*until, free);
	}
	return sum;
}

static bool withdrawal_refuses(struct arena *arena, const struct refund_policy *policy,
                               const struct refund_row *row, const struct refund_ask *ask,
                               struct refund_answer *answer)
{
	const int64_t left = refund_left_beside(row, &ask->elsewhere);
	struct instant until;
	const int64_t held = on_its_way(policy, row, ask->at, &until);
	char text[TIME_TEXT_SIZE];

	if (held == 0 || ask->money.minor <= left - held)
		return false;
	*answer = refuse(REFUND_WITHDRAWN, "amount",
	                 arena_printf(arena,
	                              "until %s %lld %s minor units may be on their way, of what "
	                              "was approved and taken back",
	                              time_format(until, text), (long long)held, row->currency));
	return true;
}

static bool inquiry_refuses(const struct refund_policy *policy, const struct refund_row *row,
                            const struct refund_ask *ask, struct refund_answer *answer)
{
	const bool full = ask->money.minor == refund_left_beside(row, &ask->elsewhere);

	if (!refund_has_dispute(row, REFUND_DISPUTE_INQUIRY) ||
	    policy->inquiry == REFUND_INQUIRY_ANY ||
	    (policy->inquiry == REFUND_INQUIRY_FULL && full))
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

static struct refund_answer judge(struct arena *arena, const struct refund_policy *policy,
                                  const struct refund_row *row, const struct refund_ask *ask)
{
	const struct refund_rule *const rule = refund_rule_of(policy, ask->intent);
	const int64_t left = refund_left_beside(row, &ask->elsewhere);
	struct money total = ask->money;
	struct refund_answer answer;
	const char *role;

	if (money_refuses(arena, row, ask, &answer) ||
	    withdrawal_refuses(arena, policy, row, ask, &answer) ||
	    inquiry_refuses(policy, row, ask, &answer))
		return answer;
	if (rule == NULL)
		return refuse(REFUND_NO_RULE, "intent", "no rule gives refunds for it");
	if (window_refuses(arena, rule, row, ask, &answer))
		return answer;
	total.minor = refund_plus(total.minor, refund_given(row));
	total.minor = refund_plus(total.minor, ask->elsewhere.given);
	role = refund_role_for(policy, rule, total);
	if (role == NULL)
		return refuse(REFUND_OVER_LIMIT, "amount",
		              arena_printf(arena, "%s lets nobody give back %s in all", rule->name,
		                           money_format(arena, total)));
	if (!refund_role_may(policy, ask->roles, role))
		return refuse(REFUND_WRONG_ROLE, "by",
		              arena_printf(arena, "%s in all needs the role %s",
		                           money_format(arena, total), role));
	return (struct refund_answer){ .approved = !refund_wants_second(rule, total),
		                       .waits = refund_wants_second(rule, total),
		                       .amount = ask->money.minor,
		                       .left = left - ask->money.minor,
		                       .rule = rule->name,
		                       .role = role,
		                       .field = "",
		                       .reason = arena_printf(arena, "%s in all, %s left before it",
		                                              money_format(arena, total),
		                                              in_its_money(arena, row, left)) };
}

static const char *why_lapsed(enum refund_lapse lapse)
{
	static const char *const reasons[] = {
		[REFUND_LAPSE_NONE] = "",
		[REFUND_LAPSE_DISPUTED] = "a dispute came up, and it was taken back",
		[REFUND_LAPSE_INQUIRED] = "a bank inquired, and it was taken back",
		[REFUND_LAPSE_GONE] = "the money went another way, and it was taken back",
	};

	return reasons[lapse];
}

static struct refund_answer answer_again(const struct refund_approval *approval, uint64_t content)
{
	if (approval->content != content)
		return refuse(REFUND_ACTION_REUSED, "action_id",
		              "the action has been approved with another content");
	if (approval->lapse != REFUND_LAPSE_NONE)
		return refuse(REFUND_LAPSED, "action_id", why_lapsed(approval->lapse));
	return (struct refund_answer){ .approved = !approval->waits,
		                       .waits = approval->waits,
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
	const size_t before = refund_find(row, ask->action_id);
	struct refund_approval approval = { .content = content,
		                            .amount = ask->money.minor,
		                            .at = ask->at };

	CHECK(ask->action_id[0] != '\0' &&
	      pack_copy(approval.action, sizeof(approval.action), ask->action_id));
	if (before != REFUND_NONE)
		return answer_again(&row->approvals[before], content);
	const struct refund_answer answer = judge(arena, policy, row, ask);
	if (answer.waits && (ask->by[0] == '\0' || ask->key[0] == '\0'))
		return refuse(REFUND_NAMELESS, "by", "two people have to approve it");
	if (answer.waits) {
		approval.waits = true;
		approval.by = refund_id(ask->by);
		approval.key = refund_id(ask->key);
	}
	if (answer.approved || answer.waits)
		row->approvals[row->approval_count++] = approval;
	return answer;
}

/* A second person. */

static bool is_another(const struct refund_approval *first, const struct refund_ask *ask)
{
	const uint64_t by = refund_id(ask->by);
	const uint64_t key = refund_id(ask->key);

	return by != first->by && by != first->key && key != first->by;
}

static bool first_refuses(struct arena *arena, const struct refund_row *row, size_t place,
                          const struct refund_ask *ask, struct refund_answer *answer)
{
	const struct refund_approval *const first =
	    place < row->approval_count ? &row->approvals[place] : NULL;

	if (first == NULL)
		*answer = refuse(REFUND_NOT_ASKED, "on.id", "nobody has asked for it");
	else if (first->content != content_of(arena, ask))
		*answer = refuse(REFUND_OTHER_CONTENT, "amount",
		                 "what was asked for is another amount, currency or intent");
	else if (first->failed || !first->waits || refund_settle(row).by[place] != REFUND_NONE)
		*answer = refuse(REFUND_NOT_WAITING, "on.id",
		                 "it is approved, made or taken back already");
	else if (ask->by[0] == '\0' || ask->key[0] == '\0')
		*answer = refuse(REFUND_NAMELESS, "by", "two people have to approve it");
	else if (!is_another(first, ask))
		*answer = refuse(REFUND_SAME_PERSON, "by",
		                 "whoever asked for it cannot be the second who approves it");
	else
		return false;
	return true;
}

struct refund_answer refund_confirm(struct arena *arena, const struct refund_policy *policy,
                                    struct refund_row *row, const struct refund_ask *ask)
{
	struct refund_row *const others = arena_copy(arena, row, sizeof(*row));
	const size_t place = refund_find(row, ask->action_id);
	struct refund_answer answer;

	if (first_refuses(arena, row, place, ask, &answer))
		return answer;
	others->approval_count--;
	memmove(others->approvals + place, others->approvals + place + 1,
	        (others->approval_count - place) * sizeof(others->approvals[0]));
	answer = judge(arena, policy, others, ask);
	if (!answer.approved && !answer.waits)
		return answer;
	answer.approved = true;
	answer.waits = false;
	row->approvals[place].waits = false;
	row->approvals[place].by = row->approvals[place].key = 0;
	row->approvals[place].at = ask->at;
	return answer;
}
