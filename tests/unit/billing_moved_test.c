/*
 * billing_moved_test - the stage `object`: whose an object is, and what its states name that nobody hears otherwise.
 */
#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/object_fixture.h"

/* Who hears that it has gone, to whom. */
static void hear_left(const char *customer, const char *now)
{
	const ProtobufCMessage *message;

	assert_true(bytes_equal(object_hear(OPS_BY_CUSTOMER, &message)->key, bytes_of(customer)));
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

	assert_int_equal(event->fact_case, OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_LEFT);
	assert_string_equal(event->left->object_id, object_fed);
	assert_string_equal(event->left->object_type, "payment_intent");
	assert_string_equal(event->left->customer_id, now);
}

static void feed_intent(const char *event, int at, const char *customer)
{
	object_feed(event, "payment_intent.updated", at, "payment_intent",
	            arena_printf(object_stage.arena, "'status':'processing','customer':'%s'",
	                         customer));
}

static void whose_an_intent_is_is_told_once_and_again_where_it_moves(void **state)
{
	(void)state;
	feed_intent("evt_1", 3, "cus_1");
	object_feed("evt_2", "payment_intent.updated", 5, "payment_intent",
	            "'status':'processing','customer':'cus_1','amount':1");
	feed_intent("evt_3", 6, "cus_2");
	object_fold();
	(void)object_hear_customer("cus_1");
	assert_int_equal(object_hear_charge(object_fed)->payload.len, 0);
	(void)object_hear_customer("cus_1");
	(void)object_hear_customer("cus_2");
	assert_string_equal(object_hear_charge(object_fed)->customer_id, "cus_2");
	hear_left("cus_1", "cus_2");
	object_hear_nothing();
}

static void who_had_an_intent_before_hears_so_though_its_state_comes_late(void **state)
{
	(void)state;
	feed_intent("evt_3", 6, "cus_2");
	feed_intent("evt_1", 3, "cus_1");
	object_fold();
	(void)object_hear_customer("cus_2");
	(void)object_hear_charge(object_fed);
	(void)object_hear_billing(FACT(STALE_OBSERVED));
	hear_left("cus_1", "cus_2");
	object_hear_nothing();
}

static void what_does_not_move_is_refused_to_another_customer(void **state)
{
	static const char *const types[] = { "charge", "invoice", "subscription",
		                             "payment_method" };
	const Opsmesh__V1__ByCustomerEvent *event;
	const ProtobufCMessage *message;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		object_feed("evt_1", "thing.updated", 3, types[i], "'customer':'cus_1'");
		object_fold();
		while (stage_test_next(&object_stage, NULL) != NULL)
			;
		object_feed("evt_2", "thing.updated", 4, types[i], "'customer':'cus_2'");
		object_fold();
		assert_string_equal(
		    object_hear_billing(FACT(OBJECT_REFUSED))->object_refused->field, "customer");
		assert_string_equal(object_row_of(types[i]).customer_id, "cus_1");
		(void)object_hear(OPS_BY_CUSTOMER, &message);
		event = (const void *)message;
		assert_string_equal(event->customer_id, "cus_1");
		assert_string_equal(event->not_taken->field, "customer");
		object_hear_nothing();
	}
}

/* What a state names that is heard by nobody. */

static void what_a_stale_state_names_is_told_once_with_what_stands(void **state)
{
	(void)state;
	object_feed("evt_3", "charge.updated", 7, "charge", "'customer':'cus_1','invoice':'in_2'");
	object_feed("evt_1", "charge.updated", 3, "charge", "'customer':'cus_1','invoice':'in_1'");
	object_feed("evt_1", "charge.updated", 3, "charge", "'customer':'cus_1','invoice':'in_1'");
	object_feed("evt_2", "charge.updated", 5, "charge",
	            "'customer':'cus_1','invoice':'in_2','amount':1");
	object_fold();
	assert_int_equal(object_hear_customer("cus_1")->n_named, 0);
	(void)object_hear_charge(object_fed);
	const Opsmesh__V1__ObjectMirrored *const again = object_hear_customer("cus_1");

	assert_int_equal(again->revision, 1);
	assert_int_equal(again->n_named, 1);
	assert_string_equal(again->named[0]->object_type, "invoice");
	assert_string_equal(again->named[0]->object_id, "in_1");
	assert_int_equal(again->named[0]->at->seconds, PROVIDER_START_S + 3);
	for (int i = 0; i < 3; i++)
		(void)object_hear_billing(FACT(STALE_OBSERVED));
	object_hear_nothing();
}

#define REFUND(more) "'charge':'ch_1','status':'pending'" more

/* Of a refund its charge knows the customer: whoever waits there hears what any state names. */
static void what_a_state_named_before_its_customer_was_known_stays_named(void **state)
{
	static const int orders[][2] = { { 0, 1 }, { 1, 0 } };
	static const char *const said[] = { REFUND(",'balance_transaction':'txn_1'"), REFUND("") };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		const Opsmesh__V1__ObjectMirrored *last = NULL;
		const ProtobufCMessage *message;
		const struct fact *fact;

		object_fed = stage_test_key(&object_stage, i == 0 ? "re_a" : "re_b");
		for (size_t k = 0; k < 2; k++)
			object_feed(arena_printf(object_stage.arena, "evt_%d", orders[i][k]),
			            "refund.updated", 3 + orders[i][k], "refund",
			            said[orders[i][k]]);
		object_fold();
		while ((fact = stage_test_next(&object_stage, &message)) != NULL)
			if (fact->topic == OPS_BY_CHARGE)
				last = ((const Opsmesh__V1__ByChargeEvent *)(const void *)message)
				           ->mirrored;
		assert_non_null(last);
		assert_int_equal(last->n_named, 1);
		assert_string_equal(last->named[0]->object_id, "txn_1");
		assert_int_equal(last->named[0]->at->seconds, PROVIDER_START_S + 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whose_an_intent_is_is_told_once_and_again_where_it_moves),
		TEST(who_had_an_intent_before_hears_so_though_its_state_comes_late),
		TEST(what_does_not_move_is_refused_to_another_customer),
		TEST(what_a_stale_state_names_is_told_once_with_what_stands),
		TEST(what_a_state_named_before_its_customer_was_known_stays_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
