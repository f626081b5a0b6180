/* log_test - whatever is logged, a line is one JSON object and one write. */
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define THREADS 4
#define LINES 50
#define TEXT_SIZE 1000
#define OUTPUT_SIZE (THREADS * LINES * TEXT_SIZE * 2)

static char output[OUTPUT_SIZE];
static int saved;
static FILE *file;

static void capture(void)
{
	file = tmpfile();
	assert_non_null(file);
	saved = dup(STDERR_FILENO);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
}

/* What standard error got since capture. */
static const char *release(void)
{
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	assert_int_equal(close(saved), 0);
	rewind(file);
	output[fread(output, 1, sizeof(output) - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);
	return output;
}

/* A line without the time in front, which must be one and lie between before and now. */
static const char *after_time(const char *line, struct instant before)
{
	char text[TIME_TEXT_SIZE] = "";
	struct instant at;

	assert_true(text_starts(line, "{\"time\":\""));
	line += strlen("{\"time\":\"");

	const char *const end = strchr(line, '"');

	assert_non_null(end);
	assert_in_range(end - line, 1, TIME_TEXT_SIZE - 1);
	memcpy(text, line, (size_t)(end - line));
	assert_true(time_parse(text, &at));
	assert_false(time_before(at, before));
	assert_false(time_before(time_now(), at));
	return end + 1;
}

static void a_line_is_an_object_of_constants_and_fields(void **state)
{
	const struct instant before = time_now();

	(void)state;
	log_open("sla-watcher", LOG_LEVEL_INFO);
	capture();
	log_warn("input is silent", LOG_TEXT("source", "ticket/3"), LOG_NUMBER("seconds", -30));
	assert_string_equal(after_time(release(), before),
	                    ",\"level\":\"warn\",\"service\":\"sla-watcher\","
	                    "\"message\":\"input is silent\","
	                    "\"source\":\"ticket/3\",\"seconds\":-30}\n");
}

static void a_field_from_outside_cannot_break_the_line(void **state)
{
	const struct instant before = time_now();

	(void)state;
	log_open("ingest", LOG_LEVEL_DEBUG);
	capture();
	log_debug("refused", LOG_TEXT("a", "\"},{\"x\":\"\n\r\\"),
	          LOG_TEXT("b", "\xff\xc0日本\x01"), LOG_NUMBER("c", INT64_MIN));
	assert_string_equal(after_time(release(), before),
	                    ",\"level\":\"debug\",\"service\":\"ingest\",\"message\":\"refused\","
	                    "\"a\":\"\\\"},{\\\"x\\\":\\\"\\n\\r\\\\\","
	                    "\"b\":\"\xef\xbf\xbd\xef\xbf\xbd日本\\u0001\","
	                    "\"c\":-9223372036854775808}\n");
}

static void a_long_text_is_cut_at_a_character(void **state)
{
	static char text[30001];

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = "請"[i % 3];
	capture();
	log_error("long", LOG_TEXT("text", text));

	const char *const line = release();

	assert_true(strlen(line) < 2300);
	assert_true(text_valid(bytes_of(line)));
	assert_non_null(strstr(line, "請...\"}\n"));
}

static void what_lies_below_the_level_is_not_written(void **state)
{
	(void)state;
	log_open("ingest", LOG_LEVEL_ERROR);
	capture();
	log_debug("no", LOG_NUMBER("n", 1));
	log_info("no", LOG_NUMBER("n", 1));
	log_warn("no", LOG_NUMBER("n", 1));
	assert_string_equal(release(), "");
}

static void a_level_is_read_from_its_name_only(void **state)
{
	static const struct {
		const char *text;
		enum log_level level;
	} cases[] = {
		{ "debug", LOG_LEVEL_DEBUG },
		{ "info", LOG_LEVEL_INFO },
		{ "warn", LOG_LEVEL_WARN },
		{ "error", LOG_LEVEL_ERROR },
	};
	enum log_level level;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_true(log_level_parse(cases[i].text, &level));
		assert_int_equal(level, cases[i].level);
	}
	assert_false(log_level_parse("", &level));
	assert_false(log_level_parse("INFO", &level));
	assert_false(log_level_parse("warning", &level));
	assert_int_equal(level, LOG_LEVEL_ERROR);
}

static void logging_leaves_errno_alone(void **state)
{
	(void)state;
	log_open("ingest", LOG_LEVEL_INFO);
	capture();
	(void)close(STDERR_FILENO);
	errno = ENOENT;
	log_info("nobody reads this", LOG_NUMBER("n", 1));
	assert_int_equal(errno, ENOENT);
	(void)release();
}

static void *write_lines(void *unused)
{
	char text[TEXT_SIZE];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < LINES; i++)
		log_info("parallel", LOG_TEXT("text", text));
	return unused;
}

static void lines_of_several_threads_never_mix(void **state)
{
	pthread_t threads[THREADS];
	size_t lines = 0;

	(void)state;
	capture();
	assert_true(fcntl(STDERR_FILENO, F_SETFL, O_APPEND) == 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, NULL), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (const char *line = release(); *line != '\0'; lines++) {
		const char *const end = strchr(line, '\n');

		assert_true(text_starts(line, "{\"time\":"));
		assert_non_null(end);
		assert_memory_equal(end - 3, "x\"}", 3);
		line = end + 1;
	}
	assert_int_equal(lines, THREADS * LINES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_an_object_of_constants_and_fields),
		cmocka_unit_test(a_field_from_outside_cannot_break_the_line),
		cmocka_unit_test(a_long_text_is_cut_at_a_character),
		cmocka_unit_test(what_lies_below_the_level_is_not_written),
		cmocka_unit_test(a_level_is_read_from_its_name_only),
		cmocka_unit_test(logging_leaves_errno_alone),
		cmocka_unit_test(lines_of_several_threads_never_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
