/*
 * bus_reader - reads partitions for the tools: from an offset or a time, to the end or for ever.
 *
 * The end is the one seen when reading began: what is written meanwhile is not waited for.
 */
#ifndef COMMON_IO_BUS_READER_H
#define COMMON_IO_BUS_READER_H

#include "common/io/bus_consumer.h"

struct bus_reader;

/* A run of offsets of one partition: the first wanted, and the first not wanted. */
struct bus_range {
	int topic;
	int32_t partition;
	int64_t from;
	int64_t until;
};

enum bus_read {
	BUS_READ_RECORD,  /* to be released */
	BUS_READ_NOTHING, /* within the wait */
	BUS_READ_DONE,    /* every range has been read */
	BUS_READ_ERROR, /* a partition cannot be read, or no broker is reachable: reason says which */
};

/* bus.wake is not looked at. NULL: a setting was refused, and reason says which. */
struct bus_reader *bus_reader_create(const struct bus_settings *settings, int64_t fetch_bytes,
                                     char reason[static BUS_REASON_SIZE]);
void bus_reader_destroy(struct bus_reader *reader); /* after all records are released */

/* How many partitions each topic of the settings has, 0: it does not exist. */
enum status bus_reader_partitions(struct bus_reader *reader, int32_t *counts,
                                  struct duration most) MUST_CHECK;
/*
 * Fills in from and until of each range. In from: an offset counts as it is; BUS_FIRST and BUS_END are
 * looked up. until becomes the end as it is now.
 */
enum status bus_reader_bound(struct bus_reader *reader, struct bus_range *ranges, size_t count,
                             struct duration most) MUST_CHECK;
/* Fills in from: the first offset appended at that time or later, else the end. */
enum status bus_reader_since(struct bus_reader *reader, struct bus_range *ranges, size_t count,
                             struct instant time, struct duration most) MUST_CHECK;

/* Reads these ranges; follow: without regard to until. */
void bus_reader_begin(struct bus_reader *reader, const struct bus_range *ranges, size_t count,
                      bool follow);
/* Within a partition in the order of offsets; between them in any. */
enum bus_read bus_reader_next(struct bus_reader *reader, struct duration wait,
                              struct bus_record *record);
/* Of the last that went wrong. */
const char *bus_reader_reason(const struct bus_reader *reader);

#endif
