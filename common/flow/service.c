#include "common/flow/service.h"

#include "common/base/log.h"
#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/flow/describe.h"
#include "common/flow/postgres_store.h"
#include "common/flow/rebuild.h"
#include "common/flow/service_inside.h"
#include "gen/build.h"

#include <stdio.h>
#include <stdlib.h>

#define EXIT_WELL 0
#define EXIT_WRONG 1
#define EXIT_USAGE 2
#define EXIT_GAVE_UP 3

static int run_help(struct daemon *daemon, char **arguments);
static int run_version(struct daemon *daemon, char **arguments);
static int run_describe(struct daemon *daemon, char **arguments);
static int run_check(struct daemon *daemon, char **arguments);
static int run_migrate(struct daemon *daemon, char **arguments);
static int run_rebuild(struct daemon *daemon, char **arguments);

/* arguments: what stands behind the option, ended by NULL. */
static const struct {
	const char *name;
	const char *form; /* of what stands behind it */
	const char *doc;
	int (*run)(struct daemon *daemon, char **arguments);
	int most; /* arguments */
} options[] = {
	{ "--help", "", "this text", run_help, 0 },
	{ "--version", "", "which build this is", run_version, 0 },
	{ "--describe", "", "all tables as JSON", run_describe, 0 },
	{ "--check", "", "reads settings and documents; starts nothing", run_check, 0 },
	{ "--migrate", "", "brings the schema up to date", run_migrate, 0 },
	{ "--rebuild", " STAGE [--verify]", "replays a stage into the scratch schema, and compares",
	  run_rebuild, 2 },
};

/* The service's own, behind those; may be empty. */
static const struct service_command *commands_of(const struct daemon *daemon)
{
	static const struct service_command none = { .name = NULL };

	return daemon->service->commands != NULL ? daemon->service->commands : &none;
}

static int complain(const struct daemon *daemon, int status, const char *reason)
{
	fprintf(stderr, "%s: %s\n", daemon->service->name, reason);
	return status;
}

static void usage_line(FILE *out, const char *name, const char *form, const char *doc)
{
	char words[64];

	snprintf(words, sizeof(words), "%s%s", name, form);
	fprintf(out, "  %-30s %s\n", words, doc);
}

static int usage(const struct daemon *daemon, FILE *out)
{
	fprintf(out, "usage: %s [OPTION]\n", daemon->service->name);
	for (size_t i = 0; i < COUNT_OF(options); i++)
		usage_line(out, options[i].name, options[i].form, options[i].doc);
	for (const struct service_command *own = commands_of(daemon); own->name != NULL; own++)
		usage_line(out, own->name, own->form, own->doc);
	return EXIT_USAGE;
}

/* Help. */

static void print_buffer(struct buffer *text)
{
	(void)fwrite(text->data, 1, text->size, stdout);
	buffer_finish(text);
}

static void print_topics(const struct daemon *daemon, const char *word, const int *topics)
{
	printf("  %s", word);
	for (; *topics >= 0; topics++)
		printf(" %s", daemon->catalogue->topics[*topics].name);
	printf("\n");
}

static void print_documents(const struct service_document *row)
{
	if (row != NULL && row->name != NULL)
		printf("\nDocuments, below POLICY_DIRECTORY:\n");
	for (; row != NULL && row->name != NULL; row++)
		printf("  %-30s %s\n", row->path, row->doc == NULL ? "" : row->doc);
}

static int run_help(struct daemon *daemon, char **arguments)
{
	const struct service *const service = daemon->service;
	struct buffer settings = { 0 };
	int topics[SERVICE_TOPICS_MAX];

	(void)arguments;
	printf("%s - %s\n\n", service->name, service->summary);
	(void)usage(daemon, stdout);
	printf(
	    "\nSettings, from the environment; a secret NAME also from the file that NAME_FILE names:\n");
	config_help(daemon->keys, &settings);
	print_buffer(&settings);
	print_documents(service->documents);
	printf("\nStages:\n");
	for (const struct stage *stage = service->stages; stage->name != NULL; stage++)
		printf("  %-30s %s\n", stage->name, stage->doc == NULL ? "" : stage->doc);
	printf("\nTopics:\n");
	daemon_reads(daemon, topics);
	print_topics(daemon, "reads ", topics);
	daemon_writes(daemon, topics);
	print_topics(daemon, "writes", topics);
	printf(
	    "\nExit status: 0 stopped as asked, 1 wrong settings, 2 wrong usage, 3 gave up: restart "
	    "it.\n");
	return EXIT_WELL;
}

static int run_version(struct daemon *daemon, char **arguments)
{
	(void)arguments;
	printf("%s %s\n", daemon->service->name, daemon->build);
	return EXIT_WELL;
}

static int run_describe(struct daemon *daemon, char **arguments)
{
	struct buffer text = { 0 };

	(void)arguments;
	describe_service(daemon, &text);
	print_buffer(&text);
	return EXIT_WELL;
}

/* What needs settings. */

static bool prepare(struct daemon *daemon, char reason[static SERVICE_REASON_SIZE])
{
	bool (*const check)(const void *, char *, size_t) = daemon->service->extra.check;

	return daemon_configure(daemon, reason) && daemon_read_documents(daemon, reason) &&
	       (check == NULL || check(daemon->config, reason, SERVICE_REASON_SIZE));
}

static int run_check(struct daemon *daemon, char **arguments)
{
	char reason[SERVICE_REASON_SIZE];
	size_t count = 0;

	(void)arguments;
	if (!prepare(daemon, reason))
		return complain(daemon, EXIT_WRONG, reason);
	while (daemon->files[count].name != NULL)
		count++;
	printf("%s: the settings are good, and so are %zu documents\n", daemon->service->name,
	       count);
	return EXIT_WELL;
}

static int run_migrate(struct daemon *daemon, char **arguments)
{
	char reason[SERVICE_REASON_SIZE];

	(void)arguments;
	if (!daemon_configure(daemon, reason))
		return complain(daemon, EXIT_WRONG, reason);
	const struct postgres_settings settings = { .uri = daemon->config->database_url,
		                                    .daemon = daemon->service->name,
		                                    .instance = daemon->config->instance,
		                                    .build = daemon->build };

	if (postgres_store_migrate(&settings, daemon->service->migrations, reason) != STATUS_OK)
		return complain(daemon, EXIT_GAVE_UP, reason);
	printf("%s: the schema is up to date\n", daemon->service->name);
	return EXIT_WELL;
}

static const struct stage *find_stage(const struct service *service, const char *name)
{
	for (const struct stage *stage = service->stages; stage->name != NULL; stage++)
		if (text_equal(stage->name, name))
			return stage;
	return NULL;
}

static int run_rebuild(struct daemon *daemon, char **arguments)
{
	const struct stage *const stage =
	    arguments[0] == NULL ? NULL : find_stage(daemon->service, arguments[0]);
	const bool verify = arguments[0] != NULL && text_equal(arguments[1], "--verify");
	char reason[SERVICE_REASON_SIZE];

	if (stage == NULL || (arguments[1] != NULL && !verify))
		return usage(daemon, stderr);
	if (!prepare(daemon, reason))
		return complain(daemon, EXIT_WRONG, reason);
	return rebuild_stage(daemon, stage, verify);
}

static int run_own(struct daemon *daemon, const struct service_command *own, int argc, char **argv)
{
	char reason[SERVICE_REASON_SIZE];
	bool good = true;

	if (own->settings)
		good = daemon_configure(daemon, reason);
	else if (own->documents)
		good = daemon_configure_policies(daemon, reason);
	if (good && own->documents)
		good = daemon_read_documents(daemon, reason);
	if (!good)
		return complain(daemon, EXIT_WRONG, reason);
	const struct service_given given = { .config = daemon->config,
		                             .documents = daemon->documents };

	return own->run(&given, argc, argv);
}

/* The entrance. */

static int dispatch(struct daemon *daemon, int argc, char **argv)
{
	for (size_t i = 0; i < COUNT_OF(options); i++)
		if (text_equal(argv[1], options[i].name) && argc - 2 <= options[i].most)
			return options[i].run(daemon, argv + 2);
	for (const struct service_command *own = commands_of(daemon); own->name != NULL; own++)
		if (text_equal(argv[1], own->name))
			return run_own(daemon, own, argc - 1, argv + 1);
	return usage(daemon, stderr);
}

int service_main(const struct service *service, int argc, char **argv)
{
	char reason[SERVICE_REASON_SIZE];
	static struct daemon daemon; /* as long as the process */
	int status;

	memory_tune();
	daemon_init(&daemon, service, OPSMESH_BUILD);
	if (argc > 1) {
		status = dispatch(&daemon, argc, argv);
		return fflush(stdout) == 0 ? status : EXIT_GAVE_UP;
	}
	if (!prepare(&daemon, reason))
		return complain(&daemon, EXIT_WRONG, reason);
	return daemon_run(&daemon);
}
