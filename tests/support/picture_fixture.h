/*
 * picture_fixture - a grey JPEG and a grey PNG of 16 by 12 pixels.
 */
#ifndef TESTS_SUPPORT_PICTURE_FIXTURE_H
#define TESTS_SUPPORT_PICTURE_FIXTURE_H

#include "common/base/arena.h"

/* "image/jpeg" or "image/png". */
struct bytes picture_fixture(struct arena *arena, const char *media_type);

#endif
