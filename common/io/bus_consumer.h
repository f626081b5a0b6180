/*
 * bus_consumer - reads partitions that it is told to read; as a member of a group, those it is granted.
 *
 * A member subscribes to one lead topic and is granted some of its partitions; what it then reads is
 * said by bus_consumer_assign, which may name any topics. One thread polls, assigns and commits;
 * bus_consumer_offsets and bus_consumer_partitions may be called from any thread at any time.
 */
#ifndef COMMON_IO_BUS_CONSUMER_H
#define COMMON_IO_BUS_CONSUMER_H

#include "common/io/bus.h"

#define BUS_FIRST INT64_C(-2) /* bus_consumer_offsets: the first offset that is held */
#define BUS_END INT64_C(-1)   /* bus_consumer_offsets: the next that will be written */

struct bus_consumer;

struct bus_consumer_settings {
	struct bus_settings bus;
	const char *group;       /* also of those that only assign: the library wants a name */
	const char *instance;    /* group.instance.id, for static membership; NULL: none */
	const char *lead;        /* the topic subscribed to; NULL: no member */
	struct duration session; /* without a sign of life a member is dead after it; 0: 6 s */
	bool tell_end;           /* BUS_AT_END is wanted */
	bool start_over;         /* where an offset is gone, from the first held; else BUS_BROKEN */
	int64_t fetch_bytes;     /* most that is fetched ahead; 0: the library's 64 MiB */
};

enum bus_event_kind {
	BUS_NOTHING, /* for now */
	BUS_RECORD,  /* to be released */
	BUS_AT_END,  /* all of a partition has been read */
	BUS_GRANTED, /* the group gives it these partitions of the lead topic; bus_consumer_assign answers */
	BUS_REVOKED, /* and takes them all back; nothing is assigned any more */
	BUS_BROKEN,  /* a partition cannot be read as assigned, and is not read any more */
	BUS_AWAY,    /* no broker can be reached; the library goes on trying */
	BUS_FATAL,   /* only another client helps */
};

struct bus_event {
	enum bus_event_kind kind;
	struct bus_record record;  /* BUS_RECORD */
	const int32_t *partitions; /* BUS_GRANTED: valid until the next poll */
	size_t partition_count;
	int topic; /* BUS_AT_END, BUS_BROKEN */
	int32_t partition;
	int64_t offset;     /* BUS_AT_END: the next that will be written */
	const char *reason; /* BUS_BROKEN, BUS_AWAY, BUS_FATAL: valid until the next poll */
};

struct bus_place {
	int topic;
	int32_t partition;
	int64_t offset;
};

/* NULL: a setting was refused, and reason says which. */
struct bus_consumer *bus_consumer_create(const struct bus_consumer_settings *settings,
                                         char reason[static BUS_REASON_SIZE]);
/* Leaves the group. False: that takes longer than it may, and goes on without us. */
bool bus_consumer_destroy(struct bus_consumer *consumer, struct duration most);

/* Never waits. Whoever got BUS_NOTHING may wait for bus_settings.wake. */
void bus_consumer_poll(struct bus_consumer *consumer, struct bus_event *event);
/*
 * Reads these from their offsets, and no others; nothing that was fetched before is told afterwards.
 * Does nothing, and answers false, when the group has taken the assignment back in the meantime.
 */
bool bus_consumer_assign(struct bus_consumer *consumer, const struct bus_place *places,
                         size_t count);

/* Writes offsets with their metadata for the group, without waiting, and only as an owner. */
void bus_consumer_commit(struct bus_consumer *consumer, const struct bus_place *places,
                         const char *const *metadata, size_t count);
/* The metadata that the group has for a partition, "" for none. */
enum status bus_consumer_committed(struct bus_consumer *consumer, const struct bus_place *place,
                                   struct duration most, char *metadata, size_t size) MUST_CHECK;

/*
 * In each place's offset: BUS_FIRST, BUS_END, or a time in milliseconds; out: the offset, BUS_END where
 * nothing is as late. One round trip to each broker. RETRY: not all were answered; nothing is written.
 */
enum status bus_consumer_offsets(struct bus_consumer *consumer, struct bus_place *places,
                                 size_t count, struct duration most) MUST_CHECK;
/* How many partitions each topic of the list has, 0: it does not exist. */
enum status bus_consumer_partitions(struct bus_consumer *consumer, int32_t *counts,
                                    struct duration most) MUST_CHECK;

#endif
