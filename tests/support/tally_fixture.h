/*
 * tally_fixture - the stage index of chargeback in one shard: payments, disputes and warnings in, what is counted of them out.
 *
 * All that is fed is of one customer, a second after the other from 2026-05-10T09:00:00Z on. Where no more is said, a
 * dispute is dp_1 of payment ch_1: 50 USD, for fraud, of Visa.
 */
#ifndef TESTS_SUPPORT_TALLY_FIXTURE_H
#define TESTS_SUPPORT_TALLY_FIXTURE_H

#include "opsmesh/v1/billing.pb-c.h"
#include "tests/support/stage_test.h"

extern struct stage_test tallying_stage;
extern struct instant tallying_mesh; /* of what is fed next */

/* As cmocka calls them before and after. */
int tallying_start(void **state);
int tallying_stop(void **state);

struct tallying_payment {
	const char *id;
	const char *network; /* NULL: no card */
	const char *country;
	const char *status;
	bool reserved; /* and not captured */
	const char *at;
	bool secure; /* with 3-D Secure */
};

/* Its fact is set, the rest is filled here. */
void tallying_feed(Opsmesh__V1__BillingEvent *event);
void tallying_pay(const struct tallying_payment *payment);
/* On 2026-05-03, with a card of Japan. */
void tallying_pay_visa(const char *id);
void tallying_fill_dispute(Opsmesh__V1__DisputeChanged *changed, const char *status);
void tallying_dispute(const char *status, const char *case_type);
/* A fraud warning of ch_1. */
void tallying_warn(void);
/* Everything that was fed, and a quarter of an hour for the telling. */
void tallying_fold(void);

/* What was ever told under a key, summed: "2026-05-08 network visa fraud: 0, 1 of 5000", payments, events and their money; "1 secure" behind it. */
const char *tallying_told(const char *watched);
const char *tallying_told_visa(void);

#endif
