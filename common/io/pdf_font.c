#include "common/io/pdf_font.h"

#include "common/base/memory.h"
#include "common/io/pdf_font_inside.h"
#include "common/io/unicode.h"

#include <cairo/cairo-ft.h>
#include <pango/pangofc-fontmap.h>
#include <stdio.h>
#include <string.h>

#define POINTS_PER_INCH 72.0 /* so that a font's points are the page's */

const char *const pdf_font_files[] = {
	"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
	"/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
	"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
	"/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
	NULL,
};

static bool files_add(struct pdf_fonts *fonts, const char *const *files, char *reason,
                      size_t reason_size)
{
	for (; *files != NULL; files++) {
		if (FcConfigAppFontAddFile(fonts->config, (const FcChar8 *)*files) == FcTrue)
			continue;
		snprintf(reason, reason_size, "%s: is no font that can be read", *files);
		return false;
	}
	return true;
}

static FcCharSet *coverage(FcConfig *config)
{
	const FcFontSet *const set = FcConfigGetFonts(config, FcSetApplication);
	FcCharSet *const covered = FcCharSetCreate();
	FcCharSet *own;

	for (int i = 0; set != NULL && i < set->nfont; i++)
		if (FcPatternGetCharSet(set->fonts[i], FC_CHARSET, 0, &own) == FcResultMatch)
			FcCharSetMerge(covered, own, NULL);
	return covered;
}

/* Without hints and without rounding to a screen's pixels: the same widths on any machine. */
static PangoContext *context_make(PangoFontMap *map)
{
	PangoContext *const context = pango_font_map_create_context(map);
	cairo_font_options_t *const options = cairo_font_options_create();

	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(context, options);
	pango_cairo_context_set_resolution(context, POINTS_PER_INCH);
	pango_context_set_round_glyph_positions(context, FALSE);
	cairo_font_options_destroy(options);
	return context;
}

struct pdf_fonts *pdf_fonts_open(const char *const *files, char *reason, size_t reason_size)
{
	struct pdf_fonts *const fonts = memory_zero(sizeof(*fonts));

	fonts->config = FcConfigCreate();
	if (!files_add(fonts, files, reason, reason_size)) {
		pdf_fonts_close(fonts);
		return NULL;
	}
	fonts->covered = coverage(fonts->config);
	fonts->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(fonts->map), fonts->config);
	fonts->context = context_make(fonts->map);
	return fonts;
}

/* The library forgets to give the configuration back unless it is given another. */
static void map_close(PangoFontMap *map)
{
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), NULL);
	g_object_unref(map);
}

void pdf_fonts_close(struct pdf_fonts *fonts)
{
	if (fonts == NULL)
		return;
	if (fonts->context != NULL)
		g_object_unref(fonts->context);
	if (fonts->map != NULL)
		map_close(fonts->map);
	if (fonts->covered != NULL)
		FcCharSetDestroy(fonts->covered);
	FcConfigDestroy(fonts->config);
	memory_free(fonts);
}

/* Marks of their own in the standard's tables, and yet nothing on the page. */
static bool leaves_no_mark(uint32_t code)
{
	return (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0xE0000 && code <= 0xE0FFF) ||
	       (code >= 0x180B && code <= 0x180F) || code == 0x034F || code == 0x115F ||
	       code == 0x1160 || code == 0x17B4 || code == 0x17B5 || code == 0x3164 ||
	       code == 0xFFA0;
}

/* Of which a font may have a sign all the same, without that it means anything. */
static bool nameless(GUnicodeType type)
{
	return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ||
	       type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR ||
	       type == G_UNICODE_PRIVATE_USE || type == G_UNICODE_SURROGATE ||
	       type == G_UNICODE_UNASSIGNED;
}

static bool shows(const struct pdf_fonts *fonts, uint32_t code)
{
	if (code == '\n' || code == '\t')
		return true;
	return !nameless(g_unichar_type(code)) && !leaves_no_mark(code) &&
	       FcCharSetHasChar(fonts->covered, code);
}

char *pdf_shown(const struct pdf_fonts *fonts, struct arena *arena, const char *text,
                int32_t *unshown)
{
	const size_t size = strlen(text);
	struct buffer out = { 0 };
	int32_t count = 0;
	char mark[16];

	for (size_t at = 0; at < size;) {
		const size_t start = at;
		const uint32_t code = unicode_next(text, size, &at);

		if (code == '\r') {
			if (at == size || text[at] != '\n')
				buffer_add(&out, "\n", 1);
		} else if (shows(fonts, code)) {
			buffer_add(&out, text + start, at - start);
		} else {
			buffer_add(&out, mark,
			           (size_t)snprintf(mark, sizeof(mark), "[U+%04X]", code));
			count++;
		}
	}
	char *const shown = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	*unshown = count;
	return shown;
}
