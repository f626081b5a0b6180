/*
 * upload_fixture - PDFs as people upload them: of so many pages, locked, without a page.
 */
#ifndef TESTS_SUPPORT_UPLOAD_FIXTURE_H
#define TESTS_SUPPORT_UPLOAD_FIXTURE_H

#include "common/base/arena.h"

/* Each page says "<word> page <number>", which no font need be there for. */
struct bytes upload_fixture_pdf(struct arena *arena, const char *word, int pages);
/* Of one page. An empty user's password: it opens, and may not be changed. */
struct bytes upload_fixture_locked(struct arena *arena, const char *user_password);
/* Some hundred kilobytes, of which one stream that has to be read unpacks to so many MiB. */
struct bytes upload_fixture_bomb(struct arena *arena, int mebibytes);
/* The head of a PNG of so many pixels, all of one colour, and no picture behind it. */
struct bytes upload_fixture_png_head(struct arena *arena, uint32_t width, uint32_t height);

#endif
