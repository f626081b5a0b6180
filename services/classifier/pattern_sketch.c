#include "services/classifier/pattern_sketch.h"

#include "common/base/check.h"
#include "services/classifier/minhash.h"

#include <string.h>

#define BLANK 0x20
#define DIGIT '0'

/* What counts as a blank: ASCII that is no letter or digit, general and CJK punctuation. */
static bool is_blank(uint32_t code)
{
	if (code < 0x80)
		return !((code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
		         (code >= '0' && code <= '9'));
	return (code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x3004) ||
	       (code >= 0x3008 && code <= 0x3020) || code == 0x30fb;
}

static uint32_t folded(uint32_t code)
{
	if (code >= '0' && code <= '9')
		return DIGIT;
	return is_blank(code) ? BLANK : code;
}

/* The latest runs: code points with repeated blanks and digits taken as one. */
struct shingles {
	uint32_t last[PATTERN_SHINGLE]; /* the oldest first */
	size_t count;                   /* of all points so far */
};

static bool take_point(struct shingles *shingles, uint32_t code)
{
	const uint32_t next = folded(code);

	if ((next == BLANK || next == DIGIT) && shingles->last[PATTERN_SHINGLE - 1] == next)
		return false;
	for (size_t i = 1; i < PATTERN_SHINGLE; i++)
		shingles->last[i - 1] = shingles->last[i];
	shingles->last[PATTERN_SHINGLE - 1] = next;
	shingles->count++;
	return shingles->count >= PATTERN_SHINGLE;
}

/* A factor for each place, so that none waits for another. */
static uint64_t shingle_hash(const struct shingles *shingles)
{
	static const uint64_t factors[PATTERN_SHINGLE] = {
		UINT64_C(0x9E3779B97F4A7C15),
		UINT64_C(0xC2B2AE3D27D4EB4F),
		UINT64_C(0x165667B19E3779F9),
		UINT64_C(0xD6E8FEB86659FD93),
	};
	uint64_t hash = 0;

	for (size_t i = 0; i < PATTERN_SHINGLE; i++)
		hash += shingles->last[i] * factors[i];
	return hash;
}

size_t pattern_sketch_make(const struct prepared *text,
                           uint16_t sketch[static PATTERN_SKETCH_PLACES])
{
	struct shingles shingles = { .count = 0 };
	struct minhash minhash;

	CHECK(text->count <= PREPARED_POINTS_MAX);
	minhash_begin(&minhash, PATTERN_SKETCH_PLACES / MINHASH_RANKS);
	for (size_t i = 0; i < text->count; i++)
		if (take_point(&shingles, text->points[i].code))
			minhash_add(&minhash, shingle_hash(&shingles));
	memcpy(sketch, minhash.least, PATTERN_SKETCH_PLACES * sizeof(*sketch));
	return shingles.count >= PATTERN_SKETCH_POINTS ? PATTERN_SKETCH_PLACES : 0;
}
