#include "common/io/http_server.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/io/http_admit.h"
#include "common/io/http_listen.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define HEAD_MEMORY 16384 /* of a connection, cleared for each request; a longer head is refused */
#define ABANDON_MS 2000   /* for the last answers to leave when stopping */
#define PROBLEM_MEMORY 1024
#define RETRY_AFTER "1"

struct http_server {
	struct http_settings settings;
	struct http_route_set sets[HTTP_ROUTE_SETS_MAX];
	size_t set_count;
	struct MHD_Daemon *daemon;
	struct http_connections *connections;
	int listener; /* -1: not open */
	int port;
	size_t body_memory; /* in use; the server thread's alone */
	atomic_bool stopping;
	pthread_mutex_t lock;
	pthread_cond_t empty;             /* the ring has become so */
	struct http_exchange outstanding; /* ring of those that are with handlers */
};

struct http_settings http_settings_default(const char *listen)
{
	return (struct http_settings){
		.listen = listen,
		.connections_max = 1024,
		.connections_per_ip_max = 256,
		.body_memory_max = (size_t)64 << 20,
		.header_deadline = SECONDS(5),
		.body_deadline = SECONDS(10),
		.idle_deadline = SECONDS(30),
	};
}

const char *http_request_header(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (strcmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	return NULL;
}

const char *http_request_query(const struct http_request *request, const char *name)
{
	for (size_t i = 0; i < request->query_count; i++)
		if (strcmp(request->query[i].name, name) == 0)
			return request->query[i].value;
	return NULL;
}

static void ring_add(struct http_server *server, struct http_exchange *exchange)
{
	(void)pthread_mutex_lock(&server->lock);
	exchange->next = server->outstanding.next;
	exchange->previous = &server->outstanding;
	exchange->next->previous = exchange;
	server->outstanding.next = exchange;
	(void)pthread_mutex_unlock(&server->lock);
}

static void ring_remove(struct http_server *server, struct http_exchange *exchange)
{
	if (exchange->next == NULL)
		return;
	(void)pthread_mutex_lock(&server->lock);
	exchange->previous->next = exchange->next;
	exchange->next->previous = exchange->previous;
	if (server->outstanding.next == &server->outstanding)
		(void)pthread_cond_broadcast(&server->empty);
	(void)pthread_mutex_unlock(&server->lock);
	exchange->next = NULL;
}

static enum MHD_Result queue(const struct http_server *server, struct http_exchange *exchange,
                             int status, struct MHD_Response *response)
{
	http_exchange_count(exchange, status);
	http_connection_enter(exchange->connection, HTTP_IDLE, server->settings.idle_deadline);
	return MHD_queue_response(exchange->library, (unsigned)status, response);
}

static enum MHD_Result queue_refusal(const struct http_server *server,
                                     struct http_exchange *exchange,
                                     const struct http_refusal *refusal)
{
	/* Of its own: the request's may be in use by a handler that is late. */
	struct arena *const arena = arena_create(PROBLEM_MEMORY);
	struct http_answer answer =
	    http_problem(arena, refusal->status, refusal->field, refusal->reason);
	struct http_field headers[2];

	answer.headers = headers;
	if (refusal->header.name != NULL)
		headers[answer.header_count++] = refusal->header;
	if (refusal->close)
		headers[answer.header_count++] = (struct http_field){ "Connection", "close" };

	struct MHD_Response *const response = http_response_create(&answer);
	const enum MHD_Result result = queue(server, exchange, refusal->status, response);
	MHD_destroy_response(response);
	arena_destroy(arena);
	return result;
}

static struct http_refusal unavailable(const char *reason)
{
	return (struct http_refusal){ .status = 503,
		                      .reason = reason,
		                      .header = { "Retry-After", RETRY_AFTER } };
}

struct fields {
	struct http_field *list;
	size_t count;
};

/* One more than is allowed is kept, so that too many are seen as such. */
static enum MHD_Result field_take(void *argument, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
	struct fields *const fields = argument;

	(void)kind;
	if (fields->count <= HTTP_HEADERS_MAX)
		fields->list[fields->count++] =
		    (struct http_field){ name, value == NULL ? "" : value };
	return MHD_YES;
}

static bool body_declared(const struct fields *fields)
{
	for (size_t i = 0; i < fields->count; i++)
		if (strcasecmp(fields->list[i].name, "content-length") == 0)
			return strcmp(fields->list[i].value, "0") != 0;
	return false;
}

/*
 * The first call for a request: its head is complete, nothing of its body is read. What is answered
 * here ends the connection, so a refusal without a body waits for the second call.
 */
static enum MHD_Result begin(struct http_server *server, struct http_exchange *exchange,
                             struct http_head *head)
{
	const union MHD_ConnectionInfo *const info =
	    MHD_get_connection_info(exchange->library, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct http_field list[HTTP_HEADERS_MAX + 1];
	struct fields fields = { list, 0 };
	struct http_refusal refusal;

	exchange->begun = true;
	(void)MHD_get_connection_values(exchange->library, MHD_HEADER_KIND, field_take, &fields);
	head->fields = list;
	head->field_count = fields.count;
	head->target_size = exchange->target_size;
	head->size = info == NULL ? 0 : info->header_size;
	refusal = http_admit(exchange, head, server->sets, server->set_count);
	if (refusal.status == 0 && atomic_load(&server->stopping))
		refusal = unavailable("the server is stopping");
	if (refusal.status == 0 && server->body_memory >= server->settings.body_memory_max)
		refusal = unavailable("too many bodies are in flight");
	if (refusal.status == 0) {
		http_connection_enter(exchange->connection, HTTP_BODY,
		                      server->settings.body_deadline);
		return MHD_YES;
	}
	if (!refusal.close && !body_declared(&fields)) {
		exchange->refusal = arena_copy(exchange->request.arena, &refusal, sizeof(refusal));
		return MHD_YES;
	}
	refusal.close = true;
	http_connection_linger(exchange->connection);
	return queue_refusal(server, exchange, &refusal);
}

/* Beyond the memory set aside the rest is read and thrown away: then it can be answered. */
static void body_take(struct http_server *server, struct http_exchange *exchange, const char *data,
                      size_t size)
{
	if (server->body_memory + size > server->settings.body_memory_max)
		exchange->over_budget = true;
	if (exchange->over_budget)
		return;
	server->body_memory += size;
	exchange->reserved += size;
	buffer_add(&exchange->body, data, size);
}

static enum MHD_Result answer_ready(struct http_server *server, struct http_exchange *exchange)
{
	if (atomic_load(&exchange->state) == EXCHANGE_ANSWERED)
		return queue(server, exchange, exchange->status, exchange->response);

	const struct http_refusal refusal = unavailable("the server is stopping");
	return queue_refusal(server, exchange, &refusal);
}

/* The request is complete: the handler answers at once, or the connection sleeps until it does. */
static enum MHD_Result dispatch(struct http_server *server, struct http_exchange *exchange)
{
	int expected = EXCHANGE_HANDLING;

	if (exchange->refusal != NULL)
		return queue_refusal(server, exchange, exchange->refusal);
	if (exchange->over_budget) {
		const struct http_refusal refusal = unavailable("too many bodies are in flight");
		return queue_refusal(server, exchange, &refusal);
	}
	exchange->request.body =
	    (struct bytes){ exchange->body.data == NULL ? (const void *)"" : exchange->body.data,
		            exchange->body.size };
	http_connection_enter(exchange->connection, HTTP_WORKING, SECONDS(0));
	atomic_store(&exchange->state, EXCHANGE_HANDLING);
	(void)atomic_fetch_add(&exchange->holders, 1);
	ring_add(server, exchange);
	exchange->handler(exchange->context, &exchange->request);
	if (atomic_load(&exchange->state) == EXCHANGE_ANSWERED)
		return answer_ready(server, exchange);
	MHD_suspend_connection(exchange->library);
	if (!atomic_compare_exchange_strong(&exchange->state, &expected, EXCHANGE_SUSPENDED))
		MHD_resume_connection(exchange->library);
	return MHD_YES;
}

/* Called for a head, for each piece of a body, at its end, and after a resume. */
/* NOLINTNEXTLINE(readability-function-size): the library's signature */
static enum MHD_Result on_access(void *context, struct MHD_Connection *library, const char *url,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_size, void **state)
{
	struct http_server *const server = context;
	struct http_exchange *const exchange = *state;

	if (exchange == NULL)
		return MHD_NO;
	exchange->library = library;
	if (!exchange->begun) {
		struct http_head head = { .method = method, .target = url, .version = version };
		return begin(server, exchange, &head);
	}
	if (*upload_size > 0) {
		body_take(server, exchange, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	if (atomic_load(&exchange->state) == EXCHANGE_READING)
		return dispatch(server, exchange);
	return answer_ready(server, exchange);
}

/* The request line has been read. What is returned becomes the state of this request. */
static void *on_target(void *context, const char *target, struct MHD_Connection *library)
{
	struct http_server *const server = context;
	const union MHD_ConnectionInfo *const info =
	    MHD_get_connection_info(library, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct http_connection *const connection = info == NULL ? NULL : info->socket_context;

	if (connection == NULL)
		return NULL;
	http_connection_enter(connection, HTTP_HEADER, server->settings.header_deadline);
	return http_exchange_create(connection, target);
}

static void on_completed(void *context, struct MHD_Connection *library, void **state,
                         enum MHD_RequestTerminationCode code)
{
	struct http_server *const server = context;
	struct http_exchange *const exchange = *state;

	(void)library;
	(void)code;
	if (exchange == NULL)
		return;
	*state = NULL;
	http_connection_enter(exchange->connection, HTTP_IDLE, server->settings.idle_deadline);
	server->body_memory -= exchange->reserved;
	ring_remove(server, exchange);
	http_exchange_release(exchange);
}

static void peer_format(struct MHD_Connection *library, char text[static HTTP_PEER_SIZE])
{
	const union MHD_ConnectionInfo *const info =
	    MHD_get_connection_info(library, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *const address = info == NULL ? NULL : info->client_addr;
	const socklen_t size = address != NULL && address->sa_family == AF_INET6
	                           ? sizeof(struct sockaddr_in6)
	                           : sizeof(struct sockaddr_in);

	text[0] = '\0';
	if (address != NULL)
		(void)getnameinfo(address, size, text, HTTP_PEER_SIZE, NULL, 0, NI_NUMERICHOST);
}

static void on_connection(void *context, struct MHD_Connection *library, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
	struct http_server *const server = context;
	char peer[HTTP_PEER_SIZE];

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		http_connection_close(*socket_context);
		return;
	}
	const union MHD_ConnectionInfo *const info =
	    MHD_get_connection_info(library, MHD_CONNECTION_INFO_CONNECTION_FD);
	peer_format(library, peer);
	CHECK(info != NULL);
	*socket_context = http_connection_open(server->connections, info->connect_fd, peer,
	                                       server->settings.header_deadline);
}

/* Targets stay as they were sent; http_route decodes them after splitting. */
static size_t on_unescape(void *context, struct MHD_Connection *library, char *text)
{
	(void)context;
	(void)library;
	return strlen(text);
}

struct http_server *http_server_create(const struct http_settings *settings)
{
	struct http_server *const server = memory_zero(sizeof(*server));

	server->settings = *settings;
	server->listener = -1;
	server->outstanding.next = &server->outstanding;
	server->outstanding.previous = &server->outstanding;
	atomic_init(&server->stopping, false);
	(void)pthread_mutex_init(&server->lock, NULL);
	(void)pthread_cond_init(&server->empty, NULL);
	return server;
}

void http_server_add(struct http_server *server, const struct http_route *routes, void *context)
{
	CHECK(server->set_count < HTTP_ROUTE_SETS_MAX);
	CHECK(server->daemon == NULL);
	server->sets[server->set_count++] = (struct http_route_set){ routes, context };
}

static bool library_start(struct http_server *server)
{
	const struct http_settings *const settings = &server->settings;

	server->daemon = MHD_start_daemon(
	    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_access,
	    server, MHD_OPTION_LISTEN_SOCKET, server->listener, MHD_OPTION_URI_LOG_CALLBACK,
	    on_target, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_UNESCAPE_CALLBACK,
	    on_unescape, server, MHD_OPTION_CONNECTION_LIMIT, settings->connections_max,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, settings->connections_per_ip_max,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT,
	    -1, MHD_OPTION_END);
	return server->daemon != NULL;
}

bool http_server_start(struct http_server *server, char *reason, size_t reason_size)
{
	if (!http_listen(server->settings.listen, &server->listener, &server->port, reason,
	                 reason_size))
		return false;
	server->connections = http_connections_create();
	if (library_start(server))
		return true;
	http_connections_destroy(server->connections);
	server->connections = NULL;
	(void)close(server->listener);
	server->listener = -1;
	(void)snprintf(reason, reason_size, "the HTTP library does not start");
	return false;
}

int http_server_port(const struct http_server *server)
{
	return server->port;
}

static void abandon(struct http_server *server)
{
	(void)pthread_mutex_lock(&server->lock);
	for (struct http_exchange *at = server->outstanding.next; at != &server->outstanding;
	     at = at->next) {
		int expected = EXCHANGE_SUSPENDED;

		if (atomic_compare_exchange_strong(&at->state, &expected, EXCHANGE_ABANDONED))
			MHD_resume_connection(at->library);
	}
	(void)pthread_mutex_unlock(&server->lock);
}

static void wait_empty(struct http_server *server, struct duration patience)
{
	const struct instant until = time_add(time_monotonic(), patience);
	const struct timespec at = { until.us / 1000000, until.us % 1000000 * 1000 };
	int result = 0;

	(void)pthread_mutex_lock(&server->lock);
	while (result == 0 && server->outstanding.next != &server->outstanding)
		result =
		    pthread_cond_clockwait(&server->empty, &server->lock, CLOCK_MONOTONIC, &at);
	(void)pthread_mutex_unlock(&server->lock);
}

void http_server_stop(struct http_server *server, struct duration patience)
{
	if (server->daemon == NULL)
		return;
	atomic_store(&server->stopping, true);
	(void)MHD_quiesce_daemon(server->daemon);
	wait_empty(server, patience);
	abandon(server);
	wait_empty(server, MILLISECONDS(ABANDON_MS));
	MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
	(void)close(server->listener);
	server->listener = -1;
	http_connections_destroy(server->connections);
	server->connections = NULL;
}

void http_server_destroy(struct http_server *server)
{
	if (server == NULL)
		return;
	CHECK(server->daemon == NULL);
	(void)pthread_cond_destroy(&server->empty);
	(void)pthread_mutex_destroy(&server->lock);
	memory_free(server);
}

void http_answer(struct http_request *request, const struct http_answer *answer)
{
	struct http_exchange *const exchange = (struct http_exchange *)request;

	exchange->status = answer->status;
	exchange->response = http_response_create(answer);
	const int before = atomic_exchange(&exchange->state, EXCHANGE_ANSWERED);
	CHECK(before != EXCHANGE_ANSWERED);
	CHECK(before != EXCHANGE_READING);
	if (before == EXCHANGE_SUSPENDED)
		MHD_resume_connection(exchange->library);
	http_exchange_release(exchange);
}

void http_answer_problem(struct http_request *request, int status, const char *field,
                         const char *reason, const struct http_field *headers, size_t count)
{
	struct http_answer answer = http_problem(request->arena, status, field, reason);

	answer.headers = headers;
	answer.header_count = count;
	http_answer(request, &answer);
}
