#include "tests/support/suggest_fixture.h"

#include "common/base/check.h"

bool suggest_fixture_compile(struct arena *arena, const struct suggest_file *files, size_t max,
                             struct suggest_book *book, char error[static SUGGEST_ERROR_SIZE])
{
	struct document documents[SUGGEST_FILES_MAX] = { { .name = NULL } };
	size_t count = 0;

	CHECK(max <= SUGGEST_FILES_MAX);
	for (; count < max && files[count].name != NULL; count++) {
		documents[count].name = files[count].name;
		documents[count].body = bytes_of(files[count].text);
	}
	return suggest_book_compile(arena, documents, count, NULL, book, error);
}
