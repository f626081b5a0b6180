#include "common/flow/rebuild_feed.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/io/bus_reader.h"

#include <stdio.h>
#include <string.h>

#define WINDOW_BYTES ((size_t)64 << 20) /* of one topic: as much as a reader fetches ahead */
#define FETCH_BYTES ((int64_t)16 << 20)
#define PATIENCE SECONDS(10) /* for a record that the journal says is there */
#define NOWHERE INT64_C(-1)

/* A record with all that it points to behind it. */
struct kept {
	struct log_record record;
	size_t size;
	struct log_header headers[];
};

struct source {
	int topic;
	struct bus_reader *reader;
	int64_t next;       /* offset of the next record that the reader gives, or NOWHERE */
	struct kept **list; /* by offset; NULL: taken */
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

/* A record of our own. */

static struct bytes put(unsigned char **room, struct bytes value)
{
	struct bytes copy = { *room, value.size };

	if (value.data == NULL)
		return value;
	memcpy(*room, value.data, value.size);
	*room += value.size;
	return copy;
}

static size_t record_size(const struct bus_record *record)
{
	size_t size = record->key.size + record->value.size;
	struct bus_header header;

	for (size_t i = 0; i < record->header_count; i++) {
		bus_record_header(record, i, &header);
		size += strlen(header.name) + 1 + header.value.size;
	}
	return size;
}

static struct kept *keep(const struct bus_record *record, int topic)
{
	const size_t fixed = sizeof(struct kept) + record->header_count * sizeof(struct log_header);
	const size_t size = fixed + record_size(record);
	struct kept *const kept = memory_alloc(size + 1);
	unsigned char *room = (unsigned char *)kept + fixed;
	struct bus_header header;

	kept->size = size;
	for (size_t i = 0; i < record->header_count; i++) {
		bus_record_header(record, i, &header);
		kept->headers[i].name =
		    put(&room, (struct bytes){ header.name, strlen(header.name) + 1 }).data;
		kept->headers[i].value = put(&room, header.value);
	}
	kept->record = (struct log_record){ .topic = topic,
		                            .partition = record->partition,
		                            .offset = record->offset,
		                            .appended = record->appended,
		                            .key = put(&room, record->key),
		                            .value = put(&room, record->value),
		                            .headers = kept->headers,
		                            .header_count = record->header_count,
		                            .handle = kept };
	return kept;
}

static void let_go(void *log, void *handle)
{
	(void)log;
	memory_free(handle);
}

const struct log_ops rebuild_feed_log = { .release = let_go };

/* The window. */

static void window_clear(struct source *source)
{
	for (size_t i = source->first; i < source->count; i++)
		memory_free(source->list[i]);
	source->first = source->count = source->bytes = 0;
}

static void drop_first(struct source *source)
{
	struct kept *const kept = source->list[source->first++];

	if (kept != NULL)
		source->bytes -= kept->size;
	memory_free(kept);
}

static void window_add(struct source *source, struct kept *kept)
{
	if (source->first > 0 && source->count == source->capacity) {
		source->count -= source->first;
		memmove(source->list, source->list + source->first,
		        source->count * sizeof(struct kept *));
		source->first = 0;
	}
	if (source->count == source->capacity) {
		source->capacity = source->capacity == 0 ? 256 : source->capacity * 2;
		source->list =
		    memory_resize(source->list, source->capacity * sizeof(struct kept *));
	}
	source->list[source->count++] = kept;
	source->bytes += kept->size;
	while (source->bytes > WINDOW_BYTES && source->first + 1 < source->count)
		drop_first(source);
}

/* Offsets ascend, but for the places of those that were taken: they are looked for from the front. */
static struct kept *window_take(struct source *source, int64_t offset)
{
	struct kept *found = NULL;

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
	window_add(source, keep(&record, source->topic));
	source->next = record.offset + 1;
	bus_record_release(record.message);
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
	struct kept *kept = window_take(source, offset);

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
