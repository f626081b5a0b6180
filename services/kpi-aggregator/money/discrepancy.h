/*
 * discrepancy - something that does not add up, as levels: how many are open, and what they are off by, currency by currency.
 *
 * Each opening adds one and each end takes one away. What its objects are off by adds to the unexplained amount while it is open, each
 * change at its own time (`at`); with the time of the opening beside it (`began_at`), so that the sum of all changes that began in a
 * window is what is still unexplained of it: the amount by its age.
 *
 * What an object that did not show it before is off by has the mark `first`: of charges that were taken twice one each.
 *
 * Once explained it is off by nothing, and what it was comes back when it is opened again.
 */
#ifndef SERVICES_KPI_AGGREGATOR_MONEY_DISCREPANCY_H
#define SERVICES_KPI_AGGREGATOR_MONEY_DISCREPANCY_H

#include "opsmesh/v1/billing.pb-c.h"
#include "services/kpi-aggregator/subject/subject.h"

#define DISCREPANCY_OBJECTS_MAX 64 /* of one; billing-sync has as many */
/* Of one: openings, ends and changes of the amount; a change beyond them is added to the one before it of the same opening. */
#define DISCREPANCY_TURNS_MAX 500

extern const struct subject_kind subject_discrepancy;

/* The subject of a fact below, without the prefix. */
const char *subject_discrepancy_id(const Opsmesh__V1__BillingEvent *event);
/* The fact is a BillingEvent with discrepancy_opened, _healed, _grown, _shrunk or _explained. */
bool subject_discrepancy_apply(struct arena *arena, struct bytes known, const void *fact,
                               struct bytes *changed);

#endif
