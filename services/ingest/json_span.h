/*
 * json_span - where things stand in a JSON text, for what a parser's tree cannot say.
 *
 * Bytes must be kept as they came, and an amount that does not fit must be named; a tree has lost
 * both. No validation happens here: that is the parser's, before or after.
 */
#ifndef SERVICES_INGEST_JSON_SPAN_H
#define SERVICES_INGEST_JSON_SPAN_H

#include "common/base/bytes.h"

#define JSON_SPAN_PATH_SIZE 128

#define JSON_SPAN_DEPTH_MAX 33 /* one more than the parser allows */

struct json_level {
	bool array;
	bool named; /* in an object: a name was read, its value comes */
	struct bytes name;
	size_t index;
};

/* Reads a text token by token; a caller looks at none of it. */
struct json_walk {
	const char *at;
	const char *end;
	const char *from; /* of the token that was read last */
	size_t depth;
	struct json_level levels[JSON_SPAN_DEPTH_MAX];
};

/* The items, in order, of the array that is the named member of the top object. */
struct json_spans {
	struct json_walk walk;
	struct bytes member;
};

/* The bytes must be valid JSON, and outlive the spans. */
struct json_spans json_spans_of(struct bytes bytes, const char *member);
bool json_spans_next(struct json_spans *spans, struct bytes *item); /* false: no more */
/* The path ("data.object.amount") of the first whole number that no int64_t holds. */
bool json_span_overflow(struct bytes bytes, char path[static JSON_SPAN_PATH_SIZE]);

#endif
