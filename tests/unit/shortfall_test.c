/*
 * shortfall_test - conversations with a program, and where it fell short.
 */
#include "services/classifier/shortfall.h"

#include "common/base/text.h"
#include "common/io/file.h"
#include "tests/support/signal_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define LINES_MAX 6
#define SURE 900000
#define UNSURE 200000

enum {
	WHY_PERSON = 1 << SHORTFALL_ASKS_PERSON,
	WHY_AGAIN = 1 << SHORTFALL_ASKED_AGAIN,
	WHY_CONTRADICTION = 1 << SHORTFALL_CONTRADICTION,
	WHY_FALLING = 1 << SHORTFALL_FALLING_SENTIMENT,
	WHY_UNSURE = 1 << SHORTFALL_LOW_CONFIDENCE,
};

/* "C": a customer's line and what fell short before it; "B": a program's; "P": a person's. */
struct line {
	char author;
	const char *text;
	int32_t confidence_ppm;
	unsigned int why;
};

struct conversation {
	const char *name;
	enum language language;
	struct line lines[LINES_MAX];
};

#define C(text, why)                 \
	{                            \
		'C', text, SURE, why \
	}
#define DOUBTED(text, why)             \
	{                              \
		'C', text, UNSURE, why \
	}
#define B                     \
	{                     \
		'B', "", 0, 0 \
	}
#define P                     \
	{                     \
		'P', "", 0, 0 \
	}

static const struct conversation english[] = {
	{ "a first message meets nobody", LANGUAGE_EN, { C("Speak to a human please", 0) } },
	{ "without a program nothing falls short",
	  LANGUAGE_EN,
	  { C("Where is my invoice?", 0), P, C("That's not what I asked", 0),
	    C("still waiting for an answer", 0) } },
	{ "thanks end it well",
	  LANGUAGE_EN,
	  { C("How do I export my data?", 0), B, C("Great, that worked, thank you!", 0) } },
	{ "thanks that no model knows end it well too",
	  LANGUAGE_EN,
	  { C("How do I export my data?", 0), B, DOUBTED("Perfect, thanks a lot!", 0) } },
	{ "a new question is no shortfall",
	  LANGUAGE_EN,
	  { C("How do I export my data?", 0), B, C("And can I import contacts from Excel?", 0) } },
	{ "asking for a person",
	  LANGUAGE_EN,
	  { C("I was charged twice", 0), B, C("Can I talk to a real person?", WHY_PERSON) } },
	{ "asking again in so many words",
	  LANGUAGE_EN,
	  { C("When does my refund arrive?", 0), B,
	    C("I already asked you this twice", WHY_AGAIN | WHY_FALLING) } },
	{ "asking again in nearly the same words",
	  LANGUAGE_EN,
	  { C("How can I change the billing email of my workspace?", 0), B,
	    C("How can I change the billing email of our workspace?", WHY_AGAIN) } },
	{ "the same words in a row before any answer are no second asking",
	  LANGUAGE_EN,
	  { B, C("How can I change the billing email?", 0),
	    C("How can I change the billing email?", 0) } },
	{ "contradiction",
	  LANGUAGE_EN,
	  { C("Where do I add a seat?", 0), B, C("There is no such button", WHY_CONTRADICTION) } },
	{ "sentiment that falls",
	  LANGUAGE_EN,
	  { C("Hello, my export stops at 50%, thanks for a look", 0), B,
	    C("This is terrible and useless", WHY_FALLING) } },
	{ "sentiment that was bad and stays does not fall",
	  LANGUAGE_EN,
	  { C("This is terrible and useless", 0), B, C("It is useless", 0) } },
	{ "a message that nobody can place",
	  LANGUAGE_EN,
	  { C("My export stops", 0), B, DOUBTED("the thing with the other thing", WHY_UNSURE) } },
	{ "a person's answer begins anew",
	  LANGUAGE_EN,
	  { C("I was charged twice", 0), B, P, C("I want to speak to a human", 0), B,
	    C("That's not what I asked", WHY_CONTRADICTION) } },
	{ "all at once",
	  LANGUAGE_EN,
	  { C("Thanks for the great app, how do I cancel a seat?", 0), B,
	    DOUBTED("Still no answer. That's not what I asked, this is ridiculous. Human please!",
	            WHY_PERSON | WHY_AGAIN | WHY_CONTRADICTION | WHY_FALLING | WHY_UNSURE) } },
	{ "it goes on for as long as only a program answers",
	  LANGUAGE_EN,
	  { C("Refund please", 0), B, C("agent please", WHY_PERSON), B,
	    C("stop sending me automated replies", WHY_PERSON) } },
};

static const struct conversation japanese[] = {
	{ "a first message in Japanese meets nobody",
	  LANGUAGE_JA,
	  { C("人間の担当者と話したい", 0) } },
	{ "a person's answer does not count",
	  LANGUAGE_JA,
	  { C("請求書はどこですか", 0), P, C("違います。何度も聞いています", 0) } },
	{ "thanks in Japanese end it well",
	  LANGUAGE_JA,
	  { C("データの書き出し方を教えてください", 0), B,
	    DOUBTED("できました！ありがとうございます。助かりました", 0) } },
	{ "asking for a person in Japanese",
	  LANGUAGE_JA,
	  { C("二重に請求されています", 0), B, C("人間の担当者に代わってください", WHY_PERSON) } },
	{ "asking again in Japanese",
	  LANGUAGE_JA,
	  { C("返金はいつですか", 0), B,
	    C("まだ返事がありません。何度も聞いています", WHY_AGAIN | WHY_FALLING) } },
	{ "nearly the same in Japanese",
	  LANGUAGE_JA,
	  { C("請求先のメールアドレスを変更する方法を教えてください", 0), B,
	    C("請求先メールアドレスを変更する方法を教えてほしいです", WHY_AGAIN) } },
	{ "another question with the same courtesies is not the same",
	  LANGUAGE_JA,
	  { C("請求先のメールアドレスを変更したいです。お願いします", 0), B,
	    C("ユーザーを追加する手順も知りたいです。よろしくお願いします", 0) } },
	{ "contradiction in Japanese",
	  LANGUAGE_JA,
	  { C("席を増やしたいです", 0), B,
	    C("違います、そのボタンはありません", WHY_CONTRADICTION | WHY_FALLING) } },
	{ "sentiment that falls in Japanese",
	  LANGUAGE_JA,
	  { C("いつも便利に使っています。エラーの件です", 0), B,
	    C("最悪です。がっかりしました", WHY_FALLING) } },
	{ "a Japanese message that nobody can place",
	  LANGUAGE_JA,
	  { C("書き出しが止まります", 0), B, DOUBTED("あれの件です", WHY_UNSURE) } },
	{ "behind a person's answer nothing falls short",
	  LANGUAGE_JA,
	  { C("返金してください", 0), B, C("オペレーターにつないで", WHY_PERSON), P,
	    C("オペレーターにつないで", 0) } },
};

static struct arena *arena;
static const struct signal_book *book;
static struct shortfall_rule rule;

static int open_all(void **state)
{
	struct json_error error;
	struct bytes text;

	(void)state;
	arena = arena_create(65536);
	book = signal_fixture_book(arena);
	assert_true(file_read(arena, "deploy/policies/shortfall/support.json", 65536, &text));
	assert_true(shortfall_rule_parse(arena, text, &rule, &error));
	return book == NULL ? -1 : 0;
}

static int close_all(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct shortfall_message message_of(const struct line *line, enum language language)
{
	struct shortfall_message message = { .confidence_ppm = line->confidence_ppm };
	struct prepared prepared;
	struct signals found;

	prepared_make(arena, line->text, strlen(line->text), &prepared);
	signals_find(book, &prepared, language, &found);
	message.signals = found.said;
	message.sentiment_ppm = found.sentiment_ppm;
	shortfall_sketch_make(&prepared, &message.words);
	return message;
}

/* The memory goes through its bytes after each message, as it does between two events. */
static void keep(struct shortfall_memory *memory)
{
	uint8_t bytes[SHORTFALL_MEMORY_SIZE];

	shortfall_encode(memory, bytes);
	assert_true(shortfall_decode((struct bytes){ bytes, sizeof(bytes) }, memory));
}

static int walk(const struct conversation *conversation)
{
	struct shortfall_memory memory = { .asked = false };
	int wrong = 0;

	for (size_t i = 0; i < LINES_MAX && conversation->lines[i].author != '\0'; i++) {
		const struct line *const line = &conversation->lines[i];
		uint32_t why = 0;

		if (line->author == 'B')
			shortfall_on_bot(&memory);
		else if (line->author == 'P')
			shortfall_on_person(&memory);
		else {
			const struct shortfall_message message =
			    message_of(line, conversation->language);
			why = shortfall_on_customer(&rule, &memory, &message);
		}
		keep(&memory);
		if (why == line->why)
			continue;
		print_error("%s, \"%s\": %x, not %x\n", conversation->name, line->text, why,
		            line->why);
		wrong++;
	}
	return wrong;
}

static void what_falls_short_is_named(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(english); i++)
		wrong += walk(&english[i]);
	for (size_t i = 0; i < COUNT_OF(japanese); i++)
		wrong += walk(&japanese[i]);
	assert_int_equal(wrong, 0);
}

static int32_t similar(const char *a, const char *b)
{
	struct prepared prepared;
	struct shortfall_sketch left;
	struct shortfall_sketch right;

	prepared_make(arena, a, strlen(a), &prepared);
	shortfall_sketch_make(&prepared, &left);
	prepared_make(arena, b, strlen(b), &prepared);
	shortfall_sketch_make(&prepared, &right);
	return shortfall_similar(&left, &right);
}

static void a_sketch_tells_what_two_texts_share(void **state)
{
	(void)state;
	assert_int_equal(similar("the quick brown fox", "THE  QUICK, brown fox!"), 1000000);
	assert_int_equal(similar("返金してください", "返金して\nください"), 1000000);
	assert_true(similar("my invoice is wrong again", "please reset the password now") < 300000);
	assert_true(similar("返金してください。二重に請求されました", "見積書を送ってください") <
	            300000);
	assert_int_equal(similar("ok", "ok"), 0);
	assert_int_equal(similar("", ""), 0);
}

static void a_memory_of_another_kind_is_refused(void **state)
{
	struct shortfall_memory memory = { .bot_messages = 3, .sentiment_ppm = -5, .asked = true };
	uint8_t bytes[SHORTFALL_MEMORY_SIZE];

	(void)state;
	shortfall_encode(&memory, bytes);
	memory = (struct shortfall_memory){ .asked = false };
	assert_true(shortfall_decode((struct bytes){ bytes, sizeof(bytes) }, &memory));
	assert_int_equal(memory.bot_messages, 3);
	assert_int_equal(memory.sentiment_ppm, -5);
	assert_false(shortfall_decode((struct bytes){ bytes, sizeof(bytes) - 1 }, &memory));
	bytes[1] = 4;
	assert_false(shortfall_decode((struct bytes){ bytes, sizeof(bytes) }, &memory));
	bytes[1] = 0;
	bytes[4] = 0xFF;
	assert_false(shortfall_decode((struct bytes){ bytes, sizeof(bytes) }, &memory));
	bytes[0] = 2;
	assert_false(shortfall_decode((struct bytes){ bytes, sizeof(bytes) }, &memory));
	assert_int_equal(memory.bot_messages, 3);
}

static void what_is_wrong_with_thresholds_is_named(void **state)
{
	static const struct {
		const char *tail;
		const char *want;
	} rows[] = {
		{ "\"bot_messages_at_least\":0}",
		  "bot_messages_at_least: must be between 1 and 1000" },
		{ "\"bot_messages_at_least\":1}", "similar_ppm: is missing" },
		{ "\"mood\":1}", "mood: is not known" },
		{ "\"bot_messages_at_least\":1,\"similar_ppm\":1000001}",
		  "similar_ppm: must be between 1 and 1000000" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const text = arena_printf(
		    arena,
		    "{\"id\":\"t\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",%s",
		    rows[i].tail);
		struct json_error error;
		char reason[JSON_ERROR_SIZE];
		struct shortfall_rule other;

		assert_false(shortfall_rule_parse(arena, bytes_of(text), &other, &error));
		assert_string_equal(json_error_text(&error, reason), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_falls_short_is_named),
		cmocka_unit_test(a_sketch_tells_what_two_texts_share),
		cmocka_unit_test(a_memory_of_another_kind_is_refused),
		cmocka_unit_test(what_is_wrong_with_thresholds_is_named),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
