/*
 * What the program does when it does not serve: it counts a number again.
 */
#include "services/kpi-aggregator/explain/explain.h"
#include "services/kpi-aggregator/kpi.h"

const struct service_command kpi_commands[] = {
	{ .name = "--explain",
	  .form = " METRIC WINDOW [D=V] [--json]",
	  .doc = "counts a number again from its observations, and names them",
	  .settings = true,
	  .documents = true,
	  .run = explain_number },
	{ .name = NULL },
};
