/*
 * case_fixture - what the stage `customer` said of cases, as text.
 *
 *   fetch invoice in_1 by ch_1
 *   refused in_1
 *   opened never_came in_1 12000 0 JPY      the object, what was expected, what was found; without a currency: so many
 *   moved never_came in_1 12000 1000 JPY    it has grown or shrunk
 *   healed never_came in_1
 */
#ifndef TESTS_SUPPORT_CASE_FIXTURE_H
#define TESTS_SUPPORT_CASE_FIXTURE_H

/* Since it was asked last, a line each, in the stage's arena; of cases those of one cause, or with NULL all. */
const char *case_said(const char *cause);
/* Why a rate lacks, and that it came: all that the stage `payout` was ever told under a subject, "there is no rate; came". */
const char *case_rates(const char *subject);

#endif
