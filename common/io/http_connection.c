#include "common/io/http_connection.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/status.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SWEEP_MS 100
#define LINGER_MAX 128         /* sockets; beyond it a refused sender may miss the answer */
#define LINGER_SPAN SECONDS(2) /* long enough for an answer to cross the world */
#define LINGER_READS_MAX 64    /* per socket and round, so that one sender holds nobody up */

struct http_connection {
	struct http_connections *set;
	struct http_connection *previous;
	struct http_connection *next;
	int fd;
	enum http_phase phase;
	struct instant deadline;
	char peer[HTTP_PEER_SIZE];
};

struct http_connections {
	pthread_mutex_t lock;
	pthread_t sweeper;
	bool stopping;
	struct http_connection first; /* of a ring; stands for no connection */
	struct pollfd lingering[LINGER_MAX];
	struct instant linger_until[LINGER_MAX];
	size_t linger_count;
};

static const char *late_field(enum http_phase phase)
{
	return phase == HTTP_BODY ? "body" : "headers";
}

/* Told by hand: the library cannot answer before it has read a request. */
static void tell_late(const struct http_connection *connection)
{
	char body[160];
	char text[400];
	const char *const field = late_field(connection->phase);
	const int body_size = snprintf(body, sizeof(body),
	                               "{\"type\":\"about:blank\",\"title\":\"Request Timeout\","
	                               "\"status\":408,\"field\":\"%s\","
	                               "\"reason\":\"did not arrive in time\"}",
	                               field);
	const int size = snprintf(text, sizeof(text),
	                          "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
	                          "Content-Type: application/problem+json\r\n"
	                          "Content-Length: %d\r\n\r\n%s",
	                          body_size, body);

	CHECK(size > 0 && (size_t)size < sizeof(text));
	(void)send(connection->fd, text, (size_t)size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void expire(struct http_connection *connection)
{
	if (connection->phase != HTTP_IDLE)
		tell_late(connection);
	(void)shutdown(connection->fd, SHUT_RDWR);
	connection->deadline = TIME_MAX;
}

static void sweep(struct http_connections *set)
{
	const struct instant now = time_monotonic();

	for (struct http_connection *at = set->first.next; at != &set->first; at = at->next)
		if (!time_before(now, at->deadline))
			expire(at);
}

/* False: the other side has closed. */
static bool drain(int fd)
{
	static char ignored[16384]; /* the sweeper's alone */
	ssize_t size = 1;

	for (int i = 0; size > 0 && i < LINGER_READS_MAX; i++)
		size = recv(fd, ignored, sizeof(ignored), MSG_DONTWAIT);
	return size > 0 || (size < 0 && errno == EAGAIN);
}

static void linger_sweep(struct http_connections *set)
{
	const struct instant now = time_monotonic();

	for (size_t i = 0; i < set->linger_count;) {
		const bool open = set->lingering[i].revents == 0 || drain(set->lingering[i].fd);

		if (open && time_before(now, set->linger_until[i]) && !set->stopping) {
			i++;
			continue;
		}
		(void)close(set->lingering[i].fd);
		set->linger_count--;
		set->lingering[i] = set->lingering[set->linger_count];
		set->linger_until[i] = set->linger_until[set->linger_count];
	}
}

/* Entries are only added meanwhile, never moved: the sweeper alone removes. */
static void *sweeper_run(void *argument)
{
	struct http_connections *const set = argument;
	bool stopping = false;

	while (!stopping) {
		(void)pthread_mutex_lock(&set->lock);
		const size_t count = set->linger_count;
		(void)pthread_mutex_unlock(&set->lock);

		(void)poll(set->lingering, count, SWEEP_MS);
		(void)pthread_mutex_lock(&set->lock);
		stopping = set->stopping;
		sweep(set);
		linger_sweep(set);
		(void)pthread_mutex_unlock(&set->lock);
	}
	return NULL;
}

struct http_connections *http_connections_create(void)
{
	struct http_connections *const set = memory_zero(sizeof(*set));

	set->first.next = &set->first;
	set->first.previous = &set->first;
	(void)pthread_mutex_init(&set->lock, NULL);
	CHECK(pthread_create(&set->sweeper, NULL, sweeper_run, set) == 0);
	return set;
}

void http_connections_destroy(struct http_connections *connections)
{
	if (connections == NULL)
		return;
	(void)pthread_mutex_lock(&connections->lock);
	connections->stopping = true;
	(void)pthread_mutex_unlock(&connections->lock);
	(void)pthread_join(connections->sweeper, NULL);
	CHECK(connections->first.next == &connections->first);
	(void)pthread_mutex_destroy(&connections->lock);
	memory_free(connections);
}

struct http_connection *http_connection_open(struct http_connections *connections, int fd,
                                             const char *peer, struct duration deadline)
{
	struct http_connection *const connection = memory_zero(sizeof(*connection));

	connection->set = connections;
	connection->fd = fd;
	connection->phase = HTTP_FIRST;
	connection->deadline = time_add(time_monotonic(), deadline);
	(void)snprintf(connection->peer, sizeof(connection->peer), "%s", peer);
	(void)pthread_mutex_lock(&connections->lock);
	connection->previous = &connections->first;
	connection->next = connections->first.next;
	connection->next->previous = connection;
	connections->first.next = connection;
	(void)pthread_mutex_unlock(&connections->lock);
	return connection;
}

const char *http_connection_peer(const struct http_connection *connection)
{
	return connection->peer;
}

void http_connection_enter(struct http_connection *connection, enum http_phase phase,
                           struct duration deadline)
{
	struct http_connections *const set = connection->set;

	(void)pthread_mutex_lock(&set->lock);
	connection->phase = phase;
	connection->deadline =
	    phase == HTTP_WORKING ? TIME_MAX : time_add(time_monotonic(), deadline);
	(void)pthread_mutex_unlock(&set->lock);
}

void http_connection_linger(struct http_connection *connection)
{
	struct http_connections *const set = connection->set;

	(void)pthread_mutex_lock(&set->lock);
	const size_t at = set->linger_count;
	const int fd = at < LINGER_MAX ? dup(connection->fd) : -1;

	if (fd >= 0) {
		set->lingering[at] = (struct pollfd){ .fd = fd, .events = POLLIN };
		set->linger_until[at] = time_add(time_monotonic(), LINGER_SPAN);
		set->linger_count++;
	}
	(void)pthread_mutex_unlock(&set->lock);
}

void http_connection_close(struct http_connection *connection)
{
	struct http_connections *const set = connection->set;

	(void)pthread_mutex_lock(&set->lock);
	connection->previous->next = connection->next;
	connection->next->previous = connection->previous;
	(void)pthread_mutex_unlock(&set->lock);
	memory_free(connection);
}
