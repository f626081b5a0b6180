/*
 * clock_cause - whether what is said of a clock rests on what is said of its ticket.
 */
#ifndef SERVICES_OPSMESH_CLOCK_CAUSE_H
#define SERVICES_OPSMESH_CLOCK_CAUSE_H

#include "services/opsmesh/told.h"

/*
 * A fact of ops.sla.v1 against the other facts of its ticket: what it names as its cause was said, and not
 * of a later time; the reply that fulfilled it was written then; a breach stands at its due. False: it does
 * not, and why.
 */
bool clock_cause_holds(struct arena *arena, const struct told_list *facts, const struct told *told,
                       const char **problem) MUST_CHECK;

#endif
