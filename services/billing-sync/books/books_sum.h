/*
 * books_sum - the shards' answers to a close, added up to the figures that the checklist is asked of.
 *
 * Pure.
 */
#ifndef SERVICES_BILLING_SYNC_BOOKS_BOOKS_SUM_H
#define SERVICES_BILLING_SYNC_BOOKS_BOOKS_SUM_H

#include "opsmesh/v1/books.pb-c.h"
#include "services/billing-sync/close/period_close.h"
#include "services/billing-sync/rule/fx.h"

/*
 * All in the arena; the period, its cut and how many shards are expected are the caller's. Sums beyond 64 bits
 * stay at the edge, and then do not add up.
 */
void books_sum(struct arena *arena, const Opsmesh__V1__ShardFigured *const *answers, size_t count,
               struct period_figures *figures);
/*
 * The rates of its currencies to the reporting one, of the period's last day, as known at an instant. The result
 * is why one is missing, with currency and day; NULL: all are there.
 */
const char *books_rates(struct arena *arena, const struct policy_book *rates,
                        struct instant known_at, const struct close_policy *policy,
                        struct period_figures *figures);

#endif
