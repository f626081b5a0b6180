/*
 * The register of what was published (deploy/policies/metrics/published.json):
 *
 *   {"published":[{"id":"support.first_reply","version":1,"digest":"SHA-256 of the canonical bytes, hex"}],
 *    "zones":[{"zone":"America/New_York","from":2026,"to":2030,"rules":"SHA-256 of when its clocks change"}]}
 *
 * It only grows: what a definition once said under a version it says for ever. A zone of which a government changed the rules
 * would begin days elsewhere without a word; so the rules are published as well, and of a zone's rows the last one counts.
 * They are lines of "SECONDS OFFSET", the second since 1970 of the first hour with an offset (seconds east of UTC) that the hour
 * before had not, from the first hour of the first year in UTC on.
 */
#include "services/kpi-aggregator/definition/definition_inside.h"

#include "common/base/text.h"
#include "common/flow/policy_head.h"
#include "common/io/digest.h"
#include "common/io/zone.h"

#include <string.h>

#define REGISTER_BYTES_MAX 1048576
#define YEARS_MAX 10 /* of a zone's rules that are held against the machine's, hour by hour */

static bool read_digest(struct arena *arena, const struct json_place *item, const char *field,
                        const char **digest, struct json_error *error)
{
	const char *read;

	if (!json_text_at(item, field, DIGEST_TEXT_SIZE - 1, &read, error))
		return false;
	if (strlen(read) != DIGEST_TEXT_SIZE - 1)
		return json_refuse(item, field, error, "must be 64 digits of hex");
	*digest = arena_string(arena, read);
	return true;
}

static bool read_row(struct arena *arena, const struct json_place *item,
                     struct definition_published *row, struct json_error *error)
{
	static const char *const fields[] = { "id", "version", "digest", NULL };

	return json_only(item, fields, error) &&
	       policy_word_at(arena, item, "id", &row->id, error) &&
	       json_integer_at(item, "version", 1, INT32_MAX, &row->version, error) &&
	       read_digest(arena, item, "digest", &row->digest, error);
}

static bool read_zone(struct arena *arena, const struct json_place *item,
                      struct definition_rules *row, struct json_error *error)
{
	static const char *const fields[] = { "zone", "from", "to", "rules", NULL };

	return json_only(item, fields, error) &&
	       policy_word_at(arena, item, "zone", &row->zone, error) &&
	       json_integer_at(item, "from", 1970, 2199, &row->first_year, error) &&
	       json_integer_at(item, "to", row->first_year, row->first_year + YEARS_MAX - 1,
	                       &row->last_year, error) &&
	       read_digest(arena, item, "rules", &row->digest, error);
}

const struct definition_published *definition_register_find(
    const struct definition_register *published, const char *id, int64_t version)
{
	for (size_t i = 0; i < published->count; i++)
		if (published->rows[i].version == version && text_equal(published->rows[i].id, id))
			return &published->rows[i];
	return NULL;
}

const struct definition_rules *definition_register_zone(const struct definition_register *published,
                                                        const char *zone)
{
	for (size_t i = published->zone_count; i-- > 0;)
		if (text_equal(published->zones[i].zone, zone))
			return &published->zones[i];
	return NULL;
}

static bool read_rows(struct arena *arena, const struct json_place *list,
                      struct definition_register *published, struct json_error *error)
{
	struct definition_published *const rows =
	    arena_zero(arena, (json_count(list) + 1) * sizeof(*rows));

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

static bool read_zones(struct arena *arena, const struct json_place *list,
                       struct definition_register *published, struct json_error *error)
{
	struct definition_rules *const zones =
	    arena_zero(arena, (json_count(list) + 1) * sizeof(*zones));

	published->zones = zones;
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_place item = json_item(list, i);

		if (!read_zone(arena, &item, &zones[i], error))
			return false;
		published->zone_count++;
	}
	return true;
}

bool definition_register_read(struct arena *arena, struct bytes text,
                              struct definition_register *published, struct json_error *error)
{
	static const char *const fields[] = { "published", "zones", NULL };
	struct definition_register read = { .count = 0 };
	AUTO_JSON parsed = NULL;
	struct json_place top;
	struct json_place list;
	struct json_place zones;

	if (!json_parse(text, REGISTER_BYTES_MAX, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!json_only(&top, fields, error) ||
	    !json_array_at(&top, "published", DEFINITION_PUBLISHED_MAX, &list, error) ||
	    !json_array_at(&top, "zones", DEFINITION_PUBLISHED_MAX, &zones, error) ||
	    !read_rows(arena, &list, &read, error) || !read_zones(arena, &zones, &read, error))
		return false;
	*published = read;
	return true;
}

/* The rules of a zone. */

static struct instant new_year(int64_t year)
{
	const struct date date = { .year = (int32_t)year, .month = 1, .day = 1 };

	return (struct instant){ date_days(date) * DAYS(1).us };
}

const char *definition_rules_digest(struct arena *arena, const char *zone, int64_t first_year,
                                    int64_t last_year)
{
	const struct instant end = new_year(last_year + 1);
	struct zone *const open = zone_open(zone);
	uint8_t digest[DIGEST_SIZE];
	const char *lines = "";
	int32_t before = INT32_MIN;

	if (open == NULL)
		return "";
	for (struct instant at = new_year(first_year); time_before(at, end);
	     at = time_add(at, HOURS(1))) {
		const int32_t offset = zone_offset(open, at);

		if (offset != before)
			lines = arena_printf(arena, "%s%lld %d\n", lines,
			                     (long long)(at.us / SECONDS(1).us), offset);
		before = offset;
	}
	zone_close(open);
	digest_sha256(bytes_of(lines), digest);
	return text_hex(arena, (struct bytes){ digest, sizeof(digest) });
}
