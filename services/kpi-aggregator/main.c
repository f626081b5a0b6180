/*
 * kpi-aggregator - every KPI by a versioned definition: counted once, sealed when its time has passed, restated with a reason.
 *
 * Stages (stages.c): `partial` keeps what is known of tickets, payments and the like, makes observations of it and tells, by shard,
 * what they add to the sums of windows; `series` merges what all shards tell, and says each metric by window on ops.kpi.v1. What a
 * metric is stands in documents; nothing depends on the order in which things became known.
 */
#include "services/kpi-aggregator/kpi.h"

#include "gen/kpi_aggregator_migrations.h"
#include "proto/opsmesh/v1/catalogue.h"

const struct service kpi_aggregator = {
	.name = "kpi-aggregator",
	.summary = "Counts every KPI by a versioned definition, seals and restates it.",
	.schema = "kpi",
	.config_size = sizeof(struct service_config),
	.documents = kpi_documents,
	.stages = kpi_stages,
	.lead = OPS_TICKETS,
	.migrations = kpi_aggregator_migrations,
	.commands = kpi_commands,
};

int main(int argc, char **argv)
{
	return service_main(&kpi_aggregator, argc, argv);
}
