#include "tests/support/stage_test.h"

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/io/proto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REAL_START_S 1000000
#define HEADERS_OWN 7
#define HEADERS_MORE 64

static struct instant real_now(void *context)
{
	return *(struct instant *)context;
}

static uint64_t no_chance(void *context)
{
	(void)context;
	return 0;
}

static void load(struct stage_test *test)
{
	test->shard = shard_create(&test->context, test->alone, test->number);
	CHECK(memory_store_ops.open(&test->session, test->shard, true) == STATUS_OK);
}

void stage_test_init(struct stage_test *test, const struct catalogue *catalogue,
                     const struct stage *stage, int32_t number, const struct document *documents,
                     const void *config)
{
	*test = (struct stage_test){ .number = number };
	test->arena = arena_create(64 * 1024);
	chance_seed(&test->chance, 1);
	test->real = time_add((struct instant){ 0 }, SECONDS(REAL_START_S));
	test->alone[0] = *stage;
	test->alone[1] = (struct stage){ .name = NULL };
	test->stages[0] = test->alone;
	memory_log_init(&test->log, catalogue, STAGE_TEST_PARTITIONS, &test->chance, &test->real);
	memory_client_init(&test->client, &test->log, "test");
	test->outside =
	    (struct outside){ &memory_log_ops, &test->client, &memory_store_ops, &test->session,
		              real_now,        no_chance,     &test->real };
	test->context = (struct shard_context){ .catalogue = catalogue,
		                                .outside = &test->outside,
		                                .config = config,
		                                .documents = documents,
		                                .partitions = STAGE_TEST_PARTITIONS,
		                                .recorded = true,
		                                .tokens = &test->tokens,
		                                .cache_bytes = 1024,
		                                .timers_kept = 2 };
	memory_store_init(&test->store, &test->context, test->stages, &test->chance);
	test->session.store = &test->store;
	memory_blobs_init(&test->blobs, &test->chance);
	test->effects = effect_work_create(&test->context, test->alone);
	if (test->effects != NULL)
		effect_work_open(test->effects, &test->blobs.door);
	load(test);
}

void stage_test_finish(struct stage_test *test)
{
	shard_destroy(test->shard);
	effect_work_destroy(test->effects);
	memory_blobs_finish(&test->blobs);
	memory_store_finish(&test->store);
	memory_client_finish(&test->client);
	memory_log_finish(&test->log);
	arena_destroy(test->arena);
}

const char *stage_test_key(struct stage_test *test, const char *prefix)
{
	for (int number = 1;; number++) {
		const char *const key = arena_printf(test->arena, "%s%d", prefix, number);

		if (hash_partition(key, strlen(key), STAGE_TEST_PARTITIONS) == test->number)
			return key;
	}
}

static const char *time_text(struct arena *arena, struct instant instant)
{
	char text[TIME_TEXT_SIZE];

	return arena_string(arena, time_format(instant, text));
}

/* What the runtime follows; on the journal only the time counts. */
static size_t write_headers(struct stage_test *test, const struct stage_test_event *event,
                            struct log_header headers[static HEADERS_OWN + HEADERS_MORE])
{
	const struct catalogue *const catalogue = test->context.catalogue;
	struct arena *const arena = test->arena;
	const char *const source =
	    event->source != NULL
		? event->source
		: arena_printf(arena, "%s/%d", catalogue->topics[event->topic].writers[0],
	                       (int)test->number);
	const int64_t sequence =
	    event->sequence != 0 ? event->sequence : ++test->sequences[event->topic];
	const char *const subject = event->subject != NULL ? event->subject : event->key;
	const struct log_header own[HEADERS_OWN] = {
		{ "ce_time", bytes_of(time_text(arena, event->time)) },
		{ "ce_source", bytes_of(source) },
		{ "ce_id", bytes_of(arena_printf(arena, "%s/%lld", source, (long long)sequence)) },
		{ "ce_subject", bytes_of(subject) },
		{ "ce_sequence", bytes_of(arena_printf(arena, "%020lld", (long long)sequence)) },
		{ "ce_meshtime", bytes_of(time_text(arena, event->mesh)) },
		{ "content-type", bytes_of("application/protobuf") },
	};
	const size_t count = event->topic == catalogue->journal ? 1 : HEADERS_OWN;

	CHECK(event->header_count <= HEADERS_MORE);
	memcpy(headers, own, count * sizeof(own[0]));
	for (size_t i = 0; i < event->header_count; i++)
		headers[count + i] = event->headers[i];
	return count + event->header_count;
}

/* Lets the shard read what lies on a topic from an offset on; was the last one held? */
static bool read_from(struct stage_test *test, int topic, int64_t offset)
{
	const struct partition_log *const at =
	    memory_log_at(&test->log, topic, false, test->number);
	bool held = false;

	for (size_t i = (size_t)offset; i < at->count; i++)
		held = shard_read(test->shard, &at->entries[i].record, test->real);
	return held;
}

bool stage_test_feed(struct stage_test *test, const struct stage_test_event *event)
{
	struct log_header headers[HEADERS_OWN + HEADERS_MORE];
	const struct log_message message = {
		.topic = event->topic,
		.partition = test->number,
		.key = bytes_of(event->key),
		.value =
		    event->message != NULL ? proto_pack(test->arena, event->message) : event->value,
		.headers = headers,
		.header_count = write_headers(test, event, headers),
	};

	memory_log_append(&test->log, &message);
	return read_from(
	    test, event->topic,
	    (int64_t)memory_log_at(&test->log, event->topic, false, test->number)->count - 1);
}

static bool comes_before(const struct held *a, const struct held *b)
{
	const struct log_record *const left = &a->event.record;
	const struct log_record *const right = &b->event.record;
	const int name =
	    bytes_compare(record_header(left->headers, left->header_count, EFFECT_HEADER),
	                  record_header(right->headers, right->header_count, EFFECT_HEADER));

	return name != 0 ? name < 0 : bytes_compare(a->event.subject, b->event.subject) < 0;
}

/* As a worker does it: answers that the shard waits for come first, in the order in which it wants them. */
static void answers_first(struct shard *shard)
{
	size_t answers = 0;

	for (size_t i = 0; i < shard->held_count; i++) {
		struct held *const held = shard->held[i];
		size_t at = answers;

		if (!effect_is_pending(shard, &held->event))
			continue;
		while (at > 0 && comes_before(held, shard->held[at - 1]))
			at--;
		memmove(shard->held + at + 1, shard->held + at, (i - at) * sizeof(struct held *));
		shard->held[at] = held;
		answers++;
	}
}

enum status stage_test_fold(struct stage_test *test, size_t count, struct instant frontier)
{
	struct shard *const shard = test->shard;
	bool failed = false;

	if (effect_waits(shard))
		answers_first(shard);
	struct fold fold = { .events = shard->held,
		             .count = count < shard->held_count ? count : shard->held_count,
		             .frontier = frontier,
		             .patience = test->patience };

	TRY(shard_fold(shard, &fold));
	TRY(memory_store_ops.begin(&test->session, &shard->batch, 1));
	CHECK(memory_store_ops.end(&test->session, SECONDS(0), &failed) == STORE_COMMITTED);
	shard_committed(shard, test->real);
	return shard->stopped == NULL ? STATUS_OK : STATUS_FATAL;
}

size_t stage_test_effects(struct stage_test *test)
{
	const int topic = test->alone->results;
	const struct partition_log *const log =
	    memory_log_at(&test->log, topic, false, test->number);
	const size_t before = log->count;

	effect_work_look(test->effects, 0, test->shard);
	while (effect_work_run(test->effects))
		test->real = time_add(test->real, MINUTES(2));
	effect_work_send(test->effects);
	memory_log_network(&test->log, true);
	(void)read_from(test, topic, (int64_t)before);
	return log->count - before;
}

/* The order of recorded mode: what is read again comes topic by topic. */
static int by_mesh(const void *a, const void *b)
{
	const struct event *const left = &(*(struct held *const *)a)->event;
	const struct event *const right = &(*(struct held *const *)b)->event;

	if (left->mesh.us != right->mesh.us)
		return left->mesh.us < right->mesh.us ? -1 : 1;
	if (left->record.topic != right->record.topic)
		return left->record.topic < right->record.topic ? -1 : 1;
	return left->sequence < right->sequence ? -1 : left->sequence > right->sequence;
}

void stage_test_restart(struct stage_test *test)
{
	shard_destroy(test->shard);
	load(test);
	for (size_t i = 0; i < test->shard->topic_count; i++) {
		const struct shard_topic *const topic = &test->shard->topics[i];

		(void)read_from(test, topic->topic, topic->next > 0 ? topic->next - 1 : 0);
	}
	if (test->shard->held_count > 1)
		qsort(test->shard->held, test->shard->held_count, sizeof(*test->shard->held),
		      by_mesh);
}

static struct image *image_of(struct stage_test *test)
{
	return memory_store_image(&test->store, test->alone->name, test->number);
}

size_t stage_test_fact_count(struct stage_test *test)
{
	return image_of(test)->fact_count;
}

const struct fact *stage_test_fact(struct stage_test *test, size_t at)
{
	CHECK(at < image_of(test)->fact_count);
	return &image_of(test)->facts[at];
}

const ProtobufCMessage *stage_test_message(struct stage_test *test, const struct fact *fact)
{
	const struct topic *const topic = &test->context.catalogue->topics[fact->topic];
	ProtobufCMessage *message;
	char problem[PROTO_REASON_SIZE];

	CHECK(proto_unpack(test->arena, topic->message, fact->message, &message, problem));
	return message;
}

const struct fact *stage_test_next(struct stage_test *test, const ProtobufCMessage **message)
{
	if (test->told == stage_test_fact_count(test))
		return NULL;
	const struct fact *const fact = stage_test_fact(test, test->told++);

	if (message != NULL)
		*message = stage_test_message(test, fact);
	return fact;
}

bool stage_test_row(struct stage_test *test, const struct state_table *table, void *row)
{
	const struct bytes key = state_key(test->arena, table, row, table->key_columns);
	const struct bytes packed = image_row(image_of(test), table, key);

	if (packed.data == NULL)
		return false;
	state_unpack(table, key, arena_bytes(test->arena, packed), row);
	return true;
}

void stage_test_leave(struct stage_test *test, const struct state_table *table, const void *row)
{
	image_leave(&test->store, image_of(test), table,
	            state_key(test->arena, table, row, table->key_columns),
	            state_pack(test->arena, table, row));
	stage_test_restart(test);
}

void stage_test_each(struct stage_test *test, const struct state_table *table, void *row,
                     void (*see)(const void *row, void *context), void *context)
{
	const size_t size = strlen(table->name) + 1; /* as row_name in memory_store.c writes it */
	void *value;

	for (size_t at = 0; map_next(&image_of(test)->state, &at, &value);) {
		const struct stored *const stored = value;

		if (stored->name.size <= size || memcmp(stored->name.data, table->name, size) != 0)
			continue;
		state_unpack(table, arena_bytes(test->arena, stored_key(stored)),
		             arena_bytes(test->arena, stored->value), row);
		see(row, context);
	}
}

bool stage_test_timer(struct stage_test *test, const char *name, const char *key,
                      struct instant *due)
{
	const char *const place = arena_printf(test->arena, "%s:%s", name, key);
	const struct stored *const stored = map_get(&image_of(test)->timers, bytes_of(place));

	if (stored == NULL)
		return false;
	memcpy(due, stored->value.data, sizeof(*due));
	return true;
}
