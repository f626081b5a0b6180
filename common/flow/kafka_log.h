/*
 * kafka_log - struct log_ops of outside.h on Apache Kafka.
 *
 * The instance is a static member of the daemon's group, which shares out the partitions of one lead topic;
 * LOG_ASSIGNED comes after the topics were found to have the shape that the mesh counts on. While a topic
 * is missing it waits and says so; where a number of partitions is wrong, every partition assigned is
 * LOG_BROKEN and nothing is read. When no broker can be reached nothing happens: no LOG_END, no LOG_ACK;
 * the library goes on trying.
 *
 * One thread calls it, and ends each wait within microseconds of what it waited for.
 */
#ifndef COMMON_FLOW_KAFKA_LOG_H
#define COMMON_FLOW_KAFKA_LOG_H

#include "common/flow/outside.h"
#include "common/io/bus.h"

struct kafka_log;

struct kafka_log_settings {
	const char *brokers;
	const struct bus_setting *extra; /* of librdkafka, such as TLS; NULL: none */
	const char *group;               /* the daemon's name */
	const char *instance;            /* group.instance.id: the same after a restart */
	const struct catalogue *catalogue;
	int lead;          /* topic that the group shares out */
	const int *reads;  /* topics, ended by -1 */
	const int *writes; /* topics, ended by -1, without .dlq */
	int32_t partitions;
	struct duration session; /* a silent member loses its shards after it; 0: 6 s, the least */
	bool check;              /* the shape of the topics, at each assignment */
	int64_t fetch_bytes;     /* most that is fetched ahead; 0: 64 MiB */
	int64_t send_bytes;      /* most that waits to be sent; 0: the library's 1 GiB */
};

/* For metrics: how often, since it was created. */
struct kafka_log_counts {
	int64_t away;     /* no broker could be reached */
	bool away_now;    /* and nothing has come since the last time */
	int64_t failures; /* LOG_FAILED */
	int64_t stale;    /* records that came in spite of a newer assignment, and were dropped */
	int64_t ends;     /* rounds of LOG_END */
};

extern const struct log_ops kafka_log_ops;

/* NULL: a setting was refused, and reason says which. */
struct kafka_log *kafka_log_create(const struct kafka_log_settings *settings,
                                   char reason[static BUS_REASON_SIZE]);
/*
 * Leaves the group, after every record was released. What was sent and not acknowledged is dropped. False:
 * the library has not ended in time; the process is to exit all the same.
 */
bool kafka_log_close(struct kafka_log *log, struct duration most);

/* Asks the brokers for the topics to be written: true when the first message will not wait for that. */
bool kafka_log_warm(struct kafka_log *log, struct duration most);
struct kafka_log_counts kafka_log_counts(const struct kafka_log *log);
/* For tests: the producer dies as it does when a broker has lost its state. */
void kafka_log_kill_producer(struct kafka_log *log);

#endif
