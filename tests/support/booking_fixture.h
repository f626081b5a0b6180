/*
 * booking_fixture - what the tests of the booking rules begin with.
 */
#ifndef TESTS_SUPPORT_BOOKING_FIXTURE_H
#define TESTS_SUPPORT_BOOKING_FIXTURE_H

#include "services/billing-sync/ledger/booking.h"

extern const struct booking_fact booking_known;  /* of customer cus_1, cause ce-1 */
extern const struct booking_fact booking_nobody; /* the same of nobody known */

struct balance_transaction booking_moved(const char *id, int64_t amount, int64_t fee,
                                         const char *currency, const char *rate);
/* "cash_in_transit +9710 USD, fees +290 USD": the lines in their order, in the arena. */
const char *booking_lines(struct arena *arena, const struct journal *journal);
/* Done, with this doubt, id and lines; else the test fails and says what is there. */
void booking_expect(struct arena *arena, bool done, const struct booking *booking,
                    enum booking_doubt doubt, const char *id, const char *lines);

#endif
