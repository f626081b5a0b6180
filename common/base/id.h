/*
 * id - identifiers.
 */
#ifndef COMMON_BASE_ID_H
#define COMMON_BASE_ID_H

#include "common/base/time.h"

#include <stdint.h>

#define ID_TEXT_SIZE 37

/* RFC 9562 version 7 from a time and 80 random bits (10 bytes). */
const char *id_v7(struct instant at, const uint8_t random[static 10],
                  char text[static ID_TEXT_SIZE]);
/* RFC 9562 version 8 from the first 16 bytes of a digest: the same input, the same id. */
const char *id_v8(const uint8_t digest[static 16], char text[static ID_TEXT_SIZE]);

#endif
