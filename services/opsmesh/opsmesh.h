/*
 * opsmesh - what the commands of the operator's tool share: settings, the command line, answers.
 *
 * A command is a row of the table in main.c and one file; it reads its options from struct tool, writes
 * its answer to standard output, what went wrong to standard error, and ends with an enum answer.
 */
#ifndef SERVICES_OPSMESH_OPSMESH_H
#define SERVICES_OPSMESH_OPSMESH_H

#include "common/base/arena.h"
#include "common/base/config.h"
#include "common/base/time.h"

#define OPTIONS_MAX 10 /* of one command */
#define WORDS_MAX 64   /* topics or files on one command line */
#define TOOL_PATIENCE SECONDS(10)

/* Exit status. */
enum answer {
	ANSWER_YES = 0,
	ANSWER_NO = 1,    /* no, or it differs */
	ANSWER_USAGE = 2, /* the command line or a setting is wrong */
	ANSWER_AWAY = 3,  /* something could not be reached; the message says what */
};

struct tool_settings {
	const char *brokers;
	const char *database_url;
	const char *ingest_url;
	const char *api_keys;
	const char *api_key;
	const char *stripe;
	const char *slack;
	const char *zendesk;
	const char *intercom;
	const char *linear;
	const char *standard;
	const char *programs; /* folder of the daemons; empty: next to this program */
	const char *policies; /* folder of the documents */
	int64_t partitions;   /* 0: not said */
};

/* A row of a command's options; a table ends with a name of NULL. */
struct option {
	const char *name;  /* "--from" */
	const char *value; /* what follows it, as the help calls it; NULL: nothing does */
	const char *doc;
};

enum need { NEEDS_NOTHING = 0, NEEDS_BROKERS = 1, NEEDS_DATABASE = 2, NEEDS_INGEST = 4 };

struct tool;

struct command {
	const char *name;             /* NULL ends the table */
	const char *usage;            /* behind the name */
	const char *summary;          /* one line */
	const char *help;             /* more, or NULL */
	const struct option *options; /* may be NULL */
	int words_min;                /* arguments that are no options */
	int words_max;
	unsigned needs; /* of enum need: settings without which it cannot begin */
	int (*run)(struct tool *tool);
	int (*raw)(int argc, char **argv); /* instead of run: reads its command line by itself */
};

struct tool {
	struct tool_settings settings;
	const struct command *command;
	const char *program; /* argv[0] */
	struct arena *arena; /* as long as the command runs */
	const char *values[OPTIONS_MAX];
	const char *words[WORDS_MAX];
	int word_count;
};

int tool_main(const struct command *commands, const struct config_key *keys, int argc, char **argv);

/* Reads what follows the command's name: false and a sentence for an unknown or incomplete option. */
bool tool_parse(struct tool *tool, int argc, char **argv, const char **wrong) MUST_CHECK;
/* The value of an option of the command's table, "" for one that has none; NULL: not given. */
const char *tool_option(const struct tool *tool, const char *name);
/* Options with a type: what they hold stays as it is where the option is not given. */
bool tool_span(const struct tool *tool, const char *name, struct duration *span) MUST_CHECK;
bool tool_instant(const struct tool *tool, const char *name, struct instant *at) MUST_CHECK;
bool tool_number(const struct tool *tool, const char *name, int64_t *number) MUST_CHECK;

/* Says "opsmesh <command>: ..." on standard error and answers `answer`. */
int tool_fail(const struct tool *tool, enum answer answer, const char *format, ...)
    PRINTF_LIKE(3, 4);
int tool_wrong(const struct tool *tool, const char *option); /* its value makes no sense */

/* The commands. */
int topics_command(struct tool *tool);
int tail_command(struct tool *tool);
int send_command(struct tool *tool);
int status_command(struct tool *tool);
int list_command(struct tool *tool);
int alerts_command(struct tool *tool);
int explain_command(struct tool *tool);
int kpi_command(struct tool *tool);
int ledger_command(struct tool *tool);
int dispute_command(struct tool *tool);
int dlq_command(struct tool *tool);
int rebuild_command(struct tool *tool);
int report_command(struct tool *tool);

#endif
