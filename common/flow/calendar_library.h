/*
 * calendar_library - holiday lists and the calendars that name them, as a service's documents have them together.
 *
 * "holidays/FILE.json" and "calendars/FILE.json" (calendar_document.h). A calendar may have several versions; the one in force
 * is the latest that has become effective, before all of them the earliest.
 */
#ifndef COMMON_FLOW_CALENDAR_LIBRARY_H
#define COMMON_FLOW_CALENDAR_LIBRARY_H

#include "common/flow/document.h"
#include "common/io/calendar_document.h"

#define CALENDAR_FOLDER "calendars/"
#define HOLIDAY_FOLDER "holidays/"

struct calendar_library {
	const struct holiday_list *holidays;
	size_t holiday_count;
	struct calendar_document *calendars; /* in the order of the files */
	size_t calendar_count;
};

/*
 * Of all the files those of the two folders count. False: reason is "file: path: reason", and nothing is open. The library
 * lives in the arena but for its zones.
 */
bool calendar_library_read(struct arena *arena, const struct document *files, size_t count,
                           struct calendar_library *library, char *reason,
                           size_t reason_size) MUST_CHECK;
void calendar_library_finish(struct calendar_library *library); /* closes the zones */
/* NULL: no calendar has this id. */
const struct calendar_document *calendar_library_at(const struct calendar_library *library,
                                                    const char *id, struct instant at);

#endif
