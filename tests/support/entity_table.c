#include "tests/support/entity_table.h"

#include "common/base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void render(struct buffer *out, const char *text, const struct entity *entity,
                   struct arena *arena)
{
	const char *const span = arena_text(arena, text + entity->span.at, entity->span.size);
	const char *line = arena_printf(arena, "%s%s[%s]", out->size > 0 ? " " : "",
	                                entity_kind_name(entity->kind), span);

	buffer_add(out, line, strlen(line));
	line = "";
	if (entity->kind != ENTITY_AMOUNT && entity->value != NULL)
		line = arena_printf(arena, "=%s", entity->value);
	else if (entity->kind == ENTITY_AMOUNT && !entity->has_minor)
		line =
		    arena_printf(arena, "=? %s", entity->currency_open ? "open" : entity->currency);
	else if (entity->kind == ENTITY_AMOUNT && entity->currency_open)
		line = arena_printf(arena, "=%" PRId64 "e%d open", entity->minor, entity->exponent);
	else if (entity->kind == ENTITY_AMOUNT)
		line = arena_printf(arena, "=%" PRId64 " %s", entity->minor, entity->currency);
	buffer_add(out, line, strlen(line));
	if (entity->ambiguous)
		buffer_add(out, "~", 1);
	if (entity->relative)
		buffer_add(out, "^", 1);
}

/* In order, apart, and inside of the text. */
static const char *told(struct arena *arena, const struct entity_case *one)
{
	struct entity *const entities = arena_alloc(arena, ENTITIES_MAX * sizeof(*entities));
	struct prepared prepared;
	struct buffer out = { .size = 0 };
	size_t end = 0;

	prepared_make(arena, one->text, strlen(one->text), &prepared);
	const size_t count = entities_find(arena, &prepared, one->language, entities, ENTITIES_MAX);
	for (size_t i = 0; i < count; i++) {
		CHECK(entities[i].span.at >= end);
		end = entities[i].span.at + entities[i].span.size;
		CHECK(end <= strlen(one->text));
		render(&out, one->text, &entities[i], arena);
	}
	const char *const line = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return line;
}

size_t entity_table_failures(const struct entity_case *cases, size_t count)
{
	struct arena *const arena = arena_create(1 << 16);
	size_t failures = 0;

	for (size_t i = 0; i < count; i++) {
		const char *const said = told(arena, &cases[i]);
		if (strcmp(said, cases[i].expected) == 0)
			continue;
		failures++;
		printf("%s: %s, not %s\n", cases[i].text, cases[i].expected, said);
	}
	arena_destroy(arena);
	return failures;
}
