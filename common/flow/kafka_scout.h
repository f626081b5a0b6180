/*
 * kafka_scout - asks the brokers what would keep the runtime waiting, on a thread of its own.
 *
 * It asks where each partition ends, several times a second while something is watched; where the progress
 * topic was a minute ago, once; and whether the topics have the shape that the mesh counts on, when told
 * to. What it learns is taken by kafka_scout_take. When no broker answers there is no news.
 */
#ifndef COMMON_FLOW_KAFKA_SCOUT_H
#define COMMON_FLOW_KAFKA_SCOUT_H

#include "common/flow/catalogue.h"
#include "common/io/bus_consumer.h"

struct kafka_scout;

struct kafka_scout_settings {
	struct bus_consumer *consumer; /* the one to ask with; must outlive the scout */
	const struct catalogue *catalogue;
	const int *reads;  /* topics, ended by -1 */
	const int *writes; /* topics, ended by -1 */
	int32_t partitions;
	int wake; /* written when there is news */
};

struct kafka_news {
	bool shape;    /* the topics exist; wrong says what is wrong with them, "" nothing */
	bool progress; /* where to begin is known */
	bool ends;     /* they are known */
	char wrong[BUS_REASON_SIZE];
	int64_t progress_from;
	struct bus_place *end; /* end_count of them, valid until the next call */
	size_t end_count;
	struct instant asked; /* real time before the question */
	uint64_t generation;  /* of what was watched */
};

struct kafka_scout *kafka_scout_create(const struct kafka_scout_settings *settings);
void kafka_scout_destroy(struct kafka_scout *scout); /* may wait for an answer, at most a second */

/* Asks for the shape of the topics, until they all exist. */
void kafka_scout_check(struct kafka_scout *scout);
/* Asks for the ends of these from now on, and of no others. */
void kafka_scout_watch(struct kafka_scout *scout, const struct bus_place *places, size_t count,
                       uint64_t generation);
/* False: no news since the last call. Never waits. */
bool kafka_scout_take(struct kafka_scout *scout, struct kafka_news *news);

#endif
