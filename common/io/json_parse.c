/*
 * From text to a document.
 */
#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/io/json.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#define BRIEF_BYTES ((size_t)128 * 1024) /* a provider's object of 10 KB in most of its shapes */
#define BRIEF_ALIGN sizeof(max_align_t)

/* The deepest nesting; exact for valid JSON, and never less than what jansson would enter. */
static size_t depth_of(struct bytes text)
{
	const char *at = text.data;
	const char *const end = at + text.size;
	size_t depth = 0;
	size_t deepest = 0;
	bool quoted = false;

	for (; at < end; at++) {
		if (quoted && *at == '\\')
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (!quoted && (*at == '{' || *at == '['))
			deepest = ++depth > deepest ? depth : deepest;
		else if (!quoted && (*at == '}' || *at == ']') && depth > 0)
			depth--;
	}
	return deepest;
}

/* jansson quotes the input after " near"; what people wrote stays out of errors. */
static bool refuse_syntax(struct json_error *error, const json_error_t *cause)
{
	const struct json_place top = json_top(NULL);
	const enum json_error_code code = json_error_code(cause);
	const char *const quote = strstr(cause->text, " near ");
	const char *reason = cause->text;
	int size = (int)(quote != NULL ? (size_t)(quote - cause->text) : strlen(cause->text));

	if (code == json_error_duplicate_key)
		reason = "repeated key";
	else if (code == json_error_null_character || code == json_error_null_byte_in_key)
		reason = "NUL in a text";
	if (reason != cause->text)
		size = (int)strlen(reason);
	return json_refuse(&top, NULL, error, "line %d, column %d: %.*s", cause->line,
	                   cause->column, size, reason);
}

static bool parse(struct bytes text, size_t max_bytes, json_t **result, struct json_error *error)
{
	const struct json_place top = json_top(NULL);
	const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
	json_error_t cause;
	json_t *parsed;

	if (text.data == NULL || text.size == 0)
		return json_refuse(&top, NULL, error, "is empty");
	if (text.size > max_bytes)
		return json_refuse(&top, NULL, error, "is larger than %zu bytes", max_bytes);
	if (!text_valid(text))
		return json_refuse(&top, NULL, error, "is not valid UTF-8, or holds a NUL");
	if (depth_of(text) > JSON_DEPTH_MAX)
		return json_refuse(&top, NULL, error, "is nested deeper than %d levels",
		                   JSON_DEPTH_MAX);
	parsed = json_loadb(text.data, text.size, flags, &cause);
	if (parsed == NULL)
		return refuse_syntax(error, &cause);
	*result = parsed;
	return true;
}

bool json_parse(struct bytes text, size_t max_bytes, json_t **result, struct json_error *error)
{
	return parse(text, max_bytes, result, error);
}

/* Brief documents: the parser asks for memory, of which nothing is given back before the document is. */

static _Thread_local struct {
	_Alignas(max_align_t) char bytes[BRIEF_BYTES];
	size_t used;
	size_t documents; /* that begin in it */
	bool open;        /* what the parser asks for is from here */
	bool spilled;     /* something did not fit, and was allocated */
} brief;

static bool is_brief(const void *pointer)
{
	const uintptr_t at = (uintptr_t)pointer;

	return at >= (uintptr_t)brief.bytes && at < (uintptr_t)brief.bytes + BRIEF_BYTES;
}

static void *take(size_t size)
{
	const size_t whole = (size + BRIEF_ALIGN - 1) / BRIEF_ALIGN * BRIEF_ALIGN;

	if (!brief.open)
		return memory_alloc(size);
	if (whole > BRIEF_BYTES - brief.used) {
		brief.spilled = true;
		return memory_alloc(size);
	}
	brief.used += whole;
	return brief.bytes + brief.used - whole;
}

static void give_back(void *pointer)
{
	if (!is_brief(pointer))
		memory_free(pointer);
}

static void take_over(void)
{
	json_set_alloc_funcs(take, give_back);
}

bool json_parse_brief(struct bytes text, size_t max_bytes, json_t **result,
                      struct json_error *error)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	CHECK(pthread_once(&once, take_over) == 0);
	if (brief.documents == 0) {
		brief.used = 0;
		brief.spilled = false;
	}
	brief.open = true;
	const bool parsed = parse(text, max_bytes, result, error);

	brief.open = false;
	if (parsed && is_brief(*result))
		brief.documents++;
	return parsed;
}

void json_release(json_t **value)
{
	if (!is_brief(*value)) {
		json_decref(*value);
	} else {
		if (brief.spilled)
			json_decref(*value);
		brief.documents--;
	}
	*value = NULL;
}
