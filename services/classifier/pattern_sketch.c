#include "services/classifier/pattern_sketch.h"

#include "common/base/check.h"

#define BLANK 0x20
#define DIGIT '0'

/* The finalizer of splitmix64 (public domain): every bit of the input turns half of the output. */
static uint64_t mix(uint64_t value)
{
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

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

static uint64_t shingle_hash(const struct shingles *shingles)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < PATTERN_SHINGLE; i++)
		hash = (hash ^ shingles->last[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return mix(hash);
}

/* Each place has an order of its own: the hash times an odd number. */
static void take_least(uint64_t hash, const uint64_t factors[static PATTERN_SKETCH_PLACES],
                       uint64_t sketch[static PATTERN_SKETCH_PLACES])
{
	for (size_t i = 0; i < PATTERN_SKETCH_PLACES; i++) {
		const uint64_t turned = (hash ^ hash >> 29) * factors[i];

		sketch[i] = turned < sketch[i] ? turned : sketch[i];
	}
}

size_t pattern_sketch_make(const struct prepared *text,
                           uint64_t sketch[static PATTERN_SKETCH_PLACES])
{
	uint64_t factors[PATTERN_SKETCH_PLACES];
	struct shingles shingles = { .count = 0 };

	CHECK(text->count <= PREPARED_POINTS_MAX);
	for (size_t i = 0; i < PATTERN_SKETCH_PLACES; i++) {
		factors[i] = mix(UINT64_C(0x9e3779b97f4a7c15) * (i + 1)) | 1;
		sketch[i] = UINT64_MAX;
	}
	for (size_t i = 0; i < text->count; i++)
		if (take_point(&shingles, text->points[i].code))
			take_least(shingle_hash(&shingles), factors, sketch);
	return shingles.count >= PATTERN_SKETCH_POINTS ? PATTERN_SKETCH_PLACES : 0;
}
