/*
 * billing-sync - what each customer has, owes and paid, whatever order the provider's events come in.
 *
 * Stages (stages.c): `object` mirrors the provider's objects so that any order and any repetition of their
 * states ends in one; `source` brings balance transactions together with the refund or dispute whose money
 * they move; `charge` brings refunds and disputes together with the charge that they are
 * about, which knows the customer; `claim` brings tickets about money to the customers of their account; `card`
 * counts the attempts of a card over its customers; `customer` says on ops.billing.v1 what became another by it.
 */
#include "services/billing-sync/billing.h"

#include "common/flow/service.h"
#include "gen/billing_sync_migrations.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/document/policies.h"

const struct service billing_sync = {
	.name = "billing-sync",
	.summary = "Mirrors the payment provider, and says what each customer has, owes and paid.",
	.schema = "billing",
	.config_size = sizeof(struct service_config),
	.documents = billing_documents,
	.stages = billing_sync_stages,
	.lead = OPS_PROVIDER_EVENTS,
	.migrations = billing_sync_migrations,
	.metrics = billing_sync_metrics,
	.committed = billing_sync_tally,
	.look = billing_sync_look,
	.lost = billing_sync_lost,
};

int main(int argc, char **argv)
{
	return service_main(&billing_sync, argc, argv);
}
