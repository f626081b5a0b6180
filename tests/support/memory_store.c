#include "common/base/check.h"
#include "tests/support/memory_inside.h"

#include <string.h>

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

static void image_finish(struct image *image)
{
	map_finish(&image->state);
	map_finish(&image->timers);
	mesh_time_finish(&image->inputs);
	memory_free(image->high);
	memory_free(image->facts);
	memory_free(image->journal);
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
	for (size_t i = 0; i < store->image_count; i++)
		image_finish(&store->images[i]);
	memory_free(store->images);
	arena_destroy(store->arena);
}

void memory_store_forget(struct memory_store *store, struct image *image)
{
	struct image old = *image;

	image_init(image, store->context, old.stage, old.number);
	image->row.epoch = old.row.epoch;
	image_finish(&old);
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

void image_leave(struct memory_store *store, struct image *image, const struct state_table *table,
                 struct bytes key, struct bytes row)
{
	const struct stored left = { .name = row_name(store->arena, table, key),
		                     .value = arena_bytes(store->arena, row) };

	map_set(&image->state, left.name, arena_copy(store->arena, &left, sizeof(left)));
}

bool image_next_row(struct image *image, const struct state_table *table, size_t *at, void *row)
{
	void *value;

	while (map_next(&image->state, at, &value)) {
		const struct stored *const stored = value;

		if (strcmp(stored->name.data, table->name) != 0)
			continue;
		state_unpack(table, stored_key(stored), stored->value, row);
		return true;
	}
	return false;
}

/* A transaction. */

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
		pending->changes[i] = (struct stored){
			row_name(arena, batch->changes[i].table, batch->changes[i].key),
			arena_bytes(arena, batch->changes[i].packed), batch->changes[i].fresh
		};
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
			                        : (struct bytes){ 0 },
			             false };
	}
}

struct pending_batch memory_batch_copy(struct memory_store *store, const struct batch *batch)
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
		const void *const old = map_remove(map, changes[i].name);

		CHECK(!changes[i].fresh || old == NULL); /* PostgreSQL would refuse a second one */
		if (changes[i].value.data == NULL)
			continue;
		struct stored *const stored = arena_copy(arena, &changes[i], sizeof(changes[i]));

		map_set(map, stored->name, stored);
	}
}

/* Whoever takes a shard over raises its epoch: no two processes write under one. */
static void note_writer(struct memory_store *store, struct image *image, uint64_t writer,
                        int64_t epoch)
{
	store->shared = store->shared || (image->writer_epoch == epoch && image->writer != 0 &&
	                                  image->writer != writer);
	image->writer = writer;
	image->writer_epoch = epoch;
}

static void apply_batch(struct memory_store *store, const struct pending_batch *batch,
                        uint64_t writer)
{
	struct image *const image = batch->image;
	size_t emits = 0;

	note_writer(store, image, writer, batch->row.epoch);
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

bool memory_commit(struct memory_store *store, const struct pending *pending, bool *failed)
{
	bool all = true;

	for (size_t i = 0; i < pending->count; i++) {
		const struct pending_batch *const batch = &pending->batches[i];
		const bool bad = batch->image->row.epoch != batch->row.epoch ||
		                 batch->image->row.batch != batch->number;

		if (failed != NULL)
			failed[i] = bad;
		all = all && !bad;
	}
	for (size_t i = 0; all && i < pending->count; i++)
		apply_batch(store, &pending->batches[i], pending->writer);
	return all;
}

struct pending *memory_pending_unlink(struct memory_store *store, size_t at)
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
		(void)memory_commit(store, memory_pending_unlink(store, 0), NULL);
		if (!all)
			return;
	}
}
