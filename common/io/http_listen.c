#include "common/io/http_listen.h"

#include "common/base/text.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024
#define HOST_SIZE 64 /* a numeric address with a scope */

/* host becomes empty for every address; service points into the text. */
static bool split(const char *text, char host[static HOST_SIZE], const char **service)
{
	const char *const colon = strrchr(text, ':');
	const bool bracketed = text[0] == '[';
	int64_t port;

	if (colon == NULL || !text_number(colon + 1, 0, 65535, &port))
		return false;
	if (bracketed && (colon < text + 2 || colon[-1] != ']'))
		return false;

	const char *const start = bracketed ? text + 1 : text;
	const size_t size = (size_t)(colon - start) - (bracketed ? 1 : 0);
	if (size >= HOST_SIZE || (!bracketed && memchr(start, ':', size) != NULL))
		return false;
	memcpy(host, start, size);
	host[size] = '\0';
	*service = colon + 1;
	return true;
}

static int open_listener(const struct addrinfo *address)
{
	const int yes = 1;
	const int fd =
	    socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
	           address->ai_protocol);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	const int error = errno;
	(void)close(fd);
	errno = error;
	return -1;
}

static int bound_port(int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof(address);
	char service[8] = "0";
	int64_t port = 0;

	if (getsockname(fd, (struct sockaddr *)&address, &size) != 0 ||
	    getnameinfo((struct sockaddr *)&address, size, NULL, 0, service, sizeof(service),
	                NI_NUMERICSERV) != 0 ||
	    !text_number(service, 0, 65535, &port))
		return -1;
	return (int)port;
}

bool http_listen(const char *text, int *listener, int *port, char *reason, size_t reason_size)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *found = NULL;
	const char *service;
	char host[HOST_SIZE];

	if (!split(text, host, &service)) {
		(void)snprintf(reason, reason_size, "\"%s\" is not ADDRESS:PORT", text);
		return false;
	}
	if (getaddrinfo(host[0] == '\0' ? NULL : host, service, &hints, &found) != 0) {
		(void)snprintf(reason, reason_size, "\"%s\" is not a numeric address", host);
		return false;
	}

	const int fd = open_listener(found);
	const int error = errno;
	freeaddrinfo(found);
	if (fd < 0) {
		(void)snprintf(reason, reason_size, "cannot listen on %s: %s", text,
		               strerrordesc_np(error));
		return false;
	}
	*listener = fd;
	*port = bound_port(fd);
	return true;
}
