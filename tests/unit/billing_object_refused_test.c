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

/* Of an object that nobody has, nobody hears. */
static void nobody_hears_it_where_no_customer_is_known(void **state)
{
	(void)state;
	object_feed_payload(&object_stage, &(struct provider_said){ .at = 1 }, object_fed,
	                    "invoice", bytes_of("[]"));
	object_fold();
	assert_string_equal(told(), "");
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
		TEST(nobody_hears_it_where_no_customer_is_known),
		TEST(what_cannot_be_read_is_told_of_a_known_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
