/*
 * packed - bytes of a service's rows, in and out.
 *
 * Numbers are big-endian; a text has its size in a byte before it. What is missing or over its bound makes
 * the reader fail, and zeroes follow: the caller looks once, at the end.
 */
#ifndef COMMON_BASE_PACKED_H
#define COMMON_BASE_PACKED_H

#include "common/base/arena.h"
#include "common/base/time.h"

struct packed {
	const unsigned char *data;
	size_t left;
	bool failed;
};

struct packed packed_open(struct bytes bytes);
uint32_t packed_u8(struct packed *packed, uint32_t max);
uint64_t packed_u64(struct packed *packed);
int64_t packed_i64(struct packed *packed, int64_t min, int64_t max);
struct instant packed_time(struct packed *packed);
/* UTF-8 of at most size - 1 bytes, ended by NUL. */
void packed_text(struct packed *packed, char *text, size_t size);
/* The same of at most 255 bytes, in the arena. */
const char *packed_string(struct arena *arena, struct packed *packed);
bool packed_bool(struct packed *packed);
void packed_raw(struct packed *packed, void *data, size_t size);
/* All was read, and nothing was wrong. */
bool packed_done(const struct packed *packed) MUST_CHECK;

void pack_u8(struct buffer *out, uint32_t value);
void pack_bool(struct buffer *out, bool value);
void pack_i64(struct buffer *out, int64_t value);
void pack_time(struct buffer *out, struct instant at);
void pack_text(struct buffer *out, const char *text); /* of at most 255 bytes */
/* The bytes into the arena, never absent; the buffer is finished. */
struct bytes pack_end(struct arena *arena, struct buffer *out);

/* A text into a field of a row: false where it does not fit, the field is left as it was. */
bool pack_copy(char *field, size_t size, const char *text) MUST_CHECK;

#endif
