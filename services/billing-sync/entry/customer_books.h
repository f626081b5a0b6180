/*
 * customer_books - a shard of the books, day by day: what each day's end says of it, and what a close does.
 *
 * When a day of the books is over on which a currency had anything, BooksDayEnded tells how its deferred
 * revenue rolled forward, how monthly recurring revenue moved, and what is unexplained, each with what it is
 * off by. A period is closed by a cut: every shard answers with its figures as they are just then.
 */
#ifndef SERVICES_BILLING_SYNC_ENTRY_CUSTOMER_BOOKS_H
#define SERVICES_BILLING_SYNC_ENTRY_CUSTOMER_BOOKS_H

#include "common/flow/task.h"
#include "opsmesh/v1/billing.pb-c.h"

/* Something of the currency is another: the end of the day will be told, by the stage `customer` alone. */
void customer_books_touch(struct task *task, const char *currency);

/* Just after a day's end: what belongs to it and is told at midnight is there. */
struct instant customer_books_due(struct task *task, int64_t day);
/* On ops.billing.v1, as of the timer that is due; the event is filled in but for what all of these have. */
enum status customer_books_say(struct task *task, Opsmesh__V1__BillingEvent *event) MUST_CHECK;

/* A day of the books is over in a currency, which is the key. */
#define CUSTOMER_TIMER_BOOKS "books"
enum status customer_on_books(struct task *task, const char *key);

#endif
