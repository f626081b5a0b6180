/*
 * proto - protobuf messages in and out, over protobuf-c.
 *
 * protobuf-c checks no UTF-8, cuts strings at NUL and allocates as it is told. So bytes are walked along
 * the descriptor before it sees them: what gets through is what every other runtime accepts as well,
 * within limits. Messages live in the arena and are not freed one by one.
 */
#ifndef COMMON_IO_PROTO_H
#define COMMON_IO_PROTO_H

#include "common/base/arena.h"
#include "common/base/time.h"

#include <google/protobuf/timestamp.pb-c.h>
#include <protobuf-c/protobuf-c.h>

#define PROTO_SIZE_MAX (1024 * 1024) /* what a broker carries in one record */
#define PROTO_FIELDS_MAX 65536 /* of all levels: an empty submessage costs us 100 times its bytes */
#define PROTO_DEPTH_MAX 16     /* no message of the contract is deeper than 6 */
#define PROTO_REASON_SIZE 192

/* Fails with the field's path and why ("opened.subject.text: not valid UTF-8"), nothing of its value. */
bool proto_valid(const ProtobufCMessageDescriptor *type, struct bytes bytes,
                 char reason[static PROTO_REASON_SIZE]) MUST_CHECK;
/* The same, then the message; unknown fields and unknown enum numbers are kept. */
bool proto_unpack(struct arena *arena, const ProtobufCMessageDescriptor *type, struct bytes bytes,
                  ProtobufCMessage **message, char reason[static PROTO_REASON_SIZE]) MUST_CHECK;
/* Checks nothing: what holds text from outside is asked about with proto_valid. */
struct bytes proto_pack(struct arena *arena, const ProtobufCMessage *message);

/* Microseconds; finer is cut. False: absent, malformed, or not between TIME_OLDEST and TIME_NEWEST. */
bool proto_instant(const Google__Protobuf__Timestamp *timestamp,
                   struct instant *instant) MUST_CHECK;
/* NULL (absent) for what lies outside these, as the TIME_MIN and TIME_MAX of "none" do. */
Google__Protobuf__Timestamp *proto_timestamp(struct arena *arena, struct instant instant);

/*
 * The fact that an event message carries: the set member of its oneof `fact`, which the contract makes
 * the only oneof of such a message (protobuf-c knows no names of oneofs). Name and message are borrowed.
 * False: none is set, or a newer one than this build knows.
 */
bool proto_fact(const ProtobufCMessage *message, const char **name,
                const ProtobufCMessage **fact) MUST_CHECK;
/* The same of packed bytes that are valid, without unpacking them: its field, and its own bytes. */
bool proto_fact_packed(const ProtobufCMessageDescriptor *type, struct bytes bytes,
                       const ProtobufCFieldDescriptor **field, struct bytes *fact) MUST_CHECK;
/* The text of a field of packed bytes that are valid; "" where it is not set. */
const char *proto_text_packed(struct arena *arena, const ProtobufCFieldDescriptor *field,
                              struct bytes bytes);
/* "ops.ticket.opened.v1" of TicketEvent.opened; "ops.progress.v1" of a message without a fact. */
const char *proto_type(struct arena *arena, const ProtobufCMessage *message);

#endif
