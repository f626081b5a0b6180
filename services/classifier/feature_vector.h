/*
 * feature_vector - a text's features weighed against a vocabulary: TF-IDF, in whole numbers.
 *
 * Each feature that the vocabulary knows counts for 1 + ln(how often), times how rare it is, and each
 * family is brought to length 1 by itself. All of it is integer arithmetic, so that every machine comes
 * to the same numbers.
 */
#ifndef SERVICES_CLASSIFIER_FEATURE_VECTOR_H
#define SERVICES_CLASSIFIER_FEATURE_VECTOR_H

#include "services/classifier/feature.h"

#define VECTOR_ONE 32768 /* the length of a family whose weight is 1 */
#define VECTOR_ABSENT UINT32_MAX

/* In the order of the hashes. */
struct vocabulary_entry {
	uint32_t hash;
	uint16_t rarity; /* inverse document frequency, 4096ths */
	uint16_t scale;  /* of the model's row; not used here */
};

struct vocabulary {
	const struct vocabulary_entry *entries;
	size_t count;
	/* Where the hashes begin whose first bits are n, for each n, and the count. */
	const uint32_t *directory;
	uint32_t directory_bits;
	uint32_t family_weights[FEATURE_FAMILIES]; /* at most VECTOR_ONE */
};

struct vector_cell {
	uint32_t entry; /* its place in the vocabulary */
	int32_t value;  /* VECTOR_ONEs */
};

struct vector {
	struct vector_cell *cells; /* in order of first occurrence, each entry once */
	size_t count;
	uint32_t *cell_of; /* of each feature of the text its cell, or VECTOR_ABSENT */
	size_t known;      /* features that have one */
};

/* From 1 to 24: one hash for two places of the directory, or fewer. */
uint32_t vocabulary_directory_bits(size_t count);
void vector_make(struct arena *arena, const struct vocabulary *vocabulary,
                 const struct features *features, struct vector *vector);

#endif
