#include "common/io/mime_guard.h"

#include "common/base/map.h"
#include "common/io/mime.h"

#include <string.h>
#include <strings.h>

/* Of all parts; large mail hosts refuse more than 256 KiB of one. */
#define HEADER_BYTES_MAX (1U << 20)
#define HEADER_LINES_MAX 20000 /* of all parts: forty for each of the parts that are kept */
#define BOUNDARIES_MAX 256     /* multiparts, those of mails inside of the mail too */
#define DIVISIONS_MAX ((size_t)2 * MAIL_PARTS_MAX) /* boundary lines */
#define COMPARISONS_MAX 20000000 /* of a line with a boundary: about a tenth of a second */
#define BOUNDARY_SIZE_MAX 200    /* RFC 2046 says 70 */

struct guard {
	const char *end;
	struct map boundaries;
	struct bytes known[BOUNDARIES_MAX];
	size_t known_count;
	bool wild; /* a boundary is written in a way that is not read here: any -- may be one */
	bool header;
	bool content_type; /* the field that goes on */
	bool message;      /* the part is a mail itself: its header follows */
	size_t header_bytes;
	size_t header_lines;
	size_t divisions;
	size_t comparisons;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct bytes trimmed(const char *line, size_t size)
{
	while (size > 0 && is_blank(line[size - 1]))
		size--;
	return (struct bytes){ line, size };
}

static const char *past_blanks(const char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at;
}

static void know(struct guard *guard, struct bytes boundary)
{
	struct bytes *const known = &guard->known[guard->known_count];

	*known = boundary;
	if (boundary.size > 0 && map_get(&guard->boundaries, boundary) == NULL) {
		(void)map_set(&guard->boundaries, boundary, known);
		guard->known_count++;
	}
}

/* The value of a boundary, perhaps in quotes. One that ends in another way is not read here. */
static void read_boundary(struct guard *guard, const char *from)
{
	const bool quoted = from < guard->end && *from == '"';
	const char *const stops = quoted ? "\"\\" : "; \t\r\n(\"\\";
	size_t size = 0;

	from += quoted;
	while (from + size < guard->end && size <= BOUNDARY_SIZE_MAX &&
	       strchr(stops, from[size]) == NULL)
		size++;
	const bool whole = from + size < guard->end && size <= BOUNDARY_SIZE_MAX &&
	                   strchr(quoted ? "\"" : "; \t\r\n", from[size]) != NULL;
	guard->wild |= !whole;
	know(guard, trimmed(from, size));
}

/* What follows the word boundary: = and a value. */
static void add_boundary(struct guard *guard, const char *at)
{
	at = past_blanks(at, guard->end);
	if (at < guard->end && *at == '=')
		read_boundary(guard, past_blanks(at + 1, guard->end));
	else
		guard->wild |= at < guard->end && (*at == '*' || *at == '(');
}

static void find_boundaries(struct guard *guard, const char *line, size_t size)
{
	const char *const end = line + size;

	for (const char *at = line; end - at >= 8 && guard->known_count < BOUNDARIES_MAX; at++) {
		if ((*at | 0x20) == 'b' && strncasecmp(at, "boundary", 8) == 0)
			add_boundary(guard, at + 8);
	}
}

/* --boundary or --boundary-- */
static bool is_division(const struct guard *guard, const char *line, size_t size)
{
	struct bytes rest = trimmed(line + 2, size - 2);
	const char *const data = rest.data;

	if (guard->wild || map_get(&guard->boundaries, rest) != NULL)
		return true;
	if (rest.size < 2 || data[rest.size - 1] != '-' || data[rest.size - 2] != '-')
		return false;
	rest.size -= 2;
	return map_get(&guard->boundaries, trimmed(rest.data, rest.size)) != NULL;
}

static bool contains_message(const char *line, size_t size)
{
	for (; size >= 7; line++, size--) {
		if (strncasecmp(line, "message", 7) == 0)
			return true;
	}
	return false;
}

static void header_line(struct guard *guard, const char *line, size_t size)
{
	guard->header_bytes += size;
	guard->header_lines++;
	if (!is_blank(*line))
		guard->content_type = size >= 12 && strncasecmp(line, "content-type", 12) == 0;
	guard->message |= guard->content_type && contains_message(line, size);
	if (trimmed(line, size).size > 0)
		return;
	guard->header = guard->message;
	guard->message = false;
}

/* False: this line is one too many. */
static bool pass(struct guard *guard, const char *line, size_t size)
{
	find_boundaries(guard, line, size);
	if (size > 2 && line[0] == '-' && line[1] == '-') {
		guard->comparisons += guard->known_count;
		if (is_division(guard, line, size)) {
			guard->divisions++;
			guard->header = true;
			guard->message = false;
			guard->content_type = false;
		}
	} else if (guard->header) {
		header_line(guard, line, size);
	}
	return guard->known_count < BOUNDARIES_MAX && guard->divisions <= DIVISIONS_MAX &&
	       guard->comparisons <= COMPARISONS_MAX && guard->header_lines <= HEADER_LINES_MAX &&
	       guard->header_bytes <= HEADER_BYTES_MAX;
}

struct bytes mime_guard(struct bytes raw)
{
	const char *at = raw.data;
	struct guard guard = { .end = at + raw.size, .header = true };

	while (at < guard.end) {
		const char *const stop = memchr(at, '\n', (size_t)(guard.end - at));
		const size_t size = (size_t)((stop == NULL ? guard.end : stop + 1) - at);
		if (!pass(&guard, at, size))
			break;
		at += size;
	}
	map_finish(&guard.boundaries);
	return (struct bytes){ raw.data, (size_t)(at - (const char *)raw.data) };
}
