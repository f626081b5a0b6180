#include "services/ingest/people.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/json.h"
#include "common/io/unicode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE_MAX 320 /* an address */
#define LABEL_SIZE_MAX 100
#define REPLY_PREFIX "reply+"

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool list_has(const struct name_list *list, const char *name)
{
	return list->count > 0 && bsearch(&name, list->items, list->count, sizeof(list->items[0]),
	                                  compare_names) != NULL;
}

static bool read_list(struct arena *arena, const struct json_place *document, const char *field,
                      bool addresses, struct name_list *list, struct json_error *error)
{
	struct json_place array;
	const char **names;

	if (!json_array_if(document, field, PEOPLE_ENTRIES_MAX, &array, error))
		return false;
	const size_t count = json_count(&array);
	names = arena_alloc(arena, (count + 1) * sizeof(*names));
	for (size_t i = 0; i < count; i++) {
		const char *name;
		if (!json_text_in(&array, i, NAME_SIZE_MAX, &name, error))
			return false;
		const struct json_place item = json_item(&array, i);
		names[i] = addresses ? address_normalise(arena, name) : unicode_fold(arena, name);
		if (names[i] == NULL || (!addresses && strchr(names[i], '@') != NULL))
			return json_refuse(&item, NULL, error, "is no %s",
			                   addresses ? "address" : "domain");
	}
	qsort(names, count, sizeof(*names), compare_names);
	*list = (struct name_list){ names, count };
	return true;
}

static bool read_label(struct arena *arena, const struct json_place *document, const char **label,
                       struct json_error *error)
{
	const char *id;
	int64_t version;
	struct instant from;

	if (!json_text_at(document, "id", LABEL_SIZE_MAX, &id, error) ||
	    !json_integer_at(document, "version", 1, INT32_MAX, &version, error) ||
	    !json_instant_at(document, "effective_from", &from, error))
		return false;
	*label = arena_printf(arena, "%s@%lld", id, (long long)version);
	return true;
}

static bool failed(struct arena *arena, const struct json_error *error, const char **text)
{
	char line[JSON_ERROR_SIZE];

	*text = arena_string(arena, json_error_text(error, line));
	return false;
}

bool people_read_team(struct arena *arena, struct bytes json, struct people *people,
                      const char **error)
{
	static const char *const fields[] = { "id",      "version",   "effective_from",
		                              "domains", "addresses", NULL };
	AUTO_JSON document = NULL;
	struct json_error cause;

	if (!json_parse(json, PEOPLE_DOCUMENT_MAX, &document, &cause))
		return failed(arena, &cause, error);
	const struct json_place top = json_top(document);
	if (!json_only(&top, fields, &cause) ||
	    !read_label(arena, &top, &people->team_version, &cause) ||
	    !read_list(arena, &top, "domains", false, &people->team_domains, &cause) ||
	    !read_list(arena, &top, "addresses", true, &people->team_addresses, &cause))
		return failed(arena, &cause, error);
	return true;
}

bool people_read_free(struct arena *arena, struct bytes json, struct people *people,
                      const char **error)
{
	static const char *const fields[] = { "id", "version", "effective_from", "domains", NULL };
	AUTO_JSON document = NULL;
	struct json_error cause;

	if (!json_parse(json, PEOPLE_DOCUMENT_MAX, &document, &cause))
		return failed(arena, &cause, error);
	const struct json_place top = json_top(document);
	if (!json_only(&top, fields, &cause) ||
	    !read_label(arena, &top, &people->free_version, &cause) ||
	    !read_list(arena, &top, "domains", false, &people->free_domains, &cause))
		return failed(arena, &cause, error);
	return true;
}

const void *people_compile(const struct document *files, size_t count, char *reason,
                           size_t reason_size)
{
	struct arena *const arena = arena_create(65536);
	struct people *const people = arena_zero(arena, sizeof(*people));

	people->arena = arena;
	for (size_t i = 0; i < count; i++) {
		const char *error;
		const bool team = text_equal(files[i].name, "team.json");

		if (team ? people_read_team(arena, files[i].body, people, &error)
		         : people_read_free(arena, files[i].body, people, &error))
			continue;
		(void)snprintf(reason, reason_size, "%s: %s", files[i].name, error);
		arena_destroy(arena);
		return NULL;
	}
	return people;
}

const char *address_normalise(struct arena *arena, const char *address)
{
	char *const form = unicode_fold(arena, address);
	char *const at = strrchr(form, '@');

	if (at == NULL || at == form || at[1] == '\0' || strlen(form) > NAME_SIZE_MAX)
		return NULL;
	char *const plus = memchr(form, '+', (size_t)(at - form));
	if (plus != NULL && plus > form)
		memmove(plus, at, strlen(at) + 1);
	return form;
}

bool people_is_ours(const struct people *people, const char *address)
{
	struct arena *const scratch = arena_create(1024);
	const char *const form = address_normalise(scratch, address);
	const bool ours = form != NULL && (list_has(&people->team_addresses, form) ||
	                                   list_has(&people->team_domains, strrchr(form, '@') + 1));

	arena_destroy(scratch);
	return ours;
}

const char *contact_key_address(struct arena *arena, struct bytes secret, const char *address)
{
	uint8_t digest[DIGEST_SIZE];
	const char *const form = address_normalise(arena, address);

	CHECK(secret.size >= CONTACT_SECRET_MIN);
	if (form == NULL)
		return NULL;
	const struct bytes parts[] = { bytes_of("address\n"), bytes_of(form) };
	digest_hmac_sha256(secret, parts, COUNT_OF(parts), digest);
	return arena_printf(arena, "address:%s",
	                    text_hex(arena, (struct bytes){ digest, sizeof(digest) }));
}

const char *contact_key_domain(struct arena *arena, const struct people *people,
                               const char *address)
{
	const char *const form = address_normalise(arena, address);
	const char *const domain = form == NULL ? NULL : strrchr(form, '@') + 1;

	if (domain == NULL || list_has(&people->free_domains, domain))
		return NULL;
	return arena_printf(arena, "domain:%s", domain);
}

static bool is_reply_id(const char *id, size_t size)
{
	if (size == 0 || size > REPLY_TICKET_MAX)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!((id[i] >= 'a' && id[i] <= 'z') || (id[i] >= '0' && id[i] <= '9') ||
		      id[i] == '-' || id[i] == '_'))
			return false;
	}
	return true;
}

static const char *reply_mac(struct arena *arena, struct bytes secret, struct bytes ticket)
{
	uint8_t digest[DIGEST_SIZE];
	const struct bytes parts[] = { bytes_of("reply\n"), ticket };

	digest_hmac_sha256(secret, parts, COUNT_OF(parts), digest);
	return text_hex(arena, (struct bytes){ digest, REPLY_MAC_SIZE });
}

const char *reply_token_make(struct arena *arena, struct bytes secret, const char *ticket_id)
{
	if (!is_reply_id(ticket_id, strlen(ticket_id)))
		return NULL;
	return arena_printf(arena, REPLY_PREFIX "%s.%s", ticket_id,
	                    reply_mac(arena, secret, bytes_of(ticket_id)));
}

const char *reply_token_verify(struct arena *arena, struct bytes secret, const char *address)
{
	const char *const form = unicode_fold(arena, address);

	if (!text_starts(form, REPLY_PREFIX))
		return NULL;
	const char *const id = form + strlen(REPLY_PREFIX);
	const size_t size = strcspn(id, ".");
	if (!is_reply_id(id, size) || id[size] != '.')
		return NULL;
	const char *const code = id + size + 1;
	const struct bytes said = { code, strcspn(code, "@") };
	const char *const right = reply_mac(arena, secret, (struct bytes){ id, size });
	return digest_equal(said, bytes_of(right)) ? arena_text(arena, id, size) : NULL;
}
