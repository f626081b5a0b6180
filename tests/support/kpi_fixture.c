#include "tests/support/kpi_fixture.h"

#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/json.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DEFINITIONS_MAX 16
#define TEXT_MAX 131072

/* The name of its file. */
static const char *add_to_register(struct arena *arena, const char *text, struct buffer *published)
{
	struct json_error error;
	AUTO_JSON parsed = NULL;
	uint8_t digest[DIGEST_SIZE];
	const char *row;

	assert_true(json_parse(bytes_of(text), TEXT_MAX, &parsed, &error));
	digest_sha256(json_canonical(arena, parsed), digest);
	row = arena_printf(arena, "%s{\"id\":\"%s\",\"version\":%lld,\"digest\":\"%s\"}",
	                   published->size > 0 ? "," : "{\"published\":[",
	                   json_string_value(json_object_get(parsed, "id")),
	                   json_integer_value(json_object_get(parsed, "version")),
	                   text_hex(arena, (struct bytes){ digest, sizeof(digest) }));
	buffer_add(published, row, strlen(row));
	return arena_printf(arena, "metrics/%s-%lld.json",
	                    json_string_value(json_object_get(parsed, "id")),
	                    json_integer_value(json_object_get(parsed, "version")));
}

const struct definition_book *kpi_book(const char *const *texts)
{
	struct arena *const arena = arena_create(65536);
	struct document files[DEFINITIONS_MAX + 1] = { { 0 } };
	struct buffer published = { 0 };
	const struct definition_book *book;
	char reason[512] = "";
	size_t count = 0;

	for (; texts[count] != NULL; count++) {
		files[count].body = bytes_of(texts[count]);
		files[count].name = add_to_register(arena, texts[count], &published);
	}
	buffer_add(&published, "]}", 2);
	files[count++] = (struct document){ .name = "metrics/published.json",
		                            .body = { published.data, published.size } };
	book = definition_compile(files, count, reason, sizeof(reason));
	if (book == NULL)
		fail_msg("%s", reason);
	buffer_finish(&published);
	arena_destroy(arena);
	return book;
}
