/*
 * billing_payout_action_test - what people do about what does not add up in the provider's balance.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/payout_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define KIND(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name
#define CODE(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

/* A payout of 1500 yen whose transactions come to another amount; the id of its case. */
static const char *differing_payout(void)
{
	const Opsmesh__V1__BillingEvent *event;

	payout_feed("payout", customer_key, 1, "paid",
	            "{\"amount\":1500,\"currency\":\"jpy\",\"arrival_date\":1700100000,"
	            "\"automatic\":true,\"reconciliation_status\":\"completed\"}");
	payout_feed_moved("txn_1", "charge", "ch_1", 900, 0);
	customer_wait(DAYS(8));
	do
		event = customer_next();
	while (event->fact_case != FACT(DISCREPANCY_OPENED));
	while (customer_heard() != NULL)
		continue;
	return event->discrepancy_opened->discrepancy_id;
}

static void ask(const char *word, Opsmesh__V1__ActionKind kind, const char *id,
                const char *const *parameters)
{
	const struct customer_ask asked = { .action_id = "a-1",
		                            .word = word,
		                            .kind = kind,
		                            .type = "discrepancy",
		                            .id = id,
		                            .reason = "the bank kept a part",
		                            .parameters = parameters };
	Opsmesh__V1__ByPayoutEvent event = payout_event_now();

	event.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_ASKED;
	event.asked = customer_asked(&asked);
	customer_feed_event(OPS_BY_PAYOUT, &event.base);
}

static void assert_applied(void)
{
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, FACT(ACTION_APPLIED));
	assert_string_equal(event->action_applied->action_id, "a-1");
	assert_string_equal(event->customer_id, "");
	assert_null(customer_heard());
}

static void a_case_of_the_balance_is_seen_given_and_explained(void **state)
{
	static const char *const ada[] = { "assignee", "ada", NULL };
	const char *const id = differing_payout();

	(void)state;
	ask("acknowledge", KIND(ACKNOWLEDGE), id, NULL);
	assert_string_equal(customer_next()->discrepancy_acknowledged->discrepancy_id, id);
	assert_applied();
	ask("assign", KIND(ASSIGN), id, ada);
	assert_string_equal(customer_next()->discrepancy_assigned->owner, "ada");
	assert_applied();
	ask("explain", KIND(EXPLAIN), id, NULL);
	assert_string_equal(customer_next()->discrepancy_explained->reason->text,
	                    "the bank kept a part");
	assert_applied();
	customer_wait(DAYS(60));
	assert_null(customer_heard());
}

static void what_was_explained_opens_again_when_more_shows_it(void **state)
{
	const char *const id = differing_payout();
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	ask("explain", KIND(EXPLAIN), id, NULL);
	assert_int_equal(customer_next()->fact_case, FACT(DISCREPANCY_EXPLAINED));
	assert_applied();
	stage_test_restart(&customer_stage);
	payout_feed_moved("txn_2", "charge", "ch_1", 100, 0);
	do
		event = customer_next();
	while (event->fact_case != FACT(DISCREPANCY_OPENED));
	assert_true(event->discrepancy_opened->again);
	assert_string_equal(event->discrepancy_opened->discrepancy_id, id);
}

static void what_nobody_knows_is_refused_once(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	ask("explain", KIND(EXPLAIN),
	    arena_printf(customer_stage.arena, "discrepancy/%s/0", customer_key), NULL);
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(ACTION_REFUSED));
	assert_int_equal(event->action_refused->code, CODE(UNKNOWN_SUBJECT));
	assert_string_equal(event->action_refused->field, "on.id");
	assert_null(customer_heard());
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, payout_start, customer_stop)
	const struct CMUnitTest tests[] = {
		CASE(a_case_of_the_balance_is_seen_given_and_explained),
		CASE(what_was_explained_opens_again_when_more_shows_it),
		CASE(what_nobody_knows_is_refused_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
