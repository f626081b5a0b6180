#include "common/flow/timer.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <stdlib.h>
#include <string.h>

#define MALLOC_OVERHEAD 16 /* what an allocation costs beside its bytes */

void timer_queue_init(struct timer_queue *queue, size_t names)
{
	*queue = (struct timer_queue){ .name_count = names, .until = TIME_MIN };
	queue->by_name = memory_zero((names + 1) * sizeof(*queue->by_name));
}

void timer_queue_finish(struct timer_queue *queue)
{
	for (size_t i = 0; i < queue->count; i++)
		memory_free(queue->heap[i]);
	for (size_t i = 0; i < queue->name_count; i++)
		map_finish(&queue->by_name[i]);
	memory_free(queue->by_name);
	memory_free(queue->heap);
}

static bool timer_before(const struct timer *a, const struct timer *b)
{
	if (a->due.us != b->due.us)
		return a->due.us < b->due.us;
	const int order = strcmp(a->key, b->key);

	return order != 0 ? order < 0 : a->index < b->index;
}

static void heap_put(struct timer_queue *queue, size_t place, struct timer *timer)
{
	queue->heap[place] = timer;
	timer->place = (uint32_t)place;
}

static void sift_up(struct timer_queue *queue, size_t place, struct timer *timer)
{
	while (place > 0 && timer_before(timer, queue->heap[(place - 1) / 2])) {
		heap_put(queue, place, queue->heap[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
	heap_put(queue, place, timer);
}

static void sift_down(struct timer_queue *queue, size_t place, struct timer *timer)
{
	for (;;) {
		size_t child = 2 * place + 1;

		if (child + 1 < queue->count &&
		    timer_before(queue->heap[child + 1], queue->heap[child]))
			child++;
		if (child >= queue->count || !timer_before(queue->heap[child], timer))
			break;
		heap_put(queue, place, queue->heap[child]);
		place = child;
	}
	heap_put(queue, place, timer);
}

static void heap_move(struct timer_queue *queue, struct timer *timer)
{
	const size_t place = timer->place;

	if (place > 0 && timer_before(timer, queue->heap[(place - 1) / 2]))
		sift_up(queue, place, timer);
	else
		sift_down(queue, place, timer);
}

static struct timer *timer_create(uint32_t index, const char *key)
{
	const size_t size = strlen(key) + 1;
	struct timer *const timer = memory_alloc(sizeof(*timer) + size);

	*timer = (struct timer){ .index = index };
	memcpy(timer->key, key, size);
	return timer;
}

static void heap_grow(struct timer_queue *queue)
{
	if (queue->count < queue->capacity)
		return;
	queue->capacity = queue->capacity == 0 ? 64 : queue->capacity * 2;
	queue->heap = memory_resize(queue->heap, queue->capacity * sizeof(struct timer *));
}

struct instant timer_queue_set(struct timer_queue *queue, uint32_t index, const char *key,
                               struct instant due)
{
	CHECK(index < queue->name_count);
	struct timer *timer = map_get(&queue->by_name[index], bytes_of(key));

	if (timer != NULL) {
		const struct instant old = timer->due;

		timer->due = due;
		heap_move(queue, timer);
		return old;
	}
	timer = timer_create(index, key);
	timer->due = due;
	map_set(&queue->by_name[index], bytes_of(timer->key), timer);
	heap_grow(queue);
	queue->count++;
	sift_up(queue, queue->count - 1, timer);
	return TIME_MAX;
}

struct instant timer_queue_clear(struct timer_queue *queue, uint32_t index, const char *key)
{
	CHECK(index < queue->name_count);
	struct timer *const timer = map_remove(&queue->by_name[index], bytes_of(key));

	if (timer == NULL)
		return TIME_MAX;
	const struct instant old = timer->due;
	struct timer *const last = queue->heap[--queue->count];

	if (last != timer) {
		heap_put(queue, timer->place, last);
		heap_move(queue, last);
	}
	memory_free(timer);
	return old;
}

struct timer *timer_queue_first(const struct timer_queue *queue)
{
	return queue->count == 0 ? NULL : queue->heap[0];
}

struct instant timer_queue_due(const struct timer_queue *queue, uint32_t index, const char *key)
{
	const struct timer *const timer = map_get(&queue->by_name[index], bytes_of(key));

	return timer == NULL ? TIME_MAX : timer->due;
}

/* A heap's branch ends where its root is not due: only what is found, and its children, are looked at. */
size_t timer_queue_before(const struct timer_queue *queue, struct instant before,
                          struct timer **found, size_t max)
{
	size_t count = 0;

	if (queue->count == 0 || max == 0 || !time_before(queue->heap[0]->due, before))
		return 0;
	found[count++] = queue->heap[0];
	for (size_t at = 0; at < count; at++)
		for (size_t child = 2 * (size_t)found[at]->place + 1;
		     child <= 2 * (size_t)found[at]->place + 2 && child < queue->count; child++)
			if (count < max && time_before(queue->heap[child]->due, before))
				found[count++] = queue->heap[child];
	return count;
}

static int by_due(const void *a, const void *b)
{
	const struct timer *const left = *(struct timer *const *)a;
	const struct timer *const right = *(struct timer *const *)b;

	return timer_before(left, right) ? -1 : timer_before(right, left);
}

/* A sorted run is a heap. */
void timer_queue_shrink(struct timer_queue *queue, size_t keep)
{
	if (queue->count <= 2 * keep || queue->count <= queue->many)
		return;
	qsort(queue->heap, queue->count, sizeof(struct timer *), by_due);
	for (size_t i = 0; i < queue->count; i++)
		queue->heap[i]->place = (uint32_t)i;
	while (keep < queue->count && queue->heap[keep]->due.us == queue->heap[keep - 1]->due.us)
		keep++;
	for (size_t i = keep; i < queue->count; i++) {
		map_remove(&queue->by_name[queue->heap[i]->index], bytes_of(queue->heap[i]->key));
		memory_free(queue->heap[i]);
	}
	if (keep < queue->count)
		queue->until = time_add(queue->heap[keep - 1]->due, (struct duration){ 1 });
	queue->count = keep;
	queue->many = 2 * keep; /* many of one instant are not sorted at every turn */
}

size_t timer_queue_memory(const struct timer_queue *queue)
{
	size_t size = queue->capacity * sizeof(struct timer *);

	for (size_t i = 0; i < queue->count; i++)
		size += sizeof(struct timer) + strlen(queue->heap[i]->key) + 1 + MALLOC_OVERHEAD;
	return size;
}
