/*
 * explain - everything that happened to one subject, in order, with reasons; sums are added up again.
 */
#include "services/opsmesh/explain.h"

#include "common/base/text.h"
#include "common/io/zone.h"
#include "services/opsmesh/action.h"

#include <stdio.h>

/* ---- clocks ---- */

static bool find_calendar(void *context, const Opsmesh__V1__SlaClock *clock,
                          struct calendar **calendar, const char **reason)
{
	struct shelf *const shelf = context;
	const struct calendar_document *document = NULL;
	const enum status status = shelf_find(shelf, clock, &document, reason);

	*calendar = document == NULL ? NULL : document->calendar;
	if (status != STATUS_OK && status != STATUS_REJECT)
		*reason = shelf->store->reason;
	return status == STATUS_OK;
}

void explain_sum(struct explain *explain)
{
	explain->shelf.store = &explain->store;
	explain->shelf.arena = explain->tool->arena;
	explain->sums = clock_sums(explain->tool->arena, &explain->facts, find_calendar,
	                           &explain->shelf, &explain->sum_count);
}

/* ---- the zone ---- */

/* As asked for; else the customer's, as last known; else that of the first calendar; else UTC. */
static int choose_zone(struct explain *explain)
{
	const char *const asked = tool_option(explain->tool, "--zone");
	const char *name = "";

	if (asked != NULL) {
		explain->story.zone = zone_open(asked);
		explain->story.zone_name = asked;
		return explain->story.zone != NULL ? ANSWER_YES
		                                   : tool_wrong(explain->tool, "--zone");
	}
	for (size_t i = 0; i < explain->facts.count; i++) {
		const char *const zone = message_text(explain->facts.list[i].fact, "time_zone");

		name = zone[0] == '\0' ? name : zone;
	}
	if (name[0] == '\0' && explain->shelf.count > 0)
		name = explain->shelf.books[0].document.time_zone;
	explain->story.zone = name[0] == '\0' ? NULL : zone_open(name);
	explain->story.zone_name = explain->story.zone == NULL ? "UTC" : name;
	return ANSWER_YES;
}

/* ---- the command ---- */

/* A request may be on the journal and nowhere else yet. */
static int find_in_journal(struct explain *explain)
{
	int answer = journal_find(explain->tool, &explain->story, explain->id, &explain->journal);

	if (answer == ANSWER_YES && explain->facts.count == 0 && explain->journal[0] == '\0')
		answer = tool_fail(explain->tool, ANSWER_NO, "there is no request %s", explain->id);
	return answer;
}

static int tell(struct explain *explain)
{
	int answer = explain_find(explain);

	if (answer == ANSWER_YES && !explain->asked_back)
		answer = action_reveal(explain->tool, explain->kind, explain->id,
		                       &explain->story.revealed);
	if (answer != ANSWER_YES || explain->asked_back)
		return answer;
	explain_sum(explain);
	answer = choose_zone(explain);
	if (answer == ANSWER_YES && text_equal(explain->kind, "request"))
		answer = find_in_journal(explain);
	if (answer == ANSWER_YES)
		answer = tool_option(explain->tool, "--json") != NULL ? explain_print_json(explain)
		                                                      : explain_print(explain);
	zone_close(explain->story.zone);
	shelf_close(&explain->shelf);
	return answer;
}

int explain_command(struct tool *tool)
{
	struct explain *const explain = arena_zero(tool->arena, sizeof(*explain));
	int answer;

	explain->tool = tool;
	explain->kind = tool->words[0];
	explain->id = tool->words[1];
	explain->journal = "";
	explain->facts.arena = tool->arena;
	explain->story.arena = tool->arena;
	if (mesh_store_open(&explain->store, tool->arena, tool->settings.database_url) == STATUS_OK)
		answer = tell(explain);
	else
		answer = tool_fail(tool, ANSWER_AWAY, "%s", explain->store.reason);
	mesh_store_close(&explain->store);
	return answer;
}
