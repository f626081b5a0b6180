/*
 * billing_sweep_test - list pages against the mirror: each difference has a cause, and heals by an event.
 */
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/object_fixture.h"

#define PAGE OPSMESH__V1__PROVENANCE__PROVENANCE_BACKFILL
#define WEBHOOK OPSMESH__V1__PROVENANCE__PROVENANCE_WEBHOOK

/* The cause of the difference that was said; "": none was. */
static const char *said(void)
{
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *cause = "";

	while ((fact = stage_test_next(&object_stage, &message)) != NULL) {
		const Opsmesh__V1__BillingEvent *const event = (const void *)message;

		if (fact->topic == OPS_BILLING && event->fact_case == FACT(OBJECT_DIFFERED))
			cause = event->object_differed->cause;
		if (fact->topic == OPS_BILLING && event->fact_case == FACT(OBJECT_AGREED))
			cause = "agreed";
	}
	return cause;
}

static const char *feed(Opsmesh__V1__Provenance provenance, const char *event_id, int at,
                        const char *type, const char *more)
{
	object_provenance = provenance;
	object_feed(event_id, event_id == NULL ? "" : "x.updated", at, type, more);
	object_fold();
	return said();
}

static const struct {
	const char *name;
	const char *type;
	const char *webhook;
	const char *page;
	const char *cause;
} cases[] = {
	{ "the same", "invoice", "'status':'open','total':5", "'total':5,'status':'open'", "" },
	{ "a later status", "invoice", "'status':'open'", "'status':'paid'", "missed_event" },
	{ "another amount", "invoice", "'status':'open','total':5", "'status':'open','total':6",
	  "missed_event" },
	{ "an earlier status", "invoice", "'status':'paid'", "'status':'open'", "stale" },
	{ "less of what only grows", "charge", "'status':'succeeded','amount_refunded':5",
	  "'status':'succeeded','amount_refunded':4", "stale" },
	{ "alive what is over", "subscription", "'status':'canceled'", "'status':'active'",
	  "stale" },
	{ "an object in the place of its id", "invoice", "'status':'open','charge':'ch_1'",
	  "'status':'open','charge':{'id':'ch_1','object':'charge'}", "version" },
	{ "a field that one has not", "invoice", "'status':'open'",
	  "'status':'open','of_tomorrow':1", "version" },
	{ "another object than its id", "invoice", "'status':'open','charge':'ch_1'",
	  "'status':'open','charge':{'id':'ch_2','object':'charge'}", "missed_event" },
	{ "what people write", "invoice", "'status':'open','description':'a'",
	  "'status':'open','description':'b'", "edited_by_hand" },
	{ "what people write, and an amount", "invoice",
	  "'status':'open','description':'a','total':5",
	  "'status':'open','description':'b','total':6", "missed_event" },
	{ "an amount of money that moved", "charge", "'status':'succeeded','amount':5",
	  "'status':'succeeded','amount':6", "own_bug" },
	{ "when it was made", "invoice", "'status':'open','created':1700000005",
	  "'status':'open','created':1700000006", "own_bug" },
	{ "another state of the same update", "product", "'updated':5,'active':true",
	  "'updated':5,'active':false", "own_bug" },
	{ "what was asked for", "invoice", "'status':'open','lines':{'has_more':true}",
	  "'status':'open','lines':{'has_more':false}", "" },
};

static void each_difference_has_its_cause(void **state)
{
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(object_fixture_stop(state), 0);
		assert_int_equal(object_fixture_start(state), 0);
		(void)feed(WEBHOOK, "evt_1", 5, cases[i].type, cases[i].webhook);
		const char *const cause = feed(PAGE, NULL, 50, cases[i].type, cases[i].page);

		if (!text_equal(cause, cases[i].cause))
			fail_msg("%s: %s", cases[i].name, cause);
		assert_string_equal(feed(PAGE, NULL, 60, cases[i].type, cases[i].page), "");
	}
}

/* A page of which its sender says as of when it is, against a state of second 5. */
static const struct {
	const char *name;
	const char *type;
	int as_of;
	const char *webhook;
	const char *page;
	const char *cause;
} dated[] = {
	{ "a page that is older than what stands differs in nothing", "invoice", 4,
	  "'status':'paid','total':5", "'status':'open','total':6", "" },
	{ "but in what never changes", "charge", 4, "'status':'succeeded','amount':5",
	  "'status':'succeeded','amount':6", "own_bug" },
	{ "an invoice that was really opened again is a missed event", "invoice", 6,
	  "'status':'paid'", "'status':'open'", "missed_event" },
	{ "so is less of what only grows", "charge", 6, "'status':'succeeded','amount_refunded':5",
	  "'status':'succeeded','amount_refunded':4", "missed_event" },
	{ "what is over does not come back", "subscription", 6, "'status':'canceled'",
	  "'status':'active'", "stale" },
	{ "a later page is held against it as any", "invoice", 6, "'status':'open'",
	  "'status':'paid'", "missed_event" },
};

static void a_page_that_is_dated_is_judged_by_its_time(void **state)
{
	for (size_t i = 0; i < COUNT_OF(dated); i++) {
		assert_int_equal(object_fixture_stop(state), 0);
		assert_int_equal(object_fixture_start(state), 0);
		(void)feed(WEBHOOK, "evt_1", 5, dated[i].type, dated[i].webhook);
		object_as_of = dated[i].as_of;
		const char *const cause = feed(PAGE, NULL, 50, dated[i].type, dated[i].page);

		if (!text_equal(cause, dated[i].cause))
			fail_msg("%s: %s", dated[i].name, cause);
	}
}

/* An invoice that was paid in second 5, and voided by what comes in second 50. */
static const struct {
	const char *name;
	int as_of;
	const char *event_id; /* NULL: an upload */
	int paid_again;       /* 0: it was not */
	const char *status;
} uploads[] = {
	{ "an old export does not stand over a newer event", 4, NULL, 0, "paid" },
	{ "a newer one does", 6, NULL, 0, "void" },
	{ "a newer one does not stand over what is newer still", 6, NULL, 7, "paid" },
	{ "one that says nothing is as of its arrival", OBJECT_UNSAID, NULL, 7, "void" },
	{ "one of tomorrow is as of its arrival", 90000, NULL, 60, "paid" },
	{ "an event has its own time", 4, "evt_3", 0, "void" },
};

static void an_upload_stands_by_the_time_that_its_sender_says(void **state)
{
	for (size_t i = 0; i < COUNT_OF(uploads); i++) {
		assert_int_equal(object_fixture_stop(state), 0);
		assert_int_equal(object_fixture_start(state), 0);
		object_feed("evt_1", "invoice.paid", 5, "invoice", "'status':'paid'");
		object_as_of = uploads[i].as_of;
		object_feed(uploads[i].event_id, "invoice.voided", 50, "invoice",
		            "'status':'void'");
		object_as_of = OBJECT_UNSAID;
		if (uploads[i].paid_again != 0)
			object_feed("evt_2", "invoice.paid", uploads[i].paid_again, "invoice",
			            "'status':'paid'");
		object_fold();
		if (!text_equal(object_row_of("invoice").status, uploads[i].status))
			fail_msg("%s: %s", uploads[i].name, object_row_of("invoice").status);
	}
}

/* provider_time(0) is PROVIDER_START_S. */
static const char *made_at(int at)
{
	return arena_printf(object_stage.arena, "'created':%d", PROVIDER_START_S + at);
}

static void what_was_made_before_the_first_webhook_is_no_difference(void **state)
{
	(void)state;
	assert_string_equal(feed(PAGE, NULL, 1, "invoice", made_at(1)), "");
	object_fed = stage_test_key(&object_stage, "a_");
	(void)feed(WEBHOOK, "evt_1", 20, "invoice", "'status':'open'");
	object_fed = stage_test_key(&object_stage, "b_");
	assert_string_equal(feed(PAGE, NULL, 50, "invoice", made_at(10)), "");
	object_fed = stage_test_key(&object_stage, "c_");
	assert_string_equal(feed(PAGE, NULL, 50, "invoice", made_at(30)), "missed_event");
	object_fed = stage_test_key(&object_stage, "d_");
	assert_string_equal(feed(PAGE, NULL, 50, "balance_transaction", made_at(30)), "");
	object_fed = stage_test_key(&object_stage, "e_");
	assert_string_equal(
	    feed(OPSMESH__V1__PROVENANCE__PROVENANCE_FETCH, NULL, 50, "invoice", made_at(30)), "");
}

static void an_event_that_was_late_explains_it(void **state)
{
	(void)state;
	(void)feed(WEBHOOK, "evt_1", 5, "invoice", "'status':'open'");
	assert_string_equal(feed(PAGE, NULL, 50, "invoice", "'status':'paid'"), "missed_event");
	stage_test_restart(&object_stage);
	assert_string_equal(feed(WEBHOOK, "evt_1", 5, "invoice", "'status':'open'"), "");
	assert_string_equal(feed(WEBHOOK, "evt_2", 9, "invoice", "'status':'paid'"), "agreed");
	assert_string_equal(feed(WEBHOOK, "evt_2", 9, "invoice", "'status':'paid'"), "");
	assert_null(object_row_of("invoice").swept);
}

static void our_own_error_heals_by_agreement_alone(void **state)
{
	(void)state;
	(void)feed(WEBHOOK, "evt_1", 5, "charge", "'status':'succeeded','amount':5");
	assert_string_equal(feed(PAGE, NULL, 50, "charge", "'status':'succeeded','amount':6"),
	                    "own_bug");
	assert_string_equal(feed(WEBHOOK, "evt_2", 60, "charge", "'status':'succeeded','amount':7"),
	                    "");
	assert_string_equal(feed(PAGE, NULL, 70, "charge", "'status':'succeeded','amount':7"),
	                    "agreed");
}

static void its_customer_hears_of_it(void **state)
{
	const ProtobufCMessage *message;

	(void)state;
	object_provenance = WEBHOOK;
	object_feed("evt_1", "x.updated", 5, "invoice", "'status':'open','customer':'cus_1'");
	object_provenance = PAGE;
	object_feed(NULL, "", 50, "invoice", "'status':'paid','customer':'cus_1'");
	object_fold();
	(void)object_hear_customer("cus_1");
	(void)object_hear_customer("cus_1");
	const Opsmesh__V1__ObjectDiffered *const differed =
	    object_hear_billing(FACT(OBJECT_DIFFERED))->object_differed;

	assert_string_equal(differed->object_id, object_fed);
	assert_int_equal(differed->n_fields, 1);
	assert_string_equal(differed->fields[0], "status");
	assert_string_equal(differed->status, "paid");
	assert_string_equal(differed->standing_status, "open");
	(void)object_hear(OPS_BY_CUSTOMER, &message);
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

	assert_int_equal(event->fact_case, OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_SWEPT);
	assert_string_equal(event->swept->cause, "missed_event");
	assert_false(event->swept->healed);
	object_hear_nothing();
}

/* A refund names no customer: who has what nobody has hears both. */
static void of_what_no_customer_has_the_stage_payout_hears(void **state)
{
	(void)state;
	object_provenance = WEBHOOK;
	object_feed("evt_1", "x.updated", 5, "refund", "'status':'pending'");
	object_provenance = PAGE;
	object_feed(NULL, "", 50, "refund", "'status':'succeeded'");
	object_fold();
	(void)object_hear_source(object_fed, "");
	(void)object_hear_source(object_fed, "");
	(void)object_hear_billing(FACT(OBJECT_DIFFERED));
	const Opsmesh__V1__ByPayoutEvent *event = object_hear_nobodys();

	assert_string_equal(event->subject_id, object_fed);
	assert_string_equal(event->swept->cause, "missed_event");
	assert_false(event->swept->healed);
	object_provenance = WEBHOOK;
	object_feed("evt_2", "x.updated", 60, "refund", "'status':'succeeded'");
	object_fold();
	(void)object_hear_billing(FACT(OBJECT_AGREED));
	event = object_hear_nobodys();
	assert_string_equal(event->swept->cause, "missed_event");
	assert_true(event->swept->healed);
	object_hear_nothing();
}

/* No key of a case has a slash. */
static void what_merchants_name_with_a_slash_is_told_without(void **state)
{
	const char *const key = stage_test_key(&object_stage, "pro/");

	(void)state;
	object_feed_payload(&object_stage, &(struct provider_said){ .at = 1 }, key, "product",
	                    bytes_of("[]"));
	object_fold();
	(void)object_hear_billing(FACT(OBJECT_REFUSED));
	const Opsmesh__V1__ByPayoutEvent *const event = object_hear_nobodys();

	assert_true(text_starts(event->subject_id, "pro:"));
	assert_string_equal(event->not_taken->object_id, key);
}

static const Opsmesh__V1__BillingEvent *swept(const char *object, bool healed)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectSwept made = OPSMESH__V1__OBJECT_SWEPT__INIT;

	made.object_id = text_mutable(object);
	made.object_type = text_mutable("invoice");
	made.cause = text_mutable("missed_event");
	made.healed = healed;
	event.customer_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_SWEPT;
	event.swept = &made;
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
	return customer_next();
}

static void it_is_one_case_however_many_objects_show_it(void **state)
{
	(void)state;
	const Opsmesh__V1__BillingEvent *event = swept("in_1", false);

	assert_int_equal(event->fact_case, FACT(DISCREPANCY_OPENED));
	assert_string_equal(event->discrepancy_opened->cause, "missed_event");
	assert_string_equal(event->discrepancy_opened->queue, "billing");
	assert_int_equal(swept("in_2", false)->fact_case, FACT(DISCREPANCY_GROWN));
	assert_int_equal(swept("in_1", true)->fact_case, FACT(DISCREPANCY_SHRUNK));
	assert_int_equal(swept("in_2", true)->fact_case, FACT(DISCREPANCY_HEALED));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(each_difference_has_its_cause),
		TEST(a_page_that_is_dated_is_judged_by_its_time),
		TEST(an_upload_stands_by_the_time_that_its_sender_says),
		TEST(what_was_made_before_the_first_webhook_is_no_difference),
		TEST(an_event_that_was_late_explains_it),
		TEST(our_own_error_heals_by_agreement_alone),
		TEST(its_customer_hears_of_it),
		TEST(of_what_no_customer_has_the_stage_payout_hears),
		TEST(what_merchants_name_with_a_slash_is_told_without),
		cmocka_unit_test_setup_teardown(it_is_one_case_however_many_objects_show_it,
		                                customer_start, customer_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
