/*
 * billing_cut_test - the open disputes that a shard answers when the books are cut.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/books.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void hear(int number, const char *status, const char *json)
{
	customer_feed("dispute", arena_printf(customer_stage.arena, "dp_%03d", number), 1, status,
	              json);
}

static const Opsmesh__V1__ShardFigured *cut(void)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__BooksCut made = OPSMESH__V1__BOOKS_CUT__INIT;
	const ProtobufCMessage *message = NULL;
	const struct fact *fact;

	made.action_id = text_mutable("a-1");
	made.period = text_mutable("2024-10-04");
	made.number = 1;
	event.customer_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_BOOKS_CUT;
	event.books_cut = &made;
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
	do {
		fact = stage_test_next(&customer_stage, &message);
		CHECK(fact != NULL);
	} while (fact->topic != OPS_BY_BOOKS);
	return ((const Opsmesh__V1__ByBooksEvent *)(const void *)message)->shard_figured;
}

static void an_open_dispute_is_named_with_what_may_be_lost(void **state)
{
	const Opsmesh__V1__ShardFigured *told;

	(void)state;
	hear(1, "needs_response", "{\"currency\":\"eur\",\"amount\":700}");
	hear(2, "won", "{\"currency\":\"eur\",\"amount\":900}");
	told = cut();
	assert_int_equal(told->disputes_open, 1);
	assert_int_equal(told->n_disputes, 1);
	assert_string_equal(told->disputes[0]->dispute_id, "dp_001");
	assert_string_equal(told->disputes[0]->amount->currency, "EUR");
	assert_int_equal(told->disputes[0]->amount->minor, 700);
	assert_int_equal(told->disputes[0]->more, 0);
}

/* 500 are named; of the rest two are of yen and one of dollars. */
static void those_beyond_what_is_named_are_counted_and_summed(void **state)
{
	const Opsmesh__V1__ShardFigured *told;

	(void)state;
	for (int i = 0; i < 503; i++)
		hear(i, "needs_response",
		     i == 502 ? "{\"currency\":\"usd\",\"amount\":9}"
		              : "{\"currency\":\"jpy\",\"amount\":20}");
	told = cut();
	assert_int_equal(told->disputes_open, 503);
	assert_int_equal(told->n_disputes, 502);
	assert_string_equal(told->disputes[499]->dispute_id, "dp_499");
	assert_int_equal(told->disputes[499]->more, 0);
	assert_string_equal(told->disputes[500]->dispute_id, "");
	assert_string_equal(told->disputes[500]->amount->currency, "JPY");
	assert_int_equal(told->disputes[500]->amount->minor, 40);
	assert_int_equal(told->disputes[500]->more, 2);
	assert_string_equal(told->disputes[501]->amount->currency, "USD");
	assert_int_equal(told->disputes[501]->amount->minor, 9);
	assert_int_equal(told->disputes[501]->more, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(an_open_dispute_is_named_with_what_may_be_lost),
		CASE(those_beyond_what_is_named_are_counted_and_summed),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
