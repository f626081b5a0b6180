/*
 * reckon_test - pages that are reckoned without a font are never fewer than those that are rendered, and not many more.
 */
#include "services/chargeback/cases/reckon.h"
#include "services/chargeback/render/measure.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/font_leak.h"
#include "tests/support/policy_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ENGLISH "We have used the product with the whole team since January, and the invoice came. "
#define JAPANESE "一月からチーム全員で製品を利用しており、請求書も届いております。"

#define ITEMS_MAX 120

static bool all_kept[ITEMS_MAX];

/* So many times, cut into lines of so many sentences. */
static const char *repeated(const char *sentence, int times, int each)
{
	const char *text = "";

	for (int i = 0; i < times; i++)
		text =
		    arena_printf(arena, "%s%s%s", text, sentence, (i + 1) % each == 0 ? "\n" : "");
	return text;
}

static struct packet packet_of(const char *text, int count)
{
	struct packet_item *const items = arena_alloc(arena, ITEMS_MAX * sizeof(*items));

	for (int i = 0; i < count; i++) {
		all_kept[i] = true;
		items[i] = (struct packet_item){
			.id = "0123456789abcdef0123456789abcdef",
			.kind = "customer_communication",
			.field = "customer_communication",
			.title = "The customer asks for a refund of the payment",
			.text = text,
			.at = TIME_OLDEST,
			.channel = "email",
			.author = "customer",
			.language = "en",
		};
	}
	return (struct packet){
		.dispute = { "dp_1", "case/acme/dp_1", "acme", "ch_1", "visa", "fraudulent", "10.4",
		             "120.00 USD", TIME_OLDEST, TIME_OLDEST, TIME_OLDEST },
		.items = items,
		.count = (size_t)count,
	};
}

static void what_is_reckoned_is_enough_and_not_far_too_much(void **state)
{
	const struct {
		const char *name;
		const char *text;
		int items;
	} rows[] = {
		{ "one short", ENGLISH, 1 },
		{ "many short", ENGLISH, 120 },
		{ "a long one", repeated(ENGLISH, 150, 200), 1 },
		{ "paragraphs", repeated(ENGLISH, 60, 3), 6 },
		{ "short lines", repeated("Yes, please.\n", 40, 100), 10 },
		{ "Japanese", repeated(JAPANESE, 100, 200), 3 },
		{ "many short in Japanese", JAPANESE, 120 },
		{ "control characters", repeated("\x01\x02\x1b\x7f", 800, 200), 1 },
		{ "control characters of two bytes", repeated("\xc2\x85\xc2\x90", 800, 200), 1 },
		{ "marks without a width", repeated("a\u200b\u202e\u2066", 800, 200), 1 },
		{ "Hindi", repeated("मुझे पैसे वापस चाहिए। ", 200, 200), 1 },
		{ "Thai", repeated("ฉันต้องการเงินคืน ", 200, 200), 1 },
		{ "Arabic", repeated("أريد استرداد أموالي من فضلك ", 200, 200), 1 },
		{ "Hebrew", repeated("אני רוצה את הכסף שלי בחזרה ", 200, 200), 1 },
		{ "Russian", repeated("Верните мне деньги, пожалуйста. ", 200, 200), 1 },
		{ "private use", repeated("\ue000\uf8ff", 800, 200), 1 },
		{ "no character", repeated("\uffff\ufdd0", 800, 200), 1 },
		{ "emoji", repeated("😀👍🏽", 400, 200), 1 },
		{ "tabs", repeated("a\t", 800, 200), 1 },
		{ "wide capitals", repeated("WWWWWWWWWWMMMMMMMM@@@@@@ ", 200, 200), 1 },
		{ "one word without an end", repeated("WWWWWWWWWWMMMMMMMM@@@@@@", 200, 200), 1 },
	};
	struct packet_limits limits;
	char reason[256];
	struct pdf_fonts *const fonts = pdf_fonts_open(pdf_font_files, reason, sizeof(reason));
	size_t wrong = 0;

	(void)state;
	if (fonts == NULL)
		skip();
	policy_fixture_read(arena, &packet_limits_kind, "packet/stripe-1.json", &limits);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct packet packet = packet_of(rows[i].text, rows[i].items);
		const int32_t reckoned =
		    reckon_pages(reckon_make(arena, &limits, &packet), &packet, all_kept);
		const int32_t measured =
		    measure_pages(measure_make(fonts, arena, &limits, &packet), &packet, all_kept);

		print_message("%s: %d reckoned, %d rendered\n", rows[i].name, reckoned, measured);
		wrong += reckoned < measured || reckoned > 2 * measured + 1;
	}
	pdf_fonts_close(fonts);
	assert_int_equal(wrong, 0);
}

static void nothing_has_no_pages(void **state)
{
	const bool kept[] = { false };
	const struct packet_item item = {
		.id = "i", .field = "receipt", .title = "t", .text = "x", .at = TIME_OLDEST
	};
	const struct packet packet = { .items = &item, .count = 1 };
	struct packet_limits limits;

	(void)state;
	policy_fixture_read(arena, &packet_limits_kind, "packet/stripe-1.json", &limits);
	assert_int_equal(reckon_pages(reckon_make(arena, &limits, &packet), &packet, kept), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_reckoned_is_enough_and_not_far_too_much),
		cmocka_unit_test(nothing_has_no_pages),
	};

	font_leak_forgive();
	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
