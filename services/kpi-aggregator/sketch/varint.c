#include "services/kpi-aggregator/sketch/varint.h"

#define BITS 7
#define MORE 0x80

unsigned char *varint_put(unsigned char *at, uint64_t number)
{
	for (; number >= MORE; number >>= BITS)
		*at++ = (unsigned char)(number | MORE);
	*at++ = (unsigned char)number;
	return at;
}

bool varint_take(struct bytes *from, uint64_t *number)
{
	const unsigned char *const at = from->data;
	uint64_t value = 0;

	for (size_t i = 0; i < from->size && i < VARINT_SIZE_MAX; i++) {
		const uint64_t bits = at[i] & (MORE - 1);

		if (i == VARINT_SIZE_MAX - 1 && bits > 1)
			return false;
		value |= bits << (BITS * i);
		if ((at[i] & MORE) != 0)
			continue;
		if (i > 0 && bits == 0)
			return false;
		*from = (struct bytes){ at + i + 1, from->size - i - 1 };
		*number = value;
		return true;
	}
	return false;
}
