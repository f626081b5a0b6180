#include "tests/support/deployed.h"

#include "common/base/check.h"
#include "common/io/file.h"

#include <stdio.h>
#include <string.h>

#define FILES_MAX 128 /* of one document */
#define BODY_MAX ((size_t)1 << 20)
#define TREE "deploy/policies/"

static size_t read_folder(struct arena *arena, const char *folder, struct document *files,
                          size_t count)
{
	const char *paths[FILES_MAX];
	size_t found;

	CHECK(file_list(arena, arena_printf(arena, TREE "%s", folder), ".json", FILES_MAX, paths,
	                &found));
	for (size_t i = 0; i < found; i++, count++) {
		CHECK(count < FILES_MAX);
		files[count] = (struct document){ .name = paths[i] + strlen(TREE) };
		CHECK(file_read(arena, paths[i], BODY_MAX, &files[count].body));
	}
	return count;
}

/* Several folders stand apart by blanks. */
static const void *compile(struct arena *arena, const struct service_document *kind)
{
	struct document *const files = arena_zero(arena, FILES_MAX * sizeof(*files));
	char reason[1024] = "";
	size_t count = 0;

	for (const char *at = kind->path; *at != '\0'; at += strspn(at, " ")) {
		const size_t size = strcspn(at, " ");

		count = read_folder(arena, arena_text(arena, at, size), files, count);
		at += size;
	}
	const void *const compiled = kind->compile(files, count, reason, sizeof(reason));

	if (compiled == NULL)
		puts(reason);
	CHECK(compiled != NULL);
	return compiled;
}

void deployed_documents(const struct service_document *kinds,
                        struct document all[static DEPLOYED_MAX])
{
	struct arena *const arena = arena_create(65536);
	size_t count = 0;

	for (; kinds[count].name != NULL; count++) {
		CHECK(count + 1 < DEPLOYED_MAX);
		all[count] = (struct document){ .name = kinds[count].name,
			                        .compiled = compile(arena, &kinds[count]) };
	}
	all[count] = (struct document){ .name = NULL };
	arena_destroy(arena);
}
