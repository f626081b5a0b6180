/*
 * customer_reporting - a shard's monthly recurring revenue in the reporting currency, day by day.
 *
 * What customers bring is kept by currency and day as figures (figure.h); here each day's sums are told in the one
 * currency that `mrr` names, at the dated rates of that day (recurring_report.h): RecurringReported, once for each day
 * as long as something stands. Where a rate is missing the days from there on wait, which RecurringUnreported says at
 * each day's end; when a document brings it they are told in their order. A rate is never guessed, and what was told
 * is never told again. Such a book begins with the first day whose rates are there,
 * and takes over what stands then. The cost of a day is that of its currencies, however many customers there are.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_REVENUE_CUSTOMER_REPORTING_H
#define SERVICES_BILLING_SYNC_CUSTOMER_REVENUE_CUSTOMER_REPORTING_H

#include "common/flow/task.h"
#include "opsmesh/v1/books.pb-c.h"
#include "services/billing-sync/close/period_close.h"

/* Of a currency, as the last day ended that was told. */
struct worth_row {
	const char *currency;
	int64_t minor;       /* what stood, in itself */
	const char *told_in; /* the reporting currency; "": it was not told yet */
	int64_t worth;       /* in that */
};
/* A day that was told: the columns of RecurringSum. */
struct reported_day_row {
	const char *currency;
	int64_t day;
	int64_t starting;
	int64_t added;
	int64_t reactivation;
	int64_t expansion;
	int64_t contraction;
	int64_t churn;
	int64_t fx;
	int64_t ending;
};
extern const struct state_table worth_table;
extern const struct state_table reported_day_table;

/* Recurring revenue of the currency is another on that day, which is not over: the day's end will be told. */
void customer_reporting_touch(struct task *task, const char *currency, int64_t day);
/* A day of the books is over. */
#define CUSTOMER_TIMER_REPORTING "reporting"
enum status customer_on_reporting(struct task *task, const char *key);
/* What a close asks: the period's line, and why it does not reach the period's end. */
void customer_reporting_answer(struct task *task, const struct period *period,
                               Opsmesh__V1__ShardFigured *answer);

#endif
