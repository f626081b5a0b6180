/*
 * economics - what contesting a dispute is worth against accepting it, and what is recommended.
 *
 *   {"id":"standard","version":1,"effective_from":"2025-06-17T00:00:00Z","sources":[...],
 *    "belief":{"prior_weight":20,"z_milli":1960,"required_missing":"little"},
 *    "bands":[{"name":"very_likely","rate_ppm":600000},...],
 *    "levels":[{"name":"full","from_ppm":900000},...],
 *    "categories":[{"category":"fraudulent","bands":["fair","low","very_low","very_low"],
 *                   "effort":{"currency":"USD","minor":3000}},...],
 *    "fees":[{"country":"*","received":{"currency":"USD","minor":1500},
 *             "counter":{"currency":"USD","minor":1500},"counter_returned":true},...],
 *    "minimums":[{"currency":"USD","minor":2000},...],
 *    "account":{"country":"JP","worth":[{"currency":"USD","minor":10000},{"currency":"JPY","minor":15500},...]},
 *    "compelling":{"band":"very_likely"},
 *    "outcomes":{"until":"2026-11-01T00:00:00Z",
 *                "cells":[{"category":"fraudulent","level":"full","answered":12,"won":4},...]}}
 *
 * Bands are chances to win, the best first; levels are how complete the evidence is (reason.h), the most complete
 * first, the last from 0. A category has a band for each level, never a better one for less evidence; a category
 * that is not listed is as REASON_CATEGORY_ELSE. Where a required piece is missing, the level is "required_missing"
 * at best. What a band says is believed as if it had been seen "prior_weight" times; our own outcomes of the
 * category and level are counted on top (rate.h): "outcomes" has how many we answered and won of each cell, of all
 * that were decided by "until". A cell that is not listed has none. `opsmesh dispute outcomes` writes them, and a person
 * takes them over as a version with a date, so that a chance is the same in every shard and at every hour.
 *
 * Where earlier payments of the card prove the disputed one (compelling.h), the chance is of the band that "compelling"
 * names, or of the category's first where that is better, whatever the evidence else; such disputes are a cell of their own
 * in each category, of the level "compelling". Absent: they raise nothing.
 *
 * Fees are of the country of our account with the provider, "*" of every other. The fee for a dispute received is
 * lost whatever we do; only where "received_returned" says so a win brings it back. The "counter" fee is taken when
 * we contest, and comes back with a win where "counter_returned" says so; absent: there is none. "network_fee" of a
 * category is what the network takes besides for contesting, and returns with a win.
 *
 * Against doing the other thing, contesting gains
 *
 *   chance * stake - cost
 *
 * for a chargeback (the other thing: to accept):
 *   stake = amount + fees that a win brings back      cost = counter fee + network fee + effort
 * for an inquiry (the other thing: a full refund, which ends it without a fee):
 *   stake = amount + received fee                     cost = received fee + effort
 *
 * since an inquiry that is not resolved becomes a chargeback with its fee, which is reckoned as lost, and answering
 * it takes no counter fee. Amounts are minor units of the dispute's currency, each rounded half up once.
 *
 * "account" is ours with the provider: its "country", by which fees are taken (absent: that of every other), and amounts
 * that are "worth" the same, by which fees and efforts are weighed in the currency of a dispute. They are round, for
 * weighing alone, and never for the books. In a currency that has none, only fees of the same currency can be weighed.
 *
 * The rules, the first that holds: "unanswerable": ignore. "inquiry": contest where that gains, else refund.
 * "below_minimum": accept. "gains": contest. "does_not_gain": accept.
 */
#ifndef SERVICES_CHARGEBACK_ECONOMICS_ECONOMICS_H
#define SERVICES_CHARGEBACK_ECONOMICS_ECONOMICS_H

#include "common/base/money.h"
#include "common/base/rate.h"
#include "common/base/ratio.h"
#include "services/chargeback/source/source.h"

#define ECONOMICS_BANDS_MAX 8
#define ECONOMICS_LEVELS_MAX 8
#define ECONOMICS_CATEGORIES_MAX 32
#define ECONOMICS_FEES_MAX 128
#define ECONOMICS_AMOUNTS_MAX 64 /* of a list with one for each currency */
#define ECONOMICS_AMOUNT_MAX \
	INT64_C(1000000000000000) /* minor units: sums of a few stay in 64 bits */
#define ECONOMICS_ANY_COUNTRY "*"
#define ECONOMICS_COMPELLING \
	"compelling"              /* the level of a dispute that earlier payments disprove */
#define ECONOMICS_CELLS_MAX 288UL /* of each category its levels, and ECONOMICS_COMPELLING */

struct economics_band {
	const char *name;
	int64_t rate_ppm;
};

struct economics_level {
	const char *name;
	int64_t from_ppm; /* of completeness, inclusive */
};

struct economics_category {
	const char *category;
	size_t bands[ECONOMICS_LEVELS_MAX]; /* by level, places in the policy's bands */
	struct money effort;                /* what it costs us to put the packet together */
	struct money network_fee;           /* 0: none */
};

/* What became of those that we answered. */
struct economics_cell {
	const char *category;
	const char *level; /* of the policy, or ECONOMICS_COMPELLING */
	int64_t answered;
	int64_t won; /* late wins among them */
};

struct economics_fee {
	const char *country; /* ISO 3166 alpha-2, or ECONOMICS_ANY_COUNTRY */
	struct money received;
	struct money counter; /* 0: none */
	bool received_returned;
	bool counter_returned;
};

struct economics_policy {
	struct policy_head head;
	struct sources sources;
	int32_t z_milli;
	int64_t prior_weight;
	const struct economics_band *bands;
	size_t band_count;
	const struct economics_level *levels;
	size_t level_count;
	size_t required_missing; /* a place in levels */
	const struct economics_category *categories;
	size_t category_count;
	bool has_compelling;
	size_t compelling;    /* a place in bands */
	struct instant until; /* by which outcomes were decided; TIME_MIN: none is in */
	const struct economics_cell *cells; /* those that have outcomes */
	size_t cell_count;
	const struct economics_fee *fees;
	size_t fee_count;
	const struct money *minimums; /* below which a chargeback is not contested */
	size_t minimum_count;
	const char *country;       /* of our account, or ECONOMICS_ANY_COUNTRY */
	const struct money *worth; /* amounts that are worth the same */
	size_t worth_count;
};

extern const struct policy_kind economics_policy_kind; /* of a struct economics_policy */

/* Never NULL: the country's own, else that of every other. */
const struct economics_fee *economics_fee_of(const struct economics_policy *policy,
                                             const char *country);
const struct economics_category *economics_category_of(const struct economics_policy *policy,
                                                       const char *category);
size_t economics_level_of(const struct economics_policy *policy, int64_t complete_ppm,
                          size_t required_missing);
/* As the document has it; without outcomes where it is not listed. Borrows the names. */
struct economics_cell economics_cell_of(const struct economics_policy *policy, const char *category,
                                        const char *level);

/* How many minor units of the currency in question one minor unit of another is. */
struct economics_exchange {
	char currency[4];
	struct ratio rate;
};

/* Into minor units of a currency, rounded half up. False: no rate for it, or too large. */
bool economics_convert(const struct economics_exchange *exchanges, size_t count,
                       const struct money *money, const char *currency, int64_t *minor) MUST_CHECK;
/* By what the document says is worth the same: into a currency from each other; count 0: it does not say of this one. */
const struct economics_exchange *economics_exchanges(struct arena *arena,
                                                     const struct economics_policy *policy,
                                                     const char *currency, size_t *count);
/* An amount in another currency, rounded half up. False: the document does not say, or it is too large. */
bool economics_weigh(const struct economics_policy *policy, struct money amount,
                     const char *currency, struct money *weighed) MUST_CHECK;

struct economics_inputs {
	const char *category;
	const char *country; /* of our account */
	struct money amount; /* disputed */
	int64_t complete_ppm;
	size_t required_missing;
	bool compelling; /* earlier payments of the card prove it */
	bool inquiry;
	bool answerable; /* a deadline that is not over, and the one submission not spent */
	const struct economics_exchange *exchanges;
	size_t exchange_count;
};

enum economics_advice {
	ECONOMICS_CONTEST,
	ECONOMICS_ACCEPT,
	ECONOMICS_REFUND, /* an inquiry alone */
	ECONOMICS_IGNORE, /* nothing can be answered: no task for anybody */
};
extern const char *const economics_advice_names[];

/* The networks' ratios count a dispute whatever becomes of it; an inquiry counts once it has become one. */
enum economics_ratio {
	ECONOMICS_RATIO_COUNTED,
	ECONOMICS_RATIO_AVOIDED,
	ECONOMICS_RATIO_AT_RISK,
};
extern const char *const economics_ratio_names[];

struct economics_recommendation {
	struct economics_inputs inputs; /* what it was reckoned with; borrows */
	int64_t policy_version;
	enum economics_advice advice;
	enum economics_ratio ratio;
	const char *rule;     /* which of the rules decided */
	const char *sentence; /* why, for people */
	size_t level;
	size_t band;
	struct economics_cell cell; /* of the document: its chance, with our outcomes in it */
	struct rate rate;           /* chance to win */
	int64_t received;
	int64_t counter;
	int64_t network_fee;
	int64_t effort;
	int64_t stake;
	int64_t cost;
	int64_t minimum; /* 0: the currency has none */
	int64_t contest; /* expected value against no dispute at all; below 0: lost */
	int64_t otherwise;
	int64_t gain; /* contest - otherwise */
	int64_t
	    break_even_ppm; /* the chance from which contesting gains; above a million: none does */
	bool close;         /* the break-even lies within the interval of the chance */
};

/* False: reason says what it cannot be reckoned without. */
bool economics_recommend(const struct economics_policy *policy,
                         const struct economics_inputs *inputs,
                         struct economics_recommendation *recommendation,
                         const char **reason) MUST_CHECK;

#endif
