#include "common/flow/kafka_log.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/kafka_inside.h"

#include <stdio.h>
#include <unistd.h>

#define PROGRESS_FETCH_BYTES (INT64_C(4) * 1024 * 1024)
#define ANSWER_PATIENCE SECONDS(1) /* of hinted and first, for which the runtime stands still */

/* Reading. */

static void kafka_retain(void *log, void *handle)
{
	(void)log;
	kept_record_retain(handle);
}

static void kafka_release(void *log, void *handle)
{
	(void)log;
	kept_record_release(handle);
}

int64_t *kafka_next(struct kafka_log *log, int topic, int32_t partition)
{
	if (topic < 0 || topic >= log->settings.catalogue->count || partition < 0 ||
	    partition >= log->settings.partitions)
		return NULL;
	return &log->next[topic * log->settings.partitions + partition];
}

void kafka_forget(struct kafka_log *log)
{
	const int count = log->settings.catalogue->count * log->settings.partitions;

	log->generation++;
	for (int i = 0; i < count; i++)
		log->next[i] = NOT_READ;
	log->fault_count = log->faults_told = 0;
	kafka_scout_watch(log->scout, NULL, 0, log->generation);
}

static bool is_granted(const struct kafka_log *log, int32_t partition)
{
	for (size_t i = 0; i < log->granted_count; i++)
		if (log->granted[i] == partition)
			return true;
	return false;
}

static void set_next(struct kafka_log *log, const struct bus_place *place)
{
	int64_t *const next = kafka_next(log, place->topic, place->partition);

	CHECK(next != NULL);
	*next = place->offset;
}

static void kafka_assign(void *context, const struct log_position *positions, size_t count)
{
	struct kafka_log *const log = context;
	struct bus_place *const places = memory_alloc((count + 1) * sizeof(*places));
	const bool misshapen = log->wrong[0] != '\0';
	size_t kept = 0;

	kafka_forget(log);
	for (size_t i = 0; i < count; i++)
		if (is_granted(log, positions[i].partition))
			places[kept++] =
			    (struct bus_place){ positions[i].topic, positions[i].partition,
				                positions[i].offset };
	log->faults = memory_resize(log->faults, (kept + 1) * sizeof(*log->faults));
	for (size_t i = 0; i < kept && misshapen; i++)
		log->faults[log->fault_count++] =
		    (struct fault){ places[i].topic, places[i].partition };
	if (misshapen)
		kept = 0;
	/* A grant that was not told yet is not answered by what is known of the one before it. */
	if (log->granted_count > 0 && !log->untold &&
	    bus_consumer_assign(log->consumer, places, kept)) {
		for (size_t i = 0; i < kept; i++)
			set_next(log, &places[i]);
		kafka_scout_watch(log->scout, places, kept, log->generation);
	}
	memory_free(places);
}

/* Writing. */

static void make_producer(struct kafka_log *log, char reason[static BUS_REASON_SIZE])
{
	const struct bus_producer_settings settings = { .bus = log->bus,
		                                        .gapless = true,
		                                        .queue_bytes = log->settings.send_bytes };

	log->producer = bus_producer_create(&settings, reason);
	for (size_t i = 0; log->producer != NULL && log->settings.writes[i] >= 0; i++)
		bus_producer_open(log->producer, log->settings.writes[i]);
}

static bool kafka_send(void *context, const struct log_message *message)
{
	struct kafka_log *const log = context;
	struct bus_header headers[BUS_HEADERS_MAX];
	const int dead = message->dead_letter ? log->settings.catalogue->count : 0;
	enum bus_sent sent;

	if (log->failed)
		return false;
	CHECK(message->header_count <= BUS_HEADERS_MAX);
	for (size_t i = 0; i < message->header_count; i++)
		headers[i] =
		    (struct bus_header){ message->headers[i].name, message->headers[i].value };
	sent = bus_producer_send(log->producer,
	                         &(struct bus_message){ .topic = message->topic + dead,
	                                                .partition = message->partition,
	                                                .key = message->key,
	                                                .value = message->value,
	                                                .headers = headers,
	                                                .header_count = message->header_count,
	                                                .token = message->token,
	                                                .sequence = message->sequence });
	if (sent == BUS_REFUSED)
		log->failed = log->failure_due = true;
	return sent == BUS_SENT;
}

static void kafka_restart(void *context)
{
	struct kafka_log *const log = context;
	char reason[BUS_REASON_SIZE];

	bus_producer_destroy(log->producer);
	make_producer(log, reason);
	CHECK(log->producer != NULL); /* its settings were good before */
	log->failed = log->failure_due = false;
}

/* The group's memory. */

static void kafka_hint(void *context, const struct log_hint *hints, size_t count)
{
	struct kafka_log *const log = context;
	struct bus_place *const places = memory_alloc((count + 1) * sizeof(*places));
	const char **const metadata = memory_alloc((count + 1) * sizeof(const char *));
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_granted(log, hints[i].partition))
			continue;
		places[kept] =
		    (struct bus_place){ hints[i].topic, hints[i].partition, hints[i].offset };
		metadata[kept++] = hints[i].metadata;
	}
	if (!log->untold)
		bus_consumer_commit(log->consumer, places, metadata, kept);
	memory_free(metadata);
	memory_free(places);
}

static enum status kafka_hinted(void *context, int topic, int32_t partition, char *metadata,
                                size_t size)
{
	struct kafka_log *const log = context;

	return bus_consumer_committed(log->consumer, &(struct bus_place){ topic, partition, 0 },
	                              ANSWER_PATIENCE, metadata, size);
}

static enum status kafka_first(void *context, int topic, int32_t partition, int64_t *offset)
{
	struct kafka_log *const log = context;
	struct bus_place place = { topic, partition, BUS_FIRST };

	TRY(bus_consumer_offsets(log->progress, &place, 1, ANSWER_PATIENCE));
	*offset = place.offset;
	return STATUS_OK;
}

const struct log_ops kafka_log_ops = {
	.poll = kafka_poll,
	.retain = kafka_retain,
	.release = kafka_release,
	.assign = kafka_assign,
	.send = kafka_send,
	.restart = kafka_restart,
	.hint = kafka_hint,
	.hinted = kafka_hinted,
	.first = kafka_first,
};

/* Life. */

static void name_topics(struct kafka_log *log)
{
	const struct catalogue *const catalogue = log->settings.catalogue;

	CHECK(catalogue->count * 2 <= BUS_TOPICS_MAX);
	log->dead_names = memory_alloc((size_t)catalogue->count * sizeof(*log->dead_names));
	for (int i = 0; i < catalogue->count; i++) {
		snprintf(log->dead_names[i], NAME_SIZE, "%s.dlq", catalogue->topics[i].name);
		log->names[i] = catalogue->topics[i].name;
		log->names[catalogue->count + i] = log->dead_names[i];
	}
}

static struct bus_consumer *make_consumer(struct kafka_log *log, bool member,
                                          char reason[static BUS_REASON_SIZE])
{
	const struct kafka_log_settings *const settings = &log->settings;
	struct bus_consumer_settings own = {
		.bus = log->bus,
		.group = settings->group,
		.instance = member ? settings->instance : NULL,
		.lead = member ? settings->catalogue->topics[settings->lead].name : NULL,
		.session = settings->session,
		.start_over = !member,
		.fetch_bytes = member ? settings->fetch_bytes : PROGRESS_FETCH_BYTES,
	};

	own.bus.topic_count = settings->catalogue->count;
	return bus_consumer_create(&own, reason);
}

static struct kafka_scout *make_scout(struct kafka_log *log)
{
	struct kafka_scout *const scout = kafka_scout_create(&(struct kafka_scout_settings){
	    .consumer = log->progress,
	    .catalogue = log->settings.catalogue,
	    .reads = log->settings.reads,
	    .writes = log->settings.writes,
	    .partitions = log->settings.partitions,
	    .wake = log->wake,
	});

	return scout;
}

struct kafka_log *kafka_log_create(const struct kafka_log_settings *settings,
                                   char reason[static BUS_REASON_SIZE])
{
	struct kafka_log *const log = memory_zero(sizeof(*log));
	const size_t places = (size_t)settings->catalogue->count * (size_t)settings->partitions;

	CHECK(settings->partitions > 0 && settings->partitions <= PARTITIONS_MAX);
	log->settings = *settings;
	name_topics(log);
	log->next = memory_alloc(places * sizeof(*log->next));
	for (size_t i = 0; i < places; i++)
		log->next[i] = NOT_READ;
	log->wake = bus_wake_open();
	log->bus = (struct bus_settings){ .brokers = settings->brokers,
		                          .client = settings->instance,
		                          .extra = settings->extra,
		                          .topics = log->names,
		                          .topic_count = settings->catalogue->count * 2,
		                          .wake = log->wake };
	make_producer(log, reason);
	log->progress = log->producer == NULL ? NULL : make_consumer(log, false, reason);
	log->consumer = log->progress == NULL ? NULL : make_consumer(log, true, reason);
	if (log->consumer == NULL) {
		kafka_log_close(log, SECONDS(1));
		return NULL;
	}
	log->scout = make_scout(log);
	return log;
}

bool kafka_log_close(struct kafka_log *log, struct duration most)
{
	bool ended;

	if (log == NULL)
		return true;
	ended = bus_consumer_destroy(log->consumer, most);
	kafka_scout_destroy(log->scout);
	ended = bus_consumer_destroy(log->progress, most) && ended;
	bus_producer_destroy(log->producer);
	close(log->wake);
	memory_free(log->faults);
	memory_free(log->next);
	/* A library that goes on by itself may still look at the names. */
	if (ended) {
		memory_free(log->dead_names);
		memory_free(log);
	}
	return ended;
}

bool kafka_log_warm(struct kafka_log *log, struct duration most)
{
	return !log->failed && bus_producer_probe(log->producer, most) == STATUS_OK;
}

struct kafka_log_counts kafka_log_counts(const struct kafka_log *log)
{
	struct kafka_log_counts counts = log->counts;

	counts.away_now = log->away;
	return counts;
}

void kafka_log_kill_producer(struct kafka_log *log)
{
	bus_producer_kill(log->producer);
}
