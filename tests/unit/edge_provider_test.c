/*
 * edge_provider_test - what Stripe and mail servers send, as records of the journal.
 */
#include "tests/support/edge_fixture.h"

#include "common/base/memory.h"
#include "common/io/signature.h"
#include "services/ingest/decode_email.h"
#include "services/ingest/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *stripe_header(const char *secret, const char *body, struct instant at)
{
	const struct signature_message message = { bytes_of(body), at, NULL };
	struct signature_header headers[SIGNATURE_HEADERS_MAX];

	(void)signature_sign(fixture_arena(), SIGNATURE_STRIPE, bytes_of(secret), &message,
	                     headers);
	return arena_printf(fixture_arena(), "Stripe-Signature: %s\r\n", headers[0].value);
}

#define EVENT                                                                   \
	"{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"charge.succeeded\"," \
	"\"created\":1700000000,\"data\":{\"object\":{\"id\":\"ch_1\",\"object\":\"charge\"}}}"

static void test_stripe_webhook(void **state)
{
	const struct instant now = time_now();
	const char *const path = "/v1/webhooks/stripe";
	const struct bytes answer =
	    fixture_post(path, stripe_header(FIXTURE_STRIPE_SECRET, EVENT, now), EVENT);
	const char *const id = answer_member(answer, "id");

	(void)state;
	assert_answer(answer, 202, "\"id\"");
	assert_string_equal(fixture_record(0)->key, "ch_1");
	assert_string_equal(fixture_received(0)->natural_id->source, "stripe");
	assert_string_equal(fixture_received(0)->verification->principal, "stripe");
	assert_non_null(fixture_received(0)->verification->signed_at);
	assert_string_equal(
	    answer_member(
		fixture_post(path, stripe_header(FIXTURE_STRIPE_SECRET, EVENT, now), EVENT), "id"),
	    id);
	assert_answer(fixture_post(path, stripe_header("whsec_other", EVENT, now), EVENT), 401,
	              "secrets");
	assert_answer(fixture_post(path,
	                           stripe_header(FIXTURE_STRIPE_SECRET, EVENT,
	                                         time_sub(now, SECONDS(301))),
	                           EVENT),
	              401, "too far from now");
	assert_answer(fixture_post(path, stripe_header(FIXTURE_STRIPE_SECRET, EVENT, now),
	                           EVENT " "),
	              401, "stripe-signature");
	assert_int_equal(fixture_count(), 2);
	assert_answer(fixture_post(path, stripe_header(FIXTURE_STRIPE_SECRET, "{", now), "{"), 202,
	              "\"id\"");
	assert_null(fixture_received(2)->natural_id);
}

static void test_stripe_objects(void **state)
{
	const char *const page = "{\"object\":\"list\",\"data\":[{\"id\":\"ch_1\",\"object\":"
				 "\"charge\"},{\"id\":\"ch_2\",\"object\":\"charge\"}]}";

	(void)state;
	assert_answer(fixture_post("/v1/stripe/objects?provenance=fetch", AUTHORIZED, page), 202,
	              "\"id\"");
	assert_int_equal(fixture_count(), 2);
	assert_string_equal(fixture_record(0)->key, "ch_1");
	assert_string_equal(fixture_record(1)->key, "ch_2");
	assert_int_equal(fixture_received(1)->body.len,
	                 strlen("{\"id\":\"ch_2\",\"object\":\"charge\"}"));
	assert_string_equal(fixture_received(1)->path_parameters[0]->name, "provenance");
	assert_string_equal(fixture_received(1)->path_parameters[0]->value, "fetch");
	assert_answer(fixture_post("/v1/stripe/objects?as_of=2026-05-01T09:00:00%2B09:00",
	                           AUTHORIZED, "{\"id\":\"ch_3\",\"object\":\"charge\"}"),
	              202, "\"id\"");
	assert_string_equal(fixture_received(2)->path_parameters[0]->name, "as_of");
	assert_string_equal(fixture_received(2)->path_parameters[0]->value,
	                    "2026-05-01T09:00:00+09:00");
}

static void test_email(void **state)
{
	const char *const first = "Message-ID: <root@example.com>\r\nFrom: a@example.com\r\n"
				  "Subject: x\r\n\r\nhello\r\n";
	const char *const reply =
	    "Message-ID: <two@example.com>\r\nIn-Reply-To: <one@example.com>"
	    "\r\nReferences: <root@example.com>\r\n <one@example.com>\r\n\r\nyes";
	const char *const signed_reply = arena_printf(
	    fixture_arena(),
	    "From: b@example.com\r\nTo: %s@example.com\r\nReferences: <foreign@example.com>\r\n\r\nyes",
	    reply_token_make(fixture_arena(), bytes_of("reply secret"), "t-77"));
	const char *const id =
	    answer_member(fixture_post("/v1/email/support", AUTHORIZED, first), "id");

	(void)state;
	assert_non_null(id);
	assert_answer(fixture_post("/v1/email/support", AUTHORIZED, reply), 202, "\"id\"");
	assert_answer(fixture_post("/v1/email/support", AUTHORIZED, signed_reply), 202,
	              "\"ticket_id\":\"t-77\"");
	assert_answer(fixture_post("/v1/email/support", AUTHORIZED, "\x01\xff no mail at all"), 202,
	              "\"id\"");
	assert_string_equal(fixture_record(0)->key, fixture_record(1)->key);
	assert_string_equal(fixture_record(0)->key,
	                    mail_id_digest(fixture_arena(), bytes_of("contact secret"),
	                                   "root@example.com"));
	assert_string_equal(fixture_record(2)->key, "t-77");
	assert_string_equal(fixture_record(3)->key, fixture_record(3)->event->request_id);
	assert_null(strstr(fixture_record(0)->headers, "example.com"));
	assert_string_equal(fixture_received(0)->natural_id->source, "email/support");
	assert_string_equal(
	    answer_member(fixture_post("/v1/email/support", AUTHORIZED, first), "id"), id);
	assert_string_not_equal(
	    answer_member(fixture_post("/v1/email/billing", AUTHORIZED, first), "id"), id);
}

static void test_large_email(void **state)
{
	const char *const head = "Message-ID: <large@example.com>\r\n\r\n";
	const size_t size = 3 * EDGE_CHUNK + 17;
	char *const mail = memory_zero(size);
	size_t total = 0;

	(void)state;
	memset(mail, 'a', size);
	for (size_t i = 0; head[i] != '\0'; i++)
		mail[i] = head[i];
	assert_answer(fixture_post_bytes("/v1/email/support", AUTHORIZED,
	                                 (struct bytes){ mail, size }),
	              202, "\"id\"");
	assert_int_equal(fixture_count(), 4);
	for (size_t i = 0; i < fixture_count(); i++) {
		assert_int_equal(fixture_received(i)->chunk->index, i);
		assert_int_equal(fixture_received(i)->chunk->count, 4);
		assert_int_equal(fixture_received(i)->chunk->total_size, size);
		assert_string_equal(fixture_record(i)->key, fixture_record(0)->key);
		assert_memory_equal(fixture_received(i)->body.data, mail + total,
		                    fixture_received(i)->body.len);
		total += fixture_received(i)->body.len;
	}
	assert_int_equal(total, size);
	memory_free(mail);
}

static void test_recorded_age(void **state)
{
	const struct instant signed_at = { INT64_C(1767225600000000) }; /* 2026-01-01 */

	(void)state;
	assert_answer(
	    fixture_post("/v1/webhooks/stripe",
	                 arena_printf(fixture_arena(),
	                              "Opsmesh-Received-At: 2026-01-01T00:04:00Z\r\n%s",
	                              stripe_header(FIXTURE_STRIPE_SECRET, EVENT, signed_at)),
	                 EVENT),
	    202, "\"id\"");
	assert_answer(
	    fixture_post("/v1/webhooks/stripe",
	                 arena_printf(fixture_arena(),
	                              "Opsmesh-Received-At: 2026-01-01T01:00:00Z\r\n%s",
	                              stripe_header(FIXTURE_STRIPE_SECRET, EVENT, signed_at)),
	                 EVENT),
	    401, "too far");
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
		CASE("Stripe's events are keyed by their object", test_stripe_webhook),
		RECORDED("in recorded mode a signature's age is judged by the recorded time",
		         test_recorded_age),
		CASE("a list page becomes a record for each object", test_stripe_objects),
		CASE("mails of a thread have one key, which tells nobody's address", test_email),
		CASE("a large mail is journalled in chunks on one key", test_large_email),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
