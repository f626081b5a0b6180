#include "tests/support/chance.h"

#include "common/base/bytes.h"

#include <string.h>

/* splitmix64, Steele, Lea and Flood 2014. */
uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void chance_seed(struct chance *chance, uint64_t seed)
{
	chance->state = seed;
	for (int i = 0; i < 4; i++)
		chance->state = chance_next(chance);
}

int chance_below(struct chance *chance, int bound)
{
	return (int)(chance_next(chance) % (uint64_t)bound);
}

bool chance_of(struct chance *chance, int of_thousand)
{
	return chance_below(chance, 1000) < of_thousand;
}

int chance_between(struct chance *chance, int low, int high)
{
	return low + chance_below(chance, high - low + 1);
}

const char *chance_text(struct chance *chance, struct arena *arena, const char *const *words,
                        int word_count, int count)
{
	struct buffer text = { 0 };

	for (int i = 0; i < count; i++) {
		const char *const word = words[chance_below(chance, word_count)];

		buffer_add(&text, word, strlen(word));
	}
	const char *const copy = arena_text(arena, (const char *)text.data, text.size);

	buffer_finish(&text);
	return copy;
}
