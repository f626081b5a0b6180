/*
 * train_csv - rows of CSV (RFC 4180): quoted fields may hold commas, quotes and line ends.
 */
#ifndef SERVICES_CLASSIFIER_TRAIN_CSV_H
#define SERVICES_CLASSIFIER_TRAIN_CSV_H

#include "common/base/arena.h"

#include <stdbool.h>

#define CSV_FIELDS_MAX 64

struct csv {
	char *at; /* a copy of the text, which quoted fields are unquoted in */
	const char *end;
	size_t line; /* where the row begins that was read last, from 1; 0 before the first */
	size_t next_line;
	bool broken; /* a quoted field does not end or goes on, or there are too many fields */
};

struct csv csv_of(struct arena *arena, struct bytes text);
/* The fields of the next row, which stay, and how many. False: no more, or broken. */
bool csv_next(struct csv *csv, struct bytes fields[static CSV_FIELDS_MAX], size_t *count);

#endif
