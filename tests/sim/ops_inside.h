/*
 * ops_inside - what ops.c and ops_check.c share.
 */
#ifndef TESTS_SIM_OPS_INSIDE_H
#define TESTS_SIM_OPS_INSIDE_H

#include "tests/sim/world.h"

/* What must hold of the effects. Says why in a world_broken. */
bool ops_check(struct world *world, struct arena *arena, char *why);

#endif
