/*
 * billing_tally_test - how the books stand, as gauges by shard and currency.
 */
#include "services/billing-sync/billing.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { UNEXPLAINED, OFF_BY, WAITS };

static struct arena *arena;

static void told(int topic, int32_t shard, const Opsmesh__V1__BillingEvent *event)
{
	billing_sync_tally(&(struct fact){ .topic = topic,
	                                   .partition = shard,
	                                   .key = bytes_of("books"),
	                                   .message = proto_pack(arena, &event->base) });
}

static int value_of(size_t metric, const char *shard, const char *currency)
{
	return (int)metric_value(
	    metric_series(billing_sync_metrics[metric],
	                  (const char *const[METRIC_LABELS_MAX]){ shard, currency }));
}

static void end_day(int32_t shard, const char *currency, int64_t unexplained, int64_t off_by)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__BooksDayEnded ended = OPSMESH__V1__BOOKS_DAY_ENDED__INIT;
	Opsmesh__V1__DeferredRoll deferred = OPSMESH__V1__DEFERRED_ROLL__INIT;
	Opsmesh__V1__RecurringSum recurring = OPSMESH__V1__RECURRING_SUM__INIT;

	ended.currency = text_mutable(currency);
	ended.unexplained = unexplained;
	deferred.off_by = -off_by;
	recurring.off_by = off_by;
	ended.deferred = &deferred;
	ended.recurring = &recurring;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_BOOKS_DAY_ENDED;
	event.books_day_ended = &ended;
	told(OPS_BILLING, shard, &event);
	told(OPS_SLA, shard + 1, &event);
}

static void a_day_s_end_says_what_is_unexplained_and_off(void **state)
{
	(void)state;
	end_day(1, "JPY", 250, 0);
	end_day(2, "JPY", 7, 3);
	assert_int_equal(value_of(UNEXPLAINED, "1", "JPY"), 250);
	assert_int_equal(value_of(UNEXPLAINED, "2", "JPY"), 7);
	assert_int_equal(value_of(UNEXPLAINED, "3", "JPY"), 0);
	assert_int_equal(value_of(UNEXPLAINED, "1", "USD"), 0);
	assert_int_equal(value_of(OFF_BY, "1", "JPY"), 0);
	assert_int_equal(value_of(OFF_BY, "2", "JPY"), 6); /* one does not hide the other */
	end_day(1, "JPY", 0, 0);
	assert_int_equal(value_of(UNEXPLAINED, "1", "JPY"), 0);
}

static void a_shard_waits_until_its_days_are_told(void **state)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__RecurringReported reported = OPSMESH__V1__RECURRING_REPORTED__INIT;
	Opsmesh__V1__RecurringUnreported unreported = OPSMESH__V1__RECURRING_UNREPORTED__INIT;

	(void)state;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_UNREPORTED;
	event.recurring_unreported = &unreported;
	told(OPS_BILLING, 3, &event);
	assert_int_equal(value_of(WAITS, "3", NULL), 1);
	assert_int_equal(value_of(WAITS, "1", NULL), 0);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_REPORTED;
	event.recurring_reported = &reported;
	told(OPS_BILLING, 3, &event);
	assert_int_equal(value_of(WAITS, "3", NULL), 0);
}

static void what_is_not_about_the_books_or_cannot_be_read_says_nothing(void **state)
{
	(void)state;
	billing_sync_tally(&(struct fact){
	    .topic = OPS_BILLING, .key = bytes_of("cus_1"), .message = { "\xff", 1 } });
	billing_sync_tally(&(struct fact){
	    .topic = OPS_BILLING, .key = bytes_of("books"), .message = { "\xff", 1 } });
	assert_int_equal(value_of(UNEXPLAINED, "2", "JPY"), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_s_end_says_what_is_unexplained_and_off),
		cmocka_unit_test(a_shard_waits_until_its_days_are_told),
		cmocka_unit_test(what_is_not_about_the_books_or_cannot_be_read_says_nothing),
	};
	int failed;

	arena = arena_create(4096);
	for (struct metric *const *metric = billing_sync_metrics; *metric != NULL; metric++)
		metric_register(*metric);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
