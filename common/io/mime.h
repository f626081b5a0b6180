/*
 * mime - a mail as its sender's program meant it (RFC 5322, 2045 to 2047, 2231).
 *
 * A pure function of the bytes, by version: MIME_DECODER_VERSION goes up with every change that
 * can make another text of the same mail. What is broken is mended as far as it can be and said
 * in repairs; a mail is refused only where nothing at all can be known of it. Every string is
 * valid UTF-8 without NUL, lives in the arena, and is bounded; lists are bounded too. The text is
 * what was written, whole: quoted replies stay, lines end with \n alone.
 */
#ifndef COMMON_IO_MIME_H
#define COMMON_IO_MIME_H

#include "common/base/arena.h"
#include "common/base/time.h"

#define MIME_DECODER_VERSION 1

#define MAIL_SIZE_MAX (25U << 20)   /* what large mail hosts accept; the edge's limit as well */
#define MAIL_TEXT_MAX (1U << 20)    /* bytes of text: a novel */
#define MAIL_HEADER_MAX (16U << 10) /* bytes of one header that are looked at */
#define MAIL_PHRASE_MAX 1000        /* bytes of a subject or a name: a line's limit in RFC 5322 */
#define MAIL_ID_MAX 512             /* bytes of a Message-ID without its brackets */
#define MAIL_ADDRESS_MAX 320        /* RFC 3696: 64 + @ + 255 */
#define MAIL_REFERENCES_MAX 200     /* the first and the newest others are kept */
#define MAIL_RECIPIENTS_MAX 500
#define MAIL_DEPTH_MAX 32 /* of nested multiparts; honest mail has five */
#define MAIL_PARTS_MAX 500
#define MAIL_REPAIRS_MAX 32

/* Everything that may have to be mended, with what it means. */
#define MAIL_REPAIRS(ON)                                                                          \
	ON(CHARSET_REPAIRED, charset_repaired, "bytes that the charset does not know: U+FFFD")    \
	ON(CHARSET_GUESSED, charset_guessed, "no charset was declared: found by the bytes")       \
	ON(CHARSET_UNKNOWN, charset_unknown, "the declared charset is not known: found by bytes") \
	ON(CHARSET_WRONG, charset_wrong, "the bytes contradict the declared charset")             \
	ON(ENCODING_UNKNOWN, encoding_unknown, "unknown transfer encoding: taken as it is")       \
	ON(NO_DATE, no_date, "there is no Date")                                                  \
	ON(BAD_DATE, bad_date, "the Date is not one, or outside of 1970 to 9999")                 \
	ON(NO_SENDER, no_sender, "there is no address in From")                                   \
	ON(NO_MESSAGE_ID, no_message_id, "there is no usable Message-ID")                         \
	ON(NO_HEADER, no_header, "there is no header at all: the whole is taken as text")         \
	ON(NO_TEXT, no_text, "there is no text in it")                                            \
	ON(BROKEN_TREE, broken_tree, "the MIME structure is malformed")                           \
	ON(TOO_DEEP, too_deep, "nested too deep: inner parts are left in the raw mail")           \
	ON(TOO_MANY, too_many, "more parts, header fields, people or ids than honest mails have") \
	ON(TOO_LONG, too_long, "text that is too long was cut")                                   \
	ON(MBOX_LINE, mbox_line, "a mail box's From line before the header was dropped")

enum mail_repair_kind {
#define ON(upper_, lower_, doc_) MAIL_##upper_,
	MAIL_REPAIRS(ON)
#undef ON
};

const char *mail_repair_name(enum mail_repair_kind kind); /* "charset_repaired" */
const char *mail_repair_doc(enum mail_repair_kind kind);  /* one sentence for people */

struct mail_repair {
	enum mail_repair_kind kind;
	const char *where; /* "subject", "from", "text", ...: a constant */
};

struct mail_address {
	const char *name;    /* "" where none is given */
	const char *address; /* local part as written, domain in lower case */
};

struct mail_attachment {
	const char *name;       /* "" where none is given; never a path */
	const char *media_type; /* lower case, "image/png" */
	const char *content_id; /* "" or what the HTML calls it by */
	struct bytes content;   /* decoded; borrowed from the arena */
	uint8_t sha256[32];     /* of content */
};

struct mail {
	const char *message_id;        /* without brackets; NULL: absent */
	const char *in_reply_to;       /* the first; NULL: absent */
	const char *const *references; /* oldest first */
	size_t reference_count;
	bool dated;
	struct instant date;
	int32_t date_offset_s;    /* east of UTC, as the sender's clock showed it */
	struct mail_address from; /* From, else Sender, Reply-To, Return-Path; address "" if none */
	const struct mail_address *to;
	size_t to_count;
	const struct mail_address *cc;
	size_t cc_count;
	const struct mail_address *delivered_to; /* Delivered-To and X-Original-To */
	size_t delivered_to_count;
	const char *subject; /* "" where none is given */
	const char *text;    /* the best alternative: plain text, else HTML made readable */
	bool text_from_html;
	const char *charset; /* that the text was written in: "UTF-8", "ISO-2022-JP", "CP932" */
	const struct mail_attachment *attachments;
	size_t attachment_count;
	const char *auto_submitted; /* lower case, without parameters; NULL: absent (RFC 3834) */
	const char *precedence;     /* lower case; NULL: absent */
	const char *list_id;        /* without brackets; NULL: absent (RFC 2919) */
	bool bounce;                /* an empty Return-Path: a machine wrote it */
	const struct mail_repair *repairs; /* each once */
	size_t repair_count;
};

/* False only where nothing can be known; reason is then one sentence. */
bool mail_decode(struct arena *arena, struct bytes raw, struct mail *mail, const char **reason);
/* The header with the blank line that ends it: decoded alone it says all but text and files. */
struct bytes mail_head(struct bytes raw);
/* Why an answer by a machine could run in a circle; NULL: a person seems to have written it. */
const char *mail_loop_hint(const struct mail *mail);

#endif
