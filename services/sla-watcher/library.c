/*
 * The documents together: holidays first, then the calendars that name them, then the policies by them.
 */
#include "services/sla-watcher/policy_document.h"

#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

/* The documents of one kind, in the order of their names. */
struct files {
	const char *paths[SLA_DOCUMENTS_MAX];
	struct bytes bodies[SLA_DOCUMENTS_MAX];
	size_t count;
};

static bool fail(char error[static SLA_BOOK_ERROR_SIZE], const char *path, const char *reason)
{
	snprintf(error, SLA_BOOK_ERROR_SIZE, "%s: %s", path, reason);
	return false;
}

static bool refuse(char error[static SLA_BOOK_ERROR_SIZE], const char *path,
                   const struct json_error *cause)
{
	char text[JSON_ERROR_SIZE];

	return fail(error, path, json_error_text(cause, text));
}

/* A row for each calendar, for the book to choose by. */
static void rows_fill(struct arena *arena, struct sla_library *library)
{
	const size_t count = library->calendars.calendar_count;
	struct sla_calendar *const rows = arena_zero(arena, (count + 1) * sizeof(*rows));

	for (size_t i = 0; i < count; i++) {
		const struct calendar_document *const document = &library->calendars.calendars[i];

		rows[i] = (struct sla_calendar){
			.id = document->id,
			.version = document->version,
			.effective_from = document->effective_from,
			.calendar = document->calendar,
			.digest = document->digest,
		};
	}
	library->book.calendars = rows;
	library->book.calendar_count = count;
}

static bool policies_load(struct arena *arena, const struct files *files,
                          struct sla_library *library, char error[static SLA_BOOK_ERROR_SIZE])
{
	struct sla_policy *const rows = arena_zero(arena, (files->count + 1) * sizeof(*rows));
	struct json_error cause;

	for (size_t i = 0; i < files->count; i++) {
		if (!sla_policy_parse(arena, files->bodies[i], library->book.calendars,
		                      library->book.calendar_count, &rows[i], &cause))
			return refuse(error, files->paths[i], &cause);
		for (size_t j = 0; j < i; j++) {
			if (rows[j].effective_from.us == rows[i].effective_from.us ||
			    (rows[j].version == rows[i].version &&
			     text_equal(rows[j].id, rows[i].id)))
				return fail(error, files->paths[i],
				            "another file has this version or effective_from");
		}
	}
	library->book.policies = rows;
	library->book.policy_count = files->count;
	return true;
}

/* The folders. */
enum kind { HOLIDAYS, CALENDARS, POLICIES, KINDS };
static const char *const kind_names[] = { "holidays", "calendars", "sla" };

static bool library_fill(struct arena *arena, const struct document *documents, size_t count,
                         const struct files *policies, struct sla_library *library,
                         char error[static SLA_BOOK_ERROR_SIZE])
{
	*library = (struct sla_library){ .book = { .calendar_count = 0 } };
	if (!calendar_library_read(arena, documents, count, &library->calendars, error,
	                           SLA_BOOK_ERROR_SIZE))
		return false;
	rows_fill(arena, library);
	if (policies_load(arena, policies, library, error))
		return true;
	sla_library_finish(library);
	return false;
}

/* By the folder that its name begins with; KINDS: none of ours. */
static int kind_of(const char *name)
{
	int kind = 0;

	while (kind < KINDS &&
	       !(text_starts(name, kind_names[kind]) && name[strlen(kind_names[kind])] == '/'))
		kind++;
	return kind;
}

static bool files_sort(const struct document *documents, size_t count, struct files *files,
                       char error[static SLA_BOOK_ERROR_SIZE])
{
	for (size_t i = 0; i < count; i++) {
		const int kind = kind_of(documents[i].name);

		if (kind == KINDS)
			return fail(error, documents[i].name,
			            "neither of holidays, calendars nor sla");
		if (files[kind].count == SLA_DOCUMENTS_MAX)
			return fail(error, documents[i].name,
			            "the folder has more than 64 documents");
		files[kind].paths[files[kind].count] = documents[i].name;
		files[kind].bodies[files[kind].count++] = documents[i].body;
	}
	return true;
}

bool sla_library_compile(struct arena *arena, const struct document *documents, size_t count,
                         struct sla_library *library, char error[static SLA_BOOK_ERROR_SIZE])
{
	struct arena *const scratch = arena_create(65536);
	struct files *const files = arena_zero(scratch, KINDS * sizeof(*files));
	const bool compiled =
	    files_sort(documents, count, files, error) &&
	    library_fill(arena, documents, count, &files[POLICIES], library, error);

	arena_destroy(scratch);
	return compiled;
}

void sla_library_finish(struct sla_library *library)
{
	calendar_library_finish(&library->calendars);
	library->book.calendar_count = 0;
}
