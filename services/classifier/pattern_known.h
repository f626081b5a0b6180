/*
 * pattern_known - one pattern from the day it is found until it is forgotten.
 *
 * Whoever reported it is known by a hash, so that customers and tickets are counted once each, ever. What
 * is over PATTERN_EVER_MAX is not counted any more: the figures then say "at least".
 */
#ifndef SERVICES_CLASSIFIER_PATTERN_KNOWN_H
#define SERVICES_CLASSIFIER_PATTERN_KNOWN_H

#include "services/classifier/pattern_policy.h"
#include "services/classifier/pattern_report.h"

#define PATTERN_KNOWN_MAX 256 /* of one intent that are remembered */
#define PATTERN_EVER_MAX 4096 /* customers, and tickets, of one pattern */
#define PATTERN_EXEMPLARS 4   /* reports by whose words a group is known again */

enum pattern_rule { PATTERN_BURST, PATTERN_ERROR_CODE, PATTERN_NEAR_DUPLICATE, PATTERN_RULES };
extern const char *const pattern_rule_names[PATTERN_RULES];

/* Ascending. */
struct pattern_set {
	uint64_t *hashes;
	size_t count;
	size_t capacity;
};

struct pattern_sketch {
	uint16_t places[PATTERN_PLACES_MAX];
	size_t count;
};

struct pattern_known {
	struct arena *arena; /* of what it points to */
	int64_t number;      /* within its intent, from 1 */
	enum pattern_rule rule;
	bool quiet;
	bool changed;            /* since it was loaded */
	const char *token;       /* "": none */
	struct instant found_at; /* TIME_MIN: being found */
	struct instant last_report;
	struct instant quiet_since; /* TIME_MIN: it is not quiet */
	int32_t told;               /* customers ever when the last fact about them was said */
	struct pattern_set customers;
	struct pattern_set tickets;
	struct pattern_sketch exemplars[PATTERN_EXEMPLARS];
	size_t exemplar_count;
	struct pattern_report *pending; /* tickets not told yet, earliest first; without words */
	size_t pending_count;           /* at most PATTERN_EVIDENCE_MAX */
};

/* A pattern that is being found. */
struct pattern_known pattern_known_new(struct arena *arena, int64_t number, enum pattern_rule rule,
                                       const char *token);
struct duration pattern_rule_window(const struct pattern_policy *policy, enum pattern_rule rule);

/* True: it was not in the set before. */
bool pattern_set_add(struct arena *arena, struct pattern_set *set, const char *id);
void pattern_known_pend(struct pattern_known *known, const struct pattern_report *report);
/* How many customers ever make the next PatternGrew. */
int32_t pattern_known_next_growth(const struct pattern_policy *policy,
                                  const struct pattern_known *known);

/* When nobody has reported it for long enough. */
struct instant pattern_known_quiet_at(const struct pattern_policy *policy,
                                      const struct pattern_known *known);
/*
 * When its timer is to look at it next: one microsecond behind the judgement of the step in which it goes
 * quiet, or is forgotten, so that every report before that instant has been judged.
 */
struct instant pattern_known_due(const struct pattern_policy *policy,
                                 const struct pattern_known *known);

/* What no column holds: a version, told, both sets, the exemplars, the pending tickets. */
void pattern_known_encode(const struct pattern_known *known, struct buffer *out);
bool pattern_known_decode(struct bytes bytes, struct pattern_known *known);

#endif
