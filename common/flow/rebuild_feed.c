#include "common/flow/rebuild_feed.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/kept_record.h"
#include "common/io/bus_reader.h"

#include <stdio.h>
#include <string.h>

#define WINDOW_BYTES ((size_t)64 << 20) /* of one topic: as much as a reader fetches ahead */
#define FETCH_BYTES ((int64_t)16 << 20)
#define PATIENCE SECONDS(10) /* for a record that the journal says is there */
#define NOWHERE INT64_C(-1)

struct source {
	int topic;
	struct bus_reader *reader;
	int64_t next;              /* offset of the next record that the reader gives, or NOWHERE */
	struct kept_record **list; /* by offset; NULL: taken */
	size_t first;
	size_t count; /* places in use, from the beginning of the list */
	size_t capacity;
	size_t bytes;
};

struct rebuild_feed {
	int32_t partition;
	size_t count;
	char reason[BUS_REASON_SIZE];
	struct source sources[];
};

static void let_go(void *log, void *handle)
{
	(void)log;
	kept_record_release(handle);
}

const struct log_ops rebuild_feed_log = { .release = let_go };

/* The window. */

static void window_clear(struct source *source)
{
	for (size_t i = source->first; i < source->count; i++)
		kept_record_release(source->list[i]);
	source->first = source->count = source->bytes = 0;
}

static void drop_first(struct source *source)
{
	struct kept_record *const kept = source->list[source->first++];

	if (kept != NULL)
		source->bytes -= kept->size;
	kept_record_release(kept);
}

static void window_add(struct source *source, struct kept_record *kept)
{
	if (source->first > 0 && source->count == source->capacity) {
		source->count -= source->first;
		memmove(source->list, source->list + source->first,
		        source->count * sizeof(struct kept_record *));
		source->first = 0;
	}
	if (source->count == source->capacity) {
		source->capacity = source->capacity == 0 ? 256 : source->capacity * 2;
		source->list =
		    memory_resize(source->list, source->capacity * sizeof(struct kept_record *));
	}
	source->list[source->count++] = kept;
	source->bytes += kept->size;
	while (source->bytes > WINDOW_BYTES && source->first + 1 < source->count)
		drop_first(source);
}

/* Offsets ascend, but for the places of those that were taken: they are looked for from the front. */
static struct kept_record *window_take(struct source *source, int64_t offset)
{
	struct kept_record *found = NULL;

	for (size_t i = source->first; i < source->count && found == NULL; i++) {
		if (source->list[i] == NULL || source->list[i]->record.offset != offset)
			continue;
		found = source->list[i];
		source->list[i] = NULL;
		source->bytes -= found->size;
	}
	while (source->first < source->count && source->list[source->first] == NULL)
		source->first++;
	return found;
}

/* Reading. */

static void read_from(struct rebuild_feed *feed, struct source *source, int64_t offset)
{
	const struct bus_range range = { source->topic, feed->partition, offset, INT64_MAX };

	window_clear(source);
	bus_reader_begin(source->reader, &range, 1, true);
	source->next = offset;
}

static bool read_one(struct rebuild_feed *feed, struct source *source)
{
	struct bus_record record;
	const enum bus_read answer = bus_reader_next(source->reader, PATIENCE, &record);

	feed->reason[0] = '\0';
	if (answer == BUS_READ_ERROR)
		snprintf(feed->reason, sizeof(feed->reason), "%s",
		         bus_reader_reason(source->reader));
	if (answer != BUS_READ_RECORD)
		return false;
	source->next = record.offset + 1;
	window_add(source, kept_record_of(&record, source->topic));
	return true;
}

static struct source *find_source(struct rebuild_feed *feed, int topic)
{
	for (size_t i = 0; i < feed->count; i++)
		if (feed->sources[i].topic == topic)
			return &feed->sources[i];
	CHECK(!"a topic that the feed was created with");
	return NULL;
}

bool rebuild_feed_take(void *context, int topic, int64_t offset, struct log_record *record)
{
	struct rebuild_feed *const feed = context;
	struct source *const source = find_source(feed, topic);
	struct kept_record *kept = window_take(source, offset);

	if (kept == NULL && (source->next == NOWHERE || offset < source->next))
		read_from(feed, source, offset);
	while (kept == NULL && source->next <= offset) {
		if (!read_one(feed, source))
			return false;
		kept = source->next > offset ? window_take(source, offset) : NULL;
	}
	if (kept != NULL)
		*record = kept->record;
	return kept != NULL;
}

const char *rebuild_feed_reason(const struct rebuild_feed *feed)
{
	return feed->reason;
}

/* Life. */

struct rebuild_feed *rebuild_feed_create(const struct bus_settings *settings, const int *topics,
                                         size_t count, char reason[static BUS_REASON_SIZE])
{
	struct rebuild_feed *const feed =
	    memory_zero(sizeof(*feed) + count * sizeof(*feed->sources));

	for (; feed->count < count; feed->count++) {
		struct source *const source = &feed->sources[feed->count];

		source->topic = topics[feed->count];
		source->next = NOWHERE;
		source->reader = bus_reader_create(settings, FETCH_BYTES, reason);
		if (source->reader == NULL) {
			rebuild_feed_destroy(feed);
			return NULL;
		}
	}
	return feed;
}

void rebuild_feed_destroy(struct rebuild_feed *feed)
{
	if (feed == NULL)
		return;
	for (size_t i = 0; i < feed->count; i++) {
		window_clear(&feed->sources[i]);
		memory_free(feed->sources[i].list);
		bus_reader_destroy(feed->sources[i].reader);
	}
	memory_free(feed);
}

void rebuild_feed_begin(struct rebuild_feed *feed, int32_t partition)
{
	feed->partition = partition;
	for (size_t i = 0; i < feed->count; i++) {
		window_clear(&feed->sources[i]);
		feed->sources[i].next = NOWHERE;
	}
}
