/*
 * http_client_test - the client against the project's own server.
 */
#include "common/io/http_client.h"
#include "common/io/http_server.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct http_server *server;
static struct http_client *client;
static struct arena *arena;

static void on_echo(void *context, struct http_request *request)
{
	const struct http_field header = { "X-Seen", http_request_header(request, "x-sent") };

	(void)context;
	http_answer(request, &(struct http_answer){ .status = 202,
	                                            .type = "text/plain",
	                                            .body = request->body,
	                                            .headers = &header,
	                                            .header_count = header.value != NULL });
}

static void on_slow(void *context, struct http_request *request)
{
	(void)usleep(600000);
	on_echo(context, request);
}

static const struct http_route routes[] = {
	{ "GET", "/echo", 0, NULL, on_echo },
	{ "GET", "/slow", 0, NULL, on_slow },
	{ "POST", "/echo", 5000, NULL, on_echo },
	{ .method = NULL },
};

static int start(void **state)
{
	const struct http_settings settings = http_settings_default("127.0.0.1:0");
	const struct http_client_limits limits = { SECONDS(1), MILLISECONDS(400), 1000 };
	char reason[128];

	(void)state;
	server = http_server_create(&settings);
	http_server_add(server, routes, NULL);
	if (!http_server_start(server, reason, sizeof(reason)))
		fail_msg("%s", reason);
	client = http_client_create(&limits);
	arena = arena_create(1024);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	http_client_destroy(client);
	http_server_stop(server, SECONDS(1));
	http_server_destroy(server);
	arena_destroy(arena);
	return 0;
}

static enum status send_to(const char *method, const char *path, struct bytes body,
                           struct http_client_answer *answer)
{
	const struct http_client_header headers[] = { { "X-Sent", "猫 v" }, { "X-Empty", "" } };
	const struct http_client_request request = {
		.method = method,
		.url = arena_printf(arena, "http://127.0.0.1:%d%s", http_server_port(server), path),
		.headers = headers,
		.header_count = COUNT_OF(headers),
		.body = body,
	};

	return http_client_send(client, arena, &request, answer);
}

static void test_exchange(void **state)
{
	struct http_client_answer answer;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(send_to("POST", "/echo", bytes_of("a body"), &answer), STATUS_OK);
		assert_int_equal(answer.status, 202);
		assert_true(bytes_equal(answer.body, bytes_of("a body")));
		assert_string_equal(http_client_header(&answer, "x-seen"), "猫 v");
		assert_string_equal(http_client_header(&answer, "content-type"), "text/plain");
		assert_null(http_client_header(&answer, "x-other"));
		assert_int_equal(send_to("GET", "/none", (struct bytes){ NULL, 0 }, &answer),
		                 STATUS_OK);
		assert_int_equal(answer.status, 404);
	}
	assert_int_equal(send_to("POST", "/echo", bytes_of(""), &answer), STATUS_OK);
	assert_int_equal(answer.status, 202);
	assert_int_equal(send_to("HEAD", "/echo", (struct bytes){ NULL, 0 }, &answer), STATUS_OK);
	assert_int_equal(answer.status, 202);
}

static void test_limits(void **state)
{
	static char large[2000];
	struct http_client_answer answer;

	(void)state;
	memset(large, 'a', sizeof(large));
	assert_int_equal(send_to("POST", "/echo", (struct bytes){ large, sizeof(large) }, &answer),
	                 STATUS_REJECT);
	assert_string_equal(http_client_reason(client), "the answer is too large");
	assert_int_equal(send_to("GET", "/slow", (struct bytes){ NULL, 0 }, &answer), STATUS_RETRY);
	assert_true(strlen(http_client_reason(client)) > 0);
}

static void test_unreachable(void **state)
{
	struct http_client_answer answer;
	struct http_client_request request = { .method = "GET", .url = "http://127.0.0.1:1/" };

	(void)state;
	assert_int_equal(http_client_send(client, arena, &request, &answer), STATUS_RETRY);
	request.url = "file:///etc/hostname";
	assert_int_equal(http_client_send(client, arena, &request, &answer), STATUS_REJECT);
	request.url = "http://[";
	assert_int_equal(http_client_send(client, arena, &request, &answer), STATUS_REJECT);
}

int main(void)
{
#define CASE(name_, test_)                      \
	{                                       \
		name_, test_, start, stop, NULL \
	}
	const struct CMUnitTest tests[] = {
		CASE("a request goes out and its answer comes back", test_exchange),
		CASE("an answer is bounded in size and time", test_limits),
		CASE("who cannot be reached may be tried again, a wrong address not",
		     test_unreachable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
