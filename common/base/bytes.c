#include "common/base/bytes.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <string.h>

#define BUFFER_FIRST 64 /* one cache line: most records need no second step */

struct bytes bytes_of(const char *text)
{
	return (struct bytes){ text, text != NULL ? strlen(text) : 0 };
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

int bytes_compare(struct bytes a, struct bytes b)
{
	const size_t size = a.size < b.size ? a.size : b.size;
	const int order = size > 0 ? memcmp(a.data, b.data, size) : 0;

	if (order != 0)
		return order;
	return (a.size > b.size) - (a.size < b.size);
}

static void buffer_grow(struct buffer *buffer, size_t need)
{
	size_t capacity = buffer->capacity > 0 ? buffer->capacity : BUFFER_FIRST;

	while (capacity < need) {
		CHECK(capacity <= SIZE_MAX / 2);
		capacity *= 2;
	}
	buffer->data = memory_resize(buffer->data, capacity);
	buffer->capacity = capacity;
}

void buffer_add(struct buffer *buffer, const void *data, size_t size)
{
	if (size == 0)
		return;
	CHECK(size <= SIZE_MAX - buffer->size);
	if (buffer->size + size > buffer->capacity)
		buffer_grow(buffer, buffer->size + size);
	memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
}

void buffer_add_u32(struct buffer *buffer, uint32_t value)
{
	const unsigned char digits[4] = {
		(unsigned char)(value >> 24),
		(unsigned char)(value >> 16),
		(unsigned char)(value >> 8),
		(unsigned char)value,
	};

	buffer_add(buffer, digits, sizeof(digits));
}

void buffer_add_u64(struct buffer *buffer, uint64_t value)
{
	buffer_add_u32(buffer, (uint32_t)(value >> 32));
	buffer_add_u32(buffer, (uint32_t)value);
}

void buffer_clear(struct buffer *buffer)
{
	buffer->size = 0;
}

void buffer_finish(struct buffer *buffer)
{
	memory_free(buffer->data);
	*buffer = (struct buffer){ 0 };
}

uint32_t bytes_u32(const void *data)
{
	const unsigned char *const digits = data;

	return (uint32_t)digits[0] << 24 | (uint32_t)digits[1] << 16 | (uint32_t)digits[2] << 8 |
	       (uint32_t)digits[3];
}

uint64_t bytes_u64(const void *data)
{
	const unsigned char *const digits = data;

	return (uint64_t)bytes_u32(digits) << 32 | bytes_u32(digits + 4);
}
