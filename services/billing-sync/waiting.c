#include "services/billing-sync/waiting.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

bool waiting_read(struct task *task, struct bytes waiting, Opsmesh__V1__MirroredList *list)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	opsmesh__v1__mirrored_list__init(list);
	if (waiting.size == 0)
		return true;
	if (!proto_unpack(task->arena, &opsmesh__v1__mirrored_list__descriptor, waiting, &message,
	                  reason))
		return false;
	*list = *(const Opsmesh__V1__MirroredList *)(const void *)message;
	return true;
}

void waiting_put(struct arena *arena, Opsmesh__V1__MirroredList *list,
                 const Opsmesh__V1__ObjectMirrored *mirrored)
{
	Opsmesh__V1__ObjectMirrored **const items =
	    arena_alloc(arena, (list->n_items + 1) * sizeof(struct Opsmesh__V1__ObjectMirrored *));
	Opsmesh__V1__ObjectMirrored *const copy = arena_copy(arena, mirrored, sizeof(*mirrored));
	size_t count = 0;
	size_t at = 0;

	while (at < list->n_items && strcmp(list->items[at]->object_id, copy->object_id) < 0)
		items[count++] = list->items[at++];
	const bool same =
	    at < list->n_items && text_equal(list->items[at]->object_id, copy->object_id);

	items[count++] =
	    same && list->items[at]->revision > copy->revision ? list->items[at] : copy;
	for (at += same; at < list->n_items; at++)
		items[count++] = list->items[at];
	list->items = items;
	list->n_items = count;
}
