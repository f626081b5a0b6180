/*
 * limits - what the provider takes as evidence of one dispute: which fields, how long, how large.
 *
 *   {"id":"stripe","version":1,"effective_from":"2026-01-01T00:00:00Z","source":"who says so",
 *    "characters":{"together":150000,"source":"..."},
 *    "files":{"bytes_together":4500000,"media_types":["application/pdf"],"source":"..."},
 *    "pages":{"most":49,"networks":[{"network":"mastercard","most":19}],"source":"..."},
 *    "paper":{"size":"a4","points":12,"source":"..."},
 *    "compliance":{"networks":[{"network":"visa","field":"visa_compliance.fee_acknowledged",
 *                               "fee":{"currency":"USD","minor":50000}}],"source":"..."},
 *    "fields":[{"name":"receipt","kind":"file"},
 *              {"name":"cancellation_rebuttal","kind":"text","characters":20000}]}
 *
 * All numbers are the most that is still taken. A text is what we write and quote; a value one short
 * entry (a name, an address); a file one PDF or picture. Fields stand in the order in which their
 * exhibits are numbered. Where a bank says that a rule of the network was broken, compliance (optional) has what the
 * network takes for an answer, and the provider's field in which a person has acknowledged it. "source" in a part says where its numbers come from, for people. The schema is
 * deploy/policies/schema/packet.schema.json.
 */
#ifndef SERVICES_CHARGEBACK_PACKET_LIMITS_H
#define SERVICES_CHARGEBACK_PACKET_LIMITS_H

#include "common/base/money.h"
#include "common/flow/policy_head.h"

#define PACKET_FIELDS_MAX 64
#define PACKET_NETWORKS_MAX 16
#define PACKET_MEDIA_TYPES_MAX 16
#define PACKET_CHARACTERS_MAX \
	10000000 /* of a document, so that sums are far from an int64_t's end */
#define PACKET_BYTES_MAX 100000000
#define PACKET_PAGES_MAX 10000
#define PACKET_POINTS_MIN 12 /* what common/io/pdf takes */
#define PACKET_POINTS_MAX 36
#define PACKET_FEE_MAX 100000000 /* minor units */

enum packet_field_kind { PACKET_TEXT, PACKET_VALUE, PACKET_FILE };
extern const char *const packet_field_kind_names[]; /* "text", "value", "file", NULL */

enum packet_paper { PACKET_A4, PACKET_LETTER };
extern const char *const packet_paper_names[]; /* "a4", "letter", NULL */

struct packet_field {
	const char *name; /* the provider's */
	enum packet_field_kind kind;
	int64_t characters; /* Unicode code points; 0 of a file */
};

struct packet_network {
	const char *network;
	int32_t pages;
};

/* An answer to it costs a fee, which a person has to acknowledge. */
struct packet_compliance {
	const char *network;
	const char *field; /* the provider's */
	struct money fee;  /* without a currency: it is not known */
};

struct packet_limits {
	struct policy_head head;
	int64_t characters; /* of all texts and values together */
	int64_t bytes;      /* of all files together */
	int32_t pages;      /* of all files together */
	const struct packet_network *networks;
	size_t network_count;
	const struct packet_compliance *compliances;
	size_t compliance_count;
	enum packet_paper paper;
	int32_t points;
	const char *const *media_types; /* ended by NULL */
	const struct packet_field *fields;
	size_t field_count; /* at least 1 */
};

extern const struct policy_kind packet_limits_kind; /* of a struct packet_limits */

/* NULL: the provider has no such field. */
const struct packet_field *packet_field_of(const struct packet_limits *limits, const char *name);
/* Their names for people, "receipt, refund_policy"; files_only: those that take files. */
const char *packet_field_list(struct arena *arena, const struct packet_limits *limits,
                              bool files_only);
/* The network's own most where it is less. */
int32_t packet_pages_most(const struct packet_limits *limits, const char *network);
/* NULL: nothing is to be acknowledged. */
const struct packet_compliance *packet_compliance_of(const struct packet_limits *limits,
                                                     const char *network);
/* As the provider counts: code points of valid UTF-8. */
int64_t packet_characters(const char *text);

#endif
