#include "services/classifier/train.h"

#include "services/classifier/train_arguments.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_SIZE ((size_t)1 << 20)

static bool is_intent(const void *taxonomy, const char *label)
{
	return taxonomy_find(taxonomy, label) != NULL;
}

/* Whole or not at all: beside the place first, so that a running daemon never maps half a model. */
static bool write_file(struct arena *arena, const char *path, const struct buffer *file)
{
	const char *const beside = arena_printf(arena, "%s.part", path);
	FILE *const out = fopen(beside, "wbe");

	if (out == NULL)
		return false;
	const bool written = fwrite(file->data, 1, file->size, out) == file->size &&
	                     fflush(out) == 0 && fsync(fileno(out)) == 0;
	return fclose(out) == 0 && written && rename(beside, path) == 0;
}

static int train_and_write(struct arena *arena, const struct arguments *arguments,
                           const struct lines *lines, const struct train_options *options)
{
	struct buffer file = { 0 };
	struct train_report report;
	char error[LINES_ERROR];
	int status = EXIT_FAILED;

	if (!train_model(lines, options, &file, &report, error)) {
		fprintf(stderr, "%s\n", error);
	} else if (!write_file(arena, arguments->out, &file)) {
		fprintf(stderr, "%s: cannot be written\n", arguments->out);
	} else {
		printf("lines %zu, labels %zu, features %zu, bytes %zu\n", report.lines,
		       report.labels, report.features, file.size);
		printf("by %zu folds: accuracy %.2f %%, mean loss %.3f\n", options->folds,
		       100.0 * (double)report.right / (double)report.lines, report.loss);
		status = EXIT_DONE;
	}
	buffer_finish(&file);
	return status;
}

static int train_files(struct arena *arena, const struct arguments *arguments)
{
	struct train_options options = train_defaults;
	struct lines_source source = { .paths = arguments->files, .count = arguments->count };
	struct taxonomy taxonomy;
	struct lines lines;
	char error[LINES_ERROR];

	if (arguments->taxonomy != NULL) {
		if (!arguments_taxonomy(arena, arguments->taxonomy, &taxonomy))
			return EXIT_FAILED;
		options.taxonomy = taxonomy.id;
		options.taxonomy_version = taxonomy.version;
		source.known = is_intent;
		source.context = &taxonomy;
	}
	if (!lines_read(arena, &source, &lines, error)) {
		fprintf(stderr, "%s\n", error);
		return EXIT_FAILED;
	}
	return train_and_write(arena, arguments, &lines, &options);
}

int classifier_train(int argc, char **argv)
{
	struct arguments arguments;

	if (!arguments_read(argc, argv, &arguments) || arguments.count == 0 ||
	    arguments.out == NULL) {
		fprintf(stderr, "usage: --train FILE... --out MODEL [--taxonomy FILE]\n");
		return EXIT_USAGE;
	}
	struct arena *const arena = arena_create(BLOCK_SIZE);
	const int status = train_files(arena, &arguments);
	arena_destroy(arena);
	return status;
}
