/*
 * kpi - the tables of the daemon, for main.c, the simulator and the tests of its handlers.
 */
#ifndef SERVICES_KPI_AGGREGATOR_KPI_H
#define SERVICES_KPI_AGGREGATOR_KPI_H

#include "common/flow/service.h"

extern const struct stage kpi_stages[];               /* ended by a name of NULL */
extern const struct service_document kpi_documents[]; /* ended by a name of NULL */
extern const struct service_command kpi_commands[];   /* likewise */

#endif
