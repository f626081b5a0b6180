/*
 * bus_edge - the producer of ingest's edge: each message is acknowledged or given up within a time-out.
 *
 * Any thread may send. What became of a message is told exactly once, from the edge's own thread: true,
 * all replicas have it; false, nobody knows. A message that was given up may still be written, up to some
 * two seconds later, when it was on its way already. Its sender has been told to come again, so the
 * journal then has it twice, under one natural id, which is harmless.
 */
#ifndef COMMON_IO_BUS_EDGE_H
#define COMMON_IO_BUS_EDGE_H

#include "common/io/bus_producer.h"

struct bus_edge;

struct bus_edge_settings {
	struct bus_settings bus; /* wake is not looked at; all topics are opened */
	struct duration timeout; /* below the second in which a sender gets its answer */
	int64_t queue_bytes;
};

typedef void bus_edge_done(void *argument, bool acknowledged);

/* NULL: a setting was refused, and reason says which. */
struct bus_edge *bus_edge_create(const struct bus_edge_settings *settings,
                                 char reason[static BUS_REASON_SIZE]);
/* Waits for what is under way, at most so long; then tells the rest false. */
void bus_edge_destroy(struct bus_edge *edge, struct duration most);

/*
 * Copies the message; its token and sequence are not looked at. False: full, too large or without a broker,
 * and done is not called.
 */
bool bus_edge_send(struct bus_edge *edge, const struct bus_message *message, bus_edge_done *done,
                   void *argument);
/* A broker answers now, and the topics are known: a message that is sent will be acknowledged soon. */
bool bus_edge_healthy(const struct bus_edge *edge);
/* Of a topic, which never changes; 0: no broker has answered yet. */
int bus_edge_partitions(const struct bus_edge *edge, int topic);

#endif
