#include "common/io/bus_reader.h"

#include "common/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bus_reader {
	struct bus_consumer *consumer;
	int wake;
	bool follow;
	struct bus_range *ranges; /* sorted; until is 0 where all is read */
	size_t count;
	size_t open; /* ranges that are not read to their end */
	char reason[BUS_REASON_SIZE];
};

struct bus_reader *bus_reader_create(const struct bus_settings *settings, int64_t fetch_bytes,
                                     char reason[static BUS_REASON_SIZE])
{
	struct bus_reader *const reader = memory_zero(sizeof(*reader));
	struct bus_consumer_settings own = {
		.bus = *settings,
		.group = "opsmesh.reader", /* a name that the library wants; it is never joined */
		.tell_end = true,
		.fetch_bytes = fetch_bytes,
	};

	own.bus.wake = reader->wake = bus_wake_open();
	reader->consumer = bus_consumer_create(&own, reason);
	if (reader->consumer != NULL)
		return reader;
	bus_reader_destroy(reader);
	return NULL;
}

void bus_reader_destroy(struct bus_reader *reader)
{
	if (reader == NULL)
		return;
	bus_consumer_destroy(reader->consumer, SECONDS(2));
	close(reader->wake);
	memory_free(reader->ranges);
	memory_free(reader);
}

/* Why a question has no answer: the library says no more than that time ran out. */
static enum status asked(struct bus_reader *reader, enum status status)
{
	if (status != STATUS_OK)
		snprintf(reader->reason, sizeof(reader->reason), "it did not answer in time");
	return status;
}

enum status bus_reader_partitions(struct bus_reader *reader, int32_t *counts, struct duration most)
{
	return asked(reader, bus_consumer_partitions(reader->consumer, counts, most));
}

/* Asks the same of all ranges: BUS_FIRST, BUS_END or a time. The caller frees the answer. */
static enum status look_up(struct bus_reader *reader, const struct bus_range *ranges, size_t count,
                           int64_t question, struct duration most, struct bus_place **answer)
{
	struct bus_place *const places = memory_alloc(sizeof(*places) * (count + 1));
	enum status status = STATUS_OK;

	for (size_t i = 0; i < count; i++)
		places[i] = (struct bus_place){ ranges[i].topic, ranges[i].partition, question };
	if (count > 0)
		status = bus_consumer_offsets(reader->consumer, places, count, most);
	if (status == STATUS_OK)
		*answer = places;
	else
		memory_free(places);
	return asked(reader, status);
}

enum status bus_reader_bound(struct bus_reader *reader, struct bus_range *ranges, size_t count,
                             struct duration most)
{
	struct bus_place *first = NULL;
	struct bus_place *end = NULL;
	enum status status = look_up(reader, ranges, count, BUS_FIRST, most, &first);

	if (status == STATUS_OK)
		status = look_up(reader, ranges, count, BUS_END, most, &end);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		ranges[i].until = end[i].offset;
		if (ranges[i].from == BUS_FIRST)
			ranges[i].from = first[i].offset;
		else if (ranges[i].from == BUS_END)
			ranges[i].from = end[i].offset;
	}
	memory_free(first);
	memory_free(end);
	return status;
}

enum status bus_reader_since(struct bus_reader *reader, struct bus_range *ranges, size_t count,
                             struct instant time, struct duration most)
{
	const int64_t ms = time.us > 0 ? time.us / 1000 : 0;
	struct bus_place *places = NULL;
	struct bus_place *end = NULL;
	/* The end first: what is appended between the two questions is then not passed over. */
	enum status status = look_up(reader, ranges, count, BUS_END, most, &end);

	if (status == STATUS_OK)
		status = look_up(reader, ranges, count, ms, most, &places);
	for (size_t i = 0; i < count && status == STATUS_OK; i++)
		ranges[i].from = places[i].offset == BUS_END ? end[i].offset : places[i].offset;
	memory_free(places);
	memory_free(end);
	return status;
}

static int compare(const void *a, const void *b)
{
	const struct bus_range *const one = a;
	const struct bus_range *const other = b;

	if (one->topic != other->topic)
		return one->topic < other->topic ? -1 : 1;
	return (one->partition > other->partition) - (one->partition < other->partition);
}

static struct bus_range *find_range(struct bus_reader *reader, int topic, int32_t partition)
{
	const struct bus_range key = { .topic = topic, .partition = partition };

	return bsearch(&key, reader->ranges, reader->count, sizeof(key), compare);
}

void bus_reader_begin(struct bus_reader *reader, const struct bus_range *ranges, size_t count,
                      bool follow)
{
	struct bus_place *const places = memory_alloc(sizeof(*places) * (count + 1));

	memory_free(reader->ranges);
	reader->ranges = memory_alloc(sizeof(*ranges) * (count + 1));
	reader->count = 0;
	reader->follow = follow;
	for (size_t i = 0; i < count; i++) {
		if (!follow && ranges[i].from >= ranges[i].until)
			continue;
		places[reader->count] =
		    (struct bus_place){ ranges[i].topic, ranges[i].partition, ranges[i].from };
		reader->ranges[reader->count++] = ranges[i];
	}
	qsort(reader->ranges, reader->count, sizeof(*ranges), compare);
	reader->open = reader->count;
	bus_consumer_assign(reader->consumer, places, reader->count);
	memory_free(places);
}

/* The partition has been read up to this offset. */
static void reach(struct bus_reader *reader, int topic, int32_t partition, int64_t offset)
{
	struct bus_range *const range = find_range(reader, topic, partition);

	if (reader->follow || range == NULL || range->until == 0 || offset < range->until)
		return;
	range->until = 0;
	reader->open--;
}

/* Takes a record within its range; of what lies behind the range only note is taken. */
static bool take(struct bus_reader *reader, struct bus_record *record)
{
	const struct bus_range *const range = find_range(reader, record->topic, record->partition);
	const bool wanted = range != NULL && (reader->follow || record->offset < range->until);

	reach(reader, record->topic, record->partition, record->offset + 1);
	if (!wanted)
		bus_record_release(record->message);
	return wanted;
}

enum bus_read bus_reader_next(struct bus_reader *reader, struct duration wait,
                              struct bus_record *record)
{
	const struct instant until = time_add(time_monotonic(), wait);
	struct bus_event event;

	for (;;) {
		if (!reader->follow && reader->open == 0)
			return BUS_READ_DONE;
		bus_consumer_poll(reader->consumer, &event);
		if (event.kind == BUS_RECORD && take(reader, &event.record)) {
			*record = event.record;
			return BUS_READ_RECORD;
		}
		if (event.kind == BUS_AT_END)
			reach(reader, event.topic, event.partition, event.offset);
		if (event.kind == BUS_BROKEN || event.kind == BUS_FATAL || event.kind == BUS_AWAY) {
			snprintf(reader->reason, sizeof(reader->reason), "%s", event.reason);
			return BUS_READ_ERROR;
		}
		if (event.kind == BUS_NOTHING &&
		    !bus_wake_wait(reader->wake, time_since(time_monotonic(), until)) &&
		    !time_before(time_monotonic(), until))
			return BUS_READ_NOTHING;
	}
}

const char *bus_reader_reason(const struct bus_reader *reader)
{
	return reader->reason;
}
