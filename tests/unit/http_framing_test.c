/*
 * http_framing_test - heads that two readers could understand differently, sent byte by byte.
 */
#include "common/io/http_server.h"
#include "tests/support/raw_http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>

#include <cmocka.h>

static struct http_server *server;
static atomic_int handled;

static void on_request(void *context, struct http_request *request)
{
	(void)context;
	atomic_fetch_add(&handled, 1);
	http_answer(request, &(struct http_answer){ .status = 200 });
}

static const struct http_route routes[] = {
	{ "GET", "/echo", 0, NULL, on_request },
	{ "GET", "/echo/{id}", 0, NULL, on_request },
	{ "POST", "/echo", 1000, NULL, on_request },
	{ .method = NULL },
};

static int start(void **state)
{
	const struct http_settings settings = http_settings_default("127.0.0.1:0");
	char reason[128];

	(void)state;
	server = http_server_create(&settings);
	http_server_add(server, routes, NULL);
	if (!http_server_start(server, reason, sizeof(reason)))
		fail_msg("%s", reason);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	http_server_stop(server, SECONDS(1));
	http_server_destroy(server);
	return 0;
}

static void assert_answer(struct bytes answer, int status, const char *part)
{
	if (raw_http_status(answer) != status || strstr(answer.data, part) == NULL)
		fail_msg("wanted %d with %s, got: %s", status, part, (const char *)answer.data);
}

#define POST(path) "POST " path " HTTP/1.1\r\nHost: x\r\n"
#define WITH_NUL(text) (text), sizeof(text) - 1

struct request_case {
	const char *name;
	const char *text;
	size_t size;      /* 0: of the text */
	const char *part; /* of the answer */
};

/* All of these are 400 and end the connection; the library refuses some by itself. */
static const struct request_case malformed_cases[] = {
	{ "a length and a transfer encoding",
	  POST("/echo") "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nab", 0,
	  "\"field\":\"transfer-encoding\"" },
	{ "two lengths", POST("/echo") "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", 0,
	  "\"field\":\"content-length\"" },
	{ "two lengths in one", POST("/echo") "Content-Length: 2, 2\r\n\r\nab", 0, "" },
	{ "a length with a sign", POST("/echo") "Content-Length: +2\r\n\r\nab", 0, "" },
	{ "a negative length", POST("/echo") "Content-Length: -2\r\n\r\nab", 0, "" },
	{ "a length in hex", POST("/echo") "Content-Length: 0x2\r\n\r\nab", 0, "" },
	{ "two encodings",
	  POST("/echo") "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 0,
	  "\"field\":\"transfer-encoding\"" },
	{ "two hosts", "GET /echo HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n", 0,
	  "\"field\":\"host\"" },
	{ "no host", "GET /echo HTTP/1.1\r\nX-Test: v\r\n\r\n", 0, "\"field\":\"host\"" },
	{ "two authorizations",
	  "GET /echo HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n", 0,
	  "\"field\":\"authorization\"" },
	{ "two signatures",
	  "GET /echo HTTP/1.1\r\nHost: x\r\nStripe-Signature: a\r\nstripe-signature: a\r\n\r\n", 0,
	  "\"field\":\"stripe-signature\"" },
	{ "two idempotency keys",
	  "GET /echo HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n", 0,
	  "\"field\":\"idempotency-key\"" },
	{ "a name with a space", "GET /echo HTTP/1.1\r\nHost: x\r\nX Y: v\r\n\r\n", 0, "" },
	{ "a space before the colon", "GET /echo HTTP/1.1\r\nHost: x\r\nX-Y : v\r\n\r\n", 0, "" },
	{ "a name with a bad character", "GET /echo HTTP/1.1\r\nHost: x\r\nX(Y): v\r\n\r\n", 0,
	  "header name" },
	{ "no name", "GET /echo HTTP/1.1\r\nHost: x\r\n: v\r\n\r\n", 0, "" },
	{ "no colon", "GET /echo HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", 0, "" },
	{ "bare LF after the request line", "GET /echo HTTP/1.1\nHost: x\r\n\r\n", 0, "CRLF" },
	{ "bare LF after a field", "GET /echo HTTP/1.1\r\nHost: x\nX-Y: v\r\n\r\n", 0, "CRLF" },
	{ "bare LF after the last field", "GET /echo HTTP/1.1\r\nHost: x\n\r\n", 0, "CRLF" },
	{ "bare LF as the last line", "GET /echo HTTP/1.1\r\nHost: x\r\n\n", 0, "CRLF" },
	{ "bare LF throughout", "GET /echo HTTP/1.1\nHost: x\n\n", 0, "CRLF" },
	{ "bare CR", "GET /echo HTTP/1.1\r\nHost: x\rX-Y: v\r\n\r\n", 0, "control character" },
	{ "a folded line", "GET /echo HTTP/1.1\r\nHost: x\r\nX-Y: v\r\n w\r\n\r\n", 0, "folded" },
	{ "a folded line by tab", "GET /echo HTTP/1.1\r\nHost: x\r\n\tw\r\nX-Y: v\r\n\r\n", 0,
	  "folded" },
	{ "NUL in a value", WITH_NUL("GET /echo HTTP/1.1\r\nHost: x\0y\r\n\r\n"), "NUL" },
	{ "NUL in a name", WITH_NUL("GET /echo HTTP/1.1\r\nHost: x\r\nX\0Y: v\r\n\r\n"), "" },
	{ "NUL in the path", WITH_NUL("GET /ec\0ho HTTP/1.1\r\nHost: x\r\n\r\n"), "" },
	{ "a control character in a value", "GET /echo HTTP/1.1\r\nHost: x\r\nX-Y: a\x01\r\n\r\n",
	  0, "control character" },
	{ "two spaces in the request line", "GET  /echo HTTP/1.1\r\nHost: x\r\n\r\n", 0, "" },
	{ "a space within the path", "GET /echo /a HTTP/1.1\r\nHost: x\r\n\r\n", 0, "" },
	{ "no version", "GET /echo\r\n\r\n", 0, "" },
	{ "an absolute target", "GET http://x/echo HTTP/1.1\r\nHost: x\r\n\r\n", 0, "" },
	{ "a byte above ASCII in the path", "GET /echo/\xff HTTP/1.1\r\nHost: x\r\n\r\n", 0, "" },
};

static void test_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(malformed_cases); i++) {
		const struct request_case *const one = &malformed_cases[i];
		const int fd = raw_http_open(http_server_port(server));

		print_message("  %s is 400 and ends the connection\n", one->name);
		raw_http_send(fd, one->text, one->size == 0 ? strlen(one->text) : one->size);
		assert_answer(raw_http_read(fd, 5000), 400, one->part);
		assert_true(raw_http_closed(fd, 5000));
		raw_http_close(fd);
	}
	assert_int_equal(atomic_load(&handled), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "malformed framing is refused before a handler sees it", test_malformed, start,
		  stop, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
