/*
 * http_server_test - the server over loopback, spoken to byte by byte.
 */
#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/io/http_route.h"
#include "common/io/http_server.h"
#include "tests/support/raw_http.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#define BODY_MAX 1000
#define BODY_MEMORY 3000
#define SHORT_MS 300

static struct http_server *server;
static atomic_int handled;
static struct http_request *_Atomic kept;

static void answer_text(struct http_request *request, int status, const char *text)
{
	http_answer(request, &(struct http_answer){
				 .status = status, .type = "text/plain", .body = bytes_of(text) });
}

/* "id|query q|header x-test|body" */
static void on_echo(void *context, struct http_request *request)
{
	const char *const q = http_request_query(request, "q");
	const char *const x = http_request_header(request, "x-test");
	const char *const id = request->parameters[0];

	(void)context;
	atomic_fetch_add(&handled, 1);
	answer_text(request, 200,
	            arena_printf(request->arena, "%s|%s|%s|%.*s", id == NULL ? "-" : id,
	                         q == NULL ? "-" : q, x == NULL ? "-" : x, (int)request->body.size,
	                         (const char *)request->body.data));
}

static void *answer_later(void *argument)
{
	(void)usleep(20000);
	answer_text(argument, 202, "later");
	return NULL;
}

static void on_later(void *context, struct http_request *request)
{
	pthread_t thread;

	(void)context;
	atomic_fetch_add(&handled, 1);
	CHECK(pthread_create(&thread, NULL, answer_later, request) == 0);
	(void)pthread_detach(thread);
}

static void on_keep(void *context, struct http_request *request)
{
	(void)context;
	atomic_store(&kept, request);
}

static const char *const json[] = { "application/json", NULL };
static const struct http_route routes[] = {
	{ "GET", "/echo", 0, NULL, on_echo },
	{ "GET", "/echo/{id}", 0, NULL, on_echo },
	{ "POST", "/echo", BODY_MAX, NULL, on_echo },
	{ "POST", "/json", BODY_MAX, json, on_echo },
	{ "POST", "/later", BODY_MAX, NULL, on_later },
	{ "POST", "/keep", BODY_MAX, NULL, on_keep },
	{ .method = NULL },
};

static int start(void **state)
{
	struct http_settings settings = http_settings_default("127.0.0.1:0");
	char reason[128];

	(void)state;
	settings.header_deadline = MILLISECONDS(SHORT_MS);
	settings.body_deadline = MILLISECONDS(SHORT_MS);
	settings.body_memory_max = BODY_MEMORY;
	server = http_server_create(&settings);
	http_server_add(server, routes, NULL);
	if (!http_server_start(server, reason, sizeof(reason)))
		fail_msg("%s", reason);
	atomic_store(&handled, 0);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	http_server_stop(server, SECONDS(1));
	http_server_destroy(server);
	server = NULL;
	return 0;
}

static struct bytes talk(const char *text)
{
	return raw_http_talk(http_server_port(server), text, strlen(text));
}

static void assert_answer(struct bytes answer, int status, const char *part)
{
	if (raw_http_status(answer) != status || strstr(answer.data, part) == NULL)
		fail_msg("wanted %d with %s, got: %s", status, part, (const char *)answer.data);
}

#define POST(path) "POST " path " HTTP/1.1\r\nHost: x\r\n"

struct request_case {
	const char *name;
	const char *text;
	int status;
	const char *part; /* of the answer */
};

static const struct request_case good_cases[] = {
	{ "a GET is answered", "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", 200, "\r\n\r\n-|-|-|" },
	{ "a parameter is decoded", "GET /echo/a%2Fb%E7%8C%AB HTTP/1.1\r\nHost: x\r\n\r\n", 200,
	  "a/b猫|-|-|" },
	{ "a query is decoded", "GET /echo?a=1&q=x%20y HTTP/1.1\r\nHost: x\r\n\r\n", 200,
	  "-|x y|-|" },
	{ "a header's name has any case and its value no space around it",
	  "GET /echo HTTP/1.1\r\nHost: x\r\nX-TEST: \t v w \t\r\n\r\n", 200, "-|-|v w|" },
	{ "a body arrives", POST("/echo") "Content-Length: 5\r\n\r\nhello", 200, "-|-|-|hello" },
	{ "an empty body is a body", POST("/echo") "Content-Length: 0\r\n\r\n", 200, "-|-|-|" },
	{ "an answer may come later from another thread",
	  POST("/later") "Content-Length: 0\r\n\r\n", 202, "later" },
	{ "JSON with its charset is JSON",
	  POST("/json") "Content-Type: Application/JSON; charset=\"UTF-8\"\r\n"
	                "Content-Length: 2\r\n\r\n{}",
	  200, "{}" },
	{ "HTTP/1.0 needs no Host", "GET /echo HTTP/1.0\r\n\r\n", 200, "-|-|-|" },
	{ "an empty line before the request is skipped",
	  "\r\nGET /echo HTTP/1.1\r\nHost: x\r\n\r\n", 200, "-|-|-|" },
};

static const struct request_case refused_cases[] = {
	{ "an unknown path is 404", "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404,
	  "\"field\":\"path\"" },
	{ "a longer path is another path", "GET /echo/a/b HTTP/1.1\r\nHost: x\r\n\r\n", 404,
	  "\"reason\"" },
	{ "an empty parameter is no parameter", "GET /echo/ HTTP/1.1\r\nHost: x\r\n\r\n", 404,
	  "\"reason\"" },
	{ "a parameter that is not UTF-8 is none", "GET /echo/%ff HTTP/1.1\r\nHost: x\r\n\r\n", 404,
	  "\"reason\"" },
	{ "a NUL in a parameter is none", "GET /echo/a%00 HTTP/1.1\r\nHost: x\r\n\r\n", 404,
	  "\"reason\"" },
	{ "a known path with another method is 405 with Allow",
	  "DELETE /echo HTTP/1.1\r\nHost: x\r\n\r\n", 405, "Allow: GET, HEAD, POST\r\n" },
	{ "a query field given twice is refused", "GET /echo?q=1&q=2 HTTP/1.1\r\nHost: x\r\n\r\n",
	  400, "\"field\":\"query\"" },
	{ "a broken escape in a query is refused", "GET /echo?q=%g1 HTTP/1.1\r\nHost: x\r\n\r\n",
	  400, "\"field\":\"query\"" },
	{ "a body without a length is 411", POST("/echo") "\r\n", 411,
	  "\"field\":\"content-length\"" },
	{ "a chunked body is 411",
	  POST("/echo") "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 411,
	  "\"field\":\"content-length\"" },
	{ "a body that is too long is 413 before it is read",
	  POST("/echo") "Content-Length: 1001\r\n\r\n", 413, "longer than 1000 bytes" },
	{ "a length of 18 digits is 413",
	  POST("/echo") "Content-Length: 999999999999999999\r\n\r\n", 413, "\"field\":\"body\"" },
	{ "a GET with a body is 413",
	  "GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 413,
	  "\"field\":\"body\"" },
	{ "another media type is 415",
	  POST("/json") "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 415,
	  "must be application/json" },
	{ "no media type is 415", POST("/json") "Content-Length: 2\r\n\r\n{}", 415,
	  "\"field\":\"content-type\"" },
	{ "another charset is 415",
	  POST(
	      "/json") "Content-Type: application/json; charset=latin1\r\nContent-Length: 2\r\n\r\n{}",
	  415, "\"field\":\"content-type\"" },
	{ "a compressed body is 415",
	  POST("/echo") "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab", 415,
	  "\"field\":\"content-encoding\"" },
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good_cases); i++) {
		print_message("  %s\n", good_cases[i].name);
		assert_answer(talk(good_cases[i].text), good_cases[i].status, good_cases[i].part);
	}
	assert_int_equal(atomic_load(&handled), COUNT_OF(good_cases));
}

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused_cases); i++) {
		const struct bytes answer = talk(refused_cases[i].text);

		print_message("  %s\n", refused_cases[i].name);
		assert_answer(answer, refused_cases[i].status, refused_cases[i].part);
		assert_non_null(strstr(answer.data, "application/problem+json"));
	}
	assert_int_equal(atomic_load(&handled), 0);
}

static void test_head(void **state)
{
	const char *const get = "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	const char *const head = "HEAD /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	char headers[1024];

	(void)state;
	(void)snprintf(headers, sizeof(headers), "%s", (const char *)talk(get).data);
	*(strstr(headers, "\r\n\r\n") + 4) = '\0';

	const int fd = raw_http_open(http_server_port(server));
	raw_http_send(fd, head, strlen(head));
	const struct bytes answer = raw_http_read(fd, 500);
	assert_int_equal(raw_http_status(answer), 200);
	assert_int_equal(answer.size, strlen(headers));
	raw_http_close(fd);
}

static void test_keep_alive(void **state)
{
	const char *const one = POST("/later") "Content-Length: 2\r\n\r\nab";
	const char *const two = "GET /missing HTTP/1.1\r\nHost: x\r\n\r\n";
	const int fd = raw_http_open(http_server_port(server));

	(void)state;
	for (int i = 0; i < 3; i++) {
		raw_http_send(fd, one, strlen(one));
		assert_answer(raw_http_read(fd, 5000), 202, "later");
		raw_http_send(fd, two, strlen(two));
		assert_answer(raw_http_read(fd, 5000), 404, "path");
	}
	raw_http_close(fd);
	assert_int_equal(atomic_load(&handled), 3);
}

static void test_fragments(void **state)
{
	const char *const text = POST("/echo") "X-Test: abcdef\r\nContent-Length: 5\r\n\r\nhello";
	const int fd = raw_http_open(http_server_port(server));

	(void)state;
	for (size_t i = 0; i < strlen(text); i++) {
		raw_http_send(fd, text + i, 1);
		(void)usleep(500);
	}
	assert_answer(raw_http_read(fd, 5000), 200, "-|-|abcdef|hello");
	raw_http_close(fd);
}

/* A head of many kilobytes grows the library's buffer: its layout must still be accounted for. */
static void test_large_head(void **state)
{
	static char text[30000];
	size_t size = (size_t)snprintf(text, sizeof(text), "GET /echo HTTP/1.1\r\nHost: x\r\n");

	(void)state;
	for (int i = 0; i < 20; i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size, "X-Long-%d: %0500d\r\n",
		                         i, i);
	size += (size_t)snprintf(text + size, sizeof(text) - size, "X-Test: end\r\n\r\n");

	const int fd = raw_http_open(http_server_port(server));
	for (size_t i = 0; i < size; i += 700) {
		raw_http_send(fd, text + i, size - i < 700 ? size - i : 700);
		(void)usleep(1000);
	}
	assert_answer(raw_http_read(fd, 5000), 200, "|end|");
	raw_http_close(fd);
}

static void drip(const char *start, const char *field)
{
	const int fd = raw_http_open(http_server_port(server));
	struct bytes answer = { NULL, 0 };

	raw_http_send(fd, start, strlen(start));
	for (int i = 0; i < 100 && answer.size == 0; i++) {
		raw_http_send(fd, "a", 1);
		answer = raw_http_read(fd, 20);
	}
	assert_answer(answer, 408, field);
	assert_true(raw_http_closed(fd, 2000));
	raw_http_close(fd);
}

static void test_deadlines(void **state)
{
	(void)state;
	drip(POST("/echo") "Content-Length: 900\r\n\r\n", "\"field\":\"body\"");
	drip("POST /echo HTTP/1.1\r\nHost: x\r\nX-Slow: ", "\"field\":\"headers\"");
	drip("POST /ec", "\"field\":\"headers\"");
	assert_int_equal(atomic_load(&handled), 0);
}

static void test_truncated(void **state)
{
	const char *const text = POST("/echo") "Content-Length: 10\r\n\r\nhello";
	const int fd = raw_http_open(http_server_port(server));

	(void)state;
	raw_http_send(fd, text, strlen(text));
	raw_http_close(fd);
	assert_answer(talk(POST("/echo") "Content-Length: 2\r\n\r\nok"), 200, "ok");
	assert_int_equal(atomic_load(&handled), 1);
}

/* The sender of far more than is read still sees why it was refused. */
static void test_large_refused(void **state)
{
	const size_t size = (size_t)4 << 20;
	char *const text = memory_zero(size);
	const int start_size =
	    snprintf(text, size, POST("/echo") "Content-Length: %zu\r\n\r\n", size);

	(void)state;
	assert_true(start_size > 0);
	assert_answer(raw_http_talk(http_server_port(server), text, size), 413, "longer than");
	memory_free(text);
}

static struct http_request *wait_kept(void)
{
	struct http_request *request = NULL;

	for (int i = 0; i < 1000 && request == NULL; i++) {
		request = atomic_exchange(&kept, NULL);
		(void)usleep(1000);
	}
	assert_non_null(request);
	return request;
}

static void test_sender_leaves(void **state)
{
	const char *const text = POST("/keep") "Content-Length: 4\r\n\r\nkeep";
	const int fd = raw_http_open(http_server_port(server));

	(void)state;
	raw_http_send(fd, text, strlen(text));
	struct http_request *const request = wait_kept();
	raw_http_close(fd);
	(void)usleep(50000);
	assert_int_equal(request->body.size, 4);
	answer_text(request, 202, "nobody reads this");
}

static void test_body_memory(void **state)
{
	static char text[BODY_MAX + 200];
	struct http_request *requests[3];
	int fds[3];
	const int head = snprintf(text, sizeof(text), POST("/keep") "Content-Length: 1000\r\n\r\n");
	const size_t size = (size_t)head + BODY_MAX;

	(void)state;
	memset(text + head, 'a', BODY_MAX);
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		fds[i] = raw_http_open(http_server_port(server));
		raw_http_send(fds[i], text, size);
		requests[i] = wait_kept();
	}
	assert_answer(raw_http_talk(http_server_port(server), text, size), 503, "Retry-After: 1");
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		answer_text(requests[i], 200, "done");
		assert_answer(raw_http_read(fds[i], 5000), 200, "done");
		raw_http_close(fds[i]);
	}
	assert_answer(talk(POST("/echo") "Content-Length: 2\r\n\r\nok"), 200, "ok");
}

static void test_stop_abandons(void **state)
{
	const char *const text = POST("/keep") "Content-Length: 0\r\n\r\n";
	const int fd = raw_http_open(http_server_port(server));

	raw_http_send(fd, text, strlen(text));
	struct http_request *const request = wait_kept();
	http_server_stop(server, MILLISECONDS(50));
	assert_answer(raw_http_read(fd, 5000), 503, "stopping");
	raw_http_close(fd);
	answer_text(request, 200, "too late");
	(void)stop(state);
	(void)start(state);
}

static void test_listen(void **state)
{
	static const char *const bad[] = { "",       "8080",        "localhost:80", "127.0.0.1:",
		                           ":99999", "127.0.0.1:x", "[::1:80",      "::1:80" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		const struct http_settings settings = http_settings_default(bad[i]);
		struct http_server *const other = http_server_create(&settings);
		char reason[128] = "";

		assert_false(http_server_start(other, reason, sizeof(reason)));
		assert_true(strlen(reason) > 0);
		http_server_destroy(other);
	}
}

int main(void)
{
#define CASE(name_, test_)                      \
	{                                       \
		name_, test_, start, stop, NULL \
	}
	const struct CMUnitTest tests[] = {
		CASE("what is well formed reaches its handler", test_good),
		CASE("what a route does not take is refused as problem+json", test_refused),
		CASE("HEAD answers as GET without the body", test_head),
		CASE("a connection serves many requests, also after an error", test_keep_alive),
		CASE("a request may come byte by byte", test_fragments),
		CASE("a large head in pieces is still well formed", test_large_head),
		CASE("a drip of bytes hits an absolute deadline", test_deadlines),
		CASE("a truncated body reaches no handler", test_truncated),
		CASE("a refused sender gets its answer before the connection ends",
		     test_large_refused),
		CASE("a request whose sender has left can be answered", test_sender_leaves),
		CASE("bodies in flight are bounded", test_body_memory),
		CASE("stopping answers in place of who has not", test_stop_abandons),
		CASE("a wrong address is refused with a reason", test_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
