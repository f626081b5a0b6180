#include "services/classifier/train_arguments.h"

#include "common/base/text.h"
#include "common/io/file.h"

#include <stdio.h>

#define TAXONOMY_BYTES_MAX ((size_t)1 << 20)

struct option {
	const char *name;
	const char **value;
};

static const char **option_value(const struct option *options, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(options[i].name, name))
			return options[i].value;
	return NULL;
}

bool arguments_read(int argc, char **argv, struct arguments *arguments)
{
	const struct option options[] = {
		{ "--out", &arguments->out },
		{ "--model", &arguments->model },
		{ "--taxonomy", &arguments->taxonomy },
		{ "--map", &arguments->map },
	};

	*arguments = (struct arguments){ .files = (const char *const *)argv };
	for (int i = 0; i < argc; i++) {
		if (!text_starts(argv[i], "--")) {
			argv[arguments->count++] = argv[i];
			continue;
		}
		const char **const value = option_value(options, COUNT_OF(options), argv[i]);
		if (value == NULL || i + 1 == argc) {
			fprintf(stderr, "%s: %s\n", argv[i],
			        value == NULL ? "no such option" : "needs a word behind it");
			return false;
		}
		*value = argv[++i];
	}
	return true;
}

bool arguments_taxonomy(struct arena *arena, const char *path, struct taxonomy *taxonomy)
{
	struct json_error error = { 0 };
	char reason[JSON_ERROR_SIZE];
	struct bytes text;

	if (!file_read(arena, path, TAXONOMY_BYTES_MAX, &text)) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return false;
	}
	if (!taxonomy_parse(arena, text, taxonomy, &error)) {
		fprintf(stderr, "%s: %s\n", path, json_error_text(&error, reason));
		return false;
	}
	return true;
}

bool arguments_model(const char *path, const struct model **model)
{
	char reason[MODEL_REASON_SIZE] = "cannot be read, or is larger than 64 MiB";
	struct bytes file;

	if (file_map(path, MODEL_SIZE_MAX, &file) && model_use(file, model, reason, sizeof(reason)))
		return true;
	fprintf(stderr, "%s: %s\n", path, reason);
	return false;
}
