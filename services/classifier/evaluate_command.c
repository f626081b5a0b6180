#include "services/classifier/evaluate.h"

#include "services/classifier/train_arguments.h"

#include "common/base/text.h"
#include "common/io/file.h"

#define SET "intent"
#define BLOCK_SIZE ((size_t)1 << 20)
#define MAP_BYTES_MAX ((size_t)1 << 20)
#define CHANGES_LISTED 40

static bool complain(const char *what, const char *reason)
{
	fprintf(stderr, "%s: %s\n", what, reason);
	return false;
}

static bool read_map(struct arena *arena, const char *path, struct label_map *map)
{
	struct json_error error = { 0 };
	char reason[JSON_ERROR_SIZE];
	struct bytes text;

	if (!file_read(arena, path, MAP_BYTES_MAX, &text))
		return complain(path, "cannot be read");
	if (!json_parse(text, MAP_BYTES_MAX, &map->names, &error))
		return complain(path, json_error_text(&error, reason));
	return json_is_object(map->names) || complain(path, "is no object of labels");
}

static bool read_lines(struct arena *arena, const char *const *paths, size_t count,
                       struct lines *lines)
{
	const struct lines_source source = { .paths = paths, .count = count };
	char error[LINES_ERROR];

	return lines_read(arena, &source, lines, error) || complain("lines", error);
}

static bool evaluate_files(struct arena *arena, const struct arguments *arguments,
                           struct label_map *map)
{
	struct evaluate_options options = { .set = SET };
	struct taxonomy taxonomy;
	struct lines lines;
	struct evaluation evaluation;
	char error[LINES_ERROR];

	if (arguments->map != NULL && !read_map(arena, arguments->map, map))
		return false;
	if (arguments->taxonomy != NULL) {
		if (!arguments_taxonomy(arena, arguments->taxonomy, &taxonomy))
			return false;
		options.taxonomy = &taxonomy;
	}
	options.map = *map;
	if (!arguments_model(arguments->model, &options.model) ||
	    !read_lines(arena, arguments->files, arguments->count, &lines))
		return false;
	if (!evaluate(arena, &options, &lines, &evaluation, error))
		return complain("lines", error);
	evaluation_print(arena, &evaluation, stdout);
	return true;
}

int classifier_evaluate(int argc, char **argv)
{
	struct arguments arguments;
	struct label_map map = { NULL };

	if (!arguments_read(argc, argv, &arguments) || arguments.count == 0 ||
	    arguments.model == NULL) {
		fprintf(stderr,
		        "usage: --evaluate FILE... --model MODEL [--taxonomy FILE] [--map FILE]\n");
		return EXIT_USAGE;
	}
	struct arena *const arena = arena_create(BLOCK_SIZE);
	const bool done = evaluate_files(arena, &arguments, &map);
	json_release(&map.names);
	arena_destroy(arena);
	return done ? EXIT_DONE : EXIT_FAILED;
}

struct change {
	size_t same;
	size_t mended;  /* wrong before, right now */
	size_t broken;  /* right before, wrong now */
	size_t another; /* wrong before and now, but another one */
};

/* One line for each text whose label changes; the text itself is named by its number only. */
static void count_change(const struct evaluation *old, const struct evaluation *new, size_t index,
                         struct change *change)
{
	const struct judged *const before = &old->items[index];
	const struct judged *const after = &new->items[index];
	const char *const was = model_label(old->model, SET, before->got);
	const char *const is = model_label(new->model, SET, after->got);
	const bool was_right = before->got == before->expected;
	const bool is_right = after->got == after->expected;

	if (text_equal(was, is)) {
		change->same++;
		return;
	}
	change->mended += !was_right && is_right;
	change->broken += was_right && !is_right;
	change->another += !was_right && !is_right;
	if (change->mended + change->broken + change->another <= CHANGES_LISTED)
		printf("line %zu: %s (%d ppm) becomes %s (%d ppm); it is %s\n", index + 1, was,
		       before->confidence_ppm, is, after->confidence_ppm, before->line->label);
}

static bool judge_by(struct arena *arena, const char *path, const struct lines *lines,
                     struct evaluation *evaluation)
{
	struct evaluate_options options = { .set = SET };
	char error[LINES_ERROR];

	if (!arguments_model(path, &options.model))
		return false;
	return evaluate(arena, &options, lines, evaluation, error) || complain(path, error);
}

static bool compare_files(struct arena *arena, const struct arguments *arguments)
{
	struct lines lines;
	struct evaluation old;
	struct evaluation new;
	struct change change = { 0 };

	if (!read_lines(arena, arguments->files + 2, arguments->count - 2, &lines) ||
	    !judge_by(arena, arguments->files[0], &lines, &old) ||
	    !judge_by(arena, arguments->files[1], &lines, &new))
		return false;
	for (size_t i = 0; i < lines.count; i++)
		count_change(&old, &new, i, &change);
	printf("lines %zu: same %zu, mended %zu, broken %zu, wrong in another way %zu\n",
	       lines.count, change.same, change.mended, change.broken, change.another);
	printf("accuracy %.2f %% becomes %.2f %%\n", 100.0 * evaluation_accuracy(&old),
	       100.0 * evaluation_accuracy(&new));
	printf("calibration error %.4f becomes %.4f\n", evaluation_calibration_error(&old),
	       evaluation_calibration_error(&new));
	return true;
}

int classifier_compare(int argc, char **argv)
{
	struct arguments arguments;

	if (!arguments_read(argc, argv, &arguments) || arguments.count < 3) {
		fprintf(stderr, "usage: --compare OLD NEW FILE...\n");
		return EXIT_USAGE;
	}
	struct arena *const arena = arena_create(BLOCK_SIZE);
	const bool done = compare_files(arena, &arguments);
	arena_destroy(arena);
	return done ? EXIT_DONE : EXIT_FAILED;
}
