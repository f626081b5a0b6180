/*
 * customer_holding - who has the seats of a customer's subscription items, in the stage `customer`: as products
 * report it, held against the seats that there are, for each day that is over.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_HOLDING_H
#define SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_HOLDING_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/seat/seat_book.h"
#include "services/billing-sync/seat/seat_holding.h"

struct holding_row {
	const char *customer_id;
	const char *item_id;
	const char *subscription_id; /* NULL: nothing was heard of it yet */
	struct bytes body;           /* seat_holdings_encode */
};

extern const struct state_table holding_table;

/* A report. *full: there are too many of the item; nothing was kept. */
enum status customer_hold_seat(struct customer *it, const struct usage_event *event,
                               bool *full) MUST_CHECK;
/* An item that its subscription has not had before. */
enum status customer_link_seats(struct customer *it, const char *subscription_id,
                                struct seat_book *book, size_t item) MUST_CHECK;
/* Whenever the seats of an item are others. */
enum status customer_judge_seats(struct customer *it, const struct seat_book *book,
                                 size_t item) MUST_CHECK;

#define CUSTOMER_TIMER_SEATS "seats"
enum status customer_on_seats(struct task *task, const char *key);
void customer_need_seats(struct task *task, const char *key);

#endif
