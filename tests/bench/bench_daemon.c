/*
 * bench_daemon - a daemon that does nothing but fold: the stage of tests/support/bench_mesh.h.
 *
 * Settings beside a daemon's own, from the environment: BENCH_STAGE is `facts` or `state`; BENCH_GROUP is
 * its name, so that each run of a bench is a new consumer group, which remembers nothing.
 */
#include "common/flow/service.h"
#include "tests/support/bench_mesh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	/* NOLINTBEGIN(concurrency-mt-unsafe): before threads */
	const char *const group = getenv("BENCH_GROUP");
	const char *const stage = getenv("BENCH_STAGE");
	/* NOLINTEND(concurrency-mt-unsafe) */
	const struct service service = {
		.name = group != NULL ? group : "bench",
		.summary = "Folds events as fast as it can.",
		.config_size = sizeof(struct service_config),
		.stages = stage != NULL && strcmp(stage, "facts") == 0 ? bench_facts : bench_state,
		.catalogue = &bench_catalogue,
		.lead = BENCH_IN,
		.migrations = bench_migrations,
	};

	return service_main(&service, argc, argv);
}
