/*
 * billing_fixture - the project's own policies of billing-sync, compiled. Programs run in the tree's top folder.
 */
#ifndef TESTS_SUPPORT_BILLING_FIXTURE_H
#define TESTS_SUPPORT_BILLING_FIXTURE_H

#include "common/flow/document.h"

/* For as long as the program lives; ended by a name of NULL. */
const struct document *billing_fixture(void);

#endif
