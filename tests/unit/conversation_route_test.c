/*
 * conversation_route_test - the stage `conversation`: accounts, actions, what Stripe says, the recorded clock.
 */
#include "tests/support/conversation_fixture.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/account.pb-c.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/control.pb-c.h"
#include "opsmesh/v1/provider.pb-c.h"
#include "opsmesh/v1/usage.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/ingest/people.h"

#include <string.h>

static struct conversation_fixture fixture;

static int start(void **state)
{
	(void)state;
	conversation_init(&fixture);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	conversation_finish(&fixture);
	return 0;
}

/* Accounts. */

static void account(const char *id, const char *body)
{
	const struct journalled request = {
		.route = ROUTE(ACCOUNT), .id = id, .key = "acme", .body = body
	};

	conversation_journal(&fixture, &request);
}

static void an_account_is_declared_to_subscribers_to_tickets_and_to_each_of_its_keys(void **state)
{
	struct arena *const arena = fixture.test.arena;
	const char *const address =
	    contact_key_address(arena, bytes_of(fixture.config.contact_secret), "ann@free.example");

	(void)state;
	account(
	    "R1",
	    "{\"id\":\"acme\",\"name\":\"Acme\",\"tier\":\"enterprise\",\"region\":\"jp\","
	    "\"time_zone\":\"Asia/Tokyo\",\"owner\":\"mia\",\"domains\":[\"acme.example\"],"
	    "\"addresses\":[\"ann@free.example\"],\"stripe_customers\":[\"cus_1\"],"
	    "\"orders\":[{\"id\":\"o-1\",\"version\":3,\"customer\":\"cus_1\",\"price\":\"price_1\","
	    "\"quantity\":5,\"from\":\"2026-01-01T00:00:00Z\"}]}");
	const Opsmesh__V1__AccountDeclared *const declared =
	    ((const Opsmesh__V1__AccountEvent *)stage_test_message(
		 &fixture.test, stage_test_fact(&fixture.test, 0)))
		->declared;

	assert_string_equal(personal(declared->name), "Acme");
	assert_int_equal(declared->tier, OPSMESH__V1__TIER__TIER_ENTERPRISE);
	assert_string_equal(declared->addresses[0]->hash, address + strlen("address:"));
	assert_string_equal(declared->owner, "mia");
	assert_int_equal(declared->version, 1);
	assert_int_equal(declared->n_orders, 1);
	assert_int_equal(declared->orders[0]->version, 3);
	assert_string_equal(declared->orders[0]->customer_id, "cus_1");
	assert_null(declared->orders[0]->until);
	assert_int_equal(stage_test_fact(&fixture.test, 1)->partition, -1);
	const Opsmesh__V1__ByContactEvent *const told = (const void *)conversation_expect(
	    &fixture, arena_printf(arena,
	                           "accounts declared acme\n"
	                           "ingest.by-ticket account_changed acme\n"
	                           "ingest.by-contact account_declared %s\n"
	                           "ingest.by-contact account_declared domain:acme.example\n"
	                           "ingest.by-contact account_declared stripe:cus_1\n",
	                           address));

	assert_string_equal(told->account_declared->account_id, "acme");
	assert_string_equal(told->account_declared->region, "jp");
}

static void a_key_that_is_not_named_any_more_is_withdrawn(void **state)
{
	(void)state;
	account("R1", "{\"id\":\"acme\",\"domains\":[\"a.example\",\"b.example\"]}");
	(void)conversation_expect(&fixture,
	                          "accounts declared acme\n"
	                          "ingest.by-ticket account_changed acme\n"
	                          "ingest.by-contact account_declared domain:a.example\n"
	                          "ingest.by-contact account_declared domain:b.example\n");
	stage_test_restart(&fixture.test);
	account("R2", "{\"id\":\"acme\",\"tier\":\"gold\",\"domains\":[\"b.example\"]}");
	const Opsmesh__V1__ByContactEvent *const told = (const void *)conversation_expect(
	    &fixture, "accounts declared acme\n"
		      "ingest.by-ticket account_changed acme\n"
		      "ingest.by-contact account_withdrawn domain:a.example\n"
		      "ingest.by-contact account_declared domain:b.example\n");

	assert_int_equal(told->account_declared->account_version, 2);
}

/* Actions. */

static void act(const char *key, const char *body)
{
	const struct journalled request = { .route = ROUTE(ACTION), .key = key, .body = body };

	conversation_journal(&fixture, &request);
}

static void an_action_goes_to_the_shard_that_owns_its_subject(void **state)
{
	(void)state;
	act("T",
	    "{\"action\":\"acknowledge\",\"on\":{\"type\":\"alert\",\"id\":\"alert/sla/T/x/1\"},"
	    "\"by\":\"mika\",\"reason\":\"seen\",\"note\":\"later\",\"urgent\":true}");
	const Opsmesh__V1__ActionEvent *const event =
	    (const void *)conversation_expect(&fixture, "actions requested T\n");
	const Opsmesh__V1__ActionRequested *const requested = event->requested;

	assert_string_equal(event->action_id, "R");
	assert_string_equal(event->routing_key, "T");
	assert_int_equal(requested->kind, OPSMESH__V1__ACTION_KIND__ACTION_KIND_ACKNOWLEDGE);
	assert_string_equal(requested->on->id, "alert/sla/T/x/1");
	assert_string_equal(requested->by->principal, "crm");
	assert_string_equal(requested->by->on_behalf_of, "mika");
	assert_string_equal(personal(requested->reason), "seen");
	assert_int_equal(requested->n_parameters, 2);
	assert_string_equal(requested->scopes[0], "actions:*");
	assert_int_equal(stage_test_fact(&fixture.test, 0)->partition, FIXTURE_SHARD);
}

static void what_belongs_to_billing_is_answered_by_billing_alone(void **state)
{
	static const char *const bodies[] = {
		"{\"action\":\"explain\",\"on\":{\"type\":\"discrepancy\","
		"\"id\":\"discrepancy/T/9f\"},\"reason\":\"agreed\"}",
		"{\"action\":\"approve\",\"on\":{\"type\":\"charge\",\"id\":\"charge/T/ch_1\"},"
		"\"amount\":1200,\"currency\":\"JPY\",\"intent\":\"duplicate_charge\"}",
		"{\"action\":\"approve\",\"on\":{\"type\":\"invoice\",\"id\":\"invoice/T/in_1\"},"
		"\"amount\":1200,\"currency\":\"JPY\",\"intent\":\"duplicate_charge\"}",
		"{\"action\":\"close\",\"on\":{\"type\":\"credit_note\","
		"\"id\":\"credit_note/T/in_1/a-1\"}}",
	};
	static const char *const ids[] = { "R1", "R2", "R3", "R4" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		const struct journalled request = {
			.route = ROUTE(ACTION), .id = ids[i], .key = "T", .body = bodies[i]
		};

		conversation_journal(&fixture, &request);
		(void)conversation_expect(&fixture, "actions requested T\n");
	}
}

/* Of 1,200,000 bytes: a part has 512 KiB. */
static void a_file_is_brought_in_parts_before_the_action_that_it_belongs_to(void **state)
{
	struct arena *const arena = fixture.test.arena;
	char *const content = arena_alloc(arena, 1200000);
	const Opsmesh__V1__ActionEvent *event;
	size_t at = 0;

	(void)state;
	memset(content, 'x', 1200000);
	memcpy(content, "%PDF-", 5);
	struct journalled request = { .route = ROUTE(ACTION), .key = "acme", .chunks = 4 };

	request.body =
	    arena_printf(arena,
	                 "{\"action\":\"pin\",\"on\":{\"type\":\"case\",\"id\":\"case/acme/dp_1\"},"
	                 "\"kind\":\"usage\",\"file\":{\"media_type\":\"application/pdf\","
	                 "\"content\":\"%s\"}}",
	                 text_base64(arena, (struct bytes){ content, 1200000 }));
	for (; request.chunk < request.chunks; request.chunk++)
		conversation_journal(&fixture, &request);
	event = (const void *)conversation_expect(&fixture, "actions file_part_brought acme\n"
	                                                    "actions file_part_brought acme\n"
	                                                    "actions file_part_brought acme\n"
	                                                    "actions requested acme\n");
	const Opsmesh__V1__ActionFile *const file = event->requested->file;

	assert_string_equal(file->media_type, "application/pdf");
	assert_int_equal(file->bytes, 1200000);
	assert_int_equal(file->n_parts, 3);
	assert_int_equal(event->requested->n_parameters, 1);
	for (size_t i = 0; i < 3; i++) {
		const Opsmesh__V1__FilePartBrought *const part =
		    ((const Opsmesh__V1__ActionEvent *)(const void *)stage_test_message(
			 &fixture.test, stage_test_fact(&fixture.test, i)))
			->file_part_brought;

		assert_string_equal(part->digest, file->parts[i]);
		assert_memory_equal(part->content.data, content + at, part->content.len);
		at += part->content.len;
	}
	assert_int_equal(at, 1200000);
}

/* The story of an invoice was shown whole: no business of its owner's. */
static void that_an_invoice_was_shown_is_answered_here(void **state)
{
	(void)state;
	act("in_1", "{\"action\":\"explain\",\"on\":{\"type\":\"invoice\",\"id\":\"in_1\"},"
	            "\"reason\":\"asked by the customer\"}");
	(void)conversation_expect(&fixture, "actions requested in_1\n"
	                                    "actions action_applied in_1\n");
}

static void an_action_on_a_ticket_stays_behind_what_was_asked_of_it_before(void **state)
{
	(void)state;
	act("T", "{\"action\":\"close\",\"on\":{\"type\":\"ticket\",\"id\":\"T\"}}");
	const Opsmesh__V1__ByTicketEvent *const event =
	    (const void *)conversation_expect(&fixture, "actions requested T\n"
	                                                "ingest.by-ticket action_requested T\n");

	assert_string_equal(event->request_id, "R");
	assert_string_equal(event->action_requested->by->principal, "crm");
}

static void a_retry_reaches_the_shard_that_refused_through_control(void **state)
{
	(void)state;
	act("clock/ops.tickets.v1/1/ticket/1/41",
	    "{\"action\":\"retry\",\"reason\":\"mended\","
	    "\"on\":{\"type\":\"dead_letter\",\"id\":\"clock/ops.tickets.v1/1/ticket/1/41\"}}");
	(void)conversation_expect(&fixture,
	                          "actions requested clock/ops.tickets.v1/1/ticket/1/41\n"
	                          "control retry_requested R\n"
	                          "actions action_applied clock/ops.tickets.v1/1/ticket/1/41\n");
	const Opsmesh__V1__ControlEvent *const control =
	    (const void *)stage_test_message(&fixture.test, stage_test_fact(&fixture.test, 1));
	const Opsmesh__V1__DeadLetterOrder *const order = control->retry_requested;

	assert_string_equal(order->consumer, "clock");
	assert_string_equal(order->topic, "ops.tickets.v1");
	assert_int_equal(order->partition, FIXTURE_SHARD);
	assert_string_equal(order->source, "ticket/1");
	assert_int_equal(order->sequence, 41);
	assert_string_equal(personal(order->reason), "mended");
	assert_int_equal(stage_test_fact(&fixture.test, 1)->partition, FIXTURE_SHARD);
}

static void a_drop_of_a_letter_of_its_own_goes_over_no_topic_and_is_answered(void **state)
{
	(void)state;
	act("d", "{\"action\":\"drop\",\"on\":{\"type\":\"dead_letter\","
	         "\"id\":\"conversation/ops.intake.v1/1/edge/7\"}}");
	(void)conversation_expect(&fixture, "actions requested d\nactions action_refused d\n");
}

/* Stripe. */

static void webhook(const char *id, const char *natural, const char *body, size_t size)
{
	const struct journalled request = { .route = ROUTE(STRIPE_WEBHOOK),
		                            .id = id,
		                            .key = "in_1",
		                            .source = "stripe",
		                            .natural = natural,
		                            .body = body,
		                            .body_size = size };

	conversation_journal(&fixture, &request);
}

#define EVENT(type)                                                                            \
	"{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"" type "\",\"created\":1780000000," \
	"\"api_version\":\"2026-08-07\","                                                      \
	"\"data\":{\"object\":{\"id\":\"in_1\",\"object\":\"invoice\",\"total\":1}}}"

static void an_event_of_any_type_is_forwarded_as_it_came(void **state)
{
	static const char body[] = EVENT("thing.of_tomorrow");

	(void)state;
	webhook("R1", "evt_1", body, 0);
	const Opsmesh__V1__ProviderEvent *const event =
	    (const void *)conversation_expect(&fixture, "provider-events received in_1\n");

	assert_string_equal(event->object_id, "in_1");
	assert_string_equal(event->object_type, "invoice");
	assert_string_equal(event->event_id, "evt_1");
	assert_string_equal(event->event_type, "thing.of_tomorrow");
	assert_string_equal(event->api_version, "2026-08-07");
	assert_int_equal(event->provenance, OPSMESH__V1__PROVENANCE__PROVENANCE_WEBHOOK);
	assert_int_equal(event->created_at->seconds, 1780000000);
	assert_int_equal(event->received->payload.len, strlen(body));
	assert_memory_equal(event->received->payload.data, body, strlen(body));
	assert_int_equal(strlen(event->received->digest), 64);
	assert_int_equal(stage_test_fact(&fixture.test, 0)->partition, FIXTURE_SHARD);
}

static void an_event_sent_twice_counts_once_and_with_other_bytes_is_a_conflict(void **state)
{
	(void)state;
	webhook("R1", "evt_1", EVENT("invoice.paid"), 0);
	webhook("R1", "evt_1", EVENT("invoice.paid"), 0);
	webhook("R1", "evt_1", EVENT("invoice.voided"), 0);
	(void)conversation_expect(&fixture, "provider-events received in_1\n"
	                                    "provider-events id_conflict in_1\n");
}

static void an_event_too_large_to_forward_is_refused(void **state)
{
	const char *const body = arena_printf(fixture.test.arena, "%-*s",
	                                      (int)STRIPE_PAYLOAD_MAX + 1, EVENT("invoice.paid"));

	(void)state;
	webhook("R1", NULL, body, STRIPE_PAYLOAD_MAX);
	webhook("R2", NULL, body, STRIPE_PAYLOAD_MAX + 1);
	(void)conversation_expect(&fixture, "provider-events received in_1\n"
	                                    "provider-events request_refused in_1\n");
}

static void an_object_says_how_it_came(void **state)
{
	const struct journalled request = { .route = ROUTE(STRIPE_OBJECTS),
		                            .key = "ch_1",
		                            .parameter = "provenance",
		                            .value = "backfill",
		                            .body = "{\"id\":\"ch_1\",\"object\":\"charge\"}" };

	(void)state;
	conversation_journal(&fixture, &request);
	const Opsmesh__V1__ProviderEvent *const event =
	    (const void *)conversation_expect(&fixture, "provider-events received ch_1\n");

	assert_int_equal(event->provenance, OPSMESH__V1__PROVENANCE__PROVENANCE_BACKFILL);
	assert_string_equal(event->event_id, "");
	assert_null(event->created_at);
	assert_null(event->as_of);
}

static void an_object_says_as_of_when_it_is(void **state)
{
	const struct journalled request = { .route = ROUTE(STRIPE_OBJECTS),
		                            .key = "ch_1",
		                            .parameter = "as_of",
		                            .value = "2026-05-01T00:00:00Z",
		                            .body = "{\"id\":\"ch_1\",\"object\":\"charge\"}" };
	struct instant as_of;

	(void)state;
	conversation_journal(&fixture, &request);
	const Opsmesh__V1__ProviderEvent *const event =
	    (const void *)conversation_expect(&fixture, "provider-events received ch_1\n");

	assert_true(proto_instant(event->as_of, &as_of));
	assert_int_equal(as_of.us, INT64_C(1777593600) * 1000000);
	assert_int_equal(event->provenance, OPSMESH__V1__PROVENANCE__PROVENANCE_UPLOAD);
}

/* Usage. */

static void usage_of(const char *id, const char *natural, const char *quantity)
{
	struct arena *const arena = fixture.test.arena;
	const struct journalled request = {
		.route = ROUTE(USAGE),
		.id = id,
		.key = "cus_1",
		.source = "usage",
		.natural = natural,
		.body = arena_printf(arena,
		                     "{\"kind\":\"meter\",\"source\":\"api\",\"id\":\"e-1\","
		                     "\"customer\":\"cus_1\",\"at\":\"2026-05-01T00:00:00Z\","
		                     "\"meter\":\"calls\",\"quantity\":%s}",
		                     quantity),
	};

	conversation_journal(&fixture, &request);
}

static void usage_is_passed_on_once_and_another_content_is_a_conflict(void **state)
{
	(void)state;
	usage_of("R1", "n-1", "12");
	const Opsmesh__V1__UsageEvent *const event =
	    (const void *)conversation_expect(&fixture, "usage reported cus_1\n");

	assert_int_equal(event->reported->kind, OPSMESH__V1__USAGE_KIND__USAGE_KIND_METER);
	assert_int_equal(event->reported->quantity, 12);
	assert_string_equal(event->reported->meter, "calls");
	assert_string_equal(event->request_id, "R1");
	usage_of("R2", "n-1", "12");
	(void)conversation_expect(&fixture, "");
	usage_of("R3", "n-1", "13");
	(void)conversation_expect(&fixture, "usage id_conflict cus_1\n");
	usage_of("R4", "n-2", "many");
	(void)conversation_expect(&fixture, "usage request_refused cus_1\n");
}

/* The clock. */

static void a_set_clock_says_nothing(void **state)
{
	Opsmesh__V1__IntakeEvent event = OPSMESH__V1__INTAKE_EVENT__INIT;
	Opsmesh__V1__ClockSet clock = OPSMESH__V1__CLOCK_SET__INIT;

	(void)state;
	event.fact_case = OPSMESH__V1__INTAKE_EVENT__FACT_CLOCK_SET;
	event.clock_set = &clock;
	assert_true(
	    stage_test_feed(&fixture.test, &(struct stage_test_event){ .topic = OPS_INTAKE,
	                                                               .time = fixture.at,
	                                                               .mesh = fixture.at,
	                                                               .message = &event.base }));
	conversation_pass(&fixture, SECONDS(1));
	(void)conversation_expect(&fixture, "");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	static const struct CMUnitTest tests[] = {
		CASE(an_account_is_declared_to_subscribers_to_tickets_and_to_each_of_its_keys),
		CASE(a_key_that_is_not_named_any_more_is_withdrawn),
		CASE(an_action_goes_to_the_shard_that_owns_its_subject),
		CASE(what_belongs_to_billing_is_answered_by_billing_alone),
		CASE(a_file_is_brought_in_parts_before_the_action_that_it_belongs_to),
		CASE(that_an_invoice_was_shown_is_answered_here),
		CASE(an_action_on_a_ticket_stays_behind_what_was_asked_of_it_before),
		CASE(a_retry_reaches_the_shard_that_refused_through_control),
		CASE(a_drop_of_a_letter_of_its_own_goes_over_no_topic_and_is_answered),
		CASE(an_event_of_any_type_is_forwarded_as_it_came),
		CASE(an_event_sent_twice_counts_once_and_with_other_bytes_is_a_conflict),
		CASE(an_event_too_large_to_forward_is_refused),
		CASE(an_object_says_how_it_came),
		CASE(an_object_says_as_of_when_it_is),
		CASE(usage_is_passed_on_once_and_another_content_is_a_conflict),
		CASE(a_set_clock_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
