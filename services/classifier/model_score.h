/*
 * model_score - the arithmetic of a model: margins, confidences, and which points carried a label.
 *
 * Inside of the model alone.
 */
#ifndef SERVICES_CLASSIFIER_MODEL_SCORE_H
#define SERVICES_CLASSIFIER_MODEL_SCORE_H

#include "services/classifier/model.h"
#include "services/classifier/model_file.h"

struct scoring {
	const int8_t *rows;
	const struct vocabulary_entry *entries;
	struct features features;
	struct vector vector;
	int32_t *margins; /* of each label, 65,536ths */
};

static inline const void *model_place(const struct model *model, uint64_t at)
{
	return (const uint8_t *)model + at;
}

/* Everything in the arena. */
void score_text(struct arena *arena, const struct model *model, const struct model_set *set,
                const struct prepared *text, struct scoring *scoring);
/* Parts per million of each label; their sum is a million but for rounding. */
int32_t *score_confidences(struct arena *arena, const struct model_set *set,
                           const struct scoring *scoring, size_t best);
/* The softmax of margins times a sharpness, both in 65,536ths: parts per million. */
void score_softmax(const int32_t *margins, size_t count, uint32_t sharpness, int32_t *ppm);
/* The verdict's reasons: what spoke for the label more than for the average one. */
void score_reasons(struct arena *arena, const struct prepared *text, const struct model_set *set,
                   const struct scoring *scoring, size_t label, struct model_verdict *verdict);

#endif
