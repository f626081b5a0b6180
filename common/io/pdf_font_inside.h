/*
 * pdf_font_inside - what the files of common/io/pdf share and nobody else may know.
 */
#ifndef COMMON_IO_PDF_FONT_INSIDE_H
#define COMMON_IO_PDF_FONT_INSIDE_H

#include "common/io/pdf_font.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>

struct pdf_fonts {
	FcConfig *config;
	FcCharSet *covered; /* by any of the fonts */
	PangoFontMap *map;
	PangoContext *context;
};

#endif
