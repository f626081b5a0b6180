/*
 * invoice_hearing - one invoice under its checks: what was found of each is noted here.
 */
#ifndef SERVICES_BILLING_SYNC_INVOICE_INVOICE_HEARING_H
#define SERVICES_BILLING_SYNC_INVOICE_INVOICE_HEARING_H

#include "services/billing-sync/invoice/invoice_check.h"

struct invoice_hearing {
	struct arena *arena;
	const struct invoice *invoice;
	const struct invoice_context *context;
	struct invoice_findings *findings;
};

/* A figure that something should be, and is. */
struct invoice_pair {
	const char *line; /* "" of the invoice */
	int64_t expected;
	int64_t found;
	int64_t tolerance;
};

/* The rule applies to it, whatever comes out. */
void invoice_applies(const struct invoice_hearing *hearing, enum invoice_check check);
/* The same; a difference beyond the tolerance is noted with "<what> <found>, not <expected>." */
void invoice_hold(const struct invoice_hearing *hearing, enum invoice_check check,
                  struct invoice_pair pair, const char *what);
/* A difference whatever the figures are; currency "": no money. */
void invoice_note(const struct invoice_hearing *hearing, enum invoice_check check,
                  struct invoice_pair pair, const char *currency, const char *sentence);
/* The policy's tolerance for so many lines. */
int64_t invoice_tolerance(const struct invoice_hearing *hearing, size_t lines);

#endif
