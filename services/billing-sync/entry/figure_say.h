/*
 * figure_say - the books' figures as the contract tells them.
 */
#ifndef SERVICES_BILLING_SYNC_ENTRY_FIGURE_SAY_H
#define SERVICES_BILLING_SYNC_ENTRY_FIGURE_SAY_H

#include "opsmesh/v1/billing.pb-c.h"
#include "services/billing-sync/entry/figure.h"

#define FIGURE_KEY "books" /* of facts about the books as a whole */

const char *figure_day_text(struct arena *arena, int64_t day); /* "2026-05-01" */
Opsmesh__V1__Money *figure_say_money(struct arena *arena, const char *currency, int64_t minor);
Opsmesh__V1__DeferredRoll *figure_say_roll(struct arena *arena,
                                           const struct recognition_roll *roll);
/* NULL: nothing was ever used that has a price. */
Opsmesh__V1__UnbilledRoll *figure_say_unbilled(struct arena *arena,
                                               const struct unbilled_roll *roll);
Opsmesh__V1__RecurringSum *figure_say_recurring(struct arena *arena,
                                                const struct recurring_line *line);

#endif
