/*
 * explain - a number counted again from the table `observation`, midnights of the backlog from `subject`: what was said, what comes out now, who is in it, who is not and why.
 */
#ifndef SERVICES_KPI_AGGREGATOR_EXPLAIN_EXPLAIN_H
#define SERVICES_KPI_AGGREGATOR_EXPLAIN_EXPLAIN_H

#include "common/flow/service.h"

/*
 * --explain METRIC WINDOW [D=V] [--json]: "support.csat" (the version in force) or "support.csat@1"; "2026-05-01", "2026-W18". Exit
 * status 0: it is the same; 1: it differs, or cannot be counted again; 2: wrong usage; 3: the database cannot be asked. What it fails
 * of stands on standard error, also with --json.
 */
int explain_number(const struct service_given *given, int argc, char **argv);

#endif
