/*
 * ticket_pattern - a ticket that was told to be of a pattern, as an observation.
 *
 * Pure. It is told once: where the pattern was found, where it grew, or where it returned.
 */
#ifndef SERVICES_KPI_AGGREGATOR_TICKET_TICKET_PATTERN_H
#define SERVICES_KPI_AGGREGATOR_TICKET_TICKET_PATTERN_H

#include "common/base/arena.h"
#include "opsmesh/v1/triage.pb-c.h"
#include "services/kpi-aggregator/vocabulary/vocabulary.h"

/* False: it has no time. Texts are borrowed, its number ("<pattern>/<ticket>") lies in the arena. */
bool ticket_pattern_observation(struct arena *arena, const char *pattern, const char *intent,
                                const Opsmesh__V1__PatternTicket *ticket,
                                struct observation *it) MUST_CHECK;

#endif
