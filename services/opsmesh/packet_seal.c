#include "services/opsmesh/packet_seal.h"

#include "common/base/bytes.h"
#include "common/base/text.h"

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
