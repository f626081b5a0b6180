#include "common/io/proto.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define US_PER_SECOND INT64_C(1000000)
#define NS_PER_US 1000
#define NS_PER_SECOND 1000000000
#define VARINT_BYTES_MAX 10
#define FIELD_NUMBER_MAX ((UINT64_C(1) << 29) - 1) /* of the protobuf language */
#define EVENT_SUFFIX "Event"

/* A walk over packed bytes: where it stands, and the fields that led there. */
struct walk {
	const char *path[PROTO_DEPTH_MAX];
	int depth;
	size_t fields;
	char *reason;
};

static bool walk_message(struct walk *walk, const ProtobufCMessageDescriptor *type,
                         struct bytes bytes);

static bool walk_refuse(const struct walk *walk, const char *field, const char *problem)
{
	size_t size = 0;

	walk->reason[0] = '\0';
	for (int i = 0; i < walk->depth; i++)
		if (size < PROTO_REASON_SIZE)
			size += (size_t)snprintf(walk->reason + size, PROTO_REASON_SIZE - size,
			                         "%s.", walk->path[i]);
	if (size < PROTO_REASON_SIZE)
		(void)snprintf(walk->reason + size, PROTO_REASON_SIZE - size, "%s: %s", field,
		               problem);
	return false;
}

static bool take_skip(struct bytes *rest, uint64_t size)
{
	if (size > rest->size)
		return false;
	rest->data = (const unsigned char *)rest->data + size;
	rest->size -= (size_t)size;
	return true;
}

static bool take_varint(struct bytes *rest, uint64_t *value)
{
	const unsigned char *const data = rest->data;
	uint64_t result = 0;

	for (size_t i = 0; i < rest->size && i < VARINT_BYTES_MAX; i++) {
		result |= (uint64_t)(data[i] & 0x7f) << (7 * i);
		if ((data[i] & 0x80) == 0) {
			*value = result;
			return take_skip(rest, i + 1);
		}
	}
	return false;
}

static bool walk_content(struct walk *walk, const ProtobufCFieldDescriptor *field,
                         struct bytes content)
{
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return text_valid(content) ||
		       walk_refuse(walk, field->name, "not valid UTF-8 without NUL");
	if (field->type != PROTOBUF_C_TYPE_MESSAGE)
		return true;
	if (walk->depth == PROTO_DEPTH_MAX)
		return walk_refuse(walk, field->name, "nested too deep");
	walk->path[walk->depth++] = field->name;

	const bool well = walk_message(walk, field->descriptor, content);

	walk->depth--;
	return well;
}

/* One field's value behind its tag. field is NULL where the descriptor does not know it. */
static bool walk_value(struct walk *walk, const ProtobufCFieldDescriptor *field, unsigned wire,
                       struct bytes *rest)
{
	const char *const name = field != NULL ? field->name : "unknown field";
	uint64_t number;
	bool whole = true;

	switch (wire) {
	case PROTOBUF_C_WIRE_TYPE_VARINT: whole = take_varint(rest, &number); break;
	case PROTOBUF_C_WIRE_TYPE_64BIT: whole = take_skip(rest, 8); break;
	case PROTOBUF_C_WIRE_TYPE_32BIT: whole = take_skip(rest, 4); break;
	case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED: {
		whole = take_varint(rest, &number);

		const struct bytes content = { rest->data, (size_t)number };

		if (!whole || !take_skip(rest, number))
			return walk_refuse(walk, name, "cut short");
		return field == NULL || walk_content(walk, field, content);
	}
	default: return walk_refuse(walk, name, "a group or an unknown wire type");
	}
	return whole || walk_refuse(walk, name, "cut short");
}

static bool walk_message(struct walk *walk, const ProtobufCMessageDescriptor *type,
                         struct bytes bytes)
{
	struct bytes rest = bytes;

	while (rest.size > 0) {
		uint64_t tag;

		if (!take_varint(&rest, &tag) || tag >> 3 == 0 || tag >> 3 > FIELD_NUMBER_MAX)
			return walk_refuse(walk, type->short_name,
			                   "no field tag where one belongs");
		if (++walk->fields > PROTO_FIELDS_MAX)
			return walk_refuse(walk, type->short_name, "too many fields");

		const ProtobufCFieldDescriptor *const field =
		    protobuf_c_message_descriptor_get_field(type, (unsigned)(tag >> 3));

		if (!walk_value(walk, field, (unsigned)(tag & 7), &rest))
			return false;
	}
	return true;
}

bool proto_valid(const ProtobufCMessageDescriptor *type, struct bytes bytes,
                 char reason[static PROTO_REASON_SIZE])
{
	struct walk walk = { .reason = reason };

	if (bytes.size > PROTO_SIZE_MAX)
		return walk_refuse(&walk, type->short_name, "too large");
	return walk_message(&walk, type, bytes);
}

static void *arena_take(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void arena_keep(void *arena, void *block)
{
	(void)arena;
	(void)block;
}

bool proto_unpack(struct arena *arena, const ProtobufCMessageDescriptor *type, struct bytes bytes,
                  ProtobufCMessage **message, char reason[static PROTO_REASON_SIZE])
{
	ProtobufCAllocator allocator = { arena_take, arena_keep, arena };
	const uint8_t *const data = bytes.size > 0 ? bytes.data : (const uint8_t *)"";

	if (!proto_valid(type, bytes, reason))
		return false;

	ProtobufCMessage *const unpacked =
	    protobuf_c_message_unpack(type, &allocator, bytes.size, data);

	if (unpacked == NULL) {
		(void)snprintf(reason, PROTO_REASON_SIZE, "%s: a field has another wire type",
		               type->short_name);
		return false;
	}
	*message = unpacked;
	return true;
}

struct bytes proto_pack(struct arena *arena, const ProtobufCMessage *message)
{
	const size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *const data = arena_alloc(arena, size);

	CHECK(protobuf_c_message_pack(message, data) == size);
	return (struct bytes){ data, size };
}

bool proto_instant(const Google__Protobuf__Timestamp *timestamp, struct instant *instant)
{
	if (timestamp == NULL || timestamp->nanos < 0 || timestamp->nanos >= NS_PER_SECOND ||
	    timestamp->seconds < TIME_OLDEST.us / US_PER_SECOND ||
	    timestamp->seconds > TIME_NEWEST.us / US_PER_SECOND)
		return false;
	instant->us = timestamp->seconds * US_PER_SECOND + timestamp->nanos / NS_PER_US;
	return true;
}

Google__Protobuf__Timestamp *proto_timestamp(struct arena *arena, struct instant instant)
{
	if (instant.us < TIME_OLDEST.us || instant.us > TIME_NEWEST.us)
		return NULL;

	Google__Protobuf__Timestamp *const timestamp = arena_alloc(arena, sizeof(*timestamp));

	google__protobuf__timestamp__init(timestamp);
	timestamp->seconds = instant.us / US_PER_SECOND;
	timestamp->nanos = (int32_t)(instant.us % US_PER_SECOND) * NS_PER_US;
	return timestamp;
}

/* The first member of a oneof; its quantifier_offset is where the number of the set member stands. */
static const ProtobufCFieldDescriptor *oneof_of(const ProtobufCMessageDescriptor *type)
{
	for (unsigned i = 0; i < type->n_fields; i++)
		if ((type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
			return &type->fields[i];
	return NULL;
}

bool proto_fact(const ProtobufCMessage *message, const char **name, const ProtobufCMessage **fact)
{
	const ProtobufCFieldDescriptor *const first = oneof_of(message->descriptor);
	const unsigned char *const start = (const unsigned char *)message;
	const ProtobufCMessage *member;
	uint32_t number;

	if (first == NULL)
		return false;
	memcpy(&number, start + first->quantifier_offset, sizeof(number));
	if (number == 0)
		return false;

	const ProtobufCFieldDescriptor *const field =
	    protobuf_c_message_descriptor_get_field(message->descriptor, number);

	CHECK(field != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE);
	memcpy(&member, start + field->offset, sizeof(member));
	*name = field->name;
	*fact = member;
	return true;
}

/* The next field of packed bytes. content: of a length-prefixed one, else absent. */
static bool take_field(struct bytes *rest, uint32_t *number, struct bytes *content)
{
	uint64_t value;
	uint64_t tag;

	if (rest->size == 0 || !take_varint(rest, &tag))
		return false;
	*number = (uint32_t)(tag >> 3);
	*content = (struct bytes){ NULL, 0 };
	switch (tag & 7) {
	case PROTOBUF_C_WIRE_TYPE_VARINT: return take_varint(rest, &value);
	case PROTOBUF_C_WIRE_TYPE_64BIT: return take_skip(rest, 8);
	case PROTOBUF_C_WIRE_TYPE_32BIT: return take_skip(rest, 4);
	case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
		if (!take_varint(rest, &value))
			return false;
		*content = (struct bytes){ rest->data, (size_t)value };
		return take_skip(rest, value);
	default: return false;
	}
}

bool proto_fact_packed(const ProtobufCMessageDescriptor *type, struct bytes bytes,
                       const ProtobufCFieldDescriptor **field, struct bytes *fact)
{
	struct bytes content;
	uint32_t number;
	bool found = false;

	while (take_field(&bytes, &number, &content)) {
		const ProtobufCFieldDescriptor *const here =
		    protobuf_c_message_descriptor_get_field(type, number);

		if (here == NULL || (here->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 ||
		    content.data == NULL)
			continue;
		*field = here;
		*fact = content;
		found = true;
	}
	return found;
}

const char *proto_text_packed(struct arena *arena, const ProtobufCFieldDescriptor *field,
                              struct bytes bytes)
{
	struct bytes text = { "", 0 };
	struct bytes content;
	uint32_t number;

	while (take_field(&bytes, &number, &content))
		if (number == field->id && content.data != NULL)
			text = content;
	return arena_text(arena, text.data, text.size);
}

/* "by_contact" of ByContactEvent. */
static const char *aggregate_name(struct arena *arena, const char *message)
{
	const size_t suffix = strlen(EVENT_SUFFIX);
	const size_t whole = strlen(message);
	const bool ends = whole > suffix && text_equal(message + whole - suffix, EVENT_SUFFIX);
	const size_t size = ends ? whole - suffix : whole;
	char *const name = arena_alloc(arena, 2 * size + 1);
	size_t used = 0;

	for (size_t i = 0; i < size; i++) {
		if (i > 0 && isupper((unsigned char)message[i]))
			name[used++] = '_';
		name[used++] = (char)tolower((unsigned char)message[i]);
	}
	name[used] = '\0';
	return name;
}

const char *proto_type(struct arena *arena, const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *const type = message->descriptor;
	const char *const version = strrchr(type->package_name, '.');
	const char *const aggregate = aggregate_name(arena, type->short_name);
	const ProtobufCMessage *fact;
	const char *name;

	CHECK(version != NULL);
	if (!proto_fact(message, &name, &fact))
		return arena_printf(arena, "ops.%s%s", aggregate, version);
	return arena_printf(arena, "ops.%s.%s%s", aggregate, name, version);
}
