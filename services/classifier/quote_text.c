#include "services/classifier/quote_text.h"

#include <string.h>

/* Lines. */

/* Bytes of the blank at text; 0: there is none. */
static size_t blank_at(const char *text, size_t size)
{
	if (size > 0 && (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')))
		return 1;
	if (size >= 2 && memcmp(text, "\xC2\xA0", 2) == 0)
		return 2;
	return size >= 3 && memcmp(text, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

static size_t blank_before(const char *text, size_t size)
{
	for (size_t width = 1; width <= 3 && width <= size; width++)
		if (blank_at(text + size - width, width) == width)
			return width;
	return 0;
}

static struct quote_line line_of(const char *text, size_t size)
{
	struct quote_line line = { .text = text, .size = size };
	size_t width;

	while ((width = blank_at(line.text, line.size)) > 0) {
		line.text += width;
		line.size -= width;
	}
	while ((width = blank_before(line.text, line.size)) > 0)
		line.size -= width;
	return line;
}

struct quote_line quote_line_at(const char *text, size_t size, size_t at)
{
	const char *const end = memchr(text + at, '\n', size - at);
	const size_t length = end == NULL ? size - at : (size_t)(end - text) - at;
	struct quote_line line = line_of(text + at, length);

	line.next = end == NULL ? size : at + length + 1;
	line.last = line.next >= size;
	return line;
}

/* Words of ASCII letters are compared without case; the tables are in lower case. */

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static bool starts_with(struct quote_line line, const char *word, size_t length)
{
	size_t at = 0;

	while (at < line.size && at < length && lower(line.text[at]) == word[at])
		at++;
	return at == length;
}

static bool ends_with(struct quote_line line, const char *word, size_t length)
{
	if (length > line.size)
		return false;
	line.text += line.size - length;
	line.size = length;
	return starts_with(line, word, length);
}

static bool has_word(struct quote_line line, const char *word, size_t length)
{
	for (; line.size >= length; line.text++, line.size--)
		if (starts_with(line, word, length))
			return true;
	return false;
}

typedef bool compare_function(struct quote_line line, const char *word, size_t length);

/* Any of the words, which bars part: "wrote|schrieb". Bytes of the one that was met, or 0. */
static size_t any(compare_function *compare, struct quote_line line, const char *words)
{
	for (;;) {
		const size_t length = strcspn(words, "|");

		if (compare(line, words, length))
			return length;
		if (words[length] == '\0')
			return 0;
		words += length + 1;
	}
}

size_t quote_line_met(struct quote_line line, const char *words)
{
	return any(starts_with, line, words);
}

bool quote_line_starts(struct quote_line line, const char *words)
{
	return any(starts_with, line, words) > 0;
}

bool quote_line_ends(struct quote_line line, const char *words)
{
	return any(ends_with, line, words) > 0;
}

bool quote_line_holds(struct quote_line line, const char *words)
{
	return any(has_word, line, words) > 0;
}

struct quote_line quote_line_after(struct quote_line line, size_t bytes)
{
	struct quote_line rest = line_of(line.text + bytes, line.size - bytes);

	rest.next = line.next;
	rest.last = line.last;
	return rest;
}

struct quote_line quote_line_head(struct quote_line line, size_t bytes)
{
	if (line.size > bytes)
		line.size = bytes;
	return line;
}
