/*
 * billing_object_card_test - a charge that failed is told to its card as well.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/object_fixture.h"

#define METHOD(fields) "'payment_method_details':{'type':'card','card':{" fields "}}"
#define CARD METHOD("'network':'Visa','fingerprint':'fp_1'")
#define FAILED(more) "'status':'failed','amount':500,'currency':'usd'," more

/* A line each, of what the cards are told: "visa/fp_1 1 of cus_1". */
static const char *told(void)
{
	struct arena *const arena = object_stage.arena;
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *text = "";

	object_fold();
	while ((fact = stage_test_next(&object_stage, &message)) != NULL) {
		const Opsmesh__V1__ByCardEvent *const event = (const void *)message;

		if (fact->topic != OPS_BY_CARD)
			continue;
		assert_true(bytes_equal(fact->key, bytes_of(event->card)));
		assert_string_equal(event->mirrored->object_id, object_fed);
		assert_string_equal(event->mirrored->status, "failed");
		assert_true(event->mirrored->payload.len > 0);
		text = arena_printf(arena, "%s%s %lld of %s\n", text, event->card,
		                    (long long)event->mirrored->revision,
		                    event->mirrored->customer_id);
	}
	return text;
}

static void each_state_of_a_charge_that_failed_is_told_to_its_card(void **state)
{
	(void)state;
	object_feed("evt_1", "charge.failed", 1, "charge", FAILED(CARD ",'customer':'cus_1'"));
	assert_string_equal(told(), "visa/fp_1 1 of cus_1\n");
	object_feed("evt_2", "charge.updated", 2, "charge",
	            FAILED(CARD ",'customer':'cus_1','description':'again'"));
	assert_string_equal(told(), "visa/fp_1 2 of cus_1\n");
	object_feed("evt_2", "charge.updated", 2, "charge",
	            FAILED(CARD ",'customer':'cus_1','description':'again'"));
	assert_string_equal(told(), "");
}

static void what_is_of_no_card_or_came_through_is_told_to_none(void **state)
{
	static const struct {
		const char *name;
		const char *type;
		const char *more;
	} rows[] = {
		{ "it names no fingerprint", "charge", FAILED(METHOD("'network':'visa'")) },
		{ "no card", "charge", FAILED("'customer':'cus_1'") },
		{ "what cannot be read", "charge",
		  "'status':'failed','amount':-5,'currency':'usd'," CARD },
		{ "what came through", "charge",
		  "'status':'succeeded','amount':500,'currency':'usd'," CARD },
		{ "no charge", "refund", FAILED(CARD) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		print_message("%s\n", rows[i].name);
		object_feed(arena_printf(object_stage.arena, "evt_%zu", i), "charge.failed", 1,
		            rows[i].type, rows[i].more);
		assert_string_equal(told(), "");
		(void)object_fixture_stop(NULL);
		(void)object_fixture_start(NULL);
	}
}

static void a_customer_who_is_named_late_is_told_to_the_card(void **state)
{
	(void)state;
	object_feed("evt_2", "charge.updated", 5, "charge", FAILED(CARD ",'customer':null"));
	assert_string_equal(told(), "visa/fp_1 1 of \n");
	object_feed("evt_1", "charge.failed", 3, "charge", FAILED(CARD ",'customer':'cus_1'"));
	assert_string_equal(told(), "visa/fp_1 1 of cus_1\n");
}

int main(void)
{
	const struct CMUnitTest cases[] = {
		TEST(each_state_of_a_charge_that_failed_is_told_to_its_card),
		TEST(what_is_of_no_card_or_came_through_is_told_to_none),
		TEST(a_customer_who_is_named_late_is_told_to_the_card),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
