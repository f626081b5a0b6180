/*
 * train_example - training lines with their features and label numbers, and the vocabulary of some.
 *
 * Labels are numbered in the order of their bytes; vocabulary is in the order of the hashes. So neither
 * depends on the order of the files.
 */
#ifndef SERVICES_CLASSIFIER_TRAIN_EXAMPLE_H
#define SERVICES_CLASSIFIER_TRAIN_EXAMPLE_H

#include "services/classifier/feature_vector.h"
#include "services/classifier/train_lines.h"

struct example {
	const struct line *line;
	struct features features; /* in the examples' arena */
	uint32_t label;
};

struct examples {
	struct example *items;
	size_t count;
	const char **labels;
	size_t label_count;
};

/* How many examples a feature must occur in, to be vocabulary; and how heavy each family is. */
struct vocabulary_options {
	uint32_t least[FEATURE_FAMILIES];
	uint32_t family_weights[FEATURE_FAMILIES]; /* at most VECTOR_ONE */
};

void examples_make(struct arena *arena, const struct lines *lines, struct examples *examples);
/* The place of a label, or label_count. */
size_t examples_label(const struct examples *examples, const char *label);

/* Of the examples of which chosen[i] is true; NULL: of all. Everything in the arena. */
void vocabulary_make(struct arena *arena, const struct examples *examples, const bool *chosen,
                     const struct vocabulary_options *options, struct vocabulary *vocabulary);

#endif
