#include "services/classifier/signal_phrase.h"

#include <string.h>

/* The choices up to the closing brace, which text is moved to. */
static const char *choices_read(const char **text, struct signal_part *part)
{
	for (;;) {
		const size_t size = strcspn(*text, "{|}");

		if (part->count == SIGNAL_CHOICES_MAX)
			return "has more than 32 choices in one pair of braces";
		part->choices[part->count++] = (struct bytes){ *text, size };
		*text += size;
		if (**text == '}')
			return NULL;
		if (**text != '|')
			return "has a brace that is not closed, or one within another";
		(*text)++;
	}
}

static const char *part_read(const char **text, struct signal_part *part)
{
	const char *wrong;

	part->count = 0;
	if (**text == '{') {
		(*text)++;
		wrong = choices_read(text, part);
		*text += wrong == NULL;
		return wrong;
	}
	const size_t size = strcspn(*text, "{|}");
	part->choices[part->count++] = (struct bytes){ *text, size };
	*text += size;
	return **text == '|' || **text == '}' ? "has a bar or a brace outside of braces" : NULL;
}

const char *signal_pattern_read(const char *text, struct signal_pattern *pattern)
{
	pattern->count = 0;
	pattern->meant = 1;
	while (*text != '\0') {
		struct signal_part *const part = &pattern->parts[pattern->count];

		if (pattern->count == SIGNAL_PARTS_MAX)
			return "has more than 16 parts";
		const char *const wrong = part_read(&text, part);
		if (wrong != NULL)
			return wrong;
		pattern->count++;
		pattern->meant *= part->count;
		if (pattern->meant > SIGNAL_MEANT_MAX)
			return "stands for more than 1024 phrases";
	}
	return NULL;
}

void signal_pattern_write(const struct signal_pattern *pattern, size_t index, struct buffer *out)
{
	buffer_clear(out);
	for (size_t i = 0; i < pattern->count; i++) {
		const struct signal_part *const part = &pattern->parts[i];
		const struct bytes choice = part->choices[index % part->count];

		buffer_add(out, choice.data, choice.size);
		index /= part->count;
	}
}
