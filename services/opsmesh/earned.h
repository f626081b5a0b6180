/*
 * earned - what is earned by now of each line of an invoice that is billed for a time to come.
 *
 * By the schedules that billing-sync keeps beside its plans (column schedule of its table deferral, described in
 * its migration 0016) and the days that it has booked. Lines of a moment, and those whose time was over when the
 * invoice was issued, are earned at once and are not among them; what was given back before it was earned is no
 * longer in them.
 */
#ifndef SERVICES_OPSMESH_EARNED_H
#define SERVICES_OPSMESH_EARNED_H

#include "common/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

#define EARNED_LINES_MAX 250 /* as many as an invoice has that is booked */

struct earned_line {
	const char *line;
	int64_t minor;  /* in all */
	int64_t earned; /* by then */
	int64_t until;  /* the last day on which something of it is earned */
};

struct earned {
	const char *currency; /* ISO 4217 */
	int64_t day;          /* the first day of the books that is not over; 0: none is booked */
	size_t count;
	struct earned_line lines[EARNED_LINES_MAX];
};

/* On the days before earned->day. False: the text is no schedule. */
bool earned_read(struct arena *arena, const char *text, struct earned *earned);
/* "il_1: 40.00 EUR of 120.00 EUR is earned, the rest by 2026-05-31" */
const char *earned_text(struct arena *arena, const struct earned *earned, size_t line);

#endif
