/*
 * dispute - a case of chargeback's: a dispute, or an early fraud warning.
 *
 * A case whose customer became known goes on under the account as another case: the one from before is nothing any more, so that a
 * dispute counts once. It counts as decided when that was first said and it was not open again since; a late win changes the outcome
 * and not the time. An inquiry is no dispute, and becomes one when it escalates; what was prevented never was one (`stage`).
 */
#ifndef SERVICES_KPI_AGGREGATOR_MONEY_DISPUTE_H
#define SERVICES_KPI_AGGREGATOR_MONEY_DISPUTE_H

#include "opsmesh/v1/dispute.pb-c.h"
#include "services/kpi-aggregator/subject/subject.h"

extern const struct subject_kind subject_dispute;

/* The subject of a fact about a case, without the prefix. */
const char *subject_dispute_id(const Opsmesh__V1__DisputeEvent *event);
/* The fact is a DisputeEvent about a case; those that say nothing of the above change nothing. */
bool subject_dispute_apply(struct arena *arena, struct bytes known, const void *fact,
                           struct bytes *changed);

#endif
