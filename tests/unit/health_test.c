/*
 * health_test - what the probes answer, and that the gauge of readiness says the same.
 */
#include "common/flow/health.h"
#include "tests/support/raw_http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct http_server *server;
static struct health health;
static bool edge_well;

static bool edge_ready(const char **reason)
{
	*reason = "the edge has no room";
	return edge_well;
}

static int start_with(bool (*ready)(const char **reason))
{
	const struct http_settings settings = http_settings_default("127.0.0.1:0");
	char reason[128];

	health_init(&health, ready);
	server = http_server_create(&settings);
	http_server_add(server, health_routes, &health);
	if (!http_server_start(server, reason, sizeof(reason)))
		fail_msg("%s", reason);
	return 0;
}

static int start(void **state)
{
	(void)state;
	return start_with(NULL);
}

static int start_edge(void **state)
{
	(void)state;
	return start_with(edge_ready);
}

static int stop(void **state)
{
	(void)state;
	http_server_stop(server, SECONDS(1));
	http_server_destroy(server);
	server = NULL;
	return 0;
}

static const char *get(const char *path)
{
	char request[128];
	const int size =
	    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);

	return raw_http_talk(http_server_port(server), request, (size_t)size).data;
}

static void assert_says(const char *path, const char *part)
{
	const char *const answer = get(path);

	if (strstr(answer, part) == NULL)
		fail_msg("%s does not say %s: %s", path, part, answer);
}

static void assert_well(bool well)
{
	assert_says("/metrics", well ? "\nopsmesh_ready 1\n" : "\nopsmesh_ready 0\n");
}

static void who_is_starting_is_alive_and_not_ready(void **state)
{
	(void)state;
	assert_says("/livez", " 200 ");
	assert_says("/readyz", "it is starting");
	assert_well(false);
}

static void the_gauge_follows_what_was_said(void **state)
{
	(void)state;
	health_say(&health, NULL);
	assert_says("/readyz", " 200 ");
	assert_well(true);
	health_say(&health, "the database cannot be reached");
	assert_says("/readyz", "the database cannot be reached");
	assert_well(false);
	health_say(&health, NULL);
	health_drain(&health);
	assert_says("/readyz", "it is stopping");
	assert_well(false);
}

static void a_loop_that_hangs_is_not_ready_whatever_it_said_last(void **state)
{
	(void)state;
	health_say(&health, NULL);
	atomic_store(&health.beat, time_monotonic().us - HEALTH_PATIENCE.us - SECONDS(1).us);
	assert_says("/livez", "the loop has not come around for 30 s");
	assert_well(false);
	health_beat(&health);
	assert_says("/livez", " 200 ");
	assert_well(true);
}

static void an_edge_judges_its_readiness_itself(void **state)
{
	(void)state;
	edge_well = true;
	assert_says("/readyz", "it is starting");
	health_say(&health, "the database cannot be reached");
	assert_well(true);
	edge_well = false;
	assert_says("/readyz", "the edge has no room");
	assert_well(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_is_starting_is_alive_and_not_ready, start,
		                                stop),
		cmocka_unit_test_setup_teardown(the_gauge_follows_what_was_said, start, stop),
		cmocka_unit_test_setup_teardown(
		    a_loop_that_hangs_is_not_ready_whatever_it_said_last, start, stop),
		cmocka_unit_test_setup_teardown(an_edge_judges_its_readiness_itself, start_edge,
		                                stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
