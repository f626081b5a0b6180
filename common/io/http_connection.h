/*
 * http_connection - the open connections of a server, each with an absolute deadline.
 *
 * libmicrohttpd's own time-out begins anew with every byte, so that a drip stays open for ever.
 * Here a thread of its own looks at every connection ten times a second, tells one that is late so
 * (408) and shuts it down; the library then closes it. The same thread reads what is left of a
 * refused body, because closing a socket with unread bytes would take the answer from its reader.
 */
#ifndef COMMON_IO_HTTP_CONNECTION_H
#define COMMON_IO_HTTP_CONNECTION_H

#include "common/base/time.h"

#include <stdbool.h>
#include <stddef.h>

#define HTTP_PEER_SIZE 46 /* INET6_ADDRSTRLEN */

struct http_connections;
struct http_connection;

enum http_phase {
	HTTP_FIRST,   /* nothing has come yet */
	HTTP_HEADER,  /* within a head */
	HTTP_BODY,    /* within a body */
	HTTP_WORKING, /* with a handler: no deadline */
	HTTP_IDLE,    /* taking its answer, or between two requests */
};

struct http_connections *http_connections_create(void); /* starts the thread */
void http_connections_destroy(struct http_connections *connections);

struct http_connection *http_connection_open(struct http_connections *connections, int fd,
                                             const char *peer, struct duration deadline);
const char *http_connection_peer(const struct http_connection *connection);
/* The deadline counts from now. */
void http_connection_enter(struct http_connection *connection, enum http_phase phase,
                           struct duration deadline);
/* The answer is final: read on for a while after the library closes, so that it arrives. */
void http_connection_linger(struct http_connection *connection);
void http_connection_close(struct http_connection *connection); /* before its socket is closed */

#endif
