#include "services/ingest/decode_json.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

#define DOMAIN_MAX 253 /* RFC 1035 */

bool decoding_refused(struct decoding *d, struct refusal *refusal)
{
	*refusal = (struct refusal){
		.code = d->code != OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNSPECIFIED
		            ? d->code
		            : OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
		.field = arena_string(d->arena, d->error->path),
		.reason = arena_string(d->arena, d->error->reason),
	};
	return false;
}

bool decoding_parse(struct decoding *d, struct bytes body, json_t **document,
                    struct refusal *refusal)
{
	const size_t most = d->body_max != 0 ? d->body_max : DECODE_JSON_MAX;

	if (!json_parse(body, most, document, d->error)) {
		d->code = body.size > most ? OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_TOO_LARGE
		                           : OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNDECODABLE;
		return decoding_refused(d, refusal);
	}
	const struct json_place top = json_top(*document);
	if (!json_is_object(*document)) {
		(void)json_refuse(&top, NULL, d->error, "must be an object");
		return decoding_refused(d, refusal);
	}
	return true;
}

bool decoding_text(struct decoding *d, const struct json_place *object, const char *field,
                   size_t max, const char **text)
{
	const char *found = "";

	if (!json_text_if(object, field, max, &found, d->error))
		return false;
	*text = arena_string(d->arena, found);
	return true;
}

bool decoding_body(struct decoding *d, const struct json_place *object, const char **text)
{
	const char *found;

	if (!json_text_at(object, "body", DECODE_TEXT_MAX, &found, d->error))
		return false;
	if (found[strspn(found, " \t\r\n")] == '\0')
		return json_refuse(object, "body", d->error, "must not be blank");
	*text = arena_string(d->arena, found);
	return true;
}

static bool is_visible(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text <= ' ' || *text > '~')
			return false;
	}
	return true;
}

/* A word may be of any script; a line feed would part it in two where a list is kept in lines. */
static bool is_printable(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	}
	return true;
}

bool decoding_id(struct decoding *d, const struct json_place *object, const char *field,
                 const char **id)
{
	const char *found;

	if (!decoding_text(d, object, field, DECODE_ID_MAX, &found))
		return false;
	if (!is_visible(found))
		return json_refuse(object, field, d->error, "must be visible ASCII without blanks");
	*id = found;
	return true;
}

bool decoding_account(struct decoding *d, const struct json_place *object, const char *field,
                      const char **id)
{
	if (!decoding_id(d, object, field, id))
		return false;
	return strchr(*id, '/') == NULL ||
	       json_refuse(object, field, d->error, "must not have a slash");
}

bool decoding_is_account(const char *id)
{
	return *id != '\0' && strlen(id) <= DECODE_ID_MAX && is_visible(id) &&
	       strchr(id, '/') == NULL;
}

bool decoding_id_at(struct decoding *d, const struct json_place *object, const char *field,
                    const char **id)
{
	const char *found;

	return json_text_at(object, field, DECODE_ID_MAX, &found, d->error) &&
	       decoding_id(d, object, field, id);
}

bool decoding_time(struct decoding *d, const struct json_place *object, struct instant *at)
{
	struct instant found = d->received_at;

	if (!json_instant_if(object, "occurred_at", &found, d->error))
		return false;
	if (time_before(time_add(d->received_at, DECODE_SKEW_MAX), found) ||
	    time_before(found, time_sub(d->received_at, DECODE_AGE_MAX))) {
		d->code = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_OUT_OF_TIME;
		return json_refuse(object, "occurred_at", d->error,
		                   time_before(d->received_at, found)
		                       ? "is more than 5 minutes after the request"
		                       : "is more than 366 days before the request");
	}
	*at = time_earlier(found, d->received_at);
	return true;
}

int decoding_number(const char *const *words, const char *word)
{
	for (int i = 1; words[i] != NULL; i++) {
		if (text_equal(words[i], word))
			return i;
	}
	return 0;
}

static char *lower(struct arena *arena, const char *text)
{
	char *const copy = arena_string(arena, text);

	for (char *at = copy; *at != '\0'; at++)
		*at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
	return copy;
}

static const char *domain_of(struct arena *arena, const char *text)
{
	const size_t size = strlen(text);
	const bool plain = size > 0 && size <= DOMAIN_MAX && is_visible(text) &&
	                   strpbrk(text, "@/\\,;:\"'<>()[]") == NULL &&
	                   strstr(text, "..") == NULL && text[0] != '.' && text[size - 1] != '.' &&
	                   strchr(text, '.') != NULL;

	return plain ? lower(arena, text) : NULL;
}

const char *decoding_address(struct arena *arena, const char *text)
{
	const char *const at = strrchr(text, '@');

	if (at == NULL || at == text || strlen(text) > ADDRESS_MAX ||
	    strpbrk(text, " \t\r\n<>,;") != NULL)
		return NULL;
	const char *const domain = domain_of(arena, at + 1);
	return domain == NULL ? NULL
	                      : arena_printf(arena, "%.*s@%s", (int)(at - text), text, domain);
}

static const char *list_entry(struct decoding *d, enum list_kind kind, const char *text)
{
	switch (kind) {
	case LIST_WORDS: return is_printable(text) ? arena_string(d->arena, text) : NULL;
	case LIST_IDS:
		return is_visible(text) && strchr(text, '/') == NULL ? arena_string(d->arena, text)
		                                                     : NULL;
	case LIST_DOMAINS: return domain_of(d->arena, text);
	case LIST_ADDRESSES: return decoding_address(d->arena, text);
	default: return NULL;
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t unique(const char **items, size_t count)
{
	size_t kept = 0;

	qsort(items, count, sizeof(*items), compare);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || strcmp(items[kept - 1], items[i]) != 0)
			items[kept++] = items[i];
	}
	return kept;
}

bool decoding_list(struct decoding *d, const struct json_place *object, const char *field,
                   enum list_kind kind, size_t max, struct texts *list)
{
	static const char *const wanted[] = { "a word in one line",
		                              "an id in visible ASCII without a slash",
		                              "a mail domain", "an e-mail address" };
	const size_t size = kind == LIST_WORDS ? DECODE_WORD_MAX : ADDRESS_MAX;
	struct json_place array;

	if (!json_array_if(object, field, max, &array, d->error))
		return false;
	const size_t count = json_count(&array);
	const char **const items = arena_alloc(d->arena, (count + 1) * sizeof(*items));
	for (size_t i = 0; i < count; i++) {
		const struct json_place item = json_item(&array, i);
		const char *text;
		if (!json_text_in(&array, i, size, &text, d->error))
			return false;
		items[i] = list_entry(d, kind, text);
		if (items[i] == NULL)
			return json_refuse(&item, NULL, d->error, "must be %s", wanted[kind]);
	}
	*list = (struct texts){ items, unique(items, count) };
	return true;
}
