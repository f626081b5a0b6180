/*
 * linear - one-vs-rest linear classifiers with L2 regularisation, over liblinear.
 *
 * The same problem gives the same weights, bit for bit, on one build of the library.
 */
#ifndef COMMON_IO_LINEAR_H
#define COMMON_IO_LINEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sparse matrix row by row, and the class of each row. All borrowed. */
struct linear_problem {
	size_t rows;
	size_t columns;
	size_t classes;
	const size_t *starts;    /* rows + 1: the first cell of each row, and the count of cells */
	const uint32_t *indices; /* of each cell its column, ascending within a row */
	const float *values;
	const uint32_t *labels; /* of each row, below classes */
};

enum linear_loss {
	LINEAR_SQUARED_HINGE, /* a support vector machine: decides best, says little of how sure */
	LINEAR_LOGISTIC,      /* its margins are log odds */
};

struct linear_options {
	enum linear_loss loss;
	double cost;      /* of an error against the size of the weights */
	double tolerance; /* when to stop */
};

/*
 * weights has classes numbers for each column, one column after the other, and then
 * the classes' constants. A class without a row has no weights and a constant of -1; one with every row, of 1.
 */
void linear_train(const struct linear_problem *problem, const struct linear_options *options,
                  float *weights);

#endif
