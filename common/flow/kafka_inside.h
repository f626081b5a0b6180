/*
 * kafka_inside - what the files of kafka_log share: its state, for nobody else.
 */
#ifndef COMMON_FLOW_KAFKA_INSIDE_H
#define COMMON_FLOW_KAFKA_INSIDE_H

#include "common/flow/kafka_log.h"
#include "common/flow/kafka_scout.h"
#include "common/flow/kept_record.h"
#include "common/io/bus_consumer.h"
#include "common/io/bus_producer.h"

#define NAME_SIZE 256 /* Kafka allows 249 bytes */
#define NOT_READ INT64_C(-1)

/* LOG_BROKEN that is still to be told. */
struct fault {
	int topic;
	int32_t partition;
};

struct kafka_log {
	struct kafka_log_settings settings;
	struct bus_settings bus;
	const char *names[BUS_TOPICS_MAX]; /* of the catalogue, then with .dlq */
	char (*dead_names)[NAME_SIZE];
	int wake;
	unsigned turn; /* the source that is asked first */
	struct kafka_log_counts counts;
	char reason[BUS_REASON_SIZE]; /* of the last event told */

	struct bus_consumer *consumer;
	int32_t granted[PARTITIONS_MAX]; /* partitions of the lead topic */
	size_t granted_count;
	bool untold;   /* granted, and the shape of the topics is not known yet */
	int64_t *next; /* topic * partitions + partition: lowest offset to be told, or NOT_READ */
	uint64_t generation; /* of the assignment */
	bool away;           /* no broker could be reached, and nothing has come since */

	struct bus_consumer *progress;
	struct kafka_scout *scout;
	struct kafka_news news;
	size_t ends_told;
	char wrong[BUS_REASON_SIZE]; /* with the topics; "": nothing */
	struct fault *faults;
	size_t fault_count;
	size_t faults_told;

	struct bus_producer *producer;
	bool failed; /* LOG_FAILED is told or due; nothing is sent until restart */
	bool failure_due;
};

/* kafka_poll.c: log_ops.poll. */
void kafka_poll(void *context, struct duration wait, bool room, struct log_event *event);

/* kafka_log.c: where a partition stands; NULL: there is no such partition. */
int64_t *kafka_next(struct kafka_log *log, int topic, int32_t partition);
/* Nothing that was fetched so far is told any more. */
void kafka_forget(struct kafka_log *log);

#endif
