/*
 * billing_source_test - a balance transaction that comes by itself meets the refund or dispute that it is of.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/object/source.h"
#include "tests/support/customer_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int start(void **state)
{
	(void)state;
	customer_fixture_start(BILLING_SOURCE, "re_");
	return 0;
}

static void feed(const char *type, const char *id, int64_t revision, const char *charge,
                 const char *json)
{
	Opsmesh__V1__BySourceEvent event = OPSMESH__V1__BY_SOURCE_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored made = customer_mirrored(type, id, revision, "", json);

	event.source_id = text_mutable(customer_key);
	event.charge_id = text_mutable(charge);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	event.fact_case = OPSMESH__V1__BY_SOURCE_EVENT__FACT_MIRRORED;
	event.mirrored = &made;
	customer_feed_event(OPS_BY_SOURCE, &event.base);
}

static void feed_moved(const char *id, int64_t revision, const char *type)
{
	feed("balance_transaction", id, revision, "",
	     arena_printf(
		 customer_stage.arena,
		 "{\"id\":\"%s\",\"type\":\"%s\",\"source\":\"%s\",\"amount\":-500,\"fee\":0,"
		 "\"net\":-500,\"currency\":\"usd\",\"created\":1777600100}",
		 id, type, customer_key));
}

static void feed_refund(int64_t revision, const char *charge, int amount)
{
	feed("refund", customer_key, revision, charge,
	     arena_printf(customer_stage.arena, "{\"currency\":\"eur\",\"amount\":%d}", amount));
}

/* "txn_1 2 of refund re_5 EUR 500 to ch_1"; "": nothing more was said. */
static const char *forwarded(void)
{
	const ProtobufCMessage *message;

	if (stage_test_next(&customer_stage, &message) == NULL)
		return "";
	const Opsmesh__V1__ByChargeEvent *const event = (const void *)message;
	const Opsmesh__V1__MoneySource *const about = event->mirrored->about;

	assert_string_equal(about->object_id, customer_key);
	assert_string_equal(about->charge_id, event->charge_id);
	return arena_printf(customer_stage.arena, "%s %lld of %s %s %lld to %s",
	                    event->mirrored->object_id, (long long)event->mirrored->revision,
	                    about->object_type, about->currency, (long long)about->amount,
	                    event->charge_id);
}

static void a_transaction_goes_on_with_the_refund_that_it_is_of(void **state)
{
	(void)state;
	feed_refund(1, "ch_1", 470);
	assert_string_equal(forwarded(), "");
	feed_moved("txn_1", 1, "refund");
	assert_string_equal(forwarded(), "txn_1 1 of refund EUR 470 to ch_1");
	feed_moved("txn_1", 2, "refund");
	assert_string_equal(forwarded(), "txn_1 2 of refund EUR 470 to ch_1");
	feed_moved("txn_2", 1, "refund_failure");
	assert_string_equal(forwarded(), "txn_2 1 of refund EUR 470 to ch_1");
}

static void a_transaction_waits_until_refund_and_charge_are_known(void **state)
{
	(void)state;
	feed_moved("txn_2", 1, "refund_failure");
	feed_moved("txn_1", 1, "refund");
	feed_moved("txn_1", 2, "refund");
	feed_refund(1, "", 470);
	assert_string_equal(forwarded(), "");
	stage_test_restart(&customer_stage);
	feed_refund(2, "ch_1", 470);
	assert_string_equal(forwarded(), "txn_1 2 of refund EUR 470 to ch_1");
	assert_string_equal(forwarded(), "txn_2 1 of refund EUR 470 to ch_1");
	feed_refund(3, "ch_1", 470);
	assert_string_equal(forwarded(), "");
}

/* More than can be read again at once: two of them are, in one row. */
#define LARGE ((size_t)600 << 10)

static void feed_large(const char *id, int64_t revision)
{
	char *const words = arena_alloc(customer_stage.arena, LARGE + 1);

	memset(words, 'x', LARGE);
	words[LARGE] = '\0';
	feed("balance_transaction", id, revision, "",
	     arena_printf(
		 customer_stage.arena,
		 "{\"id\":\"%s\",\"type\":\"refund\",\"source\":\"%s\",\"amount\":-500,\"fee\":0,"
		 "\"net\":-500,\"currency\":\"usd\",\"created\":1777600100,\"description\":\"%s\"}",
		 id, customer_key, words));
}

/* The shard goes on: what is small still waits, and all that waits goes on when the refund comes. */
static void what_is_too_much_to_wait_is_refused(void **state)
{
	int refused = 0; /* a dead letter each */

	(void)state;
	feed_large("txn_1", 1);
	feed_large("txn_2", 1);
	feed_moved("txn_3", 1, "refund");
	while (stage_test_next(&customer_stage, NULL) != NULL)
		refused++;
	assert_int_equal(refused, 1);
	stage_test_restart(&customer_stage);
	feed_refund(1, "ch_1", 470);
	assert_string_equal(forwarded(), "txn_1 1 of refund EUR 470 to ch_1");
	assert_string_equal(forwarded(), "txn_3 1 of refund EUR 470 to ch_1");
	assert_string_equal(forwarded(), "");
}

/* The charge may be learned from a state that is older than the one that stands. */
static void an_older_state_teaches_the_charge_and_not_the_amount(void **state)
{
	(void)state;
	feed_moved("txn_1", 1, "refund");
	feed_refund(2, "", 470);
	feed_refund(1, "ch_1", 300);
	assert_string_equal(forwarded(), "txn_1 1 of refund EUR 470 to ch_1");
}

static void what_is_of_no_refund_goes_no_further(void **state)
{
	(void)state;
	feed_refund(1, "ch_1", 470);
	feed_moved("txn_1", 1, "payout");
	feed_moved("txn_2", 1, "a_type_of_tomorrow");
	feed("balance_transaction", "txn_3", 1, "", "{\"id\":\"txn_3\"}");
	assert_string_equal(forwarded(), "");
}

static void a_refund_without_an_amount_lets_nothing_through(void **state)
{
	(void)state;
	feed("refund", customer_key, 1, "ch_1", "{\"currency\":\"eur\"}");
	feed_moved("txn_1", 1, "refund");
	assert_string_equal(forwarded(), "");
	feed_refund(2, "ch_1", 1);
	assert_string_equal(forwarded(), "txn_1 1 of refund EUR 1 to ch_1");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_transaction_goes_on_with_the_refund_that_it_is_of),
		CASE(a_transaction_waits_until_refund_and_charge_are_known),
		CASE(what_is_too_much_to_wait_is_refused),
		CASE(an_older_state_teaches_the_charge_and_not_the_amount),
		CASE(what_is_of_no_refund_goes_no_further),
		CASE(a_refund_without_an_amount_lets_nothing_through),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
