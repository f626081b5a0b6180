/*
 * conversation_email_test - the stage `conversation`: which ticket a mail belongs to, and what is kept of it.
 */
#include "tests/support/conversation_fixture.h"

#include "common/base/text.h"
#include "services/ingest/decode_email.h"

#include <string.h>

#define HEAD(id) "From: ann@corp.example\r\nSubject: Re: invoice\r\nMessage-ID: <" id "@x>\r\n"

static struct conversation_fixture fixture;
static size_t mails;

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

static struct bytes contact_secret(void)
{
	return bytes_of(fixture.config.contact_secret);
}

/* Journals it for a mailbox and answers what the ticket's owner is asked, the first fact of it. */
static const Opsmesh__V1__ByTicketEvent *mail_to(const char *mailbox, const char *raw)
{
	const struct journalled request = {
		.route = ROUTE(EMAIL),
		.id = arena_printf(fixture.test.arena, "R%zu", ++mails),
		.key = "thread",
		.parameter = "mailbox",
		.value = mailbox,
		.body = raw,
	};
	const ProtobufCMessage *first = NULL;

	conversation_journal(&fixture, &request);
	assert_string_not_equal(conversation_hear(&fixture, &first), "");
	while (*conversation_hear(&fixture, NULL) != '\0')
		;
	return by_ticket(first);
}

static const Opsmesh__V1__ByTicketEvent *mail(const char *raw)
{
	return mail_to("support", raw);
}

static const char *opened_by(const Opsmesh__V1__ByTicketEvent *event)
{
	assert_int_equal(event->fact_case, OPSMESH__V1__BY_TICKET_EVENT__FACT_TICKET_REQUESTED);
	return event->ticket_id;
}

static const char *answered_by(const Opsmesh__V1__ByTicketEvent *event)
{
	assert_int_equal(event->fact_case, OPSMESH__V1__BY_TICKET_EVENT__FACT_MESSAGE_RECEIVED);
	return event->ticket_id;
}

static bool has_problem(const Opsmesh__V1__MessageAdded *message, Opsmesh__V1__ProblemCode code)
{
	for (size_t i = 0; i < message->n_problems; i++)
		if (message->problems[i]->code == code)
			return true;
	return false;
}

/* Threads. */

static void a_first_mail_opens_a_ticket_and_tells_who_wrote(void **state)
{
	const char *const raw = HEAD("1") "Date: Mon, 1 Jun 2026 20:00:00 +0900\r\n\r\nhello\r\n";
	const struct journalled request = { .route = ROUTE(EMAIL),
		                            .key = "thread",
		                            .parameter = "mailbox",
		                            .value = "support",
		                            .body = raw };
	const ProtobufCMessage *first = NULL;

	(void)state;
	conversation_journal(&fixture, &request);
	assert_true(
	    text_starts(conversation_hear(&fixture, &first), "ingest.by-ticket ticket_requested "));
	const Opsmesh__V1__ByTicketEvent *const event = by_ticket(first);
	const Opsmesh__V1__TicketRequested *const requested = event->ticket_requested;

	assert_int_equal(event->occurred_at->seconds, 1780311600);
	assert_int_equal(event->actor->role, OPSMESH__V1__ROLE__ROLE_CUSTOMER);
	assert_string_equal(personal(requested->opened->subject), "Re: invoice");
	assert_string_equal(personal(requested->opened->requester), "ann@corp.example");
	assert_string_equal(requested->opened->mailbox, "support");
	assert_string_equal(personal(requested->message->body), "hello\n");
	assert_string_equal(requested->message->external_ids[0]->digest,
	                    mail_id_digest(fixture.test.arena, contact_secret(), "1@x"));
	(void)conversation_expect(
	    &fixture, arena_printf(fixture.test.arena,
	                           "ingest.by-contact contact_seen %s\n"
	                           "ingest.by-contact contact_seen domain:corp.example\n",
	                           contact_key_address(fixture.test.arena, contact_secret(),
	                                               "ann@corp.example")));
}

static const struct {
	const char *name;
	const char *reply;
} replies[] = {
	{ "by the mail that it answers", HEAD("2") "In-Reply-To: <1@x>\r\n\r\nyes" },
	{ "by one that it refers to, although what it answers never came",
	  HEAD("2") "In-Reply-To: <lost@y>\r\nReferences: <1@x> <lost@y>\r\n\r\nyes" },
};

static void a_reply_finds_its_ticket(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(replies); i++) {
		const char *const mailbox = arena_printf(fixture.test.arena, "box%zu", i);
		const char *const ticket = opened_by(mail_to(mailbox, HEAD("1") "\r\nhello"));

		print_message("  %s\n", replies[i].name);
		stage_test_restart(&fixture.test);
		assert_string_equal(answered_by(mail_to(mailbox, replies[i].reply)), ticket);
	}
}

static void a_signed_reply_address_comes_before_every_other_key(void **state)
{
	struct arena *const arena = fixture.test.arena;
	const char *const address =
	    reply_token_make(arena, bytes_of(fixture.config.reply_secret), FIXTURE_TICKET);
	const char *const raw =
	    arena_printf(arena, HEAD("2") "To: %s@desk.example\r\nIn-Reply-To: <1@x>\r\n\r\nyes",
	                 address);

	(void)state;
	(void)opened_by(mail(HEAD("1") "\r\nhello"));
	const Opsmesh__V1__ByTicketEvent *const event = mail(raw);

	assert_string_equal(answered_by(event), FIXTURE_TICKET);
	assert_non_null(event->message_received->otherwise);
	assert_true(event->message_received->next_ticket_id[0] != '\0');
	assert_string_equal(answered_by(mail(HEAD("3") "In-Reply-To: <2@x>\r\n\r\nno")),
	                    FIXTURE_TICKET);
}

static void the_newest_of_several_known_mails_decides(void **state)
{
	struct arena *const arena = fixture.test.arena;
	const char *const address =
	    reply_token_make(arena, bytes_of(fixture.config.reply_secret), FIXTURE_TICKET);

	(void)state;
	(void)opened_by(mail(HEAD("1") "\r\nhello"));
	(void)mail(arena_printf(arena, HEAD("2") "To: %s@desk.example\r\n\r\nyes", address));
	assert_string_equal(answered_by(mail(HEAD("3") "References: <1@x> <2@x>\r\n\r\nand also")),
	                    FIXTURE_TICKET);
}

static void a_mail_that_overtakes_its_root_is_on_the_same_ticket(void **state)
{
	const char *const ticket =
	    opened_by(mail(HEAD("2") "In-Reply-To: <1@x>\r\nReferences: <1@x>\r\n\r\nyes"));

	(void)state;
	assert_string_equal(answered_by(mail(HEAD("3") "References: <1@x>\r\n\r\nagain")), ticket);
	assert_string_equal(opened_by(mail(HEAD("1") "\r\nhello")), ticket);
}

static void subjects_and_other_mailboxes_make_no_thread(void **state)
{
	const char *const ticket = opened_by(mail(HEAD("1") "\r\nhello"));

	(void)state;
	assert_string_not_equal(opened_by(mail(HEAD("2") "\r\nhello")), ticket);
	assert_string_not_equal(
	    opened_by(mail_to("billing", HEAD("3") "In-Reply-To: <1@x>\r\n\r\nhello")), ticket);
}

static void mails_without_any_id_are_tickets_of_their_own(void **state)
{
	const char *const raw = "From: ann@corp.example\r\nSubject: x\r\n\r\nhello\r\n";
	const char *const ticket = opened_by(mail(raw));

	(void)state;
	assert_string_not_equal(opened_by(mail(raw)), ticket);
}

/* What is kept. */

static const struct {
	const char *name;
	const char *raw;
	Opsmesh__V1__ProblemCode problem;
} damaged[] = {
	{ "no date", HEAD("1") "\r\nhello", OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_NO_DATE },
	{ "no sender", "Message-ID: <2@x>\r\n\r\nhello",
	  OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_NO_SENDER },
	{ "a broken tree",
	  HEAD("3") "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello",
	  OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_BROKEN_MIME },
	{ "an unknown charset",
	  HEAD("4") "Content-Type: text/plain; charset=klingon\r\n\r\nhe\xff"
	            "llo",
	  OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_UNKNOWN_CHARSET },
	{ "bytes that are no mail", "\x01\x02\xff\xfe",
	  OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_BROKEN_MIME },
	{ "nothing at all", "", OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_BROKEN_MIME },
};

static void a_damaged_mail_is_a_ticket_that_says_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(damaged); i++) {
		const Opsmesh__V1__ByTicketEvent *const event = mail(damaged[i].raw);
		const Opsmesh__V1__TicketRequested *const requested = event->ticket_requested;

		print_message("  %s\n", damaged[i].name);
		(void)opened_by(event);
		assert_true(has_problem(requested->message, damaged[i].problem));
		assert_int_equal(requested->opened->n_problems, requested->message->n_problems);
		for (size_t j = 0; j < requested->message->n_problems; j++)
			assert_true(requested->message->problems[j]->reason[0] != '\0');
	}
}

static void words_of_nobody_known_are_the_tickets(void **state)
{
	const Opsmesh__V1__ByTicketEvent *const event =
	    mail("Message-ID: <1@x>\r\nSubject: s\r\n\r\nhello");
	const Opsmesh__V1__TicketRequested *const requested = event->ticket_requested;

	(void)state;
	assert_string_equal(requested->opened->contact_key, "");
	assert_string_equal(requested->opened->subject->subject, event->ticket_id);
	assert_string_equal(requested->message->body->subject, event->ticket_id);
	assert_string_equal(requested->message->external_ids[0]->id->subject, event->ticket_id);
}

static void an_attachment_is_known_by_its_content(void **state)
{
	const Opsmesh__V1__ByTicketEvent *const event = mail(
	    HEAD("1") "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee\r\n--b\r\n"
		      "Content-Type: application/pdf; name=a.pdf\r\n"
		      "Content-Disposition: attachment; filename=a.pdf\r\n\r\nabc\r\n--b--\r\n");
	const Opsmesh__V1__MessageAdded *const message = event->ticket_requested->message;

	(void)state;
	assert_int_equal(message->n_attachments, 1);
	assert_string_equal(message->attachments[0]->digest,
	                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(message->attachments[0]->media_type, "application/pdf");
	assert_string_equal(personal(message->attachments[0]->name), "a.pdf");
	assert_int_equal(message->attachments[0]->size, 3);
	struct attachment_row row = { .digest = message->attachments[0]->digest };
	struct attachment_part_row part = { .digest = message->attachments[0]->digest };

	assert_true(stage_test_row(&fixture.test, &attachment_table, &row));
	assert_int_equal(row.size, 3);
	assert_true(stage_test_row(&fixture.test, &attachment_part_table, &part));
	assert_int_equal(part.body.size, 3);
	assert_memory_equal(part.body.data, "abc", 3);
}

static void a_person_of_ours_answers_as_an_agent(void **state)
{
	const char *const ticket = opened_by(mail(HEAD("1") "\r\nhello"));
	const Opsmesh__V1__ByTicketEvent *const event =
	    mail("From: mika@ours.example\r\nMessage-ID: <2@ours>\r\nIn-Reply-To: <1@x>\r\n\r\nhi");

	(void)state;
	assert_string_equal(answered_by(event), ticket);
	assert_int_equal(event->message_received->message->role, OPSMESH__V1__ROLE__ROLE_AGENT);
	assert_int_equal(event->actor->role, OPSMESH__V1__ROLE__ROLE_AGENT);
}

static void a_japanese_mail_is_read_and_its_language_hinted(void **state)
{
	const Opsmesh__V1__ByTicketEvent *const event =
	    mail(HEAD("1") "Content-Type: text/plain; charset=ISO-2022-JP\r\n\r\n"
	                   "\x1b$B@A5a\x1b(B\r\n");
	const Opsmesh__V1__MessageAdded *const message = event->ticket_requested->message;

	(void)state;
	assert_string_equal(personal(message->body), "請求\n");
	assert_string_equal(message->language_hint, "ja");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	static const struct CMUnitTest tests[] = {
		CASE(a_first_mail_opens_a_ticket_and_tells_who_wrote),
		CASE(a_reply_finds_its_ticket),
		CASE(a_signed_reply_address_comes_before_every_other_key),
		CASE(the_newest_of_several_known_mails_decides),
		CASE(a_mail_that_overtakes_its_root_is_on_the_same_ticket),
		CASE(subjects_and_other_mailboxes_make_no_thread),
		CASE(mails_without_any_id_are_tickets_of_their_own),
		CASE(a_damaged_mail_is_a_ticket_that_says_what_is_wrong),
		CASE(words_of_nobody_known_are_the_tickets),
		CASE(an_attachment_is_known_by_its_content),
		CASE(a_person_of_ours_answers_as_an_agent),
		CASE(a_japanese_mail_is_read_and_its_language_hinted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
