#include "common/base/text.h"

#include "common/base/check.h"

#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define REPLACEMENT_SIZE 3
#define SEQUENCE_MAX 4 /* bytes of a character */

/* What may follow a first byte: how many bytes, and the bounds of the first of them. */
struct lead {
	unsigned char first;
	unsigned char last;
	unsigned char low;
	unsigned char high;
	unsigned char size;
};

/* Table 3-7 of the Unicode standard, but for NUL. */
static const struct lead leads[] = {
	{ 0x01, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static const struct lead *find_lead(unsigned char byte)
{
	for (size_t i = 0; i < COUNT_OF(leads); i++)
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	return NULL;
}

/* Bytes of the character at the start of a run that is not empty, or of the bad part there. */
static size_t step(const unsigned char *at, size_t left, bool *good)
{
	const struct lead *const lead = find_lead(at[0]);
	size_t size = 1;

	*good = false;
	if (lead == NULL)
		return 1;
	while (size < lead->size && size < left) {
		const unsigned char low = size == 1 ? lead->low : 0x80;
		const unsigned char high = size == 1 ? lead->high : 0xbf;

		if (at[size] < low || at[size] > high)
			return size;
		size++;
	}
	*good = size == lead->size;
	return size;
}

/* Length of the plain ASCII at the start: nearly all there is, eight bytes at a time. */
static size_t ascii_run(const unsigned char *at, size_t left)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	size_t size = 0;

	for (; left - size >= sizeof(uint64_t); size += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, at + size, sizeof(word));
		if ((((word - ones) | word) & ones << 7) != 0)
			break;
	}
	return size;
}

bool text_valid(struct bytes text)
{
	const unsigned char *const data = text.data;
	size_t at = 0;

	while (at < text.size) {
		bool good = true;

		at += ascii_run(data + at, text.size - at);
		if (at < text.size)
			at += step(data + at, text.size - at, &good);
		if (!good)
			return false;
	}
	return true;
}

/* Copies the text with its bad parts replaced, or only measures it when out is NULL. */
static size_t repair(struct bytes text, char *out, size_t *bad)
{
	const unsigned char *const data = text.data;
	size_t length = 0;
	size_t size;

	*bad = 0;
	for (size_t at = 0; at < text.size; at += size) {
		bool good;

		size = step(data + at, text.size - at, &good);

		const size_t part = good ? size : REPLACEMENT_SIZE;

		if (out != NULL)
			memcpy(out + length, good ? (const char *)data + at : REPLACEMENT, part);
		length += part;
		*bad += !good;
	}
	return length;
}

char *text_repair(struct arena *arena, struct bytes text, size_t *repaired)
{
	size_t bad;
	const size_t length = repair(text, NULL, &bad);

	CHECK(length < SIZE_MAX);

	char *const copy = arena_alloc(arena, length + 1);

	(void)repair(text, copy, &bad);
	copy[length] = '\0';
	if (repaired != NULL)
		*repaired = bad;
	return copy;
}

size_t text_fit(struct bytes text, size_t max)
{
	const unsigned char *const data = text.data;
	size_t size = max;

	if (text.size <= max)
		return text.size;
	while (size > 0 && max - size < SEQUENCE_MAX && (data[size] & 0xc0) == 0x80)
		size--;
	return size;
}

bool text_equal(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

bool text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *text, const char *suffix)
{
	const size_t size = strlen(text);
	const size_t tail = strlen(suffix);

	return size >= tail && strcmp(text + size - tail, suffix) == 0;
}

bool text_among(const char *const *words, const char *text)
{
	for (const char *const *word = words; *word != NULL; word++)
		if (text_equal(*word, text))
			return true;
	return false;
}

bool text_number(const char *text, int64_t min, int64_t max, int64_t *result)
{
	const bool negative = text[0] == '-';
	const char *at = text + negative;
	int64_t value = 0;

	if (*at == '\0')
		return false;
	for (; *at != '\0'; at++) {
		if (*at < '0' || *at > '9')
			return false;

		const int digit = negative ? '0' - *at : *at - '0';

		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	if (value < min || value > max)
		return false;
	*result = value;
	return true;
}

#define PAD 64 /* the digit that stands for none */

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

char *text_base64(struct arena *arena, struct bytes data)
{
	const unsigned char *const in = data.data;

	CHECK(data.size < SIZE_MAX / 2);

	char *const text = arena_alloc(arena, (data.size + 2) / 3 * 4 + 1);
	char *out = text;

	for (size_t at = 0; at < data.size; at += 3) {
		const size_t left = data.size - at;
		const uint32_t word = (uint32_t)in[at] << 16 |
		                      (left > 1 ? (uint32_t)in[at + 1] << 8 : 0) |
		                      (left > 2 ? (uint32_t)in[at + 2] : 0);

		*out++ = base64_digits[word >> 18];
		*out++ = base64_digits[word >> 12 & 63];
		*out++ = base64_digits[left > 1 ? word >> 6 & 63 : PAD];
		*out++ = base64_digits[left > 2 ? word & 63 : PAD];
	}
	*out = '\0';
	return text;
}

static int base64_value(char digit)
{
	if (digit >= 'A' && digit <= 'Z')
		return digit - 'A';
	if (digit >= 'a' && digit <= 'z')
		return digit - 'a' + 26;
	if (digit >= '0' && digit <= '9')
		return digit - '0' + 52;
	if (digit == '+')
		return 62;
	return digit == '/' ? 63 : -1;
}

/* Four digits, of which the last `padding` are '='; the bits that they leave over must be zero. */
static bool unbase64_group(const char *text, size_t padding, unsigned char *out)
{
	uint32_t word = 0;

	for (size_t i = 0; i < 4; i++) {
		const int value = i < 4 - padding ? base64_value(text[i]) : 0;

		if (value < 0)
			return false;
		word = word << 6 | (uint32_t)value;
	}
	for (size_t i = 0; i < 3 - padding; i++)
		out[i] = (unsigned char)(word >> (16 - 8 * i));
	return (word & ((UINT32_C(1) << 8 * padding) - 1)) == 0;
}

bool text_unbase64(struct arena *arena, const char *text, struct bytes *data)
{
	const size_t length = strlen(text);
	size_t padding = 0;

	if (length % 4 != 0)
		return false;
	if (length > 0 && text[length - 1] == '=')
		padding = text[length - 2] == '=' ? 2 : 1;

	unsigned char *const out = arena_alloc(arena, length / 4 * 3);

	for (size_t at = 0; at < length; at += 4)
		if (!unbase64_group(text + at, at + 4 == length ? padding : 0, out + at / 4 * 3))
			return false;
	*data = (struct bytes){ out, length / 4 * 3 - padding };
	return true;
}

static const char hex_digits[] = "0123456789abcdef";

char *text_hex(struct arena *arena, struct bytes data)
{
	const unsigned char *const in = data.data;

	CHECK(data.size < SIZE_MAX / 2);

	char *const text = arena_alloc(arena, data.size * 2 + 1);

	for (size_t i = 0; i < data.size; i++) {
		text[i * 2] = hex_digits[in[i] >> 4];
		text[i * 2 + 1] = hex_digits[in[i] & 15];
	}
	text[data.size * 2] = '\0';
	return text;
}

bool text_unhex(struct arena *arena, const char *text, struct bytes *data)
{
	const size_t length = strlen(text);

	if (length % 2 != 0 || strspn(text, hex_digits) != length)
		return false;

	unsigned char *const out = arena_alloc(arena, length / 2);

	for (size_t i = 0; i < length / 2; i++) {
		const char *const high = strchr(hex_digits, text[i * 2]);
		const char *const low = strchr(hex_digits, text[i * 2 + 1]);

		out[i] = (unsigned char)((high - hex_digits) << 4 | (low - hex_digits));
	}
	*data = (struct bytes){ out, length / 2 };
	return true;
}

static const char *json_short(unsigned char c)
{
	switch (c) {
	case '"': return "\\\"";
	case '\\': return "\\\\";
	case '\b': return "\\b";
	case '\f': return "\\f";
	case '\n': return "\\n";
	case '\r': return "\\r";
	case '\t': return "\\t";
	default: return NULL;
	}
}

void text_json(struct buffer *out, const char *text)
{
	const char *from = text; /* what was not yet copied */

	for (const char *at = text; *at != '\0'; at++) {
		const unsigned char c = (unsigned char)*at;
		const char *mark = json_short(c);
		char code[8];

		if (mark == NULL && c >= 0x20)
			continue;
		if (mark == NULL) {
			(void)snprintf(code, sizeof(code), "\\u%04x", (unsigned)c);
			mark = code;
		}
		buffer_add(out, from, (size_t)(at - from));
		buffer_add(out, mark, strlen(mark));
		from = at + 1;
	}
	buffer_add(out, from, strlen(from));
}
