#include "services/ingest/json_span.h"

#include <stdio.h>
#include <string.h>

enum token { OPEN, CLOSE, NAME, VALUE, END };

static const char *string_end(const struct json_walk *walk)
{
	const char *at = walk->at + 1;

	while (at < walk->end && *at != '"')
		at += *at == '\\' && at + 1 < walk->end ? 2 : 1;
	return at < walk->end ? at + 1 : walk->end;
}

static enum token word(struct json_walk *walk)
{
	while (walk->at < walk->end && strchr(" \t\r\n,:[]{}\"", *walk->at) == NULL)
		walk->at++;
	if (walk->at == walk->from)
		walk->at++; /* a stray byte: not JSON */
	return VALUE;
}

/* A level is at most what the parser lets in; deeper ones are not told apart. */
static enum token enter(struct json_walk *walk)
{
	if (walk->depth < JSON_SPAN_DEPTH_MAX)
		walk->levels[walk->depth] = (struct json_level){ .array = *walk->at == '[' };
	walk->depth++;
	walk->at++;
	return OPEN;
}

static enum token leave(struct json_walk *walk)
{
	walk->at++;
	if (walk->depth > 0)
		walk->depth--;
	return CLOSE;
}

static enum token text(struct json_walk *walk)
{
	struct json_level *const level = walk->depth > 0 && walk->depth <= JSON_SPAN_DEPTH_MAX
	                                     ? &walk->levels[walk->depth - 1]
	                                     : NULL;

	walk->at = string_end(walk);
	if (level == NULL || level->array || level->named)
		return VALUE;
	level->named = true;
	level->name = (struct bytes){ walk->from + 1, (size_t)(walk->at - walk->from) - 2 };
	return NAME;
}

static enum token next(struct json_walk *walk)
{
	for (; walk->at < walk->end && strchr(" \t\r\n:,", *walk->at) != NULL; walk->at++) {
		if (*walk->at != ',' || walk->depth == 0 || walk->depth > JSON_SPAN_DEPTH_MAX)
			continue;
		walk->levels[walk->depth - 1].named = false;
		walk->levels[walk->depth - 1].index++;
	}
	walk->from = walk->at;
	if (walk->at >= walk->end)
		return END;
	switch (*walk->at) {
	case '{':
	case '[': return enter(walk);
	case '}':
	case ']': return leave(walk);
	case '"': return text(walk);
	default: return word(walk);
	}
}

static struct json_walk walk_start(struct bytes bytes)
{
	const char *const data = bytes.data;

	return (struct json_walk){ .at = data, .end = data + bytes.size };
}

/* Within the array that is the member: what is read there is an item, or a part of one. */
static bool is_inside(const struct json_spans *spans)
{
	const struct json_walk *const walk = &spans->walk;

	return walk->depth >= 2 && !walk->levels[0].array && walk->levels[1].array &&
	       bytes_equal(walk->levels[0].name, spans->member);
}

struct json_spans json_spans_of(struct bytes bytes, const char *member)
{
	return (struct json_spans){ walk_start(bytes), bytes_of(member) };
}

bool json_spans_next(struct json_spans *spans, struct bytes *item)
{
	struct json_walk *const walk = &spans->walk;
	const char *start = NULL;
	enum token token;

	while ((token = next(walk)) != END) {
		if (!is_inside(spans))
			continue;
		if (walk->depth == 3 && token == OPEN)
			start = walk->from;
		if (walk->depth != 2 || token == OPEN)
			continue;
		const char *const from = token == CLOSE ? start : walk->from;
		*item = (struct bytes){ from, (size_t)(walk->at - from) };
		return true;
	}
	return false;
}

static bool overflows(const char *from, const char *to)
{
	static const char max[] = "9223372036854775807";
	static const char min[] = "9223372036854775808";
	const bool negative = from < to && *from == '-';
	const char *at = from + negative;
	size_t digits = 0;

	while (at < to && *at == '0')
		at++;
	while (at + digits < to && at[digits] >= '0' && at[digits] <= '9')
		digits++;
	if (at + digits != to || digits < sizeof(max) - 1)
		return false;
	return digits > sizeof(max) - 1 || memcmp(at, negative ? min : max, digits) > 0;
}

static void write_path(const struct json_walk *walk, char path[static JSON_SPAN_PATH_SIZE])
{
	size_t size = 0;

	path[0] = '\0';
	for (size_t i = 0; i < walk->depth && i < JSON_SPAN_DEPTH_MAX; i++) {
		const struct json_level *const level = &walk->levels[i];
		const size_t room = JSON_SPAN_PATH_SIZE - size;
		const int name = level->name.size < room ? (int)level->name.size : (int)room;
		const int added =
		    level->array
			? snprintf(path + size, room, "[%zu]", level->index)
			: snprintf(path + size, room, "%s%.*s", size > 0 ? "." : "", name,
		                   level->name.data == NULL ? "" : (const char *)level->name.data);
		if (added < 0 || (size_t)added >= room)
			return;
		size += (size_t)added;
	}
}

bool json_span_overflow(struct bytes bytes, char path[static JSON_SPAN_PATH_SIZE])
{
	struct json_walk walk = walk_start(bytes);
	enum token token;

	while ((token = next(&walk)) != END) {
		if (token == VALUE && *walk.from != '"' && overflows(walk.from, walk.at)) {
			write_path(&walk, path);
			return true;
		}
	}
	return false;
}
