/*
 * render_test - packets as PDFs: their text out of them again, the same bytes, and never above a limit.
 */
#include "services/chargeback/render/render.h"

#include "common/base/text.h"
#include "services/chargeback/render/measure.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/packet_fixture.h"
#include "tests/support/pdf_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FOOT "Dispute dp_1"
#define ROUNDS 25
#define ITEMS_MAX 30

static const struct instant created = { PACKET_FIXTURE_AT };
static struct packet_limits limits;
static struct pdf_fonts *fonts;

static int start(void **state)
{
	char reason[256] = "";

	arena_open(state);
	limits = packet_fixture_limits(arena);
	fonts = pdf_fonts_open(pdf_font_files, reason, sizeof(reason));
	assert_string_equal(reason, "");
	return 0;
}

static int stop(void **state)
{
	pdf_fonts_close(fonts);
	return arena_close(state);
}

static struct render_packet rendered(const char *network, const struct packet_item *items,
                                     size_t count)
{
	const struct packet candidates = { packet_fixture_dispute(network), items, count };
	const char *reason = "";
	struct render_packet packet;

	assert_int_equal(render_packet(fonts, arena, &limits, &candidates, created, &packet,
	                               &reason),
	                 STATUS_OK);
	return packet;
}

static size_t exhibits(struct packet_item *items)
{
	items[0] = packet_fixture_words("fact-1", "customer_communication",
	                                "解約したいです。二重に請求されました。\n\n"
	                                "See https://shop.example/refund 😀 ＡＢＣ ｶﾞ");
	items[0].language = "ja";
	items[0].channel = "e-mail";
	items[0].author = "customer";
	items[0].translation = "I want to cancel. I was charged twice.";
	items[0].translator = "support agent";
	items[1] = packet_fixture_words("fact-2", "customer_communication",
	                                "환불해 주세요. 我要取消訂閱。 The office flow.");
	items[1].at.us += 1000000;
	items[2] = packet_fixture_words("fact-3", "customer_name", "山田花子");
	items[3] = packet_fixture_words("fact-4", "uncategorized_text", "Used on 12 days since.");
	items[4] = packet_fixture_upload("file-1", "receipt", 5000, 2);
	items[5] = packet_fixture_upload("file-2", "customer_communication", 6000, 3);
	return 6;
}

static void fields_of_files_become_one_file_each(void **state)
{
	struct packet_item items[ITEMS_MAX];
	const struct render_packet packet = rendered("visa", items, exhibits(items));

	(void)state;
	assert_int_equal(packet.file_count, 2);
	assert_string_equal(packet.files[0].field, "customer_communication");
	assert_true(packet.files[0].made_pages > 0);
	assert_int_equal(packet.files[0].upload_count, 1);
	assert_string_equal(packet.files[0].uploads[0]->id, "file-2");
	assert_string_equal(packet.files[1].field, "receipt");
	assert_int_equal(packet.files[1].made.size, 0);
	assert_int_equal(packet.files[1].upload_count, 1);
	assert_int_equal(packet.solution.pages, packet.files[0].made_pages + 2 + 3);
	assert_int_equal(packet.solution.bytes, (int64_t)packet.files[0].made.size + 5000 + 6000);
	assert_int_equal(packet.unshown, 0);
}

/* What the lines say, the pages of the contents with them, in the PDF's order. */
static const char *wanted_of(const struct packet_lines *lines, const int32_t *page_of)
{
	struct buffer all = { 0 };

	for (size_t i = 0; i < lines->count; i++) {
		const struct packet_line *const line = &lines->lines[i];
		int32_t unshown;
		const char *text = pdf_shown(fonts, arena, line->text, &unshown);

		if (line->look == PACKET_CONTENTS)
			text = arena_printf(arena, "%s%d", text, page_of[line->target]);
		buffer_add(&all, text, strlen(text));
	}
	const char *const text =
	    pdf_fixture_squeezed(arena, arena_text(arena, (const char *)all.data, all.size));

	buffer_finish(&all);
	return text;
}

static void the_text_of_a_review_comes_out_of_its_pdf(void **state)
{
	struct packet_item items[ITEMS_MAX];
	struct pdf_file file;

	(void)state;
	if (!pdf_fixture_ready())
		skip();
	const size_t count = exhibits(items);

	items[1].hurts = true;
	const struct render_packet packet = rendered("visa", items, count);
	const struct packet_lines lines = packet_review(arena, &limits, &packet.solution);

	assert_int_equal(render_review(fonts, arena, &limits, &packet.solution, created, &file),
	                 STATUS_OK);
	assert_string_equal(pdf_fixture_text(arena, file.content, FOOT),
	                    wanted_of(&lines, file.page_of));
	assert_string_equal(packet.text, packet_text(arena, &lines));
}

static void what_hurts_and_links_are_in_no_file_that_is_sent(void **state)
{
	struct packet_item items[ITEMS_MAX];

	(void)state;
	if (!pdf_fixture_ready())
		skip();
	const size_t count = exhibits(items);

	items[1].hurts = true;
	const struct render_packet packet = rendered("visa", items, count);
	const char *const text = pdf_fixture_text(arena, packet.files[0].made, FOOT);

	assert_non_null(strstr(text, "二重に請求されました"));
	assert_non_null(strstr(text, "Translation,suppliedby:supportagentIwanttocancel."));
	assert_non_null(strstr(text, "https[:]//shop.example/refund"));
	assert_null(strstr(text, "환불해"));
}

static void a_packet_that_is_rendered_again_has_the_same_bytes(void **state)
{
	struct packet_item items[ITEMS_MAX];
	const size_t count = exhibits(items);
	const struct render_packet first = rendered("visa", items, count);
	const struct packet_item last = items[0];

	(void)state;
	items[0] = items[count - 1];
	items[count - 1] = last;
	const struct render_packet second = rendered("visa", items, count);

	assert_string_equal(first.digest, second.digest);
	assert_int_equal(first.file_count, second.file_count);
	for (size_t i = 0; i < first.file_count; i++)
		assert_true(bytes_equal(first.files[i].made, second.files[i].made));
}

static void required_words_of_too_many_pages_are_refused(void **state)
{
	struct packet_item item =
	    packet_fixture_words("a", "receipt", packet_fixture_letters(arena, 40000, true));
	const struct packet candidates = { packet_fixture_dispute("mastercard"), &item, 1 };
	const char *reason = "";
	struct render_packet packet;

	(void)state;
	item.required = true;
	assert_int_equal(render_packet(fonts, arena, &limits, &candidates, created, &packet,
	                               &reason),
	                 STATUS_REJECT);
	assert_true(text_starts(reason, "receipt: required item a: all files would have too many "
	                                "pages ("));
	item.required = false;
	assert_int_equal(rendered("mastercard", &item, 1).solution.left_count, 1);
}

static void bytes_of_our_own_files_count(void **state)
{
	const struct packet_item items[] = {
		packet_fixture_upload("a", "receipt", 4499000, 1),
		packet_fixture_words("b", "receipt", "Words that need a file of ours"),
	};
	const struct render_packet packet = rendered("visa", items, COUNT_OF(items));

	(void)state;
	assert_int_equal(packet.solution.left_count, 1);
	assert_true(packet.solution.bytes <= 4500000);
	assert_int_equal(packet.solution.left[0].limits, PACKET_BIT(PACKET_BYTES_TOGETHER));
}

/* Random packets: pages as counted, and never above a limit. */

static const char *random_words(struct chance *chance)
{
	static const char *const words[] = { "refund ", "二重請求", "환불 ", "取消", "\n", "x " };
	const int count = chance_between(chance, 1, 900);
	struct buffer text = { 0 };

	for (int i = 0; i < count; i++) {
		const char *const word = words[chance_below(chance, COUNT_OF(words))];

		buffer_add(&text, word, strlen(word));
	}
	const char *const copy = arena_text(arena, (const char *)text.data, text.size);

	buffer_finish(&text);
	return copy;
}

static struct packet_item random_item(struct chance *chance, size_t number)
{
	static const char *const fields[] = { "receipt", "customer_communication",
		                              "refund_policy" };
	const char *const field = fields[chance_below(chance, COUNT_OF(fields))];
	const char *const id = arena_printf(arena, "fact-%zu", number);
	struct packet_item item =
	    chance_of(chance, 150)
		? packet_fixture_upload(id, field, chance_between(chance, 1, 1500000),
	                                chance_between(chance, 1, 12))
		: packet_fixture_words(id, field, random_words(chance));

	item.weight_ppm = chance_between(chance, 0, 1000000);
	return item;
}

static int32_t made_pages(const struct render_packet *packet)
{
	int32_t pages = 0;

	for (size_t i = 0; i < packet->file_count; i++)
		pages += packet->files[i].made_pages;
	return pages;
}

static void random_packets_are_never_above_a_limit(void **state)
{
	struct packet_item items[ITEMS_MAX];
	struct chance chance;
	size_t full = 0;

	chance_seed(&chance, 19);
	for (int round = 0; round < ROUNDS; round++) {
		const char *const network = round % 2 == 0 ? "mastercard" : "visa";
		const int32_t most = round % 2 == 0 ? 19 : 49;
		const size_t count = (size_t)chance_between(&chance, 1, ITEMS_MAX);
		bool kept[ITEMS_MAX];

		for (size_t i = 0; i < count; i++)
			items[i] = random_item(&chance, i);
		const struct render_packet packet = rendered(network, items, count);
		const struct packet *const sent = &packet.solution.packet;

		memset(kept, 1, sizeof(kept));
		assert_int_equal(measure_pages(measure_make(fonts, arena, &limits, sent), sent,
		                               kept),
		                 made_pages(&packet));
		assert_true(packet.solution.pages <= most);
		assert_true(packet.solution.bytes <= 4500000);
		assert_int_equal(sent->count + packet.solution.left_count, count);
		full += packet.solution.pages == most;
		arena_close(state);
		arena_open(state);
		limits = packet_fixture_limits(arena);
	}
	print_message("%zu of %d are full to the last page\n", full, ROUNDS);
	assert_true(full > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_of_files_become_one_file_each),
		cmocka_unit_test(the_text_of_a_review_comes_out_of_its_pdf),
		cmocka_unit_test(what_hurts_and_links_are_in_no_file_that_is_sent),
		cmocka_unit_test(a_packet_that_is_rendered_again_has_the_same_bytes),
		cmocka_unit_test(required_words_of_too_many_pages_are_refused),
		cmocka_unit_test(bytes_of_our_own_files_count),
		cmocka_unit_test(random_packets_are_never_above_a_limit),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
