#include "tests/support/memory_store.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/publisher.h"

#include <stdio.h>
#include <string.h>

/* A batch as it was handed over, with its own memory. */
struct pending_batch {
	struct image *image;
	int64_t number;
	struct shard_row row;
	struct shard_topic topics[STAGE_TOPICS_MAX];
	int64_t *folded;
	int64_t *high;
	struct stored *changes;
	size_t change_count;
	struct stored *timers;
	size_t timer_count;
	struct fact *facts;
	size_t fact_count;
	struct journal_line line;
};

struct pending {
	struct pending *next;
	struct pending_batch *batches;
	size_t count;
};

#define GROW(list, count, capacity)                                                   \
	do {                                                                          \
		if ((count) == (capacity)) {                                          \
			(capacity) = (capacity) == 0 ? 64 : (capacity)*2;             \
			(list) = memory_resize((list), (capacity) * sizeof(*(list))); \
		}                                                                     \
	} while (0)

static void image_init(struct image *image, const struct shard_context *context,
                       const struct stage *stage, int32_t number)
{
	int topics[STAGE_TOPICS_MAX];
	size_t emits = 0;

	*image = (struct image){ .stage = stage, .number = number };
	image->topic_count = stage_reads(context->catalogue, stage, topics);
	for (size_t i = 0; i < image->topic_count; i++)
		image->topics[i] = (struct shard_topic){ .topic = topics[i], .appended = TIME_MIN };
	while (stage->emits[emits] >= 0)
		emits++;
	image->high = memory_zero((emits * (size_t)context->partitions + 1) * sizeof(*image->high));
	mesh_time_init(&image->inputs, context->catalogue, stage, number, context->partitions,
	               (struct instant){ 0 });
}

void memory_store_init(struct memory_store *store, const struct shard_context *context,
                       const struct stage *const *daemons, struct chance *chance)
{
	*store = (struct memory_store){ .context = context, .chance = chance };
	store->arena = arena_create(64 * 1024);
	for (size_t d = 0; daemons[d] != NULL; d++)
		for (const struct stage *stage = daemons[d]; stage->name != NULL; stage++)
			store->image_count += (size_t)context->partitions;
	store->images = memory_zero((store->image_count + 1) * sizeof(*store->images));
	size_t at = 0;

	for (size_t d = 0; daemons[d] != NULL; d++)
		for (const struct stage *stage = daemons[d]; stage->name != NULL; stage++)
			for (int32_t n = 0; n < context->partitions; n++)
				image_init(&store->images[at++], context, stage, n);
}

void memory_store_finish(struct memory_store *store)
{
	for (size_t i = 0; i < store->image_count; i++) {
		map_finish(&store->images[i].state);
		map_finish(&store->images[i].timers);
		mesh_time_finish(&store->images[i].inputs);
		memory_free(store->images[i].high);
		memory_free(store->images[i].facts);
		memory_free(store->images[i].journal);
	}
	memory_free(store->images);
	arena_destroy(store->arena);
}

struct image *memory_store_image(struct memory_store *store, const char *stage, int32_t number)
{
	for (size_t i = 0; i < store->image_count; i++)
		if (store->images[i].number == number &&
		    strcmp(store->images[i].stage->name, stage) == 0)
			return &store->images[i];
	CHECK(!"a stage that the store does not know");
	return NULL;
}

static struct bytes row_name(struct arena *arena, const struct state_table *table, struct bytes key)
{
	const size_t size = strlen(table->name) + 1;
	char *const name = arena_alloc(arena, size + key.size);

	memcpy(name, table->name, size);
	memcpy(name + size, key.data, key.size);
	return (struct bytes){ name, size + key.size };
}

struct bytes image_row(struct image *image, const struct state_table *table, struct bytes key)
{
	struct arena *const arena = arena_create(512);
	const struct stored *const stored = map_get(&image->state, row_name(arena, table, key));

	arena_destroy(arena);
	return stored == NULL ? (struct bytes){ 0 } : stored->value;
}

/* ---- a transaction ---- */

static struct fact copy_fact(struct arena *arena, const struct fact *fact)
{
	struct fact copy = *fact;

	copy.type = arena_string(arena, fact->type);
	copy.subject = arena_string(arena, fact->subject);
	copy.key = arena_bytes(arena, fact->key);
	copy.message = arena_bytes(arena, fact->message);
	copy.headers = arena_bytes(arena, fact->headers);
	copy.traceparent = (struct bytes){ 0 };
	return copy;
}

static void copy_changes(struct arena *arena, struct pending_batch *pending,
                         const struct batch *batch)
{
	pending->change_count = batch->change_count;
	pending->changes =
	    arena_alloc(arena, (batch->change_count + 1) * sizeof(*pending->changes));
	for (size_t i = 0; i < batch->change_count; i++)
		pending->changes[i] =
		    (struct stored){ row_name(arena, batch->changes[i].table,
			                      batch->changes[i].key),
			             arena_bytes(arena, batch->changes[i].packed) };
	pending->timer_count = batch->timer_count;
	pending->timers = arena_alloc(arena, (batch->timer_count + 1) * sizeof(*pending->timers));
	for (size_t i = 0; i < batch->timer_count; i++) {
		const struct timer_change *const timer = &batch->timers[i];
		char *const name = arena_printf(arena, "%s:%s", timer->name, timer->key);

		pending->timers[i] =
		    (struct stored){ bytes_of(name),
			             timer->set ? (struct bytes){ arena_copy(arena, &timer->due,
			                                                     sizeof(timer->due)),
			                                          sizeof(timer->due) }
			                        : (struct bytes){ 0 } };
	}
}

static struct pending_batch copy_batch(struct memory_store *store, const struct batch *batch)
{
	struct arena *const arena = store->arena;
	const struct shard *const shard = batch->shard;
	const size_t places = shard->high_count * (size_t)store->context->partitions;
	struct pending_batch pending = {
		.image = memory_store_image(store, shard->stage->name, shard->number),
		.number = batch->number,
		.row = shard->row,
		.fact_count = batch->fact_count,
		.line = { batch->frontier, arena_string(arena, batch->runs),
		          arena_string(arena, batch->refused) },
	};

	memcpy(pending.topics, shard->topics, sizeof(pending.topics));
	pending.folded = arena_alloc(arena, (shard->inputs.count + 1) * sizeof(int64_t));
	for (size_t i = 0; i < shard->inputs.count; i++)
		pending.folded[i] = shard->inputs.inputs[i].folded;
	pending.high = arena_copy(arena, shard->high, (places + 1) * sizeof(int64_t));
	pending.facts = arena_alloc(arena, (batch->fact_count + 1) * sizeof(struct fact));
	for (size_t i = 0; i < batch->fact_count; i++)
		pending.facts[i] = copy_fact(arena, &batch->facts[i]);
	copy_changes(arena, &pending, batch);
	return pending;
}

static void apply_named(struct arena *arena, struct map *map, const struct stored *changes,
                        size_t count)
{
	for (size_t i = 0; i < count; i++) {
		map_remove(map, changes[i].name);
		if (changes[i].value.data == NULL)
			continue;
		struct stored *const stored = arena_copy(arena, &changes[i], sizeof(changes[i]));

		map_set(map, stored->name, stored);
	}
}

static void apply_batch(struct memory_store *store, const struct pending_batch *batch)
{
	struct image *const image = batch->image;
	size_t emits = 0;

	while (image->stage->emits[emits] >= 0)
		emits++;
	image->row = batch->row;
	image->row.batch = batch->number + 1;
	image->used = true;
	memcpy(image->topics, batch->topics, sizeof(image->topics));
	for (size_t i = 0; i < image->inputs.count; i++)
		image->inputs.inputs[i].folded = batch->folded[i];
	memcpy(image->high, batch->high,
	       emits * (size_t)store->context->partitions * sizeof(int64_t));
	apply_named(store->arena, &image->state, batch->changes, batch->change_count);
	apply_named(store->arena, &image->timers, batch->timers, batch->timer_count);
	for (size_t i = 0; i < batch->fact_count; i++) {
		GROW(image->facts, image->fact_count, image->fact_capacity);
		image->facts[image->fact_count++] = batch->facts[i];
	}
	GROW(image->journal, image->journal_count, image->journal_capacity);
	image->journal[image->journal_count++] = batch->line;
}

/* False: fenced off, and nothing was written. */
static bool commit(struct memory_store *store, const struct pending *pending, bool *failed)
{
	bool all = true;

	for (size_t i = 0; i < pending->count; i++) {
		const struct pending_batch *const batch = &pending->batches[i];
		const bool bad =
		    batch->image->row.epoch != batch->row.epoch ||
		    (batch->image->row.batch != batch->number && !store->no_batch_number);

		if (failed != NULL)
			failed[i] = bad && !store->no_fence;
		all = all && (!bad || store->no_fence);
	}
	for (size_t i = 0; all && i < pending->count; i++)
		apply_batch(store, &pending->batches[i]);
	return all;
}

static struct pending *unlink_pending(struct memory_store *store, size_t at)
{
	struct pending **link = &store->pending;

	for (; at > 0; at--)
		link = &(*link)->next;
	struct pending *const pending = *link;

	*link = pending->next;
	return pending;
}

void memory_store_land(struct memory_store *store, bool all)
{
	while (store->pending != NULL) {
		(void)commit(store, unlink_pending(store, 0), NULL);
		if (!all)
			return;
	}
}

/* ---- store_ops ---- */

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
			(void)unlink_pending(store, at);
			if (chance_of(store->chance, 500))
				(void)commit(store, pending, NULL);
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
	void *value;

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
	for (size_t at = 0; map_next(&image->timers, &at, &value);) {
		const struct stored *const stored = value;
		const char *const colon = memchr(stored->name.data, ':', stored->name.size);
		char name[64];
		struct instant due;

		memcpy(&due, stored->value.data, sizeof(due));
		CHECK(snprintf(name, sizeof(name), "%.*s",
		               (int)(colon - (const char *)stored->name.data),
		               (const char *)stored->name.data) > 0);
		shard_restore_timer(shard, name, colon + 1, due);
	}
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

	if (store->faults && chance_of(store->chance, 30))
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

	if (store->faults && chance_of(store->chance, 10))
		return STATUS_RETRY;
	for (size_t i = 0; i < count; i++)
		shard_put(shard, table, keys[i], image_row(image, table, keys[i]));
	return STATUS_OK;
}

static enum status memory_facts(void *context, const struct shard *shard, int64_t above,
                                size_t limit, void (*tell)(void *argument, const struct fact *fact),
                                void *argument)
{
	struct memory_session *const session = context;
	const struct image *const image =
	    memory_store_image(session->store, shard->stage->name, shard->number);

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
	struct pending *const pending = arena_zero(store->arena, sizeof(*pending));

	CHECK(session->under_way == NULL);
	pending->count = count;
	pending->batches = arena_alloc(store->arena, count * sizeof(*pending->batches));
	for (size_t i = 0; i < count; i++)
		pending->batches[i] = copy_batch(store, &batches[i]);
	session->under_way = pending;
	session->patience = store->faults ? chance_below(store->chance, 3) : 0;
	return STATUS_OK;
}

static enum store_answer memory_end(void *context, struct duration wait, bool *failed)
{
	struct memory_session *const session = context;
	struct memory_store *const store = session->store;
	struct pending *const pending = session->under_way;

	(void)wait;
	if (session->patience-- > 0)
		return STORE_PENDING;
	session->under_way = NULL;
	if (store->faults &&
	    chance_of(store->chance, 150)) { /* the connection is lost on the way */
		const int fate = chance_below(store->chance, 10);

		store->unknown++;
		if (fate < 4) {
			(void)commit(store, pending, NULL);
		} else if (fate < 7) {
			pending->next = store->pending;
			store->pending = pending;
		}
		return STORE_LOST;
	}
	if (commit(store, pending, failed))
		return STORE_COMMITTED;
	store->fenced++;
	return STORE_FENCED;
}

void memory_session_crash(struct memory_session *session)
{
	struct memory_store *const store = session->store;

	if (session->under_way != NULL && chance_of(store->chance, 500)) {
		session->under_way->next = store->pending;
		store->pending = session->under_way;
	}
	session->under_way = NULL;
}

static enum status memory_reconnect(void *context)
{
	struct memory_session *const session = context;

	memory_session_crash(session);
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
	.facts = memory_facts,
	.begin = memory_begin,
	.end = memory_end,
	.reconnect = memory_reconnect,
	.reason = memory_reason,
};
