/*
 * By what a metric is cut: dimensions, windows, the zone of its days, and the calendars of its spans.
 */
#include "services/kpi-aggregator/definition/definition_inside.h"

#include "common/base/text.h"
#include "common/flow/policy_head.h"

/* Words of which somebody outside, or each new customer, makes new values. */
static const uint64_t unbounded = UINT64_C(1) << WORD_AGENT | UINT64_C(1) << WORD_PRODUCT |
                                  UINT64_C(1) << WORD_ACCOUNT | UINT64_C(1) << WORD_REASON |
                                  UINT64_C(1) << WORD_PATTERN | UINT64_C(1) << WORD_OWNER |
                                  UINT64_C(1) << WORD_ACCOUNT_METER;

/* Dimensions. */

static bool all_have(struct definition_reading *reading, const struct json_place *place, int word)
{
	const struct definition *const it = reading->definition;

	for (size_t i = 0; i < it->part_count; i++) {
		const struct vocabulary_kind *const kind = &vocabulary_kinds[it->parts[i].kind];

		if ((kind->words >> word & 1) == 0)
			return json_refuse(place, NULL, reading->error,
			                   "is no dimension of the kind \"%s\"", kind->name);
	}
	return word != WORD_ZONE || json_refuse(place, NULL, reading->error,
	                                        "is the definition's own, the same for all");
}

static bool read_dimension(struct definition_reading *reading, const struct json_place *list,
                           size_t index)
{
	const struct json_place place = json_item(list, index);
	struct definition *const it = reading->definition;
	const char *name;

	if (!json_text_in(list, index, POLICY_WORD_MAX, &name, reading->error))
		return false;
	const int word = vocabulary_find(vocabulary_words, OBSERVATION_WORDS, name);

	if (word < 0)
		return json_refuse(&place, NULL, reading->error, "is no dimension");
	for (size_t i = 0; i < it->dimension_count; i++)
		if (it->dimensions[i] == word)
			return json_refuse(&place, NULL, reading->error,
			                   "stands in the list twice");
	it->dimensions[it->dimension_count++] = word;
	return all_have(reading, &place, word);
}

static bool read_dimensions(struct definition_reading *reading, const struct json_place *top)
{
	struct definition *const it = reading->definition;
	struct json_place list;
	bool needs_bound = false;

	it->bound = DEFINITION_BOUND_USUAL;
	if (!json_array_if(top, "dimensions", DEFINITION_DIMENSIONS_MAX, &list, reading->error) ||
	    !json_integer_if(top, "bound", 1, DEFINITION_BOUND_MAX, &it->bound, reading->error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		if (!read_dimension(reading, &list, i))
			return false;
		needs_bound = needs_bound || (unbounded >> it->dimensions[i] & 1) != 0;
	}
	if (needs_bound && !json_has(top, "bound"))
		return json_refuse(top, "bound", reading->error,
		                   "is missing: a dimension has values without bound");
	return true;
}

/* Windows. */

static bool has_snapshots(const struct definition *it)
{
	for (size_t i = 0; i < it->part_count; i++)
		if (it->parts[i].kind == OBSERVATION_BACKLOG)
			return true;
	return false;
}

/*
 * A snapshot is one midnight's: within a day there is no more than that, and over several days their number would be added
 * up. Ratios of such sums are what they are for one day, and quantiles are over tickets and midnights.
 */
static bool snapshots_fit(struct definition_reading *reading, const struct json_place *top)
{
	const struct definition *const it = reading->definition;
	const bool adds = it->formula == FORMULA_COUNT || it->formula == FORMULA_SUM ||
	                  it->formula == FORMULA_LEVEL;

	if (!has_snapshots(it))
		return true;
	if (it->windows[WINDOW_MINUTE] || it->windows[WINDOW_HOUR])
		return json_refuse(top, "windows", reading->error,
		                   "snapshots are taken once a day, at midnight");
	if (adds && (it->windows[WINDOW_WEEK] || it->windows[WINDOW_MONTH]))
		return json_refuse(top, "windows", reading->error,
		                   "would add up the snapshots of several days");
	return true;
}

/* A day where nothing is said. */
static bool read_dimensions_from(struct definition_reading *reading, const struct json_place *top)
{
	struct definition *const it = reading->definition;
	int kind = WINDOW_DAY;

	if (json_has(top, "dimensions_from")) {
		if (!json_word_at(top, "dimensions_from", window_kind_names, &kind, reading->error))
			return false;
		if (!it->windows[kind])
			return json_refuse(top, "dimensions_from", reading->error,
			                   "is none of its windows");
		if (it->dimension_count == 0)
			return json_refuse(top, "dimensions_from", reading->error,
			                   "is of no use: it is cut by no dimension");
	}
	it->cut_finest = window_kind_from(it->windows, (enum window_kind)kind);
	return true;
}

static bool read_windows(struct definition_reading *reading, const struct json_place *top)
{
	struct definition *const it = reading->definition;
	struct json_place list;

	if (!json_array_at(top, "windows", WINDOW_KINDS, &list, reading->error))
		return false;
	if (json_count(&list) == 0)
		return json_refuse(top, "windows", reading->error, "must have one");
	it->finest = WINDOW_MONTH;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);
		int kind;

		if (!json_word_in(&list, i, window_kind_names, &kind, reading->error))
			return false;
		if (it->windows[kind])
			return json_refuse(&place, NULL, reading->error,
			                   "stands in the list twice");
		it->windows[kind] = true;
		if (kind < (int)it->finest)
			it->finest = (enum window_kind)kind;
	}
	return read_dimensions_from(reading, top) && snapshots_fit(reading, top) &&
	       policy_span_at(top, "grace", DEFINITION_GRACE_MIN, DEFINITION_GRACE_MAX, &it->grace,
	                      reading->error);
}

/* The snapshots of other zones are not this metric's. */
static void bind_snapshots(struct definition_reading *reading)
{
	struct definition *const it = reading->definition;
	const char **const words = arena_zero(reading->arena, 2 * sizeof(*words));

	words[0] = window_zone_name(it->zone);
	for (size_t i = 0; i < it->part_count; i++) {
		struct definition_part *const part = &it->parts[i];

		if (part->kind != OBSERVATION_BACKLOG)
			continue;
		struct condition *const more =
		    arena_zero(reading->arena, (part->condition_count + 1) * sizeof(*more));

		for (size_t k = 0; k < part->condition_count; k++)
			more[k] = part->conditions[k];
		more[part->condition_count++] = (struct condition){ .kind = CONDITION_WORD,
			                                            .field = WORD_ZONE,
			                                            .words = words };
		part->conditions = more;
	}
}

static bool read_zone(struct definition_reading *reading, const struct json_place *top)
{
	const char *name;

	if (!json_text_at(top, "zone", POLICY_WORD_MAX, &name, reading->error))
		return false;
	reading->definition->zone = reading->zone(reading->context, name);
	if (reading->definition->zone == NULL)
		return json_refuse(top, "zone", reading->error,
		                   "is no time zone of this machine, as \"Asia/Tokyo\"");
	bind_snapshots(reading);
	return true;
}

/* Calendars. */

static const struct definition_part *spanning(const struct definition *it)
{
	for (size_t i = 0; i < it->part_count; i++)
		if (it->parts[i].amount == AMOUNT_SPAN)
			return &it->parts[i];
	return NULL;
}

static bool read_calendar(struct definition_reading *reading, const struct json_place *calendars,
                          const char *region)
{
	struct definition *const it = reading->definition;
	const char *id;

	if (!json_text_at(calendars, region, POLICY_WORD_MAX, &id, reading->error))
		return false;
	if (calendar_library_at(reading->library, id, it->effective_from) == NULL)
		return json_refuse(calendars, region, reading->error, "is no calendar");
	if (it->calendar_count == COUNT_OF(it->calendars))
		return json_refuse(calendars, region, reading->error,
		                   "is one calendar more than %zu", COUNT_OF(it->calendars));
	it->calendars[it->calendar_count].region = arena_string(reading->arena, region);
	it->calendars[it->calendar_count++].calendar = arena_string(reading->arena, id);
	return true;
}

static bool read_calendars(struct definition_reading *reading, const struct json_place *top)
{
	const struct definition_part *const span = spanning(reading->definition);
	struct json_place calendars;
	const char *region;
	json_t *value;

	if (!json_has(top, "calendars"))
		return true;
	if (!json_object_at(top, "calendars", &calendars, reading->error))
		return false;
	if (span == NULL)
		return json_refuse(top, "calendars", reading->error,
		                   "are of no use: no span is measured");
	if ((vocabulary_kinds[span->kind].words >> WORD_REGION & 1) == 0)
		return json_refuse(top, "calendars", reading->error,
		                   "are chosen by region, which the kind \"%s\" has not",
		                   vocabulary_kinds[span->kind].name);
	json_object_foreach(calendars.value, region, value)
	{
		if (!read_calendar(reading, &calendars, region))
			return false;
	}
	return json_has(&calendars, "*") ||
	       json_refuse(&calendars, "*", reading->error,
	                   "is missing: the calendar of all other regions");
}

bool definition_read_cut(struct definition_reading *reading, const struct json_place *top)
{
	return read_dimensions(reading, top) && read_windows(reading, top) &&
	       read_zone(reading, top) && read_calendars(reading, top);
}
