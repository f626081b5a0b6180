/*
 * vitals_process_test - what a process says of itself from the start; the metrics are registered once a process.
 */
#include "common/flow/vitals.h"
#include "tests/support/customer_fixture.h"

#include "common/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static double said(const char *name, const char *stage)
{
	for (struct metric *const *at = vitals_metrics; *at != NULL; at++)
		if (text_equal((*at)->name, name))
			return metric_value(
			    metric_series(*at, (const char *const[METRIC_LABELS_MAX]){ stage }));
	fail_msg("there is no %s", name);
	return 0;
}

/* Who only counts the shards that are here does not see that nobody has the others. */
static void a_worker_without_shards_says_how_many_there_are_and_what_it_lacks(void **state)
{
	struct worker worker;

	(void)state;
	worker_init(&worker, &customer_stage.context, customer_stage.alone, 0, "one");
	struct vitals *const vitals =
	    vitals_create(&worker, "test", &(struct vitals_service){ NULL, NULL, NULL });

	vitals_look(vitals, (struct vitals_outages){ 0 });
	assert_int_equal((int64_t)said("opsmesh_shards", "customer"), 0);
	assert_int_equal((int64_t)said("opsmesh_shards_expected", "customer"),
	                 customer_stage.context.partitions);
	assert_true(worker_now(&worker).us > 0);
	assert_int_equal((int64_t)said("opsmesh_start_time_seconds", NULL),
	                 worker_now(&worker).us / 1000000);
	vitals_look(vitals, (struct vitals_outages){ .store = 1, .log = 2, .store_away = true });
	assert_int_equal((int64_t)said("opsmesh_store_away", NULL), 1);
	assert_int_equal((int64_t)said("opsmesh_log_away", NULL), 0);
	vitals_look(vitals, (struct vitals_outages){ .store = 1, .log = 3, .log_away = true });
	assert_int_equal((int64_t)said("opsmesh_store_away", NULL), 0);
	assert_int_equal((int64_t)said("opsmesh_log_away", NULL), 1);
	assert_int_equal((int64_t)said("opsmesh_store_outages_total", NULL), 1);
	assert_int_equal((int64_t)said("opsmesh_log_outages_total", NULL), 3);
	vitals_destroy(vitals);
	worker_finish(&worker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_worker_without_shards_says_how_many_there_are_and_what_it_lacks,
		    customer_start, customer_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
