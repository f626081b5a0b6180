#include "services/billing-sync/dunning/dunning_policy.h"

#include "common/base/text.h"

const char *const dunning_act_names[] = { "remind", "warn", "restrict", "cancel", NULL };

static bool amount_read(const struct json_place *item, struct dunning_amount *amount,
                        struct json_error *error)
{
	static const char *const fields[] = { "currency", "at_least", NULL };

	return json_only(item, fields, error) &&
	       policy_currency_at(item, "currency", amount->currency, error) &&
	       json_integer_at(item, "at_least", 0, INT64_MAX, &amount->at_least, error);
}

static bool amounts_read(struct arena *arena, const struct json_place *when,
                         struct dunning_condition *condition, struct json_error *error)
{
	struct dunning_amount *amounts;
	struct json_place list;

	if (!json_array_if(when, "amount_unpaid", DUNNING_AMOUNTS_MAX, &list, error))
		return false;
	amounts = arena_zero(arena, (json_count(&list) + 1) * sizeof(*amounts));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!amount_read(&item, &amounts[i], error))
			return false;
		for (size_t k = 0; k < i; k++)
			if (text_equal(amounts[k].currency, amounts[i].currency))
				return json_refuse(&item, "currency", error,
				                   "stands in the list twice");
	}
	condition->amounts = amounts;
	condition->amount_count = json_count(&list);
	return true;
}

static bool condition_read(struct arena *arena, const struct json_place *step,
                           struct dunning_condition *condition, struct json_error *error)
{
	static const char *const fields[] = { "unpaid_invoices", "amount_unpaid", "unpaid_for",
		                              "responses", NULL };
	static const char *const none[] = { NULL };
	int64_t unpaid = 0;
	struct json_place when;

	condition->responses = none;
	if (!json_has(step, "when"))
		return true;
	if (!json_object_at(step, "when", &when, error) || !json_only(&when, fields, error) ||
	    !json_integer_if(&when, "unpaid_invoices", 1, INT32_MAX, &unpaid, error) ||
	    !amounts_read(arena, &when, condition, error) ||
	    !policy_span_if(&when, "unpaid_for", SECONDS(1), DUNNING_AFTER_MAX,
	                    &condition->unpaid_for, error) ||
	    !policy_words_if(arena, &when, "responses", DUNNING_RESPONSES_MAX,
	                     &condition->responses, error))
		return false;
	condition->unpaid_invoices = (int32_t)unpaid;
	return true;
}

static bool step_read(struct arena *arena, const struct json_place *item, struct dunning_step *step,
                      struct json_error *error)
{
	static const char *const fields[] = { "name", "do", "after", "when", NULL };
	int act;

	if (!json_only(item, fields, error) ||
	    !policy_word_at(arena, item, "name", &step->name, error) ||
	    !json_word_at(item, "do", dunning_act_names, &act, error) ||
	    !policy_span_at(item, "after", SECONDS(0), DUNNING_AFTER_MAX, &step->after, error))
		return false;
	step->act = (enum dunning_act)act;
	return condition_read(arena, item, &step->when, error);
}

static bool steps_read(struct arena *arena, const struct json_place *top,
                       struct dunning_policy *policy, struct json_error *error)
{
	struct dunning_step *steps;
	struct json_place list;

	if (!json_array_at(top, "steps", DUNNING_STEPS_MAX, &list, error))
		return false;
	if (json_count(&list) == 0)
		return json_refuse(top, "steps", error, "must have a step");
	steps = arena_zero(arena, json_count(&list) * sizeof(*steps));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!step_read(arena, &item, &steps[i], error))
			return false;
		if (i > 0 && steps[i].after.us < steps[i - 1].after.us)
			return json_refuse(&item, "after", error,
			                   "must not be before the step above");
	}
	policy->steps = steps;
	policy->step_count = json_count(&list);
	return true;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "attempts", "apart", "steps", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct dunning_policy *const policy = result;
	int64_t attempts;

	if (!json_integer_at(top, "attempts", 1, DUNNING_ATTEMPTS_MAX, &attempts, error) ||
	    !policy_span_at(top, "apart", SECONDS(0), DAYS(30), &policy->apart, error) ||
	    !steps_read(arena, top, policy, error))
		return false;
	policy->attempts = (int32_t)attempts;
	return true;
}

const struct policy_kind dunning_policy_kind = {
	.folder = "dunning",
	.size = sizeof(struct dunning_policy),
	.fields = document_fields,
	.read = document_read,
};
