/*
 * bytes - a borrowed run of bytes, and a buffer that grows.
 */
#ifndef COMMON_BASE_BYTES_H
#define COMMON_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed. data is NULL when absent; an empty run has size 0 and any other data. */
struct bytes {
	const void *data;
	size_t size;
};

struct bytes bytes_of(const char *text); /* without its NUL; absent for NULL */
bool bytes_equal(struct bytes a, struct bytes b);
int bytes_compare(struct bytes a, struct bytes b); /* as memcmp, then the shorter first */

/* Zero-initialised is empty and valid; finish frees. Big-endian numbers: their order is memcmp's. */
struct buffer {
	unsigned char *data;
	size_t size;
	size_t capacity;
};

void buffer_add(struct buffer *buffer, const void *data, size_t size);
void buffer_add_u32(struct buffer *buffer, uint32_t value); /* big-endian */
void buffer_add_u64(struct buffer *buffer, uint64_t value); /* big-endian */
void buffer_clear(struct buffer *buffer);                   /* keeps the memory */
void buffer_finish(struct buffer *buffer);
uint32_t bytes_u32(const void *data); /* big-endian */
uint64_t bytes_u64(const void *data); /* big-endian */

#endif
