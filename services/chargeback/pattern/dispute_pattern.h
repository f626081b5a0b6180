/*
 * dispute_pattern - where more payments are disputed than elsewhere: a product, a country, a kind of card, a release.
 *
 *   {"id":"standard","version":1,"effective_from":"2026-01-01T00:00:00Z","sources":[...],
 *    "minimum":{"disputes":5,"payments":50},"z_milli":2576,
 *    "releases":[{"name":"2026.04","at":"2026-04-01T00:00:00Z"}]}
 *
 * A value of a dimension is told when at least so many of its payments were disputed, at least so many were made with
 * it and with all others of the dimension, and the low end of its share's interval (rate.h) lies above the share of
 * all others together. At "z_milli" 2576 one quiet value of about two hundred is told by chance: it is a hint for
 * people, not a proof. Pure; the caller counts, and says over which time.
 *
 * A card's first digits are not known to us: network, funding and country stand in for them. Releases are the
 * document's, each from its instant to the next one's; a payment before the first belongs to none ("").
 * The schema is deploy/policies/schema/dispute-patterns.schema.json.
 */
#ifndef SERVICES_CHARGEBACK_PATTERN_DISPUTE_PATTERN_H
#define SERVICES_CHARGEBACK_PATTERN_DISPUTE_PATTERN_H

#include "common/base/rate.h"
#include "services/chargeback/source/source.h"

#define DISPUTE_RELEASES_MAX 256

enum dispute_dimension {
	DISPUTE_BY_PRODUCT,
	DISPUTE_BY_COUNTRY,
	DISPUTE_BY_CARD,
	DISPUTE_BY_RELEASE,
	DISPUTE_DIMENSIONS,
};
extern const char *const dispute_dimension_names[];

struct dispute_release {
	const char *name;
	struct instant at;
};

struct dispute_pattern_policy {
	struct policy_head head;
	struct sources sources;
	int64_t min_disputes;
	int64_t min_payments;
	int32_t z_milli;
	const struct dispute_release *releases; /* by instant */
	size_t release_count;
};

extern const struct policy_kind dispute_pattern_kind; /* of a struct dispute_pattern_policy */

/* "visa/credit/JP", in the arena. */
const char *dispute_pattern_card(struct arena *arena, const char *network, const char *funding,
                                 const char *country);
/* In which release a payment was made; "": before all of them. */
const char *dispute_pattern_release(const struct dispute_pattern_policy *policy, struct instant at);

struct dispute_cell {
	enum dispute_dimension dimension;
	const char *value; /* each once in its dimension */
	int64_t disputes;
	int64_t payments;
};

struct dispute_pattern {
	struct dispute_cell cell;
	struct rate_interval interval; /* of the cell's share */
	int64_t share_ppm;
	int64_t other_disputes; /* of all other values of the dimension */
	int64_t other_payments;
	int64_t other_ppm; /* rounded up */
};

/* Disputes of payments, which must be above 0, in parts per million, rounded up. */
int64_t dispute_pattern_share_up(int64_t disputes, int64_t payments);

/* Those of the cells that stand out, in their order, at most max. */
size_t dispute_pattern_find(const struct dispute_pattern_policy *policy,
                            const struct dispute_cell *cells, size_t count,
                            struct dispute_pattern *patterns, size_t max);

#endif
