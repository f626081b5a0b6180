#include "services/ingest/desk.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/ingest/lines.h"

enum status desk_turn(struct desk *desk, const char *ticket_id)
{
	struct task *const task = desk->task;

	TRY(task_key(task, "ticket_id", ticket_id, TICKET_ID_MAX));
	desk->row = (struct ticket_row){ .ticket_id = ticket_id,
		                         .opened_at = TIME_MIN,
		                         .changed_at = TIME_MIN };
	desk->changed = false;
	(void)task_load(task, &ticket_table, &desk->row);
	return STATUS_OK;
}

enum status desk_open(struct desk *desk, struct task *task, const char *ticket_id)
{
	*desk = (struct desk){ .task = task, .request_id = "", .at = task->event->time };
	return desk_turn(desk, ticket_id);
}

enum status desk_open_request(struct desk *desk, struct task *task)
{
	const Opsmesh__V1__ByTicketEvent *const event = (const void *)task->message;

	TRY(desk_open(desk, task, event->ticket_id));
	if (!proto_instant(event->occurred_at, &desk->at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	desk->actor = event->actor;
	desk->request_id = event->request_id;
	return STATUS_OK;
}

void desk_save(const struct desk *desk)
{
	task_save(desk->task, &ticket_table, &desk->row);
}

enum status desk_say(struct desk *desk, Opsmesh__V1__TicketEvent *event)
{
	event->ticket_id = text_mutable(desk->row.ticket_id);
	event->occurred_at = proto_timestamp(desk->task->arena, desk->at);
	event->actor = desk->actor;
	event->request_id = text_mutable(desk->request_id);
	desk->changed = true;
	return task_emit(desk->task, &(struct emission){ .topic = OPS_TICKETS,
	                                                 .key = desk->row.ticket_id,
	                                                 .time = desk->at,
	                                                 .message = &event->base });
}

enum status desk_refuse(struct desk *desk, Opsmesh__V1__RefusalCode code, const char *field,
                        const char *reason)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__RequestRefused refused = OPSMESH__V1__REQUEST_REFUSED__INIT;

	refused.request_id = text_mutable(desk->request_id);
	refused.code = code;
	refused.field = text_mutable(field);
	refused.reason = text_mutable(reason);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_REQUEST_REFUSED;
	event.request_refused = &refused;
	return desk_say(desk, &event);
}

bool desk_closed(const struct desk *desk)
{
	return desk->row.status == OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_CLOSED;
}

/* Assignment, priority, tags. */

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

enum status desk_assign(struct desk *desk, const char *assignee, const char *team)
{
	struct ticket_row *const row = &desk->row;
	const char *const before[] = { or_empty(row->assignee), or_empty(row->team) };
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketAssigned assigned = OPSMESH__V1__TICKET_ASSIGNED__INIT;

	if (assignee == NULL)
		assignee = before[0];
	if (team == NULL)
		team = before[1];
	if (text_equal(assignee, before[0]) && text_equal(team, before[1]))
		return STATUS_OK;
	row->assignee = assignee;
	row->team = team;
	assigned.assignee = text_mutable(assignee);
	assigned.team = text_mutable(team);
	assigned.previous_assignee = text_mutable(before[0]);
	assigned.previous_team = text_mutable(before[1]);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_ASSIGNED;
	event.assigned = &assigned;
	return desk_say(desk, &event);
}

enum status desk_prioritise(struct desk *desk, Opsmesh__V1__Priority priority, const char *verbatim,
                            const char *reason)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__PriorityChanged changed = OPSMESH__V1__PRIORITY_CHANGED__INIT;

	if (desk->row.priority == (int64_t)priority)
		return STATUS_OK;
	changed.from_priority = (Opsmesh__V1__Priority)desk->row.priority;
	changed.to_priority = priority;
	changed.to_verbatim = text_mutable(verbatim);
	changed.reason = text_mutable(reason);
	desk->row.priority = (int64_t)priority;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_PRIORITY_CHANGED;
	event.priority_changed = &changed;
	return desk_say(desk, &event);
}

/* Those of wanted that are in tags, or that are not; sorted. */
static struct lines tags_of(struct arena *arena, char *const *wanted, size_t count,
                            const struct lines *tags, bool in)
{
	struct lines found = lines_split(arena, NULL, count);

	for (size_t i = 0; i < count; i++)
		if (lines_have(tags, wanted[i]) == in && !lines_have(&found, wanted[i]))
			found.items[found.count++] = wanted[i];
	lines_sort(&found);
	return found;
}

/* What is removed and added at once is there afterwards. */
static struct lines tags_after(struct arena *arena, const struct lines *tags,
                               const struct lines *added, const struct lines *removed)
{
	struct lines after = lines_split(arena, NULL, tags->count + added->count);

	for (size_t i = 0; i < tags->count; i++)
		if (!lines_have(removed, tags->items[i]))
			after.items[after.count++] = tags->items[i];
	for (size_t i = 0; i < added->count; i++)
		after.items[after.count++] = added->items[i];
	lines_sort(&after);
	return after;
}

static enum status say_tagged(struct desk *desk, const struct lines *added,
                              const struct lines *removed, const struct lines *tags)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketTagged tagged = OPSMESH__V1__TICKET_TAGGED__INIT;

	tagged.n_added = added->count;
	tagged.added = (char **)(uintptr_t)added->items;
	tagged.n_removed = removed->count;
	tagged.removed = (char **)(uintptr_t)removed->items;
	tagged.n_tags = tags->count;
	tagged.tags = (char **)(uintptr_t)tags->items;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_TAGGED;
	event.tagged = &tagged;
	return desk_say(desk, &event);
}

enum status desk_tag(struct desk *desk, char *const *added, size_t added_count,
                     char *const *removed, size_t removed_count, bool *fits)
{
	struct arena *const arena = desk->task->arena;
	const struct lines before = lines_split(arena, desk->row.tags, 0);
	const struct lines coming = tags_of(arena, added, added_count, &before, false);
	const struct lines staying = { (const char **)(uintptr_t)added, added_count };
	struct lines going = tags_of(arena, removed, removed_count, &before, true);
	size_t kept = 0;

	for (size_t i = 0; i < going.count; i++)
		if (!lines_have(&staying, going.items[i]))
			going.items[kept++] = going.items[i];
	going.count = kept;
	const struct lines after = tags_after(arena, &before, &coming, &going);

	*fits = after.count <= TICKET_TAGS_MAX;
	if (!*fits || (coming.count == 0 && going.count == 0))
		return STATUS_OK;
	desk->row.tags = lines_join(arena, &after);
	return say_tagged(desk, &coming, &going, &after);
}
