/*
 * mime_guard - how much of a mail the parser may see.
 *
 * GMime takes whatever comes: megabytes of header fields or of boundary lines make gigabytes of
 * objects, and a thousand nested multiparts compare every line that begins with -- a thousand times.
 * One linear pass finds the place where a mail becomes more than any honest one is.
 */
#ifndef COMMON_IO_MIME_GUARD_H
#define COMMON_IO_MIME_GUARD_H

#include "common/base/bytes.h"

/* Whole lines from the beginning of raw; all of it, unless it is hostile. */
struct bytes mime_guard(struct bytes raw);

#endif
