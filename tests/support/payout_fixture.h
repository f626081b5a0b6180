/*
 * payout_fixture - one shard of billing-sync's stage `payout`, over customer_fixture: customer_key is what it hears of.
 */
#ifndef TESTS_SUPPORT_PAYOUT_FIXTURE_H
#define TESTS_SUPPORT_PAYOUT_FIXTURE_H

#include "opsmesh/v1/mirror.pb-c.h"
#include "tests/support/customer_fixture.h"

/* Of a payout, or of a balance transaction; customer_stop ends either. */
int payout_start(void **state);
int payout_start_transaction(void **state);

/* Without a fact. */
Opsmesh__V1__ByPayoutEvent payout_event_now(void);
void payout_feed(const char *type, const char *id, int64_t revision, const char *status,
                 const char *json);
/* A balance transaction in yen. */
void payout_feed_moved(const char *id, const char *type, const char *source, int amount, int fee);

#endif
