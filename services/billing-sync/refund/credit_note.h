/*
 * credit_note - a credit note of Stripe, decoded: what it takes back of an invoice, and in which ways.
 *
 * Before payment it takes off what is owed. After it, it gives back: by refunds, to the customer's balance,
 * or outside of the provider. Where the note does not say how much went which way, because it names a refund
 * and a balance transaction by their ids alone, neither is guessed. Amounts are the provider's integers.
 */
#ifndef SERVICES_BILLING_SYNC_REFUND_CREDIT_NOTE_H
#define SERVICES_BILLING_SYNC_REFUND_CREDIT_NOTE_H

#include "services/billing-sync/invoice/invoice_line.h"

#define CREDIT_NOTE_REFUNDS_MAX 100

/* Of a refund so much is the note's. */
struct credit_note_refund {
	const char *id;
	int64_t amount; /* where it is not said: all that the note may give back so */
};

struct credit_note {
	const char *id;
	const char *invoice; /* "": none */
	const char *status;  /* verbatim */
	const char *reason;  /* verbatim; "": none */
	size_t refund_count;
	struct credit_note_refund refunds[CREDIT_NOTE_REFUNDS_MAX + 1]; /* each once */
	char currency[4];
	struct instant at; /* effective, else made */
	bool has_voided;
	struct instant voided;
	int64_t total;
	int64_t tax;
	int64_t unpaid; /* takes off what is owed */
	int64_t refunded;
	int64_t credited; /* goes to the customer's balance */
	int64_t outside;
};

/* The object as it came. What it gives lives in the arena. */
bool credit_note_read(struct arena *arena, const struct json_place *object,
                      struct credit_note *note, struct json_error *error) MUST_CHECK;

#endif
