/*
 * fx - exchange rates of days, as dated documents.
 *
 *   {"id":"ecb-2026-11","version":1,"effective_from":"2026-11-02T15:00:00Z","source":"who publishes them",
 *    "base":"EUR",
 *    "days":[{"date":"2026-11-02","rates":{"USD":"1.1534","JPY":"177.61"}}]}
 *
 * One unit of the base is so many of the other. A day has the rates that were published for it and no
 * others: a day without rates is an error that names it, never the day before (who wants that writes the
 * days into the document). Where two documents have a rate for one day, the one that became effective
 * later counts. A document counts from when it became effective on, so what was asked before it stays as it was
 * answered. The schema is deploy/policies/schema/fx.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_RULE_FX_H
#define SERVICES_BILLING_SYNC_RULE_FX_H

#include "common/base/money.h"
#include "common/base/ratio.h"
#include "common/flow/policy_head.h"

#define FX_DAYS_MAX 400  /* of a document: a year and what laps over */
#define FX_RATES_MAX 200 /* of a day */
#define FX_REASON_SIZE 160

struct fx_rate {
	char currency[4];
	struct ratio rate;
};

struct fx_day {
	int64_t day; /* since 1970-01-01 */
	const struct fx_rate *rates;
	size_t count;
};

struct fx_document {
	struct policy_head head;
	char base[4];
	const struct fx_day *days; /* in order */
	size_t count;
};

extern const struct policy_kind fx_kind;

/* What is asked of the documents. */
struct fx_question {
	int64_t day;
	struct instant known_at; /* of documents that had become effective by then */
	const char *from;
	const char *to;
};

/*
 * One unit of from is so many of to, on that day, by one document that has both; between the same currency
 * it is 1. False: reason names the currency and the day.
 */
bool fx_rate(const struct policy_book *book, const struct fx_question *question, struct ratio *rate,
             char reason[static FX_REASON_SIZE]) MUST_CHECK;
/* The first day after that of which there are rates; INT64_MAX: there is none. */
int64_t fx_day_after(const struct policy_book *book, int64_t day);
/* A rate for minor units of the standard (money.h), in place of units. */
bool fx_minor(const struct fx_question *question, struct ratio rate, struct ratio *minor,
              char reason[static FX_REASON_SIZE]) MUST_CHECK;

#endif
