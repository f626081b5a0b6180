#include "services/classifier/feature_vector.h"

#include "common/base/status.h"

#define AHEAD 12 /* features whose place in memory is asked for in advance */
#define BITS_MIN 1
#define BITS_MAX 24

/* 256 (1 + ln n) for n from 1 on; what is said more often is not said louder. */
static const uint16_t loudness[] = { 256, 433, 537, 611, 668, 715, 754, 788,
	                             818, 845, 870, 892, 913, 932, 949, 966 };

/* Which cell belongs to an entry: open addressing. */
struct slots {
	uint32_t *cells; /* place of the cell and one; 0: free */
	uint32_t mask;
};

uint32_t vocabulary_directory_bits(size_t count)
{
	uint32_t bits = BITS_MIN;

	while (bits < BITS_MAX && ((size_t)1 << bits) < 2 * count)
		bits++;
	return bits;
}

static uint32_t look_up(const struct vocabulary *vocabulary, uint32_t hash)
{
	const uint32_t *const bounds =
	    &vocabulary->directory[hash >> (32 - vocabulary->directory_bits)];

	for (uint32_t at = bounds[0]; at < bounds[1]; at++)
		if (vocabulary->entries[at].hash == hash)
			return at;
	return VECTOR_ABSENT;
}

static void prefetch_directory(const struct vocabulary *vocabulary, uint32_t hash)
{
	__builtin_prefetch(&vocabulary->directory[hash >> (32 - vocabulary->directory_bits)]);
}

static void prefetch_entry(const struct vocabulary *vocabulary, uint32_t hash)
{
	__builtin_prefetch(
	    &vocabulary->entries[vocabulary->directory[hash >> (32 - vocabulary->directory_bits)]]);
}

static size_t look_up_all(const struct vocabulary *vocabulary, const struct features *features,
                          uint32_t *entries)
{
	size_t known = 0;

	for (size_t i = 0; i < features->count; i++) {
		if (i + 2 * AHEAD < features->count)
			prefetch_directory(vocabulary, features->items[i + 2 * AHEAD].hash);
		if (i + AHEAD < features->count)
			prefetch_entry(vocabulary, features->items[i + AHEAD].hash);
		entries[i] = look_up(vocabulary, features->items[i].hash);
		known += entries[i] != VECTOR_ABSENT;
	}
	return known;
}

static struct slots slots_for(struct arena *arena, size_t count)
{
	uint32_t size = 16;

	while (size < 2 * count)
		size *= 2;
	return (struct slots){ .cells = arena_zero(arena, size * sizeof(uint32_t)),
		               .mask = size - 1 };
}

/* Into each cell's value how often its entry occurs; from entries to cells. */
static void count_entries(struct arena *arena, size_t features, struct vector *vector)
{
	const struct slots slots = slots_for(arena, vector->known);

	for (size_t i = 0; i < features; i++) {
		const uint32_t entry = vector->cell_of[i];
		if (entry == VECTOR_ABSENT)
			continue;
		uint32_t slot = entry * 0x9E3779B1U & slots.mask;
		while (slots.cells[slot] != 0 &&
		       vector->cells[slots.cells[slot] - 1].entry != entry)
			slot = (slot + 1) & slots.mask;
		if (slots.cells[slot] == 0) {
			vector->cells[vector->count++] = (struct vector_cell){ .entry = entry };
			slots.cells[slot] = (uint32_t)vector->count;
		}
		vector->cell_of[i] = slots.cells[slot] - 1;
		vector->cells[vector->cell_of[i]].value++;
	}
}

static uint64_t root(uint64_t square)
{
	uint64_t low = 0;
	int first = 31;

	while (first > 0 && square >> 2 * first == 0)
		first--;
	for (uint64_t bit = UINT64_C(1) << first; bit != 0; bit >>= 1)
		if ((low + bit) * (low + bit) <= square)
			low += bit;
	return low;
}

static void weigh(const struct vocabulary *vocabulary, struct vector *vector)
{
	uint64_t squares[FEATURE_FAMILIES] = { 0 };
	uint64_t factors[FEATURE_FAMILIES];

	for (size_t i = 0; i < vector->count; i++) {
		struct vector_cell *const cell = &vector->cells[i];
		const struct vocabulary_entry *const entry = &vocabulary->entries[cell->entry];
		const size_t often = (size_t)cell->value < COUNT_OF(loudness) ? (size_t)cell->value
		                                                              : COUNT_OF(loudness);
		cell->value = loudness[often - 1] * entry->rarity >> 6;
		squares[feature_family(entry->hash)] +=
		    (uint64_t)cell->value * (uint64_t)cell->value;
	}
	for (size_t family = 0; family < FEATURE_FAMILIES; family++) {
		const uint64_t length = root(squares[family]);
		factors[family] = ((uint64_t)vocabulary->family_weights[family] << 24) /
		                  (length > 0 ? length : 1);
	}
	for (size_t i = 0; i < vector->count; i++) {
		struct vector_cell *const cell = &vector->cells[i];
		const uint32_t hash = vocabulary->entries[cell->entry].hash;
		cell->value =
		    (int32_t)((uint64_t)cell->value * factors[feature_family(hash)] >> 24);
	}
}

void vector_make(struct arena *arena, const struct vocabulary *vocabulary,
                 const struct features *features, struct vector *vector)
{
	*vector = (struct vector){ 0 };
	vector->cell_of = arena_alloc(arena, (features->count + 1) * sizeof(*vector->cell_of));
	vector->known = look_up_all(vocabulary, features, vector->cell_of);
	vector->cells = arena_alloc(arena, (vector->known + 1) * sizeof(*vector->cells));
	count_entries(arena, features->count, vector);
	weigh(vocabulary, vector);
}
