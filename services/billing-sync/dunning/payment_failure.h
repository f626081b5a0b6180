/*
 * payment_failure - why a payment did not come through, as a charge, a payment intent or an invoice says it.
 *
 * The provider's words stay verbatim; what an object does not say is "". Both shapes of the API are read: the
 * payment intent with its charges or with latest_charge, the invoice with charge and payment_intent or with
 * payments, the card in payment_method_details, in last_payment_error.payment_method, or in the old
 * source. Nothing is guessed from one object that another must say.
 */
#ifndef SERVICES_BILLING_SYNC_DUNNING_PAYMENT_FAILURE_H
#define SERVICES_BILLING_SYNC_DUNNING_PAYMENT_FAILURE_H

#include "services/billing-sync/rule/stripe.h"

#define PAYMENT_ATTEMPTS_MAX 1000000 /* no invoice is tried more often */

struct payment_failure {
	const char *object; /* "charge", "payment_intent" or "invoice" */
	const char *id;
	const char *charge_id; /* of the attempt; of a charge its own id */
	const char *payment_intent_id;
	const char *invoice_id; /* charges of newer versions do not say it */
	const char *customer_id;
	bool failed; /* as it stands now; what follows may be of an attempt before */

	const char *failure_code;   /* "card_declined" */
	const char *decline_code;   /* "insufficient_funds"; else outcome.reason where it is one */
	const char *outcome_type;   /* "issuer_declined", "blocked", "authorized" ... */
	const char *network_status; /* "declined_by_network", "not_sent_to_network" ... */
	const char *reason;         /* the outcome's */
	const char *advice_code;    /* the provider's: "try_again_later" */
	const char *network_decline_code;
	const char *network_advice_code; /* "03" */

	const char *method; /* "card", "us_bank_account" ... */
	const char *brand;
	const char *network; /* in small letters; the brand where no network is named */
	const char *fingerprint;
	const char *country;
	const char *funding;

	int64_t amount; /* minor units, of the attempt: of an invoice what remained to be paid */
	char currency[4];
	int64_t attempt_count; /* an invoice's; 0 elsewhere */
	bool has_next;
	struct instant next; /* when the provider tries again */
	bool has_created;
	struct instant created; /* of the object */
};

/* Everything that it gives lives in the arena. */
bool payment_failure_read(struct arena *arena, const struct json_place *object,
                          struct payment_failure *failure, struct json_error *error) MUST_CHECK;
/* Did the attempt reach a network? What the provider blocked itself costs no attempt. */
bool payment_failure_sent(const struct payment_failure *failure);

#endif
