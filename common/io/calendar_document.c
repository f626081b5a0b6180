#include "common/io/calendar_document.h"

#include "common/base/text.h"
#include "common/io/zone.h"

#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
#define WEEK_WINDOWS_MAX 168 /* entries of "windows", each for some days of the week */

static const char *const weekdays[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL };

/* A day's windows while they are read. */
struct day_windows {
	struct calendar_window windows[CALENDAR_WINDOWS_MAX];
	size_t count;
};

/* Windows. */

/* "09:00" as seconds; "24:00" where a window may end. */
static bool clock_at(const struct json_place *window, const char *field, int32_t max_s,
                     int32_t *second, struct json_error *error)
{
	const char *text = "";
	const char *const form = "must be a time of day, as 09:00";

	if (!json_text_at(window, field, DOCUMENT_TEXT_MAX, &text, error))
		return false;
	if (strlen(text) != 5 || strspn(text, "0123456789:") != 5 || text[2] != ':' ||
	    strchr(text, ':') != strrchr(text, ':'))
		return json_refuse(window, field, error, "%s", form);
	*second = ((text[0] - '0') * 10 + text[1] - '0') * 3600 +
	          ((text[3] - '0') * 10 + text[4] - '0') * 60;
	if (text[3] > '5' || *second > max_s)
		return json_refuse(window, field, error, "%s", form);
	return true;
}

static bool window_read(const struct json_place *place, struct calendar_window *window,
                        struct json_error *error)
{
	if (!clock_at(place, "from", DAY_S - 60, &window->from_s, error) ||
	    !clock_at(place, "to", DAY_S, &window->to_s, error))
		return false;
	if (window->to_s == window->from_s)
		return json_refuse(place, "to", error,
		                   "is the same as from; a whole day is 00:00 to 24:00");
	if (window->to_s < window->from_s)
		window->to_s += DAY_S;
	return true;
}

static bool window_add(const struct json_place *place, struct day_windows *day,
                       struct calendar_window window, struct json_error *error)
{
	if (day->count == CALENDAR_WINDOWS_MAX)
		return json_refuse(place, NULL, error, "is one window too many on a day (%d)",
		                   CALENDAR_WINDOWS_MAX);
	day->windows[day->count++] = window;
	return true;
}

static struct calendar_day day_keep(struct arena *arena, const struct day_windows *day)
{
	return (struct calendar_day){
		.windows = arena_copy(arena, day->windows, day->count * sizeof(*day->windows)),
		.count = day->count,
	};
}

static bool week_window_read(const struct json_place *place, struct day_windows week[7],
                             struct json_error *error)
{
	static const char *const fields[] = { "days", "from", "to", NULL };
	struct calendar_window window;
	struct json_place days;
	int day;

	if (!json_only(place, fields, error) || !window_read(place, &window, error) ||
	    !json_array_at(place, "days", 7, &days, error))
		return false;
	if (json_count(&days) == 0)
		return json_refuse(place, "days", error, "must name a day");
	for (size_t i = 0; i < json_count(&days); i++) {
		if (!json_word_in(&days, i, weekdays, &day, error) ||
		    !window_add(place, &week[day], window, error))
			return false;
	}
	return true;
}

static bool week_read(struct arena *arena, const struct json_place *document,
                      struct calendar_rules *rules, bool *open, struct json_error *error)
{
	struct day_windows week[7] = { 0 };
	struct json_place windows;

	if (!json_array_at(document, "windows", WEEK_WINDOWS_MAX, &windows, error))
		return false;
	for (size_t i = 0; i < json_count(&windows); i++) {
		const struct json_place window = json_item(&windows, i);

		if (!week_window_read(&window, week, error))
			return false;
		*open = true;
	}
	for (size_t day = 0; day < COUNT_OF(week); day++)
		rules->week[day] = day_keep(arena, &week[day]);
	return true;
}

/* Dates that do not follow their weekday. */

struct holiday_lists {
	const struct holiday_list *lists;
	size_t count;
};

struct specials {
	struct calendar_special *rows; /* room for all overrides and all days of the lists named */
	size_t count;
};

static bool override_read(struct arena *arena, const struct json_place *place,
                          struct calendar_special *special, struct json_error *error)
{
	static const char *const fields[] = { "date", "windows", "reason", NULL };
	static const char *const window_fields[] = { "from", "to", NULL };
	struct day_windows day = { 0 };
	struct json_place windows;
	const char *reason;
	struct date date;

	if (!json_only(place, fields, error) || !json_date_at(place, "date", &date, error) ||
	    !json_text_if(place, "reason", DOCUMENT_TEXT_MAX, &reason, error) ||
	    !json_array_at(place, "windows", CALENDAR_WINDOWS_MAX, &windows, error))
		return false;
	for (size_t i = 0; i < json_count(&windows); i++) {
		const struct json_place window = json_item(&windows, i);

		if (!json_only(&window, window_fields, error) ||
		    !window_read(&window, &day.windows[day.count++], error))
			return false;
	}
	*special = (struct calendar_special){ date_days(date), day_keep(arena, &day) };
	return true;
}

static bool has_date(const struct specials *specials, int64_t date)
{
	for (size_t i = 0; i < specials->count; i++) {
		if (specials->rows[i].date == date)
			return true;
	}
	return false;
}

static bool overrides_read(struct arena *arena, const struct json_place *list,
                           struct specials *specials, bool *open, struct json_error *error)
{
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_place item = json_item(list, i);
		struct calendar_special special;

		if (!override_read(arena, &item, &special, error))
			return false;
		if (has_date(specials, special.date))
			return json_refuse(&item, "date", error, "has an override already");
		*open = *open || special.day.count > 0;
		specials->rows[specials->count++] = special;
	}
	return true;
}

/* Adds the days of every given list of that id. False: none was given. */
static bool holidays_add(struct specials *specials, const char *id,
                         const struct holiday_list *lists, size_t count)
{
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		if (!text_equal(lists[i].id, id))
			continue;
		found = true;
		for (size_t day = 0; day < lists[i].count; day++)
			specials->rows[specials->count++] =
			    (struct calendar_special){ .date = lists[i].dates[day] };
	}
	return found;
}

/* By date, and the day with windows first: it is an override, and a closed one is as a holiday. */
static int compare_specials(const void *a, const void *b)
{
	const struct calendar_special *const x = a;
	const struct calendar_special *const y = b;

	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	return x->day.count > y->day.count ? -1 : x->day.count < y->day.count;
}

static void specials_sort(struct specials *specials)
{
	size_t kept = 0;

	qsort(specials->rows, specials->count, sizeof(*specials->rows), compare_specials);
	for (size_t i = 0; i < specials->count; i++) {
		if (kept == 0 || specials->rows[kept - 1].date != specials->rows[i].date)
			specials->rows[kept++] = specials->rows[i];
	}
	specials->count = kept;
}

static bool holidays_read(const struct json_place *names, const struct holiday_list *lists,
                          size_t count, struct specials *specials, struct json_error *error)
{
	for (size_t i = 0; i < json_count(names); i++) {
		const struct json_place item = json_item(names, i);
		const char *id;

		if (!json_text_in(names, i, DOCUMENT_ID_MAX, &id, error))
			return false;
		for (size_t j = 0; j < i; j++) {
			if (text_equal(json_string_value(json_item(names, j).value), id))
				return json_refuse(&item, NULL, error, "is named twice");
		}
		if (!holidays_add(specials, id, lists, count))
			return json_refuse(&item, NULL, error,
			                   "no holiday list of this id was given");
	}
	return true;
}

static struct specials specials_room(struct arena *arena, const struct json_place *overrides,
                                     const struct holiday_list *lists, size_t count)
{
	size_t room = json_count(overrides) + 1;

	for (size_t i = 0; i < count; i++)
		room += lists[i].count;
	return (struct specials){ arena_alloc(arena, room * sizeof(struct calendar_special)), 0 };
}

/* The lists are those given, of which the calendar names some. */
static bool specials_read(struct arena *arena, const struct json_place *document,
                          const struct holiday_lists *lists, struct calendar_rules *rules,
                          bool *open, struct json_error *error)
{
	struct specials specials;
	struct json_place overrides;
	struct json_place names;

	if (!json_array_if(document, "overrides", CALENDAR_OVERRIDES_MAX, &overrides, error) ||
	    !json_array_if(document, "holidays", HOLIDAY_LISTS_MAX, &names, error))
		return false;
	specials = specials_room(arena, &overrides, lists->lists, lists->count);
	if (!overrides_read(arena, &overrides, &specials, open, error) ||
	    !holidays_read(&names, lists->lists, lists->count, &specials, error))
		return false;
	specials_sort(&specials);
	rules->specials = specials.rows;
	rules->special_count = specials.count;
	return true;
}

/* Documents. */

static bool head_read(struct arena *arena, const struct json_place *place,
                      struct calendar_document *document, struct json_error *error)
{
	const char *id;
	const char *time_zone;

	if (!json_text_at(place, "id", DOCUMENT_ID_MAX, &id, error) ||
	    !json_integer_at(place, "version", 1, INT32_MAX, &document->version, error) ||
	    !json_instant_at(place, "effective_from", &document->effective_from, error) ||
	    !json_text_at(place, "time_zone", DOCUMENT_ID_MAX, &time_zone, error))
		return false;
	document->id = arena_string(arena, id);
	document->time_zone = arena_string(arena, time_zone);
	return true;
}

/* After the names were checked. */
static void holidays_keep(struct arena *arena, const struct json_place *place,
                          struct calendar_document *document)
{
	const json_t *const names = json_object_get(place->value, "holidays");
	const char **const kept = arena_alloc(arena, (json_array_size(names) + 1) * sizeof(*kept));

	for (size_t i = 0; i < json_array_size(names); i++)
		kept[i] = arena_string(arena, json_string_value(json_array_get(names, i)));
	document->holidays = kept;
	document->holiday_count = json_array_size(names);
}

bool calendar_document_read(struct arena *arena, const struct json_place *place,
                            const struct holiday_list *lists, size_t count,
                            struct calendar_document *document, struct json_error *error)
{
	static const char *const fields[] = { "id",      "version",  "effective_from", "time_zone",
		                              "windows", "holidays", "overrides",      NULL };
	struct calendar_document result = { 0 };
	const struct holiday_lists given = { lists, count };
	struct calendar_rules rules = { .instant = zone_instant };
	bool open = false;

	if (!json_only(place, fields, error) || !head_read(arena, place, &result, error) ||
	    !week_read(arena, place, &rules, &open, error) ||
	    !specials_read(arena, place, &given, &rules, &open, error))
		return false;
	if (!open)
		return json_refuse(place, "windows", error, "has no windows: it is never open");
	result.zone = zone_open(result.time_zone);
	if (result.zone == NULL)
		return json_refuse(place, "time_zone", error, "is not a known IANA time zone");
	rules.zone = result.zone;
	holidays_keep(arena, place, &result);
	result.calendar = calendar_create(arena, &rules);
	*document = result;
	return true;
}

void calendar_document_finish(struct calendar_document *document)
{
	zone_close(document->zone);
	document->zone = NULL;
}

bool calendar_document_parse(struct arena *arena, struct bytes text,
                             const struct holiday_list *lists, size_t count,
                             struct calendar_document *document, struct json_error *error)
{
	AUTO_JSON parsed = NULL;
	struct json_place top;

	if (!json_parse(text, DOCUMENT_BYTES_MAX, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!calendar_document_read(arena, &top, lists, count, document, error))
		return false;
	digest_sha256(text, document->digest);
	return true;
}

/* Two entries for one date are two names of one holiday, as the sources have them. */
static bool holidays_of(struct arena *arena, const struct json_place *days,
                        struct holiday_list *list, struct json_error *error)
{
	static const char *const fields[] = { "date", "name", NULL };
	int64_t *const dates = arena_alloc(arena, (json_count(days) + 1) * sizeof(*dates));

	for (size_t i = 0; i < json_count(days); i++) {
		const struct json_place day = json_item(days, i);
		const char *name;
		struct date date;

		if (!json_only(&day, fields, error) || !json_date_at(&day, "date", &date, error) ||
		    !json_text_if(&day, "name", DOCUMENT_TEXT_MAX, &name, error))
			return false;
		dates[i] = date_days(date);
	}
	list->dates = dates;
	list->count = json_count(days);
	return true;
}

bool holiday_list_read(struct arena *arena, const struct json_place *place,
                       struct holiday_list *list, struct json_error *error)
{
	static const char *const fields[] = { "id", "version", "source", "days", NULL };
	struct holiday_list result = { 0 };
	struct json_place days;
	const char *version;
	const char *source;
	const char *id;

	if (!json_only(place, fields, error) ||
	    !json_text_at(place, "id", DOCUMENT_ID_MAX, &id, error) ||
	    !json_text_at(place, "version", DOCUMENT_ID_MAX, &version, error) ||
	    !json_text_if(place, "source", DOCUMENT_TEXT_MAX, &source, error) ||
	    !json_array_at(place, "days", HOLIDAY_DAYS_MAX, &days, error) ||
	    !holidays_of(arena, &days, &result, error))
		return false;
	result.id = arena_string(arena, id);
	result.version = arena_string(arena, version);
	*list = result;
	return true;
}

bool holiday_list_parse(struct arena *arena, struct bytes text, struct holiday_list *list,
                        struct json_error *error)
{
	AUTO_JSON parsed = NULL;
	struct json_place top;

	if (!json_parse(text, DOCUMENT_BYTES_MAX, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!holiday_list_read(arena, &top, list, error))
		return false;
	digest_sha256(text, list->digest);
	return true;
}
