/*
 * Which facts are about a subject. A ticket's share its key; an account's and a request's are looked for
 * by their id in all that was said.
 */
#include "services/opsmesh/explain.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "gen/opsmesh_sql.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <stdio.h>
#include <string.h>

#define CANDIDATES_MAX 50

static int away(const struct explain *explain)
{
	return tool_fail(explain->tool, ANSWER_AWAY, "%s", explain->store.reason);
}

static struct told_list list_make(const struct explain *explain)
{
	return (struct told_list){ .arena = explain->tool->arena };
}

/* What stages ask of each other is no fact about a ticket. */
static bool is_story(const struct told *told)
{
	return told->dead || told->topic == OPS_TICKETS || told->topic == OPS_TRIAGE ||
	       told->topic == OPS_SLA || told->topic == OPS_ALERTS || told->topic == OPS_ACTIONS ||
	       told->topic == OPS_ACCOUNTS || told->topic == OPS_BILLING ||
	       told->topic == OPS_DISPUTES;
}

/* What tickets have in common is said under the intent, which is no ticket's id. */
static bool is_pattern(const struct told *told)
{
	return told->topic == OPS_TRIAGE && text_starts(told->stream, "pattern/");
}

static void keep_story(struct explain *explain, const struct told_list *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (is_story(&all->list[i]) && !is_pattern(&all->list[i]))
			told_add(&explain->facts, &all->list[i]);
	told_sort(&explain->facts);
}

/* A ticket by another name. */

struct candidates {
	const char *ids[CANDIDATES_MAX];
	size_t count;
};

static void add_candidate(struct candidates *candidates, const char *id)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (text_equal(candidates->ids[i], id))
			return;
	if (candidates->count < CANDIDATES_MAX)
		candidates->ids[candidates->count++] = id;
}

/* The names that a thing may be known by: as given, and a Message-ID with its brackets or without. */
static bool answers_to(struct arena *arena, const struct told *told, const char *name)
{
	const size_t size = strlen(name);

	return message_has_text(told->message, name) ||
	       message_has_text(told->message, arena_printf(arena, "<%s>", name)) ||
	       message_has_text(told->message, arena_printf(arena, "address:%s", name)) ||
	       (size > 2 && name[0] == '<' && name[size - 1] == '>' &&
	        message_has_text(told->message, arena_text(arena, name + 1, size - 2)));
}

static enum status find_candidates(struct explain *explain, struct candidates *candidates)
{
	struct arena *const arena = explain->tool->arena;
	const char *name = explain->id;
	struct told_list all = list_make(explain);
	const size_t size = strlen(name);

	if (size > 2 && name[0] == '<' && name[size - 1] == '>')
		name = arena_text(arena, name + 1, size - 2);
	TRY(told_by_name(&explain->store, name, &all));
	for (size_t i = 0; i < all.count; i++)
		if (all.list[i].topic == OPS_TICKETS && !all.list[i].dead &&
		    answers_to(arena, &all.list[i], explain->id))
			add_candidate(candidates, all.list[i].key);
	return STATUS_OK;
}

static void list_json(const struct candidates *candidates)
{
	AUTO_JSON top = json_object();
	json_t *const list = json_array();

	for (size_t i = 0; i < candidates->count; i++)
		json_array_append_new(list, json_string(candidates->ids[i]));
	json_object_set_new(top, "kind", json_string("tickets"));
	json_object_set_new(top, "ids", list);
	json_dumpf(top, stdout, JSON_COMPACT);
	putchar('\n');
}

static int ask_back(struct explain *explain, const struct candidates *candidates)
{
	explain->asked_back = true;
	if (explain->as_json) {
		list_json(candidates);
		return ANSWER_YES;
	}
	printf("%zu tickets answer to that name; which one?\n", candidates->count);
	for (size_t i = 0; i < candidates->count; i++)
		printf("  opsmesh explain ticket %s\n", candidates->ids[i]);
	return ANSWER_YES;
}

static int find_by_key(struct explain *explain, const char *key)
{
	explain->all = list_make(explain);
	if (told_by_key(&explain->store, key, &explain->all) != STATUS_OK)
		return away(explain);
	keep_story(explain, &explain->all);
	return ANSWER_YES;
}

static int nothing(const struct explain *explain)
{
	return tool_fail(explain->tool, ANSWER_NO, "there is no %s %s", explain->kind, explain->id);
}

static bool any_of(const struct explain *explain, int topic)
{
	for (size_t i = 0; i < explain->facts.count; i++)
		if (explain->facts.list[i].topic == topic)
			return true;
	return false;
}

/* What a ticket has in common with others. */

/* That a pattern of the ticket's went quiet names no ticket. */
static enum status add_quieted(struct explain *explain, const char *pattern)
{
	struct told_list all = list_make(explain);

	TRY(told_of_patterns(&explain->store, pattern, &all));
	for (size_t i = 0; i < all.count; i++)
		if (text_equal(all.list[i].name, "pattern_quieted") && !all.list[i].dead &&
		    text_equal(message_text(all.list[i].fact, "pattern_id"), pattern))
			told_add(&explain->facts, &all.list[i]);
	return STATUS_OK;
}

static enum status add_patterns(struct explain *explain)
{
	struct candidates patterns = { .count = 0 };
	struct told_list all = list_make(explain);

	TRY(told_of_patterns(&explain->store, explain->id, &all));
	for (size_t i = 0; i < all.count; i++) {
		const char *const pattern = message_text(all.list[i].fact, "pattern_id");

		if (all.list[i].dead || !message_has_text(all.list[i].message, explain->id))
			continue;
		told_add(&explain->facts, &all.list[i]);
		if (pattern[0] != '\0')
			add_candidate(&patterns, pattern);
	}
	for (size_t i = 0; i < patterns.count; i++)
		TRY(add_quieted(explain, patterns.ids[i]));
	told_sort(&explain->facts);
	return STATUS_OK;
}

static int with_patterns(struct explain *explain, int answer)
{
	if (answer != ANSWER_YES || explain->facts.count == 0)
		return answer;
	return add_patterns(explain) == STATUS_OK ? ANSWER_YES : away(explain);
}

static int find_ticket(struct explain *explain)
{
	struct candidates candidates = { .count = 0 };
	int answer = find_by_key(explain, explain->id);

	if (answer != ANSWER_YES || any_of(explain, OPS_TICKETS))
		return with_patterns(explain, answer);
	if (find_candidates(explain, &candidates) != STATUS_OK)
		return away(explain);
	if (candidates.count == 0)
		return explain->facts.count > 0 ? ANSWER_YES : nothing(explain);
	if (candidates.count > 1)
		return ask_back(explain, &candidates);
	explain->id = candidates.ids[0];
	explain->facts = list_make(explain);
	return with_patterns(explain, find_by_key(explain, explain->id));
}

/* The others. */

/* Before what it says: then that is not older. */
static enum status find_reach(struct explain *explain)
{
	size_t place;

	if (!mesh_store_find(&explain->store, "billing", &place))
		return STATUS_OK;
	return reach_read(&explain->store, place, TIME_MIN, &explain->reach);
}

static int find_account(struct explain *explain)
{
	struct told_list all = list_make(explain);
	int answer;

	if (find_reach(explain) != STATUS_OK)
		return away(explain);
	answer = find_by_key(explain, explain->id);
	if (answer != ANSWER_YES)
		return answer;
	if (told_by_content(&explain->store, explain->id, &all) != STATUS_OK)
		return away(explain);
	for (size_t i = 0; i < all.count; i++) {
		const struct told *const told = &all.list[i];

		if (!told->dead &&
		    ((told->topic == OPS_TICKETS &&
		      text_equal(message_text(told->fact, "account_id"), explain->id)) ||
		     (told->topic == OPS_BILLING &&
		      text_equal(message_text(told->message, "account_id"), explain->id))))
			told_add(&explain->facts, told);
	}
	told_sort(&explain->facts);
	if (explain_find_cases(explain) != STATUS_OK)
		return away(explain);
	return explain->facts.count > 0 ? ANSWER_YES : nothing(explain);
}

/* What is earned of an invoice; in the arena, because the row is gone when the next is asked. */
static void take_earned(void *argument, const struct db_rows *row)
{
	struct explain *const explain = argument;
	struct arena *const arena = explain->tool->arena;

	explain->earned.currency = arena_string(arena, db_text(row, 0, 0));
	explain->earned.day = db_int(row, 0, 2);
	if (!earned_read(arena, db_text(row, 0, 1), &explain->earned))
		explain->earned.count = 0;
}

static const char *customer_of(const struct explain *explain)
{
	const char *customer = "";

	for (size_t i = 0; i < explain->facts.count && customer[0] == '\0'; i++)
		customer = message_text(explain->facts.list[i].message, "customer_id");
	return customer;
}

static enum status find_earned(struct explain *explain)
{
	bool has = false;
	size_t place;

	if (!mesh_store_find(&explain->store, "billing", &place))
		return STATUS_OK;
	TRY(mesh_store_has(&explain->store, place, "deferral", &has));
	if (!has)
		return STATUS_OK;
	return mesh_store_tell(&explain->store, place, &sql_schedule_look, take_earned, explain,
	                       DB_TEXT(customer_of(explain)), DB_TEXT(explain->id));
}

/* What was said of the invoice itself, and whatever names it: payments, discrepancies. */
static int find_invoice(struct explain *explain)
{
	struct told_list all = list_make(explain);

	if (find_reach(explain) != STATUS_OK ||
	    told_by_content(&explain->store, explain->id, &all) != STATUS_OK)
		return away(explain);
	for (size_t i = 0; i < all.count; i++) {
		const struct told *const told = &all.list[i];

		if (!told->dead && told->topic == OPS_BILLING &&
		    message_has_text(told->message, explain->id))
			told_add(&explain->facts, told);
	}
	told_sort(&explain->facts);
	if (explain->facts.count == 0)
		return nothing(explain);
	return find_earned(explain) == STATUS_OK ? ANSWER_YES : away(explain);
}

/* "alert/sla/<ticket>/<metric>/<instance>": the segment of that number. */
static const char *segment(struct arena *arena, const char *id, int number)
{
	for (; number > 0 && id != NULL; number--) {
		id = strchr(id, '/');
		id = id == NULL ? NULL : id + 1;
	}
	return id == NULL ? "" : arena_text(arena, id, strcspn(id, "/"));
}

static bool about_alert(const struct explain *explain, const struct told *told)
{
	struct arena *const arena = explain->tool->arena;
	const Opsmesh__V1__SlaClock *const clock = sum_clock_of(told);

	if (told->topic == OPS_DISPUTES && !told->dead)
		return text_equal(message_text(told->message, "dispute_id"),
		                  segment(arena, explain->id, 3));
	if (told->dead || clock == NULL)
		return told->message != NULL && message_has_text(told->message, explain->id);

	const char *const metric = story_plain(&explain->story, segment(arena, explain->id, 3));

	return text_equal(story_word(&explain->story, &opsmesh__v1__sla_metric__descriptor,
	                             (int)clock->metric),
	                  metric) &&
	       text_equal(arena_printf(arena, "%d", (int)clock->instance),
	                  segment(arena, explain->id, 4));
}

static int find_alert(struct explain *explain)
{
	const char *const ticket = segment(explain->tool->arena, explain->id, 2);
	struct told_list *const all = &explain->all;

	if (!text_starts(explain->id, "alert/") || ticket[0] == '\0')
		return tool_fail(explain->tool, ANSWER_USAGE,
		                 "an alert's id is as alert/sla/<ticket>/<metric>/<instance>, "
		                 "alert/chargeback/<account>/<dispute>/<rule> or "
		                 "alert/kpi/<series>/<rule>/<value>/<window>");
	if (told_by_key(&explain->store, ticket, all) != STATUS_OK)
		return away(explain);
	for (size_t i = 0; i < all->count; i++)
		if (about_alert(explain, &all->list[i]))
			told_add(&explain->facts, &all->list[i]);
	told_sort(&explain->facts);
	return any_of(explain, OPS_ALERTS) ? ANSWER_YES : nothing(explain);
}

/* What chargeback said because of an action names the fact of the action, not its id. */
static enum status add_caused(struct explain *explain, const struct told *action)
{
	const char *const cause = told_id(explain->tool->arena, action);
	struct told_list all = list_make(explain);

	TRY(told_by_content(&explain->store, cause, &all));
	for (size_t i = 0; i < all.count; i++) {
		const struct told *const told = &all.list[i];

		if (told->topic == OPS_DISPUTES && !told->dead &&
		    text_equal(message_text(told->message, "cause_id"), cause) &&
		    message_text(told->fact, "action_id")[0] == '\0')
			told_add(&explain->facts, told);
	}
	return STATUS_OK;
}

static enum status add_consequences(struct explain *explain)
{
	const size_t count = explain->facts.count;

	for (size_t i = 0; i < count; i++) {
		const struct told action = explain->facts.list[i];

		if (action.topic == OPS_ACTIONS && !action.dead)
			TRY(add_caused(explain, &action));
	}
	return STATUS_OK;
}

/* All that was said because of a request, what stages asked of each other included. */
static int find_request(struct explain *explain)
{
	struct told_list all = list_make(explain);

	if (told_by_content(&explain->store, explain->id, &all) != STATUS_OK)
		return away(explain);
	for (size_t i = 0; i < all.count; i++) {
		const struct told *const told = &all.list[i];

		if (text_equal(message_text(told->message, "request_id"), explain->id) ||
		    text_equal(message_text(told->message, "action_id"), explain->id) ||
		    text_equal(message_text(told->fact, "request_id"), explain->id) ||
		    text_equal(message_text(told->fact, "action_id"), explain->id))
			told_add(&explain->facts, told);
	}
	if (add_consequences(explain) != STATUS_OK)
		return away(explain);
	told_sort(&explain->facts);
	return ANSWER_YES;
}

int explain_find(struct explain *explain)
{
	const struct {
		const char *kind;
		int (*find)(struct explain *explain);
	} rows[] = {
		{ "ticket", find_ticket },   { "account", find_account },
		{ "invoice", find_invoice }, { "alert", find_alert },
		{ "request", find_request }, { "dispute", explain_find_dispute },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (text_equal(explain->kind, rows[i].kind))
			return rows[i].find(explain);
	return tool_fail(explain->tool, ANSWER_USAGE,
	                 "%s: one of ticket, account, invoice, dispute, alert, request",
	                 explain->kind);
}
