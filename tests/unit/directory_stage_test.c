/*
 * The stage `directory`: whichever comes first, the contact or the account, the ticket hears of it once.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/ingest/contact.h"
#include "services/ingest/ingest.h"
#include "tests/support/stage_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SHARD 2

struct fixture {
	struct stage_test test;
	const char *key;
	int hour;
};

static int start(void **state)
{
	static struct fixture fixture;
	const struct stage *stage = ingest_stages;

	while (!text_equal(stage->name, "directory"))
		stage++;
	fixture = (struct fixture){ .hour = 0 };
	stage_test_init(&fixture.test, &opsmesh_catalogue, stage, SHARD, NULL, NULL);
	fixture.key = stage_test_key(&fixture.test, "address:");
	*state = &fixture;
	return 0;
}

static int stop(void **state)
{
	struct fixture *const fixture = *state;

	stage_test_finish(&fixture->test);
	return 0;
}

static void feed(struct fixture *fixture, Opsmesh__V1__ByContactEvent *event)
{
	struct instant at;

	assert_true(time_parse("2026-05-01T00:00:00Z", &at));
	at = time_add(at, SECONDS(3600 * ++fixture->hour));
	event->contact_key = text_mutable(fixture->key);
	event->occurred_at = proto_timestamp(fixture->test.arena, at);
	event->request_id = text_mutable("R");
	assert_true(
	    stage_test_feed(&fixture->test, &(struct stage_test_event){ .topic = OPS_BY_CONTACT,
	                                                                .key = fixture->key,
	                                                                .time = at,
	                                                                .mesh = at,
	                                                                .message = &event->base }));
	assert_int_equal(stage_test_fold(&fixture->test, STAGE_TEST_ALL, at), STATUS_OK);
}

static void see(struct fixture *fixture, const char *ticket)
{
	Opsmesh__V1__ByContactEvent event = OPSMESH__V1__BY_CONTACT_EVENT__INIT;
	Opsmesh__V1__ContactSeen seen = OPSMESH__V1__CONTACT_SEEN__INIT;

	seen.ticket_id = text_mutable(ticket);
	event.fact_case = OPSMESH__V1__BY_CONTACT_EVENT__FACT_CONTACT_SEEN;
	event.contact_seen = &seen;
	feed(fixture, &event);
}

static void declare(struct fixture *fixture, const char *account, int64_t version)
{
	Opsmesh__V1__ByContactEvent event = OPSMESH__V1__BY_CONTACT_EVENT__INIT;
	Opsmesh__V1__AccountKeyDeclared declared = OPSMESH__V1__ACCOUNT_KEY_DECLARED__INIT;

	declared.account_id = text_mutable(account);
	declared.tier = OPSMESH__V1__TIER__TIER_ENTERPRISE;
	declared.region = text_mutable("JP");
	declared.account_version = version;
	event.fact_case = OPSMESH__V1__BY_CONTACT_EVENT__FACT_ACCOUNT_DECLARED;
	event.account_declared = &declared;
	feed(fixture, &event);
}

static void withdraw(struct fixture *fixture, const char *account, int64_t version)
{
	Opsmesh__V1__ByContactEvent event = OPSMESH__V1__BY_CONTACT_EVENT__INIT;
	Opsmesh__V1__AccountKeyWithdrawn withdrawn = OPSMESH__V1__ACCOUNT_KEY_WITHDRAWN__INIT;

	withdrawn.account_id = text_mutable(account);
	withdrawn.account_version = version;
	event.fact_case = OPSMESH__V1__BY_CONTACT_EVENT__FACT_ACCOUNT_WITHDRAWN;
	event.account_withdrawn = &withdrawn;
	feed(fixture, &event);
}

/* "ticket=account/version" of each fact since the last time, a blank between. */
static const char *hear(struct fixture *fixture)
{
	struct arena *const arena = fixture->test.arena;
	const ProtobufCMessage *message;
	const char *text = "";

	while (stage_test_next(&fixture->test, &message) != NULL) {
		const Opsmesh__V1__ByTicketEvent *const event = (const void *)message;

		assert_int_equal(event->fact_case,
		                 OPSMESH__V1__BY_TICKET_EVENT__FACT_CUSTOMER_RESOLVED);
		assert_string_equal(event->customer_resolved->contact_key, fixture->key);
		text = arena_printf(arena, "%s%s%s=%s/%lld", text, *text == '\0' ? "" : " ",
		                    event->ticket_id, event->customer_resolved->account_id,
		                    (long long)event->customer_resolved->account_version);
	}
	return text;
}

/* Cases. */

static void a_contact_of_a_known_account_is_resolved_at_once(void **state)
{
	struct fixture *const fixture = *state;

	declare(fixture, "acme", 1);
	see(fixture, "T1");
	assert_string_equal(hear(fixture), "T1=acme/1");
}

static void an_account_that_comes_later_reaches_the_tickets_before_it(void **state)
{
	struct fixture *const fixture = *state;

	see(fixture, "T1");
	see(fixture, "T2");
	see(fixture, "T1");
	assert_string_equal(hear(fixture), "");
	declare(fixture, "acme", 1);
	assert_string_equal(hear(fixture), "T1=acme/1 T2=acme/1");
}

static void a_new_version_is_told_with_the_next_ticket_only(void **state)
{
	struct fixture *const fixture = *state;

	see(fixture, "T1");
	declare(fixture, "acme", 1);
	declare(fixture, "acme", 2);
	declare(fixture, "acme", 1);
	assert_string_equal(hear(fixture), "T1=acme/1");
	see(fixture, "T2");
	assert_string_equal(hear(fixture), "T2=acme/2");
}

static void another_account_takes_the_key_over(void **state)
{
	struct fixture *const fixture = *state;

	see(fixture, "T1");
	declare(fixture, "acme", 3);
	declare(fixture, "bolt", 1);
	withdraw(fixture, "acme", 4);
	see(fixture, "T2");
	assert_string_equal(hear(fixture), "T1=acme/3 T1=bolt/1 T2=bolt/1");
}

static void a_withdrawn_key_is_nobodys(void **state)
{
	struct fixture *const fixture = *state;

	declare(fixture, "acme", 1);
	withdraw(fixture, "acme", 2);
	stage_test_restart(&fixture->test);
	see(fixture, "T1");
	assert_string_equal(hear(fixture), "");
	declare(fixture, "bolt", 1);
	assert_string_equal(hear(fixture), "T1=bolt/1");
}

static void of_too_many_tickets_the_oldest_is_forgotten(void **state)
{
	struct fixture *const fixture = *state;
	size_t told = 0;

	for (int i = 0; i <= CONTACT_TICKETS_MAX; i++)
		see(fixture, arena_printf(fixture->test.arena, "T%d", i));
	declare(fixture, "acme", 1);
	const char *const text = hear(fixture);

	for (const char *at = text; (at = strchr(at, '=')) != NULL; at++)
		told++;
	assert_int_equal(told, CONTACT_TICKETS_MAX);
	assert_null(strstr(text, "T0="));
}

static void the_stronger_the_key_the_surer_we_are(void **state)
{
	static const char *const keys[] = { "stripe:cus_1", "address:ab", "slack:T1", "domain:a.b",
		                            "other:x" };
	const struct contact_rule *stronger = contact_rule_named();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const struct contact_rule *const rule = contact_rule_of(keys[i]);

		assert_true(rule->confidence_per_mille < stronger->confidence_per_mille);
		stronger = rule;
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		CASE(a_contact_of_a_known_account_is_resolved_at_once),
		CASE(an_account_that_comes_later_reaches_the_tickets_before_it),
		CASE(a_new_version_is_told_with_the_next_ticket_only),
		CASE(another_account_takes_the_key_over),
		CASE(a_withdrawn_key_is_nobodys),
		CASE(of_too_many_tickets_the_oldest_is_forgotten),
		CASE(the_stronger_the_key_the_surer_we_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
