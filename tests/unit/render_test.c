/*
 * render_test - packets as PDFs: their text out of them again, the same bytes, and never above a limit.
 */
#include "services/chargeback/render/render.h"

#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/pdf_join.h"
#include "services/chargeback/render/measure.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/packet_fixture.h"
#include "tests/support/pdf_fixture.h"
#include "tests/support/picture_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FOOT "Dispute dp_1"
#define ROUNDS 25
#define ITEMS_MAX 30
#define STORED_MAX 40

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

/* The store of uploads: of each its bytes, by digest. */

static struct {
	const char *digest;
	struct bytes content;
} stored[STORED_MAX];
static size_t stored_count;

static bool load(void *context, struct arena *into, const struct packet_file *file,
                 struct bytes *content)
{
	(void)context;
	for (size_t i = 0; i < stored_count; i++) {
		if (!text_equal(stored[i].digest, file->digest))
			continue;
		*content = arena_bytes(into, stored[i].content);
		return true;
	}
	return false;
}

static const struct upload_store store = { load, NULL };

static struct packet_item put(const char *id, const char *field, const char *type,
                              struct bytes content)
{
	struct packet_item item = packet_fixture_upload(id, field, 1, 1);
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(content, digest);
	item.file.digest = text_hex(arena, (struct bytes){ digest, sizeof(digest) });
	item.file.media_type = type;
	assert_true(stored_count < STORED_MAX);
	stored[stored_count].digest = item.file.digest;
	stored[stored_count++].content = content;
	return item;
}

/* A PDF of so many pages, each with the id, and spaces behind it up to so many bytes. */
static struct packet_item upload(const char *id, const char *field, int32_t pages, size_t size)
{
	struct pdf_block *const blocks = arena_zero(arena, (size_t)pages * sizeof(*blocks));
	struct pdf_file file;

	for (int32_t i = 0; i < pages; i++)
		blocks[i] = (struct pdf_block){
			.style = PDF_TEXT,
			.text = arena_printf(arena, "%s%.*s", id, i + 1 < pages ? 40 : 0,
			                     "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
			                     "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"),
		};
	const struct pdf_document document = {
		.setting = { PDF_A4, 12, "" },
		.title = id,
		.created = created,
		.blocks = blocks,
		.count = (size_t)pages,
	};

	assert_int_equal(pdf_write(fonts, arena, &document, &file), STATUS_OK);
	assert_int_equal(file.pages, pages);
	if (size < file.content.size)
		size = file.content.size;
	char *const padded = arena_alloc(arena, size);

	memset(padded, ' ', size);
	memcpy(padded, file.content.data, file.content.size);
	return put(id, field, "application/pdf", (struct bytes){ padded, size });
}

static struct render_packet rendered(const char *network, const struct packet_item *items,
                                     size_t count)
{
	const struct packet candidates = { packet_fixture_dispute(network), items, count };
	const char *reason = "";
	struct render_packet packet;

	assert_int_equal(render_packet(&(struct render_with){ fonts, arena, &limits, created },
	                               &candidates, &store, &packet, &reason),
	                 STATUS_OK);
	return packet;
}

static size_t exhibits(struct packet_item *items)
{
	stored_count = 0;
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
	items[4] = upload("file-1", "receipt", 2, 0);
	items[5] = upload("file-2", "customer_communication", 3, 0);
	return 6;
}

static int32_t pages_of(struct bytes pdf)
{
	const char *reason = "";
	int32_t pages = 0;

	assert_int_equal(pdf_page_count(pdf, &pages, &reason), STATUS_OK);
	return pages;
}

static void fields_of_files_become_one_file_each(void **state)
{
	struct packet_item items[ITEMS_MAX];
	const struct render_packet packet = rendered("visa", items, exhibits(items));
	const struct render_file *const both = &packet.files[0];
	const struct render_file *const alone = &packet.files[1];

	(void)state;
	assert_int_equal(packet.file_count, 2);
	assert_string_equal(both->field, "customer_communication");
	assert_true(both->made_pages > 0);
	assert_int_equal(both->pages, both->made_pages + 3);
	assert_int_equal(pages_of(both->content), both->pages);
	assert_string_equal(both->uploads[0]->id, "file-2");
	assert_string_equal(alone->field, "receipt");
	assert_string_equal(alone->media_type, "application/pdf");
	assert_int_equal(alone->made_pages, 0);
	assert_int_equal(alone->pages, 2);
	assert_true(bytes_equal(alone->content, stored[0].content));
	assert_int_equal(packet.solution.pages, both->pages + alone->pages);
	assert_int_equal(packet.solution.bytes, both->content.size + alone->content.size);
	assert_int_equal(packet.unshown, 0);
}

static void pictures_and_files_stand_behind_the_words(void **state)
{
	const struct packet_item items[] = {
		packet_fixture_words("a", "receipt", "Words"),
		put("b", "receipt", "image/jpeg", picture_fixture(arena, "image/jpeg")),
		put("c", "receipt", "image/png", picture_fixture(arena, "image/png")),
		upload("d", "receipt", 2, 0),
		put("e", "refund_policy", "image/png", picture_fixture(arena, "image/png")),
	};
	const struct render_packet packet = rendered("visa", items, COUNT_OF(items));

	(void)state;
	assert_int_equal(packet.solution.left_count, 0);
	assert_int_equal(packet.files[0].pages, packet.files[0].made_pages + 4);
	assert_int_equal(pages_of(packet.files[0].content), packet.files[0].pages);
	assert_string_equal(packet.files[1].media_type, "image/png");
	assert_true(bytes_equal(packet.files[1].content, picture_fixture(arena, "image/png")));
}

static void an_upload_that_cannot_be_sent_is_left_out(void **state)
{
	(void)state;
	stored_count = 0;
	struct packet_item items[] = {
		packet_fixture_upload("missing", "receipt", 1, 1),
		put("no-pdf", "receipt", "application/pdf", bytes_of("This is no PDF")),
		put("no-picture", "receipt", "image/png", bytes_of("This is no PNG")),
		upload("another", "receipt", 2, 0),
	};

	upload("other", "receipt", 1, 0);
	stored[stored_count - 2].content = stored[stored_count - 1].content;
	const struct render_packet packet = rendered("visa", items, COUNT_OF(items));

	assert_int_equal(packet.file_count, 0);
	assert_int_equal(packet.solution.left_count, COUNT_OF(items));
	for (size_t i = 0; i < packet.solution.left_count; i++)
		assert_int_equal(packet.solution.left[i].limits, PACKET_BIT(PACKET_PAGES_UNKNOWN));
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

	assert_int_equal(render_review(&(struct render_with){ fonts, arena, &limits, created },
	                               &packet.solution, &file),
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
	const char *const text = pdf_fixture_text(arena, packet.files[0].content, FOOT);

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
		assert_true(bytes_equal(first.files[i].content, second.files[i].content));
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
	assert_int_equal(render_packet(&(struct render_with){ fonts, arena, &limits, created },
	                               &candidates, &store, &packet, &reason),
	                 STATUS_REJECT);
	assert_true(text_starts(reason, "receipt: required item a: all files would have too many "
	                                "pages ("));
	item.required = false;
	assert_int_equal(rendered("mastercard", &item, 1).solution.left_count, 1);
}

static void a_text_without_an_end_is_left_out_at_once(void **state)
{
	const struct packet_item items[] = {
		packet_fixture_words("a", "receipt", packet_fixture_letters(arena, 500000, true)),
		packet_fixture_words("b", "receipt", "Words"),
	};
	const struct render_packet packet = rendered("visa", items, COUNT_OF(items));

	(void)state;
	assert_int_equal(packet.solution.left_count, 1);
	assert_string_equal(packet.solution.left[0].item->id, "a");
	assert_int_equal(packet.solution.left[0].limits, PACKET_BIT(PACKET_PAGES_TOGETHER));
	assert_int_equal(packet.files[0].pages, 1);
}

static void bytes_of_our_own_files_count(void **state)
{
	const struct packet_item items[] = {
		upload("a", "receipt", 1, 4499000),
		packet_fixture_words("b", "refund_policy", "Words that need a file of ours"),
	};
	const struct render_packet packet = rendered("visa", items, COUNT_OF(items));

	(void)state;
	assert_int_equal(packet.solution.left_count, 1);
	assert_true(packet.solution.bytes <= 4500000);
	assert_int_equal(packet.solution.left[0].limits, PACKET_BIT(PACKET_BYTES_TOGETHER));
}

static void words_never_push_out_an_upload_that_is_required(void **state)
{
	struct packet_item items[] = {
		upload("a", "receipt", 1, 4499000),
		packet_fixture_words("b", "refund_policy", "Words that need a file of ours"),
	};

	(void)state;
	items[0].required = true;
	items[1].weight_ppm = 1000000;
	const struct render_packet packet = rendered("visa", items, COUNT_OF(items));

	assert_int_equal(packet.solution.packet.count, 1);
	assert_string_equal(packet.solution.packet.items[0].id, "a");
	assert_int_equal(packet.solution.bytes, 4499000);
}

/* Random packets: pages as counted, and never above a limit. */

static const char *random_words(struct chance *chance)
{
	static const char *const words[] = { "refund ", "二重請求", "환불 ", "取消", "\n", "x " };
	const int count = chance_between(chance, 1, 900);

	return chance_text(chance, arena, words, COUNT_OF(words), count);
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

		stored_count = 0;
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
		cmocka_unit_test(pictures_and_files_stand_behind_the_words),
		cmocka_unit_test(an_upload_that_cannot_be_sent_is_left_out),
		cmocka_unit_test(the_text_of_a_review_comes_out_of_its_pdf),
		cmocka_unit_test(what_hurts_and_links_are_in_no_file_that_is_sent),
		cmocka_unit_test(a_packet_that_is_rendered_again_has_the_same_bytes),
		cmocka_unit_test(required_words_of_too_many_pages_are_refused),
		cmocka_unit_test(a_text_without_an_end_is_left_out_at_once),
		cmocka_unit_test(bytes_of_our_own_files_count),
		cmocka_unit_test(words_never_push_out_an_upload_that_is_required),
		cmocka_unit_test(random_packets_are_never_above_a_limit),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
