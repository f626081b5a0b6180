#include "services/classifier/minhash.h"

#include "common/base/check.h"
#include "common/base/vector.h"

#include <string.h>

uint64_t minhash_mix(uint64_t value)
{
	value += 0x9E3779B97F4A7C15u;
	value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
	value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
	return value ^ (value >> 31);
}

void minhash_begin(struct minhash *minhash, size_t lanes)
{
	CHECK(lanes > 0 && lanes <= MINHASH_LANES);
	memset(minhash->least, 0xFF, sizeof(minhash->least));
	for (uint64_t i = 0; i < MINHASH_RANKS; i++)
		minhash->factors[i] = (uint16_t)(minhash_mix(i) | 1);
	minhash->lanes = lanes;
	minhash->count = 0;
}

MANY_AT_ONCE void minhash_add(struct minhash *minhash, uint64_t element)
{
	const uint64_t hashes = minhash_mix(element);

	for (size_t lane = 0; lane < minhash->lanes; lane++) {
		const uint16_t hash = (uint16_t)(hashes >> 16 * lane);
		uint16_t *const least = minhash->least[lane];

		for (size_t i = 0; i < MINHASH_RANKS; i++) {
			const uint16_t turned = (uint16_t)(hash * minhash->factors[i]);

			least[i] = turned < least[i] ? turned : least[i];
		}
	}
	minhash->count++;
}
