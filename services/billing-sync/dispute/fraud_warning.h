/*
 * fraud_warning - a network's early warning that a charge was fraud, as the facts tell it.
 *
 * The fields are those of Stripe's radar.early_fraud_warning. `actionable` is false from when the charge is disputed
 * or wholly refunded on: nothing is left to be done about it.
 */
#ifndef SERVICES_BILLING_SYNC_DISPUTE_FRAUD_WARNING_H
#define SERVICES_BILLING_SYNC_DISPUTE_FRAUD_WARNING_H

#include "opsmesh/v1/billing.pb-c.h"
#include "services/billing-sync/rule/stripe.h"

/*
 * All but the id, and what was said before, which the caller fills in. Everything that it gives lives in the arena.
 * False: it cannot be read, and error says which field.
 */
bool fraud_warning_read(struct arena *arena, const struct json_place *object,
                        Opsmesh__V1__FraudWarningChanged *changed,
                        struct json_error *error) MUST_CHECK;

#endif
