#include "common/io/http_exchange.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/metrics.h"
#include "common/base/text.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define ARENA_BLOCK 4096 /* holds the head of an ordinary request */

static const double seconds_bounds[] = { 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
	                                 0.1,    0.25,  0.5,    1,     2.5,  5,     10 };

static struct metric requests = {
	.name = "opsmesh_http_requests_total",
	.help = "Requests answered, by route and status.",
	.kind = METRIC_COUNTER,
	.labels = { "route", "status" },
};
static struct metric seconds = {
	.name = "opsmesh_http_request_duration_seconds",
	.help = "From the first line of a request to its answer.",
	.kind = METRIC_HISTOGRAM,
	.bounds = seconds_bounds,
	.bound_count = COUNT_OF(seconds_bounds),
};

struct metric *const http_metrics[] = { &requests, &seconds, NULL };

static void metrics_open(void)
{
	metric_register(&requests);
	metric_register(&seconds);
}

void http_exchange_count(const struct http_exchange *exchange, int status)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static const char *const none[] = { NULL };
	char code[12];
	const struct http_route *const route = exchange->request.route;
	const char *const labels[] = { route == NULL ? "none" : route->pattern, code };

	(void)pthread_once(&once, metrics_open);
	(void)snprintf(code, sizeof(code), "%d", status);
	metric_add(metric_series(&requests, labels), 1);
	metric_observe(metric_series(&seconds, none),
	               (double)time_since(exchange->start, time_monotonic()).us / 1e6);
}

struct http_exchange *http_exchange_create(struct http_connection *connection, const char *target)
{
	struct arena *const arena = arena_create(ARENA_BLOCK);
	struct http_exchange *const exchange = memory_zero(sizeof(*exchange));

	exchange->request.arena = arena;
	exchange->request.target = arena_string(arena, target);
	exchange->request.peer = arena_string(arena, http_connection_peer(connection));
	exchange->request.arrived = time_now();
	exchange->start = time_monotonic();
	exchange->connection = connection;
	exchange->target_size = strlen(target);
	atomic_init(&exchange->state, EXCHANGE_READING);
	atomic_init(&exchange->holders, 1);
	return exchange;
}

void http_exchange_release(struct http_exchange *exchange)
{
	if (atomic_fetch_sub(&exchange->holders, 1) > 1)
		return;
	if (exchange->response != NULL)
		MHD_destroy_response(exchange->response);
	buffer_finish(&exchange->body);
	arena_destroy(exchange->request.arena);
	memory_free(exchange);
}

static const char *title(int status)
{
	static const struct {
		int status;
		const char *title;
	} titles[] = {
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 409, "Conflict" },
		{ 411, "Length Required" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < COUNT_OF(titles); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Error";
}

static void member(struct buffer *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buffer_add(out, ",\"", 2);
	buffer_add(out, name, strlen(name));
	buffer_add(out, "\":\"", 3);
	text_json(out, text);
	buffer_add(out, "\"", 1);
}

/* {"type","status","title","field"?,"reason"} */
struct http_answer http_problem(struct arena *arena, int status, const char *field,
                                const char *reason)
{
	struct buffer out = { 0 };
	const char *const start =
	    arena_printf(arena, "{\"type\":\"about:blank\",\"status\":%d", status);

	buffer_add(&out, start, strlen(start));
	member(&out, "title", title(status));
	member(&out, "field", field);
	member(&out, "reason", reason);
	buffer_add(&out, "}\n", 2);

	const struct http_answer answer = {
		.status = status,
		.type = "application/problem+json",
		.body = arena_bytes(arena, (struct bytes){ out.data, out.size }),
	};
	buffer_finish(&out);
	return answer;
}

struct MHD_Response *http_response_create(const struct http_answer *answer)
{
	void *const body = memory_alloc(answer->body.size + 1);
	struct MHD_Response *response;

	if (answer->body.size > 0)
		memcpy(body, answer->body.data, answer->body.size);
	response = MHD_create_response_from_buffer_with_free_callback(answer->body.size, body,
	                                                              memory_free);
	CHECK(response != NULL);
	if (answer->type != NULL)
		CHECK(MHD_add_response_header(response, "Content-Type", answer->type) == MHD_YES);
	for (size_t i = 0; i < answer->header_count; i++)
		CHECK(MHD_add_response_header(response, answer->headers[i].name,
		                              answer->headers[i].value) == MHD_YES);
	return response;
}
