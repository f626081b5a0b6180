#include "services/opsmesh/packet_seal.h"

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/io/unicode.h"

#include <stdio.h>
#include <string.h>

#define FIRST_LINE "opsmesh evidence packet 1\n"
#define QUOTED "> "
#define SEALED QUOTED "[sealed]\n"

const char *packet_seal(struct arena *arena, const char *text)
{
	struct buffer out = { 0 };
	bool quoted = false;
	const char *result;

	if (!text_starts(text, FIRST_LINE))
		return NULL;
	for (const char *at = text; *at != '\0';) {
		const size_t size = strcspn(at, "\n") + (strchr(at, '\n') != NULL ? 1 : 0);
		const bool is_quote = text_starts(at, QUOTED);

		if (is_quote && !quoted)
			buffer_add(&out, SEALED, sizeof(SEALED) - 1);
		else if (!is_quote)
			buffer_add(&out, at, size);
		quoted = is_quote;
		at += size;
	}
	result = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return result;
}

static bool is_obeyed(uint32_t code)
{
	return (code < ' ' && code != '\n' && code != '\t') || (code >= 0x7F && code < 0xA0) ||
	       code == 0x061C || (code >= 0x200E && code <= 0x200F) ||
	       (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

const char *packet_on_screen(struct arena *arena, const char *text)
{
	const size_t size = strlen(text);
	struct buffer out = { 0 };
	const char *result;
	char number[16];

	for (size_t at = 0; at < size;) {
		const size_t start = at;
		const uint32_t code = unicode_next(text, size, &at);

		if (is_obeyed(code))
			buffer_add(&out, number,
			           (size_t)snprintf(number, sizeof(number), "[U+%04X]", code));
		else
			buffer_add(&out, text + start, at - start);
	}
	result = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return result;
}
