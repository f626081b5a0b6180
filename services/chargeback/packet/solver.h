/*
 * solver - which candidates a packet holds, so that no limit of the provider's is exceeded. Pure.
 *
 * What is required goes in first, then the others from the weightiest to the lightest; of equal weight
 * the earlier first, then by id. One that would exceed a limit is left out, and all limits that it would
 * exceed then are said; a lighter one behind it that still fits goes in. So nothing is left out for the
 * sake of something lighter, nothing that would have fitted, and nothing without a word. No item is ever
 * shortened. A required item that does not fit refuses the whole packet.
 */
#ifndef SERVICES_CHARGEBACK_PACKET_SOLVER_H
#define SERVICES_CHARGEBACK_PACKET_SOLVER_H

#include "services/chargeback/packet/packet.h"

#define PACKET_LIMITS(ON)                                                                         \
	ON(FIELD_UNKNOWN, field_unknown, "the provider has no such field")                        \
	ON(FILE_IN_TEXT, file_in_text, "a file is in a field that takes texts alone")             \
	ON(MEDIA_TYPE, media_type, "the provider does not take files of this type")               \
	ON(PAGES_UNKNOWN, pages_unknown, "nobody knows how many pages the file has")              \
	ON(HURTS, hurts, "what speaks for the customer is required to be sent")                   \
	ON(VALUE_TWICE, value_twice, "the field takes one value, and a weightier one is in it")   \
	ON(CHARACTERS_EACH, characters_each, "the field would have too many characters")          \
	ON(CHARACTERS_TOGETHER, characters_together, "all fields would have too many characters") \
	ON(BYTES_TOGETHER, bytes_together, "all files would have too many bytes")                 \
	ON(PAGES_TOGETHER, pages_together, "all files would have too many pages")

enum packet_limit {
#define ON(upper_, lower_, doc_) PACKET_##upper_,
	PACKET_LIMITS(ON)
#undef ON
	    PACKET_LIMIT_COUNT,
};

const char *packet_limit_name(enum packet_limit limit);
const char *packet_limit_doc(enum packet_limit limit);

/* A set of limits: one bit for each. */
#define PACKET_BIT(limit_) (UINT32_C(1) << (limit_))

/*
 * What the pages and bytes of the files will be that we make ourselves. `pages` answers for the items whose `kept`
 * is true, one for each of the packet's, and never fewer for more items; NULL: nobody can say. Both others are taken
 * on top of what we make, for what is known only once the files are there; where nobody can say, always.
 */
struct packet_rendered {
	int32_t (*pages)(void *context, const struct packet *packet, const bool *kept);
	void *context;
	int32_t more_pages;
	int64_t more_bytes;
};

struct packet_left {
	const struct packet_item *item;
	uint32_t limits; /* that it would have exceeded beside the weightier ones; never 0 */
};

struct packet_solution {
	struct packet packet;           /* what is sent, in the order of the prepared one */
	const struct packet_left *left; /* the weightiest first */
	size_t left_count;
	const struct packet_item *const *withheld; /* what hurts, in the packet's order */
	size_t withheld_count;
	int64_t characters; /* of all texts and values */
	int64_t bytes;      /* of all files, with what is taken on top */
	int32_t pages;      /* likewise */
};

/* Why a packet cannot be made. */
struct packet_refusal {
	enum packet_limit limit; /* the first that is exceeded */
	const char *field;
	const char *item; /* the id of the required one */
	int64_t have;
	int64_t most; /* 0: the limit has no number */
};

/* One sentence, in the arena. */
const char *packet_refusal_text(struct arena *arena, const struct packet_refusal *refusal);

/* prepared: by packet_prepare. false: *refusal says why, and *solution is as it was. */
bool packet_solve(struct arena *arena, const struct packet_limits *limits,
                  const struct packet *prepared, const struct packet_rendered *rendered,
                  struct packet_solution *solution, struct packet_refusal *refusal) MUST_CHECK;

#endif
