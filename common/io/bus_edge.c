#include "common/io/bus_edge.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

/*
 * An idempotent producer has at most five requests under way for a partition. While more waits than they
 * took, the library asks the clock and the socket without a pause: with 1 ms that is whenever the broker
 * needs 5 ms to answer, and half of what a request costs; with 5 it is when the broker needs 25.
 */
#define LINGER MILLISECONDS(5)
#define TICK_MS 100     /* the thread looks at least so often, */
#define SILENCE_MS 1000 /* and asks a silent broker for a sign of life so often */
#define PROBE_MS 200    /* a healthy broker answers in one; nothing else is done meanwhile */
#define PROBES_MISSED 2 /* unanswered in a row: one may have met a busy moment */

struct flight {
	TAILQ_ENTRY(flight) entry;
	struct instant deadline;
	bus_edge_done *done; /* NULL: has been called */
	void *argument;
};

TAILQ_HEAD(flights, flight);

struct bus_edge {
	struct bus_producer_settings settings;
	struct duration timeout;
	pthread_t thread;
	pthread_mutex_t lock;          /* of producer, waiting and late */
	pthread_cond_t idle;           /* nothing waits */
	struct bus_producer *producer; /* replaced when it dies */
	struct flights waiting;        /* in order of deadline */
	struct flights late;           /* given up, but the library still holds them */
	struct instant sign;           /* of life, monotonic */
	int missed;
	atomic_int partitions[BUS_TOPICS_MAX];
	_Atomic bool healthy;
	_Atomic bool stopping;
};

/* The first flight whose deadline has passed leaves the waiting ones; NULL: none. */
static bool take_late(struct bus_edge *edge, struct instant now, struct flight *copy)
{
	struct flight *flight;
	bool taken;

	pthread_mutex_lock(&edge->lock);
	flight = TAILQ_FIRST(&edge->waiting);
	taken = flight != NULL && time_before(flight->deadline, now);
	if (taken) {
		*copy = *flight;
		flight->done = NULL;
		TAILQ_REMOVE(&edge->waiting, flight, entry);
		TAILQ_INSERT_TAIL(&edge->late, flight, entry);
	}
	pthread_mutex_unlock(&edge->lock);
	return taken;
}

static void give_up_late(struct bus_edge *edge, struct instant now)
{
	struct flight flight;

	while (take_late(edge, now, &flight)) {
		atomic_store(&edge->healthy, false);
		flight.done(flight.argument, false);
	}
}

static void land(struct bus_edge *edge, struct flight *flight, bool acknowledged)
{
	pthread_mutex_lock(&edge->lock);
	if (flight->done != NULL)
		TAILQ_REMOVE(&edge->waiting, flight, entry);
	else
		TAILQ_REMOVE(&edge->late, flight, entry);
	if (TAILQ_EMPTY(&edge->waiting))
		pthread_cond_signal(&edge->idle);
	pthread_mutex_unlock(&edge->lock);
	if (flight->done != NULL)
		flight->done(flight->argument, acknowledged);
	memory_free(flight);
}

static void alive(struct bus_edge *edge)
{
	edge->sign = time_monotonic();
	edge->missed = 0;
	atomic_store(&edge->healthy, true);
}

static struct bus_producer *make_producer(const struct bus_producer_settings *settings,
                                          char reason[static BUS_REASON_SIZE])
{
	struct bus_producer *const producer = bus_producer_create(settings, reason);

	for (int i = 0; producer != NULL && i < settings->bus.topic_count; i++)
		bus_producer_open(producer, i);
	return producer;
}

/* No delivery of the old producer is told any more: whatever waits is given up. */
static void replace_producer(struct bus_edge *edge, struct bus_producer *next)
{
	struct flight *flight;

	give_up_late(edge, TIME_MAX);
	pthread_mutex_lock(&edge->lock);
	bus_producer_destroy(edge->producer);
	edge->producer = next;
	while ((flight = TAILQ_FIRST(&edge->late)) != NULL) {
		TAILQ_REMOVE(&edge->late, flight, entry);
		memory_free(flight);
	}
	pthread_mutex_unlock(&edge->lock);
}

static void revive(struct bus_edge *edge)
{
	char reason[BUS_REASON_SIZE];
	struct bus_producer *const next = make_producer(&edge->settings, reason);

	CHECK(next != NULL); /* its settings were good before */
	atomic_store(&edge->healthy, false);
	replace_producer(edge, next);
}

/* False: nothing to tell for now. */
static bool tell_delivery(struct bus_edge *edge)
{
	struct bus_delivery delivery;

	bus_producer_next(edge->producer, &delivery);
	switch (delivery.kind) {
	case BUS_NO_DELIVERY: return false;
	case BUS_DELIVERED:
		alive(edge);
		land(edge, (struct flight *)(uintptr_t)delivery.token, true);
		return true;
	case BUS_UNDELIVERED:
		land(edge, (struct flight *)(uintptr_t)delivery.token, false);
		return true;
	case BUS_DEAD: revive(edge); return true;
	case BUS_UNREACHABLE: atomic_store(&edge->healthy, false); return true;
	}
	return false;
}

/* How long the thread may sleep: to the next deadline, at most a tick. Zero, too, when one has passed. */
static struct duration next_look(struct bus_edge *edge, bool *idle)
{
	const struct instant now = time_monotonic();
	struct duration wait = MILLISECONDS(TICK_MS);
	const struct flight *first;

	pthread_mutex_lock(&edge->lock);
	first = TAILQ_FIRST(&edge->waiting);
	*idle = first == NULL;
	if (first != NULL && time_since(now, first->deadline).us < wait.us)
		wait = time_since(now, first->deadline);
	pthread_mutex_unlock(&edge->lock);
	return wait;
}

/* Kept here, because the producer may be replaced while somebody asks. */
static void learn_partitions(struct bus_edge *edge)
{
	for (int i = 0; i < edge->settings.bus.topic_count; i++)
		atomic_store(&edge->partitions[i], bus_producer_partitions(edge->producer, i));
}

/* Only while nothing is under way: else that tells how things are. */
static void probe(struct bus_edge *edge)
{
	const int64_t silence_us = time_since(edge->sign, time_monotonic()).us;

	if (atomic_load(&edge->healthy) && silence_us < MILLISECONDS(SILENCE_MS).us)
		return;
	if (bus_producer_probe(edge->producer, MILLISECONDS(PROBE_MS)) == STATUS_OK) {
		learn_partitions(edge);
		alive(edge);
	} else if (++edge->missed >= PROBES_MISSED) {
		atomic_store(&edge->healthy, false);
	}
}

static void *edge_run(void *argument)
{
	struct bus_edge *const edge = argument;
	bool idle;

	while (!atomic_load(&edge->stopping)) {
		while (tell_delivery(edge))
			;
		give_up_late(edge, time_monotonic());
		bus_wake_wait(edge->settings.bus.wake, next_look(edge, &idle));
		if (idle)
			probe(edge);
	}
	return NULL;
}

struct bus_edge *bus_edge_create(const struct bus_edge_settings *settings,
                                 char reason[static BUS_REASON_SIZE])
{
	struct bus_edge *const edge = memory_zero(sizeof(*edge));

	edge->settings = (struct bus_producer_settings){ .bus = settings->bus,
		                                         .timeout = settings->timeout,
		                                         .linger = LINGER,
		                                         .queue_bytes = settings->queue_bytes };
	edge->settings.bus.wake = bus_wake_open();
	edge->timeout = settings->timeout;
	edge->producer = make_producer(&edge->settings, reason);
	if (edge->producer == NULL) {
		close(edge->settings.bus.wake);
		memory_free(edge);
		return NULL;
	}
	TAILQ_INIT(&edge->waiting);
	TAILQ_INIT(&edge->late);
	pthread_mutex_init(&edge->lock, NULL);
	pthread_cond_init(&edge->idle, NULL);
	CHECK(pthread_create(&edge->thread, NULL, edge_run, edge) == 0);
	return edge;
}

static void wait_until_idle(struct bus_edge *edge, struct duration most)
{
	const struct instant until = time_add(time_monotonic(), most);
	const struct timespec limit = { .tv_sec = until.us / 1000000,
		                        .tv_nsec = until.us % 1000000 * 1000 };

	pthread_mutex_lock(&edge->lock);
	while (!TAILQ_EMPTY(&edge->waiting) &&
	       pthread_cond_clockwait(&edge->idle, &edge->lock, CLOCK_MONOTONIC, &limit) == 0)
		;
	pthread_mutex_unlock(&edge->lock);
}

void bus_edge_destroy(struct bus_edge *edge, struct duration most)
{
	if (edge == NULL)
		return;
	wait_until_idle(edge, most);
	atomic_store(&edge->stopping, true);
	bus_wake(edge->settings.bus.wake);
	pthread_join(edge->thread, NULL);
	replace_producer(edge, NULL);
	close(edge->settings.bus.wake);
	pthread_cond_destroy(&edge->idle);
	pthread_mutex_destroy(&edge->lock);
	memory_free(edge);
}

bool bus_edge_send(struct bus_edge *edge, const struct bus_message *message, bus_edge_done *done,
                   void *argument)
{
	struct flight *const flight = memory_alloc(sizeof(*flight));
	struct bus_message copy = *message;
	bool sent;

	*flight = (struct flight){ .deadline = time_add(time_monotonic(), edge->timeout),
		                   .done = done,
		                   .argument = argument };
	copy.token = (uintptr_t)flight;
	pthread_mutex_lock(&edge->lock);
	sent = bus_producer_send(edge->producer, &copy) == BUS_SENT;
	if (sent)
		TAILQ_INSERT_TAIL(&edge->waiting, flight, entry);
	pthread_mutex_unlock(&edge->lock);
	if (!sent)
		memory_free(flight);
	return sent;
}

bool bus_edge_healthy(const struct bus_edge *edge)
{
	return atomic_load(&edge->healthy);
}

int bus_edge_partitions(const struct bus_edge *edge, int topic)
{
	return atomic_load(&edge->partitions[topic]);
}
