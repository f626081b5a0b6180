#include "services/classifier/evaluate.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

#define SCRATCH_SIZE 65536

static bool refuse(const struct line *line, const char *reason, char error[static LINES_ERROR])
{
	snprintf(error, LINES_ERROR, "label %.*s: %s", LINE_LABEL_MAX, line->label, reason);
	return false;
}

/* The label's own name here; NULL: passed over. False: the map does not know it. */
static bool translate(const struct label_map *map, const char *label, const char **own)
{
	if (map->names == NULL) {
		*own = label;
		return true;
	}
	json_t *const value = json_object_get(map->names, label);
	if (!json_is_string(value) && !json_is_null(value))
		return false;
	*own = json_string_value(value);
	return true;
}

static bool label_index(const struct evaluate_options *options, const char *label, uint32_t *index)
{
	const size_t count = model_label_count(options->model, options->set);

	for (size_t i = 0; i < count; i++) {
		if (text_equal(model_label(options->model, options->set, i), label)) {
			*index = (uint32_t)i;
			return true;
		}
	}
	return false;
}

static enum category category_of(const struct taxonomy *taxonomy, const char *intent)
{
	const struct taxonomy_intent *const found = taxonomy_find(taxonomy, intent);

	return found != NULL ? found->category : CATEGORY_NONE;
}

static enum category likeliest_category(const struct evaluate_options *options,
                                        const struct model_verdict *verdict)
{
	int64_t sums[CATEGORIES] = { 0 };
	const size_t count = model_label_count(options->model, options->set);
	enum category best = CATEGORY_NONE;

	for (size_t i = 0; i < count; i++)
		sums[category_of(options->taxonomy, model_label(options->model, options->set,
		                                                i))] += verdict->confidences[i];
	for (int i = CATEGORY_NONE; i < CATEGORIES; i++)
		best = sums[i] > sums[best] ? (enum category)i : best;
	return best;
}

static void judge(struct arena *scratch, const struct evaluate_options *options,
                  struct judged *judged)
{
	const struct line *const line = judged->line;
	struct prepared prepared;
	struct model_verdict verdict;

	prepared_make(scratch, line->text, line->size, &prepared);
	CHECK(model_judge(options->model, scratch, options->set, &prepared, &verdict));
	judged->got = (uint32_t)verdict.best;
	judged->confidence_ppm = verdict.confidence_ppm;
	if (options->taxonomy == NULL)
		return;
	judged->category = likeliest_category(options, &verdict);
	judged->expected_category =
	    category_of(options->taxonomy,
	                model_label(options->model, options->set, judged->expected));
}

bool evaluate(struct arena *arena, const struct evaluate_options *options,
              const struct lines *lines, struct evaluation *evaluation,
              char error[static LINES_ERROR])
{
	struct arena *const scratch = arena_create(SCRATCH_SIZE);
	bool known = true;

	*evaluation = (struct evaluation){
		.model = options->model,
		.set = options->set,
		.label_count = model_label_count(options->model, options->set),
		.items = arena_zero(arena, (lines->count + 1) * sizeof(struct judged)),
	};
	for (size_t i = 0; known && i < lines->count; i++) {
		const struct line *const line = &lines->items[i];
		struct judged *const judged = &evaluation->items[evaluation->count];
		const char *own;
		judged->line = line;
		if (!translate(&options->map, line->label, &own)) {
			known = refuse(line, "the map does not know it", error);
		} else if (own == NULL) {
			evaluation->passed_over++;
		} else if (!label_index(options, own, &judged->expected)) {
			known = refuse(line, "the model has no such label", error);
		} else {
			judge(scratch, options, judged);
			evaluation->count++;
		}
		arena_reset(scratch);
	}
	arena_destroy(scratch);
	return known;
}

static double share(size_t part, size_t whole)
{
	return whole > 0 ? (double)part / (double)whole : 0.0;
}

double evaluation_accuracy(const struct evaluation *evaluation)
{
	size_t right = 0;

	for (size_t i = 0; i < evaluation->count; i++)
		right += evaluation->items[i].got == evaluation->items[i].expected;
	return share(right, evaluation->count);
}

/* Of the labels that the lines have. */
double evaluation_macro_f1(const struct evaluation *evaluation)
{
	size_t *const counts = memory_zero(3 * evaluation->label_count * sizeof(*counts));
	size_t present = 0;
	double sum = 0.0;

	for (size_t i = 0; i < evaluation->count; i++) {
		const struct judged *const it = &evaluation->items[i];
		counts[3 * it->expected]++;
		counts[3 * it->got + 1]++;
		counts[3 * it->expected + 2] += it->got == it->expected;
	}
	for (size_t i = 0; i < evaluation->label_count; i++) {
		const size_t *const of = &counts[3 * i];
		present += of[0] > 0;
		sum += of[0] > 0 ? 2.0 * (double)of[2] / (double)(of[0] + of[1]) : 0.0;
	}
	memory_free(counts);
	return present > 0 ? sum / (double)present : 0.0;
}

double evaluation_calibration_error(const struct evaluation *evaluation)
{
	double sure[EVALUATION_BINS] = { 0 };
	double right[EVALUATION_BINS] = { 0 };
	double error = 0.0;

	for (size_t i = 0; i < evaluation->count; i++) {
		const struct judged *const it = &evaluation->items[i];
		const int bin = it->confidence_ppm / (MODEL_PPM / EVALUATION_BINS);
		const int at = bin < EVALUATION_BINS ? bin : EVALUATION_BINS - 1;
		sure[at] += (double)it->confidence_ppm / MODEL_PPM;
		right[at] += it->got == it->expected ? 1.0 : 0.0;
	}
	for (int i = 0; i < EVALUATION_BINS; i++)
		error += sure[i] > right[i] ? sure[i] - right[i] : right[i] - sure[i];
	return evaluation->count > 0 ? error / (double)evaluation->count : 0.0;
}

/* The surest first; of equals, the one whose line came first. */
static int compare_sureness(const void *a, const void *b)
{
	const struct judged *const first = a;
	const struct judged *const second = b;

	if (first->confidence_ppm != second->confidence_ppm)
		return first->confidence_ppm < second->confidence_ppm ? 1 : -1;
	return (first->line > second->line) - (first->line < second->line);
}

double evaluation_at_coverage(struct arena *arena, const struct evaluation *evaluation,
                              double coverage)
{
	struct evaluation sorted = *evaluation;

	sorted.items =
	    arena_copy(arena, evaluation->items, evaluation->count * sizeof(*sorted.items));
	qsort(sorted.items, sorted.count, sizeof(*sorted.items), compare_sureness);
	sorted.count = (size_t)((double)sorted.count * coverage + 0.5);
	return evaluation_accuracy(&sorted);
}
