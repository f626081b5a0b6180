#include "services/kpi-aggregator/vocabulary/observation_json.h"

#include "common/base/text.h"

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
