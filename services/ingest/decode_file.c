/*
 * A file that comes with an action: evidence that a person uploads. What its first bytes tell is judged here; whether it
 * can be read to its end, by chargeback.
 */
#include "services/ingest/decode_json.h"

#include "common/base/text.h"

#include <string.h>

#define BASE64_MAX ((DECODE_FILE_MAX + 2) / 3 * 4)

static const struct {
	const char *media_type;
	const char *magic; /* with which each file of the type begins */
} types[] = {
	{ "application/pdf", "%PDF-" },
	{ "image/jpeg", "\xFF\xD8\xFF" },
	{ "image/png", "\x89PNG\r\n\x1A\n" },
};

static const char *magic_of(const char *media_type)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (text_equal(types[i].media_type, media_type))
			return types[i].magic;
	return NULL;
}

/* Nothing else takes files: for all else it is a parameter like any other. */
static bool is_file(const struct json_place *top, const struct action_body *action)
{
	return action->kind == OPSMESH__V1__ACTION_KIND__ACTION_KIND_PIN &&
	       text_equal(action->on_type, "case") &&
	       json_is_object(json_object_get(top->value, "file"));
}

static bool read_content(struct decoding *d, const struct json_place *place,
                         struct action_file *file)
{
	const char *text;

	if (!json_text_at(place, "content", DECODE_ACTION_MAX, &text, d->error))
		return false;
	if (strlen(text) > BASE64_MAX) {
		d->code = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_TOO_LARGE;
		return json_refuse(place, "content", d->error, "is a file of more than %zu bytes",
		                   DECODE_FILE_MAX);
	}
	if (!text_unbase64(d->arena, text, &file->content))
		return json_refuse(place, "content", d->error, "is not base64");
	return true;
}

bool decoding_file(struct decoding *d, const struct json_place *top,
                   const struct action_body *action, const struct action_file **file)
{
	static const char *const fields[] = { "media_type", "content", NULL };
	struct action_file *const made = arena_alloc(d->arena, sizeof(*made));
	struct json_place place;
	const char *magic;

	*file = NULL;
	if (!is_file(top, action))
		return true;
	if (!json_object_at(top, "file", &place, d->error) ||
	    !json_only(&place, fields, d->error) ||
	    !decoding_id_at(d, &place, "media_type", &made->media_type))
		return false;
	magic = magic_of(made->media_type);
	if (magic == NULL)
		return json_refuse(&place, "media_type", d->error,
		                   "is not application/pdf, image/jpeg or image/png");
	if (!read_content(d, &place, made))
		return false;
	if (made->content.size < strlen(magic) ||
	    memcmp(made->content.data, magic, strlen(magic)) != 0)
		return json_refuse(&place, "content", d->error, "is not what media_type says");
	*file = made;
	return true;
}
