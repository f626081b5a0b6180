/*
 * upload - what people upload as evidence: pictures and PDFs, of which any byte may be wrong.
 *
 * The first byte says as what the rest is taken. What is made of a picture must have one page; what is counted
 * of a PDF must be there in what is joined.
 */
#include "common/base/check.h"
#include "common/io/pdf_join.h"
#include "common/io/pdf_picture.h"

#define BLOCK_SIZE 65536
#define PAGES_MAX 100 /* of more a round would take too long */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void picture(struct arena *arena, const char *type, struct bytes content)
{
	const char *reason = "";
	struct bytes pdf;
	int32_t pages = 0;

	const struct pdf_picture taken = { .media_type = type, .content = content };

	if (pdf_picture(arena, &taken, &pdf, &reason) != STATUS_OK)
		return;
	CHECK(pdf_page_count(pdf, &pages, &reason) == STATUS_OK);
	CHECK(pages == 1);
}

static void document(struct arena *arena, struct bytes content)
{
	const struct bytes twice[] = { content, content };
	const char *reason = "";
	struct bytes joined;
	int32_t pages = 0;
	int32_t both = 0;
	size_t which;

	if (pdf_page_count(content, &pages, &reason) != STATUS_OK || pages > PAGES_MAX)
		return;
	CHECK(pages > 0);
	if (pdf_join(arena, twice, 2, &joined, &which, &reason) != STATUS_OK)
		return;
	CHECK(pdf_page_count(joined, &both, &reason) == STATUS_OK);
	CHECK(both == 2 * pages);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *const arena = arena_create(BLOCK_SIZE);

	if (size > 1 && data[0] % 3 == 0)
		document(arena, (struct bytes){ data + 1, size - 1 });
	else if (size > 1)
		picture(arena, data[0] % 3 == 1 ? "image/jpeg" : "image/png",
		        (struct bytes){ data + 1, size - 1 });
	arena_destroy(arena);
	return 0;
}
