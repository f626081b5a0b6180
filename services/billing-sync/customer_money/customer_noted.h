/*
 * customer_noted - refunds that credit notes are made by, and what becomes of the notes when one fails.
 *
 * A note is booked as if its refunds were made: each books its own transaction. One that failed, or was
 * cancelled, never gives that money back, and its note stands all the same: so much of the note is owed to
 * the customer, in `receivable` under the note's id, and is the case `not_placed` of the note, with the
 * refund as its evidence, until the note is void or names another refund. A row is kept for each refund that
 * a note names or that failed, so that it does not matter which of the two is heard first.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_NOTED_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_NOTED_H

#include "common/base/money.h"
#include "services/billing-sync/customer/customer.h"

#define NOTED_MAX 32 /* credit notes that one refund is for */

struct noted_row {
	const char *customer_id;
	const char *refund_id;
	struct bytes
	    body; /* a version, whether it failed, when it was made; each note with what it has of it */
};

extern const struct state_table noted_table;

/* What a credit note has of a refund now, in minor units; 0: nothing any more. */
struct noted_part {
	const char *note;
	struct money amount;
	struct instant at; /* the note's */
};
enum status noted_by_note(struct customer *it, const char *refund,
                          const struct noted_part *part) MUST_CHECK;
/* A refund in its state now, and when it was made. */
enum status noted_refund(struct customer *it, const char *refund, bool failed,
                         struct instant at) MUST_CHECK;

#endif
