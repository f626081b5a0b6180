/*
 * API keys: what the setting may hold, and who may do what.
 */
#include "services/ingest/edge_credential.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define KEY "0123456789abcdef"
#define OTHER "fedcba9876543210"

static struct edge_credentials good(const char *text)
{
	struct edge_credentials credentials;
	const char *reason = "";

	assert_true(edge_credentials_parse(arena, text, &credentials, &reason));
	return credentials;
}

static void both_forms_say_the_same(void **state)
{
	const struct edge_credentials short_form =
	    good("crm:" KEY ":tickets+actions:*;bot:" OTHER ":csat");
	const struct edge_credentials json =
	    good("[{\"name\":\"crm\",\"key\":\"" KEY "\",\"scopes\":[\"tickets\",\"actions:*\"]},"
	         "{\"name\":\"bot\",\"key\":\"" OTHER "\",\"scopes\":[\"csat\"]}]");

	(void)state;
	assert_int_equal(short_form.count, 2);
	assert_int_equal(json.count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(short_form.list[i].name, json.list[i].name);
		assert_memory_equal(short_form.list[i].digest, json.list[i].digest, DIGEST_SIZE);
	}
}

static void a_key_is_known_by_its_header_alone(void **state)
{
	const struct edge_credentials credentials = good("crm:" KEY ":tickets");

	(void)state;
	assert_string_equal(edge_credential_find(&credentials, "Bearer " KEY)->name, "crm");
	assert_null(edge_credential_find(&credentials, "Bearer " OTHER));
	assert_null(edge_credential_find(&credentials, KEY));
	assert_null(edge_credential_find(&credentials, NULL));
}

static void a_scope_is_what_it_says_and_no_more(void **state)
{
	const struct edge_credentials credentials =
	    good("crm:" KEY ":tickets+actions:close;all:" OTHER ":actions:*");

	(void)state;
	assert_true(edge_credential_may(&credentials.list[0], "tickets"));
	assert_true(edge_credential_may(&credentials.list[0], "actions:close"));
	assert_false(edge_credential_may(&credentials.list[0], "actions:assign"));
	assert_false(edge_credential_may(&credentials.list[0], "csat"));
	assert_true(edge_credential_may(&credentials.list[1], "actions:assign"));
	assert_false(edge_credential_may(&credentials.list[1], "tickets"));
}

static void a_wrong_setting_is_refused_and_shows_no_key(void **state)
{
	static const struct {
		const char *text;
		const char *reason;
	} wrong[] = {
		{ "crm", "not name:key:scope+scope" },
		{ "crm:short:tickets", "the key is too short" },
		{ "c r m:" KEY ":tickets", "the name is not letters" },
		{ "crm:" KEY ":tickets;crm:" OTHER ":csat", "the name is taken" },
		{ "crm:" KEY ":tick ets", "a scope is malformed" },
		{ "crm:" KEY ":ticket", "a scope is not known" },
		{ "crm:" KEY ":actions:", "a scope is not known" },
		{ "[{\"name\":\"crm\",\"key\":\"" KEY "\",\"scopes\":[\"ticket\"]}]",
		  "is not known" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct edge_credentials credentials;
		const char *reason = "";

		assert_false(edge_credentials_parse(arena, wrong[i].text, &credentials, &reason));
		if (strstr(reason, wrong[i].reason) == NULL)
			fail_msg("%s: %s", wrong[i].text, reason);
		assert_null(strstr(reason, KEY));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_forms_say_the_same, arena_open, arena_close),
		cmocka_unit_test_setup_teardown(a_key_is_known_by_its_header_alone, arena_open,
		                                arena_close),
		cmocka_unit_test_setup_teardown(a_scope_is_what_it_says_and_no_more, arena_open,
		                                arena_close),
		cmocka_unit_test_setup_teardown(a_wrong_setting_is_refused_and_shows_no_key,
		                                arena_open, arena_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
