#include "common/base/packed.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>

#define TEXT_MAX 255 /* its size is a byte */

struct packed packed_open(struct bytes bytes)
{
	return (struct packed){ bytes.data, bytes.size, bytes.data == NULL };
}

static const unsigned char *take(struct packed *packed, size_t size)
{
	static const unsigned char nothing[256];
	const unsigned char *const data = packed->data;

	CHECK(size <= sizeof(nothing));
	if (packed->failed || packed->left < size) {
		packed->failed = true;
		return nothing;
	}
	packed->data += size;
	packed->left -= size;
	return data;
}

uint32_t packed_u8(struct packed *packed, uint32_t max)
{
	const uint32_t value = *take(packed, 1);

	packed->failed = packed->failed || value > max;
	return packed->failed ? 0 : value;
}

uint64_t packed_u64(struct packed *packed)
{
	return bytes_u64(take(packed, 8));
}

int64_t packed_i64(struct packed *packed, int64_t min, int64_t max)
{
	const int64_t value = (int64_t)packed_u64(packed);

	packed->failed = packed->failed || value < min || value > max;
	return packed->failed ? 0 : value;
}

struct instant packed_time(struct packed *packed)
{
	return (struct instant){ (int64_t)packed_u64(packed) };
}

/* Empty where there is none. */
static struct bytes text_in(struct packed *packed, size_t most)
{
	const size_t length = packed_u8(packed, (uint32_t)most);
	const struct bytes text = { take(packed, length), length };

	packed->failed = packed->failed || !text_valid(text);
	return packed->failed ? (struct bytes){ "", 0 } : text;
}

void packed_text(struct packed *packed, char *text, size_t size)
{
	const struct bytes read = text_in(packed, size - 1 < TEXT_MAX ? size - 1 : TEXT_MAX);

	memcpy(text, read.data, read.size);
	text[read.size] = '\0';
}

const char *packed_string(struct arena *arena, struct packed *packed)
{
	const struct bytes read = text_in(packed, TEXT_MAX);

	return arena_text(arena, read.data, read.size);
}

bool packed_bool(struct packed *packed)
{
	return packed_u8(packed, 1) == 1;
}

void packed_raw(struct packed *packed, void *data, size_t size)
{
	memcpy(data, take(packed, size), size);
}

bool packed_done(const struct packed *packed)
{
	return !packed->failed && packed->left == 0;
}

void pack_u8(struct buffer *out, uint32_t value)
{
	const unsigned char byte = (unsigned char)value;

	CHECK(value <= UINT8_MAX);
	buffer_add(out, &byte, 1);
}

void pack_bool(struct buffer *out, bool value)
{
	pack_u8(out, value ? 1 : 0);
}

void pack_i64(struct buffer *out, int64_t value)
{
	buffer_add_u64(out, (uint64_t)value);
}

void pack_time(struct buffer *out, struct instant at)
{
	pack_i64(out, at.us);
}

void pack_text(struct buffer *out, const char *text)
{
	const size_t size = strlen(text);

	pack_u8(out, (uint32_t)size);
	buffer_add(out, text, size);
}

struct bytes pack_end(struct arena *arena, struct buffer *out)
{
	const struct bytes kept = arena_bytes(arena, (struct bytes){ out->data, out->size });

	buffer_finish(out);
	return kept.data != NULL ? kept : (struct bytes){ "", 0 };
}

bool pack_copy(char *field, size_t size, const char *text)
{
	const size_t length = strlen(text);

	if (length >= size)
		return false;
	memcpy(field, text, length + 1);
	return true;
}
