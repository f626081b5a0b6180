/*
 * report_plan - which metrics a leader's page shows, under which headings, in which order. What it does not name is in the
 * page's appendix.
 */
#ifndef SERVICES_OPSMESH_REPORT_PLAN_H
#define SERVICES_OPSMESH_REPORT_PLAN_H

#include <stdbool.h>

struct report_plan {
	const char *heading;        /* NULL ends the table */
	const char *const *metrics; /* end with NULL */
};

extern const struct report_plan report_plans[];
bool report_plan_names(const char *metric);

#endif
