/* text_test - UTF-8 at its edges, numbers, base64, hex and JSON. */
#include "common/base/status.h"
#include "common/base/text.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define R "\xef\xbf\xbd"
#define RUN(text)                        \
	{                                \
		(text), sizeof(text) - 1 \
	}

/* Bytes of a character by its first one; 0 for what cannot be one. */
static size_t length_of(unsigned char first)
{
	if (first < 0x80)
		return first > 0 ? 1 : 0;
	if (first < 0xc0 || first >= 0xf8)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The code point is one, and was written in the shortest form. */
static bool sound(uint32_t code, size_t length)
{
	static const uint32_t least[] = { 0, 0x1, 0x80, 0x800, 0x10000 };

	return code >= least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/* A slow way that knows nothing of the table: decode, then judge the code point. */
static bool valid_by_decoding(const unsigned char *at, size_t size)
{
	for (size_t length; size > 0; at += length, size -= length) {
		length = length_of(at[0]);
		if (length == 0 || length > size)
			return false;

		uint32_t code = length == 1 ? at[0] : at[0] & (0x7fu >> length);

		for (size_t i = 1; i < length; i++) {
			if ((at[i] & 0xc0) != 0x80)
				return false;
			code = code << 6 | (at[i] & 0x3f);
		}
		if (!sound(code, length))
			return false;
	}
	return true;
}

static void every_two_and_three_bytes_are_judged_as_a_decoder_does(void **state)
{
	unsigned char text[12];

	(void)state;
	for (uint32_t bits = 0; bits < 0x1000000; bits += bits < 0x800000 ? 251 : 1) {
		const size_t at = bits % 8; /* before, within and behind eight bytes */

		memset(text, 'x', sizeof(text));
		text[at] = (unsigned char)(bits >> 16);
		text[at + 1] = (unsigned char)(bits >> 8);
		text[at + 2] = (unsigned char)bits;
		if (text_valid((struct bytes){ text, sizeof(text) }) !=
		    valid_by_decoding(text, sizeof(text)))
			fail_msg("%06x", bits);
	}
}

static void four_bytes_are_judged_as_a_decoder_does(void **state)
{
	static const unsigned char edges[] = { 0x00, 0x01, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0,
		                               0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xff };
	unsigned char text[4];

	(void)state;
	for (uint32_t i = 0; i < UINT32_C(1) << 20; i++) {
		text[0] = (unsigned char)(0xf0 | (i >> 16 & 15));
		text[1] = edges[i >> 12 & 15];
		text[2] = edges[i >> 8 & 15];
		text[3] = edges[i >> 4 & 15];
		if (text_valid((struct bytes){ text, 4 }) != valid_by_decoding(text, 4))
			fail_msg("%02x%02x%02x%02x", text[0], text[1], text[2], text[3]);
	}
}

/* The examples of tables 3-8 to 3-11 of the Unicode standard among them. */
static void each_maximal_bad_part_becomes_one_mark(void **state)
{
	static const struct {
		struct bytes text;
		const char *repaired;
		size_t count;
	} cases[] = {
		{ { NULL, 0 }, "", 0 },
		{ RUN("plain"), "plain", 0 },
		{ RUN("請求書 😀"), "請求書 😀", 0 },
		{ RUN("a\0b"), "a" R "b", 1 },
		{ RUN("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"), R R R R R R R R "A", 8 },
		{ RUN("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41"), R R R R R R R R "A", 8 },
		{ RUN("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"), R R R R R "A" R R "B", 7 },
		{ RUN("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), R R R R "A", 4 },
		{ RUN("\xe6\x97"), R, 1 },
		{ RUN("\xf0\x9f\x98"), R, 1 },
		{ RUN("\xf0\x9f\x98\xe6\x97\xa5"), R "日", 1 },
		{ RUN("caf\xe9"), "caf" R, 1 },
		{ RUN("12345678\x80"), "12345678" R, 1 },
	};
	struct arena *const arena = arena_create(1024);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t count = 99;

		assert_string_equal(text_repair(arena, cases[i].text, &count), cases[i].repaired);
		assert_int_equal(count, cases[i].count);
		assert_int_equal(text_valid(cases[i].text), cases[i].count == 0);
		assert_true(text_valid(bytes_of(text_repair(arena, cases[i].text, NULL))));
	}
	arena_destroy(arena);
}

static void a_cut_never_splits_a_character(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		size_t size;
	} cases[] = {
		{ "", 0, 0 },
		{ "abc", 0, 0 },
		{ "abc", 2, 2 },
		{ "abc", 3, 3 },
		{ "abc", 99, 3 },
		{ "日本", 2, 0 },
		{ "日本", 3, 3 },
		{ "日本", 5, 3 },
		{ "日本", 6, 6 },
		{ "a😀", 4, 1 },
		{ "a😀", 5, 5 },
		{ "é", 1, 0 },
		{ "\x80\x80\x80\x80\x80\x80\x80\x80", 6, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(text_fit(bytes_of(cases[i].text), cases[i].max), cases[i].size);
	assert_int_equal(text_fit((struct bytes){ NULL, 0 }, 5), 0);
}

static void texts_are_compared_with_the_absent_one_too(void **state)
{
	static const char *const words[] = { "one", "two", NULL };

	(void)state;
	assert_true(text_equal(NULL, NULL));
	assert_false(text_equal(NULL, ""));
	assert_false(text_equal("", NULL));
	assert_true(text_equal("日本", "日本"));
	assert_false(text_equal("a", "A"));
	assert_true(text_starts("ticket/3", "ticket/"));
	assert_true(text_starts("ticket", ""));
	assert_false(text_starts("tick", "ticket"));
	assert_true(text_ends("unit_amount", "_amount"));
	assert_true(text_ends("amount", ""));
	assert_false(text_ends("amount_due", "amount"));
	assert_false(text_ends("unt", "amount"));
	assert_true(text_among(words, "two"));
	assert_false(text_among(words, "tw"));
	assert_false(text_among(words, NULL));
}

static void a_number_is_the_whole_text(void **state)
{
	static const struct {
		const char *text;
		int64_t min;
		int64_t max;
		bool good;
		int64_t number;
	} cases[] = {
		{ "0", 0, 0, true, 0 },
		{ "-0", 0, 0, true, 0 },
		{ "0042", 0, 99, true, 42 },
		{ "-5", -5, 5, true, -5 },
		{ "9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX },
		{ "-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN },
		{ "9223372036854775808", INT64_MIN, INT64_MAX, false, 0 },
		{ "-9223372036854775809", INT64_MIN, INT64_MAX, false, 0 },
		{ "99999999999999999999999999", INT64_MIN, INT64_MAX, false, 0 },
		{ "6", -5, 5, false, 0 },
		{ "-6", -5, 5, false, 0 },
		{ "", 0, 9, false, 0 },
		{ "-", -9, 9, false, 0 },
		{ "--1", -9, 9, false, 0 },
		{ "+1", 0, 9, false, 0 },
		{ " 1", 0, 9, false, 0 },
		{ "1 ", 0, 9, false, 0 },
		{ "1\n", 0, 9, false, 0 },
		{ "1e3", 0, 9999, false, 0 },
		{ "0x1", 0, 9, false, 0 },
		{ "1.0", 0, 9, false, 0 },
		{ "１", 0, 9, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t number = 77;

		if (text_number(cases[i].text, cases[i].min, cases[i].max, &number) !=
		    cases[i].good)
			fail_msg("%s", cases[i].text);
		assert_true(number == (cases[i].good ? cases[i].number : 77));
	}
}

/* RFC 4648, section 10. */
static void base64_is_that_of_the_standard(void **state)
{
	static const struct {
		const char *data;
		const char *text;
	} cases[] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xff\xff\xfe\xfb\xef\xbe", "///+++++" },
	};
	struct arena *const arena = arena_create(1024);
	struct bytes data;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_string_equal(text_base64(arena, bytes_of(cases[i].data)), cases[i].text);
		assert_true(text_unbase64(arena, cases[i].text, &data));
		assert_non_null(data.data);
		assert_true(bytes_equal(data, bytes_of(cases[i].data)));
	}
	arena_destroy(arena);
}

static void base64_that_has_another_spelling_is_refused(void **state)
{
	static const char *const cases[] = {
		"Z",     "Zg",   "Zg=",     "Zh==",     "Zm9=",    "Zm9",    "====",      "=m9v",
		"Z===",  "Zm=v", "Zm9vYg=", "Zg==Zg==", "Zm 9v",   "Zm9v\n", "Zm9-",      "Zm9_",
		"Zm9v=", "=",    "==",      "Zm9v====", "Zm\x80v", "日本=",  "Zm9v Zm9v",
	};
	struct arena *const arena = arena_create(1024);
	struct bytes data = { NULL, 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (text_unbase64(arena, cases[i], &data) || data.size != 42)
			fail_msg("accepted: %s", cases[i]);
	}
	arena_destroy(arena);
}

static void any_bytes_come_back_from_base64_and_hex(void **state)
{
	struct arena *const arena = arena_create(4096);
	unsigned char bytes[256];
	struct bytes back;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 167);
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		const struct bytes data = { bytes, size };

		assert_true(text_unbase64(arena, text_base64(arena, data), &back));
		assert_true(bytes_equal(back, data));
		assert_true(text_unhex(arena, text_hex(arena, data), &back));
		assert_true(bytes_equal(back, data));
		arena_reset(arena);
	}
	arena_destroy(arena);
}

static void hex_is_pairs_of_lower_case_digits(void **state)
{
	static const char *const bad[] = { "0", "abc", "0g", "AB", "0x", " 0", "00\n", "é" };
	struct arena *const arena = arena_create(1024);
	struct bytes data = { NULL, 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(text_unhex(arena, bad[i], &data));
	assert_int_equal(data.size, 42);
	assert_string_equal(text_hex(arena, (struct bytes)RUN("\x00\x0f\xf0\xff")), "000ff0ff");
	arena_destroy(arena);
}

static void json_is_escaped_where_it_must_be(void **state)
{
	static const struct {
		const char *text;
		const char *json;
	} cases[] = {
		{ "", "" },
		{ "plain / 日本 😀", "plain / 日本 😀" },
		{ "\"\\", "\\\"\\\\" },
		{ "a\nb\tc\rd\be\ff", "a\\nb\\tc\\rd\\be\\ff" },
		{ "\x01\x1f\x7f", "\\u0001\\u001f\x7f" },
		{ "</script>", "</script>" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buffer out = { 0 };

		text_json(&out, cases[i].text);
		buffer_add(&out, "", 1);
		assert_string_equal((const char *)out.data, cases[i].json);
		buffer_finish(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_two_and_three_bytes_are_judged_as_a_decoder_does),
		cmocka_unit_test(four_bytes_are_judged_as_a_decoder_does),
		cmocka_unit_test(each_maximal_bad_part_becomes_one_mark),
		cmocka_unit_test(a_cut_never_splits_a_character),
		cmocka_unit_test(texts_are_compared_with_the_absent_one_too),
		cmocka_unit_test(a_number_is_the_whole_text),
		cmocka_unit_test(base64_is_that_of_the_standard),
		cmocka_unit_test(base64_that_has_another_spelling_is_refused),
		cmocka_unit_test(any_bytes_come_back_from_base64_and_hex),
		cmocka_unit_test(hex_is_pairs_of_lower_case_digits),
		cmocka_unit_test(json_is_escaped_where_it_must_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
