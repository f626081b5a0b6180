/*
 * edge_refusal_test - what the edge refuses, with field and reason, and wrong settings.
 */
#include "tests/support/edge_fixture.h"

#include "common/base/text.h"
#include "services/ingest/routing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

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
	{ "another scheme is 401", "/v1/tickets", "Authorization: Basic " FIXTURE_KEY "\r\n",
	  "{\"body\":\"a\"}", 401, "\"field\":\"authorization\"" },
	{ "a key without the scope is 403", "/v1/tickets", POORLY_AUTHORIZED, "{\"body\":\"a\"}",
	  403, "scope tickets" },
	{ "an action without its scope is 403", "/v1/actions", POORLY_AUTHORIZED,
	  "{\"action\":\"retry\",\"on\":{\"type\":\"ticket\",\"id\":\"t\"}}", 403,
	  "scope actions:retry" },
	{ "releasing a dispute without the scope is 403", "/v1/actions", POORLY_AUTHORIZED,
	  "{\"action\":\"approve\",\"on\":{\"type\":\"case\",\"id\":\"case/acme/dp_1\"},"
	  "\"decision\":\"submit\",\"digest\":\"D1\"}",
	  403,
	  "\"field\":\"authorization\",\"reason\":\"this key lacks the scope actions:approve\"" },
	{ "an account's id with a slash is 422", "/v1/accounts", AUTHORIZED, "{\"id\":\"acme/eu\"}",
	  422, "\"field\":\"id\",\"reason\":\"must not have a slash\"" },
	{ "on behalf of another is 403", "/v1/actions", POORLY_AUTHORIZED,
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
	{ "usage without its scope is 403", "/v1/usage", POORLY_AUTHORIZED, "{}", 403,
	  "scope usage" },
	{ "usage of another kind is 422", "/v1/usage", AUTHORIZED, "{\"kind\":\"gift\"}", 422,
	  "\"field\":\"kind\"" },
	{ "a wrong event among others is 422 with its place", "/v1/usage", AUTHORIZED,
	  "{\"events\":[{\"kind\":\"cancel\",\"source\":\"a\",\"id\":\"b\",\"customer\":\"c\","
	  "\"at\":\"2026-05-01T00:00:00Z\",\"refers\":\"d\"},{\"kind\":\"cancel\"}]}",
	  422, "\"field\":\"events[1].source\"" },
	{ "an unknown provenance is 422", "/v1/stripe/objects?provenance=guess", AUTHORIZED,
	  "{\"id\":\"ch_1\",\"object\":\"charge\"}", 422, "\"field\":\"provenance\"" },
	{ "an as_of that is no time is 422", "/v1/stripe/objects?as_of=yesterday", AUTHORIZED,
	  "{\"id\":\"ch_1\",\"object\":\"charge\"}", 422, "\"field\":\"as_of\"" },
	{ "an as_of before 1970 is 422", "/v1/stripe/objects?as_of=1969-12-31T23:59:59Z",
	  AUTHORIZED, "{\"id\":\"ch_1\",\"object\":\"charge\"}", 422, "\"field\":\"as_of\"" },
	{ "an as_of in the future is 422", "/v1/stripe/objects?as_of=9999-01-01T00:00:00Z",
	  AUTHORIZED, "{\"id\":\"ch_1\",\"object\":\"charge\"}", 422, "lies in the future" },
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
		    fixture_post(refused_cases[i].path, refused_cases[i].headers,
		                 refused_cases[i].body);

		print_message("  %s\n", refused_cases[i].name);
		assert_answer(answer, refused_cases[i].status, refused_cases[i].part);
		assert_answer(answer, refused_cases[i].status, "application/problem+json");
	}
	assert_int_equal(fixture_count(), 0);
}

static void test_settings(void **state)
{
	static const char *const bad[] = {
		"a:short:tickets",
		"a",
		"a:" FIXTURE_KEY,
		":" FIXTURE_KEY ":x",
		"a b:" FIXTURE_KEY ":x",
		"a:" FIXTURE_KEY ":",
		"a:" FIXTURE_KEY ":x;a:" FIXTURE_KEY "2:x",
		"a:" FIXTURE_KEY ":x y",
		"[{\"name\":\"a\"}]",
		"[{\"name\":\"a\",\"key\":\"" FIXTURE_KEY "\",\"scopes\":[1]}]",
		"[",
	};
	const struct edge_journal journal = fixture_journal();
	struct edge_settings settings = { .stripe_secrets = "",
		                          .api_keys = "[{\"name\":\"a\",\"key\":\"" FIXTURE_KEY
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
		assert_null(strstr(reason, FIXTURE_KEY));
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
	assert_string_equal(routing_key(own, "discrepancy", "discrepancy/cus_1/9f"), "cus_1");
	assert_string_equal(routing_key(own, "charge", "charge/cus_1/ch_1"), "cus_1");
	assert_string_equal(routing_key(own, "refund", "refund/cus_1/ch_1/a-1"), "cus_1");
	assert_string_equal(routing_key(own, "invoice", "invoice/cus_1/in_1"), "cus_1");
	assert_string_equal(routing_key(own, "invoice", "in_1"), "in_1");
	assert_string_equal(routing_key(own, "credit_note", "credit_note/cus_1/in_1/a-1"), "cus_1");
	assert_string_equal(routing_key(own, "charge", "charge//ch_1"), "charge//ch_1");
	assert_string_equal(routing_key(own, "charge", "refund/cus_1/ch_1"), "refund/cus_1/ch_1");
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
#define CASE(name_, test_)                                      \
	{                                                       \
		name_, test_, fixture_start, fixture_stop, NULL \
	}
	const struct CMUnitTest tests[] = {
		CASE("what is not proved or not formed right is refused with field and reason",
		     test_refused),
		{ "a wrong setting is named without its secret", test_settings, NULL, NULL, NULL },
		{ "routing keys are read from public ids", test_routing, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
