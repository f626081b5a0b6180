/*
 * billing_payout_action_test - what people do about what does not add up in the provider's balance.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define KIND(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name
#define CODE(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

static int start_payout(void **state)
{
	(void)state;
	customer_fixture_start(BILLING_PAYOUT, "po_");
	return 0;
}

static Opsmesh__V1__ByPayoutEvent event_now(void)
{
	Opsmesh__V1__ByPayoutEvent event = OPSMESH__V1__BY_PAYOUT_EVENT__INIT;

	event.subject_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	return event;
}

static void feed(const char *type, const char *id, const char *status, const char *json)
{
	Opsmesh__V1__ByPayoutEvent event = event_now();
	Opsmesh__V1__ObjectMirrored made = customer_mirrored(type, id, 1, status, json);

	event.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_MIRRORED;
	event.mirrored = &made;
	customer_feed_event(OPS_BY_PAYOUT, &event.base);
}

static void feed_paid(const char *id, int amount)
{
	feed("balance_transaction", id, "available",
	     arena_printf(customer_stage.arena,
	                  "{\"id\":\"%s\",\"type\":\"charge\",\"source\":\"ch_1\",\"amount\":%d,"
	                  "\"fee\":0,\"net\":%d,\"currency\":\"jpy\",\"created\":1700000000}",
	                  id, amount, amount));
}

/* A payout of 1500 yen whose transactions come to another amount; the id of its case. */
static const char *differing_payout(void)
{
	const Opsmesh__V1__BillingEvent *event;

	feed("payout", customer_key, "paid",
	     "{\"amount\":1500,\"currency\":\"jpy\",\"arrival_date\":1700100000,"
	     "\"automatic\":true,\"reconciliation_status\":\"completed\"}");
	feed_paid("txn_1", 900);
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
	Opsmesh__V1__ByPayoutEvent event = event_now();

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
	feed_paid("txn_2", 100);
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
#define CASE(test) cmocka_unit_test_setup_teardown(test, start_payout, customer_stop)
	const struct CMUnitTest tests[] = {
		CASE(a_case_of_the_balance_is_seen_given_and_explained),
		CASE(what_was_explained_opens_again_when_more_shows_it),
		CASE(what_nobody_knows_is_refused_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
