/*
 * definition - what a metric is: which observations it counts, by whose time, in which windows, and what comes of the counts.
 *
 * A document of deploy/policies/metrics/ each (metrics.schema.json). A definition that was published never changes its meaning: what is
 * another has another version, and both are counted side by side. The one in force for a window is the latest that was effective at
 * the window's start; tools show that one unless asked for another.
 *
 *   {"id":"support.first_reply","version":1,"effective_from":"2026-01-01T00:00:00Z",
 *    "title":"First reply time","says":"From ... to ...","owner":"support-operations","area":"support","better":"lower",
 *    "formula":"distribution","unit":"us","quantiles_ppm":[500000,900000],    unit: what comes of the formula, for readers
 *    "zone":"UTC","windows":["hour","day"],"grace":"1h",                      where days begin; how long after its end one is sealed
 *    "dimensions":["channel","agent"],"bound":500,                            values of a dimension in one window, the rest is "other"
 *    "dimensions_from":"hour",                                                by them it is cut in windows that long and longer; a day
 *    "calendars":{"JP":"tokyo-support","*":"new-york-support"},               by region: spans are of open hours
 *    "population":{"of":"ticket","where":{"by_customer":true,"asked_at":"present"},"time":"replied_at"},
 *    "measure":{"span":["asked_at","replied_at"]},                            or {"number":"score_ppm"}
 *    "aside":[{"name":"unanswered","of":"ticket","where":{"answered":false},"time":"asked_at"}]}
 *
 * "where" holds all of: one of some words {"channel":["email"]}, a mark {"solved":true}, a time {"at":"absent"}, bounds
 * {"minor":{"at_least":1}}. A share has "hits":{"where":{...}}, conditions beyond the population's, and may be weighed by
 * "weight":{"number":"minor"}. A quotient has "numerator" and "denominator" in place of the population, each with an optional
 * "amount":{"number":...} and "level" ("opening", "closing"), and "per" and "plus". What divides has a "rounding".
 *
 * Refused is what cannot be: a kind, a field or a dimension that there is not, conditions that contradict each other, hits that the
 * population excludes, an end of a span that may be absent, an amount by what has no currency, values without bound, snapshots of
 * hours, a zone or calendar that there is not, and what says otherwise than what was published (definition_register.c).
 *
 * Compiled, a definition is a list of parts. A part looks at observations of one kind; of each that meets its conditions it adds to
 * one sum of the cell of the window in which the observation's time lies.
 */
#ifndef SERVICES_KPI_AGGREGATOR_DEFINITION_DEFINITION_H
#define SERVICES_KPI_AGGREGATOR_DEFINITION_DEFINITION_H

#include "common/base/ratio.h"
#include "common/flow/calendar_library.h"
#include "common/io/window.h"
#include "services/kpi-aggregator/vocabulary/vocabulary.h"

#define DEFINITIONS "metrics" /* the document's name */
#define DEFINITION_FOLDER "metrics/"
#define DEFINITION_MAX 256          /* documents */
#define DEFINITION_PARTS_MAX 8      /* of one */
#define DEFINITION_CONDITIONS_MAX 8 /* of one part */
#define DEFINITION_WORDS_MAX 16     /* that a condition lists */
#define DEFINITION_DIMENSIONS_MAX 12
#define DEFINITION_QUANTILES_MAX 5
#define DEFINITION_ASIDES_MAX 4
#define DEFINITION_BOUND_MAX 10000 /* values of a dimension in one window, the rest is "other" */
#define DEFINITION_GRACE_MIN MINUTES(10) /* longer than what is counted waits to be told */
#define DEFINITION_GRACE_MAX DAYS(7)

/* What comes of the sums. */
enum definition_formula {
	FORMULA_COUNT,        /* n */
	FORMULA_SUM,          /* sum */
	FORMULA_MEAN,         /* sum / n, rounded as the definition says */
	FORMULA_SHARE,        /* hits / n in parts per million; unweighed with Wilson's interval */
	FORMULA_QUOTIENT,     /* hits / n times `per` in thousandths; the two are counted apart */
	FORMULA_DISTRIBUTION, /* quantiles of the measure; the value is the first of them */
	FORMULA_LEVEL,        /* the sum of all windows up to and with this one */
	FORMULAS
};
extern const char *const definition_formula_names[FORMULAS + 1]; /* ended by NULL */

/* Of one field: one of the words, a mark that is set or not, a number's bounds, a time that is there or not. */
enum condition_kind { CONDITION_WORD, CONDITION_MARK, CONDITION_NUMBER, CONDITION_TIME };
struct condition {
	enum condition_kind kind;
	int field;
	bool is;                  /* of marks and times: set, there */
	const char *const *words; /* ended by NULL */
	int64_t at_least;
	int64_t at_most;
};

/* To which sum a part adds. */
enum part_target {
	PART_N,
	PART_HITS,
	PART_SUM,
	PART_MEASURE, /* to the sum, and of a distribution to the sketch, of what was measured */
	PART_ASIDE,   /* the one with its number */
};

/* What a part adds: 1, a number of the observation, or the span between two of its times. */
enum part_amount { AMOUNT_ONE, AMOUNT_NUMBER, AMOUNT_SPAN };

/* Of a quotient's terms: the window's own sum, that of all up to and with it, that of those before it alone. */
enum part_level { LEVEL_NONE, LEVEL_CLOSING, LEVEL_OPENING };

struct definition_part {
	enum observation_kind kind;
	enum observation_time time; /* by which window it counts */
	const struct condition *conditions;
	size_t condition_count;
	enum part_target target;
	int aside;
	enum part_amount amount;
	enum observation_number number;
	bool spans; /* an observation counts only where this span can be measured */
	enum observation_time from;
	enum observation_time to;
	enum part_level level;
};

struct definition {
	const char *id; /* "support.first_reply" */
	int64_t version;
	const char *key; /* "support.first_reply@1" */
	struct instant effective_from;
	char digest[DIGEST_TEXT_SIZE];
	struct bytes body;
	const char *title;
	const char *says;  /* which population, by whose time; printed under the number */
	const char *owner; /* team */
	const char *area;  /* "support", "billing", "value" */
	enum definition_formula formula;
	const char *unit; /* "count", "ppm", "us", "minor", "milli" */
	enum rounding rounding;
	int64_t per;  /* of a quotient: 100 */
	int64_t plus; /* of a quotient: so many thousandths more, for one that says what is kept */
	bool amounts; /* sums are minor units: cells are apart by currency, else all have none */
	bool higher_is_better; /* for tools; false as well where neither is */
	bool neutral;
	struct definition_part parts[DEFINITION_PARTS_MAX];
	size_t part_count;
	const char *asides[DEFINITION_ASIDES_MAX];
	size_t aside_count;
	int32_t quantiles_ppm[DEFINITION_QUANTILES_MAX];
	size_t quantile_count;
	int dimensions[DEFINITION_DIMENSIONS_MAX]; /* enum observation_word */
	size_t dimension_count;
	int64_t bound; /* values of a dimension in one window */
	struct window_zone *zone;
	bool windows[WINDOW_KINDS]; /* which are told */
	enum window_kind finest;    /* of them */
	/* The finest in which it is cut by dimensions: what a shard has to keep, tell and seal grows by each value in each window. */
	enum window_kind cut_finest;
	struct duration grace;
	/* Spans are taken in the open time of a calendar: that of the observation's region, else the one for "*". None: elapsed. */
	struct definition_calendar {
		const char *region;
		const char *calendar;
	} calendars[8];
	size_t calendar_count;
};

struct definition_book {
	struct arena *arena;
	struct calendar_library library;
	const struct definition *definitions; /* by id and version */
	size_t count;
	const char *digest; /* of all of them: another, or one more, is another */
	/* Of each kind of observation the definitions that have a part for it; ended by NULL. */
	const struct definition *const *of_kind[OBSERVATION_KINDS];
	/* The zones of definitions that count snapshots (OBSERVATION_BACKLOG), each once; such a part has the condition that zone is its own. */
	struct window_zone *const *snapshot_zones;
	size_t snapshot_zone_count;
	struct window_zone *const *zones; /* of all definitions, each once */
	size_t zone_count;
};

/* For a row of service_document over "holidays/ calendars/ metrics/". NULL: the reason names file, path and what is wrong. */
const void *definition_compile(const struct document *files, size_t count, char *reason,
                               size_t reason_size);
void definition_release(const struct definition_book *book); /* with its zones and its arena */

/* NULL: there is none. */
const struct definition *definition_find(const struct definition_book *book, const char *id,
                                         int64_t version);
/* By "support.first_reply@1". */
const struct definition *definition_by_key(const struct definition_book *book, const char *key);

/* The finest windows of the whole (dimension -1), or of one of its dimensions; and whether it has windows of a kind. */
enum window_kind definition_finest(const struct definition *definition, int dimension);
bool definition_has_window(const struct definition *definition, int dimension,
                           enum window_kind kind);

/* Does the observation have the part's time, and meet all its conditions? */
bool definition_part_takes(const struct definition_part *part, const struct observation *it);
/*
 * What the part adds for an observation that it takes. False: a span of which one end is missing, that ends before it begins, or
 * that a calendar cannot measure; nothing is added then, neither to what was measured nor to the number of them.
 */
bool definition_part_amount(const struct definition_book *book, const struct definition *definition,
                            const struct definition_part *part, const struct observation *it,
                            int64_t *amount) MUST_CHECK;

#endif
