/*
 * customer_books - a shard of the books, day by day: what each day's end says of it, and what a close does.
 *
 * When a day of the books is over on which a currency had anything, BooksDayEnded tells how its deferred
 * revenue rolled forward, how monthly recurring revenue moved, and what is unexplained, each with what it is
 * off by. A period is closed by a cut: every shard answers with its figures as they are just then.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_BOOKS_H
#define SERVICES_BILLING_SYNC_CUSTOMER_BOOKS_H

#include "common/flow/task.h"

/* Something of the currency is another: the end of the day will be told, by the stage `customer` alone. */
void customer_books_touch(struct task *task, const char *currency);

/* A day of the books is over in a currency, which is the key. */
#define CUSTOMER_TIMER_BOOKS "books"
enum status customer_on_books(struct task *task, const char *key);

#endif
