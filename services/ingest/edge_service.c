/*
 * edge_service - the edge as a part of the daemon: its settings, Kafka as its journal, probes, shutdown.
 */
#include "services/ingest/ingest.h"

#include "common/base/text.h"
#include "common/io/bus_edge.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/ingest/edge_intake.h"
#include "services/ingest/people.h"

#include <stdio.h>
#include <string.h>

/* A sender has its answer within a second, also when the broker has just gone. */
#define ACKNOWLEDGED_WITHIN MILLISECONDS(800)
/* For what is under way when the daemon stops: as long as that may take, and a moment. */
#define STOP_WITHIN MILLISECONDS(900)
#define SECRET_MIN CONTACT_SECRET_MIN

/* One edge a process: the skeleton's callbacks have no context of their own. */
static struct {
	struct edge *edge;
	struct bus_edge *bus;
	atomic_bool draining;
} own;

/* The journal. */

static bool journal_send(void *context, const struct edge_record *record, edge_done *done,
                         void *argument)
{
	const struct bus_message message = { .partition = record->partition,
		                             .key = record->key,
		                             .value = record->value,
		                             .headers = record->headers,
		                             .header_count = record->header_count };

	(void)context;
	return bus_edge_send(own.bus, &message, done, argument);
}

static int journal_partitions(void *context)
{
	(void)context;
	return bus_edge_partitions(own.bus, 0);
}

static bool journal_healthy(void *context)
{
	(void)context;
	return !atomic_load(&own.draining) && bus_edge_healthy(own.bus);
}

static const struct edge_journal journal = { .send = journal_send,
	                                     .partitions = journal_partitions,
	                                     .healthy = journal_healthy };

/* Settings. */

static bool secret_long(const char *name, const char *secret, char *reason, size_t reason_size)
{
	if (strlen(secret) >= SECRET_MIN)
		return true;
	(void)snprintf(reason, reason_size, "%s: shorter than %d characters", name, SECRET_MIN);
	return false;
}

static struct edge *edge_of(const struct ingest_config *config, bool recorded, char *reason,
                            size_t reason_size)
{
	const struct edge_settings settings = { .recorded = recorded,
		                                .api_keys = config->api_keys,
		                                .stripe_secrets = config->stripe_secrets,
		                                .contact_secret = bytes_of(config->contact_secret),
		                                .reply_secret = bytes_of(config->reply_secret) };
	char wrong[EDGE_REASON_SIZE];
	struct edge *edge;

	if (!secret_long("CONTACT_SECRET", config->contact_secret, reason, reason_size) ||
	    !secret_long("REPLY_SECRET", config->reply_secret, reason, reason_size))
		return NULL;
	edge = edge_create(&settings, &journal, wrong);
	if (edge == NULL)
		(void)snprintf(reason, reason_size, "%s", wrong);
	return edge;
}

bool ingest_edge_check(const void *config, char *reason, size_t reason_size)
{
	struct edge *const edge = edge_of(config, false, reason, reason_size);

	edge_destroy(edge);
	return edge != NULL;
}

/* Life. */

static struct bus_edge *bus_open(const struct ingest_config *config, char *reason,
                                 size_t reason_size)
{
	static const char *topic[1];
	char client[128];
	char wrong[BUS_REASON_SIZE];
	struct bus_edge *bus;

	topic[0] = opsmesh_catalogue.topics[OPS_INTAKE].name;
	(void)snprintf(client, sizeof(client), "%.100s-edge", config->service.instance);
	bus = bus_edge_create(
	    &(struct bus_edge_settings){ .bus = { .brokers = config->service.brokers,
	                                          .client = client,
	                                          .topics = topic,
	                                          .topic_count = COUNT_OF(topic) },
	                                 .timeout = ACKNOWLEDGED_WITHIN,
	                                 .queue_bytes = config->edge_queue_bytes },
	    wrong);
	if (bus == NULL)
		(void)snprintf(reason, reason_size, "KAFKA_BROKERS: %s", wrong);
	return bus;
}

bool ingest_edge_start(const void *config, bool recorded, char *reason, size_t reason_size)
{
	own.edge = edge_of(config, recorded, reason, reason_size);
	if (own.edge == NULL)
		return false;
	own.bus = bus_open(config, reason, reason_size);
	if (own.bus == NULL)
		return false;
	return true;
}

const struct http_route *ingest_edge_routes(void)
{
	return edge_routes();
}

void *ingest_edge_context(void)
{
	return own.edge;
}

bool ingest_edge_ready(const char **reason)
{
	if (bus_edge_healthy(own.bus))
		return true;
	*reason = "the journal does not answer";
	return false;
}

void ingest_edge_drain(void)
{
	atomic_store(&own.draining, true);
}

/* The edge itself stays: its server is destroyed later. */
void ingest_edge_stop(void)
{
	bus_edge_destroy(own.bus, STOP_WITHIN);
}
