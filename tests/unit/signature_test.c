/*
 * signature_test - each provider's scheme against vectors computed by another implementation (Standard
 * Webhooks': the vector of its specification), and what must not pass.
 */
#include "common/io/signature.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define BODY "{\"id\":\"evt_1\",\"猫\":1}"
#define STRIPE "e1ff88cb90d857727c27e002bb2e6bee814c7fb038881849cc77533f35922f44"
#define SLACK_BODY                                                                                 \
	"token=xyzz0WbapA4vBCDEFa0g6zAd&team_id=T1DC2JH3J&team_domain=testteamnow&"                \
	"channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=" \
	"%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%"          \
	"2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015."           \
	"47445629121.803a0bc887a14d10d2c447fce8b6703c"
#define SLACK "ea5eee4e8552ad28b0a841831f02c2ab1cc42e4e2e510aa8ee9ff76df9dc9202"
#define ZENDESK "elQu8CMVisNhg4+zA5b/DmP66O3GcoH7KXaZr+AbI10="
#define INTERCOM "6a15cb8f6f16d6588d492c9419ecb5e32625b7c5"
#define LINEAR "56d7973056d489613469a8323d2b508488b234cc829a29858a2da4d2e5ce486a"
#define STANDARD "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define STANDARD_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define STANDARD_BODY "{\"test\": 2432232314}"
#define STANDARD_ID "msg_p5jXN8AQM9LWM0D4loKWxJek"

#define AT(seconds) ((struct instant){ INT64_C(1000000) * (seconds) })

struct header_list {
	struct signature_header list[SIGNATURE_HEADERS_MAX];
};

static const char *lookup(const void *context, const char *name)
{
	const struct header_list *const headers = context;

	for (size_t i = 0; i < SIGNATURE_HEADERS_MAX; i++)
		if (headers->list[i].name != NULL && strcmp(headers->list[i].name, name) == 0)
			return headers->list[i].value;
	return NULL;
}

struct vector {
	const char *name;
	enum signature_scheme scheme;
	const char *secrets;
	struct header_list headers;
	const char *body;
	int64_t now_s;
	enum signature_result result;
	uint32_t secret;
};

#define STRIPE_CASE(name_, header_, now_, result_)                                              \
	{                                                                                       \
		name_, SIGNATURE_STRIPE, "whsec_test", { { { "stripe-signature", header_ } } }, \
		    BODY, now_, result_, 0                                                      \
	}
#define STANDARD_CASE(name_, id_, time_, signature_, result_)    \
	{                                                        \
		name_, SIGNATURE_STANDARD, STANDARD_SECRET,      \
		    { { { "webhook-id", id_ },                   \
			{ "webhook-timestamp", time_ },          \
			{ "webhook-signature", signature_ } } }, \
		    STANDARD_BODY, 1614265330, result_, 0        \
	}
#define SLACK_CASE(name_, secrets_, time_, body_, now_, result_, secret_) \
	{                                                                 \
		name_, SIGNATURE_SLACK, secrets_,                         \
		    { { { "x-slack-request-timestamp", time_ },           \
			{ "x-slack-signature", "v0=" SLACK } } },         \
		    body_, now_, result_, secret_                         \
	}
#define SLACK_SECRET "8f742231b10e8888abcd99yyyzzz85a5"

static const struct vector vectors[] = {
	STRIPE_CASE("Stripe's signature is good", "t=1700000000,v1=" STRIPE, 1700000000,
	            SIGNATURE_GOOD),
	STRIPE_CASE("other versions are ignored, several v1 tried",
	            "t=1700000000,v0=00,v1=abcd,v1=" STRIPE, 1700000300, SIGNATURE_GOOD),
	STRIPE_CASE("301 seconds later it is stale", "t=1700000000,v1=" STRIPE, 1700000301,
	            SIGNATURE_STALE),
	STRIPE_CASE("301 seconds from the future it is stale", "t=1700000000,v1=" STRIPE,
	            1699999699, SIGNATURE_STALE),
	STRIPE_CASE("another time does not match", "t=1700000001,v1=" STRIPE, 1700000000,
	            SIGNATURE_MISMATCH),
	STRIPE_CASE("a shorter signature does not match", "t=1700000000,v1=e1ff", 1700000000,
	            SIGNATURE_MISMATCH),
	STRIPE_CASE("an old scheme alone is malformed", "t=1700000000,v0=" STRIPE, 1700000000,
	            SIGNATURE_MALFORMED),
	STRIPE_CASE("no time is malformed", "v1=" STRIPE, 1700000000, SIGNATURE_MALFORMED),
	STRIPE_CASE("a time that is no number is malformed", "t=1e9,v1=" STRIPE, 1700000000,
	            SIGNATURE_MALFORMED),
	STRIPE_CASE("a time beyond all is malformed", "t=99999999999999999999,v1=" STRIPE,
	            1700000000, SIGNATURE_MALFORMED),
	STRIPE_CASE("nine signatures are malformed",
	            "t=1,v1=a,v1=a,v1=a,v1=a,v1=a,v1=a,v1=a,v1=a,v1=a", 1, SIGNATURE_MALFORMED),
	STRIPE_CASE("an empty header is malformed", "", 1700000000, SIGNATURE_MALFORMED),
	STRIPE_CASE("no header is missing", NULL, 1700000000, SIGNATURE_MISSING),
	SLACK_CASE("Slack's signature is good", SLACK_SECRET, "1531420618", SLACK_BODY, 1531420700,
	           SIGNATURE_GOOD, 0),
	SLACK_CASE("the second of several secrets may have made it", "other," SLACK_SECRET,
	           "1531420618", SLACK_BODY, 1531420700, SIGNATURE_GOOD, 1),
	SLACK_CASE("no secret matches another body", SLACK_SECRET, "1531420618", SLACK_BODY "x",
	           1531420618, SIGNATURE_MISMATCH, 0),
	SLACK_CASE("Slack needs its time stamp", SLACK_SECRET, NULL, SLACK_BODY, 1531420618,
	           SIGNATURE_MISSING, 0),
	{ "Zendesk's signature is good, of any age",
	  SIGNATURE_ZENDESK,
	  "zsecret",
	  { { { "x-zendesk-webhook-signature", ZENDESK },
	      { "x-zendesk-webhook-signature-timestamp", "2026-01-02T03:04:05Z" } } },
	  BODY,
	  0,
	  SIGNATURE_GOOD,
	  0 },
	{ "Intercom's signature is good",
	  SIGNATURE_INTERCOM,
	  "isecret",
	  { { { "x-hub-signature", "sha1=" INTERCOM } } },
	  BODY,
	  0,
	  SIGNATURE_GOOD,
	  0 },
	{ "Intercom's without its prefix is malformed",
	  SIGNATURE_INTERCOM,
	  "isecret",
	  { { { "x-hub-signature", INTERCOM } } },
	  BODY,
	  0,
	  SIGNATURE_MALFORMED,
	  0 },
	{ "Linear's signature is good",
	  SIGNATURE_LINEAR,
	  "lsecret",
	  { { { "linear-signature", LINEAR } } },
	  BODY,
	  0,
	  SIGNATURE_GOOD,
	  0 },
	STANDARD_CASE("Standard Webhooks' signature is good", STANDARD_ID, "1614265330",
	              "v1a,xx v1," STANDARD, SIGNATURE_GOOD),
	STANDARD_CASE("another id does not match", "msg_other", "1614265330", "v1," STANDARD,
	              SIGNATURE_MISMATCH),
	STANDARD_CASE("no id is missing", NULL, "1614265330", "v1," STANDARD, SIGNATURE_MISSING),
};

static void test_vectors(void **state)
{
	struct arena *const arena = arena_create(1024);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(vectors); i++) {
		const struct vector *const one = &vectors[i];
		const struct signature_subject subject = { lookup, &one->headers,
			                                   bytes_of(one->body) };
		struct signature_secrets secrets;

		print_message("  %s\n", one->name);
		assert_true(signature_secrets_parse(arena, one->scheme, one->secrets, &secrets));
		const struct signature_verdict verdict =
		    signature_verify(arena, one->scheme, &secrets, &subject, AT(one->now_s));
		assert_int_equal(verdict.result, one->result);
		assert_non_null(verdict.header);
		assert_non_null(verdict.reason);
		if (verdict.result == SIGNATURE_GOOD)
			assert_int_equal(verdict.secret, one->secret);
	}
	arena_destroy(arena);
}

static void test_round_trip(void **state)
{
	struct arena *const arena = arena_create(1024);
	const struct signature_message message = { bytes_of(BODY), AT(1700000000), "id_1" };
	struct signature_secrets secrets;

	(void)state;
	assert_true(signature_secrets_parse(arena, SIGNATURE_STRIPE, "one,two", &secrets));
	for (enum signature_scheme scheme = 0; scheme < SIGNATURE_SCHEMES; scheme++) {
		struct header_list headers = { { { NULL, NULL } } };
		const struct signature_subject subject = { lookup, &headers, bytes_of(BODY) };

		(void)signature_sign(arena, scheme, secrets.list[1], &message, headers.list);
		print_message("  %s\n", signature_name(scheme));
		const struct signature_verdict verdict =
		    signature_verify(arena, scheme, &secrets, &subject, AT(1700000030));
		assert_int_equal(verdict.result, SIGNATURE_GOOD);
		assert_int_equal(verdict.secret, 1);
		if (verdict.dated)
			assert_int_equal(verdict.signed_at.us, AT(1700000000).us);
	}
	arena_destroy(arena);
}

static void test_secrets(void **state)
{
	static const char *const bad[] = { "", "a,", ",a", "a,,b", "1,2,3,4,5,6,7,8,9" };
	struct arena *const arena = arena_create(1024);
	struct signature_secrets secrets;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(signature_secrets_parse(arena, SIGNATURE_STRIPE, bad[i], &secrets));
	assert_false(signature_secrets_parse(arena, SIGNATURE_STANDARD, "whsec_!", &secrets));
	assert_true(signature_secrets_parse(arena, SIGNATURE_STANDARD, STANDARD_SECRET, &secrets));
	assert_int_equal(secrets.list[0].size, 24);
	arena_destroy(arena);
}

static void test_fresh(void **state)
{
	(void)state;
	assert_true(signature_fresh(SIGNATURE_LINEAR, AT(100), AT(160)));
	assert_false(signature_fresh(SIGNATURE_LINEAR, AT(100), AT(161)));
	assert_false(signature_fresh(SIGNATURE_LINEAR, AT(161), AT(100)));
	assert_true(signature_fresh(SIGNATURE_INTERCOM, AT(0), AT(1700000000)));
}

int main(void)
{
#define CASE(name_, test_)                     \
	{                                      \
		name_, test_, NULL, NULL, NULL \
	}
	const struct CMUnitTest tests[] = {
		CASE("each scheme's vectors are judged as they should be", test_vectors),
		CASE("what is signed here is verified here", test_round_trip),
		CASE("a setting with a broken secret is refused", test_secrets),
		CASE("age counts in both directions", test_fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
