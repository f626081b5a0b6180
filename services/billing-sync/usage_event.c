#include "services/billing-sync/usage.h"

#include "common/base/text.h"
#include "common/io/digest.h"

#include <stdio.h>
#include <string.h>

const char *const usage_kind_names[] = { "meter",         "correction",    "cancel",
	                                 "seat_assigned", "seat_released", NULL };

/* The policy. */

/* Besides those of the head. */
static const char *const document_fields[] = { "past", "ahead", "cancel_within", "remember", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct usage_policy *const policy = result;

	(void)arena;
	if (!policy_span_at(top, "past", DAYS(1), DAYS(366), &policy->past, error) ||
	    !policy_span_at(top, "ahead", SECONDS(0), HOURS(24), &policy->ahead, error) ||
	    !policy_span_at(top, "cancel_within", SECONDS(0), DAYS(31), &policy->cancel_within,
	                    error) ||
	    !policy_span_at(top, "remember", DAYS(1), DAYS(800), &policy->remember, error))
		return false;
	if (policy->remember.us < policy->past.us + DAYS(1).us)
		return json_refuse(top, "remember", error, "must be a day more than past");
	return true;
}

const struct policy_kind usage_policy_kind = {
	.folder = "usage",
	.size = sizeof(struct usage_policy),
	.fields = document_fields,
	.read = document_read,
};

/* The event. */

static bool word_read(struct arena *arena, const struct json_place *object, const char *field,
                      bool needed, const char **word, struct json_error *error)
{
	const char *text;

	*word = "";
	if (!needed)
		return !json_has(object, field) ||
		       json_refuse(object, field, error, "does not belong to this kind");
	if (!json_text_at(object, field, USAGE_ID_MAX, &text, error))
		return false;
	*word = arena_string(arena, text);
	return true;
}

static bool quantity_read(const struct json_place *object, struct usage_event *event,
                          struct json_error *error)
{
	if (event->kind == USAGE_METER)
		return json_integer_at(object, "quantity", 0, USAGE_QUANTITY_MAX, &event->quantity,
		                       error);
	if (event->kind == USAGE_CORRECTION)
		return json_integer_at(object, "quantity", -USAGE_QUANTITY_MAX, -1,
		                       &event->quantity, error);
	return !json_has(object, "quantity") ||
	       json_refuse(object, "quantity", error, "does not belong to this kind");
}

static bool head_read(struct arena *arena, const struct json_place *object,
                      struct usage_event *event, struct json_error *error)
{
	int kind;

	if (!json_word_at(object, "kind", usage_kind_names, &kind, error) ||
	    !word_read(arena, object, "source", true, &event->source, error) ||
	    !word_read(arena, object, "id", true, &event->id, error) ||
	    !word_read(arena, object, "customer", true, &event->customer, error) ||
	    !json_instant_at(object, "at", &event->at, error))
		return false;
	event->kind = (enum usage_kind)kind;
	return true;
}

bool usage_event_read(struct arena *arena, const struct json_place *object,
                      struct usage_event *event, struct json_error *error)
{
	static const char *const fields[] = { "kind",    "source",   "id",     "customer",
		                              "at",      "meter",    "refers", "item",
		                              "subject", "quantity", NULL };
	struct usage_event read = { .quantity = 0 };

	if (!json_only(object, fields, error) || !head_read(arena, object, &read, error))
		return false;
	const bool seat = read.kind == USAGE_SEAT_ASSIGNED || read.kind == USAGE_SEAT_RELEASED;
	const bool refers = read.kind == USAGE_CORRECTION || read.kind == USAGE_CANCEL;
	const bool metered = read.kind == USAGE_METER || read.kind == USAGE_CORRECTION;

	if (!word_read(arena, object, "meter", metered, &read.meter, error) ||
	    !word_read(arena, object, "refers", refers, &read.refers, error) ||
	    !word_read(arena, object, "item", seat, &read.item, error) ||
	    !word_read(arena, object, "subject", seat, &read.subject, error) ||
	    !quantity_read(object, &read, error))
		return false;
	if (refers && text_equal(read.refers, read.id))
		return json_refuse(object, "refers", error, "is the event itself");
	*event = read;
	return true;
}

const char *usage_key(const char *customer, const char *source, const char *id,
                      char key[static USAGE_KEY_SIZE])
{
	/* A NUL after each: no text has one inside. */
	const struct bytes parts[] = { { customer, strlen(customer) + 1 },
		                       { source, strlen(source) + 1 },
		                       { id, strlen(id) + 1 } };
	uint8_t digest[DIGEST_SIZE];

	digest_sha256_parts(parts, COUNT_OF(parts), digest);
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		snprintf(key + i * 2, 3, "%02x", digest[i]);
	return key;
}
