#include "services/opsmesh/case_list.h"

#include "common/base/text.h"
#include "gen/opsmesh_sql.h"
#include "opsmesh/v1/billing.pb-c.h"

#include <stdlib.h>
#include <string.h>

#define SCRATCH_BLOCK (16UL * 1024)

/* Figures. */

static struct case_figure *find_figure(struct open_case *it, const char *object)
{
	for (size_t i = 0; i < it->count; i++)
		if (text_equal(it->figures[i].object, object))
			return &it->figures[i];
	return NULL;
}

static struct case_figure *add_figure(struct arena *arena, struct open_case *it, const char *object)
{
	if (it->count == it->room) {
		const size_t room = it->room == 0 ? 4 : it->room * 2;
		struct case_figure *const more = arena_alloc(arena, room * sizeof(*more));

		if (it->count > 0)
			memcpy(more, it->figures, it->count * sizeof(*more));
		it->figures = more;
		it->room = room;
	}
	it->figures[it->count] = (struct case_figure){ .object = arena_string(arena, object) };
	return &it->figures[it->count++];
}

/* As a fact says it. */
struct told_figure {
	const Opsmesh__V1__Money *expected;
	const Opsmesh__V1__Money *found;
	int64_t expected_count;
	int64_t found_count;
};

static bool read_money(const Opsmesh__V1__Money *money, struct money *made)
{
	if (money == NULL || !money_currency(money->currency, made->currency))
		return false;
	made->minor = money->minor;
	return true;
}

static void tell_figure(struct open_case *it, struct case_figure *figure,
                        const struct told_figure *told)
{
	figure->known = true;
	figure->money = read_money(told->expected, &figure->expected) &&
	                read_money(told->found, &figure->found) &&
	                text_equal(figure->expected.currency, figure->found.currency);
	if (told->expected == NULL && told->found == NULL) {
		figure->expected.minor = told->expected_count;
		figure->found.minor = told->found_count;
	}
	it->last = *figure;
}

static void drop_figure(struct open_case *it, const struct case_figure *figure)
{
	const size_t place = (size_t)(figure - it->figures);

	it->count--;
	memmove(&it->figures[place], &it->figures[place + 1],
	        (it->count - place) * sizeof(*it->figures));
}

/* Facts. */

/*
 * The objects are those named, with the figures that were known of them; those told now are of one of them.
 * It is the one that is new, or the only one; of several that are not new nobody says which.
 */
static void take_opened(struct arena *arena, struct open_case *it,
                        const Opsmesh__V1__DiscrepancyOpened *fact)
{
	struct open_case before = *it;
	struct case_figure *shown = NULL;

	it->figures = NULL;
	it->count = it->room = 0;
	for (size_t i = 0; i < fact->n_object_ids; i++) {
		const struct case_figure *const old = find_figure(&before, fact->object_ids[i]);
		struct case_figure *const figure = add_figure(arena, it, fact->object_ids[i]);

		if (old != NULL)
			*figure = *old;
	}
	for (size_t i = 0; i < it->count; i++)
		if (it->count == 1 || find_figure(&before, it->figures[i].object) == NULL)
			shown = &it->figures[i];
	for (size_t i = 0; i < it->count && shown == NULL; i++)
		it->figures[i].known = false;
	if (shown != NULL)
		tell_figure(it, shown,
		            &(struct told_figure){ fact->expected, fact->found,
		                                   fact->expected_count, fact->found_count });
	it->severity = (int32_t)fact->severity;
	it->queue = arena_string(arena, fact->queue);
	it->sentence = arena_string(arena, fact->sentence);
	it->escalations = 0;
}

/* By how many objects it has then: one more, as many with other figures, or one fewer. */
static void take_moved(struct arena *arena, struct open_case *it,
                       const Opsmesh__V1__DiscrepancyMoved *fact)
{
	struct case_figure *figure = find_figure(it, fact->object_id);

	if (figure != NULL && fact->objects < (int64_t)it->count) {
		drop_figure(it, figure);
		return;
	}
	if (figure == NULL)
		figure = add_figure(arena, it, fact->object_id);
	tell_figure(it, figure,
	            &(struct told_figure){ fact->expected, fact->found, fact->expected_count,
	                                   fact->found_count });
}

static void take_escalated(struct arena *arena, struct open_case *it,
                           const Opsmesh__V1__DiscrepancyEscalated *fact)
{
	it->escalations = fact->level;
	it->severity = (int32_t)fact->severity;
	it->queue = arena_string(arena, fact->queue);
}

void case_list_take(struct case_list *list, const struct told *told)
{
	const ProtobufCMessageDescriptor *const type = told->fact->descriptor;
	const void *const fact = told->fact;
	struct open_case *const it =
	    map_get(&list->by_id, bytes_of(message_text(told->fact, "discrepancy_id")));

	if (it == NULL)
		return;
	if (type == &opsmesh__v1__discrepancy_opened__descriptor)
		take_opened(list->arena, it, fact);
	else if (type == &opsmesh__v1__discrepancy_moved__descriptor)
		take_moved(list->arena, it, fact);
	else if (type == &opsmesh__v1__discrepancy_escalated__descriptor)
		take_escalated(list->arena, it, fact);
	else if (type == &opsmesh__v1__discrepancy_healed__descriptor)
		it->count = 0;
}

/* Sums. */

bool case_off(const struct open_case *it, struct running *off)
{
	for (size_t i = 0; i < it->count; i++) {
		const struct case_figure *const figure = &it->figures[i];
		int64_t apart;
		int64_t sum;

		if (!figure->known)
			return false;
		if (!figure->money)
			continue;
		if (__builtin_sub_overflow(figure->found.minor, figure->expected.minor, &apart) ||
		    apart == INT64_MIN ||
		    !running_add(off, figure->found.currency, apart < 0 ? -apart : apart, &sum))
			return false;
	}
	return !it->open || it->count > 0;
}

/* Reading. */

struct reading {
	struct case_list *list;
	struct arena *scratch; /* of one fact */
};

static void take_fact(void *argument, const struct db_rows *row)
{
	struct reading *const reading = argument;
	struct told told = { 0 };

	told_unpack(reading->scratch, "ops.billing.v1", db_bytes(row, 0, 0), &told);
	if (told.fact != NULL)
		case_list_take(reading->list, &told);
	arena_reset(reading->scratch);
}

static void read_case(struct case_list *list, const struct db_rows *rows, size_t at)
{
	struct arena *const arena = list->arena;
	struct open_case *const it = &list->cases[list->count++];

	*it = (struct open_case){
		.id = arena_string(arena, db_text(rows, at, 0)),
		.customer = arena_string(arena, db_text(rows, at, 1)),
		.account = arena_string(arena, db_text(rows, at, 2)),
		.cause = arena_string(arena, db_text(rows, at, 3)),
		.state = arena_string(arena, db_text(rows, at, 4)),
		.since = db_time(rows, at, 5),
		.now = db_time(rows, at, 6),
		.owner = arena_string(arena, db_text(rows, at, 7)),
		.acknowledged_by = arena_string(arena, db_text(rows, at, 8)),
		.acknowledged_at = db_time(rows, at, 9),
		.queue = "",
		.sentence = "",
	};
	it->open = text_equal(it->state, "open");
	(void)map_set(&list->by_id, bytes_of(it->id), it);
}

enum status case_list_read(struct case_list *list, struct mesh_store *store, bool all)
{
	struct reading reading = { .list = list };
	size_t place;
	enum status status;
	AUTO_ROWS rows = NULL;

	*list = (struct case_list){ .arena = store->arena };
	if (!mesh_store_find(store, "billing", &place))
		return STATUS_OK;
	TRY(mesh_store_has(store, place, "discrepancy", &list->has_books));
	if (!list->has_books)
		return STATUS_OK;
	TRY(reach_read(store, place, TIME_MIN, &list->reach));
	TRY(mesh_store_query(store, place, &sql_discrepancy_look, &rows, DB_INT(all)));
	list->cases = arena_alloc(list->arena, (db_rows_count(rows) + 1) * sizeof(*list->cases));
	for (size_t i = 0; i < db_rows_count(rows); i++)
		read_case(list, rows, i);
	reading.scratch = arena_create(SCRATCH_BLOCK);
	status = mesh_store_tell(store, place, &sql_discrepancy_fact_look, take_fact, &reading,
	                         DB_INT(all));
	arena_destroy(reading.scratch);
	case_list_sort(list);
	return status;
}

static int compare(const void *a, const void *b)
{
	const struct open_case *const one = a;
	const struct open_case *const other = b;
	int order = other->open - one->open;

	if (order == 0)
		order = (other->severity > one->severity) - (other->severity < one->severity);
	if (order == 0)
		order = (one->since.us > other->since.us) - (one->since.us < other->since.us);
	return order != 0 ? order : strcmp(one->id, other->id);
}

/* The map's values move with it: nothing is taken in afterwards. */
void case_list_sort(struct case_list *list)
{
	map_clear(&list->by_id);
	if (list->count > 0)
		qsort(list->cases, list->count, sizeof(*list->cases), compare);
}

void case_list_finish(struct case_list *list)
{
	map_finish(&list->by_id);
}
