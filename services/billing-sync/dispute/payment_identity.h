/*
 * payment_identity - with what a charge was paid and by whom, as payment_changed tells it: what evidence is made of.
 *
 * Nothing here refuses a charge: money is booked whatever its payer wrote. A field that is no text is left out, and a
 * text beyond PAYMENT_TEXT_MAX ends at its last whole character.
 *
 * Of the payer Stripe's charge tells names and addresses (billing_details, shipping). What else networks compare two
 * payments by it does not carry: the merchant writes that into the charge's metadata, under "purchase_ip",
 * "device_id", "device_fingerprint" and "account_id".
 */
#ifndef SERVICES_BILLING_SYNC_DISPUTE_PAYMENT_IDENTITY_H
#define SERVICES_BILLING_SYNC_DISPUTE_PAYMENT_IDENTITY_H

#include "common/base/arena.h"
#include "common/io/json.h"
#include "opsmesh/v1/billing.pb-c.h"

#define PAYMENT_TEXT_MAX 1000 /* bytes; of metadata the provider takes 500 characters */

/*
 * Fills the fields created_at to disputed of the message, but for what the charge does not tell. The subject of what
 * is personal is the provider's id of the customer. Everything lives in the arena.
 */
void payment_identity_read(struct arena *arena, const struct json_place *charge,
                           const char *subject, Opsmesh__V1__PaymentChanged *changed);

#endif
