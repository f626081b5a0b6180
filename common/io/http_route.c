#include "common/io/http_route.h"

#include "common/base/text.h"

#include <string.h>

static int hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool http_unescape(struct arena *arena, struct bytes piece, const char **text)
{
	const unsigned char *const from = piece.data;
	char *const out = arena_alloc(arena, piece.size + 1);
	size_t size = 0;

	for (size_t i = 0; i < piece.size; i++) {
		unsigned char c = from[i];

		if (c == '%') {
			if (piece.size - i < 3)
				return false;
			const int high = hex_digit(from[i + 1]);
			const int low = hex_digit(from[i + 2]);
			if (high < 0 || low < 0)
				return false;
			c = (unsigned char)(high * 16 + low);
			i += 2;
		}
		out[size++] = (char)c;
	}
	out[size] = '\0';
	if (!text_valid((struct bytes){ out, size }))
		return false;
	*text = out;
	return true;
}

/* What lies before the separator; rest becomes what lies behind it, or absent. */
static struct bytes cut(struct bytes *rest, char separator)
{
	const char *const data = rest->data;
	const char *const end = memchr(data, separator, rest->size);
	struct bytes piece = *rest;

	if (end == NULL) {
		*rest = (struct bytes){ NULL, 0 };
		return piece;
	}
	piece.size = (size_t)(end - data);
	*rest = (struct bytes){ end + 1, rest->size - piece.size - 1 };
	return piece;
}

bool http_route_match(struct arena *arena, const char *pattern, struct bytes path,
                      const char *parameters[static HTTP_PARAMETERS_MAX])
{
	struct bytes expected = bytes_of(pattern);
	size_t count = 0;

	while (expected.data != NULL && path.data != NULL) {
		const struct bytes wanted = cut(&expected, '/');
		const struct bytes segment = cut(&path, '/');
		const bool parameter = wanted.size > 0 && *(const char *)wanted.data == '{';

		if (!parameter && !bytes_equal(wanted, segment))
			return false;
		if (parameter && (count == HTTP_PARAMETERS_MAX || segment.size == 0 ||
		                  !http_unescape(arena, segment, &parameters[count++])))
			return false;
	}
	return expected.data == NULL && path.data == NULL;
}

static bool known(const struct http_field *fields, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return true;
	return false;
}

bool http_query_parse(struct arena *arena, struct bytes query, const struct http_field **fields,
                      size_t *count)
{
	struct http_field *const list = arena_alloc(arena, sizeof(*list) * HTTP_QUERY_MAX);
	size_t found = 0;

	while (query.data != NULL) {
		struct bytes value = cut(&query, '&');
		const struct bytes name = cut(&value, '=');

		if (name.size == 0 && value.data == NULL)
			continue;
		if (found == HTTP_QUERY_MAX || !http_unescape(arena, name, &list[found].name) ||
		    !http_unescape(arena, value, &list[found].value) ||
		    known(list, found, list[found].name))
			return false;
		found++;
	}
	*fields = list;
	*count = found;
	return true;
}

struct bytes http_target_path(const char *target, struct bytes *query)
{
	struct bytes rest = bytes_of(target);
	const struct bytes path = cut(&rest, '?');

	if (query != NULL)
		*query = rest;
	return path;
}
