/*
 * billing_object_test - the real stage `object` in a shard: what it keeps and what it says.
 */
#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/object_fixture.h"

#include <string.h>

/* Telling. */

static void a_state_is_told_to_its_customer_whole(void **state)
{
	(void)state;
	object_feed("evt_1", "invoice.created", 1, "invoice",
	            "'status':'draft','customer':'cus_1','currency':'usd','of_tomorrow':[1]");
	object_feed("evt_2", "invoice.paid", 9, "invoice",
	            "'status':'paid','customer':'cus_1','currency':'usd'");
	object_fold();
	const Opsmesh__V1__ObjectMirrored *it = object_hear_customer("cus_1");

	assert_string_equal(it->object_id, object_fed);
	assert_string_equal(it->object_type, "invoice");
	assert_string_equal(it->status, "draft");
	assert_int_equal(it->revision, 1);
	assert_string_equal(it->event_id, "evt_1");
	assert_string_equal(it->event_type, "invoice.created");
	assert_string_equal(it->api_version, "2024-06-20");
	assert_string_equal(it->cause_id, "conversation/2/1");
	assert_string_equal(
	    arena_text(object_stage.arena, (const char *)it->payload.data, it->payload.len),
	    arena_printf(object_stage.arena,
	                 "{\"currency\":\"usd\",\"customer\":\"cus_1\",\"id\":\"%s\","
	                 "\"object\":\"invoice\",\"of_tomorrow\":[1],"
	                 "\"status\":\"draft\"}",
	                 object_fed));
	it = object_hear_customer("cus_1");
	assert_string_equal(it->status, "paid");
	assert_int_equal(it->revision, 2);
	object_hear_nothing();
	assert_string_equal(object_row_of("invoice").currency, "USD");
}

static void reference_data_goes_to_every_shard(void **state)
{
	static const char *const types[] = { "product", "price", "plan", "coupon", "tax_rate" };
	const ProtobufCMessage *message;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		object_feed(arena_printf(object_stage.arena, "evt_%zu", i), "x.created", 1,
		            types[i], "'a':1");
		object_fold();
		const struct fact *const fact = object_hear(OPS_BY_CUSTOMER, &message);
		const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

		assert_int_equal(fact->partition, -1);
		assert_string_equal(event->customer_id, object_fed);
		assert_string_equal(event->mirrored->object_type, types[i]);
		object_hear_nothing();
	}
}

static void what_is_about_a_charge_meets_it(void **state)
{
	static const struct {
		const char *type;
		const char *more;
		bool source;
	} cases[] = {
		{ "refund", "'charge':'ch_1','status':'pending'", true },
		{ "dispute", "'charge':'ch_1','status':'lost'", true },
		{ "radar.early_fraud_warning", "'charge':'ch_1'", false },
		{ "balance_transaction", "'source':'ch_1','status':'pending'", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		object_feed(arena_printf(object_stage.arena, "evt_%zu", i), "x.created", 1,
		            cases[i].type, cases[i].more);
		object_fold();
		assert_string_equal(object_hear_charge("ch_1")->object_type, cases[i].type);
		if (cases[i].source)
			assert_string_equal(object_hear_source(object_fed, "ch_1")->object_type,
			                    cases[i].type);
		if (text_equal(cases[i].type, "balance_transaction"))
			(void)object_hear_balance(object_fed);
		object_hear_nothing();
	}
	object_feed("evt_c", "charge.succeeded", 1, "charge",
	            "'customer':'cus_1','status':'succeeded'");
	object_fold();
	(void)object_hear_customer("cus_1");
	assert_string_equal(object_hear_charge(object_fed)->object_type, "charge");
	object_hear_nothing();
}

static void a_transaction_meets_what_it_moves_money_of(void **state)
{
	(void)state;
	object_feed("evt_1", "x.created", 1, "balance_transaction",
	            "'source':'re_1','status':'pending','amount':-5,'fee':0");
	object_fold();
	assert_string_equal(object_hear_source("re_1", "")->object_type, "balance_transaction");
	(void)object_hear_balance(object_fed);
	object_hear_nothing();
}

/* A refund that names its charge in an older state than the one that stands. */
static void a_charge_that_is_learned_late_is_told_to_the_source(void **state)
{
	(void)state;
	object_feed("evt_2", "refund.updated", 2, "refund", "'status':'succeeded'");
	object_fold();
	(void)object_hear_source(object_fed, "");
	object_hear_nothing();
	object_feed("evt_1", "refund.created", 1, "refund", "'charge':'ch_1','status':'pending'");
	object_fold();
	assert_string_equal(object_hear_charge("ch_1")->status, "succeeded");
	assert_string_equal(object_hear_source(object_fed, "ch_1")->status, "succeeded");
}

/* Under its own id, under the payout that it is of, and under that which paid it, however late that is told. */
static void what_the_balance_is_made_of_is_told_to_it(void **state)
{
	(void)state;
	object_feed("evt_1", "x.created", 3, "balance_transaction", "'source':'po_1','amount':-5");
	object_feed("evt_2", "x.created", 2, "balance_transaction",
	            "'source':'po_1','amount':-5,'payout':'po_2'");
	object_feed("evt_3", "payout.paid", 1, "payout", "'status':'paid'");
	object_fold();
	(void)object_hear_balance(object_fed);
	(void)object_hear_balance("po_1");
	(void)object_hear_balance("po_2");
	(void)object_hear_billing(FACT(STALE_OBSERVED));
	assert_string_equal(object_hear_balance(object_fed)->object_type, "payout");
	object_hear_nothing();
}

static void a_transaction_has_one_amount(void **state)
{
	(void)state;
	object_feed("evt_1", "x.created", 1, "balance_transaction", "'amount':-5,'fee':0");
	object_feed("evt_2", "x.updated", 2, "balance_transaction", "'amount':-6,'fee':0");
	object_feed("evt_3", "x.updated", 3, "balance_transaction", "'amount':-5,'fee':1");
	object_fold();
	(void)object_hear_balance(object_fed);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(
		    object_hear_billing(FACT(OBJECT_REFUSED))->object_refused->field, "amount");
		assert_true(object_hear_nobodys()->not_taken->differs);
	}
	object_hear_nothing();
	assert_int_equal(object_row_of("balance_transaction").revision, 1);
}

static void what_nobody_has_heard_of_is_kept(void **state)
{
	(void)state;
	object_feed("evt_1", "thing.of_tomorrow", 1, "thing", "'status':'new','customer':'cus_1'");
	object_fold();
	object_hear_nothing();
	assert_string_equal(object_row_of("thing").status, "new");
	assert_int_equal(object_row_of("thing").revision, 1);
}

static void one_id_may_be_of_two_types(void **state)
{
	(void)state;
	object_feed("evt_1", "price.created", 1, "price", "'unit_amount':1");
	object_feed("evt_2", "plan.created", 1, "plan", "'amount':1");
	object_fold();
	assert_int_equal(object_row_of("price").revision, 1);
	assert_int_equal(object_row_of("plan").revision, 1);
}

static void a_customer_who_is_named_late_hears_what_stands(void **state)
{
	(void)state;
	object_feed("evt_2", "charge.refunded", 5, "charge",
	            "'status':'succeeded','customer':null");
	object_fold();
	(void)object_hear_charge(object_fed);
	object_feed("evt_1", "charge.succeeded", 3, "charge",
	            "'status':'succeeded','customer':'cus_1'");
	object_fold();
	const Opsmesh__V1__ObjectMirrored *const it = object_hear_customer("cus_1");

	assert_int_equal(it->revision, 1);
	assert_null(memmem(it->payload.data, it->payload.len, "cus_1", 5));
	assert_string_equal(object_hear_charge(object_fed)->customer_id, "cus_1");
	assert_int_equal(object_hear_billing(FACT(STALE_OBSERVED))->stale_observed->cause,
	                 STALE(OLDER));
	object_hear_nothing();
}

/* What is old. */

/* The next fact: what it was at a second that is over. */
static const Opsmesh__V1__ObjectMirrored *hear_earlier(int64_t second)
{
	const ProtobufCMessage *message;

	(void)object_hear(OPS_BY_CUSTOMER, &message);
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

	assert_int_equal(event->fact_case, OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_EARLIER);
	assert_int_equal(event->occurred_at->seconds, PROVIDER_START_S + second);
	assert_int_equal(event->earlier->revision, 0);
	return event->earlier;
}

static void what_a_subscription_was_before_is_told_to_who_looks_back(void **state)
{
	(void)state;
	object_feed("evt_2", "customer.subscription.updated", 5, "subscription",
	            "'customer':'cus_1','status':'active','quantity':8");
	object_feed("evt_1", "customer.subscription.created", 3, "subscription",
	            "'customer':'cus_1','status':'active','quantity':5");
	object_feed("evt_1", "customer.subscription.created", 3, "subscription",
	            "'customer':'cus_1','status':'active','quantity':5");
	object_fold();
	(void)object_hear_customer("cus_1");
	const Opsmesh__V1__ObjectMirrored *const earlier = hear_earlier(3);

	assert_non_null(memmem(earlier->payload.data, earlier->payload.len, "\"quantity\":5", 12));
	(void)object_hear_billing(FACT(STALE_OBSERVED));
}

/* Between two times that it was the same it may have been another. */
static void what_stands_is_told_again_of_another_time(void **state)
{
	(void)state;
	object_feed("evt_2", "customer.subscription.updated", 5, "subscription",
	            "'customer':'cus_1','status':'active','quantity':8");
	object_feed("evt_1", "customer.subscription.created", 3, "subscription",
	            "'customer':'cus_1','status':'active','quantity':8");
	object_feed("evt_3", "customer.subscription.updated", 9, "subscription",
	            "'customer':'cus_1','status':'active','quantity':8");
	object_feed("evt_3", "customer.subscription.updated", 9, "subscription",
	            "'customer':'cus_1','status':'active','quantity':8");
	object_fold();
	(void)object_hear_customer("cus_1");
	(void)hear_earlier(3);
	(void)hear_earlier(9);
	object_hear_nothing();
}

static void what_an_older_event_would_bring_is_refused_and_said(void **state)
{
	static const struct {
		const char *type;
		const char *first;
		int at;
		const char *status;
		const char *second;
		int later;
		const char *old_status;
		Opsmesh__V1__StaleCause cause;
	} cases[] = {
		{ "invoice", "invoice.paid", 5, "paid", "invoice.updated", 5, "open",
		  STALE(EARLIER_STAGE) },
		{ "invoice", "invoice.paid", 5, "paid", "invoice.updated", 4, "open",
		  STALE(OLDER) },
		{ "subscription", "customer.subscription.deleted", 5, "canceled",
		  "customer.subscription.updated", 9, "active", STALE(FINAL) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		object_fed =
		    stage_test_key(&object_stage, arena_printf(object_stage.arena, "s%zu_", i));
		object_feed("evt_1", cases[i].first, cases[i].at, cases[i].type,
		            arena_printf(object_stage.arena, "'customer':'cus_1','status':'%s'",
		                         cases[i].status));
		object_feed("evt_2", cases[i].second, cases[i].later, cases[i].type,
		            arena_printf(object_stage.arena, "'customer':'cus_1','status':'%s'",
		                         cases[i].old_status));
		object_fold();
		(void)object_hear_customer("cus_1");
		const Opsmesh__V1__StaleObserved *const it =
		    object_hear_billing(FACT(STALE_OBSERVED))->stale_observed;

		assert_string_equal(it->object_id, object_fed);
		assert_string_equal(it->status, cases[i].old_status);
		assert_string_equal(it->standing_status, cases[i].status);
		assert_int_equal(it->state_at->seconds, PROVIDER_START_S + cases[i].later);
		assert_int_equal(it->standing_at->seconds, PROVIDER_START_S + cases[i].at);
		assert_string_equal(it->event_id, "evt_2");
		assert_int_equal(it->cause, cases[i].cause);
		object_hear_nothing();
	}
}

static void a_repetition_says_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		object_feed("evt_1", "invoice.paid", 5, "invoice",
		            "'customer':'cus_1','status':'paid'");
		object_fold();
		stage_test_restart(&object_stage);
	}
	(void)object_hear_customer("cus_1");
	object_hear_nothing();
}

/* What is missing. */

static void what_no_webhook_carries_is_asked_for_once(void **state)
{
	(void)state;
	object_feed("evt_1", "charge.succeeded", 1, "charge",
	            "'status':'succeeded','balance_transaction':'txn_1'");
	object_fold();
	(void)object_hear_charge(object_fed);
	const Opsmesh__V1__FetchRequested *const it =
	    object_hear_billing(FACT(FETCH_REQUESTED))->fetch_requested;

	assert_string_equal(it->object_id, "txn_1");
	assert_string_equal(it->object_type, "balance_transaction");
	assert_string_equal(it->named_by, object_fed);
	assert_int_equal(it->cause, FETCH(NOT_CARRIED));
	stage_test_restart(&object_stage);
	object_feed("evt_2", "charge.refunded", 2, "charge",
	            "'status':'succeeded','balance_transaction':'txn_1','amount_refunded':1");
	object_fold();
	object_hear_nothing();
}

static void a_cut_list_is_asked_for_again_after_a_whole_one(void **state)
{
	static const char *const cut = "'lines':{'has_more':true},'attempt_count':%d";

	(void)state;
	object_feed("evt_1", "invoice.updated", 1, "invoice",
	            arena_printf(object_stage.arena, cut, 1));
	object_feed("evt_2", "invoice.updated", 2, "invoice",
	            arena_printf(object_stage.arena, cut, 2));
	object_fold();
	assert_int_equal(object_hear_billing(FACT(FETCH_REQUESTED))->fetch_requested->cause,
	                 FETCH(CUT));
	object_hear_nothing();
	object_feed(NULL, "", 3, "invoice", "'lines':{'has_more':false}");
	object_fold();
	assert_null(object_row_of("invoice").asked);
	object_hear_nothing();
	object_feed("evt_4", "invoice.updated", 4, "invoice",
	            arena_printf(object_stage.arena, cut, 4));
	object_fold();
	assert_string_equal(object_hear_billing(FACT(FETCH_REQUESTED))->fetch_requested->object_id,
	                    object_fed);
	object_hear_nothing();
}

static void an_event_without_content_asks_and_changes_nothing(void **state)
{
	(void)state;
	object_feed("evt_1", "customer.updated", 5, "customer", "");
	object_feed("evt_2", "customer.updated", 6, "customer", "");
	object_fold();
	assert_int_equal(object_hear_billing(FACT(FETCH_REQUESTED))->fetch_requested->cause,
	                 FETCH(THIN));
	object_hear_nothing();
	assert_int_equal(object_row_of("customer").revision, 0);
	object_feed(NULL, "", 9, "customer", "'name':'a'");
	object_feed("evt_3", "customer.updated", 8, "customer", "");
	object_fold();
	assert_int_equal(object_hear_customer(object_fed)->revision, 1);
	object_hear_nothing();
	object_feed("evt_4", "customer.updated", 10, "customer", "");
	object_fold();
	assert_int_equal(object_hear_billing(FACT(FETCH_REQUESTED))->fetch_requested->cause,
	                 FETCH(THIN));
	assert_int_equal(object_row_of("customer").revision, 1);
}

/* What is refused. */

static void what_contradicts_is_a_fact_and_the_row_stays(void **state)
{
	static const struct {
		const char *field;
		const char *envelope;
		const char *more;
		int told; /* to who has what nobody has: that the one before is over, and this one */
	} cases[] = {
		{ "livemode", "'livemode':false", "'total':1", 1 },
		{ "account", "'account':'acct_2'", "'total':1",
		  0 /* what is not ours is no case */ },
		{ "currency", "'livemode':true", "'total':1,'currency':'eur'", 2 },
	};
	const struct provider_said said = { .event_id = "e", .type = "a.b", .at = 9 };

	(void)state;
	object_feed("evt_1", "invoice.paid", 5, "invoice", "'status':'paid','currency':'usd'");
	object_fold();
	const struct object_row before = object_row_of("invoice");

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct provider_said event = {
			.object =
			    arena_printf(object_stage.arena,
			                 "{'id':'e','object':'event','type':'a.b','created':%d,"
			                 "%s,'data':{'object':{'id':'%s','object':'invoice',%s}}}",
			                 PROVIDER_START_S + 9, cases[i].envelope, object_fed,
			                 cases[i].more),
		};

		object_feed_payload(&object_stage, &said, object_fed, "invoice",
		                    provider_payload(object_stage.arena, &event));
		object_fold();
		const Opsmesh__V1__ObjectRefused *const it =
		    object_hear_billing(FACT(OBJECT_REFUSED))->object_refused;

		assert_string_equal(it->object_id, object_fed);
		assert_string_equal(it->field, cases[i].field);
		assert_true(*it->reason != '\0');
		for (int left = cases[i].told; left > 0; left--)
			assert_int_equal(object_hear_nobodys()->not_taken->healed, left > 1);
		object_hear_nothing();
		const struct object_row after = object_row_of("invoice");

		provider_same_row(&after, &before);
	}
}

static void what_cannot_be_read_is_a_fact_and_never_a_dead_letter(void **state)
{
	static const struct {
		const char *payload;
		const char *field;
	} cases[] = {
		{ "", "" },
		{ "\xff\xfe", "" },
		{ "{\"id\":\"other\",\"object\":\"invoice\"}", "id" },
		{ "{\"object\":\"invoice\"}", "id" },
		{ "{\"id\":\"x\",\"object\":\"invoice\",\"total\":1.5}", "total" },
		{ "{\"id\":\"x\",\"object\":\"invoice\",\"lines\":{\"data\":[{\"quantity\":-2}]}}",
		  "lines.data[0].quantity" },
		{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "" },
	};

	const char *before = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		object_feed_payload(&object_stage, &(struct provider_said){ .at = 1 }, object_fed,
		                    "invoice", bytes_of(cases[i].payload));
		object_fold();
		assert_string_equal(
		    object_hear_billing(FACT(OBJECT_REFUSED))->object_refused->field,
		    cases[i].field);
		if (before != NULL && !text_equal(before, cases[i].field))
			assert_true(object_hear_nobodys()->not_taken->healed);
		assert_string_equal(object_hear_nobodys()->not_taken->field, cases[i].field);
		object_hear_nothing();
		before = cases[i].field;
	}
	object_feed("evt_1", "invoice.paid", 5, "invoice", "'status':'paid'");
	object_fold();
	assert_int_equal(object_row_of("invoice").revision, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_state_is_told_to_its_customer_whole),
		TEST(reference_data_goes_to_every_shard),
		TEST(what_is_about_a_charge_meets_it),
		TEST(a_transaction_meets_what_it_moves_money_of),
		TEST(a_charge_that_is_learned_late_is_told_to_the_source),
		TEST(what_the_balance_is_made_of_is_told_to_it),
		TEST(a_transaction_has_one_amount),
		TEST(what_nobody_has_heard_of_is_kept),
		TEST(one_id_may_be_of_two_types),
		TEST(a_customer_who_is_named_late_hears_what_stands),
		TEST(what_a_subscription_was_before_is_told_to_who_looks_back),
		TEST(what_stands_is_told_again_of_another_time),
		TEST(what_an_older_event_would_bring_is_refused_and_said),
		TEST(a_repetition_says_nothing),
		TEST(what_no_webhook_carries_is_asked_for_once),
		TEST(a_cut_list_is_asked_for_again_after_a_whole_one),
		TEST(an_event_without_content_asks_and_changes_nothing),
		TEST(what_contradicts_is_a_fact_and_the_row_stays),
		TEST(what_cannot_be_read_is_a_fact_and_never_a_dead_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
