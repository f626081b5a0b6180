/*
 * protojson - any message of the contract as JSON, in the canonical ProtoJSON mapping.
 *
 * lowerCamelCase names in the order of the field numbers, enum names (a number where this build has no
 * name), 64-bit integers as strings, bytes in base64, RFC 3339 times; what has its default value and no
 * presence is left out. Unless revealed, personal text and raw bytes (which hold whatever people
 * wrote) show as "[sealed]". There are no maps and no floating-point fields in the contract.
 */
#ifndef COMMON_IO_PROTOJSON_H
#define COMMON_IO_PROTOJSON_H

#include "common/base/arena.h"

#include <protobuf-c/protobuf-c.h>

enum protojson_view { PROTOJSON_SEALED, PROTOJSON_REVEALED };

/*
 * Appends one line's worth, without a line feed. Strings are valid UTF-8, as proto_unpack leaves them.
 * The arena is for scratch.
 */
void protojson_write(struct buffer *out, struct arena *arena, const ProtobufCMessage *message,
                     enum protojson_view view);

#endif
