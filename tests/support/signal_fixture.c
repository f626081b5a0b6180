#include "tests/support/signal_fixture.h"

#include "common/io/file.h"

#include <stdio.h>
#include <string.h>

#define SIGNALS_FOLDER "deploy/policies/signals"
#define DOCUMENT_MAX ((size_t)1024 * 1024)

const struct signal_book *signal_fixture_book(struct arena *arena)
{
	struct document documents[SIGNAL_DOCUMENTS_MAX];
	const char *paths[SIGNAL_DOCUMENTS_MAX];
	const struct signal_book *book;
	char error[SIGNAL_ERROR_SIZE] = SIGNALS_FOLDER " cannot be read";
	size_t count = 0;
	bool read = file_list(arena, SIGNALS_FOLDER, ".json", SIGNAL_DOCUMENTS_MAX, paths, &count);

	for (size_t i = 0; read && i < count; i++) {
		documents[i] = (struct document){ .name = paths[i] };
		read = file_read(arena, paths[i], DOCUMENT_MAX, &documents[i].body);
	}
	if (read && signal_book_compile(arena, documents, count, TIME_NEWEST, &book, error))
		return book;
	fprintf(stderr, "%s\n", error);
	return NULL;
}

void signal_fixture_find(const struct signal_book *book, struct arena *arena, const char *text,
                         enum language language, struct signals *found)
{
	struct prepared prepared;

	prepared_make(arena, text, strlen(text), &prepared);
	signals_find(book, &prepared, language, found);
}

static char mood_of(const struct signals *found)
{
	if (found->sentiment_ppm == 0)
		return '0';
	return found->sentiment_ppm > 0 ? (char)'+' : (char)'-';
}

static bool agrees(const struct signal_row *row, const struct signals *found)
{
	return (found->said & ~(unsigned int)MOODS) == row->kinds &&
	       (row->mood == '?' || row->mood == mood_of(found));
}

static void print(const char *text, const struct signals *found)
{
	fprintf(stderr, "\"%s\": %d\n", text, found->sentiment_ppm);
	for (size_t i = 0; i < found->hit_count; i++)
		fprintf(stderr, "   %s %s \"%.*s\"\n", signal_kind_names[found->hits[i].kind],
		        found->hits[i].phrase_id, (int)found->hits[i].span.size,
		        text + found->hits[i].span.at);
}

int signal_fixture_check(const struct signal_row *rows, size_t count, enum language language)
{
	struct arena *const arena = arena_create(65536);
	const struct signal_book *const book = signal_fixture_book(arena);
	int wrong = 0;

	for (size_t i = 0; book != NULL && i < count; i++) {
		struct signals found;

		signal_fixture_find(book, arena, rows[i].text, language, &found);
		if (agrees(&rows[i], &found))
			continue;
		print(rows[i].text, &found);
		wrong++;
	}
	arena_destroy(arena);
	return book == NULL ? 1 : wrong;
}
