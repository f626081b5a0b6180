#include "services/classifier/macro.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

bool macro_piece_next(const char *text, struct macro_piece *piece)
{
	const char *const start = strstr(text, "{{");
	const char *end;

	if (start == NULL)
		return false;
	end = strstr(start, "}}");
	CHECK(end != NULL);
	*piece = (struct macro_piece){
		.name = start + 2,
		.name_size = (size_t)(end - start) - 2,
		.after = end + 2,
		.before = (size_t)(start - text),
	};
	return true;
}

/* The buffer's bytes, owned by the arena. */
static char *buffer_keep(struct arena *arena, struct buffer *buffer)
{
	char *const text = arena_text(arena, (const char *)buffer->data, buffer->size);

	buffer_finish(buffer);
	return text;
}

char *macro_prose(struct arena *arena, const char *text)
{
	struct buffer prose = { 0 };
	struct macro_piece piece;

	for (; macro_piece_next(text, &piece); text = piece.after) {
		buffer_add(&prose, text, piece.before);
		buffer_add(&prose, " ", 1);
	}
	buffer_add(&prose, text, strlen(text));
	return buffer_keep(arena, &prose);
}

/* Values. */

/* NULL: it may stand in such a place. */
static const char *value_wrong(enum macro_place_kind kind, const char *value)
{
	const struct bytes bytes = bytes_of(value);

	if (value == NULL || bytes.size == 0)
		return "is empty";
	if (bytes.size > MACRO_VALUE_MAX)
		return "is too long";
	if (!text_valid(bytes))
		return "is not valid UTF-8";
	for (const char *at = value; *at != '\0'; at++) {
		const unsigned char byte = (unsigned char)*at;

		if (byte == 0x7f || (byte < ' ' && !(byte == '\n' && kind == MACRO_TEXT)))
			return "holds a control character";
	}
	if (kind == MACRO_URL && (!text_starts(value, "https://") || strchr(value, ' ') != NULL))
		return "is not an https:// address";
	return NULL;
}

static const char *value_find(const struct macro_value *values, size_t count, const char *name,
                              size_t size)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(values[i].name) == size && memcmp(values[i].name, name, size) == 0)
			return values[i].value;
	}
	return NULL;
}

static bool fail(char error[static MACRO_ERROR_SIZE], const char *place, const char *reason)
{
	snprintf(error, MACRO_ERROR_SIZE, "place %.*s: %s", SUGGEST_ID_MAX, place, reason);
	return false;
}

static const struct macro_place *place_find(const struct macro *macro, const char *name)
{
	for (size_t i = 0; i < macro->place_count; i++) {
		if (text_equal(macro->places[i].name, name))
			return &macro->places[i];
	}
	return NULL;
}

static bool values_check(const struct macro *macro, const struct macro_value *values, size_t count,
                         char error[static MACRO_ERROR_SIZE])
{
	for (size_t i = 0; i < count; i++) {
		const struct macro_place *const place = place_find(macro, values[i].name);
		const char *const wrong = place == NULL ? "the macro has none of this name"
		                                        : value_wrong(place->kind, values[i].value);

		if (wrong != NULL)
			return fail(error, values[i].name, wrong);
		if (value_find(values, i, place->name, strlen(place->name)) != NULL)
			return fail(error, place->name, "is given twice");
	}
	for (size_t i = 0; i < macro->place_count; i++) {
		const char *const name = macro->places[i].name;

		if (macro->places[i].required &&
		    value_find(values, count, name, strlen(name)) == NULL)
			return fail(error, name, "is required and missing");
	}
	return true;
}

/* Rendering. */

/* One line with its places filled. False: it holds a place without a value, and out is as it was. */
static bool line_fill(const char *line, const struct macro_value *values, size_t count,
                      struct buffer *out)
{
	const size_t before = out->size;
	struct macro_piece piece;

	for (; macro_piece_next(line, &piece); line = piece.after) {
		const char *const value = value_find(values, count, piece.name, piece.name_size);

		if (value == NULL) {
			out->size = before;
			return false;
		}
		buffer_add(out, line, piece.before);
		buffer_add(out, value, strlen(value));
	}
	buffer_add(out, line, strlen(line));
	return true;
}

/* A blank line that follows a line left out goes too where another stands before. */
static const char *text_fill(struct arena *arena, const char *text,
                             const struct macro_value *values, size_t count)
{
	struct buffer out = { 0 };
	bool blank = true; /* the line before, or there is none */
	bool dropped = false;

	for (bool more = true; more;) {
		const size_t size = strcspn(text, "\n");

		more = text[size] != '\0';
		if (dropped && blank && size == 0) {
			dropped = false;
		} else if (line_fill(arena_text(arena, text, size), values, count, &out)) {
			buffer_add(&out, "\n", more ? 1 : 0);
			blank = size == 0;
			dropped = false;
		} else {
			dropped = true;
		}
		text += size + (more ? 1 : 0);
	}
	return buffer_keep(arena, &out);
}

bool macro_render(struct arena *arena, const struct macro *macro, enum tongue tongue,
                  const struct macro_value *values, size_t count, struct macro_text *filled,
                  char error[static MACRO_ERROR_SIZE])
{
	const struct macro_text *const text = &macro->texts[tongue];

	if (text->text == NULL) {
		snprintf(error, MACRO_ERROR_SIZE, "it is not written in %s", tongue_tags[tongue]);
		return false;
	}
	if (!values_check(macro, values, count, error))
		return false;
	*filled = (struct macro_text){
		.subject =
		    text->subject == NULL ? NULL : text_fill(arena, text->subject, values, count),
		.text = text_fill(arena, text->text, values, count),
	};
	return true;
}
