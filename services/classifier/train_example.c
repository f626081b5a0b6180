#include "services/classifier/train_example.h"

#include "common/base/memory.h"
#include "common/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_SIZE 65536
#define RARITY_ONE 4096.0

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void number_labels(struct arena *arena, const struct lines *lines, struct examples *examples)
{
	const char **const labels = arena_alloc(arena, (lines->count + 1) * sizeof(const char *));
	size_t count = 0;

	for (size_t i = 0; i < lines->count; i++)
		labels[i] = lines->items[i].label;
	qsort(labels, lines->count, sizeof(const char *), compare_texts);
	for (size_t i = 0; i < lines->count; i++)
		if (count == 0 || !text_equal(labels[count - 1], labels[i]))
			labels[count++] = labels[i];
	examples->labels = labels;
	examples->label_count = count;
}

size_t examples_label(const struct examples *examples, const char *label)
{
	const char **const found = bsearch(&label, examples->labels, examples->label_count,
	                                   sizeof(const char *), compare_texts);

	return found != NULL ? (size_t)(found - examples->labels) : examples->label_count;
}

void examples_make(struct arena *arena, const struct lines *lines, struct examples *examples)
{
	struct arena *const scratch = arena_create(SCRATCH_SIZE);

	*examples = (struct examples){ .count = lines->count };
	examples->items = arena_alloc(arena, (lines->count + 1) * sizeof(*examples->items));
	number_labels(arena, lines, examples);
	for (size_t i = 0; i < lines->count; i++) {
		struct example *const example = &examples->items[i];
		const struct line *const line = &lines->items[i];
		struct prepared prepared;
		struct features features;
		prepared_make(scratch, line->text, line->size, &prepared);
		features_find(scratch, &prepared, &features);
		*example = (struct example){
			.line = line,
			.features = { arena_copy(arena, features.items,
			                         features.count * sizeof(*features.items)),
			              features.count },
			.label = (uint32_t)examples_label(examples, line->label),
		};
		arena_reset(scratch);
	}
	arena_destroy(scratch);
}

static int compare_hashes(const void *a, const void *b)
{
	const uint32_t first = *(const uint32_t *)a;
	const uint32_t second = *(const uint32_t *)b;

	return (first > second) - (first < second);
}

/* In order, each once. */
static size_t distinct(uint32_t *hashes, size_t count)
{
	size_t kept = 0;

	qsort(hashes, count, sizeof(*hashes), compare_hashes);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || hashes[kept - 1] != hashes[i])
			hashes[kept++] = hashes[i];
	return kept;
}

/* Every chosen example's hashes, each once an example, in order; answers how many examples. */
static size_t collect(const struct examples *examples, const bool *chosen, struct buffer *all)
{
	struct buffer own = { 0 };
	size_t documents = 0;

	for (size_t i = 0; i < examples->count; i++) {
		const struct features *const features = &examples->items[i].features;
		if (chosen != NULL && !chosen[i])
			continue;
		documents++;
		buffer_clear(&own);
		for (size_t k = 0; k < features->count; k++)
			buffer_add(&own, &features->items[k].hash, sizeof(uint32_t));
		if (own.size > 0)
			buffer_add(all, own.data,
			           distinct((void *)own.data, features->count) * sizeof(uint32_t));
	}
	buffer_finish(&own);
	if (all->size > 0)
		qsort(all->data, all->size / sizeof(uint32_t), sizeof(uint32_t), compare_hashes);
	return documents;
}

/* ln((1 + n) / (1 + n with it)) + 1, as everybody counts it. */
static uint16_t rarity_of(size_t documents, size_t with_it)
{
	const double rarity = log((1.0 + (double)documents) / (1.0 + (double)with_it)) + 1.0;

	return (uint16_t)lround(fmin(rarity * RARITY_ONE, UINT16_MAX));
}

static uint32_t *directory_make(struct arena *arena, const struct vocabulary_entry *entries,
                                size_t count, uint32_t bits)
{
	const size_t size = (size_t)1 << bits;
	uint32_t *const directory = arena_alloc(arena, (size + 1) * sizeof(*directory));
	size_t at = 0;

	for (size_t i = 0; i <= size; i++) {
		while (at < count && entries[at].hash >> (32 - bits) < i)
			at++;
		directory[i] = (uint32_t)at;
	}
	return directory;
}

void vocabulary_make(struct arena *arena, const struct examples *examples, const bool *chosen,
                     const struct vocabulary_options *options, struct vocabulary *vocabulary)
{
	struct buffer all = { 0 };
	const size_t documents = collect(examples, chosen, &all);
	const uint32_t *const hashes = (const void *)all.data;
	const size_t total = all.size / sizeof(*hashes);
	struct vocabulary_entry *const entries = arena_alloc(arena, (total + 1) * sizeof(*entries));
	size_t count = 0;

	for (size_t first = 0, next; first < total; first = next) {
		for (next = first + 1; next < total && hashes[next] == hashes[first];)
			next++;
		if (next - first >= options->least[feature_family(hashes[first])])
			entries[count++] = (struct vocabulary_entry){
				.hash = hashes[first],
				.rarity = rarity_of(documents, next - first),
			};
	}
	buffer_finish(&all);
	*vocabulary = (struct vocabulary){
		.entries = entries,
		.count = count,
		.directory_bits = vocabulary_directory_bits(count),
	};
	vocabulary->directory = directory_make(arena, entries, count, vocabulary->directory_bits);
	memcpy(vocabulary->family_weights, options->family_weights,
	       sizeof(vocabulary->family_weights));
}
