/*
 * What a state names that nobody is told as such: one that is stale, or that was followed by another before its
 * customer was known. It is told with the state that stands, so that what is missed does not depend on the order.
 */
#include "services/billing-sync/mirror/named.h"
#include "services/billing-sync/object/object.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

#define NAMES_MAX \
	64 /* of one object: its invoices, as a rule one; what is named beyond that is not followed */

static void read_names(struct object *it, struct bytes body, struct named_list *list)
{
	AUTO_JSON document = NULL;
	struct json_error error;

	list->count = 0;
	if (!json_parse_brief(body, OBSERVED_PAYLOAD_MAX, &document, &error))
		return;
	const struct json_place object = json_top(document);

	named_read(it->task->arena, it->row.object_type, &object, list);
}

static enum status unpack(struct object *it, Opsmesh__V1__NamedList *list)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	opsmesh__v1__named_list__init(list);
	if (it->row.named.size == 0)
		return STATUS_OK;
	if (!proto_unpack(it->task->arena, &opsmesh__v1__named_list__descriptor, it->row.named,
	                  &message, reason))
		return task_fail(it->task, STATUS_FATAL, "object %s: what it names cannot be read",
		                 it->row.object_id);
	*list = *(const Opsmesh__V1__NamedList *)(const void *)message;
	return STATUS_OK;
}

static int compare(const Opsmesh__V1__Named *a, const struct named *b)
{
	const int types = strcmp(a->object_type, b->type);

	return types != 0 ? types : strcmp(a->object_id, b->id);
}

static Opsmesh__V1__Named *make(struct arena *arena, const struct named *named, struct instant at)
{
	Opsmesh__V1__Named *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__named__init(made);
	made->object_type = text_mutable(named->type);
	made->object_id = text_mutable(named->id);
	made->at = proto_timestamp(arena, at);
	return made;
}

/* In the order of types and ids, each with the earliest time. True: more is known than before. */
static bool put(struct object *it, Opsmesh__V1__NamedList *list, const struct named *named,
                struct instant at)
{
	struct arena *const arena = it->task->arena;
	Opsmesh__V1__Named **const items =
	    arena_alloc(arena, (list->n_items + 1) * sizeof(struct Opsmesh__V1__Named *));
	struct instant before;
	size_t place = 0;
	size_t count;

	for (; place < list->n_items && compare(list->items[place], named) < 0; place++)
		items[place] = list->items[place];
	const bool known = place < list->n_items && compare(list->items[place], named) == 0;

	if (known ? proto_instant(list->items[place]->at, &before) && !time_before(at, before)
	          : list->n_items >= NAMES_MAX)
		return false;
	count = place;
	items[count++] = make(arena, named, at);
	for (place += known; place < list->n_items; place++)
		items[count++] = list->items[place];
	list->n_items = count;
	list->items = items;
	return true;
}

/* What this state names, and the one that stands does not. */
static bool put_names(struct object *it, Opsmesh__V1__NamedList *list, struct bytes body,
                      struct instant at)
{
	struct named_list names;
	struct named_list standing;
	bool more = false;

	read_names(it, body, &names);
	if (names.count == 0)
		return false;
	read_names(it, it->row.body, &standing);
	for (size_t i = 0; i < names.count; i++)
		if (!named_has(&standing, &names.items[i]))
			more |= put(it, list, &names.items[i], at);
	return more;
}

enum status object_follow_names(struct object *it, const struct object_row *before, bool *more)
{
	const bool passed = !it->seen.bare && !text_equal(it->seen.digest, it->row.digest);
	const bool replaced = before->revision > 0 && before->customer_id == NULL &&
	                      !before->bare && !text_equal(before->digest, it->row.digest);
	Opsmesh__V1__NamedList list;

	*more = false;
	if (!named_by_type(it->row.object_type) ||
	    (!passed && !replaced && it->row.named.size == 0))
		return STATUS_OK;
	TRY(unpack(it, &list));
	if (passed)
		*more |= put_names(it, &list, it->seen.body, it->seen.state_at);
	if (replaced)
		*more |= put_names(it, &list, before->body, before->state_at);
	if (*more)
		it->row.named = proto_pack(it->task->arena, &list.base);
	it->named = list;
	return STATUS_OK;
}
