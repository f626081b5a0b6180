/*
 * What is asked of compiled definitions: which there is, whether a part takes an observation, and what it adds.
 */
#include "services/kpi-aggregator/definition/definition.h"

#include "common/base/text.h"
#include "common/flow/policy_head.h"

#include <string.h>

/* Finding. */

static int order_of(const struct definition *it, const char *id, int64_t version)
{
	const int order = strcmp(it->id, id);

	return order != 0 ? order : (it->version > version) - (it->version < version);
}

const struct definition *definition_find(const struct definition_book *book, const char *id,
                                         int64_t version)
{
	size_t low = 0;
	size_t high = book->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = order_of(&book->definitions[middle], id, version);

		if (order == 0)
			return &book->definitions[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

enum window_kind definition_finest(const struct definition *definition, int dimension)
{
	return dimension < 0 ? definition->finest : definition->cut_finest;
}

bool definition_has_window(const struct definition *definition, int dimension,
                           enum window_kind kind)
{
	return definition->windows[kind] && kind >= definition_finest(definition, dimension);
}

const struct definition *definition_by_key(const struct definition_book *book, const char *key)
{
	const char *const at = strrchr(key, '@');
	char id[POLICY_WORD_MAX + 1] = "";
	int64_t version;

	if (at == NULL || (size_t)(at - key) >= sizeof(id) ||
	    !text_number(at + 1, 1, INT32_MAX, &version))
		return NULL;
	memcpy(id, key, (size_t)(at - key));
	return definition_find(book, id, version);
}

/* Taking. */

static bool meets(const struct condition *condition, const struct observation *it)
{
	switch (condition->kind) {
	case CONDITION_WORD: return text_among(condition->words, it->words[condition->field]);
	case CONDITION_MARK: return (it->marks >> condition->field & 1) == (uint64_t)condition->is;
	case CONDITION_NUMBER:
		return it->numbers[condition->field] >= condition->at_least &&
		       it->numbers[condition->field] <= condition->at_most;
	case CONDITION_TIME:
		return (it->times[condition->field].us != TIME_MIN.us) == condition->is;
	}
	return false;
}

bool definition_part_takes(const struct definition_part *part, const struct observation *it)
{
	if (part->kind != it->kind || it->times[part->time].us == TIME_MIN.us)
		return false;
	for (size_t i = 0; i < part->condition_count; i++)
		if (!meets(&part->conditions[i], it))
			return false;
	return true;
}

/* Measuring. */

/* Where the version of a calendar that is in force at an instant gives way to another; at the latest at the end. */
static struct instant version_end(const struct calendar_library *library, const char *id,
                                  struct instant from, struct instant to)
{
	for (size_t i = 0; i < library->calendar_count; i++) {
		const struct instant begins = library->calendars[i].effective_from;

		if (text_equal(library->calendars[i].id, id) && time_before(from, begins))
			to = time_earlier(to, begins);
	}
	return to;
}

/* Each stretch in the open time of the version that was in force then. */
static bool open_time(const struct calendar_library *library, const char *id, struct instant from,
                      struct instant to, struct duration *open)
{
	int64_t sum = 0;

	for (bool more = true; more;) {
		const struct instant end = version_end(library, id, from, to);
		struct duration stretch;
		const char *reason;

		if (!calendar_elapsed(calendar_library_at(library, id, from)->calendar, from, end,
		                      &stretch, &reason))
			return false;
		sum += stretch.us;
		more = time_before(end, to);
		from = end;
	}
	*open = (struct duration){ sum };
	return true;
}

static const char *calendar_for(const struct definition *definition, const char *region)
{
	const char *others = "";

	for (size_t i = 0; i < definition->calendar_count; i++) {
		if (text_equal(definition->calendars[i].region, region))
			return definition->calendars[i].calendar;
		if (text_equal(definition->calendars[i].region, "*"))
			others = definition->calendars[i].calendar;
	}
	return others;
}

static bool span_of(const struct definition_book *book, const struct definition *definition,
                    const struct definition_part *part, const struct observation *it, int64_t *span)
{
	const struct instant from = it->times[part->from];
	const struct instant to = it->times[part->to];
	struct duration elapsed = time_since(from, to);

	if (from.us == TIME_MIN.us || to.us == TIME_MIN.us || time_before(to, from))
		return false;
	if (definition->calendar_count > 0 &&
	    !open_time(&book->library, calendar_for(definition, it->words[WORD_REGION]), from, to,
	               &elapsed))
		return false;
	*span = elapsed.us;
	return true;
}

bool definition_part_amount(const struct definition_book *book, const struct definition *definition,
                            const struct definition_part *part, const struct observation *it,
                            int64_t *amount)
{
	int64_t span = 0;

	if (part->spans && !span_of(book, definition, part, it, &span))
		return false;
	switch (part->amount) {
	case AMOUNT_ONE: *amount = 1; break;
	case AMOUNT_NUMBER: *amount = it->numbers[part->number]; break;
	case AMOUNT_SPAN: *amount = span; break;
	}
	return true;
}
