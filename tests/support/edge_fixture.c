#include "tests/support/edge_fixture.h"

#include "common/base/check.h"
#include "common/io/json.h"
#include "common/io/proto.h"
#include "tests/support/raw_http.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define RECORDS_MAX 64
#define BODY_MEMORY ((size_t)64 << 20)
#define API_KEYS                                                                          \
	"crm:" FIXTURE_KEY ":tickets+csat+accounts+usage+email+provider+clock"            \
	"+actions:assign+actions:retry+actions:merge+actions:pin; poor:" FIXTURE_POOR_KEY \
	":csat+actions:assign"

static struct edge *edge;
static struct http_server *server;
static struct arena *arena;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept_record records[RECORDS_MAX];
static size_t record_count;
static atomic_int mode;
static edge_done *held_done;
static void *held_argument;
static struct instant done_at;
static pthread_t acknowledger;

static const char *headers_text(const struct edge_record *record)
{
	const char *text = "";

	for (size_t i = 0; i < record->header_count; i++)
		text = arena_printf(arena, "%s%s=%.*s;", text, record->headers[i].name,
		                    (int)record->headers[i].value.size,
		                    (const char *)record->headers[i].value.data);
	return text;
}

static void keep(const struct edge_record *record)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	CHECK(record_count < RECORDS_MAX);
	if (!proto_unpack(arena, &opsmesh__v1__intake_event__descriptor, record->value, &message,
	                  reason))
		fail_msg("%s", reason);
	records[record_count++] = (struct kept_record){
		.partition = record->partition,
		.key = record->key.data == NULL
		           ? NULL
		           : arena_text(arena, record->key.data, record->key.size),
		.headers = headers_text(record),
		.event = (Opsmesh__V1__IntakeEvent *)message,
	};
}

static bool fake_send(void *context, const struct edge_record *record, edge_done *done,
                      void *argument)
{
	const int now = atomic_load(&mode);

	(void)context;
	if (now == JOURNAL_FULL)
		return false;
	(void)pthread_mutex_lock(&lock);
	keep(record);
	held_done = done;
	held_argument = argument;
	(void)pthread_mutex_unlock(&lock);
	if (now != JOURNAL_HOLDS)
		done(argument, now == JOURNAL_GOOD);
	return true;
}

static int fake_partitions(void *context)
{
	(void)context;
	return FIXTURE_PARTITIONS;
}

static bool fake_healthy(void *context)
{
	(void)context;
	return atomic_load(&mode) != JOURNAL_AWAY;
}

struct edge_journal fixture_journal(void)
{
	return (struct edge_journal){ NULL, fake_send, fake_healthy, fake_partitions };
}

static int start_as(bool recorded)
{
	const struct edge_settings settings = {
		.recorded = recorded,
		.api_keys = API_KEYS,
		.stripe_secrets = "whsec_first," FIXTURE_STRIPE_SECRET,
		.contact_secret = bytes_of("contact secret"),
		.reply_secret = bytes_of("reply secret"),
	};
	const struct edge_journal journal = fixture_journal();
	struct http_settings http = http_settings_default("127.0.0.1:0");
	char reason[EDGE_REASON_SIZE];

	http.body_memory_max = BODY_MEMORY;
	arena = arena_create(65536);
	record_count = 0;
	held_done = NULL;
	atomic_store(&mode, JOURNAL_GOOD);
	edge = edge_create(&settings, &journal, reason);
	if (edge == NULL)
		fail_msg("%s", reason);
	server = http_server_create(&http);
	http_server_add(server, edge_routes(), edge);
	if (!http_server_start(server, reason, sizeof(reason)))
		fail_msg("%s", reason);
	return 0;
}

int fixture_start(void **state)
{
	(void)state;
	return start_as(false);
}

int fixture_start_recorded(void **state)
{
	(void)state;
	return start_as(true);
}

int fixture_stop(void **state)
{
	(void)state;
	http_server_stop(server, SECONDS(1));
	http_server_destroy(server);
	edge_destroy(edge);
	arena_destroy(arena);
	return 0;
}

struct bytes fixture_post_bytes(const char *path, const char *headers, struct bytes body)
{
	struct buffer out = { 0 };
	const char *const head = arena_printf(
	    arena,
	    "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n%sContent-Length: %zu\r\n\r\n",
	    path, strstr(path, "email") != NULL ? "message/rfc822" : "application/json", headers,
	    body.size);

	buffer_add(&out, head, strlen(head));
	buffer_add(&out, body.data, body.size);
	const struct bytes answer = raw_http_talk(http_server_port(server), out.data, out.size);
	buffer_finish(&out);
	return answer;
}

struct bytes fixture_post(const char *path, const char *headers, const char *body)
{
	return fixture_post_bytes(path, headers, bytes_of(body));
}

void assert_answer(struct bytes answer, int status, const char *part)
{
	if (raw_http_status(answer) != status || strstr(answer.data, part) == NULL)
		fail_msg("wanted %d with %s, got: %s", status, part, (const char *)answer.data);
}

const char *answer_member(struct bytes answer, const char *name)
{
	const char *const body = strstr(answer.data, "\r\n\r\n");
	json_t *const document = json_loads(body + 4, 0, NULL);
	const char *const value = json_string_value(json_object_get(document, name));
	const char *const copy = value == NULL ? NULL : arena_string(arena, value);

	json_decref(document);
	return copy;
}

const Opsmesh__V1__RequestReceived *fixture_received(size_t place)
{
	assert_true(place < record_count);
	assert_int_equal(records[place].event->fact_case, OPSMESH__V1__INTAKE_EVENT__FACT_RECEIVED);
	return records[place].event->received;
}

static void *acknowledge(void *argument)
{
	edge_done *done = NULL;

	(void)argument;
	while (done == NULL) {
		(void)usleep(50000);
		(void)pthread_mutex_lock(&lock);
		done = held_done;
		(void)pthread_mutex_unlock(&lock);
	}
	done_at = time_monotonic();
	done(held_argument, true);
	return NULL;
}

void fixture_acknowledge_later(void)
{
	CHECK(pthread_create(&acknowledger, NULL, acknowledge, NULL) == 0);
}

struct instant fixture_acknowledged_at(void)
{
	CHECK(pthread_join(acknowledger, NULL) == 0);
	return done_at;
}

struct arena *fixture_arena(void)
{
	return arena;
}

struct edge *fixture_edge(void)
{
	return edge;
}

int fixture_port(void)
{
	return http_server_port(server);
}

void fixture_mode(enum journal_mode wanted)
{
	atomic_store(&mode, wanted);
}

size_t fixture_count(void)
{
	return record_count;
}

const struct kept_record *fixture_record(size_t place)
{
	CHECK(place < record_count);
	return &records[place];
}
