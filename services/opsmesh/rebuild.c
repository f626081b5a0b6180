/*
 * rebuild - hands over to the daemon of a stage, which folds it again into its scratch schema.
 */
#include "services/opsmesh/opsmesh.h"

#include "common/base/text.h"
#include "services/opsmesh/hand_over.h"
#include "services/opsmesh/mesh_store.h"

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

int rebuild_command(struct tool *tool)
{
	const struct mesh_stage *const stage = find_stage(tool->words[0]);
	const char *const verify = tool_option(tool, "--verify") != NULL ? "--verify" : NULL;
	char *arguments[] = { NULL, text_mutable("--rebuild"), NULL, text_mutable(verify), NULL };

	if (stage == NULL)
		return tool_fail(tool, ANSWER_USAGE, "%s: one of %s", tool->words[0],
		                 stage_names(tool->arena));
	arguments[2] = text_mutable(stage->stage);
	return hand_over(tool, stage->daemon, arguments);
}
