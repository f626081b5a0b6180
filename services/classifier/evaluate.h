/*
 * evaluate - how good a model is on labelled text, and what another one would change.
 *
 * Categories are judged by the sum of their intents' confidences, as the triage does.
 */
#ifndef SERVICES_CLASSIFIER_EVALUATE_H
#define SERVICES_CLASSIFIER_EVALUATE_H

#include "services/classifier/model.h"
#include "services/classifier/taxonomy.h"
#include "services/classifier/train_lines.h"

#include <stdio.h>

#define EVALUATION_BINS 10

struct judged {
	const struct line *line;
	uint32_t expected; /* the label's index */
	uint32_t got;
	int32_t confidence_ppm;
	enum category expected_category; /* CATEGORY_NONE without a taxonomy */
	enum category category;
};

struct evaluation {
	const struct model *model;
	const char *set;
	size_t label_count;
	struct judged *items;
	size_t count;
	size_t passed_over; /* lines whose label the map leads to nothing */
};

/* Foreign labels and what they are here: a JSON object of names, null where nothing is the same. */
struct label_map {
	json_t *names; /* NULL: labels are our own */
};

struct evaluate_options {
	const struct model *model;
	const char *set;
	const struct taxonomy *taxonomy; /* NULL: no categories */
	struct label_map map;
};

/* False: a label that the model, the taxonomy or the map does not know; error says which. */
bool evaluate(struct arena *arena, const struct evaluate_options *options,
              const struct lines *lines, struct evaluation *evaluation,
              char error[static LINES_ERROR]) MUST_CHECK;

double evaluation_accuracy(const struct evaluation *evaluation);
double evaluation_macro_f1(const struct evaluation *evaluation);
/* The mean distance of confidence and accuracy over bins of confidence, weighed by their lines. */
double evaluation_calibration_error(const struct evaluation *evaluation);
/* Accuracy where the model is surest: of that share of the lines. */
double evaluation_at_coverage(struct arena *arena, const struct evaluation *evaluation,
                              double coverage);
void evaluation_print(struct arena *arena, const struct evaluation *evaluation, FILE *out);

/* --evaluate FILE... --model MODEL [--taxonomy FILE] [--map FILE]: what stands behind the first. */
int classifier_evaluate(int argc, char **argv);
/* --compare OLD NEW FILE...: what stands behind the first. */
int classifier_compare(int argc, char **argv);

#endif
