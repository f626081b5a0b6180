/*
 * The register of what was published (deploy/policies/metrics/published.json):
 *
 *   {"published":[{"id":"support.first_reply","version":1,"digest":"sha-256 of the canonical bytes, hex"}]}
 *
 * It only grows: what a definition once said under a version it says for ever.
 */
#include "services/kpi-aggregator/definition/definition_inside.h"

#include "common/base/text.h"
#include "common/flow/policy_head.h"

#include <string.h>

static bool read_row(struct arena *arena, const struct json_place *item,
                     struct definition_published *row, struct json_error *error)
{
	static const char *const fields[] = { "id", "version", "digest", NULL };
	const char *digest;

	if (!json_only(item, fields, error) ||
	    !policy_word_at(arena, item, "id", &row->id, error) ||
	    !json_integer_at(item, "version", 1, INT32_MAX, &row->version, error) ||
	    !json_text_at(item, "digest", DIGEST_TEXT_SIZE - 1, &digest, error))
		return false;
	if (strlen(digest) != DIGEST_TEXT_SIZE - 1)
		return json_refuse(item, "digest", error, "must be 64 digits of hex");
	row->digest = arena_string(arena, digest);
	return true;
}

const struct definition_published *definition_register_find(
    const struct definition_register *published, const char *id, int64_t version)
{
	for (size_t i = 0; i < published->count; i++)
		if (published->rows[i].version == version && text_equal(published->rows[i].id, id))
			return &published->rows[i];
	return NULL;
}

static bool read_rows(struct arena *arena, const struct json_place *list,
                      struct definition_published *rows, struct definition_register *published,
                      struct json_error *error)
{
	published->rows = rows;
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_place item = json_item(list, i);

		if (!read_row(arena, &item, &rows[i], error))
			return false;
		if (definition_register_find(published, rows[i].id, rows[i].version) != NULL)
			return json_refuse(&item, "version", error, "was published twice");
		published->count++;
	}
	return true;
}

bool definition_register_read(struct arena *arena, struct bytes text,
                              struct definition_register *published, struct json_error *error)
{
	static const char *const fields[] = { "published", NULL };
	struct definition_register read = { .count = 0 };
	AUTO_JSON parsed = NULL;
	struct json_place top;
	struct json_place list;

	if (!json_parse(text, POLICY_BYTES_MAX * 8, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!json_only(&top, fields, error) ||
	    !json_array_at(&top, "published", DEFINITION_PUBLISHED_MAX, &list, error) ||
	    !read_rows(arena, &list,
	               arena_zero(arena,
	                          (json_count(&list) + 1) * sizeof(struct definition_published)),
	               &read, error))
		return false;
	*published = read;
	return true;
}
