/*
 * proto_test - what of hostile bytes becomes a message, and what the contract promises of its shape.
 */
#include "common/io/proto.h"

#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"

#include "opsmesh/v1/contact.pb-c.h"
#include "opsmesh/v1/progress.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *bytes; /* of a TicketEvent */
	size_t size;
	const char *reason; /* NULL: well-formed */
} inputs[] = {
	{ "", 0, NULL },
	{ "\x0a\x03T-1", 5, NULL },
	{ "\x0a\x03\xe6\x97\xa5", 5, NULL },
	{ "\x0a\x02\xe6\x97", 4, "ticket_id: not valid UTF-8 without NUL" },
	{ "\x0a\x03T\0001", 5, "ticket_id: not valid UTF-8 without NUL" },
	{ "\x0a\x03T-", 4, "ticket_id: cut short" },
	{ "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, "ticket_id: cut short" },
	{ "\x0a", 1, "ticket_id: cut short" },
	{ "\x00\x00", 2, "TicketEvent: no field tag where one belongs" },
	{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11,
	  "TicketEvent: no field tag where one belongs" },
	{ "\x80", 1, "TicketEvent: no field tag where one belongs" },
	{ "\x08\x01", 2, "TicketEvent: a field has another wire type" },
	{ "\x0b\x0c", 2, "ticket_id: a group or an unknown wire type" },
	{ "\xf8\x07\x01", 3, NULL },     /* an unknown varint */
	{ "\xfa\x07\x01\xff", 4, NULL }, /* unknown bytes need not be text */
	{ "\xf9\x07\x01\x02", 4, "unknown field: cut short" },
	{ "\x52\x04\x1a\x02\x1a\x00", 6, NULL },
	{ "\x52\x05\x1a\x03\x1a\x01\xff", 7, "opened.subject.text: not valid UTF-8 without NUL" },
	{ "\x52\x05\x1a\x03\x22\x01\xff", 7, NULL }, /* sealed bytes */
	{ "\x52\x06\x1a\x03\x1a\x02\xff\xff", 8, "opened.subject.text: cut short" },
	{ "\x52\x03\x4a\x01\xc0", 5, "opened.tags: not valid UTF-8 without NUL" },
};

static void hostile_bytes_are_refused_by_field_and_reason(void **state)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(inputs); i++) {
		const struct bytes bytes = { inputs[i].bytes, inputs[i].size };

		reason[0] = '\0';
		assert_int_equal(proto_unpack(arena, &opsmesh__v1__ticket_event__descriptor, bytes,
		                              &message, reason),
		                 inputs[i].reason == NULL);
		assert_string_equal(reason, inputs[i].reason != NULL ? inputs[i].reason : "");
	}
}

static void every_prefix_of_a_message_is_read_or_refused(void **state)
{
	Opsmesh__V1__PersonalText text = OPSMESH__V1__PERSONAL_TEXT__INIT;
	Opsmesh__V1__MessageAdded added = OPSMESH__V1__MESSAGE_ADDED__INIT;
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	char said[] = "二重請求";
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	(void)state;
	text.content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	text.text = said;
	added.body = &text;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	event.message_added = &added;

	const struct bytes whole = proto_pack(arena, &event.base);

	for (size_t size = 0; size < whole.size; size++) {
		/* A copy of its own, so that a sanitizer sees every read beyond its end. */
		struct buffer copy = { 0 };

		buffer_add(&copy, whole.data, size);
		(void)!proto_unpack(arena, event.base.descriptor, (struct bytes){ copy.data, size },
		                    &message, reason);
		buffer_finish(&copy);
	}
	assert_true(proto_unpack(arena, event.base.descriptor, whole, &message, reason));
	assert_string_equal(
	    ((Opsmesh__V1__TicketEvent *)(void *)message)->message_added->body->text, said);
}

static void more_than_the_limits_is_refused_before_it_costs_memory(void **state)
{
	struct buffer bytes = { 0 };
	char reason[PROTO_REASON_SIZE];

	(void)state;
	for (int i = 0; i <= PROTO_FIELDS_MAX; i++)
		buffer_add(&bytes, "\x52\x00", 2); /* an empty opened, again and again */
	assert_false(proto_valid(&opsmesh__v1__ticket_event__descriptor,
	                         (struct bytes){ bytes.data, bytes.size }, reason));
	assert_string_equal(reason, "TicketEvent: too many fields");
	assert_false(proto_valid(&opsmesh__v1__ticket_event__descriptor,
	                         (struct bytes){ bytes.data, PROTO_SIZE_MAX + 1 }, reason));
	assert_string_equal(reason, "TicketEvent: too large");
	buffer_finish(&bytes);
}

static void unknown_fields_and_enum_numbers_survive_a_repack(void **state)
{
	static const char original[] = "\x0a\x03T-1\x62\x04\x08\x63\x10\x02\xf8\x07\x05";
	const struct bytes bytes = { original, sizeof(original) - 1 };
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	(void)state;
	assert_true(
	    proto_unpack(arena, &opsmesh__v1__ticket_event__descriptor, bytes, &message, reason));
	assert_true(bytes_equal(proto_pack(arena, message), bytes));
}

static const struct {
	int64_t seconds;
	int32_t nanos;
	int64_t us; /* -1: none */
} timestamps[] = {
	{ 0, 0, 0 },
	{ 1, 999, 1000000 },
	{ 1, 999999999, 1999999 },
	{ 253402300799, 999999999, INT64_C(253402300799999999) },
	{ 253402300800, 0, -1 },
	{ -1, 0, -1 },
	{ 0, -1, -1 },
	{ 0, 1000000000, -1 },
	{ INT64_MAX, 0, -1 },
	{ INT64_MIN, 0, -1 },
};

static void a_timestamp_is_an_instant_between_1970_and_9999(void **state)
{
	Google__Protobuf__Timestamp timestamp = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	struct instant instant;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(timestamps); i++) {
		timestamp.seconds = timestamps[i].seconds;
		timestamp.nanos = timestamps[i].nanos;
		assert_int_equal(proto_instant(&timestamp, &instant), timestamps[i].us >= 0);
		if (timestamps[i].us >= 0)
			assert_int_equal(instant.us, timestamps[i].us);
	}
	assert_false(proto_instant(NULL, &instant));
}

static void an_instant_comes_back_from_its_timestamp(void **state)
{
	const struct instant instants[] = { TIME_OLDEST, { 1 }, { 1777627800123456 }, TIME_NEWEST };
	struct instant back;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(instants); i++) {
		assert_true(proto_instant(proto_timestamp(arena, instants[i]), &back));
		assert_int_equal(back.us, instants[i].us);
	}
	assert_null(proto_timestamp(arena, TIME_MIN));
	assert_null(proto_timestamp(arena, TIME_MAX));
}

static void a_fact_is_the_set_member_of_the_oneof(void **state)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__MessageAdded added = OPSMESH__V1__MESSAGE_ADDED__INIT;
	const ProtobufCMessage *fact;
	const char *name;

	(void)state;
	assert_false(proto_fact(&event.base, &name, &fact));
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	event.message_added = &added;
	assert_true(proto_fact(&event.base, &name, &fact));
	assert_string_equal(name, "message_added");
	assert_ptr_equal(fact, &added);
}

static void a_packed_fact_is_read_without_unpacking(void **state)
{
	const ProtobufCMessageDescriptor *const type = &opsmesh__v1__ticket_event__descriptor;
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__MessageAdded added = OPSMESH__V1__MESSAGE_ADDED__INIT;
	const ProtobufCFieldDescriptor *field;
	struct bytes fact;

	(void)state;
	event.ticket_id = text_mutable("T-1");
	event.occurred_at = proto_timestamp(arena, (struct instant){ 1 });
	assert_false(proto_fact_packed(type, proto_pack(arena, &event.base), &field, &fact));
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	event.message_added = &added;
	added.message_id = text_mutable("M-1");
	added.channel = OPSMESH__V1__CHANNEL__CHANNEL_EMAIL;
	assert_true(proto_fact_packed(type, proto_pack(arena, &event.base), &field, &fact));
	assert_string_equal(field->name, "message_added");
	field =
	    protobuf_c_message_descriptor_get_field_by_name(added.base.descriptor, "message_id");
	assert_string_equal(proto_text_packed(arena, field, fact), "M-1");
	field = protobuf_c_message_descriptor_get_field_by_name(added.base.descriptor, "author");
	assert_string_equal(proto_text_packed(arena, field, fact), "");
}

static void a_type_is_made_of_message_fact_and_version(void **state)
{
	Opsmesh__V1__TicketEvent ticket = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketOpened opened = OPSMESH__V1__TICKET_OPENED__INIT;
	Opsmesh__V1__ByContactEvent contact = OPSMESH__V1__BY_CONTACT_EVENT__INIT;
	Opsmesh__V1__ContactSeen seen = OPSMESH__V1__CONTACT_SEEN__INIT;
	Opsmesh__V1__Progress progress = OPSMESH__V1__PROGRESS__INIT;

	(void)state;
	ticket.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_OPENED;
	ticket.opened = &opened;
	contact.fact_case = OPSMESH__V1__BY_CONTACT_EVENT__FACT_CONTACT_SEEN;
	contact.contact_seen = &seen;
	assert_string_equal(proto_type(arena, &ticket.base), "ops.ticket.opened.v1");
	assert_string_equal(proto_type(arena, &contact.base), "ops.by_contact.contact_seen.v1");
	assert_string_equal(proto_type(arena, &progress.base), "ops.progress.v1");
}

static void a_message_of_a_topic_has_one_oneof_of_messages(void **state)
{
	(void)state;
	for (int i = 0; i < opsmesh_catalogue.count; i++) {
		const ProtobufCMessageDescriptor *const type = opsmesh_catalogue.topics[i].message;
		unsigned oneof = 0;

		for (unsigned f = 0; f < type->n_fields; f++) {
			const ProtobufCFieldDescriptor *const field = &type->fields[f];

			if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
				continue;
			assert_int_equal(field->type, PROTOBUF_C_TYPE_MESSAGE);
			assert_true(oneof == 0 || oneof == field->quantifier_offset);
			oneof = field->quantifier_offset;
		}
		assert_int_equal(oneof == 0, i == OPS_PROGRESS);
	}
}

static void check_depth(const ProtobufCMessageDescriptor *type, int depth)
{
	assert_true(depth < PROTO_DEPTH_MAX);
	for (unsigned i = 0; i < type->n_fields; i++) {
		assert_int_not_equal(type->fields[i].type, PROTOBUF_C_TYPE_FLOAT);
		assert_int_not_equal(type->fields[i].type, PROTOBUF_C_TYPE_DOUBLE);
		if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			check_depth(type->fields[i].descriptor, depth + 1);
	}
}

static void no_message_is_recursive_or_has_a_floating_point_field(void **state)
{
	(void)state;
	for (int i = 0; i < opsmesh_catalogue.count; i++)
		check_depth(opsmesh_catalogue.topics[i].message, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_bytes_are_refused_by_field_and_reason),
		cmocka_unit_test(every_prefix_of_a_message_is_read_or_refused),
		cmocka_unit_test(more_than_the_limits_is_refused_before_it_costs_memory),
		cmocka_unit_test(unknown_fields_and_enum_numbers_survive_a_repack),
		cmocka_unit_test(a_timestamp_is_an_instant_between_1970_and_9999),
		cmocka_unit_test(an_instant_comes_back_from_its_timestamp),
		cmocka_unit_test(a_fact_is_the_set_member_of_the_oneof),
		cmocka_unit_test(a_packed_fact_is_read_without_unpacking),
		cmocka_unit_test(a_type_is_made_of_message_fact_and_version),
		cmocka_unit_test(a_message_of_a_topic_has_one_oneof_of_messages),
		cmocka_unit_test(no_message_is_recursive_or_has_a_floating_point_field),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
