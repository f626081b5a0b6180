/*
 * conversation_test - the stage `conversation`: repetitions, chunks, and what each route makes of a request.
 */
#include "tests/support/conversation_fixture.h"

#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/provider.pb-c.h"
#include "services/ingest/people.h"

#include <string.h>

#define TICKET FIXTURE_TICKET
#define IN_PARTS "{\"body\":\"in three parts\"}"
#define BY_TICKET(fact) "ingest.by-ticket " fact " " TICKET "\n"

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

/* A message to the ticket: the shortest request with exactly one fact. */
static struct journalled message(const char *id, const char *natural, const char *body)
{
	return (struct journalled){ .route = ROUTE(MESSAGE),
		                    .id = id,
		                    .key = TICKET,
		                    .ticket_id = TICKET,
		                    .source = "api/crm",
		                    .natural = natural,
		                    .body = body };
}

static const char *address_key(const char *address)
{
	return contact_key_address(fixture.test.arena, bytes_of(fixture.config.contact_secret),
	                           address);
}

/* Repetitions. */

static void a_natural_id_has_one_effect_for_each_content(void **state)
{
	const struct journalled first = message("R1", "n1", "{\"body\":\"a\"}");
	const struct journalled same = message("R2", "n1", "{\"body\":\"a\"}");
	const struct journalled other = message("R3", "n1", "{\"body\":\"b\"}");
	const struct journalled elsewhere = message("R4", "n2", "{\"body\":\"a\"}");

	(void)state;
	conversation_journal(&fixture, &first);
	(void)conversation_expect(&fixture, BY_TICKET("message_received"));
	conversation_journal(&fixture, &same);
	(void)conversation_expect(&fixture, "");
	conversation_journal(&fixture, &other);
	const Opsmesh__V1__IdConflict *const conflict =
	    by_ticket(conversation_expect(&fixture, BY_TICKET("id_conflict")))->id_conflict;

	assert_string_equal(conflict->request_id, "R3");
	assert_string_equal(conflict->source, "api/crm");
	assert_string_equal(conflict->id_digest, "n1");
	assert_int_equal(strlen(conflict->first_digest), 64);
	assert_string_not_equal(conflict->first_digest, conflict->this_digest);
	stage_test_restart(&fixture.test);
	conversation_journal(&fixture, &other);
	conversation_journal(&fixture, &first);
	(void)conversation_expect(&fixture, "");
	conversation_journal(&fixture, &elsewhere);
	(void)conversation_expect(&fixture, BY_TICKET("message_received"));
}

static void contents_under_one_id_are_kept_within_a_bound(void **state)
{
	const struct journalled first = message("R1", "n1", "{\"body\":\"a\"}");
	struct natural_id_row row = { .source = "api/crm", .id_digest = "n1" };

	(void)state;
	conversation_journal(&fixture, &first);
	(void)conversation_expect(&fixture, BY_TICKET("message_received"));
	for (int i = 0; i < 100; i++) {
		const struct journalled other =
		    message("R2", "n1", arena_printf(fixture.test.arena, "{\"body\":\"%d\"}", i));

		conversation_journal(&fixture, &other);
		(void)conversation_expect(&fixture, BY_TICKET("id_conflict"));
	}
	assert_true(stage_test_row(&fixture.test, &natural_id_table, &row));
	assert_true(strlen(row.digests) < 5000);
	conversation_journal(&fixture, &first);
	(void)conversation_expect(&fixture, "");
}

static void a_request_without_a_natural_id_has_its_own(void **state)
{
	const struct journalled first = message("R1", NULL, "{\"body\":\"a\"}");
	const struct journalled second = message("R2", NULL, "{\"body\":\"a\"}");

	(void)state;
	conversation_journal(&fixture, &first);
	conversation_journal(&fixture, &first);
	(void)conversation_expect(&fixture, BY_TICKET("message_received"));
	conversation_journal(&fixture, &second);
	(void)conversation_expect(&fixture, BY_TICKET("message_received"));
}

static void a_natural_id_is_forgotten_after_forty_days(void **state)
{
	const struct journalled first = message("R1", "n1", "{\"body\":\"a\"}");

	(void)state;
	conversation_journal(&fixture, &first);
	conversation_pass(&fixture, DAYS(39));
	conversation_journal(&fixture, &first);
	(void)conversation_expect(&fixture, BY_TICKET("message_received"));
	conversation_pass(&fixture, DAYS(2));
	conversation_journal(&fixture, &first);
	(void)conversation_expect(&fixture, BY_TICKET("message_received"));
}

/* Chunks. */

static struct journalled chunk(size_t place, size_t count)
{
	struct journalled part = message("R", "n", IN_PARTS);

	part.chunk = place;
	part.chunks = count;
	return part;
}

static void parts_make_a_request_once_all_have_come_in_any_order(void **state)
{
	static const size_t order[] = { 2, 0, 2, 1, 0, 1, 2 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		const struct journalled part = chunk(order[i], 3);

		conversation_journal(&fixture, &part);
		if (i == 0)
			stage_test_restart(&fixture.test);
		if (i == 2)
			(void)conversation_expect(&fixture, "");
	}
	const Opsmesh__V1__ByTicketEvent *const event =
	    by_ticket(conversation_expect(&fixture, BY_TICKET("message_received")));

	assert_string_equal(personal(event->message_received->message->body), "in three parts");
}

static bool chunk_kept(int64_t place)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(bytes_of(IN_PARTS), digest);
	return stage_test_row(&fixture.test, &intake_chunk_table,
	                      &(struct intake_chunk_row){
				  .request_id = "R",
				  .digest = text_hex(fixture.test.arena,
	                                             (struct bytes){ digest, sizeof(digest) }),
				  .place = place });
}

static void parts_of_other_bytes_under_the_same_id_are_never_mixed(void **state)
{
	struct journalled other[] = { chunk(0, 2), chunk(1, 2) };
	const struct journalled ours[] = { chunk(0, 2), chunk(1, 2) };

	(void)state;
	other[0].body = other[1].body = "{\"body\":\"IN TWO PARTS..\"}";
	conversation_journal(&fixture, &ours[0]);
	conversation_journal(&fixture, &other[0]);
	conversation_journal(&fixture, &ours[1]);
	const Opsmesh__V1__ByTicketEvent *const event =
	    by_ticket(conversation_expect(&fixture, BY_TICKET("message_received")));

	assert_string_equal(personal(event->message_received->message->body), "in three parts");
	conversation_journal(&fixture, &other[1]);
	(void)conversation_expect(&fixture, BY_TICKET("id_conflict"));
}

static void parts_that_stay_alone_are_forgotten_after_a_day(void **state)
{
	const struct journalled first = chunk(0, 2);
	const struct journalled last = chunk(1, 2);

	(void)state;
	conversation_journal(&fixture, &first);
	assert_true(chunk_kept(0));
	conversation_pass(&fixture, DAYS(2));
	assert_false(chunk_kept(0));
	conversation_journal(&fixture, &last);
	(void)conversation_expect(&fixture, "");
	conversation_journal(&fixture, &first);
	(void)conversation_expect(&fixture, BY_TICKET("message_received"));
	assert_false(chunk_kept(0));
	assert_false(chunk_kept(1));
}

/* The JSON API. */

static void a_ticket_is_asked_of_its_owner_and_told_to_each_key_of_its_contact(void **state)
{
	const char *const address = address_key("ann@corp.example");
	const char *const lines = arena_printf(
	    fixture.test.arena,
	    BY_TICKET("ticket_requested") "ingest.by-contact contact_seen stripe:cus_1\n"
					  "ingest.by-contact contact_seen %s\n"
					  "ingest.by-contact contact_seen slack:T1\n"
					  "ingest.by-contact contact_seen domain:corp.example\n",
	    address);
	const struct journalled request = {
		.route = ROUTE(TICKET),
		.id = TICKET,
		.ticket_id = TICKET,
		.body =
		    "{\"body\":\"二重請求\",\"subject\":\"s\",\"priority\":\"high\",\"tags\":[\"b\",\"a\"],"
		    "\"assignee\":\"mika\",\"contact\":{\"email\":\"ann+x@corp.example\","
		    "\"stripe_customer\":\"cus_1\",\"slack_team\":\"T1\"}}",
	};

	(void)state;
	conversation_journal(&fixture, &request);
	const Opsmesh__V1__TicketRequested *const requested =
	    by_ticket(stage_test_message(&fixture.test, stage_test_fact(&fixture.test, 0)))
		->ticket_requested;

	assert_string_equal(personal(requested->message->body), "二重請求");
	assert_string_equal(requested->message->message_id, TICKET);
	assert_string_equal(personal(requested->opened->subject), "s");
	assert_string_equal(personal(requested->opened->requester), "ann+x@corp.example");
	assert_string_equal(requested->opened->contact_key, "stripe:cus_1");
	assert_int_equal(requested->opened->priority, OPSMESH__V1__PRIORITY__PRIORITY_HIGH);
	assert_int_equal(requested->opened->status, OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_NEW);
	assert_string_equal(requested->opened->tags[0], "a");
	assert_string_equal(requested->assignee, "mika");
	assert_int_equal(requested->n_contact_keys, 4);
	const Opsmesh__V1__ByContactEvent *const seen =
	    (const void *)conversation_expect(&fixture, lines);

	assert_int_equal(seen->contact_seen->place, 3);
	assert_int_equal(seen->contact_seen->rule,
	                 OPSMESH__V1__RESOLUTION_RULE__RESOLUTION_RULE_DOMAIN);
	assert_string_equal(seen->contact_seen->ticket_id, TICKET);
}

static void a_domain_that_strangers_share_is_no_key(void **state)
{
	const struct journalled request = {
		.route = ROUTE(TICKET),
		.id = TICKET,
		.ticket_id = TICKET,
		.body = "{\"body\":\"a\",\"contact\":{\"email\":\"bob@free.example\"}}",
	};

	(void)state;
	conversation_journal(&fixture, &request);
	(void)conversation_expect(
	    &fixture,
	    arena_printf(fixture.test.arena,
	                 BY_TICKET("ticket_requested") "ingest.by-contact contact_seen %s\n",
	                 address_key("bob@free.example")));
}

/* One character of 3 bytes whose normal form has 33: an address of 320 bytes has none that is one. */
static void an_address_without_a_normal_form_is_no_key(void **state)
{
	const struct journalled request = {
		.route = ROUTE(TICKET),
		.id = TICKET,
		.ticket_id = TICKET,
		.body = "{\"body\":\"a\",\"contact\":{\"email\":\"ﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺ@corp.example\"}}",
	};

	(void)state;
	conversation_journal(&fixture, &request);
	const Opsmesh__V1__TicketRequested *const requested =
	    by_ticket(conversation_expect(&fixture, BY_TICKET("ticket_requested")))
		->ticket_requested;

	assert_string_equal(requested->message->body->subject, TICKET);
	assert_string_equal(requested->opened->contact_key, "");
}

static void words_of_nobody_known_are_the_tickets(void **state)
{
	const struct journalled request = message("R1", NULL, "{\"body\":\"a\"}");

	(void)state;
	conversation_journal(&fixture, &request);
	const Opsmesh__V1__MessageAdded *const added =
	    by_ticket(conversation_expect(&fixture, BY_TICKET("message_received")))
		->message_received->message;

	assert_string_equal(added->body->subject, TICKET);
	assert_string_equal(added->author, "");
}

static void a_message_brings_an_id_for_the_ticket_after_a_closed_one(void **state)
{
	const struct journalled request =
	    message("R1", NULL,
	            "{\"body\":\"a\",\"author\":{\"role\":\"agent\",\"id\":\"mika\"},"
	            "\"visibility\":\"private\"}");

	(void)state;
	conversation_journal(&fixture, &request);
	const Opsmesh__V1__MessageReceived *const received =
	    by_ticket(conversation_expect(&fixture, BY_TICKET("message_received")))
		->message_received;
	const char *const next = received->next_ticket_id;

	assert_int_equal(hash_partition(next, strlen(next), STAGE_TEST_PARTITIONS),
	                 hash_partition(TICKET, strlen(TICKET), STAGE_TEST_PARTITIONS));
	assert_null(received->otherwise);
	assert_int_equal(received->message->role, OPSMESH__V1__ROLE__ROLE_AGENT);
	assert_int_equal(received->message->visibility,
	                 OPSMESH__V1__VISIBILITY__VISIBILITY_PRIVATE);
	assert_string_equal(received->message->author, "mika");
}

static void a_status_asks_for_what_it_names_alone(void **state)
{
	struct journalled request = message("R1", NULL, "{\"status\":\"pending\"}");

	(void)state;
	request.route = ROUTE(STATUS);
	conversation_journal(&fixture, &request);
	const Opsmesh__V1__StatusRequested *requested =
	    by_ticket(conversation_expect(&fixture, BY_TICKET("status_requested")))
		->status_requested;

	assert_int_equal(requested->to_status, OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_PENDING);
	assert_int_equal(requested->assign_case, OPSMESH__V1__STATUS_REQUESTED__ASSIGN__NOT_SET);
	assert_int_equal(requested->prioritise_case,
	                 OPSMESH__V1__STATUS_REQUESTED__PRIORITISE__NOT_SET);
	request.id = "R2";
	request.body = "{\"assignee\":\"\",\"priority\":\"low\",\"tags_removed\":[\"x\"]}";
	conversation_journal(&fixture, &request);
	requested = by_ticket(conversation_expect(&fixture, BY_TICKET("status_requested")))
	                ->status_requested;
	assert_int_equal(requested->to_status,
	                 OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_UNSPECIFIED);
	assert_string_equal(requested->assigned->assignee, "");
	assert_string_equal(requested->assigned->team, " ");
	assert_int_equal(requested->priority, OPSMESH__V1__PRIORITY__PRIORITY_LOW);
	assert_string_equal(requested->tags_removed[0], "x");
}

static void an_answer_about_a_ticket_keeps_its_score_and_words(void **state)
{
	struct journalled request =
	    message("R1", NULL,
	            "{\"ticket_id\":\"" TICKET "\",\"score\":4,\"comment\":\"thanks\"}");

	(void)state;
	request.route = ROUTE(CSAT);
	conversation_journal(&fixture, &request);
	const Opsmesh__V1__CsatAnswered *const answered =
	    by_ticket(conversation_expect(&fixture, BY_TICKET("csat_received")))->csat_received;

	assert_int_equal(answered->score, 4);
	assert_int_equal(answered->scale, 5);
	assert_string_equal(personal(answered->comment), "thanks");
}

/* Refusals. */

static const struct {
	Opsmesh__V1__Route route;
	const char *body;
	const char *line;
} refused[] = {
	{ ROUTE(TICKET), "{\"subject\":\"no body\"}", "ingest.by-ticket request_refused K\n" },
	{ ROUTE(MESSAGE), "{", "ingest.by-ticket request_refused K\n" },
	{ ROUTE(STATUS), "{\"reason\":\"nothing asked\"}", "ingest.by-ticket request_refused K\n" },
	{ ROUTE(CSAT), "{\"ticket_id\":\"t\",\"score\":6}",
	  "ingest.by-ticket request_refused K\n" },
	{ ROUTE(ACCOUNT), "{\"id\":7}", "accounts request_refused K\n" },
	{ ROUTE(ACTION), "{\"action\":\"assign\"}", "actions request_refused K\n" },
	{ ROUTE(ACTION), "{\"action\":\"approve\",\"on\":{\"type\":\"queue\",\"id\":\"billing\"}}",
	  "actions request_refused K\n" },
	{ ROUTE(STRIPE_WEBHOOK), "{\"id\":\"evt_1\"}", "provider-events request_refused K\n" },
	{ ROUTE(STRIPE_OBJECTS), "[]", "provider-events request_refused K\n" },
	{ ROUTE(USAGE), "{}", "usage request_refused K\n" },
	{ ROUTE(SLACK_WEBHOOK), "{}", "ingest.by-ticket request_refused K\n" },
};

static void what_cannot_be_done_is_refused_on_the_topic_of_what_it_is_about(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		const struct journalled request = {
			.route = refused[i].route,
			.id = arena_printf(fixture.test.arena, "R%zu", i),
			.key = "K",
			.body = refused[i].body,
		};

		print_message("  %s\n", refused[i].body);
		conversation_journal(&fixture, &request);
		(void)conversation_expect(&fixture, refused[i].line);
	}
}

static void a_refusal_names_field_and_reason(void **state)
{
	const struct journalled request = message("R1", "n1", "{\"body\":7}");

	(void)state;
	conversation_journal(&fixture, &request);
	const Opsmesh__V1__RequestRefused *const refusal =
	    by_ticket(conversation_expect(&fixture, BY_TICKET("request_refused")))->request_refused;

	assert_string_equal(refusal->request_id, "R1");
	assert_string_equal(refusal->field, "body");
	assert_true(refusal->reason[0] != '\0');
	assert_int_equal(refusal->code, CODE(INVALID));
	assert_string_equal(refusal->natural_id->id_digest, "n1");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	static const struct CMUnitTest tests[] = {
		CASE(a_natural_id_has_one_effect_for_each_content),
		CASE(contents_under_one_id_are_kept_within_a_bound),
		CASE(a_request_without_a_natural_id_has_its_own),
		CASE(a_natural_id_is_forgotten_after_forty_days),
		CASE(parts_make_a_request_once_all_have_come_in_any_order),
		CASE(parts_of_other_bytes_under_the_same_id_are_never_mixed),
		CASE(parts_that_stay_alone_are_forgotten_after_a_day),
		CASE(a_ticket_is_asked_of_its_owner_and_told_to_each_key_of_its_contact),
		CASE(a_domain_that_strangers_share_is_no_key),
		CASE(an_address_without_a_normal_form_is_no_key),
		CASE(words_of_nobody_known_are_the_tickets),
		CASE(a_message_brings_an_id_for_the_ticket_after_a_closed_one),
		CASE(a_status_asks_for_what_it_names_alone),
		CASE(an_answer_about_a_ticket_keeps_its_score_and_words),
		CASE(what_cannot_be_done_is_refused_on_the_topic_of_what_it_is_about),
		CASE(a_refusal_names_field_and_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
