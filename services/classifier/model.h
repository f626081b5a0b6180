/*
 * model - what a text is about, how sure that is, and which words said so.
 *
 * A model is one file (model_file.h has its form), mapped or read whole, never written again, shared by
 * all threads. It holds label sets ("intent"); each text gets one label of a set. All of it is integer
 * arithmetic: every machine gives the same answer to the last digit. Confidences are calibrated on text
 * that the model was not trained on: of the answers with 800,000 ppm, 8 in 10 are right.
 */
#ifndef SERVICES_CLASSIFIER_MODEL_H
#define SERVICES_CLASSIFIER_MODEL_H

#include "services/classifier/prepared.h"

#define MODEL_SIZE_MAX ((size_t)64 << 20)
#define MODEL_REASONS_MAX 4
#define MODEL_REASON_SIZE 160
#define MODEL_PPM 1000000

struct model;

/* A part of the text that spoke for the label. The weights of all parts of a text are 1,000,000. */
struct model_reason {
	struct span span;
	int32_t weight_ppm;
};

struct model_verdict {
	const char *label; /* of the model */
	int32_t confidence_ppm;
	const char *second; /* NULL: the model has one label only */
	int32_t second_ppm;
	struct model_reason reasons[MODEL_REASONS_MAX]; /* the heaviest first; none overlap */
	size_t reason_count;
	const int32_t *confidences; /* of each label; in the arena */
	size_t best;                /* the label's index */
};

/*
 * Borrows the file for ever, which begins at an address that is a multiple of 8. False: it is cut off,
 * damaged, or of another version, and reason says which, in one sentence.
 */
bool model_use(struct bytes file, const struct model **model, char *reason,
               size_t reason_size) MUST_CHECK;

const uint8_t *model_digest(const struct model *model);   /* SHA-256 of what decides */
const uint8_t *model_training(const struct model *model); /* SHA-256 of the lines it learned from */
const char *model_taxonomy(const struct model *model); /* id of the one it was trained for, or "" */
int64_t model_taxonomy_version(const struct model *model);
size_t model_label_count(const struct model *model, const char *set); /* 0: no such label set */
const char *model_label(const struct model *model, const char *set, size_t index);

/* False: the model has no such label set. A text of which it knows nothing gets what is likeliest. */
bool model_judge(const struct model *model, struct arena *arena, const char *set,
                 const struct prepared *text, struct model_verdict *verdict) MUST_CHECK;
/* The margins before calibration, in 65,536ths, into margins[label_count]: for calibrating alone. */
bool model_margins(const struct model *model, struct arena *arena, const char *set,
                   const struct prepared *text, int32_t *margins) MUST_CHECK;

#endif
