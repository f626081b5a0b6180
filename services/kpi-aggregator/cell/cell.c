#include "services/kpi-aggregator/cell/cell.h"

#include "common/base/text.h"
#include "services/kpi-aggregator/sketch/varint.h"

#include <string.h>

#define WHOLE (-1) /* the dimension of what is cut by none */
#define MARK "..." /* where a value was cut */

static bool add(int64_t *to, int64_t more)
{
	if (!__builtin_add_overflow(*to, more, to))
		return true;
	*to = more < 0 ? INT64_MIN : INT64_MAX;
	return false;
}

bool cell_add(struct arena *arena, struct cell_sums *to, const struct cell_sums *more)
{
	bool fits = add(&to->n, more->n);

	fits &= add(&to->hits, more->hits);
	fits &= add(&to->sum, more->sum);
	for (size_t i = 0; i < DEFINITION_ASIDES_MAX; i++)
		fits &= add(&to->asides[i], more->asides[i]);
	fits &= add(&to->came, more->came);
	fits &= add(&to->taken_back, more->taken_back);
	to->sketch = sketch_merge(arena, to->sketch, more->sketch);
	return fits;
}

/* How many of them are more than zeros at the end. */
static size_t asides_said(const struct cell_sums *sums)
{
	size_t count = DEFINITION_ASIDES_MAX;

	while (count > 0 && sums->asides[count - 1] == 0)
		count--;
	return count;
}

bool cell_is_zero(const struct cell_sums *sums)
{
	return sums->n == 0 && sums->hits == 0 && sums->sum == 0 && asides_said(sums) == 0 &&
	       sums->sketch.count == 0;
}

/* A byte: how many asides; these, folded; the sketch to the end. */
struct bytes cell_rest_pack(struct arena *arena, const struct cell_sums *sums)
{
	const size_t count = asides_said(sums);
	const struct bytes sketch = sketch_pack(arena, sums->sketch);

	if (count == 0 && sketch.size == 0)
		return (struct bytes){ NULL, 0 };

	unsigned char *const data = arena_alloc(arena, 1 + count * VARINT_SIZE_MAX + sketch.size);
	unsigned char *at = data;

	*at++ = (unsigned char)count;
	for (size_t i = 0; i < count; i++)
		at = varint_put(at, varint_fold(sums->asides[i]));
	if (sketch.size > 0)
		memcpy(at, sketch.data, sketch.size);
	return (struct bytes){ data, (size_t)(at - data) + sketch.size };
}

static bool take_asides(struct bytes *rest, int64_t asides[static DEFINITION_ASIDES_MAX])
{
	const size_t count = *(const unsigned char *)rest->data;
	uint64_t folded = 0;

	*rest = (struct bytes){ (const unsigned char *)rest->data + 1, rest->size - 1 };
	if (count > DEFINITION_ASIDES_MAX || (count == 0 && rest->size == 0))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!varint_take(rest, &folded))
			return false;
		asides[i] = varint_unfold(folded);
	}
	return count == 0 || folded != 0;
}

bool cell_rest_unpack(struct arena *arena, struct bytes rest, struct cell_sums *sums)
{
	int64_t asides[DEFINITION_ASIDES_MAX] = { 0 };
	struct sketch sketch = { NULL, 0 };

	if (rest.size > 0 && (!take_asides(&rest, asides) || !sketch_unpack(arena, rest, &sketch)))
		return false;
	memcpy(sums->asides, asides, sizeof(asides));
	sums->sketch = sketch;
	return true;
}

const char *cell_series(struct arena *arena, const struct definition *definition, int dimension)
{
	if (dimension == WHOLE)
		return definition->key;

	const char *const name = vocabulary_words[dimension].name;
	const size_t key_size = strlen(definition->key);
	const size_t name_size = strlen(name);
	char *const series = arena_alloc(arena, key_size + 1 + name_size + 1);

	memcpy(series, definition->key, key_size);
	series[key_size] = ':';
	memcpy(series + key_size + 1, name, name_size + 1);
	return series;
}

static const char *value_of(struct arena *arena, const char *word)
{
	const size_t size = strnlen(word, CELL_VALUE_MAX + 1);
	size_t kept;
	char *cut;

	if (size <= CELL_VALUE_MAX)
		return word;
	kept = text_fit((struct bytes){ word, size }, CELL_VALUE_MAX - (sizeof(MARK) - 1));
	cut = arena_alloc(arena, kept + sizeof(MARK));
	memcpy(cut, word, kept);
	memcpy(cut + kept, MARK, sizeof(MARK));
	return cut;
}

static void add_part(struct arena *arena, const struct definition *definition,
                     const struct definition_part *part, int64_t amount, int sign,
                     struct cell_sums *sums)
{
	const int64_t signed_amount = sign >= 0             ? amount
	                              : amount == INT64_MIN ? INT64_MAX
	                                                    : -amount;

	switch (part->target) {
	case PART_N: (void)add(&sums->n, signed_amount); return;
	case PART_HITS: (void)add(&sums->hits, signed_amount); return;
	case PART_ASIDE: (void)add(&sums->asides[part->aside], signed_amount); return;
	case PART_MEASURE:
		if (definition->formula == FORMULA_DISTRIBUTION)
			sums->sketch = sketch_with(arena, sums->sketch, sketch_place(amount), sign);
		(void)add(&sums->sum, signed_amount);
		return;
	case PART_SUM:
	default: (void)add(&sums->sum, signed_amount);
	}
}

/* The sums of one definition, by window: mostly all parts have the same. */
struct expansion {
	struct window windows[DEFINITION_PARTS_MAX];
	struct cell_sums sums[DEFINITION_PARTS_MAX];
	size_t count;
};

static struct cell_sums *sums_at(struct expansion *all, const struct definition *definition,
                                 struct instant at, int sign)
{
	for (size_t i = 0; i < all->count; i++)
		if (!time_before(at, all->windows[i].start) && time_before(at, all->windows[i].end))
			return &all->sums[i];
	all->windows[all->count] = window_at(definition->zone, definition->finest, at);
	all->sums[all->count] = (struct cell_sums){ .came = sign > 0, .taken_back = sign < 0 };
	return &all->sums[all->count++];
}

static void expand(struct arena *arena, const struct definition_book *book,
                   const struct definition *definition, const struct observation *it, int sign,
                   struct expansion *all)
{
	for (size_t i = 0; i < definition->part_count; i++) {
		const struct definition_part *const part = &definition->parts[i];
		const struct instant at = it->times[part->time];
		int64_t amount;

		if (part->kind == it->kind && at.us != TIME_MIN.us &&
		    definition_part_takes(part, it) &&
		    definition_part_amount(book, definition, part, it, &amount))
			add_part(arena, definition, part, amount, sign,
			         sums_at(all, definition, at, sign));
	}
}

static void show(struct arena *arena, const struct definition *definition,
                 const struct observation *it, struct cell_change *change, cell_see *see,
                 void *context)
{
	see(change, context);
	for (size_t i = 0; i < definition->dimension_count; i++) {
		const int word = definition->dimensions[i];

		if ((vocabulary_kinds[it->kind].words >> word & 1) == 0)
			continue;
		change->dimension = word;
		change->value = value_of(arena, it->words[word]);
		see(change, context);
	}
}

void cell_expand(struct arena *arena, const struct definition_book *book,
                 const struct observation *it, int sign, cell_see *see, void *context)
{
	const struct definition *const *definitions = book->of_kind[it->kind];

	for (; definitions != NULL && *definitions != NULL; definitions++) {
		const struct definition *const definition = *definitions;
		const bool money = definition->amounts;
		struct expansion all;

		all.count = 0;
		expand(arena, book, definition, it, sign, &all);
		for (size_t i = 0; i < all.count; i++) {
			struct cell_change change = {
				.definition = definition,
				.dimension = WHOLE,
				.value = "",
				.currency = money ? it->currency : "",
				.window = all.windows[i],
				.sums = all.sums[i],
			};

			show(arena, definition, it, &change, see, context);
		}
	}
}
