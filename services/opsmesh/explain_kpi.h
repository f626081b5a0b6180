/*
 * explain_kpi - `opsmesh explain kpi METRIC WINDOW`.
 */
#ifndef SERVICES_OPSMESH_EXPLAIN_KPI_H
#define SERVICES_OPSMESH_EXPLAIN_KPI_H

#include "services/opsmesh/opsmesh.h"

/* As the daemon answers: ANSWER_NO where what comes out now is not what was said. */
int explain_kpi(struct tool *tool, bool as_json);

#endif
