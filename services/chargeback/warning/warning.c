#include "services/chargeback/warning/warning.h"

#include "common/base/rate.h"
#include "common/base/text.h"

const char *const warning_triage_names[] = { "none", "watch", "contact", "refund", NULL };
const char *const warning_reason_names[] = {
	"disputed", "refunded", "not_actionable", "liability_shifted",
	"small",    "large",    "ticket",         NULL,
};

static bool refund_read(const struct json_place *top, struct warning_policy *policy,
                        struct json_error *error)
{
	static const char *const fields[] = { "fee_ppm", NULL };
	struct json_place refund;

	return json_object_at(top, "refund_up_to", &refund, error) &&
	       json_only(&refund, fields, error) &&
	       json_integer_at(&refund, "fee_ppm", 0, WARNING_FEE_PPM_MAX, &policy->fee_ppm, error);
}

/* Besides those of the head. */
static const char *const document_fields[] = { "sources",
	                                       "disputed_ppm",
	                                       "disputed_shifted_ppm",
	                                       "ticket_adds_ppm",
	                                       "refund_up_to",
	                                       "expires",
	                                       NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct warning_policy *const policy = result;

	if (!sources_read(arena, top, &policy->sources, error) ||
	    !json_integer_at(top, "disputed_ppm", 0, RATE_WHOLE, &policy->disputed_ppm, error) ||
	    !json_integer_at(top, "disputed_shifted_ppm", 0, RATE_WHOLE,
	                     &policy->disputed_shifted_ppm, error) ||
	    !json_integer_at(top, "ticket_adds_ppm", 0, RATE_WHOLE, &policy->ticket_adds_ppm,
	                     error))
		return false;
	if (policy->disputed_shifted_ppm > policy->disputed_ppm)
		return json_refuse(top, "disputed_shifted_ppm", error,
		                   "must not be above disputed_ppm");
	return refund_read(top, policy, error) &&
	       policy_span_at(top, "expires", DAYS(1), DAYS(999), &policy->expires, error);
}

const struct policy_kind warning_policy_kind = {
	.folder = "warnings",
	.size = sizeof(struct warning_policy),
	.fields = document_fields,
	.read = document_read,
};

/* Judging. */

static const char *what_is_wrong(const struct warning_inputs *inputs)
{
	if (!text_equal(inputs->amount.currency, inputs->fee.currency))
		return "the fee is in another currency than the payment";
	if (inputs->amount.minor <= 0 || inputs->amount.minor > WARNING_AMOUNT_MAX ||
	    inputs->fee.minor < 0 || inputs->fee.minor > WARNING_AMOUNT_MAX)
		return "the payment or the fee is none, or too large";
	if (inputs->refunded < 0 || inputs->waiting_tickets < 0)
		return "what was refunded, or the tickets, are less than none";
	return NULL;
}

/* Rounded half up. */
static int64_t share_of(int64_t amount, int64_t ppm)
{
	__extension__ const __int128 exact = (__int128)amount * ppm;

	return (int64_t)((exact + RATE_WHOLE / 2) / RATE_WHOLE);
}

static int64_t chance_of(const struct warning_policy *policy, const struct warning_inputs *inputs)
{
	const int64_t first =
	    inputs->liability_shifted ? policy->disputed_shifted_ppm : policy->disputed_ppm;
	__extension__ const __int128 all =
	    first + (__int128)policy->ticket_adds_ppm * inputs->waiting_tickets;

	return first == 0 ? 0 : all > RATE_WHOLE ? RATE_WHOLE : (int64_t)all;
}

static uint32_t because(enum warning_reason reason, bool holds)
{
	return holds ? UINT32_C(1) << reason : 0;
}

static void nothing_to_do(struct warning_answer *answer)
{
	const struct warning_inputs *const inputs = &answer->inputs;

	answer->triage = WARNING_NONE;
	answer->reasons = because(WARNING_BECAUSE_DISPUTED, inputs->disputed) |
	                  because(WARNING_BECAUSE_REFUNDED, answer->left == 0) |
	                  because(WARNING_BECAUSE_NOT_ACTIONABLE, !inputs->actionable);
}

static enum warning_triage triage_of(const struct warning_answer *answer)
{
	if (answer->inputs.liability_shifted)
		return WARNING_WATCH;
	if (answer->left <= answer->up_to)
		return WARNING_REFUND;
	return answer->inputs.waiting_tickets > 0 ? WARNING_CONTACT : WARNING_WATCH;
}

static void triage(const struct warning_policy *policy, struct warning_answer *answer)
{
	const struct warning_inputs *const inputs = &answer->inputs;
	const bool small = answer->left <= answer->up_to;

	answer->disputed_ppm = chance_of(policy, inputs);
	answer->loss = share_of(answer->left + inputs->fee.minor, answer->disputed_ppm);
	answer->reasons = because(WARNING_BECAUSE_SHIFTED, inputs->liability_shifted) |
	                  because(WARNING_BECAUSE_SMALL, small) |
	                  because(WARNING_BECAUSE_LARGE, !small) |
	                  because(WARNING_BECAUSE_TICKET, inputs->waiting_tickets > 0);
	answer->triage = triage_of(answer);
}

bool warning_judge(const struct warning_policy *policy, const struct warning_inputs *inputs,
                   struct warning_answer *answer, const char **reason)
{
	const char *const wrong = what_is_wrong(inputs);
	struct warning_answer it = { .inputs = *inputs, .policy_version = policy->head.version };

	if (wrong != NULL) {
		*reason = wrong;
		return false;
	}
	it.left =
	    inputs->refunded < inputs->amount.minor ? inputs->amount.minor - inputs->refunded : 0;
	it.up_to = share_of(inputs->fee.minor, policy->fee_ppm);
	if (inputs->disputed || it.left == 0 || !inputs->actionable)
		nothing_to_do(&it);
	else
		triage(policy, &it);
	*answer = it;
	return true;
}
