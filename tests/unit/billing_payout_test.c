/*
 * billing_payout_test - what the provider's balance is made of is booked once, whoever it is of, and a payout
 * is what it paid.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/entry/entry.h"
#include "services/billing-sync/payout/payout.h"
#include "tests/support/order.h"
#include "tests/support/payout_fixture.h"
#include "tests/support/provider_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BILLING(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

/* Feeding, under customer_key. */

static void feed_placed(void)
{
	Opsmesh__V1__ByPayoutEvent event = payout_event_now();
	Opsmesh__V1__MoneyPlaced placed = OPSMESH__V1__MONEY_PLACED__INIT;

	placed.type = text_mutable("charge");
	placed.created_at =
	    proto_timestamp(customer_stage.arena, (struct instant){ SECONDS(1700000000).us });
	placed.currency = text_mutable("JPY");
	placed.amount = 1000;
	placed.fee = 40;
	event.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_PLACED;
	event.placed = &placed;
	customer_feed_event(OPS_BY_PAYOUT, &event.base);
}

static void feed_payout(int64_t revision, const char *status, const char *reconciliation)
{
	payout_feed(
	    "payout", customer_key, revision, status,
	    arena_printf(customer_stage.arena,
	                 "{\"amount\":1500,\"currency\":\"jpy\",\"arrival_date\":1700100000,"
	                 "\"automatic\":true,\"reconciliation_status\":\"%s\"}",
	                 reconciliation));
}

static void pass_days(int days)
{
	customer_pass(time_add(customer_now(), DAYS(days)));
}

/* Hearing. */

/* What is no money was counted. */
static long long found_of(const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__DiscrepancyOpened *const opened = event->discrepancy_opened;

	return opened->found != NULL ? opened->found->minor : opened->expected_count;
}

/* The facts since it was asked last: "not_placed opened 1000", "payout_differs healed", "differs 900 of 2". */
static const char *heard(void)
{
	struct arena *const arena = customer_stage.arena;
	const Opsmesh__V1__BillingEvent *event;
	const char *text = "";

	while ((event = customer_heard()) != NULL) {
		const char *one = "?";

		assert_string_equal(event->customer_id, "");
		if (event->fact_case == BILLING(DISCREPANCY_ESCALATED))
			continue;
		if (event->fact_case == BILLING(DISCREPANCY_OPENED))
			one = arena_printf(arena, "%s opened %lld",
			                   event->discrepancy_opened->cause, found_of(event));
		if (event->fact_case == BILLING(DISCREPANCY_HEALED))
			one = arena_printf(arena, "%s healed", event->discrepancy_healed->cause);
		if (event->fact_case == BILLING(PAYOUT_RECONCILED))
			one = arena_printf(arena, "reconciled %lld of %lld",
			                   (long long)event->payout_reconciled->amount->minor,
			                   (long long)event->payout_reconciled->transactions);
		if (event->fact_case == BILLING(PAYOUT_DIFFERS))
			one = arena_printf(arena, "differs %lld of %lld",
			                   (long long)event->payout_differs->found->minor,
			                   (long long)event->payout_differs->transactions);
		if (event->fact_case == BILLING(FETCH_REQUESTED))
			one = "asked";
		if (event->fact_case == BILLING(OBJECT_REFUSED))
			one = arena_printf(arena, "refused %s", event->object_refused->field);
		text = arena_printf(arena, "%s%s%s", text, *text != '\0' ? ", " : "", one);
	}
	return text;
}

/* What the transactions with these ids come to: "cash_in_transit -50 fees 50". */
static const char *balances(const char *const *ids)
{
	int64_t sums[ACCOUNT_COUNT] = { 0 };
	const char *text = "";

	for (; *ids != NULL; ids++)
		for (int64_t line = 1; line <= JOURNAL_LINES_MAX; line++) {
			struct entry_row row = { .transaction_id = *ids, .line = line };
			enum account account;

			if (!stage_test_row(&customer_stage, &balance_entry_table, &row))
				break;
			assert_true(chart_find(row.account, &account));
			assert_null(row.customer_id);
			sums[account] += row.minor;
		}
	for (int i = 0; i < ACCOUNT_COUNT; i++)
		if (sums[i] != 0)
			text = arena_printf(customer_stage.arena, "%s%s%s %lld", text,
			                    *text != '\0' ? " " : "", chart_name((enum account)i),
			                    (long long)sums[i]);
	return text;
}

static const char *booked(void)
{
	static const char *const forms[] = {
		"fee/%s",     "held/%s", "reversal/held/%s", "payout/%s", "reversal/payout/%s",
		"payout/%s/2"
	};
	const char *ids[COUNT_OF(forms) + 1] = { NULL };

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		const char *const hole = strstr(forms[i], "%s");

		ids[i] = arena_printf(customer_stage.arena, "%.*s%s%s", (int)(hole - forms[i]),
		                      forms[i], customer_key, hole + 2);
	}
	return balances(ids);
}

static const char *state_of_transaction(void)
{
	struct moved_row row = { .transaction_id = customer_key };

	assert_true(stage_test_row(&customer_stage, &moved_table, &row));
	return row.state;
}

/* Transactions. */

static void a_fee_of_its_own_is_booked_at_once(void **state)
{
	(void)state;
	payout_feed_moved(customer_key, "stripe_fee", "", -50, 0);
	assert_string_equal(booked(), "cash_in_transit -50 fees 50");
	payout_feed_moved(customer_key, "stripe_fee", "", -50, 0);
	assert_string_equal(booked(), "cash_in_transit -50 fees 50");
	assert_string_equal(heard(), "");
}

static void the_fee_of_a_payout_is_booked_and_the_payout_is_not(void **state)
{
	(void)state;
	payout_feed_moved(customer_key, "payout", "po_1", -1500, 15);
	assert_string_equal(booked(), "cash_in_transit -15 fees 15");
}

static void what_is_unknown_is_in_suspense_and_said(void **state)
{
	static const struct {
		const char *type;
		const char *source;
	} rows[] = { { "a_type_of_tomorrow", "ch_1" },
		     { "adjustment", "" },
		     { "charge", "" },
		     { "refund", "ch_1" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(payout_start_transaction(NULL), 0);
		payout_feed_moved(customer_key, rows[i].type, rows[i].source, 700, 20);
		assert_string_equal(booked(), "cash_in_transit 680 suspense -700 fees 20");
		assert_string_equal(heard(), "not_placed opened 700");
		assert_int_equal(customer_stop(NULL), 0);
	}
	assert_int_equal(payout_start_transaction(NULL), 0);
}

static void what_is_somebodys_waits_for_them_and_then_is_in_suspense(void **state)
{
	(void)state;
	payout_feed_moved(customer_key, "charge", "ch_1", 1000, 40);
	pass_days(2);
	assert_string_equal(booked(), "");
	assert_string_equal(heard(), "");
	pass_days(4);
	assert_string_equal(booked(), "cash_in_transit 960 suspense -1000 fees 40");
	assert_string_equal(heard(), "not_placed opened 1000");
	feed_placed();
	assert_string_equal(booked(), "");
	assert_string_equal(heard(), "not_placed healed");
	pass_days(30);
	assert_string_equal(booked(), "");
	assert_string_equal(state_of_transaction(), "placed");
}

static void what_is_placed_first_is_never_held(void **state)
{
	(void)state;
	for (int placed_first = 0; placed_first < 2; placed_first++) {
		assert_int_equal(payout_start_transaction(NULL), 0);
		if (placed_first == 1)
			feed_placed();
		payout_feed_moved(customer_key, "charge", "ch_1", 1000, 40);
		stage_test_restart(&customer_stage);
		feed_placed();
		pass_days(30);
		assert_string_equal(booked(), "");
		assert_string_equal(heard(), "");
		assert_string_equal(state_of_transaction(), "placed");
		assert_int_equal(customer_stop(NULL), 0);
	}
	assert_int_equal(payout_start_transaction(NULL), 0);
}

static void feed_unread(const char *type, int64_t revision)
{
	payout_feed(type, customer_key, revision, "", "{\"id\":\"x\",\"type\":\"charge\"}");
}

static void what_cannot_be_read_is_a_case_until_it_is(void **state)
{
	(void)state;
	feed_unread("balance_transaction", 1);
	assert_string_equal(heard(), "refused currency, state_refused opened 1");
	feed_unread("balance_transaction", 2);
	assert_string_equal(heard(), "refused currency");
	stage_test_restart(&customer_stage);
	payout_feed("balance_transaction", customer_key, 3, "",
	            "{\"id\":\"txn_1\",\"type\":\"stripe_fee\",\"source\":\"\",\"amount\":-5,"
	            "\"fee\":0,\"net\":-5,\"currency\":\"jpy\",\"created\":1700000000}");
	assert_string_equal(heard(), "state_refused healed");
}

static void a_payout_that_cannot_be_read_is_a_case_until_it_is(void **state)
{
	(void)state;
	feed_payout(1, "pending", "in_progress");
	feed_unread("payout", 2);
	assert_string_equal(heard(), "refused currency, state_refused opened 1");
	feed_payout(3, "paid", "in_progress");
	assert_string_equal(heard(), "state_refused healed");
}

static void a_balance_that_cannot_be_read_is_a_case_until_it_is(void **state)
{
	(void)state;
	payout_feed("balance", customer_key, 1, "", "{\"available\":[{\"amount\":1}]}");
	assert_string_equal(heard(), "refused available[0].currency, state_refused opened 1");
	payout_feed("balance", customer_key, 2, "",
	            "{\"available\":[{\"amount\":1,\"currency\":\"jpy\"}]}");
	assert_string_equal(heard(), "state_refused healed");
}

/* The books are cut. */

static void cut(int64_t number)
{
	Opsmesh__V1__ByPayoutEvent event = payout_event_now();
	Opsmesh__V1__BooksCut made = OPSMESH__V1__BOOKS_CUT__INIT;

	made.action_id = text_mutable("a-1");
	made.period = text_mutable("2023-11");
	made.number = number;
	event.subject_id = text_mutable("books");
	event.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_BOOKS_CUT;
	event.books_cut = &made;
	customer_feed_event(OPS_BY_PAYOUT, &event.base);
}

/* "payout 1: cash_in_transit 680 suspense -700 fees 20, unexplained 700" */
static const char *answered(void)
{
	struct arena *const arena = customer_stage.arena;
	const Opsmesh__V1__ShardFigured *told = NULL;
	const ProtobufCMessage *message = NULL;
	const struct fact *fact;
	const char *text;

	while (told == NULL && (fact = stage_test_next(&customer_stage, &message)) != NULL)
		if (fact->topic == OPS_BY_BOOKS)
			told = ((const Opsmesh__V1__ByBooksEvent *)(const void *)message)
			           ->shard_figured;
	if (told == NULL)
		return "";
	text = arena_printf(arena, "%s %lld:", told->stage, (long long)told->cut->number);
	for (size_t i = 0; i < told->n_balances; i++)
		text = arena_printf(arena, "%s %s %lld", text, told->balances[i]->account,
		                    (long long)told->balances[i]->balance->minor);
	for (size_t i = 0; i < told->n_unexplained; i++)
		text = arena_printf(arena, "%s, unexplained %lld", text,
		                    (long long)told->unexplained[i]->minor);
	return text;
}

static int64_t cut_of(const char *form)
{
	struct entry_row row = { .transaction_id = arena_printf(customer_stage.arena, "%s/%s", form,
		                                                customer_key),
		                 .line = 1 };

	assert_true(stage_test_row(&customer_stage, &balance_entry_table, &row));
	return row.cut;
}

static void what_is_held_is_in_the_close_until_it_is_placed(void **state)
{
	(void)state;
	payout_feed_moved(customer_key, "charge", "ch_1", 1000, 40);
	cut(1);
	assert_string_equal(answered(), "payout 1:");
	pass_days(6);
	stage_test_restart(&customer_stage);
	cut(2);
	assert_string_equal(
	    answered(), "payout 2: cash_in_transit 960 suspense -1000 fees 40, unexplained 1000");
	feed_placed();
	cut(3);
	assert_string_equal(answered(), "payout 3:");
	assert_int_equal(cut_of("held"), 1);
	assert_int_equal(cut_of("reversal/held"), 2);
}

static void a_fee_is_in_the_close_and_booked_again_is_there_once(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		payout_feed_moved(customer_key, "stripe_fee", "", -50, 0);
		cut(i + 1);
		assert_string_equal(answered(),
		                    arena_printf(customer_stage.arena,
		                                 "payout %d: cash_in_transit -50 fees 50", i + 1));
	}
	assert_int_equal(cut_of("fee"), 0);
}

/* Payouts. */

static void a_payout_is_booked_when_it_has_arrived_and_undone_when_it_fails(void **state)
{
	(void)state;
	feed_payout(1, "in_transit", "in_progress");
	assert_string_equal(booked(), "");
	feed_payout(2, "paid", "in_progress");
	assert_string_equal(booked(), "cash_in_transit -1500 cash 1500");
	feed_payout(3, "failed", "in_progress");
	assert_string_equal(booked(), "");
	feed_payout(4, "paid", "in_progress");
	assert_string_equal(booked(), "cash_in_transit -1500 cash 1500");
}

static void feed_part(size_t part)
{
	switch (part) {
	case 0: feed_payout(1, "paid", "completed"); break;
	case 1: payout_feed_moved("txn_a", "charge", "ch_1", 2000, 100); break;
	case 2: payout_feed_moved("txn_b", "refund", "re_1", -400, 0); break;
	default: payout_feed_moved("txn_own", "payout", customer_key, -1500, 0); break;
	}
}

static void a_payout_is_reconciled_in_any_order_of_what_it_paid(void **state)
{
	size_t order[] = { 0, 1, 2, 3 };

	(void)state;
	do {
		assert_int_equal(payout_start(NULL), 0);
		for (size_t i = 0; i < COUNT_OF(order); i++) {
			feed_part(order[i]);
			feed_part(order[i]);
		}
		pass_days(30);
		assert_string_equal(heard(), "reconciled 1500 of 2");
		assert_int_equal(customer_stop(NULL), 0);
	} while (order_next(order, COUNT_OF(order)));
	assert_int_equal(payout_start(NULL), 0);
}

static void what_is_missing_of_a_payout_is_a_case_until_it_comes(void **state)
{
	(void)state;
	feed_part(0);
	feed_part(1);
	pass_days(2);
	assert_string_equal(heard(), "");
	pass_days(4);
	assert_string_equal(heard(), "differs 1900 of 1, payout_differs opened 1900");
	feed_part(2);
	assert_string_equal(heard(), "payout_differs healed, reconciled 1500 of 2");
	pass_days(30);
	assert_string_equal(heard(), "");
}

static void what_a_payout_paid_is_asked_for_once(void **state)
{
	(void)state;
	feed_part(0);
	pass_days(30);
	assert_string_equal(heard(), "asked");
	feed_part(1);
	feed_part(2);
	assert_string_equal(heard(), "reconciled 1500 of 2");
}

static void a_payout_that_left_as_another_amount_differs(void **state)
{
	(void)state;
	feed_payout(1, "paid", "in_progress");
	payout_feed_moved("txn_own", "payout", customer_key, -1400, 0);
	assert_string_equal(heard(), "differs 1400 of 0, payout_differs opened 1400");
	feed_payout(2, "failed", "in_progress");
	assert_string_equal(heard(), "payout_differs healed");
}

/* 1,045 forints and 45 fillér: of these nothing is paid out. */
static void a_payout_of_a_part_of_a_unit_is_a_case_until_it_is_whole(void **state)
{
	(void)state;
	payout_feed("payout", customer_key, 1, "paid", "{\"amount\":104545,\"currency\":\"huf\"}");
	assert_string_equal(heard(), "payout_differs opened 104545");
	payout_feed("payout", customer_key, 2, "paid", "{\"amount\":104500,\"currency\":\"huf\"}");
	assert_string_equal(heard(), "payout_differs healed");
}

static void a_transaction_of_another_currency_is_not_counted(void **state)
{
	(void)state;
	feed_part(0);
	payout_feed(
	    "balance_transaction", "txn_x", 1, "",
	    "{\"id\":\"txn_x\",\"type\":\"charge\",\"source\":\"ch_1\",\"amount\":5,\"fee\":0,"
	    "\"net\":5,\"currency\":\"eur\",\"created\":1700000000}");
	assert_string_equal(heard(), "refused currency, state_refused opened 1");
}

/* The balance as the provider states it. */

static void a_stated_balance_is_pending_and_available(void **state)
{
	struct stated_row row = { .currency = "JPY" };

	(void)state;
	payout_feed(
	    "balance", customer_key, 1, "",
	    "{\"available\":[{\"amount\":70,\"currency\":\"jpy\"},{\"amount\":1,\"currency\":\"eur\"}],"
	    "\"pending\":[{\"amount\":-20,\"currency\":\"jpy\"}]}");
	assert_true(stage_test_row(&customer_stage, &stated_table, &row));
	assert_int_equal(row.minor, 50);
	payout_feed("balance", customer_key, 2, "",
	            "{\"available\":[{\"amount\":80,\"currency\":\"jpy\"}],\"pending\":[]}");
	assert_true(stage_test_row(&customer_stage, &stated_table, &row));
	assert_int_equal(row.minor, 80);
}

#define TRANSACTION(name) \
	cmocka_unit_test_setup_teardown(name, payout_start_transaction, customer_stop)
#define PAYOUT(name) cmocka_unit_test_setup_teardown(name, payout_start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		TRANSACTION(a_fee_of_its_own_is_booked_at_once),
		TRANSACTION(the_fee_of_a_payout_is_booked_and_the_payout_is_not),
		TRANSACTION(what_is_unknown_is_in_suspense_and_said),
		TRANSACTION(what_is_somebodys_waits_for_them_and_then_is_in_suspense),
		TRANSACTION(what_is_placed_first_is_never_held),
		TRANSACTION(what_is_held_is_in_the_close_until_it_is_placed),
		TRANSACTION(a_fee_is_in_the_close_and_booked_again_is_there_once),
		TRANSACTION(what_cannot_be_read_is_a_case_until_it_is),
		PAYOUT(a_payout_is_booked_when_it_has_arrived_and_undone_when_it_fails),
		PAYOUT(a_payout_is_reconciled_in_any_order_of_what_it_paid),
		PAYOUT(what_is_missing_of_a_payout_is_a_case_until_it_comes),
		PAYOUT(what_a_payout_paid_is_asked_for_once),
		PAYOUT(a_payout_that_left_as_another_amount_differs),
		PAYOUT(a_payout_of_a_part_of_a_unit_is_a_case_until_it_is_whole),
		PAYOUT(a_transaction_of_another_currency_is_not_counted),
		PAYOUT(a_payout_that_cannot_be_read_is_a_case_until_it_is),
		PAYOUT(a_balance_that_cannot_be_read_is_a_case_until_it_is),
		PAYOUT(a_stated_balance_is_pending_and_available),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
