/*
 * The JSON body of POST /v1/usage: one event, or a list of them.
 */
#include "services/ingest/decode_json.h"

#include "common/base/text.h"
#include "services/ingest/json_span.h"

#include <string.h>

static const char *const kinds[] = { "unspecified",   "meter",         "correction", "cancel",
	                             "seat_assigned", "seat_released", NULL };

/* Which fields a kind has. */
struct shape {
	bool metered;
	bool refers;
	bool seat;
};

static struct shape shape_of(Opsmesh__V1__UsageKind kind)
{
	return (struct shape){
		.metered = kind == OPSMESH__V1__USAGE_KIND__USAGE_KIND_METER ||
		           kind == OPSMESH__V1__USAGE_KIND__USAGE_KIND_CORRECTION,
		.refers = kind == OPSMESH__V1__USAGE_KIND__USAGE_KIND_CORRECTION ||
		          kind == OPSMESH__V1__USAGE_KIND__USAGE_KIND_CANCEL,
		.seat = kind == OPSMESH__V1__USAGE_KIND__USAGE_KIND_SEAT_ASSIGNED ||
		        kind == OPSMESH__V1__USAGE_KIND__USAGE_KIND_SEAT_RELEASED,
	};
}

static bool is_absent(struct decoding *d, const struct json_place *event, const char *field)
{
	return !json_has(event, field) ||
	       json_refuse(event, field, d->error, "does not belong to this kind");
}

static bool take_id(struct decoding *d, const struct json_place *event, const char *field,
                    bool needed, const char **id)
{
	const char *found;

	*id = "";
	if (!needed)
		return is_absent(d, event, field);
	return json_text_at(event, field, DECODE_USAGE_ID_MAX, &found, d->error) &&
	       decoding_id(d, event, field, id);
}

static bool take_customer(struct decoding *d, const struct json_place *event, const char **customer)
{
	return take_id(d, event, "customer", true, customer) &&
	       (strchr(*customer, '/') == NULL ||
	        json_refuse(event, "customer", d->error, "must not have a slash"));
}

static bool take_subject(struct decoding *d, const struct json_place *event, bool needed,
                         const char **subject)
{
	const char *found;

	*subject = "";
	if (!needed)
		return is_absent(d, event, "subject");
	if (!json_text_at(event, "subject", DECODE_USAGE_ID_MAX, &found, d->error))
		return false;
	*subject = arena_string(d->arena, found);
	return true;
}

static bool take_quantity(struct decoding *d, const struct json_place *event,
                          struct usage_body *usage)
{
	const bool corrects = usage->kind == OPSMESH__V1__USAGE_KIND__USAGE_KIND_CORRECTION;

	if (!shape_of(usage->kind).metered)
		return is_absent(d, event, "quantity");
	return json_integer_at(event, "quantity", corrects ? -DECODE_QUANTITY_MAX : 0,
	                       corrects ? -1 : DECODE_QUANTITY_MAX, &usage->quantity, d->error);
}

static bool take_event(struct decoding *d, const struct json_place *event, struct bytes body,
                       struct usage_body *usage)
{
	static const char *const fields[] = { "kind",    "source",   "id",     "customer",
		                              "at",      "meter",    "refers", "item",
		                              "subject", "quantity", NULL };
	int kind;

	*usage = (struct usage_body){ .body = body };
	if (!json_only(event, fields, d->error) ||
	    !json_word_at(event, "kind", kinds + 1, &kind, d->error))
		return false;
	usage->kind = (Opsmesh__V1__UsageKind)(kind + 1);
	const struct shape shape = shape_of(usage->kind);

	if (!take_id(d, event, "source", true, &usage->source) ||
	    !take_id(d, event, "id", true, &usage->id) ||
	    !take_customer(d, event, &usage->customer) ||
	    !json_instant_at(event, "at", &usage->at, d->error) ||
	    !take_id(d, event, "meter", shape.metered, &usage->meter) ||
	    !take_id(d, event, "refers", shape.refers, &usage->refers) ||
	    !take_id(d, event, "item", shape.seat, &usage->item) ||
	    !take_subject(d, event, shape.seat, &usage->subject) || !take_quantity(d, event, usage))
		return false;
	return !text_equal(usage->refers, usage->id) ||
	       json_refuse(event, "refers", d->error, "is the event itself");
}

static bool take_list(struct decoding *d, const struct json_place *top, struct bytes body,
                      const struct usage_body **events, size_t *count)
{
	static const char *const fields[] = { "events", NULL };
	struct json_spans spans = json_spans_of(body, "events");
	struct json_place list;

	if (!json_only(top, fields, d->error) ||
	    !json_array_at(top, "events", DECODE_USAGE_MAX, &list, d->error))
		return false;
	const size_t found = json_count(&list);
	struct usage_body *const made = arena_alloc(d->arena, (found + 1) * sizeof(*made));

	if (found == 0)
		return json_refuse(top, "events", d->error, "holds no event");
	for (size_t i = 0; i < found; i++) {
		const struct json_place event = json_item(&list, i);
		struct bytes span;

		if (!json_is_object(event.value) || !json_spans_next(&spans, &span))
			return json_refuse(&event, NULL, d->error, "must be an object");
		if (!take_event(d, &event, span, &made[i]))
			return false;
	}
	*events = made;
	*count = found;
	return true;
}

bool decode_usage(struct arena *arena, struct bytes body, const struct usage_body **events,
                  size_t *count, struct refusal *refusal)
{
	AUTO_JSON document = NULL;
	struct json_error error;
	struct decoding d = { .arena = arena, .error = &error };

	if (!decoding_parse(&d, body, &document, refusal))
		return false;
	const struct json_place top = json_top(document);

	if (json_object_get(document, "events") != NULL)
		return take_list(&d, &top, body, events, count) || decoding_refused(&d, refusal);
	struct usage_body *const one = arena_alloc(arena, sizeof(*one));

	if (!take_event(&d, &top, body, one))
		return decoding_refused(&d, refusal);
	*events = one;
	*count = 1;
	return true;
}
