/*
 * log - one JSON object per line on standard error.
 *
 * A message is a constant; everything variable is a field. error = look now, warn = look today,
 * info = life-cycle, debug = off. Never a body, never personal data.
 */
#ifndef COMMON_BASE_LOG_H
#define COMMON_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

struct log_field {
	const char *key;
	const char *text; /* NULL: number holds the value */
	int64_t number;
};

#define LOG_TEXT(key_, value_) ((struct log_field){ .key = (key_), .text = (value_) })
#define LOG_NUMBER(key_, value_) ((struct log_field){ .key = (key_), .number = (value_) })

void log_open(const char *service, enum log_level level);
bool log_level_parse(const char *text, enum log_level *level);
void log_write(enum log_level level, const char *message, const struct log_field *fields,
               size_t count);

#define LOG_FIELDS_(...)                           \
	(const struct log_field[]){ __VA_ARGS__ }, \
	    sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field)
#define log_debug(message, ...) log_write(LOG_LEVEL_DEBUG, message, LOG_FIELDS_(__VA_ARGS__))
#define log_info(message, ...) log_write(LOG_LEVEL_INFO, message, LOG_FIELDS_(__VA_ARGS__))
#define log_warn(message, ...) log_write(LOG_LEVEL_WARN, message, LOG_FIELDS_(__VA_ARGS__))
#define log_error(message, ...) log_write(LOG_LEVEL_ERROR, message, LOG_FIELDS_(__VA_ARGS__))

#endif
