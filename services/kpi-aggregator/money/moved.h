/*
 * moved - what is said once and never becomes another: recurring revenue that moved, seats that moved, how a network's
 * monitoring programme stood as a day ended. No subject is kept of them.
 *
 * Movements of revenue and seats are signed, so that all of them together are the level: monthly recurring revenue, seats that somebody has.
 */
#ifndef SERVICES_KPI_AGGREGATOR_MONEY_MOVED_H
#define SERVICES_KPI_AGGREGATOR_MONEY_MOVED_H

#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/dispute.pb-c.h"
#include "services/kpi-aggregator/subject/subject.h"

/*
 * Of a BillingEvent with recurring_moved. It counts at noon UTC of its day of the books, whose zone is not told: that lies within the
 * day from UTC-12 to UTC+11. False: it names no amount, or a day that is none.
 */
bool moved_recurring(struct arena *arena, const Opsmesh__V1__BillingEvent *event,
                     struct observation *it) MUST_CHECK;
/* Of a BillingEvent with seat_moved. */
bool moved_seat(struct arena *arena, const Opsmesh__V1__BillingEvent *event,
                struct observation *it) MUST_CHECK;
/* Of a DisputeEvent with ratio_projected, at the end of its day. */
bool moved_programme(struct arena *arena, const Opsmesh__V1__DisputeEvent *event,
                     struct observation *it) MUST_CHECK;

#endif
