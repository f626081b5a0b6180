#include "services/classifier/train.h"

#include "services/classifier/model.h"
#include "services/classifier/train_calibrate.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK_SIZE ((size_t)1 << 20)

const struct train_options train_defaults = {
	.set = "intent",
	.vocabulary = {
		.least = { [FEATURE_CHARACTERS] = 2, [FEATURE_WORDS] = 1 },
		.family_weights = { [FEATURE_CHARACTERS] = VECTOR_ONE,
		                    [FEATURE_WORDS] = VECTOR_ONE * 7 / 10 },
	},
	.linear = { .loss = LINEAR_SQUARED_HINGE, .cost = 2.0, .tolerance = 0.02 },
	.folds = 4,
	.taxonomy = "",
};

struct training {
	const struct examples *examples;
	const struct train_options *options;
	const uint8_t *digest;
};

/* The vectors of the chosen examples, one under the other. */
struct matrix {
	struct linear_problem problem;
	size_t *starts;
	uint32_t *indices;
	float *values;
	uint32_t *labels;
};

static void matrix_alloc(struct arena *arena, const struct examples *examples,
                         struct matrix *matrix)
{
	size_t features = 0;

	for (size_t i = 0; i < examples->count; i++)
		features += examples->items[i].features.count;
	matrix->starts = arena_alloc(arena, (examples->count + 1) * sizeof(size_t));
	matrix->labels = arena_alloc(arena, (examples->count + 1) * sizeof(uint32_t));
	matrix->indices = arena_alloc(arena, (features + 1) * sizeof(uint32_t));
	matrix->values = arena_alloc(arena, (features + 1) * sizeof(float));
}

static int compare_cells(const void *a, const void *b)
{
	const uint32_t first = ((const struct vector_cell *)a)->entry;
	const uint32_t second = ((const struct vector_cell *)b)->entry;

	return (first > second) - (first < second);
}

static size_t matrix_add(struct matrix *matrix, size_t row, struct vector *vector, uint32_t label)
{
	size_t at = matrix->starts[row];

	qsort(vector->cells, vector->count, sizeof(*vector->cells), compare_cells);
	for (size_t i = 0; i < vector->count; i++) {
		matrix->indices[at] = vector->cells[i].entry;
		matrix->values[at++] = (float)vector->cells[i].value / (float)VECTOR_ONE;
	}
	matrix->labels[row] = label;
	matrix->starts[row + 1] = at;
	return row + 1;
}

static void matrix_make(struct arena *arena, const struct examples *examples, const bool *chosen,
                        const struct vocabulary *vocabulary, struct matrix *matrix)
{
	struct arena *const scratch = arena_create(BLOCK_SIZE);
	struct vector vector;
	size_t row = 0;

	matrix_alloc(arena, examples, matrix);
	matrix->starts[0] = 0;
	for (size_t i = 0; i < examples->count; i++) {
		const struct example *const example = &examples->items[i];
		if (chosen != NULL && !chosen[i])
			continue;
		arena_reset(scratch);
		vector_make(scratch, vocabulary, &example->features, &vector);
		row = matrix_add(matrix, row, &vector, example->label);
	}
	arena_destroy(scratch);
	matrix->problem = (struct linear_problem){
		.rows = row,
		.columns = vocabulary->count,
		.classes = examples->label_count,
		.starts = matrix->starts,
		.indices = matrix->indices,
		.values = matrix->values,
		.labels = matrix->labels,
	};
}

/* A model of the chosen examples; NULL: of all. False: it is too large. */
static bool fit(const struct training *training, const bool *chosen, struct buffer *file)
{
	const struct examples *const examples = training->examples;
	const struct train_options *const options = training->options;
	struct arena *const arena = arena_create(BLOCK_SIZE);
	struct vocabulary vocabulary;
	struct matrix matrix;

	vocabulary_make(arena, examples, chosen, &options->vocabulary, &vocabulary);
	matrix_make(arena, examples, chosen, &vocabulary, &matrix);
	float *const weights =
	    memory_alloc((vocabulary.count + 1) * examples->label_count * sizeof(*weights));
	linear_train(&matrix.problem, &options->linear, weights);
	const struct model_draft draft = {
		.set = options->set,
		.labels = examples->labels,
		.label_count = examples->label_count,
		.vocabulary = &vocabulary,
		.weights = weights,
		.training = training->digest,
		.taxonomy = options->taxonomy,
		.taxonomy_version = options->taxonomy_version,
	};
	const bool fits = model_write(&draft, file);
	memory_free(weights);
	arena_destroy(arena);
	return fits;
}

/* The n-th line of each label is of fold n: every fold has every label. */
static void deal(const struct examples *examples, size_t folds, size_t *fold_of)
{
	size_t *const counts = memory_zero(examples->label_count * sizeof(*counts));

	for (size_t i = 0; i < examples->count; i++)
		fold_of[i] = counts[examples->items[i].label]++ % folds;
	memory_free(counts);
}

/* The margins of the fold's lines, by a model of all other lines. */
static bool judge_fold(const struct training *training, const size_t *fold_of, size_t fold,
                       int32_t *margins)
{
	const struct examples *const examples = training->examples;
	struct arena *const arena = arena_create(BLOCK_SIZE);
	bool *const chosen = memory_alloc(examples->count * sizeof(*chosen));
	struct buffer file = { 0 };
	const struct model *model;
	char reason[MODEL_REASON_SIZE];

	for (size_t i = 0; i < examples->count; i++)
		chosen[i] = fold_of[i] != fold;
	const bool fits = fit(training, chosen, &file);
	if (fits)
		CHECK(model_use((struct bytes){ file.data, file.size }, &model, reason,
		                sizeof(reason)));
	for (size_t i = 0; fits && i < examples->count; i++) {
		const struct line *const line = examples->items[i].line;
		struct prepared prepared;
		if (chosen[i])
			continue;
		arena_reset(arena);
		prepared_make(arena, line->text, line->size, &prepared);
		CHECK(model_margins(model, arena, training->options->set, &prepared,
		                    margins + i * examples->label_count));
	}
	buffer_finish(&file);
	memory_free(chosen);
	arena_destroy(arena);
	return fits;
}

static bool calibrate_by_folds(const struct training *training, struct calibration *calibration)
{
	const struct examples *const examples = training->examples;
	const size_t cells = examples->count * examples->label_count;
	int32_t *const margins = memory_alloc(cells * sizeof(*margins));
	size_t *const fold_of = memory_alloc(examples->count * sizeof(*fold_of));
	uint32_t *const labels = memory_alloc(examples->count * sizeof(*labels));
	bool fits = true;

	deal(examples, training->options->folds, fold_of);
	for (size_t fold = 0; fits && fold < training->options->folds; fold++)
		fits = judge_fold(training, fold_of, fold, margins);
	for (size_t i = 0; i < examples->count; i++)
		labels[i] = examples->items[i].label;
	if (fits)
		calibrate(margins, labels, examples->count, examples->label_count, calibration);
	memory_free(labels);
	memory_free(fold_of);
	memory_free(margins);
	return fits;
}

static bool refuse(char error[static LINES_ERROR], const char *reason)
{
	snprintf(error, LINES_ERROR, "%s", reason);
	return false;
}

bool train_model(const struct lines *lines, const struct train_options *options,
                 struct buffer *file, struct train_report *report, char error[static LINES_ERROR])
{
	struct arena *const arena = arena_create(BLOCK_SIZE);
	struct examples examples;
	struct calibration calibration = { 0 };
	bool trained = true;

	CHECK(options->folds != 1 && options->folds <= TRAIN_FOLDS_MAX);
	examples_make(arena, lines, &examples);
	const struct training training = { &examples, options, lines->digest };
	if (examples.label_count < 2 || examples.label_count > MODEL_LABELS_MAX - MODEL_STRIDE_STEP)
		trained = refuse(error, "the lines have fewer than two labels, or too many");
	else if (!fit(&training, NULL, file) ||
	         (options->folds > 0 && !calibrate_by_folds(&training, &calibration)))
		trained = refuse(error, "the model would be larger than 64 MiB");
	if (trained && options->folds > 0)
		model_calibrate(file, calibration.sharpness, calibration.certainty);
	*report = (struct train_report){
		.lines = examples.count,
		.labels = examples.label_count,
		.features =
		    trained
			? ((const struct model *)(const void *)file->data)->sets[0].feature_count
			: 0,
		.right = calibration.right,
		.loss = calibration.loss,
	};
	arena_destroy(arena);
	return trained;
}
