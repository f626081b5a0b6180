/*
 * sla-watcher - watches the clock on every open ticket.
 *
 * One stage, `clock` (stages.c): it reads what happens to tickets and what people ask of alerts, and says
 * on ops.sla.v1 what became of each promise, on ops.alerts.v1 which one was missed. Policies, calendars and
 * holidays are documents, compiled together at start; a ticket's one timer judges, nothing else does.
 */
#include "services/sla-watcher/watcher.h"

#include "common/flow/service.h"
#include "gen/sla_watcher_migrations.h"
#include "proto/opsmesh/v1/catalogue.h"

static const struct service_document documents[] = {
	{ .name = WATCH_BOOK,
	  .path = "holidays/ calendars/ sla/",
	  .doc = "SLA policies, with the calendars and holiday lists that they count by.",
	  .compile = watch_compile },
	{ .name = NULL },
};

static const struct fsm *const machines[] = { &sla_clock_fsm, NULL };

const struct service sla_watcher = {
	.name = "sla-watcher",
	.summary = "Watches the clock on every open ticket.",
	.schema = "sla",
	.config_size = sizeof(struct service_config),
	.documents = documents,
	.stages = sla_watcher_stages,
	.lead = OPS_TICKETS,
	.migrations = sla_watcher_migrations,
	.machines = machines,
};

int main(int argc, char **argv)
{
	return service_main(&sla_watcher, argc, argv);
}
