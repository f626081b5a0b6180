/*
 * tool_request_test - lines that `opsmesh send` reads, what it adds to prove them, and names of keys.
 */
#include "common/base/text.h"
#include "services/opsmesh/key_ring.h"
#include "services/opsmesh/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static struct request read_line(const char *line)
{
	struct json_error error;
	struct request request;

	assert_true(request_read(arena, bytes_of(line), &request, &error));
	return request;
}

static void test_what_is_not_said_is_what_the_edge_expects(void **state)
{
	const struct request request = read_line("{\"path\":\"/v1/tickets\",\"body\":{\"a\": 1}}");

	(void)state;
	assert_string_equal(request.method, "POST");
	assert_true(bytes_equal(request.body, bytes_of("{\"a\":1}")));
	assert_string_equal(request_find(&request, "Content-Type"), "application/json");
	assert_null(request.key);
	assert_int_equal(request.scheme, -1);
	assert_true(request.received_at.us == TIME_MIN.us);
}

static void test_a_line_says_everything_itself(void **state)
{
	const struct request request =
	    read_line("{\"method\":\"PUT\",\"path\":\"/x\",\"headers\":{\"Content-Type\":\"a/b\"},"
	              "\"body_base64\":\"AAEC\",\"received_at\":\"2026-05-01T09:00:00+09:00\","
	              "\"key\":\"\",\"sign\":\"slack\",\"sign_time\":\"2026-05-01T00:00:00Z\","
	              "\"note\":\"for who reads\"}");

	(void)state;
	assert_string_equal(request.method, "PUT");
	assert_int_equal(request.body.size, 3);
	assert_string_equal(request_find(&request, "content-type"), "a/b");
	assert_string_equal(request.key, "");
	assert_int_equal(request.scheme, SIGNATURE_SLACK);
	assert_true(request.received_at.us == request.sign_time.us);
}

static void test_mails_are_mails(void **state)
{
	const struct request request =
	    read_line("{\"path\":\"/v1/email/help\",\"body\":\"From: a\"}");

	(void)state;
	assert_string_equal(request_find(&request, "content-type"), "message/rfc822");
}

static void test_wrong_lines(void **state)
{
	static const struct {
		const char *line;
		const char *reason;
	} rows[] = {
		{ "{", "" },
		{ "{}", "path" },
		{ "{\"path\":\"v1\"}", "path" },
		{ "[]", "object" },
		{ "{\"path\":\"/\",\"body\":\"a\",\"body_base64\":\"\"}", "body" },
		{ "{\"path\":\"/\",\"body_base64\":\"!\"}", "body_base64" },
		{ "{\"path\":\"/\",\"received_at\":\"yesterday\"}", "received_at" },
		{ "{\"path\":\"/\",\"provider\":\"nobody\"}", "provider" },
		{ "{\"path\":\"/\",\"headers\":{\"a\":\"b\\r\\nc: d\"}}", "headers" },
		{ "{\"path\":\"/\",\"headers\":{\"a:b\":\"\"}}", "headers" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char text[JSON_ERROR_SIZE];
		struct json_error error;
		struct request request;

		assert_false(request_read(arena, bytes_of(rows[i].line), &request, &error));
		assert_non_null(strstr(json_error_text(&error, text), rows[i].reason));
	}
}

static void test_a_strange_field_is_noticed(void **state)
{
	const struct request request = read_line("{\"path\":\"/\",\"typo\":1}");

	(void)state;
	assert_non_null(strstr(request.strange, "typo"));
	assert_null(read_line("{\"path\":\"/\"}").strange);
}

static void test_a_path_names_its_provider(void **state)
{
	static const struct {
		const char *line;
		int scheme;
		bool named;
	} rows[] = {
		{ "{\"path\":\"/v1/webhooks/stripe\"}", SIGNATURE_STRIPE, false },
		{ "{\"path\":\"/v1/webhooks/slack?x=1\"}", SIGNATURE_SLACK, false },
		{ "{\"path\":\"/v1/webhooks/generic\"}", SIGNATURE_STANDARD, false },
		{ "{\"path\":\"/v1/webhooks/stripes\"}", -1, false },
		{ "{\"path\":\"/v1/tickets\"}", -1, false },
		{ "{\"path\":\"/v1/webhooks/stripe\",\"provider\":\"none\"}", -1, false },
		{ "{\"path\":\"/v1/tickets\",\"provider\":\"linear\"}", SIGNATURE_LINEAR, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct request request = read_line(rows[i].line);

		assert_int_equal(request.scheme, rows[i].scheme);
		assert_int_equal(request.named, rows[i].named);
	}
}

static const char *find_header(const void *context, const char *name)
{
	return request_find(context, name);
}

static void test_what_is_signed_is_believed(void **state)
{
	static const struct {
		const char *path;
		const char *secrets;
	} rows[] = {
		{ "/v1/webhooks/stripe", "whsec_a,whsec_b" },
		{ "/v1/webhooks/slack", "8f742231b10e8888abcd99yyyzzz85a5" },
		{ "/v1/webhooks/zendesk", "secret" },
		{ "/v1/webhooks/intercom", "secret" },
		{ "/v1/webhooks/generic", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
	};
	const struct instant at = time_now();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct request request = read_line(
		    arena_printf(arena, "{\"path\":\"%s\",\"body\":\"{}\"}", rows[i].path));
		const struct signature_subject subject = { find_header, &request, request.body };
		const enum signature_scheme scheme = (enum signature_scheme)request.scheme;
		struct signature_secrets secrets;

		assert_true(request_sign(arena, &request, rows[i].secrets, at));
		assert_true(signature_secrets_parse(arena, scheme, rows[i].secrets, &secrets));
		assert_int_equal(signature_verify(arena, scheme, &secrets, &subject, at).result,
		                 SIGNATURE_GOOD);
	}
}

static void test_a_signature_that_the_line_brings_is_sent_as_it_is(void **state)
{
	struct request request = read_line("{\"path\":\"/v1/webhooks/stripe\","
	                                   "\"headers\":{\"stripe-signature\":\"t=1,v1=00\"}}");

	(void)state;
	assert_true(request_sign(arena, &request, "whsec_a", time_now()));
	assert_int_equal(request.header_count, 1);
	assert_string_equal(request_find(&request, "Stripe-Signature"), "t=1,v1=00");
}

static void test_the_same_bytes_have_the_same_webhook_id(void **state)
{
	const char *const line = "{\"path\":\"/v1/webhooks/generic\",\"body\":\"%s\"}";
	const char *const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
	struct request one = read_line(arena_printf(arena, line, "a"));
	struct request same = read_line(arena_printf(arena, line, "a"));
	struct request other = read_line(arena_printf(arena, line, "b"));

	(void)state;
	assert_true(request_sign(arena, &one, secret, time_now()));
	assert_true(request_sign(arena, &same, secret, time_now()));
	assert_true(request_sign(arena, &other, secret, time_now()));
	assert_string_equal(request_find(&one, "webhook-id"), request_find(&same, "webhook-id"));
	assert_string_not_equal(request_find(&one, "webhook-id"),
	                        request_find(&other, "webhook-id"));
}

static void test_without_a_secret_nothing_is_signed(void **state)
{
	struct request request = read_line("{\"path\":\"/v1/webhooks/stripe\"}");

	(void)state;
	assert_false(request_sign(arena, &request, "", time_now()));
	assert_int_equal(request.header_count, 0);
}

static void test_keys_are_found_by_name(void **state)
{
	static const struct {
		const char *setting;
		const char *name; /* NULL: the first */
		const char *key;  /* NULL: none */
	} rows[] = {
		{ "", NULL, NULL },
		{ "a:1:tickets;b:2:clock+email", NULL, "1" },
		{ "a:1:tickets;b:2:clock+email", "b", "2" },
		{ "a:1:tickets;b:2:clock+email", "c", NULL },
		{ " a:1:x;\n b:2:y", "b", "2" },
		{ "nonsense", NULL, NULL },
		{ "[{\"name\":\"a\",\"key\":\"1\"},{\"name\":\"b\",\"key\":\"2\"}]", "b", "2" },
		{ "[{\"name\":\"a\",\"key\":\"1\"}]", NULL, "1" },
		{ "[{\"name\":\"a\"}]", NULL, NULL },
		{ "[", "a", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const key = key_ring_find(arena, rows[i].setting, rows[i].name);

		assert_true(text_equal(key, rows[i].key));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_not_said_is_what_the_edge_expects),
		cmocka_unit_test(test_a_line_says_everything_itself),
		cmocka_unit_test(test_mails_are_mails),
		cmocka_unit_test(test_wrong_lines),
		cmocka_unit_test(test_a_strange_field_is_noticed),
		cmocka_unit_test(test_a_path_names_its_provider),
		cmocka_unit_test(test_what_is_signed_is_believed),
		cmocka_unit_test(test_a_signature_that_the_line_brings_is_sent_as_it_is),
		cmocka_unit_test(test_the_same_bytes_have_the_same_webhook_id),
		cmocka_unit_test(test_without_a_secret_nothing_is_signed),
		cmocka_unit_test(test_keys_are_found_by_name),
	};
	int failed;

	arena = arena_create(64UL * 1024);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
