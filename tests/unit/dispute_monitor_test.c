/*
 * dispute_monitor_test - the stage programme judges the networks' programmes day by day, and says each threshold once.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/chance.h"
#include "tests/support/instant_fixture.h"
#include "tests/support/monitor_fixture.h"
#include "tests/support/order.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define VISA "programmes:visa"
#define MASTERCARD "programmes:mastercard"
#define ALERT "alert/chargeback/programmes:visa/visa-vamp/non_compliant/"
#define EXCESSIVE "alert/chargeback/programmes:visa/visa-vamp/excessive/"

static int start_visa(void **state)
{
	(void)state;
	monitor_start(VISA, NULL);
	return 0;
}

static int start_mastercard(void **state)
{
	(void)state;
	monitor_start(MASTERCARD, NULL);
	return 0;
}

/* An account of the United States, whose months begin on the 5th. */
static int start_american(void **state)
{
	(void)state;
	monitor_start(VISA, "US");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	monitor_stop();
	return 0;
}

static void pay(const char *day, int64_t payments)
{
	monitor_feed(&(struct monitor_count){ .day = day, .payments = payments });
}

static void dispute(const char *day, int64_t events)
{
	monitor_feed(&(struct monitor_count){ .day = day, .events = events });
}

static void a_day_is_said_when_it_has_settled(void **state)
{
	(void)state;
	monitor_at("2026-05-10T09:00:00Z");
	pay("2026-05-10", 1000);
	dispute("2026-05-10", 1);
	monitor_until("2026-05-11T06:00:00Z");
	monitor_said("");
	monitor_until("2026-05-11T06:00:01Z");
	monitor_said("ratio_projected visa-vamp excessive clear 1 of 1000\n");
	monitor_until("2026-05-12T06:00:01Z");
	monitor_said("ratio_projected visa-vamp excessive clear 1 of 1000\n");
}

static void a_ratio_is_said_with_all_that_it_was_reckoned_from(void **state)
{
	const Opsmesh__V1__DisputeEvent *event;
	const Opsmesh__V1__ProgrammeStood *stood;
	struct instant at;

	(void)state;
	monitor_at("2026-05-31T09:00:00Z");
	pay("2026-05-10", 1000);
	dispute("2026-05-10", 2);
	monitor_until("2026-06-01T07:00:00Z");
	event = monitor_said("ratio_projected visa-vamp excessive clear 2 of 1000\n");
	stood = event->ratio_projected;
	assert_string_equal(event->account_id, VISA);
	assert_string_equal(event->case_id, "");
	assert_string_equal(stood->network, "visa");
	assert_int_equal(stood->ratio_ppm, 2000);
	assert_true(stood->low_ppm > 0 && stood->low_ppm < 2000);
	assert_true(stood->high_ppm > 2000);
	assert_true(stood->lower_bound);
	assert_true(stood->is_projected);
	assert_int_equal(stood->events_at_end, 3); /* rounded up */
	assert_int_equal(stood->count_wanted, 1500);
	assert_int_equal(stood->ratio_wanted_bp, 150);
	assert_string_equal(stood->policy, "programmes/visa-vamp/2 dispute-watch/standard/1");
	assert_true(proto_instant(stood->period_start, &at));
	assert_int_equal(at.us, instant_of("2026-05-01T00:00:00Z").us);
	assert_true(proto_instant(stood->period_end, &at));
	assert_int_equal(at.us, instant_of("2026-06-01T00:00:00Z").us);
	assert_true(proto_instant(stood->as_of, &at));
	assert_int_equal(at.us, instant_of("2026-06-01T00:00:00Z").us - 1);
}

static void warnings_count_and_inquiries_do_not(void **state)
{
	(void)state;
	monitor_at("2026-05-31T09:00:00Z");
	pay("2026-05-10", 1000);
	dispute("2026-05-10", 1);
	monitor_feed(&(struct monitor_count){ .day = "2026-05-11", .events = 1, .warning = true });
	monitor_feed(&(struct monitor_count){ .day = "2026-05-12", .events = 1, .inquiry = true });
	monitor_feed(&(struct monitor_count){
	    .day = "2026-05-12", .events = 1, .warning = true, .compelling = true });
	monitor_feed(
	    &(struct monitor_count){ .day = "2026-05-12", .events = 1, .prevented = true });
	monitor_until("2026-06-01T07:00:00Z");
	monitor_said("ratio_projected visa-vamp excessive clear 2 of 1000\n");
}

/* From April on 1.5 % are excessive, 2.2 % before; the month of the account goes on to the 5th. */
static void a_threshold_that_changes_within_a_month_holds_from_its_day_on(void **state)
{
	const Opsmesh__V1__DisputeEvent *event;

	(void)state;
	monitor_at("2026-03-31T09:00:00Z");
	pay("2026-03-10", 100000);
	dispute("2026-03-10", 1500);
	monitor_until("2026-03-31T10:00:00Z");
	monitor_said("threshold_crossed visa-vamp non_compliant met 1500 of 100000\n"
	             "raised " ALERT "crossed\n"
	             "threshold_approaching visa-vamp excessive approaching 1500 of 100000\n"
	             "raised " EXCESSIVE "approaching\n");
	monitor_until("2026-04-01T06:00:01Z");
	event = monitor_said("ratio_projected visa-vamp non_compliant met 1500 of 100000\n");
	assert_string_equal(event->ratio_projected->policy,
	                    "programmes/visa-vamp/1 dispute-watch/standard/1");
	pay("2026-04-01", 1);
	monitor_until("2026-04-01T07:00:00Z");
	monitor_said("resolved " EXCESSIVE "approaching\n"
	             "threshold_crossed visa-vamp excessive met 1500 of 100000\n"
	             "raised " EXCESSIVE "crossed\n");
}

static void a_threshold_is_approached_crossed_and_left_once_each(void **state)
{
	(void)state;
	monitor_at("2026-05-31T09:00:00Z");
	pay("2026-05-10", 1000);
	dispute("2026-05-10", 4);
	monitor_until("2026-05-31T10:00:00Z");
	monitor_said("threshold_approaching visa-vamp non_compliant approaching 4 of 1000\n"
	             "raised " ALERT "approaching\n");
	dispute("2026-05-31", 1);
	monitor_until("2026-05-31T11:00:00Z");
	monitor_said("resolved " ALERT "approaching\n"
	             "threshold_crossed visa-vamp non_compliant met 5 of 1000\n"
	             "raised " ALERT "crossed\n");
	dispute("2026-05-31", 1);
	monitor_until("2026-05-31T12:00:00Z");
	monitor_said("");
	monitor_until("2026-06-01T07:00:00Z");
	monitor_said("ratio_projected visa-vamp non_compliant met 6 of 1000\n");
	pay("2026-06-02", 10);
	monitor_until("2026-06-30T07:00:00Z");
	(void)monitor_said_any();
	monitor_until("2026-07-01T07:00:00Z");
	monitor_said("ratio_projected visa-vamp excessive clear 0 of 10\n"
	             "threshold_left visa-vamp non_compliant clear 0 of 10\n"
	             "resolved " ALERT "crossed\n");
}

static void what_is_counted_later_puts_nothing_off(void **state)
{
	(void)state;
	monitor_at("2026-05-31T09:01:00Z");
	pay("2026-05-10", 1000);
	dispute("2026-05-10", 4);
	monitor_at("2026-05-31T09:08:00Z");
	pay("2026-05-10", 1);
	monitor_until("2026-05-31T09:10:01Z");
	monitor_said("threshold_approaching visa-vamp non_compliant approaching 4 of 1001\n"
	             "raised " ALERT "approaching\n");
}

static void what_is_near_ends_with_the_month(void **state)
{
	(void)state;
	monitor_at("2026-05-31T09:00:00Z");
	pay("2026-05-10", 1000);
	dispute("2026-05-10", 4);
	monitor_until("2026-05-31T10:00:00Z");
	(void)monitor_said_any();
	monitor_cut();
	monitor_until("2026-06-01T07:00:00Z");
	monitor_said("ratio_projected visa-vamp non_compliant approaching 4 of 1000\n"
	             "resolved " ALERT "approaching\n");
}

static void a_month_without_payments_is_no_clean_one(void **state)
{
	(void)state;
	monitor_at("2026-05-31T09:00:00Z");
	pay("2026-05-10", 1000);
	dispute("2026-05-10", 9);
	monitor_until("2026-06-01T07:00:00Z");
	(void)monitor_said_any();
	monitor_until("2026-07-01T07:00:00Z");
	monitor_said("");
	pay("2026-07-01", 10);
	monitor_until("2026-07-31T07:00:00Z");
	(void)monitor_said_any();
	monitor_until("2026-08-01T07:00:00Z");
	monitor_said("ratio_projected visa-vamp excessive clear 0 of 10\n"
	             "threshold_left visa-vamp non_compliant clear 0 of 10\n"
	             "resolved " ALERT "crossed\n");
}

static void what_is_clear_again_for_a_day_takes_its_alert_back(void **state)
{
	(void)state;
	monitor_at("2026-05-28T09:00:00Z");
	pay("2026-05-10", 1000);
	dispute("2026-05-10", 4);
	monitor_until("2026-05-28T10:00:00Z");
	(void)monitor_said_any();
	pay("2026-05-28", 9000);
	monitor_until("2026-05-28T11:00:00Z");
	monitor_said("");
	monitor_until("2026-05-29T07:00:00Z");
	monitor_said("ratio_projected visa-vamp excessive clear 4 of 10000\n"
	             "resolved " ALERT "approaching\n");
}

static void a_month_without_payments_says_nothing(void **state)
{
	(void)state;
	monitor_at("2026-05-31T09:00:00Z");
	dispute("2026-05-30", 20);
	monitor_until("2026-07-01T12:00:00Z");
	monitor_said("");
}

static void the_month_is_the_programmes_own(void **state)
{
	(void)state;
	monitor_at("2026-06-03T09:00:00Z");
	pay("2026-05-10", 1000);
	dispute("2026-05-03", 20); /* before the 5th: of the month before */
	dispute("2026-06-03", 1);
	monitor_until("2026-06-04T07:00:00Z");
	monitor_said("ratio_projected visa-vamp excessive clear 1 of 1000\n");
}

static void disputes_stand_against_payments_of_the_month_before(void **state)
{
	(void)state;
	monitor_at("2026-05-31T09:00:00Z");
	pay("2026-04-10", 2000);
	pay("2026-05-10", 1000);
	monitor_feed(&(struct monitor_count){ .day = "2026-05-11", .events = 7 });
	monitor_feed(&(struct monitor_count){
	    .day = "2026-05-11", .events = 3, .fraud = true, .minor = 900, .currency = "USD" });
	monitor_feed(&(struct monitor_count){ .day = "2026-05-12", .events = 9, .warning = true });
	monitor_until("2026-06-01T07:00:00Z");
	monitor_said("ratio_projected mastercard-ecm hecm clear 10 of 2000\n"
	             "ratio_projected mastercard-efm efm clear 3 of 2000\n");
}

static void an_amount_of_one_currency_is_known(void **state)
{
	const Opsmesh__V1__ProgrammeStood *stood;
	struct monitor_count count = {
		.day = "2026-05-11", .events = 3, .fraud = true, .minor = 900, .currency = "USD"
	};

	(void)state;
	monitor_at("2026-05-30T09:00:00Z");
	monitor_feed(
	    &(struct monitor_count){ .day = "2026-04-10", .payments = 2000, .authenticated = 150 });
	monitor_feed(&count);
	monitor_until("2026-05-31T07:00:00Z");
	stood = monitor_said("ratio_projected mastercard-ecm hecm clear 3 of 2000\n"
	                     "ratio_projected mastercard-efm efm clear 3 of 2000\n")
	            ->ratio_projected;
	assert_int_equal(stood->authenticated, 150);
	assert_int_equal(stood->amount->minor, 900);
	assert_string_equal(stood->amount->currency, "USD");
	assert_int_equal(stood->amount_wanted->minor, 5000000);
	assert_false(stood->amount_unjudged);
	count.currency = "JPY";
	monitor_feed(&count);
	monitor_until("2026-06-01T07:00:00Z");
	stood = monitor_said("ratio_projected mastercard-ecm hecm clear 6 of 2000\n"
	                     "ratio_projected mastercard-efm efm clear 6 of 2000\n")
	            ->ratio_projected;
	assert_null(stood->amount);
	assert_true(stood->amount_unjudged);
}

static void what_is_counted_adds_up_in_any_order_and_cut(void **state)
{
	static const struct monitor_count counts[] = {
		{ .day = "2026-05-10", .payments = 991 },
		{ .day = "2026-05-10", .events = 4 },
		{ .day = "2026-05-11", .events = 1, .inquiry = true },
		{ .day = "2026-05-11", .events = -1, .inquiry = true },
		{ .day = "2026-05-11", .events = 1 },
		{ .day = "2026-05-12", .payments = 9 },
	};
	size_t order[COUNT_OF(counts)] = { 0, 1, 2, 3, 4, 5 };
	struct chance chance;

	(void)state;
	chance_seed(&chance, 7);
	for (int round = 0; round < 40; round++) {
		(void)stop(NULL);
		(void)start_visa(NULL);
		monitor_at("2026-05-31T09:00:00Z");
		order_shuffle(&chance, order, COUNT_OF(order));
		for (size_t i = 0; i < COUNT_OF(order); i++) {
			monitor_feed(&counts[order[i]]);
			if (i == (size_t)round % COUNT_OF(order))
				monitor_cut();
		}
		monitor_until("2026-05-31T09:30:00Z");
		monitor_said("threshold_crossed visa-vamp non_compliant met 5 of 1000\n"
		             "raised " ALERT "crossed\n");
	}
}

static void less_than_nothing_is_nothing(void **state)
{
	(void)state;
	monitor_at("2026-05-31T09:00:00Z");
	pay("2026-05-10", 1000);
	dispute("2026-05-10", -1);
	monitor_until("2026-06-01T07:00:00Z");
	monitor_said("ratio_projected visa-vamp excessive clear 0 of 1000\n");
}

static void an_alert_is_acknowledged_by_action(void **state)
{
	(void)state;
	monitor_at("2026-05-31T09:00:00Z");
	pay("2026-05-10", 1000);
	dispute("2026-05-10", 9);
	monitor_until("2026-05-31T10:00:00Z");
	(void)monitor_said_any();
	monitor_acknowledge(ALERT "crossed");
	monitor_said("acknowledged " ALERT "crossed\n"
	             "action_applied " ALERT "crossed\n");
	monitor_acknowledge(ALERT "crossed");
	monitor_said("action_refused " ALERT "crossed\n");
	monitor_acknowledge("alert/chargeback/acme/dp_1/deadline_missed");
	monitor_said("");
}

int main(void)
{
#define VISA_CASE(name) cmocka_unit_test_setup_teardown(name, start_visa, stop)
	const struct CMUnitTest tests[] = {
		VISA_CASE(a_day_is_said_when_it_has_settled),
		VISA_CASE(a_ratio_is_said_with_all_that_it_was_reckoned_from),
		VISA_CASE(warnings_count_and_inquiries_do_not),
		VISA_CASE(a_threshold_is_approached_crossed_and_left_once_each),
		VISA_CASE(what_is_counted_later_puts_nothing_off),
		VISA_CASE(what_is_near_ends_with_the_month),
		VISA_CASE(a_month_without_payments_is_no_clean_one),
		VISA_CASE(what_is_clear_again_for_a_day_takes_its_alert_back),
		VISA_CASE(a_month_without_payments_says_nothing),
		cmocka_unit_test_setup_teardown(
		    a_threshold_that_changes_within_a_month_holds_from_its_day_on, start_american,
		    stop),
		cmocka_unit_test_setup_teardown(the_month_is_the_programmes_own, start_american,
		                                stop),
		cmocka_unit_test_setup_teardown(disputes_stand_against_payments_of_the_month_before,
		                                start_mastercard, stop),
		cmocka_unit_test_setup_teardown(an_amount_of_one_currency_is_known,
		                                start_mastercard, stop),
		VISA_CASE(what_is_counted_adds_up_in_any_order_and_cut),
		VISA_CASE(less_than_nothing_is_nothing),
		VISA_CASE(an_alert_is_acknowledged_by_action),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
