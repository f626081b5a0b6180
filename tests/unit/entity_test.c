/* entity_test - entities together, in ordinary text, and in hostile text within bounded steps. */
#include "services/classifier/entity_inside.h"
#include "tests/support/entity_table.h"

#include "common/base/status.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct entity_case nothing[] = {
	{ "", EN, "" },
	{ " ", EN, "" },
	{ "hello there", EN, "" },
	{ "返金してください", JA, "" },
	{ "12345", EN, "" },
	{ "1,1,1,1,1", EN, "" },
	{ "....", EN, "" },
	{ "\U0001F621\U0001F621", EN, "" },
	{ "-", EN, "" },
	{ "$", EN, "" },
	{ "¥", JA, "" },
	{ "+", EN, "" },
	{ "#", EN, "" },
	{ "invoice", EN, "" },
	{ "invoice #", EN, "" },
	{ "error", EN, "" },
	{ "http", EN, "" },
	{ "令和", JA, "" },
	{ "午後", JA, "" },
	{ "v", EN, "" },
};

static const struct entity_case together[] = {
	{ "Charged $49.00 twice on 5/13 for INV-2026-0412, card 4242 4242 4242 4242, mail a@b.io",
	  EN,
	  "amount[$49.00]=4900e2 open date[5/13]=--05-13 invoice[INV-2026-0412]=INV-2026-0412 "
	  "card_number[4242 4242 4242 4242] email[a@b.io]" },
	{ "5月1日に¥12,000が2回請求されています（請求書番号：A-7781）。iOS 17.4、アプリv2.3.1です。",
	  JA,
	  "date[5月1日]=--05-01 amount[¥12,000]=12000 JPY invoice[A-7781]=A-7781 "
	  "version[iOS 17.4]=ios 17.4 version[v2.3.1]=2.3.1" },
	{ "今日の午後3時から403エラーが出ます。https://app.example.com/login。", JA,
	  "date[今日]=today^ time[午後3時]=15:00 error_code[403]=HTTP 403 "
	  "url[https://app.example.com/login]=app.example.com" },
	{ "$\u200b20", EN, "amount[$\u200b20]=2000e2 open" },
};

static void ordinary_text_names_nothing(void **state)
{
	(void)state;
	assert_int_equal(entity_table_failures(nothing, COUNT_OF(nothing)), 0);
}

static void entities_stand_in_order_and_apart(void **state)
{
	(void)state;
	assert_int_equal(entity_table_failures(together, COUNT_OF(together)), 0);
}

static int begin(void **state)
{
	*state = arena_create(1 << 16);
	return 0;
}

static int end(void **state)
{
	arena_destroy(*state);
	return 0;
}

static uint64_t steps_of(struct arena *arena, const char *pattern, size_t size)
{
	char *const text = arena_alloc(arena, size);
	struct entity *const entities = arena_alloc(arena, ENTITIES_MAX * sizeof(*entities));
	struct prepared prepared;

	for (size_t i = 0; i < size; i++)
		text[i] = pattern[i % strlen(pattern)];
	prepared_make(arena, text, size, &prepared);
	struct scan scan = { .arena = arena, .text = &prepared, .language = LANGUAGE_EN };
	entity_scan(&scan, entities, ENTITIES_MAX);
	return scan.steps;
}

/* What no text may need for one point: every table once, every reader to its end. */
#define STEPS_A_POINT_MAX 2000

static void steps_are_linear_in_hostile_text(void **state)
{
	static const char *const patterns[] = {
		"1",          "@",      "1,1,1,",    "a",        "a.",      "1.",     "1 ",
		"4242 ",      "a@",     "a_",        "A_",       "http://", "www.",   "https://a",
		"$",          "$1",     "-",         "1/",       "1:",      "(",      "+1",
		"+",          "in_",    "e1",        "千",       "1万",     "令和",   "invoice ",
		"invoice #",  "error ", "error: ",   "no.no.",   "may ",    "1 may ", "A1",
		"TypeError.", "0x",     "ABCD1234-", "1-1-",     "#",       "'",      "1'111",
		"v1.",        "ios ",   "http ",     "http is ", "一",      "午後",
	};

	for (size_t i = 0; i < COUNT_OF(patterns); i++) {
		const uint64_t whole = steps_of(*state, patterns[i], PREPARED_POINTS_MAX);
		const uint64_t half = steps_of(*state, patterns[i], PREPARED_POINTS_MAX / 2);
		if (whole > (uint64_t)STEPS_A_POINT_MAX * PREPARED_POINTS_MAX ||
		    whole > 2 * half + half / 4 + 4096)
			print_error("%s: %" PRIu64 " steps, %" PRIu64 " for half\n", patterns[i],
			            whole, half);
		assert_true(whole <= (uint64_t)STEPS_A_POINT_MAX * PREPARED_POINTS_MAX);
		assert_true(whole <= 2 * half + half / 4 + 4096);
	}
}

static void a_mebibyte_is_read_in_bounded_steps(void **state)
{
	static const char *const patterns[] = { "1", "@", "1,1,1,", "a" };

	for (size_t i = 0; i < COUNT_OF(patterns); i++)
		assert_true(steps_of(*state, patterns[i], (size_t)1 << 20) <=
		            (uint64_t)STEPS_A_POINT_MAX * PREPARED_POINTS_MAX);
}

static void no_more_are_told_than_asked_for(void **state)
{
	struct entity entities[2];
	struct prepared prepared;
	const char *const text = "$1 $2 $3";

	prepared_make(*state, text, strlen(text), &prepared);
	assert_int_equal(entities_find(*state, &prepared, LANGUAGE_EN, entities, 2), 2);
	assert_int_equal(entities_find(*state, &prepared, LANGUAGE_EN, entities, 0), 0);
}

static void every_kind_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < ENTITIES; i++)
		assert_true(strlen(entity_kind_name((enum entity_kind)i)) > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_text_names_nothing),
		cmocka_unit_test(entities_stand_in_order_and_apart),
		cmocka_unit_test(steps_are_linear_in_hostile_text),
		cmocka_unit_test(a_mebibyte_is_read_in_bounded_steps),
		cmocka_unit_test(no_more_are_told_than_asked_for),
		cmocka_unit_test(every_kind_has_a_name),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
