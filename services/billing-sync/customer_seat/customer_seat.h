/*
 * customer_seat - a customer's subscriptions and what is billed for them, in the stage `customer`: each change of
 * either is held against the other, and what does not agree is a discrepancy until it does.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_SEAT_H
#define SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_SEAT_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/seat/seat_book_check.h"

struct book_row {
	const char *customer_id;
	const char *subscription_id;
	struct bytes body; /* seat_book_encode */
};

extern const struct state_table book_table;

/*
 * A state that the mirror took over, or one that was older than what it has. Where the subscription owes now, *owing
 * has since when; else it stays as it was.
 */
enum status customer_seat_state(struct customer *it, const char *subscription_id,
                                struct seat_seen seen, const struct subscription *state,
                                struct moment *owing) MUST_CHECK;
/* counts: it is no draft, and was not voided. */
enum status customer_seat_invoice(struct customer *it, const struct invoice *invoice,
                                  bool counts) MUST_CHECK;

/* Evidence in seats or seconds becomes that of what they come to, where they come to something. */
void customer_seat_worth(struct finding *finding, const struct seat_worth *worth);

/* The row of a subscription that was mirrored. */
void customer_need_book(struct task *task, const Opsmesh__V1__ByCustomerEvent *event);

/* What was agreed with the customer. */
enum status customer_on_contracts(struct task *task,
                                  const Opsmesh__V1__ContractsDeclared *declared);

/* A state of a subscription that is older than the one that stands: what it was, nobody hears of. */
enum status customer_on_earlier(struct task *task, const Opsmesh__V1__ObjectMirrored *earlier);
void customer_need_earlier(struct task *task, const ProtobufCMessage *message);

#endif
