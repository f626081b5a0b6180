/*
 * What observations add to which cells.
 */
#include "services/kpi-aggregator/cell/cell.h"

#include "common/base/text.h"

#include <string.h>

#define WHOLE (-1) /* the dimension of what is cut by none */
#define MARK "..." /* where a value was cut */

static void add(int64_t *to, int64_t more)
{
	if (__builtin_add_overflow(*to, more, to))
		*to = more < 0 ? INT64_MIN : INT64_MAX;
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
	case PART_N: add(&sums->n, signed_amount); return;
	case PART_HITS: add(&sums->hits, signed_amount); return;
	case PART_ASIDE: add(&sums->asides[part->aside], signed_amount); return;
	case PART_MEASURE:
		if (definition->formula == FORMULA_DISTRIBUTION)
			sums->sketch = sketch_with(arena, sums->sketch, sketch_place(amount), sign);
		add(&sums->sum, signed_amount);
		return;
	case PART_SUM:
	default: add(&sums->sum, signed_amount);
	}
}

/* The sums of one definition, by window: mostly all parts have the same. */
struct expansion {
	struct window
	    windows[2 * DEFINITION_PARTS_MAX]; /* of an observation as it was and as it is */
	struct cell_sums sums[2 * DEFINITION_PARTS_MAX];
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

/* What one definition makes of an observation as it was and as it is. */
struct change {
	const struct definition *definition;
	const struct observation *old; /* NULL: nothing is taken back */
	const struct observation *now; /* NULL: nothing is told */
	struct expansion less;
	struct expansion more;
	struct expansion both;
	bool
	    together; /* there is an old one and a new one, and what they come to in one cell fits */
};

static const char *currency_of(const struct definition *definition, const struct observation *it)
{
	return definition->amounts ? it->currency : "";
}

static bool add_all(struct arena *arena, struct expansion *to, const struct expansion *more)
{
	bool fits = true;

	for (size_t i = 0; i < more->count; i++) {
		size_t k = 0;

		while (k < to->count && to->windows[k].start.us != more->windows[i].start.us)
			k++;
		if (k == to->count) {
			to->windows[k] = more->windows[i];
			to->sums[k] = (struct cell_sums){ .n = 0 };
			to->count++;
		}
		fits &= cell_add(arena, &to->sums[k], &more->sums[i]);
	}
	return fits;
}

static void show(const struct expansion *all, const struct definition *definition, int dimension,
                 const char *value, const char *currency, cell_see *see, void *context)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct cell_change change = { .definition = definition,
			                            .dimension = dimension,
			                            .value = value,
			                            .currency = currency,
			                            .window = all->windows[i],
			                            .sums = all->sums[i] };

		if (!cell_is_zero(&change.sums) || change.sums.came != change.sums.taken_back)
			see(&change, context);
	}
}

static void show_value(struct arena *arena, const struct change *it, int dimension, const char *old,
                       const char *now, cell_see *see, void *context)
{
	const struct definition *const definition = it->definition;
	const char *const before = it->old != NULL ? currency_of(definition, it->old) : NULL;
	const char *const after = it->now != NULL ? currency_of(definition, it->now) : NULL;

	if (it->together && text_equal(old, now) && text_equal(before, after)) {
		show(&it->both, definition, dimension, value_of(arena, now), after, see, context);
		return;
	}
	if (before != NULL)
		show(&it->less, definition, dimension, value_of(arena, old), before, see, context);
	if (after != NULL)
		show(&it->more, definition, dimension, value_of(arena, now), after, see, context);
}

/* In the windows in which the definition is cut by dimensions. */
static void regroup(struct arena *arena, const struct definition *definition, struct expansion *all)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct window window =
		    window_at(definition->zone, definition->cut_finest, all->windows[i].start);
		size_t k = 0;

		while (k < kept && all->windows[k].start.us != window.start.us)
			k++;
		if (k < kept) {
			struct cell_sums both = all->sums[k];

			if (cell_add(arena, &both, &all->sums[i])) {
				all->sums[k] = both;
				continue;
			}
		}
		all->windows[kept] = window;
		all->sums[kept++] = all->sums[i];
	}
	all->count = kept;
}

static void show_change(struct arena *arena, struct change *it, cell_see *see, void *context)
{
	const struct observation *const any = it->now != NULL ? it->now : it->old;
	const struct definition *const definition = it->definition;

	show_value(arena, it, WHOLE, "", "", see, context);
	if (definition->dimension_count > 0 && definition->cut_finest != definition->finest) {
		regroup(arena, definition, &it->less);
		regroup(arena, definition, &it->more);
		regroup(arena, definition, &it->both);
	}
	for (size_t i = 0; i < definition->dimension_count; i++) {
		const int word = definition->dimensions[i];

		if ((vocabulary_kinds[any->kind].words >> word & 1) != 0)
			show_value(arena, it, word, it->old != NULL ? it->old->words[word] : "",
			           it->now != NULL ? it->now->words[word] : "", see, context);
	}
}

void cell_expand_change(struct arena *arena, const struct definition_book *book,
                        const struct observation *old, const struct observation *now, cell_see *see,
                        void *context)
{
	const struct definition *const *definitions =
	    book->of_kind[now != NULL ? now->kind : old->kind];
	struct change it;

	for (; definitions != NULL && *definitions != NULL; definitions++) {
		it.definition = *definitions;
		it.old = old;
		it.now = now;
		it.less.count = it.more.count = it.both.count = 0;
		if (old != NULL)
			expand(arena, book, it.definition, old, -1, &it.less);
		if (now != NULL)
			expand(arena, book, it.definition, now, 1, &it.more);
		it.together = old != NULL && now != NULL && add_all(arena, &it.both, &it.less) &&
		              add_all(arena, &it.both, &it.more);
		if (it.less.count + it.more.count > 0)
			show_change(arena, &it, see, context);
	}
}

void cell_expand(struct arena *arena, const struct definition_book *book,
                 const struct observation *it, int sign, cell_see *see, void *context)
{
	cell_expand_change(arena, book, sign < 0 ? it : NULL, sign < 0 ? NULL : it, see, context);
}
