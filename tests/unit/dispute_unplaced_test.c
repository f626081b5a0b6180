/*
 * dispute_unplaced_test - a dispute whose charge or customer nobody knows is a case all the same, until its customer is known.
 */
#include "tests/support/dispute_fixture.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#define DUE "2026-05-12T23:59:59Z"
#define NOT_COME \
	"opened chargeback needs_response [charge: has not come] [customer: nobody knows whose charge it is]\n"
#define GUESTS "opened chargeback needs_response [customer: nobody knows whose charge it is]\n"
#define SET "deadline_set 2026-05-12T17:59:59Z\n"

static void feed_unplaced(const char *at, const char *status, bool charge_known)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectUnplaced unplaced = OPSMESH__V1__OBJECT_UNPLACED__INIT;
	Opsmesh__V1__DisputeChanged changed = OPSMESH__V1__DISPUTE_CHANGED__INIT;
	Opsmesh__V1__Money amount = OPSMESH__V1__MONEY__INIT;

	amount.minor = 10000;
	amount.currency = text_mutable("USD");
	changed.dispute_id = text_mutable(DISPUTE);
	changed.payment_id = text_mutable(dispute_charge);
	changed.to_status = text_mutable(status);
	changed.amount = &amount;
	changed.due_by = proto_timestamp(dispute_index.arena, dispute_time(DUE));
	unplaced.object_case = OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE;
	unplaced.dispute = &changed;
	unplaced.charge_known = charge_known;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_UNPLACED;
	event.object_unplaced = &unplaced;
	dispute_billing(at, dispute_charge, &event);
}

static void feed_placed(const char *at)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectPlaced placed = OPSMESH__V1__OBJECT_PLACED__INIT;

	placed.object_id = text_mutable(DISPUTE);
	placed.object_type = text_mutable("dispute");
	placed.customer_id = text_mutable(dispute_customer);
	placed.charge_id = text_mutable(dispute_charge);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_PLACED;
	event.object_placed = &placed;
	dispute_billing(at, dispute_charge, &event);
}

static void ask(const char *at, const char *by, const char *decision, const char *digest)
{
	const char *const parameters[] = { "decision", decision, digest != NULL ? "digest" : NULL,
		                           digest, NULL };
	const char *const id =
	    arena_printf(dispute_stage.arena, "case/%s/" DISPUTE, dispute_charge);

	dispute_asked(at, &(struct told_action){
			      .kind = ACT(APPROVE), .id = id, .by = by, .parameters = parameters });
}

static void put_packet(const char *at)
{
	const char *const account = dispute_account;

	dispute_account = dispute_charge;
	dispute_packet(at, "D1");
	dispute_account = account;
}

static void a_case_whose_charge_has_not_come_is_not_answered(void **state)
{
	(void)state;
	feed_unplaced("2026-05-01T09:00:00Z", "needs_response", false);
	put_packet("2026-05-01T10:00:00Z");
	ask("2026-05-01T11:00:00Z", "mika", "stage", NULL);
	ask("2026-05-01T12:00:00Z", "ken", "submit", "D1");
	dispute_pass("2026-05-01T12:00:00Z");
	dispute_expect(NOT_COME SET
	               "action_refused on.id ILLEGAL_MOVE\naction_refused on.id ILLEGAL_MOVE\n");
	feed_unplaced("2026-05-02T09:00:00Z", "needs_response", true);
	ask("2026-05-02T11:00:00Z", "mika", "stage", NULL);
	ask("2026-05-02T12:00:00Z", "ken", "submit", "D1");
	dispute_pass("2026-05-02T12:00:00Z");
	dispute_expect("decision_made contest\npacket_staged D1\naction_applied\n"
	               "packet_approved D1\nsubmission_requested chargeback D1\naction_applied\n");
}

static void what_was_put_up_and_becomes_unknown_again_is_not_sent(void **state)
{
	(void)state;
	feed_unplaced("2026-05-01T09:00:00Z", "needs_response", true);
	put_packet("2026-05-01T10:00:00Z");
	ask("2026-05-01T11:00:00Z", "mika", "stage", NULL);
	feed_unplaced("2026-05-01T11:30:00Z", "needs_response", false);
	ask("2026-05-01T12:00:00Z", "ken", "submit", "D1");
	dispute_pass("2026-05-01T12:00:00Z");
	assert_int_equal(dispute_count("submission_requested"), 0);
}

static void once_placed_the_case_goes_on_under_the_account_alone(void **state)
{
	(void)state;
	feed_unplaced("2026-05-01T09:00:00Z", "needs_response", true);
	put_packet("2026-05-01T10:00:00Z");
	ask("2026-05-01T11:00:00Z", "mika", "stage", NULL);
	dispute_pass("2026-05-01T11:00:00Z");
	(void)dispute_heard();
	feed_placed("2026-05-02T09:00:00Z");
	dispute_told("2026-05-02T09:00:00Z", &(struct told_dispute){ .due = DUE });
	ask("2026-05-02T12:00:00Z", "ken", "submit", "D1");
	ask("2026-05-02T12:00:00Z", "ken", "stage", NULL);
	dispute_pass("2026-05-02T12:00:00Z");
	dispute_expect("packet_withdrawn D1\nplaced chargeback placed\ndeadline_withdrawn\n"
	               "opened chargeback needs_response\n" SET
	               "action_refused on.id ILLEGAL_MOVE\naction_refused on.id ILLEGAL_MOVE\n");
	assert_string_equal(dispute_row(dispute_charge, DISPUTE).state, "placed");
	assert_string_equal(dispute_row(dispute_account, DISPUTE).state, "needs_response");
}

/* Both are keyed differently: which comes first is chance. */
static void the_account_may_hear_of_it_before_it_is_placed(void **state)
{
	(void)state;
	feed_unplaced("2026-05-01T09:00:00Z", "needs_response", true);
	dispute_told("2026-05-02T09:00:00Z", &(struct told_dispute){ .due = DUE });
	feed_placed("2026-05-02T09:00:00Z");
	feed_placed("2026-05-02T09:00:00Z");
	dispute_pass("2026-05-02T09:00:00Z");
	dispute_expect(GUESTS SET "opened chargeback needs_response\n" SET
	                          "placed chargeback placed\ndeadline_withdrawn\n");
}

static void an_inquiry_that_is_placed_escalates_nothing(void **state)
{
	(void)state;
	feed_unplaced("2026-05-01T09:00:00Z", "warning_needs_response", true);
	feed_placed("2026-05-02T09:00:00Z");
	dispute_pass("2026-05-02T09:00:00Z");
	assert_int_equal(dispute_count("escalated"), 0);
	assert_int_equal(dispute_count("placed inquiry placed"), 1);
}

static void what_was_placed_and_never_told_of_is_no_case(void **state)
{
	(void)state;
	feed_placed("2026-05-02T09:00:00Z");
	dispute_pass("2026-05-02T09:00:00Z");
	dispute_expect("");
}

/* Who looks at it must know that it was asked to be sent, and not seen. */
static void an_answer_that_was_asked_for_before_it_was_placed_keeps_its_lease(void **state)
{
	(void)state;
	feed_unplaced("2026-05-01T09:00:00Z", "needs_response", true);
	put_packet("2026-05-01T10:00:00Z");
	ask("2026-05-01T11:00:00Z", "mika", "stage", NULL);
	ask("2026-05-01T12:00:00Z", "ken", "submit", "D1");
	feed_placed("2026-05-01T13:00:00Z");
	dispute_pass("2026-05-01T17:00:00Z");
	assert_int_equal(dispute_count("submission_requested"), 1);
	assert_int_equal(dispute_count("raised submission_not_seen 2026-05-01T16:00:00Z"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, dispute_start, dispute_stop)
		TEST(a_case_whose_charge_has_not_come_is_not_answered),
		TEST(what_was_put_up_and_becomes_unknown_again_is_not_sent),
		TEST(once_placed_the_case_goes_on_under_the_account_alone),
		TEST(the_account_may_hear_of_it_before_it_is_placed),
		TEST(an_inquiry_that_is_placed_escalates_nothing),
		TEST(what_was_placed_and_never_told_of_is_no_case),
		TEST(an_answer_that_was_asked_for_before_it_was_placed_keeps_its_lease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
