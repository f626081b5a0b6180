/*
 * mime_guard_test - mails that are more than any honest one: what they cost is bounded, and said.
 */
#include "common/io/mime.h"

#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define HEAD                                                                            \
	"From: Aiko Sato <aiko@Example.JP>\r\nDate: Mon, 1 Jun 2026 11:30:00 +0900\r\n" \
	"Message-ID: <1@example.jp>\r\n"

static struct arena *arena;

static bool repaired(const struct mail *mail, enum mail_repair_kind kind)
{
	for (size_t i = 0; i < mail->repair_count; i++) {
		if (mail->repairs[i].kind == kind)
			return true;
	}
	return false;
}

static struct mail built(struct buffer *raw)
{
	struct mail mail;
	const char *reason = NULL;

	assert_true(mail_decode(arena, (struct bytes){ raw->data, raw->size }, &mail, &reason));
	buffer_finish(raw);
	return mail;
}

static void add(struct buffer *raw, const char *text)
{
	buffer_add(raw, text, strlen(text));
}

static void nesting_without_end_costs_nothing_but_itself(void **state)
{
	struct buffer raw = { 0 };

	(void)state;
	add(&raw, HEAD);
	for (int i = 0; i < 3000; i++)
		add(&raw,
		    arena_printf(arena,
		                 "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i,
		                 i));
	add(&raw, "\r\ndeep\r\n");
	const struct mail mail = built(&raw);
	assert_true(repaired(&mail, MAIL_TOO_DEEP));
	assert_string_equal(mail.from.address, "aiko@example.jp");
}

static void parts_recipients_and_references_are_bounded(void **state)
{
	struct buffer raw = { 0 };

	(void)state;
	add(&raw,
	    "From: a@x.example\r\nDate: Mon, 1 Jun 2026 11:30:00 +0900\r\nReferences: <first@x>");
	for (int i = 0; i < 400; i++)
		add(&raw, arena_printf(arena, " <%d@x>", i));
	add(&raw, "\r\nTo: b@x.example");
	for (int i = 0; i < 600; i++)
		add(&raw, ", b@x.example");
	add(&raw, "\r\nContent-Type: multipart/mixed; boundary=b\r\n");
	for (unsigned i = 0; i < MAIL_PARTS_MAX + 10; i++)
		add(&raw, "\r\n--b\r\nContent-Type: image/png\r\n\r\nx");
	const struct mail mail = built(&raw);
	assert_true(repaired(&mail, MAIL_TOO_MANY));
	assert_int_equal(mail.reference_count, MAIL_REFERENCES_MAX);
	assert_string_equal(mail.references[0], "first@x");
	assert_string_equal(mail.references[MAIL_REFERENCES_MAX - 1], "399@x");
	assert_int_equal(mail.to_count, MAIL_RECIPIENTS_MAX);
	assert_true(mail.attachment_count < MAIL_PARTS_MAX);
}

struct flood {
	const char *head; /* once */
	const char *drop; /* a hundred thousand times */
};

static const struct flood floods[] = {
	{ HEAD, "X: y\r\n" },
	{ HEAD "To: ", "a@x.example, a@x.example,\r\n " },
	{ HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n\r\nx\r\n" },
	{ HEAD "Content-Type: multipart/mixed;\r\n BOUNDARY =\r\n \"b b\"\r\n\r\n",
	  "--b b\t\r\n\r\nx\r\n" },
	{ HEAD "Content-Type: multipart/mixed; boundary*=us-ascii''b\r\n\r\n", "--b\r\n\r\nx\r\n" },
	{ HEAD "Content-Type: message/rfc822\r\n\r\n", "X: y\r\n" },
};

static void a_flood_is_dammed_before_it_is_parsed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(floods); i++) {
		struct buffer raw = { 0 };
		add(&raw, floods[i].head);
		for (int n = 0; n < 100000 && raw.size < MAIL_SIZE_MAX - 1000; n++)
			add(&raw, floods[i].drop);
		const struct mail mail = built(&raw);
		if (!repaired(&mail, MAIL_TOO_MANY))
			fail_msg("%s", floods[i].head);
		assert_string_equal(mail.from.address, "aiko@example.jp");
	}
}

static void many_lines_that_begin_with_dashes_are_just_text(void **state)
{
	struct buffer raw = { 0 };

	(void)state;
	add(&raw, HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n");
	for (int i = 0; i < 50000; i++)
		add(&raw, "-- x\r\n");
	add(&raw, "--b--\r\n");
	const struct mail mail = built(&raw);
	assert_int_equal(mail.repair_count, 0);
	assert_int_equal(strlen(mail.text), 50000 * 5 - 1);
}

static void a_long_text_is_cut_at_a_character(void **state)
{
	struct buffer raw = { 0 };

	(void)state;
	add(&raw, HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\n");
	for (unsigned i = 0; i < MAIL_TEXT_MAX / 3 + 10; i++)
		add(&raw, "請");
	const struct mail mail = built(&raw);
	assert_true(repaired(&mail, MAIL_TOO_LONG));
	assert_int_equal(strlen(mail.text), MAIL_TEXT_MAX / 3 * 3);
	assert_true(text_valid(bytes_of(mail.text)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(nesting_without_end_costs_nothing_but_itself),
		cmocka_unit_test(parts_recipients_and_references_are_bounded),
		cmocka_unit_test(a_flood_is_dammed_before_it_is_parsed),
		cmocka_unit_test(many_lines_that_begin_with_dashes_are_just_text),
		cmocka_unit_test(a_long_text_is_cut_at_a_character),
	};

	arena = arena_create(65536);
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
