/*
 * billing_tally_test - how the books stand, as gauges by stage, shard and currency.
 */
#include "services/billing-sync/billing.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/entry/figure.h"
#include "tests/support/customer_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { OFF_BY = 1, WAITS };

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
	                  (const char *const[METRIC_LABELS_MAX]){ "customer", shard, currency }));
}

static void end_day(int32_t shard, const char *currency, int64_t off_by, int64_t unbilled_off_by)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__BooksDayEnded ended = OPSMESH__V1__BOOKS_DAY_ENDED__INIT;
	Opsmesh__V1__DeferredRoll deferred = OPSMESH__V1__DEFERRED_ROLL__INIT;
	Opsmesh__V1__RecurringSum recurring = OPSMESH__V1__RECURRING_SUM__INIT;
	Opsmesh__V1__UnbilledRoll unbilled = OPSMESH__V1__UNBILLED_ROLL__INIT;

	ended.currency = text_mutable(currency);
	deferred.off_by = -off_by;
	recurring.off_by = off_by;
	unbilled.off_by = unbilled_off_by;
	ended.unbilled = unbilled_off_by != 0 ? &unbilled : NULL;
	ended.deferred = &deferred;
	ended.recurring = &recurring;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_BOOKS_DAY_ENDED;
	event.books_day_ended = &ended;
	told(OPS_BILLING, shard, &event);
	told(OPS_SLA, shard + 1, &event);
}

static void a_day_s_end_says_what_the_books_are_off_by(void **state)
{
	(void)state;
	end_day(1, "JPY", 0, 0);
	end_day(2, "JPY", 3, 0);
	end_day(3, "JPY", 0, -4);
	assert_int_equal(value_of(OFF_BY, "1", "JPY"), 0);
	assert_int_equal(value_of(OFF_BY, "2", "JPY"), 6); /* one does not hide the other */
	assert_int_equal(value_of(OFF_BY, "3", "JPY"), 4);
	end_day(2, "JPY", 0, 0);
	assert_int_equal(value_of(OFF_BY, "2", "JPY"), 0);
}

static char *scrape(void)
{
	struct buffer out = { 0 };
	char *text;

	metrics_write(&out);
	text = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return text;
}

static void put(struct task *task, const struct state_table *table, const char *currency,
                const char *name, int64_t minor)
{
	task_save(task, table,
	          &(struct figure_row){
		      .currency = currency, .name = name, .day = 0, .minor = minor });
}

/* A shard's figures are looked at as they are, also just after it has come here. */
static void look(int which, const struct state_table *table, int64_t minor)
{
	customer_fixture_start(which, "cus_");
	struct task task = { .arena = arena,
		             .shard_number = customer_stage.number,
		             .shard = customer_stage.shard };

	put(&task, table, "", "cut", 3);
	put(&task, table, "EUR", "cash", 5);
	put(&task, table, "JPY", "cash", 6);
	put(&task, table, "JPY", FIGURE_UNEXPLAINED, minor);
	put(&task, table, "USD", FIGURE_UNEXPLAINED, 1);
	billing_sync_look(&billing_sync_stages[which], &task);
	task_remove(&task, table,
	            &(struct figure_row){ .currency = "USD", .name = FIGURE_UNEXPLAINED });
	billing_sync_look(&billing_sync_stages[which], &task);
	(void)customer_stop(NULL);
}

#define UNEXPLAINED_OF "opsmesh_billing_unexplained_minor{stage="

static void what_is_unexplained_is_that_of_both_stages_now(void **state)
{
	(void)state;
	look(BILLING_CUSTOMER, &figure_table, 250);
	look(BILLING_PAYOUT, &balance_figure_table, 7);
	assert_non_null(
	    strstr(scrape(), UNEXPLAINED_OF "\"customer\",shard=\"1\",currency=\"JPY\"} 250\n"));
	assert_non_null(
	    strstr(scrape(), UNEXPLAINED_OF "\"payout\",shard=\"1\",currency=\"JPY\"} 7\n"));
	assert_non_null(
	    strstr(scrape(), UNEXPLAINED_OF "\"payout\",shard=\"1\",currency=\"EUR\"} 0\n"));
	assert_non_null(
	    strstr(scrape(), UNEXPLAINED_OF "\"payout\",shard=\"1\",currency=\"USD\"} 0\n"));
	assert_null(strstr(scrape(), "currency=\"\"}"));
}

/* Or two instances would both show it, and one of them what is no longer so. */
static void a_shard_that_is_gone_takes_its_gauges_along(void **state)
{
	(void)state;
	end_day(1, "JPY", 3, 0);
	end_day(11, "JPY", 3, 0);
	billing_sync_lost(&billing_sync_stages[BILLING_CUSTOMER], 1);
	assert_null(strstr(scrape(), "stage=\"customer\",shard=\"1\""));
	assert_non_null(strstr(scrape(), "stage=\"customer\",shard=\"11\""));
	assert_non_null(
	    strstr(scrape(), UNEXPLAINED_OF "\"payout\",shard=\"1\",currency=\"JPY\"} 7\n"));
	end_day(1, "JPY", 0, 0);
	assert_non_null(strstr(scrape(), "stage=\"customer\",shard=\"1\""));
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
	assert_int_equal(value_of(OFF_BY, "2", "JPY"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_s_end_says_what_the_books_are_off_by),
		cmocka_unit_test(what_is_unexplained_is_that_of_both_stages_now),
		cmocka_unit_test(a_shard_that_is_gone_takes_its_gauges_along),
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
