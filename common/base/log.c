#include "common/base/log.h"

#include "common/base/arena.h"
#include "common/base/text.h"
#include "common/base/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 2048 /* bytes of one value: a log is no place for documents */
#define BLOCK_SIZE 4096

static const char *const level_names[] = {
	[LOG_LEVEL_DEBUG] = "debug",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_ERROR] = "error",
};

/* Set once, before there are threads. */
static const char *log_service = "?";
static enum log_level log_least = LOG_LEVEL_INFO;

void log_open(const char *service, enum log_level level)
{
	log_service = service;
	log_least = level;
}

bool log_level_parse(const char *text, enum log_level *level)
{
	for (size_t i = 0; i < COUNT_OF(level_names); i++) {
		if (text_equal(text, level_names[i])) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static void add(struct buffer *line, const char *text)
{
	buffer_add(line, text, strlen(text));
}

/* A text from anywhere: cut, and repaired where it is no UTF-8. */
static void add_quoted(struct buffer *line, struct arena *arena, const char *text)
{
	struct bytes bytes = bytes_of(text);

	bytes.size = text_fit(bytes, TEXT_MAX);
	add(line, "\"");
	text_json(line, text_repair(arena, bytes, NULL));
	add(line, text[bytes.size] == '\0' ? "\"" : "...\"");
}

static void add_field(struct buffer *line, struct arena *arena, const struct log_field *field)
{
	add(line, ",");
	add_quoted(line, arena, field->key);
	add(line, ":");
	if (field->text != NULL)
		add_quoted(line, arena, field->text);
	else
		add(line, arena_printf(arena, "%" PRId64, field->number));
}

static void add_head(struct buffer *line, struct arena *arena, enum log_level level,
                     const char *message)
{
	char at[TIME_TEXT_SIZE];

	add(line, arena_printf(arena, "{\"time\":\"%s\",\"level\":\"%s\",\"service\":",
	                       time_format(time_now(), at), level_names[level]));
	add_quoted(line, arena, log_service);
	add(line, ",\"message\":");
	add_quoted(line, arena, message);
}

/* One call for a whole line, so that lines of several threads never mix. */
static void write_line(struct bytes line)
{
	const char *at = line.data;
	size_t left = line.size;

	while (left > 0) {
		const ssize_t written = write(STDERR_FILENO, at, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return; /* nobody reads it, and there is no one to tell */
		at += written;
		left -= (size_t)written;
	}
}

void log_write(enum log_level level, const char *message, const struct log_field *fields,
               size_t count)
{
	const int kept = errno;
	struct buffer line = { 0 };

	if (level < log_least)
		return;

	struct arena *const arena = arena_create(BLOCK_SIZE);

	add_head(&line, arena, level, message);
	for (size_t i = 0; i < count; i++)
		add_field(&line, arena, &fields[i]);
	add(&line, "}\n");
	write_line((struct bytes){ line.data, line.size });
	arena_destroy(arena);
	buffer_finish(&line);
	errno = kept;
}
