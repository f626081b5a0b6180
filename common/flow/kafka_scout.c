#include "common/flow/kafka_scout.h"

#include "common/base/check.h"
#include "common/base/log.h"
#include "common/base/memory.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ASK_EVERY_MS 300
#define PATIENCE_MS 1000 /* for one answer; ending the scout may take as long */
#define PROGRESS_SPAN SECONDS(60)

struct kafka_scout {
	struct kafka_scout_settings settings;
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	_Atomic bool stopping;
	_Atomic bool fresh; /* there is news: spares the lock */
	bool poked;         /* there is something new to ask */
	bool check_wanted;
	struct bus_place *watched;
	size_t watched_count;
	uint64_t generation;
	struct kafka_news news;
	struct bus_place *taken; /* ends that were handed out last */
	/* of the thread alone */
	bool progress_known;
	char said[BUS_REASON_SIZE]; /* what was last logged as missing */
};

static void tell(struct kafka_scout *scout)
{
	atomic_store(&scout->fresh, true);
	bus_wake(scout->settings.wake);
}

/* Under the lock. */
static void poke(struct kafka_scout *scout)
{
	scout->poked = true;
	pthread_cond_signal(&scout->changed);
}

/* Writes what is wrong with a topic's number of partitions; false: it does not exist. */
static bool check_topic(const struct kafka_scout *scout, const int32_t *counts, int topic,
                        char text[static BUS_REASON_SIZE])
{
	const struct catalogue *const catalogue = scout->settings.catalogue;
	const int32_t wanted = topic == catalogue->progress ? 1 : scout->settings.partitions;

	if (counts[topic] == 0)
		snprintf(text, BUS_REASON_SIZE, "topic %s does not exist",
		         catalogue->topics[topic].name);
	else if (counts[topic] != wanted)
		snprintf(text, BUS_REASON_SIZE,
		         "topic %s has %" PRId32 " partitions, this mesh has %" PRId32,
		         catalogue->topics[topic].name, counts[topic], wanted);
	return counts[topic] != 0;
}

static bool check_list(const struct kafka_scout *scout, const int32_t *counts, const int *topics,
                       char text[static BUS_REASON_SIZE])
{
	for (size_t i = 0; topics != NULL && topics[i] >= 0; i++)
		if (!check_topic(scout, counts, topics[i], text))
			return false;
	return true;
}

/* Topics that are created soon are no error: it goes on asking, and says once what it waits for. */
static void ask_shape(struct kafka_scout *scout)
{
	const struct duration patience = MILLISECONDS(PATIENCE_MS);
	int32_t counts[TOPICS_MAX] = { 0 };
	char wrong[BUS_REASON_SIZE] = "";

	if (bus_consumer_partitions(scout->settings.consumer, counts, patience) != STATUS_OK)
		return;
	if (!check_list(scout, counts, scout->settings.reads, wrong) ||
	    !check_list(scout, counts, scout->settings.writes, wrong) ||
	    !check_topic(scout, counts, scout->settings.catalogue->progress, wrong)) {
		if (strcmp(scout->said, wrong) != 0)
			log_warn("waiting for a topic", LOG_TEXT("reason", wrong));
		memcpy(scout->said, wrong, sizeof(wrong));
		return;
	}
	pthread_mutex_lock(&scout->lock);
	scout->check_wanted = false;
	scout->news.shape = true;
	memcpy(scout->news.wrong, wrong, sizeof(wrong));
	pthread_mutex_unlock(&scout->lock);
	tell(scout);
}

/* The end first: a record appended between the two questions is then not passed over. */
static void ask_progress(struct kafka_scout *scout)
{
	const struct duration patience = MILLISECONDS(PATIENCE_MS);
	const int64_t since_ms = time_sub(time_now(), PROGRESS_SPAN).us / 1000;
	struct bus_place end = { scout->settings.catalogue->progress, 0, BUS_END };
	struct bus_place from = { scout->settings.catalogue->progress, 0, since_ms };

	if (bus_consumer_offsets(scout->settings.consumer, &end, 1, patience) != STATUS_OK ||
	    bus_consumer_offsets(scout->settings.consumer, &from, 1, patience) != STATUS_OK)
		return;
	scout->progress_known = true;
	pthread_mutex_lock(&scout->lock);
	scout->news.progress = true;
	scout->news.progress_from = from.offset == BUS_END ? end.offset : from.offset;
	pthread_mutex_unlock(&scout->lock);
	tell(scout);
}

static struct bus_place *copy_places(const struct bus_place *places, size_t count)
{
	struct bus_place *const copy = memory_alloc(sizeof(*copy) * (count + 1));

	if (count > 0)
		memcpy(copy, places, sizeof(*copy) * count);
	return copy;
}

static void ask_ends(struct kafka_scout *scout)
{
	struct bus_place *places;
	struct instant asked;
	uint64_t generation;
	size_t count;

	pthread_mutex_lock(&scout->lock);
	count = scout->watched_count;
	generation = scout->generation;
	places = copy_places(scout->watched, count);
	pthread_mutex_unlock(&scout->lock);
	for (size_t i = 0; i < count; i++)
		places[i].offset = BUS_END;
	asked = time_now();
	if (count == 0 || bus_consumer_offsets(scout->settings.consumer, places, count,
	                                       MILLISECONDS(PATIENCE_MS)) != STATUS_OK) {
		memory_free(places);
		return;
	}
	pthread_mutex_lock(&scout->lock);
	memory_free(scout->news.end);
	scout->news.end = places;
	scout->news.end_count = count;
	scout->news.asked = asked;
	scout->news.generation = generation;
	scout->news.ends = true;
	pthread_mutex_unlock(&scout->lock);
	tell(scout);
}

/* Sleeps until it is time to ask again, or there is something new to ask. True: a check is wanted. */
static bool pause_or_check(struct kafka_scout *scout, bool rest)
{
	const struct instant until = time_add(time_monotonic(), MILLISECONDS(ASK_EVERY_MS));
	const struct timespec limit = { .tv_sec = until.us / 1000000,
		                        .tv_nsec = until.us % 1000000 * 1000 };
	bool wanted;

	pthread_mutex_lock(&scout->lock);
	while (rest && !scout->poked &&
	       pthread_cond_clockwait(&scout->changed, &scout->lock, CLOCK_MONOTONIC, &limit) == 0)
		;
	scout->poked = false;
	wanted = scout->check_wanted;
	pthread_mutex_unlock(&scout->lock);
	return wanted;
}

static void *scout_run(void *argument)
{
	struct kafka_scout *const scout = argument;

	for (bool rest = false; !atomic_load(&scout->stopping); rest = true) {
		if (pause_or_check(scout, rest))
			ask_shape(scout);
		if (!scout->progress_known && !atomic_load(&scout->stopping))
			ask_progress(scout);
		if (!atomic_load(&scout->stopping))
			ask_ends(scout);
	}
	return NULL;
}

struct kafka_scout *kafka_scout_create(const struct kafka_scout_settings *settings)
{
	struct kafka_scout *const scout = memory_zero(sizeof(*scout));

	scout->settings = *settings;
	CHECK(settings->catalogue->count <= TOPICS_MAX);
	pthread_mutex_init(&scout->lock, NULL);
	pthread_cond_init(&scout->changed, NULL);
	CHECK(pthread_create(&scout->thread, NULL, scout_run, scout) == 0);
	return scout;
}

void kafka_scout_destroy(struct kafka_scout *scout)
{
	if (scout == NULL)
		return;
	pthread_mutex_lock(&scout->lock);
	atomic_store(&scout->stopping, true);
	poke(scout);
	pthread_mutex_unlock(&scout->lock);
	pthread_join(scout->thread, NULL);
	pthread_cond_destroy(&scout->changed);
	pthread_mutex_destroy(&scout->lock);
	memory_free(scout->watched);
	memory_free(scout->news.end);
	memory_free(scout->taken);
	memory_free(scout);
}

void kafka_scout_check(struct kafka_scout *scout)
{
	pthread_mutex_lock(&scout->lock);
	scout->check_wanted = true;
	scout->news.shape = false; /* an older answer is none */
	poke(scout);
	pthread_mutex_unlock(&scout->lock);
}

void kafka_scout_watch(struct kafka_scout *scout, const struct bus_place *places, size_t count,
                       uint64_t generation)
{
	pthread_mutex_lock(&scout->lock);
	memory_free(scout->watched);
	scout->watched = copy_places(places, count);
	scout->watched_count = count;
	scout->generation = generation;
	scout->news.ends = false;
	poke(scout);
	pthread_mutex_unlock(&scout->lock);
}

bool kafka_scout_take(struct kafka_scout *scout, struct kafka_news *news)
{
	if (!atomic_load_explicit(&scout->fresh, memory_order_acquire))
		return false;
	pthread_mutex_lock(&scout->lock);
	atomic_store(&scout->fresh, false);
	*news = scout->news;
	memory_free(scout->taken);
	scout->taken = news->end;
	scout->news = (struct kafka_news){ .ends = false };
	pthread_mutex_unlock(&scout->lock);
	return true;
}
