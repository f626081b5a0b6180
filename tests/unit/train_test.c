/*
 * train_test - training files are taken whole or refused by line and field; the same lines give the
 * same bytes.
 */
#include "services/classifier/evaluate.h"
#include "services/classifier/train.h"
#include "services/classifier/train_csv.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool one_of_two(const void *context, const char *label)
{
	(void)context;
	return strcmp(label, "refund") == 0 || strcmp(label, "login") == 0;
}

/* Reads content as a file whose name ends in suffix. */
static bool taken(const char *content, size_t size, const char *suffix, struct lines *lines,
                  char error[static LINES_ERROR])
{
	char path[] = P_tmpdir "/train_test_XXXXXX.jsonl";
	snprintf(path, sizeof(path), P_tmpdir "/train_test_XXXXXX%s", suffix);
	const int handle = mkstemps(path, (int)strlen(suffix));
	const char *const paths[] = { path };
	const struct lines_source source = { .paths = paths, .count = 1, .known = one_of_two };

	assert_true(handle >= 0);
	assert_int_equal(write(handle, content, size), size);
	close(handle);
	const bool ok = lines_read(arena, &source, lines, error);
	unlink(path);
	return ok;
}

struct bad {
	const char *name;
	const char *suffix;
	const char *content;
	const char *said; /* a part of the error */
};

static const struct bad bads[] = {
	{ "an unknown label", ".jsonl",
	  "{\"text\":\"a\",\"label\":\"refund\"}\n{\"text\":\"b\",\"label\":\"refnud\"}\n",
	  ":2: label: the taxonomy has no refnud" },
	{ "an unknown field", ".jsonl", "{\"text\":\"a\",\"label\":\"refund\",\"lable\":\"x\"}",
	  ":1: lable" },
	{ "no text", ".jsonl", "{\"label\":\"refund\"}", ":1: text" },
	{ "an empty text", ".jsonl", "{\"text\":\"\",\"label\":\"refund\"}", ":1: text" },
	{ "no label", ".jsonl", "{\"text\":\"a\"}", ":1: label" },
	{ "a text that is a number", ".jsonl", "{\"text\":1,\"label\":\"refund\"}", ":1: text" },
	{ "no JSON", ".jsonl", "\n\nrefund please", ":3: " },
	{ "an array", ".jsonl", "[]", ":1: " },
	{ "a label said twice", ".jsonl",
	  "{\"text\":\"a\",\"label\":\"refund\",\"label\":\"login\"}", ":1: " },
	{ "no UTF-8", ".jsonl", "{\"text\":\"\xFF\",\"label\":\"refund\"}", ":1: " },
	{ "CSV without a header", ".csv", "a,refund\n", ":1: the header" },
	{ "an empty CSV", ".csv", "", ":1: the header" },
	{ "CSV with a field too few", ".csv", "text,label\na,refund\nb\n", ":3: the row has 1" },
	{ "CSV whose quotes do not end", ".csv", "text,label\n\"a,refund\n",
	  ":2: the row's quotes" },
	{ "CSV with something behind the quote", ".csv", "text,label\n\"a\"b,refund\n",
	  ":2: the row's quotes" },
	{ "CSV that is no UTF-8", ".csv", "text,label\n\xC0,refund\n", ":2: text" },
	{ "CSV with an unknown label", ".csv", "text,label\na,cash\n",
	  ":2: label: the taxonomy has no cash" },
};

static void bad_files_are_refused_by_line_and_field(void **state)
{
	char error[LINES_ERROR];
	struct lines lines;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bads); i++) {
		print_message("  %s\n", bads[i].name);
		assert_false(
		    taken(bads[i].content, strlen(bads[i].content), bads[i].suffix, &lines, error));
		assert_non_null(strstr(error, bads[i].said));
	}
}

static void a_file_that_is_not_there_is_named(void **state)
{
	const char *const paths[] = { "/nowhere/lines.jsonl" };
	const struct lines_source source = { .paths = paths, .count = 1 };
	char error[LINES_ERROR];
	struct lines lines;

	(void)state;
	assert_false(lines_read(arena, &source, &lines, error));
	assert_string_equal(error, "/nowhere/lines.jsonl:0: cannot be read");
}

static void csv_is_read_with_quotes_and_line_ends(void **state)
{
	static const char content[] = "x,text,category\r\n"
				      "1,\"say \"\"please\"\",\nnow\",refund\r\n"
				      "2,plain,login\n"
				      "3,last,login";
	char error[LINES_ERROR];
	struct lines lines;

	(void)state;
	assert_true(taken(content, sizeof(content) - 1, ".csv", &lines, error));
	assert_int_equal(lines.count, 3);
	assert_int_equal(lines.items[0].size, 17);
	assert_memory_equal(lines.items[0].text, "say \"please\",\nnow", 17);
	assert_string_equal(lines.items[0].label, "refund");
	assert_memory_equal(lines.items[2].text, "last", 4);
}

static const char *const texts[] = {
	"please refund me", "refund the money",  "money back please",
	"i want a refund",  "返金して",          "返金をお願い",
	"cannot sign in",   "sign in is broken", "my password is lost",
	"password reset",   "ログインできない",  "ログインが失敗",
};

static struct lines lessons(void)
{
	struct lines lines = { .count = COUNT_OF(texts) };

	lines.items = arena_zero(arena, sizeof(texts) / sizeof(texts[0]) * sizeof(*lines.items));
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		lines.items[i].text = texts[i];
		lines.items[i].size = strlen(texts[i]);
		lines.items[i].label = i < COUNT_OF(texts) / 2 ? "refund" : "login";
	}
	return lines;
}

static struct buffer trained(const struct lines *lines)
{
	struct train_options options = train_defaults;
	struct train_report report;
	struct buffer file = { 0 };
	char error[LINES_ERROR];

	options.folds = 3;
	assert_true(train_model(lines, &options, &file, &report, error));
	assert_int_equal(report.lines, lines->count);
	assert_int_equal(report.labels, 2);
	return file;
}

static void the_same_lines_give_the_same_bytes(void **state)
{
	const struct lines lines = lessons();
	(void)state;
	struct buffer first = trained(&lines);
	struct buffer second = trained(&lines);

	assert_int_equal(first.size, second.size);
	assert_memory_equal(first.data, second.data, first.size);
	buffer_finish(&first);
	buffer_finish(&second);
}

static void one_label_is_no_training(void **state)
{
	struct lines lines = lessons();
	struct train_report report;
	struct buffer file = { 0 };
	char error[LINES_ERROR];

	(void)state;
	for (lines.count = 0; lines.count < 3; lines.count++) {
		assert_false(train_model(&lines, &train_defaults, &file, &report, error));
		assert_non_null(strstr(error, "two labels"));
	}
	buffer_finish(&file);
}

static struct evaluation evaluated(const struct buffer *file, const struct lines *lines)
{
	struct evaluate_options options = { .set = "intent" };
	struct evaluation evaluation;
	char error[LINES_ERROR];

	assert_true(model_use((struct bytes){ file->data, file->size }, &options.model, error,
	                      sizeof(error)));
	assert_true(evaluate(arena, &options, lines, &evaluation, error));
	return evaluation;
}

static void figures_are_counted(void **state)
{
	struct lines lines = lessons();
	(void)state;
	struct buffer file = trained(&lines);
	const struct evaluation all = evaluated(&file, &lines);

	assert_true(evaluation_accuracy(&all) > 0.99);
	assert_true(evaluation_macro_f1(&all) > 0.99);
	/* One is said to be of the other label now: 11 of 12; F1 are 12/13 and 10/11. */
	lines.items[0].label = "login";
	const struct evaluation eleven = evaluated(&file, &lines);
	assert_true(evaluation_accuracy(&eleven) > 0.916 && evaluation_accuracy(&eleven) < 0.917);
	assert_true(evaluation_macro_f1(&eleven) > 0.916 && evaluation_macro_f1(&eleven) < 0.917);
	assert_true(evaluation_at_coverage(arena, &eleven, 0.5) <= 1.0);
	assert_true(evaluation_calibration_error(&eleven) < 0.5);
	buffer_finish(&file);
}

static void a_foreign_label_is_refused(void **state)
{
	struct lines lines = lessons();
	(void)state;
	struct buffer file = trained(&lines);
	struct evaluate_options options = { .set = "intent" };
	struct evaluation evaluation;
	char error[LINES_ERROR];

	assert_true(model_use((struct bytes){ file.data, file.size }, &options.model, error,
	                      sizeof(error)));
	lines.items[1].label = "colour";
	assert_false(evaluate(arena, &options, &lines, &evaluation, error));
	assert_string_equal(error, "label colour: the model has no such label");
	buffer_finish(&file);
}

/* What a file of other labels is judged by: some are ours, some are nothing, others are a mistake. */
static void a_map_leads_foreign_labels_home(void **state)
{
	static const char names[] =
	    "{\"get_money\":\"refund\",\"weather\":null,\"odd\":\"colour\"}";
	struct lines lines = lessons();
	(void)state;
	struct buffer file = trained(&lines);
	struct evaluate_options options = { .set = "intent" };
	struct json_error wrong;
	struct evaluation evaluation;
	char error[LINES_ERROR];

	assert_true(model_use((struct bytes){ file.data, file.size }, &options.model, error,
	                      sizeof(error)));
	assert_true(json_parse(bytes_of(names), sizeof(names), &options.map.names, &wrong));
	lines.count = 2;
	lines.items[0].label = "get_money";
	lines.items[1].label = "weather";
	assert_true(evaluate(arena, &options, &lines, &evaluation, error));
	assert_int_equal(evaluation.count, 1);
	assert_int_equal(evaluation.passed_over, 1);
	lines.items[1].label = "odd";
	assert_false(evaluate(arena, &options, &lines, &evaluation, error));
	lines.items[1].label = "nobody's";
	assert_false(evaluate(arena, &options, &lines, &evaluation, error));
	assert_string_equal(error, "label nobody's: the map does not know it");
	json_release(&options.map.names);
	buffer_finish(&file);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_files_are_refused_by_line_and_field),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
		cmocka_unit_test(csv_is_read_with_quotes_and_line_ends),
		cmocka_unit_test(the_same_lines_give_the_same_bytes),
		cmocka_unit_test(one_label_is_no_training),
		cmocka_unit_test(figures_are_counted),
		cmocka_unit_test(a_foreign_label_is_refused),
		cmocka_unit_test(a_map_leads_foreign_labels_home),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
