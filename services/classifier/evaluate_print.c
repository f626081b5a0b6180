#include "services/classifier/evaluate.h"

#include "common/base/memory.h"
#include "common/base/text.h"

#include <stdlib.h>

#define CONFUSIONS_SHOWN 15
#define LANGUAGES_SHOWN 16
#define NAME_WIDTH 44

struct pair {
	uint32_t expected;
	uint32_t got;
	size_t count;
};

static const char *label(const struct evaluation *evaluation, uint32_t index)
{
	return model_label(evaluation->model, evaluation->set, index);
}

static double percent(size_t part, size_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0.0;
}

static void print_label(const struct evaluation *evaluation, uint32_t index, FILE *out)
{
	size_t expected = 0;
	size_t got = 0;
	size_t right = 0;

	for (size_t i = 0; i < evaluation->count; i++) {
		const struct judged *const it = &evaluation->items[i];
		expected += it->expected == index;
		got += it->got == index;
		right += it->expected == index && it->got == index;
	}
	if (expected + got == 0)
		return;
	fprintf(out, "%-*s %9.1f %7.1f %7.1f %6zu\n", NAME_WIDTH, label(evaluation, index),
	        percent(right, got), percent(right, expected), percent(2 * right, expected + got),
	        expected);
}

static void print_labels(const struct evaluation *evaluation, FILE *out)
{
	fprintf(out, "\n%-*s %9s %7s %7s %6s\n", NAME_WIDTH, "label", "precision", "recall", "F1",
	        "n");
	for (uint32_t i = 0; i < evaluation->label_count; i++)
		print_label(evaluation, i, out);
}

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *const first = a;
	const struct pair *const second = b;

	if (first->count != second->count)
		return first->count < second->count ? 1 : -1;
	if (first->expected != second->expected)
		return first->expected < second->expected ? -1 : 1;
	return (first->got > second->got) - (first->got < second->got);
}

static void print_confusions(const struct evaluation *evaluation, FILE *out)
{
	const size_t labels = evaluation->label_count;
	struct pair *const pairs = memory_zero(labels * labels * sizeof(*pairs));

	for (size_t i = 0; i < evaluation->count; i++) {
		const struct judged *const it = &evaluation->items[i];
		struct pair *const pair = &pairs[it->expected * labels + it->got];
		*pair = (struct pair){ it->expected, it->got, pair->count + 1 };
	}
	for (size_t i = 0; i < labels; i++)
		pairs[i * labels + i].count = 0;
	qsort(pairs, labels * labels, sizeof(*pairs), compare_pairs);
	fprintf(out, "\n%-*s %-*s %6s\n", NAME_WIDTH, "confused: is", NAME_WIDTH, "was taken for",
	        "lines");
	for (size_t i = 0; i < labels * labels && i < CONFUSIONS_SHOWN && pairs[i].count > 0; i++)
		fprintf(out, "%-*s %-*s %6zu\n", NAME_WIDTH, label(evaluation, pairs[i].expected),
		        NAME_WIDTH, label(evaluation, pairs[i].got), pairs[i].count);
	memory_free(pairs);
}

static void print_calibration(const struct evaluation *evaluation, FILE *out)
{
	const int32_t step = MODEL_PPM / EVALUATION_BINS;

	fprintf(out, "\nconfidence   lines  mean confidence  accuracy\n");
	for (int32_t bin = 0; bin < EVALUATION_BINS; bin++) {
		const int32_t last = bin + 1 == EVALUATION_BINS;
		size_t count = 0;
		size_t right = 0;
		int64_t sum = 0;
		for (size_t i = 0; i < evaluation->count; i++) {
			const struct judged *const it = &evaluation->items[i];
			if (it->confidence_ppm < bin * step ||
			    (it->confidence_ppm >= (bin + 1) * step && !last))
				continue;
			count++;
			right += it->got == it->expected;
			sum += it->confidence_ppm;
		}
		if (count > 0)
			fprintf(out, "%3d-%3d %%   %7zu %14.1f %% %7.1f %%\n", bin * 10,
			        bin * 10 + 10, count, (double)sum / (double)count / 10000.0,
			        percent(right, count));
	}
	fprintf(out, "expected calibration error %.4f\n", evaluation_calibration_error(evaluation));
}

static void print_categories(const struct evaluation *evaluation, FILE *out)
{
	size_t right = 0;

	for (size_t i = 0; i < evaluation->count; i++) {
		const struct judged *const it = &evaluation->items[i];
		if (it->expected_category == CATEGORY_NONE)
			return;
		right += it->expected_category == it->category;
	}
	fprintf(out, "category %.2f %%\n", percent(right, evaluation->count));
}

static bool spoken(const struct judged *judged, const char *language)
{
	return text_equal(judged->line->language, language);
}

/* A row for each language that the lines name, in the order in which they come. */
static void print_languages(const struct evaluation *evaluation, FILE *out)
{
	const char *seen[LANGUAGES_SHOWN];
	size_t count = 0;

	for (size_t i = 0; i < evaluation->count && count < LANGUAGES_SHOWN; i++) {
		const char *const language = evaluation->items[i].line->language;
		size_t lines = 0;
		size_t right = 0;
		size_t at = 0;
		while (at < count && !text_equal(seen[at], language))
			at++;
		if (language == NULL || at < count)
			continue;
		seen[count++] = language;
		for (size_t k = i; k < evaluation->count; k++) {
			const struct judged *const it = &evaluation->items[k];
			lines += spoken(it, language);
			right += spoken(it, language) && it->got == it->expected;
		}
		fprintf(out, "language %-8s %6zu lines, accuracy %.2f %%\n", language, lines,
		        percent(right, lines));
	}
}

void evaluation_print(struct arena *arena, const struct evaluation *evaluation, FILE *out)
{
	static const double coverages[] = { 1.0, 0.9, 0.8 };

	fprintf(out, "lines %zu, passed over %zu\n", evaluation->count, evaluation->passed_over);
	fprintf(out, "accuracy %.2f %%\nmacro-F1 %.2f %%\n",
	        100.0 * evaluation_accuracy(evaluation), 100.0 * evaluation_macro_f1(evaluation));
	print_categories(evaluation, out);
	for (size_t i = 0; i < COUNT_OF(coverages); i++)
		fprintf(out, "accuracy at %3.0f %% coverage %.2f %%\n", 100.0 * coverages[i],
		        100.0 * evaluation_at_coverage(arena, evaluation, coverages[i]));
	print_languages(evaluation, out);
	print_labels(evaluation, out);
	print_confusions(evaluation, out);
	print_calibration(evaluation, out);
}
