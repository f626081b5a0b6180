/*
 * upload - the files that people gave, looked at before they are sent: can they be read, how many pages have they.
 */
#ifndef SERVICES_CHARGEBACK_RENDER_UPLOAD_H
#define SERVICES_CHARGEBACK_RENDER_UPLOAD_H

#include "common/io/pdf_picture.h"
#include "services/chargeback/packet/packet.h"

/* Where an upload's bytes are; false: they are not there. What it answers lives in the arena or longer. */
struct upload_store {
	bool (*load)(void *context, struct arena *arena, const struct packet_file *file,
	             struct bytes *content);
	void *context;
};

/*
 * Is the content what its type says, and how many pages has it? A picture has one. REJECT: *reason says why not, in words
 * of ours, to stand behind "the file". It costs up to a second: never in the fold.
 */
enum status upload_judge(struct arena *arena, const char *media_type, struct bytes content,
                         int32_t *pages, const char **reason) MUST_CHECK;

struct upload_shelf {
	const struct packet *packet;
	const struct bytes
	    *contents; /* one for each item; absent: no upload, or one that cannot be read */
};

/*
 * The packet with the pages and bytes that its uploads really have: 0 pages where one is not there, cannot be read
 * or is not of its type, so that the solver leaves it out. shelf borrows the result.
 */
struct packet upload_look(struct arena *arena, const struct upload_store *store,
                          const struct packet *packet, struct bytes *contents);

/* The content of an item of a solution, by its digest; absent: it is not on the shelf. */
struct bytes upload_content(const struct upload_shelf *shelf, const struct packet_item *item);

/* A picture as a PDF; what is a PDF by its media type stays as it is. REJECT: *reason says why. */
enum status upload_pdf(struct arena *arena, const struct pdf_picture *upload, struct bytes *pdf,
                       const char **reason) MUST_CHECK;

#endif
