/*
 * pdf_fixture - a PDF read by another's program: pdftotext, of poppler-utils.
 */
#ifndef TESTS_SUPPORT_PDF_FIXTURE_H
#define TESTS_SUPPORT_PDF_FIXTURE_H

#include "common/base/arena.h"

/* Is the program there? Says so when it is not. */
bool pdf_fixture_ready(void);
/* Its text without spaces of any kind, and without the foot of each page. Fails the test when it cannot be read. */
char *pdf_fixture_text(struct arena *arena, struct bytes pdf, const char *foot);
/* A text in the same manner. */
char *pdf_fixture_squeezed(struct arena *arena, const char *text);

#endif
