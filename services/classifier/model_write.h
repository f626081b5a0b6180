/*
 * model_write - a model's file from trained weights.
 */
#ifndef SERVICES_CLASSIFIER_MODEL_WRITE_H
#define SERVICES_CLASSIFIER_MODEL_WRITE_H

#include "services/classifier/model_file.h"

struct model_draft {
	const char *set;
	const char *const *labels;
	size_t label_count; /* at most MODEL_LABELS_MAX */
	const struct vocabulary *vocabulary;
	/* A number for each label, feature by feature, and then the labels' constants. */
	const float *weights;
	const uint8_t *training; /* DIGEST_SIZE bytes */
	const char *taxonomy;
	int64_t taxonomy_version;
};

/* With confidences that are not calibrated yet. False: it would be larger than MODEL_SIZE_MAX. */
bool model_write(const struct model_draft *draft, struct buffer *file) MUST_CHECK;
/* Of the first label set. certainty has MODEL_CERTAINTIES numbers. The digest is made anew. */
void model_calibrate(struct buffer *file, uint32_t sharpness, const uint32_t *certainty);

#endif
