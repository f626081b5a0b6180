/* service_config_test - what a daemon is given before it starts: settings that fit together, whole documents. */
#include "common/base/check.h"
#include "common/flow/service_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define PATH_SIZE 128

static char folder[] = P_tmpdir "/service_config.XXXXXX";
static char seen[512]; /* "name=body;" of each file that was compiled */

/* Refuses a body that begins with "bad". */
static const void *compile(const struct document *files, size_t count, char *reason, size_t size)
{
	seen[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		const size_t used = strlen(seen);

		if (files[i].body.size >= 3 && memcmp(files[i].body.data, "bad", 3) == 0) {
			snprintf(reason, size, "%s: it is bad", files[i].name);
			return NULL;
		}
		snprintf(seen + used, sizeof(seen) - used, "%s=%.*s;", files[i].name,
		         (int)files[i].body.size, (const char *)files[i].body.data);
	}
	return seen;
}

static const struct service_document documents[] = {
	{ .name = "book", .path = "lists/ one.json", .compile = compile },
	{ .name = NULL },
};
static const struct stage stages[] = { { .name = NULL } };
static const struct service service = { .name = "toy",
	                                .schema = "toy",
	                                .config_size = sizeof(struct service_config),
	                                .documents = documents,
	                                .stages = stages };

static void set(const char *name, const char *value)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
	assert_int_equal(setenv(name, value, 1), 0);
}

static void write_file(const char *name, const char *text)
{
	char path[PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)unlink(path);
}

static int make_folder(void **state)
{
	char lists[PATH_SIZE];

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(lists, sizeof(lists), "%s/lists", folder);
	return mkdir(lists, 0700);
}

static int start_anew(void **state)
{
	(void)state;
	set("KAFKA_BROKERS", "localhost:1");
	set("DATABASE_URL", "postgresql://localhost/x");
	set("POLICY_DIRECTORY", folder);
	set("MESH_MODE", "");
	set("LOG_LEVEL", "");
	set("INSTANCE", "");
	write_file("lists/b.json", "2");
	write_file("lists/a.json", "1");
	write_file("lists/c.txt", "no document");
	write_file("one.json", "3");
	return 0;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "lists/a.json", "lists/b.json", "lists/c.txt",
		                             "one.json",     "lists",        "" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[PATH_SIZE];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)remove(path);
	}
	return 0;
}

static bool prepare(struct daemon *daemon, char reason[static SERVICE_REASON_SIZE])
{
	reason[0] = '\0';
	daemon_init(daemon, &service, "a build");
	return daemon_configure(daemon, reason) && daemon_read_documents(daemon, reason);
}

static void test_documents(void **state)
{
	char reason[SERVICE_REASON_SIZE];
	struct daemon daemon;

	(void)state;
	assert_true(prepare(&daemon, reason));
	assert_string_equal(seen, "lists/a.json=1;lists/b.json=2;one.json=3;");
	assert_string_equal(daemon.documents[0].name, "book");
	assert_ptr_equal(daemon.documents[0].compiled, seen);
	assert_string_equal(daemon.files[0].digest, /* of "1" */
	                    "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b");
	assert_string_equal(daemon.config->instance, "toy-0");
	arena_destroy(daemon.arena);
}

static void refused(const char *words)
{
	char reason[SERVICE_REASON_SIZE];
	struct daemon daemon;

	assert_false(prepare(&daemon, reason));
	if (strstr(reason, words) == NULL)
		fail_msg("%s: expected %s", reason, words);
	assert_null(strchr(reason, '\n'));
	arena_destroy(daemon.arena);
}

static void test_bad_document(void **state)
{
	(void)state;
	write_file("lists/b.json", "bad");
	refused("document book: lists/b.json: it is bad");
}

static void test_missing_document(void **state)
{
	(void)state;
	remove_file("one.json");
	refused("one.json");
}

static void test_missing_folder(void **state)
{
	(void)state;
	set("POLICY_DIRECTORY", "/nowhere");
	refused("POLICY_DIRECTORY: /nowhere/lists/");
}

static void test_empty_folder(void **state)
{
	char reason[SERVICE_REASON_SIZE];
	struct daemon daemon;

	(void)state;
	remove_file("lists/a.json");
	remove_file("lists/b.json");
	assert_true(prepare(&daemon, reason));
	assert_string_equal(seen, "one.json=3;");
	arena_destroy(daemon.arena);
}

static void test_settings(void **state)
{
	static const struct {
		const char *name;
		const char *value;
	} cases[] = {
		{ "MESH_MODE", "dreaming" }, { "LOG_LEVEL", "loud" },
		{ "GROUP_SESSION", "1s" },   { "BATCH_EVENTS", "0" },
		{ "MESH_GRACE", "2" },       { "FETCH_QUEUE_BYTES", "1e6" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		set(cases[i].name, cases[i].value);
		refused(cases[i].name);
		set(cases[i].name, "");
	}
}

/* What a rebuild does: the same documents out of what the store kept of them. */
static void test_compiled_again(void **state)
{
	static const struct document kept[] = {
		{ .name = "one.json", .body = { "9", 1 } },
		{ .name = "lists/z.json", .body = { "8", 1 } },
		{ .name = "other/z.json", .body = { "7", 1 } },
		{ .name = NULL },
	};
	char reason[SERVICE_REASON_SIZE];
	struct daemon daemon;

	(void)state;
	daemon_init(&daemon, &service, "a build");
	assert_non_null(daemon_compile(&daemon, daemon.arena, kept, reason));
	assert_string_equal(seen, "lists/z.json=8;one.json=9;");
	assert_null(daemon_compile(&daemon, daemon.arena, kept + 1, reason));
	assert_string_equal(reason, "document book: one.json is missing");
	arena_destroy(daemon.arena);
}

#define CASE(name_, test)                                                      \
	{                                                                      \
		.name = (name_), .test_func = (test), .setup_func = start_anew \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE("a folder's documents are compiled in the order of their names",
		     test_documents),
		CASE("a document that does not compile is refused by its path", test_bad_document),
		CASE("a document that is missing is refused by its path", test_missing_document),
		CASE("a folder that is missing is refused by its path", test_missing_folder),
		CASE("a folder may be empty", test_empty_folder),
		CASE("a setting out of bounds is one line that names it", test_settings),
		CASE("documents are compiled again out of what was kept", test_compiled_again),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
