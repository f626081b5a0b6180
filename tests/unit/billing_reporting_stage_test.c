/*
 * billing_reporting_stage_test - recurring revenue in the reporting currency, told by the stage `customer` day by
 * day: at the rates of the days, however late these come.
 */
#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/customer_revenue/customer_reporting.h"
#include "services/billing-sync/rule/fx.h"
#include "services/billing-sync/subscription/recurring.h"
#include "tests/support/billing_fixture.h"
#include "tests/support/case_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/customer_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FIRST 20000 /* the day on which the fixture begins: 2024-10-04 */
#define DOCUMENTS_MAX 32
#define SEEDS 200
#define HISTORY_DAYS 20

/* Documents of a test's own, beside the project's. */

static struct document documents[DOCUMENTS_MAX];
static const struct policy_book *own[DOCUMENTS_MAX]; /* in their places */

static void put(const char *name, const struct policy_kind *kind, const char *first,
                const char *second)
{
	const struct document files[] = {
		{ .name = "a.json", .body = bytes_of(first) },
		{ .name = "b.json", .body = bytes_of(second != NULL ? second : "") },
	};
	char reason[256] = "";
	const struct policy_book *const book =
	    policy_compile(kind, files, second != NULL ? 2 : 1, reason, sizeof(reason));

	assert_string_equal(reason, "");
	size_t i = 0;

	while (!text_equal(documents[i].name, name))
		i++;
	if (own[i] != NULL)
		arena_destroy(own[i]->arena);
	documents[i].compiled = own[i] = book;
	customer_stage.context.documents = documents;
}

#define FX(version, from, days)                                                             \
	"{\"id\":\"t\",\"version\":" version ",\"effective_from\":\"" from "\",\"source\":" \
	"\"test\",\"base\":\"USD\",\"days\":[" days "]}"
#define RATE(date, yen) "{\"date\":\"" date "\",\"rates\":{\"JPY\":\"" yen "\"}}"
/* A dollar is 150 yen, on the second day 100; the third has no rate, and then has one; the fourth 125. */
#define SOME                            \
	FX("1", "2024-01-01T00:00:00Z", \
	   RATE("2024-10-04", "150") "," RATE("2024-10-05", "100") "," RATE("2024-10-07", "125"))
#define LATER FX("2", "2024-10-07T12:00:00Z", RATE("2024-10-06", "160"))

static void put_mrr(const char *reporting)
{
	put("mrr", &mrr_policy_kind,
	    arena_printf(customer_stage.arena,
	                 "{\"id\":\"t\",\"version\":3,\"effective_from\":\"1970-01-01T00:00:00Z\","
	                 "\"past_due_at_most\":\"62d\",\"collection_paused_counts\":false,"
	                 "\"rounding\":\"half_up\"%s}",
	                 reporting),
	    NULL);
}

static int start(void **state)
{
	(void)customer_start(state);
	for (size_t i = 0; billing_fixture()[i].name != NULL; i++)
		documents[i] = billing_fixture()[i];
	put_mrr(",\"reporting_currency\":\"USD\"");
	put("fx", &fx_kind, SOME, NULL);
	return 0;
}

/* What happens. */

static void subscribe(const char *id, int64_t revision, const char *status, const char *currency,
                      int amount, int seats)
{
	customer_feed(
	    "subscription", id, revision, status,
	    arena_printf(
		customer_stage.arena,
		"{\"id\":\"%s\",\"object\":\"subscription\",\"customer\":\"cus_1\",\"status\":\"%s\","
		"\"currency\":\"%s\",\"start_date\":1000,\"current_period_start\":1000,"
		"\"current_period_end\":2000000000,\"items\":{\"object\":\"list\",\"has_more\":false,"
		"\"data\":[{\"id\":\"si_%s\",\"object\":\"subscription_item\",\"quantity\":%d,"
		"\"price\":{\"id\":\"price_%s%d\",\"object\":\"price\",\"currency\":\"%s\","
		"\"product\":\"prod_1\",\"unit_amount\":%d,\"recurring\":{\"interval\":\"month\","
		"\"interval_count\":1,\"usage_type\":\"licensed\"}}}]}}",
		id, status, currency, id, seats, currency, amount, currency, amount));
}

static const char *told_sum(const Opsmesh__V1__RecurringSum *sum)
{
	return arena_printf(customer_stage.arena,
	                    "%s %" PRId64 " +%" PRId64 " +%" PRId64 " +%" PRId64 " -%" PRId64
	                    " -%" PRId64 " %" PRId64 " = %" PRId64 " off %" PRId64,
	                    sum->currency, sum->starting, sum->added, sum->reactivation,
	                    sum->expansion, sum->contraction, sum->churn, sum->fx, sum->ending,
	                    sum->off_by);
}

static const char *told_event(const Opsmesh__V1__BillingEvent *event)
{
	struct arena *const arena = customer_stage.arena;
	const Opsmesh__V1__RecurringReported *const fact = event->recurring_reported;
	const Opsmesh__V1__RecurringUnreported *const not = event->recurring_unreported;

	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_UNREPORTED)
		return arena_printf(arena, "%s since %s %s/%s: %s by %s", not ->day, not ->since,
		                    not ->currency, not ->reporting_currency, not ->reason,
		                    not ->policy);
	return arena_printf(arena, "%s %s%s%s by %s", fact->day, told_sum(fact->recurring),
	                    fact->n_rates > 0 ? " at " : "",
	                    fact->n_rates > 0 ? fact->rates[0]->rate : "", fact->policy);
}

/* The next that was told of it; "": nothing more was. */
static const char *next_told(void)
{
	const ProtobufCMessage *message;
	const struct fact *fact;

	while ((fact = stage_test_next(&customer_stage, &message)) != NULL) {
		const Opsmesh__V1__BillingEvent *const event = (const void *)message;

		if (fact->topic == OPS_BILLING &&
		    (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_REPORTED ||
		     event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_UNREPORTED))
			return told_event(event);
	}
	return "";
}

static void is_told(const char *const *lines)
{
	for (; *lines != NULL; lines++)
		assert_string_equal(next_told(), *lines);
	assert_string_equal(next_told(), "");
}

/* 60,000 yen are 400.00 dollars, on the next day 600.00. */
static void each_day_is_told_at_its_rate(void **state)
{
	static const char *const lines[] = {
		"2024-10-04 USD 0 +40900 +0 +0 -0 -0 0 = 40900 off 0 at 1/150 by mrr/3",
		/* The customer stays with its yen: it brings less, it has not gone. */
		"2024-10-05 USD 40900 +0 +0 +0 -900 -0 20000 = 60000 off 0 at 1/100 by mrr/3",
		NULL,
	};

	(void)state;
	subscribe("sub_1", 1, "active", "jpy", 12000, 5);
	subscribe("sub_2", 1, "active", "usd", 900, 1);
	customer_wait(DAYS(1));
	stage_test_restart(&customer_stage);
	subscribe("sub_2", 2, "canceled", "usd", 900, 1);
	customer_wait(DAYS(1));
	is_told(lines);
}

static const char *const waited[] = {
	"2024-10-04 USD 0 +40000 +0 +0 -0 -0 0 = 40000 off 0 at 1/150 by mrr/3",
	"2024-10-05 USD 40000 +0 +0 +0 -0 -0 20000 = 60000 off 0 at 1/100 by mrr/3",
	"2024-10-06 since 2024-10-06 JPY/USD: JPY on 2024-10-06: there is no rate by mrr/3",
	NULL,
};

/* On the sixth the yen doubles, on the seventh it goes. */
static void live_through_the_gap(void)
{
	subscribe("sub_1", 1, "active", "jpy", 12000, 5);
	customer_wait(DAYS(2));
	subscribe("sub_1", 2, "active", "jpy", 12000, 10);
	customer_wait(DAYS(1));
	is_told(waited);
	subscribe("sub_1", 3, "canceled", "jpy", 12000, 10);
}

static void a_rate_that_is_missing_is_said_and_never_guessed(void **state)
{
	static const char *const lines[] = {
		"2024-10-07 since 2024-10-06 JPY/USD: JPY on 2024-10-06: there is no rate by mrr/3",
		"2024-10-08 since 2024-10-06 JPY/USD: JPY on 2024-10-06: there is no rate by mrr/3",
		NULL,
	};

	(void)state;
	live_through_the_gap();
	stage_test_restart(&customer_stage);
	customer_wait(DAYS(2));
	is_told(lines);
	assert_string_equal(case_rates("rate-JPY-USD"), "JPY on 2024-10-06: there is no rate");
}

/* Each day at its own rate: 60,000 yen at 160, as many more, then 120,000 at 125. */
static void days_that_waited_are_told_in_order_when_their_rate_comes(void **state)
{
	static const char *const lines[] = {
		"2024-10-06 USD 60000 +0 +0 +37500 -0 -0 -22500 = 75000 off 0 at 1/160 by mrr/3",
		"2024-10-07 USD 75000 +0 +0 +0 -0 -96000 21000 = 0 off 0 at 1/125 by mrr/3",
		NULL,
	};

	(void)state;
	live_through_the_gap();
	put("fx", &fx_kind, SOME, LATER);
	stage_test_restart(&customer_stage);
	customer_wait(DAYS(1));
	is_told(lines);
	customer_wait(DAYS(3));
	is_told(lines + 2); /* nothing stands any more */
	assert_string_equal(case_rates("rate-JPY-USD"),
	                    "JPY on 2024-10-06: there is no rate; came");
}

static void a_document_that_is_not_in_force_yet_says_nothing(void **state)
{
	(void)state;
	put("fx", &fx_kind, SOME, LATER);
	live_through_the_gap();
}

static void where_nothing_stands_nobody_is_woken(void **state)
{
	struct instant due;

	(void)state;
	subscribe("sub_1", 1, "active", "usd", 900, 1);
	customer_wait(DAYS(2));
	assert_true(stage_test_timer(&customer_stage, CUSTOMER_TIMER_REPORTING, "books", &due));
	subscribe("sub_1", 2, "canceled", "usd", 900, 1);
	customer_wait(DAYS(2));
	assert_false(stage_test_timer(&customer_stage, CUSTOMER_TIMER_REPORTING, "books", &due));
	subscribe("sub_3", 1, "active", "usd", 700, 1);
	customer_wait(DAYS(1));
	assert_string_equal(next_told(),
	                    "2024-10-04 USD 0 +900 +0 +0 -0 -0 0 = 900 off 0 by mrr/3");
	assert_string_equal(next_told(),
	                    "2024-10-05 USD 900 +0 +0 +0 -0 -0 0 = 900 off 0 by mrr/3");
	assert_string_equal(next_told(),
	                    "2024-10-06 USD 900 +0 +0 +0 -0 -900 0 = 0 off 0 by mrr/3");
	assert_string_equal(next_told(),
	                    "2024-10-08 USD 0 +0 +700 +0 -0 -0 0 = 700 off 0 by mrr/3");
}

/* On the second day all is over, and at the midnight that ends it something else begins: on the third. */
static void what_begins_at_midnight_sharp_is_of_the_next_day(void **state)
{
	static const char *const lines[] = {
		"2024-10-04 USD 0 +900 +0 +0 -0 -0 0 = 900 off 0 by mrr/3",
		"2024-10-05 USD 900 +0 +0 +0 -0 -900 0 = 0 off 0 by mrr/3",
		"2024-10-06 USD 0 +0 +700 +0 -0 -0 0 = 700 off 0 by mrr/3",
		NULL,
	};

	(void)state;
	subscribe("sub_1", 1, "active", "usd", 900, 1);
	customer_wait(DAYS(1));
	subscribe("sub_1", 2, "canceled", "usd", 900, 1);
	customer_wait((struct duration){ DAYS(FIRST + 2).us - customer_now().us - MINUTES(1).us });
	subscribe("sub_2", 1, "active", "usd", 700, 1);
	assert_int_equal(customer_now().us, DAYS(FIRST + 2).us);
	customer_wait(HOURS(25));
	is_told(lines);
}

static void without_a_reporting_currency_there_is_no_such_book(void **state)
{
	struct instant due;

	(void)state;
	put_mrr("");
	subscribe("sub_1", 1, "active", "jpy", 12000, 5);
	customer_wait(DAYS(2));
	assert_string_equal(next_told(), "");
	assert_false(stage_test_timer(&customer_stage, CUSTOMER_TIMER_REPORTING, "books", &due));
}

/* What stood is no movement: neither where the book begins, nor where its currency becomes another. */
static void what_stands_is_taken_over(void **state)
{
	(void)state;
	put_mrr("");
	subscribe("sub_1", 1, "active", "jpy", 12000, 5);
	customer_wait(DAYS(1));
	put_mrr(",\"reporting_currency\":\"USD\"");
	subscribe("sub_2", 1, "active", "usd", 900, 1);
	customer_wait(DAYS(1));
	assert_string_equal(
	    next_told(), "2024-10-05 USD 60000 +0 +0 +900 -0 -0 0 = 60900 off 0 at 1/100 by mrr/3");
	put_mrr(",\"reporting_currency\":\"JPY\"");
	put("fx", &fx_kind, FX("1", "2024-01-01T00:00:00Z", RATE("2024-10-06", "120")), NULL);
	customer_wait(DAYS(1));
	assert_string_equal(
	    next_told(), "2024-10-06 JPY 61080 +0 +0 +0 -0 -0 0 = 61080 off 0 at 120/1 by mrr/3");
}

/* Days before the first that has rates are not waited for, be they many. */
static void the_book_begins_with_the_first_day_that_has_rates(void **state)
{
	static const char *const lines[] = {
		"2024-10-04 since 2024-10-04 JPY/USD: JPY on 2024-10-04: there is no rate by mrr/3",
		"2027-07-01 USD 48900 +0 +0 +0 -0 -0 0 = 48900 off 0 at 1/125 by mrr/3",
		"2027-07-02 since 2027-07-02 JPY/USD: JPY on 2027-07-02: there is no rate by mrr/3",
		NULL,
	};

	(void)state;
	put("fx", &fx_kind, FX("1", "2024-01-01T00:00:00Z", RATE("2027-07-01", "125")), NULL);
	subscribe("sub_1", 1, "active", "jpy", 12000, 4);
	subscribe("sub_2", 1, "active", "usd", 900, 1); /* which would need no rate */
	customer_wait(DAYS(1));
	subscribe("sub_1", 2, "active", "jpy", 12000, 5);
	customer_pass(time_add((struct instant){ DAYS(FIRST + 1001).us }, MINUTES(1)));
	customer_pass(time_add((struct instant){ DAYS(FIRST + 1002).us }, MINUTES(1)));
	is_told(lines);
}

/* Nor does it begin with what needs none: a mesh that has no time yet would tell every day since 1970. */
static void before_the_first_rate_the_reporting_currency_alone_begins_nothing(void **state)
{
	static const char *const lines[] = {
		"2027-07-01 USD 900 +0 +0 +0 -0 -0 0 = 900 off 0 by mrr/3",
		"2027-07-02 USD 900 +0 +0 +400 -0 -0 0 = 1300 off 0 by mrr/3",
		NULL,
	};

	(void)state;
	put("fx", &fx_kind, FX("1", "2024-01-01T00:00:00Z", RATE("2027-07-01", "125")), NULL);
	subscribe("sub_1", 1, "active", "usd", 900, 1);
	customer_wait(DAYS(3));
	stage_test_restart(&customer_stage);
	customer_pass(time_add((struct instant){ DAYS(FIRST + 1001).us }, MINUTES(1)));
	subscribe("sub_2", 1, "active", "usd", 400, 1);
	customer_pass(time_add((struct instant){ DAYS(FIRST + 1002).us }, MINUTES(1)));
	is_told(lines);
}

/* A close. */

static void a_close_has_the_period_s_line_and_what_it_lacks(void **state)
{
	static const struct {
		const char *period;
		const char *sum;
		const char *lacks;
	} rows[] = {
		{ "2024-10-04", "USD 0 +40000 +0 +0 -0 -0 0 = 40000 off 0", "" },
		{ "2024-10-05", "USD 40000 +0 +0 +0 -0 -0 20000 = 60000 off 0", "" },
		{ "2024-10-06", "USD 60000 +0 +0 +0 -0 -0 0 = 60000 off 0",
		  "recurring revenue is in USD up to 2024-10-06 alone: JPY on 2024-10-06: there is "
		  "no rate" },
		{ "2024-10", "USD 0 +40000 +0 +0 -0 -0 20000 = 60000 off 0",
		  "recurring revenue is in USD up to 2024-10-06 alone: JPY on 2024-10-06: there is "
		  "no rate" },
		{ "2024-09", NULL, "" },
	};

	(void)state;
	subscribe("sub_1", 1, "active", "jpy", 12000, 5);
	customer_wait(DAYS(40));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const Opsmesh__V1__ShardFigured *const told =
		    customer_cut(rows[i].period, (int64_t)i + 1);

		assert_string_equal(told->unreported, rows[i].lacks);
		assert_int_equal(told->reported != NULL, rows[i].sum != NULL);
		if (rows[i].sum != NULL)
			assert_string_equal(told_sum(told->reported), rows[i].sum);
	}
}

/* Random lives, at rates that move; of some days the rate comes days later. */

static const char *fx_text(uint64_t seed, const char *id, int version, bool late)
{
	struct arena *const arena = customer_stage.arena;
	struct chance chance;
	const char *days = "";

	chance_seed(&chance, seed);
	for (int64_t day = FIRST; day < FIRST + 2 * HISTORY_DAYS; day++) {
		const struct date date = date_of_days(day);
		const int yen = chance_between(&chance, 90, 200);

		if ((day > FIRST && chance_of(&chance, 300)) != late)
			continue;
		days = arena_printf(arena,
		                    "%s%s{\"date\":\"%04d-%02d-%02d\",\"rates\":{\"JPY\":\"%d\","
		                    "\"KWD\":\"0.3%d\"}}",
		                    days, *days != '\0' ? "," : "", date.year, date.month, date.day,
		                    yen, yen);
	}
	return arena_printf(arena,
	                    "{\"id\":\"%s\",\"version\":%d,\"effective_from\":\"%s\",\"source\":"
	                    "\"test\",\"base\":\"USD\",\"days\":[%s]}",
	                    id, version,
	                    version == 1 ? "2024-01-01T00:00:00Z" : "2024-01-02T00:00:00Z", days);
}

static void live(uint64_t seed, bool rates_late)
{
	static const char *const currencies[] = { "jpy", "kwd", "usd" };
	static const char *const words[] = { "active", "active", "active", "unpaid" };
	const char *const first = fx_text(seed, "t", 1, false);
	const char *const second = fx_text(seed, "t", 2, true);
	struct chance chance;

	chance_seed(&chance, seed);
	put("fx", &fx_kind, first, rates_late ? NULL : second);
	subscribe("sub_0", 1, "active", "usd", 100, 1); /* the book begins on the first day */
	for (int64_t revision = 1; revision <= HISTORY_DAYS; revision++) {
		const int which = chance_below(&chance, 3);

		subscribe(arena_printf(customer_stage.arena, "sub_%s", currencies[which]), revision,
		          words[chance_below(&chance, 4)], currencies[which],
		          10 * chance_between(&chance, 1, 999), chance_between(&chance, 1, 9));
		if (chance_of(&chance, 700))
			customer_wait(DAYS(1));
	}
	put("fx", &fx_kind, first, second);
	stage_test_restart(&customer_stage);
	customer_wait(DAYS(HISTORY_DAYS));
}

/* Each day that was told, in order: it adds up, and begins with what the day before ended with. */
static const char *look_at_days(void)
{
	const char *all = "";
	const ProtobufCMessage *message;
	const struct fact *fact;
	int64_t stood = 0;

	while ((fact = stage_test_next(&customer_stage, &message)) != NULL) {
		const Opsmesh__V1__BillingEvent *const event = (const void *)message;

		if (fact->topic != OPS_BILLING ||
		    event->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_REPORTED)
			continue;
		assert_int_equal(event->recurring_reported->recurring->off_by, 0);
		assert_int_equal(event->recurring_reported->recurring->starting, stood);
		stood = event->recurring_reported->recurring->ending;
		all = arena_printf(customer_stage.arena, "%s%s\n", all, told_event(event));
	}
	return all;
}

static void days_are_the_same_however_late_their_rates_come(void **state)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		static char in_time[16384];

		live(seed, false);
		assert_true(snprintf(in_time, sizeof(in_time), "%s", look_at_days()) <
		            (int)sizeof(in_time));
		assert_int_equal(customer_stop(state), 0);
		assert_int_equal(start(state), 0);
		live(seed, true);
		assert_string_equal(look_at_days(), in_time);
		assert_int_equal(customer_stop(state), 0);
		assert_int_equal(start(state), 0);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(each_day_is_told_at_its_rate),
		CASE(a_rate_that_is_missing_is_said_and_never_guessed),
		CASE(days_that_waited_are_told_in_order_when_their_rate_comes),
		CASE(a_document_that_is_not_in_force_yet_says_nothing),
		CASE(where_nothing_stands_nobody_is_woken),
		CASE(what_begins_at_midnight_sharp_is_of_the_next_day),
		CASE(without_a_reporting_currency_there_is_no_such_book),
		CASE(what_stands_is_taken_over),
		CASE(the_book_begins_with_the_first_day_that_has_rates),
		CASE(before_the_first_rate_the_reporting_currency_alone_begins_nothing),
		CASE(a_close_has_the_period_s_line_and_what_it_lacks),
		CASE(days_are_the_same_however_late_their_rates_come),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
