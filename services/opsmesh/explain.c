/*
 * explain - everything that happened to one subject, in order, with reasons; sums are added up again.
 */
#include "services/opsmesh/explain.h"

#include "common/base/text.h"
#include "common/io/zone.h"
#include "services/opsmesh/action.h"
#include "services/opsmesh/clock_cause.h"
#include "services/opsmesh/explain_kpi.h"

#include <stdio.h>

/* Clocks. */

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

static bool is_told(const struct explain *explain, const struct told *told)
{
	for (size_t i = 0; i < explain->facts.count; i++)
		if (explain->facts.list[i].sequence == told->sequence &&
		    text_equal(explain->facts.list[i].stream, told->stream))
			return true;
	return false;
}

/* Those that the story tells of; where one is wrong for what it rests on, that is its problem. */
static void keep_sum(struct explain *explain, struct clock_sum *sum)
{
	const char *problem = NULL;

	if (!is_told(explain, sum->last))
		return;
	for (size_t i = 0; i < explain->all.count && sum->agrees; i++) {
		const struct told *const told = &explain->all.list[i];
		const Opsmesh__V1__SlaClock *const clock = sum_clock_of(told);

		if (clock == NULL || (int32_t)clock->metric != sum->metric ||
		    clock->instance != sum->instance ||
		    clock_cause_holds(explain->tool->arena, &explain->all, told, &problem))
			continue;
		sum->agrees = false;
		sum->problem = problem;
	}
	explain->sums[explain->sum_count++] = *sum;
}

void explain_sum(struct explain *explain)
{
	size_t count;

	explain->shelf.store = &explain->store;
	explain->shelf.arena = explain->tool->arena;
	explain->sums =
	    clock_sums(explain->tool->arena, &explain->all, find_calendar, &explain->shelf, &count);
	for (size_t i = 0; i < count; i++)
		keep_sum(explain, &explain->sums[i]);
}

/* The zone. */

/* As told last; "" by nobody. */
static const char *zone_of(const struct told_list *list)
{
	const char *name = "";

	for (size_t i = 0; i < list->count; i++) {
		const char *const zone = message_text(list->list[i].fact, "time_zone");

		name = zone[0] == '\0' ? name : zone;
	}
	return name;
}

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
	name = zone_of(&explain->facts);
	if (name[0] == '\0')
		name = zone_of(&explain->all);
	if (name[0] == '\0' && explain->shelf.count > 0)
		name = explain->shelf.books[0].document.time_zone;
	explain->story.zone = name[0] == '\0' ? NULL : zone_open(name);
	explain->story.zone_name = explain->story.zone == NULL ? "UTC" : name;
	return ANSWER_YES;
}

/* The command. */

/* A request may be on the journal and nowhere else yet. */
static int find_in_journal(struct explain *explain)
{
	int answer = journal_find(explain->tool, &explain->story, explain->id, &explain->journal);

	if (answer == ANSWER_YES && explain->facts.count == 0 && explain->journal[0] == '\0')
		answer = tool_fail(explain->tool, ANSWER_NO, "there is no request %s", explain->id);
	return answer;
}

static int reveal(struct explain *explain)
{
	const bool own = explain->subject_type == NULL;

	return action_reveal(explain->tool, own ? explain->kind : explain->subject_type,
	                     own ? explain->id : explain->subject_id, &explain->story.revealed);
}

static int tell(struct explain *explain)
{
	int answer = explain_find(explain);

	if (answer == ANSWER_YES && !explain->asked_back)
		answer = reveal(explain);
	if (answer != ANSWER_YES || explain->asked_back)
		return answer;
	explain->story.facts = &explain->facts;
	explain->story.ticket = text_equal(explain->kind, "ticket") ? explain->id : NULL;
	explain_sum(explain);
	answer = choose_zone(explain);
	if (answer == ANSWER_YES && text_equal(explain->kind, "request"))
		answer = find_in_journal(explain);
	if (answer == ANSWER_YES)
		answer = explain->as_json ? explain_print_json(explain) : explain_print(explain);
	zone_close(explain->story.zone);
	shelf_close(&explain->shelf);
	return answer;
}

/* --json, or as other commands have it, --format json. */
static bool read_form(const struct tool *tool, bool *as_json)
{
	const char *const format = tool_option(tool, "--format");

	*as_json = tool_option(tool, "--json") != NULL || text_equal(format, "json");
	return format == NULL || *as_json || text_equal(format, "text");
}

int explain_command(struct tool *tool)
{
	struct explain *const explain = arena_zero(tool->arena, sizeof(*explain));
	int answer;

	if (!read_form(tool, &explain->as_json))
		return tool_fail(tool, ANSWER_USAGE, "--format: one of text, json");
	if (text_equal(tool->words[0], "kpi"))
		return explain_kpi(tool, explain->as_json);
	if (tool->word_count > 2 || tool_option(tool, "--by") != NULL)
		return tool_fail(tool, ANSWER_USAGE, "a window and --by are of kpi");
	explain->tool = tool;
	explain->kind = tool->words[0];
	explain->id = tool->words[1];
	explain->journal = "";
	explain->facts.arena = tool->arena;
	explain->all.arena = tool->arena;
	explain->story.arena = tool->arena;
	if (mesh_store_open(&explain->store, tool->arena, tool->settings.database_url) == STATUS_OK)
		answer = tell(explain);
	else
		answer = tool_fail(tool, ANSWER_AWAY, "%s", explain->store.reason);
	mesh_store_close(&explain->store);
	return answer;
}
