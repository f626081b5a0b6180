/*
 * kpi_daemon - kpi-aggregator's stages over facts that are counted as they come: what counting itself costs.
 *
 * Usage is heard from one stage alone, and no subject is kept of it, as of facts that never become others; all else is the
 * daemon's: definitions, tables, timers, the stage series, and its schema. BENCH_GROUP is its name, so that each run of a bench is a
 * new consumer group, which remembers nothing.
 */
#include "common/base/check.h"
#include "common/io/proto.h"
#include "gen/kpi_aggregator_migrations.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/kpi-aggregator/kpi.h"
#include "services/kpi-aggregator/partial/partial.h"

#include <stdlib.h>
#include <string.h>

#define STAGES_MAX 4

static enum status on_usage(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__BillingEvent *const event = (const void *)message;
	struct observation it = observation_of(OBSERVATION_USAGE, "1");

	if (!proto_instant(event->occurred_at, &it.times[TIME_AT]))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	it.words[WORD_ACCOUNT] = event->account_id;
	it.words[WORD_PRODUCT] = event->usage_taken->meter;
	it.numbers[NUMBER_UNITS] = event->usage_taken->quantity;
	return partial_observe(task, &it);
}

static const struct stage_event events[] = {
	{ .topic = OPS_BILLING, .fact = "usage_taken", .handle = on_usage }, { .topic = -1 }
};

int main(int argc, char **argv)
{
	static const char *const writers[] = { "customer", NULL };
	static struct topic topics[TOPICS_MAX];
	static struct service_document documents[2]; /* definitions alone */
	static struct stage stages[STAGES_MAX];
	const char *const group =
	    getenv("BENCH_GROUP"); /* NOLINT(concurrency-mt-unsafe): before threads */
	struct catalogue catalogue = opsmesh_catalogue;
	struct service service = { .name = group != NULL ? group : "kpi-bench",
		                   .summary = "Counts usage as fast as it can.",
		                   .schema = "kpi",
		                   .config_size = sizeof(struct service_config),
		                   .documents = documents,
		                   .stages = stages,
		                   .catalogue = &catalogue,
		                   .lead = OPS_BILLING,
		                   .migrations = kpi_aggregator_migrations };
	size_t count = 0;

	memcpy(topics, opsmesh_catalogue.topics, (size_t)catalogue.count * sizeof(*topics));
	topics[OPS_BILLING].writers = writers;
	catalogue.topics = topics;
	for (; kpi_stages[count].name != NULL && count < 2; count++)
		stages[count] = kpi_stages[count];
	CHECK(strcmp(stages[0].name, "partial") == 0 && strcmp(stages[1].name, "series") == 0);
	stages[0].events = events;
	for (const struct service_document *it = kpi_documents; it->name != NULL; it++)
		if (strcmp(it->name, DEFINITIONS) == 0)
			documents[0] = *it;
	return service_main(&service, argc, argv);
}
