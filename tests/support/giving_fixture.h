/*
 * giving_fixture - a customer's invoices and charges in yen, what goes back of them, and who asks for it.
 *
 * What is fed is of the fixture's day; made are seconds after it began. What is said of it is passed over.
 */
#ifndef TESTS_SUPPORT_GIVING_FIXTURE_H
#define TESTS_SUPPORT_GIVING_FIXTURE_H

#include "tests/support/customer_fixture.h"

#define GIVING_DAY (INT64_C(20000) * 86400)

int giving_start(void **state); /* as customer_start */

/* The actions whose approvals were taken back and passed over, a space before and after each. */
extern const char *giving_lapsed;
void giving_pass(void);

/* As in an invoice; more is its has_more. */
const char *giving_lines(const char *more, int amount);
void giving_invoice(const char *id, int amount); /* paid */
void giving_invoice_as(const char *id, int64_t revision, const char *status, int amount,
                       const char *more);
/* invoice: quoted, or "null" */
void giving_charge(const char *id, int64_t revision, const char *invoice, int amount, int refunded,
                   int made);
void giving_payment(const char *id, const char *invoice, const char *charge, int amount);
void giving_refund(const char *id, const char *charge, int amount, const char *action);
void giving_note(const char *id, const char *invoice, int amount, const char *action);
void giving_dispute(const char *id, const char *charge, int64_t revision, const char *status,
                    int amount);
/* ch_1 for in_1 of 10000 and in_2 of 4000. */
void giving_both(void);

/* By finance, with a key of its own; the answer is not passed over. */
void giving_ask(const char *action, const char *type, const char *what, int amount);

#endif
