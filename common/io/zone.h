/*
 * zone - IANA time zones, over GLib's GTimeZone. The process' own TZ is never read or set.
 */
#ifndef COMMON_IO_ZONE_H
#define COMMON_IO_ZONE_H

#include "common/base/calendar.h"

struct zone;

/* NULL: not the name of an IANA zone that this machine's tzdata has. One thread uses a zone. */
struct zone *zone_open(const char *name);
void zone_close(struct zone *zone); /* NULL is allowed */

/* Seconds east of UTC. */
int32_t zone_offset(const struct zone *zone, struct instant at);

/* A calendar_zone over a struct zone. */
struct instant zone_instant(void *zone, struct date date, int32_t second, enum calendar_edge edge);

#endif
