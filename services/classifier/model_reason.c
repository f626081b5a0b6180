#include "services/classifier/model_score.h"

#include "services/classifier/feature_script.h"

#define SHARE_MIN 20 /* a reason is at least one in so many of all that spoke for the label */

/* How much each point spoke for the label. */
struct heat {
	const struct prepared *text;
	int64_t *points;
	int64_t positive; /* the sum of those above 0 */
};

struct stretch {
	size_t first; /* points first..last-1 */
	size_t last;
	int64_t heat;
};

/* Each cell's part in the label's sum, for one occurrence of its feature. */
static int64_t *cell_heats(struct arena *arena, const struct model_set *set,
                           const struct scoring *scoring, size_t label)
{
	const struct vector *const vector = &scoring->vector;
	int64_t *const heats = arena_alloc(arena, (vector->count + 1) * sizeof(*heats));
	uint32_t *const often = arena_zero(arena, (vector->count + 1) * sizeof(*often));

	for (size_t i = 0; i < scoring->features.count; i++)
		if (vector->cell_of[i] != VECTOR_ABSENT)
			often[vector->cell_of[i]]++;
	for (size_t i = 0; i < vector->count; i++) {
		const uint32_t entry = vector->cells[i].entry;
		const int8_t weight = scoring->rows[(size_t)set->stride * entry + label];
		heats[i] = (int64_t)weight * scoring->entries[entry].scale * vector->cells[i].value;
		if (often[i] > 1)
			heats[i] /= often[i];
	}
	return heats;
}

/* The same as a division for the lengths of nearly all features, and much quicker. */
static int64_t share(int64_t heat, size_t points)
{
	static const uint16_t parts[] = { 0, 65535, 32768, 21845, 16384, 13107 };

	return points < COUNT_OF(parts) ? heat * parts[points] / MODEL_FRACTION
	                                : heat / (int64_t)points;
}

/* A feature warms its points evenly. Written as rises and falls first, so that it costs the same
 * however long the feature is. */
static void warm(struct arena *arena, const struct model_set *set, const struct scoring *scoring,
                 size_t label, struct heat *heat)
{
	const int64_t *const cells = cell_heats(arena, set, scoring, label);
	int64_t level = 0;

	heat->points = arena_zero(arena, (heat->text->count + 1) * sizeof(*heat->points));
	for (size_t i = 0; i < scoring->features.count; i++) {
		const struct feature *const feature = &scoring->features.items[i];
		const uint32_t cell = scoring->vector.cell_of[i];
		if (cell == VECTOR_ABSENT)
			continue;
		const int64_t each = share(cells[cell], (size_t)(feature->last - feature->first));
		heat->points[feature->first] += each;
		heat->points[feature->last] -= each;
	}
	for (size_t i = 0; i < heat->text->count; i++) {
		level += heat->points[i];
		heat->points[i] = level;
		heat->positive += level > 0 ? level : 0;
	}
}

/* The stretch with the most heat above the level: one pass. */
static struct stretch hottest(const struct heat *heat, int64_t level)
{
	struct stretch best = { 0 };
	struct stretch here = { 0 };

	for (size_t i = 0; i < heat->text->count; i++) {
		if (here.heat <= 0)
			here = (struct stretch){ .first = i };
		here.heat += heat->points[i] - level;
		here.last = i + 1;
		if (here.heat > best.heat)
			best = here;
	}
	return best;
}

static bool written_together(const struct heat *heat, size_t first)
{
	const struct prepared_point *const points = heat->text->points;
	const enum script before = script_of(points[first - 1].code);
	const enum script here = script_of(points[first].code);

	return (before == SCRIPT_LETTER || before == SCRIPT_DIGIT) &&
	       (here == SCRIPT_LETTER || here == SCRIPT_DIGIT);
}

/* Whole words without the blanks around them, of what no other reason has taken. */
static void tidy(const struct heat *heat, const bool *taken, struct stretch *stretch)
{
	const struct prepared_point *const points = heat->text->points;

	while (stretch->first > 0 && !taken[stretch->first - 1] &&
	       written_together(heat, stretch->first))
		stretch->first--;
	while (stretch->last < heat->text->count && !taken[stretch->last] &&
	       written_together(heat, stretch->last))
		stretch->last++;
	while (stretch->first + 1 < stretch->last && points[stretch->first].code == ' ')
		stretch->first++;
	while (stretch->first + 1 < stretch->last && points[stretch->last - 1].code == ' ')
		stretch->last--;
}

/* Its warmth, and then it is so cold that no other stretch reaches over it. */
static int64_t take(struct heat *heat, bool *taken, const struct stretch *stretch)
{
	int64_t warmth = 0;

	for (size_t i = stretch->first; i < stretch->last; i++) {
		warmth += heat->points[i] > 0 ? heat->points[i] : 0;
		heat->points[i] = -heat->positive;
		taken[i] = true;
	}
	return warmth;
}

void score_reasons(struct arena *arena, const struct prepared *text, const struct model_set *set,
                   const struct scoring *scoring, size_t label, struct model_verdict *verdict)
{
	struct heat heat = { .text = text };
	bool *const taken = arena_zero(arena, text->count + 1);

	warm(arena, set, scoring, label, &heat);
	if (heat.positive == 0)
		return;
	const int64_t level = heat.positive / (int64_t)text->count;
	while (verdict->reason_count < MODEL_REASONS_MAX) {
		struct stretch stretch = hottest(&heat, level);
		if (stretch.heat <= 0)
			return;
		tidy(&heat, taken, &stretch);
		const int64_t warmth = take(&heat, taken, &stretch);
		if (warmth < heat.positive / SHARE_MIN)
			return;
		verdict->reasons[verdict->reason_count++] = (struct model_reason){
			.span = prepared_span(text, stretch.first, stretch.last),
			.weight_ppm = (int32_t)(warmth / (heat.positive / MODEL_PPM + 1)),
		};
	}
}
