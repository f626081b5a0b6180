/*
 * pdf_join - PDFs that others made: their pages counted, and several put one behind the other, over qpdf.
 *
 * Input is hostile. A damaged file is read as far as the library can mend it; one that is locked by a password, or
 * has no page, is refused. Contents are not changed: what a page holds (links, forms), it still holds. The same
 * files give the same bytes; title and date of creation are the first one's.
 */
#ifndef COMMON_IO_PDF_JOIN_H
#define COMMON_IO_PDF_JOIN_H

#include "common/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

#define PDF_JOIN_MAX 256 /* files at a time */

/* REJECT: it cannot be read, and *reason says why in words of ours. */
enum status pdf_page_count(struct bytes pdf, int32_t *pages, const char **reason) MUST_CHECK;

/*
 * At least one and at most PDF_JOIN_MAX; in the arena. The result was read again, and has the pages of all. REJECT:
 * *reason says why, and *which of them it is (0 also where the library could not write).
 */
enum status pdf_join(struct arena *arena, const struct bytes *pdfs, size_t count,
                     struct bytes *joined, size_t *which, const char **reason) MUST_CHECK;

#endif
