#include "common/io/bus.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Of every client. Nagle's delay costs 40 ms a request; back-off of 10 s outlasts a broker's restart. */
static const struct bus_setting common[] = {
	{ "socket.nagle.disable", "true" },
	{ "socket.keepalive.enable", "true" },
	{ "reconnect.backoff.ms", "50" },
	{ "reconnect.backoff.max.ms", "500" },
	{ "topic.metadata.refresh.interval.ms", "10000" },
	{ NULL, NULL },
};

void bus_record_header(const struct bus_record *record, size_t place, struct bus_header *header)
{
	const rd_kafka_resp_err_t error =
	    rd_kafka_header_get_all(record->headers, place, &header->name, &header->value.data,
	                            &header->value.size);

	CHECK(error == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void bus_record_release(struct rd_kafka_message_s *message)
{
	if (message != NULL)
		rd_kafka_message_destroy(message);
}

int bus_wake_open(void)
{
	const int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	CHECK(wake >= 0);
	return wake;
}

void bus_wake(int wake)
{
	const uint64_t one = 1;

	if (wake >= 0)
		CHECK(write(wake, &one, sizeof(one)) == sizeof(one) || errno == EAGAIN);
}

bool bus_wake_wait(int wake, struct duration most)
{
	const int64_t us = most.us > 0 ? most.us : 0;
	const struct timespec span = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };
	struct pollfd entry = { .fd = wake, .events = POLLIN };
	uint64_t count;

	if (ppoll(&entry, 1, &span, NULL) != 1)
		return false;
	return read(wake, &count, sizeof(count)) == sizeof(count);
}

static bool conf_set(rd_kafka_conf_t *conf, const struct bus_setting *settings,
                     char reason[static BUS_REASON_SIZE])
{
	for (; settings != NULL && settings->name != NULL; settings++) {
		if (settings->value == NULL)
			continue;
		if (rd_kafka_conf_set(conf, settings->name, settings->value, reason,
		                      BUS_REASON_SIZE) != RD_KAFKA_CONF_OK)
			return false;
	}
	return true;
}

/* What the library would print on standard error comes through the events of each client. */
static void say_nothing(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
	(void)client;
	(void)level;
	(void)facility;
	(void)text;
}

struct rd_kafka_conf_s *bus_conf(const struct bus_settings *settings, const struct bus_setting *own,
                                 char reason[static BUS_REASON_SIZE])
{
	const struct bus_setting given[] = {
		{ "bootstrap.servers", settings->brokers },
		{ "client.id", settings->client },
		{ NULL, NULL },
	};
	rd_kafka_conf_t *const conf = rd_kafka_conf_new();

	rd_kafka_conf_set_log_cb(conf, say_nothing);
	if (conf_set(conf, common, reason) && conf_set(conf, given, reason) &&
	    conf_set(conf, own, reason) && conf_set(conf, settings->extra, reason))
		return conf;
	rd_kafka_conf_destroy(conf);
	return NULL;
}

struct rd_kafka_s *bus_client(bool producer, struct rd_kafka_conf_s *conf,
                              char reason[static BUS_REASON_SIZE])
{
	rd_kafka_t *const client = rd_kafka_new(producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER,
	                                        conf, reason, BUS_REASON_SIZE);

	if (client == NULL)
		rd_kafka_conf_destroy(conf);
	return client;
}

int bus_topic_place(const struct bus_settings *settings, const char *name, int guess)
{
	if (guess >= 0 && guess < settings->topic_count &&
	    strcmp(settings->topics[guess], name) == 0)
		return guess;
	for (int i = 0; i < settings->topic_count; i++)
		if (strcmp(settings->topics[i], name) == 0)
			return i;
	return -1;
}

/* Shared by the thread that ends something and the one that waits for it; the last frees it. */
struct burial {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool ended;
	bool left; /* nobody waits any more */
	void (*end)(void *object);
	void *object;
};

static void *burial_run(void *argument)
{
	struct burial *const burial = argument;
	bool left;

	burial->end(burial->object);
	pthread_mutex_lock(&burial->lock);
	burial->ended = true;
	left = burial->left;
	pthread_cond_signal(&burial->changed);
	pthread_mutex_unlock(&burial->lock);
	if (left)
		memory_free(burial);
	return NULL;
}

static bool burial_wait(struct burial *burial, struct duration most)
{
	const struct instant until = time_add(time_monotonic(), most);
	const struct timespec limit = { .tv_sec = until.us / 1000000,
		                        .tv_nsec = until.us % 1000000 * 1000 };
	bool ended;

	pthread_mutex_lock(&burial->lock);
	while (!burial->ended && pthread_cond_clockwait(&burial->changed, &burial->lock,
	                                                CLOCK_MONOTONIC, &limit) == 0)
		;
	ended = burial->ended;
	burial->left = !ended;
	pthread_mutex_unlock(&burial->lock);
	return ended;
}

bool bus_bury(void (*end)(void *object), void *object, struct duration most)
{
	struct burial *const burial = memory_zero(sizeof(*burial));
	pthread_t thread;

	pthread_mutex_init(&burial->lock, NULL);
	pthread_cond_init(&burial->changed, NULL);
	burial->end = end;
	burial->object = object;
	CHECK(pthread_create(&thread, NULL, burial_run, burial) == 0);
	pthread_detach(thread);
	if (!burial_wait(burial, most))
		return false;
	memory_free(burial);
	return true;
}

int bus_ms(struct duration span)
{
	const int64_t ms = span.us / 1000;

	return ms < 1 ? 1 : ms > INT32_MAX ? INT32_MAX : (int)ms;
}
