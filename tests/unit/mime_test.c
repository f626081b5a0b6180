/*
 * mime_test - mails as they really are: each kind of damage, and Japanese in every encoding in use.
 */
#include "common/io/mime.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SAMPLES "../shared/data/mikel-mail/spec/fixtures/emails"
#define SAMPLE_MAX (1U << 20)

#define HEAD                                                                            \
	"From: Aiko Sato <aiko@Example.JP>\r\nDate: Mon, 1 Jun 2026 11:30:00 +0900\r\n" \
	"Message-ID: <1@example.jp>\r\n"
#define TEXT(type_, encoding_) \
	HEAD "Content-Type: " type_ "\r\nContent-Transfer-Encoding: " encoding_ "\r\n\r\n"

/* From memory that ends with the mail, so that a read behind it is seen. */
static struct mail decoded(const char *raw, size_t size)
{
	struct mail mail;
	const char *reason = NULL;
	char *const copy = malloc(size);

	memcpy(copy, raw, size);
	assert_true(mail_decode(arena, (struct bytes){ copy, size }, &mail, &reason));
	free(copy);
	return mail;
}

static bool repaired(const struct mail *mail, enum mail_repair_kind kind)
{
	for (size_t i = 0; i < mail->repair_count; i++) {
		if (mail->repairs[i].kind == kind)
			return true;
	}
	return false;
}

#define NO_REPAIR (-1)

struct sample {
	const char *name; /* what it shows */
	const char *raw;
	const char *text;
	int repair; /* the one that must be said, or NO_REPAIR: none at all */
};

static const struct sample bodies[] = {
	{ "iso-2022-jp in quoted-printable",
	  TEXT("text/plain; charset=\"iso-2022-jp\"",
	       "quoted-printable") "=1B$B@A5a!a!w=\r\n=1B(B ok\r\n",
	  "請求＝＠ ok\n", NO_REPAIR },
	{ "JIS escapes without a charset", HEAD "\r\n\x1B$BJ'$$La$7\x1B(B\r\n", "払い戻し\n",
	  MAIL_CHARSET_GUESSED },
	{ "JIS escapes declared as ASCII",
	  TEXT("text/plain; charset=us-ascii", "7bit") "\x1B$BJ'$$La$7\x1B(B\r\n", "払い戻し\n",
	  MAIL_CHARSET_WRONG },
	{ "JIS escapes declared as UTF-8",
	  TEXT("text/plain; charset=utf-8", "7bit") "\x1B$BJ'$$La$7\x1B(B\r\n", "払い戻し\n",
	  MAIL_CHARSET_WRONG },
	{ "vendor characters in iso-2022-jp-ms",
	  TEXT("text/plain; charset=iso-2022-jp-ms",
	       "7bit") "\x1B$B-b-!-j\x1B(B \x1B(I1\x1B(B \x1B$By!\x1B(B\r\n",
	  "№①㈱ ｱ 纊\n", NO_REPAIR },
	{ "vendor characters declared as plain iso-2022-jp",
	  TEXT("text/plain; charset=ISO-2022-JP", "7bit") "\x1B$B-j;3ED\x1B(B\r\n", "㈱山田\n",
	  NO_REPAIR },
	{ "JIS X 0212 beside vendor characters",
	  TEXT("text/plain; charset=cp50221", "7bit") "\x1B$(D0!\x1B$B-!\x1B(B\r\n", "丂①\n",
	  NO_REPAIR },
	{ "@, = and < are bytes of JIS text",
	  TEXT("text/plain; charset=iso-2022-jp", "7bit") "\x1B$B@5<0=q\x1B(B a@b.jp\r\n",
	  "正式書 a@b.jp\n", NO_REPAIR },
	{ "a broken character costs one place, not the line",
	  TEXT("text/plain; charset=iso-2022-jp", "7bit") "\x1B$B;3\x80\x45\x44\x1B(B ok\r\nok\r\n",
	  "山\xEF\xBF\xBD田 ok\nok\n", MAIL_CHARSET_REPAIRED },
	{ "Shift_JIS",
	  TEXT("text/plain; charset=Shift_JIS", "8bit") "\x8E\x52\x93\x63 \x87\x40 \x5C\r\n",
	  "山田 ① \\\n", NO_REPAIR },
	{ "EUC-JP", TEXT("text/plain; charset=EUC-JP", "8bit") "\xBB\xB3\xC5\xC4\r\n", "山田\n",
	  NO_REPAIR },
	{ "EUC-JP with vendor characters",
	  TEXT("text/plain; charset=euc-jp", "8bit") "\xAD\xEA\xBB\xB3\xC5\xC4\r\n", "㈱山田\n",
	  NO_REPAIR },
	{ "Shift_JIS without a charset",
	  HEAD "\r\n\x82\xA8\x90\xA2\x98\x62\x82\xC9\x82\xC8\x82\xE8\r\n", "お世話になり\n",
	  MAIL_CHARSET_GUESSED },
	{ "EUC-JP without a charset", HEAD "\r\n\xA4\xAA\xC0\xA4\xCF\xC3\xA4\xCB\r\n", "お世話に\n",
	  MAIL_CHARSET_GUESSED },
	{ "UTF-8 declared as iso-2022-jp",
	  TEXT("text/plain; charset=iso-2022-jp", "8bit") "請求書\r\n", "請求書\n",
	  MAIL_CHARSET_WRONG },
	{ "UTF-8 declared as latin 1", TEXT("text/plain; charset=iso-8859-1", "8bit") "請求書\r\n",
	  "請求書\n", MAIL_CHARSET_WRONG },
	{ "latin 1", TEXT("text/plain; charset=iso-8859-1", "quoted-printable") "caf=E9 =80\r\n",
	  "café €\n", NO_REPAIR },
	{ "latin 1 without a charset is not Japanese",
	  HEAD "\r\nDas h\xE4tte f\xFCr M\xFCller gen\xFCgt\r\n", "Das hätte für Müller genügt\n",
	  MAIL_CHARSET_GUESSED },
	{ "invalid bytes do not abort",
	  TEXT("text/plain; charset=utf-8", "8bit") "請求\xE6\x9B 書\xFF\r\n",
	  "請求\xEF\xBF\xBD 書\xEF\xBF\xBD\n", MAIL_CHARSET_REPAIRED },
	{ "an unknown charset is found by its bytes",
	  TEXT("text/plain; charset=klingon", "8bit") "請求書\r\n", "請求書\n",
	  MAIL_CHARSET_UNKNOWN },
	{ "a charset that names a file is just unknown",
	  TEXT("text/plain; charset=\"../../etc/passwd//TRANSLIT\"", "8bit") "ok\r\n", "ok\n",
	  MAIL_CHARSET_UNKNOWN },
	{ "base64", TEXT("text/plain; charset=utf-8", "base64") "6KuL5rGC\r\n5pu4Cg==\r\n",
	  "請求書\n", NO_REPAIR },
	{ "an unknown transfer encoding is taken as it is",
	  TEXT("text/plain; charset=utf-8", "rot13") "ok\r\n", "ok\n", MAIL_ENCODING_UNKNOWN },
	{ "HTML only",
	  TEXT(
	      "text/html; charset=utf-8",
	      "8bit") "<html><head><title>x</title><style>p{}</style></head><body><p>Two&nbsp;charges&#33;<br>"
	              "See <a href=\"https://a.example/i?x=1&amp;y=2\">invoice</a></p><ul><li>a<li>b</ul>",
	  "Two charges!\nSee invoice (https://a.example/i?x=1&y=2)\n\n- a\n- b", NO_REPAIR },
	{ "HTML says its charset itself",
	  TEXT("text/html", "8bit") "<meta charset=Shift_JIS><p>\x8E\x52\x93\x63</p>", "山田",
	  NO_REPAIR },
	{ "multipart: text wins, whatever the outer charset says",
	  HEAD "Content-Type: multipart/alternative; charset=utf-8; boundary=b\r\n\r\n"
	       "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<b>html</b>\r\n"
	       "--b\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
	       "\x1B$B;3ED\x1B(B\r\n--b--\r\n",
	  "山田", NO_REPAIR },
	{ "multipart: a blank text gives way to HTML",
	  HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n"
	       "--b\r\nContent-Type: text/plain\r\n\r\n \r\n"
	       "--b\r\nContent-Type: text/html\r\n\r\n<b>html</b>\r\n--b--\r\n",
	  "html", NO_REPAIR },
	{ "a multipart without its end",
	  HEAD
	  "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nfirst\r\n--b\r\n\r\nsecond\r\n",
	  "first\nsecond\n", MAIL_BROKEN_TREE },
	{ "a multipart without a boundary",
	  HEAD "Content-Type: multipart/mixed\r\n\r\nall there is\r\n", "all there is\n",
	  MAIL_BROKEN_TREE },
	{ "a boundary that never comes",
	  HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\nall there is\r\n",
	  "all there is\n", MAIL_BROKEN_TREE },
};

static void a_body_becomes_exact_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		const struct sample *const s = &bodies[i];
		const struct mail mail = decoded(s->raw, strlen(s->raw));
		if (!text_equal(mail.text, s->text))
			print_message("%s\n", s->name);
		assert_string_equal(mail.text, s->text);
		if (s->repair == NO_REPAIR && mail.repair_count != 0)
			fail_msg("%s: %s", s->name, mail_repair_name(mail.repairs[0].kind));
		if (s->repair >= 0 && !repaired(&mail, (enum mail_repair_kind)s->repair))
			fail_msg("%s: a repair is not said", s->name);
	}
}

struct subject {
	const char *name;
	const char *raw;
	const char *text;
};

static const struct subject subjects[] = {
	{ "one word", "=?UTF-8?B?6KuL5rGC5pu4?=", "請求書" },
	{ "a character split between words",
	  "=?utf-8?B?6KuL5rE=?=\r\n =?UTF-8?B?guabuA==?=", "請求書" },
	{ "each word restarts its escapes, folded by tabs, raw text between",
	  "Re: =?ISO-2022-JP?B?GyRCPUUbKEI=?=\r\n\t=?ISO-2022-JP?B?GyRCSiMbKEI=?= [ok]\r\n"
	  "\t=?iso-2022-jp?Q?=1B$B@A5a=1B(B?=",
	  "Re: 重複 [ok] 請求" },
	{ "a word inside of other text", "Fwd:=?utf-8?Q?=E8=AB=8B_=E6=B1=82?=!", "Fwd:請 求!" },
	{ "vendor characters in a word", "=?iso-2022-jp-ms?B?GyRCLWobKEI=?=", "㈱" },
	{ "raw JIS", "\x1B$B@A5a\x1B(B for May", "請求 for May" },
	{ "raw Shift_JIS", "\x90\xBF\x8B\x81\x8F\x91\x82\xCC", "請求書の" },
	{ "raw UTF-8", "請求書", "請求書" },
	{ "a word that never ends", "=?utf-8?B?6KuL", "=?utf-8?B?6KuL" },
	{ "a language tag", "=?utf-8*ja?B?6KuL?=", "請" },
	{ "control characters", "a\x01 \x7F b", "a b" },
};

static void a_subject_is_decoded_however_it_was_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(subjects); i++) {
		const char *const raw =
		    arena_printf(arena, HEAD "Subject: %s\r\n\r\nx\r\n", subjects[i].raw);
		const struct mail mail = decoded(raw, strlen(raw));
		if (!text_equal(mail.subject, subjects[i].text))
			print_message("%s\n", subjects[i].name);
		assert_string_equal(mail.subject, subjects[i].text);
	}
}

static void people_threads_and_the_date_are_read(void **state)
{
	static const char raw[] =
	    "From: =?iso-2022-jp?B?GyRCOzNFRBsoQiwg?= \x1B$B!!\x1B(B <Taro.Yamada@EXAMPLE.jp>\r\n"
	    "To: \"=?utf-8?B?5L2Q6JekLCDoirE=?=\" <a@x.example>, plain@y.example,\r\n"
	    "\tTeam: b@x.example, c@x.example;\r\nCc: broken, d@x.example\r\n"
	    "Delivered-To: reply+t1.abc@desk.example\r\n"
	    "Message-ID: < one@x.example >\r\nIn-Reply-To: the mail of <two@x.example>\r\n"
	    "References: <three@x.example><four@\r\n x.example> five@x.example\r\n"
	    "Date: Mon, 1 Jun 2026 11:30:00 +0900 (JST)\r\n"
	    "Auto-Submitted: auto-replied; x=y\r\nPrecedence: Bulk\r\nList-Id: Us <list.x.example>\r\n"
	    "Return-Path: <>\r\n\r\nhi\r\n";
	const struct mail mail = decoded(raw, sizeof(raw) - 1);
	char text[TIME_TEXT_SIZE];

	(void)state;
	assert_string_equal(mail.from.address, "Taro.Yamada@example.jp");
	assert_true(text_starts(mail.from.name, "山田,"));
	assert_int_equal(mail.to_count, 4);
	assert_string_equal(mail.to[0].name, "佐藤, 花");
	assert_string_equal(mail.to[0].address, "a@x.example");
	assert_string_equal(mail.to[3].address, "c@x.example");
	assert_int_equal(mail.cc_count, 1);
	assert_string_equal(mail.delivered_to[0].address, "reply+t1.abc@desk.example");
	assert_string_equal(mail.message_id, "one@x.example");
	assert_string_equal(mail.in_reply_to, "two@x.example");
	assert_int_equal(mail.reference_count, 2);
	assert_string_equal(mail.references[1], "four@x.example");
	assert_true(mail.dated);
	assert_string_equal(time_format(mail.date, text), "2026-06-01T02:30:00Z");
	assert_int_equal(mail.date_offset_s, 9 * 3600);
	assert_string_equal(mail.auto_submitted, "auto-replied");
	assert_string_equal(mail.precedence, "bulk");
	assert_string_equal(mail.list_id, "list.x.example");
	assert_true(mail.bounce);
	assert_string_equal(mail_loop_hint(&mail), "auto_submitted");
}

static void what_is_missing_is_said(void **state)
{
	static const char raw[] = "Subject: hello\r\nDate: yesterday\r\n\r\n";
	const struct mail mail = decoded(raw, sizeof(raw) - 1);

	(void)state;
	assert_string_equal(mail.from.address, "");
	assert_false(mail.dated);
	assert_null(mail.message_id);
	assert_null(mail_loop_hint(&mail));
	assert_true(repaired(&mail, MAIL_NO_SENDER));
	assert_true(repaired(&mail, MAIL_BAD_DATE));
	assert_true(repaired(&mail, MAIL_NO_MESSAGE_ID));
	assert_true(repaired(&mail, MAIL_NO_TEXT));
}

static void files_are_kept_by_content(void **state)
{
	static const char raw[] = HEAD
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nsee file\r\n"
	    "--b\r\nContent-Type: application/PDF; name=x.pdf\r\n"
	    "Content-Disposition: attachment; filename=\"=?iso-2022-jp?B?GyRCQEE1YRsoQi5wZGY=?=\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nYWJj\r\n"
	    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
	    "Content-Disposition: attachment; filename*=utf-8''..%2F%E8%AB%8B.txt\r\n\r\nabc\r\n"
	    "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner text\r\n"
	    "--b\r\nContent-Type: image/png\r\nContent-ID: <img1>\r\n\r\npng\r\n--b--\r\n";
	const struct mail mail = decoded(raw, sizeof(raw) - 1);

	(void)state;
	assert_string_equal(mail.text, "see file");
	assert_int_equal(mail.attachment_count, 4);
	assert_string_equal(mail.attachments[0].name, "請求.pdf");
	assert_string_equal(mail.attachments[0].media_type, "application/pdf");
	assert_int_equal(mail.attachments[0].content.size, 3);
	assert_memory_equal(mail.attachments[0].content.data, "abc", 3);
	assert_string_equal(text_hex(arena, (struct bytes){ mail.attachments[0].sha256, 32 }),
	                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_memory_equal(mail.attachments[0].sha256, mail.attachments[1].sha256, 32);
	assert_string_equal(mail.attachments[1].name, "請.txt");
	assert_string_equal(mail.attachments[2].media_type, "message/rfc822");
	assert_string_equal(mail.attachments[3].content_id, "img1");
}

static void what_cannot_be_known_is_refused_with_a_reason(void **state)
{
	struct mail mail;
	const char *reason = NULL;

	(void)state;
	assert_false(mail_decode(arena, (struct bytes){ "", 0 }, &mail, &reason));
	assert_string_equal(reason, "the mail is empty");
	assert_false(mail_decode(arena, bytes_of("\r\n\r\n"), &mail, &reason));
	assert_non_null(reason);
	assert_false(mail_decode(arena, (struct bytes){ "", MAIL_SIZE_MAX + 1 }, &mail, &reason));
	assert_string_equal(reason, "the mail is over 25 MiB");
}

static void decode_twice(const char *raw, size_t size)
{
	struct mail first;
	struct mail second;
	const char *reason = NULL;
	const struct bytes bytes = { raw, size };

	if (!mail_decode(arena, bytes, &first, &reason)) {
		assert_non_null(reason);
		return;
	}
	assert_true(mail_decode(arena, bytes, &second, &reason));
	assert_string_equal(first.text, second.text);
	assert_string_equal(first.subject, second.subject);
	assert_int_equal(first.repair_count, second.repair_count);
	assert_true(text_valid(bytes_of(first.text)));
	assert_true(text_valid(bytes_of(first.subject)));
	assert_true(text_valid(bytes_of(first.from.name)));
}

/* The file as it is, and cut at a few places: each is decoded, or refused with a reason. */
static void decode_file(const char *path)
{
	static char raw[SAMPLE_MAX];
	FILE *const file = fopen(path, "rb");

	assert_non_null(file);
	const size_t size = fread(raw, 1, sizeof(raw), file);
	fclose(file);
	for (size_t part = 1; part <= 4; part++)
		decode_twice(raw, size * part / 4);
}

static int decode_folder(const char *path)
{
	DIR *const folder = opendir(path);
	const struct dirent *entry;
	int files = 0;

	if (folder == NULL)
		return 0;
	while ((entry = readdir(folder)) != NULL) {
		if (strstr(entry->d_name, ".eml") == NULL)
			continue;
		decode_file(arena_printf(arena, "%s/%s", path, entry->d_name));
		files++;
	}
	closedir(folder);
	return files;
}

static void real_mails_are_decoded_or_refused_with_a_reason(void **state)
{
	static const char *const folders[] = {
		"attachment_emails",       "error_emails", "mime_emails", "multi_charset",
		"multipart_report_emails", "plain_emails", "rfc2822",     "rfc6532"
	};
	int files = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(folders); i++)
		files += decode_folder(arena_printf(arena, SAMPLES "/%s", folders[i]));
	if (files == 0) {
		print_message("skipped: " SAMPLES " is not there\n");
		skip();
	}
	assert_true(files > 80);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_becomes_exact_text),
		cmocka_unit_test(a_subject_is_decoded_however_it_was_written),
		cmocka_unit_test(people_threads_and_the_date_are_read),
		cmocka_unit_test(what_is_missing_is_said),
		cmocka_unit_test(files_are_kept_by_content),
		cmocka_unit_test(what_cannot_be_known_is_refused_with_a_reason),
		cmocka_unit_test(real_mails_are_decoded_or_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
