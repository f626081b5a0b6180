/*
 * explain kpi - hands over to kpi-aggregator, whose own code counts a number again and says who is in it.
 */
#include "services/opsmesh/explain_kpi.h"

#include "common/base/text.h"
#include "services/opsmesh/hand_over.h"

int explain_kpi(struct tool *tool, bool as_json)
{
	const char *const cut = tool_option(tool, "--by");
	char *arguments[7] = { NULL, text_mutable("--explain") };
	size_t count = 2;

	if (tool->word_count != 3)
		return tool_fail(tool, ANSWER_USAGE,
		                 "kpi METRIC WINDOW, as support.csat 2026-05-01");
	arguments[count++] = text_mutable(tool->words[1]);
	arguments[count++] = text_mutable(tool->words[2]);
	if (cut != NULL)
		arguments[count++] = text_mutable(cut);
	if (as_json)
		arguments[count++] = text_mutable("--json");
	arguments[count] = NULL;
	return hand_over(tool, "kpi-aggregator", arguments);
}
