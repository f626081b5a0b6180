#include "tests/support/told_fact.h"

#include "common/base/text.h"
#include "opsmesh/v1/common.pb-c.h"
#include "tests/support/observed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIST_MAX 16

static ProtobufCMessage *made(struct arena *arena, const ProtobufCMessageDescriptor *type)
{
	ProtobufCMessage *const message = arena_zero(arena, type->sizeof_message);

	type->message_init(message);
	return message;
}

static void *member(ProtobufCMessage *message, size_t offset)
{
	return (char *)message + offset;
}

static int64_t number_of(const char *value)
{
	int64_t number;

	if (!text_number(value, INT64_MIN, INT64_MAX, &number))
		fail_msg("%s is no number", value);
	return number;
}

static Opsmesh__V1__Money *money_of(struct arena *arena, const char *value)
{
	Opsmesh__V1__Money *const money = arena_alloc(arena, sizeof(*money));
	const size_t digits = strspn(value, "-0123456789");

	opsmesh__v1__money__init(money);
	money->minor = number_of(arena_text(arena, value, digits));
	money->currency = arena_string(arena, value + digits);
	return money;
}

static void set_list(struct arena *arena, ProtobufCMessage *message,
                     const ProtobufCFieldDescriptor *field, const char *value)
{
	char **const items = arena_alloc(arena, LIST_MAX * sizeof(*items));
	size_t *const count = member(message, field->quantifier_offset);
	size_t size;

	for (*count = 0; *value != '\0'; value += size + (value[size] == ',')) {
		size = strcspn(value, ",");
		assert_true(*count < LIST_MAX);
		items[(*count)++] = arena_text(arena, value, size);
	}
	*(char ***)member(message, field->offset) = items;
}

static int enum_of(const ProtobufCFieldDescriptor *field, const char *value)
{
	const ProtobufCEnumValue *const found =
	    protobuf_c_enum_descriptor_get_value_by_name(field->descriptor, value);

	if (found == NULL)
		fail_msg("%s is none of %s", value, field->name);
	return found != NULL ? found->value : 0;
}

static void *message_of(struct arena *arena, const ProtobufCFieldDescriptor *field,
                        const char *value)
{
	const ProtobufCMessageDescriptor *const type = field->descriptor;

	if (text_equal(type->name, "google.protobuf.Timestamp"))
		return observed_timestamp(arena, number_of(value));
	if (text_equal(type->name, "opsmesh.v1.Money"))
		return money_of(arena, value);
	return made(arena, type);
}

static void set(struct arena *arena, ProtobufCMessage *message,
                const ProtobufCFieldDescriptor *field, const char *value)
{
	void *const place = member(message, field->offset);

	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		set_list(arena, message, field, value);
	else if (field->type == PROTOBUF_C_TYPE_STRING)
		*(char **)place = arena_string(arena, value);
	else if (field->type == PROTOBUF_C_TYPE_BOOL)
		*(protobuf_c_boolean *)place = text_equal(value, "true");
	else if (field->type == PROTOBUF_C_TYPE_ENUM)
		*(int *)place = enum_of(field, value);
	else if (field->type == PROTOBUF_C_TYPE_INT64)
		*(int64_t *)place = number_of(value);
	else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		*(void **)place = message_of(arena, field, value);
	else
		fail_msg("%s has a type that no test tells", field->name);
}

/* The field of a path's first name; of a oneof it is the one that is set from here on. */
static const ProtobufCFieldDescriptor *choose(ProtobufCMessage *message, const char *name)
{
	const ProtobufCFieldDescriptor *const field =
	    protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);

	if (field == NULL)
		fail_msg("%s has no %s", message->descriptor->name, name);
	if (field != NULL && (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
		uint32_t *const which = member(message, field->quantifier_offset);

		if (*which != field->id)
			*(void **)member(message, field->offset) = NULL;
		*which = field->id;
	}
	return field;
}

static void tell(struct arena *arena, ProtobufCMessage *message, const char *word)
{
	size_t size = strcspn(word, ".=");

	while (word[size] == '.') {
		const ProtobufCFieldDescriptor *const field =
		    choose(message, arena_text(arena, word, size));
		ProtobufCMessage **const inner = member(message, field->offset);

		if (*inner == NULL)
			*inner = made(arena, field->descriptor);
		message = *inner;
		word += size + 1;
		size = strcspn(word, ".=");
	}
	set(arena, message, choose(message, arena_text(arena, word, size)),
	    word[size] == '=' ? word + size + 1 : "");
}

const void *told_fact(struct arena *arena, const ProtobufCMessageDescriptor *type, const char *line)
{
	ProtobufCMessage *const message = made(arena, type);
	size_t size;

	for (; *line != '\0'; line += size + (line[size] == ' ')) {
		size = strcspn(line, " ");
		tell(arena, message, arena_text(arena, line, size));
	}
	return message;
}
