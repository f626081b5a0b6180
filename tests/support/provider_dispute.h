/*
 * provider_dispute - a dispute as the payment provider's API has it, and the customer and charge that it is about, as JSON.
 *
 * The shape is that of the API's Dispute object, with every field of evidence, all of them empty.
 */
#ifndef TESTS_SUPPORT_PROVIDER_DISPUTE_H
#define TESTS_SUPPORT_PROVIDER_DISPUTE_H

#include "common/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

#define PROVIDER_ACCOUNT "acme"
#define PROVIDER_CUSTOMER "cus_1"
#define PROVIDER_CREATED 1777500000 /* 2026-04-29T22:00:00Z */
#define PROVIDER_DUE 1778630399     /* 2026-05-12T23:59:59Z */

/* Members that are not given: what stands behind them. */
struct provider_dispute {
	const char *id;      /* dp_1 */
	const char *charge;  /* ch_ and the id; "": null */
	const char *status;  /* needs_response */
	const char *reason;  /* fraudulent */
	const char *method;  /* card */
	const char *network; /* visa */
	const char *code;    /* of the network; none */
	const char *amount;  /* "12000", as any JSON; "": it has none */
	const char *due;     /* PROVIDER_DUE, as any JSON */
	int64_t submissions;
	bool moved; /* a balance transaction took the money */
};

const char *provider_dispute(struct arena *arena, const struct provider_dispute *dispute);
/* charge.dispute.<what> of it, so many seconds after it was created; the event's id has that number. */
const char *provider_dispute_event(struct arena *arena, int number, const char *what,
                                   const struct provider_dispute *dispute);
/* What the charge of a dispute is by default: "ch_dp_1". */
const char *provider_dispute_charge(struct arena *arena, const char *dispute_id);
/* A payment of 12000 in USD by PROVIDER_CUSTOMER. */
const char *provider_charge(struct arena *arena, const char *id, const char *network);

#endif
