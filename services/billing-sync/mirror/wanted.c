#include "services/billing-sync/mirror/wanted.h"

#include <string.h>

/* Where the line stands; NULL: nowhere. */
static const char *find(const char *asked, const char *line)
{
	const size_t size = strlen(line);
	const char *at = asked;

	while (at != NULL && *at != '\0') {
		if (strncmp(at, line, size) == 0)
			return at;
		at = strchr(at, '\n');
		at = at != NULL ? at + 1 : NULL;
	}
	return NULL;
}

static size_t count(const char *asked)
{
	size_t lines = 0;

	for (; *asked != '\0'; asked++)
		lines += *asked == '\n';
	return lines;
}

static const char *line_of(struct arena *arena, enum wanted_why why, const char *id)
{
	return arena_printf(arena, "%c%s\n", (char)why, id);
}

bool wanted_ask(struct arena *arena, const char **asked, enum wanted_why why, const char *id)
{
	const char *const line = line_of(arena, why, id);
	const char *kept = *asked != NULL ? *asked : "";

	if (strchr(id, '\n') != NULL || find(kept, line) != NULL)
		return false;
	if (count(kept) >= WANTED_MAX)
		kept = strchr(kept, '\n') + 1;
	*asked = arena_printf(arena, "%s%s", kept, line);
	return true;
}

bool wanted_came(struct arena *arena, const char **asked, enum wanted_why why, const char *id)
{
	const char *const line = line_of(arena, why, id);
	const char *const at = find(*asked, line);

	if (at == NULL)
		return false;
	const char *const rest =
	    arena_printf(arena, "%.*s%s", (int)(at - *asked), *asked, at + strlen(line));
	*asked = *rest != '\0' ? rest : NULL;
	return true;
}
