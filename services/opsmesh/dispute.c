/*
 * dispute - the packet that stands for a dispute, what all open disputes may bring, and what became of those that are over.
 */
#include "services/opsmesh/dispute.h"

#include "common/base/text.h"

/* What is asked, and which options are another's. */
static const struct subject {
	const char *name;
	const char *usage;
	int words;
	const char *foreign[7]; /* ended by NULL */
	int (*run)(struct tool *tool, struct mesh_store *store);
} subjects[] = {
	{ "packet",
	  "packet: of which dispute?",
	  2,
	  { "--format", "--document", "--effective", "--version", NULL },
	  dispute_packet },
	{ "forecast",
	  "forecast: is of all disputes",
	  1,
	  { "--pdf", "--reveal", "--format", "--document", "--effective", "--version", NULL },
	  dispute_forecast },
	{ "outcomes",
	  "outcomes: are of all disputes",
	  1,
	  { "--pdf", "--reveal", "--json", NULL },
	  dispute_outcomes },
};

static const struct subject *subject_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(subjects); i++)
		if (text_equal(subjects[i].name, name))
			return &subjects[i];
	return NULL;
}

int dispute_command(struct tool *tool)
{
	const struct subject *const subject = subject_of(tool->words[0]);
	struct mesh_store *store;
	int answer;

	if (subject == NULL)
		return tool_fail(tool, ANSWER_USAGE, "%s: one of packet, forecast, outcomes",
		                 tool->words[0]);
	if (tool->word_count != subject->words)
		return tool_fail(tool, ANSWER_USAGE, "%s", subject->usage);
	for (const char *const *foreign = subject->foreign; *foreign != NULL; foreign++)
		if (tool_option(tool, *foreign) != NULL)
			return tool_fail(tool, ANSWER_USAGE, "%s is not for %s", *foreign,
			                 subject->name);
	if (tool_option(tool, "--field") != NULL && tool_option(tool, "--pdf") == NULL)
		return tool_fail(tool, ANSWER_USAGE, "--field is for --pdf");
	store = arena_zero(tool->arena, sizeof(*store));
	if (mesh_store_open(store, tool->arena, tool->settings.database_url) != STATUS_OK)
		answer = tool_fail(tool, ANSWER_AWAY, "%s", store->reason);
	else
		answer = subject->run(tool, store);
	mesh_store_close(store);
	return answer;
}
