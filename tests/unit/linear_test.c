/*
 * linear_test - lines that can be drawn are drawn, the same ones every time.
 */
#include "common/io/linear.h"

#include "common/base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COLUMNS 3
#define CLASSES 4

/* Rows of one cell each: column 0 is of class 0, column 1 of class 1; class 3 has no row. */
static const size_t starts[] = { 0, 1, 2, 3, 4, 5, 5 };
static const uint32_t indices[] = { 0, 1, 0, 1, 2 };
static const float values[] = { 1.0F, 1.0F, 0.8F, 0.9F, 1.0F };
static const uint32_t labels[] = { 0, 1, 0, 1, 2, 2 };
static const struct linear_problem problem = {
	.rows = COUNT_OF(labels),
	.columns = COLUMNS,
	.classes = CLASSES,
	.starts = starts,
	.indices = indices,
	.values = values,
	.labels = labels,
};

static const enum linear_loss losses[] = { LINEAR_SQUARED_HINGE, LINEAR_LOGISTIC };

static uint32_t likeliest(const float *weights, uint32_t column)
{
	const float *const constants = weights + COLUMNS * CLASSES;
	uint32_t best = 0;

	for (uint32_t label = 1; label < CLASSES; label++)
		if (weights[column * CLASSES + label] + constants[label] >
		    weights[column * CLASSES + best] + constants[best])
			best = label;
	return best;
}

static void each_class_is_told_from_the_rest(void **state)
{
	float weights[(COLUMNS + 1) * CLASSES];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(losses); i++) {
		const struct linear_options options = { losses[i], 10.0, 0.01 };
		linear_train(&problem, &options, weights);
		for (uint32_t column = 0; column < COLUMNS; column++)
			assert_int_equal(likeliest(weights, column), column);
	}
}

static void a_class_without_a_row_never_speaks(void **state)
{
	const struct linear_options options = { LINEAR_SQUARED_HINGE, 1.0, 0.01 };
	float weights[(COLUMNS + 1) * CLASSES];

	(void)state;
	linear_train(&problem, &options, weights);
	for (size_t column = 0; column < COLUMNS; column++)
		assert_true(weights[column * CLASSES + 3] > -1e-9F &&
		            weights[column * CLASSES + 3] < 1e-9F);
	assert_true(weights[COLUMNS * CLASSES + 3] < -0.99F);
}

static void the_same_problem_has_the_same_weights(void **state)
{
	float first[(COLUMNS + 1) * CLASSES];
	float second[(COLUMNS + 1) * CLASSES];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(losses); i++) {
		const struct linear_options options = { losses[i], 1.0, 0.01 };
		linear_train(&problem, &options, first);
		linear_train(&problem, &options, second);
		assert_memory_equal(first, second, sizeof(first));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_class_is_told_from_the_rest),
		cmocka_unit_test(a_class_without_a_row_never_speaks),
		cmocka_unit_test(the_same_problem_has_the_same_weights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
