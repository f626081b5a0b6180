/*
 * http_client - one blocking HTTP request at a time, over libcurl.
 *
 * For the operator's tool: a client keeps its connections between requests, follows no redirect,
 * reads at most so many bytes and waits at most so long. Only http and https.
 */
#ifndef COMMON_IO_HTTP_CLIENT_H
#define COMMON_IO_HTTP_CLIENT_H

#include "common/base/arena.h"
#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/base/time.h"

#define HTTP_CLIENT_HEADERS_MAX 64 /* of an answer; more are dropped */
#define HTTP_CLIENT_REASON_SIZE 256

struct http_client;

struct http_client_limits {
	struct duration connect_timeout;
	struct duration timeout; /* of the whole exchange */
	size_t body_max;         /* bytes of an answer */
};

struct http_client_header {
	const char *name; /* of an answer: in lower case */
	const char *value;
};

struct http_client_request {
	const char *method; /* "GET", "POST", ... */
	const char *url;
	const struct http_client_header *headers;
	size_t header_count;
	struct bytes body; /* data NULL: no body */
};

/* Lives in the arena of the call. */
struct http_client_answer {
	int status;
	struct http_client_header headers[HTTP_CLIENT_HEADERS_MAX];
	size_t header_count;
	struct bytes body;
};

struct http_client *http_client_create(const struct http_client_limits *limits);
void http_client_destroy(struct http_client *client); /* NULL is allowed */

/*
 * STATUS_OK with any HTTP status. STATUS_RETRY: no answer (refused, timed out, broken off).
 * STATUS_REJECT: a wrong URL, or an answer that is too large. See http_client_reason.
 */
enum status http_client_send(struct http_client *client, struct arena *arena,
                             const struct http_client_request *request,
                             struct http_client_answer *answer) MUST_CHECK;
const char *http_client_reason(const struct http_client *client); /* of the last failure */
/* NULL: absent. The name is in lower case. */
const char *http_client_header(const struct http_client_answer *answer, const char *name);

#endif
