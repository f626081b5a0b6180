/*
 * dispute_tally_test - the stage index counts each payment, dispute and warning once, whatever comes first.
 */
#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/tally/tally.h"
#include "tests/support/order.h"
#include "tests/support/tally_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define WARNED "2026-05-06 network visa warning fraud: 0, 1 of 0\n"
#define PAID "2026-05-03 network visa: 1, 0 of 0\n"
#define DISPUTED "2026-05-08 network visa fraud: 0, 1 of 5000\n"
#define INQUIRED "2026-05-08 network visa fraud inquiry: 0, 1 of 5000\n"
#define ESCALATED "2026-05-10 network visa fraud: 0, 1 of 5000\n"
#define DISPUTED_PATTERNS                             \
	"2026-05-01 card visa/credit/JP: 1, 1 of 0\n" \
	"2026-05-01 country JP: 1, 1 of 0\n"          \
	"2026-05-03 release : 1, 1 of 0\n"

static void a_payment_counts_once_when_it_is_captured(void **state)
{
	(void)state;
	tallying_pay(&(struct tallying_payment){ "ch_1", "visa", "JP", "succeeded", true,
	                                         "2026-05-03T12:00:00Z", false });
	tallying_pay(&(struct tallying_payment){ "ch_2", "visa", "JP", "failed", false,
	                                         "2026-05-03T12:00:00Z", false });
	tallying_fold();
	assert_string_equal(tallying_told_visa(), "");
	tallying_pay_visa("ch_1");
	tallying_pay_visa("ch_1");
	tallying_fold();
	assert_string_equal(tallying_told_visa(), "2026-05-03 network visa: 1, 0 of 0\n");
	assert_string_equal(tallying_told("patterns"), "2026-05-01 card visa/credit/JP: 1, 0 of 0\n"
	                                               "2026-05-01 country JP: 1, 0 of 0\n"
	                                               "2026-05-03 release : 1, 0 of 0\n");
}

static void what_was_authenticated_stays_so_and_is_told(void **state)
{
	struct tallying_payment payment = { "ch_1",      "visa", "JP",
		                            "succeeded", false,  "2026-05-03T12:00:00Z",
		                            true };

	(void)state;
	tallying_pay(&payment);
	payment.secure = false;
	tallying_pay(&payment);
	tallying_fold();
	assert_string_equal(tallying_told_visa(), "2026-05-03 network visa: 1, 0 of 0, 1 secure\n");
}

static void a_dispute_that_is_prevented_is_told_as_such(void **state)
{
	(void)state;
	tallying_pay_visa("ch_1");
	tallying_dispute("needs_response", "");
	tallying_fold();
	tallying_dispute("prevented", "");
	tallying_fold();
	assert_string_equal(tallying_told_visa(),
	                    PAID "2026-05-08 network visa fraud prevented: 0, 1 of 5000\n");
}

/* An older state of it that comes again, or its refund, takes nothing back. */
static void what_was_captured_stays_so(void **state)
{
	(void)state;
	tallying_pay_visa("ch_1");
	tallying_pay(&(struct tallying_payment){ "ch_1", "visa", "JP", "pending", true,
	                                         "2026-05-03T12:00:00Z", false });
	tallying_fold();
	assert_string_equal(tallying_told_visa(), "2026-05-03 network visa: 1, 0 of 0\n");
}

static void a_payment_without_a_card_is_of_no_network(void **state)
{
	(void)state;
	tallying_pay(&(struct tallying_payment){ "ch_1", NULL, NULL, "succeeded", false,
	                                         "2026-05-03T12:00:00Z", false });
	tallying_fold();
	assert_string_equal(tallying_told("patterns"), "2026-05-03 release : 1, 0 of 0\n");
	assert_string_equal(tallying_told("programmes:"), "");
}

static void a_warning_and_a_dispute_of_one_payment_count_once_each(void **state)
{
	(void)state;
	tallying_pay_visa("ch_1");
	tallying_warn();
	tallying_warn();
	tallying_dispute("needs_response", "");
	tallying_dispute("lost", "");
	tallying_dispute("won", "");
	tallying_fold();
	assert_string_equal(tallying_told_visa(), PAID WARNED DISPUTED);
	assert_string_equal(tallying_told("patterns"), DISPUTED_PATTERNS);
}

static void what_comes_first_makes_no_difference(void **state)
{
	size_t order[] = { 0, 1, 2, 3 };

	(void)state;
	do {
		(void)tallying_stop(NULL);
		(void)tallying_start(NULL);
		for (size_t i = 0; i < COUNT_OF(order); i++) {
			if (order[i] == 0)
				tallying_pay_visa("ch_1");
			else if (order[i] == 1)
				tallying_warn();
			else
				tallying_dispute("needs_response", "");
			if (i % 2 == 0)
				tallying_fold();
		}
		tallying_fold();
		assert_string_equal(tallying_told_visa(), PAID WARNED DISPUTED);
		assert_string_equal(tallying_told("patterns"), DISPUTED_PATTERNS);
	} while (order_next(order, COUNT_OF(order)));
}

#define PROVED_WARNING "2026-05-06 network visa warning fraud compelling: 0, 1 of 0\n"

static void dispute_with_compelling(const char *word, int64_t submissions)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DisputeChanged changed;

	tallying_fill_dispute(&changed, "needs_response");
	changed.compelling_evidence = text_mutable(word);
	changed.submission_count = submissions;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED;
	event.dispute_changed = &changed;
	tallying_feed(&event);
}

static void what_is_proved_in_a_dispute_marks_the_warnings_of_its_payment_in_any_order(void **state)
{
	size_t order[] = { 0, 1, 2 };

	(void)state;
	do {
		(void)tallying_stop(NULL);
		(void)tallying_start(NULL);
		for (size_t i = 0; i < COUNT_OF(order); i++) {
			if (order[i] == 0)
				tallying_pay_visa("ch_1");
			else if (order[i] == 1)
				tallying_warn();
			else
				dispute_with_compelling("qualified", 1);
			if (i == 1)
				tallying_fold();
		}
		tallying_fold();
		assert_string_equal(tallying_told_visa(), PAID PROVED_WARNING DISPUTED);
	} while (order_next(order, COUNT_OF(order)));
}

static void what_is_not_proved_or_not_answered_marks_no_warning(void **state)
{
	(void)state;
	tallying_pay_visa("ch_1");
	tallying_warn();
	dispute_with_compelling("qualified", 0);
	tallying_fold();
	assert_string_equal(tallying_told_visa(), PAID WARNED DISPUTED);
	dispute_with_compelling("requires_action", 1);
	tallying_fold();
	assert_string_equal(tallying_told_visa(), PAID WARNED DISPUTED);
	dispute_with_compelling("qualified", 1);
	tallying_fold();
	assert_string_equal(tallying_told_visa(), PAID PROVED_WARNING DISPUTED);
	dispute_with_compelling("not_qualified", 1);
	tallying_fold();
	assert_string_equal(tallying_told_visa(), PAID WARNED DISPUTED);
}

static void an_inquiry_is_a_dispute_from_the_day_on_which_it_escalates(void **state)
{
	(void)state;
	tallying_pay_visa("ch_1");
	tallying_dispute("warning_needs_response", "");
	tallying_fold();
	assert_string_equal(tallying_told_visa(), PAID INQUIRED);
	tallying_dispute("needs_response", "");
	tallying_fold();
	assert_string_equal(tallying_told_visa(), PAID ESCALATED);
	tallying_dispute("lost", "");
	tallying_fold();
	assert_string_equal(tallying_told_visa(), PAID ESCALATED);
}

static void an_inquiry_that_ends_so_is_no_disputed_payment(void **state)
{
	(void)state;
	tallying_pay_visa("ch_1");
	tallying_dispute("warning_needs_response", "");
	tallying_dispute("warning_closed", "");
	tallying_fold();
	assert_string_equal(tallying_told("patterns"), "2026-05-01 card visa/credit/JP: 1, 0 of 0\n"
	                                               "2026-05-01 country JP: 1, 0 of 0\n"
	                                               "2026-05-03 release : 1, 0 of 0\n");
}

static void what_a_status_that_nobody_knows_is_of_is_said_by_the_case_type(void **state)
{
	(void)state;
	tallying_pay_visa("ch_1");
	tallying_dispute("warning_escalating", "inquiry");
	tallying_fold();
	assert_string_equal(tallying_told_visa(), PAID INQUIRED);
	tallying_dispute("warning_escalating", "chargeback");
	tallying_fold();
	assert_string_equal(tallying_told_visa(), PAID ESCALATED);
}

static void a_dispute_of_nobody_counts_until_it_is_placed(void **state)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectUnplaced unplaced = OPSMESH__V1__OBJECT_UNPLACED__INIT;
	Opsmesh__V1__ObjectPlaced placed = OPSMESH__V1__OBJECT_PLACED__INIT;
	Opsmesh__V1__DisputeChanged changed;

	(void)state;
	tallying_fill_dispute(&changed, "needs_response");
	changed.payment_id = text_mutable(stage_test_key(&tallying_stage, "ch_"));
	unplaced.object_case = OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE;
	unplaced.dispute = &changed;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_UNPLACED;
	event.object_unplaced = &unplaced;
	tallying_feed(&event);
	tallying_fold();
	assert_string_equal(tallying_told_visa(), DISPUTED);
	placed.object_id = text_mutable("dp_1");
	placed.charge_id = changed.payment_id;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_PLACED;
	event.object_placed = &placed;
	tallying_feed(&event);
	tallying_fold();
	assert_string_equal(tallying_told_visa(), "");
}

static void start_subscription(void)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__SubscriptionStarted started = OPSMESH__V1__SUBSCRIPTION_STARTED__INIT;
	Opsmesh__V1__SubscriptionItem item = OPSMESH__V1__SUBSCRIPTION_ITEM__INIT;
	Opsmesh__V1__SubscriptionItem *items[] = { &item };

	item.product_id = text_mutable("prod_pro");
	started.subscription_id = text_mutable("sub_1");
	started.items = items;
	started.n_items = COUNT_OF(items);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_STARTED;
	event.subscription_started = &started;
	tallying_feed(&event);
}

static void bill(void)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__InvoiceChanged changed = OPSMESH__V1__INVOICE_CHANGED__INIT;

	changed.invoice_id = text_mutable("in_1");
	changed.subscription_id = text_mutable("sub_1");
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_INVOICE_CHANGED;
	event.invoice_changed = &changed;
	tallying_feed(&event);
}

static void apply(void)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PaymentApplied applied = OPSMESH__V1__PAYMENT_APPLIED__INIT;

	applied.payment_id = text_mutable("ch_1");
	applied.invoice_id = text_mutable("in_1");
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_APPLIED;
	event.payment_applied = &applied;
	tallying_feed(&event);
}

static void the_product_of_a_payment_is_found_in_any_order(void **state)
{
	size_t order[] = { 0, 1, 2, 3, 4 };

	(void)state;
	do {
		(void)tallying_stop(NULL);
		(void)tallying_start(NULL);
		for (size_t i = 0; i < COUNT_OF(order); i++) {
			if (order[i] == 0)
				tallying_pay_visa("ch_1");
			else if (order[i] == 1)
				start_subscription();
			else if (order[i] == 2)
				bill();
			else if (order[i] == 3)
				apply();
			else
				tallying_dispute("needs_response", "");
			if (i == 2)
				tallying_fold();
		}
		tallying_fold();
		assert_string_equal(tallying_told("patterns"),
		                    "2026-05-01 card visa/credit/JP: 1, 1 of 0\n"
		                    "2026-05-01 country JP: 1, 1 of 0\n"
		                    "2026-05-01 product prod_pro: 1, 1 of 0\n"
		                    "2026-05-03 release : 1, 1 of 0\n");
	} while (order_next(order, COUNT_OF(order)));
}

/* Each fact as it was said, not summed. */
static const char *raw(void)
{
	const char *text = "";

	for (size_t i = 0; i < stage_test_fact_count(&tallying_stage); i++)
		if (stage_test_fact(&tallying_stage, i)->topic == OPS_BY_PROGRAMME)
			text = arena_printf(tallying_stage.arena, "%s%s\n", text,
			                    text_hex(tallying_stage.arena,
			                             stage_test_fact(&tallying_stage, i)->message));
	return text;
}

static void no_batch_shows_in_what_is_told(void **state)
{
	const char *whole;

	(void)state;
	tallying_pay_visa("ch_1");
	tallying_pay_visa("ch_2");
	tallying_dispute("needs_response", "");
	tallying_fold();
	whole = strdup(raw());
	(void)tallying_stop(NULL);
	(void)tallying_start(NULL);
	tallying_pay_visa("ch_1");
	assert_int_equal(stage_test_fold(&tallying_stage, 1, tallying_mesh), STATUS_OK);
	tallying_pay_visa("ch_2");
	assert_int_equal(stage_test_fold(&tallying_stage, 1, tallying_mesh), STATUS_OK);
	stage_test_restart(&tallying_stage);
	tallying_dispute("needs_response", "");
	tallying_fold();
	assert_string_equal(raw(), whole);
	free(text_mutable(whole));
}

static void what_was_told_is_not_told_again(void **state)
{
	struct instant due;
	size_t facts;

	(void)state;
	tallying_pay_visa("ch_1");
	tallying_fold();
	facts = stage_test_fact_count(&tallying_stage);
	assert_false(stage_test_timer(&tallying_stage, TALLY_TIMER, TALLY_TIMER, &due));
	tallying_pay_visa("ch_1");
	tallying_fold();
	assert_int_equal(stage_test_fact_count(&tallying_stage), facts + 1); /* what is brought */
	assert_string_equal(tallying_told_visa(), PAID);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, tallying_start, tallying_stop)
	const struct CMUnitTest tests[] = {
		CASE(a_payment_counts_once_when_it_is_captured),
		CASE(what_was_authenticated_stays_so_and_is_told),
		CASE(a_dispute_that_is_prevented_is_told_as_such),
		CASE(what_was_captured_stays_so),
		CASE(a_payment_without_a_card_is_of_no_network),
		CASE(a_warning_and_a_dispute_of_one_payment_count_once_each),
		CASE(what_comes_first_makes_no_difference),
		CASE(what_is_proved_in_a_dispute_marks_the_warnings_of_its_payment_in_any_order),
		CASE(what_is_not_proved_or_not_answered_marks_no_warning),
		CASE(an_inquiry_is_a_dispute_from_the_day_on_which_it_escalates),
		CASE(an_inquiry_that_ends_so_is_no_disputed_payment),
		CASE(what_a_status_that_nobody_knows_is_of_is_said_by_the_case_type),
		CASE(a_dispute_of_nobody_counts_until_it_is_placed),
		CASE(the_product_of_a_payment_is_found_in_any_order),
		CASE(no_batch_shows_in_what_is_told),
		CASE(what_was_told_is_not_told_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
