/*
 * recurring_sum - what many customers bring a month and how it moved, by currency, as a test adds it up.
 */
#ifndef TESTS_SUPPORT_RECURRING_SUM_H
#define TESTS_SUPPORT_RECURRING_SUM_H

#include "services/billing-sync/subscription/recurring_book.h"

#define RECURRING_SUM_LINES 8

/* Zero-initialised is empty. */
struct recurring_sum {
	size_t count;
	struct recurring_line lines[RECURRING_SUM_LINES];
};

/* The line of a currency, a new one where there is none. */
struct recurring_line *recurring_sum_line(struct recurring_sum *sum, const char *currency);
void recurring_sum_move(struct recurring_sum *sum, const struct recurring_movement *movements,
                        size_t count);
/* Customers bring now what they did not before. */
void recurring_sum_shift(struct recurring_sum *sum, const struct recurring_amounts *from,
                         const struct recurring_amounts *to);
/* The next day begins with what the one before ended with. */
void recurring_sum_turn(struct recurring_sum *sum);

#endif
