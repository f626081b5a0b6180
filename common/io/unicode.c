#include "common/io/unicode.h"

#include "common/base/check.h"

#include <glib.h>

#define FOLD_ROUNDS_MAX 4 /* a form is stable after two; more would be a defect of the tables */

/* GLib's own memory becomes the arena's. */
static char *adopt(struct arena *arena, gchar *text)
{
	CHECK(text != NULL);
	char *const copy = arena_string(arena, text);

	g_free(text);
	return copy;
}

char *unicode_nfkc(struct arena *arena, const char *text)
{
	return adopt(arena, g_utf8_normalize(text, -1, G_NORMALIZE_NFKC));
}

char *unicode_fold(struct arena *arena, const char *text)
{
	char *form = unicode_nfkc(arena, text);

	for (int round = 0; round < FOLD_ROUNDS_MAX; round++) {
		char *const folded = adopt(arena, g_utf8_casefold(form, -1));
		char *const next = unicode_nfkc(arena, folded);
		if (g_str_equal(next, form))
			break;
		form = next;
	}
	return form;
}
