#include "tests/support/kafka_toy.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/io/bus_admin.h"

#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLOSE_PATIENCE MINUTES(1)
#define SESSION SECONDS(30) /* longer than a busy machine takes to start an instance again */

const char *const toy_names[TOY_TOPICS] = { "t.lead.v1", "t.second.v1", "t.kept.v1",
	                                    "t.progress.v1" };

static const struct topic topics[] = {
	[TOY_LEAD] = { .name = "t.lead.v1", .retention = "unlimited" },
	[TOY_SECOND] = { .name = "t.second.v1", .retention = "unlimited" },
	[TOY_KEPT] = { .name = "t.kept.v1", .retention = "unlimited" },
	[TOY_PROGRESS] = { .name = "t.progress.v1", .retention = "1h" },
};
static const struct catalogue catalogue = { .topics = topics,
	                                    .count = TOY_TOPICS,
	                                    .journal = -1,
	                                    .control = -1,
	                                    .progress = TOY_PROGRESS };
static const int reads[] = { TOY_LEAD, TOY_SECOND, -1 };
static const int writes[] = { TOY_LEAD, TOY_SECOND, TOY_KEPT, TOY_PROGRESS, -1 };

struct toy *toy_start(const char *brokers, const char *group, const char *name, int32_t partitions)
{
	const struct kafka_log_settings settings = { .brokers = brokers,
		                                     .group = group,
		                                     .instance = name,
		                                     .catalogue = &catalogue,
		                                     .lead = TOY_LEAD,
		                                     .reads = reads,
		                                     .writes = writes,
		                                     .partitions = partitions,
		                                     .session = SESSION,
		                                     .check = true,
		                                     .fetch_bytes = 16 << 20,
		                                     .send_bytes = 4 << 20 };
	struct toy *const toy = memory_zero(sizeof(*toy));
	char reason[BUS_REASON_SIZE] = "";

	memset(toy->next, -1, sizeof(toy->next));
	toy->log = kafka_log_create(&settings, reason);
	CHECK(toy->log != NULL);
	return toy;
}

void toy_stop(struct toy *toy)
{
	if (toy == NULL)
		return;
	if (kafka_log_close(toy->log, CLOSE_PATIENCE))
		memory_free(toy);
}

void toy_position(struct toy *toy, int64_t offset)
{
	struct log_position positions[TOY_PARTITIONS * 2];
	size_t count = 0;

	memset(toy->next, -1, sizeof(toy->next));
	for (size_t i = 0; i < toy->partition_count; i++)
		for (int topic = TOY_LEAD; topic <= TOY_SECOND; topic++) {
			positions[count++] =
			    (struct log_position){ topic, toy->partitions[i], offset };
			toy->next[topic][toy->partitions[i]] = offset;
		}
	kafka_log_ops.assign(toy->log, positions, count);
}

static void on_record(struct toy *toy, const struct log_record *record)
{
	int64_t *const next = &toy->next[record->topic][record->partition];

	if (*next != record->offset || record->header_count != 1 ||
	    !bytes_equal(record->headers[0].value, bytes_of("toy")))
		toy->wrong++;
	*next = record->offset + 1;
	toy->read[record->topic][record->partition]++;
}

static void on_ack(struct toy *toy, const struct log_event *event)
{
	int64_t *const last = &toy->acked[event->token - 1];

	toy->acks++;
	if (event->sequence != *last + 1)
		toy->acks_wrong++;
	*last = event->sequence;
}

static void on_assigned(struct toy *toy, const struct log_event *event)
{
	toy->assigned++;
	toy->partition_count = event->partition_count;
	memcpy(toy->partitions, event->partitions,
	       event->partition_count * sizeof(*event->partitions));
	toy_position(toy, 0);
}

static void on_end(struct toy *toy, const struct log_event *event)
{
	toy->end[event->topic][event->partition] = event->offset;
	toy->end_early = toy->end_early || time_before(time_now(), event->at);
}

static void keep_reason(struct toy *toy, const struct log_event *event, int *count)
{
	(*count)++;
	snprintf(toy->reason, sizeof(toy->reason), "%s", event->reason);
}

void toy_step(struct toy *toy, struct duration wait)
{
	struct log_event event;

	if (toy == NULL)
		return;
	kafka_log_ops.poll(toy->log, wait, true, &event);
	switch (event.kind) {
	case LOG_NOTHING: break;
	case LOG_RECORD: on_record(toy, &event.record); break;
	case LOG_PROGRESS: toy->progress++; break;
	case LOG_END: on_end(toy, &event); break;
	case LOG_ASSIGNED: on_assigned(toy, &event); break;
	case LOG_ACK: on_ack(toy, &event); break;
	case LOG_FAILED: keep_reason(toy, &event, &toy->failed); break;
	case LOG_BROKEN: keep_reason(toy, &event, &toy->broken); break;
	case LOG_FATAL: keep_reason(toy, &event, &toy->fatal); break;
	}
	kafka_log_ops.release(toy->log, event.record.handle);
}

bool toy_send(struct toy *toy, int topic, int32_t partition, int64_t sequence)
{
	const struct log_header header = { "ce_type", bytes_of("toy") };
	char value[32];

	snprintf(value, sizeof(value), "%" PRId64, sequence);
	return kafka_log_ops.send(toy->log,
	                          &(struct log_message){
				      .topic = topic,
				      .partition = partition,
				      .key = bytes_of("key"),
				      .value = bytes_of(value),
				      .headers = &header,
				      .header_count = 1,
				      .token = topic == TOY_KEPT ? (uint64_t)partition + 1 : 0,
				      .sequence = sequence });
}

static void tell_nobody(void *argument, const char *topic, const char *difference)
{
	(void)argument;
	(void)topic;
	(void)difference;
}

bool toy_create_topics(const char *brokers)
{
	const struct bus_settings settings = { .brokers = brokers, .wake = -1 };
	struct bus_topic wanted[TOY_TOPICS];
	char reason[BUS_REASON_SIZE];
	struct bus_admin *const admin = bus_admin_create(&settings, reason);
	enum status status;

	CHECK(admin != NULL);
	for (int i = 0; i < TOY_TOPICS; i++)
		wanted[i] =
		    (struct bus_topic){ toy_names[i], i == TOY_PROGRESS ? 1 : TOY_PARTITIONS,
			                BUS_RETENTION_UNLIMITED };
	status = bus_admin_create_missing(admin, wanted, TOY_TOPICS, MINUTES(5), tell_nobody, NULL);
	bus_admin_destroy(admin);
	return status == STATUS_OK;
}

bool toy_broker(const char *verb, const char *folder)
{
	char name[] = "kafka.sh";
	char *const argv[] = { name, (char *)(uintptr_t)verb, (char *)(uintptr_t)folder, NULL };
	int status = 1;
	pid_t child;

	if (posix_spawn(&child, "deploy/local/kafka.sh", NULL, NULL, argv, environ) != 0)
		return false;
	return waitpid(child, &status, 0) == child && status == 0;
}
