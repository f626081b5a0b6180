/*
 * access - what a customer may use of a subscription item: how many seats, as a level, and when it has to be renewed.
 *
 * The renewal is the end of what is paid by now: it moves on when the subscription is renewed, and is gone when access is withdrawn.
 * One that was cancelled says so (`cancelled`, status "cancelling"), and so does one that is past due ("grace") or a trial ("trial").
 */
#ifndef SERVICES_KPI_AGGREGATOR_MONEY_ACCESS_H
#define SERVICES_KPI_AGGREGATOR_MONEY_ACCESS_H

#include "opsmesh/v1/billing.pb-c.h"
#include "services/kpi-aggregator/subject/subject.h"

#define ACCESS_TURNS_MAX 200 /* changes of the seats of an item; a later one is added to the last */

extern const struct subject_kind subject_access;

/* The subject of an access_changed, without the prefix: customer, subscription, item. */
const char *subject_access_id(struct arena *arena, const Opsmesh__V1__BillingEvent *event);
/* The fact is a BillingEvent with access_changed. */
bool subject_access_apply(struct arena *arena, struct bytes known, const void *fact,
                          struct bytes *changed);

#endif
