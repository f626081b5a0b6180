/*
 * bus_producer - writes records, and tells of each what became of it.
 *
 * Idempotent, acknowledged by all replicas, in order for each partition. A gapless one sends nothing more
 * once a delivery has failed: it is to be abandoned, and another one starts from what is known to be
 * acknowledged. Any thread may send; one thread asks for deliveries.
 */
#ifndef COMMON_IO_BUS_PRODUCER_H
#define COMMON_IO_BUS_PRODUCER_H

#include "common/io/bus.h"

struct bus_producer;

struct bus_producer_settings {
	struct bus_settings bus;
	bool gapless;
	struct duration timeout; /* after it a message that is not gapless is given up; 0: never */
	int64_t queue_bytes;     /* most that waits to be sent */
	struct duration linger;  /* a message waits so long for others to go with it; 0: 1 ms */
};

struct bus_message {
	int topic;
	int32_t partition;
	struct bytes key;
	struct bytes value;
	const struct bus_header *headers;
	size_t header_count; /* at most BUS_HEADERS_MAX */
	uint64_t token;      /* comes back; 0: its acknowledgement is not told, its failure is */
	int64_t sequence;    /* comes back */
};

enum bus_sent {
	BUS_SENT,
	BUS_FULL,    /* try later */
	BUS_REFUSED, /* never: too large, or the producer is dead; bus_producer_reason says why */
};

enum bus_delivery_kind {
	BUS_NO_DELIVERY, /* for now */
	BUS_DELIVERED,
	BUS_UNDELIVERED, /* though it may have been written */
	BUS_DEAD,        /* only another producer helps */
	BUS_UNREACHABLE, /* no broker; the library goes on trying */
};

struct bus_delivery {
	enum bus_delivery_kind kind;
	uint64_t token;
	int64_t sequence;
	const char *reason; /* valid until the next call */
};

/* NULL: a setting was refused, and reason says which. */
struct bus_producer *bus_producer_create(const struct bus_producer_settings *settings,
                                         char reason[static BUS_REASON_SIZE]);
/* Drops what was not sent; no delivery of it is told. Does not wait: the library ends on its own. */
void bus_producer_destroy(struct bus_producer *producer);

/* Learns of a topic before the first message does, so that this is not a second late. */
void bus_producer_open(struct bus_producer *producer, int topic);
/* Asks the brokers for the topics that are open. RETRY: no answer, or one of them has no leader. */
enum status bus_producer_probe(struct bus_producer *producer, struct duration most) MUST_CHECK;
/* As the last good probe said; 0: none was. From any thread. */
int bus_producer_partitions(const struct bus_producer *producer, int topic);

enum bus_sent bus_producer_send(struct bus_producer *producer,
                                const struct bus_message *message) MUST_CHECK;
/* Never waits. Whoever got BUS_NO_DELIVERY may wait for bus_settings.wake. */
void bus_producer_next(struct bus_producer *producer, struct bus_delivery *delivery);
const char *bus_producer_reason(const struct bus_producer *producer); /* of the last BUS_REFUSED */
/* For tests: the producer dies as it does when the broker has lost its state. */
void bus_producer_kill(struct bus_producer *producer);

#endif
