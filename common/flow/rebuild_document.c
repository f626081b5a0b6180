#include "common/flow/rebuild_document.h"

#include "common/base/text.h"
#include "gen/flow_sql.h"

#include <stdio.h>
#include <string.h>

struct rebuild_document {
	const char *digests;
	const struct document *compiled;
	struct rebuild_document *next;
};

static size_t count_words(const char *text)
{
	size_t count = 0;

	for (size_t size; *(text += strspn(text, " ")) != '\0'; text += size, count++)
		size = strcspn(text, " ");
	return count;
}

static enum status load(struct db *db, struct arena *arena, const char *digest,
                        struct document *file, char reason[static SERVICE_REASON_SIZE])
{
	AUTO_ROWS rows = NULL;
	const enum status status = db_query(db, &sql_document_load, &rows, DB_TEXT(digest));

	if (status != STATUS_OK) {
		snprintf(reason, SERVICE_REASON_SIZE, "%s", db_reason(db));
		return status;
	}
	if (db_rows_count(rows) == 0) {
		snprintf(reason, SERVICE_REASON_SIZE, "the document %s is not kept", digest);
		return STATUS_REJECT;
	}
	file->name = arena_string(arena, db_text(rows, 0, 0));
	file->body = arena_bytes(arena, db_bytes(rows, 0, 1));
	snprintf(file->digest, sizeof(file->digest), "%s", digest);
	return STATUS_OK;
}

static enum status compile(struct db *db, const struct daemon *daemon, const char *digests,
                           const struct document **documents,
                           char reason[static SERVICE_REASON_SIZE])
{
	struct arena *const arena = daemon->arena;
	struct document *const files =
	    arena_zero(arena, (count_words(digests) + 1) * sizeof(*files));
	char *rest = arena_string(arena, digests);
	size_t count = 0;

	for (char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " "))
		if (*word != '\0')
			TRY(load(db, arena, word, &files[count++], reason));
	*documents = daemon_compile(daemon, arena, files, reason);
	return *documents == NULL ? STATUS_REJECT : STATUS_OK;
}

enum status rebuild_document_find(struct db *db, const struct daemon *daemon,
                                  struct rebuild_document **known, const char *digests,
                                  const struct document **documents,
                                  char reason[static SERVICE_REASON_SIZE])
{
	struct rebuild_document *it = *known;

	while (it != NULL && !text_equal(it->digests, digests))
		it = it->next;
	if (it == NULL) {
		const struct document *compiled;

		TRY(compile(db, daemon, digests, &compiled, reason));
		it = arena_alloc(daemon->arena, sizeof(*it));
		*it = (struct rebuild_document){ arena_string(daemon->arena, digests), compiled,
			                         *known };
		*known = it;
	}
	*documents = it->compiled;
	return STATUS_OK;
}
