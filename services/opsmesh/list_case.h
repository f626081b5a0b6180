/*
 * list_case - `opsmesh list discrepancies`, which is a list of cases and has no deadlines.
 */
#ifndef SERVICES_OPSMESH_LIST_CASE_H
#define SERVICES_OPSMESH_LIST_CASE_H

#include "services/opsmesh/opsmesh.h"

int list_cases(struct tool *tool);

#endif
