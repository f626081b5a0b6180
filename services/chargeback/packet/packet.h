/*
 * packet - the evidence of one dispute as a value: who disputes what, and what we show for it.
 *
 * Everything is borrowed, and every text valid UTF-8. An instant of TIME_MIN is not known. How a packet is
 * made of candidates: packet_prepare puts them in order and takes their links apart, packet_solve
 * (solver.h) leaves out what does not fit, packet_text.h says how it reads.
 */
#ifndef SERVICES_CHARGEBACK_PACKET_PACKET_H
#define SERVICES_CHARGEBACK_PACKET_PACKET_H

#include "services/chargeback/packet/limits.h"

struct packet_dispute {
	const char *id;      /* the provider's */
	const char *case_id; /* ours */
	const char *account;
	const char *charge;
	const char *network;      /* "visa", "mastercard"; "" not known */
	const char *reason;       /* the provider's word */
	const char *network_code; /* the network's; "" none */
	const char *amount;       /* as people read it: "120.00 USD" */
	struct instant charged_at;
	struct instant opened_at;
	struct instant due_at;
};

/* A file that somebody uploaded, as it lies in the store. */
struct packet_file {
	const char *digest; /* SHA-256 in hex; NULL: there is no file */
	const char *media_type;
	int64_t bytes;
	int32_t pages; /* a picture has one; below 1: not known, and then it cannot be sent */
};

struct packet_item {
	const char *id;    /* of the fact or upload that it came from */
	const char *kind;  /* "customer_communication", "usage", "policy_shown" ... */
	const char *field; /* the provider's, into which it goes */
	const char *title;
	const char *text; /* as it was said; "": nothing but a file */
	struct instant at;
	const char *channel;     /* NULL: none */
	const char *language;    /* BCP 47; NULL: not known */
	const char *author;      /* a role in words; NULL: nobody in particular */
	const char *translation; /* NULL: none */
	const char *translator;  /* who supplied it; NULL: no translation */
	int64_t weight_ppm;      /* the higher, the later it is left out */
	bool required;           /* never left out; a packet that cannot hold it is refused */
	bool hurts;              /* speaks for the customer: shown to the reviewer, never sent */
	struct packet_file file;
};

struct packet {
	struct packet_dispute dispute;
	const struct packet_item *items;
	size_t count;
};

/* The items in the order of the provider's fields, then by time, then by id, with no link left in them. */
struct packet packet_prepare(struct arena *arena, const struct packet_limits *limits,
                             const struct packet *candidates);

/*
 * A copy in which no viewer finds a link: "https://a.example" is written "https[:]//a.example", "www.a.example"
 * "www[.]a.example" and "mailto:a" "mailto[:]a", so that what was said can still be read off. *links (may be NULL)
 * counts them in. The provider takes no links, and banks follow none. CR LF and CR become LF.
 */
const char *packet_unlinked(struct arena *arena, const char *text, int64_t *links);

/*
 * What an item adds to a field of texts: its text, behind a line of time, channel and author where it has a channel,
 * and its translation with who supplied it. Items of one field stand apart by an empty line.
 */
const char *packet_item_text(struct arena *arena, const struct packet_item *item);
#define PACKET_APART "\n\n"

#endif
