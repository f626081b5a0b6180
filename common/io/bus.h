/*
 * bus - what all Kafka clients of the mesh share, on librdkafka: settings, records, a way to end.
 *
 * A topic is known by its place in the list of names that a client was created with. The clients are
 * bus_consumer, bus_producer, bus_edge, bus_admin and bus_reader; only their files include librdkafka.
 */
#ifndef COMMON_IO_BUS_H
#define COMMON_IO_BUS_H

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/base/time.h"

#include <stdbool.h>
#include <stdint.h>

/* Names of one client: every topic of a catalogue and its dead letters. */
#define BUS_TOPICS_MAX 128
#define BUS_HEADERS_MAX 64 /* of a message that is sent */
#define BUS_REASON_SIZE 256

struct rd_kafka_s;
struct rd_kafka_conf_s;
struct rd_kafka_message_s;
struct rd_kafka_headers_s;

/* One setting of librdkafka; a list ends with a name of NULL. */
struct bus_setting {
	const char *name;
	const char *value;
};

struct bus_settings {
	const char *brokers;             /* host:port, ... */
	const char *client;              /* client.id */
	const struct bus_setting *extra; /* such as TLS: given over all others; NULL: none */
	const char *const *topics;
	int topic_count;
	int wake; /* an eventfd, written when something is to be polled; -1: none */
};

struct bus_header {
	const char *name;
	struct bytes value;
};

/* A record as it was read. All of it is borrowed from message until that is released. */
struct bus_record {
	int topic;
	int32_t partition;
	int64_t offset;
	struct instant appended; /* by the broker's clock, where the topic says LogAppendTime */
	struct bytes key;
	struct bytes value;
	size_t header_count;
	struct rd_kafka_headers_s *headers; /* NULL: none */
	struct rd_kafka_message_s *message;
};

/* place < header_count. */
void bus_record_header(const struct bus_record *record, size_t place, struct bus_header *header);
void bus_record_release(struct rd_kafka_message_s *message); /* NULL is allowed */

/* An eventfd for bus_settings.wake, and what waits on it; both end the process on failure. */
int bus_wake_open(void);
void bus_wake(int wake);                            /* from any thread */
bool bus_wake_wait(int wake, struct duration most); /* true: woken; takes the wake-up */

/* For the files of this folder alone. */

/* A configuration with all settings applied. NULL: one was refused, and reason says which. */
struct rd_kafka_conf_s *bus_conf(const struct bus_settings *settings, const struct bus_setting *own,
                                 char reason[static BUS_REASON_SIZE]);
/* Takes the configuration. NULL: reason says why. */
struct rd_kafka_s *bus_client(bool producer, struct rd_kafka_conf_s *conf,
                              char reason[static BUS_REASON_SIZE]);
/* The place of a topic's name, -1: not listed. guess: a place to try first. */
int bus_topic_place(const struct bus_settings *settings, const char *name, int guess);
/* Runs end(object) on a thread of its own and waits at most so long. True: it has ended. */
bool bus_bury(void (*end)(void *object), void *object, struct duration most);
int bus_ms(struct duration span); /* for librdkafka's time-outs: at least 1 */

#endif
