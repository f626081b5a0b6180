/*
 * packet_text - a packet as lines: what the reviewer reads, what is signed off, and what is set in PDFs. Pure.
 *
 * The review has the cover (who, what, how much, why, until when), the contents, the provider's fields, each
 * exhibit with its number, source, time in UTC, channel, language, author, original words and, labelled, a
 * translation with who supplied it; then what was left out, with the limits, and what is withheld because
 * it speaks for the customer. Nothing but what is withheld is ever shortened: where all of it together is over
 * PACKET_WITHHELD_MAX, each text of it to the same size, and that is said. A field's file has the cover without what is ours (case, account, deadline), its own contents
 * and its exhibits; exhibits have the same number everywhere.
 */
#ifndef SERVICES_CHARGEBACK_PACKET_PACKET_TEXT_H
#define SERVICES_CHARGEBACK_PACKET_PACKET_TEXT_H

#include "common/flow/document.h"
#include "services/chargeback/packet/solver.h"

/* Bytes: six of the longest messages that a dossier keeps. With what is sent, a packet is still kept as one record. */
#define PACKET_WITHHELD_MAX ((size_t)96 << 10)

enum packet_look {
	PACKET_TITLE,
	PACKET_HEADING,
	PACKET_PLAIN,
	PACKET_QUOTE,    /* other people's words; the only look with line feeds */
	PACKET_CONTENTS, /* points at a line by its place */
};

struct packet_line {
	enum packet_look look;
	const char *text;
	const char *language; /* of a quote; NULL: not known */
	size_t target;        /* of PACKET_CONTENTS */
};

struct packet_lines {
	const struct packet_line *lines;
	size_t count;
};

struct packet_lines packet_review(struct arena *arena, const struct packet_limits *limits,
                                  const struct packet_solution *solution);
/* packet: a solution's, or all that may come into it. Of a field of files. */
struct packet_lines packet_field_file(struct arena *arena, const struct packet_limits *limits,
                                      const struct packet *packet, const char *field);

/*
 * As UTF-8, format version 1: the line "opsmesh evidence packet 1", then the lines in order, each ended by a line
 * feed; headings behind an empty line; each line of a quote behind "> ", so that no quote can pass for
 * a line of ours. The same packet gives the same bytes everywhere; what depends on fonts (pages, bytes of what
 * we make) is not in it.
 */
const char *packet_text(struct arena *arena, const struct packet_lines *lines);
/* SHA-256 of a packet's text: what a reviewer approves, and what must still hold when it is sent. */
void packet_digest(const char *text, char digest[static DIGEST_TEXT_SIZE]);

/*
 * What the provider's field is given, of texts its items' texts, apart by PACKET_APART, of a value the value as it is;
 * NULL: nothing is in it. packet: a solution's.
 */
const char *packet_field_text(struct arena *arena, const struct packet *packet,
                              const struct packet_field *field);

#endif
