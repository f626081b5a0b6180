/*
 * order - every order of so many things, one after the other.
 */
#ifndef TESTS_SUPPORT_ORDER_H
#define TESTS_SUPPORT_ORDER_H

#include <stdbool.h>
#include <stddef.h>

/* Places 0 to count - 1, which begin in this order. False: there are no more. */
bool order_next(size_t *order, size_t count);

#endif
