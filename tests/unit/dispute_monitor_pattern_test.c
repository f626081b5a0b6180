/*
 * dispute_monitor_pattern_test - the stage programme tells where more payments are disputed than elsewhere, and when no longer.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "tests/support/instant_fixture.h"
#include "tests/support/monitor_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int start(void **state)
{
	(void)state;
	monitor_start("patterns", NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	monitor_stop();
	return 0;
}

static void count(const char *dimension, const char *value, const char *day, int64_t payments,
                  int64_t disputed)
{
	monitor_feed(&(struct monitor_count){ .day = day,
	                                      .dimension = dimension,
	                                      .value = value,
	                                      .payments = payments,
	                                      .events = disputed });
}

static void a_country_that_stands_out_is_told_once_and_when_it_is_quiet(void **state)
{
	(void)state;
	monitor_at("2026-05-10T09:00:00Z");
	count("country", "BR", "2026-05-01", 60, 20);
	count("country", "BR", "2026-04-01", 40, 10);
	count("country", "JP", "2026-05-01", 5000, 10);
	monitor_until("2026-05-11T07:00:00Z");
	monitor_said("pattern_found country BR 30 of 100, others 10 of 5000\n");
	monitor_until("2026-05-13T07:00:00Z");
	monitor_said("");
	count("country", "BR", "2026-05-01", 20000, 0);
	monitor_until("2026-05-14T07:00:00Z");
	monitor_said("pattern_quieted country BR 30 of 20100, others 10 of 5000\n");
	monitor_until("2026-05-16T07:00:00Z");
	monitor_said("");
}

static void a_pattern_carries_its_interval_and_its_time(void **state)
{
	const Opsmesh__V1__DisputePatternFound *found;
	struct instant at;

	(void)state;
	monitor_at("2026-05-10T09:00:00Z");
	count("card", "visa/prepaid/BR", "2026-05-01", 100, 30);
	count("card", "visa/credit/JP", "2026-05-01", 5000, 11);
	monitor_until("2026-05-11T07:00:00Z");
	found = monitor_said("pattern_found card visa/prepaid/BR 30 of 100, others 11 of 5000\n")
	            ->pattern_found;
	assert_int_equal(found->share_ppm, 300000);
	assert_true(found->low_ppm > found->other_ppm && found->low_ppm < found->share_ppm);
	assert_true(found->high_ppm > found->share_ppm);
	assert_int_equal(found->other_ppm, 2200);
	assert_true(proto_instant(found->since, &at));
	assert_int_equal(at.us, instant_of("2026-02-01T00:00:00Z").us);
	assert_true(proto_instant(found->until, &at));
	assert_int_equal(at.us, instant_of("2026-05-11T00:00:00Z").us);
	assert_string_equal(found->policy, "dispute-patterns/standard/1 dispute-watch/standard/1");
}

static void a_release_after_which_more_is_disputed_is_told(void **state)
{
	(void)state;
	monitor_at("2026-05-20T09:00:00Z");
	count("release", "", "2026-04-30", 3000, 6);
	count("release", "", "2026-05-01", 200, 20);
	count("release", "", "2026-05-19", 200, 20);
	monitor_until("2026-05-21T07:00:00Z");
	monitor_said("pattern_found release 2026.05 40 of 400, others 6 of 3000\n");
}

static void a_product_that_stands_out_is_told(void **state)
{
	(void)state;
	monitor_at("2026-05-10T09:00:00Z");
	count("product", "prod_pro", "2026-05-01", 100, 30);
	count("product", "prod_basic", "2026-05-01", 5000, 10);
	monitor_until("2026-05-11T07:00:00Z");
	monitor_said("pattern_found product prod_pro 30 of 100, others 10 of 5000\n");
}

static void payments_from_before_any_release_are_no_pattern(void **state)
{
	(void)state;
	monitor_at("2026-05-20T09:00:00Z");
	count("release", "", "2026-04-30", 400, 40);
	count("release", "", "2026-05-01", 3000, 6);
	monitor_until("2026-05-21T07:00:00Z");
	monitor_said("");
}

static void old_payments_are_not_looked_at(void **state)
{
	(void)state;
	monitor_at("2026-05-10T09:00:00Z");
	count("country", "BR", "2026-01-01", 100, 30);
	count("country", "JP", "2026-05-01", 5000, 10);
	monitor_until("2026-05-11T07:00:00Z");
	monitor_said("");
	count("country", "BR", "2026-02-01", 100, 30);
	monitor_until("2026-05-12T07:00:00Z");
	monitor_said("pattern_found country BR 30 of 100, others 10 of 5000\n");
	monitor_until("2026-06-02T07:00:00Z");
	monitor_said("pattern_quieted country BR 0 of 0, others 10 of 5000\n");
}

static void what_was_told_is_known_after_a_restart(void **state)
{
	(void)state;
	monitor_at("2026-05-10T09:00:00Z");
	count("country", "BR", "2026-05-01", 100, 30);
	count("country", "JP", "2026-05-01", 5000, 10);
	monitor_until("2026-05-11T07:00:00Z");
	monitor_said("pattern_found country BR 30 of 100, others 10 of 5000\n");
	monitor_cut();
	monitor_until("2026-05-12T07:00:00Z");
	monitor_said("");
}

static void less_than_nothing_is_nothing(void **state)
{
	(void)state;
	monitor_at("2026-05-10T09:00:00Z");
	count("country", "BR", "2026-05-01", -1, -1);
	count("country", "JP", "2026-05-01", 5000, 10);
	monitor_until("2026-05-11T07:00:00Z");
	monitor_said("");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		CASE(a_country_that_stands_out_is_told_once_and_when_it_is_quiet),
		CASE(a_pattern_carries_its_interval_and_its_time),
		CASE(a_release_after_which_more_is_disputed_is_told),
		CASE(a_product_that_stands_out_is_told),
		CASE(payments_from_before_any_release_are_no_pattern),
		CASE(old_payments_are_not_looked_at),
		CASE(what_was_told_is_known_after_a_restart),
		CASE(less_than_nothing_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
