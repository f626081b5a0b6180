/*
 * order - orders of so many things: every one after the other, or some by chance.
 */
#ifndef TESTS_SUPPORT_ORDER_H
#define TESTS_SUPPORT_ORDER_H

#include "tests/support/chance.h"

#include <stdbool.h>
#include <stddef.h>

/* Places 0 to count - 1, which begin in this order. False: there are no more. */
bool order_next(size_t *order, size_t count);
/* Some order of the places 0 to count - 1, whatever stood there. */
void order_shuffle(struct chance *chance, size_t *order, size_t count);

#endif
