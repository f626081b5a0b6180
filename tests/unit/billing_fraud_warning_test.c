/*
 * billing_fraud_warning_test - a warning of fraud is told when it comes, and when something can be done about it or not.
 */
#include "common/base/text.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

static int64_t revision;

static int start(void **state)
{
	revision = 0;
	return customer_start(state);
}

static void feed(const char *more)
{
	customer_feed("radar.early_fraud_warning", "issfr_1", ++revision, "",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"issfr_1\",\"object\":\"radar.early_fraud_warning\","
	                           "\"charge\":\"ch_1\",\"created\":1777600000,"
	                           "\"fraud_type\":\"misc\"%s}",
	                           more));
}

/* "actionable", "over again from actionable", ...; "": nothing was said of a warning. */
static const char *told(void)
{
	const Opsmesh__V1__BillingEvent *event;

	while ((event = customer_heard()) != NULL) {
		const Opsmesh__V1__FraudWarningChanged *const it = event->fraud_warning_changed;

		if (event->fact_case != FACT(FRAUD_WARNING_CHANGED))
			continue;
		assert_string_equal(it->warning_id, "issfr_1");
		assert_string_equal(it->payment_id, "ch_1");
		assert_string_equal(it->fraud_type, "misc");
		assert_int_equal(it->created_at->seconds, 1777600000);
		return arena_printf(customer_stage.arena, "%s%s%s",
		                    it->actionable ? "actionable" : "over",
		                    it->again ? " again" : "",
		                    it->from_actionable ? " from actionable" : "");
	}
	return "";
}

#define YES ",\"actionable\":true"
#define NO ",\"actionable\":false"

static void a_warning_is_told_when_it_comes_and_when_it_is_over(void **state)
{
	(void)state;
	feed(YES);
	assert_string_equal(told(), "actionable");
	feed(YES ",\"payment_intent\":\"pi_1\"");
	assert_string_equal(told(), "");
	stage_test_restart(&customer_stage);
	feed(NO);
	assert_string_equal(told(), "over again from actionable");
	feed(NO);
	assert_string_equal(told(), "");
	feed(YES);
	assert_string_equal(told(), "actionable again");
}

static void a_warning_that_is_over_when_it_comes_is_told(void **state)
{
	(void)state;
	feed("");
	assert_string_equal(told(), "over");
	feed(NO);
	assert_string_equal(told(), "");
}

/* The charge that it names is of the customer already: nothing but the warning is said. */
static void a_warning_before_its_charge_is_told_once(void **state)
{
	static const char *const charge =
	    "{\"id\":\"ch_1\",\"object\":\"charge\",\"currency\":\"usd\",\"amount\":2000}";

	(void)state;
	feed(YES);
	customer_feed("charge", "ch_1", 1, "succeeded", charge);
	assert_string_equal(told(), "actionable");
	assert_string_equal(told(), "");
	feed(YES);
	customer_feed("charge", "ch_1", 2, "succeeded", charge);
	assert_string_equal(told(), "");
}

/* It is told as open all the same: nothing is let go on a guess. */
static void a_warning_that_cannot_be_read_is_refused_until_it_can(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	feed(",\"actionable\":\"perhaps\"");
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(OBJECT_REFUSED));
	assert_string_equal(event->object_refused->field, "actionable");
	do
		event = customer_next();
	while (event->fact_case != FACT(FRAUD_WARNING_CHANGED));
	assert_string_equal(event->fraud_warning_changed->warning_id, "issfr_1");
	assert_string_equal(event->fraud_warning_changed->payment_id, "ch_1");
	assert_true(event->fraud_warning_changed->actionable);
	feed(YES);
	assert_string_equal(told(), "actionable");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_warning_is_told_when_it_comes_and_when_it_is_over),
		CASE(a_warning_that_is_over_when_it_comes_is_told),
		CASE(a_warning_before_its_charge_is_told_once),
		CASE(a_warning_that_cannot_be_read_is_refused_until_it_can),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
