/*
 * varint - whole numbers in as few bytes as they need: seven bits a byte, the lowest first, as in protobuf.
 *
 * A number has one form: bytes that end in a needless zero are refused, so that equal values are equal bytes. Signed ones are
 * folded (zigzag), so that small ones are short on both sides of zero.
 */
#ifndef SERVICES_KPI_AGGREGATOR_SKETCH_VARINT_H
#define SERVICES_KPI_AGGREGATOR_SKETCH_VARINT_H

#include "common/base/bytes.h"
#include "common/base/status.h"

#define VARINT_SIZE_MAX 10 /* bytes of 64 bits */

/* Writes at most VARINT_SIZE_MAX bytes; answers the first one behind. */
unsigned char *varint_put(unsigned char *at, uint64_t number);
/* Takes one off the front. False: there is none, or not in its one form. */
bool varint_take(struct bytes *from, uint64_t *number) MUST_CHECK;

static inline uint64_t varint_fold(int64_t number)
{
	return (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
}
static inline int64_t varint_unfold(uint64_t number)
{
	return (int64_t)(number >> 1 ^ ((number & 1) != 0 ? UINT64_MAX : 0));
}

#endif
