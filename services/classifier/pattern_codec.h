/*
 * pattern_codec - bytes of the pattern stage's rows, in and out.
 *
 * Numbers are big-endian; a text has its size in a byte before it. What is missing or over its bound
 * makes the reader fail, and zeroes follow.
 */
#ifndef SERVICES_CLASSIFIER_PATTERN_CODEC_H
#define SERVICES_CLASSIFIER_PATTERN_CODEC_H

#include "common/base/arena.h"
#include "common/base/time.h"

struct pattern_reader {
	struct arena *arena; /* of the texts */
	const unsigned char *data;
	size_t left;
	bool failed;
};

struct pattern_reader pattern_read(struct arena *arena, struct bytes bytes);
uint32_t pattern_read_u8(struct pattern_reader *reader, uint32_t max);
uint32_t pattern_read_u32(struct pattern_reader *reader, uint32_t max);
uint64_t pattern_read_u64(struct pattern_reader *reader);
void pattern_read_places(struct pattern_reader *reader, uint16_t *places, size_t count);
struct instant pattern_read_time(struct pattern_reader *reader);
const char *pattern_read_text(struct pattern_reader *reader); /* never NULL */
/* All was read, and nothing was wrong. */
bool pattern_read_done(const struct pattern_reader *reader);

void pattern_write_u8(struct buffer *out, uint32_t value);
void pattern_write_places(struct buffer *out, const uint16_t *places, size_t count);
void pattern_write_text(struct buffer *out, const char *text);
/* The bytes into the arena, never absent; the buffer is finished. */
struct bytes pattern_written(struct arena *arena, struct buffer *buffer);

#endif
