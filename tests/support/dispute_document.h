/*
 * dispute_document - the documents that the fixture of cases goes by, compiled once for all tests of a program.
 */
#ifndef TESTS_SUPPORT_DISPUTE_DOCUMENT_H
#define TESTS_SUPPORT_DISPUTE_DOCUMENT_H

#include "common/flow/document.h"

#include <stdbool.h>

/* From here on the plain policy of cases names a role for releasing, finance. */
#define DISPUTE_ROLE_FROM "2026-07-01T00:00:00Z"

/* Ended by a name of NULL. working: owners have calendars, of Tokyo and of London. */
const struct document *dispute_documents(bool working);

#endif
