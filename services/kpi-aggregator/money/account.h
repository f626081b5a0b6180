/*
 * account - the accounts that we know, as a level: one more when it is declared first; when its tier or region becomes another one
 * less of what it was and one more of what it is. And who looks after it, by the newest declaration alone: an owner is routed to, not
 * counted, and nobody's history is rewritten when he goes.
 */
#ifndef SERVICES_KPI_AGGREGATOR_MONEY_ACCOUNT_H
#define SERVICES_KPI_AGGREGATOR_MONEY_ACCOUNT_H

#include "opsmesh/v1/account.pb-c.h"
#include "services/kpi-aggregator/subject/subject.h"

#define ACCOUNT_VERSIONS_MAX \
	100 /* in which tier or region differ; facts beyond are counted and change nothing */

extern const struct subject_kind subject_account;

/* The fact is an AccountEvent with declared. */
bool subject_account_apply(struct arena *arena, struct bytes known, const void *fact,
                           struct bytes *changed);

#endif
