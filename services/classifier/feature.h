/*
 * feature - what a model sees of a text: hashed words, pairs of words, and runs of 2 to 5 characters.
 *
 * One tokenizer for all scripts. Where blanks part the words (Latin, Cyrillic, Hangul, ...), a word is
 * what they part, and runs of characters stay within it, its edges marked; of a Korean word, its first
 * syllables are words too. Where they do not (Han, kana, Thai, ...), runs of characters go freely over a
 * stretch, and its words are what is written in Han, whole and each character. Digits count as "0", at most four of them, so that amounts and ids do not become vocabulary;
 * only three digits that begin with 4 or 5 stay as they are: they are how machines say what failed.
 * Long mixtures of letters and digits, and letters without end, are one feature that says just that.
 *
 * The hashes are part of the model's format: a change here is a new MODEL_VERSION.
 */
#ifndef SERVICES_CLASSIFIER_FEATURE_H
#define SERVICES_CLASSIFIER_FEATURE_H

#include "services/classifier/prepared.h"

/* The most features for one point, whatever is written: work is linear in the text. */
#define FEATURES_PER_POINT 8

/* Features are weighed in two families, each for itself; the lowest bit of a hash says which. */
enum feature_family { FEATURE_CHARACTERS, FEATURE_WORDS, FEATURE_FAMILIES };

struct feature {
	uint32_t hash;
	uint16_t first; /* it is made of points first..last-1 */
	uint16_t last;
};

struct features {
	struct feature *items; /* in the arena, in order of place, with repetitions */
	size_t count;
};

void features_find(struct arena *arena, const struct prepared *prepared, struct features *features);

static inline enum feature_family feature_family(uint32_t hash)
{
	return (hash & 1) != 0 ? FEATURE_WORDS : FEATURE_CHARACTERS;
}

#endif
