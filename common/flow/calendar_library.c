#include "common/flow/calendar_library.h"

#include "common/base/text.h"

#include <stdio.h>

static bool refuse(const struct document *file, const char *why, char *reason, size_t reason_size)
{
	snprintf(reason, reason_size, "%s: %s", file->name, why);
	return false;
}

static bool read_holidays(struct arena *arena, const struct document *files, size_t count,
                          struct calendar_library *library, char *reason, size_t reason_size)
{
	struct holiday_list *const lists = arena_zero(arena, (count + 1) * sizeof(*lists));
	struct json_error cause;
	char text[JSON_ERROR_SIZE];

	library->holidays = lists;
	for (size_t i = 0; i < count; i++) {
		if (!text_starts(files[i].name, HOLIDAY_FOLDER))
			continue;
		if (!holiday_list_parse(arena, files[i].body, &lists[library->holiday_count],
		                        &cause))
			return refuse(&files[i], json_error_text(&cause, text), reason,
			              reason_size);
		library->holiday_count++;
	}
	return true;
}

static bool is_second(const struct calendar_library *library)
{
	const size_t last = library->calendar_count - 1;
	const struct calendar_document *const it = &library->calendars[last];

	for (size_t i = 0; i < last; i++)
		if (library->calendars[i].version == it->version &&
		    text_equal(library->calendars[i].id, it->id))
			return true;
	return false;
}

/* The count moves along, so that what was opened is closed whatever happens. */
static bool read_calendars(struct arena *arena, const struct document *files, size_t count,
                           struct calendar_library *library, char *reason, size_t reason_size)
{
	struct json_error cause;
	char text[JSON_ERROR_SIZE];

	library->calendars = arena_zero(arena, (count + 1) * sizeof(*library->calendars));
	for (size_t i = 0; i < count; i++) {
		if (!text_starts(files[i].name, CALENDAR_FOLDER))
			continue;
		if (!calendar_document_parse(arena, files[i].body, library->holidays,
		                             library->holiday_count,
		                             &library->calendars[library->calendar_count], &cause))
			return refuse(&files[i], json_error_text(&cause, text), reason,
			              reason_size);
		library->calendar_count++;
		if (is_second(library))
			return refuse(&files[i],
			              "version: another file has this version of the calendar",
			              reason, reason_size);
	}
	return true;
}

bool calendar_library_read(struct arena *arena, const struct document *files, size_t count,
                           struct calendar_library *library, char *reason, size_t reason_size)
{
	struct calendar_library read = { .holiday_count = 0 };

	if (!read_holidays(arena, files, count, &read, reason, reason_size) ||
	    !read_calendars(arena, files, count, &read, reason, reason_size)) {
		calendar_library_finish(&read);
		return false;
	}
	*library = read;
	return true;
}

void calendar_library_finish(struct calendar_library *library)
{
	for (size_t i = 0; i < library->calendar_count; i++)
		calendar_document_finish(&library->calendars[i]);
	library->calendar_count = 0;
}

/* Is it rather the one in force than what was found before? */
static bool is_rather(const struct calendar_document *it, const struct calendar_document *found,
                      struct instant at)
{
	if (found == NULL)
		return true;
	const bool effective = !time_before(at, it->effective_from);
	const bool other = !time_before(at, found->effective_from);

	if (effective != other)
		return effective;
	return effective ? time_before(found->effective_from, it->effective_from)
	                 : time_before(it->effective_from, found->effective_from);
}

const struct calendar_document *calendar_library_at(const struct calendar_library *library,
                                                    const char *id, struct instant at)
{
	const struct calendar_document *found = NULL;

	for (size_t i = 0; i < library->calendar_count; i++)
		if (text_equal(library->calendars[i].id, id) &&
		    is_rather(&library->calendars[i], found, at))
			found = &library->calendars[i];
	return found;
}
