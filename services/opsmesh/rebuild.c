/*
 * rebuild - hands over to the daemon of a stage, which folds it again into its scratch schema.
 *
 * The daemon runs with this program's environment. It needs the rights of its own role there, so where
 * <DAEMON>_DATABASE_URL is set ("SLA_WATCHER_DATABASE_URL"), that takes the place of DATABASE_URL.
 */
#include "services/opsmesh/opsmesh.h"

#include "common/base/text.h"
#include "services/opsmesh/mesh_store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct mesh_stage *find_stage(const char *name)
{
	for (const struct mesh_stage *row = mesh_stages; row->stage != NULL; row++)
		if (text_equal(row->stage, name))
			return row;
	return NULL;
}

static const char *stage_names(struct arena *arena)
{
	const char *text = mesh_stages[0].stage;

	for (const struct mesh_stage *row = mesh_stages + 1; row->stage != NULL; row++)
		text = arena_printf(arena, "%s, %s", text, row->stage);
	return text;
}

/* Next to this program, unless a setting names another folder. */
static const char *program_of(const struct tool *tool, const char *daemon)
{
	const char *const end = strrchr(tool->program, '/');

	if (tool->settings.programs[0] != '\0')
		return arena_printf(tool->arena, "%s/%s", tool->settings.programs, daemon);
	return end == NULL ? daemon
	                   : arena_printf(tool->arena, "%.*s/%s", (int)(end - tool->program),
	                                  tool->program, daemon);
}

/* "SLA_WATCHER_DATABASE_URL=" of "sla-watcher" */
static const char *role_setting(struct arena *arena, const char *daemon)
{
	char *const name = arena_printf(arena, "%s_DATABASE_URL=", daemon);

	for (char *at = name; *at != '\0'; at++) {
		if (*at == '-')
			*at = '_';
		else if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	}
	return name;
}

/* This program's environment, with the daemon's own address of the database where it is known. */
static char **environment_of(const struct tool *tool, const char *daemon)
{
	const char *const role = role_setting(tool->arena, daemon);
	const char *own = NULL;
	char **list;
	size_t count = 0;

	for (char **at = environ; *at != NULL; at++, count++)
		if (text_starts(*at, role) && (*at)[strlen(role)] != '\0')
			own = *at + strlen(role);
	list = arena_alloc(tool->arena, (count + 2) * sizeof(*list));
	count = 0;
	for (char **at = environ; *at != NULL; at++)
		if (own == NULL || !text_starts(*at, "DATABASE_URL="))
			list[count++] = *at;
	if (own != NULL)
		list[count++] = arena_printf(tool->arena, "DATABASE_URL=%s", own);
	list[count] = NULL;
	return list;
}

int rebuild_command(struct tool *tool)
{
	const struct mesh_stage *const stage = find_stage(tool->words[0]);
	const char *const verify = tool_option(tool, "--verify") != NULL ? "--verify" : NULL;
	char *arguments[] = { NULL, text_mutable("--rebuild"), NULL, text_mutable(verify), NULL };
	const char *program;

	if (stage == NULL)
		return tool_fail(tool, ANSWER_USAGE, "%s: one of %s", tool->words[0],
		                 stage_names(tool->arena));
	program = program_of(tool, stage->daemon);
	arguments[0] = text_mutable(program);
	arguments[2] = text_mutable(stage->stage);
	fflush(stdout);
	(void)execvpe(program, arguments, environment_of(tool, stage->daemon));
	return tool_fail(tool, ANSWER_AWAY, "%s cannot be run: %s", program,
	                 strerrordesc_np(errno));
}
