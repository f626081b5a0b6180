/*
 * rebuild - hands over to the daemon of a stage, which folds it again into its scratch schema.
 *
 * The daemon runs with this program's environment. It needs the rights of its own role there, so where
 * <DAEMON>_DATABASE_URL is set ("SLA_WATCHER_DATABASE_URL"), that takes the place of DATABASE_URL.
 */
#include "services/opsmesh/opsmesh.h"

#include "common/base/text.h"
#include "services/opsmesh/mesh_store.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

static bool take_role(const struct tool *tool, const char *daemon)
{
	char *const name = arena_printf(tool->arena, "%s_DATABASE_URL", daemon);
	const char *url;

	for (char *at = name; *at != '\0'; at++)
		*at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
	url = getenv(name);
	return url == NULL || url[0] == '\0' || setenv("DATABASE_URL", url, 1) == 0;
}

int rebuild_command(struct tool *tool)
{
	const struct mesh_stage *const stage = find_stage(tool->words[0]);
	const char *const verify = tool_option(tool, "--verify") != NULL ? "--verify" : NULL;
	const char *program;

	if (stage == NULL)
		return tool_fail(tool, ANSWER_USAGE, "%s: one of %s", tool->words[0],
		                 stage_names(tool->arena));
	program = program_of(tool, stage->daemon);
	if (!take_role(tool, stage->daemon))
		return tool_fail(tool, ANSWER_AWAY, "%s", strerror(errno));
	fflush(stdout);
	execlp(program, program, "--rebuild", stage->stage, verify, (char *)NULL);
	return tool_fail(tool, ANSWER_AWAY, "%s cannot be run: %s", program, strerror(errno));
}
