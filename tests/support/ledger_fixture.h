/*
 * ledger_fixture - the whole ledger of a shard, for tests of what is booked in the end.
 */
#ifndef TESTS_SUPPORT_LEDGER_FIXTURE_H
#define TESTS_SUPPORT_LEDGER_FIXTURE_H

#include "tests/support/stage_test.h"

/* "receivable JPY 12000" and a line feed, for each account and currency that is not zero. */
const char *ledger_trial(struct stage_test *test);
/* The same of receivables alone, by what they are about: "in_1 JPY 12000". */
const char *ledger_owed(struct stage_test *test);
/* Of each day what moved: "2026-05-01 receivable JPY 12000" and a line feed, in order. */
const char *ledger_days(struct stage_test *test);
/* How many transactions there are. */
size_t ledger_count(struct stage_test *test);

#endif
