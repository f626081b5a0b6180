/*
 * protojson_test - golden lines, and every type of the contract against Python's own printer.
 */
#include "common/io/protojson.h"

#include "common/base/map.h"
#include "common/base/text.h"
#include "common/io/json.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

#include "opsmesh/v1/intake.pb-c.h"
#include "opsmesh/v1/sla.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#define PEER "/usr/bin/python3 tests/support/protojson_peer.py 2>/dev/null"
#define PEER_MISSING 77
#define LINE_MAX_BYTES (1024 * 1024)

static const char *json_of(const ProtobufCMessage *message, enum protojson_view view)
{
	struct buffer out = { 0 };

	protojson_write(&out, arena, message, view);

	const char *const text = arena_text(arena, (const char *)out.data, out.size);

	buffer_finish(&out);
	return text;
}

static void an_empty_message_is_an_empty_object(void **state)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;

	(void)state;
	assert_string_equal(json_of(&event.base, PROTOJSON_SEALED), "{}");
}

static void personal_text_is_sealed_unless_revealed(void **state)
{
	char id[] = "T-1";
	char subject[] = "address:0f";
	char said[] = "二重\n請求";
	Opsmesh__V1__PersonalText text = OPSMESH__V1__PERSONAL_TEXT__INIT;
	Opsmesh__V1__TicketOpened opened = OPSMESH__V1__TICKET_OPENED__INIT;
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;

	(void)state;
	text.subject = subject;
	text.content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	text.text = said;
	opened.channel = OPSMESH__V1__CHANNEL__CHANNEL_EMAIL;
	opened.subject = &text;
	event.ticket_id = id;
	event.occurred_at = proto_timestamp(arena, (struct instant){ INT64_C(1777627800000000) });
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_OPENED;
	event.opened = &opened;
	assert_string_equal(json_of(&event.base, PROTOJSON_SEALED),
	                    "{\"ticketId\":\"T-1\",\"occurredAt\":\"2026-05-01T09:30:00Z\","
	                    "\"opened\":{\"channel\":\"CHANNEL_EMAIL\",\"subject\":\"[sealed]\"}}");
	assert_string_equal(json_of(&event.base, PROTOJSON_REVEALED),
	                    "{\"ticketId\":\"T-1\",\"occurredAt\":\"2026-05-01T09:30:00Z\","
	                    "\"opened\":{\"channel\":\"CHANNEL_EMAIL\",\"subject\":"
	                    "{\"subject\":\"address:0f\",\"text\":\"二重\\n請求\"}}}");
}

static void raw_bytes_are_sealed_unless_revealed(void **state)
{
	uint8_t body[] = { 0xff, 0x00, 'a', 'b' };
	Opsmesh__V1__RequestReceived received = OPSMESH__V1__REQUEST_RECEIVED__INIT;

	(void)state;
	received.body.data = body;
	received.body.len = sizeof(body);
	received.target_case = OPSMESH__V1__REQUEST_RECEIVED__TARGET_TARGET_PARTITION;
	assert_string_equal(json_of(&received.base, PROTOJSON_SEALED),
	                    "{\"body\":\"[sealed]\",\"targetPartition\":0}");
	assert_string_equal(json_of(&received.base, PROTOJSON_REVEALED),
	                    "{\"body\":\"/wBhYg==\",\"targetPartition\":0}");
}

static void wide_numbers_are_strings_and_unknown_enums_numbers(void **state)
{
	Opsmesh__V1__SlaClock clock = OPSMESH__V1__SLA_CLOCK__INIT;

	(void)state;
	clock.metric = (Opsmesh__V1__SlaMetric)99;
	clock.instance = -1;
	clock.elapsed_us = INT64_MAX;
	clock.remaining_us = INT64_MIN;
	clock.retroactive = 1;
	assert_string_equal(json_of(&clock.base, PROTOJSON_SEALED),
	                    "{\"metric\":99,\"instance\":-1,\"elapsedUs\":\"9223372036854775807\","
	                    "\"remainingUs\":\"-9223372036854775808\",\"retroactive\":true}");
}

static void a_time_that_no_date_is_shows_as_null(void **state)
{
	Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;

	(void)state;
	event.occurred_at = &time;
	time.seconds = INT64_MAX;
	assert_string_equal(json_of(&event.base, PROTOJSON_SEALED), "{\"occurredAt\":null}");
	time.seconds = 0;
	time.nanos = -1;
	assert_string_equal(json_of(&event.base, PROTOJSON_SEALED), "{\"occurredAt\":null}");
}

/* Every message type that a topic can carry, by its full name. */
static void collect(struct map *types, const ProtobufCMessageDescriptor *type)
{
	(void)map_set(types, bytes_of(type->name),
	              (void *)(uintptr_t)type); /* the map's values are not const */
	for (unsigned i = 0; i < type->n_fields; i++)
		if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
			collect(types, type->fields[i].descriptor);
}

/* A line of the peer: "<type> -<hex> <json>". False: no topic carries this type. */
static bool compare_line(const struct map *types, char *line)
{
	char *rest;
	const char *const name = strtok_r(line, " ", &rest);
	const char *const hex = strtok_r(NULL, " ", &rest);
	const ProtobufCMessageDescriptor *const type = map_get(types, bytes_of(name));
	AUTO_JSON expected = NULL;
	AUTO_JSON actual = NULL;
	char reason[PROTO_REASON_SIZE];
	struct json_error error;
	ProtobufCMessage *message;
	struct bytes packed;

	if (type == NULL)
		return false;
	assert_true(text_unhex(arena, hex + 1, &packed));
	assert_true(proto_unpack(arena, type, packed, &message, reason));
	assert_true(json_parse(bytes_of(rest), LINE_MAX_BYTES, &expected, &error));
	assert_true(json_parse(bytes_of(json_of(message, PROTOJSON_REVEALED)), LINE_MAX_BYTES,
	                       &actual, &error));
	if (!json_equal(expected, actual))
		fail_msg("%s: %s\nis not %s", name, json_of(message, PROTOJSON_REVEALED), rest);
	return true;
}

static void messages_at_random_print_as_python_prints_them(void **state)
{
	struct map types = { 0 };
	char *line = NULL;
	size_t capacity = 0;
	size_t compared = 0;

	(void)state;
	for (int i = 0; i < opsmesh_catalogue.count; i++)
		collect(&types, opsmesh_catalogue.topics[i].message);

	FILE *const peer = popen(PEER, "r");

	assert_non_null(peer);
	while (getline(&line, &capacity, peer) > 0) {
		compared += compare_line(&types, line);
		arena_reset(arena);
	}
	free(line);
	map_finish(&types);

	const int ended = pclose(peer);

	if (WIFEXITED(ended) && WEXITSTATUS(ended) == PEER_MISSING) {
		print_message("skipped: python3-protobuf or protoc is missing\n");
		skip();
	}
	assert_int_equal(ended, 0);
	assert_true(compared > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_message_is_an_empty_object),
		cmocka_unit_test(personal_text_is_sealed_unless_revealed),
		cmocka_unit_test(raw_bytes_are_sealed_unless_revealed),
		cmocka_unit_test(wide_numbers_are_strings_and_unknown_enums_numbers),
		cmocka_unit_test(a_time_that_no_date_is_shows_as_null),
		cmocka_unit_test(messages_at_random_print_as_python_prints_them),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
