/*
 * programme_policy - a network's monitoring programme: what it counts, against what, in which month, and from where on.
 *
 *   {"id":"visa-vamp","version":2,"effective_from":"2026-04-01T00:00:00Z","sources":[...],
 *    "network":"visa","counts":["fraud_warning","dispute"],"except":["inquiry","prevented","compelling_warning"],
 *    "against":"same_month",
 *    "watch":{"approaching_ppm":750000,"project_from_ppm":100000,"z_milli":1960,"clean_months":1},
 *    "calendar":[{"country":"*","month_starts_on":1},{"country":"US","month_starts_on":5}],
 *    "thresholds":[{"name":"excessive","count":1500,"ratio_bp":150},
 *                  {"name":"excessive","region":"cemea","count":150,"ratio_bp":220,
 *                   "amount":{"currency":"USD","minor":7500000}}]}
 *
 * "counts" is what enters the numerator: the network's fraud warnings, its disputes, or its disputes for fraud alone.
 * A warning and a dispute of one payment count twice where both are listed. "except" takes out inquiries that did not
 * become disputes, what was prevented or resolved before it became a dispute, and warnings about payments that
 * compelling evidence proved. "against" is the denominator: payments captured in the same calendar month, or in the
 * month before. "month_starts_on" is the day from which disputes are counted for accounts of a country, "*" for every
 * other; payments are counted by calendar months all the same.
 *
 * A threshold is met where all that it names holds: at least so many counted, at least that ratio (basis points), at
 * least that amount of what was counted, at least so many payments, at most that share of payments with 3-D Secure.
 * One with "region" is for accounts of that region, one with "outside" for those of all others. They stand from the
 * least to the gravest. A programme is left after "clean_months" without a threshold met. Several programmes lie in
 * one folder, and each has versions of its own. The schema is deploy/policies/schema/programmes.schema.json.
 */
#ifndef SERVICES_CHARGEBACK_PROGRAMME_PROGRAMME_POLICY_H
#define SERVICES_CHARGEBACK_PROGRAMME_PROGRAMME_POLICY_H

#include "common/base/money.h"
#include "services/chargeback/source/source.h"

#define PROGRAMMES_MAX 8
#define PROGRAMME_THRESHOLDS_MAX 8
#define PROGRAMME_CALENDARS_MAX 64
#define PROGRAMME_COUNT_MAX INT64_C(1000000000)
#define PROGRAMME_AMOUNT_MAX INT64_C(1000000000000000)
#define PROGRAMME_POINTS 10000 /* basis points of a whole */

/* In programme_policy.counts and .except, as 1 << these. */
enum programme_counted {
	PROGRAMME_FRAUD_WARNINGS,
	PROGRAMME_DISPUTES,
	PROGRAMME_FRAUD_DISPUTES,
};
extern const char *const programme_counted_names[];

enum programme_exception {
	PROGRAMME_EXCEPT_INQUIRY,
	PROGRAMME_EXCEPT_PREVENTED,
	PROGRAMME_EXCEPT_COMPELLING_WARNING,
};
extern const char *const programme_exception_names[];

enum programme_against {
	PROGRAMME_SAME_MONTH,
	PROGRAMME_MONTH_BEFORE,
};
extern const char *const programme_against_names[];

struct programme_threshold {
	const char *name;
	const char *region;  /* "": of any */
	const char *outside; /* "": of any */
	int64_t count;
	int64_t ratio_bp;
	struct money amount;      /* 0: whatever */
	int64_t payments;         /* 0: whatever */
	int64_t authenticated_bp; /* PROGRAMME_POINTS: whatever */
};

struct programme_calendar {
	const char *country;
	int64_t month_starts_on; /* 1 to 28 */
};

struct programme_policy {
	struct policy_head head;
	struct sources sources;
	const char *network;
	uint32_t counts;
	uint32_t except;
	enum programme_against against;
	int64_t approaching_ppm;
	int64_t project_from_ppm;
	int32_t z_milli;
	int64_t clean_months;
	const struct programme_calendar *calendars;
	size_t calendar_count;
	const struct programme_threshold *thresholds;
	size_t threshold_count;
};

extern const struct policy_kind programme_policy_kind; /* of a struct programme_policy */

struct programme_book {
	struct arena *arena;
	const struct policy_book
	    *books[PROGRAMMES_MAX]; /* one for each id, in the order of the files */
	size_t count;
};

/* For a row of service_document: as policy_compile, with versions kept apart by id. */
const struct programme_book *programme_compile(const struct document *files, size_t count,
                                               char *reason, size_t reason_size);
void programme_book_destroy(const struct programme_book *book);
/* The version in force of one of book->count. */
const struct programme_policy *programme_at(const struct programme_book *book, size_t index,
                                            struct instant at);
/* The day of the month from which disputes are counted. */
int64_t programme_month_starts_on(const struct programme_policy *policy, const char *country);

#endif
