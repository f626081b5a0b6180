#include "services/opsmesh/chance_version.h"

#include "common/base/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* Members of the document, in its text: valid JSON, an object at the top. */

struct scan {
	struct bytes text;
	size_t at;
	int depth;
};

static char byte_at(const struct scan *scan, size_t at)
{
	const char *const bytes = scan->text.data;

	if (at >= scan->text.size)
		return '\0';
	return bytes[at];
}

/* Behind the string that begins here. */
static size_t string_end(const struct scan *scan, size_t at)
{
	for (at++; at < scan->text.size && byte_at(scan, at) != '"'; at++)
		at += byte_at(scan, at) == '\\';
	return at + 1;
}

static size_t space_end(const struct scan *scan, size_t at)
{
	while (isspace((unsigned char)byte_at(scan, at)))
		at++;
	return at;
}

/* Moves over a string, or one byte. */
static void scan_step(struct scan *scan)
{
	const char byte = byte_at(scan, scan->at);

	scan->depth += byte == '{' || byte == '[';
	scan->depth -= byte == '}' || byte == ']';
	scan->at = byte == '"' ? string_end(scan, scan->at) : scan->at + 1;
}

/* Behind the value that begins here, without the space behind it. */
static size_t value_end(const struct scan *scan, size_t from)
{
	struct scan value = { .text = scan->text, .at = from };
	size_t end = from;

	while (value.at < value.text.size) {
		const char byte = byte_at(&value, value.at);

		if (value.depth == 0 && (byte == ',' || byte == '}'))
			break;
		scan_step(&value);
		if (!isspace((unsigned char)byte))
			end = value.at;
	}
	return end;
}

struct member {
	size_t from; /* of its value */
	size_t end;
};

/* False: there is none of that name, and *member is the last. */
static bool member_find(struct bytes text, const char *name, struct member *member)
{
	struct scan scan = { .text = text };

	while (scan.at < text.size) {
		const size_t begun = scan.at;
		const bool key = scan.depth == 1 && byte_at(&scan, begun) == '"';
		const char *const bytes = (const char *)text.data + begun + 1;
		size_t size;

		scan_step(&scan);
		if (!key)
			continue;
		size = scan.at - begun - 2;
		member->from = space_end(&scan, space_end(&scan, scan.at) + 1);
		member->end = value_end(&scan, member->from);
		scan.at = member->end;
		if (size == strlen(name) && memcmp(bytes, name, size) == 0)
			return true;
	}
	return false;
}

/* The value in its place; a member that is not there becomes the last. */
static struct bytes member_set(struct arena *arena, struct bytes text, const char *name,
                               const char *value)
{
	const char *const whole = text.data;
	struct member member = { 0, 0 };
	const bool has = member_find(text, name, &member);
	const char *const set = has ? value : arena_printf(arena, ",\n  \"%s\": %s", name, value);
	const size_t from = has ? member.from : member.end;

	return bytes_of(arena_printf(arena, "%.*s%s%.*s", (int)from, whole, set,
	                             (int)(text.size - member.end), whole + member.end));
}

/* What is set. */

static const char *word(struct arena *arena, const char *text)
{
	AUTO_JSON json = json_string(text);
	const struct bytes bytes = json_compact(arena, json);

	return arena_text(arena, bytes.data, bytes.size);
}

static const char *instant(struct arena *arena, struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return word(arena, time_format(at, text));
}

static const char *outcomes(struct arena *arena, const struct chance_document *document,
                            const struct outcome_sum *sum, struct instant until)
{
	const char *cells = "";

	for (size_t i = 0; i < document->count; i++) {
		const struct chance_cell *const cell = &document->cells[i];
		const struct outcome_cell own = outcome_sum_of(sum, cell->name);

		if (own.answered == 0)
			continue;
		cells = arena_printf(arena,
		                     "%s%s\n      { \"category\": %s, \"level\": %s, \"answered\": "
		                     "%" PRId64 ", \"won\": %" PRId64 " }",
		                     cells, *cells != '\0' ? "," : "", word(arena, cell->category),
		                     word(arena, cell->level), own.answered, own.won);
	}
	return arena_printf(arena, "{\n    \"until\": %s,\n    \"cells\": [%s%s]\n  }",
	                    instant(arena, until), cells, *cells != '\0' ? "\n    " : "");
}

/* What is refused. */

static bool is_next(struct arena *arena, const struct chance_document *document,
                    const struct chance_change *change, const char **wrong)
{
	char text[TIME_TEXT_SIZE];

	*wrong = "no shard has a mesh time yet";
	if (change->until.us == TIME_MIN.us)
		return false;
	*wrong = arena_printf(arena, "the version must be above %" PRId64, document->version);
	if (change->version <= document->version || change->version > INT32_MAX)
		return false;
	*wrong = arena_printf(arena, "it must be effective after version %" PRId64 ", from %s",
	                      document->version, time_format(document->effective_from, text));
	if (!time_before(document->effective_from, change->effective_from))
		return false;
	*wrong = arena_printf(arena,
	                      "it must be effective after %s, which a shard has reached: what "
	                      "was recommended by then stands",
	                      time_format(change->latest, text));
	return time_before(change->latest, change->effective_from);
}

/* A mesh that was begun anew, or another one: what it does not know would be lost. */
static bool is_whole(struct arena *arena, const struct chance_document *document,
                     const struct outcome_sum *sum, const struct chance_change *change,
                     const char **wrong)
{
	char text[TIME_TEXT_SIZE];

	*wrong = arena_printf(arena, "the document has the outcomes until %s already",
	                      time_format(document->until, text));
	if (time_before(change->until, document->until))
		return false;
	for (size_t i = 0; i < document->count; i++) {
		const struct chance_cell *const cell = &document->cells[i];
		const struct outcome_cell own = outcome_sum_of(sum, cell->name);

		*wrong = arena_printf(arena,
		                      "%s: the document has %" PRId64
		                      " outcomes, and this mesh knows %" PRId64,
		                      cell->name, cell->answered, own.answered);
		if (own.answered < cell->answered)
			return false;
	}
	return true;
}

bool chance_version_make(struct arena *arena, const struct chance_document *document,
                         const struct outcome_sum *sum, const struct chance_change *change,
                         struct bytes *text, const char **wrong)
{
	struct bytes made = document->text;

	if (!is_next(arena, document, change, wrong) ||
	    !is_whole(arena, document, sum, change, wrong))
		return false;
	made = member_set(arena, made, "version", arena_printf(arena, "%" PRId64, change->version));
	made = member_set(arena, made, "effective_from", instant(arena, change->effective_from));
	*text = member_set(arena, made, "outcomes", outcomes(arena, document, sum, change->until));
	return true;
}
