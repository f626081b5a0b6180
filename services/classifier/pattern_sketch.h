/*
 * pattern_sketch - a text's words as a few numbers: like texts have like sketches, and nobody reads the
 * text back from them.
 *
 * The set is that of all runs of PATTERN_SHINGLE code points (minhash.h): two sketches agree in about that
 * share of their places in which the texts share their runs. Runs of digits count as one digit, and what is neither letter nor digit
 * as a blank, so that one customer's invoice number does not tell two reports of one cause apart. A short
 * text ("refund please") is like too many others: it has no sketch.
 *
 * Sketches are kept in tables: the function never changes.
 */
#ifndef SERVICES_CLASSIFIER_PATTERN_SKETCH_H
#define SERVICES_CLASSIFIER_PATTERN_SKETCH_H

#include "services/classifier/prepared.h"

#define PATTERN_SHINGLE 4        /* code points: half a word of English, two words of Japanese */
#define PATTERN_SKETCH_PLACES 32 /* one place is 3 % of likeness */
#define PATTERN_SKETCH_POINTS 32 /* a text with fewer, blanks put together, has no sketch */

/* The places written: PATTERN_SKETCH_PLACES, or 0 where the text is too short. Linear in the text. */
size_t pattern_sketch_make(const struct prepared *text,
                           uint16_t sketch[static PATTERN_SKETCH_PLACES]);

#endif
