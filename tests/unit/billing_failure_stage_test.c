/*
 * billing_failure_stage_test - payments that failed: what their codes mean, and that a card's budget is used up.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name
#define RETRY(name) OPSMESH__V1__PAYMENT_RETRY__PAYMENT_RETRY_##name
#define ACTOR(name) OPSMESH__V1__PAYMENT_ACTOR__PAYMENT_ACTOR_##name
#define START_S (20600 * 86400LL) /* after the last version of the networks' budgets */

struct declined {
	const char *code;
	const char *network;
	const char *advice; /* of the network */
	const char *fingerprint;
	int hour;
};

static void feed(const char *id, const struct declined *declined)
{
	customer_feed(
	    "charge", id, 1, "failed",
	    arena_printf(
		customer_stage.arena,
		"{\"id\":\"%s\",\"object\":\"charge\",\"status\":\"failed\",\"amount\":12000,"
		"\"currency\":\"usd\",\"customer\":\"%s\",\"created\":%lld,"
		"\"failure_code\":\"card_declined\",\"outcome\":{\"type\":\"issuer_declined\","
		"\"network_status\":\"declined_by_network\",\"reason\":\"%s\","
		"\"network_advice_code\":\"%s\"},"
		"\"payment_method_details\":{\"type\":\"card\",\"card\":{\"brand\":\"%s\","
		"\"network\":\"%s\",\"fingerprint\":\"%s\"}}}",
		id, customer_key, START_S + declined->hour * 3600LL, declined->code,
		declined->advice, declined->network, declined->network, declined->fingerprint));
}

static void the_codes_are_told_with_what_they_mean(void **state)
{
	static const struct {
		const char *name;
		struct declined declined;
		Opsmesh__V1__PaymentRetry retry;
		Opsmesh__V1__PaymentActor acts;
		const char *code;
	} rows[] = {
		{ "too little money",
		  { "insufficient_funds", "visa", "", "fp_1", 0 },
		  RETRY(YES),
		  ACTOR(CUSTOMER),
		  "insufficient_funds" },
		{ "a card that was lost",
		  { "lost_card", "visa", "", "fp_2", 0 },
		  RETRY(NEVER),
		  ACTOR(CUSTOMER),
		  "lost_card" },
		{ "a word that nobody knows",
		  { "of_a_later_year", "visa", "", "fp_3", 0 },
		  RETRY(CAREFUL),
		  ACTOR(ISSUER),
		  "of_a_later_year" },
		{ "the network forbids what the code lets through",
		  { "insufficient_funds", "mastercard", "03", "fp_4", 0 },
		  RETRY(NEVER),
		  ACTOR(CUSTOMER),
		  "03" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		print_message("%s\n", rows[i].name);
		feed(arena_printf(customer_stage.arena, "ch_%zu", i), &rows[i].declined);
		const Opsmesh__V1__PaymentDecline *const decline =
		    customer_next()->payment_changed->decline;

		assert_int_equal(decline->retry, rows[i].retry);
		assert_int_equal(decline->acts, rows[i].acts);
		assert_string_equal(decline->code, rows[i].code);
		assert_string_equal(decline->network_advice_code, rows[i].declined.advice);
		assert_string_equal(decline->network, rows[i].declined.network);
		assert_string_equal(decline->policy, "declines/1");
		assert_true(decline->sentence[0] != '\0');
		while (customer_heard() != NULL)
			continue;
	}
}

static void what_was_refused_before_the_network_is_told_as_unsent(void **state)
{
	static const char charge[] =
	    "{\"id\":\"%s\",\"object\":\"charge\",\"status\":\"failed\",\"amount\":12000,"
	    "\"currency\":\"usd\",\"customer\":\"%s\",\"payment_intent\":\"pi_9\","
	    "\"failure_code\":\"card_declined\",\"outcome\":{\"type\":\"%s\","
	    "\"network_status\":\"%s\",\"reason\":\"highest_risk_level\"}}";
	const Opsmesh__V1__PaymentChanged *changed;

	(void)state;
	customer_feed("charge", "ch_1", 1, "failed",
	              arena_printf(customer_stage.arena, charge, "ch_1", customer_key, "blocked",
	                           "not_sent_to_network"));
	changed = customer_next()->payment_changed;
	assert_true(changed->decline->unsent);
	assert_string_equal(changed->payment_intent_id, "pi_9");
	while (customer_heard() != NULL)
		continue;
	customer_feed("charge", "ch_2", 1, "failed",
	              arena_printf(customer_stage.arena, charge, "ch_2", customer_key,
	                           "issuer_declined", "declined_by_network"));
	changed = customer_next()->payment_changed;
	assert_false(changed->decline->unsent);
}

static void that_a_card_is_spent_is_said_of_the_customer(void **state)
{
	Opsmesh__V1__AttemptBudgetSpent told = OPSMESH__V1__ATTEMPT_BUDGET_SPENT__INIT;
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;

	(void)state;
	told.network = text_mutable("visa");
	told.card = text_mutable("fp_1");
	told.attempts = 20;
	event.customer_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_CARD_SPENT;
	event.card_spent = &told;
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
	const Opsmesh__V1__BillingEvent *const heard = customer_next();

	assert_int_equal(heard->fact_case, FACT(ATTEMPT_BUDGET_SPENT));
	assert_string_equal(heard->customer_id, customer_key);
	assert_string_equal(heard->attempt_budget_spent->card, "fp_1");
	assert_int_equal(heard->attempt_budget_spent->attempts, 20);
	assert_null(customer_heard());
}

static void an_intent_that_fails_without_a_charge_is_told(void **state)
{
	static const char intent[] =
	    "{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"status\":\"requires_payment_method\","
	    "\"amount\":12000,\"currency\":\"usd\",\"invoice\":\"in_1\",\"created\":1779840000,"
	    "\"last_payment_error\":{\"code\":\"authentication_required\"%s}}";
	const Opsmesh__V1__PaymentChanged *changed;

	(void)state;
	customer_feed("payment_intent", "pi_1", 1, "requires_payment_method",
	              arena_printf(customer_stage.arena, intent, ",\"charge\":\"ch_1\""));
	assert_null(customer_heard());
	customer_feed("payment_intent", "pi_1", 2, "requires_payment_method",
	              arena_printf(customer_stage.arena, intent, ""));
	changed = customer_next()->payment_changed;
	assert_string_equal(changed->payment_id, "pi_1");
	assert_string_equal(changed->payment_intent_id, "pi_1");
	assert_string_equal(changed->invoice_id, "in_1");
	assert_string_equal(changed->failure_code, "authentication_required");
	assert_int_equal(changed->decline->retry, RETRY(NEW_METHOD));
	assert_null(customer_heard());
	customer_feed("payment_intent", "pi_1", 3, "requires_payment_method",
	              arena_printf(customer_stage.arena, intent, ""));
	assert_null(customer_heard());
}

/* Intents that move. */

static void feed_failing_intent(int64_t revision)
{
	customer_feed("payment_intent", "pi_1", revision, "requires_payment_method",
	              "{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"status\":"
	              "\"requires_payment_method\",\"amount\":12000,\"currency\":\"usd\","
	              "\"last_payment_error\":{\"code\":\"authentication_required\"}}");
}

static void feed_left(const char *to)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectLeft left = OPSMESH__V1__OBJECT_LEFT__INIT;

	left.object_id = text_mutable("pi_1");
	left.object_type = text_mutable("payment_intent");
	left.customer_id = text_mutable(to);
	event.customer_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_LEFT;
	event.left = &left;
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
}

static void an_intent_that_moves_is_said_once_and_may_come_back(void **state)
{
	(void)state;
	feed_failing_intent(1);
	assert_int_equal(customer_next()->fact_case, FACT(PAYMENT_CHANGED));
	feed_left("cus_2");
	assert_string_equal(customer_next()->object_moved->to_customer_id, "cus_2");
	feed_left("cus_2");
	feed_failing_intent(1);
	assert_null(customer_heard());
	feed_failing_intent(3);
	assert_int_equal(customer_next()->fact_case, FACT(PAYMENT_CHANGED));
	feed_left("cus_2");
	assert_int_equal(customer_next()->fact_case, FACT(OBJECT_MOVED));
	assert_null(customer_heard());
}

static void an_intent_that_had_moved_before_it_was_heard_of_is_said_as_well(void **state)
{
	(void)state;
	feed_left("cus_2");
	feed_left("cus_2");
	assert_string_equal(customer_next()->object_moved->object_id, "pi_1");
	assert_null(customer_heard());
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, customer_start, customer_stop)
	const struct CMUnitTest tests[] = {
		CASE(the_codes_are_told_with_what_they_mean),
		CASE(what_was_refused_before_the_network_is_told_as_unsent),
		CASE(that_a_card_is_spent_is_said_of_the_customer),
		CASE(an_intent_that_fails_without_a_charge_is_told),
		CASE(an_intent_that_moves_is_said_once_and_may_come_back),
		CASE(an_intent_that_had_moved_before_it_was_heard_of_is_said_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
