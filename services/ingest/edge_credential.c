#include "services/ingest/edge_credential.h"

#include "common/base/text.h"
#include "common/io/json.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SETTING_MAX ((size_t)256 << 10)
#define TEXT_MAX 256
#define NAME_MAX_SIZE 64
#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
#define SCOPE_CHARACTERS NAME_CHARACTERS ":*"
#define BEARER "Bearer "

static bool word_valid(const char *text, const char *characters)
{
	return text[0] != '\0' && strlen(text) <= NAME_MAX_SIZE &&
	       text[strspn(text, characters)] == '\0';
}

static bool refuse(struct arena *arena, const char **reason, size_t number, const char *what)
{
	*reason = arena_printf(arena, "key %zu: %s", number, what);
	return false;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A word that no door asks for is a slip of the pen, and would show as a 403 at night. */
static bool scope_known(const char *scope)
{
	static const char *const words[] = { "tickets",  "csat",     "usage", "email",
		                             "accounts", "provider", "clock", "on_behalf" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(words[i], scope) == 0)
			return true;
	return text_starts(scope, "actions:") && scope[strlen("actions:")] != '\0';
}

/* Takes the texts as they are; scopes are checked and sorted. */
static bool take(struct arena *arena, struct edge_credentials *into, struct edge_credential one,
                 const char *key, const char **reason)
{
	const size_t number = into->count + 1;

	if (into->count == CREDENTIALS_MAX)
		return refuse(arena, reason, number, "there are too many");
	if (!word_valid(one.name, NAME_CHARACTERS))
		return refuse(arena, reason, number, "the name is not letters, digits and ._-");
	if (strlen(key) < CREDENTIAL_KEY_MIN)
		return refuse(arena, reason, number, "the key is too short");
	for (size_t i = 0; i < one.scope_count; i++)
		if (!word_valid(one.scopes[i], SCOPE_CHARACTERS))
			return refuse(arena, reason, number, "a scope is malformed");
	for (size_t i = 0; i < one.scope_count; i++)
		if (!scope_known(one.scopes[i]))
			return refuse(arena, reason, number, "a scope is not known");
	for (size_t i = 0; i < into->count; i++)
		if (strcmp(into->list[i].name, one.name) == 0)
			return refuse(arena, reason, number, "the name is taken");
	digest_sha256(bytes_of(key), one.digest);
	qsort(one.scopes, one.scope_count, sizeof(*one.scopes), by_text);
	into->list[into->count++] = one;
	return true;
}

/* Cuts at the first separator; what lies behind it, or NULL. */
static char *cut(char *text, char separator)
{
	char *const at = strchr(text, separator);

	if (at == NULL)
		return NULL;
	*at = '\0';
	return at + 1;
}

static bool compact_one(struct arena *arena, char *text, struct edge_credentials *into,
                        const char **reason)
{
	struct edge_credential one = { .name = text };
	char *const key = cut(text, ':');
	char *scope = key == NULL ? NULL : cut(key, ':');

	if (scope == NULL)
		return refuse(arena, reason, into->count + 1, "not name:key:scope+scope");
	while (scope != NULL) {
		char *const rest = cut(scope, '+');

		if (one.scope_count == CREDENTIAL_SCOPES_MAX)
			return refuse(arena, reason, into->count + 1, "too many scopes");
		one.scopes[one.scope_count++] = scope;
		scope = rest;
	}
	return take(arena, into, one, key, reason);
}

static bool compact_parse(struct arena *arena, const char *text, struct edge_credentials *into,
                          const char **reason)
{
	char *rest = arena_string(arena, text);

	while (rest != NULL) {
		char *const one = rest;

		rest = cut(one, ';');
		if (one[strspn(one, " \t\r\n")] == '\0')
			continue;
		if (!compact_one(arena, one + strspn(one, " \t\r\n"), into, reason))
			return false;
	}
	return true;
}

static bool json_one(struct arena *arena, const struct json_place *place,
                     struct edge_credentials *into, const char **reason, struct json_error *error)
{
	static const char *const fields[] = { "name", "key", "scopes", NULL };
	struct edge_credential one = { .name = NULL };
	struct json_place scopes;
	const char *name;
	const char *key;
	const char *scope;

	if (!json_only(place, fields, error) ||
	    !json_text_at(place, "name", TEXT_MAX, &name, error) ||
	    !json_text_at(place, "key", TEXT_MAX, &key, error) ||
	    !json_array_at(place, "scopes", CREDENTIAL_SCOPES_MAX, &scopes, error))
		return false;
	for (size_t i = 0; i < json_count(&scopes); i++) {
		if (!json_text_in(&scopes, i, TEXT_MAX, &scope, error))
			return false;
		one.scopes[one.scope_count++] = arena_string(arena, scope);
	}
	one.name = arena_string(arena, name);
	return take(arena, into, one, key, reason);
}

static bool json_keys_parse(struct arena *arena, const char *text, struct edge_credentials *into,
                            const char **reason)
{
	struct json_error error;
	char message[JSON_ERROR_SIZE];
	AUTO_JSON document = NULL;
	bool good;

	*reason = NULL;
	good = json_parse(bytes_of(text), SETTING_MAX, &document, &error);
	for (size_t i = 0; good && i < json_array_size(document); i++) {
		const struct json_place top = json_top(document);
		const struct json_place place = json_item(&top, i);

		good = json_one(arena, &place, into, reason, &error);
	}
	if (!good && *reason == NULL)
		*reason = arena_string(arena, json_error_text(&error, message));
	return good;
}

bool edge_credentials_parse(struct arena *arena, const char *text,
                            struct edge_credentials *credentials, const char **reason)
{
	struct edge_credentials found = {
		.list = arena_zero(arena, sizeof(*found.list) * CREDENTIALS_MAX),
	};
	const bool json = text[strspn(text, " \t\r\n")] == '[';

	if (json ? !json_keys_parse(arena, text, &found, reason)
	         : !compact_parse(arena, text, &found, reason))
		return false;
	*credentials = found;
	return true;
}

const struct edge_credential *edge_credential_find(const struct edge_credentials *credentials,
                                                   const char *authorization)
{
	const struct edge_credential *found = NULL;
	uint8_t digest[DIGEST_SIZE];

	if (authorization == NULL || strncasecmp(authorization, BEARER, strlen(BEARER)) != 0)
		return NULL;
	digest_sha256(bytes_of(authorization + strlen(BEARER)), digest);
	for (size_t i = 0; i < credentials->count; i++)
		if (digest_equal((struct bytes){ digest, sizeof(digest) },
		                 (struct bytes){ credentials->list[i].digest, DIGEST_SIZE }))
			found = &credentials->list[i];
	return found;
}

bool edge_credential_may(const struct edge_credential *credential, const char *scope)
{
	for (size_t i = 0; i < credential->scope_count; i++) {
		const char *const own = credential->scopes[i];
		const size_t size = strlen(own);

		if (strcmp(own, scope) == 0)
			return true;
		if (size >= 2 && strcmp(own + size - 2, ":*") == 0 &&
		    strncmp(own, scope, size - 1) == 0)
			return true;
	}
	return false;
}
