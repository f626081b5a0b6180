/*
 * instant_fixture - an instant as a test writes it: "2026-05-01T09:00:00Z". Anything else ends the test's program.
 */
#ifndef TESTS_SUPPORT_INSTANT_FIXTURE_H
#define TESTS_SUPPORT_INSTANT_FIXTURE_H

#include "common/base/time.h"

struct instant instant_of(const char *text);

#endif
