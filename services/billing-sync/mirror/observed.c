#include "services/billing-sync/mirror/observed.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "services/billing-sync/mirror/observed_clean.h"

#include <string.h>

#define MOST_BODIES 4096 /* bytes: what is no larger is written once, not measured first */
#define COUNTER_MAX (INT64_MAX / (OBJECT_TYPE_COUNTERS + 1)) /* so that their sum stays a number */
#define PATH_FIELD_SIZE 64

/* Of two events of one second the one with the later verb is the later. */
enum verb { VERB_CREATED = 1, VERB_ATTACHED, VERB_OTHER, VERB_DETACHED, VERB_DELETED, VERB_NONE };
static const struct {
	const char *end;
	enum verb verb;
} verbs[] = {
	{ ".created", VERB_CREATED },
	{ ".attached", VERB_ATTACHED },
	{ ".detached", VERB_DETACHED },
	{ ".deleted", VERB_DELETED },
};

/* What an object that says nothing of its state may have. */
static const char *const bare_fields[] = {
	"id", "object", "deleted", "livemode", "url", "currency"
};

/* Paths. */

/* The object in which the path's last field stands; false: there is none. The field is borrowed. */
static bool follow(const struct json_place *object, const char *path, struct json_place *place,
                   const char **field)
{
	const char *const dot = strchr(path, '.');
	char first[PATH_FIELD_SIZE];

	*place = *object;
	*field = path;
	if (dot == NULL)
		return true;
	const size_t size = (size_t)(dot - path);
	CHECK(size < sizeof(first));
	memcpy(first, path, size);
	first[size] = '\0';
	*place = json_top(json_object_get(object->value, first));
	*field = dot + 1;
	return json_is_object(place->value);
}

/* The first of the paths that names an id; "" where none does. */
static bool take_id(struct arena *arena, const struct json_place *object,
                    const char *const paths[static OBJECT_TYPE_PATHS], const char **id,
                    struct json_error *error)
{
	struct json_place place;
	const char *field;

	*id = "";
	for (size_t i = 0; i < OBJECT_TYPE_PATHS && paths[i] != NULL && **id == '\0'; i++) {
		if (follow(object, paths[i], &place, &field) &&
		    !stripe_key_if(arena, &place, field, id, error))
			return false;
	}
	return true;
}

static bool take_status(struct arena *arena, const struct json_place *object, struct observed *it,
                        struct json_error *error)
{
	struct json_place place;
	const char *field;

	it->status = "";
	if (it->type->status == NULL || !follow(object, it->type->status, &place, &field))
		return true;
	if (!stripe_word_if(arena, &place, field, &it->status, error))
		return false;
	it->rank = object_type_rank(it->type, it->status);
	return true;
}

static void take_progress(const struct json_place *object, struct observed *it)
{
	struct json_place place;
	const char *field;

	for (size_t i = 0; i < OBJECT_TYPE_COUNTERS && it->type->counters[i] != NULL; i++) {
		if (!follow(object, it->type->counters[i], &place, &field))
			continue;
		const int64_t value = json_integer_value(json_object_get(place.value, field));
		if (value > 0)
			it->progress += value < COUNTER_MAX ? value : COUNTER_MAX;
	}
}

/* Belonging. */

static bool take_places(struct arena *arena, const struct json_place *object, struct observed *it,
                        struct json_error *error)
{
	if (!take_id(arena, object, it->type->customer, &it->customer_id, error) ||
	    !take_id(arena, object, it->type->charge, &it->charge_id, error))
		return false;
	it->source_id = "";
	it->payout_id = "";
	if ((it->type->source != NULL &&
	     !stripe_key_if(arena, object, it->type->source, &it->source_id, error)) ||
	    (it->type->payout != NULL &&
	     !stripe_key_if(arena, object, it->type->payout, &it->payout_id, error)))
		return false;
	if (!it->type->by_prefix)
		return true;
	if (stripe_is_charge(it->charge_id))
		it->source_id = "";
	else
		it->charge_id = "";
	return true;
}

static bool take_mode(const struct json_place *object, struct observed *it,
                      struct json_error *error)
{
	bool live = false;
	const char *mode;

	if (!json_switch_if(object, "livemode", &live, error))
		return false;
	if (!json_has(object, "livemode"))
		return true;
	mode = live ? "live" : "test";
	if (it->mode != NULL && !text_equal(it->mode, mode))
		return json_refuse(object, "livemode", error,
		                   "mixes test and live mode: the event says otherwise");
	it->mode = mode;
	return true;
}

/* Some types write it as a text, which the books never look at. */
static void take_made(const struct json_place *object, struct observed *it)
{
	const json_t *const made = json_object_get(object->value, "created");

	it->made = json_is_integer(made);
	it->made_s = json_integer_value(made);
}

static bool take_currency(struct arena *arena, const struct json_place *object, struct observed *it,
                          struct json_error *error)
{
	char currency[4];

	if (!json_has(object, "currency") || !it->type->one_currency)
		return true;
	if (!stripe_currency_at(object, "currency", currency, error))
		return false;
	it->currency = arena_string(arena, currency);
	return true;
}

static bool take_amount(struct arena *arena, const struct json_place *object, struct observed *it,
                        struct json_error *error)
{
	int64_t amount = 0;
	int64_t fee = 0;

	if (!it->type->one_amount || !json_has(object, "amount"))
		return true;
	if (!json_integer_if(object, "amount", INT64_MIN, INT64_MAX, &amount, error) ||
	    !json_integer_if(object, "fee", INT64_MIN, INT64_MAX, &fee, error))
		return false;
	it->amount = arena_printf(arena, "%lld %lld", (long long)amount, (long long)fee);
	return true;
}

/* What it says of its state. */

static bool is_bare(const struct json_place *object)
{
	const char *field;
	json_t *value;

	json_object_foreach(object->value, field, value)
	{
		size_t i = 0;

		while (i < COUNT_OF(bare_fields) && !text_equal(bare_fields[i], field))
			i++;
		if (i == COUNT_OF(bare_fields))
			return false;
	}
	return true;
}

static bool take_end(const struct json_place *object, struct observed *it, struct json_error *error)
{
	bool deleted = false;

	if (!json_switch_if(object, "deleted", &deleted, error))
		return false;
	it->deleted = deleted || it->verb == VERB_DELETED;
	it->bare = is_bare(object);
	it->ended = (it->deleted && !it->type->reused) || object_type_ends(it->type, it->status);
	return true;
}

static void take_missing(struct arena *arena, const struct json_place *object, struct observed *it)
{
	size_t count = 0;

	it->cut = it->type->list != NULL &&
	          json_is_true(
		      json_object_get(json_object_get(object->value, it->type->list), "has_more"));
	for (size_t i = 0; i < OBJECT_TYPE_PATHS && it->type->missing[i] != NULL; i++) {
		const char *const id =
		    json_string_value(json_object_get(object->value, it->type->missing[i]));
		if (id != NULL && *id != '\0' && strlen(id) <= STRIPE_ID_MAX)
			it->missing[count++] = arena_string(arena, id);
	}
}

static bool write_body(struct arena *arena, const json_t *object, struct observed *it,
                       struct json_error *error)
{
	const size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_DIGITS;
	char most[MOST_BODIES];
	const size_t size = json_dumpb(object, most, sizeof(most), flags);
	const struct json_place top = json_top(NULL);
	uint8_t digest[DIGEST_SIZE];

	if (size > OBSERVED_BODY_MAX)
		return json_refuse(&top, NULL, error, "is larger than %zu bytes",
		                   OBSERVED_BODY_MAX);
	char *const text = arena_alloc(arena, size);
	if (size <= sizeof(most))
		memcpy(text, most, size);
	else
		CHECK(json_dumpb(object, text, size, flags) == size);
	it->body = (struct bytes){ text, size };
	digest_sha256(it->body, digest);
	it->digest = text_hex(arena, (struct bytes){ digest, sizeof(digest) });
	return true;
}

static bool read_object(struct arena *arena, json_t *value, struct observed *it,
                        struct json_error *error)
{
	const struct json_place object = json_top(value);
	const char *id;

	if (!json_is_object(value))
		return json_refuse(&object, NULL, error, "must be an object");
	if (!json_text_at(&object, "id", STRIPE_ID_MAX, &id, error) ||
	    !stripe_word_if(arena, &object, "object", &it->object_type, error) ||
	    !observed_check(&object, error))
		return false;
	observed_strip(value);
	it->object_id = arena_string(arena, id);
	it->type = object_type_of(it->object_type);
	if (!it->type->everywhere && !stripe_is_key(id))
		return json_refuse(&object, "id", error, "must not have a slash");
	take_progress(&object, it);
	take_missing(arena, &object, it);
	take_made(&object, it);
	return take_mode(&object, it, error) && take_currency(arena, &object, it, error) &&
	       take_amount(arena, &object, it, error) && take_places(arena, &object, it, error) &&
	       take_status(arena, &object, it, error) && take_end(&object, it, error) &&
	       write_body(arena, value, it, error);
}

/* Envelopes. */

static enum verb verb_of(const char *type)
{
	const char *const end = strrchr(type, '.');

	for (size_t i = 0; end != NULL && i < COUNT_OF(verbs); i++) {
		if (text_equal(verbs[i].end, end))
			return verbs[i].verb;
	}
	return VERB_OTHER;
}

static struct instant whole_second(struct instant at)
{
	return (struct instant){ at.us - at.us % SECONDS(1).us };
}

/* A time that lies before 1970 cannot stand in an event, nor one that the clock has not reached. */
static bool take_time(const struct json_place *event, struct observed *it, struct json_error *error)
{
	const struct instant latest = time_add(it->state_at, OBSERVED_AHEAD_MAX);
	struct instant at = it->state_at;

	if (!stripe_time_if(event, "created", &it->dated, &at, error))
		return false;
	it->dated = it->dated && !time_before(latest, at);
	if (it->dated)
		it->state_at = at;
	return true;
}

static bool read_event(struct arena *arena, const struct json_place *event,
                       const struct observed_source *source, struct observed *it, json_t **object,
                       struct json_error *error)
{
	struct json_place data;
	const char *version;

	if (!stripe_word_if(arena, event, "type", &it->event_type, error) ||
	    !stripe_word_if(arena, event, "api_version", &version, error) ||
	    !stripe_id_if(arena, event, "id", &it->event_id, error) ||
	    !stripe_id_if(arena, event, "account", &it->account, error) ||
	    !take_mode(event, it, error) || !take_time(event, it, error) ||
	    !json_object_at(event, "data", &data, error))
		return false;
	if (*it->event_id == '\0')
		it->event_id = arena_string(arena, source->event_id);
	if (*version != '\0')
		it->api_version = version;
	it->verb = verb_of(it->event_type);
	*object = json_object_get(data.value, "object");
	return true;
}

static bool is_event(const json_t *value, const struct observed_source *source)
{
	return *source->event_id != '\0' ||
	       text_equal(json_string_value(json_object_get(value, "object")), "event");
}

bool observed_read(struct arena *arena, const struct observed_source *source,
                   struct observed *observed, struct json_error *error)
{
	AUTO_JSON document = NULL;
	struct observed it = { .event_id = "",
		               .event_type = "",
		               .api_version = arena_string(arena, source->api_version),
		               .state_at = whole_second(source->received_at),
		               .verb = VERB_NONE };

	if (!json_parse_brief(source->payload, OBSERVED_PAYLOAD_MAX, &document, error))
		return false;
	const struct json_place top = json_top(document);
	json_t *object = document;
	if (is_event(document, source) && !read_event(arena, &top, source, &it, &object, error))
		return false;
	if (!read_object(arena, object, &it, error))
		return false;
	*observed = it;
	return true;
}
