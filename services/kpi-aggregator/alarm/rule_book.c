/*
 * All alert documents, compiled together with the lists of holidays that they name.
 */
#include "common/base/text.h"
#include "common/flow/calendar_library.h"
#include "services/kpi-aggregator/alarm/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULE_FOLDER ALARM_RULES "/"

static bool rule_load(struct arena *arena, const struct document *file, struct alarm_rule *rule,
                      char *reason, size_t reason_size)
{
	struct json_error error;
	char text[JSON_ERROR_SIZE];

	if (policy_parse(&alarm_rule_kind, arena, file->body, rule, &error))
		return true;
	snprintf(reason, reason_size, "%s: %s", file->name, json_error_text(&error, text));
	return false;
}

/* Several lists may have one id: one of each year. */
static bool holidays_find(struct arena *arena, const struct calendar_library *library,
                          struct alarm_rule *rule)
{
	struct rule_holidays *const found =
	    arena_zero(arena, (library->holiday_count + 1) * sizeof(*found));

	for (const char *const *id = rule->holiday_ids; *id != NULL; id++) {
		const size_t before = rule->holiday_count;

		for (size_t i = 0; i < library->holiday_count; i++)
			if (text_equal(library->holidays[i].id, *id) &&
			    rule->holiday_count < library->holiday_count)
				found[rule->holiday_count++] =
				    (struct rule_holidays){ library->holidays[i].dates,
					                    library->holidays[i].count };
		if (rule->holiday_count == before)
			return false;
	}
	rule->holidays = found;
	return true;
}

static int by_id_and_effect(const void *a, const void *b)
{
	const struct alarm_rule *const left = a;
	const struct alarm_rule *const right = b;
	const int order = strcmp(left->head.id, right->head.id);

	return order != 0 ? order
	                  : (left->head.effective_from.us > right->head.effective_from.us) -
	                        (left->head.effective_from.us < right->head.effective_from.us);
}

static bool is_second(const struct alarm_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(rules[i].head.id, rules[count].head.id) &&
		    (rules[i].head.version == rules[count].head.version ||
		     rules[i].head.effective_from.us == rules[count].head.effective_from.us))
			return true;
	return false;
}

static bool rules_read(struct rule_book *book, const struct calendar_library *library,
                       const struct document *files, size_t count, char *reason, size_t reason_size)
{
	struct alarm_rule *const rules = arena_zero(book->arena, (count + 1) * sizeof(*rules));

	for (size_t i = 0; i < count; i++) {
		const char *why = NULL;

		if (!text_starts(files[i].name, RULE_FOLDER))
			continue;
		if (!rule_load(book->arena, &files[i], &rules[book->count], reason, reason_size))
			return false;
		if (is_second(rules, book->count))
			why = "version: another file has this version, or its effective_from";
		else if (!holidays_find(book->arena, library, &rules[book->count]))
			why = "judge.holidays: there is no such list";
		if (why != NULL || book->count == RULES_MAX) {
			snprintf(reason, reason_size, "%s: %s", files[i].name,
			         why != NULL ? why : "is one document too many");
			return false;
		}
		book->count++;
	}
	qsort(rules, book->count, sizeof(*rules), by_id_and_effect);
	book->rules = rules;
	return true;
}

void rule_book_destroy(const struct rule_book *book)
{
	arena_destroy(book->arena);
}

const void *rule_compile(const struct document *files, size_t count, char *reason,
                         size_t reason_size)
{
	struct arena *const arena = arena_create(16384);
	struct rule_book *const book = arena_zero(arena, sizeof(*book));
	struct calendar_library library;

	book->arena = arena;
	if (calendar_library_read(arena, files, count, &library, reason, reason_size)) {
		const bool read = rules_read(book, &library, files, count, reason, reason_size);

		calendar_library_finish(&library);
		if (read)
			return book;
	}
	arena_destroy(arena);
	return NULL;
}

bool rule_in_force(const struct rule_book *book, const struct alarm_rule *rule, struct instant at)
{
	const struct alarm_rule *best = NULL;

	for (size_t i = 0; i < book->count; i++) {
		const struct alarm_rule *const it = &book->rules[i];

		if (text_equal(it->head.id, rule->head.id) &&
		    (best == NULL || !time_before(at, it->head.effective_from)))
			best = it;
	}
	return best == rule;
}

bool rule_takes_value(const struct alarm_rule *rule, const char *value)
{
	return rule->values[0] == NULL || text_among(rule->values, value);
}

bool rule_is_holiday(const struct alarm_rule *rule, int64_t day)
{
	for (size_t i = 0; i < rule->holiday_count; i++)
		for (size_t k = 0; k < rule->holidays[i].count; k++)
			if (rule->holidays[i].dates[k] == day)
				return true;
	return false;
}
