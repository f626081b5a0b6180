/*
 * kpi_print - windows of a metric as they are shown: a table for people, CSV, JSON, SVG.
 *
 * The definition stands above its numbers, and the population beside each. What is not final says so: a window is provisional while
 * it is open; a restated one has what it was before, and why.
 */
#ifndef SERVICES_OPSMESH_KPI_PRINT_H
#define SERVICES_OPSMESH_KPI_PRINT_H

#include "services/opsmesh/kpi_row.h"

struct kpi_report {
	struct arena *arena;
	const struct kpi_ask *ask;
	const struct kpi_rows *rows;
};

/* What metrics there are, the latest version of each. */
void kpi_print_metrics(struct arena *arena, const struct kpi_metrics *metrics, struct buffer *out);
void kpi_print_metrics_json(struct arena *arena, const struct kpi_metrics *metrics,
                            struct buffer *out);

void kpi_print_table(const struct kpi_report *report, struct buffer *out);
/* Numbers are integers in the metric's unit, those of amounts minor units. */
void kpi_print_csv(const struct kpi_report *report, struct buffer *out);
/* At most 12 pictures: those values that were counted over most. */
void kpi_print_svg(const struct kpi_report *report, struct buffer *out);
void kpi_print_json(const struct kpi_report *report, struct buffer *out);

/* "provisional", "sealed", "restated 2 times: was 86.04 %, 36 of 42; why" */
const char *kpi_state(struct arena *arena, const struct kpi_row *row);

#endif
