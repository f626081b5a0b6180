/*
 * What is to be told together: changes meet by cell, and cells by metric, so that a shard says one fact where it can.
 *
 * Changes of a sketch are kept as they come and put in order once, at the end: to merge each into what is there would cost the square
 * of their number.
 */
#include "services/kpi-aggregator/partial/partial.h"

#include "common/base/map.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/partial.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <stdlib.h>
#include <string.h>

#define CELLS_MAX 1000    /* of one fact: some 100 kB */
#define BUCKETS_MAX 40000 /* of one fact: some 200 kB */

/* A cell that waits to be told. */
struct waiting {
	struct waiting *next; /* of its metric, in the order in which they came */
	struct bytes key;
	struct cell_change change; /* without its sketch */
	struct sketch_bucket *buckets;
	size_t bucket_count;
	size_t bucket_capacity;
};

struct partial_sums {
	struct task *task;
	const struct definition_book *book;
	struct map by_key;
	struct metric {
		struct waiting *first;
		struct waiting **last;
	} * metrics; /* as the book has them */
};

struct partial_sums *partial_sums_begin(struct task *task)
{
	struct partial_sums *const all = arena_zero(task->scratch, sizeof(*all));

	all->task = task;
	all->book = task_document(task, DEFINITIONS);
	all->metrics = arena_zero(task->scratch, (all->book->count + 1) * sizeof(*all->metrics));
	for (size_t i = 0; i < all->book->count; i++)
		all->metrics[i].last = &all->metrics[i].first;
	return all;
}

/* Which definition, which dimension, when; currency and value. */
static struct bytes key_of(const struct partial_sums *all, const struct cell_change *change)
{
	const int32_t place = (int32_t)(change->definition - all->book->definitions);
	const int32_t dimension = change->dimension;
	const size_t currency_size = strlen(change->currency) + 1;
	const size_t value_size = strlen(change->value);
	const size_t head = sizeof place + sizeof dimension + sizeof change->window.start.us;
	char *const key = arena_alloc(all->task->scratch, head + currency_size + value_size);

	memcpy(key, &place, sizeof place);
	memcpy(key + sizeof place, &dimension, sizeof dimension);
	memcpy(key + sizeof place + sizeof dimension, &change->window.start.us,
	       sizeof change->window.start.us);
	memcpy(key + head, change->currency, currency_size);
	memcpy(key + head + currency_size, change->value, value_size);
	return (struct bytes){ key, head + currency_size + value_size };
}

static struct waiting *begin(struct partial_sums *all, struct bytes key,
                             const struct cell_change *change)
{
	struct metric *const metric = &all->metrics[change->definition - all->book->definitions];
	struct waiting *const it = arena_zero(all->task->scratch, sizeof(*it));

	it->key = key;
	it->change = *change;
	it->change.sums = (struct cell_sums){ .n = 0 };
	(void)map_set(&all->by_key, key, it);
	*metric->last = it;
	metric->last = &it->next;
	return it;
}

static void keep_buckets(struct arena *arena, struct waiting *it, struct sketch sketch)
{
	if (it->bucket_count + sketch.count > it->bucket_capacity) {
		const size_t capacity = 2 * it->bucket_capacity + sketch.count;
		struct sketch_bucket *const larger = arena_alloc(arena, capacity * sizeof(*larger));

		if (it->bucket_count > 0)
			memcpy(larger, it->buckets, it->bucket_count * sizeof(*larger));
		it->buckets = larger;
		it->bucket_capacity = capacity;
	}
	if (sketch.count > 0)
		memcpy(it->buckets + it->bucket_count, sketch.buckets,
		       sketch.count * sizeof(*sketch.buckets));
	it->bucket_count += sketch.count;
}

/* What would not fit into one sum is told as two cells of the same place. */
void partial_sums_add(struct partial_sums *all, const struct cell_change *change)
{
	struct arena *const arena = all->task->scratch;
	const struct bytes key = key_of(all, change);
	struct waiting *it = map_get(&all->by_key, key);
	struct cell_sums more = change->sums;
	struct cell_sums sum;

	more.sketch = (struct sketch){ NULL, 0 };
	if (it == NULL)
		it = begin(all, key, change);
	sum = it->change.sums;
	if (!cell_add(arena, &sum, &more)) {
		it = begin(all, key, change);
		sum = more;
	}
	it->change.sums = sum;
	keep_buckets(arena, it, change->sums.sketch);
}

/* Telling. */

static int by_place(const void *a, const void *b)
{
	const struct sketch_bucket *const left = a;
	const struct sketch_bucket *const right = b;

	return (left->place > right->place) - (left->place < right->place);
}

/* Ascending, each place once, none that comes to nothing. */
static struct sketch sketch_of(struct waiting *it)
{
	size_t count = 0;

	if (it->bucket_count == 0)
		return (struct sketch){ NULL, 0 };
	qsort(it->buckets, it->bucket_count, sizeof(*it->buckets), by_place);
	for (size_t i = 0; i < it->bucket_count; i++) {
		if (count > 0 && it->buckets[count - 1].place == it->buckets[i].place)
			it->buckets[count - 1].count += it->buckets[i].count;
		else
			it->buckets[count++] = it->buckets[i];
		if (it->buckets[count - 1].count == 0)
			count--;
	}
	return (struct sketch){ count > 0 ? it->buckets : NULL, count };
}

static void fill_sketch(struct arena *arena, struct sketch sketch, Opsmesh__V1__PartialCell *cell)
{
	cell->buckets = arena_alloc(arena, sketch.count * sizeof(int32_t) + 1);
	cell->counts = arena_alloc(arena, sketch.count * sizeof(int64_t) + 1);
	for (size_t i = 0; i < sketch.count; i++) {
		cell->buckets[cell->n_buckets++] = sketch.buckets[i].place;
		cell->counts[cell->n_counts++] = sketch.buckets[i].count;
	}
}

static Opsmesh__V1__PartialCell *cell_of(struct arena *arena, const struct cell_change *it)
{
	Opsmesh__V1__PartialCell *const cell = arena_alloc(arena, sizeof(*cell));
	const char *const dimension = it->dimension < 0 ? "" : vocabulary_words[it->dimension].name;

	*cell = (Opsmesh__V1__PartialCell)OPSMESH__V1__PARTIAL_CELL__INIT;
	/* A window that begins before there are times has the first of them in it. */
	cell->start = proto_timestamp(arena, time_later(it->window.start, TIME_OLDEST));
	cell->dimension = text_mutable(dimension);
	cell->value = text_mutable(it->value);
	cell->currency = text_mutable(it->currency);
	cell->n = it->sums.n;
	cell->hits = it->sums.hits;
	cell->sum = it->sums.sum;
	cell->came = it->sums.came;
	cell->taken_back = it->sums.taken_back;
	cell->n_asides = it->definition->aside_count;
	cell->asides = arena_copy(arena, it->sums.asides, sizeof it->sums.asides);
	fill_sketch(arena, it->sums.sketch, cell);
	return cell;
}

static enum status say(struct task *task, const struct definition *definition,
                       Opsmesh__V1__PartialCell **cells, size_t count)
{
	Opsmesh__V1__PartialEvent event = OPSMESH__V1__PARTIAL_EVENT__INIT;
	Opsmesh__V1__PartialTold told = OPSMESH__V1__PARTIAL_TOLD__INIT;

	if (count == 0)
		return STATUS_OK;
	told.digest = text_mutable(definition->digest);
	told.cells = cells;
	told.n_cells = count;
	event.metric = text_mutable(definition->key);
	event.occurred_at = proto_timestamp(task->scratch, task->due);
	event.fact_case = OPSMESH__V1__PARTIAL_EVENT__FACT_TOLD;
	event.told = &told;
	return task_emit(task, &(struct emission){ .topic = OPS_BY_METRIC,
	                                           .key = definition->key,
	                                           .time = task->due,
	                                           .message = &event.base });
}

/* What came to nothing is not told. */
static enum status say_metric(struct task *task, const struct definition *definition,
                              struct waiting *first)
{
	Opsmesh__V1__PartialCell *cells[CELLS_MAX];
	size_t count = 0;
	size_t buckets = 0;

	for (struct waiting *it = first; it != NULL; it = it->next) {
		it->change.sums.sketch = sketch_of(it);
		if (cell_is_zero(&it->change.sums))
			continue;
		cells[count++] = cell_of(task->scratch, &it->change);
		buckets += it->change.sums.sketch.count;
		if (count == CELLS_MAX || buckets >= BUCKETS_MAX) {
			TRY(say(task, definition, cells, count));
			count = 0;
			buckets = 0;
		}
	}
	return say(task, definition, cells, count);
}

enum status partial_sums_end(struct partial_sums *all, enum status status)
{
	for (size_t i = 0; i < all->book->count && status == STATUS_OK; i++)
		status = say_metric(all->task, &all->book->definitions[i], all->metrics[i].first);
	map_finish(&all->by_key);
	return status;
}
