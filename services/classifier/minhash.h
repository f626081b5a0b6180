/*
 * minhash - a set as a few small numbers: two sets' numbers are equal in about that share of places in
 * which the sets agree (Broder, On the resemblance and containment of documents, 1997: the Jaccard index).
 *
 * Each place keeps the least of the elements by an order of its own. An element's 64 bits are split into
 * lanes of 16, and each lane is turned by the same few odd factors: that is one hash an element and cheap
 * arithmetic that a processor does on eight places at once, and measures as well as hashes of their own.
 * What it makes is kept in tables: the function never changes.
 */
#ifndef SERVICES_CLASSIFIER_MINHASH_H
#define SERVICES_CLASSIFIER_MINHASH_H

#include <stddef.h>
#include <stdint.h>

#define MINHASH_LANES 4
#define MINHASH_RANKS 16 /* places of one lane */

struct minhash {
	uint16_t least[MINHASH_LANES][MINHASH_RANKS];
	uint16_t factors[MINHASH_RANKS];
	size_t lanes; /* in use: MINHASH_RANKS places each */
	size_t count; /* of elements, each as often as it came */
};

void minhash_begin(struct minhash *minhash, size_t lanes);
/* The element's hash need not be a good one. */
void minhash_add(struct minhash *minhash, uint64_t element);
/* The finisher of splitmix64 (Steele, Lea and Flood): every bit of the input turns half of the output. */
uint64_t minhash_mix(uint64_t value);

#endif
