/*
 * model - any text judged by any model: the input changes bytes of a small model, under a digest that
 * is right all the same, and the rest of it is the text. A model is refused with a reason, or answers
 * within its bounds. The same bytes are read as CSV too.
 */
#include "services/classifier/model.h"
#include "services/classifier/model_file.h"
#include "services/classifier/train.h"
#include "services/classifier/train_csv.h"

#include "common/base/check.h"

#include <string.h>

#define ARENA_BLOCK 65536
#define PATCH_SIZE 5 /* a place of four bytes, and what stands there */
#define PATCHES_MAX 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct line lessons[] = {
	{ "please refund my money", 22, "refund", "en" },
	{ "refund pls", 10, "refund", "en" },
	{ "返金してください", 24, "refund", "ja" },
	{ "i cannot sign in", 16, "login", "en" },
	{ "sign in does not work", 21, "login", "en" },
	{ "ログインできません", 27, "login", "ja" },
};

/* Trained once. */
static struct bytes small_model(struct arena *arena)
{
	static struct buffer file;
	struct lines lines = { .count = COUNT_OF(lessons) };
	struct train_options options = train_defaults;
	struct train_report report;
	char error[LINES_ERROR];

	lines.items = arena_copy(arena, lessons, sizeof(lessons));
	options.folds = 0;
	if (file.size == 0)
		CHECK(train_model(&lines, &options, &file, &report, error));
	return (struct bytes){ file.data, file.size };
}

static struct bytes patched(struct arena *arena, const uint8_t *patches, size_t count)
{
	const struct bytes model = small_model(arena);
	uint8_t *const copy = arena_copy(arena, model.data, model.size);
	struct model *const header = (void *)copy;

	for (size_t i = 0; i < count; i++, patches += PATCH_SIZE)
		copy[bytes_u32(patches) % model.size] = patches[4];
	digest_sha256((struct bytes){ copy + MODEL_DIGESTED, model.size - MODEL_DIGESTED },
	              header->digest);
	return (struct bytes){ copy, model.size };
}

static void judge(struct arena *arena, const struct model *model, const char *text, size_t size)
{
	struct prepared prepared;
	struct model_verdict verdict;

	prepared_make(arena, text, size, &prepared);
	if (!model_judge(model, arena, "intent", &prepared, &verdict))
		return;
	CHECK(verdict.confidence_ppm >= 0 && verdict.confidence_ppm <= MODEL_PPM);
	CHECK(verdict.reason_count <= MODEL_REASONS_MAX);
	for (size_t i = 0; i < verdict.reason_count; i++)
		CHECK(verdict.reasons[i].span.at + verdict.reasons[i].span.size <= size);
}

static void read_csv(struct arena *arena, const uint8_t *data, size_t size)
{
	struct csv csv = csv_of(arena, (struct bytes){ data, size });
	struct bytes fields[CSV_FIELDS_MAX];
	size_t count = 0;

	while (csv_next(&csv, fields, &count))
		CHECK(count > 0 && count <= CSV_FIELDS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct arena *const arena = arena_create(ARENA_BLOCK);
	const size_t room = (size - 1) / PATCH_SIZE;
	const size_t wanted = data[0] % PATCHES_MAX;
	const size_t patches = wanted < room ? wanted : room;
	const uint8_t *const text = data + 1 + patches * PATCH_SIZE;
	const struct model *model;
	char reason[MODEL_REASON_SIZE] = "";

	read_csv(arena, data, size);
	if (model_use(patched(arena, data + 1, patches), &model, reason, sizeof(reason)))
		judge(arena, model, (const char *)text, (size_t)(data + size - text));
	else
		CHECK(reason[0] != '\0');
	arena_destroy(arena);
	return 0;
}
