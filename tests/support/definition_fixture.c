#include "tests/support/definition_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/file.h"
#include "common/io/json.h"
#include "services/kpi-aggregator/definition/definition_inside.h"

#include <stdio.h>
#include <string.h>

#define FILES_MAX 192
#define BODY_MAX ((size_t)1 << 20)
#define TREE "deploy/policies/"

struct fixture {
	struct arena *arena;
	const char *rows;  /* of the register: the documents, */
	const char *zones; /* and their zones */
	struct document files[FILES_MAX];
	size_t count;
};

static void add(struct fixture *it, const char *name, struct bytes body)
{
	CHECK(it->count < FILES_MAX);
	it->files[it->count++] = (struct document){ .name = name, .body = body };
}

static void add_folder(struct fixture *it, const char *folder)
{
	const char *paths[FILES_MAX];
	struct bytes body = { 0 };
	size_t count;

	CHECK(file_list(it->arena, arena_printf(it->arena, TREE "%s", folder), ".json", FILES_MAX,
	                paths, &count));
	for (size_t i = 0; i < count; i++) {
		CHECK(file_read(it->arena, paths[i], BODY_MAX, &body));
		add(it, paths[i] + strlen(TREE), body);
	}
}

static const char *with(struct fixture *it, const char *rows, const char *row)
{
	return arena_printf(it->arena, "%s%s%s", rows, rows[0] == '\0' ? "" : ",", row);
}

/* As this machine has them. */
static void add_zone(struct fixture *it, const char *zone)
{
	const char *const rules = definition_rules_digest(it->arena, zone, 2026, 2026);

	if (rules[0] != '\0')
		it->zones = with(it, it->zones,
		                 arena_printf(it->arena,
		                              "{\"zone\":\"%s\",\"from\":2026,\"to\":2026,"
		                              "\"rules\":\"%s\"}",
		                              zone, rules));
}

static void add_row(struct fixture *it, const char *id, int64_t version, const json_t *document)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(json_canonical(it->arena, document), digest);
	it->rows =
	    with(it, it->rows,
	         arena_printf(it->arena, "{\"id\":\"%s\",\"version\":%lld,\"digest\":\"%s\"}", id,
	                      (long long)version,
	                      text_hex(it->arena, (struct bytes){ digest, sizeof(digest) })));
}

/* Its file, and its rows of the register; a calendar and what has no id and version have none. */
static void add_document(struct fixture *it, const char *text)
{
	AUTO_JSON parsed = NULL;
	struct json_error error;
	const char *id = "nothing";
	const char *zone;
	int64_t version = 1;
	const bool is_json = json_parse(bytes_of(text), BODY_MAX, &parsed, &error);
	const struct json_place top = json_top(parsed);
	const bool has_head = is_json && json_text_at(&top, "id", 255, &id, &error) &&
	                      json_integer_at(&top, "version", 1, INT32_MAX, &version, &error);
	const bool is_calendar = is_json && json_has(&top, "time_zone");

	add(it,
	    arena_printf(it->arena, "%s/%s-%lld.json", is_calendar ? "calendars" : "metrics",
	                 has_head ? id : "nothing", (long long)version),
	    bytes_of(text));
	if (!has_head || is_calendar)
		return;
	add_row(it, id, version, parsed);
	if (json_text_at(&top, "zone", 255, &zone, &error))
		add_zone(it, zone);
}

static const struct definition_book *compile(struct fixture *it,
                                             char reason[static DEFINITION_REASON_SIZE])
{
	const struct definition_book *const book =
	    definition_compile(it->files, it->count, reason, DEFINITION_REASON_SIZE);

	arena_destroy(it->arena);
	return book;
}

static struct fixture *begin(void)
{
	struct arena *const arena = arena_create(65536);
	struct fixture *const it = arena_zero(arena, sizeof(*it));

	it->arena = arena;
	it->rows = "";
	it->zones = "";
	add_folder(it, "holidays");
	add_folder(it, "calendars");
	return it;
}

const struct definition_book *definition_fixture(const char *const *documents,
                                                 char reason[static DEFINITION_REASON_SIZE])
{
	struct fixture *const it = begin();

	for (; *documents != NULL; documents++)
		add_document(it, *documents);
	add(it, DEFINITION_REGISTER,
	    bytes_of(arena_printf(it->arena, "{\"published\":[%s],\"zones\":[%s]}", it->rows,
	                          it->zones)));
	return compile(it, reason);
}

const struct definition_book *definition_fixture_by(const char *const *documents,
                                                    const char *published,
                                                    char reason[static DEFINITION_REASON_SIZE])
{
	struct fixture *const it = begin();

	for (; *documents != NULL; documents++)
		add_document(it, *documents);
	if (published != NULL)
		add(it, DEFINITION_REGISTER, bytes_of(published));
	return compile(it, reason);
}

const struct definition_book *definition_fixture_deployed(void)
{
	struct fixture *const it = begin();
	char reason[DEFINITION_REASON_SIZE] = "";

	add_folder(it, "metrics");
	const struct definition_book *const book = compile(it, reason);

	if (book == NULL)
		puts(reason);
	CHECK(book != NULL);
	return book;
}
