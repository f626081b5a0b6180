/*
 * One document: its head, what it says for people, and its canonical bytes, by whose digest it is published.
 */
#include "services/kpi-aggregator/definition/definition_inside.h"

#include "common/base/text.h"
#include "common/flow/policy_head.h"
#include "common/io/digest.h"

#include <string.h>

static const char *const document_fields[] = {
	"id",        "version",    "effective_from", "source",        "title",           "says",
	"owner",     "area",       "formula",        "unit",          "rounding",        "better",
	"zone",      "windows",    "grace",          "dimensions",    "dimensions_from", "bound",
	"calendars", "population", "hits",           "numerator",     "denominator",     "per",
	"plus",      "measure",    "weight",         "quantiles_ppm", "aside",           NULL
};

/* Ids are parts of keys and of names of files: small letters, digits, "_" and "." between. */
static bool is_id(const char *id)
{
	for (const char *at = id; *at != '\0'; at++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_.", *at) == NULL)
			return false;
	return id[0] != '.' && !text_ends(id, ".") && strstr(id, "..") == NULL;
}

static bool read_head(struct definition_reading *reading, const struct json_place *top)
{
	struct definition *const it = reading->definition;
	const char *source;

	if (!policy_word_at(reading->arena, top, "id", &it->id, reading->error) ||
	    !json_integer_at(top, "version", 1, INT32_MAX, &it->version, reading->error) ||
	    !json_instant_at(top, "effective_from", &it->effective_from, reading->error) ||
	    !json_text_if(top, "source", POLICY_SOURCE_MAX, &source, reading->error))
		return false;
	if (!is_id(it->id))
		return json_refuse(top, "id", reading->error,
		                   "must be small letters, digits, _ and dots between");
	it->key = arena_printf(reading->arena, "%s@%lld", it->id, (long long)it->version);
	return true;
}

static bool read_prose(struct definition_reading *reading, const struct json_place *top)
{
	static const char *const areas[] = { "support", "billing", "value", NULL };
	static const char *const better[] = { "higher", "lower", "neither", NULL };
	struct definition *const it = reading->definition;
	const char *title;
	const char *says;
	int area;
	int sense;

	if (!json_text_at(top, "title", DEFINITION_TITLE_MAX, &title, reading->error) ||
	    !json_text_at(top, "says", DEFINITION_SAYS_MAX, &says, reading->error) ||
	    !policy_word_at(reading->arena, top, "owner", &it->owner, reading->error) ||
	    !json_word_at(top, "area", areas, &area, reading->error) ||
	    !json_word_at(top, "better", better, &sense, reading->error))
		return false;
	it->title = arena_string(reading->arena, title);
	it->says = arena_string(reading->arena, says);
	it->area = areas[area];
	it->higher_is_better = sense == 0;
	it->neutral = sense == 2;
	return true;
}

static void seal(struct definition_reading *reading, const json_t *document)
{
	struct definition *const it = reading->definition;
	uint8_t digest[DIGEST_SIZE];

	it->body = json_canonical(reading->arena, document);
	digest_sha256(it->body, digest);
	memcpy(it->digest, text_hex(reading->arena, (struct bytes){ digest, sizeof(digest) }),
	       DIGEST_TEXT_SIZE);
}

bool definition_read(struct definition_reading *reading, struct bytes text)
{
	AUTO_JSON parsed = NULL;
	struct json_place top;

	if (!json_parse(text, DEFINITION_BYTES_MAX, &parsed, reading->error))
		return false;
	top = json_top(parsed);
	if (!json_only(&top, document_fields, reading->error) || !read_head(reading, &top) ||
	    !read_prose(reading, &top) || !definition_read_formula(reading, &top) ||
	    !definition_read_cut(reading, &top))
		return false;
	seal(reading, parsed);
	return true;
}
