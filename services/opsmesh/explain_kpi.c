/*
 * explain kpi - hands over to kpi-aggregator, whose own code counts a number again and says who is in it.
 */
#include "services/opsmesh/explain_kpi.h"

#include "common/base/text.h"
#include "services/opsmesh/hand_over.h"

int explain_kpi(struct tool *tool)
{
	const char *const cut = tool_option(tool, "--by");
	char *arguments[] = { NULL,
		              text_mutable("--explain"),
		              text_mutable(tool->words[1]),
		              text_mutable(tool->words[2]),
		              text_mutable(cut),
		              NULL };

	if (tool->word_count != 3)
		return tool_fail(tool, ANSWER_USAGE,
		                 "kpi METRIC WINDOW, as support.csat 2026-05-01");
	return hand_over(tool, "kpi-aggregator", arguments);
}
