/*
 * tool_action_test - what the operator is told when ingest takes an action, refuses it, or is away.
 */
#include "services/opsmesh/action.h"

#include "common/base/text.h"
#include "common/io/http_server.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct http_server *server;
static struct tool tool;
static FILE *said; /* in place of standard error */

static void on_action(void *context, struct http_request *request)
{
	(void)context;
	if (memmem(request->body.data, request->body.size, "no/letter", 9) != NULL)
		http_answer_problem(request, 422, "on.id", "is no letter", NULL, 0);
	else
		http_answer(request, &(struct http_answer){ .status = 202,
		                                            .type = "application/json",
		                                            .body = bytes_of("{\"id\":\"A1\"}") });
}

static const struct http_route routes[] = {
	{ "POST", "/v1/actions", 5000, NULL, on_action },
	{ .method = NULL },
};
static const struct command command = { .name = "dlq" };

static int start(void **state)
{
	const struct http_settings settings = http_settings_default("127.0.0.1:0");
	char reason[128];

	(void)state;
	server = http_server_create(&settings);
	http_server_add(server, routes, NULL);
	if (!http_server_start(server, reason, sizeof(reason)))
		fail_msg("%s", reason);
	tool = (struct tool){ .command = &command, .arena = arena_create(4096) };
	tool.settings.api_key = "0123456789abcdef";
	tool.settings.ingest_url =
	    arena_printf(tool.arena, "http://127.0.0.1:%d", http_server_port(server));
	said = tmpfile();
	return said != NULL ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	http_server_stop(server, SECONDS(1));
	http_server_destroy(server);
	arena_destroy(tool.arena);
	return fclose(said);
}

/* Posts with standard error kept; what was said, without its line end. */
static int post(const char *id, const char **request, char text[static 256])
{
	const struct action action = { "drop", "dead_letter", id, "looked at" };
	const int real = dup(STDERR_FILENO);

	assert_true(dup2(fileno(said), STDERR_FILENO) >= 0);
	const int answer = action_post(&tool, &action, request);

	fflush(stderr);
	assert_true(dup2(real, STDERR_FILENO) >= 0);
	close(real);
	const ssize_t size = pread(fileno(said), text, 255, 0);

	text[size > 0 ? size : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return answer;
}

static void what_is_taken_has_the_id_of_its_request(void **state)
{
	const char *request = NULL;
	char text[256];

	(void)state;
	assert_int_equal(post("ticket/ops.tickets.v1/0/edge/1", &request, text), ANSWER_YES);
	assert_string_equal(request, "A1");
	assert_string_equal(text, "");
}

static void a_refusal_is_told_with_field_and_reason(void **state)
{
	char text[256];

	(void)state;
	assert_int_equal(post("no/letter", NULL, text), ANSWER_NO);
	assert_string_equal(text,
	                    "opsmesh dlq: ingest refused the action drop: 422 on.id is no letter");
}

static void who_is_away_is_named(void **state)
{
	char text[256];

	(void)state;
	tool.settings.ingest_url = "http://127.0.0.1:1";
	assert_int_equal(post("ticket/x", NULL, text), ANSWER_AWAY);
	assert_true(text_starts(text, "opsmesh dlq: the action drop could not be journalled: "
	                              "http://127.0.0.1:1: "));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	static const struct CMUnitTest tests[] = {
		CASE(what_is_taken_has_the_id_of_its_request),
		CASE(a_refusal_is_told_with_field_and_reason),
		CASE(who_is_away_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
