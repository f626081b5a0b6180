#include "services/classifier/train_lines.h"

#include "services/classifier/train_csv.h"

#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/io/file.h"
#include "common/io/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LANGUAGE_MAX 16 /* bytes of a language tag */

struct reading {
	struct arena *arena;
	const struct lines_source *source;
	const char *path;
	size_t number; /* of the line, from 1 */
	struct lines *lines;
	size_t capacity;
	char *error;
};

static bool refuse(const struct reading *reading, const char *format, ...) PRINTF_LIKE(2, 3);

static bool refuse(const struct reading *reading, const char *format, ...)
{
	char reason[LINES_ERROR];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	snprintf(reading->error, LINES_ERROR, "%s:%zu: %.160s", reading->path, reading->number,
	         reason);
	return false;
}

static bool add(struct reading *reading, const struct line *line)
{
	struct lines *const lines = reading->lines;
	const struct lines_source *const source = reading->source;

	if (line->label[0] == '\0' || strlen(line->label) > LINE_LABEL_MAX)
		return refuse(reading, "label: has no letter or more than %d", LINE_LABEL_MAX);
	if (source->known != NULL && !source->known(source->context, line->label))
		return refuse(reading, "label: the taxonomy has no %s", line->label);
	if (lines->count == LINES_MAX)
		return refuse(reading, "there are more than %d lines", LINES_MAX);
	if (lines->count == reading->capacity) {
		struct line *const old = lines->items;
		reading->capacity = reading->capacity > 0 ? 2 * reading->capacity : 1024;
		lines->items = arena_alloc(reading->arena, reading->capacity * sizeof(*old));
		if (old != NULL)
			memcpy(lines->items, old, lines->count * sizeof(*old));
	}
	lines->items[lines->count++] = *line;
	return true;
}

static bool add_json(struct reading *reading, struct bytes text)
{
	static const char *const fields[] = { "text", "label", "language", NULL };
	AUTO_JSON document = NULL;
	struct json_error error = { 0 };
	char reason[JSON_ERROR_SIZE];
	const char *body;
	const char *label;
	const char *language = NULL;

	bool read = json_parse(text, 2 * LINE_TEXT_MAX, &document, &error);
	const struct json_place top = json_top(document);
	read = read && json_only(&top, fields, &error) &&
	       json_text_at(&top, "text", LINE_TEXT_MAX, &body, &error) &&
	       json_text_at(&top, "label", LINE_LABEL_MAX, &label, &error) &&
	       json_text_if(&top, "language", LANGUAGE_MAX, &language, &error);
	if (!read)
		return refuse(reading, "%s", json_error_text(&error, reason));
	const struct line line = {
		.text = arena_string(reading->arena, body),
		.size = strlen(body),
		.label = arena_string(reading->arena, label),
		.language = language != NULL ? arena_string(reading->arena, language) : NULL,
	};
	return add(reading, &line);
}

static bool read_json(struct reading *reading, struct bytes content)
{
	const char *at = content.data;
	const char *const end = at + content.size;

	while (at < end) {
		const char *const found = memchr(at, '\n', (size_t)(end - at));
		const char *const stop = found != NULL ? found : end;
		reading->number++;
		if (stop > at && !add_json(reading, (struct bytes){ at, (size_t)(stop - at) }))
			return false;
		at = stop + 1;
	}
	return true;
}

/* The place of the first of these names among the fields, or count. */
static size_t column_of(const struct bytes *fields, size_t count, const char *const *names)
{
	for (; *names != NULL; names++)
		for (size_t i = 0; i < count; i++)
			if (bytes_equal(fields[i], bytes_of(*names)))
				return i;
	return count;
}

static bool read_csv(struct reading *reading, struct bytes content)
{
	static const char *const texts[] = { "text", "utterance", "instruction", NULL };
	static const char *const labels[] = { "label", "intent", "category", NULL };
	struct csv csv = csv_of(reading->arena, content);
	struct bytes fields[CSV_FIELDS_MAX];
	size_t count = 0;

	reading->number = 1;
	const bool headed = csv_next(&csv, fields, &count);
	const size_t text = column_of(fields, count, texts);
	const size_t label = column_of(fields, count, labels);
	if (!headed || text == count || label == count)
		return refuse(reading, "the header names no column text, or none label");
	while (csv_next(&csv, fields, &count)) {
		reading->number = csv.line;
		if (text >= count || label >= count)
			return refuse(reading, "the row has %zu fields only", count);
		const struct line line = {
			.text = fields[text].data,
			.size = fields[text].size,
			.label = arena_text(reading->arena, fields[label].data, fields[label].size),
		};
		if (line.size > LINE_TEXT_MAX || !text_valid(fields[text]) ||
		    !text_valid(fields[label]))
			return refuse(reading, "text: too long or no UTF-8");
		if (!add(reading, &line))
			return false;
	}
	reading->number = csv.line;
	return csv.broken ? refuse(reading, "the row's quotes do not end") : true;
}

static bool read_file(struct reading *reading, const char *path)
{
	const size_t length = strlen(path);
	struct bytes content;

	reading->path = path;
	reading->number = 0;
	if (!file_read(reading->arena, path, LINES_FILE_MAX, &content))
		return refuse(reading, "cannot be read");
	if (content.size > LINES_FILE_MAX)
		return refuse(reading, "has more than %zu MiB", LINES_FILE_MAX >> 20);
	if (length > 4 && strcmp(path + length - 4, ".csv") == 0)
		return read_csv(reading, content);
	return read_json(reading, content);
}

/* Each label ends with its NUL: no two different trainings are the same run of bytes. */
static void digest_lines(struct lines *lines)
{
	struct bytes *const parts = memory_alloc((2 * lines->count + 1) * sizeof(*parts));

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *const line = &lines->items[i];
		parts[2 * i] = (struct bytes){ line->text, line->size };
		parts[2 * i + 1] = (struct bytes){ line->label, strlen(line->label) + 1 };
	}
	digest_sha256_parts(parts, 2 * lines->count, lines->digest);
	memory_free(parts);
}

bool lines_read(struct arena *arena, const struct lines_source *source, struct lines *lines,
                char error[static LINES_ERROR])
{
	struct reading reading = {
		.arena = arena, .source = source, .lines = lines, .error = error
	};

	*lines = (struct lines){ 0 };
	for (size_t i = 0; i < source->count; i++)
		if (!read_file(&reading, source->paths[i]))
			return false;
	digest_lines(lines);
	return true;
}
