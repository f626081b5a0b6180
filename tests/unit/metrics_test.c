/* metrics_test - what a scrape reads, whatever the labels and however many threads write. */
#include "common/base/metrics.h"
#include "common/base/status.h"
#include "common/base/text.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define THREADS 4
#define ROUNDS 20000
#define NAMES 50
#define ROUNDS_A_NAME 1600 /* of all threads */

static const double bounds[] = { 0.005, 0.1, 1, 60 };

static struct metric events = { .name = "opsmesh_test_events_total",
	                        .help = "Events folded.",
	                        .kind = METRIC_COUNTER,
	                        .labels = { "stage", "type" } };
static struct metric batches = { .name = "opsmesh_test_batches_total",
	                         .help = "Batches committed: a \\ and a\nline feed.",
	                         .kind = METRIC_COUNTER };
static struct metric lag = { .name = "opsmesh_test_lag_seconds",
	                     .help = "Age of the oldest event.",
	                     .kind = METRIC_GAUGE,
	                     .labels = { "shard" } };
static struct metric commit = { .name = "opsmesh_test_commit_seconds",
	                        .help = "How long a commit takes.",
	                        .kind = METRIC_HISTOGRAM,
	                        .labels = { "stage" },
	                        .bounds = bounds,
	                        .bound_count = COUNT_OF(bounds) };
static struct metric flood = { .name = "opsmesh_test_flood_total",
	                       .help = "Labels from outside.",
	                       .kind = METRIC_COUNTER,
	                       .labels = { "who", "what" } };

static int register_all(void **state)
{
	(void)state;
	metric_register(&events);
	metric_register(&batches);
	metric_register(&lag);
	metric_register(&commit);
	metric_register(&flood);
	return 0;
}

static struct buffer written;

/* The whole set as text; the next call ends its life. */
static char *scrape(void)
{
	buffer_clear(&written);
	metrics_write(&written);
	buffer_add(&written, "", 1);
	assert_true(text_valid(bytes_of((const char *)written.data)));
	return (char *)written.data;
}

static int free_scrape(void **state)
{
	(void)state;
	buffer_finish(&written);
	return 0;
}

static struct metric_series *of(struct metric *metric, const char *a, const char *b)
{
	const char *const values[METRIC_LABELS_MAX] = { a, b };

	return metric_series(metric, values);
}

static void assert_line(const char *line)
{
	if (strstr(scrape(), line) == NULL)
		fail_msg("missing: %s in:\n%s", line, scrape());
}

static bool same(double a, double b)
{
	return a <= b && a >= b;
}

static void a_metric_without_labels_is_there_from_the_start(void **state)
{
	(void)state;
	assert_line(
	    "# HELP opsmesh_test_batches_total Batches committed: a \\\\ and a\\nline feed.\n"
	    "# TYPE opsmesh_test_batches_total counter\n"
	    "opsmesh_test_batches_total 0\n");
	metric_add(metric_series(&batches, NULL), 3);
	assert_line("\nopsmesh_test_batches_total 3\n");
}

static void the_same_labels_are_the_same_series(void **state)
{
	struct metric_series *const series = of(&events, "ticket", "opened");

	(void)state;
	assert_ptr_equal(series, of(&events, "ticket", "opened"));
	assert_ptr_not_equal(series, of(&events, "opened", "ticket"));
	metric_add(series, 1);
	metric_add(series, INT64_C(9007199254740993));
	assert_line("\nopsmesh_test_events_total{stage=\"ticket\",type=\"opened\"} "
	            "9007199254740994\n");
	metric_add(of(&events, "opened", "ticket"), 0);
	assert_line("{stage=\"opened\",type=\"ticket\"} 0\n");
}

static void a_label_from_outside_cannot_break_the_line(void **state)
{
	static const struct {
		const char *value;
		const char *line;
	} cases[] = {
		{ "\"} 1\n# TYPE x", "{shard=\"\\\"} 1\\n# TYPE x\"} 0\n" },
		{ "back\\slash", "{shard=\"back\\\\slash\"} 0\n" },
		{ "日本\xff", "{shard=\"日本\xef\xbf\xbd\"} 0\n" },
		{ "", "{shard=\"\"} 0\n" },
	};
	char text[4096];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		(void)of(&lag, cases[i].value, NULL);
		assert_line(cases[i].line);
	}
	assert_ptr_equal(of(&lag, "", NULL), of(&lag, NULL, NULL));
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)of(&lag, text, NULL);
	assert_null(strstr(scrape(), text));
}

static void a_gauge_goes_up_and_down(void **state)
{
	struct metric_series *const series = of(&lag, "ticket/1", NULL);

	(void)state;
	metric_set(series, 2.5);
	metric_add(series, -4);
	assert_true(same(metric_value(series), -1.5));
	assert_line("{shard=\"ticket/1\"} -1.5\n");
	metric_set(series, (double)INFINITY);
	assert_line("{shard=\"ticket/1\"} +Inf\n");
	metric_set(series, -(double)INFINITY);
	assert_line("{shard=\"ticket/1\"} -Inf\n");
	metric_set(series, (double)NAN);
	assert_line("{shard=\"ticket/1\"} NaN\n");
	metric_set(series, 1e-9);
	assert_line("{shard=\"ticket/1\"} 1e-09\n");
}

static void what_is_forgotten_is_not_written_until_it_is_set_again(void **state)
{
	static struct metric depth = { .name = "opsmesh_test_depth",
		                       .help = "Of a well.",
		                       .kind = METRIC_GAUGE,
		                       .labels = { "well", "side" } };

	(void)state;
	metric_register(&depth);
	metric_set(of(&depth, "a", "left"), 1);
	metric_set(of(&depth, "a", "right"), 2);
	metric_set(of(&depth, "ab", "left"), 3);
	metric_forget(&depth, (const char *const[METRIC_LABELS_MAX]){ "a" });
	assert_null(strstr(scrape(), "{well=\"a\""));
	assert_line("{well=\"ab\",side=\"left\"} 3\n");
	assert_true(same(metric_value(of(&depth, "a", "left")), 0));
	metric_set(of(&depth, "a", "right"), 4);
	assert_line("{well=\"a\",side=\"right\"} 4\n");
	assert_null(strstr(scrape(), "{well=\"a\",side=\"left\"}"));
	metric_forget(&depth, (const char *const[METRIC_LABELS_MAX]){ NULL });
	assert_null(strstr(scrape(), "{well="));
}

static void a_histogram_counts_what_is_not_over_a_bound(void **state)
{
	struct metric_series *const series = of(&commit, "ticket", NULL);

	(void)state;
	metric_observe(series, 0.005);
	metric_observe(series, 0.006);
	metric_observe(series, -1);
	metric_observe(series, 60.5);
	assert_true(same(metric_value(series), 4));
	assert_line("# TYPE opsmesh_test_commit_seconds histogram\n"
	            "opsmesh_test_commit_seconds_bucket{stage=\"ticket\",le=\"0.005\"} 2\n"
	            "opsmesh_test_commit_seconds_bucket{stage=\"ticket\",le=\"0.1\"} 3\n"
	            "opsmesh_test_commit_seconds_bucket{stage=\"ticket\",le=\"1\"} 3\n"
	            "opsmesh_test_commit_seconds_bucket{stage=\"ticket\",le=\"60\"} 3\n"
	            "opsmesh_test_commit_seconds_bucket{stage=\"ticket\",le=\"+Inf\"} 4\n"
	            "opsmesh_test_commit_seconds_sum{stage=\"ticket\"} 59.511\n"
	            "opsmesh_test_commit_seconds_count{stage=\"ticket\"} 4\n");
}

static void too_many_labels_share_one_series(void **state)
{
	char who[32];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		(void)snprintf(who, sizeof(who), "who-%d", i % 2000);
		metric_add(of(&flood, who, "x"), 1);
	}
	assert_true(same(metric_value(of(&flood, "who-511", "x")), 5));
	assert_ptr_equal(of(&flood, "who-512", "x"), of(&flood, "other", "other"));
	assert_true(same(metric_value(of(&flood, "other", "other")), (2000 - 512) * 5));
}

static void *count_in_thread(void *unused)
{
	char name[32];

	for (int i = 0; i < ROUNDS; i++) {
		(void)snprintf(name, sizeof(name), "thread-%d", i % NAMES);
		metric_add(of(&events, name, "parallel"), 1);
		metric_add(of(&lag, "parallel", NULL), i % 2 == 0 ? 1 : -1);
		metric_observe(of(&commit, "parallel", NULL), 0.5);
	}
	return unused;
}

static void threads_lose_no_count(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_in_thread, NULL), 0);
	for (int i = 0; i < 100; i++)
		(void)scrape();
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_true(same(metric_value(of(&events, "thread-0", "parallel")), ROUNDS_A_NAME));
	assert_true(same(metric_value(of(&events, "thread-49", "parallel")), ROUNDS_A_NAME));
	assert_true(same(metric_value(of(&lag, "parallel", NULL)), 0));
	assert_true(same(metric_value(of(&commit, "parallel", NULL)), THREADS * ROUNDS));
	assert_line("_sum{stage=\"parallel\"} 40000\n");
}

/* Runs last, on all that the other cases left behind. */
static void promtool_has_nothing_to_say(void **state)
{
	(void)state;
	/* NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): a constant command */
	if (system("command -v promtool >/dev/null") != 0)
		skip();

	/* NOLINTNEXTLINE(cert-env33-c): a constant command */
	FILE *const judge = popen("promtool check metrics >/dev/null 2>&1", "w");

	assert_non_null(judge);
	(void)fputs(scrape(), judge);
	assert_int_equal(pclose(judge), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_metric_without_labels_is_there_from_the_start),
		cmocka_unit_test(the_same_labels_are_the_same_series),
		cmocka_unit_test(a_label_from_outside_cannot_break_the_line),
		cmocka_unit_test(a_gauge_goes_up_and_down),
		cmocka_unit_test(what_is_forgotten_is_not_written_until_it_is_set_again),
		cmocka_unit_test(a_histogram_counts_what_is_not_over_a_bound),
		cmocka_unit_test(too_many_labels_share_one_series),
		cmocka_unit_test(threads_lose_no_count),
		cmocka_unit_test(promtool_has_nothing_to_say),
	};

	return cmocka_run_group_tests(tests, register_all, free_scrape);
}
