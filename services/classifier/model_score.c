#include "services/classifier/model_score.h"

#include "common/base/vector.h"

#include <string.h>

#define AHEAD 8 /* rows that are asked for in advance */

/* 2^-x for the sixteenths of x, in 2^30ths. */
static const uint32_t halvings[] = { 1073741824, 1028218693, 984625594, 942880699,
	                             902905651,  864625413,  827968132, 792865000,
	                             759250125,  727060411,  696235434, 666717336,
	                             638450708,  611382493,  585461881, 560640218 };

/* value * scale fits into 16 bits, so that the sum of all cells fits into 32 (Cauchy and Schwarz). */
static int16_t factor_of(const struct vector_cell *cell, const struct vocabulary_entry *entry)
{
	const int64_t factor = (int64_t)cell->value * entry->scale / MODEL_FRACTION;

	return (int16_t)(factor < INT16_MAX ? factor : INT16_MAX);
}

/* The constant inner count lets the compiler work on all sixteen at once. */
MANY_AT_ONCE static void add_row(int32_t *restrict sums, const int8_t *restrict row, int16_t factor,
                                 size_t stride)
{
	for (size_t at = 0; at < stride; at += MODEL_STRIDE_STEP)
		for (size_t i = 0; i < MODEL_STRIDE_STEP; i++)
			sums[at + i] += (int32_t)factor * (int16_t)row[at + i];
}

void score_text(struct arena *arena, const struct model *model, const struct model_set *set,
                const struct prepared *text, struct scoring *scoring)
{
	const size_t stride = set->stride;
	int32_t *const sums =
	    arena_copy(arena, model_place(model, set->biases), stride * sizeof(*sums));
	struct vocabulary vocabulary = {
		.entries = model_place(model, set->entries),
		.count = set->feature_count,
		.directory = model_place(model, set->directory),
		.directory_bits = set->directory_bits,
	};

	memcpy(vocabulary.family_weights, set->family_weights, sizeof(set->family_weights));
	scoring->rows = model_place(model, set->rows);
	scoring->entries = vocabulary.entries;
	scoring->margins = sums;
	features_find(arena, text, &scoring->features);
	vector_make(arena, &vocabulary, &scoring->features, &scoring->vector);
	const struct vector *const vector = &scoring->vector;
	for (size_t i = 0; i < vector->count; i++) {
		const struct vector_cell *const cell = &vector->cells[i];
		if (i + AHEAD < vector->count)
			__builtin_prefetch(scoring->rows + stride * cell[AHEAD].entry);
		add_row(sums, scoring->rows + stride * cell->entry,
		        factor_of(cell, &vocabulary.entries[cell->entry]), stride);
	}
	for (size_t i = 0; i < set->label_count; i++)
		sums[i] = (int32_t)((int64_t)sums[i] * set->unit >> 32);
}

/* e^-x, x in 65,536ths, in 2^30ths; linear between the sixteenths of a halving. */
static uint64_t decay(uint64_t x)
{
	const uint64_t halves = x * 94548 >> 16; /* 65,536 / ln 2 */
	const uint64_t whole = halves >> 16;
	const size_t sixteenth = (size_t)(halves >> 12 & 15);
	const uint64_t rest = halves & 4095;

	if (whole >= 30)
		return 0;
	const uint64_t from = halvings[sixteenth];
	const uint64_t to = sixteenth < 15 ? halvings[sixteenth + 1] : halvings[0] / 2;
	return (from - ((from - to) * rest >> 12)) >> whole;
}

void score_softmax(const int32_t *margins, size_t count, uint32_t sharpness, int32_t *ppm)
{
	int32_t greatest = margins[0];
	uint64_t sum = 0;

	for (size_t i = 1; i < count; i++)
		greatest = margins[i] > greatest ? margins[i] : greatest;
	for (size_t i = 0; i < count; i++)
		sum += decay((uint64_t)((int64_t)greatest - margins[i]) * sharpness >> 16);
	for (size_t i = 0; i < count; i++)
		ppm[i] =
		    (int32_t)(decay((uint64_t)((int64_t)greatest - margins[i]) * sharpness >> 16) *
		              MODEL_PPM / sum);
}

/* What a confidence was worth on text not trained on. */
static int32_t certainty_of(const struct model_set *set, int32_t ppm)
{
	const int32_t step = MODEL_PPM / (MODEL_CERTAINTIES - 1);
	const size_t at = (size_t)(ppm / step);

	if (at >= MODEL_CERTAINTIES - 1)
		return (int32_t)set->certainty[MODEL_CERTAINTIES - 1];
	const int64_t from = set->certainty[at];
	const int64_t to = set->certainty[at + 1];
	return (int32_t)(from + (to - from) * (ppm % step) / step);
}

int32_t *score_confidences(struct arena *arena, const struct model_set *set,
                           const struct scoring *scoring, size_t best)
{
	int32_t *const ppm = arena_alloc(arena, set->label_count * sizeof(*ppm));

	score_softmax(scoring->margins, set->label_count, set->sharpness, ppm);
	const int64_t others = MODEL_PPM - ppm[best];
	const int32_t certain = certainty_of(set, ppm[best]);
	for (size_t i = 0; i < set->label_count; i++)
		ppm[i] =
		    others > 0 ? (int32_t)(ppm[i] * (int64_t)(MODEL_PPM - certain) / others) : 0;
	ppm[best] = certain;
	return ppm;
}
