#include "common/io/bus_admin.h"

#include "common/base/memory.h"
#include "common/base/text.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NUMBER_SIZE 24
#define CONFIGS 3
#define SHOWN_PAUSE_NS 20000000 /* between two looks for topics just created */
#define REPLICAS_DEFAULT (-1)   /* as the brokers' default.replication.factor says */

struct bus_admin {
	rd_kafka_t *client;
	rd_kafka_queue_t *queue;
	size_t differences;
	char reason[BUS_REASON_SIZE];
};

struct wanted {
	const char *name;
	char value[NUMBER_SIZE];
};

static void want(const struct bus_topic *topic, struct wanted wanted[static CONFIGS])
{
	wanted[0] = (struct wanted){ .name = "message.timestamp.type", .value = "LogAppendTime" };
	wanted[1] = (struct wanted){ .name = "cleanup.policy", .value = "delete" };
	wanted[2] = (struct wanted){ .name = "retention.ms" };
	snprintf(wanted[2].value, sizeof(wanted[2].value), "%" PRId64, topic->retention_ms);
}

struct bus_admin *bus_admin_create(const struct bus_settings *settings,
                                   char reason[static BUS_REASON_SIZE])
{
	rd_kafka_conf_t *const conf = bus_conf(settings, NULL, reason);
	rd_kafka_t *const client = conf == NULL ? NULL : bus_client(true, conf, reason);
	struct bus_admin *admin;

	if (client == NULL)
		return NULL;
	admin = memory_zero(sizeof(*admin));
	admin->client = client;
	admin->queue = rd_kafka_queue_new(client);
	return admin;
}

static void admin_end(void *object)
{
	struct bus_admin *const admin = object;

	rd_kafka_queue_destroy(admin->queue);
	rd_kafka_destroy(admin->client);
	memory_free(admin);
}

void bus_admin_destroy(struct bus_admin *admin)
{
	if (admin != NULL)
		bus_bury(admin_end, admin, SECONDS(2));
}

const char *bus_admin_reason(const struct bus_admin *admin)
{
	return admin->reason;
}

static enum status not_answered(struct bus_admin *admin, const char *reason)
{
	snprintf(admin->reason, sizeof(admin->reason), "%s", reason);
	return STATUS_RETRY;
}

enum status bus_admin_partitions(struct bus_admin *admin, const struct bus_topic *topics,
                                 size_t count, int32_t *partitions, struct duration most)
{
	const struct rd_kafka_metadata *metadata = NULL;
	const rd_kafka_resp_err_t error =
	    rd_kafka_metadata(admin->client, 1, NULL, &metadata, bus_ms(most));

	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		return not_answered(admin, rd_kafka_err2str(error));
	for (size_t i = 0; i < count; i++) {
		partitions[i] = 0;
		for (int j = 0; j < metadata->topic_cnt; j++)
			if (strcmp(metadata->topics[j].topic, topics[i].name) == 0)
				partitions[i] = metadata->topics[j].partition_cnt;
	}
	rd_kafka_metadata_destroy(metadata);
	return STATUS_OK;
}

/* The event that answers an administrative request; NULL: reason says why there is none. */
static rd_kafka_event_t *await(struct bus_admin *admin, struct duration most)
{
	/* The library ends the request by itself after that time; half a second for its answer. */
	rd_kafka_event_t *const event = rd_kafka_queue_poll(admin->queue, bus_ms(most) + 500);

	if (event == NULL) {
		not_answered(admin, "no answer");
	} else if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
		not_answered(admin, rd_kafka_event_error_string(event));
		rd_kafka_event_destroy(event);
		return NULL;
	}
	return event;
}

static rd_kafka_AdminOptions_t *make_options(struct bus_admin *admin, rd_kafka_admin_op_t operation,
                                             struct duration most)
{
	rd_kafka_AdminOptions_t *const options =
	    rd_kafka_AdminOptions_new(admin->client, operation);
	char unused[BUS_REASON_SIZE];

	rd_kafka_AdminOptions_set_request_timeout(options, bus_ms(most), unused, sizeof(unused));
	return options;
}

static rd_kafka_NewTopic_t *make_topic(const struct bus_topic *topic)
{
	char unused[BUS_REASON_SIZE];
	rd_kafka_NewTopic_t *const fresh =
	    rd_kafka_NewTopic_new(topic->name, topic->partitions, REPLICAS_DEFAULT, unused,
	                          sizeof(unused));
	struct wanted wanted[CONFIGS];

	want(topic, wanted);
	for (size_t i = 0; fresh != NULL && i < CONFIGS; i++)
		rd_kafka_NewTopic_set_config(fresh, wanted[i].name, wanted[i].value);
	return fresh;
}

static enum status tell_created(struct bus_admin *admin, rd_kafka_event_t *event,
                                bus_admin_tell *tell, void *argument)
{
	enum status status = STATUS_OK;
	size_t count = 0;
	const rd_kafka_topic_result_t **const results =
	    rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);

	for (size_t i = 0; i < count; i++) {
		const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[i]);
		const char *const name = rd_kafka_topic_result_name(results[i]);

		/* Someone else may have been faster. */
		if (error == RD_KAFKA_RESP_ERR_NO_ERROR ||
		    error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
			tell(argument, name, "created");
			continue;
		}
		status = STATUS_REJECT;
		snprintf(admin->reason, sizeof(admin->reason), "%s: %s", name,
		         rd_kafka_topic_result_error_string(results[i]));
		tell(argument, name, admin->reason);
	}
	return status;
}

static enum status create_all(struct bus_admin *admin, rd_kafka_NewTopic_t **fresh, size_t count,
                              struct duration most, bus_admin_tell *tell, void *argument)
{
	rd_kafka_AdminOptions_t *const options =
	    make_options(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS, most);
	enum status status = STATUS_RETRY;
	rd_kafka_event_t *event;

	rd_kafka_CreateTopics(admin->client, fresh, count, options, admin->queue);
	event = await(admin, most);
	if (event != NULL) {
		status = tell_created(admin, event, tell, argument);
		rd_kafka_event_destroy(event);
	}
	rd_kafka_AdminOptions_destroy(options);
	return status;
}

/* A broker answers that topics are created a moment before it shows them. */
static enum status await_shown(struct bus_admin *admin, const struct bus_topic *topics,
                               size_t count, int32_t *partitions, struct duration most)
{
	const struct instant until = time_add(time_monotonic(), most);
	const struct timespec pause = { .tv_nsec = SHOWN_PAUSE_NS };

	for (;;) {
		size_t shown = 0;

		TRY(bus_admin_partitions(admin, topics, count, partitions, most));
		while (shown < count && partitions[shown] != 0)
			shown++;
		if (shown == count || !time_before(time_monotonic(), until))
			return STATUS_OK;
		nanosleep(&pause, NULL);
	}
}

enum status bus_admin_create_missing(struct bus_admin *admin, const struct bus_topic *topics,
                                     size_t count, struct duration most, bus_admin_tell *tell,
                                     void *argument)
{
	int32_t *const partitions = memory_zero(sizeof(*partitions) * (count + 1));
	rd_kafka_NewTopic_t **const fresh =
	    memory_alloc(sizeof(struct rd_kafka_NewTopic_s *) * (count + 1));
	enum status status = bus_admin_partitions(admin, topics, count, partitions, most);
	size_t missing = 0;

	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		if (partitions[i] != 0)
			continue;
		fresh[missing] = make_topic(&topics[i]);
		if (fresh[missing] != NULL) {
			missing++;
			continue;
		}
		snprintf(admin->reason, sizeof(admin->reason), "%s: no such number of partitions",
		         topics[i].name);
		status = STATUS_REJECT;
	}
	if (status == STATUS_OK && missing > 0)
		status = create_all(admin, fresh, missing, most, tell, argument);
	if (status == STATUS_OK && missing > 0)
		status = await_shown(admin, topics, count, partitions, most);
	rd_kafka_NewTopic_destroy_array(fresh, missing);
	memory_free(fresh);
	memory_free(partitions);
	return status;
}

static const char *find_value(const rd_kafka_ConfigResource_t *resource, const char *name)
{
	size_t count = 0;
	const rd_kafka_ConfigEntry_t **const entries =
	    rd_kafka_ConfigResource_configs(resource, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) == 0)
			return rd_kafka_ConfigEntry_value(entries[i]);
	return NULL;
}

static size_t compare_one(const struct bus_topic *topic, const rd_kafka_ConfigResource_t *resource,
                          bus_admin_tell *tell, void *argument)
{
	struct wanted wanted[CONFIGS];
	char text[BUS_REASON_SIZE];
	size_t differences = 0;

	want(topic, wanted);
	for (size_t i = 0; i < CONFIGS; i++) {
		const char *const value = find_value(resource, wanted[i].name);

		if (text_equal(value, wanted[i].value))
			continue;
		snprintf(text, sizeof(text), "%s is %s, not %s", wanted[i].name,
		         value == NULL ? "not known" : value, wanted[i].value);
		tell(argument, topic->name, text);
		differences++;
	}
	return differences;
}

static const struct bus_topic *find_topic(const struct bus_topic *topics, size_t count,
                                          const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(topics[i].name, name) == 0)
			return &topics[i];
	return NULL;
}

static size_t compare_configs(rd_kafka_event_t *event, const struct bus_topic *topics, size_t count,
                              bus_admin_tell *tell, void *argument)
{
	size_t resources = 0;
	const rd_kafka_ConfigResource_t **const list =
	    rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event),
	                                              &resources);
	size_t differences = 0;

	for (size_t i = 0; i < resources; i++) {
		const struct bus_topic *const topic =
		    find_topic(topics, count, rd_kafka_ConfigResource_name(list[i]));

		if (topic != NULL)
			differences += compare_one(topic, list[i], tell, argument);
	}
	return differences;
}

/* Tells of counts, and names those that exist in resources. */
static size_t compare_counts(const struct bus_topic *topics, size_t count,
                             const int32_t *partitions, bus_admin_tell *tell, void *argument)
{
	char text[BUS_REASON_SIZE];
	size_t differences = 0;

	for (size_t i = 0; i < count; i++) {
		if (partitions[i] == topics[i].partitions)
			continue;
		if (partitions[i] == 0)
			snprintf(text, sizeof(text), "does not exist");
		else
			snprintf(text, sizeof(text), "has %" PRId32 " partitions, not %" PRId32,
			         partitions[i], topics[i].partitions);
		tell(argument, topics[i].name, text);
		differences++;
	}
	return differences;
}

/* Asks for the settings of those that exist. */
static rd_kafka_event_t *describe(struct bus_admin *admin, const struct bus_topic *topics,
                                  size_t count, const int32_t *partitions, struct duration most)
{
	rd_kafka_AdminOptions_t *const options =
	    make_options(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, most);
	rd_kafka_ConfigResource_t **const list =
	    memory_alloc(sizeof(struct rd_kafka_ConfigResource_s *) * (count + 1));
	rd_kafka_event_t *event = NULL;
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		if (partitions[i] != 0)
			list[found++] =
			    rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topics[i].name);
	if (found > 0) {
		rd_kafka_DescribeConfigs(admin->client, list, found, options, admin->queue);
		event = await(admin, most);
	}
	rd_kafka_ConfigResource_destroy_array(list, found);
	rd_kafka_AdminOptions_destroy(options);
	memory_free(list);
	return event;
}

static bool any(const int32_t *partitions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (partitions[i] != 0)
			return true;
	return false;
}

enum status bus_admin_compare(struct bus_admin *admin, const struct bus_topic *topics, size_t count,
                              struct duration most, bus_admin_tell *tell, void *argument)
{
	int32_t *const partitions = memory_zero(sizeof(*partitions) * (count + 1));
	enum status status = bus_admin_partitions(admin, topics, count, partitions, most);
	rd_kafka_event_t *event = NULL;

	if (status == STATUS_OK && any(partitions, count)) {
		event = describe(admin, topics, count, partitions, most);
		status = event == NULL ? STATUS_RETRY : STATUS_OK;
	}
	if (status == STATUS_OK)
		admin->differences = compare_counts(topics, count, partitions, tell, argument);
	if (event != NULL) {
		admin->differences += compare_configs(event, topics, count, tell, argument);
		rd_kafka_event_destroy(event);
	}
	memory_free(partitions);
	return status;
}

size_t bus_admin_differences(const struct bus_admin *admin)
{
	return admin->differences;
}
