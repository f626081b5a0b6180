/*
 * billing_account_test - whose a customer is, told by accounts that may contradict each other; and objects of both
 * modes under one customer.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void feed_link(const char *linked, const char *unlinked)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__AccountLinked on = OPSMESH__V1__ACCOUNT_LINKED__INIT;
	Opsmesh__V1__AccountUnlinked off = OPSMESH__V1__ACCOUNT_UNLINKED__INIT;

	event.customer_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	if (linked != NULL) {
		on.account_id = text_mutable(linked);
		event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_ACCOUNT_LINKED;
		event.account_linked = &on;
	} else {
		off.account_id = text_mutable(unlinked);
		event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_ACCOUNT_UNLINKED;
		event.account_unlinked = &off;
	}
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
}

static void feed_invoice(const char *id, int64_t revision, const char *status)
{
	customer_feed(
	    "invoice", id, revision, status,
	    arena_printf(
		customer_stage.arena,
		"{\"id\":\"%s\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"currency\":\"jpy\","
		"\"status\":\"%s\",\"created\":1777593600,\"subtotal\":0,\"total\":0,"
		"\"amount_due\":0,\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[]}}",
		id, status));
}

/* Accounts. */

/* What a case about two accounts says; "": nothing. */
static const char *contested(void)
{
	const Opsmesh__V1__BillingEvent *const event = customer_heard();

	if (event == NULL)
		return "";
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_OPENED) {
		assert_string_equal(event->discrepancy_opened->cause, "account_contested");
		return arena_printf(customer_stage.arena, "%s: %s", event->account_id,
		                    event->discrepancy_opened->object_ids[0]);
	}
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_HEALED)
		return arena_printf(customer_stage.arena, "%s again", event->account_id);
	assert_true(event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_GROWN ||
	            event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_SHRUNK);
	return arena_printf(customer_stage.arena, "%s: %lld of them", event->account_id,
	                    (long long)event->discrepancy_grown->objects);
}

static void two_accounts_of_one_customer_are_a_case(void **state)
{
	(void)state;
	feed_link("acme", NULL);
	assert_string_equal(contested(), "");
	feed_link("other", NULL);
	assert_string_equal(contested(), "other: acme");
	feed_link("third", NULL);
	assert_string_equal(contested(), "third: 2 of them");
	feed_link(NULL, "acme");
	assert_string_equal(contested(), "third: 1 of them");
	feed_link(NULL, "third");
	assert_string_equal(contested(), "other again");
	feed_link(NULL, "third");
	assert_string_equal(contested(), "");
	feed_link("acme", NULL);
	assert_string_equal(contested(), "acme: other");
	feed_link("other", NULL);
	assert_string_equal(contested(), "other: 2 of them");
	assert_string_equal(contested(), "other: 1 of them");
	feed_link(NULL, "acme");
	assert_string_equal(contested(), "other again");
	feed_link(NULL, "other");
	assert_string_equal(contested(), "");
}

static void facts_name_the_account_when_it_is_known(void **state)
{
	(void)state;
	feed_invoice("in_1", 1, "open");
	assert_string_equal(customer_next()->account_id, "");
	feed_link("acme", NULL);
	feed_invoice("in_1", 2, "paid");
	assert_string_equal(customer_next()->account_id, "acme");
	feed_link("other", NULL);
	assert_string_equal(contested(), "other: acme");
	feed_link(NULL, "acme");
	assert_string_equal(contested(), "other again");
	feed_invoice("in_1", 3, "open");
	assert_string_equal(customer_next()->account_id, "other");
	feed_link(NULL, "other");
	stage_test_restart(&customer_stage);
	feed_invoice("in_1", 4, "paid");
	assert_string_equal(customer_next()->account_id, "");
}

/* Modes. */

static void objects_of_both_modes_are_a_case_in_any_order(void **state)
{
	static const struct {
		const char *id;
		const char *mode;
	} objects[] = {
		{ "ch_1", "true" }, { "ch_2", "null" }, { "ch_3", "true" }, { "ch_4", "false" }
	};

	for (size_t first = 0; first < COUNT_OF(objects); first++) {
		const Opsmesh__V1__BillingEvent *event;
		size_t opened = 0;

		assert_int_equal(customer_stop(state), 0);
		assert_int_equal(customer_start(state), 0);
		for (size_t i = 0; i < 2 * COUNT_OF(objects); i++) {
			const size_t at = (first + i) % COUNT_OF(objects);

			customer_feed(
			    "charge", objects[at].id, 1, "pending",
			    arena_printf(customer_stage.arena,
			                 "{\"currency\":\"usd\",\"amount\":5,\"livemode\":%s}",
			                 objects[at].mode));
			if (i == 2)
				stage_test_restart(&customer_stage);
		}
		while ((event = customer_heard()) != NULL)
			if (event->fact_case ==
			    OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_OPENED) {
				assert_string_equal(event->discrepancy_opened->cause, "mode_mixed");
				assert_string_equal(event->discrepancy_opened->object_ids[0],
				                    "ch_4");
				opened++;
			}
		assert_int_equal(opened, 1);
	}
}

#define CUSTOMER(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CUSTOMER(facts_name_the_account_when_it_is_known),
		CUSTOMER(two_accounts_of_one_customer_are_a_case),
		CUSTOMER(objects_of_both_modes_are_a_case_in_any_order),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
