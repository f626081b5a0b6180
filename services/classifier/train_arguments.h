/*
 * train_arguments - the command line of the commands that work on models and labelled text.
 */
#ifndef SERVICES_CLASSIFIER_TRAIN_ARGUMENTS_H
#define SERVICES_CLASSIFIER_TRAIN_ARGUMENTS_H

#include "services/classifier/model.h"
#include "services/classifier/taxonomy.h"

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Borrowed from argv. What was not said is NULL. */
struct arguments {
	const char *const *files; /* argv's own, brought together at its front */
	size_t count;
	const char *out;
	const char *model;
	const char *taxonomy;
	const char *map;
};

/* Every option takes the word behind it. False: an option that nobody knows; said. */
bool arguments_read(int argc, char **argv, struct arguments *arguments) MUST_CHECK;

/* The same for what they name; false: what is wrong with it has been said on standard error. */
bool arguments_taxonomy(struct arena *arena, const char *path,
                        struct taxonomy *taxonomy) MUST_CHECK;
bool arguments_model(const char *path, const struct model **model) MUST_CHECK;

#endif
