#include "common/io/linear.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <linear.h>

static void say_nothing(const char *text)
{
	(void)text;
}

/* The library wants columns from 1, and behind a row's last cell one of column -1. */
static struct feature_node *nodes_of(const struct linear_problem *problem,
                                     struct feature_node **rows)
{
	const size_t cells = problem->starts[problem->rows];
	struct feature_node *const nodes =
	    memory_alloc((cells + 2 * problem->rows) * sizeof(*nodes));
	const int constant = (int)problem->columns + 1;
	size_t count = 0;

	for (size_t row = 0; row < problem->rows; row++) {
		rows[row] = &nodes[count];
		for (size_t i = problem->starts[row]; i < problem->starts[row + 1]; i++)
			nodes[count++] =
			    (struct feature_node){ .index = (int)problem->indices[i] + 1,
				                   .value = (double)problem->values[i] };
		nodes[count++] = (struct feature_node){ .index = constant, .value = 1.0 };
		nodes[count++] = (struct feature_node){ .index = -1, .value = 0.0 };
	}
	return nodes;
}

/* Rows of the label are 1, all others -1; answers how many are 1. */
static size_t mark(const struct linear_problem *problem, uint32_t label, double *y)
{
	size_t members = 0;

	for (size_t row = 0; row < problem->rows; row++) {
		const bool member = problem->labels[row] == label;
		y[row] = member ? 1.0 : -1.0;
		members += member;
	}
	return members;
}

/* By the solvers that go over all rows at once: the others shuffle them by chance. */
static void train_label(const struct problem *rows, const struct linear_options *options,
                        size_t stride, float *weights)
{
	const struct parameter parameter = {
		.solver_type = options->loss == LINEAR_LOGISTIC ? L2R_LR : L2R_L2LOSS_SVC,
		.eps = options->tolerance,
		.C = options->cost,
	};

	CHECK(check_parameter(rows, &parameter) == NULL);
	struct model *trained = train(rows, &parameter);
	CHECK(trained->nr_class == 2);
	const double sign = trained->label[0] == 1 ? 1.0 : -1.0;
	for (size_t column = 0; column < (size_t)rows->n; column++)
		weights[column * stride] = (float)(sign * trained->w[column]);
	free_and_destroy_model(&trained);
}

void linear_train(const struct linear_problem *problem, const struct linear_options *options,
                  float *weights)
{
	struct feature_node **const starts =
	    memory_alloc(problem->rows * sizeof(struct feature_node *));
	struct feature_node *const nodes = nodes_of(problem, starts);
	double *const y = memory_alloc(problem->rows * sizeof(*y));
	const struct problem rows = {
		.l = (int)problem->rows,
		.n = (int)problem->columns + 1,
		.y = y,
		.x = starts,
		.bias = 1.0,
	};
	const size_t stride = problem->classes;

	set_print_string_function(say_nothing);
	for (uint32_t label = 0; label < problem->classes; label++) {
		const size_t members = mark(problem, label, y);
		if (members > 0 && members < problem->rows) {
			train_label(&rows, options, stride, weights + label);
			continue;
		}
		for (size_t column = 0; column <= problem->columns; column++)
			weights[column * stride + label] = 0.0F;
		weights[problem->columns * stride + label] = members > 0 ? 1.0F : -1.0F;
	}
	memory_free(y);
	memory_free(nodes);
	memory_free(starts);
}
