#include "common/io/unicode.h"

#include "common/base/check.h"

#include <glib.h>

#define REPLACEMENT 0xFFFD
#define HALF_WIDTH_VOICED 0xFF9E
#define HALF_WIDTH_SEMI_VOICED 0xFF9F
#define FOLD_ROUNDS 2     /* letters that only the normal form brings out have case too */
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

uint32_t unicode_next(const char *text, size_t size, size_t *at)
{
	const char *const here = text + *at;
	const unsigned char first = (unsigned char)*here;

	if (first < 0x80) {
		++*at;
		return first;
	}
	const gunichar code = g_utf8_get_char_validated(here, (gssize)(size - *at));
	if (code >= 0x110000) {
		++*at;
		return REPLACEMENT;
	}
	*at += (size_t)g_unichar_to_utf8(code, NULL);
	return code;
}

bool unicode_joins(uint32_t code)
{
	if (code == HALF_WIDTH_VOICED || code == HALF_WIDTH_SEMI_VOICED)
		return true;
	if ((code >= 0x1160 && code <= 0x11FF) || (code >= 0xFFA0 && code <= 0xFFDC))
		return true;
	return g_unichar_ismark(code);
}

size_t unicode_fold_points(const uint32_t *codes, size_t count, uint32_t *folded, size_t max)
{
	gchar *form = g_ucs4_to_utf8(codes, (glong)count, NULL, NULL, NULL);
	size_t written = 0;

	CHECK(form != NULL);
	for (int round = 0; round < FOLD_ROUNDS; round++) {
		gchar *const flat = g_utf8_casefold(form, -1);
		g_free(form);
		form = g_utf8_normalize(flat, -1, G_NORMALIZE_NFKC);
		g_free(flat);
		CHECK(form != NULL);
	}
	for (const gchar *at = form; *at != '\0' && written < max; at = g_utf8_next_char(at))
		folded[written++] = g_utf8_get_char(at);
	g_free(form);
	return written;
}
