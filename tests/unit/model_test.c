/*
 * model_test - a model's file is taken whole and unharmed or not at all; a verdict adds up.
 */
#include "services/classifier/model.h"
#include "services/classifier/model_file.h"
#include "services/classifier/train.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MEBIBYTE ((size_t)1 << 20)

static struct arena *arena;
static struct buffer file;

/* A small model, trained here. */
static const struct line lessons[] = {
	{ "please refund my money", 22, "refund", "en" },
	{ "i want my money back", 20, "refund", "en" },
	{ "refund pls", 10, "refund", "en" },
	{ "give me a refund now", 20, "refund", "en" },
	{ "返金してください", 24, "refund", "ja" },
	{ "返金をお願いします", 27, "refund", "ja" },
	{ "i cannot sign in", 16, "login", "en" },
	{ "the password is wrong", 21, "login", "en" },
	{ "locked out of my account", 24, "login", "en" },
	{ "sign in does not work", 21, "login", "en" },
	{ "ログインできません", 27, "login", "ja" },
	{ "パスワードを忘れました", 33, "login", "ja" },
	{ "パスワードが違います", 30, "login", "ja" },
	{ "everything is down", 18, "outage", "en" },
	{ "is the site down for everybody", 30, "outage", "en" },
	{ "nobody can reach the site", 25, "outage", "en" },
	{ "the whole service is down", 25, "outage", "en" },
	{ "サービスが落ちています", 33, "outage", "ja" },
	{ "サイトに接続できません", 33, "outage", "ja" },
};

static int begin(void **state)
{
	struct lines lines = { .count = COUNT_OF(lessons), .digest = { 1, 2, 3 } };
	struct train_options options = train_defaults;
	struct train_report report;
	char error[LINES_ERROR];

	(void)state;
	arena = arena_create(65536);
	lines.items = arena_copy(arena, lessons, sizeof(lessons));
	options.folds = 2;
	options.taxonomy = "support";
	options.taxonomy_version = 7;
	return train_model(&lines, &options, &file, &report, error) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	buffer_finish(&file);
	arena_destroy(arena);
	return 0;
}

static const struct model *used(void)
{
	const struct model *model = NULL;
	char reason[MODEL_REASON_SIZE];

	assert_true(
	    model_use((struct bytes){ file.data, file.size }, &model, reason, sizeof(reason)));
	return model;
}

static struct model_verdict judged(const char *text, size_t size)
{
	struct prepared prepared;
	struct model_verdict verdict;

	prepared_make(arena, text, size, &prepared);
	assert_true(model_judge(used(), arena, "intent", &prepared, &verdict));
	return verdict;
}

static void it_says_where_it_comes_from(void **state)
{
	(void)state;
	const struct model *const model = used();

	assert_string_equal(model_taxonomy(model), "support");
	assert_int_equal(model_taxonomy_version(model), 7);
	assert_int_equal(model_training(model)[2], 3);
	assert_int_equal(model_label_count(model, "intent"), 3);
	assert_string_equal(model_label(model, "intent", 0), "login");
	assert_int_equal(model_label_count(model, "colour"), 0);
}

struct question {
	const char *name;
	const char *text;
	const char *label;
};

static const struct question questions[] = {
	{ "a text it has learned", "refund pls", "refund" },
	{ "another order of words", "my money, refund it please!", "refund" },
	{ "Japanese", "すぐに返金してほしい", "refund" },
	{ "half-width kana", "ﾊﾟｽﾜｰﾄﾞが違うと言われる", "login" },
	{ "a mixture of languages", "site が down しています", "outage" },
};

static void verdicts_add_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(questions); i++) {
		const char *const text = questions[i].text;
		const struct model_verdict verdict = judged(text, strlen(text));
		int64_t sum = 0;
		int64_t weights = 0;
		print_message("  %s: %s %d\n", questions[i].name, verdict.label,
		              verdict.confidence_ppm);
		assert_string_equal(verdict.label, questions[i].label);
		assert_true(verdict.confidence_ppm >= verdict.second_ppm);
		for (size_t k = 0; k < 3; k++)
			sum += verdict.confidences[k];
		assert_in_range(sum, MODEL_PPM - 10, MODEL_PPM);
		assert_in_range(verdict.reason_count, 1, MODEL_REASONS_MAX);
		for (size_t k = 0; k < verdict.reason_count; k++) {
			const struct span span = verdict.reasons[k].span;
			weights += verdict.reasons[k].weight_ppm;
			assert_true(span.size > 0 && span.at + span.size <= strlen(text));
		}
		assert_in_range(weights, 1, MODEL_PPM);
	}
}

static void the_reason_is_the_word(void **state)
{
	const char *const text = "hello there, refund";
	(void)state;
	const struct model_verdict verdict = judged(text, strlen(text));

	assert_memory_equal(text + verdict.reasons[0].span.at, "refund", 6);
	assert_int_equal(verdict.reasons[0].span.size, 6);
}

static void what_says_nothing_gets_no_certainty(void **state)
{
	static const char *const texts[] = { "",   " ",     "\xE2\x80\x8B\xE2\x80\xAE",
		                             "!!", "12345", "жжж" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const struct model_verdict verdict = judged(texts[i], strlen(texts[i]));
		assert_in_range(verdict.confidence_ppm, 0, 700000);
		assert_int_equal(verdict.reason_count, 0);
	}
}

static void any_size_is_judged(void **state)
{
	static const char *const bricks[] = { "a", "refund ", "返金", "😀", "aGVsbG8x", "\xFF" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bricks); i++) {
		const size_t brick = strlen(bricks[i]);
		char *const text = arena_alloc(arena, MEBIBYTE);
		size_t size = 0;
		for (; size + brick <= MEBIBYTE; size += brick)
			memcpy(text + size, bricks[i], brick);
		const struct model_verdict verdict = judged(text, size);
		assert_in_range(verdict.confidence_ppm, 0, MODEL_PPM);
	}
}

static void an_unknown_label_set_has_no_verdict(void **state)
{
	struct prepared prepared;
	struct model_verdict verdict;
	(void)state;
	prepared_make(arena, "x", 1, &prepared);
	assert_false(model_judge(used(), arena, "colour", &prepared, &verdict));
}

static bool taken(const void *data, size_t size)
{
	const struct model *model;
	char reason[MODEL_REASON_SIZE] = "";
	const bool ok = model_use((struct bytes){ data, size }, &model, reason, sizeof(reason));

	assert_int_equal(ok, reason[0] == '\0');
	return ok;
}

static void a_byte_changed_anywhere_is_seen(void **state)
{
	unsigned char *const copy = arena_copy(arena, file.data, file.size);
	(void)state;
	assert_true(taken(copy, file.size));
	for (size_t at = 0; at < file.size; at += at < 2048 ? 1 : 997) {
		copy[at] ^= 0x10;
		assert_false(taken(copy, file.size));
		copy[at] ^= 0x10;
	}
}

static void a_file_cut_off_is_seen(void **state)
{
	(void)state;
	for (size_t size = 0; size < file.size; size += size < 2048 ? 7 : 1009)
		assert_false(taken(file.data, size));
	assert_false(taken(NULL, 0));
}

struct lie {
	const char *name;
	size_t at;
	uint64_t value;
	size_t size;
};

#define IN_SET(field) (offsetof(struct model, sets) + offsetof(struct model_set, field))

/* Files whose digest is right all the same. */
static const struct lie lies[] = {
	{ "another version", offsetof(struct model, version), 2, 4 },
	{ "no label set", offsetof(struct model, set_count), 0, 4 },
	{ "too many label sets", offsetof(struct model, set_count), 5, 4 },
	{ "another size", offsetof(struct model, size), 64, 8 },
	{ "labels without number", IN_SET(label_count), 0xFFFFFFFF, 4 },
	{ "a stride that is none", IN_SET(stride), 3, 4 },
	{ "a huge directory", IN_SET(directory_bits), 31, 4 },
	{ "features without end", IN_SET(feature_count), 0xFFFFFFFF, 4 },
	{ "fewer features than the directory says", IN_SET(feature_count), 1, 4 },
	{ "rows behind the end", IN_SET(rows), UINT64_MAX - 3, 8 },
	{ "rows within the header", IN_SET(rows), 0, 8 },
	{ "a directory that is no directory", IN_SET(directory), sizeof(struct model), 8 },
	{ "labels without a name", IN_SET(labels), sizeof(struct model) + 2, 8 },
	{ "a family too heavy", IN_SET(family_weights), 0xFFFFFFFF, 4 },
	{ "a confidence over one", IN_SET(certainty), 0xFFFFFFFF, 4 },
};

static void a_lie_under_a_right_digest_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lies); i++) {
		unsigned char *const copy = arena_copy(arena, file.data, file.size);
		struct model *const header = (void *)copy;
		memcpy(copy + lies[i].at, &lies[i].value, lies[i].size);
		digest_sha256((struct bytes){ copy + MODEL_DIGESTED, file.size - MODEL_DIGESTED },
		              header->digest);
		print_message("  %s\n", lies[i].name);
		assert_false(taken(copy, file.size));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_where_it_comes_from),
		cmocka_unit_test(verdicts_add_up),
		cmocka_unit_test(the_reason_is_the_word),
		cmocka_unit_test(what_says_nothing_gets_no_certainty),
		cmocka_unit_test(any_size_is_judged),
		cmocka_unit_test(an_unknown_label_set_has_no_verdict),
		cmocka_unit_test(a_byte_changed_anywhere_is_seen),
		cmocka_unit_test(a_file_cut_off_is_seen),
		cmocka_unit_test(a_lie_under_a_right_digest_is_seen),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
