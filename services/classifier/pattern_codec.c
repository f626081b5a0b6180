#include "services/classifier/pattern_codec.h"

#include "common/base/check.h"

#include <string.h>

struct pattern_reader pattern_read(struct arena *arena, struct bytes bytes)
{
	return (struct pattern_reader){ arena, bytes.data, bytes.size, bytes.data == NULL };
}

static const unsigned char *take(struct pattern_reader *reader, size_t size)
{
	static const unsigned char nothing[256];
	const unsigned char *const data = reader->data;

	if (reader->failed || reader->left < size) {
		reader->failed = true;
		return nothing;
	}
	reader->data += size;
	reader->left -= size;
	return data;
}

static uint32_t within(struct pattern_reader *reader, uint32_t value, uint32_t max)
{
	reader->failed = reader->failed || value > max;
	return reader->failed ? 0 : value;
}

uint32_t pattern_read_u8(struct pattern_reader *reader, uint32_t max)
{
	return within(reader, *take(reader, 1), max);
}

uint32_t pattern_read_u32(struct pattern_reader *reader, uint32_t max)
{
	return within(reader, bytes_u32(take(reader, 4)), max);
}

uint64_t pattern_read_u64(struct pattern_reader *reader)
{
	return bytes_u64(take(reader, 8));
}

/* A sketch's. */
void pattern_read_places(struct pattern_reader *reader, uint16_t *places, size_t count)
{
	const unsigned char *const data = take(reader, count * 2);

	for (size_t i = 0; i < count; i++)
		places[i] = (uint16_t)(data[i * 2] << 8 | data[i * 2 + 1]);
}

struct instant pattern_read_time(struct pattern_reader *reader)
{
	return (struct instant){ (int64_t)pattern_read_u64(reader) };
}

const char *pattern_read_text(struct pattern_reader *reader)
{
	const size_t size = pattern_read_u8(reader, UINT8_MAX);

	return arena_text(reader->arena, (const char *)take(reader, size), size);
}

bool pattern_read_done(const struct pattern_reader *reader)
{
	return !reader->failed && reader->left == 0;
}

void pattern_write_u8(struct buffer *out, uint32_t value)
{
	const unsigned char byte = (unsigned char)value;

	CHECK(value <= UINT8_MAX);
	buffer_add(out, &byte, 1);
}

void pattern_write_places(struct buffer *out, const uint16_t *places, size_t count)
{
	uint8_t bytes[UINT8_MAX * 2];

	CHECK(count <= UINT8_MAX);
	for (size_t i = 0; i < count; i++) {
		bytes[i * 2] = (uint8_t)(places[i] >> 8);
		bytes[i * 2 + 1] = (uint8_t)places[i];
	}
	buffer_add(out, bytes, count * 2);
}

void pattern_write_text(struct buffer *out, const char *text)
{
	const size_t size = strlen(text);

	pattern_write_u8(out, (uint32_t)size);
	buffer_add(out, text, size);
}

struct bytes pattern_written(struct arena *arena, struct buffer *buffer)
{
	const struct bytes kept = arena_bytes(arena, (struct bytes){ buffer->data, buffer->size });

	buffer_finish(buffer);
	return kept.data != NULL ? kept : (struct bytes){ "", 0 };
}
