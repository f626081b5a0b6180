/*
 * payment - what was to be paid, with all attempts at it: the payment intent, else the invoice, else the payment itself.
 *
 * Each attempt is an observation. It is the first of its kind or one more, the one that decides or one that went before it; so that
 * the four rates of authorisation are shares of the same observations:
 *
 *   raw         of all attempts that are decided those that succeeded
 *   network     of those that reached the network (`sent`): what banks refuse, and not our own rules
 *   first try   of the first attempts, whatever was tried later
 *   acceptance  of what was to be paid (`last`): whether it came through in the end, whoever refused it on the way
 *
 * Where an attempt stands is what was told of it last. What a bank takes back days later failed, and succeeded no more.
 */
#ifndef SERVICES_KPI_AGGREGATOR_MONEY_PAYMENT_H
#define SERVICES_KPI_AGGREGATOR_MONEY_PAYMENT_H

#include "opsmesh/v1/billing.pb-c.h"
#include "services/kpi-aggregator/subject/subject.h"

#define PAYMENT_ATTEMPTS_MAX \
	200 /* at one payment: those heard of first; facts of others are counted */

extern const struct subject_kind subject_payment;

/* The subject of a payment_changed, without the prefix. */
const char *subject_payment_id(const Opsmesh__V1__PaymentChanged *changed);
/* The fact is a BillingEvent with payment_changed. */
bool subject_payment_apply(struct arena *arena, struct bytes known, const void *fact,
                           struct bytes *changed);

#endif
