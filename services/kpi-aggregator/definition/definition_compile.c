/*
 * All documents together: calendars first, then each definition, then what was published of them, and the book by which
 * observations find their definitions.
 */
#include "services/kpi-aggregator/definition/definition_inside.h"

#include "common/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct compiling {
	struct arena *arena;
	struct definition_book *book;
	struct definition *definitions;
	const char **files; /* of each definition */
	struct definition_register published;
	bool registered;
	struct window_zone **zones;
	char *reason;
	size_t reason_size;
};

static bool refuse(const struct compiling *it, const char *file, const char *path, const char *why)
{
	snprintf(it->reason, it->reason_size, "%s: %s%s%s", file, path, path[0] == '\0' ? "" : ": ",
	         why);
	return false;
}

static bool refuse_error(const struct compiling *it, const char *file,
                         const struct json_error *error)
{
	return refuse(it, file, error->path, error->reason);
}

/* Each zone is opened once. */
static struct window_zone *zone_of(void *context, const char *name)
{
	struct compiling *const it = context;

	for (size_t i = 0; i < it->book->zone_count; i++)
		if (text_equal(window_zone_name(it->zones[i]), name))
			return it->zones[i];
	struct window_zone *const zone = window_zone_open(name);

	if (zone != NULL)
		it->zones[it->book->zone_count++] = zone;
	return zone;
}

/* Reading. */

static bool named_as_it_is(const struct compiling *it, const struct document *file,
                           const struct definition *definition)
{
	const char *const name = arena_printf(it->arena, DEFINITION_FOLDER "%s-%" PRId64 ".json",
	                                      definition->id, definition->version);
	char why[256];

	if (text_equal(file->name, name))
		return true;
	snprintf(why, sizeof(why), "its id and version belong into %s", name);
	return refuse(it, file->name, "id", why);
}

static bool read_definition(struct compiling *it, const struct document *file)
{
	struct definition *const definition = &it->definitions[it->book->count];
	struct json_error error;
	struct definition_reading reading = {
		.arena = it->arena,
		.definition = definition,
		.library = &it->book->library,
		.zone = zone_of,
		.context = it,
		.error = &error,
	};

	*definition = (struct definition){ .version = 0 };
	if (!definition_read(&reading, file->body))
		return refuse_error(it, file->name, &error);
	it->files[it->book->count++] = file->name;
	return named_as_it_is(it, file, definition);
}

static bool read_register(struct compiling *it, const struct document *file)
{
	struct json_error error;

	it->registered = true;
	return definition_register_read(it->arena, file->body, &it->published, &error) ||
	       refuse_error(it, file->name, &error);
}

static bool read_files(struct compiling *it, const struct document *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!text_starts(files[i].name, DEFINITION_FOLDER))
			continue;
		if (text_equal(files[i].name, DEFINITION_REGISTER)) {
			if (!read_register(it, &files[i]))
				return false;
		} else if (it->book->count == DEFINITION_MAX) {
			return refuse(it, files[i].name, "", "is one document more than 256");
		} else if (!read_definition(it, &files[i])) {
			return false;
		}
	}
	return it->registered || refuse(it, DEFINITION_REGISTER, "", "is missing");
}

/* What was published. */

static bool is_as_published(const struct compiling *it, size_t place)
{
	const struct definition *const definition = &it->definitions[place];
	const struct definition_published *const row =
	    definition_register_find(&it->published, definition->id, definition->version);
	char why[160];

	if (row == NULL)
		return refuse(
		    it, it->files[place], "version",
		    "was not published: deploy/policies/publish.py puts it into the register");
	if (text_equal(row->digest, definition->digest))
		return true;
	snprintf(why, sizeof(why),
	         "says otherwise than what was published as version %" PRId64
	         ": give it a new version",
	         definition->version);
	return refuse(it, it->files[place], "version", why);
}

/* A later version begins to count later, so that one of them is in force at any time. */
static bool begins_later(const struct compiling *it, size_t place)
{
	const struct definition *const definition = &it->definitions[place];

	for (size_t i = 0; i < it->book->count; i++) {
		const struct definition *const other = &it->definitions[i];

		if (text_equal(other->id, definition->id) && other->version < definition->version &&
		    !time_before(other->effective_from, definition->effective_from))
			return refuse(it, it->files[place], "effective_from",
			              "is not after that of an earlier version");
	}
	return true;
}

/* A machine on which days begin at other instants would count other windows under the same names. */
static bool begins_as_published(const struct compiling *it, const char *zone)
{
	const struct definition_rules *const rules = definition_register_zone(&it->published, zone);
	char why[160];

	if (rules != NULL &&
	    text_equal(rules->digest, definition_rules_digest(it->arena, zone, rules->first_year,
	                                                      rules->last_year)))
		return true;
	snprintf(why, sizeof(why),
	         rules == NULL
	             ? "the rules of %s were not published"
	             : "the rules of %s on this machine are not those that were published",
	         zone);
	return refuse(it, DEFINITION_REGISTER, "zones", why);
}

static bool judge_all(const struct compiling *it)
{
	char why[160];

	for (size_t i = 0; i < it->book->count; i++)
		if (!is_as_published(it, i) || !begins_later(it, i))
			return false;
	for (size_t i = 0; i < it->book->zone_count; i++)
		if (!begins_as_published(it, window_zone_name(it->zones[i])))
			return false;
	for (size_t i = 0; i < it->published.count; i++) {
		const struct definition_published *const row = &it->published.rows[i];
		bool found = false;

		for (size_t k = 0; k < it->book->count && !found; k++)
			found = it->definitions[k].version == row->version &&
			        text_equal(it->definitions[k].id, row->id);
		snprintf(why, sizeof(why), "%s@%" PRId64 " was published, and its document is gone",
		         row->id, row->version);
		if (!found)
			return refuse(it, DEFINITION_REGISTER, "", why);
	}
	return true;
}

/* The book. */

static int by_id_and_version(const void *a, const void *b)
{
	const struct definition *const left = a;
	const struct definition *const right = b;
	const int order = strcmp(left->id, right->id);

	return order != 0 ? order
	                  : (left->version > right->version) - (left->version < right->version);
}

static bool has_part(const struct definition *definition, int kind)
{
	for (size_t i = 0; i < definition->part_count; i++)
		if ((int)definition->parts[i].kind == kind)
			return true;
	return false;
}

static void index_kinds(struct compiling *it)
{
	for (int kind = 0; kind < OBSERVATION_KINDS; kind++) {
		const struct definition **const list =
		    arena_zero(it->arena,
		               (it->book->count + 1) * sizeof(const struct definition *));
		size_t count = 0;

		for (size_t i = 0; i < it->book->count; i++)
			if (has_part(&it->definitions[i], kind))
				list[count++] = &it->definitions[i];
		it->book->of_kind[kind] = list;
	}
}

static void index_snapshots(struct compiling *it)
{
	struct window_zone **const zones =
	    arena_zero(it->arena, (it->book->zone_count + 1) * sizeof(struct window_zone *));

	for (size_t i = 0; i < it->book->zone_count; i++) {
		bool counts = false;

		for (size_t k = 0; k < it->book->count && !counts; k++)
			counts = it->definitions[k].zone == it->zones[i] &&
			         has_part(&it->definitions[k], OBSERVATION_BACKLOG);
		if (counts)
			zones[it->book->snapshot_zone_count++] = it->zones[i];
	}
	it->book->snapshot_zones = zones;
}

static void seal_book(struct compiling *it)
{
	char *const all = arena_alloc(it->arena, it->book->count * DIGEST_TEXT_SIZE + 1);
	uint8_t digest[DIGEST_SIZE];

	for (size_t i = 0; i < it->book->count; i++)
		memcpy(all + i * DIGEST_TEXT_SIZE, it->definitions[i].digest, DIGEST_TEXT_SIZE);
	digest_sha256((struct bytes){ all, it->book->count * DIGEST_TEXT_SIZE }, digest);
	it->book->digest = text_hex(it->arena, (struct bytes){ digest, sizeof(digest) });
}

static bool compile(struct compiling *it, const struct document *files, size_t count)
{
	if (!calendar_library_read(it->arena, files, count, &it->book->library, it->reason,
	                           it->reason_size) ||
	    !read_files(it, files, count) || !judge_all(it))
		return false;
	qsort(it->definitions, it->book->count, sizeof(*it->definitions), by_id_and_version);
	seal_book(it);
	index_kinds(it);
	index_snapshots(it);
	return true;
}

const void *definition_compile(const struct document *files, size_t count, char *reason,
                               size_t reason_size)
{
	struct arena *const arena = arena_create(262144);
	struct definition_book *const book = arena_zero(arena, sizeof(*book));
	struct compiling it = {
		.arena = arena,
		.book = book,
		.definitions = arena_zero(arena, DEFINITION_MAX * sizeof(struct definition)),
		.files = arena_zero(arena, DEFINITION_MAX * sizeof(const char *)),
		.zones = arena_zero(arena, DEFINITION_MAX * sizeof(struct window_zone *)),
		.reason = reason,
		.reason_size = reason_size,
	};

	book->arena = arena;
	book->definitions = it.definitions;
	book->zones = it.zones;
	if (compile(&it, files, count))
		return book;
	definition_release(book);
	return NULL;
}

void definition_release(const struct definition_book *book)
{
	struct calendar_library library = book->library;

	for (size_t i = 0; i < book->zone_count; i++)
		window_zone_close(book->zones[i]);
	calendar_library_finish(&library);
	arena_destroy(book->arena);
}
