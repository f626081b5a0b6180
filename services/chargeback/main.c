/*
 * chargeback - every dispute, inquiry and fraud warning is a case with a deadline, evidence and an owner.
 *
 * Stages (stages.c): `index` brings tickets, triage and billing under the account that they belong to; `case` has a case for each
 * dispute and warning of the account, and says on ops.disputes.v1 what became of it, on ops.alerts.v1 what nobody may
 * oversleep; `answer` says what is to be done at the provider, once for each stage of a dispute; `programme` sums what all
 * shards counted, and says how near the networks' monitoring programmes are and where more payments are disputed than elsewhere.
 * People approve; nothing is asked to be sent twice.
 */
#include "services/chargeback/chargeback.h"

#include "gen/chargeback_migrations.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/life/life.h"

static const struct fsm *const machines[] = { &life_fsm, NULL };

const struct service chargeback = {
	.name = "chargeback",
	.summary = "Defends disputes before their deadline, with evidence, once.",
	.schema = "chargeback",
	.config_size = sizeof(struct service_config),
	.documents = chargeback_documents,
	.stages = chargeback_stages,
	.lead = OPS_BILLING,
	.migrations = chargeback_migrations,
	.machines = machines,
};

int main(int argc, char **argv)
{
	return service_main(&chargeback, argc, argv);
}
