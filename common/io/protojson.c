#include "common/io/protojson.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/base/time.h"

#include <ctype.h>
#include <google/protobuf/timestamp.pb-c.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PERSONAL_TEXT "opsmesh.v1.PersonalText"
#define SEALED "\"[sealed]\""
#define NS_PER_MS 1000000
#define NS_PER_US 1000
#define NS_PER_SECOND 1000000000
#define US_PER_SECOND INT64_C(1000000)
/* 0001-01-01, the first day that a Timestamp may name. */
#define SECONDS_OLDEST INT64_C(-62135596800)
#define NUMBER_SIZE 24

struct printer {
	struct buffer *out;
	struct arena *arena;
	enum protojson_view view;
};

static void add_fields(const struct printer *printer, const ProtobufCMessage *message);

static void add_text(const struct printer *printer, const char *text)
{
	buffer_add(printer->out, text, strlen(text));
}

static void add_quoted(const struct printer *printer, const char *text)
{
	add_text(printer, "\"");
	text_json(printer->out, text);
	add_text(printer, "\"");
}

static void add_integer(const struct printer *printer, int64_t value, const char *quote)
{
	char text[NUMBER_SIZE];

	(void)snprintf(text, sizeof(text), "%s%" PRId64 "%s", quote, value, quote);
	add_text(printer, text);
}

static void add_unsigned(const struct printer *printer, uint64_t value, const char *quote)
{
	char text[NUMBER_SIZE];

	(void)snprintf(text, sizeof(text), "%s%" PRIu64 "%s", quote, value, quote);
	add_text(printer, text);
}

/* snake_case as lowerCamelCase, quoted. */
static void add_name(const struct printer *printer, const char *name)
{
	add_text(printer, "\"");
	for (const char *at = name; *at != '\0'; at++) {
		if (*at == '_')
			continue;

		const bool starts_word = at > name && at[-1] == '_';
		const char letter = starts_word ? (char)toupper((unsigned char)*at) : *at;

		buffer_add(printer->out, &letter, 1);
	}
	add_text(printer, "\"");
}

static void add_bytes(const struct printer *printer, const ProtobufCBinaryData *data)
{
	const struct bytes bytes = { data->len > 0 ? data->data : (const uint8_t *)"", data->len };

	add_quoted(printer, text_base64(printer->arena, bytes));
}

/* 0, 3, 6 or 9 digits of fraction. null for what no date is. */
static void add_timestamp(const struct printer *printer,
                          const Google__Protobuf__Timestamp *timestamp)
{
	const int32_t nanos = timestamp->nanos;
	char text[TIME_TEXT_SIZE];
	char fraction[NUMBER_SIZE] = "";

	if (timestamp->seconds < SECONDS_OLDEST || nanos < 0 || nanos >= NS_PER_SECOND ||
	    timestamp->seconds > TIME_NEWEST.us / US_PER_SECOND) {
		add_text(printer, "null");
		return;
	}
	if (nanos % NS_PER_MS == 0 && nanos > 0)
		(void)snprintf(fraction, sizeof(fraction), ".%03" PRId32, nanos / NS_PER_MS);
	else if (nanos % NS_PER_US == 0 && nanos > 0)
		(void)snprintf(fraction, sizeof(fraction), ".%06" PRId32, nanos / NS_PER_US);
	else if (nanos > 0)
		(void)snprintf(fraction, sizeof(fraction), ".%09" PRId32, nanos);
	(void)time_format((struct instant){ timestamp->seconds * US_PER_SECOND }, text);
	text[strcspn(text, "Z")] = '\0';
	add_text(printer, "\"");
	add_text(printer, text);
	add_text(printer, fraction);
	add_text(printer, "Z\"");
}

static void add_enum(const struct printer *printer, const ProtobufCEnumDescriptor *type,
                     int32_t number)
{
	const ProtobufCEnumValue *const value = protobuf_c_enum_descriptor_get_value(type, number);

	if (value != NULL)
		add_quoted(printer, value->name);
	else
		add_integer(printer, number, "");
}

static void add_message(const struct printer *printer, const ProtobufCMessage *message)
{
	const char *const name = message->descriptor->name;

	if (message->descriptor == &google__protobuf__timestamp__descriptor)
		add_timestamp(printer, (const Google__Protobuf__Timestamp *)(const void *)message);
	else if (printer->view == PROTOJSON_SEALED && text_equal(name, PERSONAL_TEXT))
		add_text(printer, SEALED);
	else
		add_fields(printer, message);
}

/* Everything that protobuf-c stores in a member, whatever its type. */
union value {
	int32_t i32;
	uint32_t u32;
	int64_t i64;
	uint64_t u64;
	protobuf_c_boolean truth;
	const char *text;
	ProtobufCBinaryData bytes;
	const ProtobufCMessage *message;
};

static size_t value_size(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_ENUM:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32: return sizeof(int32_t);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64: return sizeof(int64_t);
	case PROTOBUF_C_TYPE_BOOL: return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_STRING: return sizeof(char *);
	case PROTOBUF_C_TYPE_MESSAGE: return sizeof(ProtobufCMessage *);
	case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_DOUBLE: break;
	}
	check_failed("a type that the contract has", __FILE__, __LINE__);
}

static union value value_read(ProtobufCType type, const void *member)
{
	union value value;

	memset(&value, 0, sizeof(value));
	memcpy(&value, member, value_size(type));
	return value;
}

static bool value_is_default(ProtobufCType type, const union value *value)
{
	if (type == PROTOBUF_C_TYPE_STRING)
		return value->text == NULL || value->text[0] == '\0';
	if (type == PROTOBUF_C_TYPE_MESSAGE)
		return value->message == NULL;
	if (type == PROTOBUF_C_TYPE_BYTES)
		return value->bytes.len == 0;
	return value->u64 == 0; /* the rest was zeroed by value_read */
}

static void add_value(const struct printer *printer, const ProtobufCFieldDescriptor *field,
                      const union value *value)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32: add_integer(printer, value->i32, ""); break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32: add_unsigned(printer, value->u32, ""); break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64: add_integer(printer, value->i64, "\""); break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64: add_unsigned(printer, value->u64, "\""); break;
	case PROTOBUF_C_TYPE_ENUM: add_enum(printer, field->descriptor, value->i32); break;
	case PROTOBUF_C_TYPE_BOOL: add_text(printer, value->truth ? "true" : "false"); break;
	case PROTOBUF_C_TYPE_STRING:
		add_quoted(printer, value->text != NULL ? value->text : "");
		break;
	case PROTOBUF_C_TYPE_MESSAGE: add_message(printer, value->message); break;
	case PROTOBUF_C_TYPE_BYTES:
		if (printer->view == PROTOJSON_SEALED)
			add_text(printer, SEALED);
		else
			add_bytes(printer, &value->bytes);
		break;
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_DOUBLE: break; /* value_size has refused it */
	}
}

static void add_repeated(const struct printer *printer, const ProtobufCFieldDescriptor *field,
                         const unsigned char *items, size_t count)
{
	const size_t size = value_size(field->type);

	add_text(printer, "[");
	for (size_t i = 0; i < count; i++) {
		const union value value = value_read(field->type, items + i * size);

		if (i > 0)
			add_text(printer, ",");
		add_value(printer, field, &value);
	}
	add_text(printer, "]");
}

/* Is a field that is not repeated there to be printed? */
static bool is_shown(const unsigned char *start, const ProtobufCFieldDescriptor *field,
                     const union value *value)
{
	uint32_t number;

	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
		return !value_is_default(field->type, value);
	memcpy(&number, start + field->quantifier_offset, sizeof(number));
	return number == field->id;
}

static void add_field(const struct printer *printer, const unsigned char *start,
                      const ProtobufCFieldDescriptor *field, const char **separator)
{
	const bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
	const union value value =
	    repeated ? (union value){ .u64 = 0 } : value_read(field->type, start + field->offset);
	const unsigned char *items = NULL;
	size_t count = 0;

	if (repeated) {
		memcpy(&count, start + field->quantifier_offset, sizeof(count));
		memcpy(&items, start + field->offset, sizeof(items));
	}
	if (repeated ? count == 0 : !is_shown(start, field, &value))
		return;
	add_text(printer, *separator);
	*separator = ",";
	add_name(printer, field->name);
	add_text(printer, ":");
	if (repeated)
		add_repeated(printer, field, items, count);
	else
		add_value(printer, field, &value);
}

static void add_fields(const struct printer *printer, const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *const type = message->descriptor;
	const char *separator = "";

	add_text(printer, "{");
	for (unsigned i = 0; i < type->n_fields; i++)
		add_field(printer, (const unsigned char *)message, &type->fields[i], &separator);
	add_text(printer, "}");
}

void protojson_write(struct buffer *out, struct arena *arena, const ProtobufCMessage *message,
                     enum protojson_view view)
{
	const struct printer printer = { out, arena, view };

	add_fields(&printer, message);
}
