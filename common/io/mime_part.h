/*
 * mime_part - the tree of a mail's parts becomes one text and a list of attachments.
 */
#ifndef COMMON_IO_MIME_PART_H
#define COMMON_IO_MIME_PART_H

#include "common/io/mime.h"
#include "common/io/mime_word.h"

#include <gmime/gmime.h>

/* A mail that is being decoded. */
struct mime {
	struct arena *arena;
	struct mail *mail;
	struct mail_repair repairs[MAIL_REPAIRS_MAX];
	struct mail_attachment attachments[MAIL_PARTS_MAX];
	size_t parts;
};

void mime_repair(struct mime *mime, enum mail_repair_kind kind, const char *where);
void mime_note(struct mime *mime, const struct word_notes *notes, const char *where);
/* Fills text, text_from_html and the attachments of mime->mail. */
void mime_read_parts(struct mime *mime, GMimeObject *root);

#endif
