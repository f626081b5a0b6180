/*
 * decode_api_test - the JSON bodies of our own API, and how a wrong one is refused.
 */
#include "services/ingest/decode.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct arena *arena;
static struct instant received_at;

static void a_ticket_says_everything_it_may(void **state)
{
	static const char body[] =
	    "{\"body\":\"二重請求です\",\"subject\":\"請求\",\"channel\":\"chat\","
	    "\"contact\":{\"email\":\"Aiko@Example.JP\",\"name\":\"佐藤\",\"stripe_customer\":\"cus_1\","
	    "\"slack_team\":\"T1\"},\"account\":\"acme\",\"priority\":\"urgent\",\"status\":\"open\","
	    "\"assignee\":\"kai\",\"team\":\"billing\",\"tags\":[\"b\",\"a\",\"b\"],\"language\":\"ja\","
	    "\"author\":{\"role\":\"agent\",\"id\":\"kai\"},\"occurred_at\":\"2026-06-01T20:00:00+09:00\"}";
	struct ticket_body ticket;
	struct refusal refusal;
	char text[TIME_TEXT_SIZE];

	(void)state;
	assert_true(decode_ticket(arena, bytes_of(body), received_at, &ticket, &refusal));
	assert_string_equal(ticket.text, "二重請求です");
	assert_int_equal(ticket.channel, OPSMESH__V1__CHANNEL__CHANNEL_CHAT);
	assert_string_equal(ticket.email, "Aiko@example.jp");
	assert_string_equal(ticket.stripe_customer, "cus_1");
	assert_string_equal(ticket.account_id, "acme");
	assert_int_equal(ticket.priority, OPSMESH__V1__PRIORITY__PRIORITY_URGENT);
	assert_string_equal(ticket.priority_verbatim, "urgent");
	assert_int_equal(ticket.status, OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_OPEN);
	assert_int_equal(ticket.tags.count, 2);
	assert_string_equal(ticket.tags.items[0], "a");
	assert_int_equal(ticket.role, OPSMESH__V1__ROLE__ROLE_AGENT);
	assert_string_equal(ticket.author, "kai");
	assert_string_equal(time_format(ticket.occurred_at, text), "2026-06-01T11:00:00Z");
}

static void a_ticket_needs_no_more_than_a_body(void **state)
{
	struct ticket_body ticket;
	struct refusal refusal;

	(void)state;
	assert_true(
	    decode_ticket(arena, bytes_of("{\"body\":\"hi\"}"), received_at, &ticket, &refusal));
	assert_int_equal(ticket.channel, OPSMESH__V1__CHANNEL__CHANNEL_API);
	assert_int_equal(ticket.role, OPSMESH__V1__ROLE__ROLE_CUSTOMER);
	assert_int_equal(ticket.priority, 0);
	assert_string_equal(ticket.email, "");
	assert_string_equal(ticket.subject, "");
	assert_int_equal(ticket.occurred_at.us, received_at.us);
}

static void a_channel_without_a_number_keeps_its_word(void **state)
{
	struct ticket_body ticket;
	struct refusal refusal;

	(void)state;
	assert_true(decode_ticket(arena, bytes_of("{\"body\":\"hi\",\"channel\":\"fax\"}"),
	                          received_at, &ticket, &refusal));
	assert_int_equal(ticket.channel, 0);
	assert_string_equal(ticket.channel_verbatim, "fax");
}

static void a_message_says_who_wrote_it_for_whom(void **state)
{
	struct message_body message;
	struct refusal refusal;

	(void)state;
	assert_true(
	    decode_message(arena,
	                   bytes_of("{\"body\":\"done\",\"author\":{\"role\":\"agent\",\"id\":"
	                            "\"kai\"},\"visibility\":\"private\"}"),
	                   received_at, &message, &refusal));
	assert_int_equal(message.role, OPSMESH__V1__ROLE__ROLE_AGENT);
	assert_int_equal(message.visibility, OPSMESH__V1__VISIBILITY__VISIBILITY_PRIVATE);
	assert_true(decode_message(arena,
	                           bytes_of("{\"body\":\"x\",\"author\":{\"role\":\"customer\"}}"),
	                           received_at, &message, &refusal));
	assert_int_equal(message.visibility, OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC);
	assert_string_equal(message.author, "");
	assert_true(
	    decode_message(arena, bytes_of("{\"body\":\"x\"}"), received_at, &message, &refusal));
	assert_int_equal(message.role, OPSMESH__V1__ROLE__ROLE_CUSTOMER);
}

static void a_status_leaves_alone_what_it_does_not_name(void **state)
{
	struct status_body status;
	struct refusal refusal;

	(void)state;
	assert_true(decode_status(arena, bytes_of("{\"status\":\"on_hold\",\"assignee\":\"\"}"),
	                          received_at, &status, &refusal));
	assert_int_equal(status.status, OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_ON_HOLD);
	assert_string_equal(status.assignee, "");
	assert_null(status.team);
	assert_int_equal(status.priority, 0);
}

static void an_answer_has_a_score_within_its_scale(void **state)
{
	struct csat_body csat;
	struct refusal refusal;

	(void)state;
	assert_true(decode_csat(arena, bytes_of("{\"ticket_id\":\"t\",\"score\":10,\"scale\":10}"),
	                        received_at, &csat, &refusal));
	assert_int_equal(csat.score, 10);
	assert_true(decode_csat(arena, bytes_of("{\"ticket_id\":\"t\",\"score\":5}"), received_at,
	                        &csat, &refusal));
	assert_int_equal(csat.scale, 5);
	assert_string_equal(csat.comment, "");
}

static void an_account_is_declared_whole(void **state)
{
	static const char body[] =
	    "{\"id\":\"acme\",\"name\":\"Acme\",\"tier\":\"enterprise\",\"region\":\"JP\","
	    "\"time_zone\":\"Asia/Tokyo\",\"owner\":\"mia\","
	    "\"domains\":[\"B.example\",\"a.example\"],"
	    "\"addresses\":[\"X@A.example\"],\"slack_teams\":[\"T1\"],\"stripe_customers\":[\"cus_1\"]}";
	struct account_body account;
	struct refusal refusal;

	(void)state;
	assert_true(decode_account(arena, bytes_of(body), &account, &refusal));
	assert_int_equal(account.tier, OPSMESH__V1__TIER__TIER_ENTERPRISE);
	assert_string_equal(account.owner, "mia");
	assert_string_equal(account.domains.items[0], "a.example");
	assert_string_equal(account.domains.items[1], "b.example");
	assert_string_equal(account.addresses.items[0], "X@a.example");
	assert_true(decode_account(arena, bytes_of("{\"id\":\"b\",\"tier\":\"platinum\"}"),
	                           &account, &refusal));
	assert_int_equal(account.tier, 0);
	assert_string_equal(account.tier_verbatim, "platinum");
	assert_string_equal(account.owner, "");
}

static void an_action_keeps_its_parameters_and_knows_what_is_personal(void **state)
{
	static const char body[] =
	    "{\"action\":\"assign\",\"on\":{\"type\":\"ticket\",\"id\":\"t1\"},\"by\":\"mia\","
	    "\"reason\":\"shift\",\"assignee\":\"kai\",\"z\":{\"note\":\"call Aiko\",\"ids\":[1,true,null]},"
	    "\"team\":\"aiko@example.jp\"}";
	struct action_body action;
	struct refusal refusal;

	(void)state;
	assert_true(decode_action(arena, bytes_of(body), &action, &refusal));
	assert_int_equal(action.kind, OPSMESH__V1__ACTION_KIND__ACTION_KIND_ASSIGN);
	assert_string_equal(action.on_id, "t1");
	assert_string_equal(action.on_behalf_of, "mia");
	assert_int_equal(action.parameter_count, 6);
	assert_string_equal(action.parameters[0].name, "assignee");
	assert_false(action.parameters[0].personal);
	assert_string_equal(action.parameters[1].name, "team");
	assert_true(action.parameters[1].personal);
	assert_string_equal(action.parameters[2].name, "z.ids[0]");
	assert_string_equal(action.parameters[2].value, "1");
	assert_string_equal(action.parameters[3].value, "true");
	assert_string_equal(action.parameters[5].name, "z.note");
	assert_true(action.parameters[5].personal);
	assert_true(decode_action(
	    arena, bytes_of("{\"action\":\"teleport\",\"on\":{\"type\":\"ticket\",\"id\":\"t1\"}}"),
	    &action, &refusal));
	assert_int_equal(action.kind, 0);
}

enum kind { TICKET, MESSAGE, STATUS, CSAT, ACCOUNT, ACTION };

struct wrong {
	enum kind kind;
	const char *body;
	const char *field;
	int code; /* 0: INVALID */
};

#define UNDECODABLE OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNDECODABLE
#define OUT_OF_TIME OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_OUT_OF_TIME

static const struct wrong wrongs[] = {
	{ TICKET, "", "", UNDECODABLE },
	{ TICKET, "{\"body\":\"\xFF\"}", "", UNDECODABLE },
	{ TICKET, "{\"body\":\"a\\u0000b\"}", "", UNDECODABLE },
	{ TICKET, "{\"body\":\"a\",\"body\":\"b\"}", "", UNDECODABLE },
	{ TICKET, "7", "", 0 },
	{ TICKET, "{}", "body", 0 },
	{ TICKET, "{\"body\":\" \\n\"}", "body", 0 },
	{ TICKET, "{\"body\":7}", "body", 0 },
	{ TICKET, "{\"body\":\"x\",\"colour\":1}", "colour", 0 },
	{ TICKET, "{\"body\":\"x\",\"priority\":\"asap\"}", "priority", 0 },
	{ TICKET, "{\"body\":\"x\",\"priority\":\"unspecified\"}", "priority", 0 },
	{ TICKET, "{\"body\":\"x\",\"contact\":{\"email\":\"nobody\"}}", "contact.email", 0 },
	{ TICKET, "{\"body\":\"x\",\"contact\":{\"email\":\"a b@c.d\"}}", "contact.email", 0 },
	{ TICKET, "{\"body\":\"x\",\"contact\":{\"phone\":\"1\"}}", "contact.phone", 0 },
	{ TICKET, "{\"body\":\"x\",\"account\":\"a b\"}", "account", 0 },
	{ TICKET, "{\"body\":\"x\",\"account\":\"a/b\"}", "account", 0 },
	{ TICKET, "{\"body\":\"x\",\"account\":\"a\\tb\"}", "account", 0 },
	{ TICKET, "{\"body\":\"x\",\"tags\":[\"a\",7]}", "tags[1]", 0 },
	{ TICKET, "{\"body\":\"x\",\"tags\":[\"two\\nlines\"]}", "tags[0]", 0 },
	{ TICKET, "{\"body\":\"x\",\"occurred_at\":\"yesterday\"}", "occurred_at", 0 },
	{ TICKET, "{\"body\":\"x\",\"occurred_at\":\"2026-06-01T12:05:01Z\"}", "occurred_at",
	  OUT_OF_TIME },
	{ TICKET, "{\"body\":\"x\",\"occurred_at\":\"2025-05-31T11:59:59Z\"}", "occurred_at",
	  OUT_OF_TIME },
	{ TICKET, "{\"body\":\"x\",\"occurred_at\":\"9999-12-31T23:59:59Z\"}", "occurred_at",
	  OUT_OF_TIME },
	{ MESSAGE, "{\"body\":\"x\",\"author\":{}}", "author.role", 0 },
	{ MESSAGE, "{\"body\":\"x\",\"author\":{\"role\":\"king\"}}", "author.role", 0 },
	{ MESSAGE, "{\"body\":\"x\",\"author\":{\"role\":\"bot\"},\"visibility\":\"x\"}",
	  "visibility", 0 },
	{ STATUS, "{}", "", 0 },
	{ STATUS, "{\"reason\":\"x\"}", "", 0 },
	{ STATUS, "{\"status\":\"gone\"}", "status", 0 },
	{ CSAT, "{\"score\":1}", "ticket_id", 0 },
	{ CSAT, "{\"ticket_id\":\"t\"}", "score", 0 },
	{ CSAT, "{\"ticket_id\":\"t\",\"score\":6}", "score", 0 },
	{ CSAT, "{\"ticket_id\":\"t\",\"score\":2.5}", "score", 0 },
	{ CSAT, "{\"ticket_id\":\"t\",\"score\":1,\"scale\":11}", "scale", 0 },
	{ ACCOUNT, "{\"name\":\"x\"}", "id", 0 },
	{ ACCOUNT, "{\"id\":\"a/b\"}", "id", 0 },
	{ ACCOUNT, "{\"id\":\"a\\u0001b\"}", "id", 0 },
	{ ACCOUNT, "{\"id\":\"a\\u007f\"}", "id", 0 },
	{ ACCOUNT, "{\"id\":\"a\",\"time_zone\":\"Mars/Base\"}", "time_zone", 0 },
	{ ACCOUNT, "{\"id\":\"a\",\"owner\":7}", "owner", 0 },
	{ ACCOUNT, "{\"id\":\"a\",\"owner\":\"Mia Ito\"}", "owner", 0 },
	{ ACCOUNT, "{\"id\":\"a\",\"domains\":[\"a@b.c\"]}", "domains[0]", 0 },
	{ ACCOUNT, "{\"id\":\"a\",\"addresses\":[\"x\"]}", "addresses[0]", 0 },
	{ ACCOUNT, "{\"id\":\"a\",\"stripe_customers\":[\"cus_1\",\"cus/2\"]}",
	  "stripe_customers[1]", 0 },
	{ ACTION, "{\"on\":{\"type\":\"ticket\",\"id\":\"t\"}}", "action", 0 },
	{ ACTION, "{\"action\":\"close\"}", "on", 0 },
	{ ACTION, "{\"action\":\"close\",\"on\":{\"type\":\"ticket\"}}", "on.id", 0 },
	{ ACTION, "{\"action\":\"close\",\"on\":{\"type\":\"ticket\",\"id\":\"t\"},\"x\":1.5}", "x",
	  0 },
	{ ACTION,
	  "{\"action\":\"close\",\"on\":{\"type\":\"ticket\",\"id\":\"t\"},\"x\":[[[[[1]]]]]}",
	  "x[0][0][0][0]", 0 },
};

static bool decodes(const struct wrong *wrong, struct refusal *refusal)
{
	const struct bytes body = bytes_of(wrong->body);
	union {
		struct ticket_body ticket;
		struct message_body message;
		struct status_body status;
		struct csat_body csat;
		struct account_body account;
		struct action_body action;
	} any;

	switch (wrong->kind) {
	case TICKET: return decode_ticket(arena, body, received_at, &any.ticket, refusal);
	case MESSAGE: return decode_message(arena, body, received_at, &any.message, refusal);
	case STATUS: return decode_status(arena, body, received_at, &any.status, refusal);
	case CSAT: return decode_csat(arena, body, received_at, &any.csat, refusal);
	case ACCOUNT: return decode_account(arena, body, &any.account, refusal);
	case ACTION: return decode_action(arena, body, &any.action, refusal);
	default: return true;
	}
}

static void a_refusal_names_the_field_and_the_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrongs); i++) {
		struct refusal refusal = { 0 };
		const int code = wrongs[i].code != 0
		                     ? wrongs[i].code
		                     : OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID;
		if (decodes(&wrongs[i], &refusal))
			fail_msg("%s", wrongs[i].body);
		if (!text_equal(refusal.field, wrongs[i].field) || (int)refusal.code != code)
			fail_msg("%s: %s: %s", wrongs[i].body, refusal.field, refusal.reason);
		assert_true(strlen(refusal.reason) > 0);
	}
}

static void a_time_a_little_ahead_is_the_time_of_receipt(void **state)
{
	struct ticket_body ticket;
	struct refusal refusal;

	(void)state;
	assert_true(decode_ticket(
	    arena, bytes_of("{\"body\":\"x\",\"occurred_at\":\"2026-06-01T12:05:00Z\"}"),
	    received_at, &ticket, &refusal));
	assert_int_equal(ticket.occurred_at.us, received_at.us);
}

static void limits_are_kept(void **state)
{
	struct buffer body = { 0 };
	struct action_body action;
	struct refusal refusal;
	static const char head[] =
	    "{\"action\":\"x\",\"on\":{\"type\":\"a\",\"id\":\"b\"},\"p\":[0";

	(void)state;
	buffer_add(&body, head, sizeof(head) - 1);
	for (int i = 0; i < DECODE_PARAMETERS_MAX; i++)
		buffer_add(&body, ",1", 2);
	buffer_add(&body, "]}", 2);
	assert_false(
	    decode_action(arena, (struct bytes){ body.data, body.size }, &action, &refusal));
	assert_string_equal(refusal.field, "p[50]");
	buffer_clear(&body);
	buffer_add(&body, head, sizeof(head) - 1);
	while (body.size <= DECODE_JSON_MAX)
		buffer_add(&body, "          ", 10);
	buffer_add(&body, "]}", 2);
	assert_false(
	    decode_action(arena, (struct bytes){ body.data, body.size }, &action, &refusal));
	assert_int_equal(refusal.code, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_TOO_LARGE);
	while (body.size <= DECODE_ACTION_MAX)
		buffer_add(&body, "          ", 10);
	assert_false(
	    decode_action(arena, (struct bytes){ body.data, body.size }, &action, &refusal));
	assert_int_equal(refusal.code, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_TOO_LARGE);
	buffer_finish(&body);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ticket_says_everything_it_may),
		cmocka_unit_test(a_ticket_needs_no_more_than_a_body),
		cmocka_unit_test(a_channel_without_a_number_keeps_its_word),
		cmocka_unit_test(a_message_says_who_wrote_it_for_whom),
		cmocka_unit_test(a_status_leaves_alone_what_it_does_not_name),
		cmocka_unit_test(an_answer_has_a_score_within_its_scale),
		cmocka_unit_test(an_account_is_declared_whole),
		cmocka_unit_test(an_action_keeps_its_parameters_and_knows_what_is_personal),
		cmocka_unit_test(a_refusal_names_the_field_and_the_reason),
		cmocka_unit_test(a_time_a_little_ahead_is_the_time_of_receipt),
		cmocka_unit_test(limits_are_kept),
	};

	arena = arena_create(65536);
	CHECK(time_parse("2026-06-01T12:00:00Z", &received_at));
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
