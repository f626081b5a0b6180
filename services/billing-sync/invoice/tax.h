/*
 * tax - rates by jurisdiction and time, from a dated document; nothing is computed where none is configured.
 *
 *   {"id":"tax","version":1,"effective_from":"1970-01-01T00:00:00Z","source":"who keeps it",
 *    "jurisdictions":[{"country":"JP","collected":false,
 *      "rates":[{"kind":"standard","ppm":100000,"from":"2019-10-01T00:00:00+09:00","source":"..."},
 *               {"kind":"standard","ppm":80000,"from":"2014-04-01T00:00:00+09:00",
 *                "until":"2019-10-01T00:00:00+09:00","source":"..."}]}]}
 *
 * A jurisdiction is a country, or a state of it ("state":"BC"); the state's rows are asked first. An amount of
 * tax fits when one of the rates in force gives it, rounded. "collected": we must charge it there, so that
 * an invoice without tax is wrong too. The schema is deploy/policies/schema/tax.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_INVOICE_TAX_H
#define SERVICES_BILLING_SYNC_INVOICE_TAX_H

#include "common/flow/policy_head.h"

#define TAX_JURISDICTIONS_MAX 500
#define TAX_RATES_MAX 64 /* of one jurisdiction, over the years */
#define TAX_PPM_MAX 1000000

struct tax_rate {
	const char *kind; /* "standard", "reduced" */
	int64_t ppm;
	struct instant from;
	struct instant until; /* not included; TIME_MAX: still in force */
	const char *source;
};

struct tax_jurisdiction {
	const char *country; /* ISO 3166-1, two capitals */
	const char *state;   /* as the provider writes it; "" */
	bool collected;
	const struct tax_rate *rates;
	size_t rate_count;
};

struct tax_policy {
	struct policy_head head;
	const struct tax_jurisdiction *jurisdictions;
	size_t count;
};

extern const struct policy_kind tax_policy_kind;

enum tax_answer {
	TAX_UNKNOWN,  /* the document does not know the place: no check */
	TAX_NO_RATE,  /* it knows the place, and no rate that day */
	TAX_EXPECTED, /* *expected is what a rate in force gives, of several the nearest to found */
};

struct tax_question {
	const char *country;
	const char *state; /* "" */
	struct instant at;
	int64_t taxable; /* minor units */
};

/* The rounding is half away from zero. */
enum tax_answer tax_expect(const struct tax_policy *policy, const struct tax_question *question,
                           int64_t found, int64_t *expected);
/* Whether we must charge tax there. */
bool tax_collected(const struct tax_policy *policy, const char *country, const char *state);

#endif
