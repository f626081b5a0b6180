/*
 * outcome_print - outcomes of disputes as they are shown: tables for people, CSV, JSON.
 *
 * A cell has what came of our answers beside what the document says, and what it would say with them (NEXT). "outside": the
 * document's chance lies outside the interval of ours. An interval is of 95 in 100 for ours, of the document's own width for
 * the document.
 */
#ifndef SERVICES_OPSMESH_OUTCOME_PRINT_H
#define SERVICES_OPSMESH_OUTCOME_PRINT_H

#include "services/opsmesh/chance_document.h"
#include "services/opsmesh/outcome_sum.h"
#include "services/opsmesh/reach.h"

struct outcome_report {
	struct arena *arena;
	struct reach reach;
	const struct outcome_sum *sum;
	const struct chance_document *document;
};

/* To standard output. */
void outcome_print(const struct outcome_report *report);
void outcome_print_csv(const struct outcome_report *report);
void outcome_print_json(const struct outcome_report *report);

#endif
