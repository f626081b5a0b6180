/*
 * calendar_document - calendars and holiday lists as people write them, in JSON.
 *
 *   {"id":"tokyo-support","version":3,"effective_from":"2026-01-01T00:00:00+09:00",
 *    "time_zone":"Asia/Tokyo",
 *    "windows":[{"days":["mon","tue"],"from":"09:00","to":"18:00"}],
 *    "holidays":["jp"],                                            optional
 *    "overrides":[{"date":"2026-12-28","windows":[{"from":"09:00","to":"12:00"}],
 *                  "reason":"year end"}]}                          optional, as reason is
 *   {"id":"jp","version":"2026","source":"Cabinet Office",         source is optional
 *    "days":[{"date":"2026-01-01","name":"New Year's Day"}]}
 *
 * A window belongs to the date on which it begins; `to` before `from` ends on the next date, and
 * `24:00` ends with the date. Windows that overlap are united. A holiday has no windows; an override
 * replaces the day, also a holiday. A calendar that is never open, an unknown field, zone or holiday
 * list, and anything out of its bounds is refused with path and reason. The published schemas are
 * deploy/policies/schema/calendar.schema.json and holidays.schema.json.
 */
#ifndef COMMON_IO_CALENDAR_DOCUMENT_H
#define COMMON_IO_CALENDAR_DOCUMENT_H

#include "common/base/calendar.h"
#include "common/io/digest.h"
#include "common/io/json.h"

#define DOCUMENT_BYTES_MAX 1048576 /* a document that people review; the largest here has 3 kB */
#define DOCUMENT_ID_MAX 64
#define DOCUMENT_TEXT_MAX 256
#define HOLIDAY_DAYS_MAX 4096 /* two centuries of one country */
#define HOLIDAY_LISTS_MAX 16  /* that one calendar names */
#define CALENDAR_OVERRIDES_MAX 4096

struct zone;

struct holiday_list {
	const char *id;
	const char *version;
	const int64_t *dates; /* date_days, as written */
	size_t count;
	uint8_t digest[DIGEST_SIZE]; /* of the document's bytes */
};

struct calendar_document {
	const char *id;
	int64_t version;
	struct instant effective_from; /* who chooses among versions looks at it; the sums do not */
	const char *time_zone;
	const char *const *holidays; /* ids of the lists it names */
	size_t holiday_count;
	struct calendar *calendar;
	struct zone *zone;
	uint8_t digest[DIGEST_SIZE]; /* of the document's bytes, without its holiday lists */
};

/* What they give lives in the arena, but for the zone of a calendar. */
bool holiday_list_parse(struct arena *arena, struct bytes text, struct holiday_list *list,
                        struct json_error *error) MUST_CHECK;
/* Of the lists that are given, those count whose id the calendar names: several may have the same. */
bool calendar_document_parse(struct arena *arena, struct bytes text,
                             const struct holiday_list *lists, size_t count,
                             struct calendar_document *document,
                             struct json_error *error) MUST_CHECK;
/* The same where they stand inside another document; the digests are zero. */
bool holiday_list_read(struct arena *arena, const struct json_place *place,
                       struct holiday_list *list, struct json_error *error) MUST_CHECK;
bool calendar_document_read(struct arena *arena, const struct json_place *place,
                            const struct holiday_list *lists, size_t count,
                            struct calendar_document *document,
                            struct json_error *error) MUST_CHECK;
void calendar_document_finish(struct calendar_document *document); /* closes the zone */

#endif
