/*
 * http_exchange - one request on its way through the server, and the answer on its way back.
 *
 * Two hold it: the connection that it came on, and the handler from the moment it is called until it
 * answers. Whoever lets go last frees it, so a handler may answer a sender that has left.
 */
#ifndef COMMON_IO_HTTP_EXCHANGE_H
#define COMMON_IO_HTTP_EXCHANGE_H

#include "common/io/http_connection.h"
#include "common/io/http_framing.h"
#include "common/io/http_server.h"

#include <microhttpd.h>
#include <stdatomic.h>

struct http_refusal;

enum exchange_state {
	EXCHANGE_READING,   /* no handler yet */
	EXCHANGE_HANDLING,  /* the handler runs, the server's thread is in it */
	EXCHANGE_SUSPENDED, /* the handler has returned; its answer resumes the connection */
	EXCHANGE_ANSWERED,
	EXCHANGE_ABANDONED, /* the server answers in its place */
};

struct http_exchange {
	struct http_request request; /* first: one is found from the other */
	struct MHD_Connection *library;
	struct http_connection *connection;
	struct http_exchange *previous; /* of those that are with handlers */
	struct http_exchange *next;
	http_handler *handler;
	void *context;
	struct buffer body;
	size_t reserved; /* bytes of the server's body memory */
	size_t target_size;
	const struct http_refusal *refusal; /* to be answered once it may be; NULL: none */
	bool begun;                         /* its head has been judged */
	bool over_budget;                   /* the rest of the body is thrown away */
	struct instant start;               /* by the monotonic clock */
	atomic_int state;
	atomic_int holders;
	int status; /* with response: the answer, once state says so */
	struct MHD_Response *response;
};

struct http_exchange *http_exchange_create(struct http_connection *connection, const char *target);
void http_exchange_release(struct http_exchange *exchange);

/* Makes the library's form of an answer. */
struct MHD_Response *http_response_create(const struct http_answer *answer);
struct http_answer http_problem(struct arena *arena, int status, const char *field,
                                const char *reason);

/* Counts the answer and its time; route may be NULL. */
void http_exchange_count(const struct http_exchange *exchange, int status);

#endif
