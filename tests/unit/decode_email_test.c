/*
 * decode_email_test - a mail as a message for a ticket: thread, author, time, signed reply address.
 */
#include "services/ingest/decode_email.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define TICKET "01975c2e-7c00-7abc-8def-0123456789ab"
#define POLICIES "deploy/policies/"

static struct arena *arena;
static struct people people;
static struct mail_secrets secrets;
static struct instant received_at;

static struct instant instant(const char *text)
{
	struct instant at;

	CHECK(time_parse(text, &at));
	return at;
}

static struct mail_body decoded(const char *raw)
{
	struct mail_body body;
	struct refusal refusal;

	assert_true(
	    decode_email(arena, bytes_of(raw), received_at, &people, &secrets, &body, &refusal));
	return body;
}

static bool has_problem(const struct mail_body *body, Opsmesh__V1__ProblemCode code)
{
	for (size_t i = 0; i < body->problem_count; i++) {
		if (body->problems[i].code == code)
			return true;
	}
	return false;
}

static void a_signed_reply_address_names_its_ticket(void **state)
{
	const char *const local = reply_token_make(arena, secrets.reply, TICKET);
	const char *const address = arena_printf(arena, "%s@desk.example", local);
	const struct bytes other = bytes_of("another secret!!");

	(void)state;
	assert_true(strlen(local) <= 64);
	assert_string_equal(reply_token_verify(arena, secrets.reply, address), TICKET);
	assert_string_equal(reply_token_verify(arena, secrets.reply, local), TICKET);
	assert_null(reply_token_verify(arena, other, address));
	assert_null(reply_token_verify(arena, secrets.reply, "reply+" TICKET "@desk.example"));
	assert_null(reply_token_verify(arena, secrets.reply, "reply+" TICKET ".@desk.example"));
	assert_null(reply_token_verify(arena, secrets.reply, "reply+.00@desk.example"));
	assert_null(reply_token_verify(arena, secrets.reply, "support@desk.example"));
	assert_null(reply_token_make(arena, secrets.reply, "Upper-Case"));
	assert_null(reply_token_make(arena, secrets.reply, TICKET "0"));
	assert_null(reply_token_make(arena, secrets.reply, ""));
}

static void a_changed_code_or_ticket_is_no_token(void **state)
{
	char *const local = arena_string(arena, reply_token_make(arena, secrets.reply, TICKET));

	(void)state;
	for (size_t i = strlen("reply+"); i < strlen(local); i++) {
		const char was = local[i];
		local[i] = was == '0' ? '1' : '0';
		assert_null(reply_token_verify(arena, secrets.reply, local));
		local[i] = was;
	}
	assert_non_null(reply_token_verify(arena, secrets.reply, local));
}

static void a_thread_is_known_by_ids_and_never_by_its_subject(void **state)
{
	const struct mail_body reply =
	    decoded("From: a@x.example\r\nSubject: Re: invoice\r\nMessage-ID: <4@x>\r\n"
	            "In-Reply-To: <3@x>\r\nReferences: <1@x> <2@x> <3@x>\r\n\r\nhi\r\n");
	const struct mail_body first =
	    decoded("From: a@x.example\r\nSubject: Re: invoice\r\nMessage-ID: <1@x>\r\n\r\nhi\r\n");
	const struct mail_body answer =
	    decoded("From: a@x.example\r\nMessage-ID: <2@x>\r\nIn-Reply-To: <1@x>\r\n\r\nhi\r\n");

	(void)state;
	assert_string_equal(reply.root, "1@x");
	assert_int_equal(reply.thread_count, 3);
	assert_string_equal(reply.thread[0], "3@x");
	assert_string_equal(reply.thread[1], "2@x");
	assert_string_equal(reply.thread[2], "1@x");
	assert_string_equal(first.root, "1@x");
	assert_int_equal(first.thread_count, 0);
	assert_string_equal(answer.root, "1@x");
}

static void the_edge_finds_the_same_key_in_the_header_alone(void **state)
{
	const char *const token = reply_token_make(arena, secrets.reply, TICKET);
	const char *const raw = arena_printf(
	    arena,
	    "From: a@x.example\r\nTo: help@desk.example, %s@desk.example\r\nMessage-ID: <4@x>\r\n"
	    "References: <1@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx",
	    token);
	const char *ticket;
	const char *root;

	(void)state;
	decode_email_key(arena, bytes_of(raw), secrets.reply, &ticket, &root);
	assert_string_equal(ticket, TICKET);
	assert_string_equal(root, "1@x");
	assert_string_equal(decoded(raw).reply_ticket, TICKET);
	decode_email_key(arena, bytes_of("no mail"), secrets.reply, &ticket, &root);
	assert_null(ticket);
	assert_null(root);
}

struct dated {
	const char *header;
	const char *at;
	Opsmesh__V1__ProblemCode problem;
};

static const struct dated dates[] = {
	{ "Date: Mon, 1 Jun 2026 11:30:00 +0900\r\n", "2026-06-01T02:30:00Z", 0 },
	{ "Date: Tue, 2 Jun 2026 00:00:00 +0000\r\n", "2026-06-01T12:00:00Z", 0 },
	{ "Date: Sat, 2 May 2026 12:00:00 +0000\r\n", "2026-05-02T12:00:00Z", 0 },
	{ "Date: Sat, 2 May 2026 11:59:59 +0000\r\n", "2026-06-01T12:00:00Z",
	  OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_TIME_OUT_OF_RANGE },
	{ "", "2026-06-01T12:00:00Z", OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_NO_DATE },
	{ "Date: soon\r\n", "2026-06-01T12:00:00Z",
	  OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_NO_DATE },
};

static void a_date_is_believed_within_thirty_days_before_the_receipt(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(dates); i++) {
		char text[TIME_TEXT_SIZE];
		const struct mail_body body = decoded(
		    arena_printf(arena, "From: a@x.example\r\n%s\r\nhi\r\n", dates[i].header));
		assert_string_equal(time_format(body.occurred_at, text), dates[i].at);
		if (dates[i].problem != 0)
			assert_true(has_problem(&body, dates[i].problem));
	}
}

static void a_text_longer_than_a_message_holds_is_cut_and_says_so(void **state)
{
	static const char head[] =
	    "From: a@x.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
	const size_t size = DECODE_TEXT_MAX / 3 * 3 + 3;
	struct buffer raw = { 0 };

	(void)state;
	buffer_add(&raw, head, strlen(head));
	for (size_t i = 0; i < size; i += 3)
		buffer_add(&raw, "字", 3);
	buffer_add(&raw, "", 1);
	const struct mail_body body = decoded((const char *)raw.data);

	assert_int_equal(strlen(body.mail.text), size - 3);
	assert_true(text_valid(bytes_of(body.mail.text)));
	assert_true(has_problem(&body, OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_TOO_LARGE));
	buffer_finish(&raw);
}

static void a_person_of_ours_is_an_agent_and_a_program_of_ours_a_bot(void **state)
{
	const struct mail_body agent = decoded("From: Kai <Kai@OPSMESH.example>\r\n\r\nhi\r\n");
	const struct mail_body bot =
	    decoded("From: kai@opsmesh.example\r\nAuto-Submitted: auto-replied\r\n\r\nhi\r\n");
	const struct mail_body lookalike = decoded("From: kai@evil-opsmesh.example\r\n\r\nhi\r\n");
	const struct mail_body nobody = decoded("Subject: hi\r\n\r\nhi\r\n");

	(void)state;
	assert_int_equal(agent.role, OPSMESH__V1__ROLE__ROLE_AGENT);
	assert_int_equal(bot.role, OPSMESH__V1__ROLE__ROLE_BOT);
	assert_true(has_problem(&bot, OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_AUTOMATIC_MAIL));
	assert_int_equal(lookalike.role, OPSMESH__V1__ROLE__ROLE_CUSTOMER);
	assert_int_equal(nobody.role, OPSMESH__V1__ROLE__ROLE_CUSTOMER);
	assert_int_equal(nobody.contact_key_count, 0);
	assert_true(has_problem(&nobody, OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_NO_SENDER));
}

static void contact_keys_hold_no_address_and_no_shared_domain(void **state)
{
	const struct mail_body company = decoded("From: Aiko+desk@Example.JP\r\n\r\nhi\r\n");
	const struct mail_body person = decoded("From: someone@gmail.com\r\n\r\nhi\r\n");

	(void)state;
	assert_int_equal(company.contact_key_count, 2);
	assert_true(text_starts(company.contact_keys[0], "address:"));
	assert_null(strstr(company.contact_keys[0], "aiko"));
	assert_string_equal(company.contact_keys[0],
	                    contact_key_address(arena, secrets.contact, "aiko@example.jp"));
	assert_string_equal(company.contact_keys[1], "domain:example.jp");
	assert_int_equal(person.contact_key_count, 1);
}

static void a_document_of_people_is_checked(void **state)
{
	static const char *const wrong[] = {
		"{}",
		"{\"id\":\"t\",\"version\":1,\"effective_from\":\"x\"}",
		"{\"id\":\"t\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","
		"\"addresses\":[\"no address\"]}",
		"{\"id\":\"t\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","
		"\"domains\":[\"a@b\"]}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct people other = { 0 };
		const char *error = NULL;
		assert_false(people_read_team(arena, bytes_of(wrong[i]), &other, &error));
		assert_non_null(error);
	}
}

static void what_is_no_mail_is_refused_with_a_reason(void **state)
{
	struct mail_body body;
	struct refusal refusal;

	(void)state;
	assert_false(
	    decode_email(arena, bytes_of(""), received_at, &people, &secrets, &body, &refusal));
	assert_int_equal(refusal.code, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNDECODABLE);
	assert_string_equal(refusal.reason, "the mail is empty");
}

static struct bytes file_content(const char *path)
{
	static char content[65536];
	FILE *const file = fopen(path, "rb");

	CHECK(file != NULL);
	const size_t size = fread(content, 1, sizeof(content), file);
	fclose(file);
	return (struct bytes){ content, size };
}

static int open_world(void **state)
{
	const char *error = NULL;

	(void)state;
	arena = arena_create(65536);
	received_at = instant("2026-06-01T12:00:00Z");
	secrets =
	    (struct mail_secrets){ bytes_of("contact secret 1"), bytes_of("reply secret 123") };
	CHECK(people_read_team(arena, file_content(POLICIES "team.json"), &people, &error));
	CHECK(people_read_free(arena, file_content(POLICIES "free-mail-domains.json"), &people,
	                       &error));
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signed_reply_address_names_its_ticket),
		cmocka_unit_test(a_changed_code_or_ticket_is_no_token),
		cmocka_unit_test(a_thread_is_known_by_ids_and_never_by_its_subject),
		cmocka_unit_test(the_edge_finds_the_same_key_in_the_header_alone),
		cmocka_unit_test(a_date_is_believed_within_thirty_days_before_the_receipt),
		cmocka_unit_test(a_text_longer_than_a_message_holds_is_cut_and_says_so),
		cmocka_unit_test(a_person_of_ours_is_an_agent_and_a_program_of_ours_a_bot),
		cmocka_unit_test(contact_keys_hold_no_address_and_no_shared_domain),
		cmocka_unit_test(a_document_of_people_is_checked),
		cmocka_unit_test(what_is_no_mail_is_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
