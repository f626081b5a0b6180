/*
 * pattern_policy - how many customers make a pattern, within what time: thresholds as people write them.
 *
 *   {"id":"patterns","version":1,"effective_from":"2026-01-01T00:00:00Z",
 *    "step":"5m","settle":"1m",
 *    "skip_intents":["spam"],                                              optional
 *    "id_prefixes":["in_"],                                                optional
 *    "common_codes":["card_declined"],                                     optional
 *    "evidence_tickets":10,"quiet":"2h","memory":"14d",
 *    "growth":{"ppm":500000,"customers":3},
 *    "burst":{"window":"1h","min_customers":8,"cold_customers":12,"min_weeks":2,
 *             "factor_ppm":3000000,"extra_customers":3},
 *    "error_code":{"window":"2h","customers":3},
 *    "near_duplicate":{"window":"2h","customers":4,"agree_ppm":750000},
 *    "duplicate":{"window":"24h","agree_ppm":600000}}
 *
 * Time is cut into steps; at the end of a step, once nothing older can come and `settle` has passed, the
 * windows that end there are judged. The document in force is the latest that has become effective by
 * then; before all of them the earliest holds. Everything is an integer: shares in parts per million.
 * The schema is deploy/policies/schema/patterns.schema.json.
 */
#ifndef SERVICES_CLASSIFIER_PATTERN_POLICY_H
#define SERVICES_CLASSIFIER_PATTERN_POLICY_H

#include "common/base/arena.h"
#include "common/base/time.h"
#include "common/flow/document.h"
#include "common/io/json.h"

#define PATTERN_POLICIES_MAX 16     /* versions that stand side by side */
#define PATTERN_POLICY_BYTES 65536  /* a page that people review */
#define PATTERN_ID_MAX 63           /* bytes of a document's id, an intent, a prefix */
#define PATTERN_WORDS_MAX 64        /* of one list */
#define PATTERN_WINDOW_MAX HOURS(6) /* what is kept of an intent is bounded by it */
#define PATTERN_EVIDENCE_MAX 50     /* tickets that one fact names */
#define PATTERN_BASELINE_WEEKS 8    /* that the baseline remembers */

struct pattern_policy {
	const char *id;
	int64_t version;
	struct instant effective_from;
	struct duration step;   /* divides an hour */
	struct duration settle; /* for facts that overtake each other */
	const char *const
	    *skip_intents; /* ended by NULL: nobody is told that spam comes in bursts */
	const char *const *id_prefixes; /* ended by NULL: tokens that are ids, not error codes */
	/* Ended by NULL: codes that somebody has every day. Many who have one are a burst, no cause. */
	const char *const *common_codes;
	int32_t evidence_tickets;
	struct duration quiet; /* without a report it has gone quiet */
	struct duration
	    memory; /* quiet for longer it is forgotten: what comes then is another one */
	int32_t
	    growth_ppm; /* it has grown when the customers ever are so many more than those told, */
	int32_t growth_customers; /* and at least so many more */
	struct {
		struct duration window;
		int32_t min_customers;
		int32_t
		    cold_customers; /* the threshold while the baseline is younger than min_weeks */
		int32_t min_weeks;
		int32_t
		    factor_ppm; /* threshold = the baseline by so much, and so many customers more */
		int32_t extra_customers;
	} burst;
	struct {
		struct duration window;
		int32_t customers;
	} error_code;
	struct {
		struct duration window;
		int32_t customers;
		int32_t agree_ppm; /* so many of a sketch's places are equal */
	} near_duplicate;
	struct {
		struct duration window;
		int32_t agree_ppm;
	} duplicate;
};

/* By effective_from, earliest first; at least one. */
struct pattern_book {
	const struct pattern_policy *policies;
	size_t count;
	struct arena *arena; /* in which it was compiled */
};

/* Everything that it gives lives in the arena. */
bool pattern_policy_parse(struct arena *arena, struct bytes text, struct pattern_policy *policy,
                          struct json_error *error) MUST_CHECK;
/* For a row of service_document: the book for as long as the process lives; NULL: reason says why. */
const void *pattern_compile(const struct document *files, size_t count, char *reason,
                            size_t reason_size);
const struct pattern_policy *pattern_policy_at(const struct pattern_book *book, struct instant at);

bool pattern_policy_skips(const struct pattern_policy *policy, const char *intent);
/* Is it the id of one object? */
bool pattern_policy_is_id(const struct pattern_policy *policy, const char *token);
/* Does a token make a pattern by itself, neither an id nor a common code? */
bool pattern_policy_is_code(const struct pattern_policy *policy, const char *token);
/* How long reports are kept: the longest window, and an hour for the baseline. */
struct duration pattern_policy_keeps(const struct pattern_policy *policy);
/* The step in which the instant lies: from its start to before its end. */
struct instant pattern_policy_step_start(const struct pattern_policy *policy, struct instant at);
struct instant pattern_policy_step_end(const struct pattern_policy *policy, struct instant at);

#endif
