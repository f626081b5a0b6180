/*
 * sla_fixture - a policy of three rules over two calendars, New York's office hours and always.
 */
#ifndef TESTS_SUPPORT_SLA_FIXTURE_H
#define TESTS_SUPPORT_SLA_FIXTURE_H

#include "services/sla-watcher/policy.h"
#include "tests/support/arena_fixture.h"

#define SLA_FIXTURE_CALENDARS 2

extern struct sla_calendar sla_fixture_calendars[SLA_FIXTURE_CALENDARS];
extern struct sla_policy sla_fixture_policy;
extern struct sla_book sla_fixture_book; /* of these */

/* As cmocka calls them before and after. */
int sla_fixture_open(void **state);
int sla_fixture_close(void **state);

#endif
