/*
 * customer_giving - what people let go back to a customer: refunds of a charge, credit notes of an invoice.
 *
 * It is approved by the action `approve` on "charge/<customer>/<charge>" or "invoice/<customer>/<invoice>" with
 * the parameters amount (minor units of ISO 4217), currency and intent; who approves it needs the scope
 * "actions:approve:<role>" of a role that the policy names. From then on it is
 * "refund/<customer>/<charge>/<action>" or "credit_note/<customer>/<invoice>/<action>": whoever executes it
 * writes the action's id into the metadata of what it makes, field `opsmesh_action`, or takes it back by
 * the action `close`. Where the policy wants two people it waits as such until somebody else does `approve` on
 * that, with the same three parameters.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_GIVING_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_GIVING_H

#include "services/billing-sync/customer/customer_order.h"
#include "services/billing-sync/refund/refund.h"

struct giving;
typedef enum status giving_save(const struct giving *it);

/* What it goes back of, at hand. */
struct giving {
	struct customer *customer;
	bool note;          /* credit notes of an invoice; else refunds of a charge */
	const char *object; /* the charge, the invoice */
	struct refund_row *row;
	struct refund_elsewhere elsewhere;
	const void *of;    /* its row, as the file that read it has it */
	giving_save *save; /* keeps it */
};

/* The charge or invoice that an order is about: what is in front of the action, where one is named. */
const char *giving_object(const struct order *order);

/* Each opens what the order is about, says what was decided, saves it and answers the order. */
order_handler giving_approve;
order_handler giving_confirm;
order_handler giving_withdraw;

/* Takes back, and says so, what is approved and would pay twice now; whoever asks saves it where something was. */
enum status giving_lapse(const struct giving *it, bool *lapsed) MUST_CHECK;

/* The action that an object's metadata names; "" none. */
const char *giving_action(struct thing *thing);
/* Something was made: says which approvals it settled that were open before. */
enum status giving_say_settled(const struct giving *it, const struct refund_settled *before,
                               const struct refund_news *news) MUST_CHECK;

#endif
