/*
 * Conditions: reading them by the vocabulary, narrowing those that are there, and refusing what nothing can meet.
 */
#include "services/kpi-aggregator/definition/definition_inside.h"

#include "common/base/text.h"
#include "common/flow/policy_head.h"

/* Where, and only where, the time is there, the mark is so. */
static const struct {
	enum observation_kind kind;
	enum observation_time time;
	enum observation_mark mark;
	bool is;
} equals[] = {
	{ OBSERVATION_TICKET, TIME_REPLIED_AT, MARK_ANSWERED, true },
	{ OBSERVATION_TICKET, TIME_SOLVED_AT, MARK_SOLVED, true },
	{ OBSERVATION_REPLY, TIME_AT, MARK_ANSWERED, true },
	{ OBSERVATION_PROMISE, TIME_AT, MARK_OPEN, false },
};

/* Marks of which one observation never has both. */
static const struct {
	enum observation_kind kind;
	enum observation_mark one;
	enum observation_mark other;
} apart[] = {
	{ OBSERVATION_PROMISE, MARK_MET, MARK_BREACHED },
	{ OBSERVATION_PROMISE, MARK_MET, MARK_CANCELLED },
	{ OBSERVATION_PROMISE, MARK_BREACHED, MARK_CANCELLED },
	{ OBSERVATION_PROMISE, MARK_AGENTS, MARK_CANCELLED },
	{ OBSERVATION_PROMISE, MARK_AGENTS, MARK_RETROACTIVE },
	{ OBSERVATION_DISPUTE, MARK_OPEN, MARK_DECIDED },
};

/* Words of which only these are ever told; of the others anybody may tell new ones. */
static const struct {
	enum observation_word field;
	const char *words[8]; /* ended by NULL */
} told[] = {
	{ WORD_PROMISE,
	  { "first_reply", "next_reply", "resolution", "periodic_update", "pausable_update",
	    "requester_wait", "agent_work", NULL } },
	{ WORD_MOVE, { "new", "reactivation", "expansion", "contraction", "churn", "fx", NULL } },
	{ WORD_STAGE, { "inquiry", "chargeback", "prevented", NULL } },
};

/* One condition, as its field is. */

static bool is_told(int field, const char *word)
{
	for (size_t i = 0; i < COUNT_OF(told); i++)
		if ((int)told[i].field == field)
			return text_among(told[i].words, word);
	return true;
}

static bool read_words(struct definition_reading *reading, const struct json_place *where,
                       const char *field, struct condition *it)
{
	struct json_place list;

	if (!json_array_at(where, field, DEFINITION_WORDS_MAX, &list, reading->error) ||
	    !policy_words_if(reading->arena, where, field, DEFINITION_WORDS_MAX, &it->words,
	                     reading->error))
		return false;
	if (json_count(&list) == 0)
		return json_refuse(where, field, reading->error,
		                   "lists no word: nothing would be counted");
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!is_told(it->field, it->words[i]))
			return json_refuse(&place, NULL, reading->error,
			                   "is never told: nothing would be counted");
		for (size_t k = 0; k < i; k++)
			if (text_equal(it->words[k], it->words[i]))
				return json_refuse(&place, NULL, reading->error,
				                   "stands in the list twice");
	}
	return true;
}

static bool read_bounds(struct definition_reading *reading, const struct json_place *where,
                        const char *field, struct condition *it)
{
	static const char *const fields[] = { "at_least", "at_most", NULL };
	struct json_place bounds;

	it->at_least = INT64_MIN;
	it->at_most = INT64_MAX;
	if (!json_object_at(where, field, &bounds, reading->error) ||
	    !json_only(&bounds, fields, reading->error) ||
	    !json_integer_if(&bounds, "at_least", INT64_MIN, INT64_MAX, &it->at_least,
	                     reading->error) ||
	    !json_integer_if(&bounds, "at_most", INT64_MIN, INT64_MAX, &it->at_most,
	                     reading->error))
		return false;
	if (it->at_least == INT64_MIN && it->at_most == INT64_MAX)
		return json_refuse(where, field, reading->error, "must have at_least or at_most");
	if (it->at_least > it->at_most)
		return json_refuse(where, field, reading->error,
		                   "is at least more than it is at most: nothing would be counted");
	return true;
}

/* Finds the field among those that the kind has. */
static bool find_field(struct definition_reading *reading, const struct json_place *where,
                       const char *name, enum observation_kind kind, struct condition *it)
{
	const struct vocabulary_kind *const has = &vocabulary_kinds[kind];
	const struct {
		enum condition_kind kind;
		const struct vocabulary_field *fields;
		size_t count;
		uint64_t has;
	} sorts[] = {
		{ CONDITION_WORD, vocabulary_words, OBSERVATION_WORDS, has->words },
		{ CONDITION_MARK, vocabulary_marks, OBSERVATION_MARKS, has->marks },
		{ CONDITION_NUMBER, vocabulary_numbers, OBSERVATION_NUMBERS, has->numbers },
		{ CONDITION_TIME, vocabulary_times, OBSERVATION_TIMES, has->times },
	};

	for (size_t i = 0; i < COUNT_OF(sorts); i++) {
		const int field = vocabulary_find(sorts[i].fields, sorts[i].count, name);

		if (field < 0 || (sorts[i].has >> field & 1) == 0)
			continue;
		*it = (struct condition){ .kind = sorts[i].kind, .field = field };
		return true;
	}
	return json_refuse(where, name, reading->error, "is no field of the kind \"%s\"",
	                   has->name);
}

static bool read_condition(struct definition_reading *reading, const struct json_place *where,
                           const char *name, enum observation_kind kind, struct condition *it)
{
	static const char *const there[] = { "absent", "present", NULL };
	int is;

	if (!find_field(reading, where, name, kind, it))
		return false;
	switch (it->kind) {
	case CONDITION_WORD:
		if (it->field == WORD_ZONE)
			return json_refuse(where, name, reading->error,
			                   "is the definition's own already");
		return read_words(reading, where, name, it);
	case CONDITION_MARK: return json_switch_at(where, name, &it->is, reading->error);
	case CONDITION_NUMBER: return read_bounds(reading, where, name, it);
	case CONDITION_TIME:
		if (!json_word_at(where, name, there, &is, reading->error))
			return false;
		it->is = is != 0;
		return true;
	}
	return false;
}

/* Narrowing. */

static bool words_within(const char *const *words, const char *const *wider)
{
	size_t fewer = 0;

	for (; words[fewer] != NULL; fewer++)
		if (!text_among(wider, words[fewer]))
			return false;
	return wider[fewer] != NULL;
}

/* Does it ask for less than the one that is there, and for something that this one lets through? */
static bool is_narrower(const struct condition *it, const struct condition *there)
{
	if (it->kind == CONDITION_WORD)
		return words_within(it->words, there->words);
	if (it->kind == CONDITION_NUMBER)
		return it->at_least >= there->at_least && it->at_most <= there->at_most &&
		       (it->at_least != there->at_least || it->at_most != there->at_most);
	return false;
}

static bool add_condition(struct definition_reading *reading, const struct json_place *where,
                          const char *name, const struct condition *it, struct conditions *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct condition *const there = &all->items[i];

		if (there->kind != it->kind || there->field != it->field)
			continue;
		if (!is_narrower(it, there))
			return json_refuse(where, name, reading->error,
			                   "does not narrow what the population says of it");
		*there = *it;
		return true;
	}
	if (all->count == DEFINITION_CONDITIONS_MAX)
		return json_refuse(where, name, reading->error, "is one condition more than %d",
		                   DEFINITION_CONDITIONS_MAX);
	all->items[all->count++] = *it;
	return true;
}

bool definition_read_where(struct definition_reading *reading, const struct json_place *object,
                           enum observation_kind kind, struct conditions *conditions)
{
	struct json_place where;
	const char *name;
	json_t *value;

	if (!json_has(object, "where"))
		return true;
	if (!json_object_at(object, "where", &where, reading->error))
		return false;
	json_object_foreach(where.value, name, value)
	{
		struct condition it;

		if (!read_condition(reading, &where, name, kind, &it) ||
		    !add_condition(reading, &where, name, &it, conditions))
			return false;
	}
	return true;
}

/* What cannot be. */

static const struct condition *find(const struct conditions *all, enum condition_kind kind,
                                    int field)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].kind == kind && all->items[i].field == field)
			return &all->items[i];
	return NULL;
}

/* -1: it does not say; else whether it is asked to be set or there. */
static int said(const struct population *it, enum condition_kind kind, int field)
{
	const struct condition *const found = find(&it->where, kind, field);

	if (kind == CONDITION_TIME && field == (int)it->time)
		return found == NULL || found->is ? 1 : 2;
	return found == NULL ? -1 : found->is;
}

static bool contradicts(const struct population *it)
{
	if (said(it, CONDITION_TIME, (int)it->time) == 2)
		return true;
	for (size_t i = 0; i < COUNT_OF(equals); i++) {
		const int mark = said(it, CONDITION_MARK, (int)equals[i].mark);
		const int time = said(it, CONDITION_TIME, (int)equals[i].time);

		if (it->kind == equals[i].kind && mark >= 0 && time >= 0 &&
		    (time == 1) != (mark == (int)equals[i].is))
			return true;
	}
	for (size_t i = 0; i < COUNT_OF(apart); i++)
		if (it->kind == apart[i].kind && said(it, CONDITION_MARK, (int)apart[i].one) == 1 &&
		    said(it, CONDITION_MARK, (int)apart[i].other) == 1)
			return true;
	return false;
}

bool definition_can_be(struct definition_reading *reading, const struct json_place *object,
                       const struct population *population)
{
	return !contradicts(population) ||
	       json_refuse(object, "where", reading->error,
	                   "contradicts itself or its time: nothing would be counted");
}

static bool read_kind(struct definition_reading *reading, const struct json_place *object,
                      enum observation_kind *kind)
{
	const char *name;

	if (!json_text_at(object, "of", POLICY_WORD_MAX, &name, reading->error))
		return false;
	const int found = vocabulary_find_kind(name);

	if (found < 0)
		return json_refuse(object, "of", reading->error, "is no kind of observation");
	*kind = (enum observation_kind)found;
	return true;
}

static bool read_time(struct definition_reading *reading, const struct json_place *object,
                      enum observation_kind kind, enum observation_time *time)
{
	const char *name;

	if (!json_text_at(object, "time", POLICY_WORD_MAX, &name, reading->error))
		return false;
	const int found = vocabulary_find(vocabulary_times, OBSERVATION_TIMES, name);

	if (found < 0 || (vocabulary_kinds[kind].times >> found & 1) == 0)
		return json_refuse(object, "time", reading->error, "is no time of the kind \"%s\"",
		                   vocabulary_kinds[kind].name);
	*time = (enum observation_time)found;
	return true;
}

bool definition_read_population(struct definition_reading *reading, const struct json_place *object,
                                struct population *population)
{
	struct population read = { .where = { .count = 0 } };

	if (!read_kind(reading, object, &read.kind) ||
	    !read_time(reading, object, read.kind, &read.time) ||
	    !definition_read_where(reading, object, read.kind, &read.where) ||
	    !definition_can_be(reading, object, &read))
		return false;
	*population = read;
	return true;
}
