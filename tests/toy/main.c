/*
 * toy - a daemon for the tests: the runtime with the least that uses all of it (toy.h says what it does).
 *
 *   KAFKA_BROKERS=... DATABASE_URL=... INSTANCE=toy-1 toy [OPTION]
 *
 * It has the options, settings, probes and metrics of every daemon, TOY_SETTLE and TOY_RECEIPT. Its schema is "toy", its
 * topics are those of toyd_catalogue: tests/integration/toy_mesh.py makes both, feeds it and judges it.
 */
#include "gen/toy_migrations.h"
#include "tests/toy/toy.h"

static const struct config_key config_keys[] = {
	CONFIG(struct toyd_config, settle, "TOY_SETTLE", "3s", "0s", "1d",
	       "An account is settled so long after its first posting."),
	CONFIG(struct toyd_config, receipt, "TOY_RECEIPT", "0s", "0s", "1m",
	       "A receipt takes so long to be written."),
	CONFIG_END,
};

static const struct service toy = {
	.name = "toy",
	.summary = "Keeps a cash book, for the tests.",
	.schema = "toy",
	.config_keys = config_keys,
	.config_size = sizeof(struct toyd_config),
	.stages = toyd_stages,
	.catalogue = &toyd_catalogue,
	.lead = TOYD_JOURNAL,
	.migrations = toy_migrations,
};

int main(int argc, char **argv)
{
	return service_main(&toy, argc, argv);
}
