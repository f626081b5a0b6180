#include "tests/support/raw_http.h"

#include "common/base/check.h"
#include "common/base/status.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MS 15000

static char answer_text[RAW_HTTP_ANSWER_MAX + 1];

int raw_http_open(int port)
{
	const int yes = 1;
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(fd >= 0);
	CHECK(connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	return fd;
}

/* A server that refuses early may close first: what it does not take is not an error here. */
void raw_http_send(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		const ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		at += sent;
		size -= (size_t)sent;
	}
}

static bool readable(int fd, int timeout_ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	return poll(&poller, 1, timeout_ms) == 1;
}

static bool complete(const char *text, size_t size)
{
	const char *const end = strstr(text, "\r\n\r\n");
	const char *const length = strcasestr(text, "\r\nContent-Length:");

	if (end == NULL || length == NULL || length > end)
		return false;
	return size >= (size_t)(end + 4 - text) + strtoul(length + 17, NULL, 10);
}

struct bytes raw_http_read(int fd, int timeout_ms)
{
	size_t size = 0;

	answer_text[0] = '\0';
	while (size < RAW_HTTP_ANSWER_MAX && !complete(answer_text, size) &&
	       readable(fd, timeout_ms)) {
		const ssize_t got = recv(fd, answer_text + size, RAW_HTTP_ANSWER_MAX - size, 0);

		if (got <= 0)
			break;
		size += (size_t)got;
		answer_text[size] = '\0';
	}
	return (struct bytes){ answer_text, size };
}

bool raw_http_closed(int fd, int timeout_ms)
{
	char ignored;

	return readable(fd, timeout_ms) && recv(fd, &ignored, 1, 0) <= 0;
}

void raw_http_close(int fd)
{
	(void)close(fd);
}

struct bytes raw_http_talk(int port, const void *data, size_t size)
{
	const int fd = raw_http_open(port);

	raw_http_send(fd, data, size);
	const struct bytes answer = raw_http_read(fd, ANSWER_MS);
	raw_http_close(fd);
	return answer;
}

int raw_http_status(struct bytes answer)
{
	const char *const text = answer.data;

	if (answer.size < 12 || strncmp(text, "HTTP/1.1 ", 9) != 0)
		return 0;
	return (int)strtol(text + 9, NULL, 10);
}
