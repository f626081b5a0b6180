/*
 * billing_chargeless_test - a dispute or fraud warning that names no charge is told by the stage that has it.
 */
#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/object_fixture.h"

#define DISPUTE "'currency':'eur','amount':10000"
#define WARNING "radar.early_fraud_warning"

static const Opsmesh__V1__DisputeChanged *hear_dispute(void)
{
	const Opsmesh__V1__ObjectUnplaced *const it =
	    object_hear_billing(FACT(OBJECT_UNPLACED))->object_unplaced;

	assert_int_equal(it->object_case, OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE);
	assert_false(it->charge_known);
	assert_string_equal(it->policy, "");
	assert_string_equal(it->dispute->dispute_id, object_fed);
	assert_string_equal(it->dispute->payment_id, "");
	return it->dispute;
}

static void a_dispute_that_names_no_charge_is_told_in_each_state(void **state)
{
	const Opsmesh__V1__DisputeChanged *dispute;

	(void)state;
	object_feed("evt_1", "charge.dispute.created", 1, "dispute",
	            DISPUTE ",'status':'needs_response','evidence_details':{'due_by':1778630399}");
	object_fold();
	(void)object_hear_source(object_fed, "");
	dispute = hear_dispute();
	assert_string_equal(dispute->from_status, "");
	assert_string_equal(dispute->to_status, "needs_response");
	assert_int_equal(dispute->due_by->seconds, 1778630399);
	object_hear_nothing();
	stage_test_restart(&object_stage);
	object_feed("evt_2", "charge.dispute.closed", 2, "dispute", DISPUTE ",'status':'lost'");
	object_fold();
	(void)object_hear_source(object_fed, "");
	assert_string_equal(hear_dispute()->from_status, "needs_response");
	object_hear_nothing();
}

static void a_warning_that_names_no_charge_is_told(void **state)
{
	const Opsmesh__V1__ObjectUnplaced *it;

	(void)state;
	object_feed("evt_1", WARNING ".created", 1, WARNING, "'actionable':true");
	object_fold();
	it = object_hear_billing(FACT(OBJECT_UNPLACED))->object_unplaced;
	assert_true(it->fraud_warning->actionable);
	assert_false(it->fraud_warning->again);
	object_hear_nothing();
	object_feed("evt_2", WARNING ".updated", 2, WARNING, "'actionable':false");
	object_fold();
	it = object_hear_billing(FACT(OBJECT_UNPLACED))->object_unplaced;
	assert_true(it->fraud_warning->again);
	assert_true(it->fraud_warning->from_actionable);
	object_hear_nothing();
}

/* So the stage `charge` can tell when its customer is known. */
static void what_names_its_charge_later_takes_along_how_it_was_told(void **state)
{
	const Opsmesh__V1__ObjectMirrored *mirrored;

	(void)state;
	object_feed("evt_1", "charge.dispute.created", 1, "dispute",
	            DISPUTE ",'status':'needs_response'");
	object_fold();
	(void)object_hear_source(object_fed, "");
	(void)hear_dispute();
	object_feed("evt_2", "charge.dispute.updated", 2, "dispute",
	            DISPUTE ",'status':'under_review','charge':'ch_1'");
	object_fold();
	mirrored = object_hear_charge("ch_1");
	assert_non_null(mirrored->unplaced);
	assert_string_equal(mirrored->unplaced->object_id, object_fed);
	assert_string_equal(mirrored->unplaced->status, "needs_response");
	(void)object_hear_source(object_fed, "ch_1");
	object_hear_nothing();
	object_feed("evt_3", "charge.dispute.closed", 3, "dispute",
	            DISPUTE ",'status':'lost','charge':'ch_1'");
	object_fold();
	assert_null(object_hear_charge("ch_1")->unplaced);
	(void)object_hear_source(object_fed, "ch_1");
	object_hear_nothing();
}

/* An older state names the charge: the one that stands goes there. */
static void a_charge_that_is_learned_late_ends_it_too(void **state)
{
	const Opsmesh__V1__ObjectMirrored *mirrored;

	(void)state;
	object_feed("evt_2", "charge.dispute.closed", 2, "dispute", DISPUTE ",'status':'lost'");
	object_fold();
	(void)object_hear_source(object_fed, "");
	(void)hear_dispute();
	object_feed("evt_1", "charge.dispute.created", 1, "dispute",
	            DISPUTE ",'status':'needs_response','charge':'ch_1'");
	object_fold();
	mirrored = object_hear_charge("ch_1");
	assert_string_equal(mirrored->status, "lost");
	assert_string_equal(mirrored->unplaced->status, "lost");
}

static void what_names_its_charge_or_is_no_dispute_is_not_told(void **state)
{
	(void)state;
	object_feed("evt_1", "refund.created", 1, "refund", "'status':'pending'");
	object_fold();
	(void)object_hear_source(object_fed, "");
	object_hear_nothing();
	object_feed("evt_2", "charge.dispute.created", 1, "dispute",
	            DISPUTE ",'status':'lost','charge':'ch_1'");
	object_fold();
	assert_null(object_hear_charge("ch_1")->unplaced);
	(void)object_hear_source(object_fed, "ch_1");
	object_hear_nothing();
}

/* A charge within it, whole, says whose it is. */
static void a_charge_within_it_says_whose_it_is(void **state)
{
	(void)state;
	object_feed("evt_1", "charge.dispute.created", 1, "dispute",
	            DISPUTE ",'status':'lost','charge':{'id':'ch_1','customer':'cus_1'}");
	object_fold();
	(void)object_hear_customer("cus_1");
	assert_string_equal(object_hear_charge("ch_1")->customer_id, "cus_1");
}

int main(void)
{
	const struct CMUnitTest cases[] = {
		TEST(a_dispute_that_names_no_charge_is_told_in_each_state),
		TEST(a_warning_that_names_no_charge_is_told),
		TEST(what_names_its_charge_later_takes_along_how_it_was_told),
		TEST(a_charge_that_is_learned_late_ends_it_too),
		TEST(what_names_its_charge_or_is_no_dispute_is_not_told),
		TEST(a_charge_within_it_says_whose_it_is),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
