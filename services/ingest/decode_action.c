/*
 * Actions: what a person or program asks for through the journal. Which parameters an action has is
 * the business of whoever carries it out; here they are only flattened, bounded, and told apart into
 * what may be shown and what a person wrote.
 */
#include "services/ingest/decode_json.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

#define VALUE_MAX (16U << 10) /* bytes of one parameter */
#define NAME_MAX_SIZE 100
#define NESTING_MAX 4 /* of parameters: "split.messages[0].id" is four */

static const char *const actions[] = { "unspecified", "correct", "acknowledge", "assign", "approve",
	                               "explain",     "merge",   "split",       "pin",    "close",
	                               "retry",       "drop",    NULL };

/* The last part of a name whose texts are ids or words of a fixed list, and never a person's. */
static const char *const plain_names[] = {
	"unspecified", "assignee", "account_id", "team",   "status",   "priority",  "category",
	"intent",      "queue",    "language",   "tier",   "ticket",   "ticket_id", "into",
	"consumer",    "topic",    "partition",  "source", "sequence", "offset",    "due",
	"until",       "currency", "version",    "type",   "id",       "decision",  "kind",
	"field",       "digest",   "charges",    NULL
};

struct flattening {
	struct decoding *d;
	struct action_parameter parameters[DECODE_PARAMETERS_MAX];
	size_t count;
};

static bool flatten(struct flattening *f, const struct json_place *place, const char *name,
                    const char *field, int depth);

static bool is_plain(const char *field, const char *value)
{
	for (const char *at = value; *at != '\0'; at++) {
		if (*at <= ' ' || *at > '~' || *at == '@')
			return false;
	}
	return decoding_number(plain_names, field) > 0;
}

static bool add_text(struct flattening *f, const struct json_place *place, const char *name,
                     const char *field)
{
	const char *const text = json_string_value(place->value);

	if (strlen(text) > VALUE_MAX)
		return json_refuse(place, NULL, f->d->error, "is longer than %u bytes", VALUE_MAX);
	f->parameters[f->count++] =
	    (struct action_parameter){ name, arena_string(f->d->arena, text),
		                       !is_plain(field, text) };
	return true;
}

static bool add_scalar(struct flattening *f, const struct json_place *place, const char *name,
                       const char *field)
{
	const json_t *const value = place->value;
	const char *text = "";

	if (f->count == DECODE_PARAMETERS_MAX)
		return json_refuse(place, NULL, f->d->error, "is one parameter too many");
	if (json_is_string(value))
		return add_text(f, place, name, field);
	if (json_is_real(value))
		return json_refuse(place, NULL, f->d->error, "must be a whole number or a text");
	if (json_is_integer(value))
		text = arena_printf(f->d->arena, "%lld", (long long)json_integer_value(value));
	else if (json_is_boolean(value))
		text = json_is_true(value) ? "true" : "false";
	f->parameters[f->count++] = (struct action_parameter){ name, text, false };
	return true;
}

static bool flatten_object(struct flattening *f, const struct json_place *place, const char *name,
                           int depth)
{
	const char *field;
	json_t *value;

	json_object_foreach(place->value, field, value)
	{
		const struct json_place member = { .value = value, .above = place, .field = field };
		if (strlen(field) > NAME_MAX_SIZE)
			return json_refuse(place, NULL, f->d->error, "has a name that is too long");
		const char *const full = arena_printf(f->d->arena, "%s.%s", name, field);
		if (!flatten(f, &member, full, full + strlen(name) + 1, depth + 1))
			return false;
	}
	return true;
}

static bool flatten(struct flattening *f, const struct json_place *place, const char *name,
                    const char *field, int depth)
{
	if (depth > NESTING_MAX)
		return json_refuse(place, NULL, f->d->error, "is nested too deep");
	if (json_is_object(place->value))
		return flatten_object(f, place, name, depth);
	if (!json_is_array(place->value))
		return add_scalar(f, place, name, field);
	for (size_t i = 0; i < json_array_size(place->value); i++) {
		const struct json_place item = { .value = json_array_get(place->value, i),
			                         .above = place,
			                         .index = i };
		const char *const full = arena_printf(f->d->arena, "%s[%zu]", name, i);
		if (!flatten(f, &item, full, field, depth + 1))
			return false;
	}
	return true;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct action_parameter *)a)->name,
	              ((const struct action_parameter *)b)->name);
}

static bool read_parameters(struct decoding *d, const struct json_place *top,
                            struct action_body *action)
{
	static const char *const known[] = { "", "action", "on", "by", "reason", "file", NULL };
	struct flattening *const f = arena_zero(d->arena, sizeof(*f));
	const char *field;
	json_t *value;

	f->d = d;
	json_object_foreach(top->value, field, value)
	{
		const struct json_place member = { .value = value, .above = top, .field = field };
		if (decoding_number(known, field) > 0 &&
		    (action->file != NULL || !text_equal(field, "file")))
			continue;
		if (strlen(field) > NAME_MAX_SIZE)
			return json_refuse(top, NULL, d->error, "has a name that is too long");
		if (!flatten(f, &member, arena_string(d->arena, field), field, 1))
			return false;
	}
	qsort(f->parameters, f->count, sizeof(f->parameters[0]), compare);
	action->parameters = f->parameters;
	action->parameter_count = f->count;
	return true;
}

static bool read_action(struct decoding *d, const struct json_place *top,
                        struct action_body *action)
{
	static const char *const fields[] = { "type", "id", NULL };
	struct json_place on;

	if (!decoding_id_at(d, top, "action", &action->action) ||
	    !json_object_at(top, "on", &on, d->error) || !json_only(&on, fields, d->error) ||
	    !decoding_id_at(d, &on, "type", &action->on_type) ||
	    !decoding_id_at(d, &on, "id", &action->on_id) ||
	    !decoding_id(d, top, "by", &action->on_behalf_of) ||
	    !decoding_text(d, top, "reason", DECODE_TEXT_MAX, &action->reason))
		return false;
	action->kind = (Opsmesh__V1__ActionKind)decoding_number(actions, action->action);
	return decoding_file(d, top, action, &action->file) && read_parameters(d, top, action);
}

/* Only a file may be as large as that. */
static bool too_large(struct decoding *d, const struct json_place *top, struct bytes body,
                      const struct action_body *action)
{
	if (body.size <= DECODE_JSON_MAX || action->file != NULL)
		return false;
	d->code = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_TOO_LARGE;
	(void)json_refuse(top, NULL, d->error, "is longer than %u bytes without a file",
	                  DECODE_JSON_MAX);
	return true;
}

bool decode_action(struct arena *arena, struct bytes body, struct action_body *action,
                   struct refusal *refusal)
{
	AUTO_JSON document = NULL;
	struct json_error error;
	struct decoding d = { .arena = arena, .error = &error, .body_max = DECODE_ACTION_MAX };
	struct action_body result = { 0 };

	if (!decoding_parse(&d, body, &document, refusal))
		return false;
	const struct json_place top = json_top(document);
	if (!read_action(&d, &top, &result) || too_large(&d, &top, body, &result))
		return decoding_refused(&d, refusal);
	*action = result;
	return true;
}
