/*
 * kpi_fixture - metrics and windows as the operator's tool reads them, made by hand.
 */
#ifndef TESTS_SUPPORT_KPI_FIXTURE_H
#define TESTS_SUPPORT_KPI_FIXTURE_H

#include "services/opsmesh/kpi_row.h"

/* A share of New York by channel, with two asides; a distribution of Tokyo; an amount. In the arena of the fixture. */
struct kpi_metric *kpi_share(void);
struct kpi_metric *kpi_distribution(void);
struct kpi_metric *kpi_amount(void);
void kpi_metric_end(const struct kpi_metric *metric); /* closes its zone */

/* A row of the metric's window that has this label. figures is ProtoJSON. */
struct kpi_row kpi_row_of(const struct kpi_metric *metric, const char *label, const char *state,
                          const char *figures);

#endif
