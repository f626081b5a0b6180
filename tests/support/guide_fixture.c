#include "tests/support/guide_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/classifier/train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX 64
#define BODY_MAX ((size_t)4 << 20)

static const char *const intents[] = { "refund", "duplicate_charge", "login",
	                               "outage", "how_to",           "praise" };
static const char *const languages[] = { "en", "ja" };
static const char *const folders[] = { "taxonomy", "rules",     "signals", "shortfall",
	                               "macros",   "playbooks", "glossary" };

/* What is compiled borrows of these; they live as long as the program. */
static struct arena *arenas[2];

static void finish(void)
{
	for (size_t i = 0; i < COUNT_OF(arenas); i++)
		arena_destroy(arenas[i]);
}

static struct arena *arena_of_program(void)
{
	const size_t which = arenas[0] != NULL;

	if (which == 0)
		(void)atexit(finish);
	arenas[which] = arena_create(65536);
	return arenas[which];
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "guide_fixture: %s\n", what);
	exit(EXIT_FAILURE);
}

/* The file of a model of the first so many intents. */
static struct bytes train(struct arena *arena, size_t intent_count)
{
	const char *paths[COUNT_OF(intents) * COUNT_OF(languages)];
	struct lines_source source = { .paths = paths };
	struct train_options options = train_defaults;
	struct train_report report;
	struct buffer file = { 0 };
	char error[LINES_ERROR];
	struct lines lines;

	for (size_t i = 0; i < intent_count; i++)
		for (size_t k = 0; k < COUNT_OF(languages); k++)
			paths[source.count++] = arena_printf(arena, "deploy/training/%s/%s.jsonl",
			                                     languages[k], intents[i]);
	options.taxonomy = "support";
	options.taxonomy_version = 1;
	must(lines_read(arena, &source, &lines, error), error);
	must(train_model(&lines, &options, &file, &report, error), error);
	return (struct bytes){ file.data, file.size };
}

static const struct guide *compile(size_t intent_count)
{
	struct arena *const arena = arena_of_program();
	struct document *const files = arena_zero(arena, FILES_MAX * sizeof(*files));
	const char *paths[FILES_MAX];
	char reason[1024];
	size_t count = 0;
	size_t found;

	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		const char *const folder = arena_printf(arena, "deploy/policies/%s", folders[i]);

		must(file_list(arena, folder, ".json", FILES_MAX, paths, &found), folder);
		for (size_t k = 0; k < found; k++, count++) {
			CHECK(count < FILES_MAX - 1);
			files[count].name = paths[k] + strlen("deploy/policies/");
			must(file_read(arena, paths[k], BODY_MAX, &files[count].body), paths[k]);
		}
	}
	files[count].name = GUIDE_MODEL;
	files[count++].body = train(arena, intent_count);
	const struct guide *const guide = guide_compile(files, count, reason, sizeof(reason));

	must(guide != NULL, reason);
	return guide;
}

const struct guide *guide_fixture(void)
{
	static const struct guide *guide;

	if (guide == NULL)
		guide = compile(COUNT_OF(intents));
	return guide;
}

const struct guide *guide_fixture_other(void)
{
	static const struct guide *guide;

	if (guide == NULL)
		guide = compile(COUNT_OF(intents) - 1);
	return guide;
}
