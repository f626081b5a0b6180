/*
 * arena_fixture - an arena for each test or group of tests.
 */
#ifndef TESTS_SUPPORT_ARENA_FIXTURE_H
#define TESTS_SUPPORT_ARENA_FIXTURE_H

#include "common/base/arena.h"

extern struct arena *arena;

/* As cmocka calls them before and after. */
int arena_open(void **state);
int arena_close(void **state);

#endif
