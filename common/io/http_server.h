/*
 * http_server - HTTP/1.1 for the daemons, over libmicrohttpd: one thread, a table of routes.
 *
 * A handler gets a complete request and answers exactly once, at once or later from any thread.
 * What never reaches a handler: malformed framing (400, connection closed), unknown paths (404) and
 * methods (405 with Allow), a body without a length (411), too long (413, before it is read) or of
 * another media type (415), a request that is not complete by its absolute deadline (408), and
 * bodies beyond the memory set aside for them (503 with Retry-After). All of these are
 * application/problem+json (RFC 9457) with the members field and reason; the few malformations that
 * the library refuses by itself get its own 400.
 *
 * Transfer-Encoding is not spoken: every sender that we know gives a length, and what is not parsed
 * cannot be smuggled.
 */
#ifndef COMMON_IO_HTTP_SERVER_H
#define COMMON_IO_HTTP_SERVER_H

#include "common/base/arena.h"
#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_PARAMETERS_MAX 4 /* in a pattern */
#define HTTP_ROUTE_SETS_MAX 4 /* http_server_add calls */

struct http_server;
struct http_route;
struct metric;

/* What every server counts, ended by NULL: for --describe. */
extern struct metric *const http_metrics[];

struct http_field {
	const char *name;
	const char *value;
};

/*
 * Everything is borrowed and lives until the answer. Parameters and query are percent-decoded, valid
 * UTF-8 without NUL; header names are in lower case, values without space around them.
 */
struct http_request {
	struct arena *arena; /* for the handler's own use, by one thread at a time */
	const struct http_route *route;
	const char *method;
	const char *target;                          /* as sent: path and query */
	const char *parameters[HTTP_PARAMETERS_MAX]; /* in the order of the pattern */
	const struct http_field *query;
	size_t query_count;
	const struct http_field *headers;
	size_t header_count;
	struct bytes body;
	const char *peer;       /* numeric address, without port */
	struct instant arrived; /* when its first line was read */
};

/* Runs on the server's one thread: it must not wait. */
typedef void http_handler(void *context, struct http_request *request);

struct http_route {
	const char *method;       /* GET also answers HEAD */
	const char *pattern;      /* "/v1/tickets/{id}/messages"; a parameter is a whole segment */
	size_t body_max;          /* bytes; 0: a body is refused */
	const char *const *media; /* types that are taken, ended by NULL; NULL: any */
	http_handler *handler;
};

struct http_settings {
	const char *listen; /* "127.0.0.1:8080", "[::1]:8080", ":8080"; port 0: any free one */
	unsigned connections_max;
	unsigned connections_per_ip_max;
	size_t body_memory_max;          /* bytes of bodies in flight */
	struct duration header_deadline; /* from connection or first line to the headers' end */
	struct duration body_deadline;   /* from there to the end of the body */
	struct duration idle_deadline;   /* between two requests; also to take an answer */
};

/* What a daemon uses that has no reason for anything else; listen is its own. */
struct http_settings http_settings_default(const char *listen);

struct http_server *http_server_create(const struct http_settings *settings);
/* Routes end with one whose method is NULL; they and the context must outlive the server. */
void http_server_add(struct http_server *server, const struct http_route *routes, void *context);
/* False: reason says what is wrong with the address. */
bool http_server_start(struct http_server *server, char *reason, size_t reason_size);
int http_server_port(const struct http_server *server);
/*
 * Refuses new work, waits up to patience for answers, then answers 503 in place of whoever has not;
 * their http_answer is still due and has no effect.
 */
void http_server_stop(struct http_server *server, struct duration patience);
void http_server_destroy(
    struct http_server *server); /* stopped or never started; NULL is allowed */

struct http_answer {
	int status;
	const char *type; /* NULL: no body */
	struct bytes body;
	const struct http_field *headers; /* beside Content-Type and Content-Length */
	size_t header_count;
};

/*
 * From any thread, exactly once for each request; the request is gone afterwards. Everything in the
 * answer is copied. A request whose sender has left is still valid until it is answered.
 */
void http_answer(struct http_request *request, const struct http_answer *answer);
/* The same as problem+json; field may be NULL: the request as a whole. */
void http_answer_problem(struct http_request *request, int status, const char *field,
                         const char *reason, const struct http_field *headers, size_t count);

/* NULL: absent. The name is in lower case. */
const char *http_request_header(const struct http_request *request, const char *name);
const char *http_request_query(const struct http_request *request, const char *name);

#endif
