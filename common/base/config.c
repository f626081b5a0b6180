#include "common/base/config.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define SECRET_MAX 65536 /* bytes of a secret's file: a certificate chain fits */
#define SHOWN_MAX 80     /* bytes of a wrong value that an error repeats */
#define NAME_MAX_SIZE 128
#define FILE_SUFFIX "_FILE"

static const struct {
	const char *name;
	const char *form; /* what a value may be, for errors */
} kinds[] = {
	[CONFIG_TEXT] = { "text", "a text in UTF-8" },
	[CONFIG_NUMBER] = { "number", "a whole number" },
	[CONFIG_SWITCH] = { "switch", "true or false" },
	[CONFIG_SPAN] = { "duration", "a duration such as 250ms, 90s, 15m, 24h or 7d" },
};

static void add(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text));
}

#define FAIL(wrong, ...) fail((wrong), (const char *const[]){ __VA_ARGS__, NULL })

/* Says what is wrong, in parts up to NULL. */
static bool fail(struct buffer *wrong, const char *const *parts)
{
	for (; *parts != NULL; parts++)
		add(wrong, *parts);
	return false;
}

/* The value of a kind that has an order. */
static bool parse_ordered(enum config_kind kind, const char *text, int64_t *value)
{
	struct duration span;

	if (kind == CONFIG_NUMBER)
		return text_number(text, INT64_MIN, INT64_MAX, value);
	if (!duration_parse(text, &span))
		return false;
	*value = span.us;
	return true;
}

static int64_t bound_of(const struct config_key *key, const char *text, int64_t otherwise)
{
	int64_t bound = otherwise;

	CHECK(text == NULL || parse_ordered(key->kind, text, &bound));
	return bound;
}

static bool parse_bounded(const struct config_key *key, const char *text, int64_t *value)
{
	int64_t parsed;

	if (!parse_ordered(key->kind, text, &parsed) ||
	    parsed < bound_of(key, key->min, INT64_MIN) ||
	    parsed > bound_of(key, key->max, INT64_MAX))
		return false;
	*value = parsed;
	return true;
}

static bool parse_switch(const char *text, bool *value)
{
	*value = text_equal(text, "true");
	return *value || text_equal(text, "false");
}

static bool store(const struct config_key *key, const char *text, void *target)
{
	void *const field = (unsigned char *)target + key->offset;

	if (!text_valid(bytes_of(text)))
		return false;
	switch (key->kind) {
	case CONFIG_TEXT: *(const char **)field = text; return true;
	case CONFIG_NUMBER: return parse_bounded(key, text, field);
	case CONFIG_SWITCH: return parse_switch(text, field);
	case CONFIG_SPAN: return parse_bounded(key, text, &((struct duration *)field)->us);
	}
	return false;
}

/* "1 to 1000", "at least 1", "at most 1000", or "". */
static const char *format_bounds(const struct config_key *key, char text[static NAME_MAX_SIZE])
{
	text[0] = '\0';
	if (key->min != NULL && key->max != NULL)
		(void)snprintf(text, NAME_MAX_SIZE, "%s to %s", key->min, key->max);
	else if (key->min != NULL)
		(void)snprintf(text, NAME_MAX_SIZE, "at least %s", key->min);
	else if (key->max != NULL)
		(void)snprintf(text, NAME_MAX_SIZE, "at most %s", key->max);
	return text;
}

/* The start of a value that is not secret, in quotes. */
static void add_shown(struct buffer *out, const char *text)
{
	struct arena *const arena = arena_create(SHOWN_MAX);
	struct bytes start = bytes_of(text);

	start.size = text_fit(start, SHOWN_MAX);
	add(out, " \"");
	text_json(out, text_repair(arena, start, NULL));
	add(out, text[start.size] == '\0' ? "\"" : "...\"");
	arena_destroy(arena);
}

static bool fail_value(struct buffer *wrong, const struct config_key *key, const char *text)
{
	char bounds[NAME_MAX_SIZE];

	(void)FAIL(wrong, key->name, ": wrong value");
	if (!key->secret)
		add_shown(wrong, text);
	(void)FAIL(wrong, "; allowed is ", kinds[key->kind].form);
	if (format_bounds(key, bounds)[0] != '\0')
		(void)FAIL(wrong, ", ", bounds);
	return false;
}

/* An empty variable counts as unset: that is how compose files and manifests leave one out. */
static const char *variable(const char *name)
{
	const char *const text = getenv(name); /* NOLINT(concurrency-mt-unsafe): before threads */

	return text != NULL && text[0] != '\0' ? text : NULL;
}

/* Up to size bytes of a file, or -1 with errno; one more than allowed shows that it is too long. */
static ssize_t read_file(const char *path, char *out, size_t size)
{
	FILE *const file = fopen(path, "re");

	if (file == NULL)
		return -1;

	const size_t length = fread(out, 1, size, file);
	const int failure = ferror(file) != 0 ? errno : 0;

	(void)fclose(file);
	errno = failure;
	return failure == 0 ? (ssize_t)length : -1;
}

/* What the file holds, less one line feed at its end; never shown, not even in part. */
static bool read_secret(struct buffer *wrong, const char *name, const char *path, const char **text)
{
	char *const content = memory_alloc(SECRET_MAX + 1);
	ssize_t length = read_file(path, content, SECRET_MAX + 1);
	const char *unfit = NULL;

	if (length > 0 && length <= SECRET_MAX && content[length - 1] == '\n')
		length--;
	if (length < 0)
		unfit = strerror(errno); /* NOLINT(concurrency-mt-unsafe): before threads */
	else if (length == 0)
		unfit = "it is empty";
	else if (length > SECRET_MAX)
		unfit = "it is longer than 64 KiB";
	else if (memchr(content, '\0', (size_t)length) != NULL)
		unfit = "it holds a NUL";
	else if (!text_valid((struct bytes){ content, (size_t)length }))
		unfit = "it is not UTF-8";
	if (unfit != NULL) {
		memory_free(content);
		return FAIL(wrong, name, ": the file that it names cannot be used: ", unfit);
	}
	content[length] = '\0';
	*text = memory_resize(content, (size_t)length + 1);
	return true;
}

static bool find_text(struct buffer *wrong, const struct config_key *key, const char **text)
{
	char file_name[NAME_MAX_SIZE];
	const char *path = NULL;

	*text = variable(key->name);
	if (key->secret) {
		CHECK(key->kind == CONFIG_TEXT);

		const int length =
		    snprintf(file_name, sizeof(file_name), "%s" FILE_SUFFIX, key->name);

		CHECK(length > 0 && (size_t)length < sizeof(file_name));
		path = variable(file_name);
	}
	if (path != NULL && *text != NULL)
		return FAIL(wrong, key->name, " and ", file_name, " are both set; one is allowed");
	if (path != NULL)
		return read_secret(wrong, file_name, path, text);
	if (*text == NULL)
		*text = key->fallback;
	if (*text == NULL)
		return FAIL(wrong, key->name, " is required: ", key->doc);
	return true;
}

static bool load_key(struct buffer *wrong, const struct config_key *key, void *target)
{
	const char *text;

	return find_text(wrong, key, &text) &&
	       (store(key, text, target) || fail_value(wrong, key, text));
}

bool config_load(const struct config_key *keys, void *target, char *error, size_t error_size)
{
	const struct config_key *key = keys;
	struct buffer wrong = { 0 };

	while (key->name != NULL && load_key(&wrong, key, target))
		key++;
	if (key->name != NULL) {
		buffer_add(&wrong, "", 1);
		(void)snprintf(error, error_size, "%s", (const char *)wrong.data);
	}
	buffer_finish(&wrong);
	return key->name == NULL;
}

static const char *format_default(const struct config_key *key)
{
	if (key->fallback == NULL)
		return "(required)";
	if (key->secret && key->fallback[0] != '\0')
		return "(built in)";
	return key->fallback[0] != '\0' ? key->fallback : "(none)";
}

struct widths {
	int name;
	int fallback;
	int bounds;
};

static void widen(int *width, const char *text)
{
	const int length = (int)strlen(text);

	if (length > *width)
		*width = length;
}

static struct widths measure(const struct config_key *keys)
{
	struct widths widths = { sizeof("SETTING") - 1, sizeof("DEFAULT") - 1,
		                 sizeof("BOUNDS") - 1 };
	char bounds[NAME_MAX_SIZE];

	for (const struct config_key *key = keys; key->name != NULL; key++) {
		widen(&widths.name, key->name);
		widen(&widths.fallback, format_default(key));
		widen(&widths.bounds, format_bounds(key, bounds));
	}
	return widths;
}

void config_help(const struct config_key *keys, struct buffer *out)
{
	const struct widths widths = measure(keys);
	struct arena *const arena = arena_create(SECRET_MAX);
	char bounds[NAME_MAX_SIZE];

	add(out, arena_printf(arena, "  %-*s  %-*s  %-*s  %s\n", widths.name, "SETTING",
	                      widths.fallback, "DEFAULT", widths.bounds, "BOUNDS", "MEANING"));
	for (const struct config_key *key = keys; key->name != NULL; key++) {
		add(out, arena_printf(arena, "  %-*s  %-*s  %-*s  %s", widths.name, key->name,
		                      widths.fallback, format_default(key), widths.bounds,
		                      format_bounds(key, bounds), key->doc));
		if (key->secret)
			add(out,
			    arena_printf(arena, " (or from the file that %s" FILE_SUFFIX " names)",
			                 key->name));
		add(out, "\n");
	}
	arena_destroy(arena);
}

static void add_member(struct buffer *out, const char *name, const char *value)
{
	add(out, "\"");
	add(out, name);
	add(out, "\":");
	if (value == NULL) {
		add(out, "null");
		return;
	}
	add(out, "\"");
	text_json(out, value);
	add(out, "\"");
}

void config_describe(const struct config_key *keys, struct buffer *out)
{
	add(out, "[");
	for (const struct config_key *key = keys; key->name != NULL; key++) {
		const bool hidden =
		    key->secret && key->fallback != NULL && key->fallback[0] != '\0';

		add(out, key == keys ? "{" : ",{");
		add_member(out, "name", key->name);
		add(out, ",");
		add_member(out, "type", kinds[key->kind].name);
		add(out, ",");
		add_member(out, "default", hidden ? "(built in)" : key->fallback);
		add(out, ",");
		add_member(out, "min", key->min);
		add(out, ",");
		add_member(out, "max", key->max);
		add(out, key->secret ? ",\"secret\":true," : ",\"secret\":false,");
		add_member(out, "doc", key->doc);
		add(out, "}");
	}
	add(out, "]");
}
