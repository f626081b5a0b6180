#include "services/classifier/entity_inside.h"

#include "common/base/status.h"
#include "common/io/unicode.h"

#include <string.h>

static uint32_t original(struct scan *scan, size_t at)
{
	const struct prepared *const text = scan->text;

	scan->steps++;
	if (at >= text->count)
		return NOT_A_POINT;
	size_t byte = text->points[at].at;
	return unicode_next(text->text, text->points[at].end, &byte);
}

uint32_t scan_written(struct scan *scan, size_t at)
{
	const uint32_t written = original(scan, at);
	const uint32_t narrow =
	    written >= 0xFF01 && written <= 0xFF5E ? written - (0xFF01 - '!') : written;

	return narrow >= 'A' && narrow <= 'Z' ? narrow : scan_code(scan, at);
}

bool scan_ascii(struct scan *scan, size_t at)
{
	return original(scan, at) < 0x7F;
}

bool scan_upper(struct scan *scan, size_t at)
{
	const uint32_t written = scan_written(scan, at);

	return written >= 'A' && written <= 'Z';
}

static bool joins_word(uint32_t code)
{
	return is_alnum(code) || code == '_' || (code >= 0xC0 && code <= 0x24F);
}

bool scan_word_starts(struct scan *scan, size_t at)
{
	return !is_alnum(scan_code(scan, at)) || at == 0 || !joins_word(scan_code(scan, at - 1));
}

bool scan_word_ends(struct scan *scan, size_t at)
{
	return !joins_word(scan_code(scan, at));
}

size_t scan_blank(struct scan *scan, size_t at)
{
	return scan_code(scan, at) == ' ' ? at + 1 : at;
}

/* Of a word in one of our own tables, which are valid; *word moves behind the point. */
static uint32_t next_point(const char **word)
{
	const unsigned char *const byte = (const unsigned char *)*word;

	if (byte[0] < 0x80) {
		*word += 1;
		return byte[0];
	}
	if (byte[0] < 0xE0) {
		*word += 2;
		return (byte[0] & 0x1FU) << 6 | (byte[1] & 0x3FU);
	}
	*word += 3;
	return (byte[0] & 0x0FU) << 12 | (byte[1] & 0x3FU) << 6 | (byte[2] & 0x3FU);
}

void starts_word(struct starts *starts, const char *word)
{
	const uint32_t first = next_point(&word);

	if (*word == '\0') {
		starts->readers[first % STARTS_SIZE] |= starts->reader;
		return;
	}
	const uint32_t second = next_point(&word);

	if (*word == '\0')
		starts->pairs[starts_pair(first, second)] |= starts->reader;
	else
		starts->words[starts_triple(first, second, next_point(&word))] |= starts->reader;
}

size_t scan_whole_word(struct scan *scan, size_t at, const char *word)
{
	size_t size = 0;

	for (; *word != '\0'; size++)
		if (scan_code(scan, at + size) != next_point(&word))
			return 0;
	return size;
}

size_t scan_whole_phrase(struct scan *scan, size_t at, const char *phrase)
{
	const size_t size = scan_whole_word(scan, at, phrase);

	if (size == 0 || !is_alnum(scan_code(scan, at + size - 1)))
		return size;
	return scan_word_ends(scan, at + size) ? size : 0;
}

size_t scan_digits(struct scan *scan, size_t at, size_t max)
{
	size_t count = 0;

	while (count <= max && is_digit(scan_code(scan, at + count)))
		count++;
	return count;
}

size_t scan_number(struct scan *scan, size_t at, size_t max, int *number)
{
	const size_t count = scan_digits(scan, at, max);
	int sum = 0;

	if (count == 0 || count > max)
		return 0;
	for (size_t i = 0; i < count; i++)
		sum = sum * 10 + (int)(scan_code(scan, at + i) - '0');
	*number = sum;
	return count;
}

int kanji_digit(uint32_t code)
{
	static const uint16_t digits[] = u"〇一二三四五六七八九";

	if (code == 0x4E24 || code == 0x5169) /* 两 and 兩, of things that are counted */
		return 2;
	for (size_t i = 0; i < 10; i++)
		if (digits[i] == code)
			return (int)i;
	return -1;
}

size_t scan_small_number(struct scan *scan, size_t at, int *number)
{
	const uint32_t ten = 0x5341;
	int tens = kanji_digit(scan_code(scan, at));
	size_t size = tens > 0 ? 1 : 0;

	if (is_digit(scan_code(scan, at)))
		return scan_number(scan, at, 2, number);
	if (scan_code(scan, at + size) != ten) {
		*number = tens;
		return size;
	}
	const int ones = kanji_digit(scan_code(scan, at + size + 1));
	tens = size == 0 ? 1 : tens;
	*number = tens * 10 + (ones > 0 ? ones : 0);
	return size + (ones > 0 ? 2 : 1);
}

/* What is not ASCII is left out: values are ids, codes and numbers. */
const char *scan_copy(struct scan *scan, size_t first, size_t last)
{
	char *const copy = arena_alloc(scan->arena, last - first + 1);
	size_t size = 0;

	for (size_t i = first; i < last; i++) {
		const uint32_t code = scan_written(scan, i);
		if (code < 0x80)
			copy[size++] = (char)code;
	}
	copy[size] = '\0';
	return copy;
}

const char *scan_copy_folded(struct scan *scan, size_t first, size_t last)
{
	char *const copy = arena_alloc(scan->arena, last - first + 1);
	size_t size = 0;

	for (size_t i = first; i < last; i++)
		if (scan_code(scan, i) < 0x80)
			copy[size++] = (char)scan_code(scan, i);
	copy[size] = '\0';
	return copy;
}

const char *scan_copy_upper(struct scan *scan, size_t first, size_t last)
{
	char *const copy = arena_alloc(scan->arena, last - first + 1);
	size_t size = 0;

	for (size_t i = first; i < last; i++) {
		const uint32_t code = scan_code(scan, i);
		if (code < 0x80)
			copy[size++] = (char)(is_letter(code) ? code - 'a' + 'A' : code);
	}
	copy[size] = '\0';
	return copy;
}

bool finding_set(struct finding *found, enum entity_kind kind, size_t first, size_t last,
                 const char *value)
{
	*found = (struct finding){ .first = first, .last = last, .next = last };
	found->entity.kind = kind;
	found->entity.value = value;
	return true;
}
