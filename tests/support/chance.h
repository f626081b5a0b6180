/*
 * chance - a seeded source of numbers: the same seed, the same run.
 */
#ifndef TESTS_SUPPORT_CHANCE_H
#define TESTS_SUPPORT_CHANCE_H

#include "common/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

void chance_seed(struct chance *chance, uint64_t seed);
uint64_t chance_next(struct chance *chance);
int chance_below(struct chance *chance, int bound);           /* 0 to bound - 1 */
bool chance_of(struct chance *chance, int of_thousand);       /* so often in a thousand */
int chance_between(struct chance *chance, int low, int high); /* both ends count */
/* So many of the words, one after the other. */
const char *chance_text(struct chance *chance, struct arena *arena, const char *const *words,
                        int word_count, int count);

#endif
