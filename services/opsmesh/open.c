#include "services/opsmesh/open.h"

#include "common/base/text.h"
#include "gen/opsmesh_sql.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "services/opsmesh/clock_sum.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_BLOCK (16UL * 1024)

/* Clocks. */

struct reading {
	struct open_list *list;
	struct arena *scratch; /* of one fact */
	struct map clocks;     /* id -> struct open_clock */
};

static const char *policy_of(struct arena *arena, const Opsmesh__V1__SlaClock *clock)
{
	return clock->policy == NULL || clock->policy->id[0] == '\0'
	           ? ""
	           : arena_printf(arena, "%s %s", clock->policy->id, clock->policy->version);
}

static struct open_clock *clock_of(struct reading *reading, const char *ticket_id,
                                   const Opsmesh__V1__SlaClock *clock)
{
	struct arena *const arena = reading->list->arena;
	const char *const id = arena_printf(reading->scratch, "%s/%d/%" PRId32, ticket_id,
	                                    (int)clock->metric, clock->instance);
	struct open_clock *found = map_get(&reading->clocks, bytes_of(id));

	if (found == NULL) {
		found = arena_zero(arena, sizeof(*found));
		found->id = arena_string(arena, id);
		found->ticket_id = arena_string(arena, ticket_id);
		(void)map_set(&reading->clocks, bytes_of(found->id), found);
	}
	return found;
}

/* What is said later replaces what was said before. */
static void take_fact(void *argument, const struct db_rows *row)
{
	struct reading *const reading = argument;
	struct told told = { 0 };

	told_unpack(reading->scratch, "ops.sla.v1", db_bytes(row, 0, 0), &told);

	const Opsmesh__V1__SlaClock *const clock = sum_clock_of(&told);

	if (clock != NULL) {
		struct open_clock *const kept =
		    clock_of(reading, message_text(told.message, "ticket_id"), clock);

		kept->metric = (int32_t)clock->metric;
		kept->instance = clock->instance;
		kept->state = (int32_t)clock->state;
		kept->open = sum_clock_open(clock);
		kept->target = (struct duration){ clock->target_us };
		kept->used = (struct duration){ clock->elapsed_us };
		if (clock->due == NULL || !proto_instant(clock->due, &kept->due))
			kept->due = TIME_MAX;
		kept->policy = policy_of(reading->list->arena, clock);
	}
	arena_reset(reading->scratch);
}

static void keep_open(struct reading *reading)
{
	struct open_list *const list = reading->list;
	void *value;

	list->clocks = arena_alloc(list->arena, (reading->clocks.count + 1) * sizeof(void *));
	for (size_t at = 0; map_next(&reading->clocks, &at, &value);) {
		struct open_clock *const clock = value;

		if (clock->open)
			list->clocks[list->clock_count++] = clock;
	}
}

static enum status read_clocks(struct open_list *list, struct mesh_store *store)
{
	struct reading reading = { .list = list };
	AUTO_ROWS rows = NULL;
	size_t place;
	enum status status;

	list->now = time_now();
	if (!mesh_store_find(store, "sla", &place))
		return STATUS_OK;
	TRY(mesh_store_all(store, place, &sql_clock_time_look, &rows));
	if (db_rows_count(rows) == 1 && !db_is_null(rows, 0, 0))
		list->now = db_time(rows, 0, 0);
	reading.scratch = arena_create(SCRATCH_BLOCK);
	status = mesh_store_each(store, place, &sql_open_clock_look, take_fact, &reading);
	if (status == STATUS_OK)
		keep_open(&reading);
	map_finish(&reading.clocks);
	arena_destroy(reading.scratch);
	return status;
}

/* Tickets. */

static void read_ticket(struct open_list *list, const struct db_rows *rows, size_t at)
{
	struct open_ticket *const ticket = &list->tickets[list->ticket_count++];

	*ticket = (struct open_ticket){
		.id = arena_string(list->arena, db_text(rows, at, 0)),
		.status = (int32_t)db_int(rows, at, 1),
		.priority = (int32_t)db_int(rows, at, 2),
		.tier = (int32_t)db_int(rows, at, 3),
		.account = arena_string(list->arena, db_text(rows, at, 4)),
		.assignee = arena_string(list->arena, db_text(rows, at, 5)),
		.team = arena_string(list->arena, db_text(rows, at, 6)),
		.intent = "",
		.category = "",
		.opened = db_is_null(rows, at, 7) ? TIME_MIN : db_time(rows, at, 7),
		.due = TIME_MAX,
	};
	ticket->queue = ticket->team;
	(void)map_set(&list->tickets_by_id, bytes_of(ticket->id), ticket);
}

static enum status read_tickets(struct open_list *list, struct mesh_store *store)
{
	AUTO_ROWS rows = NULL;
	size_t place;

	if (!mesh_store_find(store, "ingest", &place))
		return STATUS_OK;
	TRY(mesh_store_query(store, place, &sql_open_ticket_look, &rows,
	                     DB_INT(OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_SOLVED),
	                     DB_INT(OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_CLOSED)));
	list->tickets =
	    arena_alloc(list->arena, (db_rows_count(rows) + 1) * sizeof(*list->tickets));
	for (size_t i = 0; i < db_rows_count(rows); i++)
		read_ticket(list, rows, i);
	return STATUS_OK;
}

/* Triage. */

static enum status triage_exists(struct mesh_store *store, size_t place, bool *exists)
{
	AUTO_ROWS rows = NULL;

	TRY(mesh_store_all(store, place, &sql_triage_exists, &rows));
	*exists = db_rows_count(rows) == 1 && db_int(rows, 0, 0) != 0;
	return STATUS_OK;
}

/* "high"; unspecified for a word that this version does not know. */
static int32_t priority_of(const char *word)
{
	static const char *const words[] = {
		[OPSMESH__V1__PRIORITY__PRIORITY_LOW] = "low",
		[OPSMESH__V1__PRIORITY__PRIORITY_NORMAL] = "normal",
		[OPSMESH__V1__PRIORITY__PRIORITY_HIGH] = "high",
		[OPSMESH__V1__PRIORITY__PRIORITY_URGENT] = "urgent",
	};

	for (int32_t i = 1; i < (int32_t)COUNT_OF(words); i++)
		if (text_equal(words[i], word))
			return i;
	return OPSMESH__V1__PRIORITY__PRIORITY_UNSPECIFIED;
}

/* What the classifier does not know leaves what ingest does. */
static void read_triage_row(struct open_list *list, const struct db_rows *rows, size_t at)
{
	struct open_ticket *const ticket =
	    map_get(&list->tickets_by_id, bytes_of(db_text(rows, at, 0)));
	const char *const queue = arena_string(list->arena, db_text(rows, at, 4));
	const int32_t priority = priority_of(db_text(rows, at, 3));

	if (ticket == NULL)
		return;
	ticket->intent = arena_string(list->arena, db_text(rows, at, 1));
	ticket->category = arena_string(list->arena, db_text(rows, at, 2));
	ticket->priority =
	    priority == OPSMESH__V1__PRIORITY__PRIORITY_UNSPECIFIED ? ticket->priority : priority;
	ticket->queue = queue[0] == '\0' ? ticket->queue : queue;
	ticket->needs_human = db_int(rows, at, 5) != 0;
}

static enum status read_triage(struct open_list *list, struct mesh_store *store)
{
	struct db_array ids = { 0 };
	AUTO_ROWS rows = NULL;
	bool exists = false;
	size_t place;
	enum status status;

	if (!mesh_store_find(store, "classifier", &place))
		return STATUS_OK;
	TRY(triage_exists(store, place, &exists));
	if (!exists)
		return STATUS_OK;
	db_array_clear(&ids, DB_KIND_TEXT);
	for (size_t i = 0; i < list->ticket_count; i++)
		db_array_run(&ids, bytes_of(list->tickets[i].id));
	status = mesh_store_query(store, place, &sql_triage_look, &rows, DB_ARRAY(&ids));
	db_array_finish(&ids);
	for (size_t i = 0; i < db_rows_count(rows) && status == STATUS_OK; i++)
		read_triage_row(list, rows, i);
	return status;
}

static void join(struct open_list *list)
{
	for (size_t i = 0; i < list->clock_count; i++) {
		const struct open_clock *const clock = list->clocks[i];
		struct open_ticket *const ticket =
		    map_get(&list->tickets_by_id, bytes_of(clock->ticket_id));

		if (ticket == NULL)
			continue;
		ticket->due = time_earlier(ticket->due, clock->due);
		ticket->breaches += clock->state == OPSMESH__V1__SLA_STATE__SLA_STATE_BREACHED;
	}
}

/* Order. */

static int by_time(struct instant one, struct instant other)
{
	return (one.us > other.us) - (one.us < other.us);
}

static int compare_tickets(const void *a, const void *b)
{
	const struct open_ticket *const one = a;
	const struct open_ticket *const other = b;
	int order = by_time(one->due, other->due);

	if (order == 0)
		order = by_time(one->opened, other->opened);
	return order != 0 ? order : strcmp(one->id, other->id);
}

static int compare_clocks(const void *a, const void *b)
{
	const struct open_clock *const one = *(struct open_clock *const *)a;
	const struct open_clock *const other = *(struct open_clock *const *)b;
	const int order = by_time(one->due, other->due);

	return order != 0 ? order : strcmp(one->id, other->id);
}

enum status open_list_read(struct open_list *list, struct mesh_store *store)
{
	*list = (struct open_list){ .arena = store->arena };
	TRY(read_clocks(list, store));
	TRY(read_tickets(list, store));
	TRY(read_triage(list, store));
	join(list);
	if (list->clock_count > 0)
		qsort(list->clocks, list->clock_count, sizeof(void *), compare_clocks);
	map_clear(&list->tickets_by_id);
	if (list->ticket_count > 0)
		qsort(list->tickets, list->ticket_count, sizeof(*list->tickets), compare_tickets);
	for (size_t i = 0; i < list->ticket_count; i++)
		(void)map_set(&list->tickets_by_id, bytes_of(list->tickets[i].id),
		              &list->tickets[i]);
	return STATUS_OK;
}

void open_list_finish(struct open_list *list)
{
	map_finish(&list->tickets_by_id);
}

const struct open_ticket *open_list_ticket(const struct open_list *list, const char *id)
{
	return map_get(&list->tickets_by_id, bytes_of(id));
}
