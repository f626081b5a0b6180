/*
 * billing_object_refused_test - who hears that a state of an object was not taken over, and when that is over.
 */
#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/object_fixture.h"

#include <string.h>

/* A line each, of what the customer is told: "state 1", "refused currency 9000 EUR", "healed currency". */
static const char *told(void)
{
	struct arena *const arena = object_stage.arena;
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *text = "";

	while ((fact = stage_test_next(&object_stage, &message)) != NULL) {
		const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

		if (fact->topic != OPS_BY_CUSTOMER)
			continue;
		if (event->fact_case == OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_MIRRORED)
			text = arena_printf(arena, "%sstate %lld\n", text,
			                    (long long)event->mirrored->revision);
		else if (event->not_taken->healed)
			text = arena_printf(arena, "%shealed %s\n", text, event->not_taken->field);
		else
			text = arena_printf(arena, "%srefused %s %lld %s\n", text,
			                    event->not_taken->field,
			                    (long long)event->not_taken->amount,
			                    event->not_taken->currency);
	}
	return text;
}

static void feed(int at, const char *currency, int total)
{
	object_feed(arena_printf(object_stage.arena, "evt_%d%s", at, currency), "invoice.updated",
	            at, "invoice",
	            arena_printf(object_stage.arena,
	                         "'status':'open','customer':'cus_1','currency':'%s','total':%d",
	                         currency, total));
	object_fold();
}

static void its_customer_hears_it_and_that_it_is_over(void **state)
{
	(void)state;
	feed(1, "usd", 8000);
	assert_string_equal(told(), "state 1\n");
	feed(5, "eur", 9000);
	assert_string_equal(told(), "refused currency 9000 EUR\n");
	feed(3, "usd", 8100);
	assert_string_equal(told(), "state 2\n");
	stage_test_restart(&object_stage);
	feed(6, "usd", 8200);
	assert_string_equal(told(), "state 3\nhealed currency\n");
	feed(7, "usd", 8300);
	assert_string_equal(told(), "state 4\n");
}

/* As if it had come in time: then a later one would have been taken over since. */
static void what_is_older_than_what_stands_is_missed_by_nobody(void **state)
{
	(void)state;
	feed(1, "usd", 8000);
	feed(6, "usd", 8200);
	(void)told();
	feed(5, "eur", 9000);
	assert_string_equal(told(), "");
}

static void another_contradiction_takes_the_place_of_the_first(void **state)
{
	(void)state;
	feed(1, "usd", 8000);
	feed(5, "eur", 9000);
	(void)told();
	object_feed("evt_6", "invoice.updated", 6, "invoice",
	            "'status':'open','customer':'cus_1','currency':'usd','total':1,'account':'a'");
	object_feed_payload(&object_stage, &(struct provider_said){ .at = 7 }, object_fed,
	                    "invoice", bytes_of("[]"));
	object_fold();
	const char *const text = told();

	assert_non_null(strstr(text, "healed currency\n"));
	feed(900000, "usd", 8000);
	assert_non_null(strstr(told(), "healed"));
}

/* Of what has no customer: a line each of what the stage `payout` is told under which subject. */
static const char *told_nobody(void)
{
	struct arena *const arena = object_stage.arena;
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *text = "";

	while ((fact = stage_test_next(&object_stage, &message)) != NULL) {
		const Opsmesh__V1__ByPayoutEvent *const event = (const void *)message;
		const Opsmesh__V1__ObjectNotTaken *const refused = event->not_taken;

		if (fact->topic == OPS_BY_CUSTOMER)
			text = arena_printf(arena, "%sa customer\n", text);
		if (fact->topic != OPS_BY_PAYOUT ||
		    event->fact_case != OPSMESH__V1__BY_PAYOUT_EVENT__FACT_NOT_TAKEN)
			continue;
		assert_true(bytes_equal(fact->key, bytes_of(event->subject_id)));
		assert_string_equal(refused->object_id, object_fed);
		text =
		    arena_printf(arena, "%s%s %s%s", text, refused->healed ? "healed" : "refused",
		                 refused->field, refused->differs ? ", two:" : "");
		if (refused->differs && !refused->healed)
			text = arena_printf(arena, "%s %lld %lld %s", text,
			                    (long long)refused->standing,
			                    (long long)refused->amount, refused->currency);
		text = arena_printf(arena, "%s\n", text);
	}
	return text;
}

static void feed_unread(int at)
{
	object_feed_payload(&object_stage, &(struct provider_said){ .at = at }, object_fed,
	                    "invoice", bytes_of("[]"));
	object_fold();
}

static void what_no_customer_has_is_told_to_who_has_it(void **state)
{
	(void)state;
	feed_unread(1);
	assert_string_equal(told_nobody(), "refused \n");
	stage_test_restart(&object_stage);
	feed(900000, "usd", 8000);
	assert_string_equal(told_nobody(), "a customer\nhealed \n");
	feed_unread(900001);
	assert_string_equal(told_nobody(), "a customer\n");
}

/* An older state says whose it is: the case stays where it is open until the next. */
static void whose_it_is_may_be_known_while_it_is_open(void **state)
{
	(void)state;
	object_feed("evt_1", "invoice.updated", 1, "invoice", "'currency':'usd','total':1");
	object_feed("evt_5", "invoice.updated", 5, "invoice", "'currency':'eur','total':1");
	object_fold();
	assert_string_equal(told_nobody(), "refused currency\n");
	feed(2, "usd", 8000);
	assert_string_equal(told_nobody(), "a customer\n");
	feed(6, "eur", 8000);
	assert_string_equal(told_nobody(), "healed currency\na customer\n");
	feed(7, "usd", 8100);
	assert_string_equal(told_nobody(), "a customer\na customer\n");
}

/* The preview of an invoice has no id. */
static void what_has_no_id_is_no_case(void **state)
{
	(void)state;
	object_feed_payload(
	    &object_stage,
	    &(struct provider_said){ .event_id = object_fed, .type = "invoice.upcoming", .at = 1 },
	    object_fed, "invoice", bytes_of("{\"object\":\"invoice\",\"total\":1}"));
	object_fold();
	(void)object_hear_billing(FACT(OBJECT_REFUSED));
	object_hear_nothing();
}

static void feed_moved(int at, int amount, int fee)
{
	object_feed(arena_printf(object_stage.arena, "evt_%d_%d", at, amount), "x.updated", at,
	            "balance_transaction",
	            arena_printf(object_stage.arena, "'amount':%d,'fee':%d,'currency':'jpy'",
	                         amount, fee));
	object_fold();
}

static void a_transaction_has_two_amounts_until_the_first_is_said_again(void **state)
{
	(void)state;
	feed_moved(1, 1000, 40);
	assert_string_equal(told_nobody(), "");
	feed_moved(3, 900, 40);
	assert_string_equal(told_nobody(), "refused amount, two: 960 860 JPY\n");
	feed_moved(3, 900, 40);
	assert_string_equal(told_nobody(), "refused amount, two: 960 860 JPY\n");
	feed_moved(2, 1000, 40);
	assert_string_equal(told_nobody(), "");
	stage_test_restart(&object_stage);
	feed_moved(4, 1000, 40);
	assert_string_equal(told_nobody(), "healed amounts, two:\n");
	feed_moved(3, 900, 40);
	assert_string_equal(told_nobody(), "");
	feed_moved(5, 1000, 50);
	assert_string_equal(told_nobody(), "refused amount, two: 960 950 JPY\n");
}

static void amounts_that_come_to_the_same_are_told_before_the_fee(void **state)
{
	(void)state;
	feed_moved(1, 1000, 40);
	feed_moved(2, 1010, 50);
	assert_string_equal(told_nobody(), "refused amount, two: 1000 1010 JPY\n");
}

static void what_cannot_be_read_is_told_of_a_known_object(void **state)
{
	(void)state;
	feed(1, "usd", 8000);
	(void)told();
	object_feed_payload(&object_stage, &(struct provider_said){ .at = 2 }, object_fed,
	                    "invoice",
	                    bytes_of("{\"id\":\"x\",\"object\":\"invoice\",\"total\":1.5}"));
	object_fold();
	assert_string_equal(told(), "refused total 0 \n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(its_customer_hears_it_and_that_it_is_over),
		TEST(what_is_older_than_what_stands_is_missed_by_nobody),
		TEST(another_contradiction_takes_the_place_of_the_first),
		TEST(what_no_customer_has_is_told_to_who_has_it),
		TEST(whose_it_is_may_be_known_while_it_is_open),
		TEST(what_has_no_id_is_no_case),
		TEST(a_transaction_has_two_amounts_until_the_first_is_said_again),
		TEST(amounts_that_come_to_the_same_are_told_before_the_fee),
		TEST(what_cannot_be_read_is_told_of_a_known_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
