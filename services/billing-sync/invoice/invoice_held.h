/*
 * invoice_held - what is kept of an invoice's last state for who asks later: the rules it breaks, what it asks. Pure.
 *
 * Amounts are minor units of struct money. A draft asks nothing yet, and it is not known what it will; of what
 * was voided or deleted it is known that nobody owes it.
 */
#ifndef SERVICES_BILLING_SYNC_INVOICE_INVOICE_HELD_H
#define SERVICES_BILLING_SYNC_INVOICE_INVOICE_HELD_H

#include "common/base/arena.h"
#include "common/base/money.h"
#include "common/base/time.h"

/* Zero-initialised: nothing is known. */
struct invoice_held {
	uint32_t
	    shown; /* a bit for each rule that it breaks, and one for credits (customer_invoice.c) */
	bool asked;        /* it says what is due */
	bool owed;         /* it was issued and stands, and says its total */
	struct money asks; /* that is due */
	int64_t total;
	struct instant issued;
};

/* The bits, 1 for asked plus 2 for owed, the currency, asks, total, issued. Numbers are big-endian. */
struct bytes invoice_held_encode(struct arena *arena, const struct invoice_held *held);
/* The bits alone, as they were kept before, are read as well. False: they are neither, and *held is as it was. */
bool invoice_held_decode(struct bytes bytes, struct invoice_held *held) MUST_CHECK;

#endif
