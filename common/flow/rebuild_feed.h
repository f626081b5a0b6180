/*
 * rebuild_feed - the records of one partition of several topics, by offset, for a replay.
 *
 * A replay asks for each record once, within a topic nearly in the order of offsets. What was read and not
 * asked for yet is kept, up to a limit; what had to go is read again. So a topic may be larger than memory.
 */
#ifndef COMMON_FLOW_REBUILD_FEED_H
#define COMMON_FLOW_REBUILD_FEED_H

#include "common/flow/outside.h"
#include "common/io/bus.h"

struct rebuild_feed;

/* One topic each. NULL: a setting was refused, and reason says which. */
struct rebuild_feed *rebuild_feed_create(const struct bus_settings *settings, const int *topics,
                                         size_t count, char reason[static BUS_REASON_SIZE]);
void rebuild_feed_destroy(struct rebuild_feed *feed); /* NULL is allowed */
void rebuild_feed_begin(struct rebuild_feed *feed, int32_t partition);
/* replay_fetch of replay.h. The record is released by its handle. */
bool rebuild_feed_take(void *feed, int topic, int64_t offset, struct log_record *record);
const char *rebuild_feed_reason(
    const struct rebuild_feed *feed); /* of the last false; "" it is gone */

/* A log that only lets go of these records. */
extern const struct log_ops rebuild_feed_log;

#endif
