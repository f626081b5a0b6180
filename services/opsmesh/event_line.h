/*
 * event_line - an event as one line of JSON, the form of `opsmesh tail`.
 *
 * {"topic","partition","offset","key","id","source","type","subject","time","sequence","mesh_time","data"}
 *
 * Places and sequence are numbers, the rest texts; null stands for what the record does not say. data is
 * the message in the ProtoJSON mapping, personal text sealed unless revealed; of bytes that are no such
 * message it is null, and "problem" says why. On <topic>.dlq the headers are the refused event's own,
 * and "dead_letter" says who refused it, and why.
 */
#ifndef SERVICES_OPSMESH_EVENT_LINE_H
#define SERVICES_OPSMESH_EVENT_LINE_H

#include "common/flow/record.h"
#include "common/io/protojson.h"

struct event_line {
	const char *topic; /* its name */
	const ProtobufCMessageDescriptor *message;
	bool dead; /* a dead letter */
	const struct log_record *record;
	enum protojson_view view;
};

void event_line_write(struct buffer *out, struct arena *arena, const struct event_line *line);
/* A header's value as text, by its plain name also of a dead letter; "" where it is absent. */
const char *event_line_header(struct arena *arena, const struct event_line *line, const char *name);

#endif
