/*
 * report_chart - the small bars beside a number of a report: the period and those before it, oldest first. Pure.
 *
 * A period without a figure is a gap. Always bars: of a line, a period between two gaps would not be seen.
 */
#ifndef SERVICES_OPSMESH_REPORT_CHART_H
#define SERVICES_OPSMESH_REPORT_CHART_H

#include "services/opsmesh/kpi_chart.h"
#include "services/opsmesh/report_book.h"

/* It borrows the points, and the texts of both. */
struct kpi_chart report_chart(const struct report_metric *metric, const struct report_line *line,
                              struct kpi_point points[static REPORT_PERIODS]);

#endif
