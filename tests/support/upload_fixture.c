#include "tests/support/upload_fixture.h"

#include "common/base/check.h"

#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <string.h>

#define OBJECTS_MAX 256

struct writing {
	struct arena *arena;
	struct buffer out;
	size_t offsets[OBJECTS_MAX];
	int count; /* of objects, with the one that is none */
};

static void add(struct writing *it, const char *text)
{
	buffer_add(&it->out, text, strlen(text));
}

static void object(struct writing *it, const char *body)
{
	CHECK(it->count < OBJECTS_MAX);
	it->offsets[it->count] = it->out.size;
	add(it, arena_printf(it->arena, "%d 0 obj\n%s\nendobj\n", it->count, body));
	it->count++;
}

/* Objects 1 to 3 are the catalogue, the pages and the font; from 4 on a page and its words. */
static void pages_of(struct writing *it, const char *word, int pages)
{
	const char *kids = "";

	for (int i = 0; i < pages; i++)
		kids = arena_printf(it->arena, "%s %d 0 R", kids, 4 + 2 * i);
	object(it, "<</Type/Catalog/Pages 2 0 R>>");
	object(it, arena_printf(it->arena, "<</Type/Pages/Count %d/Kids[%s]>>", pages, kids));
	object(it, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
	for (int i = 0; i < pages; i++) {
		const char *const words =
		    arena_printf(it->arena, "BT /F 12 Tf 72 700 Td (%s page %d) Tj ET", word,
		                 i + 1);

		object(it, arena_printf(it->arena,
		                        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]"
		                        "/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>",
		                        it->count + 1));
		object(it, arena_printf(it->arena, "<</Length %zu>>stream\n%s\nendstream",
		                        strlen(words), words));
	}
}

struct bytes upload_fixture_pdf(struct arena *arena, const char *word, int pages)
{
	struct writing it = { .arena = arena, .count = 1 };

	add(&it, "%PDF-1.4\n");
	pages_of(&it, word, pages);
	const size_t table = it.out.size;

	add(&it, arena_printf(arena, "xref\n0 %d\n0000000000 65535 f \n", it.count));
	for (int i = 1; i < it.count; i++)
		add(&it, arena_printf(arena, "%010zu 00000 n \n", it.offsets[i]));
	add(&it, arena_printf(arena, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n",
	                      it.count, table));
	const struct bytes pdf = arena_bytes(arena, (struct bytes){ it.out.data, it.out.size });

	buffer_finish(&it.out);
	return pdf;
}

struct bytes upload_fixture_locked(struct arena *arena, const char *user_password)
{
	const struct bytes plain = upload_fixture_pdf(arena, "secret", 1);
	qpdf_data pdf = qpdf_init();

	CHECK(qpdf_read_memory(pdf, "plain", plain.data, plain.size, NULL) == QPDF_SUCCESS);
	CHECK(qpdf_init_write_memory(pdf) == QPDF_SUCCESS);
	qpdf_set_r6_encryption_parameters2(pdf, user_password, "owner", QPDF_TRUE, QPDF_TRUE,
	                                   QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE,
	                                   qpdf_r3p_full, QPDF_TRUE);
	CHECK(qpdf_write(pdf) == QPDF_SUCCESS);
	const struct bytes locked =
	    arena_bytes(arena, (struct bytes){ qpdf_get_buffer(pdf), qpdf_get_buffer_length(pdf) });

	qpdf_cleanup(&pdf);
	return locked;
}

static void add_bytes(struct writing *it, const void *data, size_t size)
{
	buffer_add(&it->out, data, size);
}

/*
 * Runs twice over: 0x81 is a run of 128 and the byte that is repeated, so that a pair is 64 pairs, and each of these 128
 * bytes. Before them stands, copied twice over, the page that the stream is read for.
 */
static struct bytes packed_twice(struct arena *arena, int mebibytes)
{
	static const char page[] = "3 0 <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>";
	const unsigned char size = sizeof(page) - 1;
	const unsigned char head[] = { size, (unsigned char)(size - 1) };
	struct buffer out = { 0 };

	buffer_add(&out, head, sizeof(head));
	buffer_add(&out, page, size);
	for (int i = 0; i < mebibytes * 128; i++)
		buffer_add(&out, "\x81\x81", 2);
	buffer_add(&out, "\x80", 1);
	const struct bytes packed = arena_bytes(arena, (struct bytes){ out.data, out.size });

	buffer_finish(&out);
	return packed;
}

/* Of the table of objects: its kind, where it is, and its place in that. */
static void add_row(struct writing *it, unsigned char kind, size_t where)
{
	const unsigned char row[] = { kind,
		                      (unsigned char)(where >> 24),
		                      (unsigned char)(where >> 16),
		                      (unsigned char)(where >> 8),
		                      (unsigned char)where,
		                      0 };

	add_bytes(it, row, sizeof(row));
}

struct bytes upload_fixture_bomb(struct arena *arena, int mebibytes)
{
	struct writing it = { .arena = arena, .count = 1 };
	const struct bytes packed = packed_twice(arena, mebibytes);

	add(&it, "%PDF-1.5\n");
	object(&it, "<</Type/Catalog/Pages 2 0 R>>");
	object(&it, "<</Type/Pages/Count 1/Kids[3 0 R]>>");
	const size_t stream = it.out.size;

	add(&it, arena_printf(arena,
	                      "4 0 obj\n<</Type/ObjStm/N 1/First 4/Length %zu"
	                      "/Filter[/RunLengthDecode/RunLengthDecode]>>stream\n",
	                      packed.size));
	add_bytes(&it, packed.data, packed.size);
	add(&it, "\nendstream\nendobj\n");
	const size_t table = it.out.size;

	add(&it, "5 0 obj\n<</Type/XRef/W[1 4 1]/Size 6/Root 1 0 R/Length 36>>stream\n");
	add_row(&it, 0, 0);
	add_row(&it, 1, it.offsets[1]);
	add_row(&it, 1, it.offsets[2]);
	add_row(&it, 2, 4);
	add_row(&it, 1, stream);
	add_row(&it, 1, table);
	add(&it, arena_printf(arena, "\nendstream\nendobj\nstartxref\n%zu\n%%%%EOF\n", table));
	const struct bytes pdf = arena_bytes(arena, (struct bytes){ it.out.data, it.out.size });

	buffer_finish(&it.out);
	return pdf;
}

static void add_u32(struct buffer *out, uint32_t value)
{
	const unsigned char bytes[] = { (unsigned char)(value >> 24), (unsigned char)(value >> 16),
		                        (unsigned char)(value >> 8), (unsigned char)value };

	buffer_add(out, bytes, sizeof(bytes));
}

struct bytes upload_fixture_png_head(struct arena *arena, uint32_t width, uint32_t height)
{
	struct buffer out = { 0 };

	buffer_add(&out, "\x89PNG\r\n\x1a\n", 8);
	add_u32(&out, 13);
	buffer_add(&out, "IHDR", 4);
	add_u32(&out, width);
	add_u32(&out, height);
	buffer_add(&out, "\x08\x00\x00\x00\x00", 5);
	add_u32(&out, 0);
	const struct bytes head = arena_bytes(arena, (struct bytes){ out.data, out.size });

	buffer_finish(&out);
	return head;
}
