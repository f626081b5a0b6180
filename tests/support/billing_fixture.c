#include "tests/support/billing_fixture.h"

#include "common/base/arena.h"
#include "common/base/check.h"
#include "common/io/file.h"
#include "services/billing-sync/document/policies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KINDS_MAX 32
#define FILES_MAX 32
#define BODY_MAX ((size_t)1 << 20)
#define TREE "deploy/policies/"

static const void *compile(struct arena *arena, const struct service_document *kind)
{
	struct document files[FILES_MAX] = { 0 };
	const char *paths[FILES_MAX];
	char reason[1024] = "cannot be read";
	const void *compiled = NULL;
	size_t count = 0;
	bool read = file_list(arena, arena_printf(arena, TREE "%s", kind->path), ".json", FILES_MAX,
	                      paths, &count);

	for (size_t i = 0; read && i < count; i++) {
		files[i].name = paths[i] + strlen(TREE);
		read = file_read(arena, paths[i], BODY_MAX, &files[i].body);
	}
	if (read)
		compiled = kind->compile(files, count, reason, sizeof(reason));
	if (compiled == NULL) {
		fprintf(stderr, "billing_fixture: %s: %s\n", kind->path, reason);
		exit(EXIT_FAILURE);
	}
	return compiled;
}

const struct document *billing_fixture(void)
{
	static struct document documents[KINDS_MAX];
	static struct arena *arena; /* as long as the program */

	if (documents[0].name != NULL)
		return documents;
	arena = arena_create(65536);

	for (size_t i = 0; billing_documents[i].name != NULL; i++) {
		CHECK(i + 1 < KINDS_MAX);
		documents[i] =
		    (struct document){ .name = billing_documents[i].name,
			               .compiled = compile(arena, &billing_documents[i]) };
	}
	return documents;
}
