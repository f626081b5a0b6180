/*
 * dispute - the packet that stands for a dispute, and what all open disputes may bring.
 */
#include "services/opsmesh/dispute.h"

#include "common/base/text.h"

int dispute_command(struct tool *tool)
{
	const bool packet = text_equal(tool->words[0], "packet");
	struct mesh_store *store;
	int answer;

	if (!packet && !text_equal(tool->words[0], "forecast"))
		return tool_fail(tool, ANSWER_USAGE, "%s: one of packet, forecast", tool->words[0]);
	if (packet != (tool->word_count == 2))
		return tool_fail(tool, ANSWER_USAGE,
		                 packet ? "packet: of which dispute?"
		                        : "forecast: is of all disputes");
	if (tool_option(tool, "--field") != NULL && tool_option(tool, "--pdf") == NULL)
		return tool_fail(tool, ANSWER_USAGE, "--field is for --pdf");
	if (!packet &&
	    (tool_option(tool, "--pdf") != NULL || tool_option(tool, "--reveal") != NULL))
		return tool_fail(tool, ANSWER_USAGE, "--pdf and --reveal are for packet");
	store = arena_zero(tool->arena, sizeof(*store));
	if (mesh_store_open(store, tool->arena, tool->settings.database_url) != STATUS_OK)
		answer = tool_fail(tool, ANSWER_AWAY, "%s", store->reason);
	else
		answer = packet ? dispute_packet(tool, store) : dispute_forecast(tool, store);
	mesh_store_close(store);
	return answer;
}
