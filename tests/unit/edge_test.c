/*
 * edge_test - requests of the API, and what becomes of them on a journal that is a list.
 */
#include "tests/support/edge_fixture.h"

#include "common/base/hash.h"
#include "common/base/memory.h"
#include "tests/support/raw_http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_ticket(void **state)
{
	const char *const body = "{\"subject\":\"二重請求\",\"body\":\"Charged twice\"}";
	const struct bytes answer = fixture_post("/v1/tickets", AUTHORIZED, body);
	const char *const id = answer_member(answer, "id");

	(void)state;
	assert_answer(answer, 202, "application/json");
	assert_non_null(id);
	assert_string_equal(answer_member(answer, "ticket_id"), id);
	assert_int_equal(fixture_count(), 1);
	assert_string_equal(fixture_record(0)->key, id);
	assert_int_equal(fixture_record(0)->partition,
	                 hash_partition(id, strlen(id), FIXTURE_PARTITIONS));
	assert_string_equal(fixture_record(0)->event->request_id, id);
	assert_non_null(strstr(fixture_record(0)->headers, "ce_type=ops.intake.received.v1;"));
	assert_non_null(strstr(fixture_record(0)->headers, "ce_source=edge;"));
	assert_null(strstr(fixture_record(0)->headers, "ce_sequence"));

	const Opsmesh__V1__RequestReceived *const request = fixture_received(0);
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
	const char *const first = answer_member(fixture_post("/v1/tickets", headers, body), "id");
	const char *const again = answer_member(fixture_post("/v1/tickets", headers, body), "id");
	const char *const other =
	    answer_member(fixture_post("/v1/tickets", headers, "{\"body\":\"b\"}"), "id");
	const char *const key2 =
	    answer_member(fixture_post("/v1/tickets", AUTHORIZED "Idempotency-Key: k-2\r\n", body),
	                  "id");
	const char *const none = answer_member(fixture_post("/v1/tickets", AUTHORIZED, body), "id");

	(void)state;
	assert_string_equal(first, again);
	assert_string_equal(first, other);
	assert_string_not_equal(first, key2);
	assert_string_not_equal(none,
	                        answer_member(fixture_post("/v1/tickets", AUTHORIZED, body), "id"));
	assert_string_equal(fixture_received(0)->natural_id->source, "api/crm");
	assert_string_equal(fixture_received(0)->natural_id->id_digest,
	                    fixture_received(2)->natural_id->id_digest);
	assert_string_equal(fixture_received(0)->natural_id->content_digest,
	                    fixture_received(1)->natural_id->content_digest);
	assert_string_not_equal(fixture_received(0)->natural_id->content_digest,
	                        fixture_received(2)->natural_id->content_digest);
	assert_string_equal(fixture_received(0)->idempotency_key, "k-1");
	assert_null(fixture_received(4)->natural_id);
}

static void test_named_ticket(void **state)
{
	(void)state;
	assert_answer(
	    fixture_post("/v1/tickets/t-1/messages", AUTHORIZED,
	                 "{\"body\":\"hi\",\"author\":{\"role\":\"agent\",\"id\":\"a\"}}"),
	    202, "\"ticket_id\":\"t-1\"");
	assert_answer(fixture_post("/v1/tickets/t-1/status", AUTHORIZED, "{\"status\":\"solved\"}"),
	              202, "\"ticket_id\":\"t-1\"");
	assert_answer(fixture_post("/v1/csat", AUTHORIZED, "{\"ticket_id\":\"t-1\",\"score\":5}"),
	              202, "\"ticket_id\":\"t-1\"");
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(fixture_record(i)->key, "t-1");
		assert_int_equal(fixture_record(i)->partition,
		                 hash_partition("t-1", 3, FIXTURE_PARTITIONS));
	}
	assert_string_equal(fixture_received(0)->path_parameters[0]->name, "id");
	assert_string_equal(fixture_received(0)->path_parameters[0]->value, "t-1");
}

static void test_account_and_actions(void **state)
{
	(void)state;
	assert_answer(fixture_post("/v1/accounts", AUTHORIZED,
	                           "{\"id\":\"acc-1\",\"tier\":\"pro\"}"),
	              202, "\"id\"");
	assert_string_equal(fixture_record(0)->key, "acc-1");
	assert_answer(
	    fixture_post("/v1/actions", AUTHORIZED,
	                 "{\"action\":\"assign\",\"on\":{\"type\":\"ticket\",\"id\":\"t-1\"},"
	                 "\"assignee\":\"ann\",\"reason\":\"knows it\"}"),
	    202, "\"ticket_id\":\"t-1\"");
	assert_string_equal(fixture_record(1)->key, "t-1");
	assert_answer(
	    fixture_post(
		"/v1/actions", AUTHORIZED,
		"{\"action\":\"assign\",\"on\":{\"type\":\"alert\",\"id\":\"alert/sla/t-9/b\"}}"),
	    202, "\"id\"");
	assert_string_equal(fixture_record(2)->key, "t-9");
	assert_answer(
	    fixture_post("/v1/actions", AUTHORIZED,
	                 "{\"action\":\"retry\",\"on\":{\"type\":\"dead_letter\","
	                 "\"id\":\"ticket/ops.ingest.by-ticket.v1/3/conversation/3/17\"}}"),
	    202, "\"id\"");
	assert_int_equal(fixture_record(3)->partition, 3);
	assert_int_equal(fixture_received(3)->target_partition, 3);
}

static void test_oversize(void **state)
{
	const size_t size = EDGE_JSON_MAX + 1;
	char *const text = memory_zero(size);

	(void)state;
	memset(text, ' ', size);
	assert_answer(fixture_post_bytes("/v1/tickets", AUTHORIZED, (struct bytes){ text, size }),
	              413, "\"field\":\"body\"");
	assert_int_equal(fixture_count(), 0);
	memory_free(text);
}

static void test_journal_away(void **state)
{
	static const enum journal_mode modes[] = { JOURNAL_AWAY, JOURNAL_FULL, JOURNAL_FAILS };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		fixture_mode(modes[i]);
		assert_answer(fixture_post("/v1/tickets", AUTHORIZED, "{\"body\":\"a\"}"), 503,
		              "Retry-After: 1");
	}
	fixture_mode(JOURNAL_GOOD);
	assert_answer(fixture_post("/v1/tickets", AUTHORIZED, "{\"body\":\"a\"}"), 202, "\"id\"");
}

static void test_answer_waits(void **state)
{
	(void)state;
	fixture_mode(JOURNAL_HOLDS);
	fixture_acknowledge_later();
	assert_answer(fixture_post("/v1/tickets", AUTHORIZED, "{\"body\":\"a\"}"), 202, "\"id\"");

	const struct instant answered = time_monotonic();
	assert_false(time_before(answered, fixture_acknowledged_at()));
}

#define AT(time_) AUTHORIZED "Opsmesh-Received-At: " time_ "\r\n"

static void test_recorded(void **state)
{
	const char *const body = "{\"body\":\"a\"}";

	(void)state;
	assert_answer(fixture_post("/v1/tickets", AUTHORIZED, body), 400,
	              "required in recorded mode");
	assert_answer(fixture_post("/v1/tickets", AT("yesterday"), body), 400, "RFC 3339");
	const char *const id =
	    answer_member(fixture_post("/v1/tickets", AT("2026-01-01T09:00:00+09:00"), body), "id");
	assert_string_equal(
	    answer_member(fixture_post("/v1/tickets", AT("2026-01-01T00:00:00Z"), body), "id"), id);
	assert_string_not_equal(
	    answer_member(fixture_post("/v1/tickets", AT("2026-01-01T00:00:01Z"), body), "id"), id);
	assert_true(fixture_received(0)->recorded);
	assert_int_equal(fixture_record(0)->event->received_at->seconds, 1767225600);
	assert_non_null(strstr(fixture_record(0)->headers, "ce_time=2026-01-01T00:00:00Z;"));
	assert_answer(fixture_post("/v1/tickets", AUTHORIZED, body), 202, "\"id\"");
	assert_int_equal(fixture_record(3)->event->received_at->seconds, 1767225601);
}

static void test_clock(void **state)
{
	(void)state;
	assert_answer(fixture_post("/v1/clock", AUTHORIZED, "{\"now\":\"2026-01-02T00:00:00Z\"}"),
	              202, "\"id\"");
	assert_int_equal(fixture_count(), FIXTURE_PARTITIONS);
	for (size_t i = 0; i < FIXTURE_PARTITIONS; i++) {
		assert_int_equal(fixture_record(i)->partition, i);
		assert_null(fixture_record(i)->key);
		assert_int_equal(fixture_record(i)->event->fact_case,
		                 OPSMESH__V1__INTAKE_EVENT__FACT_CLOCK_SET);
		assert_int_equal(fixture_record(i)->event->clock_set->now->seconds, 1767312000);
	}
	assert_answer(fixture_post("/v1/clock", AUTHORIZED, "{\"now\":\"tomorrow\"}"), 422,
	              "\"field\":\"now\"");
	assert_answer(fixture_post("/v1/clock", AUTHORIZED, "{}"), 422, "\"field\":\"now\"");
	assert_answer(fixture_post("/v1/clock", POORLY_AUTHORIZED, "{}"), 403, "scope clock");
}

static void test_openapi(void **state)
{
	const char *const get = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
	const struct bytes answer = raw_http_talk(fixture_port(), get, strlen(get));

	(void)state;
	assert_string_equal(answer_member(answer, "openapi"), "3.1.0");
	for (const struct http_route *route = edge_routes(); route->method != NULL; route++)
		if (strcmp(route->method, "POST") == 0)
			assert_non_null(strstr(answer.data, route->pattern));
}

/* One event is known by customer, source and id, alone and among others; what it says, by that alone. */
static void test_usage(void **state)
{
#define SINCE "\"at\":\"2026-05-01T00:00:00Z\""
	static const char one[] =
	    "{\"kind\":\"meter\",\"source\":\"api\",\"id\":\"e-1\","
	    "\"customer\":\"cus_1\"," SINCE ",\"meter\":\"calls\",\"quantity\":12}";
	static const char many[] =
	    "{\"events\":[{" SINCE ", \"kind\":\"meter\",\"source\":\"api\",\"id\":\"e-1\","
	    "\"customer\":\"cus_1\",\"meter\":\"calls\",\"quantity\":12},"
	    "{\"kind\":\"seat_assigned\",\"source\":\"api\",\"id\":\"e-2\",\"customer\":\"cus_2\"," SINCE
	    ",\"item\":\"si_1\",\"subject\":\"u-1\"}]}";
#undef SINCE

	(void)state;
	const char *const id =
	    arena_string(fixture_arena(),
	                 answer_member(fixture_post("/v1/usage", AUTHORIZED, one), "id"));

	assert_string_equal(answer_member(fixture_post("/v1/usage",
	                                               AUTHORIZED "Idempotency-Key: k\r\n", one),
	                                  "id"),
	                    id);
	assert_string_not_equal(answer_member(fixture_post("/v1/usage", AUTHORIZED, many), "id"),
	                        id);
	assert_int_equal(fixture_count(), 4);
	assert_string_equal(fixture_record(2)->key, "cus_1");
	assert_string_equal(fixture_record(3)->key, "cus_2");
	assert_int_equal(fixture_received(2)->body.data[0], '{');
	for (size_t i = 1; i < 3; i++) {
		assert_string_equal(fixture_received(i)->natural_id->id_digest,
		                    fixture_received(0)->natural_id->id_digest);
		assert_string_equal(fixture_received(i)->natural_id->content_digest,
		                    fixture_received(0)->natural_id->content_digest);
	}
	assert_string_not_equal(fixture_received(3)->natural_id->id_digest,
	                        fixture_received(0)->natural_id->id_digest);
}

int main(void)
{
#define CASE(name_, test_)                                      \
	{                                                       \
		name_, test_, fixture_start, fixture_stop, NULL \
	}
#define RECORDED(name_, test_)                                           \
	{                                                                \
		name_, test_, fixture_start_recorded, fixture_stop, NULL \
	}
	const struct CMUnitTest tests[] = {
		CASE("a ticket is journalled under the id that is answered", test_ticket),
		CASE("the same Idempotency-Key gets the same id", test_idempotency),
		CASE("what names a ticket is keyed by it", test_named_ticket),
		CASE("accounts and actions go to the owner of their subject",
		     test_account_and_actions),
		CASE("usage is known by its own id and goes to its customer", test_usage),
		CASE("a body beyond the limit is refused", test_oversize),
		CASE("without a journal the answer is 503", test_journal_away),
		CASE("the answer waits for the acknowledgement", test_answer_waits),
		RECORDED("in recorded mode the request says when it was received", test_recorded),
		RECORDED("the recorded clock reaches every partition", test_clock),
		CASE("every route is described", test_openapi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
