/*
 * record - what lies on a topic, and the event that a stage sees in it.
 *
 * On the wire: CloudEvents 1.0, Kafka binary mode. The value is the bare protobuf message; the headers
 * are named below. Business time travels in ce_time, never in the record's timestamp.
 */
#ifndef COMMON_FLOW_RECORD_H
#define COMMON_FLOW_RECORD_H

#include "common/base/arena.h"
#include "common/base/time.h"
#include "common/flow/catalogue.h"

#define RECORD_HEADERS_MAX 32 /* ours have twelve; with more a record is refused */
/* Of a dead letter: those of the original, why, and its own; BUS_HEADERS_MAX is as many. */
#define LETTER_HEADERS_MAX (2 * RECORD_HEADERS_MAX)
/* Below the broker's default of 1 MiB, with room for headers. */
#define RECORD_SIZE_MAX 921600 /* 900 KiB */
#define TRACEPARENT_MAX 64     /* bytes; W3C's has 55. Facts carry that of their cause on */
#define SOURCE_SIZE 48         /* "<stage>/<n>" and its NUL */

struct log_header {
	const char *name;
	struct bytes value;
};

/* As the log delivers it; everything is borrowed until the record is released by its handle. */
struct log_record {
	int topic; /* place in the catalogue */
	int32_t partition;
	int64_t offset;
	struct instant appended;
	struct bytes key;
	struct bytes value;
	const struct log_header *headers;
	size_t header_count;
	void *handle;
};

/* A record with its headers read. What a header does not say is absent; problem names a defect. */
struct event {
	struct log_record record;
	struct bytes id;
	struct bytes source;
	struct bytes type;
	struct bytes subject;
	struct bytes traceparent; /* absent as well where it is longer than such a header is */
	int64_t sequence;         /* ce_sequence; of what has none the offset + 1 */
	struct instant mesh;      /* ce_meshtime */
	struct instant time;      /* ce_time */
	const char *problem;      /* NULL: well-formed */
};

/* journal: ce_source and ce_sequence are not asked for. */
void event_read(const struct log_record *record, bool journal, struct event *event);
/* The same of a result of an effect: its source is "effect", and ce_sequence is not asked for. */
void event_read_result(const struct log_record *record, struct event *event);
/* As what the catalogue says of the record's topic. */
void event_read_as(const struct catalogue *catalogue, const struct log_record *record,
                   struct event *event);

struct bytes record_header(const struct log_header *headers, size_t count, const char *name);

/* Headers as one run of bytes, for a table: name, value, each with its size before it. At most
 * LETTER_HEADERS_MAX. */
struct bytes headers_pack(struct arena *arena, const struct log_header *headers, size_t count);
bool headers_unpack(struct arena *arena, struct bytes packed, struct log_header **headers,
                    size_t *count);

/* A copy that lives in the arena, with handle NULL. */
struct log_record record_copy(struct arena *arena, const struct log_record *record);
/* What the log keeps of a record to recognise it: CRC-32C over key and value. */
uint32_t record_hash(const struct log_record *record);

#endif
