#include "common/base/check.h"
#include "tests/support/memory_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_ENDLESS 1000000 /* only a crash ends the waiting */

static bool away(const struct memory_store *store, int of_thousand)
{
	return store->faults && chance_of(store->chance, of_thousand);
}

/* Whoever takes over ends the transactions that hold the row; of each it may have been too late. */
static void end_others(struct memory_store *store, const struct image *image)
{
	size_t at = 0;

	for (struct pending *pending = store->pending; pending != NULL;) {
		struct pending *const next = pending->next;
		bool holds = false;

		for (size_t i = 0; i < pending->count; i++)
			holds = holds || pending->batches[i].image == image;
		if (holds) {
			(void)memory_pending_unlink(store, at);
			if (chance_of(store->chance, 500))
				(void)memory_commit(store, pending, NULL);
		} else {
			at++;
		}
		pending = next;
	}
}

static void restore(struct memory_store *store, const struct image *image, struct shard *shard)
{
	const struct catalogue *const catalogue = store->context->catalogue;
	const size_t partitions = (size_t)store->context->partitions;

	shard_restore_row(shard, &image->row);
	for (size_t i = 0; i < image->topic_count && image->used; i++)
		shard_restore_topic(shard, catalogue->topics[image->topics[i].topic].name,
		                    image->topics[i].next, image->topics[i].appended,
		                    image->topics[i].hash);
	for (size_t i = 0; i < image->inputs.count; i++)
		shard_restore_folded(shard, catalogue->topics[image->inputs.inputs[i].topic].name,
		                     image->inputs.inputs[i].source,
		                     image->inputs.inputs[i].folded);
	for (size_t i = 0; i < shard->high_count * partitions; i++)
		shard_restore_high(shard,
		                   catalogue->topics[shard->high_topics[i / partitions]].name,
		                   (int32_t)(i % partitions), image->high[i]);
}

static void restore_resident(const struct image *image, struct shard *shard)
{
	void *value;

	for (size_t at = 0; map_next(&image->state, &at, &value);) {
		const struct stored *const stored = value;
		const char *const name = stored->name.data;
		const size_t size = strlen(name) + 1;

		for (size_t i = 0; i < shard->table_count; i++)
			if (shard->tables[i]->resident && strcmp(shard->tables[i]->name, name) == 0)
				shard_put(shard, shard->tables[i],
				          (struct bytes){ name + size, stored->name.size - size },
				          stored->value);
	}
}

static enum status memory_open(void *context, struct shard *shard, bool raise)
{
	struct memory_session *const session = context;
	struct memory_store *const store = session->store;
	struct image *const image = memory_store_image(store, shard->stage->name, shard->number);

	if (away(store, 30))
		return STATUS_RETRY;
	if (raise) {
		end_others(store, image);
		image->row.epoch++;
	}
	restore(store, image, shard);
	restore_resident(image, shard);
	return STATUS_OK;
}

static enum status memory_load(void *context, struct shard *shard, const struct state_table *table,
                               const struct bytes *keys, size_t count)
{
	struct memory_session *const session = context;
	struct memory_store *const store = session->store;
	struct image *const image = memory_store_image(store, shard->stage->name, shard->number);

	if (away(store, 30))
		return STATUS_RETRY;
	for (size_t i = 0; i < count; i++)
		shard_put(shard, table, keys[i], image_row(image, table, keys[i]));
	return STATUS_OK;
}

static struct instant due_of(const struct stored *timer)
{
	struct instant due;

	memcpy(&due, timer->value.data, sizeof(due));
	return due;
}

static int by_due(const void *a, const void *b)
{
	const struct instant left = due_of(*(const struct stored *const *)a);
	const struct instant right = due_of(*(const struct stored *const *)b);

	return time_before(left, right) ? -1 : time_before(right, left);
}

/* A timer's name is "<name of the stage's table>:<key>". */
static void tell_timer(struct shard *shard, const struct stored *timer)
{
	const char *const text = timer->name.data;
	const char *const colon = memchr(text, ':', timer->name.size);
	char name[64];

	CHECK(snprintf(name, sizeof(name), "%.*s", (int)(colon - text), text) > 0);
	shard_restore_timer(shard, name, colon + 1, due_of(timer));
}

static enum status memory_timers(void *context, struct shard *shard, struct instant from,
                                 size_t limit)
{
	struct memory_session *const session = context;
	const struct image *const image =
	    memory_store_image(session->store, shard->stage->name, shard->number);
	const struct stored **const found =
	    memory_zero((image->timers.count + 1) * sizeof(struct stored *));
	size_t count = 0;
	void *value;

	for (size_t at = 0; map_next(&image->timers, &at, &value);)
		if (!time_before(due_of(value), from))
			found[count++] = value;
	if (count > 1)
		qsort(found, count, sizeof(struct stored *), by_due);
	for (size_t i = 0;
	     i < count && (i < limit || due_of(found[i]).us == due_of(found[limit - 1]).us); i++)
		tell_timer(shard, found[i]);
	memory_free(found);
	return away(session->store, 20) ? STATUS_RETRY : STATUS_OK;
}

static enum status memory_facts(void *context, const struct shard *shard, int64_t above,
                                size_t limit, void (*tell)(void *argument, const struct fact *fact),
                                void *argument)
{
	struct memory_session *const session = context;
	const struct image *const image =
	    memory_store_image(session->store, shard->stage->name, shard->number);

	if (away(session->store, 20))
		return STATUS_RETRY;
	for (size_t i = 0; i < image->fact_count && limit > 0; i++)
		if (image->facts[i].sequence > above) {
			tell(argument, &image->facts[i]);
			limit--;
		}
	return STATUS_OK;
}

static enum status memory_begin(void *context, const struct batch *batches, size_t count)
{
	struct memory_session *const session = context;
	struct memory_store *const store = session->store;

	CHECK(session->under_way == NULL);
	if (away(store, 10))
		return STATUS_RETRY;
	struct pending *const pending = arena_zero(store->arena, sizeof(*pending));

	if (session->writer == 0)
		session->writer = ++store->writers;
	pending->writer = session->writer;
	pending->count = count;
	pending->batches = arena_alloc(store->arena, count * sizeof(*pending->batches));
	for (size_t i = 0; i < count; i++)
		pending->batches[i] = memory_batch_copy(store, &batches[i]);
	session->under_way = pending;
	session->patience = away(store, 20) ? PATIENCE_ENDLESS : chance_below(store->chance, 3);
	session->lost = false;
	return STATUS_OK;
}

static enum store_answer memory_end(void *context, struct duration wait, bool *failed)
{
	struct memory_session *const session = context;
	struct memory_store *const store = session->store;
	struct pending *const pending = session->under_way;

	(void)wait;
	if (session->lost)
		return STORE_LOST;
	if (store->faults && session->patience-- > 0)
		return STORE_PENDING;
	session->under_way = NULL;
	if (away(store, 150)) { /* the connection is lost on the way */
		const int fate = chance_below(store->chance, 10);

		store->unknown++;
		if (fate < 4) {
			(void)memory_commit(store, pending, NULL);
		} else if (fate < 7) {
			pending->next = store->pending;
			store->pending = pending;
		}
		return STORE_LOST;
	}
	if (memory_commit(store, pending, failed))
		return STORE_COMMITTED;
	store->fenced++;
	return STORE_FENCED;
}

static void let_go(struct memory_session *session)
{
	session->under_way->next = session->store->pending;
	session->store->pending = session->under_way;
	session->under_way = NULL;
}

/* The transaction under way ends without us, or never. */
static void forsake(struct memory_session *session)
{
	if (session->under_way != NULL && chance_of(session->store->chance, 500))
		let_go(session);
	session->under_way = NULL;
	session->lost = false;
}

void memory_session_crash(struct memory_session *session)
{
	forsake(session);
	session->writer = 0;
}

void memory_session_freeze(struct memory_session *session)
{
	if (session->under_way == NULL || !chance_of(session->store->chance, 500))
		return;
	let_go(session);
	session->lost = true;
}

static enum status memory_reconnect(void *context)
{
	struct memory_session *const session = context;

	if (away(session->store, 100))
		return STATUS_RETRY;
	forsake(session);
	return STATUS_OK;
}

static const char *memory_reason(void *context)
{
	(void)context;
	return "the model of the store said so";
}

const struct store_ops memory_store_ops = {
	.open = memory_open,
	.load = memory_load,
	.timers = memory_timers,
	.facts = memory_facts,
	.begin = memory_begin,
	.end = memory_end,
	.reconnect = memory_reconnect,
	.reason = memory_reason,
};
