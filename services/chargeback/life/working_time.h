/*
 * working_time - when somebody who works by a calendar is told of what falls on an instant. Pure.
 *
 * Within working time at that instant. Else before it, an hour before the last working time ends, so that something can still be
 * done about it that day. Where that lies behind us, when work begins again, if that is before the next step. Else at the instant itself, whatever
 * the hour: who oversleeps a step is told by the next one.
 */
#ifndef SERVICES_CHARGEBACK_LIFE_WORKING_TIME_H
#define SERVICES_CHARGEBACK_LIFE_WORKING_TIME_H

#include "common/base/calendar.h"

/* since: nothing is told before it; TIME_MIN: there is none. next: of the next step. */
struct instant working_time(struct calendar *calendar, struct instant at, struct instant since,
                            struct instant next);

#endif
