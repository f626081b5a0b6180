#include "services/chargeback/life/case_policy.h"

#include "common/base/text.h"

static const char *const reminder_fields[] = { "step", "before", NULL };

static bool read_reminder(struct arena *arena, const struct json_place *place,
                          struct case_reminder *reminder, struct json_error *error)
{
	return json_only(place, reminder_fields, error) &&
	       policy_word_at(arena, place, "step", &reminder->step, error) &&
	       policy_span_at(place, "before", MINUTES(1), DAYS(60), &reminder->before, error);
}

/* The longest first, no step twice: so what is due next is found from the front. */
static bool in_order(const struct case_policy *policy, const struct json_place *place,
                     struct json_error *error)
{
	const size_t last = policy->reminder_count - 1;

	for (size_t i = 0; i < last; i++)
		if (text_equal(policy->reminders[i].step, policy->reminders[last].step))
			return json_refuse(place, "step", error, "stands twice");
	return last == 0 ||
	       policy->reminders[last].before.us < policy->reminders[last - 1].before.us ||
	       json_refuse(place, "before", error, "is not shorter than the one before it");
}

static bool read_reminders(struct arena *arena, const struct json_place *top,
                           struct case_policy *policy, struct json_error *error)
{
	struct json_place list;

	if (!json_array_at(top, "reminders", CASE_REMINDERS_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!read_reminder(arena, &place, &policy->reminders[i], error))
			return false;
		policy->reminder_count = i + 1;
		if (!in_order(policy, &place, error))
			return false;
	}
	return true;
}

static bool read_own(struct arena *arena, const struct json_place *top, void *result,
                     struct json_error *error)
{
	struct case_policy *const policy = result;

	return policy_span_at(top, "buffer", MINUTES(0), DAYS(7), &policy->buffer, error) &&
	       read_reminders(arena, top, policy, error) &&
	       policy_span_at(top, "on_call_before", MINUTES(1), DAYS(7), &policy->on_call_before,
	                      error) &&
	       policy_span_at(top, "sweep_every", MINUTES(1), DAYS(1), &policy->sweep_every,
	                      error) &&
	       policy_span_at(top, "gather_wait", SECONDS(1), DAYS(1), &policy->gather_wait,
	                      error) &&
	       policy_span_at(top, "lease", MINUTES(1), DAYS(7), &policy->lease, error) &&
	       policy_word_at(arena, top, "queue", &policy->queue, error) &&
	       policy_word_at(arena, top, "team", &policy->team, error);
}

static const char *const fields[] = { "buffer",      "reminders",   "on_call_before",
	                              "sweep_every", "gather_wait", "lease",
	                              "queue",       "team",        NULL };
static const struct policy_kind kind = { .folder = CASE_POLICY,
	                                 .size = sizeof(struct case_policy),
	                                 .fields = fields,
	                                 .read = read_own };

const void *case_policy_compile(const struct document *files, size_t count, char *reason,
                                size_t reason_size)
{
	return policy_compile(&kind, files, count, reason, reason_size);
}

const struct case_policy *case_policy_at(const void *book, struct instant at)
{
	return policy_at(book, at);
}
