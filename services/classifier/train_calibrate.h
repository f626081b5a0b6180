/*
 * train_calibrate - how sure a model may be, from margins of lines that it was not trained on.
 *
 * First one sharpness for all margins (the softmax's temperature, where the right labels are the
 * likeliest), then a table from the winner's confidence to how often such winners are right, which
 * never falls.
 */
#ifndef SERVICES_CLASSIFIER_TRAIN_CALIBRATE_H
#define SERVICES_CLASSIFIER_TRAIN_CALIBRATE_H

#include "services/classifier/model_file.h"

struct calibration {
	uint32_t sharpness; /* 65,536ths */
	uint32_t certainty[MODEL_CERTAINTIES];
	size_t right;
	double loss;
};

/* margins: count rows of label_count numbers (65,536ths); labels: the right one of each row. */
void calibrate(const int32_t *margins, const uint32_t *labels, size_t count, size_t label_count,
               struct calibration *calibration);

#endif
