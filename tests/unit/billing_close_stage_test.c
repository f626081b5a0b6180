/*
 * billing_close_stage_test - a close of the books through its stages: asked for, and sealed or refused when all
 * shards have answered. What each answers is billing_cut_test's.
 */
#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/billing.h"
#include "services/billing-sync/books/books.h"
#include "tests/support/billing_fixture.h"
#include "tests/support/stage_test.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MAY 1777593600 /* 2026-05-01T00:00:00Z */
#define DAY 86400
#define KEY "books"

static struct stage_test stage;

static void begin(int which, const char *key)
{
	stage_test_init(&stage, &opsmesh_catalogue, &billing_sync_stages[which],
	                hash_partition(key, strlen(key), STAGE_TEST_PARTITIONS), billing_fixture(),
	                NULL);
}

static int start_object(void **state)
{
	(void)state;
	begin(BILLING_OBJECT, KEY);
	return 0;
}

static int start_books(void **state)
{
	(void)state;
	begin(BILLING_BOOKS, KEY);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	stage_test_finish(&stage);
	return 0;
}

static struct instant at_second(int64_t second)
{
	return (struct instant){ SECONDS(second).us };
}

static void feed(int topic, const char *key, const char *source, int64_t second,
                 const ProtobufCMessage *message)
{
	(void)stage_test_feed(&stage, &(struct stage_test_event){ .topic = topic,
	                                                          .key = key,
	                                                          .source = source,
	                                                          .time = at_second(second),
	                                                          .mesh = at_second(second),
	                                                          .message = message });
	assert_int_equal(stage_test_fold(&stage, STAGE_TEST_ALL, at_second(second)), STATUS_OK);
}

/* What was said next; there must be something. */
static const void *next(int topic)
{
	const ProtobufCMessage *message = NULL;
	const struct fact *const fact = stage_test_next(&stage, &message);

	assert_non_null(fact);
	CHECK(fact != NULL);
	assert_int_equal(fact->topic, topic);
	return message;
}

/* Asked for: the stage object. */

static void ask(const char *period, Opsmesh__V1__ActionKind kind, const char *reason,
                int64_t second)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__ActionSubject subject = OPSMESH__V1__ACTION_SUBJECT__INIT;
	Opsmesh__V1__PersonalText words = OPSMESH__V1__PERSONAL_TEXT__INIT;

	words.content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	words.text = text_mutable(reason);
	subject.type = text_mutable("period");
	subject.id = text_mutable(period);
	requested.kind = kind;
	requested.action = text_mutable("close");
	requested.on = &subject;
	requested.reason = &words;
	event.action_id = text_mutable("a-1");
	event.routing_key = text_mutable(KEY);
	event.occurred_at = proto_timestamp(stage.arena, at_second(second));
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED;
	event.requested = &requested;
	feed(OPS_ACTIONS, KEY, NULL, second, &event.base);
}

static void what_cannot_be_closed_is_refused_with_its_reason(void **state)
{
	static const struct {
		const char *period;
		Opsmesh__V1__ActionKind kind;
		const char *reason;
		int64_t second;
		const char *said;
	} rows[] = {
		{ "2026-05-01", OPSMESH__V1__ACTION_KIND__ACTION_KIND_PIN, "so", MAY + 2 * DAY,
		  "action: A period can be closed, nothing else." },
		{ "may", OPSMESH__V1__ACTION_KIND__ACTION_KIND_CLOSE, "so", MAY + 2 * DAY + 1,
		  "on.id: A period is a month or a day of the books: 2026-05, 2026-05-01." },
		{ "2026-05-01", OPSMESH__V1__ACTION_KIND__ACTION_KIND_CLOSE, "", MAY + 2 * DAY + 2,
		  "reason: A period is closed for a reason." },
		{ "2026-05", OPSMESH__V1__ACTION_KIND__ACTION_KIND_CLOSE, "so", MAY + 2 * DAY + 3,
		  "on.id: The period is not over." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const Opsmesh__V1__BillingEvent *event;

		ask(rows[i].period, rows[i].kind, rows[i].reason, rows[i].second);
		event = next(OPS_BILLING);
		assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_ACTION_REFUSED);
		assert_string_equal(event->action_refused->action_id, "a-1");
		assert_string_equal(arena_printf(stage.arena, "%s: %s",
		                                 event->action_refused->field,
		                                 event->action_refused->reason),
		                    rows[i].said);
	}
}

static void each_cut_has_the_next_number_and_is_told_to_both_stages_that_book(void **state)
{
	(void)state;
	for (int number = 1; number <= 3; number++) {
		const Opsmesh__V1__ByCustomerEvent *customers;
		const Opsmesh__V1__ByPayoutEvent *payouts;

		ask("2026-05-01", OPSMESH__V1__ACTION_KIND__ACTION_KIND_CLOSE, "month end",
		    MAY + DAY + 10 * number);
		if (number == 2)
			stage_test_restart(&stage);
		customers = next(OPS_BY_CUSTOMER);
		assert_int_equal(customers->fact_case,
		                 OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_BOOKS_CUT);
		assert_int_equal(customers->books_cut->number, number);
		assert_string_equal(customers->books_cut->period, "2026-05-01");
		payouts = next(OPS_BY_PAYOUT);
		assert_int_equal(payouts->fact_case, OPSMESH__V1__BY_PAYOUT_EVENT__FACT_BOOKS_CUT);
		assert_int_equal(payouts->books_cut->number, number);
		assert_string_equal(payouts->books_cut->period, "2026-05-01");
	}
}

/* Closed: the stage books. */

/* One shard's answer; receivable and revenue of so many yen, and what is off. */
struct part {
	const char *action;
	const char *period;
	int64_t number;
	int64_t yen;
	int64_t unexplained;
	int64_t disputes_open;
	int64_t rolled;         /* that deferred revenue is off by */
	int64_t used;           /* and is not billed yet */
	int64_t unearned;       /* that it is off by */
	int64_t dollars;        /* of recurring revenue, all currencies, since the first day */
	const char *unreported; /* NULL: it reaches the end of the period */
	const char *currency;   /* NULL: JPY */
};

static void tell_part(const struct part *part, const char *from, int shard, int64_t second)
{
	Opsmesh__V1__ByBooksEvent event = OPSMESH__V1__BY_BOOKS_EVENT__INIT;
	Opsmesh__V1__ShardFigured told = OPSMESH__V1__SHARD_FIGURED__INIT;
	Opsmesh__V1__BooksCut made = OPSMESH__V1__BOOKS_CUT__INIT;
	Opsmesh__V1__Money money[3] = { OPSMESH__V1__MONEY__INIT, OPSMESH__V1__MONEY__INIT,
		                        OPSMESH__V1__MONEY__INIT };
	Opsmesh__V1__PeriodBalance balances[2] = { OPSMESH__V1__PERIOD_BALANCE__INIT,
		                                   OPSMESH__V1__PERIOD_BALANCE__INIT };
	Opsmesh__V1__PeriodBalance *list[2] = { &balances[0], &balances[1] };
	Opsmesh__V1__DeferredRoll roll = OPSMESH__V1__DEFERRED_ROLL__INIT;
	Opsmesh__V1__RecurringSum reported = OPSMESH__V1__RECURRING_SUM__INIT;
	Opsmesh__V1__DeferredRoll *rolls[1] = { &roll };
	Opsmesh__V1__UnbilledRoll unbilled = OPSMESH__V1__UNBILLED_ROLL__INIT;
	Opsmesh__V1__UnbilledRoll *unbilleds[1] = { &unbilled };
	Opsmesh__V1__Money *unexplained[1] = { &money[2] };
	const char *const currency = part->currency != NULL ? part->currency : "JPY";

	for (int i = 0; i < 3; i++)
		money[i].currency = text_mutable(currency);
	money[0].minor = part->yen;
	money[1].minor = -part->yen;
	money[2].minor = part->unexplained;
	balances[0].account = text_mutable("receivable");
	balances[0].balance = &money[0];
	balances[1].account = text_mutable("revenue");
	balances[1].balance = &money[1];
	roll.currency = text_mutable(currency);
	roll.closing = part->rolled;
	unbilled.currency = text_mutable(currency);
	unbilled.used = part->used;
	unbilled.closing = part->used - part->unearned;
	made.action_id = text_mutable(part->action);
	made.action = text_mutable("close");
	made.period = text_mutable(part->period);
	made.number = part->number;
	told.cut = &made;
	told.stage = text_mutable(from);
	told.shard = shard;
	told.folded_to = proto_timestamp(stage.arena, at_second(second));
	told.n_balances = 2;
	told.balances = list;
	told.n_deferred = 1;
	told.deferred = rolls;
	told.n_unbilled = part->used != 0;
	told.unbilled = unbilleds;
	told.n_unexplained = part->unexplained != 0;
	told.unexplained = unexplained;
	told.disputes_open = part->disputes_open;
	reported.currency = text_mutable("USD");
	reported.added = part->dollars;
	reported.ending = part->dollars;
	told.reported = part->dollars != 0 ? &reported : NULL;
	told.unreported = text_mutable(part->unreported != NULL ? part->unreported : "");
	event.books = text_mutable(KEY);
	event.occurred_at = proto_timestamp(stage.arena, at_second(second));
	event.fact_case = OPSMESH__V1__BY_BOOKS_EVENT__FACT_SHARD_FIGURED;
	event.shard_figured = &told;
	feed(OPS_BY_BOOKS, KEY, arena_printf(stage.arena, "%s/%d", from, shard), second,
	     &event.base);
}

/* All shards answer alike, from one on; those of `payout` have nothing. A crash lies between. */
static void tell_all(const struct part *part, int first, int64_t second)
{
	const struct part other = { part->action, part->period, part->number,
		                    .currency = part->currency };

	for (int i = 0; i < STAGE_TEST_PARTITIONS; i++) {
		tell_part(part, "customer", (first + i) % STAGE_TEST_PARTITIONS, second + i);
		if (i == 1)
			stage_test_restart(&stage);
		tell_part(&other, "payout", i, second + i);
	}
}

static const char *refusal(void)
{
	const Opsmesh__V1__BillingEvent *const event = next(OPS_BILLING);

	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_ACTION_REFUSED);
	assert_null(stage_test_next(&stage, NULL));
	return event->action_refused->reason;
}

static const Opsmesh__V1__PeriodClosed *closed(void)
{
	const Opsmesh__V1__BillingEvent *const event = next(OPS_BILLING);
	const Opsmesh__V1__BillingEvent *const applied = next(OPS_BILLING);

	assert_int_equal(event->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_PERIOD_CLOSED);
	assert_int_equal(applied->fact_case, OPSMESH__V1__BILLING_EVENT__FACT_ACTION_APPLIED);
	assert_null(stage_test_next(&stage, NULL));
	return event->period_closed;
}

#define FIRST(...)                                                                \
	{                                                                         \
		.action = "a-1", .period = "2026-05-01", .number = 1, __VA_ARGS__ \
	}
#define CLOSE_AT (MAY + DAY + 60)

static void a_period_is_closed_when_every_shard_of_both_stages_has_answered(void **state)
{
	const struct part part = FIRST(.yen = 500, .dollars = 7, .used = 30);
	const struct part held = FIRST(.yen = 50);
	const Opsmesh__V1__PeriodClosed *fact;
	struct period_row row = { .period = "2026-05-01" };

	(void)state;
	for (int i = 0; i < STAGE_TEST_PARTITIONS; i++)
		tell_part(&part, "customer", i, CLOSE_AT + i);
	assert_null(stage_test_next(&stage, NULL));
	for (int i = 0; i < STAGE_TEST_PARTITIONS - 1; i++)
		tell_part(&held, "payout", i, CLOSE_AT + i);
	assert_null(stage_test_next(&stage, NULL));
	tell_part(&part, "customer", 0, CLOSE_AT + 5); /* a second time says nothing new */
	assert_null(stage_test_next(&stage, NULL));
	tell_part(&held, "payout", STAGE_TEST_PARTITIONS - 1, CLOSE_AT + 6);
	fact = closed();
	assert_string_equal(fact->period, "2026-05-01");
	assert_int_equal(fact->n_balances, 2);
	assert_int_equal(fact->balances[0]->balance->minor, 2200);
	assert_int_equal(fact->n_unbilled, 1);
	assert_int_equal(fact->unbilled[0]->used, 120);
	assert_int_equal(fact->unbilled[0]->closing, 120);
	assert_int_equal(fact->reported->added, 28);
	assert_int_equal(fact->reported->ending, 28);
	assert_int_equal(fact->n_rates, 1);
	assert_string_equal(fact->rates[0]->rate, "29/4500"); /* 1.16 for 180 */
	assert_int_equal(strlen(fact->digest), 64);
	assert_true(stage_test_row(&stage, &period_table, &row));
	assert_int_equal(row.cut, 1);
	assert_string_equal(row.digest, fact->digest);
}

static void what_payout_cannot_explain_is_unexplained_in_the_close(void **state)
{
	const struct part part = FIRST(.yen = 500);
	const struct part held = FIRST(.unexplained = 7);

	(void)state;
	for (int i = 0; i < STAGE_TEST_PARTITIONS; i++) {
		tell_part(&held, "payout", i, CLOSE_AT + i);
		tell_part(&part, "customer", i, CLOSE_AT + i);
	}
	assert_string_equal(refusal(), "unexplained: 28 JPY are unexplained, at most 0 JPY may be");
}

static void the_order_of_the_answers_does_not_change_the_seal(void **state)
{
	const struct part part = FIRST(.yen = 500);
	char digest[65];

	(void)state;
	tell_all(&part, 0, CLOSE_AT);
	(void)snprintf(digest, sizeof(digest), "%s", closed()->digest);
	for (int first = 1; first < STAGE_TEST_PARTITIONS; first++) {
		assert_int_equal(stop(NULL), 0);
		assert_int_equal(start_books(NULL), 0);
		tell_all(&part, first, CLOSE_AT);
		assert_string_equal(closed()->digest, digest);
	}
}

static void what_does_not_hold_is_said_item_by_item(void **state)
{
	static const struct {
		struct part part;
		int64_t second;
		const char *said;
	} rows[] = {
		{ FIRST(.unexplained = 100), CLOSE_AT,
		  "unexplained: 400 JPY are unexplained, at most 0 JPY may be" },
		{ FIRST(.disputes_open = 1), CLOSE_AT,
		  "disputes: 4 disputes are open, 0 are listed" },
		{ FIRST(.unreported = "recurring revenue waits"), CLOSE_AT,
		  "rates: recurring revenue waits" },
		{ FIRST(.rolled = 5), CLOSE_AT,
		  "roll_forward: deferred revenue is off by -20 JPY" },
		{ FIRST(.used = 9, .unearned = 2), CLOSE_AT,
		  "unbilled: what is used and not billed yet is off by 8 JPY" },
		{ FIRST(.rolled = 5, .disputes_open = 1), CLOSE_AT,
		  "roll_forward: deferred revenue is off by -20 JPY; disputes: 4 disputes are open, 0 are "
		  "listed" },
		{ FIRST(.yen = 1), MAY + DAY - 60, "folded: customer/0 has not passed the cut" },
		{ { .action = "a-1", .period = "2026-04-30", .number = 1, .yen = 1 },
		  CLOSE_AT,
		  "rates: JPY on 2026-04-30: there is no rate" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		tell_all(&rows[i].part, 0, rows[i].second);
		assert_string_equal(refusal(), rows[i].said);
		assert_int_equal(stop(NULL), 0);
		assert_int_equal(start_books(NULL), 0);
	}
}

static void periods_are_closed_once_and_in_their_order(void **state)
{
	const struct part first = FIRST(.yen = 1);
	const struct part again = { .action = "a-2", .period = "2026-05-01", .number = 2 };
	const struct part ahead = { .action = "a-3", .period = "2026-05-03", .number = 3 };
	const struct part next_day = { .action = "a-4", .period = "2026-05-02", .number = 4 };
	const char *before;

	(void)state;
	tell_all(&first, 0, CLOSE_AT);
	before = closed()->digest;
	tell_all(&again, 0, CLOSE_AT + 100);
	assert_string_equal(refusal(), "order: the books are closed up to 2026-05-02 already");
	tell_all(&ahead, 0, CLOSE_AT + 3 * DAY);
	assert_non_null(strstr(refusal(), "order: the books are still open from 2026-05-02 on"));
	tell_all(&next_day, 0, CLOSE_AT + 4 * DAY);
	assert_string_equal(closed()->digest_before, before);
}

/* Then no day of it, and the next seal is over the month's. */
static void a_month_is_closed_after_a_day_of_it(void **state)
{
	const struct part first = FIRST(.yen = 1, .currency = "USD");
	const struct part month = { "a-2", "2026-05", 2, .yen = 9, .currency = "USD" };
	const struct part again = { "a-3", "2026-05", 3, .currency = "USD" };
	const struct part day = { "a-4", "2026-05-31", 4, .currency = "USD" };
	const struct part next_day = { "a-5", "2026-06-01", 5, .currency = "USD" };
	const int64_t june = CLOSE_AT + 30 * DAY;
	const char *before;

	(void)state;
	tell_all(&first, 0, CLOSE_AT);
	before = arena_string(stage.arena, closed()->digest);
	tell_all(&month, 0, june);
	const Opsmesh__V1__PeriodClosed *const it = closed();

	assert_string_equal(it->digest_before, before);
	assert_string_not_equal(it->digest, before);
	before = arena_string(stage.arena, it->digest);
	tell_all(&again, 0, june + 100);
	assert_string_equal(refusal(), "order: the books are closed up to 2026-06-01 already");
	tell_all(&day, 0, june + 200);
	assert_string_equal(refusal(), "order: the books are closed up to 2026-06-01 already");
	tell_all(&next_day, 0, june + DAY);
	assert_string_equal(closed()->digest_before, before);
}

#define CASE(name, start) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(what_cannot_be_closed_is_refused_with_its_reason, start_object),
		CASE(each_cut_has_the_next_number_and_is_told_to_both_stages_that_book,
		     start_object),
		CASE(a_period_is_closed_when_every_shard_of_both_stages_has_answered, start_books),
		CASE(what_payout_cannot_explain_is_unexplained_in_the_close, start_books),
		CASE(the_order_of_the_answers_does_not_change_the_seal, start_books),
		CASE(what_does_not_hold_is_said_item_by_item, start_books),
		CASE(periods_are_closed_once_and_in_their_order, start_books),
		CASE(a_month_is_closed_after_a_day_of_it, start_books),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
