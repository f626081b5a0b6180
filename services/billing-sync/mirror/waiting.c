#include "services/billing-sync/mirror/waiting.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/billing-sync/ledger/balance_transaction.h"

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

/* Bytes: less than PROTO_SIZE_MAX by the ids that may be noted, more than a record. */
#define FITTING_MAX ((size_t)960 << 10)

bool waiting_fits(const Opsmesh__V1__MirroredList *list)
{
	return protobuf_c_message_get_packed_size(&list->base) <= FITTING_MAX;
}

/* What a state tells of money. */

#define PAYLOAD_MAX ((size_t)1 << 20) /* what a broker carries */

/* The document that was read; NULL: it cannot be, and tells nothing. */
static json_t *read_state(const Opsmesh__V1__ObjectMirrored *state)
{
	json_t *document = NULL;
	struct json_error error;

	return json_parse_brief((struct bytes){ state->payload.data, state->payload.len },
	                        PAYLOAD_MAX, &document, &error)
	           ? document
	           : NULL;
}

static size_t transactions_of(const Opsmesh__V1__ObjectMirrored *state, const json_t *document,
                              const json_t *found[static BALANCE_TRANSACTIONS_WITHIN])
{
	if (!text_equal(state->object_type, "balance_transaction"))
		return balance_transactions_within(document, found);
	found[0] = document;
	return document != NULL ? 1 : 0;
}

static bool same_transaction(const json_t *a, const json_t *b)
{
	static const char *const fields[] = { "id", "amount", "net" };
	bool same = true;

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		const json_t *const left = json_object_get(a, fields[i]);
		const json_t *const right = json_object_get(b, fields[i]);

		same = same && (left == right || json_equal(left, right));
	}
	return same;
}

/* All that the one tells of money the other tells too. */
static bool tells_all_of(const Opsmesh__V1__ObjectMirrored *newer,
                         const Opsmesh__V1__ObjectMirrored *older)
{
	AUTO_JSON before = read_state(older);
	AUTO_JSON after = read_state(newer);
	const json_t *told[BALANCE_TRANSACTIONS_WITHIN];
	const json_t *tells[BALANCE_TRANSACTIONS_WITHIN];
	const size_t count = transactions_of(older, before, told);
	const size_t among = transactions_of(newer, after, tells);
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < among; k++)
			if (same_transaction(told[i], tells[k])) {
				found++;
				break;
			}
	return found == count;
}

/* The list. */

static bool same_object(const Opsmesh__V1__ObjectMirrored *a, const Opsmesh__V1__ObjectMirrored *b)
{
	return text_equal(a->object_id, b->object_id);
}

static bool is_before(const Opsmesh__V1__ObjectMirrored *a, const Opsmesh__V1__ObjectMirrored *b)
{
	return same_object(a, b) ? a->revision <= b->revision
	                         : strcmp(a->object_id, b->object_id) < 0;
}

static bool is_needed(const Opsmesh__V1__MirroredList *list, size_t which)
{
	for (size_t i = which + 1; i < list->n_items; i++)
		if (same_object(list->items[which], list->items[i]) &&
		    tells_all_of(list->items[i], list->items[which]))
			return false;
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

	while (at < list->n_items && is_before(list->items[at], copy))
		items[count++] = list->items[at++];
	items[count++] = copy;
	while (at < list->n_items)
		items[count++] = list->items[at++];
	list->items = items;
	list->n_items = count;
	for (size_t i = count = 0; i < list->n_items; i++)
		if (!same_object(items[i], copy) || is_needed(list, i))
			items[count++] = items[i];
	list->n_items = count;
}
