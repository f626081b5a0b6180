/*
 * http_load - posts tickets over connections that stay, at once or at a steady rate.
 *
 *   http_load PORT KEY CONNECTIONS REQUESTS [RATE BROKERS]
 *
 * Without RATE every connection posts as soon as it has its answer. With it, requests leave at their
 * instants, and the program waits for the first event on ops.sla.v1 of each ticket. Prints "answers p50_ms
 * p99_ms" from post to answer, and with RATE a second such line: from the request's receipt, which is the
 * event's ce_time, to the event in a consumer's hands. An answer of 503 is
 * counted and another request posted in its place; any other but 202 ends the program.
 */
#include "common/base/arena.h"
#include "common/base/check.h"
#include "common/base/map.h"
#include "common/base/memory.h"
#include "common/flow/record.h"
#include "common/io/bus_reader.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define REQUEST_MAX 2048
#define ANSWER_MAX 8192
#define USERS 20000
#define COMPANIES 2000
#define FETCH_BYTES ((int64_t)16 * 1024 * 1024)
#define PATIENCE SECONDS(60)

struct connection {
	int fd;       /* 0: not open */
	bool waiting; /* for an answer */
	struct instant posted;
	size_t size;
	char answer[ANSWER_MAX];
};

struct latencies {
	int64_t *us;
	size_t count;
};

static struct connection connections[CONNECTIONS_MAX];
static size_t connection_count;
static int poller;
static uint16_t port;
static const char *key;
static size_t requests;
static size_t posted;
static size_t serial;  /* of a request; one that is refused is not posted again, another one is */
static size_t refused; /* 503: the journal was too busy */
static struct latencies answers;
static struct latencies events;
static struct bus_reader *reader;
static struct arena *subjects; /* tickets whose first event was seen */
static struct map seen;
static uint64_t run; /* so that no two runs post the same ticket */

_Noreturn static void give_up(const char *reason, const char *detail)
{
	fprintf(stderr, "http_load: %s: %s\n", reason, detail);
	_exit(1);
}

static int by_size(const void *a, const void *b)
{
	const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static void report(struct latencies *latencies)
{
	const size_t middle = latencies->count / 2;
	const size_t late = latencies->count * 99 / 100;

	qsort(latencies->us, latencies->count, sizeof(*latencies->us), by_size);
	printf("%zu %.2f %.2f\n", latencies->count, (double)latencies->us[middle] / 1000,
	       (double)latencies->us[late] / 1000);
}

/* Requests. */

static void connect_one(struct connection *it)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
		                             .sin_port = htons(port),
		                             .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct epoll_event event = { .events = EPOLLIN, .data = { .ptr = it } };
	const int yes = 1;

	it->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(it->fd, (const struct sockaddr *)(const void *)&address, sizeof(address)) != 0)
		give_up("connect", strerrordesc_np(errno));
	setsockopt(it->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	epoll_ctl(poller, EPOLL_CTL_ADD, it->fd, &event);
}

static int write_request(char request[static REQUEST_MAX])
{
	char body[REQUEST_MAX / 2];
	const int size = snprintf(
	    body, sizeof(body),
	    "{\"subject\":\"Charged twice for invoice %zu\",\"body\":\"Hello, our card was charged "
	    "twice for the same invoice yesterday, and the second charge is still there today. Could "
	    "you have a look and refund one of them, please? Thank you very much.\",\"contact\":{"
	    "\"email\":\"user%zu@customer%zu.example\",\"name\":\"User %zu\"},\"priority\":\"high\"}",
	    serial, serial % USERS, serial % COMPANIES, serial % USERS);

	return snprintf(request, REQUEST_MAX,
	                "POST /v1/tickets HTTP/1.1\r\nHost: bench.example\r\n"
	                "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
	                "Idempotency-Key: bench-%llx-%zu\r\nContent-Length: %d\r\n\r\n%s",
	                key, (unsigned long long)run, serial, size, body);
}

static void post(struct connection *it)
{
	char request[REQUEST_MAX];
	const int size = write_request(request);

	CHECK(size < REQUEST_MAX);
	if (it->fd == 0)
		connect_one(it);
	it->posted = time_monotonic();
	it->waiting = true;
	it->size = 0;
	posted++;
	serial++;
	if (write(it->fd, request, (size_t)size) != size)
		give_up("write", strerrordesc_np(errno));
}

static bool is_busy(const struct connection *it)
{
	return strncmp(it->answer, "HTTP/1.1 503", 12) == 0;
}

/* Has all of the answer come? */
static bool is_whole(struct connection *it)
{
	const char *const end = strstr(it->answer, "\r\n\r\n");
	const char *const length =
	    end == NULL ? NULL : strcasestr(it->answer, "\r\nContent-Length:");

	if (end == NULL)
		return false;
	if (strncmp(it->answer, "HTTP/1.1 202", 12) != 0 && !is_busy(it))
		give_up("an answer is not 202", it->answer);
	return length != NULL &&
	       it->size >= (size_t)(end + 4 - it->answer) + strtoul(length + 17, NULL, 10);
}

static void take_answer(struct connection *it)
{
	const ssize_t size = read(it->fd, it->answer + it->size, ANSWER_MAX - 1 - it->size);

	if (size == 0 && !it->waiting) { /* the server ends what is idle for long */
		close(it->fd);
		it->fd = 0;
		return;
	}
	if (size <= 0)
		give_up("read", size == 0 ? "the connection was closed" : strerrordesc_np(errno));
	it->size += (size_t)size;
	it->answer[it->size] = '\0';
	if (!is_whole(it))
		return;
	it->waiting = false;
	if (is_busy(it)) {
		posted--;
		refused++;
		return;
	}
	answers.us[answers.count++] = time_since(it->posted, time_monotonic()).us;
}

static void take_answers(int wait_ms, bool post_again)
{
	struct epoll_event ready[64];
	const int count = epoll_wait(poller, ready, COUNT_OF(ready), wait_ms);

	for (int i = 0; i < count; i++) {
		struct connection *const it = ready[i].data.ptr;

		take_answer(it);
		if (post_again && !it->waiting && posted < requests)
			post(it);
	}
}

/* Events. */

static void open_reader(const char *brokers)
{
	static const char *const names[] = { "ops.sla.v1" };
	const struct bus_settings bus = { .brokers = brokers,
		                          .client = "http_load",
		                          .topics = names,
		                          .topic_count = 1,
		                          .wake = -1 };
	struct bus_range ranges[PARTITIONS_MAX];
	char reason[BUS_REASON_SIZE];
	int32_t partitions = 0;

	reader = bus_reader_create(&bus, FETCH_BYTES, reason);
	if (reader == NULL)
		give_up("reader", reason);
	if (bus_reader_partitions(reader, &partitions, PATIENCE) != STATUS_OK ||
	    partitions > PARTITIONS_MAX)
		give_up("ops.sla.v1", bus_reader_reason(reader));
	for (int32_t i = 0; i < partitions; i++)
		ranges[i] = (struct bus_range){ .partition = i, .from = BUS_END };
	if (bus_reader_bound(reader, ranges, (size_t)partitions, PATIENCE) != STATUS_OK)
		give_up("ops.sla.v1", bus_reader_reason(reader));
	bus_reader_begin(reader, ranges, (size_t)partitions, true);
}

static void take_event(const struct bus_record *record)
{
	struct log_header headers[BUS_HEADERS_MAX];
	struct bus_header header;
	struct event event;

	CHECK(record->header_count <= BUS_HEADERS_MAX);
	for (size_t i = 0; i < record->header_count; i++) {
		bus_record_header(record, i, &header);
		headers[i] = (struct log_header){ header.name, header.value };
	}
	event_read(&(struct log_record){ .headers = headers, .header_count = record->header_count },
	           false, &event);
	if (map_get(&seen, event.subject) != NULL || events.count == requests)
		return;
	map_set(&seen, arena_bytes(subjects, event.subject), subjects);
	events.us[events.count++] = time_since(event.time, time_now()).us;
}

static void take_events(void)
{
	struct bus_record record;
	enum bus_read read;

	for (read = bus_reader_next(reader, (struct duration){ 0 }, &record);
	     read == BUS_READ_RECORD;
	     read = bus_reader_next(reader, (struct duration){ 0 }, &record)) {
		take_event(&record);
		bus_record_release(record.message);
	}
	if (read == BUS_READ_ERROR)
		give_up("ops.sla.v1", bus_reader_reason(reader));
}

/* The two ways. */

static struct connection *find_idle(void)
{
	static size_t next;

	for (size_t i = 0; i < connection_count; i++, next++)
		if (!connections[next % connection_count].waiting)
			return &connections[next++ % connection_count];
	return NULL;
}

static void run_at_once(void)
{
	for (size_t i = 0; i < connection_count && posted < requests; i++)
		post(&connections[i]);
	while (answers.count < requests)
		take_answers(1000, true);
}

static void run_steadily(int64_t rate)
{
	const struct instant start = time_monotonic();
	struct instant until = TIME_MAX;

	while (events.count < requests && time_before(time_monotonic(), until)) {
		const struct instant due =
		    time_add(start, (struct duration){ (int64_t)posted * 1000000 / rate });
		struct connection *const idle = find_idle();

		if (posted < requests && idle != NULL && !time_before(time_monotonic(), due))
			post(idle);
		if (posted == requests && until.us == TIME_MAX.us)
			until = time_add(time_monotonic(), PATIENCE);
		take_answers(0, false);
		take_events();
		usleep(100);
	}
	if (events.count < requests)
		give_up("ops.sla.v1", "not every ticket has an event");
}

int main(int argc, char **argv)
{
	if (argc != 5 && argc != 7)
		give_up("usage", "http_load PORT KEY CONNECTIONS REQUESTS [RATE BROKERS]");
	key = argv[2];
	connection_count = strtoul(argv[3], NULL, 10);
	requests = strtoul(argv[4], NULL, 10);
	if (connection_count == 0 || connection_count > CONNECTIONS_MAX || requests == 0)
		give_up("CONNECTIONS", "1 to 1024, and REQUESTS at least 1");
	run = (uint64_t)time_now().us;
	answers.us = memory_alloc((requests + 1) * sizeof(*answers.us));
	events.us = memory_alloc((requests + 1) * sizeof(*events.us));
	subjects = arena_create((size_t)64 * 1024);
	port = (uint16_t)strtoul(argv[1], NULL, 10);
	poller = epoll_create1(EPOLL_CLOEXEC);
	if (argc == 5) {
		run_at_once();
	} else {
		open_reader(argv[6]);
		run_steadily(strtoll(argv[5], NULL, 10));
	}
	report(&answers);
	if (refused > 0)
		fprintf(stderr, "http_load: %zu answers were 503\n", refused);
	if (argc == 7)
		report(&events);
	return 0;
}
