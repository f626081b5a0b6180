/* config_test - a setting is taken whole and within its bounds, or refused in one line. */
#include "common/base/config.h"
#include "common/base/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ERROR_SIZE 512

struct settings {
	const char *listen;
	const char *password;
	int64_t batch;
	bool recorded;
	struct duration grace;
};

static const struct config_key keys[] = {
	CONFIG(struct settings, listen, "T_LISTEN", "127.0.0.1:8080", NULL, NULL,
	       "Address and port of the edge."),
	CONFIG(struct settings, batch, "T_BATCH", "1000", "1", "10000", "Events of a batch."),
	CONFIG(struct settings, recorded, "T_RECORDED", "false", NULL, NULL,
	       "Time from the record."),
	CONFIG(struct settings, grace, "T_GRACE", "2s", "0s", "1h", "How long edges may lag."),
	CONFIG_SECRET(struct settings, password, "T_PASSWORD", NULL, "Of the \"role\"."),
	CONFIG_END,
};

static const char *const names[] = {
	"T_LISTEN", "T_BATCH", "T_RECORDED", "T_GRACE", "T_PASSWORD", "T_PASSWORD_FILE",
};

static char path[] = P_tmpdir "/config_test.XXXXXX";

static void set(const char *name, const char *value)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	assert_int_equal(setenv(name, value, 1), 0);
}

static void unset(const char *name)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	assert_int_equal(unsetenv(name), 0);
}

static int start_anew(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		unset(names[i]);
	set("T_PASSWORD", "s3cret");
	return 0;
}

static int make_file(void **state)
{
	(void)state;
	const int file = mkstemp(path);

	return file < 0 ? -1 : close(file);
}

static int drop_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_secret(const char *content, size_t size)
{
	FILE *const file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	unset("T_PASSWORD");
	set("T_PASSWORD_FILE", path);
}

static struct settings settings;

/* What a daemon keeps to its end, and a test that loads many times does not. */
static void drop_password(void)
{
	free((void *)(uintptr_t)settings.password);
	settings.password = NULL;
}

static void what_is_not_set_takes_its_default(void **state)
{
	char error[ERROR_SIZE] = "untouched";

	(void)state;
	set("T_BATCH", "");
	assert_true(config_load(keys, &settings, error, sizeof(error)));
	assert_string_equal(settings.listen, "127.0.0.1:8080");
	assert_int_equal(settings.batch, 1000);
	assert_false(settings.recorded);
	assert_int_equal(settings.grace.us, 2000000);
	assert_string_equal(settings.password, "s3cret");
	assert_string_equal(error, "untouched");
}

static void good_values_land_in_their_fields(void **state)
{
	static const struct {
		const char *name;
		const char *value;
	} values[] = {
		{ "T_LISTEN", "サーバー:80" },
		{ "T_BATCH", "10000" },
		{ "T_RECORDED", "true" },
		{ "T_GRACE", "1h" },
	};
	char error[ERROR_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++)
		set(values[i].name, values[i].value);
	assert_true(config_load(keys, &settings, error, sizeof(error)));
	assert_string_equal(settings.listen, "サーバー:80");
	assert_int_equal(settings.batch, 10000);
	assert_true(settings.recorded);
	assert_int_equal(settings.grace.us, HOURS(1).us);
}

static void a_wrong_value_is_one_line_that_says_what_is_allowed(void **state)
{
	static const struct {
		const char *name;
		const char *value;
		const char *error;
	} cases[] = {
		{ "T_BATCH", "many",
		  "T_BATCH: wrong value \"many\"; allowed is a whole number, 1 to 10000" },
		{ "T_BATCH", "0",
		  "T_BATCH: wrong value \"0\"; allowed is a whole number, 1 to 10000" },
		{ "T_BATCH", "10001",
		  "T_BATCH: wrong value \"10001\"; allowed is a whole number, 1 to 10000" },
		{ "T_BATCH", "5 ",
		  "T_BATCH: wrong value \"5 \"; allowed is a whole number, 1 to 10000" },
		{ "T_BATCH", "5\nrm -rf \"/\"\xff",
		  "T_BATCH: wrong value \"5\\nrm -rf \\\"/\\\"\xef\xbf\xbd\"; allowed is a whole number, "
		  "1 to 10000" },
		{ "T_BATCH", "99999999999999999999999999",
		  "T_BATCH: wrong value \"99999999999999999999999999\"; allowed is a whole number, "
		  "1 to 10000" },
		{ "T_RECORDED", "yes",
		  "T_RECORDED: wrong value \"yes\"; allowed is true or false" },
		{ "T_GRACE", "61m",
		  "T_GRACE: wrong value \"61m\"; allowed is a duration such as 250ms, 90s, 15m, 24h "
		  "or 7d, 0s to 1h" },
		{ "T_GRACE", "2",
		  "T_GRACE: wrong value \"2\"; allowed is a duration such as 250ms, 90s, 15m, 24h "
		  "or 7d, 0s to 1h" },
		{ "T_LISTEN", "\xff",
		  "T_LISTEN: wrong value \"\xef\xbf\xbd\"; allowed is a text in UTF-8" },
		{ "T_PASSWORD", "s3cret\xff",
		  "T_PASSWORD: wrong value; allowed is a text in UTF-8" },
		{ "T_PASSWORD", "", "T_PASSWORD is required: Of the \"role\"." },
		{ "T_PASSWORD_FILE", "/x",
		  "T_PASSWORD and T_PASSWORD_FILE are both set; one is allowed" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char error[ERROR_SIZE];

		(void)start_anew(state);
		set(cases[i].name, cases[i].value);
		assert_false(config_load(keys, &settings, error, sizeof(error)));
		assert_string_equal(error, cases[i].error);
	}
}

static void a_long_wrong_value_is_shown_in_part(void **state)
{
	static char value[100000];
	char error[ERROR_SIZE];
	char small[10];

	(void)state;
	memset(value, '7', sizeof(value) - 1);
	set("T_BATCH", value);
	assert_false(config_load(keys, &settings, error, sizeof(error)));
	assert_in_range(strlen(error), 100, 200);
	assert_false(config_load(keys, &settings, small, sizeof(small)));
	assert_string_equal(small, "T_BATCH: ");
}

static void a_secret_may_lie_in_a_file_that_ends_with_a_line_feed(void **state)
{
	static const struct {
		const char *content;
		const char *secret;
	} cases[] = {
		{ "hunter2", "hunter2" },
		{ "hunter2\n", "hunter2" },
		{ "hunter2\n\n", "hunter2\n" },
		{ "  秘密 \n", "  秘密 " },
		{ "a\r\n", "a\r" },
	};
	char error[ERROR_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		write_secret(cases[i].content, strlen(cases[i].content));
		assert_true(config_load(keys, &settings, error, sizeof(error)));
		assert_string_equal(settings.password, cases[i].secret);
		drop_password();
	}
}

static void a_secret_of_64_kib_is_the_longest(void **state)
{
	static char content[65538];
	char error[ERROR_SIZE];

	(void)state;
	memset(content, 'x', sizeof(content));
	write_secret(content, 65537);
	assert_false(config_load(keys, &settings, error, sizeof(error)));
	assert_string_equal(error, "T_PASSWORD_FILE: the file that it names cannot be used: "
	                           "it is longer than 64 KiB");
	write_secret(content, 65536);
	assert_true(config_load(keys, &settings, error, sizeof(error)));
	assert_int_equal(strlen(settings.password), 65536);
	drop_password();
}

static void a_secrets_file_that_is_unfit_is_refused_without_showing_it(void **state)
{
#define UNFIT "T_PASSWORD_FILE: the file that it names cannot be used: "
	static const struct {
		const char *content;
		size_t size;
		const char *error;
	} cases[] = {
		{ "", 0, UNFIT "it is empty" },
		{ "\n", 1, UNFIT "it is empty" },
		{ "s3c\0ret", 7, UNFIT "it holds a NUL" },
		{ "s3c\xff", 4, UNFIT "it is not UTF-8" },
	};
	char error[ERROR_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		write_secret(cases[i].content, cases[i].size);
		assert_false(config_load(keys, &settings, error, sizeof(error)));
		assert_string_equal(error, cases[i].error);
	}
	set("T_PASSWORD_FILE", "/nonexistent/file");
	assert_false(config_load(keys, &settings, error, sizeof(error)));
	assert_string_equal(error, UNFIT "No such file or directory");
	set("T_PASSWORD_FILE", "/tmp");
	assert_false(config_load(keys, &settings, error, sizeof(error)));
	assert_string_equal(error, UNFIT "Is a directory");
}

static void help_is_a_table(void **state)
{
	struct buffer out = { 0 };

	(void)state;
	config_help(keys, &out);
	buffer_add(&out, "", 1);
	assert_string_equal(
	    (const char *)out.data,
	    "  SETTING     DEFAULT         BOUNDS      MEANING\n"
	    "  T_LISTEN    127.0.0.1:8080              Address and port of the edge.\n"
	    "  T_BATCH     1000            1 to 10000  Events of a batch.\n"
	    "  T_RECORDED  false                       Time from the record.\n"
	    "  T_GRACE     2s              0s to 1h    How long edges may lag.\n"
	    "  T_PASSWORD  (required)                  Of the \"role\". (or from the file that "
	    "T_PASSWORD_FILE names)\n");
	buffer_finish(&out);
}

static void the_description_is_json(void **state)
{
	static const struct config_key some[] = {
		CONFIG(struct settings, batch, "T_BATCH", "1000", "1", NULL, "Events of a batch."),
		CONFIG_SECRET(struct settings, password, "T_PASSWORD", NULL, "Of the \"role\"."),
		CONFIG_SECRET(struct settings, password, "T_BUILT_IN", "dev", "For tests."),
		CONFIG_END,
	};
	struct buffer out = { 0 };

	(void)state;
	config_describe(some, &out);
	buffer_add(&out, "", 1);
	assert_string_equal(
	    (const char *)out.data,
	    "[{\"name\":\"T_BATCH\",\"type\":\"number\",\"default\":\"1000\",\"min\":\"1\","
	    "\"max\":null,\"secret\":false,\"doc\":\"Events of a batch.\"},"
	    "{\"name\":\"T_PASSWORD\",\"type\":\"text\",\"default\":null,\"min\":null,"
	    "\"max\":null,\"secret\":true,\"doc\":\"Of the \\\"role\\\".\"},"
	    "{\"name\":\"T_BUILT_IN\",\"type\":\"text\",\"default\":\"(built in)\",\"min\":null,"
	    "\"max\":null,\"secret\":true,\"doc\":\"For tests.\"}]");
	buffer_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_not_set_takes_its_default, start_anew),
		cmocka_unit_test_setup(good_values_land_in_their_fields, start_anew),
		cmocka_unit_test_setup(a_wrong_value_is_one_line_that_says_what_is_allowed,
		                       start_anew),
		cmocka_unit_test_setup(a_long_wrong_value_is_shown_in_part, start_anew),
		cmocka_unit_test_setup(a_secret_may_lie_in_a_file_that_ends_with_a_line_feed,
		                       start_anew),
		cmocka_unit_test_setup(a_secret_of_64_kib_is_the_longest, start_anew),
		cmocka_unit_test_setup(a_secrets_file_that_is_unfit_is_refused_without_showing_it,
		                       start_anew),
		cmocka_unit_test(help_is_a_table),
		cmocka_unit_test(the_description_is_json),
	};

	return cmocka_run_group_tests(tests, make_file, drop_file);
}
