/*
 * policy_fixture - the project's own dated documents for tests of billing-sync, and tables of what is refused of them.
 */
#ifndef TESTS_SUPPORT_POLICY_FIXTURE_H
#define TESTS_SUPPORT_POLICY_FIXTURE_H

#include "common/flow/policy_head.h"
#include "tests/support/bent_document.h"

/* The text of a file below deploy/policies: "tax/rates.json". Fails the test when it is not there. */
const char *policy_fixture_text(struct arena *arena, const char *name);
/* The same, read. */
void policy_fixture_read(struct arena *arena, const struct policy_kind *kind, const char *name,
                         void *policy);
/* A book of this one file; the caller destroys its arena. */
const struct policy_book *policy_fixture_book(struct arena *arena, const struct policy_kind *kind,
                                              const char *name);
/*
 * Holds that the whole document is taken and each bent one is not, and what is said of it: a `want` that ends
 * with ": " is the place alone, another is all of it. NULL: it is still taken.
 */
void policy_fixture_refuses(struct arena *arena, const struct policy_kind *kind, const char *whole,
                            const struct bent_document *rows, size_t count);

#endif
