/*
 * pdf_fixture - a PDF read by others' programs: pdftotext and pdftoppm, of poppler-utils.
 */
#ifndef TESTS_SUPPORT_PDF_FIXTURE_H
#define TESTS_SUPPORT_PDF_FIXTURE_H

#include "common/base/arena.h"

/* Is the program there? Says so when it is not. */
bool pdf_fixture_ready(void);
/* Its text without spaces of any kind, and without the foot of each page. Fails the test when it cannot be read. */
char *pdf_fixture_text(struct arena *arena, struct bytes pdf, const char *foot);
/* The colour of the first page there, 0xRRGGBB; in points from the upper left corner. */
uint32_t pdf_fixture_colour(struct arena *arena, struct bytes pdf, size_t x, size_t y);
/* How many points of the first page have a colour. */
size_t pdf_fixture_count(struct arena *arena, struct bytes pdf, uint32_t rgb);
/* A text in the same manner. */
char *pdf_fixture_squeezed(struct arena *arena, const char *text);

#endif
