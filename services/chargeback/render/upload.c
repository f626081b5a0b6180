#include "services/chargeback/render/upload.h"

#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/pdf_join.h"

#include <string.h>

#define PDF_TYPE "application/pdf"

/* What the store gives is what was uploaded. */
static bool is_same(struct arena *arena, const struct packet_file *file, struct bytes content)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(content, digest);
	return text_equal(text_hex(arena, (struct bytes){ digest, sizeof(digest) }), file->digest);
}

/* A damaged file may be counted and yet not be written anew: then it could not stand beside others. */
static enum status pdf_pages(struct arena *arena, struct bytes content, int32_t *pages,
                             const char **reason)
{
	struct bytes anew;
	int32_t count;
	size_t which;

	TRY(pdf_page_count(content, &count, reason));
	TRY(pdf_join(arena, &content, 1, &anew, &which, reason));
	*pages = count;
	return STATUS_OK;
}

enum status upload_judge(struct arena *arena, const char *media_type, struct bytes content,
                         int32_t *pages, const char **reason)
{
	const struct pdf_picture picture = { .media_type = media_type, .content = content };
	struct bytes pdf;

	if (text_equal(media_type, PDF_TYPE))
		return pdf_pages(arena, content, pages, reason);
	TRY(pdf_picture(arena, &picture, &pdf, reason));
	*pages = 1;
	return STATUS_OK;
}

struct packet upload_look(struct arena *arena, const struct upload_store *store,
                          const struct packet *packet, struct bytes *contents)
{
	struct packet_item *const items =
	    arena_copy(arena, packet->items, packet->count * sizeof(*items));

	for (size_t i = 0; i < packet->count; i++) {
		struct packet_file *const file = &items[i].file;
		struct bytes content;
		const char *reason;

		contents[i] = (struct bytes){ NULL, 0 };
		if (file->digest == NULL)
			continue;
		file->pages = 0;
		if (!store->load(store->context, arena, file, &content) ||
		    !is_same(arena, file, content))
			continue;
		file->bytes = (int64_t)content.size;
		if (upload_judge(arena, file->media_type, content, &file->pages, &reason) ==
		    STATUS_OK)
			contents[i] = content;
	}
	return (struct packet){ packet->dispute, items, packet->count };
}

struct bytes upload_content(const struct upload_shelf *shelf, const struct packet_item *item)
{
	for (size_t i = 0; i < shelf->packet->count; i++)
		if (shelf->contents[i].data != NULL &&
		    text_equal(shelf->packet->items[i].file.digest, item->file.digest))
			return shelf->contents[i];
	return (struct bytes){ NULL, 0 };
}

enum status upload_pdf(struct arena *arena, const struct pdf_picture *upload, struct bytes *pdf,
                       const char **reason)
{
	if (!text_equal(upload->media_type, PDF_TYPE))
		return pdf_picture(arena, upload, pdf, reason);
	*pdf = upload->content;
	return STATUS_OK;
}
