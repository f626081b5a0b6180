/*
 * render - a packet as PDFs: candidates become what is sent, one file for each of the provider's fields of files.
 *
 * render_packet solves the packet with the pages and bytes that its files really have. A field that holds
 * one upload and no words is sent as it was uploaded; else its exhibits are set in a PDF of ours
 * (cover, contents with pages, numbered exhibits), behind which its uploads stand in the exhibits' order.
 *
 * Deterministic as common/io/pdf is. `created` is the date that the files bear: the fact's that asked for
 * them, never the clock's. It runs on one thread at a time for each struct pdf_fonts.
 */
#ifndef SERVICES_CHARGEBACK_RENDER_RENDER_H
#define SERVICES_CHARGEBACK_RENDER_RENDER_H

#include "common/io/pdf.h"
#include "services/chargeback/packet/packet_text.h"
#include "services/chargeback/render/upload.h"

struct render_with {
	struct pdf_fonts *fonts;
	struct arena *arena; /* in which all that is made lives */
	const struct packet_limits *limits;
	struct instant created;
};

/* One of the provider's fields of files, as it is sent. */
struct render_file {
	const char *field;
	const char *media_type;
	struct bytes content;
	int32_t pages;
	int32_t made_pages; /* of ours, which come first; 0: a single upload as it is */
	const struct packet_item *const *uploads; /* in order */
	size_t upload_count;
};

struct render_packet {
	struct packet_solution solution; /* its pages and bytes are those of the files */
	const char *text;                /* the review; packet_text.h */
	char digest[DIGEST_TEXT_SIZE];   /* of the text */
	const struct render_file *files; /* in the order of the provider's fields */
	size_t file_count;
	int32_t unshown; /* points that no font has, in all files */
};

/*
 * candidates: in any order, as they were gathered; pages and bytes of their uploads are looked up in the store,
 * whatever they say. An upload that is not there, is another than its digest says, or cannot be read is left out
 * (PACKET_PAGES_UNKNOWN). REJECT: required ones do not fit, and *reason, in the arena, says which limit, field and
 * item.
 */
enum status render_packet(const struct render_with *with, const struct packet *candidates,
                          const struct upload_store *store, struct render_packet *packet,
                          const char **reason) MUST_CHECK;

/* The review as a PDF, with what is left out and withheld: for the reviewer, never for the bank. */
enum status render_review(const struct render_with *with, const struct packet_solution *solution,
                          struct pdf_file *file) MUST_CHECK;

#endif
