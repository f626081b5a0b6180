#include "services/chargeback/life/case_policy.h"

#include "common/base/text.h"

#include <stdio.h>

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

static const char *const owner_fields[] = { "principal", "calendar", NULL };

static bool read_owner(struct arena *arena, const struct json_place *place,
                       const struct case_policy *policy, struct case_owner *owner,
                       struct json_error *error)
{
	if (!json_only(place, owner_fields, error) ||
	    !policy_word_at(arena, place, "principal", &owner->principal, error) ||
	    !policy_word_at(arena, place, "calendar", &owner->calendar, error))
		return false;
	for (size_t i = 0; i < policy->owner_count; i++)
		if (text_equal(policy->owners[i].principal, owner->principal))
			return json_refuse(place, "principal", error, "stands twice");
	return true;
}

static bool read_owners(struct arena *arena, const struct json_place *top,
                        struct case_policy *policy, struct json_error *error)
{
	struct case_owner *owners;
	struct json_place list;

	if (!json_array_if(top, "owners", CASE_OWNERS_MAX, &list, error))
		return false;
	owners = arena_zero(arena, (json_count(&list) + 1) * sizeof(*owners));
	policy->owners = owners;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!read_owner(arena, &place, policy, &owners[i], error))
			return false;
		policy->owner_count = i + 1;
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
	       policy_word_at(arena, top, "team", &policy->team, error) &&
	       (!json_has(top, "release_role") ||
	        policy_word_at(arena, top, "release_role", &policy->release_role, error)) &&
	       (!json_has(top, "calendar") ||
	        policy_word_at(arena, top, "calendar", &policy->calendar, error)) &&
	       read_owners(arena, top, policy, error);
}

static const char *const fields[] = { "buffer",       "reminders", "on_call_before", "sweep_every",
	                              "gather_wait",  "lease",     "queue",          "team",
	                              "release_role", "calendar",  "owners",         NULL };
static const struct policy_kind kind = { .folder = CASE_POLICY,
	                                 .size = sizeof(struct case_policy),
	                                 .fields = fields,
	                                 .read = read_own };

/* All documents together. */

struct case_book {
	struct arena *arena; /* in which it lives */
	const struct policy_book *policies;
	struct calendar_library calendars;
};

static bool is_known(const struct case_book *book, const struct case_policy *policy,
                     const char *calendar, char *reason, size_t reason_size)
{
	if (calendar == NULL ||
	    calendar_library_at(&book->calendars, calendar, policy->head.effective_from) != NULL)
		return true;
	snprintf(reason, reason_size, CASE_POLICY "/ (%s, version %lld): calendar: there is no %s",
	         policy->head.id, (long long)policy->head.version, calendar);
	return false;
}

/* Each calendar that a policy names must be among the documents. */
static bool is_whole(const struct case_book *book, char *reason, size_t reason_size)
{
	const struct case_policy *const policies = (const void *)book->policies->policies;

	for (size_t i = 0; i < book->policies->count; i++) {
		const struct case_policy *const policy = &policies[i];

		if (!is_known(book, policy, policy->calendar, reason, reason_size))
			return false;
		for (size_t k = 0; k < policy->owner_count; k++)
			if (!is_known(book, policy, policy->owners[k].calendar, reason,
			              reason_size))
				return false;
	}
	return true;
}

static bool fill(struct arena *arena, const struct document *files, size_t count,
                 struct case_book *book, char *reason, size_t reason_size)
{
	struct document *const own = arena_zero(arena, (count + 1) * sizeof(*own));
	size_t owned = 0;

	for (size_t i = 0; i < count; i++)
		if (!text_starts(files[i].name, CALENDAR_FOLDER) &&
		    !text_starts(files[i].name, HOLIDAY_FOLDER))
			own[owned++] = files[i];
	book->policies = policy_compile(&kind, own, owned, reason, reason_size);
	if (book->policies == NULL ||
	    !calendar_library_read(arena, files, count, &book->calendars, reason, reason_size))
		return false;
	if (is_whole(book, reason, reason_size))
		return true;
	calendar_library_finish(&book->calendars);
	return false;
}

const void *case_policy_compile(const struct document *files, size_t count, char *reason,
                                size_t reason_size)
{
	struct arena *const arena = arena_create(16384);
	struct case_book *const book = arena_zero(arena, sizeof(*book));

	book->arena = arena;
	if (fill(arena, files, count, book, reason, reason_size))
		return book;
	if (book->policies != NULL)
		arena_destroy(book->policies->arena);
	arena_destroy(arena);
	return NULL;
}

const struct case_policy *case_policy_at(const void *book, struct instant at)
{
	return policy_at(((const struct case_book *)book)->policies, at);
}

const struct calendar_document *case_policy_calendar(const void *book,
                                                     const struct case_policy *policy,
                                                     const char *owner, struct instant at)
{
	const char *id = policy->calendar;

	for (size_t i = 0; i < policy->owner_count; i++)
		if (text_equal(policy->owners[i].principal, owner))
			id = policy->owners[i].calendar;
	return id != NULL
	           ? calendar_library_at(&((const struct case_book *)book)->calendars, id, at)
	           : NULL;
}
