#include "tests/support/policy_fixture.h"

#include "common/base/text.h"
#include "common/io/file.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

const char *policy_fixture_text(struct arena *arena, const char *name)
{
	struct bytes content;

	assert_true(file_read(arena, arena_printf(arena, "deploy/policies/%s", name),
	                      POLICY_BYTES_MAX, &content));
	return arena_text(arena, content.data, content.size);
}

void policy_fixture_read(struct arena *arena, const struct policy_kind *kind, const char *name,
                         void *policy)
{
	struct json_error error;

	assert_true(
	    policy_parse(kind, arena, bytes_of(policy_fixture_text(arena, name)), policy, &error));
}

const struct policy_book *policy_fixture_book(struct arena *arena, const struct policy_kind *kind,
                                              const char *name)
{
	const struct document file = { .name = name,
		                       .body = bytes_of(policy_fixture_text(arena, name)) };
	char reason[JSON_ERROR_SIZE] = "";
	const struct policy_book *const book =
	    policy_compile(kind, &file, 1, reason, sizeof(reason));

	assert_string_equal(reason, "");
	assert_non_null(book);
	return book;
}

static bool as_wanted(const char *said, const char *want)
{
	const size_t size = strlen(want);
	const bool place_alone = size >= 2 && strcmp(want + size - 2, ": ") == 0;

	return place_alone ? text_starts(said, want) : text_equal(said, want);
}

void policy_fixture_refuses(struct arena *arena, const struct policy_kind *kind, const char *whole,
                            const struct bent_document *rows, size_t count)
{
	void *const policy = arena_zero(arena, kind->size);
	char said[JSON_ERROR_SIZE];
	struct json_error error;
	size_t wrong = 0;

	assert_true(policy_parse(kind, arena, bytes_of(whole), policy, &error));
	for (size_t i = 0; i < count; i++) {
		const char *const text = document_bend(arena, whole, &rows[i]);
		const bool taken = policy_parse(kind, arena, bytes_of(text), policy, &error);

		if (taken ? rows[i].want == NULL
		          : rows[i].want != NULL &&
		                as_wanted(json_error_text(&error, said), rows[i].want))
			continue;
		print_error("%s: %s: %s\n", kind->folder, rows[i].name,
		            taken ? "is taken" : json_error_text(&error, said));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}
