#include "services/billing-sync/usage/usage.h"

#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"

#include <stdio.h>
#include <string.h>

const char *const usage_kind_names[] = { "meter",         "correction",    "cancel",
	                                 "seat_assigned", "seat_released", NULL };

/* The policy. */

/* Besides those of the head. */
static const char *const document_fields[] = { "past",     "ahead", "cancel_within",
	                                       "remember", "await", "meters",
	                                       NULL };

static bool names_read(struct arena *arena, const struct json_place *top,
                       struct usage_policy *policy, struct json_error *error)
{
	static const char *const fields[] = { "provider", "meter", NULL };
	struct json_place list;
	struct usage_name *names;

	if (!json_array_if(top, "meters", USAGE_NAMES_MAX, &list, error))
		return false;
	names = arena_zero(arena, (json_count(&list) + 1) * sizeof(*names));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!json_only(&item, fields, error) ||
		    !json_text_at(&item, "provider", USAGE_ID_MAX, &names[i].provider, error) ||
		    !json_text_at(&item, "meter", USAGE_ID_MAX, &names[i].meter, error))
			return false;
		names[i].provider = arena_string(arena, names[i].provider);
		names[i].meter = arena_string(arena, names[i].meter);
		for (size_t k = 0; k < i; k++)
			if (text_equal(names[k].provider, names[i].provider))
				return json_refuse(&item, "provider", error, "is there twice");
	}
	policy->name_count = json_count(&list);
	policy->names = names;
	return true;
}

const char *usage_policy_meter(const struct usage_policy *policy, const char *price,
                               const char *meter)
{
	const char *const asked = *meter != '\0' ? meter : price;

	for (size_t i = 0; i < policy->name_count; i++)
		if (text_equal(policy->names[i].provider, asked))
			return policy->names[i].meter;
	return strlen(meter) <= USAGE_ID_MAX ? meter : "";
}

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct usage_policy *const policy = result;

	if (!policy_span_at(top, "past", DAYS(1), DAYS(366), &policy->past, error) ||
	    !policy_span_at(top, "ahead", SECONDS(0), HOURS(24), &policy->ahead, error) ||
	    !policy_span_at(top, "cancel_within", SECONDS(0), DAYS(31), &policy->cancel_within,
	                    error) ||
	    !policy_span_at(top, "remember", DAYS(1), DAYS(800), &policy->remember, error) ||
	    !policy_span_if(top, "await", SECONDS(1), DAYS(31), &policy->await, error) ||
	    !names_read(arena, top, policy, error))
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

/* Within its bound; empty where the kind has none. */
static bool is_word(const char *text, bool needed)
{
	const size_t size = strlen(text);

	return needed ? size > 0 && size <= USAGE_ID_MAX : size == 0;
}

static bool is_quantity(enum usage_kind kind, int64_t quantity)
{
	switch (kind) {
	case USAGE_METER: return quantity >= 0 && quantity <= USAGE_QUANTITY_MAX;
	case USAGE_CORRECTION: return quantity < 0 && quantity >= -USAGE_QUANTITY_MAX;
	case USAGE_CANCEL:
	case USAGE_SEAT_ASSIGNED:
	case USAGE_SEAT_RELEASED: break;
	}
	return quantity == 0;
}

static const char *wrong_field(const struct usage_event *event)
{
	const bool seat = event->kind == USAGE_SEAT_ASSIGNED || event->kind == USAGE_SEAT_RELEASED;
	const bool refers = event->kind == USAGE_CORRECTION || event->kind == USAGE_CANCEL;
	const bool metered = event->kind == USAGE_METER || event->kind == USAGE_CORRECTION;
	const struct {
		const char *field;
		bool right;
	} rows[] = {
		{ "source", is_word(event->source, true) },
		{ "event_id", is_word(event->id, true) },
		{ "customer_id", is_word(event->customer, true) },
		{ "meter", is_word(event->meter, metered) },
		{ "refers",
		  is_word(event->refers, refers) && !text_equal(event->refers, event->id) },
		{ "item_id", is_word(event->item, seat) },
		{ "subject", is_word(event->subject, seat) },
		{ "quantity", is_quantity(event->kind, event->quantity) },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (!rows[i].right)
			return rows[i].field;
	return NULL;
}

bool usage_event_take(const Opsmesh__V1__UsageEvent *reported, struct usage_event *event,
                      const char **field)
{
	const Opsmesh__V1__UsageReported *const fact = reported->reported;
	struct usage_event taken = {
		.kind = (enum usage_kind)(fact->kind - OPSMESH__V1__USAGE_KIND__USAGE_KIND_METER),
		.source = fact->source,
		.id = fact->event_id,
		.customer = reported->customer_id,
		.meter = fact->meter,
		.refers = fact->refers,
		.item = fact->item_id,
		.subject = fact->subject,
		.quantity = fact->quantity,
	};

	if (fact->kind < OPSMESH__V1__USAGE_KIND__USAGE_KIND_METER ||
	    fact->kind > OPSMESH__V1__USAGE_KIND__USAGE_KIND_SEAT_RELEASED)
		*field = "kind";
	else if (!proto_instant(reported->occurred_at, &taken.at))
		*field = "occurred_at";
	else if ((*field = wrong_field(&taken)) == NULL)
		*event = taken;
	return *field == NULL;
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
