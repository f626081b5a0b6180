/*
 * pdf_font - the fonts of a PDF, named file by file, over fontconfig and pango.
 *
 * The system's configuration is never read and no other font is ever taken, so that what else is
 * installed changes nothing. A file that is not there is an error, not another look.
 */
#ifndef COMMON_IO_PDF_FONT_H
#define COMMON_IO_PDF_FONT_H

#include "common/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Open fonts. Reading them costs tens of milliseconds, so they are opened once and kept. One thread
 * at a time may use them, whichever it is.
 */
struct pdf_fonts;

/* Where Debian's fonts-noto-cjk and fonts-dejavu-core have them; a list that ends with NULL. */
extern const char *const pdf_font_files[];

/* NULL: reason says which file cannot be read. */
struct pdf_fonts *pdf_fonts_open(const char *const *files, char *reason, size_t reason_size);
void pdf_fonts_close(struct pdf_fonts *fonts); /* NULL is allowed */

/*
 * The text with all that no font shows written as what it is, "[U+1F600]", and how many points that
 * were: unknown letters and signs, controls but line feed and tab, and whatever leaves no mark or
 * turns the order of others around (joiners, variation selectors, directions), so that what is read
 * is what is there. CR LF and CR become LF. text: valid UTF-8.
 */
char *pdf_shown(const struct pdf_fonts *fonts, struct arena *arena, const char *text,
                int32_t *unshown);

#endif
