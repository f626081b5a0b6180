/*
 * list - what is open, next deadline first; what has none comes last, oldest first.
 *
 * A deadline that was missed while the clock runs on counts as the next one. "Within" is counted from
 * the mesh time of those who watch the clocks.
 */
#include "services/opsmesh/opsmesh.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "services/opsmesh/list_account.h"
#include "services/opsmesh/list_case.h"
#include "services/opsmesh/list_dispute.h"
#include "services/opsmesh/open.h"
#include "services/opsmesh/story.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>
#include <stdio.h>

struct list {
	struct tool *tool;
	struct arena *arena;
	struct mesh_store store;
	struct open_list open;
	struct story words; /* for the names of enum values */
	struct duration within;
	const char *queue; /* NULL: any */
};

/* Which. */

static bool soon(const struct list *list, struct instant due)
{
	return tool_option(list->tool, "--due-within") == NULL ||
	       (due.us != TIME_MAX.us && !time_before(time_add(list->open.now, list->within), due));
}

/* Where the classifier wants a ticket to go; its team until a classifier has said so. */
static bool queued(const struct list *list, const struct open_ticket *ticket)
{
	return list->queue == NULL || (ticket != NULL && text_equal(ticket->queue, list->queue));
}

static bool wants_ticket(const struct list *list, const struct open_ticket *ticket)
{
	return soon(list, ticket->due) && queued(list, ticket);
}

static bool wants_clock(const struct list *list, const struct open_clock *clock)
{
	return soon(list, clock->due) &&
	       queued(list, open_list_ticket(&list->open, clock->ticket_id));
}

/* Words. */

static const char *status_word(const struct list *list, const struct open_ticket *ticket)
{
	return story_word(&list->words, &opsmesh__v1__ticket_status__descriptor, ticket->status);
}

static const char *priority_word(const struct list *list, const struct open_ticket *ticket)
{
	return story_word(&list->words, &opsmesh__v1__priority__descriptor, ticket->priority);
}

static const char *tier_word(const struct list *list, const struct open_ticket *ticket)
{
	return story_word(&list->words, &opsmesh__v1__tier__descriptor, ticket->tier);
}

static const char *metric_word(const struct list *list, const struct open_clock *clock)
{
	return story_word(&list->words, &opsmesh__v1__sla_metric__descriptor, clock->metric);
}

static const char *state_word(const struct list *list, const struct open_clock *clock)
{
	return story_word(&list->words, &opsmesh__v1__sla_state__descriptor, clock->state);
}

/* "in 2h 05m", "3m 10s ago" */
static const char *distance(const struct list *list, struct instant due)
{
	if (due.us == TIME_MAX.us)
		return "-";
	if (time_before(due, list->open.now))
		return arena_printf(list->arena, "%s ago",
		                    span_text(list->arena, time_since(due, list->open.now)));
	return arena_printf(list->arena, "in %s",
	                    span_text(list->arena, time_since(list->open.now, due)));
}

static const char *or_dash(const char *text)
{
	return text[0] == '\0' ? "-" : text;
}

/* "refund", "billing?" where the intent is not sure; "!" where a person must look. */
static const char *intent_cell(const struct list *list, const struct open_ticket *ticket)
{
	const char *text = ticket->intent;

	if (text[0] == '\0' && ticket->category[0] != '\0')
		text = arena_printf(list->arena, "%s?", ticket->category);
	return ticket->needs_human ? arena_printf(list->arena, "%s !", or_dash(text))
	                           : or_dash(text);
}

/* For people. */

static void print_tickets(const struct list *list)
{
	static const char *const titles[] = { "NEXT DUE", "",         "BREACHED", "TICKET",
		                              "STATUS",   "PRIORITY", "TIER",     "ACCOUNT",
		                              "INTENT",   "QUEUE",    "TEAM",     "ASSIGNEE",
		                              "OPENED",   NULL };
	struct table table;

	table_init(&table, list->arena, titles);
	for (size_t i = 0; i < list->open.ticket_count; i++) {
		const struct open_ticket *const ticket = &list->open.tickets[i];

		if (!wants_ticket(list, ticket))
			continue;
		table_add(&table, time_cell(list->arena, ticket->due, "-"));
		table_add(&table, distance(list, ticket->due));
		table_addf(&table, "%d", ticket->breaches);
		table_add(&table, ticket->id);
		table_add(&table, status_word(list, ticket));
		table_add(&table, priority_word(list, ticket));
		table_add(&table, tier_word(list, ticket));
		table_add(&table, or_dash(ticket->account));
		table_add(&table, intent_cell(list, ticket));
		table_add(&table, or_dash(ticket->queue));
		table_add(&table, or_dash(ticket->team));
		table_add(&table, or_dash(ticket->assignee));
		table_add(&table, time_cell(list->arena, ticket->opened, "-"));
	}
	if (table_rows(&table) == 0)
		puts("No such ticket is open.");
	else
		table_print(&table);
}

static void print_clocks(const struct list *list)
{
	static const char *const titles[] = { "DUE",    "",      "TICKET", "CLOCK",
		                              "STATE",  "USED",  "TARGET", "POLICY",
		                              "STATUS", "QUEUE", NULL };
	struct table table;

	table_init(&table, list->arena, titles);
	for (size_t i = 0; i < list->open.clock_count; i++) {
		const struct open_clock *const clock = list->open.clocks[i];
		const struct open_ticket *const ticket =
		    open_list_ticket(&list->open, clock->ticket_id);

		if (!wants_clock(list, clock))
			continue;
		table_add(&table, time_cell(list->arena, clock->due, "-"));
		table_add(&table, distance(list, clock->due));
		table_add(&table, clock->ticket_id);
		table_addf(&table, "%s #%" PRId32, metric_word(list, clock), clock->instance);
		table_add(&table, state_word(list, clock));
		table_add(&table, span_text(list->arena, clock->used));
		table_add(&table,
		          clock->target.us == 0 ? "-" : span_text(list->arena, clock->target));
		table_add(&table, or_dash(clock->policy));
		table_add(&table, ticket == NULL ? "-" : status_word(list, ticket));
		table_add(&table, ticket == NULL ? "-" : or_dash(ticket->queue));
	}
	if (table_rows(&table) == 0)
		puts("No such clock runs.");
	else
		table_print(&table);
}

/* For programs. */

static json_t *time_json(struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MAX.us || at.us == TIME_MIN.us ? json_null()
	                                                    : json_string(time_format(at, text));
}

static json_t *ticket_json(const struct list *list, const struct open_ticket *ticket)
{
	json_t *const row = json_object();

	json_object_set_new(row, "ticket_id", json_string(ticket->id));
	json_object_set_new(row, "status", json_string(status_word(list, ticket)));
	json_object_set_new(row, "priority", json_string(priority_word(list, ticket)));
	json_object_set_new(row, "tier", json_string(tier_word(list, ticket)));
	json_object_set_new(row, "account_id", json_string(ticket->account));
	json_object_set_new(row, "category", json_string(ticket->category));
	json_object_set_new(row, "intent", json_string(ticket->intent));
	json_object_set_new(row, "needs_human", json_boolean(ticket->needs_human));
	json_object_set_new(row, "queue", json_string(ticket->queue));
	json_object_set_new(row, "team", json_string(ticket->team));
	json_object_set_new(row, "assignee", json_string(ticket->assignee));
	json_object_set_new(row, "opened_at", time_json(ticket->opened));
	json_object_set_new(row, "next_due", time_json(ticket->due));
	json_object_set_new(row, "breached", json_integer(ticket->breaches));
	return row;
}

static json_t *clock_json(const struct list *list, const struct open_clock *clock)
{
	json_t *const row = json_object();

	json_object_set_new(row, "ticket_id", json_string(clock->ticket_id));
	json_object_set_new(row, "metric", json_string(metric_word(list, clock)));
	json_object_set_new(row, "instance", json_integer(clock->instance));
	json_object_set_new(row, "state", json_string(state_word(list, clock)));
	json_object_set_new(row, "target_us",
	                    clock->target.us == 0 ? json_null() : json_integer(clock->target.us));
	json_object_set_new(row, "elapsed_us", json_integer(clock->used.us));
	json_object_set_new(row, "due", time_json(clock->due));
	json_object_set_new(row, "policy", json_string(clock->policy));
	return row;
}

static void print_json(const struct list *list, bool clocks)
{
	AUTO_JSON rows = json_array();

	for (size_t i = 0; !clocks && i < list->open.ticket_count; i++)
		if (wants_ticket(list, &list->open.tickets[i]))
			json_array_append_new(rows, ticket_json(list, &list->open.tickets[i]));
	for (size_t i = 0; clocks && i < list->open.clock_count; i++)
		if (wants_clock(list, list->open.clocks[i]))
			json_array_append_new(rows, clock_json(list, list->open.clocks[i]));
	json_dumpf(rows, stdout, JSON_COMPACT);
	putchar('\n');
}

/* The command. */

static int show(struct list *list, bool clocks)
{
	int answer = ANSWER_YES;

	if (mesh_store_open(&list->store, list->arena, list->tool->settings.database_url) !=
	        STATUS_OK ||
	    open_list_read(&list->open, &list->store) != STATUS_OK)
		answer = tool_fail(list->tool, ANSWER_AWAY, "%s", list->store.reason);
	else if (tool_option(list->tool, "--json") != NULL)
		print_json(list, clocks);
	else if (clocks)
		print_clocks(list);
	else
		print_tickets(list);
	open_list_finish(&list->open);
	mesh_store_close(&list->store);
	return answer;
}

/* Which options a list takes beside --json. */
static const struct {
	const char *name;
	const char *takes[5];
} lists[] = {
	{ "tickets", { "--due-within", "--queue" } },
	{ "clocks", { "--due-within", "--queue" } },
	{ "disputes", { "--due-within", "--queue" } },
	{ "discrepancies", { "--queue", "--all" } },
	{ "renewals", { "--within", "--account", "--owner", "--format" } },
	{ "signals", { "--within", "--account", "--owner", "--format" } },
	{ "accounts", { "--account", "--owner", "--format" } },
};

/* The option that was given and is none of the list; NULL: all are. */
static const char *strange_option(const struct tool *tool, const char *const *takes)
{
	for (const struct option *o = tool->command->options; o->name != NULL; o++)
		if (tool_option(tool, o->name) != NULL && !text_equal(o->name, "--json") &&
		    !text_among(takes, o->name))
			return o->name;
	return NULL;
}

static bool list_find(const char *name, size_t *place)
{
	for (size_t i = 0; i < COUNT_OF(lists); i++) {
		if (!text_equal(lists[i].name, name))
			continue;
		*place = i;
		return true;
	}
	return false;
}

static int run_list(struct tool *tool, struct list *list, const char *what)
{
	const struct account_listing *const accounts = account_listing_find(what);

	if (accounts != NULL)
		return list_accounts(tool, accounts);
	if (text_equal(what, "disputes"))
		return list_disputes(tool, list->within);
	if (text_equal(what, "discrepancies"))
		return list_cases(tool);
	return show(list, text_equal(what, "clocks"));
}

int list_command(struct tool *tool)
{
	struct list *const list = arena_zero(tool->arena, sizeof(*list));
	const char *const what = tool->words[0];
	const char *strange;
	size_t place = 0;

	list->tool = tool;
	list->arena = tool->arena;
	list->words.arena = tool->arena;
	list->queue = tool_option(tool, "--queue");
	if (!list_find(what, &place))
		return tool_fail(
		    tool, ANSWER_USAGE,
		    "%s: one of tickets, clocks, disputes, discrepancies, renewals, signals, accounts",
		    what);
	strange = strange_option(tool, lists[place].takes);
	if (strange != NULL)
		return tool_fail(tool, ANSWER_USAGE, "%s is not for %s", strange, what);
	if (!tool_span(tool, "--due-within", &list->within))
		return tool_wrong(tool, "--due-within");
	return run_list(tool, list, what);
}
