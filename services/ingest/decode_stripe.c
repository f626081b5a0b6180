/*
 * Stripe's JSON. Types are the provider's words and stay so: what this build has never heard of is
 * kept like everything else. Amounts are looked at wherever they stand, so that nothing downstream
 * meets one that is no whole number of minor units.
 */
#include "services/ingest/decode.h"

#include "common/base/money.h"
#include "common/base/text.h"
#include "common/io/json.h"
#include "services/ingest/json_span.h"

#include <string.h>

#define STRIPE_ID_MAX 255 /* Stripe's own limit */
#define STRIPE_WORD_MAX 100
#define CREATED_MAX (TIME_NEWEST.us / 1000000)

static bool refused(struct arena *arena, const struct json_error *error, struct refusal *refusal)
{
	*refusal = (struct refusal){ OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
		                     arena_string(arena, error->path),
		                     arena_string(arena, error->reason) };
	return false;
}

static bool check_member(const struct json_place *object, const char *field, json_t *value,
                         struct json_error *error)
{
	char currency[4];

	if (money_is_amount(field) && json_is_real(value))
		return json_refuse(object, field, error,
		                   "must be a whole number of minor units within 64 bits");
	const char *const code = text_equal(field, "currency") ? json_string_value(value) : NULL;
	if (code != NULL && *code != '\0' && !money_currency(code, currency))
		return json_refuse(object, field, error, "is not a known currency");
	return true;
}

/* Depth is bounded by the parser (JSON_DEPTH_MAX). Metadata are the merchant's own words, not money. */
static bool check_money(const struct json_place *place, struct json_error *error)
{
	const char *field;
	json_t *value;

	json_object_foreach(place->value, field, value)
	{
		const struct json_place member = { .value = value, .above = place, .field = field };
		if (text_equal(field, "metadata"))
			continue;
		if (!check_member(place, field, value, error) || !check_money(&member, error))
			return false;
	}
	for (size_t i = 0; i < json_array_size(place->value); i++) {
		const struct json_place item = json_item(place, i);
		if (!check_money(&item, error))
			return false;
	}
	return true;
}

/* "" where the field is absent or null; the rest as json_text_if. */
static bool take_text(struct arena *arena, const struct json_place *object, const char *field,
                      size_t max, const char **result, struct json_error *error)
{
	const char *text = "";

	if (!json_text_if(object, field, max, &text, error))
		return false;
	*result = arena_string(arena, text);
	return true;
}

static bool take_created(const struct json_place *object, struct stripe_item *item,
                         struct json_error *error)
{
	int64_t created = -1;

	if (!json_integer_if(object, "created", 0, CREATED_MAX, &created, error))
		return false;
	item->dated = created >= 0;
	item->created =
	    item->dated ? (struct instant){ created * SECONDS(1).us } : (struct instant){ 0 };
	return true;
}

static bool read_object(struct arena *arena, const struct json_place *object,
                        struct stripe_item *item, struct json_error *error)
{
	return take_text(arena, object, "id", STRIPE_ID_MAX, &item->object_id, error) &&
	       take_text(arena, object, "object", STRIPE_WORD_MAX, &item->object_type, error);
}

static bool read_event(struct arena *arena, const struct json_place *event,
                       struct stripe_item *item, struct json_error *error)
{
	struct json_place data;
	struct json_place object;
	const char *id;
	const char *type;

	if (!json_text_at(event, "id", STRIPE_ID_MAX, &id, error) ||
	    !json_text_at(event, "type", STRIPE_WORD_MAX, &type, error) ||
	    !json_switch_if(event, "livemode", &item->live, error) ||
	    !take_text(arena, event, "api_version", STRIPE_WORD_MAX, &item->api_version, error) ||
	    !take_created(event, item, error) || !json_object_at(event, "data", &data, error) ||
	    !json_object_at(&data, "object", &object, error) ||
	    !read_object(arena, &object, item, error))
		return false;
	item->event_id = arena_string(arena, id);
	item->event_type = arena_string(arena, type);
	item->has_previous = json_has(&data, "previous_attributes");
	return true;
}

static bool is_event(const struct json_place *place)
{
	return text_equal(json_string_value(json_object_get(place->value, "object")), "event");
}

/* An event, or an object that stands for itself and must say what it is. */
static bool read_item(struct arena *arena, const struct json_place *place, bool event,
                      struct bytes payload, struct stripe_item *item, struct json_error *error)
{
	const char *type;

	*item = (struct stripe_item){
		.event_id = "", .event_type = "", .api_version = "", .payload = payload
	};
	if (payload.size > STRIPE_PAYLOAD_MAX)
		return json_refuse(place, NULL, error, "must not be larger than 880 KiB");
	if (!check_money(place, error))
		return false;
	if (event)
		return read_event(arena, place, item, error);
	return json_text_at(place, "object", STRIPE_WORD_MAX, &type, error) &&
	       read_object(arena, place, item, error) && take_created(place, item, error) &&
	       json_switch_if(place, "livemode", &item->live, error);
}

/* A number that does not fit fails the whole parse; then its place is looked for. */
static bool parse(struct arena *arena, struct bytes body, json_t **document,
                  struct refusal *refusal)
{
	struct json_error error;
	char path[JSON_SPAN_PATH_SIZE];

	if (json_parse(body, DECODE_JSON_MAX, document, &error)) {
		if (json_is_object(*document))
			return true;
		const struct json_place top = json_top(*document);
		(void)json_refuse(&top, NULL, &error, "must be an object");
		return refused(arena, &error, refusal);
	}
	*refusal = (struct refusal){ OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNDECODABLE, "",
		                     arena_string(arena, error.reason) };
	if (body.size <= DECODE_JSON_MAX && text_valid(body) && json_span_overflow(body, path))
		*refusal = (struct refusal){ OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
			                     text_repair(arena, bytes_of(path), NULL),
			                     "does not fit 64 bits" };
	return false;
}

bool decode_stripe_event(struct arena *arena, struct bytes body, struct stripe_item *item,
                         struct refusal *refusal)
{
	AUTO_JSON document = NULL;
	struct json_error error;
	struct stripe_item result;

	if (!parse(arena, body, &document, refusal))
		return false;
	const struct json_place top = json_top(document);
	if (!read_item(arena, &top, true, body, &result, &error))
		return refused(arena, &error, refusal);
	*item = result;
	return true;
}

static bool read_page(struct arena *arena, const struct json_place *page, struct bytes body,
                      const struct stripe_item **items, size_t *count, struct json_error *error)
{
	struct json_place data;

	if (!json_array_at(page, "data", STRIPE_ITEMS_MAX, &data, error))
		return false;
	const size_t found = json_count(&data);
	struct stripe_item *const list = arena_alloc(arena, (found + 1) * sizeof(*list));
	struct json_spans spans = json_spans_of(body, "data");
	for (size_t i = 0; i < found; i++) {
		const struct json_place place = json_item(&data, i);
		struct bytes payload;
		if (!json_is_object(place.value) || !json_spans_next(&spans, &payload))
			return json_refuse(&place, NULL, error, "must be an object");
		if (!read_item(arena, &place, is_event(&place), payload, &list[i], error))
			return false;
	}
	*items = list;
	*count = found;
	return true;
}

bool decode_stripe_objects(struct arena *arena, struct bytes body, const struct stripe_item **items,
                           size_t *count, struct refusal *refusal)
{
	AUTO_JSON document = NULL;
	struct json_error error;

	if (!parse(arena, body, &document, refusal))
		return false;
	const struct json_place top = json_top(document);
	if (text_equal(json_string_value(json_object_get(document, "object")), "list")) {
		if (!read_page(arena, &top, body, items, count, &error))
			return refused(arena, &error, refusal);
		return true;
	}
	struct stripe_item *const one = arena_alloc(arena, sizeof(*one));
	if (!read_item(arena, &top, is_event(&top), body, one, &error))
		return refused(arena, &error, refusal);
	*items = one;
	*count = 1;
	return true;
}
