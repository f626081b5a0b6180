/*
 * edge_test - requests over loopback, and what becomes of them on a journal that is a list.
 */
#include "services/ingest/edge.h"

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/io/json.h"
#include "common/io/proto.h"
#include "common/io/signature.h"
#include "opsmesh/v1/intake.pb-c.h"
#include "services/ingest/decode_email.h"
#include "services/ingest/people.h"
#include "services/ingest/routing.h"
#include "tests/support/raw_http.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PARTITIONS 4
#define RECORDS_MAX 64
#define BODY_MEMORY ((size_t)64 << 20)
#define KEY "0123456789abcdef"
#define POOR_KEY "fedcba9876543210"
#define API_KEYS                                                                              \
	"crm:" KEY ":tickets+csat+accounts+email+provider+clock+actions:assign+actions:retry" \
	"+actions:merge; poor:" POOR_KEY ":csat+actions:assign"
#define AUTHORIZED "Authorization: Bearer " KEY "\r\n"
#define STRIPE_SECRET "whsec_second"

enum journal_mode { JOURNAL_GOOD, JOURNAL_AWAY, JOURNAL_FULL, JOURNAL_FAILS, JOURNAL_HOLDS };

struct kept_record {
	int32_t partition;
	const char *key;
	const char *headers; /* "name=value;" */
	Opsmesh__V1__IntakeEvent *event;
};

static struct edge *edge;
static struct http_server *server;
static struct arena *arena;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept_record records[RECORDS_MAX];
static size_t record_count;
static atomic_int mode;
static edge_done *held_done;
static void *held_argument;
static atomic_int_least64_t done_at_us;

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
	return PARTITIONS;
}

static bool fake_healthy(void *context)
{
	(void)context;
	return atomic_load(&mode) != JOURNAL_AWAY;
}

static int start_as(bool recorded)
{
	const struct edge_settings settings = {
		.recorded = recorded,
		.api_keys = API_KEYS,
		.stripe_secrets = "whsec_first," STRIPE_SECRET,
		.contact_secret = bytes_of("contact secret"),
		.reply_secret = bytes_of("reply secret"),
	};
	const struct edge_journal journal = { NULL, fake_send, fake_partitions, fake_healthy };
	struct http_settings http = http_settings_default("127.0.0.1:0");
	char reason[EDGE_REASON_SIZE];

	http.body_memory_max = BODY_MEMORY;
	arena = arena_create(65536);
	record_count = 0;
	atomic_store(&mode, JOURNAL_GOOD);
	edge = edge_create(&settings, &journal, reason);
	if (edge == NULL)
		fail_msg("%s", reason);
	server = http_server_create(&http);
	http_server_add(server, edge_routes(edge), edge);
	if (!http_server_start(server, reason, sizeof(reason)))
		fail_msg("%s", reason);
	return 0;
}

static int start(void **state)
{
	(void)state;
	return start_as(false);
}

static int start_recorded(void **state)
{
	(void)state;
	return start_as(true);
}

static int stop(void **state)
{
	(void)state;
	http_server_stop(server, SECONDS(1));
	http_server_destroy(server);
	edge_destroy(edge);
	arena_destroy(arena);
	return 0;
}

static struct bytes post_bytes(const char *path, const char *headers, struct bytes body)
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

static struct bytes post(const char *path, const char *headers, const char *body)
{
	return post_bytes(path, headers, bytes_of(body));
}

static void assert_answer(struct bytes answer, int status, const char *part)
{
	if (raw_http_status(answer) != status || strstr(answer.data, part) == NULL)
		fail_msg("wanted %d with %s, got: %s", status, part, (const char *)answer.data);
}

/* The value of a text member of the answer's body; NULL: absent. */
static const char *member(struct bytes answer, const char *name)
{
	const char *const body = strstr(answer.data, "\r\n\r\n");
	json_t *const document = json_loads(body + 4, 0, NULL);
	const char *const value = json_string_value(json_object_get(document, name));
	const char *const copy = value == NULL ? NULL : arena_string(arena, value);

	json_decref(document);
	return copy;
}

static const Opsmesh__V1__RequestReceived *received(size_t place)
{
	assert_true(place < record_count);
	assert_int_equal(records[place].event->fact_case, OPSMESH__V1__INTAKE_EVENT__FACT_RECEIVED);
	return records[place].event->received;
}

static void test_ticket(void **state)
{
	const char *const body = "{\"subject\":\"二重請求\",\"body\":\"Charged twice\"}";
	const struct bytes answer = post("/v1/tickets", AUTHORIZED, body);
	const char *const id = member(answer, "id");

	(void)state;
	assert_answer(answer, 202, "application/json");
	assert_non_null(id);
	assert_string_equal(member(answer, "ticket_id"), id);
	assert_int_equal(record_count, 1);
	assert_string_equal(records[0].key, id);
	assert_int_equal(records[0].partition, hash_partition(id, strlen(id), PARTITIONS));
	assert_string_equal(records[0].event->request_id, id);
	assert_non_null(strstr(records[0].headers, "ce_type=ops.intake.received.v1;"));
	assert_non_null(strstr(records[0].headers, "ce_source=edge;"));
	assert_null(strstr(records[0].headers, "ce_sequence"));

	const Opsmesh__V1__RequestReceived *const request = received(0);
	assert_int_equal(request->route, OPSMESH__V1__ROUTE__ROUTE_TICKET);
	assert_int_equal(request->body.len, strlen(body));
	assert_memory_equal(request->body.data, body, strlen(body));
	assert_string_equal(request->verification->principal, "crm");
	assert_string_equal(request->ticket_id, id);
	assert_null(request->natural_id);
	assert_null(request->chunk);
	assert_false(request->recorded);
}

static void test_idempotency(void **state)
{
	const char *const body = "{\"body\":\"a\"}";
	const char *const headers = AUTHORIZED "Idempotency-Key: k-1\r\n";
	const char *const first = member(post("/v1/tickets", headers, body), "id");
	const char *const again = member(post("/v1/tickets", headers, body), "id");
	const char *const other = member(post("/v1/tickets", headers, "{\"body\":\"b\"}"), "id");
	const char *const key2 =
	    member(post("/v1/tickets", AUTHORIZED "Idempotency-Key: k-2\r\n", body), "id");
	const char *const none = member(post("/v1/tickets", AUTHORIZED, body), "id");

	(void)state;
	assert_string_equal(first, again);
	assert_string_equal(first, other);
	assert_string_not_equal(first, key2);
	assert_string_not_equal(none, member(post("/v1/tickets", AUTHORIZED, body), "id"));
	assert_string_equal(received(0)->natural_id->source, "api/crm");
	assert_string_equal(received(0)->natural_id->id_digest, received(2)->natural_id->id_digest);
	assert_string_equal(received(0)->natural_id->content_digest,
	                    received(1)->natural_id->content_digest);
	assert_string_not_equal(received(0)->natural_id->content_digest,
	                        received(2)->natural_id->content_digest);
	assert_string_equal(received(0)->idempotency_key, "k-1");
	assert_null(received(4)->natural_id);
}

static void test_named_ticket(void **state)
{
	(void)state;
	assert_answer(post("/v1/tickets/t-1/messages", AUTHORIZED,
	                   "{\"body\":\"hi\",\"author\":{\"role\":\"agent\",\"id\":\"a\"}}"),
	              202, "\"ticket_id\":\"t-1\"");
	assert_answer(post("/v1/tickets/t-1/status", AUTHORIZED, "{\"status\":\"solved\"}"), 202,
	              "\"ticket_id\":\"t-1\"");
	assert_answer(post("/v1/csat", AUTHORIZED, "{\"ticket_id\":\"t-1\",\"score\":5}"), 202,
	              "\"ticket_id\":\"t-1\"");
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(records[i].key, "t-1");
		assert_int_equal(records[i].partition, hash_partition("t-1", 3, PARTITIONS));
	}
	assert_string_equal(received(0)->path_parameters[0]->name, "id");
	assert_string_equal(received(0)->path_parameters[0]->value, "t-1");
}

static void test_account_and_actions(void **state)
{
	(void)state;
	assert_answer(post("/v1/accounts", AUTHORIZED, "{\"id\":\"acc-1\",\"tier\":\"pro\"}"), 202,
	              "\"id\"");
	assert_string_equal(records[0].key, "acc-1");
	assert_answer(post("/v1/actions", AUTHORIZED,
	                   "{\"action\":\"assign\",\"on\":{\"type\":\"ticket\",\"id\":\"t-1\"},"
	                   "\"assignee\":\"ann\",\"reason\":\"knows it\"}"),
	              202, "\"ticket_id\":\"t-1\"");
	assert_string_equal(records[1].key, "t-1");
	assert_answer(
	    post("/v1/actions", AUTHORIZED,
	         "{\"action\":\"assign\",\"on\":{\"type\":\"alert\",\"id\":\"alert/sla/t-9/b\"}}"),
	    202, "\"id\"");
	assert_string_equal(records[2].key, "t-9");
	assert_answer(post("/v1/actions", AUTHORIZED,
	                   "{\"action\":\"retry\",\"on\":{\"type\":\"dead_letter\","
	                   "\"id\":\"ticket/ops.ingest.by-ticket.v1/3/conversation/3/17\"}}"),
	              202, "\"id\"");
	assert_int_equal(records[3].partition, 3);
	assert_int_equal(received(3)->target_partition, 3);
}

static const struct {
	const char *name;
	const char *path;
	const char *headers;
	const char *body;
	int status;
	const char *part;
} refused_cases[] = {
	{ "no key is 401", "/v1/tickets", "", "{\"body\":\"a\"}", 401, "WWW-Authenticate: Bearer" },
	{ "an unknown key is 401", "/v1/tickets", "Authorization: Bearer nonsense\r\n",
	  "{\"body\":\"a\"}", 401, "\"field\":\"authorization\"" },
	{ "another scheme is 401", "/v1/tickets", "Authorization: Basic " KEY "\r\n",
	  "{\"body\":\"a\"}", 401, "\"field\":\"authorization\"" },
	{ "a key without the scope is 403", "/v1/tickets", "Authorization: Bearer " POOR_KEY "\r\n",
	  "{\"body\":\"a\"}", 403, "scope tickets" },
	{ "an action without its scope is 403", "/v1/actions",
	  "Authorization: Bearer " POOR_KEY "\r\n",
	  "{\"action\":\"retry\",\"on\":{\"type\":\"ticket\",\"id\":\"t\"}}", 403,
	  "scope actions:retry" },
	{ "on behalf of another is 403", "/v1/actions", "Authorization: Bearer " POOR_KEY "\r\n",
	  "{\"action\":\"assign\",\"on\":{\"type\":\"ticket\",\"id\":\"t\"},\"assignee\":\"a\","
	  "\"by\":\"boss\"}",
	  403, "scope on_behalf" },
	{ "merge is 422 for now", "/v1/actions", AUTHORIZED,
	  "{\"action\":\"merge\",\"on\":{\"type\":\"ticket\",\"id\":\"t\"}}", 422,
	  "\"field\":\"action\"" },
	{ "a dead letter that is none is 422", "/v1/actions", AUTHORIZED,
	  "{\"action\":\"retry\",\"on\":{\"type\":\"dead_letter\",\"id\":\"ticket/x/9/s/1\"}}", 422,
	  "\"field\":\"on.id\"" },
	{ "invalid JSON is 400", "/v1/tickets", AUTHORIZED, "{\"body\":", 400,
	  "\"field\":\"body\"" },
	{ "an empty body is 400", "/v1/tickets", AUTHORIZED, "", 400, "\"field\":\"body\"" },
	{ "a repeated key is 400", "/v1/tickets", AUTHORIZED, "{\"body\":\"a\",\"body\":\"b\"}",
	  400, "\"field\":\"body\"" },
	{ "invalid UTF-8 is 400", "/v1/tickets", AUTHORIZED, "{\"body\":\"\xff\"}", 400,
	  "\"field\":\"body\"" },
	{ "NUL in text is 400", "/v1/tickets", AUTHORIZED, "{\"body\":\"a\\u0000b\"}", 400,
	  "\"field\":\"body\"" },
	{ "depth is 400", "/v1/tickets", AUTHORIZED,
	  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 400,
	  "\"field\":\"body\"" },
	{ "an unknown field is 422", "/v1/tickets", AUTHORIZED, "{\"body\":\"a\",\"boddy\":\"b\"}",
	  422, "boddy" },
	{ "a missing field is 422", "/v1/tickets", AUTHORIZED, "{\"subject\":\"a\"}", 422,
	  "\"field\":\"body\"" },
	{ "a wrong type is 422", "/v1/tickets", AUTHORIZED, "{\"body\":7}", 422,
	  "\"field\":\"body\"" },
	{ "a time in the far past is 422", "/v1/tickets", AUTHORIZED,
	  "{\"body\":\"a\",\"occurred_at\":\"1969-01-01T00:00:00Z\"}", 422,
	  "\"field\":\"occurred_at\"" },
	{ "a time in the far future is 422", "/v1/tickets", AUTHORIZED,
	  "{\"body\":\"a\",\"occurred_at\":\"2999-01-01T00:00:00Z\"}", 422,
	  "\"field\":\"occurred_at\"" },
	{ "a score that does not fit is 422", "/v1/csat", AUTHORIZED,
	  "{\"ticket_id\":\"t\",\"score\":99999999999999999999}", 400, "\"reason\"" },
	{ "a score beyond the scale is 422", "/v1/csat", AUTHORIZED,
	  "{\"ticket_id\":\"t\",\"score\":6}", 422, "\"field\":\"score\"" },
	{ "an unknown provenance is 422", "/v1/stripe/objects?provenance=guess", AUTHORIZED,
	  "{\"id\":\"ch_1\",\"object\":\"charge\"}", 422, "\"field\":\"provenance\"" },
	{ "an odd mailbox is 422", "/v1/email/a%20b", AUTHORIZED, "Subject: x\r\n\r\ny", 422,
	  "\"field\":\"mailbox\"" },
	{ "a recorded time outside recorded mode is 400", "/v1/tickets",
	  AUTHORIZED "Opsmesh-Received-At: 2026-01-01T00:00:00Z\r\n", "{\"body\":\"a\"}", 400,
	  "\"field\":\"opsmesh-received-at\"" },
	{ "the clock is 404 outside recorded mode", "/v1/clock", AUTHORIZED,
	  "{\"now\":\"2026-01-01T00:00:00Z\"}", 404, "recorded mode" },
	{ "an Idempotency-Key beyond ASCII is 400", "/v1/tickets",
	  AUTHORIZED "Idempotency-Key: 猫\r\n", "{\"body\":\"a\"}", 400,
	  "\"field\":\"idempotency-key\"" },
	{ "an unsigned webhook is 401", "/v1/webhooks/stripe", "", "{}", 401,
	  "\"field\":\"stripe-signature\"" },
	{ "a webhook with a wrong signature is 401", "/v1/webhooks/stripe",
	  "Stripe-Signature: t=1,v1=00\r\n", "{}", 401, "\"field\":\"stripe-signature\"" },
	{ "a malformed signature is 400", "/v1/webhooks/stripe", "Stripe-Signature: nonsense\r\n",
	  "{}", 400, "\"field\":\"stripe-signature\"" },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused_cases); i++) {
		const struct bytes answer =
		    post(refused_cases[i].path, refused_cases[i].headers, refused_cases[i].body);

		print_message("  %s\n", refused_cases[i].name);
		assert_answer(answer, refused_cases[i].status, refused_cases[i].part);
		assert_answer(answer, refused_cases[i].status, "application/problem+json");
	}
	assert_int_equal(record_count, 0);
}

static const char *stripe_header(const char *secret, const char *body, struct instant at)
{
	struct signature_header headers[SIGNATURE_HEADERS_MAX];

	(void)signature_sign(arena, SIGNATURE_STRIPE, bytes_of(secret), NULL, bytes_of(body), at,
	                     headers);
	return arena_printf(arena, "Stripe-Signature: %s\r\n", headers[0].value);
}

#define EVENT                                                                   \
	"{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"charge.succeeded\"," \
	"\"created\":1700000000,\"data\":{\"object\":{\"id\":\"ch_1\",\"object\":\"charge\"}}}"

static void test_stripe_webhook(void **state)
{
	const struct instant now = time_now();
	const char *const path = "/v1/webhooks/stripe";
	const struct bytes answer = post(path, stripe_header(STRIPE_SECRET, EVENT, now), EVENT);
	const char *const id = member(answer, "id");

	(void)state;
	assert_answer(answer, 202, "\"id\"");
	assert_string_equal(records[0].key, "ch_1");
	assert_string_equal(received(0)->natural_id->source, "stripe");
	assert_string_equal(received(0)->verification->principal, "stripe");
	assert_non_null(received(0)->verification->signed_at);
	assert_string_equal(
	    member(post(path, stripe_header(STRIPE_SECRET, EVENT, now), EVENT), "id"), id);
	assert_answer(post(path, stripe_header("whsec_other", EVENT, now), EVENT), 401, "secrets");
	assert_answer(post(path, stripe_header(STRIPE_SECRET, EVENT, time_sub(now, SECONDS(301))),
	                   EVENT),
	              401, "too far from now");
	assert_answer(post(path, stripe_header(STRIPE_SECRET, EVENT, now), EVENT " "), 401,
	              "stripe-signature");
	assert_int_equal(record_count, 2);
	assert_answer(post(path, stripe_header(STRIPE_SECRET, "{", now), "{"), 202, "\"id\"");
	assert_null(received(2)->natural_id);
}

static void test_stripe_objects(void **state)
{
	const char *const page = "{\"object\":\"list\",\"data\":[{\"id\":\"ch_1\",\"object\":"
				 "\"charge\"},{\"id\":\"ch_2\",\"object\":\"charge\"}]}";

	(void)state;
	assert_answer(post("/v1/stripe/objects?provenance=fetch", AUTHORIZED, page), 202, "\"id\"");
	assert_int_equal(record_count, 2);
	assert_string_equal(records[0].key, "ch_1");
	assert_string_equal(records[1].key, "ch_2");
	assert_int_equal(received(1)->body.len, strlen("{\"id\":\"ch_2\",\"object\":\"charge\"}"));
	assert_string_equal(received(1)->path_parameters[0]->name, "provenance");
	assert_string_equal(received(1)->path_parameters[0]->value, "fetch");
}

static void test_email(void **state)
{
	const char *const first = "Message-ID: <root@example.com>\r\nFrom: a@example.com\r\n"
				  "Subject: x\r\n\r\nhello\r\n";
	const char *const reply =
	    "Message-ID: <two@example.com>\r\nIn-Reply-To: <one@example.com>"
	    "\r\nReferences: <root@example.com>\r\n <one@example.com>\r\n\r\nyes";
	const char *const signed_reply = arena_printf(
	    arena,
	    "From: b@example.com\r\nTo: %s@example.com\r\nReferences: <foreign@example.com>\r\n\r\nyes",
	    reply_token_make(arena, bytes_of("reply secret"), "t-77"));
	const char *const id = member(post("/v1/email/support", AUTHORIZED, first), "id");

	(void)state;
	assert_non_null(id);
	assert_answer(post("/v1/email/support", AUTHORIZED, reply), 202, "\"id\"");
	assert_answer(post("/v1/email/support", AUTHORIZED, signed_reply), 202,
	              "\"ticket_id\":\"t-77\"");
	assert_answer(post("/v1/email/support", AUTHORIZED, "\x01\xff no mail at all"), 202,
	              "\"id\"");
	assert_string_equal(records[0].key, records[1].key);
	assert_string_equal(records[0].key,
	                    mail_id_digest(arena, bytes_of("contact secret"), "root@example.com"));
	assert_string_equal(records[2].key, "t-77");
	assert_string_equal(records[3].key, records[3].event->request_id);
	assert_null(strstr(records[0].headers, "example.com"));
	assert_string_equal(received(0)->natural_id->source, "email/support");
	assert_string_equal(member(post("/v1/email/support", AUTHORIZED, first), "id"), id);
	assert_string_not_equal(member(post("/v1/email/billing", AUTHORIZED, first), "id"), id);
}

static void test_large_email(void **state)
{
	const char *const head = "Message-ID: <large@example.com>\r\n\r\n";
	const size_t size = 3 * EDGE_CHUNK + 17;
	char *const mail = memory_zero(size);
	size_t total = 0;

	(void)state;
	memset(mail, 'a', size);
	memcpy(mail, head, strlen(head));
	assert_answer(post_bytes("/v1/email/support", AUTHORIZED, (struct bytes){ mail, size }),
	              202, "\"id\"");
	assert_int_equal(record_count, 4);
	for (size_t i = 0; i < record_count; i++) {
		assert_int_equal(received(i)->chunk->index, i);
		assert_int_equal(received(i)->chunk->count, 4);
		assert_int_equal(received(i)->chunk->total_size, size);
		assert_string_equal(records[i].key, records[0].key);
		assert_memory_equal(received(i)->body.data, mail + total, received(i)->body.len);
		total += received(i)->body.len;
	}
	assert_int_equal(total, size);
	memory_free(mail);
}

static void test_oversize(void **state)
{
	const size_t size = EDGE_JSON_MAX + 1;
	char *const text = memory_zero(size);

	(void)state;
	memset(text, ' ', size);
	assert_answer(post_bytes("/v1/tickets", AUTHORIZED, (struct bytes){ text, size }), 413,
	              "\"field\":\"body\"");
	assert_int_equal(record_count, 0);
	memory_free(text);
}

static void test_journal_away(void **state)
{
	static const enum journal_mode modes[] = { JOURNAL_AWAY, JOURNAL_FULL, JOURNAL_FAILS };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		atomic_store(&mode, modes[i]);
		assert_answer(post("/v1/tickets", AUTHORIZED, "{\"body\":\"a\"}"), 503,
		              "Retry-After: 1");
	}
	atomic_store(&mode, JOURNAL_GOOD);
	assert_answer(post("/v1/tickets", AUTHORIZED, "{\"body\":\"a\"}"), 202, "\"id\"");
}

static void *acknowledge(void *argument)
{
	(void)argument;
	for (;;) {
		(void)usleep(50000);
		(void)pthread_mutex_lock(&lock);
		edge_done *const done = held_done;
		(void)pthread_mutex_unlock(&lock);
		if (done != NULL)
			break;
	}
	done_at_us = time_monotonic().us;
	held_done(held_argument, true);
	return NULL;
}

static void test_answer_waits(void **state)
{
	pthread_t thread;

	(void)state;
	held_done = NULL;
	atomic_store(&mode, JOURNAL_HOLDS);
	assert_int_equal(pthread_create(&thread, NULL, acknowledge, NULL), 0);
	assert_answer(post("/v1/tickets", AUTHORIZED, "{\"body\":\"a\"}"), 202, "\"id\"");
	assert_true(time_monotonic().us >= done_at_us);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(done_at_us > 0);
}

#define AT(time_) AUTHORIZED "Opsmesh-Received-At: " time_ "\r\n"

static void test_recorded(void **state)
{
	const char *const body = "{\"body\":\"a\"}";
	const struct instant signed_at = { INT64_C(1767225600000000) }; /* 2026-01-01 */

	(void)state;
	assert_answer(post("/v1/tickets", AUTHORIZED, body), 400, "required in recorded mode");
	assert_answer(post("/v1/tickets", AT("yesterday"), body), 400, "RFC 3339");
	const char *const id =
	    member(post("/v1/tickets", AT("2026-01-01T09:00:00+09:00"), body), "id");
	assert_string_equal(member(post("/v1/tickets", AT("2026-01-01T00:00:00Z"), body), "id"),
	                    id);
	assert_string_not_equal(member(post("/v1/tickets", AT("2026-01-01T00:00:01Z"), body), "id"),
	                        id);
	assert_true(received(0)->recorded);
	assert_int_equal(records[0].event->received_at->seconds, 1767225600);
	assert_non_null(strstr(records[0].headers, "ce_time=2026-01-01T00:00:00Z;"));
	assert_answer(post("/v1/tickets", AUTHORIZED, body), 202, "\"id\"");
	assert_int_equal(records[3].event->received_at->seconds, 1767225601);
	assert_answer(post("/v1/webhooks/stripe",
	                   arena_printf(arena, "Opsmesh-Received-At: 2026-01-01T00:04:00Z\r\n%s",
	                                stripe_header(STRIPE_SECRET, EVENT, signed_at)),
	                   EVENT),
	              202, "\"id\"");
	assert_answer(post("/v1/webhooks/stripe",
	                   arena_printf(arena, "Opsmesh-Received-At: 2026-01-01T01:00:00Z\r\n%s",
	                                stripe_header(STRIPE_SECRET, EVENT, signed_at)),
	                   EVENT),
	              401, "too far");
}

static void test_clock(void **state)
{
	(void)state;
	assert_answer(post("/v1/clock", AUTHORIZED, "{\"now\":\"2026-01-02T00:00:00Z\"}"), 202,
	              "\"id\"");
	assert_int_equal(record_count, PARTITIONS);
	for (int i = 0; i < PARTITIONS; i++) {
		assert_int_equal(records[i].partition, i);
		assert_null(records[i].key);
		assert_int_equal(records[i].event->fact_case,
		                 OPSMESH__V1__INTAKE_EVENT__FACT_CLOCK_SET);
		assert_int_equal(records[i].event->clock_set->now->seconds, 1767312000);
	}
	assert_answer(post("/v1/clock", AUTHORIZED, "{\"now\":\"tomorrow\"}"), 422,
	              "\"field\":\"now\"");
	assert_answer(post("/v1/clock", AUTHORIZED, "{}"), 422, "\"field\":\"now\"");
	assert_answer(post("/v1/clock", "Authorization: Bearer " POOR_KEY "\r\n", "{}"), 403,
	              "scope clock");
}

static void test_openapi(void **state)
{
	const char *const get = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
	const struct bytes answer = raw_http_talk(http_server_port(server), get, strlen(get));

	(void)state;
	assert_string_equal(member(answer, "openapi"), "3.1.0");
	for (const struct http_route *route = edge_routes(edge); route->method != NULL; route++)
		if (strcmp(route->method, "POST") == 0)
			assert_non_null(strstr(answer.data, route->pattern));
}

static void test_settings(void **state)
{
	static const char *const bad[] = {
		"a:short:tickets",
		"a",
		"a:" KEY,
		":" KEY ":x",
		"a b:" KEY ":x",
		"a:" KEY ":",
		"a:" KEY ":x;a:" KEY "2:x",
		"a:" KEY ":x y",
		"[{\"name\":\"a\"}]",
		"[{\"name\":\"a\",\"key\":\"" KEY "\",\"scopes\":[1]}]",
		"[",
	};
	const struct edge_journal journal = { NULL, fake_send, fake_partitions, fake_healthy };
	struct edge_settings settings = { .stripe_secrets = "",
		                          .api_keys = "[{\"name\":\"a\",\"key\":\"" KEY
		                                      "\",\"scopes\":[\"tickets\"]}]" };
	char reason[EDGE_REASON_SIZE];
	struct edge *good;

	(void)state;
	good = edge_create(&settings, &journal, reason);
	assert_non_null(good);
	edge_destroy(good);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		settings.api_keys = bad[i];
		assert_null(edge_create(&settings, &journal, reason));
		assert_true(text_starts(reason, "API_KEYS: "));
		assert_null(strstr(reason, KEY));
	}
	settings.api_keys = "";
	settings.stripe_secrets = "a,,b";
	assert_null(edge_create(&settings, &journal, reason));
	assert_true(text_starts(reason, "STRIPE_WEBHOOK_SECRETS: "));
}

static void test_routing(void **state)
{
	static const char *const bad[] = { "",          "a/b/c/d",  "a/b/x/s/1",
		                           "a/b/1/s/x", "a/b/1//1", "a/b/-1/s/1",
		                           "//1/s/1",   "a/b/1/s/", "a/b/9999999999/s/1" };
	struct arena *const own = arena_create(256);
	struct dead_letter_id id;

	(void)state;
	assert_string_equal(routing_key(own, "case", "case/acc/dp_1"), "acc");
	assert_string_equal(routing_key(own, "alert", "alert/sla"), "alert/sla");
	assert_string_equal(routing_key(own, "ticket", "alert/sla/t"), "alert/sla/t");
	assert_true(routing_dead_letter_parse(own, "clock/ops.tickets.v1/2/ticket/2/41", &id));
	assert_string_equal(id.consumer, "clock");
	assert_string_equal(id.topic, "ops.tickets.v1");
	assert_string_equal(id.source, "ticket/2");
	assert_int_equal(id.partition, 2);
	assert_int_equal(id.sequence, 41);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(routing_dead_letter_parse(own, bad[i], &id));
	arena_destroy(own);
}

int main(void)
{
#define CASE(name_, test_)                      \
	{                                       \
		name_, test_, start, stop, NULL \
	}
#define RECORDED(name_, test_)                           \
	{                                                \
		name_, test_, start_recorded, stop, NULL \
	}
	const struct CMUnitTest tests[] = {
		CASE("a ticket is journalled under the id that is answered", test_ticket),
		CASE("the same Idempotency-Key gets the same id", test_idempotency),
		CASE("what names a ticket is keyed by it", test_named_ticket),
		CASE("accounts and actions go to the owner of their subject",
		     test_account_and_actions),
		CASE("what is not proved or not formed right is refused with field and reason",
		     test_refused),
		CASE("Stripe's events are keyed by their object", test_stripe_webhook),
		CASE("a list page becomes a record for each object", test_stripe_objects),
		CASE("mails of a thread have one key, which tells nobody's address", test_email),
		CASE("a large mail is journalled in chunks on one key", test_large_email),
		CASE("a body beyond the limit is refused", test_oversize),
		CASE("without a journal the answer is 503", test_journal_away),
		CASE("the answer waits for the acknowledgement", test_answer_waits),
		RECORDED("in recorded mode the request says when it was received", test_recorded),
		RECORDED("the recorded clock reaches every partition", test_clock),
		CASE("every route is described", test_openapi),
		{ "a wrong setting is named without its secret", test_settings, NULL, NULL, NULL },
		{ "routing keys are read from public ids", test_routing, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
