/*
 * usage - one report of usage, with what was taken back of it. It counts by when it was used, so that a correction changes the window
 * of what it corrects and not its own.
 */
#ifndef SERVICES_KPI_AGGREGATOR_MONEY_USAGE_H
#define SERVICES_KPI_AGGREGATOR_MONEY_USAGE_H

#include "opsmesh/v1/billing.pb-c.h"
#include "services/kpi-aggregator/subject/subject.h"

extern const struct subject_kind subject_usage;

/* The subject of a fact below, without the prefix: customer, source, and the event that is reported or referred to. */
const char *subject_usage_id(struct arena *arena, const Opsmesh__V1__BillingEvent *event);
/* The fact is a BillingEvent with usage_taken, usage_late, usage_corrected or usage_cancelled. */
bool subject_usage_apply(struct arena *arena, struct bytes known, const void *fact,
                         struct bytes *changed);

#endif
