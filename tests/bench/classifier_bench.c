/*
 * classifier_bench - what a verdict of a model costs: `classifier_bench MODEL FILE MESSAGES`.
 *
 * Prints one JSON object: how long the model takes to open (mapped, digested, checked); CPU of a label
 * alone and of a whole verdict (confidences, reasons) for the file's texts, and of a whole verdict for
 * texts that are joined to 200 bytes; resident memory.
 */
#include "services/classifier/model.h"
#include "services/classifier/train_lines.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/file.h"
#include "tests/support/resident.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define BLOCK_SIZE 65536
#define MESSAGE_SIZE 200
#define LABELS_MAX 1024

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Text after text with a blank between, cut at a character. */
static struct lines join(struct arena *arena, const struct lines *lines)
{
	struct lines joined = { .items = arena_zero(arena, lines->count * sizeof(struct line)) };

	for (size_t i = 0; i < lines->count; i++) {
		char *const text = arena_alloc(arena, MESSAGE_SIZE);
		size_t size = 0;
		for (size_t k = i; size < MESSAGE_SIZE; k = (k + 1) % lines->count) {
			const struct line *const line = &lines->items[k];
			const size_t room = MESSAGE_SIZE - size;
			const size_t taken = line->size < room ? line->size : room;
			memcpy(text + size, line->text, taken);
			size += taken;
			if (size < MESSAGE_SIZE)
				text[size++] = ' ';
		}
		joined.items[joined.count++] = (struct line){
			.text = text,
			.size = text_fit((struct bytes){ text, size }, size),
		};
	}
	return joined;
}

/* With a label alone, as other libraries' predict; or with confidences and reasons, as the daemon. */
static void answer(const struct model *model, struct arena *arena, const struct prepared *prepared,
                   bool whole, int64_t *sum)
{
	int32_t margins[LABELS_MAX];
	struct model_verdict verdict;

	if (whole) {
		CHECK(model_judge(model, arena, "intent", prepared, &verdict));
		*sum += verdict.confidence_ppm;
		return;
	}
	CHECK(model_margins(model, arena, "intent", prepared, margins));
	size_t best = 0;
	for (size_t i = 1; i < model_label_count(model, "intent"); i++)
		best = margins[i] > margins[best] ? i : best;
	*sum += (int64_t)best;
}

/* Microseconds of CPU each. The answers are summed, so that none is left out. */
static double judge(const struct model *model, const struct lines *lines, size_t messages,
                    bool whole, int64_t *sum)
{
	struct arena *const arena = arena_create(BLOCK_SIZE);
	const double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);

	for (size_t i = 0; i < messages; i++) {
		const struct line *const line = &lines->items[i % lines->count];
		struct prepared prepared;
		arena_reset(arena);
		prepared_make(arena, line->text, line->size, &prepared);
		answer(model, arena, &prepared, whole, sum);
	}
	const double spent = seconds(CLOCK_PROCESS_CPUTIME_ID) - begin;
	arena_destroy(arena);
	return spent * 1e6 / (double)messages;
}

int main(int argc, char **argv)
{
	struct arena *const arena = arena_create(BLOCK_SIZE);
	char reason[LINES_ERROR] = "cannot be read";
	const struct model *model;
	struct lines lines;
	struct bytes file;
	int64_t messages;
	int64_t sum = 0;

	if (argc != 4 || !text_number(argv[3], 1, 1000000000, &messages)) {
		fprintf(stderr, "usage: classifier_bench MODEL FILE MESSAGES\n");
		return 2;
	}
	const struct lines_source source = { .paths = (const char *const *)argv + 2, .count = 1 };
	const double begin = seconds(CLOCK_MONOTONIC);
	if (!file_map(argv[1], MODEL_SIZE_MAX, &file) ||
	    !model_use(file, &model, reason, sizeof(reason))) {
		fprintf(stderr, "%s: %s\n", argv[1], reason);
		return 1;
	}
	const double opened = seconds(CLOCK_MONOTONIC) - begin;
	if (!lines_read(arena, &source, &lines, reason)) {
		fprintf(stderr, "%s\n", reason);
		return 1;
	}
	const struct lines joined = join(arena, &lines);
	judge(model, &joined, lines.count, true, &sum);
	const double label = judge(model, &lines, (size_t)messages, false, &sum);
	const double own = judge(model, &lines, (size_t)messages, true, &sum);
	const double long_ones = judge(model, &joined, (size_t)messages, true, &sum);
	printf("{\"open_ms\": %.2f, \"us_label\": %.2f, \"us\": %.2f, \"us_200\": %.2f, "
	       "\"resident_kib\": %ld, \"sum\": %lld}\n",
	       opened * 1e3, label, own, long_ones, resident_kib(), (long long)sum);
	arena_destroy(arena);
	return 0;
}
