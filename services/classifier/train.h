/*
 * train - from labelled lines to a model's file, the same bytes every time.
 *
 * The confidences are calibrated on the lines themselves, each judged by a model that was trained
 * without it (folds); what is written was trained on all.
 */
#ifndef SERVICES_CLASSIFIER_TRAIN_H
#define SERVICES_CLASSIFIER_TRAIN_H

#include "services/classifier/model_write.h"
#include "services/classifier/train_example.h"

#include "common/io/linear.h"

#define TRAIN_FOLDS_MAX 10

struct train_options {
	const char *set; /* the label set's name */
	struct vocabulary_options vocabulary;
	struct linear_options linear;
	size_t folds; /* 0: not calibrated */
	const char *taxonomy;
	int64_t taxonomy_version;
};

extern const struct train_options train_defaults;

/* What the folds showed: of lines that their model had not seen. */
struct train_report {
	size_t lines;
	size_t labels;
	size_t features;
	size_t right;
	double loss; /* mean negative logarithm of the right label's confidence */
};

/* False: error says why, in one sentence. */
bool train_model(const struct lines *lines, const struct train_options *options,
                 struct buffer *file, struct train_report *report,
                 char error[static LINES_ERROR]) MUST_CHECK;

/* --train FILE... --out MODEL [--taxonomy FILE]: what stands behind the first of these. */
int classifier_train(int argc, char **argv);

#endif
