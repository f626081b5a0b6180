/*
 * quote_test - what of a mail its author wrote, in the manners of the programs that people use.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/classifier/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FIXTURES "../shared/data/email-reply-parser/test/emails/"
#define LARGE ((size_t)1024 * 1024)
#define LARGE_MS_MAX 2000 /* of CPU, under a sanitizer as well; what is quadratic needs minutes */

struct row {
	const char *name;
	const char *text;
	const char *want; /* the parts with a bar after each */
	bool history;
};

static char *parts_of(struct arena *arena, const char *text, size_t size, const struct quote *own)
{
	char *all = arena_string(arena, "");

	for (size_t i = 0; i < own->count; i++) {
		assert_true(own->parts[i].size > 0);
		assert_true((size_t)own->parts[i].at + own->parts[i].size <= size);
		all = arena_printf(arena, "%s%.*s|", all, (int)own->parts[i].size,
		                   text + own->parts[i].at);
	}
	return all;
}

static void check(const struct row *rows, size_t count)
{
	struct arena *const arena = arena_create(65536);
	int wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct quote own;

		quote_own(rows[i].text, strlen(rows[i].text), &own);
		const char *const got = parts_of(arena, rows[i].text, strlen(rows[i].text), &own);
		if (text_equal(got, rows[i].want) && own.history == rows[i].history)
			continue;
		wrong++;
		print_error("%s: got \"%s\", history %d\n", rows[i].name, got, own.history);
	}
	arena_destroy(arena);
	assert_int_equal(wrong, 0);
}

static void what_is_quoted_is_left_out(void **state)
{
	static const struct row rows[] = {
		{ "an empty text has no parts", "", "", false },
		{ "blanks alone have none", " \r\n\t\n　\n", "", false },
		{ "a plain message is one part", "Hi,\n\nrefund please\n", "Hi,\n\nrefund please|",
		  false },
		{ "blanks around it are left out", "\n\n  Hello \r\n\r\n", "Hello|", false },
		{ "a quoted line is history", "Yes\n> Is it fixed?\n", "Yes|", true },
		{ "a full-width mark quotes as well", "はい\n＞直りましたか\n", "はい|", true },
		{ "deeper quotes are quotes", "No\n>> a\n> b\n", "No|", true },
		{ "answers between quotes are parts", "> one\nyes\n> two\nno\n", "yes|no|", true },
		{ "quoted history alone has no parts", "> a\n> b\n", "", true },
		{ "an arrow within a line quotes nothing", "Settings > Billing is empty\n",
		  "Settings > Billing is empty|", false },
		{ "Gmail",
		  "Thanks!\n\nOn Mon, May 4, 2026 at 9:12 AM Ann <ann@x.com> wrote:\n\n> Hi\n",
		  "Thanks!|", true },
		{ "Gmail on two lines",
		  "Ok\n\nOn Mon, May 4, 2026 at 9:12 AM Support Team\n<help@x.com> wrote:\n\n> Hi\n",
		  "Ok|", true },
		{ "on three lines",
		  "Ok\nOn Dec 16, 2011, at 12:47 PM, C D\n<r@x.com>\nwrote:\n\n> Hi\n", "Ok|",
		  true },
		{ "an attribution without marks heads the rest",
		  "Still broken\n\nOn 4 May 2026, at 09:12, Ann <ann@x.com> wrote:\n\nTry again\nBye\n",
		  "Still broken|", true },
		{ "a bottom poster answers below",
		  "On Tue, Apr 29, 2014 at 4:22 PM, D <d@x.com> wrote:\n> a?\n\nbelow\n", "below|",
		  true },
		{ "Thunderbird", "done\n\nOn 2026/05/04 9:12, Ann wrote:\n> Hi\n", "done|", true },
		{ "an attribution alone is history",
		  "On 4 May 2026, at 09:12, A <a@x.com> wrote:\nHi\n", "", true },
		{ "a sentence that begins with On is one", "On your host you can run:\n  make\n",
		  "On your host you can run:\n  make|", false },
		{ "what a colleague wrote is the author's matter",
		  "Yesterday your agent wrote:\nit will be refunded\nbut it was not\n",
		  "Yesterday your agent wrote:\nit will be refunded\nbut it was not|", false },
		{ "unless quoted lines show it", "Your agent wrote:\n> refunded\nit was not\n",
		  "it was not|", true },
		{ "German", "Danke\n\nAm 04.05.2026 um 09:12 schrieb Ann <a@x.com>:\n> Hallo\n",
		  "Danke|", true },
		{ "French",
		  "Merci\n\nLe lun. 4 mai 2026 à 09:12, Ann <a@x.com> a écrit :\n> Salut\n",
		  "Merci|", true },
		{ "Spanish",
		  "Gracias\n\nEl lun, 4 may 2026 a las 9:12, Ann (<a@x.com>) escribió:\n> Hola\n",
		  "Gracias|", true },
		{ "Outlook's line",
		  "No\n\n-----Original Message-----\nFrom: A\nSent: today\nhello\n", "No|", true },
		{ "Outlook's block",
		  "No\n\nFrom: A <a@x.com>\nSent: Friday\nTo: B\nSubject: C\n\nhello\n", "No|",
		  true },
		{ "under its line",
		  "No\n________________________________\nFrom: A\nDate: 1\nTo: B\n\nx\n", "No|",
		  true },
		{ "in bold", "No\n\n*From:* A\n*Sent:* 1\n*To:* B\n*Subject:* C\n\nx\n", "No|",
		  true },
		{ "a header alone is none", "From: what I see\nit is broken\n",
		  "From: what I see\nit is broken|", false },
		{ "a forwarded mail alone is history",
		  "---------- Forwarded message ---------\nFrom: A <a@x.com>\nDate: 1\n\nx\n", "",
		  true },
		{ "Apple's forwarding", "see below\n\nBegin forwarded message:\n\n> x\n",
		  "see below|", true },
	};

	(void)state;
	check(rows, COUNT_OF(rows));
}

static void programs_speak_other_languages(void **state)
{
	static const struct row rows[] = {
		{ "Gmail in Japanese",
		  "ありがとうございます。\n\n2026年5月1日(金) 10:00 山田太郎 <taro@example.com>:\n\n> 返金\n",
		  "ありがとうございます。|", true },
		{ "without marks",
		  "まだ届きません。\n2026年5月1日(金) 10:00 サポート <help@example.com>:\n\nお待ちください。\n",
		  "まだ届きません。|", true },
		{ "Apple's in Japanese",
		  "はい\n\n2026/05/01 10:00、山田 <a@x.com>のメール:\n\n> 返金\n", "はい|", true },
		{ "Thunderbird's in Japanese", "はい\n\n(2026/05/01 10:00), 山田 wrote:\n> 返金\n",
		  "はい|", true },
		{ "a Japanese verb", "はい\n\n山田さんは書きました：\n> 返金\n", "はい|", true },
		{ "Outlook in Japanese",
		  "違います。\n\n差出人: サポート <h@x.com>\n送信日時: 2026年5月1日 10:00\n宛先: 山田\n件名: "
		  "Re: 返金\n\nお世話に\n",
		  "違います。|", true },
		{ "with wide colons", "はい\n差出人：A\n送信日時：1\n宛先：B\n\nx\n", "はい|",
		  true },
		{ "its line in Japanese", "はい\n-----元のメッセージ-----\nx\n", "はい|", true },
		{ "forwarded in Japanese", "---------- 転送メッセージ ----------\nx\n", "", true },
		{ "Gmail in Korean",
		  "아직이에요\n\n2026년 5월 1일 (금) 오전 10:00, 홍길동 <a@x.com>님이 작성:\n\n> 환불\n",
		  "아직이에요|", true },
		{ "Outlook in Korean",
		  "네\n\n보낸 사람: A\n보낸 날짜: 1\n받는 사람: B\n제목: C\n\nx\n", "네|", true },
		{ "its line in Korean", "네\n-----원본 메시지-----\nx\n", "네|", true },
		{ "Gmail in Chinese",
		  "好的\n\n张三 <a@x.com> 于2026年5月1日周五 10:00写道：\n\n> 退款\n", "好的|",
		  true },
		{ "Apple's in Chinese",
		  "好的\n\n在 2026年5月1日，10:00，张三 <a@x.com> 写道：\n\n> 退款\n", "好的|",
		  true },
		{ "traditional",
		  "好的\n\n王 <a@x.com> 於 2026年5月1日 週五 上午10:00寫道：\n\n> 退款\n", "好的|",
		  true },
		{ "QQ", "好的\n\n------------------ 原始邮件 ------------------\n发件人: A\nx\n",
		  "好的|", true },
		{ "Outlook in Chinese", "好的\n\n发件人: A\n发送时间: 1\n收件人: B\n主题: C\n\nx\n",
		  "好的|", true },
		{ "in traditional", "好的\n\n寄件者: A\n寄件日期: 1\n收件者: B\n主旨: C\n\nx\n",
		  "好的|", true },
	};

	(void)state;
	check(rows, COUNT_OF(rows));
}

static void signatures_are_left_out(void **state)
{
	static const struct row rows[] = {
		{ "the separator of mail", "Hello -- there\n\n-- \nrick\nCEO\n", "Hello -- there|",
		  false },
		{ "its blank lost", "Hello\n--\nrick\n", "Hello|", false },
		{ "with a quote below it",
		  "Hello\n-- \nrick\n\nOn 1 May 2026, at 9:00, A <a@x> wrote:\n> x\n", "Hello|",
		  true },
		{ "a separator with much behind it divides",
		  "log:\n--\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\nend\n",
		  "log:\n--\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\nend|", false },
		{ "a Japanese signature",
		  "よろしくお願いします。\n━━━━━━━━━━\n株式会社テスト\n山田太郎\nTEL "
		  "03-0000-0000\n━━━━━━━━━━\n",
		  "よろしくお願いします。|", false },
		{ "in ASCII", "以上です。\n====================\n山田\ntaro@example.com\n====\n",
		  "以上です。|", false },
		{ "a line without a contact below divides", "one\n----------\ntwo\n",
		  "one\n----------\ntwo|", false },
		{ "an iPhone", "refund pls\n\nSent from my iPhone\n", "refund pls|", false },
		{ "an iPhone that excuses itself", "ok\nSent from my iPhone, please excuse typos\n",
		  "ok|", false },
		{ "a longer name", "ok\nSent from my Verizon Wireless BlackBerry\n", "ok|", false },
		{ "a desk is no telephone",
		  "ok\nSent from my desk, is easier than my mobile phone.\n",
		  "ok\nSent from my desk, is easier than my mobile phone.|", false },
		{ "Outlook's advertisement", "ok\n\nGet Outlook for iOS\n", "ok|", false },
		{ "an iPhone in Japanese", "返金して\n\niPhoneから送信\n", "返金して|", false },
		{ "in Korean", "환불\n나의 iPhone에서 보냄\n", "환불|", false },
		{ "in Chinese", "退款\n发自我的iPhone\n", "退款|", false },
		{ "in traditional Chinese", "退款\n從我的 iPhone 傳送\n", "退款|", false },
	};

	(void)state;
	check(rows, COUNT_OF(rows));
}

/* What the authors of the fixtures wrote, by how it begins and, where that is short, ends. */
static void the_mails_of_another_parser_are_read(void **state)
{
	static const struct {
		const char *file;
		const char *first;
		const char *last;
	} rows[] = {
		{ "email_1_2.txt", "Hi,", "individually.\"" },
		{ "email_1_3.txt", "Oh thanks.", "-Abhishek Kona" },
		{ "email_1_4.txt", "Awesome!", "problem with it." },
		{ "email_1_5.txt", "One: Here's", NULL },
		{ "email_1_6.txt", "I get proper rendering as well.", "as well." },
		{ "email_1_7.txt", ":+1:", ":+1:" },
		{ "email_1_8.txt", "I will reply under this one", "and under this." },
		{ "email_2_1.txt", "Outlook with a reply", "Outlook with a reply" },
		{ "email_2_2.txt", "Outlook with a reply directly above line", "above line" },
		{ "email_2_3.txt", "Outlook with a reply directly above line", "above line" },
		{ "email_BlackBerry.txt", "Here is another email", "Here is another email" },
		{ "email_bullets.txt", "test 2 this should list second", "- and another" },
		{ "email_iPhone.txt", "Here is another email", "Here is another email" },
		{ "email_long_quote.txt", "Hi folks", NULL },
		{ "email_multi_word_sent_from_my_mobile_device.txt", "Here is another",
		  "another email" },
		{ "email_one_is_not_on.txt", "Thank, this is really", "when I run..." },
		{ "email_sent_from_my_not_signature.txt", "Here is another", "my mobile phone." },
		{ "email_sig_delimiter_in_middle_of_line.txt", "Hi there!", "kthxbai" },
		{ "correct_sig.txt", "this is an email", "correct -- signature." },
		{ "greedy_on.txt", "On your remote host", "is not working." },
		{ "pathological.txt", "I think you're onto", "back to a computer." },
	};
	struct arena *const arena = arena_create(65536);
	struct stat folder;

	(void)state;
	if (stat(FIXTURES, &folder) != 0) {
		arena_destroy(arena);
		print_message("skip: " FIXTURES " is not here\n");
		skip();
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const path = arena_printf(arena, FIXTURES "%s", rows[i].file);
		struct bytes text;
		struct quote own;

		assert_true(file_read(arena, path, LARGE, &text));
		quote_own(text.data, text.size, &own);
		const char *const got = parts_of(arena, text.data, text.size, &own);
		const size_t length = strlen(got);
		const size_t tail = rows[i].last == NULL ? 0 : strlen(rows[i].last);
		if (!text_starts(got, rows[i].first) || length < tail + 1 ||
		    (tail > 0 && memcmp(got + length - 1 - tail, rows[i].last, tail) != 0))
			fail_msg("%s: got \"%s\"", rows[i].file, got);
	}
	arena_destroy(arena);
}

static void the_parts_are_judged_as_one_text(void **state)
{
	static const char text[] = "> one\nYES\n> two\nＮｏ\n";
	struct arena *const arena = arena_create(65536);
	struct prepared prepared;
	struct quote own;

	(void)state;
	quote_own(text, strlen(text), &own);
	quote_prepare(arena, text, strlen(text), &own, &prepared);
	assert_int_equal(prepared.count, 6);
	static const uint32_t codes[] = { 'y', 'e', 's', ' ', 'n', 'o' };
	for (size_t i = 0; i < prepared.count; i++)
		assert_int_equal(prepared.points[i].code, codes[i]);
	const struct span span = prepared_span(&prepared, 4, 6);
	assert_memory_equal(text + span.at, "Ｎｏ", span.size);
	quote_own("> a\n", 4, &own);
	quote_prepare(arena, "> a\n", 4, &own, &prepared);
	assert_int_equal(prepared.count, 0);
	arena_destroy(arena);
}

/* Large texts made of one piece, again and again. */
static void a_large_text_takes_linear_time(void **state)
{
	static const char *const pieces[] = {
		"a",
		"\n",
		" ",
		"-",
		"--\n",
		">",
		"> a\n",
		"On ",
		"On a\n",
		"From: a\n",
		"-----\n",
		"a\n--\n",
		"From: a\nTo: b\n",
		"On 10:00 wrote:\n",
		"On 10:00 wrote:\n\n\n\n\n\n\n",
		"2026年5月1日 10:00 <a@b>\n",
		"\xff",
		"　",
		"--\n-----\n",
		"Sent from my ",
		"> a\nb\n",
		"-----\ntel\n",
		"Your agent wrote:\n",
	};
	char *const text = malloc(LARGE + 64);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		const size_t length = strlen(pieces[i]);
		const clock_t from = clock();
		struct quote own;
		size_t size = 0;

		for (; size < LARGE; size += length)
			memcpy(text + size, pieces[i], length);
		quote_own(text, size, &own);
		const long ms = (long)((clock() - from) / (CLOCKS_PER_SEC / 1000));
		if (ms > LARGE_MS_MAX)
			fail_msg("piece %zu took %ld ms", i, ms);
		assert_true(own.count <= QUOTE_PARTS_MAX);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_quoted_is_left_out),
		cmocka_unit_test(programs_speak_other_languages),
		cmocka_unit_test(signatures_are_left_out),
		cmocka_unit_test(the_mails_of_another_parser_are_read),
		cmocka_unit_test(the_parts_are_judged_as_one_text),
		cmocka_unit_test(a_large_text_takes_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
