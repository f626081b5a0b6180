/*
 * tool - from the command line to a command: options, help, settings.
 */
#include "services/opsmesh/opsmesh.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "gen/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ARENA_BLOCK (256UL * 1024)
#define ERROR_SIZE 512

/* Answers. */

int tool_fail(const struct tool *tool, enum answer answer, const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, "opsmesh %s: ", tool->command->name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return (int)answer;
}

int tool_wrong(const struct tool *tool, const char *option)
{
	return tool_fail(tool, ANSWER_USAGE, "%s: %s is not what it takes (opsmesh %s --help)",
	                 option, tool_option(tool, option), tool->command->name);
}

/* Options. */

static int option_place(const struct command *command, const char *name)
{
	for (int i = 0; command->options != NULL && command->options[i].name != NULL; i++) {
		CHECK(i < OPTIONS_MAX);
		if (text_equal(command->options[i].name, name))
			return i;
	}
	return -1;
}

static bool take_option(struct tool *tool, int argc, char **argv, int *at, const char **wrong)
{
	const char *const name = argv[*at];
	const int place = option_place(tool->command, name);

	if (place < 0) {
		*wrong = arena_printf(tool->arena, "%s is not an option here", name);
		return false;
	}
	tool->values[place] = "";
	if (tool->command->options[place].value == NULL)
		return true;
	if (*at + 1 >= argc) {
		*wrong = arena_printf(tool->arena, "%s wants %s behind it", name,
		                      tool->command->options[place].value);
		return false;
	}
	tool->values[place] = argv[++*at];
	return true;
}

/* An empty one is a variable that a script forgot to set: taken as it is it would name anything. */
static bool take_word(struct tool *tool, const char *word, const char **wrong)
{
	if (word[0] == '\0') {
		*wrong = "an argument is empty";
		return false;
	}
	if (tool->word_count == tool->command->words_max) {
		*wrong = arena_printf(tool->arena, "%s is one argument too many", word);
		return false;
	}
	tool->words[tool->word_count++] = word;
	return true;
}

bool tool_parse(struct tool *tool, int argc, char **argv, const char **wrong)
{
	bool options = true;

	for (int at = 0; at < argc; at++) {
		if (options && text_equal(argv[at], "--")) {
			options = false;
		} else if (options && argv[at][0] == '-' && argv[at][1] != '\0') {
			if (!take_option(tool, argc, argv, &at, wrong))
				return false;
		} else if (!take_word(tool, argv[at], wrong)) {
			return false;
		}
	}
	*wrong = "an argument is missing";
	return tool->word_count >= tool->command->words_min;
}

const char *tool_option(const struct tool *tool, const char *name)
{
	const int place = option_place(tool->command, name);

	CHECK(place >= 0);
	return tool->values[place];
}

bool tool_span(const struct tool *tool, const char *name, struct duration *span)
{
	const char *const text = tool_option(tool, name);

	return text == NULL || (duration_parse(text, span) && span->us >= 0);
}

bool tool_instant(const struct tool *tool, const char *name, struct instant *at)
{
	const char *const text = tool_option(tool, name);

	return text == NULL || time_parse(text, at);
}

bool tool_number(const struct tool *tool, const char *name, int64_t *number)
{
	const char *const text = tool_option(tool, name);

	return text == NULL || text_number(text, 1, INT64_MAX, number);
}

/* Help. */

static void print_buffer(struct buffer *out)
{
	fwrite(out->data, 1, out->size, stdout);
	buffer_finish(out);
}

static void help_command(const struct command *command)
{
	printf("usage: opsmesh %s%s%s\n\n%s\n", command->name, command->usage[0] == '\0' ? "" : " ",
	       command->usage, command->summary);
	if (command->options != NULL)
		puts("");
	for (const struct option *o = command->options; o != NULL && o->name != NULL; o++)
		printf("  %s%s%-*s  %s\n", o->name, o->value == NULL ? "" : " ",
		       (int)(22 - strlen(o->name) - (o->value == NULL ? 0 : 1)),
		       o->value == NULL ? "" : o->value, o->doc);
	if (command->help != NULL)
		printf("\n%s", command->help);
}

static void help_all(const struct command *commands, const struct config_key *keys)
{
	struct buffer out = { 0 };

	puts("usage: opsmesh COMMAND [ARGUMENT...]\n\nThe operator's hand tool.\n");
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("  %-9s %s\n", c->name, c->summary);
	puts("\nopsmesh COMMAND --help says more of one. --describe prints all this as JSON.\n"
	     "Exit status: 0 yes, 1 no or differs, 2 wrong usage, 3 could not reach something.\n"
	     "\nSettings, from the environment:\n");
	config_help(keys, &out);
	print_buffer(&out);
}

static void member(struct buffer *out, const char *name, const char *value)
{
	buffer_add(out, "\"", 1);
	buffer_add(out, name, strlen(name));
	buffer_add(out, "\":\"", 3);
	text_json(out, value);
	buffer_add(out, "\"", 1);
}

static void describe_command(struct buffer *out, const struct command *command)
{
	buffer_add(out, "{", 1);
	member(out, "name", command->name);
	buffer_add(out, ",", 1);
	member(out, "usage", command->usage);
	buffer_add(out, ",", 1);
	member(out, "summary", command->summary);
	buffer_add(out, ",\"options\":[", 12);
	for (const struct option *o = command->options; o != NULL && o->name != NULL; o++) {
		buffer_add(out, o == command->options ? "{" : ",{", o == command->options ? 1 : 2);
		member(out, "name", o->name);
		buffer_add(out, ",", 1);
		member(out, "value", o->value == NULL ? "" : o->value);
		buffer_add(out, ",", 1);
		member(out, "doc", o->doc);
		buffer_add(out, "}", 1);
	}
	buffer_add(out, "]}", 2);
}

static void describe_all(const struct command *commands, const struct config_key *keys)
{
	static const char behind[] = "],\"settings\":";
	struct buffer out = { 0 };

	buffer_add(&out, "{", 1);
	member(&out, "name", "opsmesh");
	buffer_add(&out, ",\"commands\":[", 13);
	for (const struct command *c = commands; c->name != NULL; c++) {
		if (c != commands)
			buffer_add(&out, ",", 1);
		describe_command(&out, c);
	}
	buffer_add(&out, behind, sizeof(behind) - 1);
	config_describe(keys, &out);
	buffer_add(&out, "}\n", 2);
	print_buffer(&out);
}

/* A command. */

static int need_settings(const struct tool *tool)
{
	const struct {
		unsigned need;
		const char *name;
		const char *value;
	} rows[] = {
		{ NEEDS_BROKERS, "KAFKA_BROKERS", tool->settings.brokers },
		{ NEEDS_DATABASE, "DATABASE_URL", tool->settings.database_url },
		{ NEEDS_INGEST, "INGEST_URL", tool->settings.ingest_url },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if ((tool->command->needs & rows[i].need) != 0 && rows[i].value[0] == '\0')
			return tool_fail(tool, ANSWER_USAGE, "the setting %s is needed",
			                 rows[i].name);
	}
	return ANSWER_YES;
}

static bool help_asked(int argc, char **argv)
{
	for (int i = 0; i < argc && !text_equal(argv[i], "--"); i++) {
		if (text_equal(argv[i], "--help"))
			return true;
	}
	return false;
}

static int run_command(struct tool *tool, const struct config_key *keys, int argc, char **argv)
{
	char error[ERROR_SIZE];
	const char *wrong = "";

	if (help_asked(argc - 1, argv + 1)) {
		help_command(tool->command);
		return ANSWER_YES;
	}
	if (tool->command->raw != NULL)
		return tool->command->raw(argc, argv);
	if (!tool_parse(tool, argc - 1, argv + 1, &wrong))
		return tool_fail(tool, ANSWER_USAGE, "%s\nusage: opsmesh %s %s", wrong,
		                 tool->command->name, tool->command->usage);
	if (!config_load(keys, &tool->settings, error, sizeof(error)))
		return tool_fail(tool, ANSWER_USAGE, "%s", error);

	const int missing = need_settings(tool);

	return missing != ANSWER_YES ? missing : tool->command->run(tool);
}

static int run_named(const struct command *commands, const struct config_key *keys, int argc,
                     char **argv)
{
	struct tool tool = { .command = commands, .program = argv[0] };
	int answer;

	while (tool.command->name != NULL && !text_equal(tool.command->name, argv[1]))
		tool.command++;
	if (tool.command->name == NULL) {
		fprintf(stderr, "opsmesh: there is no command %s; opsmesh --help lists them\n",
		        argv[1]);
		return ANSWER_USAGE;
	}
	tool.arena = arena_create(ARENA_BLOCK);
	answer = run_command(&tool, keys, argc - 1, argv + 1);
	arena_destroy(tool.arena);
	return answer;
}

/* An answer that could not be written is none. */
static int flushed(int answer)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return answer;
	perror("opsmesh: standard output");
	return ANSWER_AWAY;
}

int tool_main(const struct command *commands, const struct config_key *keys, int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: opsmesh COMMAND [ARGUMENT...]; opsmesh --help lists them\n", stderr);
		return ANSWER_USAGE;
	}
	if (text_equal(argv[1], "--help"))
		help_all(commands, keys);
	else if (text_equal(argv[1], "--version"))
		puts("opsmesh " OPSMESH_BUILD);
	else if (text_equal(argv[1], "--describe"))
		describe_all(commands, keys);
	else
		return flushed(run_named(commands, keys, argc, argv));
	return flushed(ANSWER_YES);
}
