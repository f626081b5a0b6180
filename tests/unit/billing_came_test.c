/*
 * billing_came_test - customers who never come, and what states name that are older than what stands.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "tests/support/case_fixture.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *said(void)
{
	return case_said(NULL);
}

static void feed_subscription(void)
{
	customer_feed(
	    "subscription", "sub_1", 1, "incomplete",
	    "{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"cus_1\","
	    "\"status\":\"incomplete\",\"currency\":\"jpy\",\"created\":1728000000,\"items\":{\"object\":\"list\","
	    "\"has_more\":false,\"data\":[]}}");
}

static void feed_draft(void)
{
	customer_feed(
	    "invoice", "in_1", 1, "draft",
	    "{\"id\":\"in_1\",\"object\":\"invoice\",\"status\":\"draft\",\"currency\":\"jpy\","
	    "\"created\":1777593600,\"subtotal\":0,\"total\":0,\"amount_due\":0,"
	    "\"amount_paid\":0,\"amount_remaining\":0,\"lines\":{\"object\":\"list\","
	    "\"has_more\":false,\"data\":[]}}");
}

/* What a state named that was stale is heard, though the one that stands is known already. */
static void what_an_older_state_named_is_missed_from_then_on(void **state)
{
	static char json[] = "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"failed\","
			     "\"amount\":12000,\"currency\":\"jpy\"}";
	Opsmesh__V1__ObjectMirrored made = customer_mirrored("charge", "ch_1", 1, "failed", json);
	Opsmesh__V1__Named named = OPSMESH__V1__NAMED__INIT;
	Opsmesh__V1__Named *list[] = { &named };

	(void)state;
	customer_feed_self();
	customer_feed_mirrored(&made);
	assert_string_equal(said(), "");
	named.object_type = text_mutable("invoice");
	named.object_id = text_mutable("in_1");
	named.at = proto_timestamp(customer_stage.arena, time_add(customer_now(), DAYS(-4)));
	made.named = list;
	made.n_named = 1;
	customer_feed_mirrored(&made);
	customer_wait(HOURS(1));
	assert_string_equal(said(), "fetch invoice in_1 by ch_1\nopened never_came in_1 1 0\n");
	customer_feed_mirrored(&made);
	customer_wait(DAYS(9));
	assert_string_equal(said(), "");
	feed_draft();
	assert_string_equal(said(), "healed never_came in_1\n");
}

/* Whoever came before a customer does. */
static void a_customer_who_never_comes_is_asked_for_once_and_heals(void **state)
{
	(void)state;
	feed_subscription();
	customer_wait(DAYS(2));
	assert_string_equal(said(), "");
	feed_draft();
	customer_wait(DAYS(2));
	assert_string_equal(said(),
	                    arena_printf(customer_stage.arena,
	                                 "fetch customer %s by %s\nopened never_came %s 1 0\n",
	                                 customer_key, customer_key, customer_key));
	stage_test_restart(&customer_stage);
	customer_wait(DAYS(9));
	assert_string_equal(said(), "");
	customer_feed_self();
	assert_string_equal(said(), arena_printf(customer_stage.arena, "healed never_came %s\n",
	                                         customer_key));
	feed_draft();
	customer_wait(DAYS(9));
	assert_string_equal(said(), "");
}

static void a_customer_who_comes_in_time_is_not_asked_for(void **state)
{
	(void)state;
	feed_subscription();
	customer_wait(DAYS(1));
	customer_feed_self();
	customer_wait(DAYS(9));
	assert_string_equal(said(), "");
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, customer_start, customer_stop)
	const struct CMUnitTest tests[] = {
		CASE(what_an_older_state_named_is_missed_from_then_on),
		CASE(a_customer_who_never_comes_is_asked_for_once_and_heals),
		CASE(a_customer_who_comes_in_time_is_not_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
