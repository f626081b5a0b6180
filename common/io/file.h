/*
 * file - whole files, read or mapped, the files of a folder, and lines; each with a limit.
 */
#ifndef COMMON_IO_FILE_H
#define COMMON_IO_FILE_H

#include "common/base/arena.h"

#include <stdbool.h>
#include <stdio.h>

/* At most max bytes and one, so that the reader of the content can tell that it is too large. */
bool file_read(struct arena *arena, const char *path, size_t max, struct bytes *content) MUST_CHECK;

/*
 * The same without a copy, for as long as the process lives. Whoever changes such a file writes another one
 * and renames it; an empty one, or one of more than max bytes, is refused.
 */
bool file_map(const char *path, size_t max, struct bytes *content) MUST_CHECK;

/*
 * The paths of the files of a folder whose names end in suffix, in the order of their bytes, hidden
 * ones left out. False: it cannot be read, or has more than max.
 */
bool file_list(struct arena *arena, const char *folder, const char *suffix, size_t max,
               const char **paths, size_t *count) MUST_CHECK;

/* The next line without its end; of a longer one the first max bytes and one. False: no more. */
bool file_line(FILE *file, char *line, size_t max, size_t *size) MUST_CHECK;

#endif
