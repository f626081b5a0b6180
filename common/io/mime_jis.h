/*
 * mime_jis - Japanese encodings with the vendors' characters, which the C library refuses.
 *
 * ISO-2022-JP as Windows writes it (CP50220 to CP50222, "iso-2022-jp-ms": half-width kana by
 * ESC ( I, NEC's row 13, IBM's extensions of rows 89 to 92) and EUC-JP likewise (CP51932). Two-byte
 * characters go through CP932, which has them all. Damage costs one U+FFFD and is over at the next
 * line.
 */
#ifndef COMMON_IO_MIME_JIS_H
#define COMMON_IO_MIME_JIS_H

#include "common/base/bytes.h"

/* Append UTF-8 to out; the number of places that became U+FFFD. */
size_t jis_decode(struct bytes in, struct buffer *out);
size_t eucjp_decode(struct bytes in, struct buffer *out);
/* Whether an escape to a Japanese set stands in it: ESC $ @, ESC $ B, ESC $ ( D, ESC ( J, ESC ( I. */
bool jis_escaped(struct bytes in);

#endif
