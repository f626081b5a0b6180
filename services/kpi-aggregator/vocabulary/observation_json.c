#include "services/kpi-aggregator/vocabulary/observation_json.h"

#include "common/base/text.h"
#include "common/io/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void add_text(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text));
}

/* The field's name behind what was before it. */
static void add_name(struct buffer *out, const char *name)
{
	add_text(out, out->size > 1 ? ",\"" : "\"");
	add_text(out, name);
	add_text(out, "\":");
}

static void add_number(struct buffer *out, int64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%" PRId64, number);
	add_text(out, text);
}

const char *observation_json(struct arena *arena, const struct observation *it)
{
	struct buffer out = { 0 };
	const char *text;

	add_text(&out, "{");
	for (int i = 0; i < OBSERVATION_WORDS; i++) {
		if (*it->words[i] == '\0')
			continue;
		add_name(&out, vocabulary_words[i].name);
		add_text(&out, "\"");
		text_json(&out, it->words[i]);
		add_text(&out, "\"");
	}
	for (int i = 0; i < OBSERVATION_NUMBERS; i++) {
		if (it->numbers[i] == 0)
			continue;
		add_name(&out, vocabulary_numbers[i].name);
		add_number(&out, it->numbers[i]);
	}
	for (int i = 0; i < OBSERVATION_MARKS; i++) {
		if (!observation_is(it, (enum observation_mark)i))
			continue;
		add_name(&out, vocabulary_marks[i].name);
		add_text(&out, "true");
	}
	add_text(&out, "}");
	text = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return text;
}

/* The way back. */

#define JSON_MAX 65536

static bool read_field(struct arena *arena, const char *name, const json_t *value,
                       struct observation *it)
{
	const int word = vocabulary_find(vocabulary_words, OBSERVATION_WORDS, name);
	const int number = vocabulary_find(vocabulary_numbers, OBSERVATION_NUMBERS, name);
	const int mark = vocabulary_find(vocabulary_marks, OBSERVATION_MARKS, name);

	if (word >= 0 && json_is_string(value))
		it->words[word] = arena_string(arena, json_string_value(value));
	else if (number >= 0 && json_is_integer(value))
		it->numbers[number] = json_integer_value(value);
	else if (mark >= 0 && json_is_boolean(value))
		observation_mark(it, (enum observation_mark)mark, json_is_true(value));
	else
		return false;
	return true;
}

bool observation_json_read(struct arena *arena, const char *json, struct observation *it)
{
	struct observation read = *it;
	struct json_error error;
	const char *name;
	json_t *value;
	AUTO_JSON top = NULL;

	if (!json_parse_brief(bytes_of(json), JSON_MAX, &top, &error) || !json_is_object(top))
		return false;
	json_object_foreach(top, name, value)
	{
		if (!read_field(arena, name, value, &read))
			return false;
	}
	*it = read;
	return true;
}
