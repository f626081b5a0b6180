/*
 * definition_fixture - definitions of metrics compiled from texts, with the tree's calendars and a register that has them.
 */
#ifndef TESTS_SUPPORT_DEFINITION_FIXTURE_H
#define TESTS_SUPPORT_DEFINITION_FIXTURE_H

#include "services/kpi-aggregator/definition/definition.h"

#define DEFINITION_REASON_SIZE 512

/*
 * Documents end with NULL; each lies under the name that its id and version ask for, one with a time_zone among the calendars.
 * NULL: the reason says why.
 */
const struct definition_book *definition_fixture(const char *const *documents,
                                                 char reason[static DEFINITION_REASON_SIZE]);
/* With a register of one's own (its body); NULL: there is none. */
const struct definition_book *definition_fixture_by(const char *const *documents,
                                                    const char *published,
                                                    char reason[static DEFINITION_REASON_SIZE]);
/* Those of the tree. */
const struct definition_book *definition_fixture_deployed(void);

#endif
